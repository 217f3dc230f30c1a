//! The directives that execute statements and put rows in.

use super::super::wrap::{self, first_unknown, text};
use super::super::{bridge, dml, expression, world};
use super::column::optional_type;
use crate::python::{Arguments, Interpreter, Outcome, Unwind, Value};
use crate::sql::compile::{Parameters, statement_sql};
use crate::sql::expression::{Expression, Statement};

/// `op.execute(sqltext)`: a text, or anything that can be executed.
pub(crate) fn execute(interp: &mut Interpreter<'_>, mut arguments: Arguments) -> Outcome<Value> {
    arguments.take("execution_options");
    let value = arguments.positional.first().cloned().or_else(|| arguments.take("sqltext"));
    let value = value.unwrap_or(Value::None);
    interp.refuse_foreign(&value)?;
    if let Value::Unknown(unknown) = &value {
        let touches_schema = !unknown.changes_rows_at_most();
        world::opaque(interp, format!("op.execute() depends on {}", unknown.reason), touches_schema);
        return Ok(Value::None);
    }
    if let Some(statement) = bridge::statement_of(&value)
        && let Some(unknown) = &statement.unknown
    {
        world::opaque(interp, format!("op.execute() depends on {}", unknown.reason), false);
        return Ok(Value::None);
    }
    if let Some(made) = super::super::ddl::statements(interp, &value)? {
        for sql in made {
            world::emit(interp, sql)?;
        }
        return Ok(Value::None);
    }
    let sql = statement_text(interp, &value)?;
    if !sql.trim().is_empty() {
        world::emit(interp, sql)?;
    }
    Ok(Value::None)
}

/// The SQL of something that can be executed.
pub(crate) fn statement_text(interp: &mut Interpreter<'_>, value: &Value) -> Outcome<String> {
    let dialect = world::dialect(interp);
    if let Some(statement) = bridge::statement_of(value) {
        return statement.sql(interp, &Parameters::new());
    }
    let expression = match text(value) {
        Some(text) => Some(Expression::text(text)),
        None => wrap::expression(interp, value)?,
    };
    match expression {
        Some(expression) => {
            let sql = statement_sql(&Statement::Text(expression), &Parameters::new(), dialect);
            wrap::checked(interp, sql)
        }
        None => {
            let name = interp.type_name(value);
            Err(Unwind::unsupported(format!("executing a `{name}`")))
        }
    }
}

pub(super) fn bulk_insert(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let span = arguments.span;
    if let Some(unknown) = first_unknown(&arguments) {
        world::opaque(interp, format!("op.bulk_insert() depends on {}", unknown.reason), false);
        return Ok(Value::None);
    }
    let [table, rows, _multi] = arguments.bind("bulk_insert", "table rows * multiinsert?")?;
    let (table, rows) = (table.unwrap_or(Value::None), rows.unwrap_or(Value::None));
    let rows = interp.values(&rows)?;
    if rows.is_empty() {
        return Ok(Value::None);
    }
    if let Some(unknown) = bridge::find_unknown(&rows) {
        world::opaque(interp, format!("op.bulk_insert() depends on {}", unknown.reason), false);
        return Ok(Value::None);
    }
    let insert = dml::insert(interp, Arguments::of(vec![table], span))?;
    // Rows that name the same columns go together, as the driver's executemany takes them.
    let mut together: Vec<Vec<Value>> = Vec::new();
    let mut last: Option<Vec<String>> = None;
    for row in rows {
        let keys: Vec<String> = match row.plain() {
            Value::Dict(dict) => dict.borrow().pairs().map(|(key, _)| wrap::key_text(key)).collect(),
            _ => Vec::new(),
        };
        match together.last_mut() {
            Some(group) if last.as_ref() == Some(&keys) => group.push(row),
            _ => together.push(vec![row]),
        }
        last = Some(keys);
    }
    for group in together {
        let statement = interp.call_method(&insert, "values", vec![Value::list(group)])?;
        if let Value::Unknown(unknown) = &statement {
            world::opaque(interp, format!("op.bulk_insert() depends on {}", unknown.reason), false);
            continue;
        }
        execute(interp, Arguments::of(vec![statement], span))?;
    }
    Ok(Value::None)
}

pub(super) fn inline_literal(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let [value, kind] = arguments.bind("inline_literal", "value type_?")?;
    let value = value.unwrap_or(Value::None);
    if let Value::Unknown(_) = value {
        return Ok(value);
    }
    let kind = optional_type(interp, kind)?;
    let made = match kind {
        Some(kind) => {
            let literal = wrap::literal_for(interp, &value, &kind)?;
            Expression::typed_literal(literal, kind)
        }
        None => wrap::expression_of(interp, &value)?,
    };
    Ok(expression::value(made))
}
