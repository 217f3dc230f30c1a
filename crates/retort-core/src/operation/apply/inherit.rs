//! Tables that take over what another has: partitions, INHERITS, LIKE.
//!
//! PostgreSQL 18, 5.12 and CREATE TABLE: a partition has the parent's columns, checks, keys and indexes; a child
//! by INHERITS has its columns, NOT NULLs and checks; LIKE copies columns, and the rest as INCLUDING says.

use std::sync::Arc;

use super::super::{Operation, TableLike, naming};
use super::{Refusal, no_table, refuse};
use crate::schema::{
    Column, Constraint, Index, ObjectName, PartitionOf, Schema, SqlType, Table, same_name, same_word,
};
use crate::source::DialectKind;

/// What a new table has from others, put in front of its own.
pub(super) fn take_over(schema: &Schema, table: &mut Table, likes: &[TableLike]) -> Result<(), Refusal> {
    if let Some(of) = &table.partition_of {
        let Some(parent) = schema.table(&of.parent).cloned() else { return no_table(&of.parent) };
        take_columns(table, &parent, schema.dialect);
        take_keys(table, &parent, schema.dialect);
    }
    for parent in table.inherits.clone() {
        let Some(parent) = schema.table(&parent).cloned() else { return no_table(&parent) };
        take_columns(table, &parent, schema.dialect);
    }
    for like in likes {
        if like.is_of_type() {
            let Some(composite) = schema.composite(&like.table).cloned() else {
                return super::missing("type", &like.table, false);
            };
            let column = |(name, of): &(String, SqlType)| Column::new(name, of.clone());
            let columns = composite.attributes.iter().map(column).collect();
            take_columns(table, &Table { columns, ..Table::new(like.table.clone()) }, schema.dialect);
            continue;
        }
        let Some(model) = schema.table(&like.table).cloned() else { return no_table(&like.table) };
        copy_like(table, &model, like, schema.dialect);
    }
    Ok(())
}

/// The parent's columns come first; a column of both is one, with the child's own words added.
fn take_columns(table: &mut Table, parent: &Table, dialect: DialectKind) {
    let mut columns = parent.columns.clone();
    for column in &mut columns {
        column.identity = None;
    }
    for own in std::mem::take(&mut table.columns) {
        match columns.iter_mut().find(|column| same_word(&column.name, &own.name, dialect)) {
            Some(column) => {
                column.nullable &= own.nullable;
                column.default = own.default.or_else(|| column.default.take());
            }
            None => columns.push(own),
        }
    }
    table.columns = columns;
    let named = |check: &&crate::schema::Check| !check.no_inherit;
    table.checks.splice(0..0, parent.checks.iter().filter(named).cloned().collect::<Vec<_>>());
}

fn take_keys(table: &mut Table, parent: &Table, dialect: DialectKind) {
    if let (None, Some(key)) = (&table.primary_key, &parent.primary_key) {
        let mut key = key.clone();
        key.name = None;
        table.primary_key = Some(key);
    }
    for unique in &parent.uniques {
        let mut unique = unique.clone();
        unique.name = None;
        table.uniques.push(unique);
    }
    table.foreign_keys.extend(parent.foreign_keys.iter().cloned());
    for index in &parent.indexes {
        let name = naming::index_name(table, &index.parts, dialect);
        table.indexes.push(Index { name, ..index.clone() });
    }
}

fn copy_like(table: &mut Table, model: &Table, like: &TableLike, dialect: DialectKind) {
    let has = |what: &str| like.includes(what);
    for column in &model.columns {
        let mut column = column.clone();
        if !has("DEFAULTS") {
            column.default = None;
        }
        if !has("GENERATED") {
            column.generated = None;
        }
        if !has("IDENTITY") {
            column.identity = None;
        }
        if !has("COMMENTS") {
            column.comment = None;
        }
        table.columns.push(column);
    }
    if has("CONSTRAINTS") {
        table.checks.extend(model.checks.iter().cloned());
    }
    if has("INDEXES") {
        table.primary_key.clone_from(&model.primary_key);
        if let Some(key) = table.primary_key.as_mut().filter(|_| dialect == DialectKind::Postgres) {
            key.name = None;
        }
        for unique in &model.uniques {
            let name = unique.name.clone().filter(|_| dialect == DialectKind::Mysql);
            table.uniques.push(crate::schema::Unique { name, ..unique.clone() });
        }
        for index in &model.indexes {
            let name = match dialect {
                DialectKind::Mysql => index.name.clone(),
                DialectKind::Postgres | DialectKind::Sqlite => {
                    naming::index_name(table, &index.parts, dialect)
                }
            };
            table.indexes.push(Index { name, ..index.clone() });
        }
    }
    if has("OPTIONS") {
        table.options.clone_from(&model.options);
    }
}

pub(super) fn attach(schema: &mut Schema, partition: &ObjectName, of: &PartitionOf) -> Result<(), Refusal> {
    let Some(parent) = schema.table(&of.parent).cloned() else { return no_table(&of.parent) };
    let Some(table) = schema.table(partition).cloned() else { return no_table(partition) };
    if parent.partitioning.is_none() {
        return refuse("replay/not-partitioned", format!("table `{}` is not partitioned", of.parent));
    }
    let mut table = (*table).clone();
    table.partition_of = Some(of.clone());
    if table.primary_key.is_none() && parent.primary_key.is_some() {
        let mut key = parent.primary_key.clone();
        if let Some(key) = &mut key {
            key.name = None;
        }
        table.primary_key = key;
        naming::name_all(&mut table, schema.dialect);
    }
    schema.put_table(table);
    Ok(())
}

pub(super) fn detach(
    schema: &mut Schema,
    parent: &ObjectName,
    partition: &ObjectName,
) -> Result<(), Refusal> {
    let Some(table) = schema.table(partition).cloned() else { return no_table(partition) };
    let is_of = |of: &PartitionOf| same_name(&of.parent, parent, schema.dialect);
    if !table.partition_of.as_ref().is_some_and(is_of) {
        return refuse("replay/not-a-partition", format!("`{partition}` is no partition of `{parent}`"));
    }
    schema.put_table(Table { partition_of: None, ..(*table).clone() });
    Ok(())
}

pub(super) fn set_inheritance(
    schema: &Schema,
    table: &mut Table,
    parent: &ObjectName,
    inherits: bool,
) -> Result<(), Refusal> {
    if schema.table(parent).is_none() {
        return no_table(parent);
    }
    table.inherits.retain(|other| !same_name(other, parent, schema.dialect));
    if inherits {
        table.inherits.push(parent.clone());
    }
    Ok(())
}

/// Carries a change of a table to those that take over from it.
pub(super) fn pass_down(
    schema: &mut Schema,
    operation: &Operation,
    parent: &ObjectName,
) -> Result<(), Refusal> {
    let children: Vec<Arc<Table>> =
        schema.tables.values().filter(|table| is_below(table, parent)).cloned().collect();
    for child in children {
        if let Some(operation) = retarget(operation, &child) {
            super::change(schema, &operation)?;
        }
    }
    Ok(())
}

/// The same change on a child; None where children are not changed with their parent.
fn retarget(operation: &Operation, child: &Table) -> Option<Operation> {
    let mut operation = operation.clone();
    match &mut operation {
        Operation::AddColumn { table, if_not_exists, .. } => {
            *if_not_exists = true;
            table.clone_from(&child.name);
        }
        Operation::DropColumn { table, if_exists, .. } => {
            *if_exists = true;
            table.clone_from(&child.name);
        }
        Operation::RenameColumn { table, .. } | Operation::AlterColumn { table, .. } => {
            table.clone_from(&child.name);
        }
        Operation::AddConstraint { table, constraint } => {
            let is_partition = child.partition_of.is_some();
            match constraint {
                Constraint::Check(check) if !check.no_inherit => {}
                Constraint::Foreign(_) if is_partition => {}
                Constraint::Primary(key) if is_partition => key.name = None,
                Constraint::Unique(unique) if is_partition => unique.name = None,
                _ => return None,
            }
            table.clone_from(&child.name);
        }
        Operation::DropConstraint { table, if_exists, .. } => {
            *if_exists = true;
            table.clone_from(&child.name);
        }
        _ => return None,
    }
    Some(operation)
}

fn is_below(table: &Table, parent: &ObjectName) -> bool {
    table.partition_of.as_ref().is_some_and(|of| of.parent == *parent) || table.inherits.contains(parent)
}

/// The tables that take over from this one, at any depth.
pub(super) fn descendants(schema: &Schema, parent: &ObjectName) -> Vec<Arc<Table>> {
    let mut found: Vec<Arc<Table>> = Vec::new();
    let mut open = vec![parent.clone()];
    while let Some(parent) = open.pop() {
        for table in schema.tables.values() {
            if is_below(table, &parent) && !found.iter().any(|other| other.name == table.name) {
                open.push(table.name.clone());
                found.push(Arc::clone(table));
            }
        }
    }
    found
}
