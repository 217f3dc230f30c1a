"""packaging: versions of numbers, with the suffixes of releases before them."""

import re


class InvalidVersion(ValueError):
    pass


class Version:
    def __init__(self, version):
        found = re.match(r"^\s*v?(\d+(?:\.\d+)*)(?:[._-]?(a|alpha|b|beta|rc|c|dev|post)[._-]?(\d*))?(?:\+.*)?\s*$", str(version))
        if not found:
            raise InvalidVersion("Invalid version: '%s'" % version)
        numbers, word, count = found.groups()
        self.release = tuple(int(number) for number in numbers.split("."))
        rank = {"dev": -4, "a": -3, "alpha": -3, "b": -2, "beta": -2, "rc": -1, "c": -1, None: 0, "post": 1}[word]
        trimmed = list(self.release)
        while len(trimmed) > 1 and trimmed[-1] == 0:
            trimmed.pop()
        self._key = (tuple(trimmed), rank, int(count or 0))
        self._text = str(version).strip()

    major = property(lambda self: self.release[0])
    minor = property(lambda self: self.release[1] if len(self.release) > 1 else 0)
    micro = property(lambda self: self.release[2] if len(self.release) > 2 else 0)

    def __str__(self):
        return self._text

    def __eq__(self, other):
        return self._key == other._key

    def __lt__(self, other):
        return self._key < other._key

    def __le__(self, other):
        return self._key <= other._key

    def __gt__(self, other):
        return self._key > other._key

    def __ge__(self, other):
        return self._key >= other._key

    def __hash__(self):
        return hash(self._key)


def parse(version):
    return Version(version)
