"""oslo.db: the engine of a migration is that of its connection."""

from alembic import op
from sqlalchemy.orm import Session


class _Facade:
    def configure(self, **kwargs):
        return None

    def get_engine(self):
        return op.get_bind().engine

    def get_sessionmaker(self, **kwargs):
        return lambda: Session(bind=op.get_bind())

    def using(self, context):
        return Session(bind=op.get_bind())


reader = _Facade()
writer = _Facade()


class _TransactionContext(_Facade):
    reader = reader
    writer = writer


def transaction_context():
    return _TransactionContext()


def transaction_context_provider(cls):
    return cls


def configure(**kwargs):
    return None
