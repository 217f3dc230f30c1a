//! One change to a schema, one variant; the written form it came from; what it does to a [`Schema`](crate::schema::Schema).
//!
//! In: SQL text ([`from_sql`]). Out: [`Directive`]s, each with the [`Operation`]s it stands for.
//! Operations stay small because the schema they are applied to carries the past.

mod alter_table;
mod apply;
mod create_table;
mod cursor;
mod from_sql;
mod naming;
mod objects;
mod split;
mod type_name;

pub use apply::{Refusal, apply, apply_before, has_type, views_on};
pub use from_sql::from_sql;
pub use split::{RawStatement, split};

use crate::schema::{
    Column, Constraint, ConstraintKind, EnumType, Expression, Index, ObjectName, SqlType, Table, Trigger,
    View,
};
use crate::source::Span;

/// A statement as its author wrote it, and what it means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directive {
    /// The statement's place, without its terminator.
    pub span: Span,
    /// In order; empty for a statement that changes nothing (`SELECT 1`).
    pub operations: Vec<Operation>,
    /// Details that were read past, as written: the model has no place for them.
    pub skipped: Vec<String>,
}

/// Where a new column goes (MySQL).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Position {
    /// After all others.
    Last,
    /// Before all others.
    First,
    /// After this one.
    After(String),
}

/// What is changed of a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ColumnChange {
    /// A new type; `using` computes the new values from the old.
    Type { column_type: SqlType, using: Option<Expression>, collation: Option<String> },
    /// NULL may stand in it, or not.
    Nullable(bool),
    /// A new default, or none.
    Default(Option<Expression>),
    /// It is computed no longer, its values stay.
    DropGenerated,
    /// It numbers itself, or no longer.
    Identity(Option<crate::schema::Identity>),
    /// The whole column anew (MySQL's MODIFY and CHANGE).
    Whole { column: Box<Column>, position: Option<Position> },
}

/// An object a comment is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Commented {
    /// A table.
    Table(ObjectName),
    /// A column of a table.
    Column(ObjectName, String),
    /// Anything else: nothing of the model.
    Other,
}

/// What kind of statement one is that changes no structure we model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SqlClass {
    /// INSERT, UPDATE, DELETE and their kin: rows change, the schema does not.
    Data,
    /// SELECT, SHOW, EXPLAIN.
    Query,
    /// SET, PRAGMA, USE: how the session behaves.
    Session,
    /// BEGIN, COMMIT, SAVEPOINT: Retort makes the transactions itself.
    Transaction,
    /// GRANT, REVOKE, roles, owners, policies: who may.
    Access,
    /// Functions, procedures, events, DO blocks.
    Routine,
    /// VACUUM, ANALYZE, CLUSTER, REINDEX: how it is stored.
    Storage,
    /// Schemas, sequences, domains, partitions and other structure not modelled yet.
    Structure,
    /// Nothing we know.
    Unknown,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operation {
    /// CREATE TABLE, constraints included.
    CreateTable { table: Box<Table>, if_not_exists: bool },
    /// DROP TABLE
    DropTable { name: ObjectName, if_exists: bool, cascade: bool },
    /// RENAME TO
    RenameTable { from: ObjectName, to: ObjectName },
    /// ADD COLUMN; its constraints follow as operations of their own.
    AddColumn { table: ObjectName, column: Box<Column>, position: Position, if_not_exists: bool },
    /// DROP COLUMN
    DropColumn { table: ObjectName, column: String, if_exists: bool, cascade: bool },
    /// RENAME COLUMN
    RenameColumn { table: ObjectName, from: String, to: String },
    /// ALTER COLUMN, MODIFY, CHANGE (the renaming part of CHANGE comes before as a `RenameColumn`).
    AlterColumn { table: ObjectName, column: String, change: ColumnChange },
    /// ADD CONSTRAINT; `validate` is false for NOT VALID.
    AddConstraint { table: ObjectName, constraint: Constraint, validate: bool },
    /// DROP CONSTRAINT; the kind where the statement says it, no name for DROP PRIMARY KEY.
    DropConstraint { table: ObjectName, name: Option<String>, kind: Option<ConstraintKind>, if_exists: bool },
    /// RENAME CONSTRAINT
    RenameConstraint { table: ObjectName, from: String, to: String },
    /// CREATE INDEX
    CreateIndex { table: ObjectName, index: Box<Index>, if_not_exists: bool, concurrently: bool },
    /// DROP INDEX; MySQL says the table.
    DropIndex { table: Option<ObjectName>, name: String, if_exists: bool },
    /// RENAME INDEX; MySQL says the table.
    RenameIndex { table: Option<ObjectName>, from: String, to: String },
    /// CREATE VIEW
    CreateView { view: Box<View>, or_replace: bool, if_not_exists: bool },
    /// DROP VIEW
    DropView { name: ObjectName, if_exists: bool, cascade: bool, materialized: bool },
    /// CREATE TRIGGER
    CreateTrigger { trigger: Box<Trigger>, if_not_exists: bool },
    /// DROP TRIGGER
    DropTrigger { name: ObjectName, if_exists: bool },
    /// CREATE TYPE … AS ENUM
    CreateEnum(EnumType),
    /// ALTER TYPE … ADD VALUE; `before` or after the label given, else at the end.
    AddEnumLabel { name: ObjectName, label: String, place: Option<(bool, String)>, if_not_exists: bool },
    /// ALTER TYPE … RENAME VALUE
    RenameEnumLabel { name: ObjectName, from: String, to: String },
    /// DROP TYPE (of an enumerated type)
    DropType { name: ObjectName, if_exists: bool, cascade: bool },
    /// COMMENT ON
    Comment { on: Commented, text: Option<String> },
    /// `ENGINE=…`, `ROW_FORMAT=…`
    SetOption { table: ObjectName, name: String, value: String },
    /// CREATE EXTENSION
    CreateExtension { name: String },
    /// DROP EXTENSION
    DropExtension { name: String },
    /// Anything else, run as it stands where it can be; `sql` is the statement.
    ExecuteSql { sql: Expression, class: SqlClass },
}

impl Operation {
    /// The table an operation is about.
    pub fn table(&self) -> Option<&ObjectName> {
        match self {
            Operation::CreateTable { table, .. } => Some(&table.name),
            Operation::DropTable { name, .. } => Some(name),
            Operation::RenameTable { from, .. } => Some(from),
            Operation::AddColumn { table, .. }
            | Operation::DropColumn { table, .. }
            | Operation::RenameColumn { table, .. }
            | Operation::AlterColumn { table, .. }
            | Operation::AddConstraint { table, .. }
            | Operation::DropConstraint { table, .. }
            | Operation::RenameConstraint { table, .. }
            | Operation::SetOption { table, .. }
            | Operation::CreateIndex { table, .. } => Some(table),
            Operation::DropIndex { table, .. } | Operation::RenameIndex { table, .. } => table.as_ref(),
            Operation::CreateTrigger { trigger, .. } => Some(&trigger.table),
            Operation::Comment { on: Commented::Table(table) | Commented::Column(table, _), .. } => {
                Some(table)
            }
            Operation::CreateView { .. }
            | Operation::DropView { .. }
            | Operation::DropTrigger { .. }
            | Operation::CreateEnum(_)
            | Operation::AddEnumLabel { .. }
            | Operation::RenameEnumLabel { .. }
            | Operation::DropType { .. }
            | Operation::Comment { on: Commented::Other, .. }
            | Operation::CreateExtension { .. }
            | Operation::DropExtension { .. }
            | Operation::ExecuteSql { .. } => None,
        }
    }

    /// Whether rows or values may be lost.
    pub fn is_destructive(&self) -> bool {
        matches!(self, Operation::DropTable { .. } | Operation::DropColumn { .. })
    }

    /// Whether what it does to the schema is not known.
    pub fn is_opaque(&self) -> bool {
        matches!(self, Operation::ExecuteSql { class: SqlClass::Structure | SqlClass::Unknown, .. })
    }
}
