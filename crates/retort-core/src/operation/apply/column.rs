//! Columns: added, dropped, renamed, altered.

use std::sync::Arc;

use super::super::{ColumnChange, Position};
use super::table::require_key_columns;
use super::{Refusal, find_column, part_exists, refuse};
use crate::schema::{Column, IndexKey, ObjectName, Schema, Table, same_name, same_word};
use crate::source::DialectKind;

pub(super) fn add_column(
    table: &mut Table,
    column: &Column,
    position: &Position,
    if_not_exists: bool,
    dialect: DialectKind,
) -> Result<(), Refusal> {
    if table.column(&column.name, dialect).is_some() {
        return part_exists("column", table, &column.name, if_not_exists);
    }
    let at = place_of(table, position, dialect)?.unwrap_or(table.columns.len());
    table.columns.insert(at, column.clone());
    Ok(())
}

fn place_of(table: &Table, position: &Position, dialect: DialectKind) -> Result<Option<usize>, Refusal> {
    match position {
        Position::Last => Ok(None),
        Position::First => Ok(Some(0)),
        Position::After(name) => {
            find_column(table, name, dialect)?;
            Ok(table.column_index(name, dialect).map(|at| at + 1))
        }
    }
}

/// PostgreSQL drops what names the column; MySQL takes the column out of its indexes; SQLite refuses
/// (`sqlite.org/lang_altertable.html`, 5).
pub(super) fn drop_column(table: &mut Table, name: &str, dialect: DialectKind) -> Result<(), Refusal> {
    find_column(table, name, dialect)?;
    let is = |other: &String| same_word(other, name, dialect);
    if dialect == DialectKind::Sqlite {
        let in_key = table.primary_key.as_ref().is_some_and(|key| key.columns.iter().any(is));
        let in_unique = table.uniques.iter().any(|unique| unique.columns.iter().any(is));
        let in_index = table.indexes.iter().any(|index| index.mentions(name, dialect));
        if in_key || in_unique || in_index {
            return refuse(
                "replay/column-in-use",
                format!(
                    "column `{name}` of `{}` is part of a key or index, so SQLite cannot drop it",
                    table.name
                ),
            );
        }
    }
    if dialect == DialectKind::Mysql {
        for index in &mut table.indexes {
            index.parts.retain(|part| !matches!(&part.key, IndexKey::Column(column) if is(column)));
        }
        table.indexes.retain(|index| !index.parts.is_empty());
    }
    table.columns.retain(|column| !is(&column.name));
    table.indexes.retain(|index| !index.mentions(name, dialect));
    table.uniques.retain(|unique| !unique.columns.iter().any(is));
    // MySQL has refused already where no DROP FOREIGN KEY follows in the same statement.
    if dialect != DialectKind::Mysql {
        table.foreign_keys.retain(|key| !key.columns.iter().any(is));
    }
    table.checks.retain(|check| !check.expression.mentions(name, dialect));
    if table.primary_key.as_ref().is_some_and(|key| key.columns.iter().any(is)) {
        table.primary_key = None;
    }
    Ok(())
}

pub(super) fn rename_column(
    table: &mut Table,
    from: &str,
    to: &str,
    dialect: DialectKind,
) -> Result<(), Refusal> {
    find_column(table, from, dialect)?;
    if table.column(to, dialect).is_some() && !same_word(from, to, dialect) {
        return part_exists("column", table, to, false);
    }
    let rename = |names: &mut Vec<String>| {
        for name in names {
            if same_word(name, from, dialect) {
                to.clone_into(name);
            }
        }
    };
    for column in &mut table.columns {
        if same_word(&column.name, from, dialect) {
            to.clone_into(&mut column.name);
        }
        if let Some(generated) = &mut column.generated {
            generated.expression = generated.expression.rename_word(from, to, dialect);
        }
    }
    table.primary_key.iter_mut().for_each(|key| rename(&mut key.columns));
    table.uniques.iter_mut().for_each(|unique| rename(&mut unique.columns));
    table.foreign_keys.iter_mut().for_each(|key| rename(&mut key.columns));
    for check in &mut table.checks {
        check.expression = check.expression.rename_word(from, to, dialect);
    }
    for index in &mut table.indexes {
        index.rename_column(from, to, dialect);
    }
    Ok(())
}

pub(super) fn rename_references(schema: &mut Schema, table: &ObjectName, from: &str, to: &str) {
    let dialect = schema.dialect;
    let children: Vec<Arc<Table>> = schema.children(table).into_iter().cloned().collect();
    for child in children {
        let mut child = (*child).clone();
        rename_referenced(&mut child, table, from, to, dialect);
        schema.put_table(child);
    }
}

pub(super) fn rename_referenced(
    child: &mut Table,
    parent: &ObjectName,
    from: &str,
    to: &str,
    dialect: DialectKind,
) {
    for key in child.foreign_keys.iter_mut().filter(|key| same_name(&key.ref_table, parent, dialect)) {
        for name in &mut key.ref_columns {
            if same_word(name, from, dialect) {
                to.clone_into(name);
            }
        }
    }
}

pub(super) fn alter_column(
    table: &mut Table,
    name: &str,
    change: &ColumnChange,
    dialect: DialectKind,
) -> Result<(), Refusal> {
    find_column(table, name, dialect)?;
    let Some(at) = table.column_index(name, dialect) else { return Ok(()) };
    let column = &mut table.columns[at];
    match change {
        ColumnChange::Type { column_type, collation, .. } => {
            column.column_type = column_type.clone();
            if collation.is_some() {
                column.collation.clone_from(collation);
            }
        }
        ColumnChange::Nullable(nullable) => column.nullable = *nullable,
        ColumnChange::Default(default) => column.default.clone_from(default),
        ColumnChange::DropGenerated => column.generated = None,
        ColumnChange::Expression(expression) => match &mut column.generated {
            Some(generated) => generated.expression = expression.clone(),
            None => return refuse("replay/not-generated", format!("column `{name}` is not generated")),
        },
        ColumnChange::Option { name, value } => {
            column.options.insert(name.clone(), value.clone());
        }
        ColumnChange::Identity(identity) => column.identity.clone_from(identity),
        ColumnChange::Whole { column: new, position } => {
            *column = (**new).clone();
            if let Some(position) = position {
                let column = table.columns.remove(at);
                let to = place_of(table, position, dialect)?.unwrap_or(table.columns.len());
                table.columns.insert(to, column);
            }
            if let Some(key) = table.primary_key.clone() {
                require_key_columns(table, &key, dialect);
            }
        }
    }
    Ok(())
}
