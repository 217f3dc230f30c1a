//! `Column`, `Table`, `MetaData`: what they take and what they answer.

mod column;
mod columns;
mod constraint_set;
mod foreign_type;
mod metadata;
mod reflect;

use std::cell::RefCell;
use std::rc::Rc;

use super::wrap::{
    self, NativeColumn, NativeConstraint, NativeIndex, NativeItem, NativeMetaData, NativeTable, flag,
    identifier, text,
};
use super::{constraints, dml, errors, events, expression};
use crate::python::{Arguments, Interpreter, Outcome, Unwind, Value};
use crate::sql::identifier::Identifier;
use crate::sql::table::{Index, OptionValue, Table, TableItem, TableOptions};
use reflect::reflected;

pub(crate) use column::{column, column_attribute, dict_key, set_column_attribute};
pub(crate) use columns::NativeColumns;
use constraint_set::ConstraintSet;
pub(crate) use foreign_type::settle;
pub(crate) use metadata::{metadata, metadata_attribute, naming_convention};

/// The tables of this run, so that an index over an expression finds its own.
#[derive(Default)]
pub(crate) struct KnownTables(Vec<Rc<NativeTable>>);

/// The table of that name that was made last.
pub(crate) fn find_known(
    interp: &mut Interpreter<'_>,
    schema: Option<&Identifier>,
    name: &Identifier,
) -> Option<Rc<NativeTable>> {
    let is_it = |table: &&Rc<NativeTable>| {
        let table = table.table.borrow();
        table.name == *name && table.schema.as_ref() == schema
    };
    super::world::find_kept(interp, |known: &KnownTables| known.0.iter().rev().find(is_it).cloned())
}

/// What `Table(…)` and `op.create_table` were given.
pub(crate) struct Items {
    /// As data.
    pub(crate) items: Vec<TableItem>,
    /// The columns as Python holds them.
    pub(crate) columns: Vec<Rc<NativeColumn>>,
    /// The constraints and indexes as Python holds them.
    constraints: Vec<Value>,
}

/// The columns, constraints and indexes among arguments.
pub(crate) fn items(interp: &mut Interpreter<'_>, values: &[Value]) -> Outcome<Items> {
    let mut found = Items { items: Vec::new(), columns: Vec::new(), constraints: Vec::new() };
    for value in values {
        if let Some(column) = value.as_native::<NativeColumn>() {
            found.items.push(TableItem::Column(Box::new(column.column.borrow().clone())));
            found.columns.push(column);
        } else if let Some(constraint) = value.as_native::<NativeConstraint>() {
            found.items.push(TableItem::Constraint(Box::new(constraint.constraint.borrow().clone())));
            found.constraints.push(value.clone());
        } else if let Some(index) = value.as_native::<NativeIndex>() {
            found.items.push(TableItem::Index(Box::new(index.index.borrow().clone())));
            found.constraints.push(value.clone());
        } else if value.is_none() {
            // `op.create_table(…, None)`: Alembic refuses, older code got by.
        } else if let Some(item) = value.as_native::<NativeItem>() {
            return Err(Unwind::unsupported(format!("`{}` as an argument of a table", item.class)));
        } else {
            interp.refuse_foreign(value)?;
            let text = interp.repr(value)?;
            let message =
                format!("'SchemaItem' object, such as a 'Column' or a 'Constraint' expected, got {text}");
            return Err(errors::raise(interp, "ArgumentError", &message));
        }
    }
    Ok(found)
}

/// The keyword arguments of a table.
pub(crate) fn table_options(
    interp: &mut Interpreter<'_>,
    arguments: &mut Arguments,
) -> Outcome<TableOptions> {
    let mut options = TableOptions {
        options: wrap::take_options(interp, &mut arguments.keyword)?,
        schema: arguments.take("schema").as_ref().and_then(identifier),
        comment: arguments.take("comment").as_ref().and_then(text),
        prefixes: Vec::new(),
    };
    if let Some(prefixes) = arguments.take("prefixes") {
        for prefix in wrap::several(interp, &prefixes)? {
            options.prefixes.push(wrap::known_text(interp, &prefix, "a prefix of a table")?);
        }
    }
    Ok(options)
}

/// Makes a table of its parts, known to its `MetaData`.
pub(crate) fn make_table(
    interp: &mut Interpreter<'_>,
    name: Identifier,
    metadata: &Rc<NativeMetaData>,
    items: Items,
    options: TableOptions,
) -> Outcome<Rc<NativeTable>> {
    let made = Table::new(name, &metadata.metadata.borrow(), items.items, options);
    let table = wrap::checked(interp, made)?;
    let native = NativeTable::new(table, Some(Rc::clone(metadata)), &items.columns);
    remember(interp, metadata, &native, &items.constraints);
    Ok(native)
}

fn remember(
    interp: &mut Interpreter<'_>,
    metadata: &Rc<NativeMetaData>,
    table: &Rc<NativeTable>,
    constraints: &[Value],
) {
    for value in constraints {
        if let Some(constraint) = value.as_native::<NativeConstraint>() {
            *constraint.table.borrow_mut() = Some(Rc::clone(table));
        } else if let Some(index) = value.as_native::<NativeIndex>() {
            *index.table.borrow_mut() = Some(Rc::clone(table));
        }
    }
    let (name, own) = (table.full_name(), Rc::clone(metadata));
    interp.doubt_native(move |unknown| {
        own.tables.borrow_mut().shift_remove(&name);
        *own.doubted.borrow_mut() = Some(unknown.derived());
    });
    metadata.tables.borrow_mut().insert(table.full_name(), Rc::clone(table));
    settle(table);
    super::world::keeping::<KnownTables>(interp).0.push(Rc::clone(table));
}

/// `Table(name, metadata, *items, …)`
pub(crate) fn table(interp: &mut Interpreter<'_>, mut arguments: Arguments) -> Outcome<Value> {
    let mut positional = std::mem::take(&mut arguments.positional);
    if positional.len() < 2 {
        let metadata = arguments.take("metadata");
        match (positional.len(), metadata) {
            (1, Some(metadata)) => positional.push(metadata),
            _ => return Err(Unwind::type_error("Table() needs a name and a MetaData")),
        }
    }
    let rest = positional.split_off(2);
    let metadata = metadata_of(interp, &positional[1])?;
    interp.refuse_foreign(&positional[0])?;
    let Some(mut name) = identifier(&positional[0]) else {
        return Err(Unwind::type_error("the name of a table must be a str"));
    };
    let quote = arguments.take("quote");
    if let Some(quote) = wrap::optional_flag(interp, quote)? {
        name = Identifier::quoted(name.as_str(), Some(quote));
    }
    let options = table_options(interp, &mut arguments)?;
    let autoload_with = arguments.take("autoload_with").filter(|value| !value.is_none());
    let autoload = flag(interp, arguments.take("autoload"), autoload_with.is_some())?;
    let extend = flag(interp, arguments.take("extend_existing"), false)?;
    let keep = flag(interp, arguments.take("keep_existing"), false)?;
    let must_exist = flag(interp, arguments.take("must_exist"), false)?;
    let schema = options.schema.clone().or_else(|| metadata.metadata.borrow().schema.clone());
    let full = schema.as_ref().map_or_else(|| name.to_string(), |schema| format!("{schema}.{name}"));
    let known = metadata.tables.borrow().get(&full).cloned();
    if let Some(known) = known {
        if !rest.is_empty() && !extend && !keep {
            let message = format!(
                "Table '{full}' is already defined for this MetaData instance.  Specify 'extend_existing=True' to \
                 redefine options and columns on an existing Table object."
            );
            return Err(errors::raise(interp, "InvalidRequestError", &message));
        }
        if extend {
            let items = items(interp, &rest)?;
            events::doubt(interp, &known);
            extend_table(interp, &known, items)?;
        }
        return Ok(Value::Native(known));
    }
    if let (true, Some(unknown)) = (rest.is_empty() && !autoload, &*metadata.doubted.borrow()) {
        return Ok(Value::Unknown(unknown.derived()));
    }
    if must_exist {
        return Err(errors::raise(interp, "InvalidRequestError", &format!("Table '{full}' not defined")));
    }
    let items = items(interp, &rest)?;
    if autoload {
        return reflected(interp, &name, schema.as_ref(), &metadata, items);
    }
    make_table(interp, name, &metadata, items, options).map(|table| Value::Native(table))
}

fn extend_table(interp: &mut Interpreter<'_>, known: &Rc<NativeTable>, items: Items) -> Outcome<()> {
    let extended = known.table.borrow_mut().take(items.items);
    wrap::checked(interp, extended)?;
    known.adopt(&items.columns);
    settle(known);
    Ok(())
}

fn metadata_of(interp: &mut Interpreter<'_>, value: &Value) -> Outcome<Rc<NativeMetaData>> {
    if let Some(metadata) = value.as_native::<NativeMetaData>() {
        return Ok(metadata);
    }
    interp.refuse_foreign(value)?;
    Err(Unwind::type_error("a MetaData is expected"))
}

/// Attributes of tables; what is not here is that of a thing to read from.
pub(crate) fn table_attribute(
    own: &Rc<NativeTable>,
    interp: &mut Interpreter<'_>,
    name: &str,
) -> Outcome<Option<Value>> {
    let table = own.table.borrow().clone();
    let columns = |keys_only| Value::native(NativeColumns { table: Rc::clone(own), keys_only });
    Ok(Some(match name {
        "name" => Value::str(&*table.name),
        "key" | "fullname" => Value::str(own.full_name()),
        "schema" => table.schema.map_or(Value::None, |schema| Value::str(&*schema)),
        "comment" => table.comment.into(),
        "c" | "columns" | "exported_columns" => columns(false),
        "metadata" => own.metadata.clone().map_or(Value::None, |metadata| Value::Native(metadata)),
        "info" => Value::dict_of::<&str>([]),
        "primary_key" => columns(true),
        "indexes" => {
            let index = |index: &Index| {
                Value::native(NativeIndex {
                    index: RefCell::new(index.clone()),
                    table: RefCell::new(Some(Rc::clone(own))),
                })
            };
            Value::list(table.indexes.iter().map(index).collect())
        }
        "constraints" => Value::native(ConstraintSet { table: Rc::clone(own) }),
        "foreign_key_constraints" => {
            let mut all = ConstraintSet { table: Rc::clone(own) }.values();
            all.retain(|own| matches!(own, Value::Native(own) if own.type_name() == "ForeignKeyConstraint"));
            Value::list(all)
        }
        "foreign_keys" => {
            let keys = table.constraints.iter().flat_map(|constraint| constraints::keys_of(own, constraint));
            return interp.make_set(keys.collect(), false).map(Some);
        }
        "autoincrement_column" | "_autoincrement_column" => {
            let key = table.autoincrement_column().map(|column| column.key.clone());
            let found = key.and_then(|key| own.column(&key));
            found.map_or(Value::None, |column| Value::Native(column))
        }
        "create"
        | "drop"
        | "exists"
        | "append_column"
        | "append_constraint"
        | "to_metadata"
        | "tometadata"
        | "add_is_dependent_on" => {
            let (own, method) = (Rc::clone(own), name.to_owned());
            Value::function(name, move |interp, arguments| {
                events::table_method(&own, interp, &method, arguments)
            })
        }
        "insert" | "update" | "delete" => {
            let make = match name {
                "insert" => dml::insert,
                "update" => dml::update,
                _ => dml::delete,
            };
            let this = Value::Native(own.clone());
            Value::function(name, move |interp, arguments| make(interp, arguments.with_first(this.clone())))
        }
        _ => return events::source_attribute(interp, &own.source(), name),
    }))
}

/// Sets an attribute of a table.
pub(crate) fn set_table_attribute(
    own: &Rc<NativeTable>,
    interp: &mut Interpreter<'_>,
    name: &str,
    value: &Value,
) -> Outcome<bool> {
    if name == "constraints" {
        let values = interp.values(value)?;
        return ConstraintSet { table: Rc::clone(own) }.replace(interp, &values).map(|()| true);
    }
    let mut table = own.table.borrow_mut();
    match name {
        "schema" => table.schema = identifier(value),
        "comment" => table.comment = text(value),
        "name" => table.name = identifier(value).unwrap_or_else(|| "".into()),
        "info" => {}
        _ => return Ok(false),
    }
    Ok(true)
}

/// Options as a dict, for the inspector.
pub(crate) fn options_value(options: &crate::sql::table::Options) -> Value {
    let entries = options.0.iter().map(|(name, value)| {
        let value = match value {
            OptionValue::Literal(crate::sql::Literal::Str(text)) => Value::str(text),
            OptionValue::Literal(crate::sql::Literal::Bool(flag)) => Value::Bool(*flag),
            OptionValue::Names(names) => Value::list(names.iter().map(Value::str).collect()),
            OptionValue::Expression(expression) => expression::value(Rc::clone(expression)),
            OptionValue::Literal(_) | OptionValue::Map(_) => Value::None,
        };
        (name, value)
    });
    Value::dict_of(entries)
}
