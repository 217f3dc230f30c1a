//! Texts with columns, functions that are read from, and subqueries that are changed afterwards.

use std::rc::Rc;

use super::from::from_value;
use super::{Body, NativeStatement};
use crate::alembic::{bridge, expression};
use crate::python::{Arguments, Interpreter, Outcome, Unknown, Unwind, Value};
use crate::sql::{DataType, Expr, Expression, From, Identifier, Node, Operator, Query};

/// `text("…").columns(column, name=type)`
pub fn text_columns(interp: &mut Interpreter<'_>, text: &Expr, arguments: Arguments) -> Outcome<Value> {
    let mut statement = NativeStatement::new(Body::Text(Rc::clone(text)));
    for value in &arguments.positional {
        if let Some(column) = expression::resolved(interp, value)?
            && let Some(name) = column.name()
        {
            statement.columns.push((name.to_owned(), Rc::clone(&column.data_type)));
        }
    }
    for (name, value) in &arguments.keyword {
        let data_type = bridge::data_type_of(interp, value)?;
        let data_type = data_type.unwrap_or_else(|| Rc::new(DataType::null()));
        statement.columns.push((name.to_string(), data_type));
    }
    Ok(statement.value())
}

/// A text whose parameters only rows could give.
pub fn unknown_text(text: &Expr, unknown: Rc<Unknown>) -> Value {
    NativeStatement::new(Body::Text(Rc::clone(text))).with_unknown(unknown).value()
}

/// Methods of functions that make something to read from, or a query.
pub fn function_method(
    interp: &mut Interpreter<'_>,
    function: &Expr,
    name: &str,
    arguments: Arguments,
) -> Outcome<Value> {
    match name {
        "select" => {
            super::select(interp, Arguments::of(vec![expression::value(Rc::clone(function))], arguments.span))
        }
        "alias" => {
            let name = arguments.positional.first().or_else(|| arguments.get("name"));
            let name = name.and_then(|name| name.as_str()).map(|name| Identifier::new(&*name));
            Ok(from_value(From::Function(Rc::clone(function)).alias(name)))
        }
        _ => Err(Unwind::unsupported(format!("`{name}()` of a function"))),
    }
}

/// `exists().where(…)`, `scalar_subquery().where(…)`: the query inside is changed.
pub fn subquery_method(
    interp: &mut Interpreter<'_>,
    expr: &Expr,
    name: &str,
    arguments: Arguments,
) -> Outcome<Value> {
    let (operator, inner) = match &expr.node {
        Node::Unary { operator: operator @ Operator::Exists, operand } => (Some(operator), operand),
        _ => (None, expr),
    };
    let Node::Subquery(query) = &inner.node else {
        return Err(Unwind::unsupported(format!("`{name}()` of this expression")));
    };
    let body = match &**query {
        Query::Select(select) => Body::Select(select.clone()),
        Query::Combination(combination) => Body::Combination(combination.clone()),
        Query::Text(text) => Body::Text(Rc::clone(text)),
    };
    let method = interp.attribute(&NativeStatement::new(body).value(), name)?;
    let changed = interp.call(&method, arguments)?;
    let Some(statement) = changed.as_native::<NativeStatement>() else { return Ok(changed) };
    if let Some(unknown) = &statement.unknown {
        return Ok(Value::Unknown(Rc::clone(unknown)));
    }
    let scalar = statement.scalar(interp)?;
    Ok(expression::value(match operator {
        Some(operator) => Expression::unary(operator.clone(), &scalar),
        None => scalar,
    }))
}
