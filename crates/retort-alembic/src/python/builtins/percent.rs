//! `"%s" % values`

use super::super::Interpreter;
use super::super::unwind::{Outcome, Unwind};
use super::super::value::{MadeText, Value};
use super::format_spec;

/// Formats as the `%` operator does; a text, or an unknown.
pub(in super::super) fn format(interp: &mut Interpreter<'_>, format: &str, values: &Value) -> Outcome<Value> {
    let mut given: Vec<Value> = match values {
        Value::Tuple(values) => values.to_vec(),
        one => vec![one.clone()],
    };
    given.reverse();
    let mut made = MadeText::default();
    let mut used_names = false;
    let mut chars = format.chars().peekable();
    while let Some(char) = chars.next() {
        if char != '%' {
            made.push_char(char);
            continue;
        }
        let mut named = None;
        if chars.peek() == Some(&'(') {
            chars.next();
            let name: String = chars.by_ref().take_while(|char| *char != ')').collect();
            used_names = true;
            named = Some(interp.item(values, &Value::str(name))?);
        }
        let mut spec = String::new();
        let mut kind = None;
        let mut take = || match given.pop() {
            Some(value) => Ok(value),
            None => Err(Unwind::type_error("not enough arguments for format string")),
        };
        for next in chars.by_ref() {
            match next {
                '*' => {
                    let width = take()?.as_int().unwrap_or(0);
                    spec.push_str(&width.to_string());
                }
                '#' | '0' | '-' | ' ' | '+' | '.' | '1'..='9' => spec.push(next),
                'l' | 'h' | 'L' => {}
                other => {
                    kind = Some(other);
                    break;
                }
            }
        }
        let Some(kind) = kind else { return Err(Unwind::value_error("incomplete format")) };
        if kind == '%' {
            made.push_char('%');
            continue;
        }
        let value = match named {
            Some(value) => value,
            None => take()?,
        };
        made.push(one(interp, &value, kind, &spec)?);
        interp.meter.spend(made.length() / 16)?;
    }
    let is_mapping = values.as_dict().is_some() || matches!(values, Value::Unknown(_) | Value::Native(_));
    if !given.is_empty() && !used_names && !is_mapping {
        return Err(Unwind::type_error("not all arguments converted during string formatting"));
    }
    Ok(made.finish())
}

fn one(interp: &mut Interpreter<'_>, value: &Value, kind: char, spec: &str) -> Outcome<Value> {
    if matches!(value, Value::Unknown(_)) {
        return Ok(value.clone());
    }
    let (flags, rest) = spec.split_at(spec.find(|char| !"#0- +".contains(char)).unwrap_or(spec.len()));
    let align = match (flags.contains('-'), flags.contains('0'), "srac".contains(kind)) {
        (true, _, _) => "<",
        (false, true, false) => "0=",
        (false, _, _) => ">",
    };
    let sign = if flags.contains('+') {
        "+"
    } else if flags.contains(' ') {
        " "
    } else {
        ""
    };
    let alternate = if flags.contains('#') { "#" } else { "" };
    match kind {
        's' | 'r' | 'a' => {
            let text = match interp.formatted(value, Some(kind), "")? {
                Value::Str(text) => text,
                other => return Ok(other),
            };
            format_spec::text(&text, &format!("{align}{rest}")).map(Value::from)
        }
        'd' | 'i' | 'u' => {
            let whole = match value.plain() {
                Value::Float(number) => {
                    Value::big(num_traits::FromPrimitive::from_f64(number.trunc()).unwrap_or_default())
                }
                other => other,
            };
            if super::super::interpret::operate::as_big(&whole).is_none() {
                if let Value::Native(native) = &whole
                    && let Some(text) = native.clone().format(interp, "d")?
                {
                    return Ok(text);
                }
                let name = interp.type_name(value);
                return Err(Unwind::type_error(format!(
                    "%{kind} format: a real number is required, not {name}"
                )));
            }
            // The precision of a whole number is its least count of digits.
            let (width, precision) = rest.split_once('.').unwrap_or((rest, ""));
            let digits = precision.parse::<usize>().unwrap_or(0).min(10_000);
            let mut text = format_spec::number(&whole, &format!("{sign}d"))?;
            let start = usize::from(text.starts_with(['-', '+', ' ']));
            while text.len() - start < digits {
                text.insert(start, '0');
            }
            if digits > 0 {
                return format_spec::text(&text, &format!("{}{width}", align.replace("0=", ">")))
                    .map(Value::from);
            }
            format_spec::number(&whole, &format!("{align}{sign}{width}d")).map(Value::from)
        }
        'x' | 'X' | 'o' | 'c' if kind != 'c' || value.as_int().is_some() => {
            format_spec::number(&value.plain(), &format!("{align}{sign}{alternate}{rest}{kind}"))
                .map(Value::from)
        }
        'c' => interp.text_value(value, false),
        'f' | 'F' | 'e' | 'E' | 'g' | 'G' => {
            if super::super::interpret::compare::as_float(value).is_none() {
                let name = interp.type_name(value);
                return Err(Unwind::type_error(format!("must be real number, not {name}")));
            }
            format_spec::number(&value.plain(), &format!("{align}{sign}{alternate}{rest}{kind}"))
                .map(Value::from)
        }
        other => Err(Unwind::value_error(format!("unsupported format character '{other}'"))),
    }
}
