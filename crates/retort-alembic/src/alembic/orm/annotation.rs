//! `Mapped[…]`: types of columns from annotations.

use std::rc::Rc;

use crate::alembic::types;
use crate::python::{Interpreter, Native, Outcome, Shape, Unwind, Value};
use crate::sql::DataType;

/// `Mapped`, and `Mapped[argument]`.
#[derive(Debug)]
pub(super) struct NativeMapped {
    /// What it was subscribed with.
    pub(super) argument: Option<Value>,
}

/// `Mapped` itself.
pub(super) fn mapped() -> Value {
    Value::native(NativeMapped { argument: None })
}

impl Native for NativeMapped {
    fn type_name(&self) -> &str {
        "Mapped"
    }

    fn item(self: Rc<Self>, _interp: &mut Interpreter<'_>, index: &Value) -> Outcome<Option<Value>> {
        Ok(Some(Value::native(NativeMapped { argument: Some(index.clone()) })))
    }
}

/// What an annotation says of a column.
#[derive(Debug)]
pub(super) struct Annotated {
    /// The type; None if the annotation says nothing of one.
    pub(super) data_type: Option<Value>,
    /// `Optional`
    pub(super) nullable: bool,
}

/// Reads `Mapped[…]`; `None` if an annotation is something else.
///
/// `map` is the `type_annotation_map` of the declarative base: it comes before what SQLAlchemy has of its own.
pub(super) fn read(
    interp: &mut Interpreter<'_>,
    annotation: &Value,
    map: Option<&Value>,
) -> Outcome<Option<Annotated>> {
    if let Some(text) = annotation.as_str()
        && text.contains("Mapped[")
    {
        return Err(Unwind::unsupported(format!("the annotation `{text}` cannot be evaluated")));
    }
    let Some(mapped) = annotation.as_native::<NativeMapped>() else { return Ok(None) };
    let Some(argument) = &mapped.argument else {
        return Ok(Some(Annotated { data_type: None, nullable: false }));
    };
    let (inner, nullable) = optional(argument);
    let data_type = match mapped_type(interp, &inner, map)? {
        Some(found) => Some(found),
        None => type_of(interp, &inner)?,
    };
    Ok(Some(Annotated { data_type, nullable }))
}

/// What the map says of an annotation.
fn mapped_type(
    interp: &mut Interpreter<'_>,
    annotation: &Value,
    map: Option<&Value>,
) -> Outcome<Option<Value>> {
    let Some(map) = map.and_then(Value::as_dict) else { return Ok(None) };
    let key = interp.key(annotation)?;
    let found = map.borrow().entries.get(&key).map(|(_, kind)| kind.clone());
    Ok(found)
}

/// `Optional[X]`, `X | None`: X, and that it was so.
fn optional(argument: &Value) -> (Value, bool) {
    // `X | None` of classes is what `isinstance` takes too: a tuple.
    if let Value::Tuple(arguments) = argument {
        return without_none(argument, arguments);
    }
    let Some((path, arguments)) = argument.as_typing_form() else { return (argument.clone(), false) };
    match path.as_str() {
        "Optional" => (arguments.first().cloned().unwrap_or(Value::None), true),
        "Union" => without_none(argument, &arguments),
        "Annotated" => match arguments.first() {
            Some(inner) => optional(inner),
            None => (argument.clone(), false),
        },
        _ => (argument.clone(), false),
    }
}

/// The one of a union beside None, and whether None is in it.
fn without_none(union: &Value, arguments: &[Value]) -> (Value, bool) {
    let is_none =
        |value: &Value| value.is_none() || matches!(value, Value::Class(class) if &*class.name == "NoneType");
    let others: Vec<&Value> = arguments.iter().filter(|value| !is_none(value)).collect();
    match (&others[..], others.len() < arguments.len()) {
        ([one], nullable) => ((*one).clone(), nullable),
        (_, nullable) => (union.clone(), nullable),
    }
}

/// The type that SQLAlchemy has for a class of Python.
fn type_of(interp: &mut Interpreter<'_>, value: &Value) -> Outcome<Option<Value>> {
    let name = match value {
        Value::Class(class) => {
            if let Shape::Enum(_) = &*class.shape.borrow() {
                return enumeration(interp, value).map(Some);
            }
            class.name.to_string()
        }
        Value::Native(_) => match interp.find_attribute(value, "__name__")?.and_then(|name| name.as_str()) {
            Some(name) => name.to_string(),
            None => return Ok(None),
        },
        _ => return Ok(None),
    };
    let generic = match name.as_str() {
        "int" => "Integer",
        "str" => "String",
        "bool" => "Boolean",
        "float" => "Float",
        "bytes" => "LargeBinary",
        "datetime" => "DateTime",
        "date" => "Date",
        "time" => "Time",
        "timedelta" => "Interval",
        "Decimal" => "Numeric",
        "UUID" => "Uuid",
        _ => return Ok(None),
    };
    Ok(Some(types::type_value(DataType::generic(generic))))
}

fn enumeration(interp: &mut Interpreter<'_>, class: &Value) -> Outcome<Value> {
    let sqlalchemy = interp.import("sqlalchemy")?;
    interp.call_method(&sqlalchemy, "Enum", vec![class.clone()])
}
