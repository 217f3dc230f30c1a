"""Flask: the application is not loaded, but its default configuration is read."""

from _flask import configuration


class _Configuration(dict):
    """What is not in the project's own module may be set by the application or an extension."""

    def __missing__(self, key):
        return unknown(f"`{key}` of the application's configuration")

    def get(self, key, default=None):
        return self[key]


class _Application:
    _configuration = None

    @property
    def config(self):
        if self._configuration is None:
            found = configuration()
            if found is None:
                return unknown("the configuration of the application")
            names = [name for name in dir(found) if name.isupper()]
            self._configuration = _Configuration({name: getattr(found, name) for name in names})
        return self._configuration

    def __getattr__(self, name):
        return unknown(f"`{name}` of the application")


current_app = _Application()
g = unknown("the request")
