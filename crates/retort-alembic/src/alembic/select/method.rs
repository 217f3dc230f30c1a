//! `select()` and the methods of queries.

use std::rc::Rc;

use super::from::from_value;
use super::{Body, Item, NativeStatement, combine, join_condition};
use crate::alembic::bridge;
use crate::alembic::expression::{self, Operand, operand, text_or_column};
use crate::python::{Arguments, Interpreter, Outcome, Unknown, Unwind, Value};
use crate::sql::expression::{Alias, AliasKind, Cte, ForUpdate};
use crate::sql::{Expr, Expression, From, Identifier, Node};

const METHODS: [&str; 52] = [
    "where",
    "filter",
    "filter_by",
    "having",
    "order_by",
    "group_by",
    "limit",
    "offset",
    "slice",
    "fetch",
    "distinct",
    "select_from",
    "join",
    "outerjoin",
    "join_from",
    "outerjoin_from",
    "columns",
    "add_columns",
    "add_column",
    "column",
    "with_only_columns",
    "correlate",
    "correlate_except",
    "prefix_with",
    "suffix_with",
    "with_hint",
    "with_statement_hint",
    "with_for_update",
    "options",
    "execution_options",
    "params",
    "subquery",
    "alias",
    "cte",
    "scalar_subquery",
    "as_scalar",
    "label",
    "lateral",
    "union",
    "union_all",
    "except_",
    "except_all",
    "intersect",
    "intersect_all",
    "exists",
    "compile",
    "in_",
    "self_group",
    "set_label_style",
    "add_cte",
    "append_whereclause",
    "reduce_columns",
];

/// Whether queries have a method.
pub(super) fn has_method(name: &str) -> bool {
    METHODS.contains(&name)
}

/// `select(…)`: columns, tables and classes; the list of older versions, with its keywords.
pub fn select(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let mut statement = NativeStatement::new(Body::Select(Box::default()));
    let is_old = matches!(arguments.positional.first(), Some(Value::List(_)));
    let (items, condition) = match (is_old, arguments.positional.split_first()) {
        (true, Some((first, rest))) => (interp.values(first)?, rest.first().cloned()),
        _ => (arguments.positional.clone(), None),
    };
    add_columns(interp, &mut statement, &items)?;
    let mut made = statement.value();
    let condition = condition.or_else(|| arguments.get("whereclause").cloned());
    if let Some(condition) = condition.filter(|condition| !condition.is_none()) {
        made = interp.call_method(&made, "where", vec![condition])?;
    }
    for (key, method) in [
        ("from_obj", "select_from"),
        ("order_by", "order_by"),
        ("group_by", "group_by"),
        ("having", "having"),
        ("limit", "limit"),
        ("offset", "offset"),
    ] {
        if let Some(given) = arguments.get(key).filter(|given| !given.is_none()) {
            let several = given.as_sequence().unwrap_or_else(|| vec![given.clone()]);
            made = interp.call_method(&made, method, several)?;
        }
    }
    if arguments.get("distinct").and_then(Value::as_bool) == Some(true) {
        made = interp.call_method(&made, "distinct", Vec::new())?;
    }
    Ok(made)
}

/// Columns with what they make of a row; or something in them that only rows could give.
pub type Items = Result<Vec<(Vec<Expr>, Item)>, Rc<Unknown>>;

/// The columns that an argument of `select()` stands for, and what it makes of a row.
pub fn select_items(interp: &mut Interpreter<'_>, value: &Value) -> Outcome<Items> {
    if let Some((from, entity)) = bridge::entity_of(interp, value)? {
        let columns: Vec<Expr> = from.columns().into_iter().map(|(_, column)| column).collect();
        let count = columns.len();
        return Ok(Ok(vec![(columns, Item::Entity(entity, count))]));
    }
    if let Some(from) = bridge::from_of(interp, value) {
        let columns: Vec<Expr> = from.columns().into_iter().map(|(_, column)| column).collect();
        let all =
            if columns.is_empty() { vec![Expression::untyped(Node::Star(Some(from)))] } else { columns };
        return Ok(Ok(all.into_iter().map(|column| (vec![column], Item::Column)).collect()));
    }
    if let Value::Str(text) = value {
        // A text is a column's name in the old style; SQLAlchemy takes `*` and functions too.
        let column = Expression::untyped(Node::LiteralColumn(text.to_string()));
        return Ok(Ok(vec![(vec![column], Item::Column)]));
    }
    if let Some(columns) = value.as_native::<super::from::NativeColumns>() {
        let columns = interp.values(&Value::Native(columns))?;
        let mut all = Vec::new();
        for column in columns {
            if let Some(column) = expression::resolved(interp, &column)? {
                all.push((vec![column], Item::Column));
            }
        }
        return Ok(Ok(all));
    }
    match operand(interp, value, None)? {
        Operand::Expr(expr) => Ok(Ok(vec![(vec![expr], Item::Column)])),
        Operand::Unknown(unknown) => Ok(Err(unknown)),
        Operand::None => {
            let repr = interp.repr(value)?;
            let message = format!(
                "Column expression, FROM clause, or other columns clause element expected, got {repr}."
            );
            Err(bridge::raise(interp, "ArgumentError", &message))
        }
    }
}

fn add_columns(
    interp: &mut Interpreter<'_>,
    statement: &mut NativeStatement,
    values: &[Value],
) -> Outcome<()> {
    for value in values {
        match select_items(interp, value)? {
            Ok(found) => {
                for (columns, item) in found {
                    if let Body::Select(select) = &mut statement.body {
                        select.columns.extend(columns);
                    }
                    statement.items.push(item);
                }
            }
            Err(unknown) => {
                statement.unknown.get_or_insert(unknown);
            }
        }
    }
    Ok(())
}

/// Calls a method of a query; what depends on rows makes the statement unknown.
pub(super) fn call_method(
    interp: &mut Interpreter<'_>,
    this: &Rc<NativeStatement>,
    name: &str,
    arguments: Arguments,
) -> Outcome<Value> {
    if let Some(unknown) = this.unknown.clone().or_else(|| bridge::find_unknown(arguments.values())) {
        return Ok(match name {
            "compile" | "exists" | "scalar_subquery" | "as_scalar" | "label" | "in_" => {
                Value::Unknown(unknown)
            }
            "subquery" | "alias" | "cte" | "lateral" => Value::Unknown(unknown),
            _ => (**this).clone().with_unknown(unknown).value(),
        });
    }
    match name {
        "subquery" | "alias" | "cte" | "lateral" => return named(interp, this, name, &arguments),
        "scalar_subquery" | "as_scalar" | "self_group" => {
            return this.scalar(interp).map(expression::value);
        }
        "label" => {
            let [name] = arguments.exactly(name)?;
            return Ok(expression::value(this.scalar(interp)?.label(name.as_str().as_deref())));
        }
        "in_" => return Err(Unwind::raise("AttributeError", "'Select' object has no attribute 'in_'")),
        "exists" => {
            let span = arguments.span;
            return combine::exists(interp, Arguments::of(vec![Value::Native(this.clone())], span));
        }
        "union" | "union_all" | "except_" | "except_all" | "intersect" | "intersect_all" => {
            return combine::combination(interp, name, arguments.with_first(Value::Native(this.clone())));
        }
        "compile" => return Ok(Value::Native(this.clone())),
        "options"
        | "execution_options"
        | "with_hint"
        | "with_statement_hint"
        | "set_label_style"
        | "reduce_columns" => return Ok(Value::Native(this.clone())),
        _ => {}
    }
    let mut statement = (**this).clone();
    match &mut statement.body {
        Body::Combination(combination) => {
            match name {
                "order_by" => {
                    extend(interp, &mut combination.order_by, &arguments.positional)?;
                }
                "limit" => combination.limit = number(interp, &arguments)?,
                "offset" => combination.offset = number(interp, &arguments)?,
                _ => return Err(Unwind::unsupported(format!("`{name}()` of a UNION"))),
            }
            Ok(statement.value())
        }
        Body::Select(_) => {
            change(interp, &mut statement, name, arguments)?;
            Ok(statement.value())
        }
        _ => Err(Unwind::unsupported(format!("`{name}()` of a text"))),
    }
}

/// A method that gives a changed SELECT.
fn change(
    interp: &mut Interpreter<'_>,
    statement: &mut NativeStatement,
    name: &str,
    arguments: Arguments,
) -> Outcome<()> {
    match name {
        "columns" | "add_columns" | "add_column" | "column" => {
            return add_columns(interp, statement, &arguments.positional);
        }
        "with_only_columns" => {
            let values = expression::item_list(arguments.positional.clone());
            let froms = reads(statement);
            statement.items.clear();
            if let Body::Select(select) = &mut statement.body {
                select.columns.clear();
                if arguments.get("maintain_column_froms").and_then(Value::as_bool) == Some(true) {
                    for from in
                        froms.into_iter().filter(|from| !select.from.contains(from)).collect::<Vec<_>>()
                    {
                        select.from.push(from);
                    }
                }
            }
            return add_columns(interp, statement, &values);
        }
        "join" | "outerjoin" | "join_from" | "outerjoin_from" => {
            return join(interp, statement, name, arguments);
        }
        "filter_by" => return filter_by(interp, statement, &arguments),
        _ => {}
    }
    let Body::Select(select) = &mut statement.body else { return Ok(()) };
    match name {
        "where" | "filter" | "append_whereclause" => {
            extend(interp, &mut select.conditions, &arguments.positional)?;
        }
        "having" => extend(interp, &mut select.having, &arguments.positional)?,
        "order_by" => reset_or_extend(interp, &mut select.order_by, &arguments)?,
        "group_by" => reset_or_extend(interp, &mut select.group_by, &arguments)?,
        "limit" | "fetch" => select.limit = number(interp, &arguments)?,
        "offset" => select.offset = number(interp, &arguments)?,
        "slice" => {
            let [start, stop] = arguments.exactly("slice")?;
            let (start, stop) = (start.as_int().unwrap_or(0), stop.as_int().unwrap_or(0));
            let literal = |number: i64| expression::literal(crate::sql::Literal::Int(i128::from(number)));
            select.limit = Some(literal(stop - start));
            select.offset = (start != 0).then(|| literal(start));
        }
        "distinct" => {
            select.distinct = true;
            extend(interp, &mut select.distinct_on, &arguments.positional)?;
        }
        "select_from" => {
            for value in &arguments.positional {
                match from_or_entity(interp, value)? {
                    Some(from) if select.from.contains(&from) => {}
                    Some(from) => select.from.push(from),
                    None => return Err(bridge::raise(interp, "ArgumentError", "FROM expression expected")),
                }
            }
        }
        "correlate" | "correlate_except" => {
            let mut froms = Vec::new();
            for value in &arguments.positional {
                froms.extend(from_or_entity(interp, value)?);
            }
            if name == "correlate" {
                select.correlate = Some(froms);
            }
        }
        "prefix_with" => {
            for value in &arguments.positional {
                match value.as_str() {
                    Some(text) => select.prefixes.push(text.to_string()),
                    None => select.prefixes.push(interp.text(value)?),
                }
            }
        }
        "with_for_update" => select.for_update = Some(for_update(&arguments)),
        "params" => {}
        "add_cte" => {
            for value in &arguments.positional {
                if let Some(From::Alias(alias)) = bridge::from_of(interp, value) {
                    select.ctes.push(alias);
                }
            }
        }
        _ => return Err(Unwind::unsupported(format!("`{name}()` of a SELECT"))),
    }
    Ok(())
}

fn for_update(arguments: &Arguments) -> ForUpdate {
    let is = |name: &str| arguments.get(name).and_then(Value::as_bool) == Some(true);
    ForUpdate {
        read: is("read"),
        nowait: is("nowait"),
        skip_locked: is("skip_locked"),
        key_share: is("key_share"),
    }
}

/// Something to read from, or the table of a mapped class.
pub(super) fn from_or_entity(interp: &mut Interpreter<'_>, value: &Value) -> Outcome<Option<From>> {
    if let Some((from, _)) = bridge::entity_of(interp, value)? {
        return Ok(Some(from));
    }
    if let Some(from) = bridge::from_of(interp, value) {
        return Ok(Some(from));
    }
    Ok(match expression::resolved(interp, value)? {
        Some(expr) => match &expr.node {
            Node::Text { .. } => Some(From::Text(expr)),
            Node::Function { .. } => Some(From::Function(expr)),
            _ => None,
        },
        None => None,
    })
}

fn extend(interp: &mut Interpreter<'_>, list: &mut Vec<Expr>, values: &[Value]) -> Outcome<()> {
    for value in values {
        match text_or_column(interp, value)? {
            Operand::Expr(expr) => list.push(expr),
            Operand::Unknown(_) | Operand::None => {
                let repr = interp.repr(value)?;
                let message = format!("SQL expression for WHERE/HAVING role expected, got {repr}.");
                return Err(bridge::raise(interp, "ArgumentError", &message));
            }
        }
    }
    Ok(())
}

/// `order_by(None)` forgets what was said before.
fn reset_or_extend(interp: &mut Interpreter<'_>, list: &mut Vec<Expr>, arguments: &Arguments) -> Outcome<()> {
    match &arguments.positional[..] {
        [Value::None] => {
            list.clear();
            Ok(())
        }
        [Value::Bool(false)] => Ok(()),
        values => {
            let values = expression::item_list(values.to_vec());
            extend(interp, list, &values)
        }
    }
}

fn number(interp: &mut Interpreter<'_>, arguments: &Arguments) -> Outcome<Option<Expr>> {
    match arguments.positional.first() {
        None | Some(Value::None) => Ok(None),
        Some(value) => match operand(interp, value, None)? {
            Operand::Expr(expr) => Ok(Some(expr)),
            Operand::Unknown(_) | Operand::None => Err(Unwind::type_error("a number is expected")),
        },
    }
}

/// What the columns of a SELECT and its `select_from` read from, in order.
pub(super) fn reads(statement: &NativeStatement) -> Vec<From> {
    let Body::Select(select) = &statement.body else { return Vec::new() };
    let mut froms = select.from.clone();
    for column in &select.columns {
        for from in column_froms(column) {
            let is_inside = froms.iter().any(|own| contains(own, &from));
            if !is_inside {
                froms.push(from);
            }
        }
    }
    froms
}

fn column_froms(expr: &Expr) -> Vec<From> {
    let mut found: Vec<From> = Vec::new();
    crate::sql::compile::visit(expr, &mut |part: &Expr| {
        if let Node::Column { from: Some(from), .. } | Node::Star(Some(from)) = &part.node
            && !found.contains(from)
        {
            found.push(from.clone());
        }
    });
    found
}

fn contains(from: &From, wanted: &From) -> bool {
    match from {
        From::Join(join) => contains(&join.left, wanted) || contains(&join.right, wanted),
        other => other == wanted,
    }
}

/// `select(…).join(target, onclause)`: what is read so far is the left side.
fn join(
    interp: &mut Interpreter<'_>,
    statement: &mut NativeStatement,
    name: &str,
    mut arguments: Arguments,
) -> Outcome<()> {
    let flag = |arguments: &Arguments, name: &str| arguments.get(name).and_then(Value::as_bool) == Some(true);
    let outer = name.starts_with("outer") || flag(&arguments, "isouter");
    let full = flag(&arguments, "full");
    let left = match name.ends_with("_from") {
        true if !arguments.positional.is_empty() => {
            let left = arguments.positional.remove(0);
            from_or_entity(interp, &left)?
        }
        _ => None,
    };
    let target = arguments.positional.first().or_else(|| arguments.get("target")).cloned();
    let on = arguments.positional.get(1).or_else(|| arguments.get("onclause")).cloned();
    let on = on.filter(|on| !on.is_none());
    let target = target.unwrap_or(Value::None);
    let related = bridge::relationship_of(interp, &target)?;
    let (right, implied) = match related {
        Some((from, condition)) => (Some(from), Some(condition)),
        None => (from_or_entity(interp, &target)?, None),
    };
    let Some(right) = right else {
        return Err(bridge::raise(interp, "ArgumentError", "Join target expected"));
    };
    let left = match left {
        Some(left) => left,
        None => {
            let froms = reads(statement);
            let mut others = froms.into_iter().filter(|from| *from != right);
            match others.next() {
                Some(left) => left,
                None => {
                    let message = "Can't determine which FROM clause to join from";
                    return Err(bridge::raise(interp, "InvalidRequestError", message));
                }
            }
        }
    };
    let related_on = match &on {
        Some(on) => bridge::relationship_of(interp, on)?.map(|(_, condition)| condition),
        None => None,
    };
    let on = match (related_on.or(implied), on) {
        (Some(condition), _) => condition,
        (None, Some(on)) => match operand(interp, &on, None)? {
            Operand::Expr(on) => on,
            _ => return Err(Unwind::type_error("SQL expression for ON expected")),
        },
        (None, None) => join_condition(interp, &left, &right)?,
    };
    if let Body::Select(select) = &mut statement.body {
        select.from.retain(|from| *from != left && *from != right);
        let joined = left.join(right, on, outer, full);
        select.from.insert(0, joined);
    }
    Ok(())
}

fn filter_by(
    interp: &mut Interpreter<'_>,
    statement: &mut NativeStatement,
    arguments: &Arguments,
) -> Outcome<()> {
    let froms = reads(statement);
    for (name, value) in &arguments.keyword {
        let found = froms
            .iter()
            .rev()
            .flat_map(flat)
            .find_map(|from| from.columns().into_iter().find(|(key, _)| **key == **name))
            .map(|(_, column)| column);
        let Some(column) = found else {
            let message = format!("Entity namespace has no property \"{name}\"");
            return Err(bridge::raise(interp, "InvalidRequestError", &message));
        };
        let condition = expression::compare(interp, &column, crate::python::Comparison::Eq, value)?;
        let condition = condition.and_then(|made| made.as_native::<expression::NativeExpression>());
        if let (Body::Select(select), Some(condition)) = (&mut statement.body, condition) {
            select.conditions.push(Rc::clone(&condition.expression));
        }
    }
    Ok(())
}

/// The parts of a join, the last first.
pub(super) fn flat(from: &From) -> Vec<From> {
    match from {
        From::Join(join) => {
            let mut all = flat(&join.right);
            all.extend(flat(&join.left));
            all
        }
        other => vec![other.clone()],
    }
}

/// A query with a name, to be read from.
fn named(
    interp: &mut Interpreter<'_>,
    this: &NativeStatement,
    kind: &str,
    arguments: &Arguments,
) -> Outcome<Value> {
    let name = arguments.positional.first().or_else(|| arguments.get("name"));
    let name = name.and_then(|name| name.as_str()).map(|name| Identifier::new(&*name));
    let Some(query) = this.query() else {
        return Err(bridge::raise(interp, "ArgumentError", "not a query"));
    };
    let mut alias = Alias { kind: AliasKind::Query(Rc::new(query)), name, lateral: kind == "lateral" };
    if kind == "cte" {
        let recursive = arguments.get("recursive").or_else(|| arguments.positional.get(1));
        let recursive = recursive.and_then(Value::as_bool) == Some(true);
        alias.kind = AliasKind::Cte(Cte {
            statement: Rc::new(this.statement()),
            recursive,
            columns: this.result_columns(),
            restates: None,
        });
    } else if !this.columns.is_empty() {
        return Err(Unwind::unsupported("a text with columns as a subquery"));
    }
    Ok(from_value(From::Alias(Rc::new(alias))))
}
