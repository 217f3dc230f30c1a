//! Tables: made, dropped, renamed.

use std::sync::Arc;

use super::super::{TableLike, naming};
use super::{Refusal, exists, inherit, no_table, refuse, view};
use crate::schema::{ObjectName, PrimaryKey, Schema, Table, Unique, same_name, same_word};
use crate::source::DialectKind;

pub(super) fn create_table(
    schema: &mut Schema,
    table: &Table,
    likes: &[TableLike],
    if_not_exists: bool,
) -> Result<(), Refusal> {
    if schema.table(&table.name).is_some() || schema.view(&table.name).is_some() {
        return exists("table", &table.name, if_not_exists);
    }
    let mut table = table.clone();
    inherit::take_over(schema, &mut table, likes)?;
    settle(&mut table, schema.dialect);
    schema.put_table(table);
    Ok(())
}

/// What follows from a table's parts: names given by the server, key columns that cannot be NULL.
fn settle(table: &mut Table, dialect: DialectKind) {
    if dialect == DialectKind::Postgres {
        merge_uniques(table);
    }
    naming::name_all(table, dialect);
    if let Some(key) = table.primary_key.clone() {
        require_key_columns(table, &key, dialect);
    }
}

/// PostgreSQL makes one index of the keys and unique constraints on the same columns of one CREATE TABLE, with the first
/// name that is given (`transformIndexConstraints`, version 15).
fn merge_uniques(table: &mut Table) {
    let mut kept: Vec<Unique> = Vec::new();
    for unique in std::mem::take(&mut table.uniques) {
        if let Some(key) = &mut table.primary_key
            && key.columns == unique.columns
            && key.deferral == unique.deferral
        {
            if key.name.is_none() {
                key.name = unique.name;
            }
            continue;
        }
        let same = kept.iter_mut().find(|own| {
            own.columns == unique.columns && Unique { name: unique.name.clone(), ..(**own).clone() } == unique
        });
        match same {
            Some(own) if own.name.is_none() => own.name = unique.name,
            Some(_) => {}
            None => kept.push(unique),
        }
    }
    table.uniques = kept;
}

/// Primary keys allow no NULL, save in SQLite, where only NOT NULL says so (`sqlite.org/lang_createtable.html`).
pub(super) fn require_key_columns(table: &mut Table, key: &PrimaryKey, dialect: DialectKind) {
    if dialect == DialectKind::Sqlite && !table.options.contains_key("WITHOUT ROWID") {
        return;
    }
    for column in &mut table.columns {
        if key.columns.iter().any(|name| same_word(name, &column.name, dialect)) {
            column.nullable = false;
        }
    }
}

pub(super) fn drop_table(
    schema: &mut Schema,
    name: &ObjectName,
    if_exists: bool,
    cascade: bool,
) -> Result<(), Refusal> {
    if schema.table(name).is_none() {
        return if if_exists { Ok(()) } else { no_table(name) };
    }
    let children: Vec<Arc<Table>> = schema.children(name).into_iter().cloned().collect();
    let others: Vec<Arc<Table>> =
        children.into_iter().filter(|child| !same_name(&child.name, name, schema.dialect)).collect();
    let dialect = schema.dialect;
    // SQLite drops a parent and leaves the children's keys dangling; PostgreSQL and MySQL refuse.
    if dialect != DialectKind::Sqlite
        && !cascade
        && let Some(child) = others.first()
    {
        return refuse(
            "replay/still-referenced",
            format!("table `{name}` is still referenced by a foreign key of `{}`", child.name),
        );
    }
    view::drop_dependants(schema, name, "table", cascade)?;
    if dialect == DialectKind::Postgres {
        for child in others {
            let mut child = (*child).clone();
            child.foreign_keys.retain(|key| !same_name(&key.ref_table, name, dialect));
            schema.put_table(child);
        }
    }
    for partition in inherit::descendants(schema, name) {
        if partition.partition_of.is_some() || cascade {
            schema.take_table(&partition.name);
        } else {
            return refuse(
                "replay/still-referenced",
                format!("table `{}` inherits from `{name}`", partition.name),
            );
        }
    }
    schema.take_sequences_of(name);
    schema.take_table(name);
    Ok(())
}

/// `InnoDB` renames the foreign keys that it named itself, `table_ibfk_1` (MySQL 8.0, MariaDB 10.11).
fn follow_generated_names(table: &mut Table, from: &str, to: &str) {
    for name in table.foreign_keys.iter_mut().filter_map(|key| key.name.as_mut()) {
        if let Some(number) = name.strip_prefix(from).and_then(|rest| rest.strip_prefix("_ibfk_"))
            && !number.is_empty()
            && number.bytes().all(|byte| byte.is_ascii_digit())
        {
            *name = format!("{to}_ibfk_{number}");
        }
    }
}

pub(super) fn rename_table(schema: &mut Schema, from: &ObjectName, to: &ObjectName) -> Result<(), Refusal> {
    let dialect = schema.dialect;
    if schema.table(from).is_none() {
        return no_table(from);
    }
    if schema.table(to).is_some() && !same_name(from, to, dialect) {
        return exists("table", to, false);
    }
    let children: Vec<Arc<Table>> = schema.children(from).into_iter().cloned().collect();
    for child in children {
        let mut child = (*child).clone();
        for key in &mut child.foreign_keys {
            if same_name(&key.ref_table, from, dialect) {
                key.ref_table = to.clone();
            }
        }
        schema.put_table(child);
    }
    view::follow_table(schema, from, to);
    let triggers = schema.triggers_of(to);
    let Some(table) = schema.take_table(from) else { return no_table(from) };
    let mut table = (*table).clone();
    table.name = to.clone();
    if dialect == DialectKind::Mysql {
        follow_generated_names(&mut table, &from.name, &to.name);
    }
    schema.put_table(table);
    for trigger in triggers {
        schema.put_trigger((*trigger).clone());
    }
    Ok(())
}
