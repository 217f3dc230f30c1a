//! `inspect()` of what is mapped, and `Class.__mapper__`.

use std::rc::Rc;

use super::mapper::{Mapper, mapper_of};
use crate::python::{Class, Interpreter, Native, Outcome, Unwind, Value};

/// The mapper of a class, as Python holds it.
#[derive(Debug)]
struct NativeMapper {
    class: Rc<Class>,
    mapper: Rc<Mapper>,
}

/// The mapper of a class as a value.
pub(super) fn mapper_value(class: &Rc<Class>) -> Option<Value> {
    mapper_of(class).map(|mapper| Value::native(NativeMapper { class: Rc::clone(class), mapper }))
}

/// What `inspect()` gives of a class, an object, a query, a table; None for what has an inspector.
pub(crate) fn inspected(subject: &Value) -> Outcome<Option<Value>> {
    match subject {
        Value::Class(class) => match mapper_value(class) {
            Some(mapper) => Ok(Some(mapper)),
            None => Err(Unwind::unsupported(format!("inspect() of `{}`, which is not mapped", class.name))),
        },
        Value::Instance(_) => Err(Unwind::unsupported("inspect() of an object")),
        Value::Native(native) if matches!(native.type_name(), "Query" | "Table" | "Column") => {
            Ok(Some(subject.clone()))
        }
        _ => Ok(None),
    }
}

impl Native for NativeMapper {
    fn type_name(&self) -> &str {
        "Mapper"
    }

    fn attribute(self: Rc<Self>, interp: &mut Interpreter<'_>, name: &str) -> Outcome<Option<Value>> {
        let table = Value::Native(self.mapper.table.clone());
        Ok(Some(match name {
            "local_table" | "persist_selectable" | "mapped_table" | "selectable" => table,
            "tables" => Value::list(vec![table]),
            "class_" | "entity" => Value::Class(Rc::clone(&self.class)),
            "mapper" => Value::Native(self),
            "c" | "columns" => return interp.attribute(&table, "c").map(Some),
            "primary_key" => {
                let keys = interp.attribute(&table, "primary_key")?;
                Value::tuple(interp.values(&keys)?)
            }
            _ => return Ok(None),
        }))
    }
}
