//! Row security and its policies (PostgreSQL).

use super::{Refusal, exists, missing};
use crate::operation::{PolicyChange, RowSecurityChange};
use crate::schema::{ObjectName, Policy, Table};

pub(super) fn set_row_security(table: &mut Table, change: RowSecurityChange) {
    match change {
        RowSecurityChange::Enabled(enabled) => table.row_security.enabled = enabled,
        RowSecurityChange::Forced(forced) => table.row_security.forced = forced,
    }
}

pub(super) fn create(table: &mut Table, policy: &Policy) -> Result<(), Refusal> {
    if table.policies.iter().any(|other| other.name == policy.name) {
        return exists("policy", &ObjectName::bare(&policy.name), false);
    }
    table.policies.push(policy.clone());
    Ok(())
}

pub(super) fn alter(table: &mut Table, name: &str, change: &PolicyChange) -> Result<(), Refusal> {
    let Some(policy) = table.policies.iter_mut().find(|policy| policy.name == name) else {
        return missing("policy", &ObjectName::bare(name), false);
    };
    if let Some(name) = &change.name {
        policy.name.clone_from(name);
    }
    if let Some(roles) = &change.roles {
        policy.roles.clone_from(roles);
    }
    if change.using.is_some() {
        policy.using.clone_from(&change.using);
    }
    if change.check.is_some() {
        policy.check.clone_from(&change.check);
    }
    Ok(())
}

pub(super) fn drop(table: &mut Table, name: &str, if_exists: bool) -> Result<(), Refusal> {
    let before = table.policies.len();
    table.policies.retain(|policy| policy.name != name);
    if table.policies.len() == before {
        return missing("policy", &ObjectName::bare(name), if_exists);
    }
    Ok(())
}
