//! Rows of the table between two classes: put in and taken out as lists of objects change.

use std::rc::Rc;

use super::mapper::{Mapper, mapper_of};
use super::relationship::{Joined, Through, joined, others};
use super::state::{instances, state};
use crate::alembic::connection::{Execution, run};
use crate::alembic::{bridge, dml, expression};
use crate::python::{Arguments, Comparison, Instance, Interpreter, Outcome, Value};

/// The row that joins two objects.
struct Row {
    through: Through,
    /// The keys of its columns with their values.
    values: Vec<(String, Value)>,
    /// The objects that it joins.
    ends: [Rc<Instance>; 2],
}

impl Row {
    fn is_same(&self, other: &Row) -> bool {
        let [a, b] = &self.ends;
        let [c, d] = &other.ends;
        Rc::ptr_eq(&self.through.table, &other.through.table)
            && (Rc::ptr_eq(a, c) && Rc::ptr_eq(b, d) || Rc::ptr_eq(a, d) && Rc::ptr_eq(b, c))
    }
}

/// Writes what came to lists and what left them. Both sides of a relationship may say the same.
pub(super) fn write(interp: &mut Interpreter<'_>, objects: &[Rc<Instance>]) -> Outcome<()> {
    let (mut gone, mut come): (Vec<Row>, Vec<Row>) = Default::default();
    for instance in objects {
        let Some(mapper) = mapper_of(&instance.class()) else { continue };
        for (name, related) in &mapper.relationships() {
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
            take_out(interp, &row.through, &row.values)?;
        }
    }
    for (place, row) in come.iter().enumerate() {
        if !come[..place].iter().any(|own| own.is_same(row)) {
            put_in(interp, row)?;
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
    let through = Through { table: Rc::clone(&through.table), pairs: Vec::new() };
    Ok(Some(Row { through, values, ends: [Rc::clone(instance), Rc::clone(other)] }))
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

fn put_in(interp: &mut Interpreter<'_>, row: &Row) -> Outcome<()> {
    let span = interp.call_span();
    let table = Value::Native(row.through.table.clone());
    let statement = dml::insert(interp, Arguments::of(vec![table], span))?;
    let values = row.values.iter().map(|(key, value)| (Value::str(key), value.clone())).collect();
    let values = interp.make_dict(values)?;
    let statement = interp.call_method(&statement, "values", vec![values])?;
    run(interp, &statement, None, &Execution { span, session: None }).map(|_| ())
}

fn take_out(interp: &mut Interpreter<'_>, through: &Through, values: &[(String, Value)]) -> Outcome<()> {
    let span = interp.call_span();
    let table = Value::Native(through.table.clone());
    let mut statement = dml::delete(interp, Arguments::of(vec![table], span))?;
    for (key, value) in values {
        let column = expression::value(through.table.source().column(key));
        let condition = interp.compare(Comparison::Eq, &column, value)?;
        statement = interp.call_method(&statement, "where", vec![condition])?;
    }
    run(interp, &statement, None, &Execution { span, session: None }).map(|_| ())
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
    take_out(interp, through, &values)
}
