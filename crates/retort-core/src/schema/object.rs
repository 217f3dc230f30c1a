//! What a schema holds beside tables: views, triggers, types, sequences, routines.

use super::{Check, Expression, Index, ObjectName, Options, SqlType};

/// A view; its query is kept as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// Its name.
    pub name: ObjectName,
    /// The names of its columns, where they were given.
    pub columns: Vec<String>,
    /// The query.
    pub query: Expression,
    /// Whether it holds its rows itself.
    pub materialized: bool,
    /// It was filled when it was made (not WITH NO DATA).
    pub with_data: bool,
    /// Indexes of a materialized view.
    pub indexes: Vec<Index>,
    /// What people wrote about it.
    pub comment: Option<String>,
    /// `CHECK OPTION`, `security_barrier`, `ALGORITHM`, `SQL SECURITY`, …
    pub options: Options,
}

impl View {
    /// A plain view.
    pub fn new(name: ObjectName, columns: Vec<String>, query: Expression) -> View {
        View {
            name,
            columns,
            query,
            materialized: false,
            with_data: true,
            indexes: Vec::new(),
            comment: None,
            options: Options::new(),
        }
    }
}

/// A trigger; kept as text, with what is needed to know when it belongs to which table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trigger {
    /// Its name; in PostgreSQL unique in its table only.
    pub name: ObjectName,
    /// The table it watches.
    pub table: ObjectName,
    /// The whole statement.
    pub definition: Expression,
}

/// An enumerated type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnumType {
    /// Its name.
    pub name: ObjectName,
    /// Its labels, in order.
    pub labels: Vec<String>,
}

/// A composite type (PostgreSQL).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Composite {
    /// Its name.
    pub name: ObjectName,
    /// Its attributes, in order.
    pub attributes: Vec<(String, SqlType)>,
}

/// A domain: a type with conditions of its own (PostgreSQL).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Domain {
    /// Its name.
    pub name: ObjectName,
    /// The type below it.
    pub base: SqlType,
    /// Whether NULL is a value of it.
    pub nullable: bool,
    /// What a column of it holds when nothing is given.
    pub default: Option<Expression>,
    /// What its values must satisfy; they are called `VALUE` there.
    pub checks: Vec<Check>,
    /// How its texts are compared.
    pub collation: Option<String>,
}

/// A sequence; None is what the server takes where nothing was said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sequence {
    /// Its name.
    pub name: ObjectName,
    /// The type of its numbers.
    pub number_type: Option<SqlType>,
    /// First number.
    pub start: Option<i64>,
    /// Step.
    pub increment: Option<i64>,
    /// Least number.
    pub minimum: Option<i64>,
    /// Greatest number.
    pub maximum: Option<i64>,
    /// How many numbers a session takes at once.
    pub cache: Option<i64>,
    /// It begins again at the end.
    pub cycle: bool,
    /// The table and column it goes with.
    pub owned_by: Option<(ObjectName, String)>,
}

impl Sequence {
    /// A sequence about which nothing was said.
    pub fn new(name: ObjectName) -> Sequence {
        Sequence {
            name,
            number_type: None,
            start: None,
            increment: None,
            minimum: None,
            maximum: None,
            cache: None,
            cycle: false,
            owned_by: None,
        }
    }
}

/// The kinds of routine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoutineKind {
    /// CREATE FUNCTION
    Function,
    /// CREATE PROCEDURE
    Procedure,
    /// CREATE AGGREGATE
    Aggregate,
    /// CREATE EVENT (MySQL)
    Event,
}

/// A function or procedure; its body is kept as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Routine {
    /// Its name with the types of its arguments: `f(integer, text)`.
    pub name: ObjectName,
    /// Which kind.
    pub kind: RoutineKind,
    /// What it returns, as written.
    pub returns: Option<String>,
    /// The language of its body, in lower case.
    pub language: Option<String>,
    /// The text of its body without quotes, where it has one.
    pub body: Option<String>,
    /// The whole statement.
    pub definition: Expression,
}

/// An extension (PostgreSQL).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Extension {
    /// The schema it was put into.
    pub schema: Option<String>,
    /// The version that was asked for.
    pub version: Option<String>,
}
