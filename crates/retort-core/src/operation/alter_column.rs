//! `ALTER TABLE … ALTER COLUMN`: what is changed of the column.

use super::column::{column_type, identity_options};
use super::cursor::{Cursor, Read};
use super::expression::{Extent, expression};
use super::{ColumnChange, SequenceChange, column, objects, sequence};
use crate::schema::{Expression, Identity, IdentityKind};
use crate::source::DialectKind;

/// What stands after the column's name.
pub(super) fn changes(action: &mut Cursor<'_>, skipped: &mut Vec<String>) -> Read<Vec<ColumnChange>> {
    let change = if action.eat("SET NOT NULL") {
        ColumnChange::Nullable(false)
    } else if action.eat("DROP NOT NULL") {
        ColumnChange::Nullable(true)
    } else if action.eat("SET DEFAULT") {
        ColumnChange::Default(column::default(expression(action, Extent::Whole)?, action.dialect))
    } else if action.eat("DROP DEFAULT") {
        ColumnChange::Default(None)
    } else if action.dialect == DialectKind::Mysql {
        return Err(action.fault("this change of a column is not understood"));
    } else if action.eat_any(&["SET DATA TYPE", "TYPE"]).is_some() {
        type_change(action)?
    } else if action.eat("DROP IDENTITY") {
        let _ = action.eat("IF EXISTS");
        ColumnChange::Identity(None)
    } else if action.eat("DROP EXPRESSION") {
        let _ = action.eat("IF EXISTS");
        ColumnChange::DropGenerated
    } else if action.eat("SET EXPRESSION AS") {
        ColumnChange::Expression(action.parenthesized_expression()?)
    } else if action.eat("ADD GENERATED") {
        let kind = identity_kind(action)?;
        action.expect("AS IDENTITY")?;
        ColumnChange::Identity(Some(identity_options(action, kind, skipped)?))
    } else if action.is_any(&["SET GENERATED", "RESTART"]) || is_sequence_option(action) {
        return identity_changes(action, skipped);
    } else {
        return column_options(action);
    };
    Ok(vec![change])
}

fn identity_kind(action: &mut Cursor<'_>) -> Read<IdentityKind> {
    match action.eat_any(&["ALWAYS", "BY DEFAULT"]) {
        Some("ALWAYS") => Ok(IdentityKind::Always),
        Some(_) => Ok(IdentityKind::ByDefault),
        None => Err(action.fault("expected `ALWAYS` or `BY DEFAULT`")),
    }
}

/// `SET START`, `SET INCREMENT`, … of an identity column's sequence.
fn is_sequence_option(action: &Cursor<'_>) -> bool {
    let mut walk = *action;
    walk.eat("SET") && matches!(sequence::option(&mut walk, &mut SequenceChange::default()), Ok(true))
}

/// `SET GENERATED ALWAYS SET INCREMENT BY 2 RESTART WITH 10`: the kind is changed; how its sequence goes on is
/// state of the database, not of the schema, and said.
fn identity_changes(action: &mut Cursor<'_>, skipped: &mut Vec<String>) -> Read<Vec<ColumnChange>> {
    let mut kind = None;
    let mut change = SequenceChange::default();
    while !action.is_done() {
        let mark = action.mark();
        if action.eat("SET GENERATED") {
            kind = Some(identity_kind(action)?);
            continue;
        }
        let _ = !action.is("RESTART") && action.eat("SET");
        let before = (change.start, change.increment);
        if !sequence::option(action, &mut change)? {
            return Err(action.fault("this change of an identity is not understood"));
        }
        if kind.is_none() || before == (change.start, change.increment) {
            skipped.push(action.since(mark).to_owned());
        }
    }
    let identity =
        |kind| Identity { start: change.start, increment: change.increment, ..Identity::new(kind) };
    Ok(kind.map(|kind| ColumnChange::Identity(Some(identity(kind)))).into_iter().collect())
}

/// `SET STATISTICS 100`, `SET STORAGE x`, `SET (n_distinct = 5)`, `RESET (n_distinct)`.
fn column_options(action: &mut Cursor<'_>) -> Read<Vec<ColumnChange>> {
    if action.is_any(&["SET (", "RESET ("]) {
        let sets = action.eat("SET");
        let _ = !sets && action.eat("RESET");
        let options = objects::option_list(action)?.into_iter();
        let value = |value: String| if sets { value } else { String::new() };
        return Ok(options.map(|(name, of)| ColumnChange::Option { name, value: value(of) }).collect());
    }
    action.expect("SET")?;
    let Some(name) = action.eat_any(&["STATISTICS", "STORAGE", "COMPRESSION"]) else {
        return Err(action.fault("this change of a column is not understood"));
    };
    let mark = action.mark();
    let _ = action.eat("-");
    if !action.eat("DEFAULT") {
        action.word()?;
    }
    let value = action.since(mark).to_uppercase();
    Ok(vec![ColumnChange::Option { name: name.to_owned(), value }])
}

fn type_change(action: &mut Cursor<'_>) -> Read<ColumnChange> {
    let column_type = column_type(action)?;
    let collation = if action.eat("COLLATE") { Some(action.object_name()?.to_string()) } else { None };
    let using = match action.eat("USING") {
        true => Some(Expression::new(expression(action, Extent::Whole)?, action.dialect)),
        false => None,
    };
    Ok(ColumnChange::Type { column_type, using, collation })
}
