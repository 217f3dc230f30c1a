//! The glue: the objects of Alembic and SQLAlchemy as the interpreter sees them.

pub mod bridge;
pub mod expression;
pub mod function;
pub mod select;
pub mod dml;
pub mod result;
pub mod connection;
mod world;
mod errors;
mod literals;
mod wrap;
mod types;
mod constraints;
mod table;
mod dialects;
mod inspector;
mod events;
mod context;
mod batch;
mod operations;
mod module;
mod ddl;
pub mod run;

use crate::python::{Interpreter, Outcome, Value};

/// `op.get_bind()`
fn connection_value(_interp: &mut Interpreter<'_>) -> Outcome<Value> {
    Ok(connection::NativeConnection::value(connection::Kind::Connection))
}
