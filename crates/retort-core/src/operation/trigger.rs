//! Triggers: kept whole; name and table are read.

use super::Operation;
use super::cursor::{Cursor, Read};
use crate::schema::{Expression, Trigger};
use crate::source::DialectKind;

/// After `CREATE … TRIGGER`.
pub(super) fn create(cursor: &mut Cursor<'_>, or_replace: bool) -> Read<Vec<Operation>> {
    let if_not_exists = cursor.eat("IF NOT EXISTS");
    let name = cursor.object_name()?;
    let is_sqlite = cursor.dialect == DialectKind::Sqlite;
    if cursor.eat_any(&["BEFORE", "AFTER", "INSTEAD OF"]).is_none() && !is_sqlite {
        return Err(cursor.fault("expected `BEFORE` or `AFTER`"));
    }
    events(cursor)?;
    cursor.expect("ON")?;
    let table = cursor.object_name()?;
    let action = match cursor.dialect {
        DialectKind::Postgres => "EXECUTE",
        DialectKind::Mysql => "FOR EACH ROW",
        DialectKind::Sqlite => "BEGIN",
    };
    let Some(_) = cursor.find(action) else { return Err(cursor.fault(format!("expected `{action}`"))) };
    cursor.rest();
    let definition = Expression::verbatim(cursor.statement(), cursor.dialect);
    let mut operations = Vec::new();
    if or_replace {
        let (name, table) = (name.clone(), Some(table.clone()));
        operations.push(Operation::DropTrigger { name, table, if_exists: true });
    }
    let trigger = Box::new(Trigger { name, table, definition });
    operations.push(Operation::CreateTrigger { trigger, if_not_exists });
    Ok(operations)
}

/// `INSERT OR UPDATE OF a, b OR DELETE`
fn events(cursor: &mut Cursor<'_>) -> Read<()> {
    loop {
        if cursor.eat("UPDATE OF") {
            cursor.name()?;
            while cursor.eat(",") {
                cursor.name()?;
            }
        } else if cursor.eat_any(&["INSERT", "UPDATE", "DELETE", "TRUNCATE"]).is_none() {
            return Err(cursor.fault("expected an event"));
        }
        if !cursor.eat("OR") {
            return Ok(());
        }
    }
}

/// After `ALTER TRIGGER` (PostgreSQL).
pub(super) fn alter(cursor: &mut Cursor<'_>, skipped: &mut Vec<String>) -> Read<Vec<Operation>> {
    let from = cursor.object_name()?;
    cursor.expect("ON")?;
    let table = cursor.object_name()?;
    if cursor.is_any(&["DEPENDS ON EXTENSION", "NO DEPENDS ON EXTENSION"]) {
        skipped.push(cursor.rest().to_owned());
        return Ok(Vec::new());
    }
    cursor.expect("RENAME TO")?;
    Ok(vec![Operation::RenameTrigger { table, from: from.name.to_string(), to: cursor.name()? }])
}
