//! Transactions: the program's own, and savepoints inside of it.

use std::cell::Cell;
use std::rc::Rc;

use retort_core::revision::TransactionAct;

use crate::alembic::bridge;
use crate::python::{Arguments, Interpreter, Native, Outcome, Value};

/// How many savepoints were set.
#[derive(Debug, Default)]
struct Savepoints {
    made: usize,
    open: usize,
}

/// How many savepoints are open.
pub(super) fn depth(interp: &mut Interpreter<'_>) -> usize {
    interp.slot::<Savepoints>().open
}

/// A transaction, as Python holds it.
#[derive(Debug)]
pub struct NativeTransaction {
    /// The savepoint; None is the transaction that the program runs in.
    savepoint: Option<String>,
    /// What `with` binds; the transaction itself where nothing is said.
    inside: Option<Value>,
    active: Cell<bool>,
}

impl NativeTransaction {
    /// The transaction that the program runs in: it is Alembic's to commit.
    pub fn outer() -> Value {
        Value::native(NativeTransaction { savepoint: None, inside: None, active: Cell::new(true) })
    }

    /// `engine.begin()`, `session.begin()`: `with` binds something else.
    pub fn around(inside: Value) -> Value {
        Value::native(NativeTransaction { savepoint: None, inside: Some(inside), active: Cell::new(true) })
    }

    /// Sets a savepoint.
    pub fn nested(interp: &mut Interpreter<'_>) -> Outcome<Value> {
        let savepoints = interp.slot::<Savepoints>();
        savepoints.made += 1;
        savepoints.open += 1;
        let name = format!("sa_savepoint_{}", savepoints.made);
        let span = interp.call_span();
        bridge::transact(interp, TransactionAct::Savepoint(name.clone()), span)?;
        Ok(Value::native(NativeTransaction { savepoint: Some(name), inside: None, active: Cell::new(true) }))
    }

    fn end(&self, interp: &mut Interpreter<'_>, keep: bool) -> Outcome<()> {
        if !self.active.replace(false) {
            return Ok(());
        }
        let span = interp.call_span();
        match (&self.savepoint, keep) {
            (Some(name), keep) => {
                let open = &mut interp.slot::<Savepoints>().open;
                *open = open.saturating_sub(1);
                if keep {
                    return bridge::transact(interp, TransactionAct::Release(name.clone()), span);
                }
                bridge::transact(interp, TransactionAct::RollBackTo(name.clone()), span)
            }
            (None, true) => Ok(()),
            (None, false) => bridge::transact(interp, TransactionAct::RollBack, span),
        }
    }
}

impl Native for NativeTransaction {
    fn type_name(&self) -> &str {
        if self.savepoint.is_some() { "NestedTransaction" } else { "RootTransaction" }
    }

    fn reaches_database(&self) -> bool {
        true
    }

    fn attribute(self: Rc<Self>, _interp: &mut Interpreter<'_>, name: &str) -> Outcome<Option<Value>> {
        Ok(match name {
            "is_active" | "is_valid" => Some(Value::Bool(self.active.get())),
            "connection" => Some(super::NativeConnection::value(super::Kind::Connection)),
            "nested" => Some(Value::Bool(self.savepoint.is_some())),
            _ => None,
        })
    }

    fn has_method(&self, name: &str) -> bool {
        matches!(name, "commit" | "rollback" | "close" | "prepare" | "start")
    }

    fn call_method(
        self: Rc<Self>,
        interp: &mut Interpreter<'_>,
        name: &str,
        _arguments: Arguments,
    ) -> Outcome<Value> {
        match name {
            "commit" => self.end(interp, true)?,
            "rollback" | "close" => self.end(interp, false)?,
            _ => {}
        }
        Ok(Value::None)
    }

    fn enter(self: Rc<Self>, _interp: &mut Interpreter<'_>) -> Outcome<Option<Value>> {
        Ok(Some(self.inside.clone().unwrap_or(Value::Native(self))))
    }

    fn exit(self: Rc<Self>, interp: &mut Interpreter<'_>, exception: Option<&Value>) -> Outcome<bool> {
        if exception.is_none()
            && let Some(inside) = &self.inside
            && interp.find_attribute(inside, "flush")?.is_some()
        {
            interp.call_method(inside, "flush", Vec::new())?;
        }
        self.end(interp, exception.is_none())?;
        Ok(false)
    }
}
