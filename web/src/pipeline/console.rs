//! SQL that a person types: run on the present database, and kept as an edit when it changed something.

use retort_core::database::Value;
use retort_core::dialect::sqlite;
use retort_core::operation::split;
use retort_core::source::DialectKind;

use super::rows::cells;
use super::session::Session;
use super::step_view::quoted;
use super::{Done, now, refusal};
use crate::protocol::{ConsoleResult, ConsoleView};

const MOST_ROWS: usize = 500;

impl Session {
    /// Runs what was typed, statement by statement; stops at the first that is refused.
    pub(super) fn console(&mut self, sql: &str) -> Done<ConsoleView> {
        let mut results = Vec::new();
        let mut kept = Vec::new();
        for statement in split(sql, DialectKind::Sqlite) {
            let text = &sql[statement.start..statement.end];
            let start = now();
            if self.db.is_in_transaction() || is_transaction(text) {
                results.push(failed(
                    text,
                    "BEGIN, COMMIT and the like are not for the console: each statement is kept at once",
                ));
                break;
            }
            let before = self.total_changes();
            let (answers, error) = self.db.run(text, MOST_ROWS);
            if let Some((_, error)) = error {
                results.push(failed(text, &error.message));
                break;
            }
            for answer in answers {
                let changed = self.total_changes().saturating_sub(before);
                if changed > 0 || changes_schema(text) {
                    kept.push(text.to_owned());
                }
                results.push(ConsoleResult {
                    sql: answer.sql,
                    columns: answer.columns,
                    rows: answer.rows.iter().map(cells).collect(),
                    truncated: answer.truncated,
                    changed,
                    error: None,
                    milliseconds: now() - start,
                });
            }
        }
        let step = if kept.is_empty() {
            None
        } else {
            self.add_edit(kept.join(";\n"));
            Some(Box::new(self.step_view()?))
        };
        Ok(ConsoleView { results, step })
    }

    /// Adds a row; a value that reads as a number for a numeric column is made one by the column's affinity.
    pub(super) fn insert_row(
        &mut self,
        table: &str,
        values: &[(String, Option<String>)],
    ) -> Done<ConsoleView> {
        let given: Vec<(&String, &String)> =
            values.iter().filter_map(|(name, value)| Some((name, value.as_ref()?))).collect();
        let names: Vec<String> = given.iter().map(|(name, _)| quoted(name)).collect();
        let literals: Vec<String> = given.iter().map(|(_, text)| literal(text)).collect();
        let sql = if given.is_empty() {
            format!("INSERT INTO {} DEFAULT VALUES", quoted(table))
        } else {
            format!("INSERT INTO {} ({}) VALUES ({})", quoted(table), names.join(", "), literals.join(", "))
        };
        let mut view = self.console(&sql)?;
        if view.results.is_empty() {
            return Err(refusal(
                "rows/refused",
                "The row was not added",
                "The name of the table cannot be read.",
            ));
        }
        view.results.truncate(1);
        Ok(view)
    }

    fn total_changes(&mut self) -> u64 {
        use retort_core::database::Database;
        let rows = self.db.query("SELECT total_changes()").unwrap_or_default();
        rows.first()
            .and_then(|row| row.first())
            .and_then(Value::as_integer)
            .and_then(|n| u64::try_from(n).ok())
            .unwrap_or(0)
    }
}

/// `NULL` typed as a word is NULL; everything else is a text that the column's affinity may turn into a number.
fn literal(text: &str) -> String {
    let value = if text == "NULL" { Value::Null } else { Value::Text(text.to_owned()) };
    sqlite::literal(&value)
}

fn first_word(text: &str) -> String {
    text.split_whitespace().next().unwrap_or("").to_ascii_uppercase()
}

fn is_transaction(text: &str) -> bool {
    matches!(first_word(text).as_str(), "BEGIN" | "COMMIT" | "END" | "ROLLBACK" | "SAVEPOINT" | "RELEASE")
}

fn changes_schema(text: &str) -> bool {
    matches!(first_word(text).as_str(), "CREATE" | "ALTER" | "DROP")
}

fn failed(sql: &str, message: &str) -> ConsoleResult {
    ConsoleResult {
        sql: sql.to_owned(),
        columns: Vec::new(),
        rows: Vec::new(),
        truncated: false,
        changed: 0,
        error: Some(message.to_owned()),
        milliseconds: 0.0,
    }
}
