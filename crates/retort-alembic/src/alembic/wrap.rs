//! SQLAlchemy's schema objects as Python holds them, and the way from Python's values to data.

mod class;
mod name;
mod object;

use std::rc::Rc;

use super::expression::NativeExpression;
use super::{errors, literals};
use crate::python::{Arguments, Interpreter, Name, Operator, Outcome, Unknown, Unwind, Value};
use crate::sql::expression::{Expr, Expression, Node};
use crate::sql::identifier::{ConstraintName, Identifier};
use crate::sql::table::{OptionValue, Options};
use crate::sql::{DataType, Literal};

pub(crate) use class::NativeClass;
pub(crate) use name::NativeName;
pub(crate) use object::{
    Item, KeyOf, NativeColumn, NativeConstraint, NativeIndex, NativeItem, NativeMetaData, NativeTable,
};

/// The first unknown value among arguments, also inside of lists and dicts.
pub(crate) fn first_unknown(arguments: &Arguments) -> Option<Rc<Unknown>> {
    arguments.values().find_map(|value| find_unknown(value, 4))
}

/// The first unknown value in a value.
pub(crate) fn find_unknown(value: &Value, depth: u8) -> Option<Rc<Unknown>> {
    if depth == 0 {
        return None;
    }
    match value {
        Value::Unknown(unknown) => Some(Rc::clone(unknown)),
        Value::List(list) => list.borrow().iter().find_map(|value| find_unknown(value, depth - 1)),
        Value::Tuple(values) => values.iter().find_map(|value| find_unknown(value, depth - 1)),
        Value::Dict(dict) => dict
            .borrow()
            .pairs()
            .find_map(|(key, value)| find_unknown(value, depth - 1).or_else(|| find_unknown(key, depth - 1))),
        _ => None,
    }
}

/// A text: `str`, `quoted_name`, a member of a text enumeration.
pub(crate) fn text(value: &Value) -> Option<String> {
    match value.as_str() {
        Some(text) => Some(text.to_string()),
        None => value.as_native::<NativeName>().map(|name| name.text.clone()),
    }
}

/// What an operator gives for an object that stands for another value, on either side.
fn binary_of(
    interp: &mut Interpreter<'_>,
    operator: Operator,
    own: &Value,
    other: &Value,
    reflected: bool,
) -> Outcome<Option<Value>> {
    match reflected {
        true => interp.binary(operator, other, own).map(Some),
        false => interp.binary(operator, own, other).map(Some),
    }
}

/// A text that must be one.
pub(crate) fn known_text(interp: &mut Interpreter<'_>, value: &Value, what: &str) -> Outcome<String> {
    interp.refuse_foreign(value)?;
    match text(value) {
        Some(text) => Ok(text),
        None => {
            let name = interp.type_name(value);
            Err(Unwind::type_error(format!("{what} must be a str, not {name}")))
        }
    }
}

/// A name, with the author's word on quoting; None for None.
pub(crate) fn identifier(value: &Value) -> Option<Identifier> {
    if let Some(name) = value.as_native::<NativeName>() {
        return Some(Identifier::quoted(&name.text, name.quote));
    }
    value.as_str().map(|text| Identifier::new(&*text))
}

/// The name of a constraint or index.
pub(crate) fn constraint_name(value: &Value) -> ConstraintName {
    if let Some(name) = value.as_native::<NativeName>() {
        return match name.is_final {
            true => ConstraintName::fixed(name.text.clone()),
            false => ConstraintName::Quoted(Identifier::quoted(&name.text, name.quote)),
        };
    }
    ConstraintName::plain(value.as_str().as_deref())
}

/// The name of a constraint as Python sees it.
pub(crate) fn constraint_name_value(name: &ConstraintName) -> Value {
    name.text().map_or(Value::None, Value::str)
}

/// An expression, if a value is one: also what gives one by `__clause_element__()`.
pub(crate) fn expression(interp: &mut Interpreter<'_>, value: &Value) -> Outcome<Option<Expr>> {
    if let Some(native) = value.as_native::<NativeExpression>() {
        return Ok(Some(Rc::clone(&native.expression)));
    }
    if let Some(column) = value.as_native::<NativeColumn>() {
        return Ok(Some(column.expression()));
    }
    let (Value::Native(_) | Value::Instance(_)) = value else { return Ok(None) };
    match interp.find_attribute(value, "__clause_element__")? {
        Some(method) => {
            let span = interp.call_span();
            let element = interp.call(&method, Arguments::none(span))?;
            match element.is(value) {
                true => Ok(None),
                false => expression(interp, &element),
            }
        }
        None => Ok(None),
    }
}

/// An expression of any value: what is none becomes a literal.
pub(crate) fn expression_of(interp: &mut Interpreter<'_>, value: &Value) -> Outcome<Expr> {
    match expression(interp, value)? {
        Some(expression) => Ok(expression),
        None if value.is_none() => Ok(Expression::untyped(Node::Null)),
        None => Ok(Expression::literal(literals::literal(interp, value)?)),
    }
}

/// An expression where a text means SQL: conditions, elements of indexes.
pub(crate) fn sql_expression(interp: &mut Interpreter<'_>, value: &Value) -> Outcome<Expr> {
    match text(value) {
        Some(text) => Ok(Expression::text(text)),
        None => expression_of(interp, value),
    }
}

/// The elements of a list or tuple; a single value counts as a list of one.
pub(crate) fn several(interp: &mut Interpreter<'_>, value: &Value) -> Outcome<Vec<Value>> {
    match value {
        Value::None => Ok(Vec::new()),
        Value::Str(_) | Value::Native(_) | Value::Instance(_) => Ok(vec![value.clone()]),
        _ => interp.values(value),
    }
}

/// The truth of an argument; absent or None is `otherwise`.
pub(crate) fn flag(interp: &mut Interpreter<'_>, value: Option<Value>, otherwise: bool) -> Outcome<bool> {
    match value {
        None | Some(Value::None) => Ok(otherwise),
        Some(value) => interp.known_truth(&value),
    }
}

/// The truth of an argument; None stays None.
pub(crate) fn optional_flag(interp: &mut Interpreter<'_>, value: Option<Value>) -> Outcome<Option<bool>> {
    match value {
        None | Some(Value::None) => Ok(None),
        Some(value) => interp.known_truth(&value).map(Some),
    }
}

/// A text argument; None stays None.
pub(crate) fn optional_text(value: Option<&Value>) -> Option<String> {
    value.and_then(text)
}

/// Whether a keyword is an option of a dialect.
fn is_option(name: &str) -> bool {
    ["postgresql_", "mysql_", "mariadb_", "sqlite_", "mssql_", "oracle_"].iter().any(|p| name.starts_with(p))
}

/// Takes the options of dialects out of keyword arguments.
pub(crate) fn take_options(
    interp: &mut Interpreter<'_>,
    keyword: &mut Vec<(Name, Value)>,
) -> Outcome<Options> {
    let mut options = Vec::new();
    let mut rest = Vec::new();
    for (name, value) in std::mem::take(keyword) {
        match is_option(&name) {
            true => options.push((name.to_string(), option_value(interp, &value)?)),
            false => rest.push((name, value)),
        }
    }
    *keyword = rest;
    Ok(Options(options))
}

fn option_value(interp: &mut Interpreter<'_>, value: &Value) -> Outcome<OptionValue> {
    if let Some(expression) = expression(interp, value)? {
        return Ok(OptionValue::Expression(expression));
    }
    match value.plain() {
        Value::Dict(dict) => {
            let pairs: Vec<(Value, Value)> =
                dict.borrow().pairs().map(|(key, value)| (key.clone(), value.clone())).collect();
            let mut map = Vec::new();
            for (key, value) in pairs {
                map.push((key_text(&key), literals::literal(interp, &value)?));
            }
            Ok(OptionValue::Map(map))
        }
        Value::List(_) | Value::Tuple(_) => {
            let values = interp.values(value)?;
            Ok(OptionValue::Names(values.iter().map(key_text).collect()))
        }
        _ => Ok(OptionValue::Literal(literals::literal(interp, value)?)),
    }
}

/// The key that a text or column stands for.
pub(crate) fn key_text(value: &Value) -> String {
    match value.as_native::<NativeColumn>() {
        Some(column) => column.column.borrow().key.clone(),
        None => text(value).unwrap_or_default(),
    }
}

/// A value that SQLAlchemy would bind for a type.
pub(crate) fn literal_for(
    interp: &mut Interpreter<'_>,
    value: &Value,
    data_type: &DataType,
) -> Outcome<Literal> {
    literals::literal_for(interp, value, data_type)
}

/// The outcome of the compilers as Python sees it.
pub(crate) fn checked<T>(interp: &mut Interpreter<'_>, result: crate::sql::Result<T>) -> Outcome<T> {
    result.map_err(|error| errors::of_sql(interp, &error))
}
