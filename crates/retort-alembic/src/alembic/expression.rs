//! Expressions as Python handles them: operators, methods, and how values become operands.

mod method;
mod operand;

use std::rc::Rc;

use crate::python::{
    Arguments, Comparison, Interpreter, Key, Native, Operator as PythonOperator, Outcome, UnaryOperator,
    Unwind, Value,
};
use crate::sql::types::Affinity;
use crate::sql::{DataType, Expr, Expression, From, Literal, Node, Operator};

use super::bridge;

pub use method::{call_method, has_method};
pub use operand::{Operand, expressions, item_list, operand, resolved, text_or_column};

/// An expression, as Python holds it.
#[derive(Debug)]
pub struct NativeExpression {
    /// What it is.
    pub expression: Expr,
}

/// An expression as a value of Python.
pub fn value(expr: Expr) -> Value {
    Value::native(NativeExpression { expression: expr })
}

impl Native for NativeExpression {
    fn type_name(&self) -> &str {
        match &self.expression.node {
            Node::Column { .. } | Node::LiteralColumn(_) => "ColumnClause",
            Node::Value(_) | Node::Parameter { .. } => "BindParameter",
            Node::Text { .. } => "TextClause",
            Node::Null => "Null",
            Node::True => "True_",
            Node::False => "False_",
            Node::Function { name, .. } => name.last().map_or("Function", |name| name.as_str()),
            Node::Cast(_) => "Cast",
            Node::Coerce(_) => "TypeCoerce",
            Node::Extract { .. } => "Extract",
            Node::Case { .. } => "Case",
            Node::Unary { .. } | Node::Modifier { .. } => "UnaryExpression",
            Node::Binary { .. } => "BinaryExpression",
            Node::List { .. } => "BooleanClauseList",
            Node::Label { .. } => "Label",
            Node::Subquery(_) => "ScalarSelect",
            _ => "ColumnElement",
        }
    }

    fn attribute(self: Rc<Self>, interp: &mut Interpreter<'_>, name: &str) -> Outcome<Option<Value>> {
        attribute(interp, &self.expression, name)
    }

    fn has_method(&self, name: &str) -> bool {
        has_method(&self.expression, name)
    }

    fn call_method(
        self: Rc<Self>,
        interp: &mut Interpreter<'_>,
        name: &str,
        arguments: Arguments,
    ) -> Outcome<Value> {
        call_method(interp, &self.expression, name, arguments)
    }

    fn binary(
        self: Rc<Self>,
        interp: &mut Interpreter<'_>,
        operator: PythonOperator,
        other: &Value,
        reflected: bool,
    ) -> Outcome<Option<Value>> {
        binary(interp, &self.expression, operator, other, reflected)
    }

    fn compare(
        self: Rc<Self>,
        interp: &mut Interpreter<'_>,
        comparison: Comparison,
        other: &Value,
    ) -> Outcome<Option<Value>> {
        compare(interp, &self.expression, comparison, other)
    }

    fn unary(
        self: Rc<Self>,
        _interp: &mut Interpreter<'_>,
        operator: UnaryOperator,
    ) -> Outcome<Option<Value>> {
        Ok(unary(&self.expression, operator))
    }

    fn item(self: Rc<Self>, interp: &mut Interpreter<'_>, index: &Value) -> Outcome<Option<Value>> {
        item(interp, &self.expression, index)
    }

    fn truth(self: Rc<Self>, _interp: &mut Interpreter<'_>) -> Outcome<Value> {
        truth(&self.expression)
    }

    fn text(self: Rc<Self>, interp: &mut Interpreter<'_>, _repr: bool) -> Outcome<Value> {
        text(interp, &self.expression)
    }

    fn key(&self) -> Option<Key> {
        match &self.expression.node {
            Node::Column { from: Some(from), name } => bridge::column_key(from, name),
            _ => None,
        }
    }
}

/// An attribute of an expression.
pub fn attribute(interp: &mut Interpreter<'_>, expr: &Expr, name: &str) -> Outcome<Option<Value>> {
    Ok(match name {
        "key" | "name" | "anon_label" | "_label" => match &expr.node {
            Node::Function { name, .. } => name.last().map(|name| Value::str(name.as_str())),
            _ => Some(expr.name().map_or(Value::None, Value::str)),
        },
        "type" => Some(bridge::type_value(&expr.data_type)),
        "table" => match &expr.node {
            Node::Column { from, .. } => {
                Some(from.as_ref().map_or(Value::None, |from| super::select::from_value(from.clone())))
            }
            _ => None,
        },
        "text" => match &expr.node {
            Node::Text { sql, .. } => Some(Value::str(sql)),
            Node::LiteralColumn(sql) => Some(Value::str(sql)),
            _ => None,
        },
        "value" => match &expr.node {
            Node::Value(literal) | Node::Parameter { value: Some(literal), .. } => {
                super::bridge::literal_value(interp, literal)?
            }
            _ => None,
        },
        "element" => match &expr.node {
            Node::Label { value: inner, .. } | Node::Group(inner) => Some(value(Rc::clone(inner))),
            _ => None,
        },
        "left" | "right" => match &expr.node {
            Node::Binary { left, right, .. } => {
                Some(value(Rc::clone(if name == "left" { left } else { right })))
            }
            _ => None,
        },
        "clauses" => match &expr.node {
            Node::List { items, .. } | Node::Function { arguments: items, .. } => {
                Some(Value::list(items.iter().cloned().map(value).collect()))
            }
            _ => None,
        },
        "astext" if is_item(expr) => Some(value(method::as_text(expr))),
        "comparator" | "expression" => Some(value(Rc::clone(expr))),
        _ => None,
    })
}

fn is_item(expr: &Expr) -> bool {
    matches!(&expr.node, Node::Binary { operator: Operator::JsonItem | Operator::JsonPath, .. })
}

/// `expr operator other`, or the other way round.
pub fn binary(
    interp: &mut Interpreter<'_>,
    expr: &Expr,
    operator: PythonOperator,
    other: &Value,
    reflected: bool,
) -> Outcome<Option<Value>> {
    use PythonOperator as P;
    let sql = match operator {
        P::Add => Operator::Add,
        P::Sub => Operator::Subtract,
        P::Mult => Operator::Multiply,
        P::Div => Operator::Divide,
        P::FloorDiv => Operator::FloorDivide,
        P::Mod => Operator::Modulo,
        P::BitAnd => Operator::And,
        P::BitOr => Operator::Or,
        P::LShift => Operator::ShiftLeft,
        P::RShift => Operator::ShiftRight,
        P::MatMult | P::Pow | P::BitXor => return Ok(None),
    };
    let other = match operand(interp, other, Some((expr, &sql)))? {
        Operand::Expr(other) => other,
        Operand::Unknown(unknown) => return Ok(Some(Value::Unknown(unknown))),
        Operand::None => return Ok(None),
    };
    let (left, right) = if reflected { (&other, expr) } else { (expr, &other) };
    Ok(Some(value(match sql {
        Operator::And | Operator::Or => Expression::all_of(sql, vec![Rc::clone(left), Rc::clone(right)]),
        _ => Expression::binary(left, sql, right),
    })))
}

/// `expr comparison other`
pub fn compare(
    interp: &mut Interpreter<'_>,
    expr: &Expr,
    comparison: Comparison,
    other: &Value,
) -> Outcome<Option<Value>> {
    let operator = match comparison {
        Comparison::Eq => Operator::Equal,
        Comparison::NotEq => Operator::NotEqual,
        Comparison::Lt => Operator::Less,
        Comparison::LtE => Operator::LessEqual,
        Comparison::Gt => Operator::Greater,
        Comparison::GtE => Operator::GreaterEqual,
        Comparison::Is | Comparison::IsNot | Comparison::In | Comparison::NotIn => return Ok(None),
    };
    match operand(interp, other, Some((expr, &operator)))? {
        Operand::Expr(other) => Ok(Some(value(Expression::binary(expr, operator, &other)))),
        Operand::Unknown(unknown) => Ok(Some(Value::Unknown(unknown))),
        Operand::None => Ok(None),
    }
}

/// `-expr`, `~expr`
pub fn unary(expr: &Expr, operator: UnaryOperator) -> Option<Value> {
    match operator {
        UnaryOperator::Invert => Some(value(expr.negate())),
        UnaryOperator::Minus => Some(value(Expression::unary(Operator::Negate, expr))),
        UnaryOperator::Not | UnaryOperator::Plus => None,
    }
}

/// `expr[index]`
pub fn item(interp: &mut Interpreter<'_>, expr: &Expr, index: &Value) -> Outcome<Option<Value>> {
    let can = matches!(expr.data_type.affinity(), Affinity::Json | Affinity::Array | Affinity::Hstore)
        || expr.data_type.class.name == "HSTORE";
    if !can {
        return Err(Unwind::raise(
            "NotImplementedError",
            "Operator 'getitem' is not supported on this expression",
        ));
    }
    if let Value::Unknown(_) = index {
        return Ok(Some(index.clone()));
    }
    let key = bridge::literal_of(interp, index)?;
    let Some(key) = key else {
        return Err(Unwind::unsupported("an expression as the key of a document"));
    };
    Ok(Some(value(Expression::item(expr, key))))
}

/// `bool(expr)`: `==` and `!=` compare their sides by identity, all else has no truth.
pub fn truth(expr: &Expr) -> Outcome<Value> {
    let refuse = || Err(Unwind::type_error("Boolean value of this clause is not defined"));
    match &expr.node {
        Node::Binary { operator: operator @ (Operator::Equal | Operator::NotEqual), left, right, .. } => {
            Ok(Value::Bool(is_same(left, right) == (*operator == Operator::Equal)))
        }
        Node::True => Ok(Value::Bool(true)),
        Node::False => Ok(Value::Bool(false)),
        Node::Binary { operator: Operator::Is | Operator::IsNot, .. } => refuse(),
        Node::Binary { .. } | Node::List { .. } | Node::Column { .. } | Node::Unary { .. } => refuse(),
        _ => refuse(),
    }
}

fn is_same(left: &Expr, right: &Expr) -> bool {
    if Rc::ptr_eq(left, right) {
        return true;
    }
    match (&left.node, &right.node) {
        (Node::Column { from: Some(a), name: x }, Node::Column { from: Some(b), name: y }) => {
            a == b && x == y
        }
        _ => false,
    }
}

/// `str(expr)`; where the dialect cannot write it, what it is.
pub fn text(interp: &mut Interpreter<'_>, expr: &Expr) -> Outcome<Value> {
    if let Node::Text { sql, .. } = &expr.node {
        return Ok(Value::str(sql));
    }
    if let Node::Column { from, name } = &expr.node {
        let table = match from {
            Some(From::Table(source)) => format!("{}.", source.name),
            _ => String::new(),
        };
        return Ok(Value::str(format!("{table}{name}")));
    }
    let dialect = bridge::dialect(interp);
    match crate::sql::compile::expression_sql(expr, dialect) {
        Ok(text) => Ok(Value::str(text)),
        Err(error) => Err(bridge::raise_sql(interp, error)),
    }
}

/// A value with the type of Python's class.
pub fn literal(value: Literal) -> Expr {
    Expression::literal(value)
}

/// A value in the type of a column.
pub fn typed(literal: Literal, data_type: &Rc<DataType>) -> Expr {
    Rc::new(Expression { node: Node::Value(literal), data_type: Rc::clone(data_type) })
}
