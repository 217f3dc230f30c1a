"""oslo.db: what exists."""

import sqlalchemy


def get_indexes(engine, table_name):
    return sqlalchemy.inspect(engine).get_indexes(table_name)


def index_exists(engine, table_name, index_name):
    return index_name in [index["name"] for index in get_indexes(engine, table_name)]


def column_exists(engine, table_name, column):
    return column in [each["name"] for each in sqlalchemy.inspect(engine).get_columns(table_name)]


def get_foreign_key_constraint_name(engine, table_name, column_name):
    for key in sqlalchemy.inspect(engine).get_foreign_keys(table_name):
        if key["constrained_columns"] == [column_name]:
            return key["name"]
    return None
