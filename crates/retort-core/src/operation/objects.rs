//! CREATE, ALTER, DROP and RENAME by the kind of object; schemas, extensions and comments.

use super::cursor::{Cursor, Read};
use super::{Commented, Object, ObjectKind, Operation};
use super::{alter_table, create_table, index, policy, routine, sequence, trigger, types, view};
use crate::schema::{Extension, ObjectName, RoutineKind};
use crate::source::DialectKind;
use crate::token::TokenKind;

const TEMPORARY: [&str; 6] =
    ["TEMPORARY", "TEMP", "LOCAL TEMPORARY", "LOCAL TEMP", "GLOBAL TEMPORARY", "GLOBAL TEMP"];

/// After `CREATE`; None where the object is none we model.
pub(super) fn create(cursor: &mut Cursor<'_>, skipped: &mut Vec<String>) -> Read<Option<Vec<Operation>>> {
    let or_replace = cursor.eat("OR REPLACE");
    let mut prefix = crate::schema::Options::new();
    if cursor.dialect == DialectKind::Mysql {
        prefix = view::mysql_prefix(cursor)?;
    }
    if cursor.is("TABLE") || cursor.is("UNLOGGED TABLE") {
        return create_table::create(cursor, or_replace, skipped);
    }
    if cursor.eat_any(&TEMPORARY).is_some() {
        return temporary(cursor);
    }
    let operations = if let Some(made) = index::create(cursor, or_replace, skipped)? {
        made
    } else if cursor.eat("VIEW") {
        view::create(cursor, or_replace, prefix, skipped)?
    } else if cursor.eat("RECURSIVE VIEW") {
        view::recursive(cursor, or_replace)?
    } else if cursor.eat("MATERIALIZED VIEW") {
        view::materialized(cursor, skipped)?
    } else if cursor.eat_any(&["TRIGGER", "CONSTRAINT TRIGGER"]).is_some() {
        trigger::create(cursor, or_replace)?
    } else if cursor.eat("TYPE") {
        return types::create(cursor, skipped);
    } else if cursor.eat("DOMAIN") {
        types::create_domain(cursor, skipped)?
    } else if cursor.eat_any(&["SEQUENCE", "UNLOGGED SEQUENCE"]).is_some() {
        sequence::create(cursor, or_replace, skipped)?
    } else if cursor.eat("EXTENSION") {
        extension(cursor, skipped)?
    } else if cursor.dialect == DialectKind::Postgres && cursor.eat("SCHEMA") {
        namespace(cursor, skipped)?
    } else if cursor.eat("POLICY") {
        policy::create(cursor)?
    } else if let Some(kind) = routine_kind(cursor) {
        routine::create(cursor, kind, or_replace)?
    } else {
        return Ok(None);
    };
    Ok(Some(operations))
}

/// SQLite's temporary triggers watch tables of the schema; all else that is temporary is none of it.
fn temporary(cursor: &mut Cursor<'_>) -> Read<Option<Vec<Operation>>> {
    if cursor.dialect == DialectKind::Sqlite && cursor.eat("TRIGGER") {
        return trigger::create(cursor, false).map(Some);
    }
    Ok(None)
}

/// `FUNCTION`, `PROCEDURE`, … where one comes next.
fn routine_kind(cursor: &mut Cursor<'_>) -> Option<RoutineKind> {
    let kinds = [
        ("AGGREGATE FUNCTION", RoutineKind::Function),
        ("FUNCTION", RoutineKind::Function),
        ("ROUTINE", RoutineKind::Function),
        ("PROCEDURE", RoutineKind::Procedure),
        ("AGGREGATE", RoutineKind::Aggregate),
        ("EVENT", RoutineKind::Event),
    ];
    if cursor.is("EVENT TRIGGER") {
        return None;
    }
    kinds.into_iter().find(|(words, _)| cursor.eat(words)).map(|(_, kind)| kind)
}

/// After `CREATE EXTENSION`.
fn extension(cursor: &mut Cursor<'_>, skipped: &mut Vec<String>) -> Read<Vec<Operation>> {
    let if_not_exists = cursor.eat("IF NOT EXISTS");
    let name = cursor.name()?;
    let _ = cursor.eat("WITH");
    let mut extension = Extension::default();
    let value = |cursor: &mut Cursor<'_>| match cursor.kind() {
        Some(TokenKind::Text) => cursor.string(),
        _ => cursor.name(),
    };
    while !cursor.is_done() {
        let mark = cursor.mark();
        if cursor.eat("SCHEMA") {
            extension.schema = Some(cursor.name()?).filter(|schema| schema != "public");
        } else if cursor.eat("VERSION") {
            extension.version = Some(value(cursor)?);
        } else if cursor.eat("FROM") {
            value(cursor)?;
            skipped.push(cursor.since(mark).to_owned());
        } else {
            cursor.expect("CASCADE")?;
        }
    }
    let object = Box::new(Object::Extension { name, extension });
    Ok(vec![Operation::CreateObject { object, or_replace: false, if_not_exists }])
}

/// After `CREATE SCHEMA`: the schema, and the objects that are made in it at once.
fn namespace(cursor: &mut Cursor<'_>, skipped: &mut Vec<String>) -> Read<Vec<Operation>> {
    let if_not_exists = cursor.eat("IF NOT EXISTS");
    let mut name = if cursor.is("AUTHORIZATION") { None } else { Some(cursor.name()?) };
    let mark = cursor.mark();
    if cursor.eat("AUTHORIZATION") {
        let role = cursor.name()?;
        name.get_or_insert(role);
        skipped.push(cursor.since(mark).to_owned());
    }
    let name = name.unwrap_or_default();
    // The default schema is there from the start.
    let object = Box::new(Object::Namespace(name.clone()));
    let mut operations = Vec::new();
    if name != "public" {
        operations.push(Operation::CreateObject { object, or_replace: false, if_not_exists });
    }
    while !cursor.is_done() {
        let mut element = cursor.up_to(&["CREATE", "GRANT"]);
        let mark = element.mark();
        let made = if element.eat("CREATE") { create(&mut element, skipped)? } else { None };
        let Some(made) = made else {
            if !element.is("GRANT") {
                return Err(element.fault("this element of a schema is not understood"));
            }
            element.rest();
            skipped.push(element.since(mark).to_owned());
            continue;
        };
        element.finish()?;
        operations.extend(made.into_iter().map(|operation| inside(operation, &name)));
    }
    Ok(operations)
}

/// Puts what was made without a schema's name into the schema whose element it is.
fn inside(mut operation: Operation, schema: &str) -> Operation {
    let put = |name: &mut ObjectName| {
        if name.schema.is_none() {
            *name = ObjectName::qualified(schema, &name.name);
        }
    };
    match &mut operation {
        Operation::CreateTable { table, .. } => {
            put(&mut table.name);
            table.foreign_keys.iter_mut().for_each(|key| put(&mut key.ref_table));
        }
        Operation::CreateIndex { table, .. } => put(table),
        Operation::CreateView { view, .. } => put(&mut view.name),
        Operation::CreateTrigger { trigger, .. } => put(&mut trigger.table),
        Operation::CreateObject { object, .. } => {
            if let Object::Sequence(sequence) = &mut **object {
                put(&mut sequence.name);
            }
        }
        _ => {}
    }
    operation
}

/// After `ALTER`; None where the object is none we model.
pub(super) fn alter(cursor: &mut Cursor<'_>, skipped: &mut Vec<String>) -> Read<Option<Vec<Operation>>> {
    let _ =
        cursor.dialect == DialectKind::Mysql && cursor.eat_any(&["ONLINE", "OFFLINE", "IGNORE"]).is_some();
    let mut prefix = crate::schema::Options::new();
    if cursor.dialect == DialectKind::Mysql {
        let _ = cursor.eat("IGNORE");
        prefix = view::mysql_prefix(cursor)?;
    }
    let operations = if cursor.eat("TABLE") {
        alter_table::alter_table(cursor, skipped)?
    } else if cursor.eat("VIEW") {
        return view::alter(cursor, false, prefix, skipped);
    } else if cursor.eat("MATERIALIZED VIEW") {
        return view::alter(cursor, true, prefix, skipped);
    } else if cursor.eat("INDEX") {
        index::alter(cursor, skipped)?
    } else if cursor.eat("SEQUENCE") {
        sequence::alter(cursor, skipped)?
    } else if cursor.eat("DOMAIN") {
        types::alter_domain(cursor, skipped)?
    } else if cursor.eat("TYPE") {
        return types::alter(cursor, skipped);
    } else if cursor.eat("TRIGGER") {
        trigger::alter(cursor, skipped)?
    } else if cursor.eat("POLICY") {
        policy::alter(cursor)?
    } else if cursor.dialect == DialectKind::Postgres && cursor.eat("SCHEMA") {
        let name = cursor.object_name()?;
        match renamed(cursor, ObjectKind::Namespace, &name, skipped)? {
            Some(operations) => operations,
            None => return Err(cursor.fault("this change of a schema is not understood")),
        }
    } else if cursor.dialect == DialectKind::Postgres
        && let Some(kind) = routine_kind(cursor)
    {
        return routine::alter(cursor, kind, skipped);
    } else {
        return Ok(None);
    };
    Ok(Some(operations))
}

/// `RENAME TO`, `SET SCHEMA`, `OWNER TO`; None when something else follows.
pub(super) fn renamed(
    cursor: &mut Cursor<'_>,
    kind: ObjectKind,
    from: &ObjectName,
    skipped: &mut Vec<String>,
) -> Read<Option<Vec<Operation>>> {
    let mark = cursor.mark();
    let to = if cursor.eat("RENAME TO") {
        ObjectName { schema: from.schema.clone(), name: cursor.name()?.into() }
    } else if cursor.eat("SET SCHEMA") {
        ObjectName::qualified(&cursor.name()?, &from.name)
    } else if cursor.eat("OWNER TO") {
        cursor.name()?;
        skipped.push(cursor.since(mark).to_owned());
        return Ok(Some(Vec::new()));
    } else {
        return Ok(None);
    };
    Ok(Some(vec![Operation::RenameObject { kind, from: from.clone(), to }]))
}

/// After `DROP`; None where the object is none we model.
pub(super) fn drop(cursor: &mut Cursor<'_>, skipped: &mut Vec<String>) -> Read<Option<Vec<Operation>>> {
    if cursor.eat("POLICY") {
        return policy::drop(cursor).map(Some);
    }
    let is_postgres = cursor.dialect == DialectKind::Postgres;
    if cursor.is("SCHEMA") && !is_postgres {
        return Ok(None);
    }
    if let Some(kind) = routine_kind(cursor) {
        return routine::drop_all(cursor, kind).map(Some);
    }
    let kinds = [
        "TABLES",
        "TABLE",
        "INDEX",
        "VIEW",
        "MATERIALIZED VIEW",
        "TRIGGER",
        "TYPE",
        "DOMAIN",
        "SEQUENCE",
        "SCHEMA",
        "EXTENSION",
    ];
    let Some(kind) = cursor.eat_any(&kinds) else { return Ok(None) };
    let _ = kind == "INDEX" && is_postgres && cursor.eat("CONCURRENTLY");
    let if_exists = cursor.eat("IF EXISTS");
    let names = cursor.object_names()?;
    let of_table = matches!(kind, "INDEX" | "TRIGGER") && cursor.eat("ON");
    let table = if of_table { Some(cursor.object_name()?) } else { None };
    let cascade = cursor.eat("CASCADE");
    let _ = cursor.eat("RESTRICT");
    if cursor.dialect == DialectKind::Mysql {
        index::online_words(cursor, skipped)?;
    }
    let object = |kind, name| Operation::DropObject { kind, name, if_exists, cascade };
    let operations = names.into_iter().map(|name| match kind {
        "TABLE" | "TABLES" => Operation::DropTable { name, if_exists, cascade },
        "INDEX" => Operation::DropIndex { table: table.clone(), name: name.name.to_string(), if_exists },
        "VIEW" => Operation::DropView { name, if_exists, cascade, materialized: false },
        "MATERIALIZED VIEW" => Operation::DropView { name, if_exists, cascade, materialized: true },
        "TRIGGER" => Operation::DropTrigger { name, table: table.clone(), if_exists },
        "TYPE" => Operation::DropType { name, if_exists, cascade },
        "DOMAIN" => object(ObjectKind::Domain, name),
        "SEQUENCE" => object(ObjectKind::Sequence, name),
        "SCHEMA" => object(ObjectKind::Namespace, name),
        _ => object(ObjectKind::Extension, name),
    });
    Ok(Some(operations.collect()))
}

/// After `RENAME TABLE` (MySQL).
pub(super) fn rename_tables(cursor: &mut Cursor<'_>) -> Read<Vec<Operation>> {
    let _ = cursor.eat("IF EXISTS");
    let mut operations = Vec::new();
    for mut item in cursor.items() {
        let from = item.object_name()?;
        let _ = item.eat("NOWAIT");
        if item.eat("WAIT") {
            item.number()?;
        }
        item.expect("TO")?;
        operations.push(Operation::RenameTable { from, to: item.object_name()? });
        item.finish()?;
    }
    cursor.rest();
    Ok(operations)
}

/// After `TRUNCATE`.
pub(super) fn truncate(cursor: &mut Cursor<'_>) -> Read<Vec<Operation>> {
    let _ = cursor.eat("TABLE");
    let mut tables = Vec::new();
    loop {
        let only = cursor.eat("ONLY");
        tables.push(cursor.object_name()?);
        let _ = !only && cursor.eat("*");
        if !cursor.eat(",") {
            break;
        }
    }
    // MySQL always begins to count anew (MySQL 8.4, 15.1.37).
    let mut restart_identity = cursor.dialect == DialectKind::Mysql;
    restart_identity |= cursor.eat("RESTART IDENTITY");
    let _ = cursor.eat("CONTINUE IDENTITY");
    let cascade = cursor.eat("CASCADE");
    let _ = cursor.eat("RESTRICT");
    if cursor.eat("WAIT") {
        cursor.number()?;
    }
    let _ = cursor.eat("NOWAIT");
    Ok(vec![Operation::Truncate { tables, restart_identity, cascade }])
}

/// `table.column`, `schema.table.column`
pub(super) fn column_name(cursor: &mut Cursor<'_>) -> Read<(ObjectName, String)> {
    let mut parts = vec![cursor.name()?];
    while cursor.eat(".") {
        parts.push(cursor.name()?);
    }
    match parts.as_slice() {
        [table, column] => Ok((ObjectName::bare(table), column.clone())),
        [.., schema, table, column] => Ok((ObjectName::qualified(schema, table), column.clone())),
        _ => Err(cursor.fault("expected `table.column`")),
    }
}

/// `(fillfactor = 70, toast.autovacuum_enabled, x = 'y')`: names in lower case, `true` where no value stands.
pub(super) fn option_list(cursor: &mut Cursor<'_>) -> Read<Vec<(String, String)>> {
    let mut options = Vec::new();
    for mut item in cursor.parenthesized()?.items() {
        let mut name = item.name()?;
        while item.eat(".") {
            name = format!("{name}.{}", item.name()?);
        }
        let value = match item.eat("=") {
            true if item.kind() == Some(TokenKind::Text) => item.string()?,
            true if !item.is_done() => item.rest().to_owned(),
            true => return Err(item.fault("expected a value")),
            false => "true".to_owned(),
        };
        item.finish()?;
        options.push((name, value));
    }
    Ok(options)
}

/// What PostgreSQL lets one comment on beside tables, columns and views (PostgreSQL 18, COMMENT).
const COMMENTED: [&str; 37] = [
    "ACCESS METHOD",
    "AGGREGATE",
    "CAST",
    "COLLATION",
    "CONSTRAINT",
    "CONVERSION",
    "DATABASE",
    "DOMAIN",
    "EVENT TRIGGER",
    "EXTENSION",
    "FOREIGN DATA WRAPPER",
    "FOREIGN TABLE",
    "FUNCTION",
    "INDEX",
    "LANGUAGE",
    "LARGE OBJECT",
    "OPERATOR",
    "POLICY",
    "PROCEDURAL LANGUAGE",
    "PROCEDURE",
    "PUBLICATION",
    "ROLE",
    "ROUTINE",
    "RULE",
    "SCHEMA",
    "SEQUENCE",
    "SERVER",
    "STATISTICS",
    "SUBSCRIPTION",
    "TABLESPACE",
    "TEXT SEARCH CONFIGURATION",
    "TEXT SEARCH DICTIONARY",
    "TEXT SEARCH PARSER",
    "TEXT SEARCH TEMPLATE",
    "TRANSFORM",
    "TRIGGER",
    "TYPE",
];

/// After `COMMENT ON`.
pub(super) fn comment(cursor: &mut Cursor<'_>) -> Read<Vec<Operation>> {
    let on = if cursor.eat("TABLE") {
        Commented::Table(cursor.object_name()?)
    } else if cursor.eat_any(&["VIEW", "MATERIALIZED VIEW"]).is_some() {
        Commented::View(cursor.object_name()?)
    } else if cursor.eat("COLUMN") {
        let (table, column) = column_name(cursor)?;
        Commented::Column(table, column)
    } else if cursor.eat_any(&COMMENTED).is_some() {
        cursor.text_until(&["IS"]);
        Commented::Other
    } else {
        return Err(cursor.fault("expected an object to comment on"));
    };
    cursor.expect("IS")?;
    let text = if cursor.eat("NULL") { None } else { Some(cursor.string()?) };
    Ok(vec![Operation::Comment { on, text: text.filter(|text| !text.is_empty()) }])
}
