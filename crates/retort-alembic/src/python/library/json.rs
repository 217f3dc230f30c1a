//! `json`: `dumps` and `loads` with Python's rules.

use super::super::builtins::{class, int_argument, text_argument};
use super::super::interpret::text::float_repr;
use super::super::unwind::{Outcome, Unwind};
use super::super::value::{Dict, Key, Layout, Value};
use super::super::{Arguments, Interpreter};

/// The names of the module.
pub(super) fn names(interp: &mut Interpreter<'_>) -> Vec<(&'static str, Value)> {
    let mut names = super::pure(&[("loads", loads)]);
    names.extend(super::plain(&[
        ("dumps", dumps),
        ("load", |interp, arguments| {
            let span = arguments.span;
            let file = arguments.positional.into_iter().next().unwrap_or(Value::None);
            let text = interp.call_method(&file, "read", Vec::new())?;
            loads(interp, Arguments::of(vec![text], span))
        }),
        ("dump", |_, _| Err(Unwind::unsupported("writing files is not supported"))),
    ]));
    let error = interp.class("JSONDecodeError").or_else(|| {
        let base = interp.class("ValueError");
        let made = class("JSONDecodeError", base.as_ref(), Layout::Exception, None);
        interp.classes.insert("JSONDecodeError", made.clone());
        Some(made)
    });
    names.push(("JSONDecodeError", error.map_or(Value::None, Value::Class)));
    let object = interp.class("object");
    let encoder = class("JSONEncoder", object.as_ref(), Layout::Plain, None);
    encoder.attributes.borrow_mut().insert(
        "default".into(),
        Value::function("__method__default", |interp, arguments| {
            let value = arguments.positional.get(1).cloned().unwrap_or(Value::None);
            Err(not_serializable(interp, &value))
        }),
    );
    names.push(("JSONEncoder", Value::Class(encoder)));
    names.push(("JSONDecoder", object.map_or(Value::None, Value::Class)));
    names
}

fn not_serializable(interp: &mut Interpreter<'_>, value: &Value) -> Unwind {
    let name = interp.type_name(value);
    Unwind::type_error(format!("Object of type {name} is not JSON serializable"))
}

/// How `dumps` writes.
struct Style {
    indent: Option<String>,
    item_separator: String,
    key_separator: String,
    ensure_ascii: bool,
    sort_keys: bool,
    skip_keys: bool,
    default: Option<Value>,
}

fn dumps(interp: &mut Interpreter<'_>, mut arguments: Arguments) -> Outcome<Value> {
    let mut flag = |name: &str, default: bool| match arguments.take(name) {
        Some(value) => interp.known_truth(&value),
        None => Ok(default),
    };
    let (ensure_ascii, sort_keys, skip_keys) =
        (flag("ensure_ascii", true)?, flag("sort_keys", false)?, flag("skipkeys", false)?);
    flag("allow_nan", true)?;
    flag("check_circular", true)?;
    let indent = match arguments.take("indent") {
        None | Some(Value::None) => None,
        Some(Value::Str(text)) => Some(text.to_string()),
        Some(other) => {
            let width = int_argument(interp, &other)?.clamp(0, 100);
            Some(" ".repeat(width as usize))
        }
    };
    let separators = arguments.take("separators").and_then(|pair| pair.as_sequence());
    let separators: Vec<String> = separators
        .unwrap_or_default()
        .iter()
        .filter_map(Value::as_str)
        .map(|text| text.to_string())
        .collect();
    let (item_separator, key_separator) = match &separators[..] {
        [item, key] => (item.clone(), key.clone()),
        _ if indent.is_some() => (",".to_owned(), ": ".to_owned()),
        _ => (", ".to_owned(), ": ".to_owned()),
    };
    let mut default = arguments.take("default").filter(|default| !default.is_none());
    if let Some(encoder) = arguments.take("cls").filter(|class| !class.is_none()) {
        let span = arguments.span;
        let made = interp.call(&encoder, Arguments::none(span))?;
        default = Some(interp.attribute(&made, "default")?);
    }
    let [value] = arguments.exactly("dumps")?;
    let style = Style { indent, item_separator, key_separator, ensure_ascii, sort_keys, skip_keys, default };
    let mut text = String::new();
    match write(interp, &style, &value, 0, &mut text)? {
        None => Ok(Value::str(text)),
        Some(unknown) => Ok(unknown),
    }
}

/// Writes a value; gives back an unknown that is in it.
fn write(
    interp: &mut Interpreter<'_>,
    style: &Style,
    value: &Value,
    level: usize,
    text: &mut String,
) -> Outcome<Option<Value>> {
    interp.meter.enter()?;
    interp.meter.spend(8)?;
    let written = write_inside(interp, style, value, level, text);
    interp.meter.leave();
    written
}

fn write_inside(
    interp: &mut Interpreter<'_>,
    style: &Style,
    value: &Value,
    level: usize,
    text: &mut String,
) -> Outcome<Option<Value>> {
    match value.plain() {
        Value::None => text.push_str("null"),
        Value::Bool(true) => text.push_str("true"),
        Value::Bool(false) => text.push_str("false"),
        Value::Int(number) => text.push_str(&number.to_string()),
        Value::Big(number) => text.push_str(&number.to_string()),
        Value::Float(number) => text.push_str(&float_text(number)),
        Value::Str(string) => {
            interp.meter.spend(string.len())?;
            quote(&string, style.ensure_ascii, text);
        }
        list @ (Value::List(_) | Value::Tuple(_)) => {
            let values = list.as_sequence().unwrap_or_default();
            return write_list(interp, style, &values, level, text);
        }
        dict @ Value::Dict(_) => return write_dict(interp, style, &dict, level, text),
        unknown @ Value::Unknown(_) => return Ok(Some(unknown)),
        other => {
            interp.refuse_foreign(&other)?;
            let Some(default) = &style.default else { return Err(not_serializable(interp, &other)) };
            let span = interp.call_span();
            let made = interp.call(default, Arguments::of(vec![value.clone()], span))?;
            return write(interp, style, &made, level, text);
        }
    }
    Ok(None)
}

fn line(style: &Style, level: usize, text: &mut String) {
    if let Some(indent) = &style.indent {
        text.push('\n');
        text.push_str(&indent.repeat(level));
    }
}

fn write_list(
    interp: &mut Interpreter<'_>,
    style: &Style,
    values: &[Value],
    level: usize,
    text: &mut String,
) -> Outcome<Option<Value>> {
    if values.is_empty() {
        text.push_str("[]");
        return Ok(None);
    }
    text.push('[');
    for (at, value) in values.iter().enumerate() {
        if at > 0 {
            text.push_str(&style.item_separator);
        }
        line(style, level + 1, text);
        if let Some(unknown) = write(interp, style, value, level + 1, text)? {
            return Ok(Some(unknown));
        }
    }
    line(style, level, text);
    text.push(']');
    Ok(None)
}

fn write_dict(
    interp: &mut Interpreter<'_>,
    style: &Style,
    dict: &Value,
    level: usize,
    text: &mut String,
) -> Outcome<Option<Value>> {
    let mut pairs = interp.mapping_pairs(dict)?;
    if pairs.is_empty() {
        text.push_str("{}");
        return Ok(None);
    }
    if style.sort_keys {
        let keys = pairs.iter().map(|(key, _)| key.clone()).collect();
        let mut sorted = Vec::new();
        let span = interp.call_span();
        let function = interp.builtins.get("sorted").cloned().unwrap_or(Value::None);
        let ordered = interp.call(&function, Arguments::of(vec![Value::list(keys)], span))?;
        for key in interp.values(&ordered)? {
            if let Some(at) = pairs.iter().position(|(each, _)| each.is(&key)) {
                sorted.push(pairs.remove(at));
            }
        }
        pairs = sorted;
    }
    text.push('{');
    let mut first = true;
    for (key, value) in pairs {
        let key = match key.plain() {
            Value::Str(key) => key.to_string(),
            Value::Bool(true) => "true".to_owned(),
            Value::Bool(false) => "false".to_owned(),
            Value::None => "null".to_owned(),
            Value::Int(number) => number.to_string(),
            Value::Float(number) => float_text(number),
            Value::Unknown(unknown) => return Ok(Some(Value::Unknown(unknown))),
            _ if style.skip_keys => continue,
            other => {
                let name = interp.type_name(&other);
                return Err(Unwind::type_error(format!(
                    "keys must be str, int, float, bool or None, not {name}"
                )));
            }
        };
        if !std::mem::take(&mut first) {
            text.push_str(&style.item_separator);
        }
        line(style, level + 1, text);
        quote(&key, style.ensure_ascii, text);
        text.push_str(&style.key_separator);
        if let Some(unknown) = write(interp, style, &value, level + 1, text)? {
            return Ok(Some(unknown));
        }
    }
    line(style, level, text);
    text.push('}');
    Ok(None)
}

fn float_text(number: f64) -> String {
    if number.is_nan() {
        "NaN".to_owned()
    } else if number.is_infinite() {
        if number > 0.0 { "Infinity" } else { "-Infinity" }.to_owned()
    } else {
        float_repr(number)
    }
}

fn quote(string: &str, ensure_ascii: bool, text: &mut String) {
    text.push('"');
    for char in string.chars() {
        match char {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            '\u{8}' => text.push_str("\\b"),
            '\u{c}' => text.push_str("\\f"),
            char if (char as u32) < 0x20 => text.push_str(&format!("\\u{:04x}", char as u32)),
            char if ensure_ascii && !char.is_ascii() => {
                let mut units = [0; 2];
                for unit in char.encode_utf16(&mut units) {
                    text.push_str(&format!("\\u{unit:04x}"));
                }
            }
            char => text.push(char),
        }
    }
    text.push('"');
}

fn loads(interp: &mut Interpreter<'_>, mut arguments: Arguments) -> Outcome<Value> {
    if let Some((name, _)) = arguments.keyword.first() {
        return Err(Unwind::unsupported(format!("`json.loads({name}=…)` is not supported")));
    }
    let source = if arguments.positional.is_empty() { Value::None } else { arguments.positional.remove(0) };
    let text = match source.plain() {
        Value::Bytes(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        other => text_argument(interp, &other)?.to_string(),
    };
    interp.meter.spend(text.len() * 8)?;
    let mut reader = Reader { text: &text, at: 0 };
    let value = reader.value(interp)?;
    reader.blank();
    if reader.at < text.len() {
        return Err(reader.fault(interp, "Extra data"));
    }
    Ok(value)
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl Reader<'_> {
    fn blank(&mut self) {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\r']).len();
    }

    fn fault(&self, interp: &mut Interpreter<'_>, what: &str) -> Unwind {
        let before = &self.text[..self.at.min(self.text.len())];
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().map_or(0, |line| line.chars().count()) + 1;
        let char = before.chars().count();
        let message = format!("{what}: line {line} column {column} (char {char})");
        match interp.class("JSONDecodeError") {
            Some(class) => interp.raise_class(&class, &message),
            None => Unwind::value_error(message),
        }
    }

    fn takes(&mut self, token: &str) -> bool {
        let found = self.text[self.at..].starts_with(token);
        if found {
            self.at += token.len();
        }
        found
    }

    fn value(&mut self, interp: &mut Interpreter<'_>) -> Outcome<Value> {
        interp.meter.enter()?;
        let value = self.value_inside(interp);
        interp.meter.leave();
        value
    }

    fn value_inside(&mut self, interp: &mut Interpreter<'_>) -> Outcome<Value> {
        self.blank();
        for (word, value) in [
            ("null", Value::None),
            ("true", Value::Bool(true)),
            ("false", Value::Bool(false)),
            ("NaN", Value::Float(f64::NAN)),
            ("Infinity", Value::Float(f64::INFINITY)),
            ("-Infinity", Value::Float(f64::NEG_INFINITY)),
        ] {
            if self.takes(word) {
                return Ok(value);
            }
        }
        match self.text.as_bytes().get(self.at) {
            Some(b'"') => self.string(interp).map(Value::from),
            Some(b'[') => self.list(interp),
            Some(b'{') => self.dict(interp),
            Some(b'-' | b'0'..=b'9') => self.number(interp),
            _ => Err(self.fault(interp, "Expecting value")),
        }
    }

    fn list(&mut self, interp: &mut Interpreter<'_>) -> Outcome<Value> {
        self.at += 1;
        let mut values = Vec::new();
        self.blank();
        if self.takes("]") {
            return Ok(Value::list(values));
        }
        loop {
            values.push(self.value(interp)?);
            self.blank();
            if self.takes("]") {
                return Ok(Value::list(values));
            }
            if !self.takes(",") {
                return Err(self.fault(interp, "Expecting ',' delimiter"));
            }
        }
    }

    fn dict(&mut self, interp: &mut Interpreter<'_>) -> Outcome<Value> {
        self.at += 1;
        let mut dict = Dict::default();
        self.blank();
        if self.takes("}") {
            return Ok(Value::dict(dict));
        }
        loop {
            self.blank();
            if self.text.as_bytes().get(self.at) != Some(&b'"') {
                return Err(self.fault(interp, "Expecting property name enclosed in double quotes"));
            }
            let key = super::super::Name::from(self.string(interp)?);
            self.blank();
            if !self.takes(":") {
                return Err(self.fault(interp, "Expecting ':' delimiter"));
            }
            let value = self.value(interp)?;
            dict.insert(Key::Str(key.clone()), Value::Str(key), value);
            self.blank();
            if self.takes("}") {
                return Ok(Value::dict(dict));
            }
            if !self.takes(",") {
                return Err(self.fault(interp, "Expecting ',' delimiter"));
            }
        }
    }

    fn number(&mut self, interp: &mut Interpreter<'_>) -> Outcome<Value> {
        let rest = &self.text[self.at..];
        let end = rest
            .find(|char: char| !matches!(char, '0'..='9' | '-' | '+' | '.' | 'e' | 'E'))
            .unwrap_or(rest.len());
        let digits = &rest[..end];
        let is_float = digits.contains(['.', 'e', 'E']);
        let value = if is_float {
            digits.parse().ok().map(Value::Float)
        } else {
            digits.parse::<num_bigint::BigInt>().ok().filter(|_| digits.len() < 5000).map(Value::big)
        };
        match value {
            Some(value) => {
                self.at += end;
                Ok(value)
            }
            None => Err(self.fault(interp, "Expecting value")),
        }
    }

    fn string(&mut self, interp: &mut Interpreter<'_>) -> Outcome<String> {
        self.at += 1;
        let mut made = String::new();
        loop {
            let rest = &self.text[self.at..];
            let Some(end) = rest.find(['"', '\\']) else {
                return Err(self.fault(interp, "Unterminated string"));
            };
            made.push_str(&rest[..end]);
            self.at += end + 1;
            if rest.as_bytes()[end] == b'"' {
                return Ok(made);
            }
            let Some(escape) = self.text[self.at..].chars().next() else {
                return Err(self.fault(interp, "Unterminated string"));
            };
            self.at += escape.len_utf8();
            match escape {
                '"' | '\\' | '/' => made.push(escape),
                'n' => made.push('\n'),
                't' => made.push('\t'),
                'r' => made.push('\r'),
                'b' => made.push('\u{8}'),
                'f' => made.push('\u{c}'),
                'u' => made.push(self.unicode(interp)?),
                _ => return Err(self.fault(interp, "Invalid \\escape")),
            }
        }
    }

    fn unicode(&mut self, interp: &mut Interpreter<'_>) -> Outcome<char> {
        let unit = |reader: &mut Self| {
            let digits = reader.text.get(reader.at..reader.at + 4)?;
            reader.at += 4;
            u32::from_str_radix(digits, 16).ok()
        };
        let Some(first) = unit(self) else { return Err(self.fault(interp, "Invalid \\uXXXX escape")) };
        let code = if (0xd800..0xdc00).contains(&first) && self.takes("\\u") {
            match unit(self) {
                Some(second) => 0x10000 + ((first - 0xd800) << 10) + (second.wrapping_sub(0xdc00) & 0x3ff),
                None => return Err(self.fault(interp, "Invalid \\uXXXX escape")),
            }
        } else {
            first
        };
        Ok(char::from_u32(code).unwrap_or('\u{fffd}'))
    }
}
