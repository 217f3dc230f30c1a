//! Attributes of constraints, indexes and what else stands beside columns.

use std::cell::RefCell;
use std::rc::Rc;

use crate::alembic::wrap::{self, Item, KeyOf, NativeConstraint, NativeIndex, NativeItem, NativeTable};
use crate::alembic::{events, expression};
use crate::python::{Interpreter, Outcome, Value};
use crate::sql::expression::{Expression, Node};
use crate::sql::table::{
    Constraint, ConstraintKind, ForeignKey, MetaData, ServerDefault, Table, TableOptions, Target,
};

/// The table that a foreign key points to: that of the same `MetaData`, or one of which only the name is known.
fn referred_table(owner: Option<&NativeTable>, target: &Target) -> Value {
    let metadata = owner.and_then(|owner| owner.metadata.clone());
    let name = match &target.schema {
        Some(schema) => format!("{schema}.{}", target.table),
        None => target.table.to_string(),
    };
    let known = metadata.as_ref().and_then(|metadata| metadata.tables.borrow().get(&name).cloned());
    let options = TableOptions { schema: target.schema.clone(), ..TableOptions::default() };
    let stub = || Table::new(target.table.clone(), &MetaData::default(), Vec::new(), options);
    match known {
        Some(table) => Value::Native(table),
        None => stub().map_or(Value::None, |table| Value::Native(NativeTable::new(table, metadata, &[]))),
    }
}

/// The foreign keys of a table: an object for each column that points.
pub(crate) fn keys_of(table: &Rc<NativeTable>, constraint: &Constraint) -> Vec<Value> {
    let ConstraintKind::ForeignKey { columns, targets, ondelete, onupdate, match_, use_alter } =
        &constraint.kind
    else {
        return Vec::new();
    };
    let key = |(column, target): (&String, &Target)| {
        let key = ForeignKey {
            name: constraint.name.clone(),
            ondelete: ondelete.clone(),
            onupdate: onupdate.clone(),
            deferrable: constraint.deferrable,
            initially: constraint.initially.clone(),
            match_: match_.clone(),
            use_alter: *use_alter,
            ..ForeignKey::new(target.clone())
        };
        let of = KeyOf { table: Rc::clone(table), constraint: constraint.clone(), column: column.clone() };
        Value::native(NativeItem { class: "ForeignKey", item: Item::ForeignKey(key), of: Some(of) })
    };
    columns.iter().zip(targets).map(key).collect()
}

/// What a foreign key of a table knows of the table and of the other one.
fn key_attribute(key: &ForeignKey, of: &KeyOf, name: &str) -> Option<Value> {
    let column = |table: &Rc<NativeTable>, key: &str| table.column(key).map(|column| Value::Native(column));
    match name {
        "parent" => column(&of.table, &of.column),
        "constraint" => Some(Value::native(NativeConstraint {
            class: "ForeignKeyConstraint",
            constraint: RefCell::new(of.constraint.clone()),
            table: RefCell::new(Some(Rc::clone(&of.table))),
        })),
        "column" => {
            let table = referred_table(Some(&of.table), &key.target).as_native::<NativeTable>()?;
            column(&table, key.target.column.as_deref()?)
        }
        _ => None,
    }
}

/// The name of a constraint; a nameless one has that of its table's convention, also where it was reflected.
fn constraint_name_of(table: Option<&NativeTable>, constraint: &Constraint) -> Value {
    let given = wrap::constraint_name_value(&constraint.name);
    match table.filter(|_| given.is_none()) {
        Some(table) => {
            let made = crate::sql::naming::convention_name(constraint, &table.table.borrow());
            made.ok().flatten().map_or(given, Value::str)
        }
        None => given,
    }
}

/// Attributes of constraints.
pub(crate) fn constraint_attribute(
    own: &Rc<NativeConstraint>,
    _interp: &mut Interpreter<'_>,
    name: &str,
) -> Outcome<Option<Value>> {
    let constraint = own.constraint.borrow();
    Ok(Some(match name {
        "name" => constraint_name_of(own.table.borrow().as_deref(), &constraint),
        "columns" | "column_keys" => {
            let table = own.table.borrow().clone();
            let column = |key: &String| match (&table, name) {
                (Some(table), "columns") => {
                    table.column(key).map_or_else(|| Value::str(key), |column| Value::Native(column))
                }
                _ => Value::str(key),
            };
            Value::list(constraint.columns().iter().map(column).collect())
        }
        "table" | "parent" => own.table.borrow().clone().map_or(Value::None, |table| Value::Native(table)),
        "ondelete" | "onupdate" => match &constraint.kind {
            ConstraintKind::ForeignKey { ondelete, onupdate, .. } => {
                if name == "ondelete" {
                    ondelete.clone().into()
                } else {
                    onupdate.clone().into()
                }
            }
            _ => return Ok(None),
        },
        "sqltext" => match &constraint.kind {
            ConstraintKind::Check { condition, .. } => expression::value(Rc::clone(condition)),
            _ => return Ok(None),
        },
        "deferrable" => constraint.deferrable.into(),
        "initially" => constraint.initially.clone().into(),
        "__visit_name__" => Value::str(match constraint.kind {
            ConstraintKind::PrimaryKey { .. } => "primary_key_constraint",
            ConstraintKind::Unique { .. } => "unique_constraint",
            ConstraintKind::Check { .. } => "check_constraint",
            ConstraintKind::ForeignKey { .. } => "foreign_key_constraint",
            ConstraintKind::Exclude { .. } => "exclude_constraint",
            ConstraintKind::Unknown => "constraint",
        }),
        "referred_table" => match &constraint.kind {
            ConstraintKind::ForeignKey { targets, .. } => {
                let owner = own.table.borrow().clone();
                targets.first().map_or(Value::None, |target| referred_table(owner.as_deref(), target))
            }
            _ => return Ok(None),
        },
        "elements" => match &constraint.kind {
            ConstraintKind::ForeignKey { targets, .. } => {
                let key = |target: &Target| {
                    let item = Item::ForeignKey(ForeignKey::new(target.clone()));
                    Value::native(NativeItem::new("ForeignKey", item))
                };
                match own.table.borrow().as_ref() {
                    Some(table) => Value::list(keys_of(table, &constraint)),
                    None => Value::list(targets.iter().map(key).collect()),
                }
            }
            _ => return Ok(None),
        },
        _ => return Ok(None),
    }))
}

/// Attributes of indexes.
pub(crate) fn index_attribute(
    own: &Rc<NativeIndex>,
    _interp: &mut Interpreter<'_>,
    name: &str,
) -> Outcome<Option<Value>> {
    let index = own.index.borrow();
    Ok(Some(match name {
        "name" => wrap::constraint_name_value(&index.name),
        "unique" => index.unique.into(),
        "table" => own.table.borrow().clone().map_or(Value::None, |table| Value::Native(table)),
        "columns" => {
            let table = own.table.borrow().clone();
            let column = |key: &String| {
                let found = table.as_ref().and_then(|table| table.column(key));
                found.map_or_else(|| Value::str(key), |column| Value::Native(column))
            };
            Value::list(index.columns().iter().map(column).collect())
        }
        "create" | "drop" => {
            drop(index);
            return Ok(Some(events::index_method(own, name == "create")));
        }
        _ => return Ok(None),
    }))
}

/// Attributes of what stands beside a column.
pub(crate) fn item_attribute(
    own: &Rc<NativeItem>,
    _interp: &mut Interpreter<'_>,
    name: &str,
) -> Outcome<Option<Value>> {
    if let (Item::ForeignKey(key), Some(of)) = (&own.item, &own.of)
        && let Some(found) = key_attribute(key, of, name)
    {
        return Ok(Some(found));
    }
    Ok(Some(match (&own.item, name) {
        (Item::ForeignKey(key), "target_fullname" | "_colspec") => Value::str(target_text(&key.target)),
        (Item::ForeignKey(key), "name") => wrap::constraint_name_value(&key.name),
        (Item::ForeignKey(key), "ondelete") => key.ondelete.clone().into(),
        (Item::ForeignKey(key), "onupdate") => key.onupdate.clone().into(),
        (Item::ForeignKey(key), "deferrable") => key.deferrable.into(),
        (Item::ForeignKey(key), "initially") => key.initially.clone().into(),
        (Item::ForeignKey(key), "use_alter") => key.use_alter.into(),
        (Item::ForeignKey(key), "copy" | "_copy") => {
            let key = key.clone();
            Value::function(name, move |_, _| {
                Ok(Value::native(NativeItem::new("ForeignKey", Item::ForeignKey(key.clone()))))
            })
        }
        (Item::Sequence(sequence), "name") => Value::str(&*sequence.name),
        (Item::Sequence(sequence), "schema") => sequence.schema.as_deref().map(Value::str).into_value(),
        (Item::Sequence(sequence), "next_value") => {
            let node = Node::NextValue { schema: sequence.schema.clone(), name: sequence.name.clone() };
            let expression = Expression::new(node, crate::sql::DataType::generic("Integer"));
            Value::function(name, move |_, _| Ok(expression::value(Rc::clone(&expression))))
        }
        (Item::Sequence(sequence), "create" | "drop") => {
            events::sequence_method((**sequence).clone(), name == "create")
        }
        (Item::Computed(computed), "sqltext") => expression::value(Rc::clone(&computed.expression)),
        (Item::Computed(computed), "persisted") => computed.persisted.into(),
        (Item::Default(ServerDefault::Text(text)), "arg") => Value::str(text),
        (Item::Default(ServerDefault::Expression(arg)), "arg") => expression::value(Rc::clone(arg)),
        _ => return Ok(None),
    }))
}

trait IntoValue {
    fn into_value(self) -> Value;
}

impl IntoValue for Option<Value> {
    fn into_value(self) -> Value {
        self.unwrap_or(Value::None)
    }
}

fn target_text(target: &Target) -> String {
    let parts = [target.schema.as_deref(), Some(&*target.table), target.column.as_deref()];
    parts.into_iter().flatten().collect::<Vec<_>>().join(".")
}
