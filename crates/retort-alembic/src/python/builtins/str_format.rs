//! `"{}".format(values)`

use super::super::unwind::{Outcome, Unwind};
use super::super::value::{MadeText, Name, Value};
use super::super::{Arguments, Interpreter};

/// `text.format(…)`: a text, or an unknown.
#[allow(clippy::needless_pass_by_value, reason = "all builtin functions have one shape")]
pub(in super::super) fn format(
    interp: &mut Interpreter<'_>,
    text: &str,
    arguments: Arguments,
) -> Outcome<Value> {
    let mut state = State { arguments: &arguments, mapping: None, next: 0, depth: 0 };
    state.format(interp, text)
}

/// `text.format_map(mapping)`
pub(in super::super) fn format_map(
    interp: &mut Interpreter<'_>,
    text: &str,
    arguments: Arguments,
) -> Outcome<Value> {
    let span = arguments.span;
    let [mapping] = arguments.exactly("format_map")?;
    let none = Arguments::none(span);
    let mut state = State { arguments: &none, mapping: Some(mapping), next: 0, depth: 0 };
    state.format(interp, text)
}

struct State<'a> {
    arguments: &'a Arguments,
    mapping: Option<Value>,
    next: usize,
    depth: u32,
}

impl State<'_> {
    fn format(&mut self, interp: &mut Interpreter<'_>, text: &str) -> Outcome<Value> {
        let mut made = MadeText::default();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            made.push_str(&rest[..at]);
            let brace = &rest[at..=at];
            rest = &rest[at + 1..];
            if rest.starts_with(brace) {
                made.push_str(brace);
                rest = &rest[1..];
                continue;
            }
            if brace == "}" {
                return Err(Unwind::value_error("Single '}' encountered in format string"));
            }
            let Some(end) = closing(rest) else {
                return Err(Unwind::value_error("expected '}' before end of string"));
            };
            made.push(self.field(interp, &rest[..end])?);
            interp.meter.spend(made.length() / 16)?;
            rest = &rest[end + 1..];
        }
        made.push_str(rest);
        Ok(made.finish())
    }

    fn field(&mut self, interp: &mut Interpreter<'_>, field: &str) -> Outcome<Value> {
        let (head, spec) = match field.find([':', '!']) {
            Some(at) if field[at..].starts_with(':') => (&field[..at], &field[at + 1..]),
            Some(at) => (&field[..at], field[at + 1..].split_once(':').map_or("", |(_, spec)| spec)),
            None => (field, ""),
        };
        let conversion = match field.get(head.len()..).and_then(|rest| rest.strip_prefix('!')) {
            Some(rest) => rest.chars().next(),
            None => None,
        };
        let value = self.value(interp, head)?;
        let spec = if spec.contains('{') {
            if self.depth > 1 {
                return Err(Unwind::value_error("Max string recursion exceeded"));
            }
            self.depth += 1;
            let spec = self.format(interp, spec)?;
            self.depth -= 1;
            match spec {
                Value::Str(spec) => spec,
                other => return Ok(other),
            }
        } else {
            Name::from(spec)
        };
        interp.formatted(&value, conversion, &spec)
    }

    fn value(&mut self, interp: &mut Interpreter<'_>, head: &str) -> Outcome<Value> {
        let end = head.find(['.', '[']).unwrap_or(head.len());
        let (name, mut path) = head.split_at(end);
        let mut value = self.argument(interp, name)?;
        while !path.is_empty() {
            if let Some(rest) = path.strip_prefix('.') {
                let end = rest.find(['.', '[']).unwrap_or(rest.len());
                value = interp.attribute(&value, &rest[..end])?;
                path = &rest[end..];
            } else {
                let Some((index, rest)) = path.get(1..).and_then(|rest| rest.split_once(']')) else {
                    return Err(Unwind::value_error("Missing ']' in format string"));
                };
                let index = match index.parse::<i64>() {
                    Ok(number) => Value::Int(number),
                    Err(_) => Value::str(index),
                };
                value = interp.item(&value, &index)?;
                path = rest;
            }
        }
        Ok(value)
    }

    fn argument(&mut self, interp: &mut Interpreter<'_>, name: &str) -> Outcome<Value> {
        let index = if name.is_empty() {
            self.next += 1;
            Some(self.next - 1)
        } else {
            name.parse::<usize>().ok()
        };
        if let (Some(mapping), None) = (&self.mapping, index) {
            return interp.item(&mapping.clone(), &Value::str(name));
        }
        match index {
            Some(index) => match self.arguments.positional.get(index) {
                Some(value) => Ok(value.clone()),
                None => Err(Unwind::raise(
                    "IndexError",
                    format!("Replacement index {index} out of range for positional args tuple"),
                )),
            },
            None => match self.arguments.get(name) {
                Some(value) => Ok(value.clone()),
                None => Err(Unwind::raise_value(interp.key_error(&Value::str(name)))),
            },
        }
    }
}

/// Where the brace that was opened closes.
fn closing(text: &str) -> Option<usize> {
    let mut open = 0;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => open += 1,
            b'}' if open == 0 => return Some(at),
            b'}' => open -= 1,
            _ => {}
        }
    }
    None
}
