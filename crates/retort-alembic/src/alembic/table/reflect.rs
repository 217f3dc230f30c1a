//! Tables as the database has them.

use std::rc::Rc;

use retort_core::schema::ObjectName;

use super::super::wrap::{self, NativeMetaData, NativeTable, identifier, text};
use super::super::{events, inspector, world};
use super::{Items, remember};
use crate::python::{Arguments, Interpreter, Outcome, Unknown, Unwind, Value};
use crate::sql::identifier::Identifier;
use crate::sql::reflect;

/// A table as the database has it; columns given replace those that were found.
pub(super) fn reflected(
    interp: &mut Interpreter<'_>,
    name: &Identifier,
    schema: Option<&Identifier>,
    metadata: &Rc<NativeMetaData>,
    items: Items,
) -> Outcome<Value> {
    let (model, is_certain) = world::schema(interp);
    let dialect = world::dialect(interp);
    let object = inspector::object(schema.map(|schema| &**schema), name);
    if !is_certain {
        let columns = world::unknown(interp, format!("the columns of `{name}`"));
        if let Value::Unknown(unknown) = &columns {
            *metadata.doubted.borrow_mut() = Some(unknown.derived());
        }
        return Ok(columns);
    }
    let made = reflect::reflect_table(&model, &object, &metadata.metadata.borrow(), false, dialect);
    let mut table = wrap::checked(interp, made)?;
    let extended = table.take(items.items);
    wrap::checked(interp, extended)?;
    let native = NativeTable::new(table, Some(Rc::clone(metadata)), &items.columns);
    remember(interp, metadata, &native, &items.constraints);
    reflect_referred(interp, &native, metadata, &model)?;
    Ok(Value::Native(native))
}

/// Tables that a reflected one points at come along (`resolve_fks=True`).
fn reflect_referred(
    interp: &mut Interpreter<'_>,
    table: &Rc<NativeTable>,
    metadata: &Rc<NativeMetaData>,
    model: &retort_core::schema::Schema,
) -> Outcome<()> {
    let dialect = world::dialect(interp);
    let mut open = vec![Rc::clone(table)];
    while let Some(next) = open.pop() {
        let targets = events::targets(&next.table.borrow());
        for (schema, name) in targets {
            let full = schema.as_ref().map_or_else(|| name.clone(), |schema| format!("{schema}.{name}"));
            if metadata.tables.borrow().contains_key(&full) {
                continue;
            }
            let object: ObjectName = inspector::object(schema.as_deref(), &name);
            let Ok(found) =
                reflect::reflect_table(model, &object, &metadata.metadata.borrow(), false, dialect)
            else {
                continue;
            };
            let native = NativeTable::new(found, Some(Rc::clone(metadata)), &[]);
            remember(interp, metadata, &native, &[]);
            open.push(native);
        }
    }
    Ok(())
}

/// `metadata.reflect(bind, schema=…, only=…)`
pub(super) fn reflect_all(
    interp: &mut Interpreter<'_>,
    metadata: &Rc<NativeMetaData>,
    mut arguments: Arguments,
) -> Outcome<Value> {
    let schema = arguments.take("schema").or_else(|| arguments.positional.get(1).cloned());
    let schema = schema.as_ref().and_then(identifier).or_else(|| metadata.metadata.borrow().schema.clone());
    let only = arguments.take("only").or_else(|| arguments.positional.get(3).cloned());
    let only = match only {
        None | Some(Value::None) => None,
        Some(value) if interp.is_callable(&value) => {
            return Err(Unwind::unsupported("metadata.reflect() with a function as `only`"));
        }
        Some(value) => Some(wrap::several(interp, &value)?.iter().filter_map(text).collect::<Vec<_>>()),
    };
    let (model, is_certain) = world::schema(interp);
    if !is_certain {
        let unknown = Unknown::new("which tables the database has", interp.call_span());
        *metadata.doubted.borrow_mut() = Some(unknown);
        return Ok(Value::None);
    }
    for name in reflect::table_names(&model, schema.as_deref()) {
        let full = schema.as_ref().map_or_else(|| name.clone(), |schema| format!("{schema}.{name}"));
        let is_known = metadata.tables.borrow().contains_key(&full);
        if is_known || only.as_ref().is_some_and(|only| !only.contains(&name)) {
            continue;
        }
        let nothing = Items { items: Vec::new(), columns: Vec::new(), constraints: Vec::new() };
        reflected(interp, &name.into(), schema.as_ref(), metadata, nothing)?;
    }
    Ok(Value::None)
}
