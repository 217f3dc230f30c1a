//! Rows of a table, and what deleting one of them takes with it.

use retort_core::cascade::{self, key_columns};
use retort_core::database::{Database, Row, Value};
use retort_core::schema::ObjectName;

use super::session::Session;
use super::step_view::quoted;
use super::{Done, engine_trouble, refusal};
use crate::protocol::{Blocked, Blocker, CascadeEvent, CascadeView, Cell, RowView, RowsView};

/// At most so many rows a call.
const MOST_ROWS: u32 = 1_000;
/// Bytes of a blob that are shown.
const BLOB_PREVIEW: usize = 16;

impl Session {
    /// A page of a table or view.
    pub(super) fn rows(&mut self, table: &str, offset: u32, limit: u32) -> Done<RowsView> {
        let schema = self.engine_schema()?;
        let name = ObjectName::bare(table);
        let (key, columns) = match (schema.table(&name), schema.view(&name)) {
            (Some(found), _) => {
                (key_columns(found), found.columns.iter().map(|column| column.name.clone()).collect())
            }
            (None, Some(_)) => (Vec::new(), Vec::new()),
            (None, None) => {
                return Err(refusal(
                    "rows/no-table",
                    "No such table",
                    format!("There is no table “{table}” at this step."),
                ));
            }
        };
        let keys: Vec<String> = key.iter().map(|column| quoted(column)).collect();
        let extra = keys.iter().map(|key| format!("{key}, ")).collect::<String>();
        let order = if keys.is_empty() { String::new() } else { format!(" ORDER BY {}", keys.join(", ")) };
        let sql = format!(
            "SELECT {extra}* FROM {}{order} LIMIT {} OFFSET {offset}",
            quoted(table),
            limit.min(MOST_ROWS)
        );
        let (answers, error) = self.db.run(&sql, MOST_ROWS as usize);
        if let Some((_, error)) = error {
            return Err(refusal("rows/refused", "The rows cannot be read", error.message));
        }
        let answer = answers.into_iter().next();
        let (names, found) = answer.map(|answer| (answer.columns, answer.rows)).unwrap_or_default();
        let columns: Vec<String> =
            if columns.is_empty() { names.get(key.len()..).unwrap_or_default().to_vec() } else { columns };
        let rows = found.into_iter().map(|mut row| {
            let rest = row.split_off(key.len().min(row.len()));
            RowView {
                key: key.iter().cloned().zip(row.iter().map(cell)).collect(),
                cells: rest.iter().map(cell).collect(),
            }
        });
        let rows = rows.collect();
        let total = self.db.query(&format!("SELECT count(*) FROM {}", quoted(table))).ok();
        let total =
            total.and_then(|rows| rows.first()?.first()?.as_integer()).and_then(|n| u64::try_from(n).ok());
        Ok(RowsView { table: table.to_owned(), columns, key, rows, offset, total: total.unwrap_or(0) })
    }

    /// Previews a deletion.
    pub(super) fn cascade(&mut self, table: &str, key: Vec<(String, Cell)>) -> Done<CascadeView> {
        let schema = self.engine_schema()?;
        let name = ObjectName::bare(table);
        if schema.table(&name).is_none() {
            return Err(refusal(
                "cascade/no-table",
                "No such table",
                format!("There is no table “{table}” at this step."),
            ));
        }
        let Some(values) =
            key.iter().map(|(column, cell)| Some((column.clone(), value(cell)?))).collect::<Option<Vec<_>>>()
        else {
            return Err(refusal(
                "cascade/blob-key",
                "This row cannot be picked",
                "Its key is a blob longer than what is shown.",
            ));
        };
        let preview = cascade::preview(&mut self.db, &schema, &name, &values).map_err(engine_trouble)?;
        let cells = |pairs: &[(String, Value)]| {
            pairs.iter().map(|(name, value)| (name.clone(), cell(value))).collect()
        };
        let events = preview.events.iter().map(|event| CascadeEvent {
            depth: event.depth,
            action: event.action.name().to_owned(),
            table: event.table.clone(),
            key: cells(&event.key),
            values: event
                .values
                .iter()
                .map(|(name, old, new)| (name.clone(), old.as_ref().map(cell), new.as_ref().map(cell)))
                .collect(),
            because: event.because.clone(),
        });
        let blocked = preview.blocked.as_ref().map(|block| Blocked {
            message: block.message.clone(),
            when: block.when.name().to_owned(),
            by: block
                .by
                .iter()
                .map(|blocker| Blocker {
                    table: blocker.table.clone(),
                    constraint: blocker.constraint.clone(),
                    rows: blocker.rows,
                    sample: blocker.sample.iter().map(|key| cells(key)).collect(),
                })
                .collect(),
        });
        let totals = preview
            .totals
            .iter()
            .map(|(table, action, count)| (table.clone(), action.name().to_owned(), *count));
        let totals = totals.collect();
        Ok(CascadeView {
            table: table.to_owned(),
            events: events.collect(),
            truncated: preview.truncated,
            totals,
            blocked,
            key,
        })
    }
}

/// A value for the page.
pub(super) fn cell(value: &Value) -> Cell {
    match value {
        Value::Null => Cell::Null,
        Value::Integer(number) => Cell::Integer(*number),
        // JSON has no infinities.
        Value::Real(number) if !number.is_finite() => Cell::Text(number.to_string()),
        Value::Real(number) => Cell::Real(*number),
        Value::Text(text) => Cell::Text(text.clone()),
        Value::Blob(bytes) => Cell::Blob {
            bytes: bytes.len() as u64,
            preview: bytes.iter().take(BLOB_PREVIEW).map(|byte| format!("{byte:02x}")).collect(),
        },
    }
}

/// The value of a cell; None for a blob of which only the beginning is known.
fn value(cell: &Cell) -> Option<Value> {
    Some(match cell {
        Cell::Null => Value::Null,
        Cell::Integer(number) => Value::Integer(*number),
        Cell::Real(number) => Value::Real(*number),
        Cell::Text(text) => Value::Text(text.clone()),
        Cell::Blob { bytes, preview } if *bytes as usize * 2 == preview.len() => {
            let byte = |at: usize| u8::from_str_radix(preview.get(at..at + 2)?, 16).ok();
            Value::Blob((0..preview.len()).step_by(2).map(byte).collect::<Option<_>>()?)
        }
        Cell::Blob { .. } => return None,
    })
}

/// The cells of a row.
pub(super) fn cells(row: &Row) -> Vec<Cell> {
    row.iter().map(cell).collect()
}
