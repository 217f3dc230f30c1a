//! What the natives of this room ask of the world, and how Python's values become SQL's.

use std::cell::RefCell;
use std::rc::Rc;

use retort_core::database::ResultSet;
use retort_core::revision::TransactionAct;
use retort_core::source::Span;

use super::select::NativeStatement;
use super::wrap::{NativeColumn, NativeTable};
use super::{errors, types, world};
use crate::python::{COMPANION, Interpreter, Key, Outcome, Unknown, Unwind, Value};
use crate::sql::expression::{Alias, AliasKind};
use crate::sql::types::{Affinity, Form};
use crate::sql::{DataType, Dialect, Expr, From, Literal, SqlError, Table};

/// The server that the program runs for.
pub fn dialect(interp: &mut Interpreter<'_>) -> Dialect {
    world::dialect(interp)
}

/// Runs a statement.
pub fn emit(interp: &mut Interpreter<'_>, sql: String, _span: Span) -> Outcome<u64> {
    world::emit(interp, sql)
}

/// Asks for rows; `None` where only a live database knows.
pub fn query(interp: &mut Interpreter<'_>, sql: String, _span: Span) -> Outcome<Option<ResultSet>> {
    world::query(interp, &sql)
}

/// Does something to the transaction.
pub fn transact(interp: &mut Interpreter<'_>, act: TransactionAct, _span: Span) -> Outcome<()> {
    world::transact(interp, act)
}

/// Records that something is done that cannot be known.
pub fn opaque(interp: &mut Interpreter<'_>, reason: String, _span: Span, touches_schema: bool) {
    world::opaque(interp, reason, touches_schema);
}

/// Leaves out a statement whose text is not known; its result is not known either.
pub fn opaque_text(interp: &mut Interpreter<'_>, unknown: &Rc<Unknown>, span: Span) -> Value {
    let touches_schema = !unknown.changes_rows_at_most();
    opaque(interp, format!("a statement made of {}", unknown.reason), span, touches_schema);
    Value::Unknown(unknown.derived())
}

/// An exception of `sqlalchemy.exc`.
pub fn raise(interp: &mut Interpreter<'_>, class: &str, message: &str) -> Unwind {
    errors::raise(interp, class, message)
}

/// What the compilers said, as the exception that Python would raise.
pub fn raise_sql(interp: &mut Interpreter<'_>, error: SqlError) -> Unwind {
    errors::of_sql(interp, &error)
}

/// The type that a value of Python stands for: a type object or a type class.
pub fn data_type_of(interp: &mut Interpreter<'_>, value: &Value) -> Outcome<Option<Rc<DataType>>> {
    Ok(types::find_data_type(interp, value)?.map(Rc::new))
}

/// A type as a value of Python.
pub fn type_value(data_type: &Rc<DataType>) -> Value {
    types::type_value((**data_type).clone())
}

/// The table, alias or subquery that a value of Python is.
pub fn from_of(_interp: &mut Interpreter<'_>, value: &Value) -> Option<From> {
    if let Some(table) = value.as_native::<NativeTable>() {
        return Some(table.source());
    }
    value.as_native::<super::select::NativeFrom>().map(|native| native.from.clone())
}

/// The `Table` that a value is, or that a class is mapped to: what is only named by `table()` has no defaults.
pub(super) fn table_of(value: &Value) -> Option<Rc<NativeTable>> {
    match value {
        Value::Class(class) => super::orm::mapper_of(class).map(|mapper| mapper.table.clone()),
        _ => value.as_native::<NativeTable>(),
    }
}

/// A statement, also the SELECT behind a `session.query(…)`.
pub fn statement_of(value: &Value) -> Option<Rc<NativeStatement>> {
    match value.as_native::<super::orm::NativeQuery>() {
        Some(query) => query.statement.as_native::<NativeStatement>(),
        None => value.as_native::<NativeStatement>(),
    }
}

/// The expression that a table's column is.
pub fn column_of(value: &Value) -> Option<Expr> {
    value.as_native::<NativeColumn>().map(|column| column.expression())
}

/// The table that is behind something to read from, if it was seen whole.
pub fn find_table(interp: &mut Interpreter<'_>, from: &From) -> Option<Rc<RefCell<Table>>> {
    match from {
        From::Table(source) => {
            let found = super::table::find_known(interp, source.schema.as_ref(), &source.name)?;
            let table = found.table.borrow().clone();
            Some(Rc::new(RefCell::new(table)))
        }
        From::Alias(alias) => match &**alias {
            Alias { kind: AliasKind::From(inner), .. } => find_table(interp, inner),
            _ => None,
        },
        From::Join(_) | From::Function(_) | From::Text(_) | From::NewRow => None,
    }
}

/// The first value among these, and in lists and dicts among these, that is not known.
pub fn find_unknown<'a>(values: impl IntoIterator<Item = &'a Value>) -> Option<Rc<Unknown>> {
    values.into_iter().find_map(|value| super::wrap::find_unknown(value, 6).or_else(|| outside(value)))
}

/// What comes from outside is not known either, where rows are made of it.
fn outside(value: &Value) -> Option<Rc<Unknown>> {
    match value {
        Value::Foreign(foreign) => Some(Unknown::new(foreign.reason(), Span::new(COMPANION, 0, 0))),
        Value::Dict(dict) => dict.borrow().pairs().find_map(|(_, value)| outside(value)),
        _ => None,
    }
}

/// A value of Python as a value of SQL, for a type; `None` if it is none.
pub fn literal_for(
    interp: &mut Interpreter<'_>,
    value: &Value,
    data_type: &DataType,
) -> Outcome<Option<Literal>> {
    match super::types::bound_value(interp, data_type, value)? {
        Some(Value::Unknown(unknown)) => Err(Unwind::unsupported(unknown.reason.clone())),
        Some(made) => plain_literal(interp, &made, data_type),
        None => plain_literal(interp, value, data_type),
    }
}

/// The same, once the type's decorator has seen the value.
fn plain_literal(
    interp: &mut Interpreter<'_>,
    value: &Value,
    data_type: &DataType,
) -> Outcome<Option<Literal>> {
    let base = data_type.base();
    if base.class.affinity == Affinity::Json && !matches!(value, Value::None | Value::Str(_)) {
        return json(interp, value).map(Some);
    }
    if matches!(base.class.form, Form::GenericEnum | Form::MysqlEnum)
        && let Some(label) = enum_label(interp, value, &base.values)?
    {
        return Ok(Some(Literal::Str(label)));
    }
    literal_of(interp, value)
}

/// `json.dumps(value)`
fn json(interp: &mut Interpreter<'_>, value: &Value) -> Outcome<Literal> {
    let module = interp.import("json")?;
    let text = interp.call_method(&module, "dumps", vec![value.clone()])?;
    match text.as_str() {
        Some(text) => Ok(Literal::Json(text.to_string())),
        None => Err(Unwind::unsupported("a document that cannot be written as JSON")),
    }
}

/// The label of a member of an enumeration: its name, or its value where the labels are values.
fn enum_label(interp: &mut Interpreter<'_>, value: &Value, labels: &[String]) -> Outcome<Option<String>> {
    let Value::Instance(_) = value else { return Ok(None) };
    let Some(name) = interp.find_attribute(value, "name")?.and_then(|name| name.as_str()) else {
        return Ok(None);
    };
    let own = interp.find_attribute(value, "value")?.and_then(|own| own.as_str());
    let is_label = |text: &str| labels.is_empty() || labels.iter().any(|label| label == text);
    Ok(match own {
        Some(own) if !is_label(&name) && is_label(&own) => Some(own.to_string()),
        _ => Some(name.to_string()),
    })
}

/// A value of Python as a value of SQL; `None` if it is none.
pub fn literal_of(interp: &mut Interpreter<'_>, value: &Value) -> Outcome<Option<Literal>> {
    Ok(Some(match value {
        Value::None => Literal::Null,
        Value::Bool(flag) => Literal::Bool(*flag),
        Value::Int(number) => Literal::Int(i128::from(*number)),
        Value::Big(number) => match i128::try_from(&**number) {
            Ok(number) => Literal::Int(number),
            Err(_) => Literal::Decimal(number.to_string()),
        },
        Value::Float(number) => Literal::Float(*number),
        Value::Str(text) => Literal::text(&**text),
        Value::Bytes(bytes) => Literal::Bytes(bytes.to_vec()),
        Value::List(_) | Value::Tuple(_) | Value::Set(_) | Value::Range(_) => {
            let mut items = Vec::new();
            for item in interp.values(value)? {
                match literal_of(interp, &item)? {
                    Some(item) => items.push(item),
                    None => return Ok(None),
                }
            }
            Literal::Array(items)
        }
        Value::Dict(_) => return json(interp, value).map(Some),
        Value::Foreign(_) => {
            interp.refuse_foreign(value)?;
            return Ok(None);
        }
        Value::Instance(_) => match value.plain() {
            Value::Instance(_) => return object(interp, value),
            plain => return literal_of(interp, &plain),
        },
        Value::Native(_) => return object(interp, value),
        _ => return Ok(None),
    }))
}

/// Objects of `datetime`, `uuid` and `decimal`.
fn object(interp: &mut Interpreter<'_>, value: &Value) -> Outcome<Option<Literal>> {
    let name = interp.type_name(value);
    let is_kind = |kind: &str| name == kind || name.ends_with(&format!(".{kind}"));
    if is_kind("datetime") || is_kind("Timestamp") {
        let text = interp.call_method(value, "isoformat", vec![Value::str(" ")])?;
        return Ok(text.as_str().map(|text| Literal::DateTime(text.to_string())));
    }
    if is_kind("date") || is_kind("time") {
        let text = interp.call_method(value, "isoformat", Vec::new())?;
        let make = if is_kind("date") { Literal::Date } else { Literal::Time };
        return Ok(text.as_str().map(|text| make(text.to_string())));
    }
    if is_kind("timedelta") {
        let mut total: i128 = 0;
        for (part, factor) in [("days", 86_400_000_000), ("seconds", 1_000_000), ("microseconds", 1)] {
            let number = interp.attribute(value, part)?.as_int().unwrap_or(0);
            total += i128::from(number) * factor;
        }
        return Ok(Some(Literal::Interval(total)));
    }
    if is_kind("UUID") {
        return Ok(Some(Literal::Uuid(interp.text(value)?)));
    }
    if is_kind("Decimal") {
        return Ok(Some(Literal::Decimal(interp.text(value)?)));
    }
    Ok(None)
}

/// What makes a column equal to another as the key of a dict.
pub fn column_key(from: &From, name: &str) -> Option<Key> {
    let From::Table(source) = from else { return None };
    let schema = source.schema.as_deref().unwrap_or("");
    Some(Key::Named("column".to_owned(), format!("{schema}.{}.{name}", source.name.as_str())))
}

/// A value of SQL as Python has it; `None` where it has no such form here.
pub fn literal_value(interp: &mut Interpreter<'_>, literal: &Literal) -> Outcome<Option<Value>> {
    Ok(Some(match literal {
        Literal::Null => Value::None,
        Literal::Bool(flag) => Value::Bool(*flag),
        Literal::Int(number) => match i64::try_from(*number) {
            Ok(number) => Value::Int(number),
            Err(_) => return Ok(None),
        },
        Literal::Float(number) => Value::Float(*number),
        Literal::Str(text) => Value::str(text),
        Literal::Bytes(bytes) => Value::Bytes(bytes.as_slice().into()),
        Literal::Decimal(text) => return made(interp, "decimal", &["Decimal"], text).map(Some),
        Literal::Uuid(text) => return made(interp, "uuid", &["UUID"], text).map(Some),
        Literal::Date(text) => return made(interp, "datetime", &["date", "fromisoformat"], text).map(Some),
        Literal::DateTime(text) => {
            return made(interp, "datetime", &["datetime", "fromisoformat"], text).map(Some);
        }
        Literal::Time(text) => return made(interp, "datetime", &["time", "fromisoformat"], text).map(Some),
        Literal::Json(text) => return made(interp, "json", &["loads"], text).map(Some),
        Literal::Interval(_) => return Ok(None),
        Literal::Array(items) => {
            let mut values = Vec::new();
            for item in items {
                match literal_value(interp, item)? {
                    Some(value) => values.push(value),
                    None => return Ok(None),
                }
            }
            Value::list(values)
        }
    }))
}

/// `module.path(text)` of the standard library.
pub fn made(interp: &mut Interpreter<'_>, module: &str, path: &[&str], text: &str) -> Outcome<Value> {
    let mut found = interp.import(module)?;
    for name in path {
        found = interp.attribute(&found, name)?;
    }
    let span = interp.call_span();
    interp.call(&found, crate::python::Arguments::of(vec![Value::str(text)], span))
}

/// A name, with the author's word on quoting.
pub fn identifier(value: &Value) -> Option<crate::sql::Identifier> {
    super::wrap::identifier(value)
}

/// The table of a mapped class and the class, if the value is one; also of another name of it.
pub fn entity_of(_interp: &mut Interpreter<'_>, value: &Value) -> Outcome<Option<(From, Value)>> {
    if let Some(aliased) = value.as_native::<super::orm::NativeAliased>() {
        return Ok(Some((aliased.from.clone(), Value::Class(Rc::clone(&aliased.class)))));
    }
    let Value::Class(class) = value else { return Ok(None) };
    Ok(super::orm::readable(class)?.map(|mapper| (mapper.table.source(), value.clone())))
}

/// What a relationship joins with, and on what, if the value is one.
pub fn relationship_of(interp: &mut Interpreter<'_>, value: &Value) -> Outcome<Option<(From, Expr)>> {
    match value.as_native::<super::orm::NativeRelated>() {
        Some(related) => super::orm::join_of(interp, &related).map(Some),
        None => Ok(None),
    }
}

/// Executes what only the rest of the glue knows: DDL as objects; `None` if it is not such a thing.
pub fn execute_other(interp: &mut Interpreter<'_>, value: &Value, span: Span) -> Outcome<Option<Value>> {
    let Some(statements) = super::ddl::statements(interp, value)? else { return Ok(None) };
    for statement in statements {
        emit(interp, statement, span)?;
    }
    let none = super::result::Rows::None;
    Ok(Some(super::result::NativeResult::new(none, super::result::Effect::default()).value()))
}

/// Whether a database answers, and not the model.
pub fn is_live(interp: &mut Interpreter<'_>) -> Outcome<bool> {
    if let Some(live) = interp.slot::<Live>().0 {
        return Ok(live);
    }
    let span = interp.call_span();
    let live = query(interp, "SELECT 1".to_owned(), span)?.is_some();
    if !interp.is_speculating() {
        interp.slot::<Live>().0 = Some(live);
    }
    Ok(live)
}

/// Whether a database answers, once that was asked.
#[derive(Debug, Default)]
struct Live(Option<bool>);

/// The keys of the columns of a table's primary key, if the table is known whole.
pub fn primary_key(table: &Value) -> Option<Vec<String>> {
    let keys = table_of(table)?.table.borrow().primary_key_columns().to_vec();
    Some(keys)
}
