//! What the natives of this room ask of the world, and how Python's values become SQL's.

use std::any::Any;
use std::cell::RefCell;
use std::rc::Rc;

use retort_core::database::ResultSet;
use retort_core::revision::{StageError, TransactionAct};
use retort_core::source::Span;

use crate::python::{Interpreter, Key, Native, Outcome, Unknown, Unwind, Value};
use crate::sql::expression::{Alias, AliasKind};
use crate::sql::types::{Affinity, Form, TypeClass};
use crate::sql::{DataType, Dialect, ErrorKind, Expr, From, Literal, SqlError, Table};

/// A request to the world, with the place of its answer.
#[derive(Debug)]
pub enum Request {
    /// Which server.
    Dialect(Option<Dialect>),
    /// Whether SQL is only written.
    Offline(bool),
    /// A statement to be run: its text, the call; how many rows it changed.
    Emit(String, Span, Result<u64, StageError>),
    /// A question: its text, the call; the rows.
    Query(String, Span, Result<ResultSet, StageError>),
    /// Something of a transaction.
    Transact(TransactionAct, Span, Result<(), StageError>),
    /// Something that cannot be known: why, the call, whether it touches the schema.
    Opaque(String, Span, bool),
}

/// The server that the program runs for.
pub fn dialect(interp: &mut Interpreter<'_>) -> Dialect {
    let mut request = Request::Dialect(None);
    interp.request(&mut request as &mut dyn Any);
    match request {
        Request::Dialect(Some(dialect)) => dialect,
        _ => Dialect::new(retort_core::source::DialectKind::Sqlite),
    }
}

/// Runs a statement.
pub fn emit(interp: &mut Interpreter<'_>, sql: String, span: Span) -> Outcome<u64> {
    let mut request = Request::Emit(sql, span, Ok(0));
    interp.request(&mut request as &mut dyn Any);
    match request {
        Request::Emit(_, _, Err(error)) => Err(refused(interp, &error)),
        Request::Emit(_, _, Ok(count)) => Ok(count),
        _ => Ok(0),
    }
}

/// Asks for rows; `None` where only a live database knows.
pub fn query(interp: &mut Interpreter<'_>, sql: String, span: Span) -> Outcome<Option<ResultSet>> {
    let mut request = Request::Query(sql, span, Err(StageError::NotKnownHere));
    interp.request(&mut request as &mut dyn Any);
    match request {
        Request::Query(_, _, Ok(rows)) => Ok(Some(rows)),
        Request::Query(_, _, Err(StageError::NotKnownHere)) => Ok(None),
        Request::Query(_, _, Err(error)) => Err(refused(interp, &error)),
        _ => Ok(None),
    }
}

/// Does something to the transaction.
pub fn transact(interp: &mut Interpreter<'_>, act: TransactionAct, span: Span) -> Outcome<()> {
    let mut request = Request::Transact(act, span, Ok(()));
    interp.request(&mut request as &mut dyn Any);
    match request {
        Request::Transact(_, _, Err(error)) => Err(refused(interp, &error)),
        _ => Ok(()),
    }
}

/// Records that something is done that cannot be known.
pub fn opaque(interp: &mut Interpreter<'_>, reason: String, span: Span, touches_schema: bool) {
    let mut request = Request::Opaque(reason, span, touches_schema);
    interp.request(&mut request as &mut dyn Any);
}

fn refused(_interp: &mut Interpreter<'_>, error: &StageError) -> Unwind {
    Unwind::raise("RuntimeError", error.to_string())
}

/// An exception of `sqlalchemy.exc`.
pub fn raise(interp: &mut Interpreter<'_>, class: &str, message: &str) -> Unwind {
    let base = interp.class("Exception").map_or(Value::None, Value::Class);
    match interp.exception_class("sqlalchemy.exc", class, &base) {
        Some(class) => interp.raise_class(&class, message),
        None => Unwind::raise("RuntimeError", message),
    }
}

/// What the compilers said, as the exception that Python would raise.
pub fn raise_sql(interp: &mut Interpreter<'_>, error: SqlError) -> Unwind {
    let class = match error.kind {
        ErrorKind::Compile => "CompileError",
        ErrorKind::Argument => "ArgumentError",
        ErrorKind::InvalidRequest => "InvalidRequestError",
        ErrorKind::Identifier => "IdentifierError",
        ErrorKind::NoSuchTable => "NoSuchTableError",
        ErrorKind::Command => "CommandError",
        ErrorKind::NotImplemented => return Unwind::raise("NotImplementedError", error.message),
        ErrorKind::Value => return Unwind::value_error(error.message),
        ErrorKind::Type => return Unwind::type_error(error.message),
        ErrorKind::Key => return Unwind::raise("KeyError", error.message),
        ErrorKind::Unsupported => return Unwind::unsupported(error.message),
    };
    raise(interp, class, &error.message)
}

/// The type that a value of Python stands for: a type object or a type class.
pub fn data_type_of(_interp: &mut Interpreter<'_>, value: &Value) -> Outcome<Option<Rc<DataType>>> {
    Ok(value.as_native::<NativeDataType>().map(|native| Rc::clone(&native.0)))
}

/// A type as a value of Python.
pub fn type_value(data_type: &Rc<DataType>) -> Value {
    Value::native(NativeDataType(Rc::clone(data_type)))
}

/// A type.
#[derive(Debug)]
pub struct NativeDataType(pub Rc<DataType>);

impl Native for NativeDataType {
    fn type_name(&self) -> &str {
        let class: &TypeClass = self.0.class;
        class.name
    }
}

/// The table, alias or subquery that a value of Python is.
pub fn from_of(_interp: &mut Interpreter<'_>, value: &Value) -> Option<From> {
    value.as_native::<super::select::NativeFrom>().map(|native| native.from.clone())
}

/// The expression that a table's column is.
pub fn column_of(_value: &Value) -> Option<Expr> {
    None
}

/// The tables that were seen, for the conditions of joins.
#[derive(Debug, Default)]
pub struct KnownTables(Vec<Rc<RefCell<Table>>>);

/// Remembers a table.
pub fn remember(interp: &mut Interpreter<'_>, table: &Rc<RefCell<Table>>) {
    let known = interp.slot::<KnownTables>();
    if !known.0.iter().any(|own| Rc::ptr_eq(own, table)) {
        known.0.push(Rc::clone(table));
    }
}

/// The table that is behind something to read from, if it was seen whole.
pub fn find_table(interp: &mut Interpreter<'_>, from: &From) -> Option<Rc<RefCell<Table>>> {
    match from {
        From::Table(source) => {
            let known = &interp.slot::<KnownTables>().0;
            let is_it = |table: &Table| table.name == source.name && table.schema == source.schema;
            known.iter().rev().find(|table| is_it(&table.borrow())).cloned()
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
    values.into_iter().find_map(|value| match value {
        Value::Unknown(unknown) => Some(Rc::clone(unknown)),
        Value::List(list) => find_unknown(list.borrow().iter()),
        Value::Tuple(items) => find_unknown(items.iter()),
        Value::Dict(dict) => {
            let dict = dict.borrow();
            let found = find_unknown(dict.pairs().map(|(_, value)| value));
            found.or_else(|| find_unknown(dict.pairs().map(|(key, _)| key)))
        }
        _ => None,
    })
}

/// A value of Python as a value of SQL, for a type; `None` if it is none.
pub fn literal_for(
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
    value.as_str().map(|text| crate::sql::Identifier::new(&*text))
}

/// The table of a mapped class and the class, if the value is one.
pub fn entity_of(_interp: &mut Interpreter<'_>, _value: &Value) -> Outcome<Option<(From, Value)>> {
    Ok(None)
}

/// What a relationship joins with, and on what, if the value is one.
pub fn relationship_of(_interp: &mut Interpreter<'_>, _value: &Value) -> Outcome<Option<(From, Expr)>> {
    Ok(None)
}
