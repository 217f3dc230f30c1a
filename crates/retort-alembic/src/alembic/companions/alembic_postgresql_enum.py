"""alembic-postgresql-enum 1.8: new labels of an enumeration, with the columns that hold them."""

from alembic import op
from alembic.operations import MigrateOperation, Operations


class ColumnType:
    COMMON = "common"
    ARRAY = "array"


class TableReference:
    def __init__(self, table_schema, table_name, column_name, column_type=ColumnType.COMMON,
                 existing_server_default=None):
        self.table_schema = table_schema
        self.table_name = table_name
        self.column_name = column_name
        self.column_type = column_type
        self.existing_server_default = existing_server_default

    @property
    def table(self):
        schema = '"%s".' % self.table_schema if self.table_schema else ""
        return '%s"%s"' % (schema, self.table_name)


class Column(TableReference):
    def __init__(self, table_name, column_name, column_type=ColumnType.COMMON):
        super().__init__(None, table_name, column_name, column_type)


def _changed(text, renamed):
    for old, new in renamed:
        text = text.replace("'%s'" % old, "'%s'" % new)
    return text


@Operations.register_operation("sync_enum_values")
class SyncEnumValuesOp(MigrateOperation):
    def __init__(self, schema, name, new_values, affected_columns, enum_values_to_rename):
        self.schema = schema
        self.name = name
        self.new_values = new_values
        self.affected_columns = affected_columns
        self.renamed = enum_values_to_rename

    @classmethod
    def sync_enum_values(cls, operations, enum_schema, enum_name, new_values, affected_columns,
                         enum_values_to_rename=(), indexes_to_recreate=()):
        if indexes_to_recreate:
            unknown("indexes_to_recreate of sync_enum_values()")
        return operations.invoke(
            cls(enum_schema, enum_name, new_values, affected_columns, enum_values_to_rename)
        )


@Operations.implementation_for(SyncEnumValuesOp)
def _sync(operations, operation):
    if operations.get_context().dialect.name != "postgresql":
        return
    schema = '"%s".' % operation.schema if operation.schema else ""
    old = "%s_old" % operation.name
    labels = ", ".join("'%s'" % label for label in operation.new_values)
    for each in operation.affected_columns:
        if each.existing_server_default:
            op.execute('ALTER TABLE %s ALTER COLUMN "%s" DROP DEFAULT' % (each.table, each.column_name))
    op.execute('ALTER TYPE %s"%s" RENAME TO "%s"' % (schema, operation.name, old))
    op.execute('CREATE TYPE %s"%s" AS ENUM(%s)' % (schema, operation.name, labels))
    for each in operation.affected_columns:
        suffix = "[]" if each.column_type == ColumnType.ARRAY else ""
        value = '"%s"::text%s' % (each.column_name, suffix)
        if operation.renamed and not suffix:
            cases = " ".join("WHEN '%s' THEN '%s'" % pair for pair in operation.renamed)
            value = 'CASE "%s"::text %s ELSE "%s"::text END' % (each.column_name, cases, each.column_name)
        op.execute(
            'ALTER TABLE %s ALTER COLUMN "%s" TYPE %s"%s"%s USING (%s)::%s"%s"%s'
            % (each.table, each.column_name, schema, operation.name, suffix, value, schema, operation.name, suffix)
        )
    op.execute('DROP TYPE %s"%s"' % (schema, old))
    for each in operation.affected_columns:
        if each.existing_server_default:
            default = _changed(each.existing_server_default, operation.renamed)
            op.execute(
                'ALTER TABLE %s ALTER COLUMN "%s" SET DEFAULT %s' % (each.table, each.column_name, default)
            )
