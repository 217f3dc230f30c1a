//! Columns and what hangs on them.

use std::rc::Rc;

use super::{Constraint, Options};
use crate::sql::expression::{Expr, Expression, Node};
use crate::sql::identifier::{ConstraintName, Identifier};
use crate::sql::literal::Literal;
use crate::sql::types::DataType;

/// `Column(…)`
#[derive(Clone, Debug)]
pub struct Column {
    /// Its name.
    pub name: Identifier,
    /// By which Python code finds it (`key=`); the name, if nothing else was said.
    pub key: String,
    /// Its type.
    pub data_type: Rc<DataType>,
    /// It is part of the primary key.
    pub primary_key: bool,
    /// `nullable=`, where it was said.
    pub nullable: Option<bool>,
    /// `autoincrement=`
    pub autoincrement: Autoincrement,
    /// `unique=True`
    pub unique: bool,
    /// `index=True`
    pub index: bool,
    /// `default=`
    pub default: Option<ColumnDefault>,
    /// `onupdate=`
    pub onupdate: Option<ColumnDefault>,
    /// `server_default=`
    pub server_default: Option<ServerDefault>,
    /// `Computed(…)`
    pub computed: Option<Computed>,
    /// `Identity(…)`
    pub identity: Option<IdentityOptions>,
    /// `comment=`
    pub comment: Option<String>,
    /// `ForeignKey(…)`, in order.
    pub foreign_keys: Vec<ForeignKey>,
    /// `CheckConstraint(…)` among its arguments.
    pub checks: Vec<Constraint>,
    /// `system=True`: never in CREATE TABLE.
    pub system: bool,
    /// Options of dialects: `sqlite_on_conflict_not_null`, …
    pub options: Options,
}

impl Column {
    /// `Column(name, type)`
    pub fn new(name: impl Into<Identifier>, data_type: DataType) -> Column {
        let name = name.into();
        Column {
            key: name.as_str().to_owned(),
            name,
            data_type: Rc::new(data_type),
            primary_key: false,
            nullable: None,
            autoincrement: Autoincrement::Auto,
            unique: false,
            index: false,
            default: None,
            onupdate: None,
            server_default: None,
            computed: None,
            identity: None,
            comment: None,
            foreign_keys: Vec::new(),
            checks: Vec::new(),
            system: false,
            options: Options::default(),
        }
    }

    /// Whether NULL may stand in it.
    pub fn is_nullable(&self) -> bool {
        self.nullable.unwrap_or(!self.primary_key && self.identity.is_none())
    }
}

/// `autoincrement=`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Autoincrement {
    /// `"auto"`: a sole integer key without foreign key.
    #[default]
    Auto,
    /// `True`
    True,
    /// `False`
    False,
    /// `"ignore_fk"`
    IgnoreForeignKey,
}

/// `default=` and `onupdate=`: put in by the client.
#[derive(Clone, Debug)]
pub enum ColumnDefault {
    /// A value.
    Value(Literal),
    /// An expression.
    Expression(Expr),
    /// A sequence.
    Sequence(Box<Sequence>),
    /// A function of Python, or a value that a type of the project changes: the caller's affair.
    Callable,
}

impl ColumnDefault {
    /// What an INSERT or UPDATE says.
    pub fn expression(&self) -> Option<Expr> {
        match self {
            ColumnDefault::Value(value) => Some(Expression::literal(value.clone())),
            ColumnDefault::Expression(value) => Some(Rc::clone(value)),
            ColumnDefault::Sequence(sequence) if sequence.optional => None,
            ColumnDefault::Sequence(sequence) => Some(Expression::new(
                Node::NextValue { schema: sequence.schema.clone(), name: sequence.name.clone() },
                DataType::generic("Integer"),
            )),
            ColumnDefault::Callable => None,
        }
    }
}

/// `server_default=`
#[derive(Clone, Debug)]
pub enum ServerDefault {
    /// A text, which becomes a quoted literal.
    Text(String),
    /// `text("…")`, a function, a literal.
    Expression(Expr),
    /// `FetchedValue()`: something that the server does by itself.
    Fetched,
}

/// `Computed(…)`
#[derive(Clone, Debug)]
pub struct Computed {
    /// From what.
    pub expression: Expr,
    /// `persisted=`
    pub persisted: Option<bool>,
}

/// `Identity(…)`, and the numbers of a sequence.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IdentityOptions {
    /// A given value is refused.
    pub always: bool,
    /// `ON NULL` (Oracle).
    pub on_null: Option<bool>,
    /// First number.
    pub start: Option<i64>,
    /// Step.
    pub increment: Option<i64>,
    /// Least number.
    pub minimum: Option<i64>,
    /// Greatest number.
    pub maximum: Option<i64>,
    /// `NO MINVALUE`
    pub no_minimum: bool,
    /// `NO MAXVALUE`
    pub no_maximum: bool,
    /// Begins again at the end.
    pub cycle: Option<bool>,
    /// How many numbers a session takes at once.
    pub cache: Option<i64>,
}

/// `Sequence(…)`
#[derive(Clone, Debug)]
pub struct Sequence {
    /// Its name.
    pub name: Identifier,
    /// The schema it lives in.
    pub schema: Option<Identifier>,
    /// Its numbers.
    pub numbers: IdentityOptions,
    /// The type of its numbers.
    pub data_type: Option<DataType>,
    /// `optional=True`: only where the server has no other way.
    pub optional: bool,
}

/// `ForeignKey(…)`
#[derive(Clone, Debug)]
pub struct ForeignKey {
    /// Where it points.
    pub target: super::Target,
    /// Its name.
    pub name: ConstraintName,
    /// `ondelete=`
    pub ondelete: Option<String>,
    /// `onupdate=`
    pub onupdate: Option<String>,
    /// `deferrable=`
    pub deferrable: Option<bool>,
    /// `initially=`
    pub initially: Option<String>,
    /// `match=`
    pub match_: Option<String>,
    /// `use_alter=True`
    pub use_alter: bool,
    /// Options of dialects: `postgresql_not_valid`.
    pub options: Options,
}

impl ForeignKey {
    /// `ForeignKey("table.column")`
    pub fn new(target: super::Target) -> ForeignKey {
        ForeignKey {
            target,
            name: ConstraintName::None,
            ondelete: None,
            onupdate: None,
            deferrable: None,
            initially: None,
            match_: None,
            use_alter: false,
            options: Options::default(),
        }
    }
}
