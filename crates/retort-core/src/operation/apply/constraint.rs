//! Constraints: added, dropped, renamed.

use super::super::naming;
use super::table::require_key_columns;
use super::{Refusal, find_column, no_part, part_exists, refuse};
use crate::schema::{Column, Constraint, ConstraintKind, Deferral, ObjectName, Table, same_word};
use crate::source::DialectKind;

pub(super) fn add_constraint(
    table: &mut Table,
    constraint: &Constraint,
    dialect: DialectKind,
) -> Result<(), Refusal> {
    let mut constraint = constraint.clone();
    naming::name_constraint(table, &mut constraint, dialect);
    if let Some(name) = constraint.name()
        && table.constraint_names().any(|other| same_word(other, name, dialect))
    {
        return part_exists("constraint", table, name, false);
    }
    let columns: &[String] = match &constraint {
        Constraint::Primary(key) => &key.columns,
        Constraint::Unique(unique) => &unique.columns,
        Constraint::Foreign(key) => &key.columns,
        Constraint::Check(_) | Constraint::Exclusion(_) => &[],
    };
    for column in columns {
        find_column(table, column, dialect)?;
    }
    match constraint {
        Constraint::Primary(_) if table.primary_key.is_some() => {
            return refuse(
                "replay/already-exists",
                format!("table `{}` has a primary key already", table.name),
            );
        }
        Constraint::Primary(key) => {
            require_key_columns(table, &key, dialect);
            table.primary_key = Some(key);
        }
        Constraint::Unique(unique) => table.uniques.push(unique),
        Constraint::Check(check) => table.checks.push(check),
        Constraint::Foreign(key) => table.foreign_keys.push(key),
        Constraint::Exclusion(exclusion) => table.exclusions.push(exclusion),
    }
    if dialect == DialectKind::Mysql {
        naming::add_foreign_key_indexes(table);
    }
    Ok(())
}

pub(super) fn drop_constraint(
    table: &mut Table,
    name: Option<&str>,
    kind: Option<ConstraintKind>,
    if_exists: bool,
    dialect: DialectKind,
) -> Result<(), Refusal> {
    let is =
        |other: Option<&str>| name.is_some_and(|name| other.is_some_and(|o| same_word(o, name, dialect)));
    let may = |other: ConstraintKind| kind.is_none_or(|kind| kind == other);
    let before = table.constraint_count();
    if may(ConstraintKind::Primary)
        && table.primary_key.as_ref().is_some_and(|key| name.is_none() || is(key.name.as_deref()))
    {
        table.primary_key = None;
    }
    if may(ConstraintKind::Unique) {
        table.uniques.retain(|unique| !is(unique.name.as_deref()));
    }
    if may(ConstraintKind::Check) {
        table.checks.retain(|check| !is(check.name.as_deref()));
    }
    if may(ConstraintKind::Foreign) {
        table.foreign_keys.retain(|key| !is(key.name.as_deref()));
    }
    if may(ConstraintKind::Exclusion) {
        table.exclusions.retain(|exclusion| !is(exclusion.name.as_deref()));
    }
    if table.constraint_count() == before && name.is_some_and(|name| drop_not_null(table, name)) {
        return Ok(());
    }
    if table.constraint_count() == before && !if_exists {
        let Some(name) = name else {
            let title = kind.map_or("constraint", ConstraintKind::title);
            return refuse("replay/no-such-constraint", format!("table `{}` has no {title}", table.name));
        };
        return no_constraint(table, name);
    }
    Ok(())
}

/// Since PostgreSQL 18 a NOT NULL is a constraint with a name, by which it is dropped.
fn drop_not_null(table: &mut Table, name: &str) -> bool {
    let named = |column: &&mut Column| column.options.get("NOT NULL").is_some_and(|other| other == name);
    let Some(column) = table.columns.iter_mut().find(named) else { return false };
    column.options.remove("NOT NULL");
    column.nullable = true;
    true
}

pub(super) fn rename_constraint(
    table: &mut Table,
    from: &str,
    to: &str,
    dialect: DialectKind,
) -> Result<(), Refusal> {
    let mut found = false;
    for name in table.constraint_names_mut() {
        if name.as_deref().is_some_and(|name| same_word(name, from, dialect)) {
            *name = Some(to.to_owned());
            found = true;
        }
    }
    for column in &mut table.columns {
        if column.options.get("NOT NULL").is_some_and(|name| name == from) {
            column.options.insert("NOT NULL".to_owned(), to.to_owned());
            found = true;
        }
    }
    if found { Ok(()) } else { no_constraint(table, from) }
}

/// A unique index becomes a key or constraint, which takes its place and its name unless it has another.
pub(super) fn adopt_index(
    table: &mut Table,
    index: &str,
    constraint: &Constraint,
    dialect: DialectKind,
) -> Result<(), Refusal> {
    let Some(place) = table.indexes.iter().position(|other| same_word(&other.name, index, dialect)) else {
        return super::missing("index", &ObjectName::bare(index), false);
    };
    let adopted = table.indexes.remove(place);
    let columns = adopted.leading_columns();
    let mut constraint = constraint.clone();
    match &mut constraint {
        Constraint::Primary(key) => {
            key.columns = columns;
            key.name.get_or_insert(adopted.name);
        }
        Constraint::Unique(unique) => {
            unique.columns = columns;
            unique.nulls_not_distinct = adopted.nulls_not_distinct;
            unique.name.get_or_insert(adopted.name);
        }
        Constraint::Check(_) | Constraint::Foreign(_) | Constraint::Exclusion(_) => {}
    }
    add_constraint(table, &constraint, dialect)
}

pub(super) fn validate_constraint(
    table: &mut Table,
    name: &str,
    dialect: DialectKind,
) -> Result<(), Refusal> {
    let is = |other: &Option<String>| other.as_deref().is_some_and(|other| same_word(other, name, dialect));
    let check = table.checks.iter_mut().find(|check| is(&check.name)).map(|check| &mut check.validated);
    let key = table.foreign_keys.iter_mut().find(|key| is(&key.name)).map(|key| &mut key.validated);
    match check.or(key) {
        Some(validated) => {
            *validated = true;
            Ok(())
        }
        None => no_constraint(table, name),
    }
}

fn no_constraint(table: &Table, name: &str) -> Result<(), Refusal> {
    no_part("replay/no-such-constraint", "constraint", table, name)
}

pub(super) fn alter_constraint(
    table: &mut Table,
    name: &str,
    deferral: Option<Deferral>,
    enforced: Option<bool>,
    dialect: DialectKind,
) -> Result<(), Refusal> {
    let is = |other: &Option<String>| other.as_deref().is_some_and(|other| same_word(other, name, dialect));
    if let Some(key) = table.foreign_keys.iter_mut().find(|key| is(&key.name)) {
        key.deferral = deferral.unwrap_or(key.deferral);
        key.enforced = enforced.unwrap_or(key.enforced);
        return Ok(());
    }
    if let Some(check) = table.checks.iter_mut().find(|check| is(&check.name)) {
        check.enforced = enforced.unwrap_or(check.enforced);
        return Ok(());
    }
    no_constraint(table, name)
}
