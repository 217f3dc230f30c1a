//! One change to a schema, one variant; the written form it came from; what it does to a [`Schema`](crate::schema::Schema).
//!
//! In: SQL text ([`from_sql`]). Out: [`Directive`]s, each with the [`Operation`]s it stands for.
//! Operations stay small because the schema they are applied to carries the past.

mod alter_column;
mod alter_mysql;
mod alter_table;
mod apply;
mod class;
mod column;
mod constraint;
mod copy;
mod create_table;
mod cursor;
mod excerpt;
mod expression;
mod from_sql;
mod index;
mod naming;
mod objects;
mod part;
mod partition;
mod policy;
mod routine;
mod sequence;
mod server_setting;
mod split;
mod trigger;
mod type_name;
mod types;
mod view;

pub(crate) use apply::numbered_by;
pub use apply::{Refusal, Subject, apply, apply_before, columns_of_view, has_type, views_on};
pub use class::kind_of_sql;
pub use copy::{CopyData, copy_data};
pub use excerpt::{Ends, Excerpt, from_excerpt};
pub use from_sql::from_sql;
use from_sql::not_understood;
pub use part::{
    ColumnChange, Commented, CompositeChange, DomainChange, Object, ObjectKind, PolicyChange, Position,
    RowSecurityChange, SequenceChange, SqlClass, TableLike,
};
pub use server_setting::judge_setting;
use split::split_at;
pub use split::{RawStatement, split};

use crate::schema::{
    Column, Constraint, ConstraintKind, EnumType, Expression, Index, ObjectName, PartitionOf, Partitioning,
    Policy, Table, Trigger, View,
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
    /// What is run, where that is not the text at the span: a placeholder was filled in.
    pub sql: Option<String>,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operation {
    /// CREATE TABLE, constraints included; `likes` are tables whose parts are copied.
    CreateTable { table: Box<Table>, likes: Vec<TableLike>, if_not_exists: bool },
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
    /// ADD CONSTRAINT
    AddConstraint { table: ObjectName, constraint: Constraint },
    /// ADD CONSTRAINT … USING INDEX: a unique index becomes a constraint of its name.
    AdoptIndex { table: ObjectName, index: String, constraint: Constraint },
    /// VALIDATE CONSTRAINT
    ValidateConstraint { table: ObjectName, name: String },
    /// ALTER CONSTRAINT: when it is checked, and whether at all.
    AlterConstraint {
        table: ObjectName,
        name: String,
        deferral: Option<crate::schema::Deferral>,
        enforced: Option<bool>,
    },
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
    /// DROP TRIGGER; PostgreSQL says the table.
    DropTrigger { name: ObjectName, table: Option<ObjectName>, if_exists: bool },
    /// ALTER TRIGGER … RENAME TO (PostgreSQL)
    RenameTrigger { table: ObjectName, from: String, to: String },
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
    /// `ENGINE=…`, `ROW_FORMAT=…`, `SET (fillfactor = …)`; None puts the default back.
    SetOption { table: ObjectName, name: String, value: Option<String> },
    /// CONVERT TO CHARACTER SET (MySQL): of the table and of each text in it; None for the database's own.
    ConvertCharset { table: ObjectName, charset: Option<String>, collation: Option<String> },
    /// CREATE SCHEMA, SEQUENCE, DOMAIN, TYPE … AS (…), FUNCTION, PROCEDURE, EXTENSION
    CreateObject { object: Box<Object>, or_replace: bool, if_not_exists: bool },
    /// DROP of these; types have `DropType`, views `DropView`.
    DropObject { kind: ObjectKind, name: ObjectName, if_exists: bool, cascade: bool },
    /// RENAME TO and SET SCHEMA of everything but tables.
    RenameObject { kind: ObjectKind, from: ObjectName, to: ObjectName },
    /// ALTER SEQUENCE
    AlterSequence { name: ObjectName, change: Box<SequenceChange> },
    /// ALTER DOMAIN
    AlterDomain { name: ObjectName, change: Box<DomainChange> },
    /// ALTER TYPE … ADD, DROP, ALTER, RENAME ATTRIBUTE
    AlterComposite { name: ObjectName, change: Box<CompositeChange> },
    /// REFRESH MATERIALIZED VIEW
    RefreshView { name: ObjectName, with_data: bool },
    /// TRUNCATE
    Truncate { tables: Vec<ObjectName>, restart_identity: bool, cascade: bool },
    /// ATTACH PARTITION
    AttachPartition { partition: ObjectName, of: PartitionOf },
    /// DETACH PARTITION
    DetachPartition { table: ObjectName, partition: ObjectName },
    /// PARTITION BY, REMOVE PARTITIONING (MySQL); what partitions there are is kept as text.
    SetPartitioning { table: ObjectName, partitioning: Option<Box<Partitioning>> },
    /// INHERIT, NO INHERIT (PostgreSQL)
    SetInheritance { table: ObjectName, parent: ObjectName, inherits: bool },
    /// ENABLE, DISABLE, FORCE, NO FORCE ROW LEVEL SECURITY
    SetRowSecurity { table: ObjectName, security: RowSecurityChange },
    /// CREATE POLICY
    CreatePolicy { table: ObjectName, policy: Box<Policy> },
    /// ALTER POLICY: what is Some is put in place.
    AlterPolicy { table: ObjectName, name: String, change: Box<PolicyChange> },
    /// DROP POLICY
    DropPolicy { table: ObjectName, name: String, if_exists: bool },
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
            | Operation::ConvertCharset { table, .. }
            | Operation::RenameTrigger { table, .. }
            | Operation::AdoptIndex { table, .. }
            | Operation::ValidateConstraint { table, .. }
            | Operation::AlterConstraint { table, .. }
            | Operation::DetachPartition { table, .. }
            | Operation::SetPartitioning { table, .. }
            | Operation::SetInheritance { table, .. }
            | Operation::SetRowSecurity { table, .. }
            | Operation::CreatePolicy { table, .. }
            | Operation::AlterPolicy { table, .. }
            | Operation::DropPolicy { table, .. }
            | Operation::CreateIndex { table, .. } => Some(table),
            Operation::AttachPartition { partition, .. } => Some(partition),
            Operation::DropIndex { table, .. }
            | Operation::RenameIndex { table, .. }
            | Operation::DropTrigger { table, .. } => table.as_ref(),
            Operation::CreateTrigger { trigger, .. } => Some(&trigger.table),
            Operation::Comment { on: Commented::Table(table) | Commented::Column(table, _), .. } => {
                Some(table)
            }
            Operation::CreateView { .. }
            | Operation::DropView { .. }
            | Operation::CreateEnum(_)
            | Operation::AddEnumLabel { .. }
            | Operation::RenameEnumLabel { .. }
            | Operation::DropType { .. }
            | Operation::Comment { on: Commented::View(_) | Commented::Other, .. }
            | Operation::CreateObject { .. }
            | Operation::DropObject { .. }
            | Operation::RenameObject { .. }
            | Operation::AlterSequence { .. }
            | Operation::AlterDomain { .. }
            | Operation::AlterComposite { .. }
            | Operation::RefreshView { .. }
            | Operation::Truncate { .. }
            | Operation::ExecuteSql { .. } => None,
        }
    }

    /// Whether rows or values may be lost.
    pub fn is_destructive(&self) -> bool {
        matches!(
            self,
            Operation::DropTable { .. } | Operation::DropColumn { .. } | Operation::Truncate { .. }
        )
    }

    /// Whether what it does to the schema is not known.
    pub fn is_opaque(&self) -> bool {
        matches!(self, Operation::ExecuteSql { class: SqlClass::Structure | SqlClass::Unknown, .. })
    }
}
