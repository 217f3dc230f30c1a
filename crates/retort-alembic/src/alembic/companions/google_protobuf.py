"""Protocol Buffers: the enumerations of generated modules, read from their serialised descriptions.

The fields are those of `descriptor.proto`: a file has messages (4) and enumerations (5), a message nested messages (3)
and enumerations (4), an enumeration its name (1) and values (2), a value its name (1) and number (2).
"""

from _protobuf import fields as _fields

__version__ = "5.26.0"


class _Enumeration:
    def __init__(self, data):
        self._numbers = {}
        for field, value in _fields(data, 1, 2):
            if field == 1:
                self.name = value.decode()
            else:
                parts = dict(_fields(value, 1, 2))
                self._numbers[parts[1].decode()] = parts.get(2, 0)

    def Value(self, name):
        if name not in self._numbers:
            raise ValueError("Enum %s has no value defined for name %r" % (self.name, name))
        return self._numbers[name]

    def Name(self, number):
        for name, own in self._numbers.items():
            if own == number:
                return name
        raise ValueError("Enum %s has no name defined for value %r" % (self.name, number))

    def keys(self):
        return list(self._numbers)

    def values(self):
        return list(self._numbers.values())

    def items(self):
        return list(self._numbers.items())

    def __getattr__(self, name):
        return self.Value(name)


class _Message:
    def __init__(self, data):
        for field, value in _fields(data, 1, 4):
            if field == 1:
                self.name = value.decode()
            else:
                made = _Enumeration(value)
                setattr(self, made.name, made)
                for name, number in made.items():
                    setattr(self, name, number)


class _File:
    def __init__(self, data):
        self.messages = []
        self.enumerations = []
        for field, value in _fields(data, 4, 5):
            if field == 4:
                self.messages.append(_Message(value))
            else:
                self.enumerations.append(_Enumeration(value))


class _Pool:
    def AddSerializedFile(self, data):
        return _File(data)


class descriptor_pool:
    @staticmethod
    def Default():
        return _Pool()


class symbol_database:
    @staticmethod
    def Default():
        return None


class descriptor:
    _USE_C_DESCRIPTORS = True


class builder:
    @staticmethod
    def BuildServices(file, module, names):
        return None

    @staticmethod
    def BuildMessageAndEnumDescriptors(file, names):
        return None

    @staticmethod
    def BuildTopDescriptorsAndMessages(file, module, names):
        for made in file.messages:
            names[made.name] = made
        for made in file.enumerations:
            names[made.name] = made
            for name, number in made.items():
                names[name] = number
