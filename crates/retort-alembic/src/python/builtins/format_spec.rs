//! The format mini-language: what stands behind the colon in `{x:>10.2f}`.

use num_traits::Signed;

use super::super::interpret::compare::as_float;
use super::super::interpret::operate::as_big;
use super::super::interpret::text::float_repr;
use super::super::unwind::{Outcome, Unwind};
use super::super::value::Value;

/// A format, taken apart.
#[derive(Debug, Default)]
pub(in super::super) struct Spec {
    pub(in super::super) fill: Option<char>,
    pub(in super::super) align: Option<char>,
    pub(in super::super) sign: Option<char>,
    pub(in super::super) alternate: bool,
    pub(in super::super) width: usize,
    pub(in super::super) grouping: Option<char>,
    pub(in super::super) precision: Option<usize>,
    pub(in super::super) kind: Option<char>,
}

/// The widest field and the finest precision that are made.
const LIMIT: usize = 100_000;

/// Formats a text.
pub(in super::super) fn text(text: &str, spec: &str) -> Outcome<String> {
    let parsed = parse(spec)?;
    if parsed.kind.is_some_and(|kind| kind != 's') {
        return Err(Unwind::value_error(format!("Unknown format code in '{spec}' for object of type 'str'")));
    }
    let cut: String = match parsed.precision {
        Some(precision) => text.chars().take(precision).collect(),
        None => text.to_owned(),
    };
    Ok(padded(&parsed, "", &cut, '<'))
}

/// Formats a number.
pub(in super::super) fn number(value: &Value, spec: &str) -> Outcome<String> {
    let parsed = parse(spec)?;
    let is_float = matches!(value, Value::Float(_));
    match (parsed.kind, value) {
        (None, Value::Bool(bool)) if parsed.width > 0 || parsed.align.is_some() => {
            Ok(padded(&parsed, "", &i64::from(*bool).to_string(), '>'))
        }
        (Some('s'), _) => Err(Unwind::value_error("Unknown format code 's' for object of type 'int'")),
        (None | Some('d' | 'x' | 'X' | 'o' | 'b' | 'n' | 'c'), _) if !is_float => integer(value, &parsed),
        (Some('d' | 'x' | 'X' | 'o' | 'b' | 'c'), _) => {
            Err(Unwind::value_error("Unknown format code 'd' for object of type 'float'"))
        }
        _ => Ok(float(as_float(value).unwrap_or(0.0), &parsed)),
    }
}

/// Takes a format apart.
pub(in super::super) fn parse(text: &str) -> Outcome<Spec> {
    let chars: Vec<char> = text.chars().collect();
    let mut spec = Spec::default();
    let mut at = 0;
    let is_align = |char: Option<&char>| matches!(char, Some('<' | '>' | '^' | '='));
    if is_align(chars.get(1)) {
        spec.fill = chars.first().copied();
        spec.align = chars.get(1).copied();
        at = 2;
    } else if is_align(chars.first()) {
        spec.align = chars.first().copied();
        at = 1;
    }
    if let Some(sign @ ('+' | '-' | ' ')) = chars.get(at) {
        spec.sign = Some(*sign);
        at += 1;
    }
    if chars.get(at) == Some(&'z') {
        at += 1;
    }
    if chars.get(at) == Some(&'#') {
        spec.alternate = true;
        at += 1;
    }
    if chars.get(at) == Some(&'0') {
        spec.fill.get_or_insert('0');
        spec.align.get_or_insert('=');
        at += 1;
    }
    spec.width = digits(&chars, &mut at)?.unwrap_or(0);
    if let Some(grouping @ (',' | '_')) = chars.get(at) {
        spec.grouping = Some(*grouping);
        at += 1;
    }
    if chars.get(at) == Some(&'.') {
        at += 1;
        spec.precision = digits(&chars, &mut at)?;
        if spec.precision.is_none() {
            return Err(Unwind::value_error("Format specifier missing precision"));
        }
    }
    if let Some(kind) = chars.get(at) {
        spec.kind = Some(*kind);
        at += 1;
    }
    if at < chars.len() {
        return Err(Unwind::value_error("Invalid format specifier"));
    }
    Ok(spec)
}

fn digits(chars: &[char], at: &mut usize) -> Outcome<Option<usize>> {
    let mut number: Option<usize> = None;
    while let Some(digit) = chars.get(*at).and_then(|char| char.to_digit(10)) {
        let next = number.unwrap_or(0).saturating_mul(10).saturating_add(digit as usize);
        if next > LIMIT {
            return Err(Unwind::bound("a format asks for too wide a field"));
        }
        number = Some(next);
        *at += 1;
    }
    Ok(number)
}

fn integer(value: &Value, spec: &Spec) -> Outcome<String> {
    let number = as_big(value).unwrap_or_default();
    if spec.kind == Some('c') {
        let char = value.as_int().and_then(|code| u32::try_from(code).ok()).and_then(char::from_u32);
        let char = char.ok_or_else(|| Unwind::raise("OverflowError", "%c arg not in range(0x110000)"))?;
        return Ok(padded(spec, "", &char.to_string(), '<'));
    }
    let absolute = number.abs();
    let (digits, prefix, group) = match spec.kind {
        Some('x') => (absolute.to_str_radix(16), "0x", 4),
        Some('X') => (absolute.to_str_radix(16).to_uppercase(), "0X", 4),
        Some('o') => (absolute.to_str_radix(8), "0o", 4),
        Some('b') => (absolute.to_str_radix(2), "0b", 4),
        _ => (absolute.to_str_radix(10), "", 3),
    };
    let digits = grouped(&digits, spec.grouping, group);
    let sign = sign(number.is_negative(), spec);
    let prefix = if spec.alternate { prefix } else { "" };
    Ok(padded(spec, &format!("{sign}{prefix}"), &digits, '>'))
}

fn sign(negative: bool, spec: &Spec) -> &'static str {
    match (negative, spec.sign) {
        (true, _) => "-",
        (false, Some('+')) => "+",
        (false, Some(' ')) => " ",
        (false, _) => "",
    }
}

fn grouped(digits: &str, separator: Option<char>, every: usize) -> String {
    let Some(separator) = separator else { return digits.to_owned() };
    let count = digits.chars().count();
    let mut made = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (count - at).is_multiple_of(every) {
            made.push(separator);
        }
        made.push(digit);
    }
    made
}

fn float(number: f64, spec: &Spec) -> String {
    let negative = number.is_sign_negative() && !number.is_nan();
    let absolute = number.abs();
    let precision = spec.precision.unwrap_or(6);
    let text = if !absolute.is_finite() {
        let text = if absolute.is_nan() { "nan" } else { "inf" };
        if spec.kind.is_some_and(char::is_uppercase) { text.to_uppercase() } else { text.to_owned() }
    } else {
        match spec.kind {
            Some('f' | 'F') => format!("{absolute:.precision$}"),
            Some('%') => format!("{:.precision$}%", absolute * 100.0),
            Some('e') => exponent(absolute, precision),
            Some('E') => exponent(absolute, precision).to_uppercase(),
            Some('g' | 'n') => general(absolute, precision, spec.alternate),
            Some('G') => general(absolute, precision, spec.alternate).to_uppercase(),
            _ => match spec.precision {
                None => float_repr(absolute),
                Some(precision) => {
                    let text = general(absolute, precision, false);
                    if text.contains(['.', 'e']) { text } else { format!("{text}.0") }
                }
            },
        }
    };
    let text = match (spec.grouping, text.find(['.', 'e', '%'])) {
        (Some(_), Some(at)) => grouped(&text[..at], spec.grouping, 3) + &text[at..],
        (Some(_), None) => grouped(&text, spec.grouping, 3),
        (None, _) => text,
    };
    padded(spec, sign(negative, spec), &text, '>')
}

fn exponent(number: f64, precision: usize) -> String {
    let text = format!("{number:.precision$e}");
    let Some((digits, exponent)) = text.split_once('e') else { return text };
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", exponent.abs())
}

/// `%g`: so many digits, without zeros at the end, with an exponent where the number is large or small.
fn general(number: f64, precision: usize, keep_zeros: bool) -> String {
    let precision = precision.max(1);
    if number == 0.0 {
        return "0".to_owned();
    }
    let scientific = exponent(number, precision - 1);
    let power: i32 = scientific.split_once('e').and_then(|(_, power)| power.parse().ok()).unwrap_or(0);
    let trimmed = |text: &str| -> String {
        if keep_zeros || !text.contains('.') {
            return text.to_owned();
        }
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    };
    if power < -4 || power >= precision as i32 {
        let (digits, power) = scientific.split_once('e').unwrap_or((&scientific, "+00"));
        return format!("{}e{power}", trimmed(digits));
    }
    let decimals = (precision as i32 - 1 - power).max(0) as usize;
    trimmed(&format!("{number:.decimals$}"))
}

/// A text filled up to the width; `prefix` is the sign and base, which stand before the filling of `=`.
pub(in super::super) fn padded(spec: &Spec, prefix: &str, text: &str, default: char) -> String {
    let length = prefix.chars().count() + text.chars().count();
    let missing = spec.width.saturating_sub(length);
    let fill = spec.fill.unwrap_or(' ');
    let pad = |count: usize| fill.to_string().repeat(count);
    match spec.align.unwrap_or(default) {
        '<' => format!("{prefix}{text}{}", pad(missing)),
        '^' => format!("{}{prefix}{text}{}", pad(missing / 2), pad(missing - missing / 2)),
        '=' if spec.grouping.is_some() && fill == '0' => zero_grouped(spec, prefix, text),
        '=' => format!("{prefix}{}{text}", pad(missing)),
        _ => format!("{}{prefix}{text}", pad(missing)),
    }
}

/// Zeros in front take part in the grouping.
fn zero_grouped(spec: &Spec, prefix: &str, text: &str) -> String {
    let end = text.find(['.', 'e', '%']).unwrap_or(text.len());
    let (whole, rest) = text.split_at(end);
    let mut digits: String = whole.chars().filter(char::is_ascii_alphanumeric).collect();
    loop {
        let made = format!("{prefix}{}{rest}", grouped(&digits, spec.grouping, 3));
        if made.chars().count() >= spec.width {
            return made;
        }
        digits.insert(0, '0');
    }
}
