"""Flask-AppBuilder: its own subclass of Flask-SQLAlchemy's class."""

from flask_sqlalchemy import SQLAlchemy


def get_sqla_class():
    return SQLAlchemy
