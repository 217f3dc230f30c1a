//! The methods of a session as Python calls them.

use std::cell::RefCell;
use std::rc::Rc;

use retort_core::revision::TransactionAct;

use super::super::flush;
use super::super::state::state;
use super::NativeSession;
use super::factory::NativeFactory;
use crate::alembic::bridge;
use crate::alembic::connection::{Kind, NativeConnection, NativeTransaction};
use crate::python::{Arguments, Instance, Interpreter, Native, Outcome, Value};

const METHODS: [&str; 35] = [
    "query",
    "execute",
    "scalar",
    "scalars",
    "add",
    "add_all",
    "delete",
    "merge",
    "get",
    "get_one",
    "flush",
    "commit",
    "rollback",
    "close",
    "begin",
    "begin_nested",
    "refresh",
    "expire",
    "expire_all",
    "expunge",
    "expunge_all",
    "connection",
    "get_bind",
    "bulk_save_objects",
    "bulk_insert_mappings",
    "bulk_update_mappings",
    "remove",
    "configure",
    "in_transaction",
    "is_modified",
    "reset",
    "invalidate",
    "prepare",
    "close_all",
    "__call__",
];

impl Native for NativeSession {
    fn type_name(&self) -> &str {
        "Session"
    }

    fn reaches_database(&self) -> bool {
        true
    }

    fn attribute(self: Rc<Self>, _interp: &mut Interpreter<'_>, name: &str) -> Outcome<Option<Value>> {
        let list = |instances: &RefCell<Vec<Rc<Instance>>>| {
            Value::list(instances.borrow().iter().cloned().map(Value::Instance).collect())
        };
        Ok(match name {
            "bind" | "engine" => Some(NativeConnection::value(Kind::Connection)),
            "no_autoflush" => Some(NativeTransaction::around(Value::Native(self))),
            "new" => Some(list(&self.new)),
            "deleted" => Some(list(&self.deleted)),
            "is_active" => Some(Value::Bool(true)),
            "autoflush" => Some(Value::Bool(true)),
            "info" => Some(Value::dict_of::<&str>([])),
            "registry" => Some(Value::native(NativeFactory)),
            _ => None,
        })
    }

    fn set_attribute(
        self: Rc<Self>,
        _interp: &mut Interpreter<'_>,
        name: &str,
        _value: Value,
    ) -> Outcome<bool> {
        Ok(matches!(name, "autoflush" | "expire_on_commit"))
    }

    fn has_method(&self, name: &str) -> bool {
        METHODS.contains(&name)
    }

    fn call_method(
        self: Rc<Self>,
        interp: &mut Interpreter<'_>,
        name: &str,
        mut arguments: Arguments,
    ) -> Outcome<Value> {
        let first = arguments.positional.first().cloned().unwrap_or(Value::None);
        match name {
            "query" => self.query(interp, arguments.positional),
            "execute" | "scalar" | "scalars" => {
                let parameters = arguments.positional.get(1).cloned().or_else(|| arguments.take("params"));
                let statement = match first {
                    Value::None => arguments.take("statement").unwrap_or(Value::None),
                    first => first,
                };
                let statement = match &statement {
                    Value::Str(text) => {
                        crate::alembic::expression::value(crate::sql::Expression::text(text.to_string()))
                    }
                    _ => statement,
                };
                let result = self.run(interp, &statement, parameters)?;
                match (name, &result) {
                    (_, Value::Unknown(_)) | ("execute", _) => Ok(result),
                    _ => interp.call_method(&result, name, Vec::new()),
                }
            }
            "add" => self.add(interp, &first).map(|()| Value::None),
            "add_all" | "bulk_save_objects" => {
                let items = match interp.collect(&first)? {
                    crate::python::Elements::Known(items) => items,
                    crate::python::Elements::Unknown(unknown) => {
                        self.note_unknown(&unknown);
                        Vec::new()
                    }
                };
                for item in &items {
                    self.add(interp, item)?;
                }
                if name == "bulk_save_objects" {
                    flush::flush(interp, &self)?;
                }
                Ok(Value::None)
            }
            "delete" => self.delete(&first).map(|()| Value::None),
            "merge" => self.merge(interp, &first),
            "get" | "get_one" => {
                let key = arguments.positional.get(1).cloned().or_else(|| arguments.take("ident"));
                self.get(interp, &first, &key.unwrap_or(Value::None))
            }
            "bulk_insert_mappings" | "bulk_update_mappings" => self.bulk(interp, name, &arguments),
            // A session on a connection that is in a transaction does not commit that (`join_transaction_mode`'s
            // default, SQLAlchemy 2.0): Alembic does at its end. A rollback it passes on.
            "flush" | "commit" => flush::flush(interp, &self).map(|()| Value::None),
            "rollback" => {
                self.forget();
                bridge::transact(interp, TransactionAct::RollBack, arguments.span)?;
                Ok(Value::None)
            }
            "close" | "expunge_all" | "remove" | "reset" | "invalidate" => {
                self.forget();
                self.loaded.borrow_mut().clear();
                Ok(Value::None)
            }
            "begin" => Ok(NativeTransaction::around(Value::Native(self))),
            "begin_nested" => {
                flush::flush(interp, &self)?;
                NativeTransaction::nested(interp)
            }
            "connection" | "get_bind" => {
                flush::flush(interp, &self)?;
                Ok(NativeConnection::value(Kind::Connection))
            }
            "refresh" => flush::refresh(interp, &self, &first).map(|()| Value::None),
            "expunge" => {
                if let Value::Instance(instance) = &first {
                    self.new.borrow_mut().retain(|own| !Rc::ptr_eq(own, instance));
                    self.loaded.borrow_mut().retain(|own| !Rc::ptr_eq(own, instance));
                }
                Ok(Value::None)
            }
            "in_transaction" => Ok(Value::Bool(true)),
            "is_modified" => match &first {
                Value::Instance(instance) => Ok(Value::Bool(!state(instance).dirty.borrow().is_empty())),
                _ => Ok(Value::Bool(false)),
            },
            _ => Ok(Value::None),
        }
    }

    fn is_callable(&self) -> bool {
        true
    }

    /// A `scoped_session` is called for the session that it is.
    fn call(self: Rc<Self>, _interp: &mut Interpreter<'_>, _arguments: Arguments) -> Outcome<Value> {
        Ok(Value::Native(self))
    }

    fn compare(
        self: Rc<Self>,
        _interp: &mut Interpreter<'_>,
        comparison: crate::python::Comparison,
        other: &Value,
    ) -> Outcome<Option<Value>> {
        let Value::Instance(instance) = other else { return Ok(None) };
        let has =
            |list: &RefCell<Vec<Rc<Instance>>>| list.borrow().iter().any(|own| Rc::ptr_eq(own, instance));
        Ok((comparison == crate::python::Comparison::In)
            .then(|| Value::Bool(has(&self.new) || has(&self.loaded))))
    }

    fn iterate(self: Rc<Self>, _interp: &mut Interpreter<'_>) -> Outcome<Option<Value>> {
        let all = self
            .new
            .borrow()
            .iter()
            .chain(self.loaded.borrow().iter())
            .cloned()
            .map(Value::Instance)
            .collect();
        Ok(Some(Value::list(all)))
    }

    fn truth(self: Rc<Self>, _interp: &mut Interpreter<'_>) -> Outcome<Value> {
        Ok(Value::Bool(true))
    }

    fn enter(self: Rc<Self>, _interp: &mut Interpreter<'_>) -> Outcome<Option<Value>> {
        Ok(Some(Value::Native(self)))
    }

    /// A session that ends without `commit()` forgets what it did not flush.
    fn exit(self: Rc<Self>, _interp: &mut Interpreter<'_>, _exception: Option<&Value>) -> Outcome<bool> {
        self.forget();
        self.loaded.borrow_mut().clear();
        Ok(false)
    }
}
