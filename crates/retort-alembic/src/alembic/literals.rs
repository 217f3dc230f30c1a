//! Values of Python that must be values of SQL.

use super::bridge;
use crate::python::{Interpreter, Outcome, Unwind, Value};
use crate::sql::{DataType, Literal};

/// A value that must be one of SQL.
pub(crate) fn literal(interp: &mut Interpreter<'_>, value: &Value) -> Outcome<Literal> {
    let found = match super::wrap::text(value) {
        Some(text) => Some(Literal::Str(text)),
        None => bridge::literal_of(interp, value)?,
    };
    known(interp, value, found)
}

/// A value that must be one of SQL, for a type.
pub(crate) fn literal_for(
    interp: &mut Interpreter<'_>,
    value: &Value,
    data_type: &DataType,
) -> Outcome<Literal> {
    let found = bridge::literal_for(interp, value, data_type)?;
    known(interp, value, found)
}

fn known(interp: &mut Interpreter<'_>, value: &Value, found: Option<Literal>) -> Outcome<Literal> {
    match (found, value) {
        (Some(literal), _) => Ok(literal),
        (None, Value::Unknown(unknown)) => Err(Unwind::unsupported(format!("this needs {}", unknown.reason))),
        (None, _) => {
            let name = interp.type_name(value);
            Err(Unwind::unsupported(format!("a `{name}` as a value in SQL")))
        }
    }
}
