//! `insert()`, `update()`, `delete()` and their methods.

mod conflict;
mod defaults;
mod values;

use std::rc::Rc;

use super::bridge;
use super::expression::{self, Operand, operand};
use super::select::{Body, NativeStatement, from_value, select_items};
use crate::python::{Arguments, Interpreter, Outcome, Unknown, Unwind, Value};
use crate::sql::expression::{Delete, Insert, InsertSource, Source, Update};
use crate::sql::{Expr, From};

pub use defaults::add_defaults;
pub(crate) use defaults::{callable_defaults, settled_default};
pub use values::{assignments, pairs, rows};

/// The table that a statement changes: `Table`, `table()`, a mapped class.
fn target(interp: &mut Interpreter<'_>, arguments: &Arguments) -> Outcome<(Rc<Source>, Value)> {
    let table = arguments.positional.first().or_else(|| arguments.get("table")).cloned();
    let table = table.unwrap_or(Value::None);
    let from = match bridge::entity_of(interp, &table)? {
        Some((from, _)) => Some(from),
        None => bridge::from_of(interp, &table),
    };
    match from {
        Some(From::Table(source)) => Ok((source, table)),
        _ => {
            interp.refuse_foreign(&table)?;
            let repr = interp.repr(&table)?;
            let message = format!("subject table for an INSERT, UPDATE or DELETE expected, got {repr}.");
            Err(bridge::raise(interp, "ArgumentError", &message))
        }
    }
}

fn made(body: Body, table: Value) -> NativeStatement {
    NativeStatement { table, ..NativeStatement::new(body) }
}

/// `insert(table)`; the second argument of older versions are values.
pub fn insert(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    if let Some(unknown @ Value::Unknown(_)) = arguments.positional.first() {
        return Ok(unknown.clone());
    }
    let (source, table) = target(interp, &arguments)?;
    let insert = Insert {
        table: source,
        source: InsertSource::Rows(Vec::new()),
        conflict: None,
        returning: Vec::new(),
        prefixes: Vec::new(),
    };
    let statement = made(Body::Insert(Box::new(insert)), table).value();
    let given = arguments.positional.get(1).or_else(|| arguments.get("values")).cloned();
    let mut statement = match given.filter(|given| !given.is_none()) {
        Some(values) => interp.call_method(&statement, "values", vec![values])?,
        None => statement,
    };
    if let Some(prefixes) = arguments.get("prefixes").cloned() {
        let prefixes = interp.values(&prefixes)?;
        statement = interp.call_method(&statement, "prefix_with", prefixes)?;
    }
    Ok(statement)
}

/// `update(table)`
pub fn update(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    if let Some(unknown @ Value::Unknown(_)) = arguments.positional.first() {
        return Ok(unknown.clone());
    }
    let (source, table) = target(interp, &arguments)?;
    let update = Update {
        table: source,
        assignments: Vec::new(),
        ordered: false,
        conditions: Vec::new(),
        returning: Vec::new(),
    };
    let mut statement = made(Body::Update(Box::new(update)), table).value();
    let condition = arguments.positional.get(1).or_else(|| arguments.get("whereclause"));
    if let Some(condition) = condition.filter(|condition| !condition.is_none()) {
        statement = interp.call_method(&statement, "where", vec![condition.clone()])?;
    }
    let values = arguments.positional.get(2).or_else(|| arguments.get("values"));
    if let Some(values) = values.filter(|values| !values.is_none()) {
        statement = interp.call_method(&statement, "values", vec![values.clone()])?;
    }
    Ok(statement)
}

/// `delete(table)`
pub fn delete(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    if let Some(unknown @ Value::Unknown(_)) = arguments.positional.first() {
        return Ok(unknown.clone());
    }
    let (source, table) = target(interp, &arguments)?;
    let delete = Delete { table: source, conditions: Vec::new(), returning: Vec::new() };
    let statement = made(Body::Delete(Box::new(delete)), table).value();
    let condition = arguments.positional.get(1).or_else(|| arguments.get("whereclause"));
    match condition.filter(|condition| !condition.is_none()) {
        Some(condition) => interp.call_method(&statement, "where", vec![condition.clone()]),
        None => Ok(statement),
    }
}

/// `insert.excluded`, `insert.inserted`: the row that would have been put in.
pub(super) fn new_row(statement: &NativeStatement) -> Option<Value> {
    match &statement.body {
        Body::Insert(_) => Some(from_value(From::NewRow)),
        _ => None,
    }
}

/// Whether statements of this kind have a method.
pub(super) fn has_method(statement: &NativeStatement, name: &str) -> bool {
    match name {
        "returning" | "execution_options" | "prefix_with" | "with_hint" | "return_defaults" | "compile"
        | "params" | "options" | "cte" | "add_cte" => true,
        "where" | "filter" | "filter_by" => !matches!(statement.body, Body::Insert(_)),
        "values" => !matches!(statement.body, Body::Delete(_)),
        "ordered_values" => matches!(statement.body, Body::Update(_)),
        "from_select"
        | "on_conflict_do_nothing"
        | "on_conflict_do_update"
        | "on_duplicate_key_update"
        | "inline"
        | "ignore" => matches!(statement.body, Body::Insert(_) | Body::Update(_)),
        _ => false,
    }
}

/// Calls a method; what depends on rows makes the statement unknown.
pub(super) fn call_method(
    interp: &mut Interpreter<'_>,
    this: &Rc<NativeStatement>,
    name: &str,
    arguments: Arguments,
) -> Outcome<Value> {
    let mut statement = (**this).clone();
    if let Some(unknown) = this.unknown.clone().or_else(|| bridge::find_unknown(arguments.values())) {
        return Ok(statement.with_unknown(unknown).value());
    }
    if let Some(unknown) = arguments
        .values()
        .find_map(|value| bridge::statement_of(value).and_then(|inner| inner.unknown.clone()))
    {
        return Ok(statement.with_unknown(unknown).value());
    }
    match name {
        "execution_options" | "with_hint" | "return_defaults" | "compile" | "params" | "options"
        | "inline" => {}
        "prefix_with" => {
            if let Body::Insert(insert) = &mut statement.body {
                for value in &arguments.positional {
                    match value.as_str() {
                        Some(text) => insert.prefixes.push(text.to_string()),
                        None => insert.prefixes.push(interp.text(value)?),
                    }
                }
            } else {
                return Err(Unwind::unsupported("`prefix_with()` of an UPDATE or DELETE"));
            }
        }
        "where" | "filter" => {
            for value in &arguments.positional {
                match operand(interp, value, None)? {
                    Operand::Expr(condition) => {
                        conditions(&mut statement.body)
                            .into_iter()
                            .for_each(|all| all.push(condition.clone()));
                    }
                    Operand::Unknown(unknown) => return Ok(statement.with_unknown(unknown).value()),
                    Operand::None => {
                        let message = "SQL expression for WHERE/HAVING role expected";
                        return Err(bridge::raise(interp, "ArgumentError", message));
                    }
                }
            }
        }
        "filter_by" => filter_by(interp, &mut statement, &arguments)?,
        "returning" => {
            for value in &arguments.positional {
                match select_items(interp, value)? {
                    Ok(found) => {
                        for (columns, item) in found {
                            if let Some(all) = returning(&mut statement.body) {
                                all.extend(columns);
                            }
                            statement.items.push(item);
                        }
                    }
                    Err(unknown) => return Ok(statement.with_unknown(unknown).value()),
                }
            }
        }
        "values" => match values::put(interp, &mut statement, &arguments) {
            // What a column's type makes of a value is not known: the rows are not, the schema is.
            Err(Unwind::Unsupported(why)) => {
                let span = why.span.unwrap_or_else(|| interp.call_span());
                return Ok(statement.with_unknown(Unknown::new(why.reason, span)).value());
            }
            outcome => outcome?,
        },
        "ordered_values" => values::put_ordered(interp, &mut statement, &arguments)?,
        "from_select" => values::from_select(interp, &mut statement, arguments)?,
        "on_conflict_do_nothing" | "on_conflict_do_update" | "on_duplicate_key_update" => {
            conflict::put(interp, &mut statement, name, arguments)?;
        }
        _ => return Err(Unwind::unsupported(format!("`{name}()` of a statement that changes rows"))),
    }
    Ok(statement.value())
}

/// The conditions of an UPDATE or DELETE.
fn conditions(body: &mut Body) -> Option<&mut Vec<Expr>> {
    match body {
        Body::Update(update) => Some(&mut update.conditions),
        Body::Delete(delete) => Some(&mut delete.conditions),
        Body::Insert(_) | Body::Select(_) | Body::Combination(_) | Body::Text(_) => None,
    }
}

fn returning(body: &mut Body) -> Option<&mut Vec<Expr>> {
    match body {
        Body::Update(update) => Some(&mut update.returning),
        Body::Delete(delete) => Some(&mut delete.returning),
        Body::Insert(insert) => Some(&mut insert.returning),
        Body::Select(_) | Body::Combination(_) | Body::Text(_) => None,
    }
}

/// The table that a statement changes.
pub fn source_of(body: &Body) -> Option<&Rc<Source>> {
    match body {
        Body::Insert(insert) => Some(&insert.table),
        Body::Update(update) => Some(&update.table),
        Body::Delete(delete) => Some(&delete.table),
        Body::Select(_) | Body::Combination(_) | Body::Text(_) => None,
    }
}

fn filter_by(
    interp: &mut Interpreter<'_>,
    statement: &mut NativeStatement,
    arguments: &Arguments,
) -> Outcome<()> {
    let Some(source) = source_of(&statement.body).cloned() else { return Ok(()) };
    for (name, value) in &arguments.keyword {
        let column = From::Table(Rc::clone(&source)).column(name);
        let made = expression::compare(interp, &column, crate::python::Comparison::Eq, value)?;
        let made = made.and_then(|made| made.as_native::<expression::NativeExpression>());
        if let (Some(condition), Some(all)) = (made, conditions(&mut statement.body)) {
            all.push(Rc::clone(&condition.expression));
        }
    }
    Ok(())
}
