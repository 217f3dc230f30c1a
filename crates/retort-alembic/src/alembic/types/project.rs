//! Types that a project makes of its own classes.

use std::rc::Rc;

use super::super::world;
use super::super::wrap;
use super::compiles::compiled;
use super::{NativeType, data_type, native_class};
use crate::python::{Arguments, Instance, Interpreter, Outcome, Unwind, Value};
use crate::sql::DataType;
use crate::sql::types::Form;

/// What a class of the project makes of its base.
pub(super) fn of_project(
    interp: &mut Interpreter<'_>,
    value: &Value,
    instance: &Rc<Instance>,
) -> Outcome<DataType> {
    let class = instance.class();
    let made = match compiled(interp, value, &class)? {
        Some(text) => {
            let dialect = world::dialect(interp);
            let kept = instance.payload.borrow().as_ref().and_then(Value::as_native::<NativeType>);
            let kept = kept.map_or_else(DataType::null, |native| native.data_type.clone());
            let written = DataType::user_defined(&class.name, text);
            kept.with_variant(written, &[dialect.name().to_owned()])
        }
        None => uncompiled(interp, value, instance)?,
    };
    let converts =
        [TO_SQL, TO_PYTHON].iter().flat_map(Way::methods).any(|method| class.find(method).is_some());
    if !converts {
        return Ok(made);
    }
    let known = &mut interp.lasting::<Converters>().0;
    known.push(value.clone());
    Ok(DataType { converter: Some(known.len() - 1), ..made })
}

/// The same, without regard to `@compiles`.
pub(super) fn uncompiled(
    interp: &mut Interpreter<'_>,
    value: &Value,
    instance: &Rc<Instance>,
) -> Outcome<DataType> {
    let class = instance.class();
    let base = class.natives.iter().find_map(native_class);
    let name = class.name.to_string();
    match base.map(|base| base.class.form) {
        Some(Form::Decorator) => decorated(interp, value, instance, &name),
        Some(Form::UserDefined) => {
            let dialect = super::super::dialects::value(interp);
            let method = interp.attribute(value, "get_col_spec")?;
            let mut arguments = Arguments::none(interp.call_span());
            if takes_keywords(&method) {
                arguments.keyword.push(("dialect".into(), dialect));
            }
            let text = interp.call(&method, arguments)?;
            let text = wrap::known_text(interp, &text, "the result of get_col_spec()")?;
            Ok(DataType::user_defined(&name, text))
        }
        _ => {
            let payload = instance.payload.borrow().as_ref().and_then(Value::as_native::<NativeType>);
            match payload {
                Some(native) => Ok(native.data_type.clone()),
                None => Err(Unwind::unsupported(format!("the type `{name}`, which was not initialised"))),
            }
        }
    }
}

fn takes_keywords(method: &Value) -> bool {
    match method {
        Value::Bound(bound) => match &bound.function {
            Value::Function(function) => function.code.parameters.keywords.is_some(),
            _ => false,
        },
        _ => false,
    }
}

fn decorated(
    interp: &mut Interpreter<'_>,
    value: &Value,
    instance: &Rc<Instance>,
    name: &str,
) -> Outcome<DataType> {
    let own = instance.class().find("load_dialect_impl");
    let inner = match own {
        Some(_) => {
            let dialect = super::super::dialects::value(interp);
            let inner = interp.call_method(value, "load_dialect_impl", vec![dialect])?;
            data_type(interp, &inner)?
        }
        None => impl_type(interp, instance)?,
    };
    Ok(DataType::decorator(name, inner))
}

/// The types of the program that make values of SQL out of those of Python, or the other way round.
#[derive(Default)]
struct Converters(Vec<Value>);

/// One way of a value.
struct Way {
    /// Takes the value and the dialect.
    process: &'static str,
    /// What else may change it, which is not followed.
    others: [&'static str; 2],
}

const TO_SQL: Way = Way { process: "process_bind_param", others: ["bind_expression", "bind_processor"] };
const TO_PYTHON: Way =
    Way { process: "process_result_value", others: ["column_expression", "result_processor"] };

impl Way {
    fn methods(&self) -> impl Iterator<Item = &'static str> {
        std::iter::once(self.process).chain(self.others)
    }
}

/// What a decorator's `process_bind_param` makes of a value, if it has one. Something not known where that cannot be
/// run here.
pub(crate) fn bound_value(
    interp: &mut Interpreter<'_>,
    data_type: &DataType,
    value: &Value,
) -> Outcome<Option<Value>> {
    processed(interp, data_type, &TO_SQL, value)
}

/// What a decorator's `process_result_value` makes of a value that the database gave; the value if it has none.
pub(crate) fn result_value(
    interp: &mut Interpreter<'_>,
    data_type: &DataType,
    value: Value,
) -> Outcome<Value> {
    Ok(processed(interp, data_type, &TO_PYTHON, &value)?.unwrap_or(value))
}

fn processed(
    interp: &mut Interpreter<'_>,
    data_type: &DataType,
    way: &Way,
    value: &Value,
) -> Outcome<Option<Value>> {
    let Some(at) = data_type.converter else { return Ok(None) };
    let Some(decorator) = interp.lasting::<Converters>().0.get(at).cloned() else { return Ok(None) };
    let Value::Instance(instance) = &decorator else { return Ok(None) };
    let class = instance.class();
    if let Some(other) = way.others.iter().find(|other| class.find(other).is_some()) {
        let reason = format!("`{other}()` of the type `{}` is not followed", class.name);
        return Ok(Some(Value::unknown(reason, interp.call_span())));
    }
    if class.find(way.process).is_none() {
        return Ok(None);
    }
    let dialect = super::super::dialects::value(interp);
    match interp.call_method(&decorator, way.process, vec![value.clone(), dialect]) {
        Ok(Value::Foreign(foreign)) => Ok(Some(Value::unknown(foreign.reason(), interp.call_span()))),
        Ok(made) => Ok(Some(made)),
        Err(Unwind::Unsupported(why)) => Ok(Some(Value::unknown(why.reason, interp.call_span()))),
        Err(other) => Err(other),
    }
}

/// `self.impl`, else what the class says.
pub(super) fn impl_type(interp: &mut Interpreter<'_>, instance: &Rc<Instance>) -> Outcome<DataType> {
    let inner = instance.attribute("impl").or_else(|| instance.class().find("impl"));
    match inner {
        Some(inner) => data_type(interp, &inner),
        None => Err(Unwind::raise(
            "AttributeError",
            "TypeDecorator implementations require a class-level variable 'impl' which refers to the class of \
             type being decorated",
        )),
    }
}
