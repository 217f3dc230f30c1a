"""Flask-AppBuilder: columns that say who made and changed a row, and when."""

import datetime

from sqlalchemy import Column, DateTime, ForeignKey, Integer
from sqlalchemy.orm import declared_attr, relationship


class AuditMixin:
    created_on = Column(DateTime, default=lambda: datetime.datetime.now(), nullable=False)
    changed_on = Column(DateTime, default=lambda: datetime.datetime.now(), nullable=False)

    @declared_attr
    def created_by_fk(cls):
        return Column(Integer, ForeignKey("ab_user.id"), nullable=False)

    @declared_attr
    def changed_by_fk(cls):
        return Column(Integer, ForeignKey("ab_user.id"), nullable=False)


class UserExtensionMixin:
    pass
