//! The builtin functions, and how builtin classes make their objects.

mod arithmetic;
mod class_method;
mod iterate;
mod make;
mod object;

use std::rc::Rc;

use super::super::interpret::text::ascii;
use super::super::unwind::{Outcome, Unwind};
use super::super::value::{Builtin, Value};
use super::super::{Arguments, Comparison, Elements, Interpreter};
use super::{int_argument, lists, text_argument};
use arithmetic::{abs, divmod, pow, radix, round};
use iterate::{any_all, enumerate, extreme, filter, iter, len, map, next, reversed, sum, zip};
use object::{getattr, issubclass};

pub(super) use class_method::class_method;
pub(super) use make::{CONSTRUCTORS, make_object, static_name};
pub(super) use object::{dir_of, hash};

/// What a builtin function does.
pub(in super::super) type Function = fn(&mut Interpreter<'_>, Arguments) -> Outcome<Value>;

/// Functions whose result is unknown when an argument is.
const PURE: [(&str, Function); 30] = [
    ("len", len),
    ("abs", abs),
    ("min", |interp, arguments| extreme(interp, arguments, Comparison::Lt)),
    ("max", |interp, arguments| extreme(interp, arguments, Comparison::Gt)),
    ("sum", sum),
    ("any", |interp, arguments| any_all(interp, arguments, true)),
    ("all", |interp, arguments| any_all(interp, arguments, false)),
    ("sorted", |interp, mut arguments| {
        if arguments.positional.is_empty() {
            return Err(Unwind::type_error("sorted expected 1 argument, got 0"));
        }
        let values = arguments.positional.remove(0);
        match interp.collect(&values)? {
            Elements::Known(values) => lists::sorted(interp, values, arguments),
            Elements::Unknown(unknown) => Ok(Value::Unknown(unknown)),
        }
    }),
    ("reversed", reversed),
    ("enumerate", enumerate),
    ("zip", zip),
    ("map", map),
    ("filter", filter),
    ("iter", iter),
    ("round", round),
    ("divmod", divmod),
    ("pow", pow),
    ("repr", |interp, arguments| {
        let [value] = arguments.exactly("repr")?;
        interp.text_value(&value, true)
    }),
    ("ascii", |interp, arguments| {
        let [value] = arguments.exactly("ascii")?;
        interp.repr(&value).map(|text| Value::str(ascii(&text)))
    }),
    ("format", |interp, arguments| {
        let [value, spec] = arguments.bind("format", "value format_spec?")?;
        let spec = match spec {
            Some(spec) => text_argument(interp, &spec)?,
            None => "".into(),
        };
        interp.format_value(&value.unwrap_or(Value::None), &spec)
    }),
    ("chr", |interp, arguments| {
        let [code] = arguments.exactly("chr")?;
        let code = int_argument(interp, &code)?;
        let char = u32::try_from(code).ok().and_then(char::from_u32);
        char.map(|char| Value::str(char.to_string()))
            .ok_or_else(|| Unwind::value_error("chr() arg not in range(0x110000)"))
    }),
    ("ord", |interp, arguments| {
        let [text] = arguments.exactly("ord")?;
        let text = text_argument(interp, &text)?;
        let mut chars = text.chars();
        match (chars.next(), chars.next()) {
            (Some(char), None) => Ok(Value::Int(i64::from(char as u32))),
            _ => Err(Unwind::type_error("ord() expected a character")),
        }
    }),
    ("hex", |_, arguments| radix(arguments, 16, "0x")),
    ("oct", |_, arguments| radix(arguments, 8, "0o")),
    ("bin", |_, arguments| radix(arguments, 2, "0b")),
    ("hash", |interp, arguments| {
        let [value] = arguments.exactly("hash")?;
        let key = interp.key(&value)?;
        Ok(Value::Int(hash(&key)))
    }),
    ("isinstance", |interp, arguments| {
        let [value, class] = arguments.exactly("isinstance")?;
        interp.is_instance(&value, &class).map(Value::Bool)
    }),
    ("issubclass", issubclass),
    ("dir", |interp, arguments| {
        let [value] = arguments.exactly("dir")?;
        dir_of(interp, &value)
    }),
    ("vars", |interp, arguments| {
        let [value] = arguments.exactly("vars")?;
        interp.attribute(&value, "__dict__")
    }),
];

/// Functions that look at their arguments themselves.
const OTHERS: [(&str, Function); 14] = [
    ("print", print),
    ("next", next),
    ("getattr", getattr),
    ("hasattr", |interp, arguments| {
        let [value, name] = arguments.exactly("hasattr")?;
        if matches!(value, Value::Unknown(_)) {
            return Ok(value);
        }
        let name = text_argument(interp, &name)?;
        match interp.find_attribute(&value, &name) {
            Ok(found) => Ok(Value::Bool(found.is_some())),
            Err(Unwind::Raise(raised)) => {
                let exception = interp.exception_value(&raised);
                if interp.is_exception(&exception, "AttributeError") {
                    Ok(Value::Bool(false))
                } else {
                    Err(Unwind::Raise(raised))
                }
            }
            Err(other) => Err(other),
        }
    }),
    ("setattr", |interp, arguments| {
        let [value, name, other] = arguments.exactly("setattr")?;
        let name = text_argument(interp, &name)?;
        interp.set_attribute(&value, &name, other).map(|()| Value::None)
    }),
    ("delattr", |interp, arguments| {
        let [value, name] = arguments.exactly("delattr")?;
        interp.call_method(&value, "__delattr__", vec![name])
    }),
    ("callable", |interp, arguments| {
        let [value] = arguments.exactly("callable")?;
        Ok(Value::Bool(interp.is_callable(&value)))
    }),
    ("id", |_, arguments| {
        let [value] = arguments.exactly("id")?;
        // Only equality of two of them means anything.
        Ok(Value::Int(value.address().map_or(1, |address| address as i64)))
    }),
    ("open", |interp, arguments| {
        let path = arguments.positional.first().cloned().unwrap_or(Value::None);
        let mode = arguments.positional.get(1).or(arguments.get("mode")).and_then(Value::as_str);
        super::super::library::paths::open(interp, &path, mode.as_deref().unwrap_or("r"))
    }),
    ("input", |_, _| Err(Unwind::unsupported("asking the user is not supported"))),
    ("exec", |_, _| Err(Unwind::unsupported("`exec` is not supported"))),
    ("eval", |_, _| Err(Unwind::unsupported("`eval` is not supported"))),
    ("compile", |_, _| Err(Unwind::unsupported("`compile` is not supported"))),
    ("__import__", |interp, arguments| {
        let name = arguments.positional.first().cloned().unwrap_or(Value::None);
        let name = text_argument(interp, &name)?;
        let module = interp.import(&name)?;
        drop(module);
        let top = name.split('.').next().unwrap_or(&name).to_owned();
        interp.import(&top)
    }),
];

/// Binds the functions and constants.
pub(super) fn install(interp: &mut Interpreter<'_>) {
    for (name, call) in PURE {
        let made = Builtin { name: name.into(), takes_unknown: false, call: Box::new(call) };
        interp.builtins.insert(name.into(), Value::Builtin(Rc::new(made)));
    }
    for (name, call) in OTHERS {
        interp.builtins.insert(name.into(), Value::function(name, call));
    }
    interp.builtins.insert("NotImplemented".into(), Value::NotImplemented);
    interp.builtins.insert("Ellipsis".into(), Value::Ellipsis);
    interp.builtins.insert("__debug__".into(), Value::Bool(true));
    interp.builtins.insert("__name__".into(), Value::str("builtins"));
}

#[allow(clippy::needless_pass_by_value, reason = "all builtin functions have one shape")]
fn print(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let mut words = Vec::new();
    for value in &arguments.positional {
        let word = match value {
            Value::Unknown(_) | Value::Foreign(_) => "…".to_owned(),
            other => match interp.text_value(other, false)? {
                Value::Str(text) => text.to_string(),
                _ => "…".to_owned(),
            },
        };
        words.push(word);
    }
    if interp.notes.len() < 1000 {
        interp.notes.push(words.join(" "));
    }
    Ok(Value::None)
}
