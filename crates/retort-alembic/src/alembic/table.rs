//! `Column`, `Table`, `MetaData`: what they take and what they answer.

use std::cell::RefCell;
use std::rc::Rc;

use retort_core::schema::ObjectName;

use super::wrap::{
    self, Item, NativeClass, NativeColumn, NativeConstraint, NativeIndex, NativeItem, NativeMetaData,
    NativeTable, flag, identifier, text,
};
use super::{constraints, errors, events, expression, inspector, literals, types, world};
use crate::python::{Arguments, Interpreter, Key, Native, Outcome, Unwind, Value};
use crate::sql::identifier::Identifier;
use crate::sql::naming::NamingConvention;
use crate::sql::reflect;
use crate::sql::table::{
    Autoincrement, ColumnDefault, Index, MetaData, OptionValue, Table, TableItem, TableOptions,
};
use crate::sql::{Column, DataType};

/// The tables of this run, so that an index over an expression finds its own.
#[derive(Default)]
pub(crate) struct KnownTables(Vec<Rc<NativeTable>>);

/// The table of that name that was made last.
pub(crate) fn find_known(
    interp: &mut Interpreter<'_>,
    schema: Option<&Identifier>,
    name: &Identifier,
) -> Option<Rc<NativeTable>> {
    let known = &interp.slot::<KnownTables>().0;
    let is_it = |table: &&Rc<NativeTable>| {
        let table = table.table.borrow();
        table.name == *name && table.schema.as_ref() == schema
    };
    known.iter().rev().find(is_it).cloned()
}

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
    let info = arguments.get("info").cloned().unwrap_or(Value::None);
    set_options(interp, &mut column, arguments)?;
    let written_type = written_type(interp, kind);
    let mut native = NativeColumn::new(column, written_type);
    (native.written_default, native.info) = (written_default, info);
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
    literals::literal_for(interp, value, data_type).map(|value| Some(ColumnDefault::Value(value)))
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
    metadata.tables.borrow_mut().insert(table.full_name(), Rc::clone(table));
    interp.slot::<KnownTables>().0.push(Rc::clone(table));
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
            extend_table(interp, &known, items)?;
        }
        return Ok(Value::Native(known));
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
    Ok(())
}

fn metadata_of(interp: &mut Interpreter<'_>, value: &Value) -> Outcome<Rc<NativeMetaData>> {
    if let Some(metadata) = value.as_native::<NativeMetaData>() {
        return Ok(metadata);
    }
    interp.refuse_foreign(value)?;
    Err(Unwind::type_error("a MetaData is expected"))
}

/// A table as the database has it; columns given replace those that were found.
fn reflected(
    interp: &mut Interpreter<'_>,
    name: &Identifier,
    schema: Option<&Identifier>,
    metadata: &Rc<NativeMetaData>,
    items: Items,
) -> Outcome<Value> {
    let (model, is_certain) = world::schema(interp);
    let dialect = world::dialect(interp);
    let object = inspector::object(schema.map(|schema| &**schema), name);
    if !is_certain {
        return Ok(world::unknown(interp, format!("the columns of `{name}`")));
    }
    let made = reflect::reflect_table(&model, &object, &metadata.metadata.borrow(), false, dialect);
    let mut table = wrap::checked(interp, made)?;
    let extended = table.take(items.items);
    wrap::checked(interp, extended)?;
    let native = NativeTable::new(table, Some(Rc::clone(metadata)), &items.columns);
    remember(interp, metadata, &native, &items.constraints);
    reflect_referred(interp, &native, metadata, &model)?;
    Ok(Value::Native(native))
}

/// Tables that a reflected one points at come along (`resolve_fks=True`).
fn reflect_referred(
    interp: &mut Interpreter<'_>,
    table: &Rc<NativeTable>,
    metadata: &Rc<NativeMetaData>,
    model: &retort_core::schema::Schema,
) -> Outcome<()> {
    let dialect = world::dialect(interp);
    let mut open = vec![Rc::clone(table)];
    while let Some(next) = open.pop() {
        let targets = events::targets(&next.table.borrow());
        for (schema, name) in targets {
            let full = schema.as_ref().map_or_else(|| name.clone(), |schema| format!("{schema}.{name}"));
            if metadata.tables.borrow().contains_key(&full) {
                continue;
            }
            let object: ObjectName = inspector::object(schema.as_deref(), &name);
            let Ok(found) =
                reflect::reflect_table(model, &object, &metadata.metadata.borrow(), false, dialect)
            else {
                continue;
            };
            let native = NativeTable::new(found, Some(Rc::clone(metadata)), &[]);
            remember(interp, metadata, &native, &[]);
            open.push(native);
        }
    }
    Ok(())
}

/// `metadata.reflect(bind, schema=…, only=…)`
fn reflect_all(
    interp: &mut Interpreter<'_>,
    metadata: &Rc<NativeMetaData>,
    mut arguments: Arguments,
) -> Outcome<Value> {
    let schema = arguments.take("schema").or_else(|| arguments.positional.get(1).cloned());
    let schema = schema.as_ref().and_then(identifier).or_else(|| metadata.metadata.borrow().schema.clone());
    let only = arguments.take("only").or_else(|| arguments.positional.get(3).cloned());
    let only = match only {
        None | Some(Value::None) => None,
        Some(value) if interp.is_callable(&value) => {
            return Err(Unwind::unsupported("metadata.reflect() with a function as `only`"));
        }
        Some(value) => Some(wrap::several(interp, &value)?.iter().filter_map(text).collect::<Vec<_>>()),
    };
    let (model, is_certain) = world::schema(interp);
    if !is_certain {
        return Err(Unwind::unsupported("metadata.reflect() where the schema is not known"));
    }
    for name in reflect::table_names(&model, schema.as_deref()) {
        let full = schema.as_ref().map_or_else(|| name.clone(), |schema| format!("{schema}.{name}"));
        let is_known = metadata.tables.borrow().contains_key(&full);
        if is_known || only.as_ref().is_some_and(|only| !only.contains(&name)) {
            continue;
        }
        let nothing = Items { items: Vec::new(), columns: Vec::new(), constraints: Vec::new() };
        reflected(interp, &name.into(), schema.as_ref(), metadata, nothing)?;
    }
    Ok(Value::None)
}

/// `MetaData(…)`
pub(crate) fn metadata(interp: &mut Interpreter<'_>, mut arguments: Arguments) -> Outcome<Value> {
    let mut metadata =
        MetaData { schema: arguments.take("schema").as_ref().and_then(identifier), ..MetaData::default() };
    if let Some(convention) = arguments.take("naming_convention").filter(|value| !value.is_none()) {
        metadata.naming = Rc::new(naming_convention(interp, &convention)?);
    }
    let mut native = NativeMetaData::new(metadata);
    if let Some(bind) = arguments.take("bind").or_else(|| arguments.positional.first().cloned()) {
        native.bind = bind;
    }
    if let Some(info) = arguments.take("info") {
        native.info = info;
    }
    Ok(Value::native(native))
}

/// A naming convention from a dict; classes of constraints count as their keys.
pub(crate) fn naming_convention(interp: &mut Interpreter<'_>, value: &Value) -> Outcome<NamingConvention> {
    interp.refuse_foreign(value)?;
    let Value::Dict(dict) = value.plain() else { return Ok(NamingConvention::default()) };
    let pairs: Vec<(Value, Value)> =
        dict.borrow().pairs().map(|(key, value)| (key.clone(), value.clone())).collect();
    let mut templates = Vec::new();
    for (key, value) in pairs {
        let key = match (text(&key), key.as_native::<NativeClass>()) {
            (Some(text), _) => text,
            (None, Some(class)) => match class.name {
                "Index" => "ix",
                "UniqueConstraint" => "uq",
                "CheckConstraint" => "ck",
                "ForeignKeyConstraint" => "fk",
                "PrimaryKeyConstraint" => "pk",
                _ => continue,
            }
            .to_owned(),
            (None, None) => continue,
        };
        match text(&value) {
            Some(template) => templates.push((key, Some(template))),
            None if value.is_none() => templates.push((key, None)),
            None => return Err(Unwind::unsupported("a naming convention with a token that is a function")),
        }
    }
    Ok(NamingConvention::new(templates))
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
                Value::native(NativeItem { class: "FetchedValue", item: Item::Fetched })
            }
            Some(default) => {
                Value::native(NativeItem { class: "DefaultClause", item: Item::Default(default) })
            }
            None => Value::None,
        },
        "default" => own.written_default.clone(),
        "computed" => column.computed.map_or(Value::None, |computed| {
            Value::native(NativeItem { class: "Computed", item: Item::Computed(computed) })
        }),
        "identity" => column.identity.map_or(Value::None, |identity| {
            Value::native(NativeItem { class: "Identity", item: Item::Identity(identity) })
        }),
        "table" => own.table.borrow().clone().map_or(Value::None, |table| Value::Native(table)),
        "foreign_keys" => {
            let key = |key: &crate::sql::table::ForeignKey| {
                Value::native(NativeItem { class: "ForeignKey", item: Item::ForeignKey(key.clone()) })
            };
            let keys = column.foreign_keys.iter().map(key).collect();
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

/// `table.c`, `table.columns`
#[derive(Debug)]
pub(crate) struct NativeColumns {
    table: Rc<NativeTable>,
    /// Only those of the primary key.
    keys_only: bool,
}

impl NativeColumns {
    fn list(&self) -> Vec<(String, Rc<NativeColumn>)> {
        let table = self.table.table.borrow();
        let keys = table.primary_key_columns();
        let columns = self.table.columns.borrow();
        let chosen = columns.iter().filter(|(key, _)| !self.keys_only || keys.contains(key));
        chosen.map(|(key, column)| (key.clone(), Rc::clone(column))).collect()
    }

    fn values(&self) -> Vec<Value> {
        self.list().into_iter().map(|(_, column)| Value::Native(column)).collect()
    }
}

impl Native for NativeColumns {
    fn type_name(&self) -> &str {
        "ReadOnlyColumnCollection"
    }

    fn attribute(self: Rc<Self>, _interp: &mut Interpreter<'_>, name: &str) -> Outcome<Option<Value>> {
        if let Some(column) = self.list().into_iter().find(|(key, _)| key == name) {
            return Ok(Some(Value::Native(column.1)));
        }
        let own = Rc::clone(&self);
        Ok(Some(match name {
            "keys" => Value::function(name, move |_, _| {
                Ok(Value::list(own.list().iter().map(|(key, _)| Value::str(key)).collect()))
            }),
            "values" => Value::function(name, move |_, _| Ok(Value::list(own.values()))),
            "items" => Value::function(name, move |_, _| {
                let pair = |(key, column): (String, Rc<NativeColumn>)| {
                    Value::tuple(vec![Value::str(key), Value::Native(column)])
                };
                Ok(Value::list(own.list().into_iter().map(pair).collect()))
            }),
            "get" => Value::function(name, move |_, arguments| {
                let [key, default] = arguments.bind("get", "key default?")?;
                let key = key.as_ref().and_then(text).unwrap_or_default();
                let found = own.list().into_iter().find(|(own, _)| *own == key);
                Ok(found.map_or(default.unwrap_or(Value::None), |(_, column)| Value::Native(column)))
            }),
            "contains_column" => Value::function(name, move |interp, arguments| {
                let [column] = arguments.exactly("contains_column")?;
                let found =
                    interp.type_name(&column) == "Column" && own.values().iter().any(|own| own.is(&column));
                Ok(Value::Bool(found))
            }),
            "columns" => Value::list(self.values()),
            _ => return Ok(None),
        }))
    }

    fn iterate(self: Rc<Self>, _interp: &mut Interpreter<'_>) -> Outcome<Option<Value>> {
        Ok(Some(Value::list(self.values())))
    }

    fn length(self: Rc<Self>, _interp: &mut Interpreter<'_>) -> Outcome<Option<Value>> {
        Ok(Some(Value::Int(self.list().len() as i64)))
    }

    fn item(self: Rc<Self>, _interp: &mut Interpreter<'_>, index: &Value) -> Outcome<Option<Value>> {
        if let Some(at) = index.as_int() {
            let found = usize::try_from(at).ok().and_then(|at| self.values().get(at).cloned());
            return found.map(Some).ok_or_else(|| Unwind::raise("IndexError", at.to_string()));
        }
        let key = wrap::key_text(index);
        match self.list().into_iter().find(|(own, _)| *own == key) {
            Some((_, column)) => Ok(Some(Value::Native(column))),
            None => Err(Unwind::raise("KeyError", format!("'{key}'"))),
        }
    }

    fn compare(
        self: Rc<Self>,
        _interp: &mut Interpreter<'_>,
        comparison: crate::python::Comparison,
        other: &Value,
    ) -> Outcome<Option<Value>> {
        let is_there = || {
            let key = wrap::key_text(other);
            self.list().iter().any(|(own, _)| *own == key)
        };
        Ok(match comparison {
            crate::python::Comparison::In => Some(Value::Bool(is_there())),
            crate::python::Comparison::NotIn => Some(Value::Bool(!is_there())),
            _ => None,
        })
    }
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
        "constraints" | "foreign_key_constraints" => {
            Value::list(constraint_values(own, &table, name == "foreign_key_constraints"))
        }
        "foreign_keys" => {
            let keys = table.columns.iter().flat_map(|column| &column.foreign_keys);
            let value = |key: &crate::sql::table::ForeignKey| {
                Value::native(NativeItem { class: "ForeignKey", item: Item::ForeignKey(key.clone()) })
            };
            Value::list(keys.map(value).collect())
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
        _ => return events::source_attribute(interp, &own.source(), name),
    }))
}

fn constraint_values(own: &Rc<NativeTable>, table: &Table, foreign_only: bool) -> Vec<Value> {
    use crate::sql::table::ConstraintKind;
    let class = |kind: &ConstraintKind| match kind {
        ConstraintKind::PrimaryKey { .. } => "PrimaryKeyConstraint",
        ConstraintKind::Unique { .. } => "UniqueConstraint",
        ConstraintKind::Check { .. } => "CheckConstraint",
        ConstraintKind::ForeignKey { .. } => "ForeignKeyConstraint",
        ConstraintKind::Exclude { .. } => "ExcludeConstraint",
        ConstraintKind::Unknown => "Constraint",
    };
    let all = std::iter::once(&table.primary_key).chain(&table.constraints);
    all.filter(|own| !foreign_only || matches!(own.kind, ConstraintKind::ForeignKey { .. }))
        .map(|constraint| {
            Value::native(NativeConstraint {
                class: class(&constraint.kind),
                constraint: RefCell::new(constraint.clone()),
                table: RefCell::new(Some(Rc::clone(own))),
            })
        })
        .collect()
}

/// Sets an attribute of a table.
pub(crate) fn set_table_attribute(own: &Rc<NativeTable>, name: &str, value: &Value) -> Outcome<bool> {
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

/// Attributes of a `MetaData`.
pub(crate) fn metadata_attribute(
    own: &Rc<NativeMetaData>,
    _interp: &mut Interpreter<'_>,
    name: &str,
) -> Outcome<Option<Value>> {
    Ok(Some(match name {
        "tables" => {
            let tables = own.tables.borrow();
            Value::dict_of(tables.iter().map(|(name, table)| (name, Value::Native(table.clone()))))
        }
        "sorted_tables" => {
            let tables: Vec<Rc<NativeTable>> = own.tables.borrow().values().cloned().collect();
            Value::list(events::sorted(&tables).into_iter().map(|table| Value::Native(table)).collect())
        }
        "schema" => own.metadata.borrow().schema.as_ref().map_or(Value::None, |schema| Value::str(&**schema)),
        "bind" => own.bind.clone(),
        "info" => own.info.clone(),
        "naming_convention" => Value::dict_of::<&str>([]),
        "create_all" | "drop_all" | "reflect" | "clear" | "remove" => {
            let (own, method) = (Rc::clone(own), name.to_owned());
            Value::function(name, move |interp, arguments| match &*method {
                "create_all" => events::create_all(interp, &own, arguments),
                "drop_all" => events::drop_all(interp, &own, arguments),
                "reflect" => reflect_all(interp, &own, arguments),
                "remove" => {
                    let [table] = arguments.exactly("remove")?;
                    if let Some(table) = table.as_native::<NativeTable>() {
                        own.tables.borrow_mut().shift_remove(&table.full_name());
                    }
                    Ok(Value::None)
                }
                _ => {
                    own.tables.borrow_mut().clear();
                    Ok(Value::None)
                }
            })
        }
        _ => return Ok(None),
    }))
}

/// The key of a column as that of a dict.
pub(crate) fn dict_key(column: &NativeColumn) -> Option<Key> {
    let table = column.table.borrow().clone()?;
    let table = table.table.borrow();
    let schema = table.schema.as_deref().unwrap_or("");
    let name = column.column.borrow().name.to_string();
    Some(Key::Named("column".to_owned(), format!("{schema}.{}.{name}", table.name.as_str())))
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
