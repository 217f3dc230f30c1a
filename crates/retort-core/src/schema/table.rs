//! A table: columns, constraints, indexes.

use super::{Expression, ObjectName, Options, SqlType, same_word};
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
    /// Indexes that were made as such.
    pub indexes: Vec<Index>,
    /// What people wrote about it.
    pub comment: Option<String>,
    /// `ENGINE`, `WITHOUT ROWID`, `STRICT`, …
    pub options: Options,
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
            indexes: Vec::new(),
            comment: None,
            options: Options::new(),
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
    }

    /// The same, to be changed; constraints without a name are among them.
    pub fn constraint_names_mut(&mut self) -> impl Iterator<Item = &mut Option<String>> {
        let key = self.primary_key.iter_mut().map(|key| &mut key.name);
        key.chain(self.uniques.iter_mut().map(|unique| &mut unique.name))
            .chain(self.checks.iter_mut().map(|check| &mut check.name))
            .chain(self.foreign_keys.iter_mut().map(|key| &mut key.name))
    }

    /// How many constraints it has.
    pub fn constraint_count(&self) -> usize {
        usize::from(self.primary_key.is_some())
            + self.uniques.len()
            + self.checks.len()
            + self.foreign_keys.len()
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

/// A primary key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrimaryKey {
    /// The constraint's name.
    pub name: Option<String>,
    /// In order.
    pub columns: Vec<String>,
}

/// A UNIQUE constraint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unique {
    /// The constraint's name.
    pub name: Option<String>,
    /// In order.
    pub columns: Vec<String>,
    /// Two NULLs are the same (PostgreSQL 15).
    pub nulls_not_distinct: bool,
    /// Checked at the end of the transaction.
    pub deferrable: bool,
}

/// A CHECK constraint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// The constraint's name.
    pub name: Option<String>,
    /// What must not be false.
    pub expression: Expression,
}

/// What happens to a child when its parent goes or changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReferentialAction {
    /// Refused at the end of the statement (or transaction).
    NoAction,
    /// Refused at once.
    Restrict,
    /// The child goes or changes too.
    Cascade,
    /// The child's columns become NULL.
    SetNull,
    /// The child's columns get their defaults.
    SetDefault,
}

impl ReferentialAction {
    /// In SQL's words.
    pub fn sql(self) -> &'static str {
        match self {
            ReferentialAction::NoAction => "NO ACTION",
            ReferentialAction::Restrict => "RESTRICT",
            ReferentialAction::Cascade => "CASCADE",
            ReferentialAction::SetNull => "SET NULL",
            ReferentialAction::SetDefault => "SET DEFAULT",
        }
    }
}

/// A FOREIGN KEY constraint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForeignKey {
    /// The constraint's name.
    pub name: Option<String>,
    /// The child's columns.
    pub columns: Vec<String>,
    /// The parent.
    pub ref_table: ObjectName,
    /// The parent's columns; empty means its primary key.
    pub ref_columns: Vec<String>,
    /// When the parent goes.
    pub on_delete: ReferentialAction,
    /// When the parent's key changes.
    pub on_update: ReferentialAction,
    /// May be checked at commit.
    pub deferrable: bool,
    /// Is checked at commit unless told otherwise.
    pub initially_deferred: bool,
}

/// An index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Index {
    /// Its name.
    pub name: String,
    /// In order.
    pub parts: Vec<IndexPart>,
    /// Refuses equal keys.
    pub unique: bool,
    /// The rows it covers; all when None.
    pub predicate: Option<Expression>,
    /// `btree`, `gin`, …; None is the dialect's default.
    pub method: Option<String>,
    /// Columns carried along.
    pub include: Vec<String>,
    /// Made by MySQL for a foreign key; it goes when another index can serve the key (MySQL 8.4, 15.1.20.5).
    pub implied: bool,
}

impl Index {
    /// Its columns, when it has no expression and no prefix.
    pub fn columns(&self) -> Option<Vec<String>> {
        let columns = self.leading_columns();
        (columns.len() == self.parts.len()).then_some(columns)
    }

    /// Whether a column is part of it, in an expression or in its predicate.
    pub fn mentions(&self, column: &str, dialect: DialectKind) -> bool {
        let in_parts = self.parts.iter().any(|part| match &part.key {
            IndexKey::Column(name) => same_word(name, column, dialect),
            IndexKey::Expression(expression) => expression.mentions(column, dialect),
        });
        let in_include = self.include.iter().any(|name| same_word(name, column, dialect));
        in_parts || in_include || self.predicate.as_ref().is_some_and(|p| p.mentions(column, dialect))
    }

    /// Follows the renaming of a column.
    pub fn rename_column(&mut self, from: &str, to: &str, dialect: DialectKind) {
        for part in &mut self.parts {
            match &mut part.key {
                IndexKey::Column(name) if same_word(name, from, dialect) => to.clone_into(name),
                IndexKey::Column(_) => {}
                IndexKey::Expression(expression) => *expression = expression.rename_word(from, to, dialect),
            }
        }
        for name in self.include.iter_mut().filter(|name| same_word(name, from, dialect)) {
            to.clone_into(name);
        }
        self.predicate = self.predicate.as_ref().map(|predicate| predicate.rename_word(from, to, dialect));
    }

    /// The columns it begins with, up to the first expression or prefix.
    pub fn leading_columns(&self) -> Vec<String> {
        let plain = self.parts.iter().map_while(|part| match &part.key {
            IndexKey::Column(name) if part.prefix_length.is_none() => Some(name.clone()),
            IndexKey::Column(_) | IndexKey::Expression(_) => None,
        });
        plain.collect()
    }
}

/// One part of an index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexPart {
    /// What is indexed.
    pub key: IndexKey,
    /// Largest first.
    pub descending: bool,
    /// Where NULLs go, when it was said.
    pub nulls_first: Option<bool>,
    /// How texts are compared.
    pub collation: Option<String>,
    /// PostgreSQL's operator class.
    pub operator_class: Option<String>,
    /// MySQL: only so many characters.
    pub prefix_length: Option<u32>,
}

impl IndexPart {
    /// A plain column, ascending.
    pub fn column(name: impl Into<String>) -> IndexPart {
        IndexPart::new(IndexKey::Column(name.into()))
    }

    /// A key, ascending.
    pub fn new(key: IndexKey) -> IndexPart {
        IndexPart {
            key,
            descending: false,
            nulls_first: None,
            collation: None,
            operator_class: None,
            prefix_length: None,
        }
    }
}

/// What a part of an index holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IndexKey {
    /// A column.
    Column(String),
    /// An expression.
    Expression(Expression),
}

/// A constraint on its way into or out of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Constraint {
    /// PRIMARY KEY
    Primary(PrimaryKey),
    /// UNIQUE
    Unique(Unique),
    /// CHECK
    Check(Check),
    /// FOREIGN KEY
    Foreign(ForeignKey),
}

impl Constraint {
    /// Its name, where it has one.
    pub fn name(&self) -> Option<&str> {
        match self {
            Constraint::Primary(key) => key.name.as_deref(),
            Constraint::Unique(unique) => unique.name.as_deref(),
            Constraint::Check(check) => check.name.as_deref(),
            Constraint::Foreign(key) => key.name.as_deref(),
        }
    }
}

/// The kinds of constraint, for dropping one whose kind was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConstraintKind {
    /// PRIMARY KEY
    Primary,
    /// UNIQUE
    Unique,
    /// CHECK
    Check,
    /// FOREIGN KEY
    Foreign,
}

impl ConstraintKind {
    /// In people's words.
    pub fn title(self) -> &'static str {
        match self {
            ConstraintKind::Primary => "primary key",
            ConstraintKind::Unique => "unique constraint",
            ConstraintKind::Check => "check",
            ConstraintKind::Foreign => "foreign key",
        }
    }
}
