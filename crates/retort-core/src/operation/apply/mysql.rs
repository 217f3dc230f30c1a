//! What MySQL asks of the table as it is after a whole statement.

use super::{Refusal, change, refuse};
use crate::operation::Operation;
use crate::schema::{ForeignKey, ObjectName, Schema, Table, TypeKind, same_name};
use crate::source::DialectKind;

/// All texts get the table's character set and collation (MySQL 8.4, 15.1.9).
pub(super) fn convert_charset(table: &mut Table, charset: Option<&str>, collation: Option<&str>) {
    for (name, value) in [("CHARSET", charset), ("COLLATE", collation)] {
        match value {
            Some(value) => drop(table.options.insert(name.to_owned(), value.to_owned())),
            None => drop(table.options.remove(name)),
        }
    }
    for column in &mut table.columns {
        let kind = column.column_type.kind(DialectKind::Mysql);
        if matches!(kind, TypeKind::Text { .. } | TypeKind::Enum(_) | TypeKind::Set(_)) {
            column.options.remove("CHARSET");
            column.collation = None;
        }
    }
}

/// A foreign key needs an index that begins with its columns, in the child and in the parent (MySQL 8.4,
/// 15.1.20.5). An ALTER TABLE may drop the one and add another.
pub(super) fn refuse_unserved_keys(
    before: &Schema,
    reached: &Schema,
    operation: &Operation,
    later: &[Operation],
) -> Result<(), Refusal> {
    let (what, name) = match operation {
        Operation::DropIndex { name, .. } => ("index", name.as_str()),
        Operation::DropConstraint { .. } => ("index", operation_name(operation)),
        Operation::DropColumn { column, .. } => {
            return refuse_column(before, reached, operation, column, later);
        }
        _ => return Ok(()),
    };
    let Some(table) = table_of(before, operation) else { return Ok(()) };
    let last = after(reached, later);
    match unserved(&last, &table).into_iter().find(|key| !unserved(before, &table).contains(key)) {
        Some(_) => refuse(
            "replay/index-in-use",
            format!("cannot drop {what} '{name}': needed in a foreign key constraint (MySQL error 1553)"),
        ),
        None => Ok(()),
    }
}

fn operation_name(operation: &Operation) -> &str {
    match operation {
        Operation::DropConstraint { name: Some(name), .. } => name,
        _ => "PRIMARY",
    }
}

fn table_of(schema: &Schema, operation: &Operation) -> Option<ObjectName> {
    operation.table().filter(|name| schema.table(name).is_some()).cloned()
}

/// The schema after the rest of the statement; what fails there is told when its turn comes.
fn after(reached: &Schema, later: &[Operation]) -> Schema {
    let mut last = reached.clone();
    for operation in later {
        let mut next = last.clone();
        if change(&mut next, operation).is_ok() {
            last = next;
        }
    }
    last
}

/// The foreign keys of a table and to it that no index serves.
fn unserved(schema: &Schema, name: &ObjectName) -> Vec<ForeignKey> {
    let dialect = schema.dialect;
    let Some(table) = schema.table(name) else { return Vec::new() };
    let own = table.foreign_keys.iter().filter(|key| !table.is_indexed(&key.columns, dialect));
    let parents = |child: &Table| {
        let to_here = child.foreign_keys.iter().filter(|key| {
            same_name(&key.ref_table, name, dialect)
                && !key.ref_columns.is_empty()
                && !table.is_indexed(&key.ref_columns, dialect)
        });
        to_here.cloned().collect::<Vec<_>>()
    };
    let to_it = schema.children(name).into_iter().flat_map(|child| parents(child));
    own.cloned().chain(to_it).collect()
}

/// Neither a key's own column nor the column it refers to can go before the key (errors 1828, 1829).
fn refuse_column(
    before: &Schema,
    reached: &Schema,
    operation: &Operation,
    column: &str,
    later: &[Operation],
) -> Result<(), Refusal> {
    let Some(name) = table_of(before, operation) else { return Ok(()) };
    let dialect = before.dialect;
    let is = |other: &String| crate::schema::same_word(other, column, dialect);
    let last = after(reached, later);
    // `reached` has lost the key with its column; a later DROP FOREIGN KEY of it can then only fail.
    let dropped_later = |key: &ForeignKey| {
        later.iter().any(|operation| {
            matches!(operation, Operation::DropConstraint { name: Some(name), .. }
                if key.name.as_deref().is_some_and(|own| crate::schema::same_word(own, name, dialect)))
        })
    };
    let own = before.table(&name).into_iter().flat_map(|table| table.foreign_keys.iter());
    if own.filter(|key| key.columns.iter().any(is)).any(|key| !dropped_later(key)) {
        return refuse(
            "replay/column-in-use",
            format!("cannot drop column '{column}': needed in a foreign key constraint (MySQL error 1828)"),
        );
    }
    let children = last.children(&name);
    let refers =
        |key: &ForeignKey| same_name(&key.ref_table, &name, dialect) && key.ref_columns.iter().any(is);
    match children.into_iter().find(|child| child.foreign_keys.iter().any(refers)) {
        Some(child) => refuse(
            "replay/column-in-use",
            format!(
                "cannot drop column '{column}': needed in a foreign key constraint of table '{}' (MySQL error 1829)",
                child.name
            ),
        ),
        None => Ok(()),
    }
}
