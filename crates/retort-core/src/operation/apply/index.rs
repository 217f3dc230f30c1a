//! Indexes: made, dropped, renamed.

use std::sync::Arc;

use super::super::naming;
use super::{Refusal, exists, find_column, missing, no_table, rename_constraint};
use crate::schema::{Index, IndexKey, ObjectName, Schema, Table, View, same_word};
use crate::source::DialectKind;

pub(super) fn create_index(
    schema: &mut Schema,
    name: &ObjectName,
    index: &Index,
    if_not_exists: bool,
) -> Result<(), Refusal> {
    let dialect = schema.dialect;
    if schema.view(name).is_some_and(|view| view.materialized) {
        return create_view_index(schema, name, index, if_not_exists);
    }
    let Some(table) = schema.table(name).cloned() else { return no_table(name) };
    let mysql = dialect == DialectKind::Mysql;
    let taken = if mysql {
        table.index(&index.name, dialect).map(|_| &table)
    } else {
        schema.table_of_index(None, &index.name)
    };
    if taken.is_some() && !index.name.is_empty() {
        return exists("index", &ObjectName::bare(&index.name), if_not_exists);
    }
    for part in &index.parts {
        if let IndexKey::Column(column) = &part.key {
            find_column(&table, column, dialect)?;
        }
    }
    let mut table = (*table).clone();
    if mysql {
        naming::drop_served_indexes(&mut table, index);
    }
    table.indexes.push(index.clone());
    naming::name_all(&mut table, dialect);
    schema.put_table(table);
    Ok(())
}

/// A materialized view has indexes as a table has.
fn create_view_index(
    schema: &mut Schema,
    name: &ObjectName,
    index: &Index,
    if_not_exists: bool,
) -> Result<(), Refusal> {
    let is_taken =
        schema.table_of_index(None, &index.name).is_some() || view_of(schema, &index.name).is_some();
    if is_taken && !index.name.is_empty() {
        return exists("index", &ObjectName::bare(&index.name), if_not_exists);
    }
    if let Some(mut view) = schema.view(name).map(|view| (**view).clone()) {
        view.indexes.push(index.clone());
        schema.put_view(view);
    }
    Ok(())
}

/// The materialized view that has an index.
fn view_of(schema: &Schema, index: &str) -> Option<View> {
    let has = |view: &&Arc<View>| view.indexes.iter().any(|other| other.name == index);
    schema.views.values().find(has).map(|view| (**view).clone())
}

pub(super) fn drop_index(
    schema: &mut Schema,
    table: Option<&ObjectName>,
    name: &str,
    if_exists: bool,
) -> Result<(), Refusal> {
    let dialect = schema.dialect;
    if let Some(mut view) = view_of(schema, name) {
        view.indexes.retain(|index| index.name != name);
        schema.put_view(view);
        return Ok(());
    }
    let found = schema.table_of_index(table, name).cloned();
    let Some(mut table) = found.map(|table| (*table).clone()) else {
        return missing("index", &ObjectName::bare(name), if_exists);
    };
    let before = (table.indexes.len(), table.uniques.len());
    table.indexes.retain(|index| !same_word(&index.name, name, dialect));
    if dialect == DialectKind::Mysql {
        // In MySQL a UNIQUE constraint is an index and goes the same way.
        table.uniques.retain(|unique| !unique.name.as_deref().is_some_and(|n| same_word(n, name, dialect)));
    }
    if before == (table.indexes.len(), table.uniques.len()) {
        return missing("index", &ObjectName::bare(name), if_exists);
    }
    schema.put_table(table);
    Ok(())
}

/// The table whose key or UNIQUE has an index of that name: PostgreSQL renames both together.
fn table_of_constraint(schema: &Schema, name: &str) -> Option<Table> {
    if schema.table_of_index(None, name).is_some() {
        return None;
    }
    let has = |table: &&Arc<Table>| {
        let key = table.primary_key.iter().filter_map(|key| key.name.as_deref());
        let uniques = table.uniques.iter().filter_map(|unique| unique.name.as_deref());
        let exclusions = table.exclusions.iter().filter_map(|exclusion| exclusion.name.as_deref());
        key.chain(uniques).chain(exclusions).any(|other| other == name)
    };
    schema.tables.values().find(has).map(|table| (**table).clone())
}

pub(super) fn rename_index(
    schema: &mut Schema,
    table: Option<&ObjectName>,
    from: &str,
    to: &str,
) -> Result<(), Refusal> {
    let dialect = schema.dialect;
    if let Some(mut view) = view_of(schema, from) {
        for index in view.indexes.iter_mut().filter(|index| index.name == from) {
            to.clone_into(&mut index.name);
        }
        schema.put_view(view);
        return Ok(());
    }
    if dialect == DialectKind::Postgres
        && let Some(mut owner) = table_of_constraint(schema, from)
    {
        rename_constraint(&mut owner, from, to, dialect)?;
        schema.put_table(owner);
        return Ok(());
    }
    let Some(mut table) = schema.table_of_index(table, from).map(|table| (**table).clone()) else {
        return missing("index", &ObjectName::bare(from), false);
    };
    let mut found = false;
    for index in &mut table.indexes {
        if same_word(&index.name, from, dialect) {
            to.clone_into(&mut index.name);
            found = true;
        }
    }
    for unique in &mut table.uniques {
        if unique.name.as_deref().is_some_and(|name| same_word(name, from, dialect)) {
            unique.name = Some(to.to_owned());
            found = true;
        }
    }
    if !found {
        return missing("index", &ObjectName::bare(from), false);
    }
    schema.put_table(table);
    Ok(())
}
