//! `ALTER TABLE`: each action one or more operations.

use super::column::{ColumnDefinition, column};
use super::constraint::{table_constraint, table_not_null};
use super::cursor::{Cursor, Read};
use super::index::{is_mysql_index, mysql_index, mysql_unique};
use super::{ColumnChange, Operation, RowSecurityChange};
use super::{alter_column, alter_mysql, constraint, partition};
use crate::schema::{Constraint, ConstraintKind, Deferral, ObjectName, PrimaryKey, Unique};
use crate::source::DialectKind;

/// What the actions of one statement come to.
pub(super) struct Alteration {
    pub(super) table: ObjectName,
    pub(super) operations: Vec<Operation>,
    pub(super) skipped: Vec<String>,
}

impl Alteration {
    pub(super) fn push(&mut self, operation: impl FnOnce(ObjectName) -> Operation) {
        self.operations.push(operation(self.table.clone()));
    }

    /// Takes all that is left as a detail that is read past.
    pub(super) fn skip(&mut self, action: &mut Cursor<'_>) {
        self.skipped.push(action.rest().to_owned());
    }

    pub(super) fn add_constraints(&mut self, constraints: Vec<Constraint>) {
        for constraint in constraints {
            self.push(|table| Operation::AddConstraint { table, constraint });
        }
    }
}

/// After `ALTER TABLE`.
pub(super) fn alter_table(cursor: &mut Cursor<'_>, skipped: &mut Vec<String>) -> Read<Vec<Operation>> {
    if cursor.eat("ALL IN TABLESPACE") {
        skipped.push(cursor.rest().to_owned());
        return Ok(Vec::new());
    }
    // IF EXISTS, ONLY and * change nothing for a table that is there.
    let _ = cursor.eat("IF EXISTS");
    let only = cursor.eat("ONLY");
    let table = cursor.object_name()?;
    let _ = !only && cursor.eat("*");
    let mut alteration = Alteration { table, operations: Vec::new(), skipped: Vec::new() };
    if cursor.dialect == DialectKind::Mysql {
        super::index::online_words(cursor, &mut alteration.skipped)?;
    }
    if cursor.is_done() {
        return Err(cursor.fault("expected an action"));
    }
    // A list of partitions has commas of its own.
    let of_partitions = cursor.dialect == DialectKind::Mysql;
    if of_partitions && let Some(operation) = partition::mysql_action(cursor) {
        return Ok(vec![operation]);
    }
    for mut action in cursor.items() {
        read_action(&mut action, &mut alteration)?;
        action.finish()?;
    }
    cursor.rest();
    skipped.append(&mut alteration.skipped);
    Ok(alteration.operations)
}

fn read_action(action: &mut Cursor<'_>, to: &mut Alteration) -> Read<()> {
    let mysql = action.dialect == DialectKind::Mysql;
    if mysql && let Some(operation) = partition::mysql_action(action) {
        to.operations.push(operation);
        Ok(())
    } else if mysql && action.is("ADD SYSTEM VERSIONING") {
        alter_mysql::action(action, to)
    } else if action.eat("ADD") {
        add(action, to)
    } else if action.eat("DROP") {
        drop(action, to)
    } else if action.eat("RENAME") {
        rename(action, to)
    } else if action.eat("ALTER") {
        alter(action, to)
    } else if mysql {
        alter_mysql::action(action, to)
    } else if action.dialect == DialectKind::Postgres {
        postgres_action(action, to)
    } else {
        Err(action.fault("this action is not understood"))
    }
}

/// Actions on the table as a whole.
fn postgres_action(action: &mut Cursor<'_>, to: &mut Alteration) -> Read<()> {
    const READ_PAST: [&str; 13] = [
        "OWNER TO",
        "SET TABLESPACE",
        "SET ACCESS METHOD",
        "SET WITHOUT CLUSTER",
        "SET WITHOUT OIDS",
        "CLUSTER ON",
        "REPLICA IDENTITY",
        "NOT OF",
        "OF",
        "ENABLE TRIGGER",
        "DISABLE TRIGGER",
        "ENABLE RULE",
        "DISABLE RULE",
    ];
    const READ_PAST_ALWAYS: [&str; 4] =
        ["ENABLE REPLICA TRIGGER", "ENABLE ALWAYS TRIGGER", "ENABLE REPLICA RULE", "ENABLE ALWAYS RULE"];
    if action.is_any(&READ_PAST) || action.is_any(&READ_PAST_ALWAYS) {
        to.skip(action);
    } else if action.is_any(&["SET (", "RESET ("]) {
        to.operations.extend(super::view::options(action, &to.table)?);
    } else if action.eat("SET SCHEMA") {
        let name = ObjectName::qualified(&action.name()?, &to.table.name);
        to.push(|from| Operation::RenameTable { from, to: name });
    } else if let Some(words) = action.eat_any(&["SET LOGGED", "SET UNLOGGED"]) {
        let value = (words == "SET UNLOGGED").then(String::new);
        to.push(|table| Operation::SetOption { table, name: "UNLOGGED".to_owned(), value });
    } else if action.eat("VALIDATE CONSTRAINT") {
        let name = action.name()?;
        to.push(|table| Operation::ValidateConstraint { table, name });
    } else if action.eat("ATTACH PARTITION") {
        let partition = action.object_name()?;
        let of = partition::bounds(action, to.table.clone())?;
        to.operations.push(Operation::AttachPartition { partition, of });
    } else if action.eat("DETACH PARTITION") {
        let partition = action.object_name()?;
        let _ = action.eat_any(&["CONCURRENTLY", "FINALIZE"]);
        to.push(|table| Operation::DetachPartition { table, partition });
    } else if let Some(words) = action.eat_any(&["INHERIT", "NO INHERIT"]) {
        let parent = action.object_name()?;
        let inherits = words == "INHERIT";
        to.push(|table| Operation::SetInheritance { table, parent, inherits });
    } else if let Some(words) = action.eat_any(&["ENABLE", "DISABLE", "FORCE", "NO FORCE"]) {
        action.expect("ROW LEVEL SECURITY")?;
        let security = match words {
            "ENABLE" | "DISABLE" => RowSecurityChange::Enabled(words == "ENABLE"),
            _ => RowSecurityChange::Forced(words == "FORCE"),
        };
        to.push(|table| Operation::SetRowSecurity { table, security });
    } else {
        return Err(action.fault("this action is not understood"));
    }
    Ok(())
}

fn add(action: &mut Cursor<'_>, to: &mut Alteration) -> Read<()> {
    if let Some((index, constraint)) = adopted(action)? {
        to.push(|table| Operation::AdoptIndex { table, index, constraint });
        return Ok(());
    }
    if let Some(constraint::NotNull { name, column }) = table_not_null(action)? {
        set_not_null(to, &column, name);
        return Ok(());
    }
    let index = match mysql_unique(action, &mut to.skipped)? {
        None if is_mysql_index(action) => Some(mysql_index(action, &mut to.skipped)?),
        found => found,
    };
    if let Some(index) = index.map(Box::new) {
        to.push(|table| Operation::CreateIndex { table, index, if_not_exists: false, concurrently: false });
        return Ok(());
    }
    if let Some(constraint) = table_constraint(action, &mut to.skipped)? {
        to.add_constraints(vec![constraint]);
        return Ok(());
    }
    let _ = action.eat("COLUMN");
    let if_not_exists = action.eat("IF NOT EXISTS");
    if action.dialect == DialectKind::Mysql && action.is("(") {
        for mut item in action.parenthesized()?.items() {
            let definition = column(&mut item, &mut to.skipped)?;
            add_column(definition, if_not_exists, to);
        }
        return Ok(());
    }
    let definition = column(action, &mut to.skipped)?;
    add_column(definition, if_not_exists, to);
    Ok(())
}

/// `[CONSTRAINT name] UNIQUE | PRIMARY KEY USING INDEX i`
fn adopted(action: &mut Cursor<'_>) -> Read<Option<(String, Constraint)>> {
    let mut walk = *action;
    let name = if walk.eat("CONSTRAINT") { walk.name().ok() } else { None };
    let Some(words) = walk.eat_any(&["PRIMARY KEY USING INDEX", "UNIQUE USING INDEX"]) else {
        return Ok(None);
    };
    if walk.is("TABLESPACE") {
        return Ok(None);
    }
    let index = walk.name()?;
    let mut constraint = match words {
        "UNIQUE USING INDEX" => Constraint::Unique(Unique::new(name, Vec::new())),
        _ => Constraint::Primary(PrimaryKey::new(name, Vec::new())),
    };
    constraint::tail(&mut walk, &mut Vec::new())?.put_on(&mut constraint);
    *action = walk;
    Ok(Some((index, constraint)))
}

fn set_not_null(to: &mut Alteration, column: &str, name: Option<String>) {
    let change = ColumnChange::Nullable(false);
    let named = name.map(|value| ColumnChange::Option { name: "NOT NULL".to_owned(), value });
    for change in std::iter::once(change).chain(named) {
        to.push(|table| Operation::AlterColumn { table, column: column.to_owned(), change });
    }
}

fn add_column(definition: ColumnDefinition, if_not_exists: bool, to: &mut Alteration) {
    let ColumnDefinition { column, constraints, position } = definition;
    let column = Box::new(column);
    to.push(|table| Operation::AddColumn { table, column, position, if_not_exists });
    to.add_constraints(constraints);
}

fn drop(action: &mut Cursor<'_>, to: &mut Alteration) -> Read<()> {
    if action.dialect == DialectKind::Mysql && alter_mysql::drop(action, to)? {
        return Ok(());
    }
    if action.eat("CONSTRAINT") {
        return drop_constraint(action, None, to);
    }
    let _ = action.eat("COLUMN");
    let if_exists = action.eat("IF EXISTS");
    let column = action.name()?;
    let cascade = action.eat("CASCADE");
    let _ = action.eat("RESTRICT");
    to.push(|table| Operation::DropColumn { table, column, if_exists, cascade });
    Ok(())
}

pub(super) fn drop_constraint(
    action: &mut Cursor<'_>,
    kind: Option<ConstraintKind>,
    to: &mut Alteration,
) -> Read<()> {
    let if_exists = action.eat("IF EXISTS");
    let name = Some(action.name()?);
    if action.eat("CASCADE") {
        to.skipped.push("CASCADE".into());
    }
    let _ = action.eat("RESTRICT");
    to.push(|table| Operation::DropConstraint { table, name, kind, if_exists });
    Ok(())
}

fn rename(action: &mut Cursor<'_>, to: &mut Alteration) -> Read<()> {
    let mysql = action.dialect == DialectKind::Mysql;
    if action.eat("CONSTRAINT") {
        let from = action.name()?;
        action.expect("TO")?;
        let new = action.name()?;
        to.push(|table| Operation::RenameConstraint { table, from, to: new });
    } else if mysql && action.eat_any(&["INDEX", "KEY"]).is_some() {
        let from = action.name()?;
        action.expect("TO")?;
        let new = action.name()?;
        to.push(|table| Operation::RenameIndex { table: Some(table), from, to: new });
    } else if action.eat("TO") || (mysql && !action.is("COLUMN")) {
        // MySQL: `RENAME AS t`, `RENAME = t`, `RENAME t`.
        let _ = mysql && action.eat_any(&["AS", "="]).is_some();
        rename_table(action, to)?;
    } else {
        let _ = action.eat("COLUMN");
        let _ = mysql && action.eat("IF EXISTS");
        let from = action.name()?;
        action.expect("TO")?;
        let new = action.name()?;
        to.push(|table| Operation::RenameColumn { table, from, to: new });
    }
    Ok(())
}

/// The new name is in the old one's schema.
fn rename_table(action: &mut Cursor<'_>, to: &mut Alteration) -> Read<()> {
    let mut new = action.object_name()?;
    if new.schema.is_none() {
        new.schema.clone_from(&to.table.schema);
    }
    to.push(|from| Operation::RenameTable { from, to: new });
    Ok(())
}

fn alter(action: &mut Cursor<'_>, to: &mut Alteration) -> Read<()> {
    if action.dialect == DialectKind::Mysql && alter_mysql::alter(action, to)? {
        return Ok(());
    }
    if action.dialect == DialectKind::Postgres && action.eat("CONSTRAINT") {
        return alter_constraint(action, to);
    }
    let _ = action.eat("COLUMN");
    let _ = action.dialect == DialectKind::Mysql && action.eat("IF EXISTS");
    let column = action.name()?;
    for change in alter_column::changes(action, &mut to.skipped)? {
        to.push(|table| Operation::AlterColumn { table, column: column.clone(), change });
    }
    Ok(())
}

/// After `ALTER CONSTRAINT`.
fn alter_constraint(action: &mut Cursor<'_>, to: &mut Alteration) -> Read<()> {
    let name = action.name()?;
    let mut deferral = None;
    let mut enforced = None;
    while !action.is_done() {
        if action.eat("NOT DEFERRABLE") {
            deferral = Some(Deferral::NotDeferrable);
        } else if action.eat("INITIALLY DEFERRED") {
            deferral = Some(Deferral::InitiallyDeferred);
        } else if action.eat_any(&["DEFERRABLE", "INITIALLY IMMEDIATE"]).is_some() {
            deferral = deferral.or(Some(Deferral::Deferrable));
        } else if action.eat("NOT ENFORCED") {
            enforced = Some(false);
        } else if action.eat("ENFORCED") {
            enforced = Some(true);
        } else if action.is_any(&["INHERIT", "NO INHERIT"]) {
            to.skip(action);
        } else {
            return Err(action.fault("this change of a constraint is not understood"));
        }
    }
    to.push(|table| Operation::AlterConstraint { table, name, deferral, enforced });
    Ok(())
}
