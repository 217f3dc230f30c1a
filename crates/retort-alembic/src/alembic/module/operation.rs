//! The module `alembic.operations.ops`: operations as objects.

use super::super::wrap::NativeClass;
use crate::python::{Arguments, Interpreter, Native, Outcome, Value};

/// The base of operations of Python's own has nothing to initialise.
pub(super) fn no_operation(_interp: &mut Interpreter<'_>, _arguments: Arguments) -> Outcome<Value> {
    Ok(Value::None)
}

/// `Operations(context)`: the directives as methods.
pub(super) fn operations_object(interp: &mut Interpreter<'_>, _arguments: Arguments) -> Outcome<Value> {
    interp.import("alembic.op")
}

/// An object of `alembic.operations.ops`, to be invoked.
#[derive(Debug)]
pub(crate) struct NativeOperation {
    /// The class in Python.
    class: &'static str,
    /// The directive that does the same.
    pub(crate) directive: &'static str,
    /// Its arguments.
    pub(crate) arguments: Arguments,
}

impl Native for NativeOperation {
    fn type_name(&self) -> &str {
        self.class
    }
}

/// The operations whose arguments are those of their directive.
pub(super) fn operation_classes() -> Vec<(&'static str, Value)> {
    macro_rules! operation {
        ($class:literal, $directive:literal) => {
            (
                $class,
                NativeClass::value($class, |_, arguments| {
                    Ok(Value::native(NativeOperation { class: $class, directive: $directive, arguments }))
                }),
            )
        };
    }
    vec![
        ("MigrateOperation", NativeClass::value("MigrateOperation", no_operation)),
        operation!("AddColumnOp", "add_column"),
        operation!("DropColumnOp", "drop_column"),
        operation!("CreateIndexOp", "create_index"),
        operation!("DropIndexOp", "drop_index"),
        operation!("DropTableOp", "drop_table"),
        operation!("RenameTableOp", "rename_table"),
        operation!("CreatePrimaryKeyOp", "create_primary_key"),
        operation!("CreateUniqueConstraintOp", "create_unique_constraint"),
        operation!("CreateForeignKeyOp", "create_foreign_key"),
        operation!("CreateCheckConstraintOp", "create_check_constraint"),
        operation!("DropConstraintOp", "drop_constraint"),
        operation!("ExecuteSQLOp", "execute"),
        operation!("BulkInsertOp", "bulk_insert"),
    ]
}
