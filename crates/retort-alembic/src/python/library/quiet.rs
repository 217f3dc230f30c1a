//! `logging`, `warnings`, and what is like them: they record nothing and never fail.

use std::rc::Rc;

use super::super::native::Native;
use super::super::unwind::Outcome;
use super::super::value::{Instance, Value};
use super::super::{Arguments, Interpreter};

/// An object whose every method does nothing.
#[derive(Debug)]
pub(super) struct Quiet {
    kind: &'static str,
    /// Whether calling it gives itself: a factory of loggers.
    gives_itself: bool,
}

impl Quiet {
    pub(super) fn value(kind: &'static str, gives_itself: bool) -> Value {
        Value::native(Quiet { kind, gives_itself })
    }
}

impl Native for Quiet {
    fn type_name(&self) -> &str {
        self.kind
    }

    fn attribute(self: Rc<Self>, _interp: &mut Interpreter<'_>, name: &str) -> Outcome<Option<Value>> {
        Ok(match name {
            "name" | "__name__" => Some(Value::str(self.kind)),
            "level" => Some(Value::Int(0)),
            "handlers" | "filters" => Some(Value::list(Vec::new())),
            "disabled" | "propagate" => Some(Value::Bool(false)),
            _ => None,
        })
    }

    fn set_attribute(
        self: Rc<Self>,
        _interp: &mut Interpreter<'_>,
        _name: &str,
        _value: Value,
    ) -> Outcome<bool> {
        Ok(true)
    }

    fn has_method(&self, name: &str) -> bool {
        (!name.starts_with("__") || name == "__init__")
            && !matches!(name, "name" | "level" | "handlers" | "filters" | "disabled" | "propagate")
    }

    fn call_method(
        self: Rc<Self>,
        _interp: &mut Interpreter<'_>,
        name: &str,
        _arguments: Arguments,
    ) -> Outcome<Value> {
        Ok(match name {
            "isEnabledFor" | "hasHandlers" => Value::Bool(false),
            "getEffectiveLevel" => Value::Int(30),
            "getChild" | "bind" | "opt" | "new" | "unbind" | "contextualize" | "patch" => Value::Native(self),
            _ => Value::None,
        })
    }

    fn is_callable(&self) -> bool {
        true
    }

    fn call(self: Rc<Self>, _interp: &mut Interpreter<'_>, _arguments: Arguments) -> Outcome<Value> {
        Ok(if self.gives_itself { Value::Native(self) } else { Value::None })
    }

    fn enter(self: Rc<Self>, _interp: &mut Interpreter<'_>) -> Outcome<Option<Value>> {
        Ok(Some(Value::Native(self)))
    }

    fn is_base(&self) -> bool {
        true
    }

    fn instance_attribute(
        self: Rc<Self>,
        interp: &mut Interpreter<'_>,
        _instance: &Rc<Instance>,
        name: &str,
    ) -> Outcome<Option<Value>> {
        if !self.has_method(name) {
            return self.attribute(interp, name);
        }
        let method = name.to_owned();
        Ok(Some(Value::function(name, move |interp, arguments| {
            self.clone().call_method(interp, &method, arguments)
        })))
    }
}

pub(super) fn names(_interp: &mut Interpreter<'_>, path: &str) -> Vec<(&'static str, Value)> {
    let quiet = |kind: &'static str| Value::function(kind, |_, _| Ok(Value::None));
    let logger = || Value::function("getLogger", |_, _| Ok(Quiet::value("Logger", false)));
    if path == "warnings" {
        return vec![
            ("warn", quiet("warn")),
            ("warn_explicit", quiet("warn")),
            ("simplefilter", quiet("simplefilter")),
            ("filterwarnings", quiet("filterwarnings")),
            ("resetwarnings", quiet("resetwarnings")),
            ("catch_warnings", Quiet::value("catch_warnings", true)),
        ];
    }
    let mut names = vec![
        ("getLogger", logger()),
        ("get_logger", logger()),
        ("getLoggerClass", logger()),
        ("logger", Quiet::value("Logger", false)),
        ("root", Quiet::value("Logger", false)),
    ];
    for name in [
        "basicConfig",
        "debug",
        "info",
        "warning",
        "warn",
        "error",
        "critical",
        "exception",
        "log",
        "disable",
        "captureWarnings",
        "fileConfig",
        "dictConfig",
        "setLoggerClass",
        "addLevelName",
        "configure",
    ] {
        names.push((name, quiet(name)));
    }
    for (name, level) in [
        ("NOTSET", 0),
        ("DEBUG", 10),
        ("INFO", 20),
        ("WARNING", 30),
        ("WARN", 30),
        ("ERROR", 40),
        ("CRITICAL", 50),
        ("FATAL", 50),
    ] {
        names.push((name, Value::Int(level)));
    }
    for name in ["Logger", "LoggerAdapter", "Handler", "StreamHandler", "NullHandler", "Formatter", "Filter"]
    {
        names.push((name, Quiet::value(name, true)));
    }
    names
}
