//! Constraints: added, dropped, renamed.

use super::super::naming;
use super::table::require_key_columns;
use super::{Refusal, exists, find_column, refuse};
use crate::schema::{Constraint, ConstraintKind, ObjectName, Table, same_word};
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
        return exists("constraint", &ObjectName::bare(name), false);
    }
    let columns: &[String] = match &constraint {
        Constraint::Primary(key) => &key.columns,
        Constraint::Unique(unique) => &unique.columns,
        Constraint::Foreign(key) => &key.columns,
        Constraint::Check(_) => &[],
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
    if table.constraint_count() == before && !if_exists {
        let title = kind.map_or("constraint", ConstraintKind::title);
        let name = name.map_or(String::new(), |name| format!(" `{name}`"));
        return refuse("replay/no-such-constraint", format!("table `{}` has no {title}{name}", table.name));
    }
    Ok(())
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
    if found {
        return Ok(());
    }
    refuse("replay/no-such-constraint", format!("table `{}` has no constraint `{from}`", table.name))
}
