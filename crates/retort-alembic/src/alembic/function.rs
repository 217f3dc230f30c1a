//! The functions of `sqlalchemy` that make expressions and statements, and `func`.

mod func;

use std::rc::Rc;

use super::expression::{self, Operand, expressions, item_list, operand};
use super::{bridge, dml, select};
use crate::python::{Arguments, Interpreter, Name, Outcome, Unwind, Value};
use crate::sql::{DataType, Expr, Expression, Literal, Node, Operator};

pub use func::NativeFunc;

type Function = fn(&mut Interpreter<'_>, Arguments) -> Outcome<Value>;

/// The functions by name.
const FUNCTIONS: [(&str, Function); 44] = [
    ("select", select::select),
    ("insert", dml::insert),
    ("update", dml::update),
    ("delete", dml::delete),
    ("table", select::table_clause),
    ("exists", select::exists),
    ("union", |interp, arguments| select::combination(interp, "union", arguments)),
    ("union_all", |interp, arguments| select::combination(interp, "union_all", arguments)),
    ("except_", |interp, arguments| select::combination(interp, "except_", arguments)),
    ("except_all", |interp, arguments| select::combination(interp, "except_all", arguments)),
    ("intersect", |interp, arguments| select::combination(interp, "intersect", arguments)),
    ("intersect_all", |interp, arguments| select::combination(interp, "intersect_all", arguments)),
    ("column", column),
    ("literal", literal),
    ("literal_column", literal_column),
    ("bindparam", bindparam),
    ("text", text),
    ("and_", |interp, arguments| all_of(interp, Operator::And, arguments)),
    ("or_", |interp, arguments| all_of(interp, Operator::Or, arguments)),
    ("not_", not),
    ("case", case),
    ("cast", cast),
    ("try_cast", cast),
    ("type_coerce", type_coerce),
    ("extract", extract),
    ("distinct", |interp, arguments| unary(interp, Operator::Distinct, arguments)),
    ("any_", |interp, arguments| unary(interp, Operator::Any, arguments)),
    ("all_", |interp, arguments| unary(interp, Operator::All, arguments)),
    ("bitwise_not", |interp, arguments| unary(interp, Operator::BitNot, arguments)),
    ("desc", |interp, arguments| modifier(interp, Operator::Desc, arguments)),
    ("asc", |interp, arguments| modifier(interp, Operator::Asc, arguments)),
    ("nulls_first", |interp, arguments| modifier(interp, Operator::NullsFirst, arguments)),
    ("nullsfirst", |interp, arguments| modifier(interp, Operator::NullsFirst, arguments)),
    ("nulls_last", |interp, arguments| modifier(interp, Operator::NullsLast, arguments)),
    ("nullslast", |interp, arguments| modifier(interp, Operator::NullsLast, arguments)),
    ("null", |_, _| Ok(expression::value(Expression::untyped(Node::Null)))),
    ("true", |_, _| Ok(constant(Node::True))),
    ("false", |_, _| Ok(constant(Node::False))),
    ("tuple_", tuple),
    ("collate", |interp, arguments| method(interp, "collate", arguments)),
    ("between", |interp, arguments| method(interp, "between", arguments)),
    ("over", |interp, arguments| method(interp, "over", arguments)),
    ("join", |interp, arguments| join(interp, false, arguments)),
    ("outerjoin", |interp, arguments| join(interp, true, arguments)),
];

/// What `sqlalchemy` exports of this: the functions and `func`.
pub fn names() -> Vec<(&'static str, Value)> {
    let mut names: Vec<(&'static str, Value)> =
        FUNCTIONS.iter().map(|(name, function)| (*name, Value::function(name, *function))).collect();
    names.push(("func", NativeFunc::value()));
    names
}

/// The `insert` of `sqlalchemy.dialects.*`: the same, whose methods know its conflicts.
pub fn dialect_insert() -> Value {
    Value::function("insert", dml::insert)
}

/// What `sqlalchemy.dialects.postgresql` exports of this.
pub fn postgresql_names() -> Vec<(&'static str, Value)> {
    vec![
        ("insert", dialect_insert()),
        ("array", Value::function("array", array)),
        ("aggregate_order_by", Value::function("aggregate_order_by", aggregate_order_by)),
    ]
}

fn constant(node: Node) -> Value {
    expression::value(Expression::new(node, DataType::generic("Boolean")))
}

/// The type given by an argument; `NullType` where there is none.
fn type_of_argument(interp: &mut Interpreter<'_>, value: Option<&Value>) -> Outcome<Option<Rc<DataType>>> {
    match value.filter(|value| !value.is_none()) {
        Some(value) => bridge::data_type_of(interp, value),
        None => Ok(None),
    }
}

fn column(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let [name, data_type, is_literal, _selectable] =
        arguments.bind("column", "text type_? is_literal? _selectable?")?;
    let name = name.unwrap_or(Value::None);
    if let Value::Unknown(_) = name {
        return Ok(name);
    }
    let Some(name) = bridge::identifier(&name) else {
        return Err(Unwind::type_error("column() takes a name"));
    };
    let data_type = type_of_argument(interp, data_type.as_ref())?;
    let data_type = data_type.unwrap_or_else(|| Rc::new(DataType::null()));
    let node = match is_literal.and_then(|flag| flag.as_bool()) {
        Some(true) => Node::LiteralColumn(name.as_str().to_owned()),
        _ => Node::Column { from: None, name },
    };
    Ok(expression::value(Rc::new(Expression { node, data_type })))
}

fn literal(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let [value, data_type, _execute] = arguments.bind("literal", "value type_? literal_execute?")?;
    let value = value.unwrap_or(Value::None);
    if let Some(unknown) = bridge::find_unknown([&value]) {
        return Ok(Value::Unknown(unknown));
    }
    let data_type = type_of_argument(interp, data_type.as_ref())?;
    let null = Rc::new(DataType::null());
    let literal = bridge::literal_for(interp, &value, data_type.as_ref().unwrap_or(&null))?;
    let Some(literal) = literal else {
        return Err(bridge::raise(interp, "ArgumentError", "literal() takes a value"));
    };
    Ok(expression::value(match data_type {
        Some(data_type) => expression::typed(literal, &data_type),
        None => Expression::literal(literal),
    }))
}

fn literal_column(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let [sql, data_type] = arguments.bind("literal_column", "text type_?")?;
    let sql = sql.unwrap_or(Value::None);
    if let Value::Unknown(_) = sql {
        return Ok(sql);
    }
    let Some(sql) = sql.as_str() else { return Err(Unwind::type_error("literal_column() takes a text")) };
    let data_type = type_of_argument(interp, data_type.as_ref())?;
    let data_type = data_type.unwrap_or_else(|| Rc::new(DataType::null()));
    let node = Node::LiteralColumn(sql.to_string());
    Ok(expression::value(Rc::new(Expression { node, data_type })))
}

fn bindparam(interp: &mut Interpreter<'_>, mut arguments: Arguments) -> Outcome<Value> {
    for ignored in ["unique", "required", "quote", "callable_", "isoutparam", "literal_execute"] {
        arguments.take(ignored);
    }
    let [key, value, data_type, expanding] = arguments.bind("bindparam", "key value? type_? * expanding?")?;
    if let Some(unknown) = bridge::find_unknown(value.iter().chain(&key)) {
        return Ok(Value::Unknown(unknown));
    }
    let name = key.and_then(|key| key.as_str()).map(|key| key.to_string()).unwrap_or_default();
    let data_type = type_of_argument(interp, data_type.as_ref())?;
    let data_type = data_type.unwrap_or_else(|| Rc::new(DataType::null()));
    let value = match &value {
        Some(value) => bridge::literal_for(interp, value, &data_type)?,
        None => None,
    };
    let expanding = expanding.and_then(|flag| flag.as_bool()) == Some(true);
    let node = Node::Parameter { name, value, expanding };
    Ok(expression::value(Rc::new(Expression { node, data_type })))
}

fn text(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let [sql] = arguments.bind("text", "text")?;
    let sql = sql.unwrap_or(Value::None);
    if let Value::Unknown(_) = sql {
        return Ok(sql);
    }
    interp.refuse_foreign(&sql)?;
    match sql.as_str() {
        Some(sql) => Ok(expression::value(Expression::text(sql.to_string()))),
        None => {
            let name = interp.type_name(&sql);
            Err(Unwind::type_error(format!("text() takes a str, not {name}")))
        }
    }
}

fn all_of(interp: &mut Interpreter<'_>, operator: Operator, arguments: Arguments) -> Outcome<Value> {
    let mut items = Vec::new();
    for item in arguments.positional {
        match &item {
            Value::Iterator(_) | Value::List(_) => match interp.collect(&item)? {
                crate::python::Elements::Known(more) => items.extend(more),
                crate::python::Elements::Unknown(unknown) => return Ok(Value::Unknown(unknown)),
            },
            _ => items.push(item),
        }
    }
    let items: Vec<Value> = items
        .into_iter()
        .map(|item| match item {
            Value::Bool(true) => constant(Node::True),
            Value::Bool(false) => constant(Node::False),
            other => other,
        })
        .collect();
    Ok(match expressions(interp, &items)? {
        Ok(items) => expression::value(Expression::all_of(operator, items)),
        Err(unknown) => Value::Unknown(unknown),
    })
}

fn one(interp: &mut Interpreter<'_>, arguments: &Arguments) -> Outcome<Operand> {
    let value = arguments.positional.first().cloned();
    let value = value.or_else(|| arguments.keyword.first().map(|(_, value)| value.clone()));
    let value = value.unwrap_or(Value::None);
    match &value {
        Value::Str(name) => Ok(Operand::Expr(Expression::column(&**name, DataType::null()))),
        _ => operand(interp, &value, None),
    }
}

fn with_one(
    interp: &mut Interpreter<'_>,
    arguments: &Arguments,
    make: impl FnOnce(Expr) -> Expr,
) -> Outcome<Value> {
    match one(interp, arguments)? {
        Operand::Expr(expr) => Ok(expression::value(make(expr))),
        Operand::Unknown(unknown) => Ok(Value::Unknown(unknown)),
        Operand::None => Err(Unwind::type_error("SQL expression expected")),
    }
}

fn not(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    with_one(interp, &arguments, |expr| expr.negate())
}

fn unary(interp: &mut Interpreter<'_>, operator: Operator, arguments: Arguments) -> Outcome<Value> {
    with_one(interp, &arguments, |expr| Expression::unary(operator, &expr))
}

fn modifier(interp: &mut Interpreter<'_>, operator: Operator, arguments: Arguments) -> Outcome<Value> {
    with_one(interp, &arguments, |expr| Expression::modified(&expr, operator))
}

/// `function(expr, …)` as `expr.function(…)`.
fn method(interp: &mut Interpreter<'_>, name: &str, mut arguments: Arguments) -> Outcome<Value> {
    if arguments.positional.is_empty() {
        return Err(Unwind::type_error(format!("{name}() takes an expression")));
    }
    let first = arguments.positional.remove(0);
    match operand(interp, &first, None)? {
        Operand::Expr(expr) => expression::call_method(interp, &expr, name, arguments),
        Operand::Unknown(unknown) => Ok(Value::Unknown(unknown)),
        Operand::None => Err(Unwind::type_error("SQL expression expected")),
    }
}

fn join(interp: &mut Interpreter<'_>, outer: bool, mut arguments: Arguments) -> Outcome<Value> {
    if arguments.positional.is_empty() {
        return Err(Unwind::type_error("join() takes two tables"));
    }
    let left = arguments.positional.remove(0);
    if let Value::Unknown(_) = left {
        return Ok(left);
    }
    let from = match bridge::entity_of(interp, &left)? {
        Some((from, _)) => Some(from),
        None => bridge::from_of(interp, &left),
    };
    match from {
        Some(left) => select::join_of(interp, &left, outer, arguments),
        None => Err(bridge::raise(interp, "ArgumentError", "FROM expression expected")),
    }
}

/// `case((condition, value), …, else_=)`, `case({…}, value=)`, and the list of older versions.
fn case(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    if let Some(unknown) = bridge::find_unknown(arguments.values()) {
        return Ok(Value::Unknown(unknown));
    }
    let subject = match arguments.get("value").cloned().filter(|value| !value.is_none()) {
        Some(value) => match operand(interp, &value, None)? {
            Operand::Expr(subject) => Some(subject),
            _ => return Err(Unwind::type_error("case() takes an expression as value")),
        },
        None => None,
    };
    let given = match arguments.get("whens") {
        Some(whens) => vec![whens.clone()],
        None => arguments.positional.clone(),
    };
    let mut pairs: Vec<(Value, Value)> = Vec::new();
    let flat = match &given[..] {
        [Value::List(list)] => list.borrow().clone(),
        _ => given,
    };
    for when in flat {
        if let Some(dict) = when.as_dict() {
            pairs.extend(dict.borrow().pairs().map(|(key, value)| (key.clone(), value.clone())));
            continue;
        }
        match when.as_sequence().as_deref() {
            Some([condition, value]) => pairs.push((condition.clone(), value.clone())),
            _ => return Err(bridge::raise(interp, "ArgumentError", "case() takes tuples of two")),
        }
    }
    let mut whens = Vec::new();
    for (condition, value) in pairs {
        let beside = subject.as_ref().map(|subject| (subject, &Operator::Equal));
        let condition = known(operand(interp, &condition, beside)?)?;
        let value = known(operand(interp, &value, None)?)?;
        whens.push((condition, value));
    }
    let otherwise = match arguments.get("else_").cloned() {
        Some(value) if !value.is_none() => Some(known(operand(interp, &value, None)?)?),
        _ => None,
    };
    let results = whens.iter().map(|(_, value)| value).chain(&otherwise);
    let data_type = results.map(|value| &value.data_type).rev().find(|own| !own.is_null()).cloned();
    let data_type = data_type.unwrap_or_else(|| Rc::new(DataType::null()));
    let node = Node::Case { subject, whens, otherwise };
    Ok(expression::value(Rc::new(Expression { node, data_type })))
}

fn known(operand: Operand) -> Outcome<Expr> {
    match operand {
        Operand::Expr(expr) => Ok(expr),
        Operand::Unknown(unknown) => Err(Unwind::unsupported(unknown.reason.clone())),
        Operand::None => Err(Unwind::type_error("SQL expression element expected")),
    }
}

fn cast(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let [value, data_type] = arguments.bind("cast", "expression type_")?;
    let (value, data_type) = (value.unwrap_or(Value::None), data_type.unwrap_or(Value::None));
    match typed_operand(interp, &value, &data_type)? {
        Operand::Expr(expr) => cast_to(interp, &expr, &data_type),
        Operand::Unknown(unknown) => Ok(Value::Unknown(unknown)),
        Operand::None => Err(Unwind::type_error("SQL expression element expected")),
    }
}

/// An operand that takes the type that is given with it.
fn typed_operand(interp: &mut Interpreter<'_>, value: &Value, data_type: &Value) -> Outcome<Operand> {
    if let Some(unknown) = bridge::find_unknown([value, data_type]) {
        return Ok(Operand::Unknown(unknown));
    }
    if let Some(expr) = expression::resolved(interp, value)? {
        return Ok(Operand::Expr(expr));
    }
    let Some(data_type) = bridge::data_type_of(interp, data_type)? else {
        return operand(interp, value, None);
    };
    Ok(match bridge::literal_for(interp, value, &data_type)? {
        Some(literal) => Operand::Expr(expression::typed(literal, &data_type)),
        None => Operand::None,
    })
}

/// `CAST(expr AS type)`
pub fn cast_to(interp: &mut Interpreter<'_>, expr: &Expr, data_type: &Value) -> Outcome<Value> {
    let Some(data_type) = bridge::data_type_of(interp, data_type)? else {
        return Err(bridge::raise(interp, "ArgumentError", "a type is expected"));
    };
    Ok(expression::value(Rc::new(Expression { node: Node::Cast(Rc::clone(expr)), data_type })))
}

fn type_coerce(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let [value, data_type] = arguments.bind("type_coerce", "expression type_")?;
    let (value, data_type) = (value.unwrap_or(Value::None), data_type.unwrap_or(Value::None));
    match typed_operand(interp, &value, &data_type)? {
        Operand::Expr(expr) => match bridge::data_type_of(interp, &data_type)? {
            Some(data_type) => {
                Ok(expression::value(Rc::new(Expression { node: Node::Coerce(expr), data_type })))
            }
            None => Err(bridge::raise(interp, "ArgumentError", "a type is expected")),
        },
        Operand::Unknown(unknown) => Ok(Value::Unknown(unknown)),
        Operand::None => Err(Unwind::type_error("SQL expression element expected")),
    }
}

fn extract(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let [field, value] = arguments.bind("extract", "field expr")?;
    let field: Option<Name> = field.and_then(|field| field.as_str());
    let Some(field) = field else { return Err(Unwind::type_error("extract() takes a field")) };
    match operand(interp, &value.unwrap_or(Value::None), None)? {
        Operand::Expr(value) => {
            let node = Node::Extract { field: field.to_string(), value };
            Ok(expression::value(Expression::new(node, DataType::generic("Integer"))))
        }
        Operand::Unknown(unknown) => Ok(Value::Unknown(unknown)),
        Operand::None => Err(Unwind::type_error("SQL expression element expected")),
    }
}

fn tuple(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let items = item_list(arguments.positional);
    Ok(match expressions(interp, &items)? {
        Ok(items) => expression::value(Expression::untyped(Node::Tuple(items))),
        Err(unknown) => Value::Unknown(unknown),
    })
}

/// `postgresql.array([…], type_=)`
fn array(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let [items, data_type] = arguments.bind("array", "clauses * type_?")?;
    let items = match interp.collect(&items.unwrap_or(Value::None))? {
        crate::python::Elements::Known(items) => items,
        crate::python::Elements::Unknown(unknown) => return Ok(Value::Unknown(unknown)),
    };
    let items = match expressions(interp, &items)? {
        Ok(items) => items,
        Err(unknown) => return Ok(Value::Unknown(unknown)),
    };
    let inner = type_of_argument(interp, data_type.as_ref())?;
    let inner = inner.or_else(|| items.first().map(|item| Rc::clone(&item.data_type)));
    let data_type = DataType { inner, ..DataType::generic("ARRAY") };
    Ok(expression::value(Expression::new(Node::Array(items), data_type)))
}

fn aggregate_order_by(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let mut items = match expressions(interp, &arguments.positional)? {
        Ok(items) => items,
        Err(unknown) => return Ok(Value::Unknown(unknown)),
    };
    if items.is_empty() {
        return Err(Unwind::type_error("aggregate_order_by() takes an expression"));
    }
    let value = items.remove(0);
    let data_type = Rc::clone(&value.data_type);
    let node = Node::AggregateOrder { value, order_by: items };
    Ok(expression::value(Rc::new(Expression { node, data_type })))
}

/// A whole number as an expression.
pub fn integer(number: i64) -> Expr {
    Expression::literal(Literal::Int(i128::from(number)))
}
