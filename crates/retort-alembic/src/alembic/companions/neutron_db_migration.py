"""Neutron: what its plugins' revisions use of `neutron.db.migration`."""

import contextlib
import functools

import sqlalchemy as sa
from alembic import context, op

LIBERTY = "liberty"
MITAKA = "mitaka"
NEWTON = "newton"
OCATA = "ocata"
PIKE = "pike"
QUEENS = "queens"
ROCKY = "rocky"
STEIN = "stein"
TRAIN = "train"
USSURI = "ussuri"
VICTORIA = "victoria"
WALLABY = "wallaby"
XENA = "xena"
YOGA = "yoga"
ZED = "zed"
RELEASE_2023_1 = "2023.1"
RELEASE_2023_2 = "2023.2"
RELEASE_2024_1 = "2024.1"
RELEASE_2024_2 = "2024.2"
RELEASE_2025_1 = "2025.1"
RELEASE_2025_2 = "2025.2"
RELEASE_2026_1 = "2026.1"


def skip_if_offline(func):
    @functools.wraps(func)
    def decorator(*args, **kwargs):
        if not context.is_offline_mode():
            return func(*args, **kwargs)

    return decorator


def raise_if_offline(func):
    @functools.wraps(func)
    def decorator(*args, **kwargs):
        if context.is_offline_mode():
            raise RuntimeError(func.__name__ + " cannot be called while in offline mode")
        return func(*args, **kwargs)

    return decorator


@raise_if_offline
def schema_has_table(table_name):
    return table_name in sa.inspect(op.get_bind()).get_table_names()


@raise_if_offline
def schema_has_column(table_name, column_name):
    if schema_has_table(table_name):
        columns = sa.inspect(op.get_bind()).get_columns(table_name)
        return column_name in [column["name"] for column in columns]


@raise_if_offline
def create_table_if_not_exists(table_name, *args, **kwargs):
    if not schema_has_table(table_name):
        return op.create_table(table_name, *args, **kwargs)


@raise_if_offline
def add_column_if_not_exists(table_name, column, **kwargs):
    if not schema_has_column(table_name, column.name):
        op.add_column(table_name, column, **kwargs)


@raise_if_offline
def alter_column_if_exists(table_name, column_name, **kwargs):
    if schema_has_column(table_name, column_name):
        op.alter_column(table_name, column_name, **kwargs)


@raise_if_offline
def drop_table_if_exists(table_name):
    if schema_has_table(table_name):
        op.drop_table(table_name)


@raise_if_offline
def rename_table_if_exists(old_table_name, new_table_name):
    if schema_has_table(old_table_name):
        op.rename_table(old_table_name, new_table_name)


def alter_enum_add_value(table, column, enum, nullable, server_default=None):
    op.alter_column(table, column, type_=enum, existing_nullable=nullable, server_default=server_default)


def get_unique_constraints_map(table):
    uniques = sa.inspect(op.get_bind()).get_unique_constraints(table)
    return {tuple(sorted(unique["column_names"])): unique["name"] for unique in uniques}


def remove_fk_unique_constraints(table, foreign_keys):
    names = get_unique_constraints_map(table)
    for key in foreign_keys:
        name = names.get(tuple(sorted(key["constrained_columns"])))
        if name:
            op.drop_constraint(constraint_name=name, table_name=table, type_="unique")


def remove_foreign_keys(table, foreign_keys):
    for key in foreign_keys:
        op.drop_constraint(constraint_name=key["name"], table_name=table, type_="foreignkey")


def create_foreign_keys(table, foreign_keys):
    for key in foreign_keys:
        op.create_foreign_key(
            constraint_name=key["name"],
            source_table=table,
            referent_table=key["referred_table"],
            local_cols=key["constrained_columns"],
            remote_cols=key["referred_columns"],
            ondelete=key["options"].get("ondelete"),
        )


@contextlib.contextmanager
def remove_fks_from_table(table, remove_unique_constraints=False):
    try:
        foreign_keys = sa.inspect(op.get_bind()).get_foreign_keys(table)
        remove_foreign_keys(table, foreign_keys)
        if remove_unique_constraints:
            remove_fk_unique_constraints(table, foreign_keys)
        yield
    finally:
        create_foreign_keys(table, foreign_keys)
