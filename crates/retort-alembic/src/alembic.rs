//! The glue: the objects of Alembic and SQLAlchemy as the interpreter sees them.

pub mod bridge;
pub mod expression;
pub mod function;
pub mod select;
pub mod dml;
pub mod result;
