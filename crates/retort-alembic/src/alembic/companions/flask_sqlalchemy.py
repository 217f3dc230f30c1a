"""Flask-SQLAlchemy: models, and a session on the migration's own connection."""

import sqlalchemy
import sqlalchemy.orm
from alembic import op
from sqlalchemy.orm import Session, declarative_base


class _Scoped:
    """`db.session`: one session per program."""

    def __init__(self):
        self._made = None

    def __call__(self, **kwargs):
        return self._session()

    def _session(self):
        if self._made is None:
            self._made = Session(bind=op.get_bind())
        return self._made

    def remove(self):
        self._made = None

    def __getattr__(self, name):
        return getattr(self._session(), name)


class SQLAlchemy:
    def __init__(self, app=None, metadata=None, model_class=None, **kwargs):
        base = model_class if isinstance(model_class, type) else None
        metadata = metadata or getattr(base, "metadata", None) or sqlalchemy.MetaData()
        self.metadata = metadata
        self.Model = declarative_base(metadata=metadata, cls=base) if base else declarative_base(metadata=metadata)
        self.session = _Scoped()
        self.Session = Session

    def init_app(self, app):
        return None

    @property
    def engine(self):
        return op.get_bind()

    def get_engine(self, *args, **kwargs):
        return op.get_bind()

    def create_all(self, *args, **kwargs):
        self.metadata.create_all(op.get_bind())

    def __getattr__(self, name):
        for module in (sqlalchemy, sqlalchemy.orm):
            if hasattr(module, name):
                return getattr(module, name)
        raise AttributeError(name)
