//! `str(value)`, `repr(value)`, `format(value, spec)`.

use super::super::Interpreter;
use super::super::builtins::format_spec;
use super::super::unwind::{Outcome, Unwind};
use super::super::value::{Class, Instance, Layout, Name, Shape, Value, Wrapper};
use super::class::enumeration::member_value;

impl Interpreter<'_> {
    /// `str(value)` as a text.
    ///
    /// # Errors
    /// [`Unwind::Unsupported`] for an unknown; what `__str__` raises.
    pub fn text(&mut self, value: &Value) -> Outcome<String> {
        match self.text_value(value, false)? {
            Value::Str(text) => Ok(text.to_string()),
            Value::Unknown(unknown) => Err(Unwind::unsupported(format!("this needs {}", unknown.reason))),
            _ => Err(Unwind::type_error("__str__ returned non-string")),
        }
    }

    /// `repr(value)` as a text.
    ///
    /// # Errors
    /// [`Unwind::Unsupported`] for an unknown; what `__repr__` raises.
    pub fn repr(&mut self, value: &Value) -> Outcome<String> {
        match self.text_value(value, true)? {
            Value::Str(text) => Ok(text.to_string()),
            Value::Unknown(unknown) => Err(Unwind::unsupported(format!("this needs {}", unknown.reason))),
            _ => Err(Unwind::type_error("__repr__ returned non-string")),
        }
    }

    /// `str(value)` or `repr(value)`: a text, or an unknown.
    pub(in super::super) fn text_value(&mut self, value: &Value, repr: bool) -> Outcome<Value> {
        self.meter.enter()?;
        let text = self.text_inside(value, repr);
        self.meter.leave();
        let text = text?;
        if let Value::Str(text) = &text {
            self.meter.spend(text.len())?;
        }
        Ok(text)
    }

    fn text_inside(&mut self, value: &Value, repr: bool) -> Outcome<Value> {
        let text = match value {
            Value::None => "None".to_owned(),
            Value::Ellipsis => "Ellipsis".to_owned(),
            Value::NotImplemented => "NotImplemented".to_owned(),
            Value::Bool(true) => "True".to_owned(),
            Value::Bool(false) => "False".to_owned(),
            Value::Int(number) => number.to_string(),
            Value::Big(number) => number.to_string(),
            Value::Float(number) => float_repr(*number),
            Value::Str(text) if repr => str_repr(text),
            Value::Str(_) => return Ok(value.clone()),
            Value::Bytes(bytes) => bytes_repr(bytes),
            Value::List(list) => {
                let items = list.borrow().clone();
                return self.joined("[", &items, "]");
            }
            Value::Tuple(items) if items.len() == 1 => return self.joined("(", items, ",)"),
            Value::Tuple(items) => return self.joined("(", items, ")"),
            Value::Set(set) => {
                let items: Vec<Value> = set.items.borrow().values().cloned().collect();
                let (open, close) = match (set.frozen, items.is_empty()) {
                    (true, true) => ("frozenset(", ")"),
                    (true, false) => ("frozenset({", "})"),
                    (false, true) => ("set(", ")"),
                    (false, false) => ("{", "}"),
                };
                return self.joined(open, &items, close);
            }
            Value::Dict(dict) => {
                let dict = dict.borrow().clone();
                let mut parts = Vec::new();
                for (key, value) in dict.pairs() {
                    match (self.text_value(key, true)?, self.text_value(value, true)?) {
                        (Value::Str(key), Value::Str(value)) => parts.push(format!("{key}: {value}")),
                        (unknown @ Value::Unknown(_), _) | (_, unknown) => return Ok(unknown),
                    }
                }
                format!("{{{}}}", parts.join(", "))
            }
            Value::Range(range) if range.step == 1 => format!("range({}, {})", range.start, range.stop),
            Value::Range(range) => format!("range({}, {}, {})", range.start, range.stop, range.step),
            Value::Slice(parts) => return self.joined("slice(", &**parts, ")"),
            Value::Function(function) => format!("<function {}>", function.code.name),
            Value::Bound(_) => "<bound method>".to_owned(),
            Value::Builtin(builtin) => format!("<built-in function {}>", builtin.name),
            Value::Class(class) => return self.class_text(class).map(Value::from),
            Value::Module(module) => format!("<module '{}'>", module.name),
            Value::Iterator(_) => "<generator object>".to_owned(),
            Value::Wrapper(wrapper) => match &**wrapper {
                Wrapper::Property(..) | Wrapper::CachedProperty(_) => "<property object>".to_owned(),
                Wrapper::Static(_) => "<staticmethod object>".to_owned(),
                Wrapper::ClassMethod(_) => "<classmethod object>".to_owned(),
                Wrapper::Super(..) => "<super object>".to_owned(),
            },
            Value::Native(native) => return native.clone().text(self, repr),
            Value::Unknown(_) => return Ok(value.clone()),
            Value::Foreign(_) if self.importing > 0 => return Ok(value.clone()),
            Value::Foreign(foreign) => return self.foreign_value(foreign),
            Value::Instance(instance) => return self.instance_text(value, instance, repr),
        };
        Ok(Value::str(text))
    }

    fn class_text(&mut self, class: &Class) -> Outcome<String> {
        if let Shape::Enum(_) = &*class.shape.borrow() {
            return Ok(format!("<enum '{}'>", class.name));
        }
        Ok(match &*class.module {
            "builtins" => format!("<class '{}'>", class.name),
            module => format!("<class '{module}.{}'>", class.name),
        })
    }

    fn joined(&mut self, open: &str, items: &[Value], close: &str) -> Outcome<Value> {
        let mut text = open.to_owned();
        for (at, item) in items.iter().enumerate() {
            if at > 0 {
                text.push_str(", ");
            }
            match self.text_value(item, true)? {
                Value::Str(item) => text.push_str(&item),
                other => return Ok(other),
            }
        }
        text.push_str(close);
        Ok(Value::str(text))
    }

    fn instance_text(
        &mut self,
        value: &Value,
        instance: &std::rc::Rc<Instance>,
        repr: bool,
    ) -> Outcome<Value> {
        let class = instance.class();
        if !repr && let Some(text) = self.call_special(value, "__str__", Vec::new())? {
            return Ok(text);
        }
        if let Shape::Enum(_) = &*class.shape.borrow()
            && let Some(text) = self.member_text(instance, &class, repr)?
        {
            return Ok(text);
        }
        let payload = instance.payload.borrow().clone();
        // The classes that inherit from `str`, `int`, `dict` show the value; a `__repr__` of their own goes first.
        if !repr && let Some(payload @ Value::Str(_)) = &payload {
            return Ok(payload.clone());
        }
        if let Some(text) = self.call_special(value, "__repr__", Vec::new())? {
            return Ok(text);
        }
        if let Shape::NamedTuple(fields, _) = &*class.shape.borrow() {
            let values = payload.as_ref().and_then(Value::as_sequence).unwrap_or_default();
            let pairs = fields.iter().cloned().zip(values);
            return self.named_fields(&class.name, pairs.collect());
        }
        let shape = class.shape.borrow().clone();
        if let Shape::Data(shape) = shape {
            let shown = shape.fields.iter().filter(|field| field.repr);
            let pairs = shown
                .map(|field| (field.name.clone(), instance.attribute(&field.name).unwrap_or(Value::None)));
            return self.named_fields(&class.name, pairs.collect());
        }
        if class.layout == Layout::Exception {
            return self.exception_words(instance, &class, repr);
        }
        match payload {
            Some(payload) => self.text_value(&payload, repr),
            None => Ok(Value::str(format!("<{}.{} object>", class.module, class.name))),
        }
    }

    fn named_fields(&mut self, name: &str, pairs: Vec<(Name, Value)>) -> Outcome<Value> {
        let mut parts = Vec::new();
        for (field, value) in pairs {
            match self.text_value(&value, true)? {
                Value::Str(text) => parts.push(format!("{field}={text}")),
                other => return Ok(other),
            }
        }
        Ok(Value::str(format!("{name}({})", parts.join(", "))))
    }

    /// `Colour.RED`, or the value for the enumerations that are texts or numbers by their base.
    fn member_text(&mut self, instance: &Instance, class: &Class, repr: bool) -> Outcome<Option<Value>> {
        let Some(name) = instance.attribute("_name_") else { return Ok(None) };
        let name = match &name {
            Value::Str(name) => name.to_string(),
            _ => "None".to_owned(),
        };
        let value = instance.attribute("_value_").unwrap_or(Value::None);
        if repr {
            if class.find("__repr__").is_some() {
                return Ok(None);
            }
            let value = self.repr(&value)?;
            return Ok(Some(Value::str(format!("<{}.{name}: {value}>", class.name))));
        }
        let shows_value = ["StrEnum", "IntEnum", "IntFlag"]
            .iter()
            .any(|base| self.class(base).is_some_and(|base| class.inherits(&base)));
        if shows_value {
            return self.text_value(&value.plain(), false).map(Some);
        }
        Ok(Some(Value::str(format!("{}.{name}", class.name))))
    }

    fn exception_words(&mut self, instance: &Instance, class: &Class, repr: bool) -> Outcome<Value> {
        let arguments = instance.attribute("args").and_then(|args| args.as_sequence()).unwrap_or_default();
        if repr {
            let shown = self.joined("(", &arguments, ")")?;
            return Ok(match shown {
                Value::Str(shown) => Value::str(format!("{}{shown}", class.name)),
                other => other,
            });
        }
        let is_key_error = self.class("KeyError").is_some_and(|base| class.inherits(&base));
        match &arguments[..] {
            [] => Ok(Value::str("")),
            [one] => self.text_value(one, is_key_error),
            many => self.text_value(&Value::tuple(many.to_vec()), true),
        }
    }

    /// `format(value, spec)`: a text, or an unknown.
    pub fn format_value(&mut self, value: &Value, spec: &str) -> Outcome<Value> {
        match value {
            Value::Unknown(_) => return Ok(value.clone()),
            Value::Native(native) => {
                if let Some(text) = native.clone().format(self, spec)? {
                    return Ok(text);
                }
            }
            Value::Instance(instance) => {
                if let Some(text) = self.call_special(value, "__format__", vec![Value::str(spec)])? {
                    return Ok(text);
                }
                let is_member = member_value(value).is_some();
                let payload = instance.payload.borrow().clone();
                if let (Some(payload), false) = (payload, is_member)
                    && !spec.is_empty()
                {
                    return self.format_value(&payload, spec);
                }
            }
            _ => {}
        }
        if spec.is_empty() {
            return self.text_value(value, false);
        }
        let text = match value {
            Value::Int(_) | Value::Bool(_) | Value::Big(_) | Value::Float(_) => {
                format_spec::number(value, spec)?
            }
            other => match self.text_value(other, false)? {
                Value::Str(text) => format_spec::text(&text, spec)?,
                unknown => return Ok(unknown),
            },
        };
        self.meter.spend(text.len())?;
        Ok(Value::str(text))
    }
}

/// A float as Python shows it: the shortest digits that read back the same.
pub(in super::super) fn float_repr(number: f64) -> String {
    if number.is_nan() {
        return "nan".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    let scientific = format!("{number:e}");
    let Some((digits, exponent)) = scientific.split_once('e') else { return scientific };
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..16).contains(&exponent) {
        let plain = format!("{number}");
        return if plain.contains('.') { plain } else { format!("{plain}.0") };
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", exponent.abs())
}

/// A text as Python shows it, in quotes.
pub(in super::super) fn str_repr(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut shown = String::with_capacity(text.len() + 2);
    shown.push(quote);
    for char in text.chars() {
        match char {
            '\\' => shown.push_str("\\\\"),
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            '\t' => shown.push_str("\\t"),
            char if char == quote => {
                shown.push('\\');
                shown.push(char);
            }
            char if (char as u32) < 0x20 || (0x7f..0xa1).contains(&(char as u32)) || char == '\u{ad}' => {
                shown.push_str(&format!("\\x{:02x}", char as u32));
            }
            char if is_unprintable(char) => {
                let code = char as u32;
                shown.push_str(&if code > 0xffff {
                    format!("\\U{code:08x}")
                } else {
                    format!("\\u{code:04x}")
                });
            }
            char => shown.push(char),
        }
    }
    shown.push(quote);
    shown
}

/// Separators, format characters and private-use characters: those met in practice.
fn is_unprintable(char: char) -> bool {
    matches!(char as u32,
        0x1680 | 0x2000..=0x200f | 0x2028..=0x202f | 0x205f..=0x206f | 0x3000 | 0xe000..=0xf8ff | 0xfeff
        | 0xfff0..=0xfffb | 0xe0000..=0x10ffff)
}

/// The same with everything outside ASCII escaped.
pub(in super::super) fn ascii(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for char in text.chars() {
        match char as u32 {
            0..0x80 => shown.push(char),
            code @ 0x80..0x100 => shown.push_str(&format!("\\x{code:02x}")),
            code @ 0x100..0x10000 => shown.push_str(&format!("\\u{code:04x}")),
            code => shown.push_str(&format!("\\U{code:08x}")),
        }
    }
    shown
}

fn bytes_repr(bytes: &[u8]) -> String {
    let quote = if bytes.contains(&b'\'') && !bytes.contains(&b'"') { '"' } else { '\'' };
    let mut shown = format!("b{quote}");
    for &byte in bytes {
        match byte {
            b'\\' => shown.push_str("\\\\"),
            b'\n' => shown.push_str("\\n"),
            b'\r' => shown.push_str("\\r"),
            b'\t' => shown.push_str("\\t"),
            byte if byte as char == quote => {
                shown.push('\\');
                shown.push(quote);
            }
            0x20..0x7f => shown.push(byte as char),
            byte => shown.push_str(&format!("\\x{byte:02x}")),
        }
    }
    shown.push(quote);
    shown
}
