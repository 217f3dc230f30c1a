"""alembic_utils 0.8: functions, views, triggers and policies of PostgreSQL as objects, and the operations on them."""

from alembic import op
from alembic.operations import MigrateOperation, Operations


class ReplaceableEntity:
    def __init__(self, schema, signature, definition, **options):
        self.schema = schema
        self.signature = signature
        self.definition = definition.strip().rstrip(";") if self._trims else definition.strip()

    _trims = False

    @property
    def literal_schema(self):
        return '"%s"' % self.schema

    @property
    def name(self):
        return self.signature.split("(")[0]

    def _replace(self):
        op.execute(self._drop(" IF EXISTS"))
        op.execute(self._create())


class PGFunction(ReplaceableEntity):
    _trims = True

    @property
    def _parameters(self):
        parts = self.signature[self.signature.index("(") + 1:].strip().rstrip(")").split(",")
        return ", ".join(part.split(" default ")[0].split(" DEFAULT ")[0].split("=")[0].strip() for part in parts)

    def _create(self):
        arguments = self.signature[self.signature.index("("):]
        return 'CREATE FUNCTION %s."%s"%s %s' % (self.literal_schema, self.name, arguments, self.definition)

    def _replace(self):
        op.execute(self._create().replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1))

    def _drop(self, exists=""):
        return 'DROP FUNCTION%s %s."%s"(%s)' % (exists, self.literal_schema, self.name, self._parameters)


class PGView(ReplaceableEntity):
    def _create(self):
        return 'CREATE VIEW %s."%s" AS %s' % (self.literal_schema, self.signature, self.definition)

    def _replace(self):
        """The package does this in a block: the view is made anew only where it cannot be replaced."""
        try:
            with op.get_bind().begin_nested():
                op.execute(self._create().replace("CREATE VIEW", "CREATE OR REPLACE VIEW", 1))
        except Exception:
            super()._replace()

    def _drop(self, exists=""):
        return 'DROP VIEW%s %s."%s"' % (exists, self.literal_schema, self.signature)


class PGMaterializedView(ReplaceableEntity):
    _trims = True

    def __init__(self, schema, signature, definition, with_data=True):
        super().__init__(schema, signature, definition)
        self.with_data = with_data

    def _create(self):
        rows = "" if self.with_data else "NO "
        return 'CREATE MATERIALIZED VIEW %s."%s" AS %s WITH %sDATA' % (
            self.literal_schema, self.signature, self.definition, rows
        )

    def _drop(self, exists=""):
        return 'DROP MATERIALIZED VIEW%s %s."%s"' % (exists, self.literal_schema, self.signature)


class PGTrigger(ReplaceableEntity):
    def __init__(self, schema, signature, definition, on_entity, is_constraint=False):
        super().__init__(schema, signature, definition)
        self.on_entity = on_entity
        self.is_constraint = is_constraint

    def _create(self):
        words = "CREATE CONSTRAINT TRIGGER" if self.is_constraint else "CREATE TRIGGER"
        return '%s "%s" %s' % (words, self.signature, self.definition)

    def _drop(self, exists=""):
        return 'DROP TRIGGER%s "%s" ON %s' % (exists, self.signature, self.on_entity)


class PGPolicy(ReplaceableEntity):
    def __init__(self, schema, signature, definition, on_entity):
        super().__init__(schema, signature, definition)
        self.on_entity = on_entity if "." in on_entity else "%s.%s" % (schema, on_entity)

    def _create(self):
        return "CREATE POLICY %s on %s %s" % (self.signature, self.on_entity, self.definition)

    def _drop(self, exists=""):
        return "DROP POLICY%s %s on %s" % (exists, self.signature, self.on_entity)


class PGExtension(ReplaceableEntity):
    def __init__(self, schema, signature):
        super().__init__(schema, signature, "")

    def _create(self):
        return 'CREATE EXTENSION "%s" WITH SCHEMA %s' % (self.signature, self.literal_schema)

    def _drop(self, exists=""):
        return 'DROP EXTENSION%s "%s"' % (exists, self.signature)


class _Change(MigrateOperation):
    def __init__(self, target):
        self.target = target


@Operations.register_operation("create_entity")
class CreateOp(_Change):
    @classmethod
    def create_entity(cls, operations, target):
        return operations.invoke(cls(target))


@Operations.register_operation("drop_entity")
class DropOp(_Change):
    @classmethod
    def drop_entity(cls, operations, target, cascade=False):
        made = cls(target)
        made.cascade = cascade
        return operations.invoke(made)


@Operations.register_operation("replace_entity")
class ReplaceOp(_Change):
    @classmethod
    def replace_entity(cls, operations, target):
        return operations.invoke(cls(target))


@Operations.implementation_for(CreateOp)
def _create(operations, operation):
    op.execute(operation.target._create())


@Operations.implementation_for(DropOp)
def _drop(operations, operation):
    op.execute(operation.target._drop() + (" CASCADE" if operation.cascade else ""))


@Operations.implementation_for(ReplaceOp)
def _replace(operations, operation):
    operation.target._replace()


def register_entities(*args, **kwargs):
    return None
