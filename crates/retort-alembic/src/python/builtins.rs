//! The builtin functions, classes and methods.

mod bytes;
mod classes;
mod containers;
pub(super) mod format_spec;
mod functions;
mod lists;
mod numbers;
pub(super) mod percent;
pub(super) mod str_format;
mod strings;

pub(super) use classes::{base_method, check_frozen, class, class_attribute, object_method};

use std::rc::Rc;

use super::Interpreter;
use super::interpret::doubt::MUTATORS;
use super::native::Arguments;
use super::unwind::{Outcome, Unwind};
use super::value::{Builtin, Value};

/// A method of a builtin type: the receiver comes as itself, not among the arguments.
pub(super) type Method = fn(&mut Interpreter<'_>, &Value, Arguments) -> Outcome<Value>;

/// A method, and whether it can do with unknown arguments.
pub(super) type Entry = (Method, bool);

/// Binds the builtin names.
pub(super) fn install(interp: &mut Interpreter<'_>) {
    classes::install(interp);
    functions::install(interp);
}

/// An attribute of a value of a builtin type.
pub(super) fn method(interp: &mut Interpreter<'_>, value: &Value, name: &str) -> Outcome<Option<Value>> {
    if let Some(found) = numbers::attribute(value, name) {
        return Ok(Some(found));
    }
    if let (Value::Slice(parts), Some(at)) =
        (value, ["start", "stop", "step"].iter().position(|each| *each == name))
    {
        return Ok(Some(parts[at].clone()));
    }
    if let Some(entry) = find(value, name) {
        return Ok(Some(bound(value, name, entry)));
    }
    Ok(object_method(interp, value, name))
}

/// A method of the type that a value is of.
fn find(value: &Value, name: &str) -> Option<Entry> {
    match value {
        Value::Str(_) => strings::method(name),
        Value::Bytes(_) => bytes::method(name),
        Value::List(_) | Value::Tuple(_) => lists::method(name, matches!(value, Value::List(_))),
        Value::Dict(_) => containers::dict_method(name),
        Value::Set(set) => containers::set_method(name, set.frozen),
        Value::Int(_) | Value::Bool(_) | Value::Big(_) | Value::Float(_) => numbers::method(name),
        Value::Iterator(_) => containers::iterator_method(name),
        Value::Range(_) => lists::method(name, false),
        _ => None,
    }
}

fn bound(value: &Value, name: &str, (method, takes_unknown): Entry) -> Value {
    let receiver = value.clone();
    let changes = MUTATORS.contains(&name);
    let call = move |interp: &mut Interpreter<'_>, arguments: Arguments| {
        if changes {
            interp.doubt_elements(&receiver);
        }
        method(interp, &receiver, arguments)
    };
    Value::Builtin(Rc::new(Builtin { name: name.into(), takes_unknown, call: Box::new(call) }))
}

/// A method as a function whose first argument is the receiver: `str.upper`.
pub(super) fn unbound(kind: &'static str, name: &str) -> Option<Value> {
    let entry: Entry = match kind {
        "str" => strings::method(name),
        "bytes" => bytes::method(name),
        "list" => lists::method(name, true),
        "tuple" | "range" => lists::method(name, false),
        "dict" => containers::dict_method(name),
        "set" => containers::set_method(name, false),
        "frozenset" => containers::set_method(name, true),
        "int" | "float" | "bool" => numbers::method(name),
        _ => None,
    }?;
    let (method, takes_unknown) = entry;
    let full = format!("__method__{name}");
    let changes = MUTATORS.contains(&name);
    let call = move |interp: &mut Interpreter<'_>, mut arguments: Arguments| {
        if arguments.positional.is_empty() {
            return Err(Unwind::type_error(format!("unbound method of {kind} needs an argument")));
        }
        let receiver = arguments.positional.remove(0).plain();
        if Interpreter::builtin_name(&receiver) != Some(kind) && !matches!(receiver, Value::Bool(_)) {
            let given = interp.type_name(&receiver);
            return Err(Unwind::type_error(format!(
                "descriptor for '{kind}' objects doesn't apply to a '{given}' object"
            )));
        }
        if changes {
            interp.doubt_elements(&receiver);
        }
        method(interp, &receiver, arguments)
    };
    Some(Value::Builtin(Rc::new(Builtin { name: full.into(), takes_unknown, call: Box::new(call) })))
}

/// The text of an argument.
pub(super) fn text_argument(interp: &mut Interpreter<'_>, value: &Value) -> Outcome<super::Name> {
    interp.refuse_foreign(value)?;
    match value.as_str() {
        Some(text) => Ok(text),
        None => Err(Unwind::type_error(format!("expected str, not {}", interp.type_name(value)))),
    }
}

/// The whole number of an argument.
pub(super) fn int_argument(interp: &mut Interpreter<'_>, value: &Value) -> Outcome<i64> {
    interp.refuse_foreign(value)?;
    match value.as_int() {
        Some(number) => Ok(number),
        None => Err(Unwind::type_error(format!(
            "'{}' object cannot be interpreted as an integer",
            interp.type_name(value)
        ))),
    }
}
