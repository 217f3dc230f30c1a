//! Constraints, indexes, and what stands beside a column: `ForeignKey`, `Computed`, `Identity`, `Sequence`.

mod attribute;
mod compiles;

use std::cell::RefCell;
use std::rc::Rc;

pub(crate) use attribute::{constraint_attribute, index_attribute, item_attribute, keys_of};
pub(crate) use compiles::{compiled_constraint, compiled_table};

use super::wrap::{
    self, Item, NativeColumn, NativeConstraint, NativeIndex, NativeItem, NativeTable, constraint_name, flag,
    identifier, optional_flag, optional_text, several, text,
};
use super::{errors, types};
use crate::python::{Arguments, Interpreter, Outcome, Unwind, Value};
use crate::sql::expression::{Expression, From, Node};
use crate::sql::identifier::{ConstraintName, Identifier};
use crate::sql::table::{
    Computed, Constraint, ConstraintKind, ForeignKey, IdentityOptions, Index, IndexPart, Sequence,
    ServerDefault, Target,
};

/// What a foreign key points at: a text, a column.
fn target(interp: &mut Interpreter<'_>, value: &Value) -> Outcome<Target> {
    if let Some(text) = text(value) {
        return Ok(Target::parse(&text));
    }
    if let Some(column) = value.as_native::<NativeColumn>() {
        let name = column.column.borrow().name.clone();
        let Some(table) = column.table.borrow().clone() else {
            return Err(errors::raise(
                interp,
                "NoReferencedTableError",
                &format!("the column {name} that a foreign key points at is in no table"),
            ));
        };
        let table = table.table.borrow();
        return Ok(Target { schema: table.schema.clone(), table: table.name.clone(), column: Some(name) });
    }
    if let Some(expression) = wrap::expression(interp, value)?
        && let Node::Column { from: Some(From::Table(source)), name } = &expression.node
    {
        let (schema, table) = (source.schema.clone(), source.name.clone());
        return Ok(Target { schema, table, column: Some(name.clone()) });
    }
    interp.refuse_foreign(value)?;
    Err(Unwind::type_error("a foreign key points at a column or the text of one"))
}

/// `ForeignKey(column, …)`
pub(crate) fn foreign_key(interp: &mut Interpreter<'_>, mut arguments: Arguments) -> Outcome<Value> {
    let options = wrap::take_options(interp, &mut arguments.keyword)?;
    let mut place = arguments.positional.first().cloned();
    if place.is_none() {
        place = arguments.take("column");
    }
    let Some(place) = place else { return Err(Unwind::type_error("ForeignKey() needs a column")) };
    let mut key = ForeignKey::new(target(interp, &place)?);
    key.options = options;
    key.name = arguments.get("name").map(constraint_name).unwrap_or_default();
    key.ondelete = optional_text(arguments.get("ondelete"));
    key.onupdate = optional_text(arguments.get("onupdate"));
    key.initially = optional_text(arguments.get("initially"));
    key.match_ = optional_text(arguments.get("match"));
    key.deferrable = optional_flag(interp, arguments.get("deferrable").cloned())?;
    key.use_alter = flag(interp, arguments.get("use_alter").cloned(), false)?;
    Ok(Value::native(NativeItem::new("ForeignKey", Item::ForeignKey(key))))
}

/// `Computed(sqltext, persisted=None)`
pub(crate) fn computed(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let [sqltext, persisted] = arguments.bind("Computed", "sqltext persisted?")?;
    let expression = wrap::sql_expression(interp, &sqltext.unwrap_or(Value::None))?;
    let persisted = optional_flag(interp, persisted)?;
    Ok(Value::native(NativeItem::new("Computed", Item::Computed(Computed { expression, persisted }))))
}

fn numbers(interp: &mut Interpreter<'_>, arguments: &mut Arguments) -> Outcome<IdentityOptions> {
    let mut number = |name: &str| arguments.take(name).and_then(|value| value.as_int());
    let mut options = IdentityOptions {
        start: number("start"),
        increment: number("increment"),
        minimum: number("minvalue"),
        maximum: number("maxvalue"),
        cache: number("cache"),
        ..IdentityOptions::default()
    };
    options.no_minimum = flag(interp, arguments.take("nominvalue"), false)?;
    options.no_maximum = flag(interp, arguments.take("nomaxvalue"), false)?;
    options.cycle = optional_flag(interp, arguments.take("cycle"))?;
    Ok(options)
}

/// `Identity(always=False, …)`
pub(crate) fn identity(interp: &mut Interpreter<'_>, mut arguments: Arguments) -> Outcome<Value> {
    let mut options = numbers(interp, &mut arguments)?;
    let always = arguments.positional.first().cloned().or_else(|| arguments.take("always"));
    options.always = flag(interp, always, false)?;
    options.on_null = optional_flag(interp, arguments.take("on_null"))?;
    Ok(Value::native(NativeItem::new("Identity", Item::Identity(options))))
}

/// `Sequence(name, …)`
pub(crate) fn sequence(interp: &mut Interpreter<'_>, mut arguments: Arguments) -> Outcome<Value> {
    let name = arguments.positional.first().cloned().or_else(|| arguments.take("name"));
    let name = wrap::known_text(interp, &name.unwrap_or(Value::None), "the name of a sequence")?;
    let mut numbers = numbers(interp, &mut arguments)?;
    numbers.start = numbers.start.or_else(|| arguments.positional.get(1).and_then(Value::as_int));
    let data_type = match arguments.take("data_type") {
        None | Some(Value::None) => None,
        Some(value) => Some(types::data_type(interp, &value)?),
    };
    let metadata = arguments.take("metadata").and_then(|value| value.as_native::<wrap::NativeMetaData>());
    let schema = arguments.take("schema").as_ref().and_then(identifier);
    let inherited = metadata.as_ref().and_then(|metadata| metadata.metadata.borrow().schema.clone());
    let optional = flag(interp, arguments.take("optional"), false)?;
    let sequence = Sequence { name: name.into(), schema: schema.or(inherited), numbers, data_type, optional };
    if let Some(metadata) = metadata {
        metadata.sequences.borrow_mut().push(sequence.clone());
    }
    Ok(Value::native(NativeItem::new("Sequence", Item::Sequence(Box::new(sequence)))))
}

/// `DefaultClause(arg)`
pub(crate) fn default_clause(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let value = arguments.positional.first().cloned().unwrap_or(Value::None);
    match server_default(interp, &value)? {
        Some(default) => Ok(Value::native(NativeItem::new("DefaultClause", Item::Default(default)))),
        None => Err(Unwind::type_error("DefaultClause() needs a value")),
    }
}

/// `FetchedValue()`
pub(crate) fn fetched_value(_interp: &mut Interpreter<'_>, _arguments: Arguments) -> Outcome<Value> {
    Ok(Value::native(NativeItem::new("FetchedValue", Item::Fetched)))
}

/// `server_default=`
pub(crate) fn server_default(interp: &mut Interpreter<'_>, value: &Value) -> Outcome<Option<ServerDefault>> {
    if value.is_none() {
        return Ok(None);
    }
    if let Some(text) = text(value) {
        return Ok(Some(ServerDefault::Text(text)));
    }
    if let Some(item) = value.as_native::<NativeItem>() {
        return match &item.item {
            Item::Default(default) => Ok(Some(default.clone())),
            Item::Fetched => Ok(Some(ServerDefault::Fetched)),
            Item::Sequence(sequence) => {
                let node = Node::NextValue { schema: sequence.schema.clone(), name: sequence.name.clone() };
                Ok(Some(ServerDefault::Expression(Expression::untyped(node))))
            }
            Item::ForeignKey(_) | Item::Computed(_) | Item::Identity(_) => {
                Err(Unwind::unsupported("this as a server default"))
            }
        };
    }
    if let Some(expression) = wrap::expression(interp, value)? {
        return Ok(Some(ServerDefault::Expression(expression)));
    }
    interp.refuse_foreign(value)?;
    let name = interp.type_name(value);
    let message = format!(
        "Argument 'arg' is expected to be one of type '<class 'str'>' or '<class \
         'sqlalchemy.sql.elements.TextClause'>', got '<class '{name}'>'"
    );
    Err(errors::raise(interp, "ArgumentError", &message))
}

/// The keys of columns given as texts or columns.
pub(crate) fn column_keys(interp: &mut Interpreter<'_>, values: &[Value]) -> Outcome<Vec<String>> {
    let mut keys = Vec::new();
    for value in values {
        keys.push(column_key(interp, value)?);
    }
    Ok(keys)
}

fn column_key(interp: &mut Interpreter<'_>, value: &Value) -> Outcome<String> {
    if let Some(text) = text(value) {
        return Ok(text);
    }
    if let Some(column) = value.as_native::<NativeColumn>() {
        return Ok(column.column.borrow().key.clone());
    }
    if let Some(expression) = wrap::expression(interp, value)?
        && let Some(name) = expression.name()
    {
        return Ok(name.to_owned());
    }
    interp.refuse_foreign(value)?;
    Err(Unwind::type_error("a column or the name of one is expected"))
}

/// The table that columns given as such belong to.
fn table_of(values: &[Value]) -> Option<Rc<NativeTable>> {
    values.iter().find_map(|value| value.as_native::<NativeColumn>()?.table.borrow().clone())
}

/// What all constraints take.
fn finish(
    interp: &mut Interpreter<'_>,
    class: &'static str,
    mut constraint: Constraint,
    arguments: &mut Arguments,
    columns: &[Value],
) -> Outcome<Value> {
    constraint.options = wrap::take_options(interp, &mut arguments.keyword)?;
    if let Some(name) = arguments.get("name") {
        interp.refuse_foreign(name)?;
        constraint.name = constraint_name(name);
    }
    constraint.deferrable = optional_flag(interp, arguments.get("deferrable").cloned())?;
    constraint.initially = optional_text(arguments.get("initially"));
    constraint.comment = optional_text(arguments.get("comment"));
    let table = table_of(columns);
    let native = NativeConstraint {
        class,
        constraint: RefCell::new(constraint.clone()),
        table: RefCell::new(table.clone()),
    };
    // One over the columns of a table belongs to it at once.
    if let Some(table) = table {
        super::events::doubt(interp, &table);
        let appended = table.table.borrow_mut().append_constraint(constraint);
        wrap::checked(interp, appended)?;
        super::table::settle(&table);
    }
    Ok(Value::native(native))
}

/// `PrimaryKeyConstraint(*columns, name=None, …)`
pub(crate) fn primary_key(interp: &mut Interpreter<'_>, mut arguments: Arguments) -> Outcome<Value> {
    let columns = arguments.positional.clone();
    let keys = column_keys(interp, &columns)?;
    finish(interp, "PrimaryKeyConstraint", Constraint::primary_key(keys), &mut arguments, &columns)
}

/// `UniqueConstraint(*columns, name=None, …)`
pub(crate) fn unique(interp: &mut Interpreter<'_>, mut arguments: Arguments) -> Outcome<Value> {
    let columns = arguments.positional.clone();
    let keys = column_keys(interp, &columns)?;
    finish(interp, "UniqueConstraint", Constraint::unique(keys), &mut arguments, &columns)
}

/// `CheckConstraint(sqltext, name=None, …)`
pub(crate) fn check(interp: &mut Interpreter<'_>, mut arguments: Arguments) -> Outcome<Value> {
    let sqltext = arguments.positional.first().cloned().or_else(|| arguments.take("sqltext"));
    if let Some(name) = arguments.positional.get(1).cloned() {
        arguments.keyword.push(("name".into(), name));
    }
    let Some(sqltext) = sqltext else { return Err(Unwind::type_error("CheckConstraint() needs a text")) };
    let condition = wrap::sql_expression(interp, &sqltext)?;
    finish(interp, "CheckConstraint", Constraint::check(condition), &mut arguments, &[])
}

/// `ForeignKeyConstraint(columns, refcolumns, name=None, …)`
pub(crate) fn foreign_keys(interp: &mut Interpreter<'_>, mut arguments: Arguments) -> Outcome<Value> {
    let mut given = |at: usize, name: &str| {
        let by_place = arguments.positional.get(at).cloned();
        by_place.or_else(|| arguments.take(name)).unwrap_or(Value::None)
    };
    let (columns, referred) = (given(0, "columns"), given(1, "refcolumns"));
    let name = given(2, "name");
    arguments.keyword.push(("name".into(), name));
    let columns = several(interp, &columns)?;
    let keys = column_keys(interp, &columns)?;
    let mut targets = Vec::new();
    for value in several(interp, &referred)? {
        targets.push(target(interp, &value)?);
    }
    if keys.len() != targets.len() {
        let message = "ForeignKeyConstraint number of constrained columns must match the number of referenced \
                       columns.";
        return Err(errors::raise(interp, "ArgumentError", message));
    }
    let mut constraint = Constraint::foreign_key(keys, targets);
    let use_alter_given = flag(interp, arguments.get("use_alter").cloned(), false)?;
    if let ConstraintKind::ForeignKey { ondelete, onupdate, match_, use_alter, .. } = &mut constraint.kind {
        *ondelete = optional_text(arguments.get("ondelete"));
        *onupdate = optional_text(arguments.get("onupdate"));
        *match_ = optional_text(arguments.get("match"));
        *use_alter = use_alter_given;
    }
    finish(interp, "ForeignKeyConstraint", constraint, &mut arguments, &columns)
}

/// `ExcludeConstraint(*(element, operator), where=None, using="gist", …)`
pub(crate) fn exclude(interp: &mut Interpreter<'_>, mut arguments: Arguments) -> Outcome<Value> {
    let pairs = std::mem::take(&mut arguments.positional);
    let constraint = exclusion(interp, &pairs, &mut arguments)?;
    finish(interp, "ExcludeConstraint", constraint, &mut arguments, &[])
}

/// The exclusion of elements, each with its operator.
pub(crate) fn exclusion(
    interp: &mut Interpreter<'_>,
    pairs: &[Value],
    arguments: &mut Arguments,
) -> Outcome<Constraint> {
    let mut elements = Vec::new();
    for pair in pairs {
        let parts = interp.values(pair)?;
        let [element, operator] = parts.as_slice() else {
            return Err(Unwind::type_error("an exclusion needs pairs of element and operator"));
        };
        let expression = match text(element) {
            Some(name) => Expression::column(name.as_str(), crate::sql::DataType::null()),
            None => wrap::expression_of(interp, element)?,
        };
        elements.push((expression, wrap::known_text(interp, operator, "the operator of an exclusion")?));
    }
    let condition = match arguments.take("where") {
        None | Some(Value::None) => None,
        Some(value) => Some(wrap::sql_expression(interp, &value)?),
    };
    let using = arguments.take("using").as_ref().and_then(text).unwrap_or_else(|| "gist".to_owned());
    let mut ops = Vec::new();
    if let Some(Value::Dict(dict)) = arguments.take("ops").map(|value| value.plain()) {
        for (key, value) in dict.borrow().pairs() {
            ops.push((text(key).unwrap_or_default(), text(value).unwrap_or_default()));
        }
    }
    Ok(Constraint::new(ConstraintKind::Exclude { elements, condition, using, ops }))
}

/// `Index(name, *expressions, unique=False, …)`
pub(crate) fn index(interp: &mut Interpreter<'_>, mut arguments: Arguments) -> Outcome<Value> {
    let mut positional = std::mem::take(&mut arguments.positional);
    let name = if positional.is_empty() { arguments.take("name") } else { Some(positional.remove(0)) };
    let unique = flag(interp, arguments.take("unique"), false)?;
    let options = wrap::take_options(interp, &mut arguments.keyword)?;
    let given_table = arguments.take("_table").and_then(|value| value.as_native::<NativeTable>());
    let mut index = Index::new(constraint_name(&name.unwrap_or(Value::None)), Vec::new());
    index.parts = index_parts(interp, &positional)?;
    (index.unique, index.options) = (unique, options);
    let table = given_table.or_else(|| index_table(interp, &positional));
    let native = NativeIndex { index: RefCell::new(index.clone()), table: RefCell::new(table.clone()) };
    if let Some(table) = table {
        let appended = table.table.borrow_mut().append_index(index);
        wrap::checked(interp, appended)?;
        if let Some(named) = table.table.borrow().indexes.last() {
            *native.index.borrow_mut() = named.clone();
        }
    }
    Ok(Value::native(native))
}

/// The table of an index that is made over columns: also of columns inside of expressions.
fn index_table(interp: &mut Interpreter<'_>, parts: &[Value]) -> Option<Rc<NativeTable>> {
    if let Some(table) = table_of(parts) {
        return Some(table);
    }
    let mut found = None;
    for part in parts {
        let Ok(Some(expression)) = wrap::expression(interp, part) else { continue };
        crate::sql::compile::visit(&expression, &mut |value| {
            if let Node::Column { from: Some(From::Table(source)), .. } = &value.node {
                found.get_or_insert_with(|| Rc::clone(source));
            }
        });
    }
    let source = found?;
    super::table::find_known(interp, source.schema.as_ref(), &source.name)
}

/// The parts of an index: names, columns, expressions.
pub(crate) fn index_parts(interp: &mut Interpreter<'_>, values: &[Value]) -> Outcome<Vec<IndexPart>> {
    let mut parts = Vec::new();
    for value in values {
        if let Some(name) = text(value) {
            parts.push(IndexPart::Column(name));
        } else if let Some(column) = value.as_native::<NativeColumn>() {
            parts.push(IndexPart::Column(column.column.borrow().key.clone()));
        } else if let Some(expression) = wrap::expression(interp, value)? {
            parts.push(match &expression.node {
                Node::Column { name, .. } => IndexPart::Column(name.to_string()),
                _ => IndexPart::Expression(expression),
            });
        } else {
            interp.refuse_foreign(value)?;
            return Err(Unwind::type_error("a column, its name or an expression is expected in an index"));
        }
    }
    Ok(parts)
}

/// The name of a constraint from an argument that may be absent.
pub(crate) fn name_argument(value: Option<&Value>) -> ConstraintName {
    value.map(constraint_name).unwrap_or_default()
}

/// A target that is a table and column by name.
pub(crate) fn named_target(schema: Option<&Identifier>, table: &Identifier, column: &str) -> Target {
    Target { schema: schema.cloned(), table: table.clone(), column: Some(column.into()) }
}
