//! Queries and what they read from.

use std::rc::Rc;

use super::{Expr, Expression, Node, Statement};
use crate::sql::identifier::Identifier;
use crate::sql::types::DataType;

/// What a query reads from.
#[derive(Clone, Debug)]
pub enum From {
    /// A table.
    Table(Rc<Source>),
    /// An alias, subquery or CTE: a thing with identity.
    Alias(Rc<Alias>),
    /// Two joined.
    Join(Rc<Join>),
    /// A function as a table.
    Function(Expr),
    /// SQL text.
    Text(Expr),
    /// The new row of an upsert: `excluded` on SQLite and PostgreSQL, `inserted` on MySQL.
    NewRow,
}

/// A table by name, with the columns that are known.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    /// The schema it lives in.
    pub schema: Option<Identifier>,
    /// Its name.
    pub name: Identifier,
    /// Its columns, in order.
    pub columns: Vec<SourceColumn>,
}

/// A column of a [`Source`].
#[derive(Clone, Debug)]
pub struct SourceColumn {
    /// By which Python code finds it.
    pub key: String,
    /// Its name.
    pub name: Identifier,
    /// Its type.
    pub data_type: Rc<DataType>,
    /// What an INSERT puts in when nothing is said (`default=`).
    pub default: Option<Expr>,
    /// What an UPDATE puts in when nothing is said (`onupdate=`).
    pub onupdate: Option<Expr>,
}

impl PartialEq for SourceColumn {
    fn eq(&self, other: &SourceColumn) -> bool {
        self.name == other.name
    }
}

impl SourceColumn {
    /// A column without defaults, called by its name.
    pub fn new(name: impl Into<Identifier>, data_type: DataType) -> SourceColumn {
        let name = name.into();
        let key = name.as_str().to_owned();
        SourceColumn { key, name, data_type: Rc::new(data_type), default: None, onupdate: None }
    }
}

/// A named subquery, CTE or second name of a table.
#[derive(Clone, Debug)]
pub struct Alias {
    /// Which of these.
    pub kind: AliasKind,
    /// Its name; None is one that SQLAlchemy makes up.
    pub name: Option<Identifier>,
    /// `LATERAL`
    pub lateral: bool,
}

/// The kinds of [`Alias`].
#[derive(Clone, Debug)]
pub enum AliasKind {
    /// Of something else to read from.
    From(From),
    /// A query in parentheses.
    Query(Rc<Query>),
    /// A query in front of the statement.
    Cte(Cte),
}

/// A common table expression.
#[derive(Clone, Debug)]
pub struct Cte {
    /// The query, or a statement with RETURNING.
    pub statement: Rc<Statement>,
    /// `RECURSIVE`
    pub recursive: bool,
    /// The names of its columns.
    pub columns: Vec<(String, Rc<DataType>)>,
    /// The CTE that it continues, before the `union`, so that the part can name itself.
    pub restates: Option<Rc<Alias>>,
}

/// Two things to read from, joined.
#[derive(Clone, Debug)]
pub struct Join {
    /// On its left.
    pub left: From,
    /// On its right.
    pub right: From,
    /// `ON`
    pub on: Expr,
    /// `LEFT OUTER`
    pub outer: bool,
    /// `FULL OUTER`
    pub full: bool,
}

/// A query.
#[derive(Clone, Debug)]
pub enum Query {
    /// SELECT
    Select(Box<Select>),
    /// UNION and its kin.
    Combination(Box<Combination>),
    /// `text("SELECT …").columns(…)`
    Text(Expr),
}

/// SELECT
#[derive(Clone, Debug, Default)]
pub struct Select {
    /// What is read.
    pub columns: Vec<Expr>,
    /// `select_from(…)` and `join(…)`; what the columns and conditions name is added.
    pub from: Vec<From>,
    /// `DISTINCT`
    pub distinct: bool,
    /// `DISTINCT ON (…)` of PostgreSQL.
    pub distinct_on: Vec<Expr>,
    /// Joined by AND.
    pub conditions: Vec<Expr>,
    /// `GROUP BY`
    pub group_by: Vec<Expr>,
    /// Joined by AND.
    pub having: Vec<Expr>,
    /// `ORDER BY`
    pub order_by: Vec<Expr>,
    /// `LIMIT`
    pub limit: Option<Expr>,
    /// `OFFSET`
    pub offset: Option<Expr>,
    /// `FOR UPDATE`
    pub for_update: Option<ForUpdate>,
    /// `correlate(…)`: what is read by the query around this one. None: found by SQLAlchemy's rule.
    pub correlate: Option<Vec<From>>,
    /// `prefix_with(…)`
    pub prefixes: Vec<String>,
    /// `add_cte(…)`
    pub ctes: Vec<Rc<Alias>>,
}

/// `with_for_update(…)`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ForUpdate {
    /// `FOR SHARE`
    pub read: bool,
    /// `NOWAIT`
    pub nowait: bool,
    /// `SKIP LOCKED`
    pub skip_locked: bool,
    /// `KEY SHARE` (PostgreSQL)
    pub key_share: bool,
}

/// Two or more queries as one.
#[derive(Clone, Debug)]
pub struct Combination {
    /// How.
    pub operation: SetOperation,
    /// In order.
    pub queries: Vec<Query>,
    /// `ORDER BY`
    pub order_by: Vec<Expr>,
    /// `LIMIT`
    pub limit: Option<Expr>,
    /// `OFFSET`
    pub offset: Option<Expr>,
}

/// UNION and its kin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is named after what it writes")]
pub enum SetOperation {
    Union,
    UnionAll,
    Except,
    ExceptAll,
    Intersect,
    IntersectAll,
}

impl SetOperation {
    pub(in crate::sql) fn text(self) -> &'static str {
        match self {
            SetOperation::Union => "UNION",
            SetOperation::UnionAll => "UNION ALL",
            SetOperation::Except => "EXCEPT",
            SetOperation::ExceptAll => "EXCEPT ALL",
            SetOperation::Intersect => "INTERSECT",
            SetOperation::IntersectAll => "INTERSECT ALL",
        }
    }
}

impl PartialEq for From {
    /// Tables are equal by name, all else by identity.
    fn eq(&self, other: &From) -> bool {
        match (self, other) {
            (From::Table(a), From::Table(b)) => a.name == b.name && a.schema == b.schema,
            (From::Alias(a), From::Alias(b)) => Rc::ptr_eq(a, b),
            (From::Join(a), From::Join(b)) => Rc::ptr_eq(a, b),
            (From::Function(a), From::Function(b)) | (From::Text(a), From::Text(b)) => Rc::ptr_eq(a, b),
            (From::NewRow, From::NewRow) => true,
            _ => false,
        }
    }
}

impl From {
    /// `table("name", column(…), …)`
    pub fn table(
        schema: Option<Identifier>,
        name: impl Into<Identifier>,
        columns: Vec<SourceColumn>,
    ) -> From {
        From::Table(Rc::new(Source { schema, name: name.into(), columns }))
    }

    /// A second name for it; None lets SQLAlchemy make one up.
    pub fn alias(self, name: Option<Identifier>) -> From {
        From::Alias(Rc::new(Alias { kind: AliasKind::From(self), name, lateral: false }))
    }

    /// A query to read from.
    pub fn subquery(query: Query, name: Option<Identifier>) -> From {
        From::Alias(Rc::new(Alias { kind: AliasKind::Query(Rc::new(query)), name, lateral: false }))
    }

    /// A join with another.
    pub fn join(self, right: From, on: Expr, outer: bool, full: bool) -> From {
        From::Join(Rc::new(Join { left: self, right, on, outer, full }))
    }

    /// Its columns (`.c`): key, name and type of each, as expressions.
    pub fn columns(&self) -> Vec<(String, Expr)> {
        let column = |key: &str, name: Identifier, data_type: &Rc<DataType>| {
            let node = Node::Column { from: Some(self.clone()), name };
            (key.to_owned(), Rc::new(Expression { node, data_type: Rc::clone(data_type) }))
        };
        match self {
            From::Table(table) => {
                table.columns.iter().map(|c| column(&c.key, c.name.clone(), &c.data_type)).collect()
            }
            From::Alias(alias) => match &alias.kind {
                AliasKind::From(from) => from
                    .columns()
                    .into_iter()
                    .map(|(key, value)| {
                        let name = value.name().unwrap_or(&key).to_owned();
                        column(&key, name.into(), &value.data_type)
                    })
                    .collect(),
                AliasKind::Query(query) => query
                    .columns()
                    .iter()
                    .map(|(name, kind)| column(name, name.clone().into(), kind))
                    .collect(),
                AliasKind::Cte(cte) => {
                    cte.columns.iter().map(|(name, kind)| column(name, name.clone().into(), kind)).collect()
                }
            },
            From::Join(join) => {
                let mut all = join.left.columns();
                all.extend(join.right.columns());
                all
            }
            From::Function(_) | From::Text(_) | From::NewRow => Vec::new(),
        }
    }

    /// The column of that key or name; one that is not known is taken at its word.
    pub fn column(&self, key: &str) -> Expr {
        let known = self.columns().into_iter().find(|(own, _)| own == key).map(|(_, column)| column);
        known.unwrap_or_else(|| {
            Expression::untyped(Node::Column { from: Some(self.clone()), name: key.into() })
        })
    }
}

impl Query {
    /// The names and types of the columns of its result.
    pub fn columns(&self) -> Vec<(String, Rc<DataType>)> {
        match self {
            Query::Select(select) => {
                let names = super::result_names(&select.columns);
                let flat = super::result::flatten(&select.columns);
                names.into_iter().zip(flat).map(|(name, value)| (name, Rc::clone(&value.data_type))).collect()
            }
            Query::Combination(combination) => {
                combination.queries.first().map(Query::columns).unwrap_or_default()
            }
            Query::Text(_) => Vec::new(),
        }
    }
}
