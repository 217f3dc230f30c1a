//! SQLAlchemy as data, and as the compilers of its three dialects. Knows nothing of Python.
//!
//! In: tables, types, expressions and Alembic's directives as data. Out: the text that SQLAlchemy 2.1 and
//! Alembic 1.20 send to the server, values written out, one string for each statement. Nothing is executed.

pub mod dialect;
pub mod error;
mod md5;
mod words;
pub mod identifier;
pub mod literal;
pub mod types;
pub mod expression;
pub mod naming;
pub mod table;
pub mod compile;
pub mod reflect;
pub mod batch;

pub use dialect::Dialect;
pub use error::{ErrorKind, Result, SqlError};
pub use expression::{Expr, Expression, From, Node, Operator, Query, Select, Statement};
pub use identifier::{ConstraintName, Identifier};
pub use literal::Literal;
pub use naming::NamingConvention;
pub use table::{Column, Constraint, Index, MetaData, Table};
pub use types::DataType;

#[cfg(test)]
mod tests;
