//! Runs a script on a database, one statement at a time.
//!
//! A step is all or nothing where the engine can roll back: on a failure the database stands at the last good
//! step. Where it cannot, the failure says which statements stay.

use crate::database::{Database, DatabaseError, ResultSet, Value};
use crate::diagnostic::Diagnostic;
use crate::script::{Origin, Script, Statement};
use crate::source::DialectKind;

/// How a step ended that did not succeed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The statement's place in the script; the script's length where none failed.
    pub statement: usize,
    /// Why it is there: says which directive failed.
    pub origin: Origin,
    /// The engine's words, or the program's.
    pub error: Box<DatabaseError>,
    /// What a program says that failed by itself.
    pub said: Option<Box<Diagnostic>>,
    /// Nothing of the step is left in the database.
    pub rolled_back: bool,
    /// The places of the statements of the step that ran and stay: they were committed before it failed.
    pub kept: Box<[usize]>,
}

/// Runs all statements of a step.
///
/// # Errors
/// [`Failure`] at the first statement that the engine refuses; the open transaction is rolled back and the
/// session's settings are put back.
pub fn execute(script: &Script, db: &mut dyn Database) -> Result<(), Failure> {
    let mut journal = Journal::default();
    for (place, statement) in script.statements.iter().enumerate() {
        if let Err(error) = journal.run(place, statement, db, None) {
            let restore = script.statements.last().filter(|last| last.origin == Origin::Session);
            let restore = restore.map(|statement| statement.sql.as_str());
            return Err(journal.fail(place, statement.origin, error, restore, db));
        }
    }
    Ok(())
}

/// What ran: what is committed, and what can still be undone.
#[derive(Debug, Default)]
pub(crate) struct Journal {
    in_transaction: bool,
    kept: Vec<usize>,
    pending: Vec<usize>,
}

impl Journal {
    /// Runs a statement and notes it; its rows are kept where they are asked for.
    pub(crate) fn run(
        &mut self,
        place: usize,
        statement: &Statement,
        db: &mut dyn Database,
        rows: Option<&mut ResultSet>,
    ) -> Result<u64, DatabaseError> {
        let changed = match (statement.origin, rows) {
            (Origin::ForeignKeyCheck, _) => check_foreign_keys(&statement.sql, db).map(|()| 0)?,
            (Origin::Hole(_), _) => return Err(fault(statement.sql.trim_start_matches("-- ").to_owned())),
            (_, Some(rows)) => {
                *rows = db.select(&statement.sql)?;
                u64::try_from(rows.rows.len()).unwrap_or(u64::MAX)
            }
            (_, None) => db.execute(&statement.sql)?,
        };
        check_rows(changed, statement.rows)?;
        match statement.origin {
            Origin::Transaction => self.turn(&statement.sql),
            Origin::Directive(_) | Origin::VersionTable if statement.alone => self.kept.push(place),
            Origin::Directive(_) | Origin::VersionTable => self.pending.push(place),
            Origin::Session | Origin::ForeignKeyCheck | Origin::Hole(_) | Origin::Program => {}
        }
        Ok(changed)
    }

    fn turn(&mut self, sql: &str) {
        match sql {
            "COMMIT" => {
                self.in_transaction = false;
                self.kept.append(&mut self.pending);
            }
            "ROLLBACK" => {
                self.in_transaction = false;
                self.pending.clear();
            }
            _ if sql.starts_with("BEGIN") => {
                self.in_transaction = true;
                self.kept.append(&mut self.pending);
            }
            _ => {}
        }
    }

    /// Forgets what was undone: all from a place on.
    pub(crate) fn forget(&mut self, from: usize) {
        self.pending.retain(|place| *place < from);
    }

    /// Rolls back what can be, puts the session back, and says what stays.
    pub(crate) fn fail(
        mut self,
        statement: usize,
        origin: Origin,
        error: DatabaseError,
        restore: Option<&str>,
        db: &mut dyn Database,
    ) -> Failure {
        let undone = self.in_transaction && roll_back(db);
        if !undone {
            self.kept.append(&mut self.pending);
        }
        if let Some(sql) = restore {
            // The failure that led here is what the user must hear of.
            let _ = db.execute(sql);
        }
        let rolled_back = undone && self.kept.is_empty();
        Failure { statement, origin, error: Box::new(error), said: None, rolled_back, kept: self.kept.into() }
    }
}

/// Rolls back; false where something of the transaction stays all the same.
fn roll_back(db: &mut dyn Database) -> bool {
    if db.execute("ROLLBACK").is_err() {
        return false;
    }
    // MySQL warns when tables without transactions (MyISAM) were changed: 1196,
    // ER_WARNING_NOT_COMPLETE_ROLLBACK (MySQL 8.4, error reference).
    let warnings = match db.dialect() {
        DialectKind::Mysql => db.query("SHOW WARNINGS").unwrap_or_default(),
        DialectKind::Sqlite | DialectKind::Postgres => Vec::new(),
    };
    !warnings.iter().any(|row| row.get(1).and_then(Value::as_integer) == Some(1196))
}

/// A fault that is not the engine's.
pub(crate) fn fault(message: String) -> DatabaseError {
    DatabaseError { message, code: String::new(), offset: None, unreachable: false }
}

/// Another run that changed the heads since they were read leaves nothing for this one to change.
fn check_rows(changed: u64, expected: Option<u64>) -> Result<(), DatabaseError> {
    match expected {
        Some(expected) if expected != changed => Err(fault(format!(
            "the version table is not as it was: {changed} row(s) changed where {expected} must; \
             another run has changed the heads meanwhile"
        ))),
        _ => Ok(()),
    }
}

fn check_foreign_keys(sql: &str, db: &mut dyn Database) -> Result<(), DatabaseError> {
    let rows = db.query(sql)?;
    match orphans(&rows) {
        None => Ok(()),
        Some(words) => Err(DatabaseError {
            code: "787".to_owned(),
            ..fault(format!("FOREIGN KEY constraint failed: {words}"))
        }),
    }
}

/// What `PRAGMA foreign_key_check` found, in words; None where that is nothing.
pub(crate) fn orphans(rows: &[Vec<Value>]) -> Option<String> {
    let first = rows.first()?;
    let name = |at: usize| first.get(at).and_then(Value::as_str).unwrap_or("?").to_owned();
    let (count, table, parent) = (rows.len(), name(0), name(2));
    Some(format!("{count} row(s) without a parent, the first in `{table}` (parent `{parent}`)"))
}
