//! Policies of row security (PostgreSQL).

use super::cursor::{Cursor, Read};
use super::{Operation, PolicyChange};
use crate::schema::Policy;

/// After `CREATE POLICY`.
pub(super) fn create(cursor: &mut Cursor<'_>) -> Read<Vec<Operation>> {
    let name = cursor.name()?;
    cursor.expect("ON")?;
    let table = cursor.object_name()?;
    let mut policy =
        Policy { name, permissive: true, command: "ALL".into(), roles: Vec::new(), using: None, check: None };
    if cursor.eat("AS") {
        policy.permissive = !cursor.eat("RESTRICTIVE");
        let _ = policy.permissive && cursor.eat("PERMISSIVE");
    }
    if cursor.eat("FOR") {
        let commands = ["ALL", "SELECT", "INSERT", "UPDATE", "DELETE"];
        let Some(command) = cursor.eat_any(&commands) else {
            return Err(cursor.fault("expected a command"));
        };
        policy.command = command.to_owned();
    }
    let change = clauses(cursor)?;
    policy.roles = change.roles.unwrap_or_default();
    policy.using = change.using;
    policy.check = change.check;
    Ok(vec![Operation::CreatePolicy { table, policy: Box::new(policy) }])
}

/// `TO a, b USING (…) WITH CHECK (…)`
fn clauses(cursor: &mut Cursor<'_>) -> Read<PolicyChange> {
    let mut change = PolicyChange::default();
    if cursor.eat("TO") {
        let mut roles = vec![role(cursor)?];
        while cursor.eat(",") {
            roles.push(role(cursor)?);
        }
        roles.retain(|role| role != "public");
        change.roles = Some(roles);
    }
    if cursor.eat("USING") {
        change.using = Some(cursor.parenthesized_expression()?);
    }
    if cursor.eat("WITH CHECK") {
        change.check = Some(cursor.parenthesized_expression()?);
    }
    Ok(change)
}

fn role(cursor: &mut Cursor<'_>) -> Read<String> {
    let _ = cursor.eat("GROUP");
    cursor.name()
}

/// After `ALTER POLICY`.
pub(super) fn alter(cursor: &mut Cursor<'_>) -> Read<Vec<Operation>> {
    let name = cursor.name()?;
    cursor.expect("ON")?;
    let table = cursor.object_name()?;
    let change = if cursor.eat("RENAME TO") {
        PolicyChange { name: Some(cursor.name()?), ..PolicyChange::default() }
    } else {
        clauses(cursor)?
    };
    if change == PolicyChange::default() {
        return Err(cursor.fault("expected what is changed of the policy"));
    }
    Ok(vec![Operation::AlterPolicy { table, name, change: Box::new(change) }])
}

/// After `DROP POLICY`.
pub(super) fn drop(cursor: &mut Cursor<'_>) -> Read<Vec<Operation>> {
    let if_exists = cursor.eat("IF EXISTS");
    let name = cursor.name()?;
    cursor.expect("ON")?;
    let table = cursor.object_name()?;
    let _ = cursor.eat_any(&["CASCADE", "RESTRICT"]);
    Ok(vec![Operation::DropPolicy { table, name, if_exists }])
}
