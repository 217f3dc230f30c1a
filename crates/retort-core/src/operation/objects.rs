//! Indexes, views, triggers, types, extensions, comments; DROP and RENAME of all of them.

use super::constraint::index_parts;
use super::create_table::Skipped;
use super::cursor::{Cursor, Read};
use super::{Commented, Operation, SqlClass};
use crate::schema::{EnumType, Expression, Index, IndexKey, ObjectName, Trigger, View};
use crate::source::DialectKind;

/// After `CREATE [OR REPLACE]`; None where the object is none we model.
pub(super) fn create(
    cursor: &mut Cursor<'_>,
    or_replace: bool,
    skipped: &mut Skipped,
) -> Read<Option<Vec<Operation>>> {
    let operation = if cursor.eat("UNIQUE INDEX") {
        index(cursor, true, None, skipped)?
    } else if cursor.eat("INDEX") {
        index(cursor, false, None, skipped)?
    } else if cursor.eat("FULLTEXT INDEX") {
        index(cursor, false, Some("fulltext"), skipped)?
    } else if cursor.eat("SPATIAL INDEX") {
        index(cursor, false, Some("spatial"), skipped)?
    } else if cursor.eat("VIEW") {
        view(cursor, or_replace, false, skipped)?
    } else if cursor.eat("MATERIALIZED VIEW") {
        view(cursor, or_replace, true, skipped)?
    } else if cursor.is_any(&["ALGORITHM", "DEFINER", "SQL SECURITY"]) {
        return mysql_prefixed(cursor, or_replace, skipped);
    } else if cursor.eat("TRIGGER") {
        trigger(cursor)?
    } else if cursor.eat("TYPE") {
        let name = cursor.object_name()?;
        if !cursor.eat("AS ENUM") {
            return Ok(None);
        }
        let labels = cursor.parenthesized()?.items().iter_mut().map(Cursor::string).collect::<Read<_>>()?;
        Operation::CreateEnum(EnumType { name, labels })
    } else if cursor.eat("EXTENSION") {
        let _ = cursor.eat("IF NOT EXISTS");
        let name = cursor.name()?;
        cursor.rest();
        let extension = crate::schema::Extension::default();
        let object = Box::new(super::Object::Extension { name, extension });
        Operation::CreateObject { object, or_replace: false, if_not_exists: true }
    } else {
        return Ok(None);
    };
    Ok(Some(vec![operation]))
}

/// MySQL's words before VIEW and TRIGGER.
fn mysql_prefixed(
    cursor: &mut Cursor<'_>,
    or_replace: bool,
    skipped: &mut Skipped,
) -> Read<Option<Vec<Operation>>> {
    let mark = cursor.mark();
    cursor.text_until(&["VIEW", "TRIGGER", "PROCEDURE", "FUNCTION", "EVENT"]);
    skipped.push(cursor.since(mark).to_owned());
    if cursor.eat("VIEW") {
        Ok(Some(vec![view(cursor, or_replace, false, skipped)?]))
    } else if cursor.eat("TRIGGER") {
        Ok(Some(vec![trigger(cursor)?]))
    } else {
        Ok(None)
    }
}

fn index(
    cursor: &mut Cursor<'_>,
    unique: bool,
    method: Option<&str>,
    skipped: &mut Skipped,
) -> Read<Operation> {
    let concurrently = cursor.eat("CONCURRENTLY");
    let if_not_exists = cursor.eat("IF NOT EXISTS");
    let name = if cursor.is("ON") { String::new() } else { cursor.object_name()?.name.to_string() };
    let mut method = method.map(str::to_owned);
    if cursor.eat("USING") {
        method = Some(cursor.name()?.to_lowercase());
    }
    cursor.expect("ON")?;
    let _ = cursor.eat("ONLY");
    let table = cursor.object_name()?;
    if cursor.eat("USING") {
        method = Some(cursor.name()?.to_lowercase());
    }
    let parts = index_parts(cursor)?;
    let method = method.filter(|method| method != "btree");
    let mut index = Index { unique, method, ..Index::new(name, parts) };
    while !cursor.is_done() {
        let mark = cursor.mark();
        if cursor.eat("WHERE") {
            index.predicate = Some(Expression::new(cursor.rest(), cursor.dialect));
        } else if cursor.eat("INCLUDE") {
            index.include = cursor.names()?;
        } else if cursor.eat("USING") {
            index.method = Some(cursor.name()?.to_lowercase()).filter(|method| method != "btree");
        } else if cursor.is_any(&[
            "WITH",
            "TABLESPACE",
            "NULLS",
            "COMMENT",
            "ALGORITHM",
            "LOCK",
            "KEY_BLOCK_SIZE",
        ]) || cursor.is_any(&["VISIBLE", "INVISIBLE"])
        {
            cursor.text_until(&["WHERE", "INCLUDE", "USING", "TABLESPACE", "COMMENT", "ALGORITHM", "LOCK"]);
            skipped.push(cursor.since(mark).to_owned());
        } else {
            return Err(cursor.fault("this part of an index is not understood"));
        }
    }
    name_index(&mut index, &table, cursor.dialect);
    Ok(Operation::CreateIndex { table, index: Box::new(index), if_not_exists, concurrently })
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

fn view(
    cursor: &mut Cursor<'_>,
    or_replace: bool,
    materialized: bool,
    skipped: &mut Skipped,
) -> Read<Operation> {
    let if_not_exists = cursor.eat("IF NOT EXISTS");
    let name = cursor.object_name()?;
    let columns = if cursor.is("(") { cursor.names()? } else { Vec::new() };
    if cursor.is("WITH") || cursor.is("USING") {
        let mark = cursor.mark();
        cursor.text_until(&["AS"]);
        skipped.push(cursor.since(mark).to_owned());
    }
    cursor.expect("AS")?;
    let query = Expression::new(cursor.rest(), cursor.dialect);
    let view = Box::new(View { materialized, ..View::new(name, columns, query) });
    Ok(Operation::CreateView { view, or_replace, if_not_exists })
}

/// `CREATE TRIGGER` is kept whole; its name and table are read.
fn trigger(cursor: &mut Cursor<'_>) -> Read<Operation> {
    let if_not_exists = cursor.eat("IF NOT EXISTS");
    let name = cursor.object_name()?;
    // `UPDATE OF a, b ON t`: the table follows the first ON.
    cursor.text_until(&["ON"]);
    cursor.expect("ON")?;
    let table = cursor.object_name()?;
    cursor.rest();
    let definition = Expression::verbatim(cursor.since(0), cursor.dialect);
    let trigger = Box::new(Trigger { name, table, definition });
    Ok(Operation::CreateTrigger { trigger, if_not_exists })
}

/// After `ALTER` (not TABLE).
pub(super) fn alter(cursor: &mut Cursor<'_>) -> Read<Option<Vec<Operation>>> {
    if cursor.eat("TYPE") {
        return alter_type(cursor);
    }
    if cursor.eat("INDEX") {
        let _ = cursor.eat("IF EXISTS");
        let from = cursor.object_name()?.name.to_string();
        if !cursor.eat("RENAME TO") {
            return Ok(None);
        }
        return Ok(Some(vec![Operation::RenameIndex { table: None, from, to: cursor.name()? }]));
    }
    Ok(None)
}

fn alter_type(cursor: &mut Cursor<'_>) -> Read<Option<Vec<Operation>>> {
    let name = cursor.object_name()?;
    let operation = if cursor.eat("ADD VALUE") {
        let if_not_exists = cursor.eat("IF NOT EXISTS");
        let label = cursor.string()?;
        let place = if cursor.eat("BEFORE") {
            Some((true, cursor.string()?))
        } else if cursor.eat("AFTER") {
            Some((false, cursor.string()?))
        } else {
            None
        };
        Operation::AddEnumLabel { name, label, place, if_not_exists }
    } else if cursor.eat("RENAME VALUE") {
        let from = cursor.string()?;
        cursor.expect("TO")?;
        Operation::RenameEnumLabel { name, from, to: cursor.string()? }
    } else {
        return Ok(None);
    };
    Ok(Some(vec![operation]))
}

/// After `DROP`.
pub(super) fn drop(cursor: &mut Cursor<'_>, skipped: &mut Skipped) -> Read<Option<Vec<Operation>>> {
    let kinds = ["TABLE", "INDEX", "VIEW", "MATERIALIZED VIEW", "TRIGGER", "TYPE", "EXTENSION"];
    let Some(kind) = kinds.into_iter().find(|kind| cursor.eat(kind)) else {
        return Ok(None);
    };
    let _ = cursor.eat("CONCURRENTLY");
    let if_exists = cursor.eat("IF EXISTS");
    let mut names = vec![cursor.object_name()?];
    while cursor.eat(",") {
        names.push(cursor.object_name()?);
    }
    let table = if matches!(kind, "INDEX" | "TRIGGER") && cursor.eat("ON") {
        Some(cursor.object_name()?)
    } else {
        None
    };
    let cascade = cursor.eat("CASCADE");
    let _ = cursor.eat("RESTRICT");
    if cursor.is_any(&["ALGORITHM", "LOCK"]) {
        skipped.push(cursor.rest().to_owned());
    }
    let operations = names.into_iter().map(|name| match kind {
        "TABLE" => Operation::DropTable { name, if_exists, cascade },
        "INDEX" => Operation::DropIndex { table: table.clone(), name: name.name.to_string(), if_exists },
        "VIEW" => Operation::DropView { name, if_exists, cascade, materialized: false },
        "MATERIALIZED VIEW" => Operation::DropView { name, if_exists, cascade, materialized: true },
        "TRIGGER" => Operation::DropTrigger { name, table: table.clone(), if_exists },
        "TYPE" => Operation::DropType { name, if_exists, cascade },
        _ => Operation::DropObject { kind: super::ObjectKind::Extension, name, if_exists, cascade },
    });
    Ok(Some(operations.collect()))
}

/// After `RENAME TABLE` (MySQL).
pub(super) fn rename_tables(cursor: &mut Cursor<'_>) -> Read<Vec<Operation>> {
    let mut operations = Vec::new();
    for mut item in cursor.items() {
        let from = item.object_name()?;
        item.expect("TO")?;
        operations.push(Operation::RenameTable { from, to: item.object_name()? });
    }
    cursor.rest();
    Ok(operations)
}

/// After `COMMENT ON`.
pub(super) fn comment(cursor: &mut Cursor<'_>) -> Read<Operation> {
    let on = if cursor.eat("TABLE") {
        Commented::Table(cursor.object_name()?)
    } else if cursor.eat("COLUMN") {
        let mut parts = vec![cursor.name()?];
        while cursor.eat(".") {
            parts.push(cursor.name()?);
        }
        match parts.as_slice() {
            [table, column] => Commented::Column(ObjectName::bare(table), column.clone()),
            [schema, table, column] => {
                Commented::Column(ObjectName::qualified(schema, table), column.clone())
            }
            _ => return Err(cursor.fault("expected `table.column`")),
        }
    } else {
        cursor.text_until(&["IS"]);
        Commented::Other
    };
    cursor.expect("IS")?;
    let text = if cursor.eat("NULL") { None } else { Some(cursor.string()?) };
    Ok(Operation::Comment { on, text })
}

/// The class of a CREATE, ALTER or DROP of an object we do not model, by the statement's second words.
pub(super) fn class(cursor: &Cursor<'_>) -> SqlClass {
    let mut walk = *cursor;
    walk.rewind();
    walk.skip();
    let _ = walk.eat("OR REPLACE");
    if walk.is_any(&["ROLE", "USER", "GROUP", "POLICY", "DEFAULT PRIVILEGES"]) {
        SqlClass::Access
    } else if walk.is_any(&["FUNCTION", "PROCEDURE", "EVENT", "AGGREGATE", "ROUTINE", "DEFINER"]) {
        SqlClass::Routine
    } else if walk.is_any(&["DATABASE", "SYSTEM", "STATISTICS", "PUBLICATION", "SUBSCRIPTION", "TABLESPACE"])
    {
        SqlClass::Storage
    } else {
        SqlClass::Structure
    }
}
