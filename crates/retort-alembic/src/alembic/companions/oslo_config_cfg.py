"""oslo.config: options with their defaults, for no configuration file is read."""

import sys


class Error(Exception):
    pass


class NoSuchOptError(Error, AttributeError):
    pass


class NoSuchGroupError(Error):
    pass


class Opt:
    def __init__(self, name, type=None, dest=None, short=None, default=None, *args, **kwargs):
        self.name = name
        self.dest = dest or name.replace("-", "_")
        self.default = default


class StrOpt(Opt):
    def __init__(self, name, *args, **kwargs):
        super().__init__(name, default=kwargs.get("default"), dest=kwargs.get("dest"))


class MultiStrOpt(StrOpt):
    pass


BoolOpt = IntOpt = FloatOpt = ListOpt = DictOpt = IPOpt = PortOpt = StrOpt
HostnameOpt = HostAddressOpt = HostDomainOpt = URIOpt = MultiOpt = StrOpt


class SubCommandOpt(StrOpt):
    pass


class OptGroup:
    def __init__(self, name, *args, **kwargs):
        self.name = name


class _Group:
    def __init__(self, conf, name):
        self._conf = conf
        self._name = name
        self._options = {}

    def __getattr__(self, name):
        if name not in self._options:
            self._conf._register_all()
        if name not in self._options:
            return unknown("the option `%s.%s`, which no module registers" % (self._name, name))
        return self._options[name]

    def __getitem__(self, name):
        return getattr(self, name)

    def __contains__(self, name):
        return name in self._options

    def get(self, name, default=None):
        return self._options.get(name, default)


class ConfigOpts:
    def __init__(self):
        self._groups = {}
        self._registered = False

    def __call__(self, *args, **kwargs):
        return None

    def _group(self, group):
        name = getattr(group, "name", group) or "DEFAULT"
        if name not in self._groups:
            self._groups[name] = _Group(self, name)
        return self._groups[name]

    def _register_all(self):
        """A project's `conf` package registers its options at the start of the program."""
        if self._registered:
            return
        self._registered = True
        for name, module in list(sys.modules.items()):
            if name.endswith(".conf") and hasattr(module, "configure"):
                module.configure(self)

    def register_opt(self, opt, group=None, cli=False):
        self._group(group)._options.setdefault(opt.dest, opt.default)

    def register_opts(self, opts, group=None):
        for opt in opts:
            self.register_opt(opt, group)

    def register_group(self, group):
        self._group(group)

    def set_default(self, name, default, group=None):
        self._group(group)._options[name.replace("-", "_")] = default

    set_override = set_default

    def import_opt(self, name, module_str, group=None):
        __import__(module_str)

    def import_group(self, group, module_str):
        __import__(module_str)

    def __getattr__(self, name):
        default = self._group(None)
        if name in default._options:
            return default._options[name]
        if name not in self._groups:
            self._register_all()
        if name in self._groups:
            return self._groups[name]
        return getattr(default, name)

    def __getitem__(self, name):
        return getattr(self, name)

    def __contains__(self, name):
        return name in self._groups or name in self._group(None)._options

    register_cli_opt = register_opt
    register_cli_opts = register_opts


def set_defaults(opts, **kwargs):
    for opt in opts:
        if opt.dest in kwargs:
            opt.default = kwargs[opt.dest]


CONF = ConfigOpts()
