//! UNION and its kin, EXISTS, and recursive CTEs.

use std::rc::Rc;

use super::from::from_value;
use super::{Body, Item, NativeStatement};
use crate::alembic::{bridge, expression};
use crate::python::{Arguments, Interpreter, Outcome, Unwind, Value};
use crate::sql::expression::{Alias, AliasKind, Combination, Cte, SetOperation};
use crate::sql::{Expression, From, Operator, Query, Statement};

fn operation(name: &str) -> SetOperation {
    match name {
        "union_all" => SetOperation::UnionAll,
        "except_" => SetOperation::Except,
        "except_all" => SetOperation::ExceptAll,
        "intersect" => SetOperation::Intersect,
        "intersect_all" => SetOperation::IntersectAll,
        _ => SetOperation::Union,
    }
}

/// `union(a, b, …)` and its kin.
pub fn combination(interp: &mut Interpreter<'_>, name: &str, arguments: Arguments) -> Outcome<Value> {
    if let Some(unknown) = bridge::find_unknown(arguments.values()) {
        return Ok(Value::Unknown(unknown));
    }
    let mut queries = Vec::new();
    let mut unknown = None;
    let mut items: Option<Vec<Item>> = None;
    for value in expression::item_list(arguments.positional) {
        let Some(statement) = bridge::statement_of(&value) else {
            return Err(bridge::raise(interp, "ArgumentError", "SELECT construct expected"));
        };
        unknown = unknown.or_else(|| statement.unknown.clone());
        items.get_or_insert_with(|| statement.items.clone());
        match statement.query() {
            Some(query) => queries.push(query),
            None => return Err(bridge::raise(interp, "ArgumentError", "SELECT construct expected")),
        }
    }
    let combination =
        Combination { operation: operation(name), queries, order_by: Vec::new(), limit: None, offset: None };
    let mut statement = NativeStatement::new(Body::Combination(Box::new(combination)));
    statement.items = items.unwrap_or_default();
    statement.unknown = unknown;
    Ok(statement.value())
}

/// `exists(…)`: of a query, or of what is selected.
pub fn exists(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    if let Some(unknown) = bridge::find_unknown(arguments.values()) {
        return Ok(Value::Unknown(unknown));
    }
    let is_query = matches!(&arguments.positional[..],
        [one] if bridge::statement_of(one).is_some());
    let query = if is_query {
        arguments.positional.into_iter().next().unwrap_or(Value::None)
    } else if let Some(first) = arguments.positional.first()
        && let Some(scalar) = expression::resolved(interp, first)?
        && matches!(scalar.node, crate::sql::Node::Subquery(_))
    {
        return Ok(expression::value(Expression::unary(Operator::Exists, &scalar)));
    } else if arguments.positional.is_empty() {
        let star = Expression::untyped(crate::sql::Node::Star(None));
        let select = crate::sql::Select { columns: vec![star], ..Default::default() };
        NativeStatement::new(Body::Select(Box::new(select))).value()
    } else {
        super::select(interp, arguments)?
    };
    let Some(statement) = bridge::statement_of(&query) else {
        return Err(bridge::raise(interp, "ArgumentError", "exists() takes a query"));
    };
    if let Some(unknown) = &statement.unknown {
        return Ok(Value::Unknown(Rc::clone(unknown)));
    }
    let scalar = statement.scalar(interp)?;
    Ok(expression::value(Expression::unary(Operator::Exists, &scalar)))
}

/// `cte.union_all(part)`: the CTE that goes on with a part that names it.
pub(super) fn continue_cte(
    interp: &mut Interpreter<'_>,
    from: &From,
    name: &str,
    arguments: &Arguments,
) -> Outcome<Value> {
    let From::Alias(alias) = from else {
        return Err(Unwind::unsupported(format!("`{name}()` of a table")));
    };
    let AliasKind::Cte(cte) = &alias.kind else {
        return Err(Unwind::unsupported(format!("`{name}()` of a subquery")));
    };
    let Statement::Query(first) = &*cte.statement else {
        return Err(Unwind::unsupported("a CTE of a statement that is continued"));
    };
    let mut queries: Vec<Query> = vec![first.clone()];
    for value in &arguments.positional {
        let statement = bridge::statement_of(value);
        if let Some(unknown) = statement.as_ref().and_then(|statement| statement.unknown.clone()) {
            return Ok(Value::Unknown(unknown));
        }
        match statement.and_then(|statement| statement.query()) {
            Some(query) => queries.push(query),
            None => return Err(bridge::raise(interp, "ArgumentError", "SELECT construct expected")),
        }
    }
    let combination =
        Combination { operation: operation(name), queries, order_by: Vec::new(), limit: None, offset: None };
    let statement = Rc::new(Statement::Query(Query::Combination(Box::new(combination))));
    let kind = AliasKind::Cte(Cte {
        statement,
        recursive: cte.recursive,
        columns: cte.columns.clone(),
        restates: Some(Rc::clone(alias)),
    });
    Ok(from_value(From::Alias(Rc::new(Alias { kind, name: alias.name.clone(), lateral: false }))))
}
