//! What a session writes: INSERT for what was added, UPDATE for what was set, DELETE for what was deleted.

use std::rc::Rc;

use super::kind::readable;
use super::mapper::{Mapper, mapper_of};
use super::relationship::joined;
use super::session::NativeSession;
use super::state::state;
use super::{association, delete, rows};
use crate::alembic::wrap::NativeTable;
use crate::alembic::{bridge, dml, events, result};
use crate::python::{Instance, Interpreter, Outcome, Unwind, Value};
use crate::sql::table::ColumnDefault;

/// `session.flush()`
pub(super) fn flush(interp: &mut Interpreter<'_>, session: &Rc<NativeSession>) -> Outcome<()> {
    if session.flushing.replace(true) {
        return Ok(());
    }
    let outcome = write(interp, session);
    session.flushing.set(false);
    outcome
}

fn write(interp: &mut Interpreter<'_>, session: &Rc<NativeSession>) -> Outcome<()> {
    let unknown = session.unknown.borrow_mut().take();
    if let Some(unknown) = unknown {
        let span = interp.call_span();
        bridge::opaque(interp, format!("changes of objects that are {}", unknown.reason), span, false);
    }
    cascade(session);
    let new: Vec<Rc<Instance>> = std::mem::take(&mut *session.new.borrow_mut());
    for instance in in_order(&new) {
        insert(interp, session, &instance)?;
    }
    let loaded = session.loaded.borrow().clone();
    for instance in &loaded {
        update(interp, instance)?;
    }
    association::write(interp, &loaded)?;
    delete::deleted(interp, session)
}

/// Objects that hang on new ones are new too.
fn cascade(session: &Rc<NativeSession>) {
    let mut open: Vec<Rc<Instance>> =
        session.new.borrow().iter().chain(session.loaded.borrow().iter()).cloned().collect();
    while let Some(instance) = open.pop() {
        let Some(mapper) = mapper_of(&instance.class()) else { continue };
        for (name, _) in mapper.relationships().iter() {
            let Some(value) = instance.attribute(name) else { continue };
            let others = value.as_sequence().unwrap_or_else(|| vec![value]);
            for other in others {
                let Value::Instance(other) = other else { continue };
                let is_new = !state(&other).persistent.get()
                    && mapper_of(&other.class()).is_some()
                    && !session.new.borrow().iter().any(|own| Rc::ptr_eq(own, &other));
                if is_new {
                    session.attach(&other);
                    session.new.borrow_mut().push(other.clone());
                    open.push(other);
                }
            }
        }
    }
}

/// What is pointed at first; else as they were added.
pub(super) fn in_order(instances: &[Rc<Instance>]) -> Vec<Rc<Instance>> {
    let mut tables: Vec<Rc<NativeTable>> = Vec::new();
    for mapper in instances.iter().filter_map(|instance| mapper_of(&instance.class())) {
        if !tables.iter().any(|table| Rc::ptr_eq(table, &mapper.table)) {
            tables.push(mapper.table.clone());
        }
    }
    let mut ordered = Vec::new();
    for table in events::sorted(&tables) {
        let own = instances.iter().filter(|instance| {
            mapper_of(&instance.class()).is_some_and(|mapper| Rc::ptr_eq(&mapper.table, &table))
        });
        ordered.extend(own.cloned());
    }
    ordered
}

/// Columns that point at another object take its key.
fn follow(interp: &mut Interpreter<'_>, instance: &Rc<Instance>, mapper: &Mapper) -> Outcome<()> {
    for (name, related) in mapper.relationships().iter() {
        let Some(value) = instance.attribute(name).filter(|_| !related.is_read_only) else { continue };
        if matches!(&value, Value::List(list) if list.borrow().is_empty()) {
            continue;
        }
        let joined = joined(interp, mapper, related)?;
        if joined.through.is_some() {
            continue;
        }
        let this = Value::Instance(instance.clone());
        match &value {
            Value::Instance(_) if !joined.is_list => {
                for (here, there) in &joined.pairs {
                    copy(interp, (&value, joined.mapper.attribute(there)), (&this, mapper.attribute(here)))?;
                }
            }
            Value::List(list) => {
                let children = list.borrow().clone();
                for child in &children {
                    for (here, there) in &joined.pairs {
                        copy(
                            interp,
                            (&this, mapper.attribute(here)),
                            (child, joined.mapper.attribute(there)),
                        )?;
                    }
                }
            }
            _ => {}
        }
    }
    Ok(())
}

fn copy(
    interp: &mut Interpreter<'_>,
    from: (&Value, Option<&str>),
    to: (&Value, Option<&str>),
) -> Outcome<()> {
    let (Some(source), Some(target)) = (from.1, to.1) else { return Ok(()) };
    let value = interp.attribute(from.0, source)?;
    if value.is_none() {
        return Ok(());
    }
    let own = interp.attribute(to.0, target)?;
    match (&own, &value) {
        (Value::Unknown(_), _) | (_, Value::Unknown(_)) => {}
        _ if interp.is_equal(&own, &value)? => return Ok(()),
        _ => {}
    }
    interp.set_attribute(to.0, target, value)
}

fn insert(interp: &mut Interpreter<'_>, session: &Rc<NativeSession>, instance: &Rc<Instance>) -> Outcome<()> {
    let Some(mapper) = mapper_of(&instance.class()) else { return Ok(()) };
    follow(interp, instance, &mapper)?;
    let mut pairs: Vec<(Value, Value)> = Vec::new();
    for (attribute, key) in &mapper.columns {
        let said = [instance.attribute(attribute), mapper.kind.value(attribute).cloned()];
        let given = said.into_iter().flatten().find(|value| !value.is_none());
        let Some(column) = mapper.table.column(key) else { continue };
        let column = column.column.borrow().clone();
        match given {
            Some(value) => pairs.push((Value::str(key), value)),
            // NULL is said for columns that nothing else fills (`_insert_cols_as_none`).
            _ if column.primary_key
                || column.default.is_some()
                || column.server_default.is_some()
                || column.computed.is_some()
                || column.identity.is_some() => {}
            _ => pairs.push((Value::str(key), Value::None)),
        }
    }
    put(interp, &mapper, pairs, Some(instance))?;
    let state = state(instance);
    state.persistent.set(true);
    state.dirty.borrow_mut().clear();
    for (name, _) in mapper.relationships().iter() {
        if state.remembered(name).is_none() {
            state.remember(name, &[]);
        }
    }
    session.attach(instance);
    session.loaded.borrow_mut().push(instance.clone());
    follow(interp, instance, &mapper)
}

/// Puts a row in; the object learns what its defaults and the database gave it.
fn put(
    interp: &mut Interpreter<'_>,
    mapper: &Mapper,
    mut pairs: Vec<(Value, Value)>,
    instance: Option<&Rc<Instance>>,
) -> Outcome<()> {
    for (key, value) in dml::callable_defaults(interp, &mapper.table, &pairs)? {
        if let (Some(instance), Some(attribute)) = (instance, mapper.attribute(&key)) {
            instance.set(attribute, value.clone());
        }
        pairs.push((Value::str(key), value));
    }
    if let Some(instance) = instance {
        values_of_defaults(interp, mapper, instance)?;
    }
    rows::insert(interp, &mapper.table, pairs)?;
    let Some(instance) = instance else { return Ok(()) };
    let keys = mapper.key_attributes();
    let missing: Vec<&String> =
        keys.iter().filter(|key| instance.attribute(key).is_none_or(|value| value.is_none())).collect();
    if let [one] = &missing[..] {
        let key = result::last_key(interp)?;
        instance.set(one, key);
    }
    Ok(())
}

/// Plain defaults of columns are known to the object after the flush.
fn values_of_defaults(interp: &mut Interpreter<'_>, mapper: &Mapper, instance: &Rc<Instance>) -> Outcome<()> {
    for (attribute, key) in &mapper.columns {
        if instance.attribute(attribute).is_some_and(|value| !value.is_none()) {
            continue;
        }
        let Some(column) = mapper.table.column(key) else { continue };
        let default = column.column.borrow().default.clone();
        if let Some(ColumnDefault::Value(literal)) = default
            && let Some(value) = bridge::literal_value(interp, &literal)?
        {
            instance.set(attribute, value);
        }
    }
    Ok(())
}

/// The keys that name the row of an object, with their values.
pub(super) fn identity(mapper: &Mapper, instance: &Rc<Instance>) -> Outcome<Vec<(String, Value)>> {
    let keys = mapper.table.table.borrow().primary_key_columns().to_vec();
    if keys.is_empty() {
        return Err(Unwind::unsupported("a mapped class without a primary key"));
    }
    let value = |key: &String| {
        let attribute = mapper.attribute(key).unwrap_or(key);
        instance.attribute(attribute).unwrap_or(Value::None)
    };
    Ok(keys.iter().map(|key| (key.clone(), value(key))).collect())
}

fn update(interp: &mut Interpreter<'_>, instance: &Rc<Instance>) -> Outcome<()> {
    let Some(mapper) = mapper_of(&instance.class()) else { return Ok(()) };
    let state = state(instance);
    if state.persistent.get() {
        follow(interp, instance, &mapper)?;
    }
    let dirty: Vec<String> = std::mem::take(&mut *state.dirty.borrow_mut());
    let mut pairs: Vec<(Value, Value)> = Vec::new();
    for (attribute, key) in &mapper.columns {
        if dirty.contains(attribute) {
            pairs.push((Value::str(key), instance.attribute(attribute).unwrap_or(Value::None)));
        }
    }
    if pairs.is_empty() {
        return Ok(());
    }
    rows::update(interp, &mapper.table, &identity(&mapper, instance)?, pairs)
}

/// One mapping of `bulk_insert_mappings` or `bulk_update_mappings`.
pub(super) fn mapping(
    interp: &mut Interpreter<'_>,
    class: &Value,
    item: &Value,
    is_insert: bool,
) -> Outcome<()> {
    let mapper = match class {
        Value::Class(class) => readable(class)?,
        _ => None,
    };
    let Some(mapper) = mapper else { return Err(Unwind::type_error("a mapped class is expected")) };
    let span = interp.call_span();
    let Some(pairs) = dml::pairs(item) else {
        if let Value::Unknown(unknown) = item {
            bridge::opaque(interp, format!("a row made of {}", unknown.reason), span, false);
            return Ok(());
        }
        return Err(Unwind::type_error("a dict is expected"));
    };
    let keyed: Vec<(Value, Value)> = pairs
        .into_iter()
        .map(|(name, value)| {
            let key = name.as_str().and_then(|name| {
                mapper.columns.iter().find(|(own, _)| **own == *name).map(|(_, key)| Value::str(key))
            });
            (key.unwrap_or(name), value)
        })
        .collect();
    if is_insert {
        return put(interp, &mapper, keyed, None);
    }
    let keys = mapper.table.table.borrow().primary_key_columns().to_vec();
    let is_key = |value: &Value| value.as_str().is_some_and(|name| keys.iter().any(|key| **key == *name));
    let (conditions, row): (Vec<_>, Vec<_>) = keyed.into_iter().partition(|(key, _)| is_key(key));
    let name = |key: Value| key.as_str().map(|name| name.to_string()).unwrap_or_default();
    let conditions: Vec<_> = conditions.into_iter().map(|(key, value)| (name(key), value)).collect();
    rows::update(interp, &mapper.table, &conditions, row)
}

/// `session.refresh(object)`: what the database has now.
pub(super) fn refresh(
    interp: &mut Interpreter<'_>,
    session: &Rc<NativeSession>,
    value: &Value,
) -> Outcome<()> {
    let Value::Instance(instance) = value else { return Ok(()) };
    flush(interp, session)?;
    let class = instance.class();
    let Some(mapper) = mapper_of(&class) else { return Ok(()) };
    session.loaded.borrow_mut().retain(|own| !Rc::ptr_eq(own, instance));
    let keys: Vec<Value> =
        mapper.key_attributes().iter().map(|name| instance.attribute(name).unwrap_or(Value::None)).collect();
    let fresh = session.get(interp, &Value::Class(class), &Value::tuple(keys))?;
    if let Value::Instance(fresh) = &fresh {
        for (attribute, _) in &mapper.columns {
            instance.set(attribute, fresh.attribute(attribute).unwrap_or(Value::None));
        }
        session.loaded.borrow_mut().retain(|own| !Rc::ptr_eq(own, fresh));
    }
    session.loaded.borrow_mut().push(instance.clone());
    Ok(())
}
