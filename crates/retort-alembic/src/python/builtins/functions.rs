//! The builtin functions, and how builtin classes make their objects.

use std::hash::{Hash, Hasher};
use std::rc::Rc;
use std::sync::Arc;

use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{FromPrimitive, Num, Signed, ToPrimitive};

use super::super::interpret::compare::as_float;
use super::super::interpret::operate::as_big;
use super::super::interpret::text::ascii;
use super::super::iterator::Iteration;
use super::super::unwind::{Outcome, Unwind};
use super::super::value::{Builtin, Key, Range, Value, Wrapper};
use super::super::{Arguments, Comparison, Elements, Interpreter, Operator, UnaryOperator};
use super::{classes, containers, int_argument, lists, text_argument};

/// What a builtin function does.
pub(in super::super) type Function = fn(&mut Interpreter<'_>, Arguments) -> Outcome<Value>;

/// Builtin classes: whether a subclass keeps such a value, and how it is made.
pub(super) const CONSTRUCTORS: [(&str, bool, Function); 19] = [
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

/// The name of a builtin class as a constant.
pub(super) fn static_name(name: &str) -> Option<&'static str> {
    if name == "object" {
        return Some("object");
    }
    CONSTRUCTORS.iter().map(|(each, ..)| *each).find(|each| *each == name)
}

/// A class method of a builtin class: `dict.fromkeys`.
pub(super) fn class_method(kind: &str, name: &str) -> Option<Value> {
    Some(match (kind, name) {
        ("dict", "fromkeys") => Value::function(name, |interp, arguments| {
            let [keys, value] = arguments.bind("fromkeys", "iterable value?")?;
            let keys = interp.values(&keys.unwrap_or(Value::None))?;
            let value = value.unwrap_or(Value::None);
            interp.make_dict(keys.into_iter().map(|key| (key, value.clone())).collect())
        }),
        ("bytes", "fromhex") => Value::function(name, |interp, arguments| {
            let [text] = arguments.exactly("fromhex")?;
            let text: String =
                text_argument(interp, &text)?.chars().filter(|char| !char.is_whitespace()).collect();
            let byte =
                |at: usize| text.get(at..at + 2).and_then(|digits| u8::from_str_radix(digits, 16).ok());
            let bytes: Option<Vec<u8>> = (0..text.len()).step_by(2).map(byte).collect();
            bytes
                .map(|bytes| Value::Bytes(bytes.into()))
                .ok_or_else(|| Unwind::value_error("non-hexadecimal number found in fromhex() arg"))
        }),
        ("int", "from_bytes") => Value::function(name, |interp, arguments| {
            let [bytes, order, _signed] = arguments.bind("from_bytes", "bytes byteorder? signed?")?;
            let Some(Value::Bytes(bytes)) = bytes else { return Err(Unwind::type_error("expected bytes")) };
            let little = match order {
                Some(order) => &*text_argument(interp, &order)? == "little",
                None => false,
            };
            let sign = num_bigint::Sign::Plus;
            Ok(Value::big(if little {
                BigInt::from_bytes_le(sign, &bytes)
            } else {
                BigInt::from_bytes_be(sign, &bytes)
            }))
        }),
        ("str", "maketrans") => Value::function(name, maketrans),
        _ => return None,
    })
}

fn maketrans(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let [from, to, delete] = arguments.bind("maketrans", "x y? z?")?;
    let code = |char: char| Value::Int(i64::from(char as u32));
    let from = from.unwrap_or(Value::None);
    let mut pairs = Vec::new();
    match to {
        None => {
            for (key, value) in interp.mapping_pairs(&from)? {
                let key = match key.as_str().and_then(|key| key.chars().next()) {
                    Some(char) => code(char),
                    None => key,
                };
                pairs.push((key, value));
            }
        }
        Some(to) => {
            let (from, to) = (text_argument(interp, &from)?, text_argument(interp, &to)?);
            pairs.extend(from.chars().zip(to.chars()).map(|(from, to)| (code(from), code(to))));
        }
    }
    if let Some(delete) = delete {
        let delete = text_argument(interp, &delete)?;
        pairs.extend(delete.chars().map(|char| (code(char), Value::None)));
    }
    interp.make_dict(pairs)
}

/// A number for `hash()`: the same for equal keys, and in every run.
pub(super) fn hash(key: &Key) -> i64 {
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
pub(super) fn dir_of(interp: &mut Interpreter<'_>, value: &Value) -> Outcome<Value> {
    let mut names: Vec<String> = Vec::new();
    let mut class = None;
    match value {
        Value::Instance(instance) => {
            names.extend(instance.attributes.borrow().keys().map(|name| name.to_string()));
            class = Some(instance.class());
        }
        Value::Class(of) => class = Some(of.clone()),
        Value::Module(module) => {
            names.extend(module.scope.names.borrow().keys().map(|name| name.to_string()));
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

pub(super) fn make_object(interp: &mut Interpreter<'_>, _arguments: Arguments) -> Outcome<Value> {
    match interp.class("object") {
        Some(class) => Ok(Value::Instance(Rc::new(super::super::Instance::new(class)))),
        None => Ok(Value::None),
    }
}

fn make_type(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    if arguments.positional.len() == 1 {
        return Ok(interp.type_of(&arguments.positional[0]));
    }
    let [name, bases, names] = arguments.exactly("type")?;
    let mut draft = super::super::interpret::class::Draft {
        name: text_argument(interp, &name)?,
        bases: interp.values(&bases)?,
        keywords: Vec::new(),
        names: super::super::Names::default(),
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
            let shown = super::super::interpret::text::str_repr(text);
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
                let shown = super::super::interpret::text::str_repr(text);
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

fn make_dict(interp: &mut Interpreter<'_>, mut arguments: Arguments) -> Outcome<Value> {
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

fn len(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let [value] = arguments.exactly("len")?;
    if let Some(answer) = interp.call_special(&value, "__len__", Vec::new())? {
        return Ok(answer);
    }
    let length = match value.plain() {
        Value::Str(text) => text.chars().count(),
        Value::Bytes(bytes) => bytes.len(),
        Value::List(list) => list.borrow().len(),
        Value::Tuple(tuple) => tuple.len(),
        Value::Dict(dict) => dict.borrow().entries.len(),
        Value::Set(set) => set.items.borrow().len(),
        Value::Range(range) => range.length(),
        Value::Native(native) => {
            if let Some(length) = native.clone().length(interp)? {
                return Ok(length);
            }
            return Err(no_length(interp, &value));
        }
        Value::Class(class) => match interp.enum_members(&class) {
            Some(members) => members.len(),
            None => return Err(no_length(interp, &value)),
        },
        _ => {
            interp.refuse_foreign(&value)?;
            return Err(no_length(interp, &value));
        }
    };
    Ok(Value::Int(length as i64))
}

fn no_length(interp: &mut Interpreter<'_>, value: &Value) -> Unwind {
    Unwind::type_error(format!("object of type '{}' has no len()", interp.type_name(value)))
}

fn abs(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let [value] = arguments.exactly("abs")?;
    if let Some(answer) = interp.call_special(&value, "__abs__", Vec::new())? {
        return Ok(answer);
    }
    if let Value::Float(number) = value.plain() {
        return Ok(Value::Float(number.abs()));
    }
    match as_big(&value.plain()) {
        Some(number) => Ok(Value::big(number.abs())),
        None => {
            if let Value::Native(_) = value {
                let zero = interp.binary(Operator::Sub, &value, &value)?;
                let less = interp.compare(Comparison::Lt, &value, &zero)?;
                return if interp.known_truth(&less)? {
                    interp.unary(UnaryOperator::Minus, &value)
                } else {
                    Ok(value)
                };
            }
            let name = interp.type_name(&value);
            Err(Unwind::type_error(format!("bad operand type for abs(): '{name}'")))
        }
    }
}

fn extreme(interp: &mut Interpreter<'_>, mut arguments: Arguments, wanted: Comparison) -> Outcome<Value> {
    let key = arguments.take("key").filter(|key| !key.is_none());
    let default = arguments.take("default");
    let span = arguments.span;
    let values = match &arguments.positional[..] {
        [] => return Err(Unwind::type_error("expected at least 1 argument, got 0")),
        [one] => match interp.collect(&one.clone())? {
            Elements::Known(values) => values,
            Elements::Unknown(unknown) => return Ok(Value::Unknown(unknown)),
        },
        many => many.to_vec(),
    };
    let mut best: Option<(Value, Value)> = None;
    for value in values {
        let measure = match &key {
            Some(key) => interp.call(key, Arguments::of(vec![value.clone()], span))?,
            None => value.clone(),
        };
        let better = match &best {
            None => true,
            Some((other, _)) => {
                let answer = interp.compare(wanted, &measure, other)?;
                if matches!(answer, Value::Unknown(_)) {
                    return Ok(answer);
                }
                interp.known_truth(&answer)?
            }
        };
        if better {
            best = Some((measure, value));
        }
    }
    match best.map(|(_, value)| value).or(default) {
        Some(value) => Ok(value),
        None => Err(Unwind::value_error("arg is an empty sequence")),
    }
}

fn sum(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let [values, start] = arguments.bind("sum", "iterable start?")?;
    let mut total = start.unwrap_or(Value::Int(0));
    let unknown = interp.iterate(&values.unwrap_or(Value::None), &mut |interp, value| {
        total = interp.binary(Operator::Add, &total, &value)?;
        Ok(true)
    })?;
    Ok(unknown.map_or(total, Value::Unknown))
}

fn any_all(interp: &mut Interpreter<'_>, arguments: Arguments, wanted: bool) -> Outcome<Value> {
    let [values] = arguments.exactly("any")?;
    let mut found = false;
    let mut perhaps = None;
    let unknown = interp.iterate(&values, &mut |interp, value| {
        Ok(match interp.truth(&value)? {
            super::super::Truth::Unknown(unknown) => {
                perhaps.get_or_insert(unknown);
                true
            }
            truth => {
                found = (truth == super::super::Truth::Yes) == wanted;
                !found
            }
        })
    })?;
    Ok(match (found, unknown.or(perhaps)) {
        (true, None) => Value::Bool(wanted),
        (_, Some(unknown)) => Value::Unknown(unknown),
        (false, None) => Value::Bool(!wanted),
    })
}

fn reversed(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let [value] = arguments.exactly("reversed")?;
    if let Some(answer) = interp.call_special(&value, "__reversed__", Vec::new())? {
        return Ok(answer);
    }
    match interp.collect(&value)? {
        Elements::Known(mut values) => {
            values.reverse();
            Ok(Iteration::buffer(values))
        }
        Elements::Unknown(unknown) => Ok(Value::Unknown(unknown)),
    }
}

fn enumerate(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let [values, start] = arguments.bind("enumerate", "iterable start?")?;
    let start = match start {
        Some(start) => int_argument(interp, &start)?,
        None => 0,
    };
    let inner = interp.iterator(&values.unwrap_or(Value::None))?;
    Ok(match inner {
        Value::Unknown(_) => inner,
        inner => Iteration::Enumerate(inner, start).value(),
    })
}

fn iterators(interp: &mut Interpreter<'_>, values: Vec<Value>) -> Outcome<Result<Vec<Value>, Value>> {
    let mut iterators = Vec::with_capacity(values.len());
    for value in values {
        match interp.iterator(&value)? {
            unknown @ Value::Unknown(_) => return Ok(Err(unknown)),
            iterator => iterators.push(iterator),
        }
    }
    Ok(Ok(iterators))
}

fn zip(interp: &mut Interpreter<'_>, mut arguments: Arguments) -> Outcome<Value> {
    let strict = match arguments.take("strict") {
        Some(strict) => interp.known_truth(&strict)?,
        None => false,
    };
    Ok(match iterators(interp, arguments.positional)? {
        Ok(inner) => Iteration::Zip(inner, strict).value(),
        Err(unknown) => unknown,
    })
}

fn map(interp: &mut Interpreter<'_>, mut arguments: Arguments) -> Outcome<Value> {
    if arguments.positional.len() < 2 {
        return Err(Unwind::type_error("map() must have at least two arguments."));
    }
    let function = arguments.positional.remove(0);
    Ok(match iterators(interp, arguments.positional)? {
        Ok(inner) => Iteration::Map(function, inner).value(),
        Err(unknown) => unknown,
    })
}

fn filter(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let [function, values] = arguments.exactly("filter")?;
    Ok(match interp.iterator(&values)? {
        unknown @ Value::Unknown(_) => unknown,
        inner => Iteration::Filter(function, inner).value(),
    })
}

fn iter(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let [value, sentinel] = arguments.bind("iter", "object sentinel?")?;
    let value = value.unwrap_or(Value::None);
    match sentinel {
        Some(sentinel) => Ok(Iteration::Sentinel(value, sentinel).value()),
        None => interp.iterator(&value),
    }
}

fn round(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let [value, digits] = arguments.bind("round", "number ndigits?")?;
    let value = value.unwrap_or(Value::None);
    let digits = match digits {
        None | Some(Value::None) => None,
        Some(digits) => Some(int_argument(interp, &digits)?),
    };
    if let Some(answer) = interp.call_special(&value, "__round__", Vec::new())? {
        return Ok(answer);
    }
    match (value.plain(), digits) {
        (Value::Float(number), None) => match BigInt::from_f64(number.round_ties_even()) {
            Some(whole) => Ok(Value::big(whole)),
            None => Err(Unwind::raise("OverflowError", "cannot convert float infinity to integer")),
        },
        (Value::Float(number), Some(digits)) => {
            let digits = digits.clamp(-400, 400);
            if digits >= 0 {
                // The decimal text is exact, and rounds half to even as Python's does.
                let text = format!("{number:.*}", digits as usize);
                return Ok(Value::Float(text.parse().unwrap_or(number)));
            }
            let scale = 10f64.powi(-digits as i32);
            Ok(Value::Float((number / scale).round_ties_even() * scale))
        }
        (plain, digits) => match (as_big(&plain), digits) {
            (Some(number), Some(digits)) if digits < 0 => {
                let scale = BigInt::from(10).pow(u32::try_from(-digits).unwrap_or(1000).min(1000));
                let (quotient, rest) = number.div_mod_floor(&scale);
                let twice: BigInt = rest * 2;
                let up = twice > scale || twice == scale && quotient.is_odd();
                Ok(Value::big((quotient + i32::from(up)) * scale))
            }
            (Some(number), _) => Ok(Value::big(number)),
            (None, _) => {
                if let Value::Native(native) = &plain
                    && native.has_method("__round__")
                {
                    let digits = digits.map_or(Value::None, Value::Int);
                    return interp.call_method(&plain, "__round__", vec![digits]);
                }
                let name = interp.type_name(&value);
                Err(Unwind::type_error(format!("type {name} doesn't define __round__ method")))
            }
        },
    }
}

fn divmod(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let [a, b] = arguments.exactly("divmod")?;
    let quotient = interp.binary(Operator::FloorDiv, &a, &b)?;
    let rest = interp.binary(Operator::Mod, &a, &b)?;
    Ok(Value::tuple(vec![quotient, rest]))
}

fn pow(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let [base, exponent, modulus] = arguments.bind("pow", "base exp mod?")?;
    let (base, exponent) = (base.unwrap_or(Value::None), exponent.unwrap_or(Value::None));
    let Some(modulus) = modulus.filter(|modulus| !modulus.is_none()) else {
        return interp.binary(Operator::Pow, &base, &exponent);
    };
    match (as_big(&base), as_big(&exponent), as_big(&modulus)) {
        (Some(base), Some(exponent), Some(modulus))
            if !exponent.is_negative() && modulus.to_i64() != Some(0) =>
        {
            interp.meter.spend(((exponent.bits() * modulus.bits()) / 8) as usize)?;
            Ok(Value::big(base.modpow(&exponent, &modulus)))
        }
        _ => Err(Unwind::value_error("pow() 3rd argument not allowed unless all arguments are integers")),
    }
}

fn radix(arguments: Arguments, radix: u32, prefix: &str) -> Outcome<Value> {
    let [value] = arguments.exactly("hex")?;
    let Some(number) = as_big(&value.plain()) else {
        return Err(Unwind::type_error("object cannot be interpreted as an integer"));
    };
    let sign = if number.is_negative() { "-" } else { "" };
    Ok(Value::str(format!("{sign}{prefix}{}", number.abs().to_str_radix(radix))))
}

fn issubclass(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
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

fn next(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let [iterator, default] = arguments.bind("next", "iterator default?")?;
    let iterator = iterator.unwrap_or(Value::None);
    if matches!(iterator, Value::Unknown(_)) {
        return Ok(iterator);
    }
    let is_only_holder = matches!(&iterator, Value::Iterator(it) if Rc::strong_count(it) == 1);
    let found = if is_only_holder {
        // Nobody can ask it for a second element: it need not be run further than the first.
        let mut found = None;
        let unknown = interp.iterate(&iterator, &mut |_, value| {
            found = Some(value);
            Ok(false)
        })?;
        match unknown {
            Some(unknown) => Some(Value::Unknown(unknown)),
            None => found,
        }
    } else {
        interp.next(&iterator)?
    };
    match found.or(default) {
        Some(value) => Ok(value),
        None => Err(Unwind::raise("StopIteration", "")),
    }
}

fn getattr(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
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
