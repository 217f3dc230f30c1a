//! `table.c`: the columns of a table by key.

use std::rc::Rc;

use super::super::wrap::{self, NativeColumn, NativeTable, text};
use crate::python::{Interpreter, Native, Outcome, Unwind, Value};

/// `table.c`, `table.columns`
#[derive(Debug)]
pub(crate) struct NativeColumns {
    pub(super) table: Rc<NativeTable>,
    /// Only those of the primary key.
    pub(super) keys_only: bool,
}

impl NativeColumns {
    fn list(&self) -> Vec<(String, Rc<NativeColumn>)> {
        let table = self.table.table.borrow();
        let keys = table.primary_key_columns();
        let columns = self.table.columns.borrow();
        let chosen = columns.iter().filter(|(key, _)| !self.keys_only || keys.contains(key));
        chosen.map(|(key, column)| (key.clone(), Rc::clone(column))).collect()
    }

    fn values(&self) -> Vec<Value> {
        self.list().into_iter().map(|(_, column)| Value::Native(column)).collect()
    }
}

impl Native for NativeColumns {
    fn type_name(&self) -> &str {
        "ReadOnlyColumnCollection"
    }

    fn attribute(self: Rc<Self>, _interp: &mut Interpreter<'_>, name: &str) -> Outcome<Option<Value>> {
        if let Some(column) = self.list().into_iter().find(|(key, _)| key == name) {
            return Ok(Some(Value::Native(column.1)));
        }
        let own = Rc::clone(&self);
        Ok(Some(match name {
            "keys" => Value::function(name, move |_, _| {
                Ok(Value::list(own.list().iter().map(|(key, _)| Value::str(key)).collect()))
            }),
            "values" => Value::function(name, move |_, _| Ok(Value::list(own.values()))),
            "items" => Value::function(name, move |_, _| {
                let pair = |(key, column): (String, Rc<NativeColumn>)| {
                    Value::tuple(vec![Value::str(key), Value::Native(column)])
                };
                Ok(Value::list(own.list().into_iter().map(pair).collect()))
            }),
            "get" => Value::function(name, move |_, arguments| {
                let [key, default] = arguments.bind("get", "key default?")?;
                let key = key.as_ref().and_then(text).unwrap_or_default();
                let found = own.list().into_iter().find(|(own, _)| *own == key);
                Ok(found.map_or(default.unwrap_or(Value::None), |(_, column)| Value::Native(column)))
            }),
            "contains_column" => Value::function(name, move |interp, arguments| {
                let [column] = arguments.exactly("contains_column")?;
                let found =
                    interp.type_name(&column) == "Column" && own.values().iter().any(|own| own.is(&column));
                Ok(Value::Bool(found))
            }),
            "columns" => Value::list(self.values()),
            _ => return Ok(None),
        }))
    }

    fn iterate(self: Rc<Self>, _interp: &mut Interpreter<'_>) -> Outcome<Option<Value>> {
        Ok(Some(Value::list(self.values())))
    }

    fn length(self: Rc<Self>, _interp: &mut Interpreter<'_>) -> Outcome<Option<Value>> {
        Ok(Some(Value::Int(self.list().len() as i64)))
    }

    fn item(self: Rc<Self>, _interp: &mut Interpreter<'_>, index: &Value) -> Outcome<Option<Value>> {
        if let Some(at) = index.as_int() {
            let found = usize::try_from(at).ok().and_then(|at| self.values().get(at).cloned());
            return found.map(Some).ok_or_else(|| Unwind::raise("IndexError", at.to_string()));
        }
        let key = wrap::key_text(index);
        match self.list().into_iter().find(|(own, _)| *own == key) {
            Some((_, column)) => Ok(Some(Value::Native(column))),
            None => Err(Unwind::raise("KeyError", format!("'{key}'"))),
        }
    }

    fn compare(
        self: Rc<Self>,
        _interp: &mut Interpreter<'_>,
        comparison: crate::python::Comparison,
        other: &Value,
    ) -> Outcome<Option<Value>> {
        let is_there = || {
            let key = wrap::key_text(other);
            self.list().iter().any(|(own, _)| *own == key)
        };
        Ok(match comparison {
            crate::python::Comparison::In => Some(Value::Bool(is_there())),
            crate::python::Comparison::NotIn => Some(Value::Bool(!is_there())),
            _ => None,
        })
    }
}
