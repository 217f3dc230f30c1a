//! `MetaData`: what it takes and what it answers.

use std::cell::RefCell;
use std::rc::Rc;

use super::super::events;
use super::super::wrap::{NativeClass, NativeMetaData, NativeTable, identifier, text};
use super::reflect::reflect_all;
use crate::python::{Arguments, Interpreter, Outcome, Unwind, Value};
use crate::sql::naming::NamingConvention;
use crate::sql::table::MetaData;

/// `MetaData(…)`
pub(crate) fn metadata(interp: &mut Interpreter<'_>, mut arguments: Arguments) -> Outcome<Value> {
    let mut metadata =
        MetaData { schema: arguments.take("schema").as_ref().and_then(identifier), ..MetaData::default() };
    if let Some(convention) = arguments.take("naming_convention").filter(|value| !value.is_none()) {
        metadata.naming = Rc::new(naming_convention(interp, &convention)?);
    }
    let mut native = NativeMetaData::new(metadata);
    if let Some(bind) = arguments.take("bind").or_else(|| arguments.positional.first().cloned()) {
        native.bind = RefCell::new(bind);
    }
    if let Some(info) = arguments.take("info") {
        native.info = info;
    }
    Ok(Value::native(native))
}

/// A naming convention from a dict; classes of constraints count as their keys.
pub(crate) fn naming_convention(interp: &mut Interpreter<'_>, value: &Value) -> Outcome<NamingConvention> {
    interp.refuse_foreign(value)?;
    let Value::Dict(dict) = value.plain() else { return Ok(NamingConvention::default()) };
    let pairs: Vec<(Value, Value)> =
        dict.borrow().pairs().map(|(key, value)| (key.clone(), value.clone())).collect();
    let mut templates = Vec::new();
    for (key, value) in pairs {
        let key = match (text(&key), key.as_native::<NativeClass>()) {
            (Some(text), _) => text,
            (None, Some(class)) => match class.name {
                "Index" => "ix",
                "UniqueConstraint" => "uq",
                "CheckConstraint" => "ck",
                "ForeignKeyConstraint" => "fk",
                "PrimaryKeyConstraint" => "pk",
                _ => continue,
            }
            .to_owned(),
            (None, None) => continue,
        };
        match text(&value) {
            Some(template) => templates.push((key, Some(template))),
            None if value.is_none() => templates.push((key, None)),
            None => return Err(Unwind::unsupported("a naming convention with a token that is a function")),
        }
    }
    Ok(NamingConvention::new(templates))
}

/// Attributes of a `MetaData`.
pub(crate) fn metadata_attribute(
    own: &Rc<NativeMetaData>,
    _interp: &mut Interpreter<'_>,
    name: &str,
) -> Outcome<Option<Value>> {
    if let ("tables" | "sorted_tables", Some(unknown)) = (name, &*own.doubted.borrow()) {
        return Ok(Some(Value::Unknown(Rc::clone(unknown))));
    }
    Ok(Some(match name {
        "tables" => {
            let tables = own.tables.borrow();
            Value::dict_of(tables.iter().map(|(name, table)| (name, Value::Native(table.clone()))))
        }
        "sorted_tables" => {
            let tables: Vec<Rc<NativeTable>> = own.tables.borrow().values().cloned().collect();
            Value::list(events::sorted(&tables).into_iter().map(|table| Value::Native(table)).collect())
        }
        "schema" => own.metadata.borrow().schema.as_ref().map_or(Value::None, |schema| Value::str(&**schema)),
        "bind" => own.bind.borrow().clone(),
        "info" => own.info.clone(),
        "naming_convention" => Value::dict_of::<&str>([]),
        "create_all" | "drop_all" | "reflect" | "clear" | "remove" => {
            let (own, method) = (Rc::clone(own), name.to_owned());
            Value::function(name, move |interp, arguments| match &*method {
                "create_all" => events::create_all(interp, &own, arguments),
                "drop_all" => events::drop_all(interp, &own, arguments),
                "reflect" => reflect_all(interp, &own, arguments),
                "remove" => {
                    let [table] = arguments.exactly("remove")?;
                    if let Some(table) = table.as_native::<NativeTable>() {
                        own.tables.borrow_mut().shift_remove(&table.full_name());
                    }
                    Ok(Value::None)
                }
                _ => {
                    own.tables.borrow_mut().clear();
                    Ok(Value::None)
                }
            })
        }
        _ => return Ok(None),
    }))
}
