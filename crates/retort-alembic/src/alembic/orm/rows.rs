//! Rows of a table put in, changed and taken out, named by the values of some of their columns.

use std::rc::Rc;

use crate::alembic::connection::{Execution, run};
use crate::alembic::wrap::NativeTable;
use crate::alembic::{dml, expression};
use crate::python::{Arguments, Comparison, Interpreter, Outcome, Value};

/// Puts a row in: keys of columns and values.
pub(super) fn insert(
    interp: &mut Interpreter<'_>,
    table: &Rc<NativeTable>,
    row: Vec<(Value, Value)>,
) -> Outcome<()> {
    let statement = made(interp, dml::insert, table)?;
    let statement = with_values(interp, &statement, row)?;
    execute(interp, &statement)
}

/// Changes the rows with these keys.
pub(super) fn update(
    interp: &mut Interpreter<'_>,
    table: &Rc<NativeTable>,
    keys: &[(String, Value)],
    row: Vec<(Value, Value)>,
) -> Outcome<()> {
    let statement = made(interp, dml::update, table)?;
    let statement = narrowed(interp, statement, table, keys)?;
    let statement = with_values(interp, &statement, row)?;
    execute(interp, &statement)
}

/// Takes out the rows with these keys.
pub(super) fn delete(
    interp: &mut Interpreter<'_>,
    table: &Rc<NativeTable>,
    keys: &[(String, Value)],
) -> Outcome<()> {
    let statement = made(interp, dml::delete, table)?;
    let statement = narrowed(interp, statement, table, keys)?;
    execute(interp, &statement)
}

fn made(
    interp: &mut Interpreter<'_>,
    make: fn(&mut Interpreter<'_>, Arguments) -> Outcome<Value>,
    table: &Rc<NativeTable>,
) -> Outcome<Value> {
    let span = interp.call_span();
    make(interp, Arguments::of(vec![Value::Native(table.clone())], span))
}

fn with_values(interp: &mut Interpreter<'_>, statement: &Value, row: Vec<(Value, Value)>) -> Outcome<Value> {
    let row = interp.make_dict(row)?;
    interp.call_method(statement, "values", vec![row])
}

fn narrowed(
    interp: &mut Interpreter<'_>,
    mut statement: Value,
    table: &Rc<NativeTable>,
    keys: &[(String, Value)],
) -> Outcome<Value> {
    for (key, value) in keys {
        let column = expression::value(table.source().column(key));
        let condition = interp.compare(Comparison::Eq, &column, value)?;
        statement = interp.call_method(&statement, "where", vec![condition])?;
    }
    Ok(statement)
}

fn execute(interp: &mut Interpreter<'_>, statement: &Value) -> Outcome<()> {
    let span = interp.call_span();
    run(interp, statement, None, &Execution { span, session: None }).map(|_| ())
}
