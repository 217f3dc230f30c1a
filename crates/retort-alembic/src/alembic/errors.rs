//! What goes wrong, as the exceptions of `sqlalchemy.exc` and `alembic.util`.

use std::collections::BTreeMap;
use std::rc::Rc;

use retort_core::revision::{RefusalKind, StageError};
use retort_core::source::Span;

use crate::python::{Class, Instance, Interpreter, Unwind, Value};
use crate::sql::{ErrorKind, SqlError};

/// The classes, each with its base; a base stands before what derives from it (SQLAlchemy 2.1, `exc.py`).
const CLASSES: [(&str, &str); 37] = [
    ("SQLAlchemyError", "Exception"),
    ("ArgumentError", "SQLAlchemyError"),
    ("DuplicateColumnError", "ArgumentError"),
    ("ObjectNotExecutableError", "ArgumentError"),
    ("NoSuchModuleError", "ArgumentError"),
    ("NoForeignKeysError", "ArgumentError"),
    ("AmbiguousForeignKeysError", "ArgumentError"),
    ("ConstraintColumnNotFoundError", "ArgumentError"),
    ("CircularDependencyError", "SQLAlchemyError"),
    ("CompileError", "SQLAlchemyError"),
    ("UnsupportedCompilationError", "CompileError"),
    ("IdentifierError", "SQLAlchemyError"),
    ("DisconnectionError", "SQLAlchemyError"),
    ("TimeoutError", "SQLAlchemyError"),
    ("InvalidRequestError", "SQLAlchemyError"),
    ("IllegalStateChangeError", "InvalidRequestError"),
    ("NoInspectionAvailable", "InvalidRequestError"),
    ("PendingRollbackError", "InvalidRequestError"),
    ("ResourceClosedError", "InvalidRequestError"),
    ("NoSuchColumnError", "InvalidRequestError"),
    ("NoResultFound", "InvalidRequestError"),
    ("MultipleResultsFound", "InvalidRequestError"),
    ("NoReferencedTableError", "InvalidRequestError"),
    ("NoSuchTableError", "InvalidRequestError"),
    ("UnreflectableTableError", "InvalidRequestError"),
    ("UnboundExecutionError", "InvalidRequestError"),
    ("StatementError", "SQLAlchemyError"),
    ("DBAPIError", "StatementError"),
    ("InterfaceError", "DBAPIError"),
    ("DatabaseError", "DBAPIError"),
    ("DataError", "DatabaseError"),
    ("OperationalError", "DatabaseError"),
    ("IntegrityError", "DatabaseError"),
    ("InternalError", "DatabaseError"),
    ("ProgrammingError", "DatabaseError"),
    ("NotSupportedError", "DatabaseError"),
    ("DontWrapMixin", "Exception"),
];

/// The classes of one run.
#[derive(Default)]
pub(crate) struct Classes(BTreeMap<&'static str, Rc<Class>>);

/// What the stage refused; hangs on the exception, so that it is known again when nobody catches it.
#[derive(Debug)]
pub(crate) struct Refusal {
    /// As the stage gave it.
    pub(crate) error: StageError,
    /// The call that was refused.
    pub(crate) span: Span,
}

/// A class of `sqlalchemy.exc`, or `CommandError`.
pub(crate) fn class(interp: &mut Interpreter<'_>, name: &str) -> Option<Rc<Class>> {
    if interp.lasting::<Classes>().0.is_empty() {
        make(interp);
    }
    interp.lasting::<Classes>().0.get(name).cloned()
}

fn make(interp: &mut Interpreter<'_>) {
    for (name, base) in CLASSES {
        let base = interp.lasting::<Classes>().0.get(base).cloned().or_else(|| interp.class(base));
        let Some(base) = base else { continue };
        if let Some(class) = interp.exception_class("sqlalchemy.exc", name, &Value::Class(base)) {
            interp.lasting::<Classes>().0.insert(name, class);
        }
    }
    let base = interp.class("Exception").map_or(Value::None, Value::Class);
    if let Some(class) = interp.exception_class("alembic.util", "CommandError", &base) {
        interp.lasting::<Classes>().0.insert("CommandError", class);
    }
}

/// The module `sqlalchemy.exc`.
pub(crate) fn module(interp: &mut Interpreter<'_>) -> Value {
    let mut names = Vec::new();
    for (name, _) in CLASSES {
        if let Some(class) = class(interp, name) {
            names.push((name, Value::Class(class)));
        }
    }
    for warning in ["SAWarning", "SADeprecationWarning", "RemovedIn20Warning", "MovedIn20Warning"] {
        if let Some(class) = interp.class("Warning") {
            names.push((warning, Value::Class(class)));
        }
    }
    interp.native_module("sqlalchemy.exc", names)
}

/// Raises an exception of `sqlalchemy.exc`.
pub(crate) fn raise(interp: &mut Interpreter<'_>, name: &str, message: &str) -> Unwind {
    match class(interp, name) {
        Some(class) => interp.raise_class(&class, message),
        None => Unwind::raise("RuntimeError", message),
    }
}

/// What the compilers said.
pub(crate) fn of_sql(interp: &mut Interpreter<'_>, error: &SqlError) -> Unwind {
    let name = match error.kind {
        ErrorKind::Compile => "CompileError",
        ErrorKind::Argument => "ArgumentError",
        ErrorKind::InvalidRequest => "InvalidRequestError",
        ErrorKind::Identifier => "IdentifierError",
        ErrorKind::NoSuchTable => "NoSuchTableError",
        ErrorKind::Command => "CommandError",
        ErrorKind::NotImplemented => return Unwind::raise("NotImplementedError", &error.message),
        ErrorKind::Value => return Unwind::value_error(&error.message),
        ErrorKind::Type => return Unwind::type_error(&error.message),
        ErrorKind::Key => return Unwind::raise("KeyError", &error.message),
        ErrorKind::Unsupported => return Unwind::unsupported(&error.message),
    };
    raise(interp, name, &error.message)
}

/// What the stage refused, as SQLAlchemy wraps the driver's exception.
pub(crate) fn refused(interp: &mut Interpreter<'_>, error: StageError, span: Span, sql: &str) -> Unwind {
    let StageError::Refused { kind, error: words } = &error else {
        return Unwind::unsupported("this needs rows of a live database");
    };
    let name = match kind {
        RefusalKind::Programming => "ProgrammingError",
        RefusalKind::Operational => "OperationalError",
        RefusalKind::Integrity => "IntegrityError",
        RefusalKind::Data => "DataError",
        RefusalKind::Internal => "InternalError",
        RefusalKind::NotSupported => "NotSupportedError",
    };
    let Some(class) = class(interp, name) else { return Unwind::raise("RuntimeError", error.to_string()) };
    let (message, code) = (words.message.clone(), words.code.clone());
    let driver = driver_error(interp, name, &message, &code);
    let instance = Instance::new(class);
    let text = format!("({name}) {message}\n[SQL: {sql}]");
    instance.set("args", Value::tuple(vec![Value::str(text)]));
    instance.set("orig", driver);
    instance.set("statement", Value::str(sql));
    instance.set("params", Value::None);
    instance.set("connection_invalidated", Value::Bool(false));
    *instance.data.borrow_mut() = Some(Rc::new(Refusal { error, span }));
    Unwind::raise_value(Value::Instance(Rc::new(instance)))
}

/// `error.orig`: the driver's own exception.
fn driver_error(interp: &mut Interpreter<'_>, name: &str, message: &str, code: &str) -> Value {
    let base = interp.class("Exception").map_or(Value::None, Value::Class);
    let Some(class) = interp.exception_class("driver", name, &base) else { return Value::None };
    let instance = Instance::new(class);
    // The drivers of MySQL give number and words.
    let args = match code.parse::<i64>() {
        Ok(number) if code.len() == 4 => vec![Value::Int(number), Value::str(message)],
        _ => vec![Value::str(message)],
    };
    instance.set("args", Value::tuple(args));
    for name in ["pgcode", "sqlstate"] {
        instance.set(name, Value::str(code));
    }
    Value::Instance(Rc::new(instance))
}

/// What the stage refused, if that is what an exception is about.
pub(crate) fn refusal_of(value: &Value) -> Option<Rc<Refusal>> {
    let Value::Instance(instance) = value else { return None };
    let data = instance.data.borrow().clone()?;
    data.downcast::<Refusal>().ok()
}
