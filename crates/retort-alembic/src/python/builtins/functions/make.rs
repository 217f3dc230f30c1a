//! How builtin classes make their objects.

use std::rc::Rc;
use std::sync::Arc;

use num_bigint::BigInt;
use num_traits::{FromPrimitive, Num};

use super::super::super::interpret::compare::as_float;
use super::super::super::interpret::operate::as_big;
use super::super::super::unwind::{Outcome, Unwind};
use super::super::super::value::{Range, Value, Wrapper};
use super::super::super::{Arguments, Elements, Interpreter};
use super::super::{classes, containers, int_argument, text_argument};
use super::Function;

/// Builtin classes: whether a subclass keeps such a value, and how it is made.
pub(in super::super) const CONSTRUCTORS: [(&str, bool, Function); 19] = [
    ("type", false, make_type),
    ("int", true, make_int),
    ("bool", false, make_bool),
    ("float", true, make_float),
    ("str", true, make_str),
    ("bytes", true, make_bytes),
    ("bytearray", true, make_bytes),
    ("list", true, make_list),
    ("tuple", true, make_tuple),
    ("dict", true, make_dict),
    ("set", true, |interp, arguments| make_set(interp, arguments, false)),
    ("frozenset", true, |interp, arguments| make_set(interp, arguments, true)),
    ("range", false, make_range),
    ("slice", false, make_slice),
    ("property", false, |_, arguments| classes::wrapper("property", arguments)),
    ("staticmethod", false, |_, arguments| classes::wrapper("staticmethod", arguments)),
    ("classmethod", false, |_, arguments| classes::wrapper("classmethod", arguments)),
    ("super", false, make_super),
    ("memoryview", false, make_bytes),
];

/// The name of a builtin class as a constant.
pub(in super::super) fn static_name(name: &str) -> Option<&'static str> {
    if name == "object" {
        return Some("object");
    }
    CONSTRUCTORS.iter().map(|(each, ..)| *each).find(|each| *each == name)
}

pub(in super::super) fn make_object(interp: &mut Interpreter<'_>, _arguments: Arguments) -> Outcome<Value> {
    match interp.class("object") {
        Some(class) => Ok(Value::Instance(Rc::new(super::super::super::Instance::new(class)))),
        None => Ok(Value::None),
    }
}

fn make_type(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    if arguments.positional.len() == 1 {
        return Ok(interp.type_of(&arguments.positional[0]));
    }
    let [name, bases, names] = arguments.exactly("type")?;
    let mut draft = super::super::super::interpret::class::Draft {
        name: text_argument(interp, &name)?,
        bases: interp.values(&bases)?,
        keywords: Vec::new(),
        names: super::super::super::Names::default(),
        module: "__main__".into(),
    };
    for (key, value) in interp.mapping_pairs(&names)? {
        if let Some(key) = key.as_str() {
            draft.names.insert(key, value);
        }
    }
    let span = interp.call_span();
    let class = interp.make_class(draft, Some(span))?;
    interp.finish_class(&class)?;
    Ok(Value::Class(class))
}

fn make_int(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let [value, base] = arguments.bind("int", "x? base?")?;
    let Some(value) = value else { return Ok(Value::Int(0)) };
    let plain = value.plain();
    if let (Value::Str(text), base) = (&plain, base) {
        let base = match base {
            Some(base) => int_argument(interp, &base)?,
            None => 10,
        };
        return parse_int(text, base).ok_or_else(|| {
            let shown = super::super::super::interpret::text::str_repr(text);
            Unwind::value_error(format!("invalid literal for int() with base {base}: {shown}"))
        });
    }
    if let Value::Float(number) = plain {
        return match BigInt::from_f64(number.trunc()) {
            Some(whole) => Ok(Value::big(whole)),
            None => Err(Unwind::raise("OverflowError", "cannot convert float infinity to integer")),
        };
    }
    if let Some(number) = as_big(&plain) {
        return Ok(Value::big(number));
    }
    for name in ["__int__", "__index__"] {
        if let Some(answer) = interp.call_special(&value, name, Vec::new())? {
            return Ok(answer);
        }
    }
    if let Value::Native(native) = &plain
        && native.has_method("__int__")
    {
        return interp.call_method(&plain, "__int__", Vec::new());
    }
    interp.refuse_foreign(&value)?;
    let name = interp.type_name(&value);
    Err(Unwind::type_error(format!(
        "int() argument must be a string, a bytes-like object or a real number, not '{name}'"
    )))
}

fn parse_int(text: &str, base: i64) -> Option<Value> {
    let text = text.trim();
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let lower = digits.to_ascii_lowercase();
    let (base, digits) = match (base, lower.get(..2)) {
        (0 | 16, Some("0x")) => (16, &lower[2..]),
        (0 | 8, Some("0o")) => (8, &lower[2..]),
        (0 | 2, Some("0b")) => (2, &lower[2..]),
        (0, _) => (10, &lower[..]),
        (base, _) => (u32::try_from(base).ok()?, &lower[..]),
    };
    let clean = digits.replace('_', "");
    if !(2..=36).contains(&base) || clean.is_empty() || clean.len() > 20_000 || clean.starts_with(['+', '-'])
    {
        return None;
    }
    let number = BigInt::from_str_radix(&clean, base).ok()?;
    Some(Value::big(if negative { -number } else { number }))
}

fn make_bool(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let [value] = arguments.bind("bool", "x?")?;
    match value {
        None => Ok(Value::Bool(false)),
        Some(value) => interp.known_truth(&value).map(Value::Bool),
    }
}

fn make_float(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let [value] = arguments.bind("float", "x?")?;
    let Some(value) = value else { return Ok(Value::Float(0.0)) };
    let plain = value.plain();
    if let Some(number) = as_float(&plain) {
        return Ok(Value::Float(number));
    }
    if let Value::Str(text) = &plain {
        let clean = text.trim().replace('_', "");
        let is_word = clean.trim_start_matches(['+', '-']).starts_with(|char: char| char.is_alphabetic());
        let known = ["inf", "infinity", "nan"]
            .contains(&clean.trim_start_matches(['+', '-']).to_lowercase().as_str());
        return match clean.parse::<f64>() {
            Ok(number) if !is_word || known => Ok(Value::Float(number)),
            _ => {
                let shown = super::super::super::interpret::text::str_repr(text);
                Err(Unwind::value_error(format!("could not convert string to float: {shown}")))
            }
        };
    }
    if let Some(answer) = interp.call_special(&value, "__float__", Vec::new())? {
        return Ok(answer);
    }
    if let Value::Native(native) = &plain
        && native.has_method("__float__")
    {
        return interp.call_method(&plain, "__float__", Vec::new());
    }
    interp.refuse_foreign(&value)?;
    let name = interp.type_name(&value);
    Err(Unwind::type_error(format!("float() argument must be a string or a real number, not '{name}'")))
}

fn make_str(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let [value, encoding, _errors] = arguments.bind("str", "object? encoding? errors?")?;
    match (value, encoding) {
        (None, _) => Ok(Value::str("")),
        (Some(bytes @ Value::Bytes(_)), Some(encoding)) => {
            interp.call_method(&bytes, "decode", vec![encoding])
        }
        (Some(value), _) => interp.text_value(&value, false),
    }
}

fn make_bytes(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let [value, encoding, _errors] = arguments.bind("bytes", "source? encoding? errors?")?;
    let Some(value) = value else { return Ok(Value::Bytes([].into())) };
    if let Some(count) = value.as_int() {
        let count = usize::try_from(count).map_err(|_| Unwind::value_error("negative count"))?;
        interp.meter.spend(count)?;
        return Ok(Value::Bytes(vec![0; count].into()));
    }
    match (value.plain(), encoding) {
        (Value::Bytes(bytes), _) => Ok(Value::Bytes(bytes)),
        (text @ Value::Str(_), Some(encoding)) => interp.call_method(&text, "encode", vec![encoding]),
        (Value::Str(_), None) => Err(Unwind::type_error("string argument without an encoding")),
        (other, _) => {
            let mut bytes = Vec::new();
            for value in interp.values(&other)? {
                let byte = int_argument(interp, &value)?;
                let byte =
                    u8::try_from(byte).map_err(|_| Unwind::value_error("bytes must be in range(0, 256)"))?;
                bytes.push(byte);
            }
            Ok(Value::Bytes(Arc::from(bytes)))
        }
    }
}

fn make_list(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    gathered(interp, arguments, Value::list)
}

fn make_tuple(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    gathered(interp, arguments, Value::tuple)
}

fn gathered(
    interp: &mut Interpreter<'_>,
    arguments: Arguments,
    make: fn(Vec<Value>) -> Value,
) -> Outcome<Value> {
    let [values] = arguments.bind("list", "iterable?")?;
    let Some(values) = values else { return Ok(make(Vec::new())) };
    Ok(match interp.collect(&values)? {
        Elements::Known(values) => make(values),
        Elements::Unknown(unknown) => Value::Unknown(unknown),
    })
}

pub(super) fn make_dict(interp: &mut Interpreter<'_>, mut arguments: Arguments) -> Outcome<Value> {
    if let Some(unknown @ Value::Unknown(_)) = arguments.positional.first() {
        return Ok(unknown.clone());
    }
    let mut pairs = Vec::new();
    if !arguments.positional.is_empty() {
        let source = arguments.positional.remove(0);
        if let Value::Iterator(_) = source {
            match interp.collect(&source)? {
                Elements::Known(values) => pairs = containers::pairs(interp, &Value::list(values))?,
                Elements::Unknown(unknown) => return Ok(Value::Unknown(unknown)),
            }
        } else {
            pairs = containers::pairs(interp, &source)?;
        }
    }
    pairs.extend(arguments.keyword.into_iter().map(|(name, value)| (Value::Str(name), value)));
    interp.meter.spend(pairs.len() * 64)?;
    interp.make_dict(pairs)
}

fn make_set(interp: &mut Interpreter<'_>, arguments: Arguments, frozen: bool) -> Outcome<Value> {
    let [values] = arguments.bind("set", "iterable?")?;
    let Some(values) = values else { return interp.make_set(Vec::new(), frozen) };
    match interp.collect(&values)? {
        Elements::Known(values) => interp.make_set(values, frozen),
        Elements::Unknown(unknown) => Ok(Value::Unknown(unknown)),
    }
}

fn make_range(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let [first, second, step] = arguments.bind("range", "start stop? step?")?;
    let first = int_argument(interp, &first.unwrap_or(Value::None))?;
    let (start, stop) = match second {
        Some(stop) => (first, int_argument(interp, &stop)?),
        None => (0, first),
    };
    let step = match step {
        Some(step) => int_argument(interp, &step)?,
        None => 1,
    };
    if step == 0 {
        return Err(Unwind::value_error("range() arg 3 must not be zero"));
    }
    Ok(Value::Range(Rc::new(Range { start, stop, step })))
}

fn make_slice(_interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let given = arguments.positional.len();
    let [first, second, step] = arguments.bind("slice", "start stop? step?")?;
    let part = |value: Option<Value>| value.unwrap_or(Value::None);
    Ok(Value::Slice(Rc::new(if given == 1 {
        [Value::None, part(first), Value::None]
    } else {
        [part(first), part(second), part(step)]
    })))
}

#[allow(clippy::needless_pass_by_value, reason = "all builtin functions have one shape")]
fn make_super(_interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    match &arguments.positional[..] {
        [Value::Class(class), receiver] => {
            Ok(Value::Wrapper(Rc::new(Wrapper::Super(class.clone(), receiver.clone()))))
        }
        _ => Err(Unwind::raise("RuntimeError", "super(): no arguments")),
    }
}
