"""SQLAlchemy-Utils 0.42: its types, by what they are in each dialect."""

from datetime import datetime as _datetime
from uuid import UUID as _UUID

from sqlalchemy import Column
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import (
    BINARY,
    CHAR,
    JSON,
    VARBINARY,
    DateTime,
    LargeBinary,
    String,
    TypeDecorator,
    Unicode,
    UnicodeText,
    UserDefinedType,
)


class UUIDType(TypeDecorator):
    impl = BINARY(16)
    cache_ok = True

    def __init__(self, binary=True, native=True):
        self.binary = binary
        self.native = native

    def load_dialect_impl(self, dialect):
        if self.native and dialect.name == "postgresql":
            return postgresql.UUID()
        return BINARY(16) if self.binary else CHAR(32)

    def process_bind_param(self, value, dialect):
        if value is None:
            return value
        if not isinstance(value, _UUID):
            value = _UUID(bytes=value) if isinstance(value, bytes) else _UUID(value)
        if self.native and dialect.name == "postgresql":
            return str(value)
        return value.bytes if self.binary else value.hex

    def process_result_value(self, value, dialect):
        if value is None or isinstance(value, _UUID):
            return value
        if self.native and dialect.name == "postgresql":
            return _UUID(value)
        return _UUID(bytes=value) if self.binary else _UUID(value)


class JSONType(TypeDecorator):
    impl = UnicodeText

    def load_dialect_impl(self, dialect):
        return JSON() if dialect.name == "postgresql" else UnicodeText()


class EmailType(TypeDecorator):
    impl = Unicode

    def __init__(self, length=255, *args, **kwargs):
        super().__init__(length, *args, **kwargs)


class URLType(TypeDecorator):
    impl = UnicodeText


class ScalarListType(TypeDecorator):
    impl = UnicodeText

    def __init__(self, coerce_func=str, separator=","):
        super().__init__()


class _Sized(TypeDecorator):
    impl = Unicode

    def __init__(self, max_length=None, *args, **kwargs):
        self.impl = Unicode(max_length or self.length)


class IPAddressType(_Sized):
    length = 50


class ColorType(_Sized):
    length = 20


class PhoneNumberType(TypeDecorator):
    impl = Unicode(20)

    def __init__(self, region="US", max_length=20, *args, **kwargs):
        self.impl = Unicode(max_length)


class CountryType(TypeDecorator):
    impl = Unicode(2)


class CurrencyType(TypeDecorator):
    impl = String(3)


class LocaleType(TypeDecorator):
    impl = Unicode(10)


class TimezoneType(TypeDecorator):
    impl = Unicode(50)

    def __init__(self, backend="dateutil"):
        pass


class ChoiceType(TypeDecorator):
    impl = Unicode(255)

    def __init__(self, choices, impl=None):
        if impl is not None:
            self.impl = impl


class PasswordType(TypeDecorator):
    impl = VARBINARY(1024)

    def __init__(self, max_length=None, **kwargs):
        self.length = max_length or 1024

    def load_dialect_impl(self, dialect):
        if dialect.name == "postgresql":
            return postgresql.BYTEA(self.length)
        return VARBINARY(self.length)


class StringEncryptedType(TypeDecorator):
    impl = String

    def __init__(self, type_in=None, key=None, engine=None, padding=None, **kwargs):
        super().__init__(**kwargs)

    def process_bind_param(self, value, dialect):
        return None if value is None else unknown("a text that the project's key encrypts")

    def process_result_value(self, value, dialect):
        return None if value is None else unknown("what the project's key decrypts")


class EncryptedType(TypeDecorator):
    impl = LargeBinary

    def __init__(self, type_in=None, key=None, engine=None, padding=None, **kwargs):
        super().__init__(**kwargs)

    def process_bind_param(self, value, dialect):
        return None if value is None else unknown("a text that the project's key encrypts")

    def process_result_value(self, value, dialect):
        return None if value is None else unknown("what the project's key decrypts")


class ArrowType(TypeDecorator):
    impl = DateTime


class EnrichedDateTimeType(TypeDecorator):
    impl = DateTime

    def __init__(self, datetime_processor="pendulum", timezone="UTC", *args, **kwargs):
        super().__init__(*args, **kwargs)


class TSVectorType(TypeDecorator):
    impl = postgresql.TSVECTOR

    def __init__(self, *args, **kwargs):
        super().__init__()


class LtreeType(UserDefinedType):
    def get_col_spec(self, **kwargs):
        return "LTREE"


class Timestamp:
    created = Column(DateTime, default=_datetime.utcnow, nullable=False)
    updated = Column(DateTime, default=_datetime.utcnow, nullable=False)


def generic_repr(*fields):
    return fields[0] if fields and isinstance(fields[0], type) else lambda cls: cls


def force_auto_coercion(mapper=None):
    return None


force_instant_defaults = force_auto_coercion
