//! A type of a class with arguments.

use super::super::literals;
use super::super::wrap;
use super::{NativeType, find_data_type};
use crate::python::{Arguments, Interpreter, Outcome, Shape, Value};
use crate::sql::DataType;
use crate::sql::types::{Form, TypeArgument, TypeClass};

/// A type of a class with arguments.
pub(super) fn build(
    interp: &mut Interpreter<'_>,
    class: &'static TypeClass,
    arguments: Arguments,
) -> Outcome<DataType> {
    make(interp, class, arguments).map(|made| made.data_type)
}

pub(super) fn make(
    interp: &mut Interpreter<'_>,
    class: &'static TypeClass,
    arguments: Arguments,
) -> Outcome<NativeType> {
    let mut positional = Vec::new();
    let mut enumeration = None;
    let is_enum = matches!(class.form, Form::GenericEnum | Form::MysqlEnum);
    let values_callable = arguments.get("values_callable").cloned().filter(|value| !value.is_none());
    for value in &arguments.positional {
        match value {
            Value::Class(python) if is_enum && matches!(&*python.shape.borrow(), Shape::Enum(_)) => {
                for label in enum_labels(interp, value, values_callable.as_ref())? {
                    positional.push(TypeArgument::Value(crate::sql::Literal::Str(label)));
                }
                enumeration = Some(value.clone());
            }
            _ => positional.push(argument(interp, value)?),
        }
    }
    let mut keywords = Vec::new();
    for (name, value) in &arguments.keyword {
        if is_kept(name) {
            keywords.push((name.to_string(), argument(interp, value)?));
        }
    }
    let built = DataType::build(class, &positional, &keywords);
    let mut data_type = wrap::checked(interp, built)?;
    if let (Some(python), true) = (&enumeration, !keywords.iter().any(|(name, _)| name == "name")) {
        let name = interp.attribute(python, "__name__")?;
        data_type.name = wrap::text(&name).map(|name| name.to_lowercase().into());
    }
    let metadata = arguments.get("metadata").and_then(Value::as_native::<wrap::NativeMetaData>);
    if let (Some(metadata), None) = (metadata, &data_type.schema) {
        data_type.schema.clone_from(&metadata.metadata.borrow().schema);
    }
    Ok(NativeType { data_type, enumeration })
}

/// Keywords that only matter to Python are not looked at.
fn is_kept(name: &str) -> bool {
    const PYTHON_ONLY: [&str; 17] = [
        "values_callable",
        "asdecimal",
        "decimal_return_scale",
        "validate_strings",
        "sort_key_function",
        "omit_aliases",
        "_disable_warnings",
        "_create_events",
        "pickler",
        "comparator",
        "protocol",
        "astext_type",
        "text_type",
        "should_evaluate_none",
        "from_text",
        "from_metadata",
        "storage_format",
    ];
    !PYTHON_ONLY.contains(&name)
}

fn argument(interp: &mut Interpreter<'_>, value: &Value) -> Outcome<TypeArgument> {
    if wrap::text(value).is_none() && !value.is_none() {
        if let Some(data_type) = find_data_type(interp, value)? {
            return Ok(TypeArgument::Type(Box::new(data_type)));
        }
        if value.as_native::<wrap::NativeMetaData>().is_some() {
            return Ok(TypeArgument::Value(crate::sql::Literal::Bool(true)));
        }
        if let Some(expression) = wrap::expression(interp, value)? {
            return Ok(TypeArgument::Expression(expression));
        }
    }
    Ok(TypeArgument::Value(literals::literal(interp, value)?))
}

/// The labels of an enumeration of Python: its names, or what `values_callable` gives.
fn enum_labels(
    interp: &mut Interpreter<'_>,
    class: &Value,
    values_callable: Option<&Value>,
) -> Outcome<Vec<String>> {
    let mut labels = Vec::new();
    if let Some(function) = values_callable {
        let span = interp.call_span();
        let values = interp.call(function, Arguments::of(vec![class.clone()], span))?;
        for value in interp.values(&values)? {
            labels.push(wrap::known_text(interp, &value, "a label of an enum")?);
        }
        return Ok(labels);
    }
    // Aliases are members too, as `__members__` has them.
    let members = interp.attribute(class, "__members__")?;
    for name in interp.values(&members)? {
        labels.push(wrap::known_text(interp, &name, "a label of an enum")?);
    }
    Ok(labels)
}
