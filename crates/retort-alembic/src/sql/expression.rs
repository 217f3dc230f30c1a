//! The Core expression tree: what `select()`, `func`, `case()` and the operators of columns make.

mod build;
mod operator;
mod query;
mod result;
mod statement;

use std::rc::Rc;

use super::identifier::Identifier;
use super::literal::Literal;
use super::types::DataType;

pub use operator::Operator;
pub use query::{
    Alias, AliasKind, Combination, Cte, ForUpdate, From, Join, Query, Select, SetOperation, Source,
    SourceColumn,
};
pub use result::{Labels, result_names};
pub(in crate::sql) use result::{flatten, label_base};
pub use statement::{Assignment, Conflict, ConflictAction, Delete, Insert, InsertSource, Statement, Update};

/// An expression, shared.
pub type Expr = Rc<Expression>;

/// An expression and the type of its value.
#[derive(Clone, Debug)]
pub struct Expression {
    /// What it is.
    pub node: Node,
    /// The type of its value.
    pub data_type: Rc<DataType>,
}

/// The forms of expression.
#[derive(Clone, Debug)]
pub enum Node {
    /// A column, of a table or of none.
    Column {
        /// Where it comes from.
        from: Option<From>,
        /// Its name.
        name: Identifier,
    },
    /// `literal_column("…")`: SQL that counts as a column.
    LiteralColumn(String),
    /// A value.
    Value(Literal),
    /// `bindparam("name")`: a value that comes with the execution.
    Parameter {
        /// Its name.
        name: String,
        /// The value it has when none comes.
        value: Option<Literal>,
        /// It stands for a list.
        expanding: bool,
    },
    /// `text("…")` with the parameters that were bound.
    Text {
        /// As written, with `:name` and `\:`.
        sql: String,
        /// `bindparams(…)`
        parameters: Vec<(String, Literal)>,
    },
    /// `null()`
    Null,
    /// `true()`
    True,
    /// `false()`
    False,
    /// `*`, of a table or of all.
    Star(Option<From>),
    /// A function call.
    Function {
        /// Packages and name.
        name: Vec<Identifier>,
        /// In order.
        arguments: Vec<Expr>,
    },
    /// `cast(value, type)`; the type is the expression's own.
    Cast(Expr),
    /// `type_coerce(value, type)`: nothing in SQL.
    Coerce(Expr),
    /// `extract(field, value)`
    Extract {
        /// `year`, `month`, …
        field: String,
        /// Of what.
        value: Expr,
    },
    /// `case(…)`
    Case {
        /// What the conditions are compared with.
        subject: Option<Expr>,
        /// Condition and result.
        whens: Vec<(Expr, Expr)>,
        /// `else_`
        otherwise: Option<Expr>,
    },
    /// An operator before its operand: `-`, `NOT`, `EXISTS`, `DISTINCT`, `~`.
    Unary {
        /// Which.
        operator: Operator,
        /// Of what.
        operand: Expr,
    },
    /// An operator behind its operand: `DESC`, `NULLS FIRST`.
    Modifier {
        /// Which.
        operator: Operator,
        /// Of what.
        operand: Expr,
    },
    /// An operator between two operands.
    Binary {
        /// Which.
        operator: Operator,
        /// On its left.
        left: Expr,
        /// On its right.
        right: Expr,
        /// `ESCAPE` of LIKE, flags of a regular expression.
        modifier: Option<String>,
    },
    /// AND, OR, and other chains of one operator.
    List {
        /// Which.
        operator: Operator,
        /// In order.
        items: Vec<Expr>,
    },
    /// In parentheses.
    Group(Expr),
    /// `label("name")`; None is a name that SQLAlchemy makes up.
    Label {
        /// The name.
        name: Option<Identifier>,
        /// Of what.
        value: Expr,
    },
    /// `collate(value, "name")`
    Collate {
        /// Of what.
        value: Expr,
        /// The collation.
        collation: String,
    },
    /// `tuple_(…)`
    Tuple(Vec<Expr>),
    /// `array([…])` of PostgreSQL.
    Array(Vec<Expr>),
    /// `func.x().over(…)`
    Over {
        /// The function.
        function: Expr,
        /// `PARTITION BY`
        partition_by: Vec<Expr>,
        /// `ORDER BY`
        order_by: Vec<Expr>,
        /// `ROWS BETWEEN …`, as text.
        frame: Option<String>,
    },
    /// `within_group(…)`
    WithinGroup {
        /// The function.
        function: Expr,
        /// `ORDER BY`
        order_by: Vec<Expr>,
    },
    /// `func.x().filter(…)`
    Filter {
        /// The function.
        function: Expr,
        /// What counts.
        condition: Expr,
    },
    /// `aggregate_order_by(value, …)`
    AggregateOrder {
        /// Of what.
        value: Expr,
        /// In which order.
        order_by: Vec<Expr>,
    },
    /// A query as a value.
    Subquery(Rc<Query>),
    /// `sequence.next_value()`
    NextValue {
        /// The schema of the sequence.
        schema: Option<Identifier>,
        /// Its name.
        name: Identifier,
    },
}

impl Expression {
    /// An expression of a type.
    pub fn new(node: Node, data_type: DataType) -> Expr {
        Rc::new(Expression { node, data_type: Rc::new(data_type) })
    }

    /// An expression whose type nobody knows.
    pub fn untyped(node: Node) -> Expr {
        Expression::new(node, DataType::null())
    }

    /// `text("…")`
    pub fn text(sql: impl Into<String>) -> Expr {
        Expression::untyped(Node::Text { sql: sql.into(), parameters: Vec::new() })
    }

    /// `column("name")`, of no table.
    pub fn column(name: impl Into<Identifier>, data_type: DataType) -> Expr {
        Expression::new(Node::Column { from: None, name: name.into() }, data_type)
    }

    /// A value with the type that Python's class gives it.
    pub fn literal(value: Literal) -> Expr {
        let data_type = type_of(&value);
        Expression::new(Node::Value(value), data_type)
    }

    /// A value of a type.
    pub fn typed_literal(value: Literal, data_type: DataType) -> Expr {
        Expression::new(Node::Value(value), data_type)
    }

    /// The name that a result's column of this expression has, if it has one of its own.
    pub fn name(&self) -> Option<&str> {
        match &self.node {
            Node::Column { name, .. } | Node::Label { name: Some(name), .. } => Some(name),
            Node::LiteralColumn(text) => Some(text),
            Node::Cast(value) | Node::Coerce(value) | Node::Group(value) => value.name(),
            _ => None,
        }
    }
}

/// The type that SQLAlchemy gives to a value of Python.
pub fn type_of(value: &Literal) -> DataType {
    DataType::generic(match value {
        Literal::Null | Literal::Array(_) => "NullType",
        Literal::Json(_) => "JSON",
        Literal::Bool(_) => "Boolean",
        Literal::Int(number) if i32::try_from(*number).is_err() => "BigInteger",
        Literal::Int(_) => "Integer",
        Literal::Float(_) => "Float",
        Literal::Decimal(_) => "Numeric",
        Literal::Str(_) => "String",
        Literal::Bytes(_) => "LargeBinary",
        Literal::Date(_) => "Date",
        Literal::DateTime(_) => "DateTime",
        Literal::Time(_) => "Time",
        Literal::Interval(_) => "Interval",
        Literal::Uuid(_) => "Uuid",
    })
}
