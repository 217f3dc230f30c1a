"""Files that lie beside the modules of a package, as setuptools finds them."""

from importlib.resources import files as _files


def resource_filename(package, name):
    return str(_files(package).joinpath(name))


def resource_string(package, name):
    return _files(package).joinpath(name).read_text().encode()


def resource_exists(package, name):
    return _files(package).joinpath(name).exists()
