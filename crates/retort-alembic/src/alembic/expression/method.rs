//! The methods of expressions.

use std::rc::Rc;

use super::operand::{Operand, expressions, operand, text_or_column};
use super::{NativeExpression, bridge, is_item, value};
use crate::python::{Arguments, Interpreter, Outcome, Unwind, Value};
use crate::sql::types::{Affinity, Module, find_class};
use crate::sql::{DataType, Expr, Expression, Literal, Node, Operator};

/// Methods that take one operand and write an operator before it.
const OPERATORS: [(&str, Operator); 12] = [
    ("is_", Operator::Is),
    ("is_not", Operator::IsNot),
    ("isnot", Operator::IsNot),
    ("is_distinct_from", Operator::IsDistinct),
    ("is_not_distinct_from", Operator::IsNotDistinct),
    ("isnot_distinct_from", Operator::IsNotDistinct),
    ("concat", Operator::Concat),
    ("bitwise_and", Operator::BitAnd),
    ("bitwise_or", Operator::BitOr),
    ("bitwise_xor", Operator::BitXor),
    ("bitwise_lshift", Operator::ShiftLeft),
    ("bitwise_rshift", Operator::ShiftRight),
];

/// LIKE and its kin.
const PATTERNS: [(&str, Operator); 13] = [
    ("like", Operator::Like),
    ("not_like", Operator::NotLike),
    ("notlike", Operator::NotLike),
    ("ilike", Operator::Ilike),
    ("not_ilike", Operator::NotIlike),
    ("notilike", Operator::NotIlike),
    ("startswith", Operator::StartsWith),
    ("endswith", Operator::EndsWith),
    ("contains", Operator::Contains),
    ("istartswith", Operator::Istartswith),
    ("iendswith", Operator::Iendswith),
    ("icontains", Operator::Icontains),
    ("match", Operator::Match),
];

/// Methods without arguments that write something behind.
const MODIFIERS: [(&str, Operator); 6] = [
    ("asc", Operator::Asc),
    ("desc", Operator::Desc),
    ("nulls_first", Operator::NullsFirst),
    ("nullsfirst", Operator::NullsFirst),
    ("nulls_last", Operator::NullsLast),
    ("nullslast", Operator::NullsLast),
];

/// Operators of PostgreSQL's documents, arrays and networks.
const CUSTOM: [(&str, &str); 8] = [
    ("has_key", "?"),
    ("has_any", "?|"),
    ("has_all", "?&"),
    ("contained_by", "<@"),
    ("overlap", "&&"),
    ("path_exists", "@?"),
    ("path_match", "@@"),
    ("delete_path", "#-"),
];

const OTHERS: [&str; 34] = [
    "in_",
    "not_in",
    "notin_",
    "between",
    "not_between",
    "op",
    "bool_op",
    "label",
    "cast",
    "collate",
    "distinct",
    "any_",
    "all_",
    "any",
    "all",
    "regexp_match",
    "regexp_replace",
    "as_string",
    "as_integer",
    "as_float",
    "as_boolean",
    "as_json",
    "as_numeric",
    "bitwise_not",
    "self_group",
    "compare",
    "compile",
    "bindparams",
    "columns",
    "over",
    "filter",
    "within_group",
    "scalar_subquery",
    "__eq__",
];

/// Whether an expression has a method.
pub fn has_method(expr: &Expr, name: &str) -> bool {
    let own = match name {
        "bindparams" => matches!(expr.node, Node::Text { .. }),
        "columns" => matches!(expr.node, Node::Text { .. }),
        "filter" | "over" | "within_group" => {
            matches!(expr.node, Node::Function { .. } | Node::WithinGroup { .. } | Node::Filter { .. })
        }
        "op" => !matches!(expr.node, Node::Text { .. }),
        "as_string" | "as_integer" | "as_float" | "as_boolean" | "as_json" | "as_numeric" => is_item(expr),
        "alias" | "select" | "table_valued" | "scalar_table_valued" | "column_valued" | "as_comparison" => {
            return matches!(expr.node, Node::Function { .. }) && name != "as_comparison";
        }
        "select_from" | "where" | "correlate" | "correlate_except" => {
            return matches!(expr.node, Node::Unary { operator: Operator::Exists, .. })
                || matches!(expr.node, Node::Subquery(_));
        }
        _ => OTHERS.contains(&name),
    };
    own || [OPERATORS.iter().any(|(own, _)| *own == name), PATTERNS.iter().any(|(own, _)| *own == name)]
        .contains(&true)
        || MODIFIERS.iter().any(|(own, _)| *own == name)
        || CUSTOM.iter().any(|(own, _)| *own == name)
        || matches!(name, "op" | "distance" | "concat")
}

/// Calls a method of an expression.
pub fn call_method(
    interp: &mut Interpreter<'_>,
    expr: &Expr,
    name: &str,
    arguments: Arguments,
) -> Outcome<Value> {
    if name != "bindparams"
        && let Some(unknown) = bridge::find_unknown(arguments.values())
    {
        return Ok(Value::Unknown(unknown));
    }
    if let Some((_, operator)) = MODIFIERS.iter().find(|(own, _)| *own == name) {
        return Ok(value(Expression::modified(expr, operator.clone())));
    }
    if let Some((_, operator)) = OPERATORS.iter().find(|(own, _)| *own == name) {
        let [other] = arguments.exactly(name)?;
        return with_operand(interp, expr, operator.clone(), &other);
    }
    if name == "contains" && is_container(expr) {
        let [other] = arguments.exactly(name)?;
        return with_operand(interp, expr, Operator::custom("@>", true), &other);
    }
    if let Some((_, operator)) = PATTERNS.iter().find(|(own, _)| *own == name) {
        return pattern(interp, expr, name, operator.clone(), arguments);
    }
    if let Some((_, text)) = CUSTOM.iter().find(|(own, _)| *own == name) {
        let [other] = arguments.exactly(name)?;
        return with_operand(interp, expr, Operator::custom(text, *text != "#-"), &other);
    }
    match name {
        "in_" => is_in(interp, expr, arguments, false),
        "not_in" | "notin_" => is_in(interp, expr, arguments, true),
        "between" | "not_between" => between(interp, expr, name == "not_between", arguments),
        "op" | "bool_op" => operator_function(expr, name == "bool_op", arguments),
        "regexp_match" => {
            let [pattern, _flags] = arguments.bind(name, "pattern flags?")?;
            with_operand(interp, expr, Operator::Regexp, &pattern.unwrap_or(Value::None))
        }
        "regexp_replace" => Err(Unwind::unsupported("`regexp_replace()` as a method")),
        "bindparams" => bindparams(interp, expr, arguments),
        "columns" => super::super::select::text_columns(interp, expr, arguments),
        "over" => over(interp, expr, arguments),
        "filter" => filter(interp, expr, arguments),
        "within_group" => {
            let order_by = match expressions(interp, &arguments.positional)? {
                Ok(items) => items,
                Err(unknown) => return Ok(Value::Unknown(unknown)),
            };
            let node = Node::WithinGroup { function: Rc::clone(expr), order_by };
            Ok(retyped(node, expr))
        }
        "alias" | "select" | "table_valued" | "scalar_table_valued" | "column_valued" => {
            super::super::select::function_method(interp, expr, name, arguments)
        }
        "select_from" | "where" | "correlate" | "correlate_except" => {
            super::super::select::subquery_method(interp, expr, name, arguments)
        }
        "cast" => {
            let [data_type] = arguments.exactly(name)?;
            super::super::function::cast_to(interp, expr, &data_type)
        }
        "collate" => {
            let [name] = arguments.exactly(name)?;
            let collation = name.as_str().map(|name| name.to_string()).unwrap_or_default();
            Ok(retyped(Node::Collate { value: Rc::clone(expr), collation }, expr))
        }
        "compile" => super::text(interp, expr),
        "compare" => {
            let [other] = arguments.exactly(name)?;
            let other = other.as_native::<NativeExpression>();
            Ok(Value::Bool(other.is_some_and(|other| super::is_same(expr, &other.expression))))
        }
        "label" => {
            let [name] = arguments.exactly(name)?;
            Ok(value(expr.label(name.as_str().as_deref())))
        }
        _ => plain(expr, name),
    }
}

/// Methods that take nothing.
fn plain(expr: &Expr, name: &str) -> Outcome<Value> {
    let operator = match name {
        "distinct" => Operator::Distinct,
        "any_" | "any" => Operator::Any,
        "all_" | "all" => Operator::All,
        "bitwise_not" => Operator::BitNot,
        _ => {
            let type_name = match name {
                "as_integer" => "Integer",
                "as_float" => "Float",
                "as_boolean" => "Boolean",
                "as_numeric" => "Numeric",
                "as_json" => "JSON",
                "as_string" => return Ok(value(expr.retyped(DataType::generic("Unicode")))),
                _ => return Ok(value(Rc::clone(expr))),
            };
            return Ok(value(expr.retyped(DataType::generic(type_name))));
        }
    };
    Ok(value(Expression::unary(operator, expr)))
}

/// `expr.astext`
pub(super) fn as_text(expr: &Expr) -> Expr {
    let class = find_class(Module::Generic, "Text");
    expr.retyped(class.map_or_else(DataType::null, DataType::of))
}

fn is_container(expr: &Expr) -> bool {
    matches!(expr.data_type.affinity(), Affinity::Json | Affinity::Array | Affinity::Hstore)
}

fn retyped(node: Node, expr: &Expr) -> Value {
    value(Rc::new(Expression { node, data_type: Rc::clone(&expr.data_type) }))
}

fn with_operand(
    interp: &mut Interpreter<'_>,
    expr: &Expr,
    operator: Operator,
    other: &Value,
) -> Outcome<Value> {
    match operand(interp, other, Some((expr, &operator)))? {
        Operand::Expr(other) => Ok(value(Expression::binary(expr, operator, &other))),
        Operand::Unknown(unknown) => Ok(Value::Unknown(unknown)),
        Operand::None => Err(Unwind::type_error("SQL expression element expected")),
    }
}

fn pattern(
    interp: &mut Interpreter<'_>,
    expr: &Expr,
    name: &str,
    operator: Operator,
    arguments: Arguments,
) -> Outcome<Value> {
    if operator == Operator::Match {
        let other = arguments.positional.first().cloned().unwrap_or(Value::None);
        return with_operand(interp, expr, operator, &other);
    }
    let [other, escape, autoescape] = arguments.bind(name, "other escape? autoescape?")?;
    let mut other = other.unwrap_or(Value::None);
    let mut escape = escape.and_then(|escape| escape.as_str()).map(|escape| escape.to_string());
    if autoescape.and_then(|flag| flag.as_bool()) == Some(true)
        && let Some(text) = other.as_str()
    {
        let mark = escape.get_or_insert_with(|| "/".to_owned()).clone();
        let mut escaped = text.replace(&mark, &format!("{mark}{mark}"));
        for wild in ["%", "_"].into_iter().filter(|wild| *wild != mark) {
            escaped = escaped.replace(wild, &format!("{mark}{wild}"));
        }
        other = Value::str(escaped);
    }
    match operand(interp, &other, Some((expr, &operator)))? {
        Operand::Expr(other) => Ok(value(Expression::like(expr, operator, &other, escape))),
        Operand::Unknown(unknown) => Ok(Value::Unknown(unknown)),
        Operand::None => Err(Unwind::type_error("SQL expression element expected")),
    }
}

fn is_in(interp: &mut Interpreter<'_>, expr: &Expr, arguments: Arguments, negate: bool) -> Outcome<Value> {
    let [other] = arguments.exactly("in_")?;
    let operator = if negate { Operator::NotIn } else { Operator::In };
    if let Some(right) = super::resolved(interp, &other)? {
        let node = match &right.node {
            Node::Parameter { name, value, .. } => {
                Some(Node::Parameter { name: name.clone(), value: value.clone(), expanding: true })
            }
            _ => None,
        };
        let right = node.map_or(right, |node| Expression::new(node, (*expr.data_type).clone()));
        return Ok(value(Expression::binary(expr, operator, &right)));
    }
    let items = match interp.collect(&other)? {
        crate::python::Elements::Known(items) => items,
        crate::python::Elements::Unknown(unknown) => return Ok(Value::Unknown(unknown)),
    };
    if let Some(unknown) = bridge::find_unknown(&items) {
        return Ok(Value::Unknown(unknown));
    }
    let mut literals = Vec::with_capacity(items.len());
    for item in &items {
        match bridge::literal_for(interp, item, &expr.data_type)? {
            Some(literal) => literals.push(literal),
            None => return in_expressions(interp, expr, operator, &items),
        }
    }
    Ok(value(Expression::in_list(expr, literals, negate)))
}

/// IN with expressions among its items.
fn in_expressions(
    interp: &mut Interpreter<'_>,
    expr: &Expr,
    operator: Operator,
    items: &[Value],
) -> Outcome<Value> {
    let mut found = Vec::with_capacity(items.len());
    for item in items {
        match operand(interp, item, Some((expr, &Operator::Equal)))? {
            Operand::Expr(item) => found.push(item),
            Operand::Unknown(unknown) => return Ok(Value::Unknown(unknown)),
            Operand::None => return Err(Unwind::type_error("IN expression list expected")),
        }
    }
    let list = Expression::new(Node::Tuple(found), (*expr.data_type).clone());
    Ok(value(Expression::binary(expr, operator, &list)))
}

fn between(interp: &mut Interpreter<'_>, expr: &Expr, negate: bool, arguments: Arguments) -> Outcome<Value> {
    let [low, high, _symmetric] = arguments.bind("between", "cleft cright symmetric?")?;
    let mut ends = Vec::new();
    for end in [low, high].into_iter().flatten() {
        match operand(interp, &end, Some((expr, &Operator::Between)))? {
            Operand::Expr(end) => ends.push(end),
            Operand::Unknown(unknown) => return Ok(Value::Unknown(unknown)),
            Operand::None => return Err(Unwind::type_error("SQL expression element expected")),
        }
    }
    match &ends[..] {
        [low, high] => Ok(value(Expression::between(expr, low, high, negate))),
        _ => Err(Unwind::type_error("between() takes two bounds")),
    }
}

/// `expr.op("…")`: a function of the other operand.
fn operator_function(expr: &Expr, compares: bool, arguments: Arguments) -> Outcome<Value> {
    let [text, precedence, is_comparison, return_type, _python] =
        arguments.bind("op", "opstring precedence? is_comparison? return_type? python_impl?")?;
    let Some(text) = text.and_then(|text| text.as_str()) else {
        return Err(Unwind::type_error("op() takes a text"));
    };
    let compares = compares || is_comparison.and_then(|flag| flag.as_bool()) == Some(true);
    let mut operator = Operator::custom(&text, compares);
    if let (Some(given), Operator::Custom { precedence, .. }) =
        (precedence.and_then(|number| number.as_int()), &mut operator)
    {
        *precedence = i32::try_from(given).unwrap_or(0);
    }
    let expr = Rc::clone(expr);
    Ok(Value::function("op", move |interp, arguments| {
        let [other] = arguments.exactly("op")?;
        let made = with_operand(interp, &expr, operator.clone(), &other)?;
        let data_type = match &return_type {
            Some(given) => bridge::data_type_of(interp, given)?,
            None => None,
        };
        match (made.as_native::<NativeExpression>(), data_type) {
            (Some(native), Some(data_type)) => Ok(value(native.expression.retyped((*data_type).clone()))),
            _ => Ok(made),
        }
    }))
}

/// `text("…").bindparams(name=value, …)`
fn bindparams(interp: &mut Interpreter<'_>, expr: &Expr, arguments: Arguments) -> Outcome<Value> {
    if let Some(unknown) = bridge::find_unknown(arguments.values()) {
        return Ok(super::super::select::unknown_text(expr, unknown));
    }
    let Node::Text { sql, parameters } = &expr.node else {
        return Err(Unwind::unsupported("`bindparams()` on something else than a text"));
    };
    let mut parameters = parameters.clone();
    let mut put = |name: &str, literal: Literal| match parameters.iter_mut().find(|(own, _)| own == name) {
        Some(own) => own.1 = literal,
        None => parameters.push((name.to_owned(), literal)),
    };
    for bound in &arguments.positional {
        let native = bound.as_native::<NativeExpression>();
        match native.as_ref().map(|native| &native.expression.node) {
            Some(Node::Parameter { name, value: Some(literal), .. }) => put(name, literal.clone()),
            // Its value comes with the execution.
            Some(Node::Parameter { .. }) => {}
            _ => return Err(Unwind::type_error("bindparams() takes bindparam() objects")),
        }
    }
    for (name, given) in &arguments.keyword {
        match bridge::literal_of(interp, given)? {
            Some(literal) => put(name, literal),
            None => return Err(Unwind::type_error(format!("the value of `{name}` is no value of SQL"))),
        }
    }
    Ok(value(Expression::untyped(Node::Text { sql: sql.clone(), parameters })))
}

fn over(interp: &mut Interpreter<'_>, expr: &Expr, arguments: Arguments) -> Outcome<Value> {
    let [partition, order, rows, range] =
        arguments.bind("over", "* partition_by? order_by? rows? range_?")?;
    let mut lists = Vec::new();
    for given in [partition, order] {
        let mut list = Vec::new();
        for item in given.map(|given| given.as_sequence().unwrap_or_else(|| vec![given])).unwrap_or_default()
        {
            if let Operand::Expr(item) = text_or_column(interp, &item)? {
                list.push(item);
            }
        }
        lists.push(list);
    }
    let order_by = lists.pop().unwrap_or_default();
    let partition_by = lists.pop().unwrap_or_default();
    let frame = match (rows, range) {
        (Some(rows), _) if !rows.is_none() => Some(format!("ROWS {}", frame_text(&rows)?)),
        (_, Some(range)) if !range.is_none() => Some(format!("RANGE {}", frame_text(&range)?)),
        _ => None,
    };
    Ok(retyped(Node::Over { function: Rc::clone(expr), partition_by, order_by, frame }, expr))
}

fn frame_text(range: &Value) -> Outcome<String> {
    let ends = range.as_sequence().unwrap_or_default();
    let [low, high] = &ends[..] else { return Err(Unwind::type_error("2-tuple expected for range/rows")) };
    let end = |end: &Value, unbounded: &str| match end.as_int() {
        None => format!("UNBOUNDED {unbounded}"),
        Some(0) => "CURRENT ROW".to_owned(),
        Some(number) if number < 0 => format!("{} PRECEDING", -number),
        Some(number) => format!("{number} FOLLOWING"),
    };
    Ok(format!("BETWEEN {} AND {}", end(low, "PRECEDING"), end(high, "FOLLOWING")))
}

fn filter(interp: &mut Interpreter<'_>, expr: &Expr, arguments: Arguments) -> Outcome<Value> {
    match expressions(interp, &arguments.positional)? {
        Ok(conditions) => {
            let condition = Expression::all_of(Operator::And, conditions);
            Ok(retyped(Node::Filter { function: Rc::clone(expr), condition }, expr))
        }
        Err(unknown) => Ok(Value::Unknown(unknown)),
    }
}
