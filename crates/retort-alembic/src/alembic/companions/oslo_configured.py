"""Libraries of OpenStack that add options of their own to a configuration: nothing that a migration asks."""


def configure(conf=None, *args, **kwargs):
    return None


def set_defaults(*args, **kwargs):
    return None


def register_opts(conf, *args, **kwargs):
    return None


def list_opts():
    return []
