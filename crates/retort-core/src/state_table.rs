//! Where the tool whose layout a project has remembers what it ran: its own table, found by its columns and read.
//!
//! In: a database and a project. Out: a [`State`]: what is applied, pending, failed, changed or without a file, by
//! the rules of that tool. Nothing is written; Retort's own heads are in [`crate::version_table`].

mod find;
mod judge;
mod records;

pub use find::{Found, find};

use crate::database::{Database, DatabaseError};
use crate::diagnostic::Diagnostic;
use crate::layout::LayoutKind;
use crate::project::Project;
use crate::revision::RevisionId;

/// What a tool's table says about a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// Whose table it is.
    pub tool: LayoutKind,
    /// Its name, with the schema where it has one of its own.
    pub table: String,
    /// Revisions that ran, in the order of the chain.
    pub applied: Vec<RevisionId>,
    /// Revisions that the tool would run next.
    pub pending: Vec<RevisionId>,
    /// Revisions that did not run, and that the tool does not run any more: younger ones did.
    pub passed_over: Vec<RevisionId>,
    /// Versions that the table marks as failed or half done.
    pub failed: Vec<String>,
    /// Versions that ran and have no file.
    pub missing: Vec<String>,
    /// Revisions that ran in another form than their file has now.
    pub changed: Vec<RevisionId>,
    /// What the tool makes of all that is not as it should be.
    pub diagnostics: Vec<Diagnostic>,
}

impl State {
    /// Whether something stands in the way of the next run of the tool.
    pub fn is_dirty(&self) -> bool {
        !self.failed.is_empty()
    }

    /// The youngest revision of the chain that ran.
    pub fn current(&self) -> Option<&RevisionId> {
        self.applied.last()
    }
}

/// Reads the state table of the tool whose layout the project has; None where there is none.
///
/// # Errors
/// The database's own, when a table cannot be read.
pub fn read(db: &mut dyn Database, project: &Project) -> Result<Option<State>, DatabaseError> {
    let tables = find(db)?;
    let Some(found) = tables.into_iter().find(|found| found.tool == project.layout) else { return Ok(None) };
    let records = records::read(db, &found)?;
    Ok(Some(judge::judge(project, &found, &records)))
}
