"""Flask-AppBuilder: the base of its models."""

from flask_sqlalchemy import SQLAlchemy as SQLA  # noqa: F401
from sqlalchemy.orm import declarative_base


class ModelDeclarativeMeta:
    pass


Model = declarative_base()
Base = Model
