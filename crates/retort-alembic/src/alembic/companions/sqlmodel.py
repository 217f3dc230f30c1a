"""SQLModel 0.0.24: models whose annotations are their columns."""

import datetime
import decimal
import enum
import uuid

import sqlalchemy
from sqlalchemy.orm import registry
from sqlmodel.sql.sqltypes import AutoString

_MISSING = object()
_registry = registry()


class FieldInfo:
    def __init__(self, default=_MISSING, **options):
        self.default = default
        self.options = options


def Field(default=_MISSING, **options):
    return FieldInfo(default, **options)


class _RelationshipInfo:
    pass


def Relationship(*args, **options):
    return _RelationshipInfo()


def _unwrap(annotation):
    """The class behind `Optional[X]`, `X | None`, `Annotated[X, ...]`, and whether None is one of its values."""
    arguments = getattr(annotation, "__args__", None)
    if isinstance(annotation, tuple):
        arguments = annotation
    name = getattr(annotation, "_name", None)
    if name == "Annotated":
        return _unwrap(arguments[0])
    if isinstance(annotation, tuple) or name in ("Optional", "Union"):
        others = [each for each in arguments if each is not None and each is not type(None)]
        nullable = name == "Optional" or len(others) < len(arguments)
        return (_unwrap(others[0])[0] if len(others) == 1 else None), nullable
    return annotation, False


def _type(kind, options):
    if options.get("sa_type") is not None:
        return options["sa_type"]
    if kind is uuid.UUID:
        return sqlalchemy.Uuid
    if not isinstance(kind, type):
        return None
    if issubclass(kind, enum.Enum):
        return sqlalchemy.Enum(kind)
    if issubclass(kind, str):
        return AutoString(length=options.get("max_length"))
    if issubclass(kind, decimal.Decimal):
        return sqlalchemy.Numeric(precision=options.get("max_digits"), scale=options.get("decimal_places"))
    for python, made in (
        (bool, sqlalchemy.Boolean), (int, sqlalchemy.Integer), (float, sqlalchemy.Float),
        (datetime.datetime, sqlalchemy.DateTime), (datetime.date, sqlalchemy.Date),
        (datetime.timedelta, sqlalchemy.Interval), (datetime.time, sqlalchemy.Time),
        (bytes, sqlalchemy.LargeBinary), (uuid.UUID, sqlalchemy.Uuid),
    ):
        if issubclass(kind, python):
            return made
    return None


def _column(name, annotation, value):
    field = value if isinstance(value, FieldInfo) else FieldInfo(value)
    options = field.options
    if options.get("sa_column") is not None:
        return options["sa_column"]
    kind, nullable = _unwrap(annotation)
    made = _type(kind, options)
    if made is None:
        raise ValueError(f"{kind} has no matching SQLAlchemy type")
    key = options.get("primary_key", False)
    nullable = options.get("nullable", not key and nullable)
    arguments = list(options.get("sa_column_args") or [])
    if options.get("foreign_key"):
        arguments.append(sqlalchemy.ForeignKey(options["foreign_key"], ondelete=options.get("ondelete")))
    keywords = {"primary_key": key, "nullable": nullable}
    for option in ("index", "unique"):
        if options.get(option):
            keywords[option] = True
    if options.get("default_factory"):
        keywords["default"] = options["default_factory"]
    elif field.default is not _MISSING and field.default is not None and field.default is not Ellipsis:
        keywords["default"] = field.default
    keywords.update(options.get("sa_column_kwargs") or {})
    return sqlalchemy.Column(name, made, *arguments, **keywords)


class SQLModel:
    metadata = _registry.metadata

    def __init__(self, **values):
        for name, (_, value) in type(self)._fields.items():
            if name in values:
                setattr(self, name, values[name])
                continue
            field = value if isinstance(value, FieldInfo) else FieldInfo(value)
            if field.options.get("default_factory"):
                setattr(self, name, field.options["default_factory"]())
            elif not isinstance(value, _RelationshipInfo) and field.default not in (_MISSING, Ellipsis):
                setattr(self, name, field.default)

    def __init_subclass__(cls, table=False, **kwargs):
        fields = {}
        for each in reversed(cls.__mro__):
            own = each.__dict__
            for name, annotation in own.get("__annotations__", {}).items():
                if not name.startswith("_"):
                    fields[name] = (annotation, own.get(name, _MISSING))
        cls._fields = fields
        if not table:
            return
        if "__tablename__" not in cls.__dict__:
            cls.__tablename__ = cls.__name__.lower()
        # The columns stand in the order of the annotations: those of the bases first.
        cls.__annotations__ = {name: annotation for name, (annotation, _) in fields.items()}
        for name, (annotation, value) in fields.items():
            if isinstance(value, _RelationshipInfo) or getattr(annotation, "_name", None) == "ClassVar":
                continue
            setattr(cls, name, _column(name, annotation, value))
        _registry.mapped(cls)
