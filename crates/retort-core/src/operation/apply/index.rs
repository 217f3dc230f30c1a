//! Indexes: made, dropped, renamed.

use super::super::naming;
use super::{Refusal, exists, find_column, missing, no_table};
use crate::schema::{Index, IndexKey, ObjectName, Schema, same_word};
use crate::source::DialectKind;

pub(super) fn create_index(
    schema: &mut Schema,
    name: &ObjectName,
    index: &Index,
    if_not_exists: bool,
) -> Result<(), Refusal> {
    let dialect = schema.dialect;
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

pub(super) fn drop_index(
    schema: &mut Schema,
    table: Option<&ObjectName>,
    name: &str,
    if_exists: bool,
) -> Result<(), Refusal> {
    let dialect = schema.dialect;
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

pub(super) fn rename_index(
    schema: &mut Schema,
    table: Option<&ObjectName>,
    from: &str,
    to: &str,
) -> Result<(), Refusal> {
    let dialect = schema.dialect;
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
