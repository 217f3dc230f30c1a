//! Partitions: PARTITION BY of both servers, PARTITION OF and its bounds.

use super::cursor::{Cursor, Read};
use super::{Operation, SqlClass, index};
use crate::schema::{Expression, IndexKey, IndexPart, ObjectName, PartitionOf, Partitioning};
use crate::source::DialectKind;
use crate::token::TokenKind;

/// After `PARTITION BY`.
pub(super) fn by(cursor: &mut Cursor<'_>, skipped: &mut Vec<String>) -> Read<Partitioning> {
    match cursor.dialect {
        DialectKind::Mysql => mysql(cursor, skipped),
        DialectKind::Postgres | DialectKind::Sqlite => {
            let Some(method) = cursor.eat_any(&["RANGE", "LIST", "HASH"]) else {
                return Err(cursor.fault("expected `RANGE`, `LIST` or `HASH`"));
            };
            let parts = index::parts(cursor)?;
            Ok(Partitioning { method: method.to_owned(), parts, partitions: None })
        }
    }
}

/// After the name of a partition's parent: `FOR VALUES …` or `DEFAULT`.
pub(super) fn bounds(cursor: &mut Cursor<'_>, parent: ObjectName) -> Read<PartitionOf> {
    let mark = cursor.mark();
    let mut text = "DEFAULT";
    if !cursor.eat("DEFAULT") {
        cursor.expect("FOR VALUES")?;
        let mark = cursor.mark();
        if cursor.eat("FROM") {
            cursor.parenthesized()?;
            cursor.expect("TO")?;
        } else if cursor.eat_any(&["IN", "WITH"]).is_none() {
            return Err(cursor.fault("expected bounds"));
        }
        cursor.parenthesized()?;
        text = cursor.since(mark);
    }
    debug_assert!(cursor.mark() > mark);
    Ok(PartitionOf { parent, bounds: Expression::new(text, cursor.dialect) })
}

/// `[LINEAR] HASH (…)`, `RANGE COLUMNS (…)`, …; the partitions stay text.
fn mysql(cursor: &mut Cursor<'_>, skipped: &mut Vec<String>) -> Read<Partitioning> {
    const METHODS: [&str; 9] = [
        "LINEAR HASH",
        "LINEAR KEY",
        "HASH",
        "KEY",
        "RANGE COLUMNS",
        "RANGE",
        "LIST COLUMNS",
        "LIST",
        "SYSTEM_TIME",
    ];
    let Some(method) = cursor.eat_any(&METHODS) else {
        return Err(cursor.fault("expected a way to partition"));
    };
    let mark = cursor.mark();
    if cursor.eat("ALGORITHM =") {
        cursor.number()?;
        skipped.push(cursor.since(mark).to_owned());
    }
    let mut partitioning = Partitioning { method: method.to_owned(), parts: Vec::new(), partitions: None };
    if method != "SYSTEM_TIME" {
        for mut item in cursor.parenthesized()?.items() {
            partitioning.parts.push(mysql_part(&mut item)?);
        }
    }
    let begins = cursor.is_any(&["PARTITIONS", "SUBPARTITION BY", "("]) || method == "SYSTEM_TIME";
    if begins && !cursor.is_done() {
        partitioning.partitions = Some(Expression::verbatim(cursor.rest(), cursor.dialect));
    }
    Ok(partitioning)
}

fn mysql_part(item: &mut Cursor<'_>) -> Read<IndexPart> {
    let is_name =
        matches!(item.kind(), Some(TokenKind::Word | TokenKind::Quoted)) && item.ahead(1).is_empty();
    let key = if is_name {
        IndexKey::Column(item.name()?)
    } else {
        IndexKey::Expression(Expression::new(item.rest(), item.dialect))
    };
    item.finish()?;
    Ok(IndexPart::new(key))
}

/// Actions of MySQL on single partitions, as they stand; None when none begins. Which partitions there are is
/// text in the model, so those that change it are not followed.
pub(super) fn mysql_action(action: &mut Cursor<'_>) -> Option<Operation> {
    const CHANGES: [&str; 5] = [
        "ADD PARTITION",
        "DROP PARTITION",
        "REORGANIZE PARTITION",
        "COALESCE PARTITION",
        "CONVERT PARTITION",
    ];
    const ROWS: [&str; 2] = ["TRUNCATE PARTITION", "EXCHANGE PARTITION"];
    const STORAGE: [&str; 9] = [
        "ANALYZE PARTITION",
        "CHECK PARTITION",
        "OPTIMIZE PARTITION",
        "REBUILD PARTITION",
        "REPAIR PARTITION",
        "DISCARD PARTITION",
        "IMPORT PARTITION",
        "DISCARD TABLESPACE",
        "IMPORT TABLESPACE",
    ];
    let class = if action.is_any(&CHANGES) || action.is("CONVERT TABLE") {
        SqlClass::Structure
    } else if action.is_any(&ROWS) {
        SqlClass::Data
    } else if action.is_any(&STORAGE) {
        SqlClass::Storage
    } else {
        return None;
    };
    action.rest();
    Some(Operation::ExecuteSql { sql: Expression::verbatim(action.statement(), action.dialect), class })
}
