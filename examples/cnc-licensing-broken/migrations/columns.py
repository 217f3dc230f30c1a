"""Types and columns that the revisions of this chain share.

On PostgreSQL they are its own types; on SQLite, where the unit tests run, the nearest that it has.
"""
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

#: Money is never a FLOAT.
MONEY = sa.Numeric(12, 2)
PERCENT = sa.Numeric(5, 2)

#: The Turkish lira comes first.
CURRENCIES = ("TRY", "USD", "EUR")


def is_postgresql() -> bool:
    return op.get_context().dialect.name == "postgresql"


def json_document():
    return sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def ip_address():
    return sa.String(45).with_variant(postgresql.INET(), "postgresql")


def big_key():
    """A BIGSERIAL; SQLite counts INTEGER PRIMARY KEY only."""
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def existing_enum(*values: str, name: str):
    """An enum whose type an earlier revision has made."""
    return sa.Enum(*values, name=name).with_variant(
        postgresql.ENUM(*values, name=name, create_type=False), "postgresql"
    )


def uuid_type():
    return sa.Uuid().with_variant(postgresql.UUID(as_uuid=True), "postgresql")


def uuid_key() -> sa.Column:
    default = sa.text("gen_random_uuid()") if is_postgresql() else None
    return sa.Column("id", uuid_type(), server_default=default, nullable=False)


def timestamps() -> list:
    return [
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
    ]


def drop_enum(name: str) -> None:
    """Drops the type of an enum, where the database has types of enums."""
    if is_postgresql():
        op.execute(f"DROP TYPE {name}")
