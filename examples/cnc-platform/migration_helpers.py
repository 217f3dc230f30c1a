"""What the revisions of this platform share: PostgreSQL's objects that Alembic has no directive for.

On another database, as in the unit tests on SQLite, these objects are left out.
"""
from typing import Optional, Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql


def is_postgresql() -> bool:
    return op.get_context().dialect.name == "postgresql"


def execute_on_postgresql(statement: str) -> None:
    if is_postgresql():
        op.execute(statement)


def jsonb():
    return sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def big_key():
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


# Enums


def create_enum_type(name: str, labels: Sequence[str]) -> None:
    execute_on_postgresql(f"CREATE TYPE {name} AS ENUM ({', '.join(quoted(label) for label in labels)})")


def drop_enum_type(name: str) -> None:
    execute_on_postgresql(f"DROP TYPE IF EXISTS {name}")


def enum_type(name: str, labels: Sequence[str]):
    """The type of a column; `create_enum_type` has made it."""
    return sa.String(50).with_variant(postgresql.ENUM(*labels, name=name, create_type=False), "postgresql")


# Indexes and constraints


def create_gin_index(
    table: str, column: str, *, operator_class: Optional[str] = None, fastupdate: Optional[bool] = None
) -> None:
    options = {}
    if operator_class is not None:
        options["postgresql_ops"] = {column: operator_class}
    if fastupdate is not None:
        options["postgresql_with"] = {"fastupdate": "on" if fastupdate else "off"}
    if is_postgresql():
        op.create_index(f"ix_{table}_{column}_gin", table, [column], postgresql_using="gin", **options)


def drop_gin_index(table: str, column: str) -> None:
    if is_postgresql():
        op.drop_index(f"ix_{table}_{column}_gin", table_name=table)


def create_partial_index(
    table: str, columns: Sequence[str], where: str, *, unique: bool = False, name: Optional[str] = None
) -> None:
    prefix = "puq" if unique else "ix"
    op.create_index(
        name or f"{prefix}_{table}_{columns[0]}",
        table,
        list(columns),
        unique=unique,
        postgresql_where=sa.text(where),
        sqlite_where=sa.text(where),
    )


def named_check_constraint(table: str, name: str, condition: str) -> None:
    """A CHECK by the naming convention; PostgreSQL looks at the rows afterwards, under a weaker lock."""
    if is_postgresql():
        op.execute(f"ALTER TABLE {table} ADD CONSTRAINT ck_{table}_{name} CHECK ({condition}) NOT VALID")
        op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT ck_{table}_{name}")


def drop_named_check_constraint(table: str, name: str) -> None:
    if is_postgresql():
        op.drop_constraint(op.f(f"ck_{table}_{name}"), table, type_="check")


# Triggers


def create_trigger(table: str, name: str, *, when: str, function: str, condition: Optional[str] = None) -> None:
    clause = f" WHEN ({condition})" if condition else ""
    execute_on_postgresql(
        f"CREATE TRIGGER {name} {when} ON {table} FOR EACH ROW{clause} EXECUTE FUNCTION {function}()"
    )


def drop_trigger(table: str, name: str) -> None:
    execute_on_postgresql(f"DROP TRIGGER IF EXISTS {name} ON {table}")


# Row level security


def enable_row_level_security(table: str, *, force: bool = False) -> None:
    execute_on_postgresql(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    if force:
        execute_on_postgresql(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def disable_row_level_security(table: str) -> None:
    execute_on_postgresql(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    execute_on_postgresql(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")


def create_policy(
    table: str,
    name: str,
    *,
    command: str = "ALL",
    role: str = "PUBLIC",
    using: Optional[str] = None,
    with_check: Optional[str] = None,
) -> None:
    statement = f"CREATE POLICY {name} ON {table} FOR {command} TO {role}"
    if using:
        statement += f" USING ({using})"
    if with_check:
        statement += f" WITH CHECK ({with_check})"
    execute_on_postgresql(statement)


def drop_policy(table: str, name: str) -> None:
    execute_on_postgresql(f"DROP POLICY IF EXISTS {name} ON {table}")


# Materialized views


def create_materialized_view(name: str, query: str, *, unique_on: Sequence[str] = ()) -> None:
    """With a unique index it can be refreshed while it is read."""
    execute_on_postgresql(f"CREATE MATERIALIZED VIEW {name} AS {query.strip()} WITH DATA")
    if unique_on:
        execute_on_postgresql(f"CREATE UNIQUE INDEX uq_{name}_{unique_on[0]} ON {name} ({', '.join(unique_on)})")


def refresh_materialized_view(name: str, *, concurrently: bool = True) -> None:
    word = " CONCURRENTLY" if concurrently else ""
    execute_on_postgresql(f"REFRESH MATERIALIZED VIEW{word} {name}")


def drop_materialized_view(name: str) -> None:
    execute_on_postgresql(f"DROP MATERIALIZED VIEW IF EXISTS {name}")


# Comments


def comment_on_table(table: str, comment: str) -> None:
    if is_postgresql():
        op.create_table_comment(table, comment)


def comment_on_column(table: str, column: str, comment: str) -> None:
    execute_on_postgresql(f"COMMENT ON COLUMN {table}.{column} IS {quoted(comment)}")


# Safety


def validate_migration_safety(*tables: str) -> None:
    """Refuses to begin on a database that lacks a table which the revision changes."""
    if op.get_context().as_sql:
        return
    found = sa.inspect(op.get_bind()).get_table_names()
    missing = [table for table in tables if table not in found]
    if missing:
        raise RuntimeError(f"unsafe to run: {', '.join(missing)} is not there")
