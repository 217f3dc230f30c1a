//! What makes sessions: `Session`, `sessionmaker`, `scoped_session`.

use std::rc::Rc;

use super::super::state::state;
use super::NativeSession;
use crate::alembic::connection::NativeTransaction;
use crate::python::{Arguments, Interpreter, Native, Outcome, Value};

/// `Session`
#[derive(Debug)]
pub(in super::super) struct NativeSessionClass;

impl Native for NativeSessionClass {
    fn type_name(&self) -> &str {
        "type"
    }

    fn attribute(self: Rc<Self>, _interp: &mut Interpreter<'_>, name: &str) -> Outcome<Option<Value>> {
        Ok(match name {
            "__name__" => Some(Value::str("Session")),
            "object_session" => Some(Value::function("object_session", object_session)),
            _ => None,
        })
    }

    fn is_callable(&self) -> bool {
        true
    }

    fn call(self: Rc<Self>, _interp: &mut Interpreter<'_>, _arguments: Arguments) -> Outcome<Value> {
        Ok(Value::Native(NativeSession::new()))
    }

    fn has_instance(self: Rc<Self>, _interp: &mut Interpreter<'_>, value: &Value) -> Outcome<Option<bool>> {
        Ok(Some(value.as_native::<NativeSession>().is_some()))
    }
}

/// `sessionmaker(bind=…)`: a function that makes sessions.
pub(in super::super) fn sessionmaker(_interp: &mut Interpreter<'_>, _arguments: Arguments) -> Outcome<Value> {
    Ok(Value::native(NativeFactory))
}

/// `scoped_session(factory)`: one session for all.
pub(in super::super) fn scoped_session(
    _interp: &mut Interpreter<'_>,
    _arguments: Arguments,
) -> Outcome<Value> {
    Ok(Value::Native(NativeSession::new()))
}

/// `object_session(object)`
pub(in super::super) fn object_session(
    _interp: &mut Interpreter<'_>,
    arguments: Arguments,
) -> Outcome<Value> {
    let [object] = arguments.exactly("object_session")?;
    let Value::Instance(instance) = object else { return Ok(Value::None) };
    let session = state(&instance).session.borrow().upgrade();
    Ok(session.map_or(Value::None, |session| Value::Native(session)))
}

/// What `sessionmaker()` gives.
#[derive(Debug)]
pub(super) struct NativeFactory;

impl Native for NativeFactory {
    fn type_name(&self) -> &str {
        "sessionmaker"
    }

    fn reaches_database(&self) -> bool {
        true
    }

    fn is_callable(&self) -> bool {
        true
    }

    fn call(self: Rc<Self>, _interp: &mut Interpreter<'_>, _arguments: Arguments) -> Outcome<Value> {
        Ok(Value::Native(NativeSession::new()))
    }

    fn has_method(&self, name: &str) -> bool {
        matches!(name, "configure" | "begin" | "close_all")
    }

    fn call_method(
        self: Rc<Self>,
        _interp: &mut Interpreter<'_>,
        name: &str,
        _arguments: Arguments,
    ) -> Outcome<Value> {
        Ok(match name {
            "begin" => NativeTransaction::around(Value::Native(NativeSession::new())),
            _ => Value::None,
        })
    }
}
