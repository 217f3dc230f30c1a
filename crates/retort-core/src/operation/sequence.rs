//! Sequences, and the options they share with identity columns.

use super::cursor::{Cursor, Read};
use super::{Object, ObjectKind, Operation, SequenceChange, objects, type_name};
use crate::schema::{ObjectName, Sequence};

/// After `CREATE [OR REPLACE] SEQUENCE`.
pub(super) fn create(
    cursor: &mut Cursor<'_>,
    or_replace: bool,
    skipped: &mut Vec<String>,
) -> Read<Vec<Operation>> {
    let if_not_exists = cursor.eat("IF NOT EXISTS");
    let mut sequence = Sequence::new(cursor.object_name()?);
    let change = changes(cursor, skipped)?;
    sequence.number_type = change.number_type;
    sequence.start = change.start;
    sequence.increment = change.increment;
    sequence.minimum = change.minimum.flatten();
    sequence.maximum = change.maximum.flatten();
    sequence.cache = change.cache;
    sequence.cycle = change.cycle.unwrap_or(false);
    sequence.owned_by = change.owned_by.flatten();
    let object = Box::new(Object::Sequence(sequence));
    Ok(vec![Operation::CreateObject { object, or_replace, if_not_exists }])
}

/// After `ALTER SEQUENCE`.
pub(super) fn alter(cursor: &mut Cursor<'_>, skipped: &mut Vec<String>) -> Read<Vec<Operation>> {
    let _ = cursor.eat("IF EXISTS");
    let name = cursor.object_name()?;
    if let Some(moved) = objects::renamed(cursor, ObjectKind::Sequence, &name, skipped)? {
        return Ok(moved);
    }
    if cursor.is_done() {
        return Err(cursor.fault("expected what is changed of the sequence"));
    }
    let change = Box::new(changes(cursor, skipped)?);
    Ok(vec![Operation::AlterSequence { name, change }])
}

/// Options of a sequence in any order, to the end of the cursor.
pub(super) fn changes(cursor: &mut Cursor<'_>, skipped: &mut Vec<String>) -> Read<SequenceChange> {
    let mut change = SequenceChange::default();
    while !cursor.is_done() {
        if !option(cursor, &mut change)? {
            storage(cursor, skipped)?;
        }
    }
    Ok(change)
}

/// One option (PostgreSQL 18 and MariaDB 11, CREATE SEQUENCE); false when none is next.
pub(super) fn option(cursor: &mut Cursor<'_>, change: &mut SequenceChange) -> Read<bool> {
    if cursor.eat("AS") {
        change.number_type = Some(type_name::read(cursor)?);
    } else if cursor.eat("INCREMENT") {
        let _ = cursor.eat_any(&["BY", "="]);
        change.increment = Some(cursor.number()?);
    } else if cursor.eat("START") {
        let _ = cursor.eat_any(&["WITH", "="]);
        change.start = Some(cursor.number()?);
    } else if cursor.eat("RESTART") {
        let said = cursor.eat_any(&["WITH", "="]).is_some();
        let bare = !said && cursor.clone().number().is_err();
        change.restart = Some(if bare { None } else { Some(cursor.number()?) });
    } else if cursor.eat_any(&["NO MINVALUE", "NOMINVALUE"]).is_some() {
        change.minimum = Some(None);
    } else if cursor.eat("MINVALUE") {
        let _ = cursor.eat("=");
        change.minimum = Some(Some(cursor.number()?));
    } else if cursor.eat_any(&["NO MAXVALUE", "NOMAXVALUE"]).is_some() {
        change.maximum = Some(None);
    } else if cursor.eat("MAXVALUE") {
        let _ = cursor.eat("=");
        change.maximum = Some(Some(cursor.number()?));
    } else if cursor.eat_any(&["NO CACHE", "NOCACHE"]).is_some() {
        change.cache = Some(0);
    } else if cursor.eat("CACHE") {
        let _ = cursor.eat("=");
        change.cache = Some(cursor.number()?);
    } else if cursor.eat_any(&["NO CYCLE", "NOCYCLE"]).is_some() {
        change.cycle = Some(false);
    } else if cursor.eat("CYCLE") {
        change.cycle = Some(true);
    } else if cursor.eat("OWNED BY") {
        change.owned_by = Some(owner(cursor)?);
    } else {
        return Ok(false);
    }
    Ok(true)
}

/// `NONE`, `table.column` or `schema.table.column`.
fn owner(cursor: &mut Cursor<'_>) -> Read<Option<(ObjectName, String)>> {
    if cursor.eat("NONE") {
        return Ok(None);
    }
    objects::column_name(cursor).map(Some)
}

/// Words that change no number: where a sequence is kept and what it is called (`pg_dump` says both).
fn storage(cursor: &mut Cursor<'_>, skipped: &mut Vec<String>) -> Read<()> {
    let mark = cursor.mark();
    if cursor.eat("SEQUENCE NAME") {
        cursor.object_name()?;
    } else if cursor.eat_any(&["ENGINE", "TYPE", "COMMENT"]).is_some() {
        let _ = cursor.eat("=");
        cursor.word()?;
    } else if cursor.eat_any(&["LOGGED", "UNLOGGED", "SET LOGGED", "SET UNLOGGED"]).is_none() {
        return Err(cursor.fault("this option of a sequence is not understood"));
    }
    skipped.push(cursor.since(mark).to_owned());
    Ok(())
}
