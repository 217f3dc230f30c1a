//! Values that functions of Python give to columns which a statement does not set.

use std::rc::Rc;

use crate::alembic::select::{Body, NativeStatement};
use crate::alembic::wrap::{NativeColumn, NativeTable, key_text};
use crate::alembic::{bridge, literals};
use crate::python::{Arguments, Interpreter, Outcome, Value};
use crate::sql::expression::InsertSource;
use crate::sql::table::ColumnDefault;

/// Puts in what functions of Python give as defaults of columns that are not set.
pub fn add_defaults(
    interp: &mut Interpreter<'_>,
    statement: &mut NativeStatement,
    parameters: Option<&Value>,
) -> Outcome<()> {
    let Some(source) = super::source_of(&statement.body).cloned() else { return Ok(()) };
    let Some(table) = bridge::table_of(&statement.table) else { return Ok(()) };
    let given: Vec<(Value, Value)> = parameters.and_then(super::pairs).unwrap_or_default();
    let rows = match &mut statement.body {
        Body::Insert(insert) => match &mut insert.source {
            InsertSource::Rows(rows) => {
                if rows.is_empty() {
                    rows.push(Vec::new());
                }
                rows
            }
            InsertSource::Select { .. } => return Ok(()),
        },
        Body::Update(update) => {
            let set: Vec<String> = update.assignments.iter().map(|own| own.key.clone()).collect();
            let mut known = given;
            known.extend(set.iter().map(|key| (Value::str(key), Value::None)));
            let made = callables(interp, &table, &known, Moment::Update)?;
            let pairs: Vec<(Value, Value)> =
                made.into_iter().map(|(key, value)| (Value::str(key), value)).collect();
            let more = super::assignments(interp, &source, &pairs)?;
            update.assignments.extend(more);
            return Ok(());
        }
        _ => return Ok(()),
    };
    for row in rows {
        let mut known = given.clone();
        known.extend(row.iter().map(|own| (Value::str(&own.key), Value::None)));
        let made = callable_defaults(interp, &table, &known)?;
        let pairs: Vec<(Value, Value)> =
            made.into_iter().map(|(key, value)| (Value::str(key), value)).collect();
        row.extend(super::assignments(interp, &source, &pairs)?);
    }
    Ok(())
}

/// What functions of Python give as defaults of columns that are not among the keys given.
pub(crate) fn callable_defaults(
    interp: &mut Interpreter<'_>,
    table: &NativeTable,
    given: &[(Value, Value)],
) -> Outcome<Vec<(String, Value)>> {
    callables(interp, table, given, Moment::Insert)
}

/// When a function of a column is asked: `default=` or `onupdate=`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Moment {
    Insert,
    Update,
}

fn callables(
    interp: &mut Interpreter<'_>,
    table: &NativeTable,
    given: &[(Value, Value)],
    moment: Moment,
) -> Outcome<Vec<(String, Value)>> {
    let mut made = Vec::new();
    let columns: Vec<Rc<NativeColumn>> = table.columns.borrow().values().cloned().collect();
    for column in columns {
        let data = column.column.borrow().clone();
        let is_given = given.iter().any(|(key, _)| {
            let key = key_text(key);
            key == data.key || key == *data.name
        });
        let (default, written) = match moment {
            Moment::Insert => (&data.default, &column.written_default),
            Moment::Update => (&data.onupdate, &column.written_onupdate),
        };
        if is_given || !matches!(default, Some(ColumnDefault::Callable)) {
            continue;
        }
        made.push((data.key, value_of(interp, written)?));
    }
    Ok(made)
}

/// What a column gets: the answer of a function, or a value that the column's type is to change.
fn value_of(interp: &mut Interpreter<'_>, written: &Value) -> Outcome<Value> {
    interp.refuse_foreign(written)?;
    if !interp.is_callable(written) {
        return Ok(written.clone());
    }
    let mut arguments = Arguments::none(interp.call_span());
    // A function with a parameter takes the context of the execution.
    if let Value::Function(own) = written
        && own.code.parameters.positional.len() > own.defaults.len()
    {
        arguments.positional.push(interp.unknown("the context of an execution"));
    }
    interp.call(written, arguments)
}

/// What `default=` of a column is for all rows of one statement.
pub(crate) fn settled_default(
    interp: &mut Interpreter<'_>,
    column: &NativeColumn,
) -> Outcome<Option<ColumnDefault>> {
    let data = column.column.borrow().clone();
    if !matches!(data.default, Some(ColumnDefault::Callable)) {
        return Ok(data.default);
    }
    let value = value_of(interp, &column.written_default)?;
    let literal = literals::literal_for(interp, &value, &data.data_type)?;
    Ok(Some(ColumnDefault::Value(literal)))
}
