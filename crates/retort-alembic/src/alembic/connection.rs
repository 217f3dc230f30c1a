//! Connections and engines: what is executed goes to the stage, what is asked comes from it.

mod driver;
mod execute;
mod transaction;

use std::cell::RefCell;
use std::rc::Rc;

use retort_core::revision::TransactionAct;

use super::bridge;
use crate::python::{Arguments, Comparison, Interpreter, Native, Outcome, Unwind, Value};

pub use execute::execute;
pub(crate) use execute::{Execution, run};
pub use transaction::NativeTransaction;

/// What a [`NativeConnection`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A connection.
    Connection,
    /// An engine; there is one database, so it is the connection by another name.
    Engine,
}

/// The connection of the program, as Python holds it.
#[derive(Debug)]
pub struct NativeConnection {
    kind: Kind,
    options: RefCell<Value>,
    info: Value,
}

const METHODS: [&str; 25] = [
    "execute",
    "exec_driver_sql",
    "scalar",
    "scalars",
    "begin",
    "begin_nested",
    "begin_twophase",
    "commit",
    "rollback",
    "close",
    "dispose",
    "connect",
    "raw_connection",
    "execution_options",
    "get_execution_options",
    "in_transaction",
    "in_nested_transaction",
    "get_transaction",
    "get_nested_transaction",
    "detach",
    "invalidate",
    "run_callable",
    "transaction",
    "run_sync",
    "has_table",
];

impl NativeConnection {
    /// The connection, or its engine.
    pub fn value(kind: Kind) -> Value {
        let options = RefCell::new(Value::dict_of::<&str>([]));
        Value::native(NativeConnection { kind, options, info: Value::dict_of::<&str>([]) })
    }

    /// Whether it stands for an engine.
    pub fn is_engine(&self) -> bool {
        self.kind == Kind::Engine
    }
}

/// `engine.url`: the address of a database that may differ from run to run, all but its kind.
#[derive(Debug)]
struct NativeUrl;

impl Native for NativeUrl {
    fn type_name(&self) -> &str {
        "URL"
    }

    fn attribute(self: Rc<Self>, interp: &mut Interpreter<'_>, name: &str) -> Outcome<Option<Value>> {
        let dialect = bridge::dialect(interp).name();
        Ok(Some(match name {
            "drivername" => Value::str(dialect),
            "get_backend_name" | "get_dialect" => Value::function(name, move |_, _| Ok(Value::str(dialect))),
            "database" => return database_name(interp).map(Some),
            "host" | "port" | "username" | "password" | "query" => UrlText::unknown(interp),
            _ => return Ok(None),
        }))
    }

    fn text(self: Rc<Self>, _interp: &mut Interpreter<'_>, _repr: bool) -> Outcome<Value> {
        Ok(Value::native(UrlText))
    }
}

/// `str(url)`: only how it begins is known, with the name of the dialect.
#[derive(Debug)]
struct UrlText;

impl UrlText {
    fn unknown(interp: &Interpreter<'_>) -> Value {
        Value::unknown("the address of the database", interp.call_span())
    }

    /// Whether it begins so, where that follows from the name.
    fn starts(dialect: &str, prefix: &str) -> Option<bool> {
        match (dialect.starts_with(prefix), prefix.starts_with(dialect)) {
            (true, _) => Some(true),
            (false, true) => None,
            (false, false) => Some(false),
        }
    }
}

impl Native for UrlText {
    fn type_name(&self) -> &str {
        "str"
    }

    fn attribute(self: Rc<Self>, interp: &mut Interpreter<'_>, name: &str) -> Outcome<Option<Value>> {
        match name {
            "startswith" => Ok(Some(Value::function(name, |interp, arguments| {
                let dialect = bridge::dialect(interp).name();
                let prefix = match arguments.exactly("startswith")? {
                    [Value::Tuple(prefixes)] => prefixes.to_vec(),
                    [prefix] => vec![prefix],
                };
                let one =
                    |prefix: &Value| prefix.as_str().and_then(|prefix| UrlText::starts(dialect, &prefix));
                let answers: Vec<Option<bool>> = prefix.iter().map(one).collect();
                Ok(match answers.iter().all(|answer| *answer == Some(false)) {
                    _ if answers.contains(&Some(true)) => Value::Bool(true),
                    true => Value::Bool(false),
                    false => UrlText::unknown(interp),
                })
            }))),
            "lower" | "strip" | "__str__" => {
                Ok(Some(Value::function(name, |_, _| Ok(Value::native(UrlText)))))
            }
            _ => Ok(Some(UrlText::unknown(interp))),
        }
    }

    fn compare(
        self: Rc<Self>,
        interp: &mut Interpreter<'_>,
        comparison: Comparison,
        other: &Value,
    ) -> Outcome<Option<Value>> {
        let part = other.as_str().filter(|_| comparison == Comparison::In);
        Ok(Some(match part.is_some_and(|part| bridge::dialect(interp).name().contains(&*part)) {
            true => Value::Bool(true),
            false => UrlText::unknown(interp),
        }))
    }

    fn text(self: Rc<Self>, interp: &mut Interpreter<'_>, repr: bool) -> Outcome<Value> {
        Ok(if repr { UrlText::unknown(interp) } else { Value::Native(self) })
    }
}

/// The name of the database, which only it knows.
fn database_name(interp: &mut Interpreter<'_>) -> Outcome<Value> {
    let question = match bridge::dialect(interp).name() {
        "postgresql" => "SELECT current_database()",
        "mysql" => "SELECT DATABASE()",
        _ => return Ok(UrlText::unknown(interp)),
    };
    let sqlalchemy = interp.import("sqlalchemy")?;
    let text = interp.call_method(&sqlalchemy, "text", vec![Value::str(question)])?;
    let connection = NativeConnection::value(Kind::Connection);
    interp.call_method(&connection, "scalar", vec![text])
}

impl Native for NativeConnection {
    fn type_name(&self) -> &str {
        match self.kind {
            Kind::Connection => "Connection",
            Kind::Engine => "Engine",
        }
    }

    fn reaches_database(&self) -> bool {
        true
    }

    fn attribute(self: Rc<Self>, interp: &mut Interpreter<'_>, name: &str) -> Outcome<Option<Value>> {
        Ok(Some(match name {
            "dialect" => super::dialects::value(interp),
            "name" | "driver" => Value::str(bridge::dialect(interp).name()),
            "engine" | "bind" => NativeConnection::value(Kind::Engine),
            "connection" | "sync_connection" => Value::Native(self),
            "info" => self.info.clone(),
            "url" => Value::native(NativeUrl),
            "closed" | "invalidated" | "echo" | "should_close_with_result" => Value::Bool(false),
            "default_isolation_level" => match bridge::dialect(interp).name() {
                "sqlite" => Value::str("SERIALIZABLE"),
                "mysql" => Value::str("REPEATABLE READ"),
                _ => Value::str("READ COMMITTED"),
            },
            _ => return Ok(None),
        }))
    }

    fn has_method(&self, name: &str) -> bool {
        METHODS.contains(&name)
    }

    fn call_method(
        self: Rc<Self>,
        interp: &mut Interpreter<'_>,
        name: &str,
        arguments: Arguments,
    ) -> Outcome<Value> {
        match name {
            "execute" => execute(interp, arguments),
            "exec_driver_sql" => driver::exec_driver_sql(interp, arguments),
            "scalar" => {
                let result = execute(interp, arguments)?;
                if let Value::Unknown(_) = result {
                    Ok(result)
                } else {
                    interp.call_method(&result, "scalar", Vec::new())
                }
            }
            "scalars" => {
                let result = execute(interp, arguments)?;
                if let Value::Unknown(_) = result {
                    Ok(result)
                } else {
                    interp.call_method(&result, "scalars", Vec::new())
                }
            }
            "begin" | "transaction" | "begin_twophase" => match self.kind {
                Kind::Engine => Ok(NativeTransaction::around(NativeConnection::value(Kind::Connection))),
                Kind::Connection => Ok(NativeTransaction::outer()),
            },
            "begin_nested" => NativeTransaction::nested(interp),
            "commit" => {
                bridge::transact(interp, TransactionAct::Commit, arguments.span).map(|()| Value::None)
            }
            "rollback" => {
                bridge::transact(interp, TransactionAct::RollBack, arguments.span).map(|()| Value::None)
            }
            "connect" => Ok(NativeConnection::value(Kind::Connection)),
            "execution_options" => {
                let options = self.options.borrow().clone();
                if let Some(dict) = options.as_dict() {
                    for (name, value) in &arguments.keyword {
                        dict.borrow_mut().insert_text(name, value.clone());
                    }
                }
                Ok(Value::Native(self))
            }
            "get_execution_options" => Ok(self.options.borrow().clone()),
            "in_transaction" => Ok(Value::Bool(self.kind == Kind::Connection)),
            "in_nested_transaction" => Ok(Value::Bool(transaction::depth(interp) > 0)),
            "get_transaction" => Ok(NativeTransaction::outer()),
            "get_nested_transaction" => Ok(Value::None),
            "run_callable" | "run_sync" => {
                let mut arguments = arguments;
                if arguments.positional.is_empty() {
                    return Err(Unwind::type_error(format!("{name}() takes a function")));
                }
                let function = arguments.positional.remove(0);
                let connection = NativeConnection::value(Kind::Connection);
                interp.call(&function, arguments.with_first(connection))
            }
            "raw_connection" => Err(Unwind::unsupported("the connection of the driver")),
            "has_table" => {
                let dialect = super::dialects::value(interp);
                let method = interp.attribute(&dialect, "has_table")?;
                interp.call(&method, arguments.with_first(Value::Native(self)))
            }
            _ => Ok(Value::None),
        }
    }

    fn enter(self: Rc<Self>, _interp: &mut Interpreter<'_>) -> Outcome<Option<Value>> {
        Ok(Some(Value::Native(self)))
    }
}
