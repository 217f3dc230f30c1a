//! `CREATE TABLE`: its elements, and what stands around their list.

use super::column::{column, typeless_column};
use super::constraint::table_constraint;
use super::cursor::{Cursor, Read};
use super::index::{is_mysql_index, mysql_index, mysql_unique};
use super::{Operation, TableLike, objects, partition};
use crate::schema::{Constraint, Table};
use crate::source::DialectKind;
use crate::token::TokenKind;

/// From `[UNLOGGED] TABLE` on; None for a table that is made of a query, whose columns only the server knows.
pub(super) fn create(
    cursor: &mut Cursor<'_>,
    or_replace: bool,
    skipped: &mut Vec<String>,
) -> Read<Option<Vec<Operation>>> {
    let unlogged = cursor.eat("UNLOGGED");
    cursor.expect("TABLE")?;
    let if_not_exists = cursor.eat("IF NOT EXISTS");
    let mut table = Table::new(cursor.object_name()?);
    if cursor.find("AS").is_some() || cursor.find("SELECT").is_some() {
        return Ok(None);
    }
    if unlogged {
        table.options.insert("UNLOGGED".to_owned(), String::new());
    }
    let mut likes = Vec::new();
    if cursor.dialect == DialectKind::Mysql && cursor.is_any(&["LIKE", "( LIKE"]) {
        likes.push(mysql_like(cursor)?);
    } else {
        body(cursor, &mut table, &mut likes, skipped)?;
        options(cursor, &mut table, skipped)?;
    }
    let mut operations = Vec::new();
    if or_replace {
        operations.push(Operation::DropTable { name: table.name.clone(), if_exists: true, cascade: false });
    }
    operations.push(Operation::CreateTable { table: Box::new(table), likes, if_not_exists });
    Ok(Some(operations))
}

/// `LIKE t` copies all but foreign keys (MySQL 8.4, 15.1.20.3).
fn mysql_like(cursor: &mut Cursor<'_>) -> Read<TableLike> {
    let mut inside = if cursor.is("(") { cursor.parenthesized()? } else { *cursor };
    inside.expect("LIKE")?;
    let table = inside.object_name()?;
    inside.finish()?;
    cursor.rest();
    Ok(TableLike { table, options: vec![(true, "ALL".to_owned())] })
}

/// `( … )`, `OF type [( … )]`, `PARTITION OF parent [( … )] bounds`.
fn body(
    cursor: &mut Cursor<'_>,
    table: &mut Table,
    likes: &mut Vec<TableLike>,
    skipped: &mut Vec<String>,
) -> Read<()> {
    if cursor.eat("PARTITION OF") {
        let parent = cursor.object_name()?;
        let list = if cursor.is("(") { Some(cursor.parenthesized()?) } else { None };
        table.partition_of = Some(partition::bounds(cursor, parent)?);
        return list.map_or(Ok(()), |list| elements(&list, table, likes, skipped));
    }
    if cursor.eat("OF") {
        likes.push(TableLike::of_type(cursor.object_name()?));
        if cursor.is("(") {
            elements(&cursor.parenthesized()?, table, likes, skipped)?;
        }
        return Ok(());
    }
    if !cursor.is("(") {
        return Err(cursor.fault("expected a list of columns"));
    }
    let list = cursor.parenthesized()?;
    elements(&list, table, likes, skipped)?;
    let is_empty = table.columns.is_empty() && likes.is_empty();
    if is_empty && cursor.dialect != DialectKind::Postgres {
        return Err(list.fault("expected a column"));
    }
    Ok(())
}

fn elements(
    list: &Cursor<'_>,
    table: &mut Table,
    likes: &mut Vec<TableLike>,
    skipped: &mut Vec<String>,
) -> Read<()> {
    for mut item in list.items() {
        if list.dialect == DialectKind::Postgres && item.eat("LIKE") {
            likes.push(like(&mut item)?);
        } else if !table_element(&mut item, table, skipped)? {
            let has_types = table.partition_of.is_none() && !likes.iter().any(TableLike::is_of_type);
            let definition =
                if has_types { column(&mut item, skipped)? } else { typeless_column(&mut item, skipped)? };
            table.columns.push(definition.column);
            definition.constraints.into_iter().for_each(|constraint| add(table, constraint));
            continue;
        }
        item.finish()?;
    }
    Ok(())
}

/// After `LIKE` (PostgreSQL).
fn like(item: &mut Cursor<'_>) -> Read<TableLike> {
    const KINDS: [&str; 9] = [
        "ALL",
        "COMMENTS",
        "COMPRESSION",
        "CONSTRAINTS",
        "DEFAULTS",
        "GENERATED",
        "IDENTITY",
        "INDEXES",
        "STATISTICS",
    ];
    let table = item.object_name()?;
    let mut options = Vec::new();
    while let Some(way) = item.eat_any(&["INCLUDING", "EXCLUDING"]) {
        let Some(kind) = item.eat_any(&KINDS).or_else(|| item.eat_any(&["STORAGE"])) else {
            return Err(item.fault("expected what is included"));
        };
        options.push((way == "INCLUDING", kind.to_owned()));
    }
    Ok(TableLike { table, options })
}

fn add(table: &mut Table, constraint: Constraint) {
    match constraint {
        Constraint::Primary(key) => table.primary_key = Some(key),
        Constraint::Unique(unique) => table.uniques.push(unique),
        Constraint::Check(check) => table.checks.push(check),
        Constraint::Foreign(key) => table.foreign_keys.push(key),
        Constraint::Exclusion(exclusion) => table.exclusions.push(exclusion),
    }
}

/// A constraint or index of the table; false when the item is a column.
fn table_element(item: &mut Cursor<'_>, table: &mut Table, skipped: &mut Vec<String>) -> Read<bool> {
    if let Some(not_null) = super::constraint::table_not_null(item)? {
        // The column stands before it, in this list (PostgreSQL 18).
        let column = table.columns.iter_mut().find(|column| column.name == not_null.column);
        let Some(column) = column else { return Err(item.fault("there is no such column before this")) };
        column.nullable = false;
        if let Some(name) = not_null.name {
            column.options.insert("NOT NULL".to_owned(), name);
        }
    } else if let Some(index) = mysql_unique(item, skipped)? {
        table.indexes.push(index);
    } else if let Some(constraint) = table_constraint(item, skipped)? {
        add(table, constraint);
    } else if is_mysql_index(item) {
        table.indexes.push(mysql_index(item, skipped)?);
    } else if item.dialect == DialectKind::Mysql && item.eat("PERIOD FOR") {
        let name = item.name()?.to_uppercase();
        let columns = item.names()?.join(", ");
        table.options.insert(format!("PERIOD FOR {name}"), columns);
    } else {
        return Ok(false);
    }
    Ok(true)
}

/// What stands after the list of columns.
fn options(cursor: &mut Cursor<'_>, table: &mut Table, skipped: &mut Vec<String>) -> Read<()> {
    while !cursor.is_done() {
        match cursor.dialect {
            DialectKind::Sqlite => sqlite_option(cursor, table)?,
            DialectKind::Postgres => postgres_option(cursor, table, skipped)?,
            DialectKind::Mysql => mysql_table_option(cursor, table, skipped)?,
        }
    }
    Ok(())
}

fn sqlite_option(cursor: &mut Cursor<'_>, table: &mut Table) -> Read<()> {
    let Some(option) = cursor.eat_any(&["WITHOUT ROWID", "STRICT"]) else {
        return Err(cursor.fault("this option is not understood"));
    };
    table.options.insert(option.to_owned(), String::new());
    if cursor.eat(",") && cursor.is_done() {
        return Err(cursor.fault("expected an option"));
    }
    Ok(())
}

fn postgres_option(cursor: &mut Cursor<'_>, table: &mut Table, skipped: &mut Vec<String>) -> Read<()> {
    let mark = cursor.mark();
    if cursor.eat("INHERITS") {
        let mut list = cursor.parenthesized()?;
        table.inherits = list.object_names()?;
        return list.finish();
    }
    if cursor.eat("PARTITION BY") {
        table.partitioning = Some(partition::by(cursor, skipped)?);
    } else if cursor.eat("USING") {
        table.options.insert("USING".to_owned(), cursor.name()?);
    } else if cursor.eat("WITH") {
        table.options.extend(objects::option_list(cursor)?);
    } else if cursor.eat("TABLESPACE") {
        table.options.insert("TABLESPACE".to_owned(), cursor.name()?);
    } else if cursor.eat_any(&["WITHOUT OIDS", "ON COMMIT PRESERVE ROWS"]).is_some() {
        skipped.push(cursor.since(mark).to_owned());
    } else {
        return Err(cursor.fault("this option is not understood"));
    }
    Ok(())
}

fn mysql_table_option(cursor: &mut Cursor<'_>, table: &mut Table, skipped: &mut Vec<String>) -> Read<()> {
    if cursor.eat("PARTITION BY") {
        table.partitioning = Some(partition::by(cursor, skipped)?);
        return Ok(());
    }
    if cursor.eat("WITH SYSTEM VERSIONING") {
        table.options.insert("SYSTEM VERSIONING".to_owned(), String::new());
        return Ok(());
    }
    let (name, value) = mysql_option(cursor)?;
    let _ = cursor.eat(",");
    match name.as_str() {
        "COMMENT" => table.comment = Some(value).filter(|comment| !comment.is_empty()),
        _ => drop(table.options.insert(name, value)),
    }
    Ok(())
}

/// Options of a table of more than one word, and those of one (MySQL 8.4, 15.1.20; MariaDB 11, CREATE TABLE).
#[rustfmt::skip]
const OPTIONS: [&str; 48] = [
    "CHARACTER SET", "CHARSET", "COLLATE", "ENGINE", "TYPE", "AUTO_INCREMENT", "AUTOEXTEND_SIZE", "AVG_ROW_LENGTH",
    "CHECKSUM", "COMMENT", "COMPRESSION", "CONNECTION", "DATA DIRECTORY", "INDEX DIRECTORY", "DELAY_KEY_WRITE",
    "ENCRYPTION", "ENCRYPTED", "ENCRYPTION_KEY_ID", "ENGINE_ATTRIBUTE", "SECONDARY_ENGINE_ATTRIBUTE",
    "SECONDARY_ENGINE", "INSERT_METHOD", "KEY_BLOCK_SIZE", "MAX_ROWS", "MIN_ROWS", "PACK_KEYS", "PASSWORD",
    "ROW_FORMAT", "STATS_AUTO_RECALC", "STATS_PERSISTENT", "STATS_SAMPLE_PAGES", "TABLESPACE", "STORAGE", "UNION",
    "PAGE_CHECKSUM", "PAGE_COMPRESSED", "PAGE_COMPRESSION_LEVEL", "SEQUENCE", "TRANSACTIONAL", "IETF_QUOTES",
    "TABLE_TYPE", "FILE_NAME", "TABLE_CHECKSUM", "RAID_TYPE", "UNDO_LOGGING", "START", "NODEGROUP", "WITH",
];

/// `ENGINE=InnoDB`, `DEFAULT CHARSET utf8mb4`, `COMMENT='x'`: name and value. An engine of MariaDB may have
/// options of its own, which are told by their `=`.
pub(super) fn mysql_option(cursor: &mut Cursor<'_>) -> Read<(String, String)> {
    let _ = cursor.eat("DEFAULT");
    let name = match cursor.eat_any(&OPTIONS) {
        Some("CHARACTER SET") => "CHARSET".to_owned(),
        Some("TYPE") => "ENGINE".to_owned(),
        Some(known) => known.to_owned(),
        None if cursor.ahead(1) == "=" => cursor.word()?,
        None => return Err(cursor.fault("this option is not understood")),
    };
    let _ = cursor.eat("=");
    let value = if cursor.kind() == Some(TokenKind::Text) {
        cursor.string()?
    } else if cursor.is("(") {
        cursor.parenthesized()?.rest().to_owned()
    } else {
        let mark = cursor.mark();
        cursor.word()?;
        cursor.since(mark).to_owned()
    };
    Ok((name, value))
}
