"""sqlalchemy.ext.mutable: the type is the one that is given; changes in place are not told of."""

from sqlalchemy.types import TypeEngine


class MutableBase:
    @classmethod
    def coerce(cls, key, value):
        return value


class Mutable(MutableBase):
    @classmethod
    def as_mutable(cls, sqltype):
        return sqltype if isinstance(sqltype, TypeEngine) else sqltype()

    @classmethod
    def associate_with(cls, sqltype):
        return None

    @classmethod
    def associate_with_attribute(cls, attribute):
        return None

    def changed(self):
        return None


class MutableComposite(MutableBase):
    def changed(self):
        return None


class MutableDict(Mutable, dict):
    pass


class MutableList(Mutable, list):
    pass


class MutableSet(Mutable, set):
    pass
