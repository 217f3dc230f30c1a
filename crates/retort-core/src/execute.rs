//! Runs a script on a database, one statement at a time.
//!
//! A step is all or nothing where the engine can roll back: on a failure the database stands at the last good
//! step. Where it cannot, the failure says which statements stay.

use crate::database::{Database, DatabaseError, Value};
use crate::script::{Origin, Script};
use crate::source::DialectKind;

/// How a step ended that did not succeed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The statement's place in the script.
    pub statement: usize,
    /// Why it is there: says which directive failed.
    pub origin: Origin,
    /// The engine's words.
    pub error: DatabaseError,
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
    let mut in_transaction = false;
    let mut kept = Vec::new();
    let mut pending = Vec::new();
    for (place, statement) in script.statements.iter().enumerate() {
        let result = match statement.origin {
            Origin::ForeignKeyCheck => check_foreign_keys(&statement.sql, db),
            Origin::Directive(_) | Origin::VersionTable | Origin::Transaction | Origin::Session => {
                db.execute(&statement.sql).and_then(|changed| check_rows(changed, statement.rows))
            }
        };
        if let Err(error) = result {
            let undone = in_transaction && roll_back(db);
            if !undone {
                kept.append(&mut pending);
            }
            restore_session(script, db);
            let rolled_back = undone && kept.is_empty();
            return Err(Failure {
                statement: place,
                origin: statement.origin,
                error,
                rolled_back,
                kept: kept.into(),
            });
        }
        match statement.origin {
            Origin::Transaction => {
                in_transaction = statement.sql != "COMMIT";
                kept.append(&mut pending);
            }
            Origin::Directive(_) | Origin::VersionTable if statement.alone => kept.push(place),
            Origin::Directive(_) | Origin::VersionTable => pending.push(place),
            Origin::Session | Origin::ForeignKeyCheck => {}
        }
    }
    Ok(())
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

/// What the script switches back at its end.
fn restore_session(script: &Script, db: &mut dyn Database) {
    let last = script.statements.last().filter(|statement| statement.origin == Origin::Session);
    if let Some(statement) = last {
        // The failure that led here is what the user must hear of.
        let _ = db.execute(&statement.sql);
    }
}

/// Another run that changed the heads since they were read leaves nothing for this one to change.
fn check_rows(changed: u64, expected: Option<u64>) -> Result<(), DatabaseError> {
    match expected {
        Some(expected) if expected != changed => Err(DatabaseError {
            message: format!(
                "the version table is not as it was: {changed} row(s) changed where {expected} must; \
                 another run has changed the heads meanwhile"
            ),
            code: String::new(),
            offset: None,
            unreachable: false,
        }),
        _ => Ok(()),
    }
}

fn check_foreign_keys(sql: &str, db: &mut dyn Database) -> Result<(), DatabaseError> {
    let rows = db.query(sql)?;
    let Some(first) = rows.first() else { return Ok(()) };
    let name = |at: usize| first.get(at).and_then(Value::as_str).unwrap_or("?").to_owned();
    Err(DatabaseError {
        message: format!(
            "FOREIGN KEY constraint failed: {} row(s) without a parent, the first in `{}` (parent `{}`)",
            rows.len(),
            name(0),
            name(2)
        ),
        code: "787".to_owned(),
        offset: None,
        unreachable: false,
    })
}
