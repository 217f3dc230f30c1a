//! `Column`: what it takes and what it answers.

use std::rc::Rc;

use super::super::wrap::{self, Item, NativeColumn, NativeConstraint, NativeItem, flag, identifier, text};
use super::super::{constraints, errors, expression, literals, types};
use crate::python::{Arguments, Interpreter, Key, Outcome, Unwind, Value};
use crate::sql::identifier::Identifier;
use crate::sql::table::{Autoincrement, ColumnDefault};
use crate::sql::{Column, DataType};

/// How many columns were made.
#[derive(Default)]
struct Made(usize);

/// `Column(name, type, *items, …)`
pub(crate) fn column(interp: &mut Interpreter<'_>, mut arguments: Arguments) -> Outcome<Value> {
    let mut positional: std::collections::VecDeque<Value> = std::mem::take(&mut arguments.positional).into();
    let mut name = arguments.take("name");
    if name.is_none()
        && let Some(first) = positional.front()
        && (text(first).is_some() || first.is_none())
    {
        name = positional.pop_front();
    }
    let mut kind = arguments.take("type_");
    let mut items = Vec::new();
    for value in positional {
        let is_item =
            value.as_native::<NativeItem>().is_some() || value.as_native::<NativeConstraint>().is_some();
        if !is_item && kind.is_none() {
            kind = Some(value);
        } else {
            items.push(value);
        }
    }
    let kind = kind.unwrap_or(Value::None);
    let data_type = types::data_type(interp, &kind)?;
    let name = name.as_ref().and_then(identifier).unwrap_or_else(|| "".into());
    let mut column = Column::new(name, data_type);
    for item in &items {
        take_item(interp, &mut column, item)?;
    }
    let written_default = arguments.get("default").cloned().unwrap_or(Value::None);
    let written_onupdate = arguments.get("onupdate").cloned().unwrap_or(Value::None);
    let info = arguments.get("info").cloned().unwrap_or(Value::None);
    set_options(interp, &mut column, arguments)?;
    let written_type = written_type(interp, kind);
    let mut native = NativeColumn::new(column, written_type);
    let made = &mut interp.lasting::<Made>().0;
    *made += 1;
    native.order = *made;
    (native.written_default, native.written_onupdate, native.info) =
        (written_default, written_onupdate, info);
    Ok(Value::native(native))
}

fn written_type(interp: &mut Interpreter<'_>, kind: Value) -> Value {
    match &kind {
        Value::Instance(_) => kind,
        _ if kind.as_native::<types::NativeType>().is_some() => kind,
        _ => types::data_type(interp, &kind).map_or(Value::None, types::type_value),
    }
}

fn take_item(interp: &mut Interpreter<'_>, column: &mut Column, item: &Value) -> Outcome<()> {
    if let Some(constraint) = item.as_native::<NativeConstraint>() {
        column.checks.push(constraint.constraint.borrow().clone());
        return Ok(());
    }
    let Some(own) = item.as_native::<NativeItem>() else {
        interp.refuse_foreign(item)?;
        let text = interp.repr(item)?;
        let message =
            format!("'SchemaItem' object, such as a 'Column' or a 'Constraint' expected, got {text}");
        return Err(errors::raise(interp, "ArgumentError", &message));
    };
    match &own.item {
        Item::ForeignKey(key) => column.foreign_keys.push(key.clone()),
        Item::Computed(computed) => column.computed = Some(computed.clone()),
        Item::Identity(identity) => column.identity = Some(identity.clone()),
        Item::Sequence(sequence) => {
            column.default = Some(ColumnDefault::Sequence(sequence.clone()));
        }
        Item::Default(default) => column.server_default = Some(default.clone()),
        Item::Fetched => column.server_default = Some(crate::sql::table::ServerDefault::Fetched),
    }
    Ok(())
}

fn set_options(interp: &mut Interpreter<'_>, column: &mut Column, mut arguments: Arguments) -> Outcome<()> {
    column.options = wrap::take_options(interp, &mut arguments.keyword)?;
    let quote = arguments.take("quote");
    if let Some(quote) = wrap::optional_flag(interp, quote)? {
        column.name = Identifier::quoted(column.name.as_str(), Some(quote));
    }
    for (name, value) in arguments.keyword {
        match &*name {
            "key" => {
                if let Some(key) = text(&value) {
                    column.key = key;
                }
            }
            "primary_key" => column.primary_key = flag(interp, Some(value), false)?,
            "nullable" => column.nullable = wrap::optional_flag(interp, Some(value))?,
            "unique" => column.unique = flag(interp, Some(value), false)?,
            "index" => column.index = flag(interp, Some(value), false)?,
            "system" => column.system = flag(interp, Some(value), false)?,
            "comment" => column.comment = text(&value),
            "autoincrement" => column.autoincrement = autoincrement(interp, &value)?,
            "default" | "insert_default" => {
                column.default = client_default(interp, &value, &column.data_type)?;
            }
            "onupdate" => column.onupdate = client_default(interp, &value, &column.data_type)?,
            "server_default" => match value.as_native::<NativeItem>() {
                Some(item) if matches!(item.item, Item::Computed(_) | Item::Identity(_)) => {
                    take_item(interp, column, &value)?;
                }
                _ => column.server_default = constraints::server_default(interp, &value)?,
            },
            "server_onupdate" | "info" | "doc" | "sort_order" | "_proxies" | "default_factory" | "init"
            | "repr" | "kw_only" | "compare" | "hash" => {}
            other => {
                let message =
                    format!("Additional arguments should be named <dialectname>_<argument>, got '{other}'");
                return Err(Unwind::type_error(message));
            }
        }
    }
    Ok(())
}

fn autoincrement(interp: &mut Interpreter<'_>, value: &Value) -> Outcome<Autoincrement> {
    Ok(match text(value).as_deref() {
        Some("auto") => Autoincrement::Auto,
        Some("ignore_fk") => Autoincrement::IgnoreForeignKey,
        _ => match flag(interp, Some(value.clone()), false)? {
            true => Autoincrement::True,
            false => Autoincrement::False,
        },
    })
}

/// `default=`: a value, an expression, a sequence; a function stays one.
fn client_default(
    interp: &mut Interpreter<'_>,
    value: &Value,
    data_type: &DataType,
) -> Outcome<Option<ColumnDefault>> {
    if value.is_none() {
        return Ok(None);
    }
    if let Some(expression) = wrap::expression(interp, value)? {
        return Ok(Some(ColumnDefault::Expression(expression)));
    }
    if let Some(item) = value.as_native::<NativeItem>()
        && let Item::Sequence(sequence) = &item.item
    {
        return Ok(Some(ColumnDefault::Sequence(sequence.clone())));
    }
    let is_class = matches!(value, Value::Class(_) | Value::Foreign(_));
    if is_class || interp.is_callable(value) {
        return Ok(Some(ColumnDefault::Callable));
    }
    // A decorator of the project sees it when a row is made, not here.
    if data_type.converter.is_some() {
        return Ok(Some(ColumnDefault::Callable));
    }
    literals::literal_for(interp, value, data_type).map(|value| Some(ColumnDefault::Value(value)))
}

/// Attributes of columns; what is not here is that of an expression.
pub(crate) fn column_attribute(
    own: &Rc<NativeColumn>,
    interp: &mut Interpreter<'_>,
    name: &str,
) -> Outcome<Option<Value>> {
    let column = own.column.borrow().clone();
    Ok(Some(match name {
        "name" => Value::str(&*column.name),
        "key" => Value::str(&column.key),
        "type" => own.written_type.borrow().clone(),
        "nullable" => column.is_nullable().into(),
        "primary_key" => column.primary_key.into(),
        "unique" => column.unique.into(),
        "index" => column.index.into(),
        "comment" => column.comment.into(),
        "info" => own.info.clone(),
        "autoincrement" => match column.autoincrement {
            Autoincrement::Auto => Value::str("auto"),
            Autoincrement::True => Value::Bool(true),
            Autoincrement::False => Value::Bool(false),
            Autoincrement::IgnoreForeignKey => Value::str("ignore_fk"),
        },
        "server_default" => match column.server_default {
            Some(crate::sql::table::ServerDefault::Fetched) => {
                Value::native(NativeItem::new("FetchedValue", Item::Fetched))
            }
            Some(default) => Value::native(NativeItem::new("DefaultClause", Item::Default(default))),
            None => Value::None,
        },
        "default" => own.written_default.clone(),
        "computed" => column.computed.map_or(Value::None, |computed| {
            Value::native(NativeItem::new("Computed", Item::Computed(computed)))
        }),
        "identity" => column.identity.map_or(Value::None, |identity| {
            Value::native(NativeItem::new("Identity", Item::Identity(identity)))
        }),
        "table" => own.table.borrow().clone().map_or(Value::None, |table| Value::Native(table)),
        "foreign_keys" => {
            let table = own.table.borrow().clone();
            let keys: Vec<Value> = match &table {
                Some(table) => {
                    let constraints = table.table.borrow().constraints.clone();
                    let all = constraints.iter().flat_map(|each| constraints::keys_of(table, each));
                    all.filter(|key| {
                        let key = key.as_native::<NativeItem>();
                        key.and_then(|key| Some(key.of.as_ref()?.column == column.key)) == Some(true)
                    })
                    .collect()
                }
                None => {
                    let key = |key: &crate::sql::table::ForeignKey| {
                        Value::native(NativeItem::new("ForeignKey", Item::ForeignKey(key.clone())))
                    };
                    column.foreign_keys.iter().map(key).collect()
                }
            };
            return interp.make_set(keys, false).map(Some);
        }
        "copy" | "_copy" => {
            let own = Rc::clone(own);
            Value::function(name, move |_, _| {
                let column = own.column.borrow().clone();
                Ok(Value::native(NativeColumn::new(column, own.written_type.borrow().clone())))
            })
        }
        "__clause_element__" => {
            let expression = own.expression();
            Value::function(name, move |_, _| Ok(expression::value(Rc::clone(&expression))))
        }
        _ => {
            let value = expression::value(own.expression());
            return interp.find_attribute(&value, name);
        }
    }))
}

/// Sets an attribute of a column.
pub(crate) fn set_column_attribute(
    own: &Rc<NativeColumn>,
    interp: &mut Interpreter<'_>,
    name: &str,
    value: &Value,
) -> Outcome<bool> {
    let mut column = own.column.borrow().clone();
    match name {
        "name" => {
            let fresh = identifier(value).unwrap_or_else(|| "".into());
            if column.key == column.name.as_str() {
                column.key = fresh.to_string();
            }
            column.name = fresh;
        }
        "key" => column.key = text(value).unwrap_or_default(),
        "nullable" => column.nullable = wrap::optional_flag(interp, Some(value.clone()))?,
        "primary_key" => column.primary_key = flag(interp, Some(value.clone()), false)?,
        "unique" => column.unique = flag(interp, Some(value.clone()), false)?,
        "index" => column.index = flag(interp, Some(value.clone()), false)?,
        "comment" => column.comment = text(value),
        "server_default" => column.server_default = constraints::server_default(interp, value)?,
        "autoincrement" => column.autoincrement = autoincrement(interp, value)?,
        "type" => {
            column.data_type = Rc::new(types::data_type(interp, value)?);
            *own.written_type.borrow_mut() = value.clone();
        }
        "info" | "doc" => return Ok(true),
        _ => return Ok(false),
    }
    if let Some(table) = own.table.borrow().as_ref()
        && let Some(place) = table.table.borrow_mut().column_mut(&own.column.borrow().key)
    {
        *place = column.clone();
    }
    *own.column.borrow_mut() = column;
    Ok(true)
}

/// The key of a column as that of a dict.
pub(crate) fn dict_key(column: &NativeColumn) -> Option<Key> {
    let table = column.table.borrow().clone()?;
    let table = table.table.borrow();
    let schema = table.schema.as_deref().unwrap_or("");
    let name = column.column.borrow().name.to_string();
    Some(Key::Named("column".to_owned(), format!("{schema}.{}.{name}", table.name.as_str())))
}
