//! The door to the world: what every engine can do.
//!
//! Transactions, locks and pragmas are plain statements of the script, so nothing more is needed.

use std::fmt;

use crate::source::DialectKind;

/// A value as a database gives it.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// NULL
    Null,
    /// A whole number.
    Integer(i64),
    /// A number with a fraction.
    Real(f64),
    /// Characters.
    Text(String),
    /// Bytes.
    Blob(Vec<u8>),
}

impl Value {
    /// The characters of a text; None for anything else.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            Value::Null | Value::Integer(_) | Value::Real(_) | Value::Blob(_) => None,
        }
    }

    /// A whole number; None for anything else.
    pub fn as_integer(&self) -> Option<i64> {
        match self {
            Value::Integer(number) => Some(*number),
            Value::Null | Value::Real(_) | Value::Text(_) | Value::Blob(_) => None,
        }
    }
}

/// The values of a row, in order.
pub type Row = Vec<Value>;

/// What the texts of a column stand for, where [`Value`] has no form for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TextKind {
    /// Characters, or nothing that is told.
    #[default]
    Plain,
    /// `t` and `f`
    Boolean,
    /// An exact number.
    Numeric,
    /// A day.
    Date,
    /// A time of day.
    Time,
    /// A day and a time, perhaps with an offset.
    DateTime,
    /// JSON.
    Json,
    /// A UUID.
    Uuid,
    /// `{1,2}`
    Integers,
    /// `{a,"b c"}`
    Texts,
}

/// Rows with the names of their columns.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ResultSet {
    /// The names, as the engine gives them; empty for a statement that gives no rows.
    pub columns: Vec<String>,
    /// What the texts of each column stand for; shorter where the rest is plain.
    pub kinds: Vec<TextKind>,
    /// The rows, each as long as the names.
    pub rows: Vec<Row>,
}

/// What an engine says when it refuses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatabaseError {
    /// Its words.
    pub message: String,
    /// Its number or SQLSTATE.
    pub code: String,
    /// The byte of the statement it points at.
    pub offset: Option<usize>,
    /// The connection itself failed: nothing about the statement is known.
    pub unreachable: bool,
}

impl fmt::Display for DatabaseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for DatabaseError {}

/// An engine with a connection.
pub trait Database {
    /// Whose words it understands.
    fn dialect(&self) -> DialectKind;

    /// The engine with its version, for people: `SQLite 3.54.1`.
    fn version(&self) -> String;

    /// Runs one statement; gives the number of rows it changed.
    ///
    /// # Errors
    /// [`DatabaseError`] with the engine's words.
    fn execute(&mut self, sql: &str) -> Result<u64, DatabaseError>;

    /// Runs one statement and gives its rows with the names of their columns.
    ///
    /// # Errors
    /// [`DatabaseError`] with the engine's words.
    fn select(&mut self, sql: &str) -> Result<ResultSet, DatabaseError>;

    /// Runs one statement and gives its rows.
    ///
    /// # Errors
    /// [`DatabaseError`] with the engine's words.
    fn query(&mut self, sql: &str) -> Result<Vec<Row>, DatabaseError> {
        self.select(sql).map(|found| found.rows)
    }
}
