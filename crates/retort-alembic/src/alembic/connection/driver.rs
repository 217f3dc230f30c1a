//! SQL in the words of the driver: `?`, `%s`, `%(name)s`, `:name` take their values here.

use crate::alembic::bridge;
use crate::python::{Arguments, Interpreter, Outcome, Unwind, Value};
use crate::sql::compile::literal_sql;
use crate::sql::expression::type_of;

use super::execute::{is_many, run_text};

/// `connection.exec_driver_sql(statement, parameters)`
pub(super) fn exec_driver_sql(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let [statement, parameters, _options] =
        arguments.clone().bind("exec_driver_sql", "statement parameters? execution_options?")?;
    let statement = statement.unwrap_or(Value::None);
    driver_sql(interp, &statement, parameters, arguments)
}

/// Runs a text of the driver.
pub(super) fn driver_sql(
    interp: &mut Interpreter<'_>,
    statement: &Value,
    parameters: Option<Value>,
    arguments: Arguments,
) -> Outcome<Value> {
    let span = arguments.span;
    if let Value::Unknown(unknown) = statement {
        return Ok(bridge::opaque_text(interp, unknown, span));
    }
    interp.refuse_foreign(statement)?;
    let Some(sql) = statement.as_str() else {
        return Err(bridge::raise(interp, "ObjectNotExecutableError", "Not an executable object"));
    };
    let sets: Vec<Value> = match parameters {
        None | Some(Value::None) => return run_text(interp, sql.to_string(), span),
        Some(Value::Unknown(unknown)) => {
            return super::execute::unknown_text(interp, &sql, &unknown, span);
        }
        Some(list) if is_many(&list) => interp.values(&list)?,
        Some(one) => vec![one],
    };
    let mut last = Value::None;
    for set in sets {
        if let Some(unknown) = bridge::find_unknown([&set]) {
            last = super::execute::unknown_text(interp, &sql, &unknown, span)?;
            continue;
        }
        let text = substituted(interp, &sql, &set)?;
        last = run_text(interp, text, span)?;
    }
    Ok(last)
}

/// The text with its values in it. Marks in quoted parts are left alone, as the drivers do for `?` and `:name`.
fn substituted(interp: &mut Interpreter<'_>, sql: &str, values: &Value) -> Outcome<String> {
    let is_sqlite = bridge::dialect(interp).is_sqlite();
    let mut positional = values.as_sequence().unwrap_or_default().into_iter();
    let mut text = String::with_capacity(sql.len());
    let mut rest = sql;
    let mut quote: Option<char> = None;
    while let Some(c) = rest.chars().next() {
        let width = c.len_utf8();
        match (c, quote) {
            ('\'' | '"', None) => quote = Some(c),
            (c, Some(open)) if c == open => quote = None,
            ('?', None) if is_sqlite => {
                let value = positional.next();
                text.push_str(&written(interp, value)?);
                rest = &rest[1..];
                continue;
            }
            (':', None) if is_sqlite => {
                let name: String =
                    rest[1..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                if !name.is_empty() && !text.ends_with(':') {
                    text.push_str(&named(interp, values, &name)?);
                    rest = &rest[1 + name.len()..];
                    continue;
                }
            }
            ('%', _) if !is_sqlite => {
                if let Some(after) = rest.strip_prefix("%%") {
                    text.push('%');
                    rest = after;
                    continue;
                }
                if let Some(after) = rest.strip_prefix("%s") {
                    let value = positional.next();
                    text.push_str(&written(interp, value)?);
                    rest = after;
                    continue;
                }
                if let Some((name, after)) = rest.strip_prefix("%(").and_then(|tail| tail.split_once(")s")) {
                    text.push_str(&named(interp, values, name)?);
                    rest = after;
                    continue;
                }
            }
            _ => {}
        }
        text.push(c);
        rest = &rest[width..];
    }
    Ok(text)
}

fn named(interp: &mut Interpreter<'_>, values: &Value, name: &str) -> Outcome<String> {
    let value = values.as_dict().and_then(|dict| dict.borrow().get_text(name).cloned());
    match value {
        Some(value) => written(interp, Some(value)),
        None => Err(Unwind::raise("KeyError", format!("'{name}'"))),
    }
}

fn written(interp: &mut Interpreter<'_>, value: Option<Value>) -> Outcome<String> {
    let Some(value) = value else {
        return Err(bridge::raise(interp, "ProgrammingError", "not enough parameters for the statement"));
    };
    let Some(literal) = bridge::literal_of(interp, &value)? else {
        let repr = interp.repr(&value)?;
        return Err(bridge::raise(interp, "ProgrammingError", &format!("{repr} is no value of SQL")));
    };
    let dialect = bridge::dialect(interp);
    if let crate::sql::Literal::Array(items) = &literal
        && !dialect.is_postgres()
    {
        let mut texts = Vec::new();
        for item in items {
            match literal_sql(item, &type_of(item), dialect) {
                Ok(text) => texts.push(text),
                Err(error) => return Err(bridge::raise_sql(interp, error)),
            }
        }
        return Ok(format!("({})", texts.join(", ")));
    }
    match literal_sql(&literal, &type_of(&literal), dialect) {
        Ok(text) => Ok(text),
        Err(error) => Err(bridge::raise_sql(interp, error)),
    }
}
