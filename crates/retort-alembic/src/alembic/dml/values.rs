//! `values(…)`: dicts, lists, tuples, keywords.

use std::rc::Rc;

use super::source_of;
use crate::alembic::bridge;
use crate::alembic::expression::{self, NativeExpression};
use crate::alembic::select::{Body, NativeStatement};
use crate::python::{Arguments, Interpreter, Outcome, Unwind, Value};
use crate::sql::expression::{Assignment, InsertSource, Source};
use crate::sql::{DataType, Expr, Expression, Literal, Node};

/// The key of a column, given as a text or a column.
fn key_of(interp: &mut Interpreter<'_>, value: &Value) -> Outcome<String> {
    if let Some(text) = value.as_str() {
        return Ok(text.to_string());
    }
    if let Some(key) = interp.find_attribute(value, "key")?.and_then(|key| key.as_str()) {
        return Ok(key.to_string());
    }
    match expression::resolved(interp, value)?.and_then(|column| column.name().map(str::to_owned)) {
        Some(name) => Ok(name),
        None => Err(bridge::raise(interp, "ArgumentError", "a column's name is expected")),
    }
}

/// What is put in a column.
fn value_for(interp: &mut Interpreter<'_>, source: &Source, key: &str, value: &Value) -> Outcome<Expr> {
    if let Some(expr) = expression::resolved(interp, value)? {
        return Ok(expr);
    }
    let column = source.columns.iter().find(|column| column.key == key || *column.name == *key);
    let data_type = column.map_or_else(|| Rc::new(DataType::null()), |column| Rc::clone(&column.data_type));
    match bridge::literal_for(interp, value, &data_type)? {
        Some(Literal::Null) if column.is_none() => Ok(Expression::untyped(Node::Null)),
        Some(literal) if column.is_none() => Ok(Expression::literal(literal)),
        Some(literal) => Ok(expression::typed(literal, &data_type)),
        None => {
            let repr = interp.repr(value)?;
            Err(bridge::raise(interp, "StatementError", &format!("{repr} is no value for `{key}`")))
        }
    }
}

/// A dict as assignments.
pub fn assignments(
    interp: &mut Interpreter<'_>,
    source: &Source,
    pairs: &[(Value, Value)],
) -> Outcome<Vec<Assignment>> {
    let mut all = Vec::with_capacity(pairs.len());
    for (key, value) in pairs {
        let key = key_of(interp, key)?;
        let value = value_for(interp, source, &key, value)?;
        all.push(Assignment { key, value });
    }
    Ok(all)
}

/// The keys and values of a dict or mapping.
pub fn pairs(value: &Value) -> Option<Vec<(Value, Value)>> {
    if let Some(dict) = value.as_dict() {
        return Some(dict.borrow().pairs().map(|(k, v)| (k.clone(), v.clone())).collect());
    }
    value.as_native::<crate::alembic::result::NativeMapping>().map(|row| row.pairs())
}

/// One argument of `values()` as rows: a dict, a tuple in the order of the columns, a list of either.
pub fn rows(interp: &mut Interpreter<'_>, source: &Source, value: &Value) -> Outcome<Vec<Vec<Assignment>>> {
    if let Some(pairs) = pairs(value) {
        return Ok(vec![assignments(interp, source, &pairs)?]);
    }
    let Some(items) = value.as_sequence() else {
        interp.refuse_foreign(value)?;
        return Err(bridge::raise(interp, "ArgumentError", "a dict or a list of dicts is expected"));
    };
    let is_rows = items.first().is_some_and(|first| {
        first.as_dict().is_some()
            || matches!(first, Value::Tuple(_) | Value::List(_) | Value::Native(_))
                && expression_like(first).is_none()
    });
    if !is_rows {
        let keys = source.columns.iter().map(|column| Value::str(&column.key));
        let pairs: Vec<(Value, Value)> = keys.zip(items).collect();
        return Ok(vec![assignments(interp, source, &pairs)?]);
    }
    let mut all = Vec::new();
    for item in &items {
        all.extend(rows(interp, source, item)?);
    }
    Ok(all)
}

fn expression_like(value: &Value) -> Option<Rc<NativeExpression>> {
    value.as_native::<NativeExpression>()
}

/// `statement.values(…)`
pub(super) fn put(
    interp: &mut Interpreter<'_>,
    statement: &mut NativeStatement,
    arguments: &Arguments,
) -> Outcome<()> {
    let Some(source) = source_of(&statement.body).cloned() else { return Ok(()) };
    let mut given: Vec<Vec<Assignment>> = Vec::new();
    match &arguments.positional[..] {
        [] => {}
        [one] => given.extend(rows(interp, &source, one)?),
        several => given.extend(rows(interp, &source, &Value::tuple(several.to_vec()))?),
    }
    let pairs: Vec<(Value, Value)> =
        arguments.keyword.iter().map(|(name, value)| (Value::Str(name.clone()), value.clone())).collect();
    if !pairs.is_empty() {
        let more = assignments(interp, &source, &pairs)?;
        match given.first_mut() {
            Some(first) => merge(first, more),
            None => given.push(more),
        }
    }
    match &mut statement.body {
        Body::Insert(insert) => match &mut insert.source {
            InsertSource::Rows(rows) => match (rows.first_mut(), given.len()) {
                (Some(first), 1) => merge(first, given.swap_remove(0)),
                _ => rows.extend(given),
            },
            InsertSource::Select { .. } => {
                return Err(bridge::raise(
                    interp,
                    "InvalidRequestError",
                    "This construct already inserts from a SELECT",
                ));
            }
        },
        Body::Update(update) => {
            for row in given {
                merge(&mut update.assignments, row);
            }
        }
        _ => {}
    }
    Ok(())
}

/// Later values take the place of earlier ones.
fn merge(row: &mut Vec<Assignment>, more: Vec<Assignment>) {
    for assignment in more {
        match row.iter_mut().find(|own| own.key == assignment.key) {
            Some(own) => own.value = assignment.value,
            None => row.push(assignment),
        }
    }
}

/// `update.ordered_values((column, value), …)`
pub(super) fn put_ordered(
    interp: &mut Interpreter<'_>,
    statement: &mut NativeStatement,
    arguments: &Arguments,
) -> Outcome<()> {
    let Some(source) = source_of(&statement.body).cloned() else { return Ok(()) };
    let mut pairs = Vec::new();
    for value in &arguments.positional {
        match value.as_sequence().as_deref() {
            Some([key, value]) => pairs.push((key.clone(), value.clone())),
            _ => return Err(Unwind::type_error("ordered_values() takes pairs")),
        }
    }
    let made = assignments(interp, &source, &pairs)?;
    if let Body::Update(update) = &mut statement.body {
        update.assignments = made;
        update.ordered = true;
    }
    Ok(())
}

/// `insert.from_select([…], query)`
pub(super) fn from_select(
    interp: &mut Interpreter<'_>,
    statement: &mut NativeStatement,
    arguments: Arguments,
) -> Outcome<()> {
    let [names, query, defaults] = arguments.bind("from_select", "names select include_defaults?")?;
    let mut columns = Vec::new();
    for name in interp.values(&names.unwrap_or(Value::None))? {
        columns.push(key_of(interp, &name)?);
    }
    let query = query.and_then(|query| bridge::statement_of(&query));
    let Some(query) = query.and_then(|query| query.query()) else {
        return Err(bridge::raise(interp, "ArgumentError", "SELECT construct expected"));
    };
    let defaults = defaults.and_then(|flag| flag.as_bool()) != Some(false);
    if let Body::Insert(insert) = &mut statement.body {
        insert.source = InsertSource::Select { columns, query: Box::new(query), defaults };
    }
    Ok(())
}
