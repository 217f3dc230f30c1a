//! Views and materialized views.

use super::cursor::{Cursor, Read};
use super::{ObjectKind, Operation, objects};
use crate::schema::{Expression, ObjectName, Options, View};
use crate::source::DialectKind;
use crate::token;

/// After `CREATE … VIEW`; `options` are the words of MySQL before it.
pub(super) fn create(
    cursor: &mut Cursor<'_>,
    or_replace: bool,
    mut options: Options,
    skipped: &mut Vec<String>,
) -> Read<Vec<Operation>> {
    let if_not_exists = cursor.eat("IF NOT EXISTS");
    let name = cursor.object_name()?;
    let columns = if cursor.is("(") { cursor.names()? } else { Vec::new() };
    if cursor.eat("WITH") {
        set_options(cursor, &mut options)?;
    }
    cursor.expect("AS")?;
    check_option(cursor, &mut options);
    let query = query(cursor)?;
    let view = Box::new(View { options, ..View::new(name, columns, query) });
    let _ = skipped;
    Ok(vec![Operation::CreateView { view, or_replace, if_not_exists }])
}

/// After `CREATE [OR REPLACE] RECURSIVE VIEW`: short for a query that begins with WITH RECURSIVE
/// (PostgreSQL 18, CREATE VIEW).
pub(super) fn recursive(cursor: &mut Cursor<'_>, or_replace: bool) -> Read<Vec<Operation>> {
    let name = cursor.object_name()?;
    let columns = cursor.names()?;
    let mut options = Options::new();
    if cursor.eat("WITH") {
        set_options(cursor, &mut options)?;
    }
    cursor.expect("AS")?;
    let inner = query(cursor)?;
    let quoted = |name: &str| token::quote_if_needed(name, cursor.dialect);
    let own = quoted(&name.name);
    let list = columns.iter().map(|column| quoted(column)).collect::<Vec<_>>().join(", ");
    let text = format!("WITH RECURSIVE {own} ({list}) AS ({}) SELECT {list} FROM {own}", inner.text());
    let query = Expression::new(&text, cursor.dialect);
    let view = Box::new(View { options, ..View::new(name, columns, query) });
    Ok(vec![Operation::CreateView { view, or_replace, if_not_exists: false }])
}

/// After `CREATE MATERIALIZED VIEW`.
pub(super) fn materialized(cursor: &mut Cursor<'_>, skipped: &mut Vec<String>) -> Read<Vec<Operation>> {
    let if_not_exists = cursor.eat("IF NOT EXISTS");
    let name = cursor.object_name()?;
    let columns = if cursor.is("(") { cursor.names()? } else { Vec::new() };
    let mut options = Options::new();
    loop {
        let mark = cursor.mark();
        if cursor.eat("USING") {
            options.insert("USING".to_owned(), cursor.name()?);
        } else if cursor.eat("WITH") {
            set_options(cursor, &mut options)?;
        } else if cursor.eat("TABLESPACE") {
            cursor.name()?;
            skipped.push(cursor.since(mark).to_owned());
        } else {
            break;
        }
    }
    cursor.expect("AS")?;
    let with_data = !cursor.eat_end("WITH NO DATA");
    let _ = cursor.eat_end("WITH DATA");
    let query = query(cursor)?;
    let view = View { materialized: true, with_data, options, ..View::new(name, columns, query) };
    Ok(vec![Operation::CreateView { view: Box::new(view), or_replace: false, if_not_exists }])
}

fn query(cursor: &mut Cursor<'_>) -> Read<Expression> {
    if !cursor.is_any(&["SELECT", "WITH", "VALUES", "TABLE", "("]) {
        return Err(cursor.fault("expected a query"));
    }
    Ok(Expression::new(cursor.rest(), cursor.dialect))
}

/// `WITH [LOCAL | CASCADED] CHECK OPTION` at the end.
fn check_option(cursor: &mut Cursor<'_>, options: &mut Options) {
    let said = ["WITH LOCAL CHECK OPTION", "WITH CASCADED CHECK OPTION", "WITH CHECK OPTION"];
    if let Some(words) = said.into_iter().find(|words| cursor.eat_end(words)) {
        let reach = if words.contains("LOCAL") { "LOCAL" } else { "CASCADED" };
        options.insert("CHECK OPTION".to_owned(), reach.to_owned());
    }
}

/// `(security_barrier, check_option = local)`
fn set_options(cursor: &mut Cursor<'_>, options: &mut Options) -> Read<()> {
    for (name, value) in objects::option_list(cursor)? {
        if name == "check_option" {
            options.insert("CHECK OPTION".to_owned(), value.to_uppercase());
        } else {
            options.insert(name, value);
        }
    }
    Ok(())
}

/// `ALGORITHM = MERGE DEFINER = a@b SQL SECURITY INVOKER`: what MySQL writes before VIEW, TRIGGER and routines.
/// What is the default anyway is left out.
pub(super) fn mysql_prefix(cursor: &mut Cursor<'_>) -> Read<Options> {
    let mut options = Options::new();
    loop {
        if cursor.eat("ALGORITHM") {
            cursor.expect("=")?;
            let algorithm = cursor.word()?.to_uppercase();
            if algorithm != "UNDEFINED" {
                options.insert("ALGORITHM".to_owned(), algorithm);
            }
        } else if cursor.eat("SQL SECURITY") {
            let whose = cursor.word()?.to_uppercase();
            if whose != "DEFINER" {
                options.insert("SQL SECURITY".to_owned(), whose);
            }
        } else if cursor.eat("DEFINER") {
            cursor.expect("=")?;
            options.insert("DEFINER".to_owned(), user(cursor)?);
        } else {
            return Ok(options);
        }
    }
}

/// `'a'@'%'`, `a`, `CURRENT_USER()`.
fn user(cursor: &mut Cursor<'_>) -> Read<String> {
    let mark = cursor.mark();
    cursor.word()?;
    if cursor.eat("@") {
        cursor.word()?;
    } else if cursor.is("(") {
        cursor.parenthesized()?;
    }
    Ok(cursor.since(mark).to_owned())
}

/// After `ALTER … VIEW`.
pub(super) fn alter(
    cursor: &mut Cursor<'_>,
    materialized: bool,
    prefix: Options,
    skipped: &mut Vec<String>,
) -> Read<Option<Vec<Operation>>> {
    if cursor.dialect == DialectKind::Mysql {
        return create(cursor, true, prefix, skipped).map(Some);
    }
    let _ = cursor.eat("IF EXISTS");
    let name = cursor.object_name()?;
    let kind = if materialized { ObjectKind::MaterializedView } else { ObjectKind::View };
    if let Some(moved) = objects::renamed(cursor, kind, &name, skipped)? {
        return Ok(Some(moved));
    }
    if cursor.eat("RENAME") {
        let _ = cursor.eat("COLUMN");
        let from = cursor.name()?;
        cursor.expect("TO")?;
        return Ok(Some(vec![Operation::RenameColumn { table: name, from, to: cursor.name()? }]));
    }
    if cursor.is_any(&["SET (", "RESET ("]) {
        return options(cursor, &name).map(Some);
    }
    let skips = ["ALTER", "SET TABLESPACE", "SET ACCESS METHOD", "CLUSTER ON", "SET WITHOUT CLUSTER"];
    if cursor.is_any(&skips) || cursor.is_any(&["DEPENDS ON EXTENSION", "NO DEPENDS ON EXTENSION"]) {
        skipped.push(cursor.rest().to_owned());
        return Ok(Some(Vec::new()));
    }
    Err(cursor.fault("this change of a view is not understood"))
}

/// `SET (a = b)`, `RESET (a)` of a table, view or index.
pub(super) fn options(cursor: &mut Cursor<'_>, name: &ObjectName) -> Read<Vec<Operation>> {
    let sets = cursor.eat("SET");
    let _ = !sets && cursor.eat("RESET");
    let options = objects::option_list(cursor)?.into_iter();
    let operations = options.map(|(option, value)| {
        let option = if option == "check_option" { "CHECK OPTION".to_owned() } else { option };
        Operation::SetOption { table: name.clone(), name: option, value: sets.then_some(value) }
    });
    Ok(operations.collect())
}

/// After `REFRESH MATERIALIZED VIEW`.
pub(super) fn refresh(cursor: &mut Cursor<'_>) -> Read<Vec<Operation>> {
    let _ = cursor.eat("CONCURRENTLY");
    let name = cursor.object_name()?;
    let with_data = !cursor.eat("WITH NO DATA");
    let _ = cursor.eat("WITH DATA");
    Ok(vec![Operation::RefreshView { name, with_data }])
}
