//! Statements that change rows.

use std::rc::Rc;

use super::{Expr, Query, Source};
use crate::sql::identifier::Identifier;

/// A query or a change of rows.
#[derive(Clone, Debug)]
pub enum Statement {
    /// SELECT, UNION, text with columns.
    Query(Query),
    /// INSERT
    Insert(Insert),
    /// UPDATE
    Update(Update),
    /// DELETE
    Delete(Delete),
    /// `text("…")`
    Text(Expr),
}

/// `column = value`; the column is named by its key.
#[derive(Clone, Debug)]
pub struct Assignment {
    /// The key of the column.
    pub key: String,
    /// What is put in.
    pub value: Expr,
}

/// INSERT
#[derive(Clone, Debug)]
pub struct Insert {
    /// Into which table.
    pub table: Rc<Source>,
    /// What.
    pub source: InsertSource,
    /// What happens when the row is there already.
    pub conflict: Option<Conflict>,
    /// `RETURNING`
    pub returning: Vec<Expr>,
    /// `OR IGNORE`, `IGNORE`, …
    pub prefixes: Vec<String>,
}

/// What an INSERT puts in.
#[derive(Clone, Debug)]
pub enum InsertSource {
    /// Rows; each names its columns, and all name those of the first.
    Rows(Vec<Vec<Assignment>>),
    /// A query, into these columns (by key); defaults of other columns are added when `defaults` holds.
    Select {
        /// The columns, by key.
        columns: Vec<String>,
        /// The query.
        query: Box<Query>,
        /// Add the columns that have a default on the client's side.
        defaults: bool,
    },
}

/// ON CONFLICT, ON DUPLICATE KEY UPDATE.
#[derive(Clone, Debug)]
pub struct Conflict {
    /// `ON CONSTRAINT name`
    pub constraint: Option<Identifier>,
    /// Columns or expressions of the index.
    pub elements: Vec<Expr>,
    /// The predicate of a partial index.
    pub predicate: Option<Expr>,
    /// What happens then.
    pub action: ConflictAction,
}

/// What happens when the row is there already.
#[derive(Clone, Debug)]
pub enum ConflictAction {
    /// `DO NOTHING`
    Nothing,
    /// `DO UPDATE SET …`
    Update {
        /// In order.
        assignments: Vec<Assignment>,
        /// `WHERE`
        condition: Option<Expr>,
    },
}

/// UPDATE
#[derive(Clone, Debug)]
pub struct Update {
    /// Which table.
    pub table: Rc<Source>,
    /// What is set.
    pub assignments: Vec<Assignment>,
    /// Set in this order instead of the table's (`ordered_values`).
    pub ordered: bool,
    /// Joined by AND.
    pub conditions: Vec<Expr>,
    /// `RETURNING`
    pub returning: Vec<Expr>,
}

/// DELETE
#[derive(Clone, Debug)]
pub struct Delete {
    /// From which table.
    pub table: Rc<Source>,
    /// Joined by AND.
    pub conditions: Vec<Expr>,
    /// `RETURNING`
    pub returning: Vec<Expr>,
}
