//! Indexes: CREATE INDEX, the keys in a table of MySQL, and the parts of both.

use super::Operation;
use super::constraint::key_option;
use super::cursor::{Cursor, Read};
use super::expression::{Extent, expression};
use super::objects;
use crate::schema::{Expression, Index, IndexKey, IndexPart, ObjectName, Options};
use crate::source::DialectKind;
use crate::token::TokenKind;

/// After `CREATE [OR REPLACE]`; None when no index begins.
pub(super) fn create(
    cursor: &mut Cursor<'_>,
    or_replace: bool,
    skipped: &mut Vec<String>,
) -> Read<Option<Vec<Operation>>> {
    let kinds = ["INDEX", "UNIQUE INDEX", "FULLTEXT INDEX", "SPATIAL INDEX", "VECTOR INDEX"];
    let Some(kind) = cursor.eat_any(&kinds) else { return Ok(None) };
    let mut operations = Vec::new();
    let operation = index(cursor, kind, skipped)?;
    if or_replace && let Operation::CreateIndex { table, index, .. } = &operation {
        let (table, name) = (Some(table.clone()), index.name.clone());
        operations.push(Operation::DropIndex { table, name, if_exists: true });
    }
    operations.push(operation);
    Ok(Some(operations))
}

fn index(cursor: &mut Cursor<'_>, kind: &str, skipped: &mut Vec<String>) -> Read<Operation> {
    let concurrently = cursor.eat("CONCURRENTLY");
    let if_not_exists = cursor.eat("IF NOT EXISTS");
    let name = if cursor.is("ON") { String::new() } else { cursor.object_name()?.name.to_string() };
    let special = ["FULLTEXT", "SPATIAL", "VECTOR"].into_iter().find(|word| kind.starts_with(word));
    let mut method = special.map(str::to_lowercase);
    if cursor.eat("USING") {
        method = Some(cursor.name()?.to_lowercase());
    }
    cursor.expect("ON")?;
    let mark = cursor.mark();
    if cursor.eat("ONLY") {
        skipped.push(cursor.since(mark).to_owned());
    }
    let table = cursor.object_name()?;
    if cursor.eat("USING") {
        method = Some(cursor.name()?.to_lowercase());
    }
    let parts = parts(cursor)?;
    let mut index = Index { unique: kind == "UNIQUE INDEX", method, ..Index::new(name, parts) };
    match cursor.dialect {
        DialectKind::Mysql => index.options = mysql_options(cursor, &mut index.method, skipped)?,
        DialectKind::Postgres | DialectKind::Sqlite => postgres_tail(cursor, &mut index, skipped)?,
    }
    index.method = index.method.filter(|method| method != "btree");
    name_index(&mut index, &table, cursor.dialect);
    Ok(Operation::CreateIndex { table, index: Box::new(index), if_not_exists, concurrently })
}

/// What follows the parts in PostgreSQL and SQLite, in this order.
fn postgres_tail(cursor: &mut Cursor<'_>, index: &mut Index, skipped: &mut Vec<String>) -> Read<()> {
    if cursor.eat("INCLUDE") {
        index.include = cursor.names()?;
    }
    index.nulls_not_distinct = cursor.eat("NULLS NOT DISTINCT");
    let _ = cursor.eat("NULLS DISTINCT");
    if cursor.eat("WITH") {
        index.options.extend(objects::option_list(cursor)?);
    }
    let mark = cursor.mark();
    if cursor.eat("TABLESPACE") {
        cursor.name()?;
        skipped.push(cursor.since(mark).to_owned());
    }
    if cursor.eat("WHERE") {
        let predicate = expression(cursor, Extent::Whole)?;
        index.predicate = Some(Expression::new(predicate, cursor.dialect));
    }
    Ok(())
}

/// PostgreSQL names an index without a name after its table and columns (`t_a_b_idx`).
fn name_index(index: &mut Index, table: &ObjectName, dialect: DialectKind) {
    if index.name.is_empty() && dialect == DialectKind::Postgres {
        let parts = index.parts.iter().map(|part| match &part.key {
            IndexKey::Column(column) => column.as_str(),
            IndexKey::Expression(_) => "expr",
        });
        let columns: Vec<&str> = parts.collect();
        index.name = format!("{}_{}_idx", table.name, columns.join("_"));
    }
}

/// After `ALTER INDEX` (PostgreSQL).
pub(super) fn alter(cursor: &mut Cursor<'_>, skipped: &mut Vec<String>) -> Read<Vec<Operation>> {
    if cursor.eat("ALL IN TABLESPACE") {
        skipped.push(cursor.rest().to_owned());
        return Ok(Vec::new());
    }
    let _ = cursor.eat("IF EXISTS");
    let from = cursor.object_name()?.name.to_string();
    if cursor.eat("RENAME TO") {
        return Ok(vec![Operation::RenameIndex { table: None, from, to: cursor.name()? }]);
    }
    let known = ["SET", "RESET (", "ALTER", "ATTACH PARTITION", "DEPENDS ON", "NO DEPENDS ON", "OWNER TO"];
    if !cursor.is_any(&known) {
        return Err(cursor.fault("this change of an index is not understood"));
    }
    skipped.push(cursor.rest().to_owned());
    Ok(Vec::new())
}

/// Whether a key of MySQL begins, inside a table or after ADD.
pub(super) fn is_mysql_index(item: &Cursor<'_>) -> bool {
    item.dialect == DialectKind::Mysql
        && (item.is_any(&["INDEX", "KEY", "FULLTEXT", "SPATIAL", "VECTOR INDEX", "VECTOR KEY"]))
}

/// `KEY name (a, b(10))` inside a MySQL table.
pub(super) fn mysql_index(item: &mut Cursor<'_>, skipped: &mut Vec<String>) -> Read<Index> {
    let special = item.eat_any(&["FULLTEXT", "SPATIAL", "VECTOR"]);
    let _ = item.eat_any(&["INDEX", "KEY"]);
    named_parts(item, special.map(str::to_lowercase), skipped)
}

/// A UNIQUE of MySQL that is more than its columns (a prefix, an order, an expression): an index then. None for
/// plain ones, which are constraints.
pub(super) fn mysql_unique(item: &mut Cursor<'_>, skipped: &mut Vec<String>) -> Read<Option<Index>> {
    if item.dialect != DialectKind::Mysql {
        return Ok(None);
    }
    let mut walk = *item;
    let mut name = None;
    if walk.eat("CONSTRAINT") && !walk.is("UNIQUE") {
        let _ = walk.eat("IF NOT EXISTS");
        name = walk.name().ok();
    }
    if !walk.eat("UNIQUE") {
        return Ok(None);
    }
    let _ = walk.eat_any(&["KEY", "INDEX"]);
    let mut read_past = Vec::new();
    let mut index = named_parts(&mut walk, None, &mut read_past)?;
    if index.columns().is_some() && index.parts.iter().all(|part| !part.descending) {
        return Ok(None);
    }
    if let Some(name) = name {
        index.name = name;
    }
    index.unique = true;
    skipped.extend(read_past);
    *item = walk;
    Ok(Some(index))
}

fn named_parts(item: &mut Cursor<'_>, mut method: Option<String>, skipped: &mut Vec<String>) -> Read<Index> {
    let _ = item.eat("IF NOT EXISTS");
    let name = if item.is("(") || item.is("USING") { String::new() } else { item.name()? };
    if item.eat("USING") {
        method = Some(item.name()?.to_lowercase());
    }
    let parts = parts(item)?;
    let options = mysql_options(item, &mut method, skipped)?;
    let method = method.filter(|method| method != "btree");
    Ok(Index { method, options, ..Index::new(name, parts) })
}

/// `COMMENT 'x' INVISIBLE KEY_BLOCK_SIZE=8 USING BTREE …` after an index.
fn mysql_options(
    cursor: &mut Cursor<'_>,
    method: &mut Option<String>,
    skipped: &mut Vec<String>,
) -> Read<Options> {
    const VALUED: [&str; 9] = [
        "COMMENT",
        "KEY_BLOCK_SIZE",
        "WITH PARSER",
        "ENGINE_ATTRIBUTE",
        "SECONDARY_ENGINE_ATTRIBUTE",
        "CLUSTERING",
        "DISTANCE",
        "M",
        "SECONDARY_ENGINE",
    ];
    let mut options = Options::new();
    loop {
        if let Some(word) = cursor.eat_any(&["NOT IGNORED", "IGNORED", "VISIBLE", "INVISIBLE"]) {
            if matches!(word, "IGNORED" | "INVISIBLE") {
                options.insert(word.to_owned(), String::new());
            }
        } else if cursor.is_any(&VALUED) {
            let (name, value) = key_option(cursor)?;
            options.insert(name, value);
        } else if cursor.eat_any(&["USING", "TYPE"]).is_some() {
            *method = Some(cursor.name()?.to_lowercase());
        } else if !online_words(cursor, skipped)? {
            return Ok(options);
        }
    }
}

/// `ALGORITHM=INPLACE LOCK=NONE`, `WAIT 5`, `NOWAIT`: how the server goes about it.
pub(super) fn online_words(cursor: &mut Cursor<'_>, skipped: &mut Vec<String>) -> Read<bool> {
    let mut found = false;
    loop {
        let mark = cursor.mark();
        if cursor.eat_any(&["ALGORITHM", "LOCK"]).is_some() {
            let _ = cursor.eat("=");
            if !cursor.eat("DEFAULT") {
                cursor.name()?;
            }
        } else if cursor.eat("WAIT") {
            cursor.number()?;
        } else if !cursor.eat("NOWAIT") {
            return Ok(found);
        }
        found = true;
        skipped.push(cursor.since(mark).to_owned());
    }
}

/// `(a DESC, lower(b), c(10))`.
pub(super) fn parts(cursor: &mut Cursor<'_>) -> Read<Vec<IndexPart>> {
    let inside = cursor.parenthesized()?;
    if inside.is_done() {
        return Err(inside.fault("expected a column"));
    }
    inside.items().iter_mut().map(part).collect()
}

/// One part of an index, to the end of the cursor.
pub(super) fn part(item: &mut Cursor<'_>) -> Read<IndexPart> {
    let mut part = IndexPart::new(key(item)?);
    if item.dialect == DialectKind::Mysql && item.is("(") {
        let mut length = item.parenthesized()?;
        part.prefix_length = u32::try_from(length.number()?).ok();
        length.finish()?;
    }
    if item.eat("COLLATE") {
        part.collation = Some(item.object_name()?.to_string());
    }
    if item.dialect == DialectKind::Postgres && !item.is_done() && !item.is_any(&ORDERS) {
        let mark = item.mark();
        item.object_name()?;
        if item.is("(") {
            item.parenthesized()?;
        }
        part.operator_class = Some(item.since(mark).to_owned());
    }
    part.descending = item.eat("DESC");
    let _ = !part.descending && item.eat("ASC");
    if item.eat("NULLS FIRST") {
        part.nulls_first = Some(true);
    } else if item.eat("NULLS LAST") {
        part.nulls_first = Some(false);
    }
    item.finish()?;
    Ok(part)
}

const ORDERS: [&str; 3] = ["ASC", "DESC", "NULLS"];

fn key(item: &mut Cursor<'_>) -> Read<IndexKey> {
    if is_plain_column(item) {
        return Ok(IndexKey::Column(item.name()?));
    }
    let mark = item.mark();
    match item.dialect {
        // PostgreSQL takes a call or what parentheses hold (PostgreSQL 18, CREATE INDEX).
        DialectKind::Postgres if !item.is("(") => {
            item.object_name()?;
            item.parenthesized()?;
        }
        DialectKind::Postgres => drop(item.parenthesized()?),
        DialectKind::Mysql | DialectKind::Sqlite => drop(expression(item, Extent::Default)?),
    }
    Ok(IndexKey::Expression(Expression::new(item.since(mark), item.dialect)))
}

fn is_plain_column(item: &Cursor<'_>) -> bool {
    if !matches!(item.kind(), Some(TokenKind::Word | TokenKind::Quoted)) {
        return false;
    }
    let next = item.ahead(1);
    let is_prefix = item.dialect == DialectKind::Mysql
        && next == "("
        && item.ahead(2).bytes().all(|byte| byte.is_ascii_digit())
        && item.ahead(3) == ")";
    let next_is_word = next.chars().next().is_some_and(|c| c.is_alphabetic() || c == '"' || c == '_');
    next.is_empty() || is_prefix || next_is_word
}
