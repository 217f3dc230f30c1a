//! A table: columns, constraints, indexes.

use super::{
    Check, Exclusion, Expression, ForeignKey, Index, IndexPart, ObjectName, Options, PrimaryKey, SqlType,
    Unique, same_word,
};
use crate::source::DialectKind;

/// A table with all that belongs to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: ObjectName,
    /// In order.
    pub columns: Vec<Column>,
    /// At most one.
    pub primary_key: Option<PrimaryKey>,
    /// In order of declaration, as all that follows.
    pub foreign_keys: Vec<ForeignKey>,
    /// UNIQUE constraints (unique indexes are among the indexes).
    pub uniques: Vec<Unique>,
    /// CHECK constraints of columns and of the table.
    pub checks: Vec<Check>,
    /// EXCLUDE constraints (PostgreSQL).
    pub exclusions: Vec<Exclusion>,
    /// Indexes that were made as such.
    pub indexes: Vec<Index>,
    /// What people wrote about it.
    pub comment: Option<String>,
    /// `ENGINE`, `WITHOUT ROWID`, `STRICT`, `UNLOGGED`, `fillfactor`, …
    pub options: Options,
    /// How its rows are spread over partitions.
    pub partitioning: Option<Partitioning>,
    /// The table it is a partition of (PostgreSQL).
    pub partition_of: Option<PartitionOf>,
    /// The tables whose columns it takes over (PostgreSQL).
    pub inherits: Vec<ObjectName>,
    /// Who may see which rows (PostgreSQL).
    pub row_security: RowSecurity,
    /// The rules of row security.
    pub policies: Vec<Policy>,
}

impl Table {
    /// A table without columns.
    pub fn new(name: ObjectName) -> Table {
        Table {
            name,
            columns: Vec::new(),
            primary_key: None,
            foreign_keys: Vec::new(),
            uniques: Vec::new(),
            checks: Vec::new(),
            exclusions: Vec::new(),
            indexes: Vec::new(),
            comment: None,
            options: Options::new(),
            partitioning: None,
            partition_of: None,
            inherits: Vec::new(),
            row_security: RowSecurity::default(),
            policies: Vec::new(),
        }
    }

    /// The column of that name, by the dialect's rules of case.
    pub fn column(&self, name: &str, dialect: DialectKind) -> Option<&Column> {
        self.columns.iter().find(|column| same_word(&column.name, name, dialect))
    }

    /// The place of a column, from 0.
    pub fn column_index(&self, name: &str, dialect: DialectKind) -> Option<usize> {
        self.columns.iter().position(|column| same_word(&column.name, name, dialect))
    }

    /// The index of that name.
    pub fn index(&self, name: &str, dialect: DialectKind) -> Option<&Index> {
        self.indexes.iter().find(|index| same_word(&index.name, name, dialect))
    }

    /// The names of all constraints that have one, primary key first.
    pub fn constraint_names(&self) -> impl Iterator<Item = &str> {
        let key = self.primary_key.iter().filter_map(|key| key.name.as_deref());
        key.chain(self.uniques.iter().filter_map(|unique| unique.name.as_deref()))
            .chain(self.checks.iter().filter_map(|check| check.name.as_deref()))
            .chain(self.foreign_keys.iter().filter_map(|key| key.name.as_deref()))
            .chain(self.exclusions.iter().filter_map(|exclusion| exclusion.name.as_deref()))
    }

    /// The same, to be changed; constraints without a name are among them.
    pub fn constraint_names_mut(&mut self) -> impl Iterator<Item = &mut Option<String>> {
        let key = self.primary_key.iter_mut().map(|key| &mut key.name);
        key.chain(self.uniques.iter_mut().map(|unique| &mut unique.name))
            .chain(self.checks.iter_mut().map(|check| &mut check.name))
            .chain(self.foreign_keys.iter_mut().map(|key| &mut key.name))
            .chain(self.exclusions.iter_mut().map(|exclusion| &mut exclusion.name))
    }

    /// How many constraints it has.
    pub fn constraint_count(&self) -> usize {
        usize::from(self.primary_key.is_some())
            + self.uniques.len()
            + self.checks.len()
            + self.foreign_keys.len()
            + self.exclusions.len()
    }

    /// Whether these columns, in any order, are known to be unique: primary key, UNIQUE or a plain unique index.
    pub fn is_unique(&self, columns: &[String], dialect: DialectKind) -> bool {
        let same = |other: &[String]| {
            other.len() == columns.len()
                && other.iter().all(|a| columns.iter().any(|b| same_word(a, b, dialect)))
        };
        self.primary_key.as_ref().is_some_and(|key| same(&key.columns))
            || self.uniques.iter().any(|unique| same(&unique.columns))
            || self.indexes.iter().any(|index| {
                index.unique
                    && index.predicate.is_none()
                    && index.columns().is_some_and(|columns| same(&columns))
            })
    }

    /// Whether a search by these columns is served by a key or index that begins with them.
    pub fn is_indexed(&self, columns: &[String], dialect: DialectKind) -> bool {
        let begins = |other: &[String]| {
            other.len() >= columns.len()
                && other[..columns.len()].iter().all(|a| columns.iter().any(|b| same_word(a, b, dialect)))
        };
        self.primary_key.as_ref().is_some_and(|key| begins(&key.columns))
            || self.uniques.iter().any(|unique| begins(&unique.columns))
            || self.indexes.iter().any(|index| index.predicate.is_none() && begins(&index.leading_columns()))
    }
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type as declared.
    pub column_type: SqlType,
    /// Whether NULL may stand in it.
    pub nullable: bool,
    /// What it holds when nothing is given.
    pub default: Option<Expression>,
    /// Computed from other columns.
    pub generated: Option<Generated>,
    /// Numbers itself.
    pub identity: Option<Identity>,
    /// How its texts are compared.
    pub collation: Option<String>,
    /// What people wrote about it.
    pub comment: Option<String>,
    /// MySQL: what it is set to when its row changes.
    pub on_update: Option<Expression>,
    /// What changes no meaning: `STORAGE`, `COMPRESSION`, `INVISIBLE`, `CHARSET`, …
    pub options: Options,
}

impl Column {
    /// A nullable column without anything else.
    pub fn new(name: impl Into<String>, column_type: SqlType) -> Column {
        Column {
            name: name.into(),
            column_type,
            nullable: true,
            default: None,
            generated: None,
            identity: None,
            collation: None,
            comment: None,
            on_update: None,
            options: Options::new(),
        }
    }
}

/// A computed column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Generated {
    /// What it is computed from.
    pub expression: Expression,
    /// Kept in the row, or computed when read.
    pub stored: bool,
}

/// How a column numbers itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// In whose words.
    pub kind: IdentityKind,
    /// First number, where it was said.
    pub start: Option<i64>,
    /// Step, where it was said.
    pub increment: Option<i64>,
}

impl Identity {
    /// Counts from 1 in steps of 1.
    pub fn new(kind: IdentityKind) -> Identity {
        Identity { kind, start: None, increment: None }
    }
}

/// The forms of self-numbering.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdentityKind {
    /// `GENERATED ALWAYS AS IDENTITY`: a given value is refused.
    Always,
    /// `GENERATED BY DEFAULT AS IDENTITY`.
    ByDefault,
    /// `serial` and its kin.
    Serial,
    /// `AUTO_INCREMENT`, `AUTOINCREMENT`.
    Auto,
}

/// How a table's rows are spread over partitions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Partitioning {
    /// `RANGE`, `LIST`, `HASH`, `KEY`, `RANGE COLUMNS`, …
    pub method: String,
    /// Columns and expressions that decide, in order.
    pub parts: Vec<IndexPart>,
    /// MySQL: the partitions, as they were written after the parts.
    pub partitions: Option<Expression>,
}

/// What makes a table a partition of another (PostgreSQL).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartitionOf {
    /// The table that is partitioned.
    pub parent: ObjectName,
    /// `FOR VALUES …` without these two words, or `DEFAULT`.
    pub bounds: Expression,
}

/// Whether policies decide who sees which rows (PostgreSQL).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RowSecurity {
    /// Policies are asked.
    pub enabled: bool,
    /// Also for the owner.
    pub forced: bool,
}

/// A rule of row security, kept as text (PostgreSQL).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Its name, unique in its table.
    pub name: String,
    /// PERMISSIVE; else RESTRICTIVE.
    pub permissive: bool,
    /// `ALL`, `SELECT`, `INSERT`, `UPDATE`, `DELETE`.
    pub command: String,
    /// Who it is for; empty means PUBLIC.
    pub roles: Vec<String>,
    /// Rows that are seen.
    pub using: Option<Expression>,
    /// Rows that may be written.
    pub check: Option<Expression>,
}
