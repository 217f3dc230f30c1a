//! What deleting a row takes with it: every row that goes or changes, in order, and what stands in the way.
//!
//! In: the rows that an engine reported while it ran the delete inside a savepoint. Out: a [`Cascade`] that
//! names, for each of them, the foreign key or trigger that did it.

mod block;

use crate::database::{Database, DatabaseError, Value};
use crate::dialect::sqlite;
use crate::schema::{ForeignKey, ObjectName, ReferentialAction, Schema, Table, same_word};
use crate::source::DialectKind;

pub use block::{Block, Blocker, When};

const SQLITE: DialectKind = DialectKind::Sqlite;

/// What happens to a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// It is new.
    Added,
    /// Some of its values change.
    Changed,
    /// It goes.
    Deleted,
}

impl Action {
    /// For people.
    pub fn name(self) -> &'static str {
        match self {
            Action::Added => "added",
            Action::Changed => "changed",
            Action::Deleted => "deleted",
        }
    }
}

/// A row as the engine reported it, just before it changed.
#[derive(Clone, Debug, PartialEq)]
pub struct RowEvent {
    /// 0 for the statement itself, 1 for what it sets off, 2 for what that sets off.
    pub depth: u32,
    /// What happens.
    pub action: Action,
    /// The table, as the engine calls it.
    pub table: String,
    /// Values before, in order of the columns; empty for a new row.
    pub old: Vec<Value>,
    /// Values after; empty for a row that goes.
    pub new: Vec<Value>,
}

/// What an engine reported while it ran a statement that was rolled back.
#[derive(Clone, Debug, PartialEq)]
pub struct Recording {
    /// In order, up to the limit.
    pub events: Vec<RowEvent>,
    /// How many there were by table and action, all counted.
    pub totals: Vec<(String, Action, u64)>,
    /// More events happened than are kept.
    pub truncated: bool,
    /// Why the statement was refused.
    pub error: Option<DatabaseError>,
}

/// An engine that can tell which rows a statement touches, without keeping the change.
pub trait RecordRows: Database {
    /// Runs a statement inside a savepoint, keeps at most `limit` events, and rolls it back.
    ///
    /// # Errors
    /// When the savepoint cannot be made or rolled back; a refusal of the statement is part of the recording.
    fn record(&mut self, sql: &str, limit: usize) -> Result<Recording, DatabaseError>;
}

/// A row event with its reason.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// How deep it is.
    pub depth: u32,
    /// What happens.
    pub action: Action,
    /// The table.
    pub table: String,
    /// The columns that identify the row, with their values before (after, for a new row).
    pub key: Vec<(String, Value)>,
    /// Columns with the value before and after: all of a row that goes or comes, else those that differ.
    pub values: Vec<(String, Option<Value>, Option<Value>)>,
    /// `fk_reports_user ON DELETE CASCADE`, `trigger log_delete`; empty for the statement itself.
    pub because: String,
}

/// What a delete does.
#[derive(Clone, Debug, PartialEq)]
pub struct Cascade {
    /// In the order of the engine; none when it is blocked.
    pub events: Vec<Event>,
    /// Rows by table and action.
    pub totals: Vec<(String, Action, u64)>,
    /// More events happened than are listed.
    pub truncated: bool,
    /// Why it would be refused.
    pub blocked: Option<Block>,
}

/// The longest list of events.
pub const LIMIT: usize = 10_000;

/// Previews the deletion of one row; nothing is changed.
///
/// # Errors
/// The database's own, when the preview itself cannot be made.
pub fn preview(
    db: &mut dyn RecordRows,
    schema: &Schema,
    table: &ObjectName,
    key: &[(String, Value)],
) -> Result<Cascade, DatabaseError> {
    let recording = db.record(&sqlite::delete_row(table, key), LIMIT)?;
    if let Some(error) = recording.error {
        let blocked = Some(block::find(db, schema, table, key, error)?);
        return Ok(Cascade { events: Vec::new(), totals: Vec::new(), truncated: false, blocked });
    }
    let events = explain(schema, &recording.events);
    Ok(Cascade { events, totals: recording.totals, truncated: recording.truncated, blocked: None })
}

/// The columns that identify a row: primary key, else a unique key without NULLs, else the rowid.
pub fn key_columns(table: &Table) -> Vec<String> {
    if let Some(key) = &table.primary_key {
        return key.columns.clone();
    }
    let never_null = |columns: &[String]| {
        columns.iter().all(|name| table.column(name, SQLITE).is_some_and(|column| !column.nullable))
    };
    let uniques = table.uniques.iter().map(|unique| unique.columns.clone());
    let indexes = table.indexes.iter().filter(|index| index.unique && index.predicate.is_none());
    let mut candidates = uniques.chain(indexes.filter_map(crate::schema::Index::columns));
    candidates.find(|columns| never_null(columns)).unwrap_or_else(|| vec!["rowid".to_owned()])
}

fn explain(schema: &Schema, recorded: &[RowEvent]) -> Vec<Event> {
    // The last event of each depth: an event of depth n was set off by the last one of depth n - 1.
    let mut above: Vec<&RowEvent> = Vec::new();
    let mut events = Vec::with_capacity(recorded.len());
    for event in recorded {
        above.truncate(event.depth as usize);
        let cause = above.last().copied();
        above.push(event);
        events.push(describe(schema, event, cause));
    }
    events
}

fn describe(schema: &Schema, event: &RowEvent, cause: Option<&RowEvent>) -> Event {
    let table = schema.table(&ObjectName::bare(&event.table));
    let name = |at: usize| {
        table
            .and_then(|table| table.columns.get(at))
            .map_or_else(|| format!("column {}", at + 1), |c| c.name.clone())
    };
    let count = event.old.len().max(event.new.len());
    let values = (0..count).filter_map(|at| {
        let (old, new) = (event.old.get(at).cloned(), event.new.get(at).cloned());
        (event.action != Action::Changed || old != new).then(|| (name(at), old, new))
    });
    let row = if event.old.is_empty() { &event.new } else { &event.old };
    let key = table.map(|table| key_columns(table)).unwrap_or_default();
    let key = key.into_iter().filter_map(|column| {
        let at = table?.column_index(&column, SQLITE)?;
        Some((column, row.get(at)?.clone()))
    });
    Event {
        depth: event.depth,
        action: event.action,
        table: event.table.clone(),
        key: key.collect(),
        values: values.collect(),
        because: cause.map_or_else(String::new, |cause| reason(schema, event, cause)),
    }
}

/// The hook does not say why; the values do: a child that named the parent's key before.
fn reason(schema: &Schema, event: &RowEvent, cause: &RowEvent) -> String {
    let child = schema.table(&ObjectName::bare(&event.table));
    let parent = schema.table(&ObjectName::bare(&cause.table));
    if let (Some(child), Some(parent)) = (child, parent) {
        let fits = |key: &&ForeignKey| {
            same_word(&key.ref_table.to_string(), &cause.table, SQLITE)
                && action_fits(key, event, cause)
                && refers(child, key, event, parent, cause)
        };
        if let Some(key) = child.foreign_keys.iter().find(fits) {
            let name =
                key.name.clone().unwrap_or_else(|| format!("{}.{}", event.table, key.columns.join(", ")));
            let (verb, action) = match cause.action {
                Action::Deleted => ("DELETE", key.on_delete),
                Action::Changed | Action::Added => ("UPDATE", key.on_update),
            };
            return format!("{name} ON {verb} {}", action.sql());
        }
    }
    let triggers = schema.triggers_of(&ObjectName::bare(&cause.table));
    let names: Vec<String> = triggers.iter().map(|trigger| trigger.name.to_string()).collect();
    if names.is_empty() {
        "a conflict or trigger".to_owned()
    } else {
        format!("trigger {}", names.join(" or "))
    }
}

fn action_fits(key: &ForeignKey, event: &RowEvent, cause: &RowEvent) -> bool {
    let action = if cause.action == Action::Deleted { key.on_delete } else { key.on_update };
    match action {
        ReferentialAction::Cascade if cause.action == Action::Deleted => event.action == Action::Deleted,
        ReferentialAction::Cascade | ReferentialAction::SetNull | ReferentialAction::SetDefault => {
            event.action == Action::Changed
        }
        ReferentialAction::NoAction | ReferentialAction::Restrict => false,
    }
}

fn refers(child: &Table, key: &ForeignKey, event: &RowEvent, parent: &Table, cause: &RowEvent) -> bool {
    let value = |table: &Table, column: &str, row: &[Value]| {
        table.column_index(column, SQLITE).and_then(|at| row.get(at).cloned())
    };
    let targets = referenced_columns(parent, key);
    key.columns.iter().zip(&targets).all(|(own, other)| {
        let (own, other) = (value(child, own, &event.old), value(parent, other, &cause.old));
        own.is_some() && own == other
    })
}

/// The parent's columns that a key names; its primary key where it names none.
fn referenced_columns(parent: &Table, key: &ForeignKey) -> Vec<String> {
    if !key.ref_columns.is_empty() {
        return key.ref_columns.clone();
    }
    parent.primary_key.as_ref().map(|key| key.columns.clone()).unwrap_or_default()
}
