//! Functions, procedures, aggregates, events: name and arguments are read, the body is kept as text.

use super::cursor::{Cursor, Read};
use super::{Object, ObjectKind, Operation, objects, type_name};
use crate::schema::{Expression, ObjectName, Routine, RoutineKind};
use crate::source::DialectKind;
use crate::token::TokenKind;

/// After `CREATE … FUNCTION` (or another of its kind).
pub(super) fn create(cursor: &mut Cursor<'_>, kind: RoutineKind, or_replace: bool) -> Read<Vec<Operation>> {
    let if_not_exists = cursor.eat("IF NOT EXISTS");
    let name = cursor.object_name()?;
    let definition = Expression::verbatim(cursor.statement(), cursor.dialect);
    let mut routine = Routine { name, kind, returns: None, language: None, body: None, definition };
    if cursor.dialect == DialectKind::Mysql {
        mysql(cursor, &mut routine)?;
    } else {
        let arguments = arguments(cursor, kind)?;
        routine.name = with_arguments(&routine.name, &arguments);
        if kind == RoutineKind::Aggregate {
            if cursor.is("(") {
                cursor.parenthesized()?;
            }
        } else {
            postgres(cursor, &mut routine)?;
        }
    }
    let object = Box::new(Object::Routine(routine));
    Ok(vec![Operation::CreateObject { object, or_replace, if_not_exists }])
}

fn with_arguments(name: &ObjectName, arguments: &str) -> ObjectName {
    ObjectName { schema: name.schema.clone(), name: format!("{}({arguments})", name.name).into() }
}

/// The name of a routine that is there: with its arguments where they are said (PostgreSQL).
pub(super) fn name(cursor: &mut Cursor<'_>, kind: RoutineKind) -> Read<ObjectName> {
    let name = cursor.object_name()?;
    if !cursor.is("(") {
        return Ok(name);
    }
    let arguments = arguments(cursor, kind)?;
    Ok(with_arguments(&name, &arguments))
}

/// `( … )` as the types that tell a routine from others of its name.
fn arguments(cursor: &mut Cursor<'_>, kind: RoutineKind) -> Read<String> {
    let mut inside = cursor.parenthesized()?;
    if inside.eat("*") {
        inside.finish()?;
        return Ok("*".to_owned());
    }
    // An aggregate of the old form says its argument among its options (PostgreSQL 18, CREATE AGGREGATE).
    if kind == RoutineKind::Aggregate && inside.ahead(1) == "=" {
        return old_aggregate(&inside);
    }
    let mut types = Vec::new();
    for mut item in inside.items() {
        // `ORDER BY` parts the direct arguments of an ordered-set aggregate from the others.
        if let Some(place) = item.find("ORDER BY") {
            let (mut direct, mut ordered) = item.split_at(place, 2);
            if !direct.is_done() {
                types.extend(argument(&mut direct, kind)?);
            }
            types.extend(argument(&mut ordered, kind)?);
        } else {
            types.extend(argument(&mut item, kind)?);
        }
    }
    Ok(types.join(", "))
}

fn old_aggregate(options: &Cursor<'_>) -> Read<String> {
    for mut item in options.items() {
        if item.eat("BASETYPE =") {
            return Ok(if item.is_any(&["ANY", "*"]) { "*".to_owned() } else { argument_type(&mut item)? });
        }
    }
    Err(options.fault("expected `BASETYPE`"))
}

/// `[mode] [name] type [DEFAULT value]`; None where it is no part of the signature.
fn argument(item: &mut Cursor<'_>, kind: RoutineKind) -> Read<Option<String>> {
    const MODES: [&str; 5] = ["INOUT", "IN OUT", "IN", "OUT", "VARIADIC"];
    let mut mode = item.eat_any(&MODES);
    let mut unnamed = *item;
    let ends = |cursor: &Cursor<'_>| cursor.is_done() || cursor.is_any(&["DEFAULT", "="]);
    let alone = argument_type(&mut unnamed).ok().filter(|_| ends(&unnamed));
    let argument = match alone {
        Some(argument) => {
            *item = unnamed;
            argument
        }
        None => {
            item.name()?;
            mode = mode.or(item.eat_any(&MODES));
            argument_type(item)?
        }
    };
    if item.eat_any(&["DEFAULT", "="]).is_some() {
        super::expression::expression(item, super::expression::Extent::Whole)?;
    }
    item.finish()?;
    // The OUT arguments of a procedure are part of its signature, those of a function are not.
    let counts = mode != Some("OUT") || kind == RoutineKind::Procedure;
    Ok(counts.then_some(argument))
}

/// A type in the words in which PostgreSQL names it: without length, in one spelling (`format_type`).
fn argument_type(cursor: &mut Cursor<'_>) -> Read<String> {
    let _ = cursor.eat("SETOF");
    let mark = cursor.mark();
    let written = type_name::read(cursor)?;
    if cursor.eat("% TYPE") {
        return Ok(cursor.since(mark).to_lowercase());
    }
    Ok(type_name::canonical(written.text()))
}

/// What stands after the arguments (PostgreSQL 18, CREATE FUNCTION), in any order.
fn postgres(cursor: &mut Cursor<'_>, routine: &mut Routine) -> Read<()> {
    while !cursor.is_done() {
        if cursor.eat("RETURNS NULL ON NULL INPUT") {
        } else if cursor.eat("RETURNS") {
            routine.returns = Some(returns(cursor)?);
        } else if cursor.eat("LANGUAGE") {
            routine.language = Some(name_or_text(cursor)?.to_lowercase());
        } else if cursor.eat("AS") {
            routine.body = Some(cursor.string()?);
            if cursor.eat(",") {
                cursor.string()?;
            }
        } else if cursor.is("BEGIN ATOMIC") || cursor.is("RETURN") {
            // A body in SQL is written without quotes, and ends the statement.
            routine.body = Some(cursor.rest().to_owned());
            let _ = routine.language.get_or_insert_with(|| "sql".to_owned());
        } else {
            attribute(cursor)?;
        }
    }
    Ok(())
}

fn returns(cursor: &mut Cursor<'_>) -> Read<String> {
    let mark = cursor.mark();
    if cursor.eat("TABLE") {
        cursor.parenthesized()?;
    } else {
        type_name::read(cursor)?;
        let _ = cursor.eat("% TYPE");
    }
    Ok(cursor.since(mark).to_owned())
}

fn name_or_text(cursor: &mut Cursor<'_>) -> Read<String> {
    if cursor.kind() == Some(TokenKind::Text) { cursor.string() } else { cursor.name() }
}

const ATTRIBUTES: [&str; 16] = [
    "IMMUTABLE",
    "STABLE",
    "VOLATILE",
    "STRICT",
    "LEAKPROOF",
    "NOT LEAKPROOF",
    "WINDOW",
    "CALLED ON NULL INPUT",
    "EXTERNAL SECURITY INVOKER",
    "EXTERNAL SECURITY DEFINER",
    "SECURITY INVOKER",
    "SECURITY DEFINER",
    "PARALLEL SAFE",
    "PARALLEL UNSAFE",
    "PARALLEL RESTRICTED",
    "RESET ALL",
];

/// What says how it runs, not what it does.
fn attribute(cursor: &mut Cursor<'_>) -> Read<()> {
    if cursor.eat_any(&ATTRIBUTES).is_some() {
        return Ok(());
    }
    if cursor.eat_any(&["COST", "ROWS"]).is_some() {
        return cursor.word().map(drop);
    }
    if cursor.eat_any(&["SUPPORT", "RESET"]).is_some() {
        return cursor.object_name().map(drop);
    }
    if cursor.eat("TRANSFORM") {
        while cursor.eat("FOR TYPE") {
            type_name::read(cursor)?;
            let _ = cursor.eat(",");
        }
        return Ok(());
    }
    cursor.expect("SET")?;
    if cursor.eat("TIME ZONE") {
        return cursor.word().map(drop);
    }
    cursor.object_name()?;
    if cursor.eat("FROM CURRENT") {
        return Ok(());
    }
    if cursor.eat_any(&["TO", "="]).is_none() {
        return Err(cursor.fault("expected `=`"));
    }
    setting(cursor)?;
    while cursor.eat(",") {
        setting(cursor)?;
    }
    Ok(())
}

fn setting(cursor: &mut Cursor<'_>) -> Read<()> {
    let _ = cursor.eat("-");
    cursor.word().map(drop)
}

/// MySQL and MariaDB: arguments, characteristics, and the body, which is all that is left.
fn mysql(cursor: &mut Cursor<'_>, routine: &mut Routine) -> Read<()> {
    if routine.kind == RoutineKind::Event {
        cursor.expect("ON SCHEDULE")?;
        cursor.text_until(&["DO"]);
        cursor.expect("DO")?;
        return body(cursor, routine);
    }
    if cursor.is("(") {
        cursor.parenthesized()?;
    }
    if cursor.eat_any(&["RETURNS", "RETURN"]).is_some() {
        let mark = cursor.mark();
        type_name::read(cursor)?;
        while cursor.eat_any(&["CHARSET", "CHARACTER SET", "COLLATE"]).is_some() {
            cursor.word()?;
        }
        routine.returns = Some(cursor.since(mark).to_owned());
    }
    if cursor.eat("SONAME") {
        routine.language = Some("c".to_owned());
        return cursor.string().map(drop);
    }
    routine.language = Some("sql".to_owned());
    characteristics(cursor, routine)?;
    body(cursor, routine)
}

fn characteristics(cursor: &mut Cursor<'_>, routine: &mut Routine) -> Read<()> {
    const WORDS: [&str; 8] = [
        "NOT DETERMINISTIC",
        "DETERMINISTIC",
        "CONTAINS SQL",
        "NO SQL",
        "READS SQL DATA",
        "MODIFIES SQL DATA",
        "SQL SECURITY DEFINER",
        "SQL SECURITY INVOKER",
    ];
    loop {
        if cursor.eat("COMMENT") {
            cursor.string()?;
        } else if cursor.eat("LANGUAGE") {
            routine.language = Some(cursor.name()?.to_lowercase());
        } else if cursor.eat_any(&WORDS).is_none() {
            return Ok(());
        }
    }
}

fn body(cursor: &mut Cursor<'_>, routine: &mut Routine) -> Read<()> {
    if cursor.eat("AS") && cursor.kind() == Some(TokenKind::Text) {
        routine.body = Some(cursor.string()?);
        return Ok(());
    }
    if cursor.is_done() {
        return Err(cursor.fault("expected a body"));
    }
    routine.body = Some(cursor.rest().to_owned());
    Ok(())
}

/// After `ALTER FUNCTION` and its kin; None for changes of how it runs.
pub(super) fn alter(
    cursor: &mut Cursor<'_>,
    kind: RoutineKind,
    skipped: &mut Vec<String>,
) -> Read<Option<Vec<Operation>>> {
    let name = name(cursor, kind)?;
    if cursor.is_any(&["DEPENDS ON EXTENSION", "NO DEPENDS ON EXTENSION"]) {
        skipped.push(cursor.rest().to_owned());
        return Ok(Some(Vec::new()));
    }
    objects::renamed(cursor, ObjectKind::Routine(kind), &name, skipped)
}

/// After `DROP FUNCTION` and its kin.
pub(super) fn drop_all(cursor: &mut Cursor<'_>, kind: RoutineKind) -> Read<Vec<Operation>> {
    let if_exists = cursor.eat("IF EXISTS");
    let mut names = vec![name(cursor, kind)?];
    while cursor.eat(",") {
        names.push(name(cursor, kind)?);
    }
    let cascade = cursor.eat("CASCADE");
    let _ = cursor.eat("RESTRICT");
    let kind = ObjectKind::Routine(kind);
    Ok(names.into_iter().map(|name| Operation::DropObject { kind, name, if_exists, cascade }).collect())
}
