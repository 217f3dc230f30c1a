//! Indexes and their parts.

use super::{Expression, Options, same_word};
use crate::source::DialectKind;

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
    /// Two NULLs are the same (PostgreSQL 15).
    pub nulls_not_distinct: bool,
    /// Made by MySQL for a foreign key; it goes when another index can serve the key (MySQL 8.4, 15.1.20.5).
    pub implied: bool,
    /// What changes no meaning: `fillfactor`, `INVISIBLE`, `COMMENT`, …
    pub options: Options,
}

impl Index {
    /// A plain index.
    pub fn new(name: impl Into<String>, parts: Vec<IndexPart>) -> Index {
        Index {
            name: name.into(),
            parts,
            unique: false,
            predicate: None,
            method: None,
            include: Vec::new(),
            nulls_not_distinct: false,
            implied: false,
            options: Options::new(),
        }
    }

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
