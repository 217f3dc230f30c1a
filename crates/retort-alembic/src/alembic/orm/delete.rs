//! Deleting objects, and what becomes of those that hang on them.

use std::rc::Rc;

use super::flush::{identity, in_order};
use super::mapper::{Mapper, mapper_of};
use super::relationship::{Joined, joined, others};
use super::session::NativeSession;
use super::state::{instances, state};
use super::{association, rows};
use crate::alembic::bridge;
use crate::python::{Instance, Interpreter, Outcome, Unwind, Value};

/// Deletes what the session was told to.
pub(super) fn deleted(interp: &mut Interpreter<'_>, session: &Rc<NativeSession>) -> Outcome<()> {
    let mut doomed: Vec<Rc<Instance>> = std::mem::take(&mut *session.deleted.borrow_mut());
    let mut place = 0;
    while let Some(instance) = doomed.get(place).cloned() {
        place += 1;
        for other in dependents(interp, &instance)? {
            if !doomed.iter().any(|own| Rc::ptr_eq(own, &other)) {
                doomed.push(other);
            }
        }
    }
    for instance in in_order(&doomed).iter().rev() {
        delete(interp, instance)?;
        session.loaded.borrow_mut().retain(|own| !Rc::ptr_eq(own, instance));
    }
    Ok(())
}

/// The objects that `cascade="all"` or `"delete"` deletes with this one.
fn dependents(interp: &mut Interpreter<'_>, instance: &Rc<Instance>) -> Outcome<Vec<Rc<Instance>>> {
    let Some(mapper) = mapper_of(&instance.class()) else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    for (_, related) in
        mapper.relationships().iter().filter(|(_, related)| related.deletes && !related.leaves)
    {
        let joined = joined(interp, &mapper, related)?;
        let others = others(interp, instance, &mapper, &joined)?;
        match &others {
            Value::Unknown(unknown) => {
                let span = interp.call_span();
                bridge::opaque(interp, format!("what is deleted with {}", unknown.reason), span, false);
            }
            Value::Instance(other) => found.push(Rc::clone(other)),
            list => found.extend(instances(&list.as_sequence().unwrap_or_default())),
        }
    }
    Ok(found)
}

fn delete(interp: &mut Interpreter<'_>, instance: &Rc<Instance>) -> Outcome<()> {
    let Some(mapper) = mapper_of(&instance.class()) else { return Ok(()) };
    for (_, related) in mapper.relationships().iter().filter(|(_, related)| !related.leaves) {
        let joined = joined(interp, &mapper, related)?;
        match joined.through {
            Some(_) => association::clear(interp, instance, &mapper, &joined)?,
            None if joined.is_list => let_go(interp, instance, &mapper, &joined)?,
            None => {}
        }
    }
    rows::delete(interp, &mapper.table, &identity(&mapper, instance)?)?;
    state(instance).persistent.set(false);
    Ok(())
}

/// What points at the object points at nothing from now on.
fn let_go(
    interp: &mut Interpreter<'_>,
    instance: &Rc<Instance>,
    mapper: &Mapper,
    joined: &Joined,
) -> Outcome<()> {
    let table = &joined.mapper.table;
    let keys = table.table.borrow().primary_key_columns().to_vec();
    if joined.pairs.iter().any(|(_, there)| keys.contains(there)) {
        // SQLAlchemy refuses to blank out a primary key, if there is such a row.
        return Ok(());
    }
    let mut pointing = Vec::new();
    for (here, there) in &joined.pairs {
        let attribute = mapper.attribute(here).unwrap_or(here);
        let value = interp.attribute(&Value::Instance(instance.clone()), attribute)?;
        if value.is_none() {
            return Err(Unwind::unsupported("deleting an object without a key"));
        }
        pointing.push((there.clone(), value));
    }
    let nothing = pointing.iter().map(|(key, _)| (Value::str(key), Value::None)).collect();
    rows::update(interp, table, &pointing, nothing)
}
