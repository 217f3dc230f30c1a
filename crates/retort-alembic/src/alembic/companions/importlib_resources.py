"""Files that lie beside the modules of a package."""

import importlib
import pathlib


def files(anchor):
    name = anchor if isinstance(anchor, str) else anchor.__name__
    below = []
    module = importlib.import_module(name)
    # A folder without a module of its own has no file.
    while not hasattr(module, "__file__"):
        name, _, last = name.rpartition(".")
        below.insert(0, last)
        module = importlib.import_module(name)
    return pathlib.Path(module.__file__).parent.joinpath(*below)


def read_text(anchor, *names, encoding="utf-8", errors="strict"):
    return files(anchor).joinpath(*names).read_text()


def open_text(anchor, *names, encoding="utf-8", errors="strict"):
    return files(anchor).joinpath(*names).open()
