//! Rows of the table between two classes: put in and taken out as lists of objects change.

use std::rc::Rc;

use super::mapper::{Mapper, mapper_of};
use super::relationship::{Joined, joined, others};
use super::rows;
use super::state::{instances, state};
use crate::alembic::bridge;
use crate::alembic::wrap::NativeTable;
use crate::python::{Instance, Interpreter, Outcome, Value};

/// The row that joins two objects.
struct Row {
    table: Rc<NativeTable>,
    /// The keys of its columns with their values.
    values: Vec<(String, Value)>,
    /// The objects that it joins.
    ends: [Rc<Instance>; 2],
}

impl Row {
    fn is_same(&self, other: &Row) -> bool {
        let [a, b] = &self.ends;
        let [c, d] = &other.ends;
        Rc::ptr_eq(&self.table, &other.table)
            && (Rc::ptr_eq(a, c) && Rc::ptr_eq(b, d) || Rc::ptr_eq(a, d) && Rc::ptr_eq(b, c))
    }
}

/// Writes what came to lists and what left them. Both sides of a relationship may say the same.
pub(super) fn write(interp: &mut Interpreter<'_>, objects: &[Rc<Instance>]) -> Outcome<()> {
    let (mut gone, mut come): (Vec<Row>, Vec<Row>) = Default::default();
    for instance in objects {
        let Some(mapper) = mapper_of(&instance.class()) else { continue };
        for (name, related) in mapper.relationships().iter() {
            let Some(list) = instance.attribute(name).and_then(|value| value.as_sequence()) else { continue };
            if related.is_read_only {
                continue;
            }
            let joined = joined(interp, &mapper, related)?;
            if joined.through.is_none() {
                continue;
            }
            let before = match state(instance).remembered(name) {
                Some(before) => before,
                // It was set without being looked at before.
                None => match others(interp, instance, &mapper, &joined)? {
                    Value::Unknown(unknown) => {
                        let span = interp.call_span();
                        bridge::opaque(interp, format!("the change of {}", unknown.reason), span, false);
                        continue;
                    }
                    before => instances(&before.as_sequence().unwrap_or_default()),
                },
            };
            let now = instances(&list);
            let has = |list: &[Rc<Instance>], one: &Rc<Instance>| list.iter().any(|own| Rc::ptr_eq(own, one));
            for other in before.iter().filter(|other| !has(&now, other)) {
                gone.extend(row(interp, instance, &mapper, &joined, other)?);
            }
            for other in now.iter().filter(|other| !has(&before, other)) {
                come.extend(row(interp, instance, &mapper, &joined, other)?);
            }
            state(instance).remember(name, &list);
        }
    }
    for (place, row) in gone.iter().enumerate() {
        if !gone[..place].iter().any(|own| own.is_same(row)) {
            rows::delete(interp, &row.table, &row.values)?;
        }
    }
    for (place, row) in come.iter().enumerate() {
        if !come[..place].iter().any(|own| own.is_same(row)) {
            let values = row.values.iter().map(|(key, value)| (Value::str(key), value.clone())).collect();
            rows::insert(interp, &row.table, values)?;
        }
    }
    Ok(())
}

fn row(
    interp: &mut Interpreter<'_>,
    instance: &Rc<Instance>,
    mapper: &Mapper,
    joined: &Joined,
    other: &Rc<Instance>,
) -> Outcome<Option<Row>> {
    let Some(through) = &joined.through else { return Ok(None) };
    let mut values = own_values(interp, instance, mapper, joined)?;
    for (key, between) in &through.pairs {
        let attribute = joined.mapper.attribute(key).unwrap_or(key);
        values.push((between.clone(), interp.attribute(&Value::Instance(other.clone()), attribute)?));
    }
    let (table, ends) = (Rc::clone(&through.table), [Rc::clone(instance), Rc::clone(other)]);
    Ok(Some(Row { table, values, ends }))
}

fn own_values(
    interp: &mut Interpreter<'_>,
    instance: &Rc<Instance>,
    mapper: &Mapper,
    joined: &Joined,
) -> Outcome<Vec<(String, Value)>> {
    let mut values = Vec::new();
    for (key, between) in &joined.pairs {
        let attribute = mapper.attribute(key).unwrap_or(key);
        values.push((between.clone(), interp.attribute(&Value::Instance(instance.clone()), attribute)?));
    }
    Ok(values)
}

/// Takes out all rows that join an object with others.
pub(super) fn clear(
    interp: &mut Interpreter<'_>,
    instance: &Rc<Instance>,
    mapper: &Mapper,
    joined: &Joined,
) -> Outcome<()> {
    let Some(through) = &joined.through else { return Ok(()) };
    let values = own_values(interp, instance, mapper, joined)?;
    rows::delete(interp, &through.table, &values)
}
