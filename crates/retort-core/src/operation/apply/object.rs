//! Objects that stand for themselves: schemas, sequences, domains, composite types, routines, extensions.

use std::sync::Arc;

use imbl::OrdMap;

use super::{Refusal, exists, missing, refuse, types, view};
use crate::operation::{CompositeChange, DomainChange, Object, ObjectKind, SequenceChange};
use crate::schema::{
    Check, Column, Domain, IdentityKind, ObjectName, Schema, Sequence, SqlType, Table, TypeKind, View, fold,
    same_word,
};
use crate::source::DialectKind;

pub(super) fn create(
    schema: &mut Schema,
    object: &Object,
    or_replace: bool,
    if_not_exists: bool,
) -> Result<(), Refusal> {
    let (kind, name, there) = match object {
        Object::Namespace(name) => {
            ("schema", ObjectName::bare(name), schema.namespaces.contains(name.as_str()))
        }
        Object::Sequence(sequence) => {
            ("sequence", sequence.name.clone(), schema.sequence(&sequence.name).is_some())
        }
        Object::Domain(domain) => ("type", domain.name.clone(), is_type(schema, &domain.name)),
        Object::Composite(composite) => ("type", composite.name.clone(), is_type(schema, &composite.name)),
        Object::Routine(routine) => {
            let there = schema.routines.contains_key(&fold(&routine.name, schema.dialect));
            ("routine", routine.name.clone(), there)
        }
        Object::Extension { name, .. } => {
            ("extension", ObjectName::bare(name), schema.extensions.contains_key(name.as_str()))
        }
    };
    if there && !or_replace {
        return exists(kind, &name, if_not_exists);
    }
    match object.clone() {
        Object::Namespace(name) => drop_value(schema.namespaces.insert(Arc::from(name))),
        Object::Sequence(sequence) => schema.put_sequence(sequence),
        Object::Domain(mut domain) => {
            let checks = std::mem::take(&mut domain.checks);
            checks.into_iter().for_each(|check| add_check(&mut domain, check));
            schema.put_domain(domain);
        }
        Object::Composite(composite) => schema.put_composite(composite),
        Object::Routine(routine) => schema.put_routine(routine),
        Object::Extension { name, extension } => {
            drop_value(schema.extensions.insert(Arc::from(name), Arc::new(extension)));
        }
    }
    Ok(())
}

fn drop_value<T>(_: T) {}

fn is_type(schema: &Schema, name: &ObjectName) -> bool {
    schema.domain(name).is_some() || schema.composite(name).is_some() || schema.enum_type(name).is_some()
}

pub(super) fn drop(
    schema: &mut Schema,
    kind: ObjectKind,
    name: &ObjectName,
    if_exists: bool,
    cascade: bool,
) -> Result<(), Refusal> {
    let dialect = schema.dialect;
    let found = match kind {
        ObjectKind::Namespace => return drop_namespace(schema, name, if_exists, cascade),
        ObjectKind::Type | ObjectKind::Domain => return types::drop_type(schema, name, if_exists, cascade),
        ObjectKind::View | ObjectKind::MaterializedView => {
            return view::drop_view(schema, name, if_exists, cascade);
        }
        ObjectKind::Sequence => match schema.sequences.remove(&fold(name, dialect)) {
            Some(_) => true,
            None => return drop_of_column(schema, name, if_exists, cascade),
        },
        ObjectKind::Extension => schema.extensions.remove(&*name.name).is_some(),
        ObjectKind::Routine(_) => match schema.routine(name).map(|routine| fold(&routine.name, dialect)) {
            Some(key) => schema.routines.remove(&key).is_some(),
            None => false,
        },
    };
    if found { Ok(()) } else { missing(kind.title(), name, if_exists) }
}

/// A schema goes with everything in it, or only when nothing is (PostgreSQL 18, DROP SCHEMA).
fn drop_namespace(
    schema: &mut Schema,
    name: &ObjectName,
    if_exists: bool,
    cascade: bool,
) -> Result<(), Refusal> {
    let is_default = &*name.name == "public";
    if !is_default && !schema.namespaces.contains(&*name.name) {
        return missing("schema", name, if_exists);
    }
    let inside = |other: &ObjectName| match &other.schema {
        Some(schema) => **schema == *name.name,
        None => is_default,
    };
    let tables: Vec<ObjectName> = schema.tables.keys().filter(|key| inside(key)).cloned().collect();
    let views: Vec<ObjectName> = schema.views.keys().filter(|key| inside(key)).cloned().collect();
    if !cascade && let Some(object) = tables.iter().chain(&views).next() {
        return refuse("replay/still-referenced", format!("schema `{name}` still holds `{object}`"));
    }
    for view in views {
        // One view may have gone with another.
        view::drop_view(schema, &view, true, true)?;
    }
    for table in tables {
        super::drop_table(schema, &table, true, true)?;
    }
    schema.sequences = outside(&schema.sequences, &inside);
    schema.domains = outside(&schema.domains, &inside);
    schema.composites = outside(&schema.composites, &inside);
    schema.enums = outside(&schema.enums, &inside);
    schema.routines = outside(&schema.routines, &inside);
    schema.namespaces.remove(&*name.name);
    Ok(())
}

fn outside<T>(
    map: &OrdMap<ObjectName, Arc<T>>,
    inside: &impl Fn(&ObjectName) -> bool,
) -> OrdMap<ObjectName, Arc<T>> {
    map.iter().filter(|(key, _)| !inside(key)).map(|(key, held)| (key.clone(), Arc::clone(held))).collect()
}

pub(super) fn rename(
    schema: &mut Schema,
    kind: ObjectKind,
    from: &ObjectName,
    to: &ObjectName,
) -> Result<(), Refusal> {
    let key = fold(from, schema.dialect);
    let nothing = || missing(kind.title(), from, false);
    match kind {
        ObjectKind::Sequence => {
            let Some(old) = schema.sequences.remove(&key) else {
                // The sequence of a serial or identity column is part of the column here.
                return if numbered_by(schema, from).is_some() { Ok(()) } else { nothing() };
            };
            schema.put_sequence(Sequence { name: to.clone(), ..(*old).clone() });
        }
        ObjectKind::View | ObjectKind::MaterializedView => {
            let Some(old) = schema.take_view(from) else { return nothing() };
            schema.put_view(View { name: to.clone(), ..(*old).clone() });
            view::follow_table(schema, from, to);
        }
        ObjectKind::Type | ObjectKind::Domain => return types::rename_type(schema, from, to),
        ObjectKind::Routine(_) => {
            let Some(old) = schema.routine(from).cloned() else { return nothing() };
            schema.routines.remove(&fold(&old.name, schema.dialect));
            let arguments = old.name.name.find('(').map_or("", |at| &old.name.name[at..]);
            let bare = to.name.split('(').next().unwrap_or_default();
            let name = ObjectName { schema: to.schema.clone(), name: format!("{bare}{arguments}").into() };
            schema.put_routine(crate::schema::Routine { name, ..(*old).clone() });
        }
        ObjectKind::Namespace | ObjectKind::Extension => {
            return refuse(
                "replay/rename-unknown",
                format!(
                    "what renaming the {} `{from}` does to the objects in it is not followed",
                    kind.title()
                ),
            );
        }
    }
    Ok(())
}

/// The serial or identity column whose sequence has this name, as PostgreSQL gives it.
pub(crate) fn numbered_by<'s>(schema: &'s Schema, name: &ObjectName) -> Option<(&'s Table, &'s Column)> {
    if schema.dialect != DialectKind::Postgres {
        return None;
    }
    let is_near = |table: &Table| name.schema.is_none() || name.schema == table.name.schema;
    schema.tables.values().filter(|table| is_near(table)).find_map(|table| {
        let is_its = |column: &&Column| name.name == table.name.sequence_of(&column.name).name;
        let column = table.columns.iter().filter(|column| column.identity.is_some()).find(is_its)?;
        Some((&**table, column))
    })
}

/// With CASCADE a serial column loses its default with its sequence; an identity column never lets it go
/// (PostgreSQL 18, DROP SEQUENCE).
fn drop_of_column(
    schema: &mut Schema,
    name: &ObjectName,
    if_exists: bool,
    cascade: bool,
) -> Result<(), Refusal> {
    let Some((table, column)) = numbered_by(schema, name) else {
        return missing("sequence", name, if_exists);
    };
    let is_serial = column.identity.as_ref().is_some_and(|own| own.kind == IdentityKind::Serial);
    if !(is_serial && cascade) {
        let message = format!("the column `{}.{}` needs the sequence `{name}`", table.name, column.name);
        return refuse("replay/still-referenced", message);
    }
    let (mut table, column) = (table.clone(), column.name.clone());
    part_from_sequence(&mut table, &column, schema.dialect);
    schema.put_table(table);
    Ok(())
}

/// A serial column that takes its values from elsewhere now: what it was made of, a plain column and a sequence that
/// goes with it, is left (PostgreSQL 18, 8.1.4). Gives the sequence.
pub(super) fn part_from_sequence(table: &mut Table, column: &str, dialect: DialectKind) -> Option<Sequence> {
    let owner = table.name.clone();
    let column = table.columns.iter_mut().find(|own| same_word(&own.name, column, dialect))?;
    let identity = column.identity.take_if(|own| own.kind == IdentityKind::Serial)?;
    if let TypeKind::Integer { bytes, auto: true, .. } = column.column_type.kind(dialect) {
        let plain = match bytes {
            2 => "smallint",
            8 => "bigint",
            _ => "integer",
        };
        column.column_type = SqlType::new(plain);
    }
    let name = owner.sequence_of(&column.name);
    Some(Sequence {
        number_type: Some(column.column_type.clone()),
        start: identity.start,
        increment: identity.increment,
        owned_by: Some((owner, column.name.clone())),
        ..Sequence::new(name)
    })
}

pub(super) fn alter_sequence(
    schema: &mut Schema,
    name: &ObjectName,
    change: &SequenceChange,
) -> Result<(), Refusal> {
    let Some(old) = schema.sequence(name) else {
        // The sequence of a serial or identity column is part of the column here.
        return Ok(());
    };
    let mut sequence = (**old).clone();
    sequence.number_type = change.number_type.clone().or(sequence.number_type);
    sequence.start = change.start.or(sequence.start);
    sequence.increment = change.increment.or(sequence.increment);
    sequence.minimum = change.minimum.unwrap_or(sequence.minimum);
    sequence.maximum = change.maximum.unwrap_or(sequence.maximum);
    sequence.cache = change.cache.or(sequence.cache);
    sequence.cycle = change.cycle.unwrap_or(sequence.cycle);
    sequence.owned_by = change.owned_by.clone().unwrap_or(sequence.owned_by);
    schema.put_sequence(sequence);
    Ok(())
}

/// PostgreSQL names a check without a name after its domain, and numbers those that follow.
fn add_check(domain: &mut Domain, mut check: Check) {
    if check.name.is_none() {
        let stem = format!("{}_check", domain.name.name);
        let names = std::iter::once(stem.clone()).chain((1..).map(|number| format!("{stem}{number}")));
        let is_taken = |name: &String| domain.checks.iter().any(|other| other.name.as_ref() == Some(name));
        check.name = names.into_iter().find(|name| !is_taken(name));
    }
    domain.checks.push(check);
}

pub(super) fn alter_domain(
    schema: &mut Schema,
    name: &ObjectName,
    change: &DomainChange,
) -> Result<(), Refusal> {
    let Some(mut domain) = schema.domain(name).map(|domain| (**domain).clone()) else {
        return missing("domain", name, false);
    };
    let is = |check: &Check, name: &str| check.name.as_deref() == Some(name);
    match change {
        DomainChange::Default(default) => domain.default.clone_from(default),
        DomainChange::Nullable(nullable) => domain.nullable = *nullable,
        DomainChange::AddCheck(check) => add_check(&mut domain, check.clone()),
        DomainChange::DropCheck { name: wanted, if_exists } => {
            let before = domain.checks.len();
            domain.checks.retain(|check| !is(check, wanted));
            if domain.checks.len() == before {
                return missing("constraint", &ObjectName::bare(wanted), *if_exists);
            }
        }
        DomainChange::RenameCheck { from, to } => {
            let Some(check) = domain.checks.iter_mut().find(|check| is(check, from)) else {
                return missing("constraint", &ObjectName::bare(from), false);
            };
            check.name = Some(to.clone());
        }
        DomainChange::ValidateCheck(wanted) => {
            let Some(check) = domain.checks.iter_mut().find(|check| is(check, wanted)) else {
                return missing("constraint", &ObjectName::bare(wanted), false);
            };
            check.validated = true;
        }
    }
    schema.put_domain(domain);
    Ok(())
}

pub(super) fn alter_composite(
    schema: &mut Schema,
    name: &ObjectName,
    change: &CompositeChange,
) -> Result<(), Refusal> {
    let Some(mut composite) = schema.composite(name).map(|composite| (**composite).clone()) else {
        return missing("composite type", name, false);
    };
    let place = |wanted: &str| composite.attributes.iter().position(|(attribute, _)| attribute == wanted);
    let no_attribute = |wanted: &str, allowed| missing("attribute", &ObjectName::bare(wanted), allowed);
    match change {
        CompositeChange::Add(attribute, _) if place(attribute).is_some() => {
            return exists("attribute", &ObjectName::bare(attribute), false);
        }
        CompositeChange::Add(attribute, of) => composite.attributes.push((attribute.clone(), of.clone())),
        CompositeChange::Drop { attribute, if_exists } => match place(attribute) {
            Some(at) => drop_value(composite.attributes.remove(at)),
            None => return no_attribute(attribute, *if_exists),
        },
        CompositeChange::Type(attribute, of) => match place(attribute) {
            Some(at) => composite.attributes[at].1 = of.clone(),
            None => return no_attribute(attribute, false),
        },
        CompositeChange::Rename { from, to } => match place(from) {
            Some(at) => composite.attributes[at].0.clone_from(to),
            None => return no_attribute(from, false),
        },
    }
    schema.put_composite(composite);
    Ok(())
}
