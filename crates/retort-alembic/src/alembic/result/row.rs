//! Rows and mappings.

use std::rc::Rc;

use super::Names;
use crate::alembic::bridge;
use crate::python::{Arguments, Comparison, Interpreter, Key, Native, Outcome, Unwind, Value};

/// A row: a tuple with names.
#[derive(Debug)]
pub struct NativeRow {
    /// The names of the columns.
    pub names: Names,
    /// The values.
    pub values: Rc<[Value]>,
}

/// A row as a mapping.
#[derive(Debug)]
pub struct NativeMapping {
    /// The names of the columns.
    pub names: Names,
    /// The values.
    pub values: Rc<[Value]>,
}

fn find(
    interp: &mut Interpreter<'_>,
    names: &Names,
    values: &Rc<[Value]>,
    key: &Value,
) -> Outcome<Option<Value>> {
    let name = match key.as_str() {
        Some(name) => Some(name),
        None => match key {
            Value::Native(_) | Value::Instance(_) => {
                interp.find_attribute(key, "name")?.and_then(|name| name.as_str())
            }
            _ => None,
        },
    };
    let Some(name) = name else { return Ok(None) };
    let exact = names.iter().position(|own| **own == *name);
    // Texts give names in the case of the server, which old programs do not always keep.
    let at = exact.or_else(|| names.iter().position(|own| own.eq_ignore_ascii_case(&name)));
    Ok(at.and_then(|at| values.get(at).cloned()))
}

impl NativeMapping {
    /// The names with the values.
    pub fn pairs(&self) -> Vec<(Value, Value)> {
        self.names.iter().map(Value::str).zip(self.values.iter().cloned()).collect()
    }
}

fn dict(names: &Names, values: &Rc<[Value]>) -> Value {
    Value::dict_of(names.iter().map(Rc::clone).zip(values.iter().cloned()))
}

/// The key of a plain value.
fn key_of(value: &Value) -> Option<Key> {
    Some(match value {
        Value::None => Key::None,
        Value::Bool(flag) => Key::Int(i64::from(*flag)),
        Value::Int(number) => Key::Int(*number),
        Value::Str(text) => Key::Str(text.clone()),
        Value::Bytes(bytes) => Key::Bytes(bytes.clone()),
        Value::Native(native) => native.key()?,
        _ => return None,
    })
}

impl Native for NativeRow {
    fn type_name(&self) -> &str {
        "Row"
    }

    fn attribute(self: Rc<Self>, _interp: &mut Interpreter<'_>, name: &str) -> Outcome<Option<Value>> {
        if let Some(at) = self.names.iter().position(|own| **own == *name) {
            return Ok(self.values.get(at).cloned());
        }
        Ok(match name {
            "_mapping" => {
                Some(Value::native(NativeMapping { names: self.names.clone(), values: self.values.clone() }))
            }
            "_fields" => Some(Value::tuple(self.names.iter().map(Value::str).collect())),
            "t" | "_t" => Some(Value::tuple(self.values.to_vec())),
            _ => None,
        })
    }

    fn has_method(&self, name: &str) -> bool {
        matches!(name, "_asdict" | "_tuple" | "tuple" | "keys" | "items" | "values" | "count" | "index")
    }

    fn call_method(
        self: Rc<Self>,
        interp: &mut Interpreter<'_>,
        name: &str,
        arguments: Arguments,
    ) -> Outcome<Value> {
        let tuple = Value::tuple(self.values.to_vec());
        match name {
            "_asdict" => Ok(dict(&self.names, &self.values)),
            "_tuple" | "tuple" => Ok(tuple),
            "count" | "index" => interp.call_method(&tuple, name, arguments.positional),
            _ => interp.call_method(&dict(&self.names, &self.values), name, Vec::new()),
        }
    }

    fn item(self: Rc<Self>, interp: &mut Interpreter<'_>, index: &Value) -> Outcome<Option<Value>> {
        match index {
            Value::Int(_) | Value::Bool(_) | Value::Slice(_) => {
                interp.item(&Value::tuple(self.values.to_vec()), index).map(Some)
            }
            Value::Unknown(_) => Ok(Some(index.clone())),
            _ => match find(interp, &self.names, &self.values, index)? {
                Some(found) => Ok(Some(found)),
                None => Err(Unwind::raise("KeyError", interp.repr(index)?)),
            },
        }
    }

    fn iterate(self: Rc<Self>, _interp: &mut Interpreter<'_>) -> Outcome<Option<Value>> {
        Ok(Some(Value::tuple(self.values.to_vec())))
    }

    fn length(self: Rc<Self>, _interp: &mut Interpreter<'_>) -> Outcome<Option<Value>> {
        Ok(Some(Value::Int(self.values.len() as i64)))
    }

    fn compare(
        self: Rc<Self>,
        interp: &mut Interpreter<'_>,
        comparison: Comparison,
        other: &Value,
    ) -> Outcome<Option<Value>> {
        let own = Value::tuple(self.values.to_vec());
        let other = match other.as_native::<NativeRow>() {
            Some(row) => Value::tuple(row.values.to_vec()),
            None => other.clone(),
        };
        match comparison {
            Comparison::In => interp.compare(comparison, &other, &own).map(Some),
            _ => interp.compare(comparison, &own, &other).map(Some),
        }
    }

    fn text(self: Rc<Self>, interp: &mut Interpreter<'_>, _repr: bool) -> Outcome<Value> {
        interp.repr(&Value::tuple(self.values.to_vec())).map(Value::from)
    }

    fn key(&self) -> Option<Key> {
        self.values.iter().map(key_of).collect::<Option<Vec<Key>>>().map(Key::Tuple)
    }
}

impl Native for NativeMapping {
    fn type_name(&self) -> &str {
        "RowMapping"
    }

    fn has_method(&self, name: &str) -> bool {
        matches!(name, "keys" | "items" | "values" | "get" | "copy")
    }

    fn call_method(
        self: Rc<Self>,
        interp: &mut Interpreter<'_>,
        name: &str,
        arguments: Arguments,
    ) -> Outcome<Value> {
        if name == "get" {
            let [key, otherwise] = arguments.bind("get", "key default?")?;
            let found = find(interp, &self.names, &self.values, &key.unwrap_or(Value::None))?;
            return Ok(found.or(otherwise).unwrap_or(Value::None));
        }
        interp.call_method(&dict(&self.names, &self.values), name, arguments.positional)
    }

    fn item(self: Rc<Self>, interp: &mut Interpreter<'_>, index: &Value) -> Outcome<Option<Value>> {
        if let Value::Unknown(_) = index {
            return Ok(Some(index.clone()));
        }
        match find(interp, &self.names, &self.values, index)? {
            Some(found) => Ok(Some(found)),
            None => {
                let key = interp.repr(index)?;
                let message = format!("Could not locate column in row for column {key}");
                Err(bridge::raise(interp, "NoSuchColumnError", &message))
            }
        }
    }

    fn iterate(self: Rc<Self>, _interp: &mut Interpreter<'_>) -> Outcome<Option<Value>> {
        Ok(Some(Value::list(self.names.iter().map(Value::str).collect())))
    }

    fn length(self: Rc<Self>, _interp: &mut Interpreter<'_>) -> Outcome<Option<Value>> {
        Ok(Some(Value::Int(self.values.len() as i64)))
    }

    fn compare(
        self: Rc<Self>,
        interp: &mut Interpreter<'_>,
        comparison: Comparison,
        other: &Value,
    ) -> Outcome<Option<Value>> {
        match comparison {
            Comparison::In => {
                Ok(Some(Value::Bool(find(interp, &self.names, &self.values, other)?.is_some())))
            }
            _ => interp.compare(comparison, &dict(&self.names, &self.values), other).map(Some),
        }
    }

    fn text(self: Rc<Self>, interp: &mut Interpreter<'_>, _repr: bool) -> Outcome<Value> {
        interp.repr(&dict(&self.names, &self.values)).map(Value::from)
    }
}
