//! Why a delete is refused. SQLite does not name the constraint, so the rows that refer to the doomed ones are
//! looked up through every foreign key that does not let them go.

use std::collections::BTreeMap;

use super::{RecordRows, SQLITE, key_columns, referenced_columns};
use crate::database::{DatabaseError, Row, Value};
use crate::dialect::sqlite;
use crate::schema::{ForeignKey, ObjectName, ReferentialAction, Schema, Table};

/// When the engine refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// RESTRICT, at once.
    Immediately,
    /// NO ACTION, when the statement is done.
    AtStatementEnd,
    /// A trigger or something else said no.
    ByTrigger,
}

impl When {
    /// For people.
    pub fn name(self) -> &'static str {
        match self {
            When::Immediately => "immediately",
            When::AtStatementEnd => "at the end of the statement",
            When::ByTrigger => "by a trigger",
        }
    }
}

/// A refusal, explained.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// The engine's words.
    pub message: String,
    /// When it refuses.
    pub when: When,
    /// What stands in the way.
    pub by: Vec<Blocker>,
}

/// Rows that stand in the way through one foreign key.
#[derive(Clone, Debug, PartialEq)]
pub struct Blocker {
    /// Their table.
    pub table: String,
    /// `reports.user_id → users.id RESTRICT`
    pub constraint: String,
    /// How many.
    pub rows: u64,
    /// The keys of the first of them.
    pub sample: Vec<Vec<(String, Value)>>,
}

/// So many doomed rows are followed; a delete that is refused needs no more to be explained.
const LIMIT: usize = 2_000;
const SAMPLE: usize = 5;

/// Rows that would go, by table: the values of all columns.
type Doomed = BTreeMap<String, Vec<Row>>;

pub(super) fn find(
    db: &mut dyn RecordRows,
    schema: &Schema,
    table: &ObjectName,
    key: &[(String, Value)],
    error: DatabaseError,
) -> Result<Block, DatabaseError> {
    let foreign = error.message.contains("FOREIGN KEY");
    // 1811 is RESTRICT, 787 NO ACTION (measured on 3.54.1; sqlite.org/rescode.html).
    let when = match (foreign, error.code.as_str()) {
        (true, "1811") => When::Immediately,
        (true, _) => When::AtStatementEnd,
        (false, _) => When::ByTrigger,
    };
    let by = if foreign { blockers(db, schema, table, key)? } else { Vec::new() };
    Ok(Block { message: error.message, when, by })
}

fn blockers(
    db: &mut dyn RecordRows,
    schema: &Schema,
    table: &ObjectName,
    key: &[(String, Value)],
) -> Result<Vec<Blocker>, DatabaseError> {
    let Some(first) = schema.table(table) else { return Ok(Vec::new()) };
    let rows = db.query(&sqlite::select_rows(first, key))?;
    let mut doomed = Doomed::new();
    let mut open: Vec<(&Table, Row)> = rows.into_iter().map(|row| (&**first, row)).collect();
    let mut held: Vec<(&Table, &ForeignKey, Row)> = Vec::new();
    let mut followed = 0;
    while let Some((parent, row)) = open.pop() {
        let known = doomed.entry(parent.name.to_string()).or_default();
        if known.contains(&row) || followed >= LIMIT {
            continue;
        }
        known.push(row.clone());
        followed += 1;
        for child in schema.children(&parent.name) {
            for key in child.foreign_keys.iter().filter(|key| key.ref_table == parent.name) {
                for found in children_of(db, parent, &row, child, key)? {
                    match key.on_delete {
                        ReferentialAction::Cascade => open.push((child, found)),
                        ReferentialAction::Restrict | ReferentialAction::NoAction => {
                            held.push((child, key, found));
                        }
                        ReferentialAction::SetNull | ReferentialAction::SetDefault => {}
                    }
                }
            }
        }
    }
    Ok(count(&doomed, &held))
}

fn children_of(
    db: &mut dyn RecordRows,
    parent: &Table,
    row: &Row,
    child: &Table,
    key: &ForeignKey,
) -> Result<Vec<Row>, DatabaseError> {
    let targets = referenced_columns(parent, key);
    let values = key.columns.iter().zip(&targets).filter_map(|(own, other)| {
        let at = parent.column_index(other, SQLITE)?;
        Some((own.clone(), row.get(at)?.clone()))
    });
    let values: Vec<(String, Value)> = values.collect();
    // A key with a NULL refers to nothing.
    if values.len() != key.columns.len() || values.iter().any(|(_, value)| *value == Value::Null) {
        return Ok(Vec::new());
    }
    db.query(&sqlite::select_rows(child, &values))
}

fn count(doomed: &Doomed, held: &[(&Table, &ForeignKey, Row)]) -> Vec<Blocker> {
    let mut blockers: Vec<Blocker> = Vec::new();
    for (child, key, row) in held {
        let goes_too = doomed.get(&child.name.to_string()).is_some_and(|rows| rows.contains(row));
        if goes_too && key.on_delete == ReferentialAction::NoAction {
            continue;
        }
        let parent =
            if key.ref_columns.is_empty() { "its key".to_owned() } else { key.ref_columns.join(", ") };
        let table = child.name.to_string();
        let constraint = format!(
            "{table}.{} → {}.{parent} {}",
            key.columns.join(", "),
            key.ref_table,
            key.on_delete.sql()
        );
        let place = blockers.iter().position(|blocker| blocker.constraint == constraint);
        let place = place.unwrap_or_else(|| {
            blockers.push(Blocker { table, constraint, rows: 0, sample: Vec::new() });
            blockers.len() - 1
        });
        blockers[place].rows += 1;
        if blockers[place].sample.len() < SAMPLE {
            let columns = key_columns(child).into_iter();
            let sample = columns.filter_map(|name| {
                Some((name.clone(), row.get(child.column_index(&name, SQLITE)?)?.clone()))
            });
            blockers[place].sample.push(sample.collect());
        }
    }
    blockers
}
