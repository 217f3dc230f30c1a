//! The glue: the objects of Alembic and SQLAlchemy as the interpreter sees them.

#![allow(clippy::needless_pass_by_value, reason = "what Python calls takes its arguments by value")]

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
mod flask;
mod inspector;
mod events;
mod context;
mod batch;
mod operations;
mod registered;
pub mod script;
mod module;
pub(crate) mod companions;
mod ddl;
mod orm;
pub mod run;

#[cfg(test)]
mod chain_tests;

#[cfg(test)]
mod test_stage;

#[cfg(test)]
mod tests;

use crate::python::{Interpreter, Outcome, Value};

/// `op.get_bind()`
fn connection_value(_interp: &mut Interpreter<'_>) -> Outcome<Value> {
    Ok(connection::NativeConnection::value(connection::Kind::Connection))
}

#[cfg(test)]
mod statement_tests;
