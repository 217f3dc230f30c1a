//! What goes wrong, as the exceptions of `sqlalchemy.exc` and `alembic.util`.

use std::collections::BTreeMap;
use std::rc::Rc;

use retort_core::database::DatabaseError;
use retort_core::revision::{RefusalKind, StageError};
use retort_core::source::{DialectKind, Span};

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
    let driver = Driver::of(super::world::facts(interp).dialect, name, words);
    let (text, orig) = (driver.text(), driver.exception(interp));
    let instance = Instance::new(class);
    let text = format!("{text}\n[SQL: {sql}]");
    instance.set("args", Value::tuple(vec![Value::str(text)]));
    instance.set("orig", orig);
    instance.set("statement", Value::str(sql));
    instance.set("params", Value::None);
    instance.set("connection_invalidated", Value::Bool(false));
    *instance.data.borrow_mut() = Some(Rc::new(Refusal { error, span }));
    Unwind::raise_value(Value::Instance(Rc::new(instance)))
}

/// The driver's own exception, `error.orig`, as psycopg2, `PyMySQL` and sqlite3 make it.
struct Driver<'a> {
    module: &'static str,
    class: &'static str,
    /// `MySQL`'s number of the error.
    number: Option<i64>,
    state: &'a str,
    message: &'a str,
}

impl<'a> Driver<'a> {
    fn of(dialect: DialectKind, class: &'static str, words: &'a DatabaseError) -> Driver<'a> {
        let (message, code) = (words.message.as_str(), words.code.as_str());
        match dialect {
            DialectKind::Sqlite => Driver { module: "sqlite3", class, number: None, state: code, message },
            DialectKind::Postgres => match postgres_class(code) {
                Some(class) => {
                    Driver { module: "psycopg2.errors", class, number: None, state: code, message }
                }
                None => Driver { module: "psycopg2", class, number: None, state: code, message },
            },
            DialectKind::Mysql => {
                let (number, state) = code.split_once('/').unwrap_or((code, ""));
                Driver { module: "pymysql.err", class, number: number.parse().ok(), state, message }
            }
        }
    }

    /// As SQLAlchemy begins its own message.
    fn text(&self) -> String {
        let Driver { module, class, message, .. } = self;
        match self.number {
            Some(number) => format!("({module}.{class}) ({number}, {message:?})"),
            None => format!("({module}.{class}) {message}"),
        }
    }

    fn exception(&self, interp: &mut Interpreter<'_>) -> Value {
        let base = interp.class("Exception").map_or(Value::None, Value::Class);
        let Some(class) = interp.exception_class(self.module, self.class, &base) else { return Value::None };
        let instance = Instance::new(class);
        let mut args: Vec<Value> = self.number.map(Value::Int).into_iter().collect();
        args.push(Value::str(self.message));
        instance.set("args", Value::tuple(args));
        for name in ["pgcode", "sqlstate"] {
            instance.set(name, Value::str(self.state));
        }
        Value::Instance(Rc::new(instance))
    }
}

/// The class that `psycopg2.errors` has for a SQLSTATE (`PostgreSQL` 18, appendix A).
fn postgres_class(state: &str) -> Option<&'static str> {
    Some(match state {
        "42P01" => "UndefinedTable",
        "42703" => "UndefinedColumn",
        "42704" => "UndefinedObject",
        "42883" => "UndefinedFunction",
        "42P07" => "DuplicateTable",
        "42701" => "DuplicateColumn",
        "42710" => "DuplicateObject",
        "42P06" => "DuplicateSchema",
        "3F000" => "InvalidSchemaName",
        "42601" => "SyntaxError",
        "2BP01" => "DependentObjectsStillExist",
        "23502" => "NotNullViolation",
        "23503" => "ForeignKeyViolation",
        "23505" => "UniqueViolation",
        "23514" => "CheckViolation",
        "25P02" => "InFailedSqlTransaction",
        "0A000" => "FeatureNotSupported",
        _ => return None,
    })
}

/// What the stage refused, if that is what an exception is about.
pub(crate) fn refusal_of(value: &Value) -> Option<Rc<Refusal>> {
    let Value::Instance(instance) = value else { return None };
    let data = instance.data.borrow().clone()?;
    data.downcast::<Refusal>().ok()
}
