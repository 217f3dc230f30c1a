//! Builtin functions that ask objects and classes about themselves.

use std::hash::{Hash, Hasher};

use super::super::super::unwind::{Outcome, Unwind};
use super::super::super::value::{Key, Value};
use super::super::super::{Arguments, Interpreter};
use super::super::text_argument;

/// A number for `hash()`: the same for equal keys, and in every run.
pub(in super::super) fn hash(key: &Key) -> i64 {
    match key {
        Key::Int(number) => *number,
        other => {
            let mut hasher = rustc_hash::FxHasher::default();
            match other {
                Key::Identity(_) => 0.hash(&mut hasher),
                other => other.hash(&mut hasher),
            }
            (hasher.finish() >> 2) as i64
        }
    }
}

/// `dir(value)`
pub(in super::super) fn dir_of(interp: &mut Interpreter<'_>, value: &Value) -> Outcome<Value> {
    let mut names: Vec<String> = Vec::new();
    let mut class = None;
    match value {
        Value::Instance(instance) => {
            names.extend(instance.attributes.borrow().keys().map(|name| name.to_string()));
            class = Some(instance.class());
        }
        Value::Class(of) => class = Some(of.clone()),
        Value::Module(module) => {
            names.extend(interp.all_names(module)?.keys().map(|name| name.to_string()));
        }
        _ => {
            return Err(Unwind::unsupported(format!(
                "`dir` of {} is not supported",
                interp.type_name(value)
            )));
        }
    }
    if let Some(class) = class {
        for each in class.mro.borrow().iter() {
            names.extend(each.attributes.borrow().keys().map(|name| name.to_string()));
        }
    }
    names.sort();
    names.dedup();
    Ok(Value::list(names.into_iter().map(Value::from).collect()))
}

pub(super) fn issubclass(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let [class, of] = arguments.exactly("issubclass")?;
    is_subclass(interp, &class, &of).map(Value::Bool)
}

fn is_subclass(interp: &mut Interpreter<'_>, class: &Value, of: &Value) -> Outcome<bool> {
    match (class, of) {
        (_, Value::Tuple(classes)) => {
            for of in classes.iter() {
                if is_subclass(interp, class, of)? {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        (Value::Class(class), Value::Class(of)) => Ok(class.inherits(of)),
        (_, Value::Native(native)) => Ok(native.clone().has_subclass(interp, class)?.unwrap_or(false)),
        (Value::Native(_), Value::Class(_)) => Ok(false),
        _ => {
            interp.refuse_foreign(class)?;
            interp.refuse_foreign(of)?;
            Err(Unwind::type_error("issubclass() arg 1 must be a class"))
        }
    }
}

pub(super) fn getattr(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let [value, name, default] = arguments.bind("getattr", "object name default?")?;
    let (value, name) = (value.unwrap_or(Value::None), name.unwrap_or(Value::None));
    if matches!(name, Value::Unknown(_)) {
        return Ok(name);
    }
    let name = text_argument(interp, &name)?;
    let Some(default) = default else { return interp.attribute(&value, &name) };
    match interp.find_attribute(&value, &name) {
        Ok(found) => Ok(found.unwrap_or(default)),
        Err(Unwind::Raise(raised)) => {
            let exception = interp.exception_value(&raised);
            if interp.is_exception(&exception, "AttributeError") {
                Ok(default)
            } else {
                Err(Unwind::Raise(raised))
            }
        }
        Err(other) => Err(other),
    }
}
