//! Indexes, foreign keys and checks.

use std::collections::BTreeMap;

use super::{MYSQL, Tables};
use crate::database::{Database, DatabaseError};
use crate::inspect::cells::Cells;
use crate::schema::{
    Check, Expression, ForeignKey, Index, IndexKey, IndexPart, ObjectName, PrimaryKey, ReferentialAction,
    Table, Unique,
};

pub(super) fn read(
    db: &mut dyn Database,
    tables: &mut Tables,
    is_mariadb: bool,
) -> Result<(), DatabaseError> {
    foreign_keys(db, tables)?;
    indexes(db, tables, is_mariadb)?;
    checks(db, tables, is_mariadb)
}

fn foreign_keys(db: &mut dyn Database, tables: &mut Tables) -> Result<(), DatabaseError> {
    let rows = db.query(
        "SELECT k.table_name, k.constraint_name, k.column_name, \
         CASE WHEN k.referenced_table_schema <> database() THEN k.referenced_table_schema END, \
         k.referenced_table_name, k.referenced_column_name, r.update_rule, r.delete_rule \
         FROM information_schema.key_column_usage k JOIN information_schema.referential_constraints r \
         ON r.constraint_schema = k.constraint_schema AND r.constraint_name = k.constraint_name \
         AND r.table_name = k.table_name \
         WHERE k.table_schema = database() AND k.referenced_table_name IS NOT NULL \
         ORDER BY k.table_name, k.constraint_name, k.ordinal_position",
    )?;
    for cells in rows.iter().map(Cells) {
        let Some(table) = tables.get_mut(cells.text(0)) else { continue };
        let (column, ref_column) = (cells.text(2).to_owned(), cells.text(5).to_owned());
        let name = cells.owned(1);
        if let Some(key) = table.foreign_keys.iter_mut().find(|key| key.name == name) {
            key.columns.push(column);
            key.ref_columns.push(ref_column);
            continue;
        }
        let mut ref_table = ObjectName::bare(cells.text(4));
        ref_table.schema = cells.some(3).map(Into::into);
        let mut key = ForeignKey::new(name, vec![column], ref_table, vec![ref_column]);
        key.on_update = action(cells.text(6));
        key.on_delete = action(cells.text(7));
        table.foreign_keys.push(key);
    }
    Ok(())
}

fn action(rule: &str) -> ReferentialAction {
    match rule {
        "CASCADE" => ReferentialAction::Cascade,
        "SET NULL" => ReferentialAction::SetNull,
        "SET DEFAULT" => ReferentialAction::SetDefault,
        "RESTRICT" => ReferentialAction::Restrict,
        _ => ReferentialAction::NoAction,
    }
}

fn indexes(db: &mut dyn Database, tables: &mut Tables, is_mariadb: bool) -> Result<(), DatabaseError> {
    let expression = if is_mariadb { "NULL" } else { "expression" };
    let rows = db.query(&format!(
        "SELECT table_name, index_name, non_unique, column_name, collation, sub_part, index_type, \
         index_comment, {expression} FROM information_schema.statistics WHERE table_schema = database() \
         ORDER BY table_name, index_name, seq_in_index"
    ))?;
    let mut found: BTreeMap<(String, String), Index> = BTreeMap::new();
    for cells in rows.iter().map(Cells) {
        let key = (cells.text(0).to_owned(), cells.text(1).to_owned());
        let index = found.entry(key).or_insert_with(|| {
            let mut index = Index::new(cells.text(1), Vec::new());
            index.unique = cells.number(2) == Some(0);
            let method = cells.text(6).to_lowercase();
            index.method = Some(method).filter(|method| method != "btree");
            if let Some(comment) = cells.owned(7) {
                index.options.insert("COMMENT".to_owned(), comment);
            }
            index
        });
        index.parts.push(part(cells, index.method.as_deref()));
    }
    for ((table, name), index) in found {
        if let Some(table) = tables.get_mut(&table) {
            put(table, &name, index);
        }
    }
    Ok(())
}

fn part(cells: Cells<'_>, method: Option<&str>) -> IndexPart {
    let key = match cells.some(3) {
        Some(column) => IndexKey::Column(column.to_owned()),
        None => IndexKey::Expression(Expression::new(cells.text(8), MYSQL)),
    };
    let mut part = IndexPart::new(key);
    part.descending = cells.text(4) == "D";
    // A spatial index has a prefix that nobody wrote.
    let prefix = cells.number(5).filter(|_| method != Some("spatial"));
    part.prefix_length = prefix.and_then(|length| u32::try_from(length).ok());
    part
}

/// The server keeps keys and indexes alike; a plain unique index is a UNIQUE constraint.
fn put(table: &mut Table, name: &str, mut index: Index) {
    let columns = index.columns().filter(|_| index.method.is_none());
    let is_ascending = index.parts.iter().all(|part| !part.descending);
    match columns {
        Some(columns) if name == "PRIMARY" => table.primary_key = Some(PrimaryKey::new(None, columns)),
        Some(columns) if index.unique && is_ascending => {
            table.uniques.push(Unique::new(Some(name.to_owned()), columns));
        }
        Some(columns) => {
            index.implied =
                !index.unique && table.foreign_keys.iter().any(|key| made_for(&index, &columns, key, table));
            table.indexes.push(index);
        }
        None => table.indexes.push(index),
    }
}

/// Whether the server made an index for a foreign key: it says so nowhere, but names it so.
fn made_for(index: &Index, columns: &[String], key: &ForeignKey, table: &Table) -> bool {
    let name = key.name.as_deref().unwrap_or_default();
    let is_numbered = name.starts_with(&format!("{}_ibfk_", table.name.name));
    let named = if is_numbered { columns.first().map_or("", String::as_str) } else { name };
    key.columns == columns && index.name == named
}

fn checks(db: &mut dyn Database, tables: &mut Tables, is_mariadb: bool) -> Result<(), DatabaseError> {
    let rows = db.query(match is_mariadb {
        true => {
            "SELECT table_name, CASE level WHEN 'Column' THEN NULL ELSE constraint_name END, check_clause, 'YES' \
             FROM information_schema.check_constraints WHERE constraint_schema = database() \
             ORDER BY table_name, constraint_name"
        }
        false => {
            "SELECT t.table_name, c.constraint_name, c.check_clause, t.enforced \
             FROM information_schema.check_constraints c JOIN information_schema.table_constraints t \
             ON t.constraint_schema = c.constraint_schema AND t.constraint_name = c.constraint_name \
             WHERE c.constraint_schema = database() ORDER BY t.table_name, c.constraint_name"
        }
    })?;
    for cells in rows.iter().map(Cells) {
        let Some(table) = tables.get_mut(cells.text(0)) else { continue };
        let expression = Expression::new(cells.text(2), MYSQL);
        let mut check = Check::new(cells.owned(1), expression);
        check.enforced = cells.flag(3);
        table.checks.push(check);
    }
    Ok(())
}
