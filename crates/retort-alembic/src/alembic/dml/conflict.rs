//! `on_conflict_do_nothing`, `on_conflict_do_update`, `on_duplicate_key_update`.

use super::values::assignments;
use crate::alembic::bridge;
use crate::alembic::expression::{self, Operand, operand};
use crate::alembic::select::{Body, NativeStatement};
use crate::python::{Arguments, Interpreter, Outcome, Unwind, Value};
use crate::sql::expression::{Assignment, Conflict, ConflictAction, Source};
use crate::sql::{DataType, Expr, Expression, Identifier};

pub(super) fn put(
    interp: &mut Interpreter<'_>,
    statement: &mut NativeStatement,
    name: &str,
    arguments: Arguments,
) -> Outcome<()> {
    let Body::Insert(insert) = &mut statement.body else {
        return Err(Unwind::raise("AttributeError", format!("'Update' object has no attribute '{name}'")));
    };
    let source = insert.table.clone();
    insert.conflict = Some(match name {
        "on_duplicate_key_update" => duplicate_key(interp, &source, &arguments)?,
        _ => on_conflict(interp, &source, name == "on_conflict_do_nothing", arguments)?,
    });
    Ok(())
}

fn duplicate_key(interp: &mut Interpreter<'_>, source: &Source, arguments: &Arguments) -> Outcome<Conflict> {
    let mut pairs = Vec::new();
    for value in &arguments.positional {
        pairs.extend(pairs_of(value));
    }
    pairs.extend(arguments.keyword.iter().map(|(name, value)| (Value::Str(name.clone()), value.clone())));
    let assignments = assignments(interp, source, &pairs)?;
    let action = ConflictAction::Update { assignments, condition: None };
    Ok(Conflict { constraint: None, elements: Vec::new(), predicate: None, action })
}

/// The pairs of a dict, or of a list of pairs.
fn pairs_of(value: &Value) -> Vec<(Value, Value)> {
    if let Some(dict) = value.as_dict() {
        return dict.borrow().pairs().map(|(key, value)| (key.clone(), value.clone())).collect();
    }
    let items = value.as_sequence().unwrap_or_default();
    items
        .iter()
        .filter_map(|item| match item.as_sequence().as_deref() {
            Some([key, value]) => Some((key.clone(), value.clone())),
            _ => None,
        })
        .collect()
}

fn on_conflict(
    interp: &mut Interpreter<'_>,
    source: &Source,
    nothing: bool,
    arguments: Arguments,
) -> Outcome<Conflict> {
    let is_positional_constraint = arguments.positional.len();
    let signature = "constraint? index_elements? index_where? set_? where?";
    let [first, second, predicate, set, condition] = arguments.bind("on_conflict", signature)?;
    // SQLite's form has no `constraint`: its first argument are the elements.
    let is_list = matches!(first, Some(Value::List(_) | Value::Tuple(_)));
    let (constraint, elements) = match is_positional_constraint > 0 && is_list && second.is_none() {
        true => (None, first),
        false => (first, second),
    };
    let mut conflict = Conflict {
        constraint: None,
        elements: Vec::new(),
        predicate: one(interp, predicate)?,
        action: ConflictAction::Nothing,
    };
    if let Some(constraint) = constraint.filter(|given| !given.is_none()) {
        let name = match constraint.as_str() {
            Some(name) => Some(name),
            None => interp.find_attribute(&constraint, "name")?.and_then(|name| name.as_str()),
        };
        match name {
            Some(name) => conflict.constraint = Some(Identifier::new(&*name)),
            None => return Err(Unwind::unsupported("a nameless constraint as the target of ON CONFLICT")),
        }
    }
    if let Some(elements) = elements.filter(|given| !given.is_none()) {
        for element in interp.values(&elements)? {
            conflict.elements.push(match element.as_str() {
                Some(name) => Expression::column(&*name, DataType::null()),
                None => match expression::resolved(interp, &element)? {
                    Some(element) => element,
                    None => return Err(Unwind::type_error("a column is expected in index_elements")),
                },
            });
        }
    }
    if nothing {
        return Ok(conflict);
    }
    let set = set.unwrap_or(Value::None);
    let assignments = set_values(interp, source, &set)?;
    conflict.action = ConflictAction::Update { assignments, condition: one(interp, condition)? };
    Ok(conflict)
}

fn set_values(interp: &mut Interpreter<'_>, source: &Source, set: &Value) -> Outcome<Vec<Assignment>> {
    if set.as_dict().is_some() {
        return assignments(interp, source, &pairs_of(set));
    }
    // `set_=statement.excluded`: all columns of the new row.
    if let Some(crate::sql::From::NewRow) = bridge::from_of(interp, set) {
        let all = source.columns.iter().map(|column| Assignment {
            key: column.key.clone(),
            value: crate::sql::From::NewRow.column(&column.key),
        });
        return Ok(all.collect());
    }
    Err(bridge::raise(interp, "ValueError", "set parameter must be a non-empty dictionary"))
}

fn one(interp: &mut Interpreter<'_>, value: Option<Value>) -> Outcome<Option<Expr>> {
    match value.filter(|value| !value.is_none()) {
        None => Ok(None),
        Some(value) => match operand(interp, &value, None)? {
            Operand::Expr(expr) => Ok(Some(expr)),
            Operand::Unknown(_) | Operand::None => Err(Unwind::type_error("SQL expression expected")),
        },
    }
}
