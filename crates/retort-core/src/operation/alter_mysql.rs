//! Actions of `ALTER TABLE` that only MySQL and MariaDB have.

use super::alter_table::{Alteration, drop_constraint};
use super::column::{ColumnDefinition, column};
use super::create_table::mysql_option;
use super::cursor::{Cursor, Read};
use super::{ColumnChange, Commented, Operation, Position, index, partition};
use crate::schema::ConstraintKind;

/// After `DROP`; false for a column or a constraint of any kind.
pub(super) fn drop(action: &mut Cursor<'_>, to: &mut Alteration) -> Read<bool> {
    if action.eat("PRIMARY KEY") {
        let kind = Some(ConstraintKind::Primary);
        to.push(|table| Operation::DropConstraint { table, name: None, kind, if_exists: false });
    } else if action.eat("FOREIGN KEY") {
        drop_constraint(action, Some(ConstraintKind::Foreign), to)?;
    } else if action.eat("CHECK") {
        drop_constraint(action, Some(ConstraintKind::Check), to)?;
    } else if action.eat_any(&["INDEX", "KEY"]).is_some() {
        let if_exists = action.eat("IF EXISTS");
        let name = action.name()?;
        to.push(|table| Operation::DropIndex { table: Some(table), name, if_exists });
    } else if action.eat("SYSTEM VERSIONING") {
        let name = "SYSTEM VERSIONING".to_owned();
        to.push(|table| Operation::SetOption { table, name, value: None });
    } else if action.eat("PERIOD FOR") {
        let name = format!("PERIOD FOR {}", action.name()?.to_uppercase());
        to.push(|table| Operation::SetOption { table, name, value: None });
    } else {
        return Ok(false);
    }
    Ok(true)
}

/// After `ALTER`; false for a column.
pub(super) fn alter(action: &mut Cursor<'_>, to: &mut Alteration) -> Read<bool> {
    let mark = action.mark();
    if action.eat_any(&["INDEX", "KEY"]).is_some() {
        let _ = action.eat("IF EXISTS");
        action.name()?;
        if action.eat_any(&["VISIBLE", "INVISIBLE", "NOT IGNORED", "IGNORED"]).is_none() {
            return Err(action.fault("expected `VISIBLE` or `INVISIBLE`"));
        }
        to.skipped.push(action.since(mark).to_owned());
        return Ok(true);
    }
    if action.eat_any(&["CHECK", "CONSTRAINT"]).is_none() {
        return Ok(false);
    }
    let name = action.name()?;
    let Some(words) = action.eat_any(&["NOT ENFORCED", "ENFORCED"]) else {
        return Err(action.fault("expected `ENFORCED`"));
    };
    let enforced = Some(words == "ENFORCED");
    to.push(|table| Operation::AlterConstraint { table, name, deferral: None, enforced });
    Ok(true)
}

/// Words that change how the statement goes about it, or how rows are kept, and no structure.
const READ_PAST: [&str; 8] = [
    "FORCE",
    "DISABLE KEYS",
    "ENABLE KEYS",
    "ORDER BY",
    "WITH VALIDATION",
    "WITHOUT VALIDATION",
    "SECONDARY_LOAD",
    "SECONDARY_UNLOAD",
];

/// An action that is none of ADD, DROP, RENAME, ALTER.
pub(super) fn action(action: &mut Cursor<'_>, to: &mut Alteration) -> Read<()> {
    if action.is_any(&["MODIFY", "CHANGE"]) {
        return change_column(action, to);
    }
    if index::online_words(action, &mut to.skipped)? {
        return Ok(());
    }
    let mark = action.mark();
    if action.eat("ORDER BY") {
        action.rest();
        to.skipped.push(action.since(mark).to_owned());
        return Ok(());
    }
    if action.eat_any(&READ_PAST).is_some() {
        to.skipped.push(action.since(mark).to_owned());
        return Ok(());
    }
    if action.eat("CONVERT TO") {
        return convert(action, to);
    }
    if action.eat("ADD SYSTEM VERSIONING") {
        let name = "SYSTEM VERSIONING".to_owned();
        to.push(|table| Operation::SetOption { table, name, value: Some(String::new()) });
        return Ok(());
    }
    if action.eat("REMOVE PARTITIONING") {
        to.push(|table| Operation::SetPartitioning { table, partitioning: None });
        return Ok(());
    }
    while !action.is_done() {
        if action.eat("PARTITION BY") {
            let partitioning = Some(Box::new(partition::by(action, &mut to.skipped)?));
            to.push(|table| Operation::SetPartitioning { table, partitioning });
            return Ok(());
        }
        let (name, value) = mysql_option(action)?;
        match name.as_str() {
            "COMMENT" => {
                let text = Some(value).filter(|text| !text.is_empty());
                to.push(|table| Operation::Comment { on: Commented::Table(table), text });
            }
            _ => to.push(|table| Operation::SetOption { table, name, value: Some(value) }),
        }
    }
    Ok(())
}

/// `MODIFY [COLUMN] definition`, `CHANGE [COLUMN] old definition`
fn change_column(action: &mut Cursor<'_>, to: &mut Alteration) -> Read<()> {
    let is_change = action.eat("CHANGE");
    let _ = !is_change && action.eat("MODIFY");
    let _ = action.eat("COLUMN");
    let _ = action.eat("IF EXISTS");
    let old = if is_change { Some(action.name()?) } else { None };
    let ColumnDefinition { column, constraints, position } = column(action, &mut to.skipped)?;
    let name = column.name.clone();
    if let Some(from) = old.filter(|old| *old != name) {
        let new = name.clone();
        to.push(|table| Operation::RenameColumn { table, from, to: new });
    }
    let position = (position != Position::Last).then_some(position);
    let change = ColumnChange::Whole { column: Box::new(column), position };
    to.push(|table| Operation::AlterColumn { table, column: name, change });
    to.add_constraints(constraints);
    Ok(())
}

/// After `CONVERT TO`: the table's character set, and that of each text in it.
fn convert(action: &mut Cursor<'_>, to: &mut Alteration) -> Read<()> {
    if action.eat_any(&["CHARACTER SET", "CHARSET"]).is_none() {
        return Err(action.fault("expected `CHARACTER SET`"));
    }
    let _ = action.eat("=");
    let charset = if action.eat("DEFAULT") { None } else { Some(action.word()?) };
    let mut collation = None;
    if action.eat("COLLATE") {
        let _ = action.eat("=");
        collation = Some(action.word()?);
    }
    to.push(|table| Operation::ConvertCharset { table, charset, collation });
    Ok(())
}
