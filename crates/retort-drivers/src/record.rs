//! Which rows a statement touches, from SQLite's preupdate hook, inside a savepoint that is rolled back.
//!
//! The hook sees foreign-key actions, triggers and WITHOUT ROWID tables, in order and with their depth; the
//! update hook misses some of them (measured on 3.54.1).

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use retort_core::cascade::{Action, Recording, RowEvent};
use retort_core::database::{Database, DatabaseError, Row, Value};
use rusqlite::hooks::{PreUpdateCase, PreUpdateNewValueAccessor, PreUpdateOldValueAccessor};

use crate::Sqlite;
use crate::sqlite::{describe, value};

#[derive(Default)]
struct Kept {
    events: Vec<RowEvent>,
    totals: BTreeMap<(String, Action), u64>,
    truncated: bool,
}

pub(crate) fn record(sqlite: &mut Sqlite, sql: &str, limit: usize) -> Result<Recording, DatabaseError> {
    let orphans_before = orphans(sqlite)?.len();
    sqlite.execute("SAVEPOINT retort_preview")?;
    let kept = Arc::new(Mutex::new(Kept::default()));
    let shared = Arc::clone(&kept);
    let hook = move |_: rusqlite::hooks::Action, _: &str, table: &str, case: &PreUpdateCase| {
        let mut kept = shared.lock().unwrap_or_else(PoisonError::into_inner);
        keep(&mut kept, table, case, limit);
    };
    let outcome = match sqlite.connection.preupdate_hook(Some(hook)) {
        Ok(()) => sqlite.execute(sql).and_then(|_| deferred(sqlite, orphans_before)).err(),
        Err(error) => Some(describe(error)),
    };
    let unhooked =
        sqlite.connection.preupdate_hook(None::<fn(rusqlite::hooks::Action, &str, &str, &PreUpdateCase)>);
    sqlite.execute("ROLLBACK TO retort_preview")?;
    sqlite.execute("RELEASE retort_preview")?;
    unhooked.map_err(describe)?;
    let kept = std::mem::take(&mut *kept.lock().unwrap_or_else(PoisonError::into_inner));
    let totals = kept.totals.into_iter().map(|((table, action), count)| (table, action, count)).collect();
    Ok(Recording { events: kept.events, totals, truncated: kept.truncated, error: outcome })
}

/// Deferred keys are checked at commit only, which never comes here: ask for children without a parent.
fn deferred(sqlite: &mut Sqlite, before: usize) -> Result<(), DatabaseError> {
    let orphans = orphans(sqlite)?;
    let Some(first) = orphans.first().filter(|_| orphans.len() > before) else { return Ok(()) };
    let table = first.first().and_then(Value::as_str).unwrap_or("?");
    Err(DatabaseError {
        message: format!("FOREIGN KEY constraint failed: rows of `{table}` would have no parent at commit"),
        code: "787".to_owned(),
        offset: None,
        unreachable: false,
    })
}

fn orphans(sqlite: &mut Sqlite) -> Result<Vec<Row>, DatabaseError> {
    sqlite.query("PRAGMA foreign_key_check")
}

fn keep(kept: &mut Kept, table: &str, case: &PreUpdateCase, limit: usize) {
    let (action, depth, before, after) = match case {
        PreUpdateCase::Insert(new) => (Action::Added, new.get_query_depth(), Vec::new(), new_values(new)),
        PreUpdateCase::Delete(old) => (Action::Deleted, old.get_query_depth(), old_values(old), Vec::new()),
        PreUpdateCase::Update { old_value_accessor: old, new_value_accessor: new } => {
            (Action::Changed, old.get_query_depth(), old_values(old), new_values(new))
        }
        PreUpdateCase::Unknown => return,
    };
    *kept.totals.entry((table.to_owned(), action)).or_default() += 1;
    if kept.events.len() >= limit {
        kept.truncated = true;
        return;
    }
    let depth = u32::try_from(depth).unwrap_or(0);
    kept.events.push(RowEvent { depth, action, table: table.to_owned(), old: before, new: after });
}

fn old_values(old: &PreUpdateOldValueAccessor) -> Vec<Value> {
    let values =
        (0..old.get_column_count()).map(|at| old.get_old_column_value(at).map_or(Value::Null, value));
    values.collect()
}

fn new_values(new: &PreUpdateNewValueAccessor) -> Vec<Value> {
    let values =
        (0..new.get_column_count()).map(|at| new.get_new_column_value(at).map_or(Value::Null, value));
    values.collect()
}
