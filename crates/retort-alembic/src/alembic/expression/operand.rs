//! How values become operands.

use std::rc::Rc;

use super::super::bridge;
use super::NativeExpression;
use crate::python::{Interpreter, Outcome, Unknown, Unwind, Value};
use crate::sql::{DataType, Expr, Expression, Node, Operator};

/// What a value is as an operand.
#[derive(Clone, Debug)]
pub enum Operand {
    /// An expression.
    Expr(Expr),
    /// Only rows could say.
    Unknown(Rc<Unknown>),
    /// It is no operand.
    None,
}

/// The expression that a value is, not counting plain values.
pub fn resolved(interp: &mut Interpreter<'_>, value: &Value) -> Outcome<Option<Expr>> {
    if let Some(native) = value.as_native::<NativeExpression>() {
        return Ok(Some(Rc::clone(&native.expression)));
    }
    if let Some(statement) = bridge::statement_of(value) {
        return statement.scalar(interp).map(Some);
    }
    if let Some(column) = bridge::column_of(value) {
        return Ok(Some(column));
    }
    match value {
        Value::Native(_) | Value::Instance(_) => {
            let Some(method) = interp.find_attribute(value, "__clause_element__")? else { return Ok(None) };
            let span = interp.call_span();
            let element = interp.call(&method, crate::python::Arguments::none(span))?;
            if element.is(value) { Ok(None) } else { resolved(interp, &element) }
        }
        _ => Ok(None),
    }
}

/// A value as the other operand of an expression, or as an expression by itself.
pub fn operand(
    interp: &mut Interpreter<'_>,
    value: &Value,
    beside: Option<(&Expr, &Operator)>,
) -> Outcome<Operand> {
    if let Some(unknown) = bridge::find_unknown([value]) {
        return Ok(Operand::Unknown(unknown));
    }
    if let Some(expr) = resolved(interp, value)? {
        return Ok(Operand::Expr(expr));
    }
    let data_type = beside.map_or_else(DataType::null, |(expr, _)| (*expr.data_type).clone());
    Ok(match (bridge::literal_for(interp, value, &data_type)?, beside) {
        (Some(literal), Some((expr, operator))) => {
            Operand::Expr(Expression::operand(expr, operator, literal))
        }
        (Some(crate::sql::Literal::Null), None) => Operand::Expr(Expression::untyped(Node::Null)),
        (Some(literal), None) => Operand::Expr(Expression::literal(literal)),
        (None, _) => Operand::None,
    })
}

/// What is not known among arguments, or the expressions.
type Expressions = Result<Vec<Expr>, Rc<Unknown>>;

/// Values as expressions; the outer error is an exception, the inner one says that rows are needed.
pub fn expressions(interp: &mut Interpreter<'_>, values: &[Value]) -> Outcome<Expressions> {
    let mut found = Vec::with_capacity(values.len());
    for value in values {
        match operand(interp, value, None)? {
            Operand::Expr(expr) => found.push(expr),
            Operand::Unknown(unknown) => return Ok(Err(unknown)),
            Operand::None => return Err(no_expression(interp, value)),
        }
    }
    Ok(Ok(found))
}

/// A text as SQL (`order_by("x")`: the name of a column), all else as an expression.
pub fn text_or_column(interp: &mut Interpreter<'_>, value: &Value) -> Outcome<Operand> {
    match value {
        Value::Str(text) => Ok(Operand::Expr(Expression::column(&**text, DataType::null()))),
        other => operand(interp, other, None),
    }
}

/// The arguments of `and_(…)`, `case(…)`: one list among them counts as its elements.
pub fn item_list(values: Vec<Value>) -> Vec<Value> {
    match &values[..] {
        [one] => match one {
            Value::List(_) | Value::Tuple(_) => one.as_sequence().unwrap_or(values),
            _ => values,
        },
        _ => values,
    }
}

fn no_expression(interp: &mut Interpreter<'_>, value: &Value) -> Unwind {
    let repr = interp.repr(value).unwrap_or_else(|_| "a value".to_owned());
    bridge::raise(interp, "ArgumentError", &format!("SQL expression element expected, got {repr}."))
}
