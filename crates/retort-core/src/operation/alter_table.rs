//! `ALTER TABLE`: each action one or more operations.

use super::constraint::{finish, mysql_index, table_constraint};
use super::create_table::{ColumnDefinition, Skipped, column, column_type, default, mysql_option};
use super::cursor::{Cursor, Read};
use super::{ColumnChange, Operation, Position};
use crate::schema::{Constraint, ConstraintKind, Expression, Identity, IdentityKind, ObjectName};
use crate::source::DialectKind;

/// After `ALTER TABLE`.
pub(super) fn alter_table(cursor: &mut Cursor<'_>, skipped: &mut Skipped) -> Read<Vec<Operation>> {
    // IF EXISTS, ONLY and * change nothing for a table that is there.
    let _ = cursor.eat("IF EXISTS");
    let _ = cursor.eat("ONLY");
    let table = cursor.object_name()?;
    let _ = cursor.eat("*");
    let mut operations = Vec::new();
    for mut action in cursor.items() {
        read_action(&mut action, &table, &mut operations, skipped)?;
        finish(&action)?;
    }
    cursor.rest();
    if operations.is_empty() && skipped.is_empty() {
        return Err(cursor.fault("expected an action"));
    }
    Ok(operations)
}

fn read_action(
    action: &mut Cursor<'_>,
    table: &ObjectName,
    operations: &mut Vec<Operation>,
    skipped: &mut Skipped,
) -> Read<()> {
    if action.eat("ADD") {
        add(action, table, operations, skipped)
    } else if action.eat("DROP") {
        operations.push(drop(action, table, skipped)?);
        Ok(())
    } else if action.eat("RENAME") {
        operations.push(rename(action, table)?);
        Ok(())
    } else if action.eat("ALTER") {
        operations.push(alter(action, table, skipped)?);
        Ok(())
    } else if action.dialect == DialectKind::Mysql {
        mysql_action(action, table, operations, skipped)
    } else if action.is_any(&[
        "OWNER TO",
        "SET TABLESPACE",
        "CLUSTER ON",
        "SET WITHOUT CLUSTER",
        "REPLICA IDENTITY",
    ]) || action.is_any(&["SET (", "RESET (", "VALIDATE CONSTRAINT", "SET LOGGED", "SET UNLOGGED"])
    {
        skipped.push(action.rest().to_owned());
        Ok(())
    } else {
        Err(action.fault("this action is not understood"))
    }
}

fn add(
    action: &mut Cursor<'_>,
    table: &ObjectName,
    operations: &mut Vec<Operation>,
    skipped: &mut Skipped,
) -> Read<()> {
    let mysql = action.dialect == DialectKind::Mysql;
    if let Some(constraint) = table_constraint(action, skipped)? {
        operations.push(Operation::AddConstraint { table: table.clone(), constraint });
        return Ok(());
    }
    if mysql && action.is_any(&["INDEX", "KEY", "FULLTEXT", "SPATIAL"]) {
        let index = Box::new(mysql_index(action, skipped)?);
        let table = table.clone();
        operations.push(Operation::CreateIndex { table, index, if_not_exists: false, concurrently: false });
        return Ok(());
    }
    let _ = action.eat("COLUMN");
    let if_not_exists = action.eat("IF NOT EXISTS");
    if mysql && action.is("(") {
        for mut item in action.parenthesized()?.items() {
            let definition = column(&mut item, skipped)?;
            add_column(definition, table, if_not_exists, operations);
        }
        return Ok(());
    }
    let definition = column(action, skipped)?;
    add_column(definition, table, if_not_exists, operations);
    Ok(())
}

fn add_column(
    definition: ColumnDefinition,
    table: &ObjectName,
    if_not_exists: bool,
    operations: &mut Vec<Operation>,
) {
    let ColumnDefinition { column, constraints, position } = definition;
    operations.push(Operation::AddColumn {
        table: table.clone(),
        column: Box::new(column),
        position,
        if_not_exists,
    });
    add_constraints(constraints, table, operations);
}

fn add_constraints(constraints: Vec<Constraint>, table: &ObjectName, operations: &mut Vec<Operation>) {
    operations.extend(
        constraints
            .into_iter()
            .map(|constraint| Operation::AddConstraint { table: table.clone(), constraint }),
    );
}

fn drop(action: &mut Cursor<'_>, table: &ObjectName, skipped: &mut Skipped) -> Read<Operation> {
    let table = table.clone();
    let constraint = |action: &mut Cursor<'_>, kind| -> Read<Operation> {
        let if_exists = action.eat("IF EXISTS");
        let name = Some(action.name()?);
        let table = table.clone();
        if action.eat("CASCADE") {
            skipped.push("CASCADE".into());
        }
        let _ = action.eat("RESTRICT");
        Ok(Operation::DropConstraint { table, name, kind, if_exists })
    };
    if action.eat("PRIMARY KEY") {
        let kind = Some(ConstraintKind::Primary);
        return Ok(Operation::DropConstraint { table, name: None, kind, if_exists: false });
    }
    if action.eat("FOREIGN KEY") {
        return { constraint }(action, Some(ConstraintKind::Foreign));
    }
    if action.eat("CHECK") {
        return { constraint }(action, Some(ConstraintKind::Check));
    }
    if action.eat("CONSTRAINT") {
        return { constraint }(action, None);
    }
    if action.dialect == DialectKind::Mysql && (action.eat("INDEX") || action.eat("KEY")) {
        let if_exists = action.eat("IF EXISTS");
        return Ok(Operation::DropIndex { table: Some(table), name: action.name()?, if_exists });
    }
    let _ = action.eat("COLUMN");
    let if_exists = action.eat("IF EXISTS");
    let column = action.name()?;
    let cascade = action.eat("CASCADE");
    let _ = action.eat("RESTRICT");
    Ok(Operation::DropColumn { table, column, if_exists, cascade })
}

fn rename(action: &mut Cursor<'_>, table: &ObjectName) -> Read<Operation> {
    let table = table.clone();
    if action.eat("CONSTRAINT") {
        let from = action.name()?;
        action.expect("TO")?;
        return Ok(Operation::RenameConstraint { table, from, to: action.name()? });
    }
    if action.dialect == DialectKind::Mysql && (action.eat("INDEX") || action.eat("KEY")) {
        let from = action.name()?;
        action.expect("TO")?;
        return Ok(Operation::RenameIndex { table: Some(table), from, to: action.name()? });
    }
    if action.eat("TO") || (action.dialect == DialectKind::Mysql && action.eat("AS")) {
        return rename_table(action, table);
    }
    let explicit = action.eat("COLUMN");
    let first = action.name()?;
    if !explicit && action.is_done() && action.dialect == DialectKind::Mysql {
        return Ok(Operation::RenameTable { from: table, to: ObjectName::bare(first) });
    }
    action.expect("TO")?;
    Ok(Operation::RenameColumn { table, from: first, to: action.name()? })
}

/// The new name is in the old one's schema.
fn rename_table(action: &mut Cursor<'_>, from: ObjectName) -> Read<Operation> {
    let mut to = action.object_name()?;
    if to.schema.is_none() {
        to.schema.clone_from(&from.schema);
    }
    Ok(Operation::RenameTable { from, to })
}

fn alter(action: &mut Cursor<'_>, table: &ObjectName, skipped: &mut Skipped) -> Read<Operation> {
    let table = table.clone();
    let _ = action.eat("COLUMN");
    let column = action.name()?;
    let change = if action.eat("SET NOT NULL") {
        ColumnChange::Nullable(false)
    } else if action.eat("DROP NOT NULL") {
        ColumnChange::Nullable(true)
    } else if action.eat("SET DEFAULT") {
        ColumnChange::Default(default(action.rest(), action.dialect))
    } else if action.eat("DROP DEFAULT") {
        ColumnChange::Default(None)
    } else if action.eat("SET DATA TYPE") || action.eat("TYPE") {
        type_change(action)?
    } else if action.eat("DROP IDENTITY") {
        let _ = action.eat("IF EXISTS");
        ColumnChange::Identity(None)
    } else if action.eat("DROP EXPRESSION") {
        let _ = action.eat("IF EXISTS");
        ColumnChange::DropGenerated
    } else if action.eat("ADD GENERATED") {
        let kind = if action.eat("ALWAYS") { IdentityKind::Always } else { IdentityKind::ByDefault };
        let _ = action.eat("BY DEFAULT");
        action.expect("AS IDENTITY")?;
        if action.is("(") {
            skipped.push(action.parenthesized()?.rest().to_owned());
        }
        ColumnChange::Identity(Some(Identity::new(kind)))
    } else {
        return Err(action.fault("this change of a column is not understood"));
    };
    Ok(Operation::AlterColumn { table, column, change })
}

fn type_change(action: &mut Cursor<'_>) -> Read<ColumnChange> {
    let column_type = column_type(action)?;
    let collation = if action.eat("COLLATE") { Some(action.object_name()?.to_string()) } else { None };
    let using = action.eat("USING").then(|| Expression::new(action.rest(), action.dialect));
    Ok(ColumnChange::Type { column_type, using, collation })
}

/// Actions that only MySQL and MariaDB have.
fn mysql_action(
    action: &mut Cursor<'_>,
    table: &ObjectName,
    operations: &mut Vec<Operation>,
    skipped: &mut Skipped,
) -> Read<()> {
    if action.eat("MODIFY") || action.is("CHANGE") {
        let change = action.eat("CHANGE");
        let _ = action.eat("COLUMN");
        let _ = action.eat("IF EXISTS");
        let old = if change { Some(action.name()?) } else { None };
        let ColumnDefinition { column, constraints, position } = column(action, skipped)?;
        let name = column.name.clone();
        if let Some(old) = old.filter(|old| *old != name) {
            operations.push(Operation::RenameColumn { table: table.clone(), from: old, to: name.clone() });
        }
        let position = (position != Position::Last).then_some(position);
        let change = ColumnChange::Whole { column: Box::new(column), position };
        operations.push(Operation::AlterColumn { table: table.clone(), column: name, change });
        add_constraints(constraints, table, operations);
        return Ok(());
    }
    if action.is_any(&["ALGORITHM", "LOCK", "FORCE", "DISABLE KEYS", "ENABLE KEYS", "ORDER BY"])
        || action.is_any(&["WITH VALIDATION", "WITHOUT VALIDATION", "CONVERT TO"])
    {
        skipped.push(action.rest().to_owned());
        return Ok(());
    }
    if action.is_any(&["PARTITION BY", "REMOVE PARTITIONING"]) {
        return Err(action.fault("partitions are not read yet"));
    }
    while !action.is_done() {
        let (name, value) = mysql_option(action)?;
        let operation = match name.as_str() {
            "COMMENT" => {
                let on = super::Commented::Table(table.clone());
                Operation::Comment { on, text: Some(value).filter(|text| !text.is_empty()) }
            }
            _ => Operation::SetOption { table: table.clone(), name, value: Some(value) },
        };
        operations.push(operation);
    }
    Ok(())
}
