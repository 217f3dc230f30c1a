//! What operations are about and what they change: the parts of an [`Operation`](super::Operation).

use crate::schema::{
    Check, Column, Composite, Domain, Expression, Extension, Identity, ObjectName, Routine, RoutineKind,
    Sequence, SqlType,
};

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
    /// It is computed by another expression.
    Expression(Expression),
    /// It numbers itself, or no longer.
    Identity(Option<Identity>),
    /// How it is kept (`STORAGE`, `COMPRESSION`, `STATISTICS`, …): no meaning changes.
    Option { name: String, value: String },
    /// The whole column anew (MySQL's MODIFY and CHANGE).
    Whole { column: Box<Column>, position: Option<Position> },
}

/// An object that stands for itself, made by one statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Object {
    /// CREATE SCHEMA; the schema's name is the object's.
    Namespace(String),
    /// CREATE SEQUENCE
    Sequence(Sequence),
    /// CREATE DOMAIN
    Domain(Domain),
    /// CREATE TYPE … AS (…)
    Composite(Composite),
    /// CREATE FUNCTION, PROCEDURE, AGGREGATE, EVENT
    Routine(Routine),
    /// CREATE EXTENSION
    Extension { name: String, extension: Extension },
}

/// The kinds of object that are dropped and renamed alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ObjectKind {
    /// A schema.
    Namespace,
    /// A sequence.
    Sequence,
    /// A domain.
    Domain,
    /// An enumerated or composite type.
    Type,
    /// A routine; a name without arguments means the only one of that name.
    Routine(RoutineKind),
    /// An extension.
    Extension,
    /// A view.
    View,
    /// A materialized view.
    MaterializedView,
}

impl ObjectKind {
    /// In people's words.
    pub fn title(self) -> &'static str {
        match self {
            ObjectKind::Namespace => "schema",
            ObjectKind::Sequence => "sequence",
            ObjectKind::Domain => "domain",
            ObjectKind::Type => "type",
            ObjectKind::Routine(RoutineKind::Function) => "function",
            ObjectKind::Routine(RoutineKind::Procedure) => "procedure",
            ObjectKind::Routine(RoutineKind::Aggregate) => "aggregate",
            ObjectKind::Routine(RoutineKind::Event) => "event",
            ObjectKind::Extension => "extension",
            ObjectKind::View => "view",
            ObjectKind::MaterializedView => "materialized view",
        }
    }
}

/// `LIKE table INCLUDING …` (PostgreSQL), `CREATE TABLE … LIKE table` (MySQL).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableLike {
    /// The table that is copied.
    pub table: ObjectName,
    /// `INCLUDING` and `EXCLUDING` with what they name, in order.
    pub options: Vec<(bool, String)>,
}

impl TableLike {
    /// `OF type`: the columns are the attributes of a composite type (PostgreSQL).
    pub fn of_type(name: ObjectName) -> TableLike {
        TableLike { table: name, options: vec![(true, "OF".to_owned())] }
    }

    /// Whether its columns are those of a type.
    pub fn is_of_type(&self) -> bool {
        self.options.iter().any(|(_, named)| named == "OF")
    }

    /// Whether a kind of property (`DEFAULTS`, `INDEXES`, …) is copied; the last word on it counts.
    pub fn includes(&self, what: &str) -> bool {
        let said = self.options.iter().rev().find(|(_, named)| named == what || named == "ALL");
        said.is_some_and(|(including, _)| *including)
    }
}

/// What is changed of a sequence. None leaves it as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SequenceChange {
    /// AS type.
    pub number_type: Option<SqlType>,
    /// START WITH.
    pub start: Option<i64>,
    /// INCREMENT BY.
    pub increment: Option<i64>,
    /// MINVALUE; Some(None) for NO MINVALUE.
    pub minimum: Option<Option<i64>>,
    /// MAXVALUE; Some(None) for NO MAXVALUE.
    pub maximum: Option<Option<i64>>,
    /// CACHE.
    pub cache: Option<i64>,
    /// CYCLE, NO CYCLE.
    pub cycle: Option<bool>,
    /// OWNED BY; Some(None) for NONE.
    pub owned_by: Option<Option<(ObjectName, String)>>,
    /// RESTART; Some(None) at its start.
    pub restart: Option<Option<i64>>,
}

/// What is changed of a domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DomainChange {
    /// SET DEFAULT, DROP DEFAULT
    Default(Option<Expression>),
    /// SET NOT NULL, DROP NOT NULL
    Nullable(bool),
    /// ADD CONSTRAINT
    AddCheck(Check),
    /// DROP CONSTRAINT
    DropCheck { name: String, if_exists: bool },
    /// RENAME CONSTRAINT
    RenameCheck { from: String, to: String },
    /// VALIDATE CONSTRAINT
    ValidateCheck(String),
}

/// What is changed of a composite type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CompositeChange {
    /// ADD ATTRIBUTE
    Add(String, SqlType),
    /// DROP ATTRIBUTE
    Drop { attribute: String, if_exists: bool },
    /// ALTER ATTRIBUTE … TYPE
    Type(String, SqlType),
    /// RENAME ATTRIBUTE
    Rename { from: String, to: String },
}

/// An object a comment is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Commented {
    /// A table.
    Table(ObjectName),
    /// A column of a table.
    Column(ObjectName, String),
    /// A view or materialized view.
    View(ObjectName),
    /// Anything else: nothing of the model.
    Other,
}

/// Which half of row security is switched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowSecurityChange {
    /// ENABLE, DISABLE
    Enabled(bool),
    /// FORCE, NO FORCE
    Forced(bool),
}

/// What is changed of a policy. None leaves it as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PolicyChange {
    /// RENAME TO
    pub name: Option<String>,
    /// TO …
    pub roles: Option<Vec<String>>,
    /// USING (…)
    pub using: Option<Expression>,
    /// WITH CHECK (…)
    pub check: Option<Expression>,
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
