//! Methods of `str`.

use super::super::Interpreter;
use super::super::interpret::item::slice_indices;
use super::super::native::Arguments;
use super::super::unwind::{Outcome, Unwind};
use super::super::value::{MadeText, Name, Value};
use super::{Entry, int_argument, str_format, text_argument};

/// A method by its name.
pub(super) fn method(name: &str) -> Option<Entry> {
    let entry: Entry = match name {
        "upper" => (|i, s, a| map(i, s, a, |text| text.to_uppercase()), false),
        "lower" | "casefold" => (|i, s, a| map(i, s, a, |text| text.to_lowercase()), false),
        "title" => (|i, s, a| map(i, s, a, title), false),
        "capitalize" => (|i, s, a| map(i, s, a, capitalize), false),
        "swapcase" => (|i, s, a| map(i, s, a, swapcase), false),
        "strip" => (|i, s, a| strip(i, s, a, true, true), false),
        "lstrip" => (|i, s, a| strip(i, s, a, true, false), false),
        "rstrip" => (|i, s, a| strip(i, s, a, false, true), false),
        "split" => (|i, s, a| split(i, s, a, false), false),
        "rsplit" => (|i, s, a| split(i, s, a, true), false),
        "splitlines" => (splitlines, false),
        "partition" => (|i, s, a| partition(i, s, a, false), false),
        "rpartition" => (|i, s, a| partition(i, s, a, true), false),
        "join" => (join, false),
        "replace" => (replace, false),
        "startswith" => (|i, s, a| affix(i, s, a, true), false),
        "endswith" => (|i, s, a| affix(i, s, a, false), false),
        "removeprefix" => (|i, s, a| remove_affix(i, s, a, true), false),
        "removesuffix" => (|i, s, a| remove_affix(i, s, a, false), false),
        "find" => (|i, s, a| find(i, s, a, false, false), false),
        "rfind" => (|i, s, a| find(i, s, a, true, false), false),
        "index" => (|i, s, a| find(i, s, a, false, true), false),
        "rindex" => (|i, s, a| find(i, s, a, true, true), false),
        "count" => (count, false),
        "format" => (|i, s, a| str_format::format(i, &text(s), a), true),
        "format_map" => (|i, s, a| str_format::format_map(i, &text(s), a), false),
        "encode" => (encode, false),
        "zfill" => (zfill, false),
        "ljust" => (|i, s, a| justify(i, s, a, '<'), false),
        "rjust" => (|i, s, a| justify(i, s, a, '>'), false),
        "center" => (|i, s, a| justify(i, s, a, '^'), false),
        "expandtabs" => (|i, s, a| map(i, s, a, |text| text.replace('\t', "        ")), false),
        "isdigit" | "isdecimal" | "isnumeric" => (|_, s, _| all(s, char::is_numeric), false),
        "isalpha" => (|_, s, _| all(s, char::is_alphabetic), false),
        "isalnum" => (|_, s, _| all(s, char::is_alphanumeric), false),
        "isspace" => (|_, s, _| all(s, char::is_whitespace), false),
        "isascii" => (|_, s, _| Ok(Value::Bool(text(s).is_ascii())), false),
        "isprintable" => (|_, s, _| Ok(Value::Bool(!text(s).chars().any(char::is_control))), false),
        "isidentifier" => (|_, s, _| Ok(Value::Bool(is_identifier(&text(s)))), false),
        "islower" => (|_, s, _| cased(s, |text| *text == text.to_lowercase()), false),
        "isupper" => (|_, s, _| cased(s, |text| *text == text.to_uppercase()), false),
        "istitle" => (|_, s, _| cased(s, |text| *text == title(text)), false),
        "translate" => (translate, false),
        "__len__" => (|_, s, _| Ok(Value::Int(text(s).chars().count() as i64)), false),
        "__contains__" => (
            |i, s, a| {
                let [part] = a.exactly("__contains__")?;
                let part = text_argument(i, &part)?;
                Ok(Value::Bool(text(s).contains(&*part)))
            },
            false,
        ),
        "__str__" => (|_, s, _| Ok(s.clone()), false),
        "__format__" => (
            |i, s, a| {
                let [spec] = a.exactly("__format__")?;
                let spec = text_argument(i, &spec)?;
                i.format_value(s, &spec)
            },
            false,
        ),
        _ => return None,
    };
    Some(entry)
}

fn text(value: &Value) -> Name {
    value.as_str().unwrap_or_else(|| Name::from(""))
}

fn map(
    interp: &mut Interpreter<'_>,
    value: &Value,
    arguments: Arguments,
    change: impl Fn(&str) -> String,
) -> Outcome<Value> {
    drop(arguments);
    let text = text(value);
    interp.meter.spend(text.len())?;
    Ok(Value::str(change(&text)))
}

fn title(text: &str) -> String {
    let mut made = String::with_capacity(text.len());
    let mut starts = true;
    for char in text.chars() {
        if starts {
            made.extend(char.to_uppercase());
        } else {
            made.extend(char.to_lowercase());
        }
        starts = !char.is_alphabetic();
    }
    made
}

fn capitalize(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().collect::<String>() + &chars.as_str().to_lowercase(),
        None => String::new(),
    }
}

fn swapcase(text: &str) -> String {
    let swap = |char: char| -> String {
        if char.is_uppercase() { char.to_lowercase().collect() } else { char.to_uppercase().collect() }
    };
    text.chars().map(swap).collect()
}

fn strip(
    interp: &mut Interpreter<'_>,
    value: &Value,
    arguments: Arguments,
    left: bool,
    right: bool,
) -> Outcome<Value> {
    let [chars] = arguments.bind("strip", "chars?")?;
    let text = text(value);
    let set: Option<Vec<char>> = match chars {
        None | Some(Value::None) => None,
        Some(chars) => Some(text_argument(interp, &chars)?.chars().collect()),
    };
    let strips = |char: char| set.as_ref().map_or(char.is_whitespace(), |set| set.contains(&char));
    let mut rest: &str = &text;
    if left {
        rest = rest.trim_start_matches(strips);
    }
    if right {
        rest = rest.trim_end_matches(strips);
    }
    Ok(Value::str(rest))
}

fn split(
    interp: &mut Interpreter<'_>,
    value: &Value,
    arguments: Arguments,
    from_right: bool,
) -> Outcome<Value> {
    let [separator, limit] = arguments.bind("split", "sep? maxsplit?")?;
    let text = text(value);
    interp.meter.spend(text.len() * 4)?;
    let limit = match limit {
        Some(limit) => int_argument(interp, &limit)?,
        None => -1,
    };
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let parts: Vec<String> = match separator {
        None | Some(Value::None) if from_right => split_blank_right(&text, limit),
        None | Some(Value::None) => split_blank(&text, limit),
        Some(separator) => {
            let separator = text_argument(interp, &separator)?;
            if separator.is_empty() {
                return Err(Unwind::value_error("empty separator"));
            }
            let pieces = limit.saturating_add(1);
            if from_right {
                let mut parts: Vec<String> = text.rsplitn(pieces, &*separator).map(str::to_owned).collect();
                parts.reverse();
                parts
            } else {
                text.splitn(pieces, &*separator).map(str::to_owned).collect()
            }
        }
    };
    Ok(Value::list(parts.into_iter().map(Value::from).collect()))
}

fn split_blank(text: &str, limit: usize) -> Vec<String> {
    let mut parts = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        if parts.len() == limit {
            parts.push(rest.to_owned());
            break;
        }
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        parts.push(rest[..end].to_owned());
        rest = rest[end..].trim_start();
    }
    parts
}

fn split_blank_right(text: &str, limit: usize) -> Vec<String> {
    let mut parts = Vec::new();
    let mut rest = text.trim_end();
    while !rest.is_empty() {
        if parts.len() == limit {
            parts.push(rest.to_owned());
            break;
        }
        let start = rest.char_indices().rev().find(|(_, char)| char.is_whitespace());
        let start = start.map_or(0, |(at, char)| at + char.len_utf8());
        parts.push(rest[start..].to_owned());
        rest = rest[..start].trim_end();
    }
    parts.reverse();
    parts
}

fn splitlines(interp: &mut Interpreter<'_>, value: &Value, arguments: Arguments) -> Outcome<Value> {
    let [keep] = arguments.bind("splitlines", "keepends?")?;
    let keep = match keep {
        Some(keep) => interp.known_truth(&keep)?,
        None => false,
    };
    let text = text(value);
    interp.meter.spend(text.len() * 2)?;
    let mut lines = Vec::new();
    let mut rest: &str = &text;
    while !rest.is_empty() {
        let end = rest.find([
            '\n', '\r', '\u{b}', '\u{c}', '\u{1c}', '\u{1d}', '\u{1e}', '\u{85}', '\u{2028}', '\u{2029}',
        ]);
        let Some(end) = end else {
            lines.push(Value::str(rest));
            break;
        };
        let width = match &rest.as_bytes()[end..] {
            [b'\r', b'\n', ..] => 2,
            _ => rest[end..].chars().next().map_or(1, char::len_utf8),
        };
        lines.push(Value::str(&rest[..if keep { end + width } else { end }]));
        rest = &rest[end + width..];
    }
    Ok(Value::list(lines))
}

fn partition(
    interp: &mut Interpreter<'_>,
    value: &Value,
    arguments: Arguments,
    right: bool,
) -> Outcome<Value> {
    let [separator] = arguments.exactly("partition")?;
    let separator = text_argument(interp, &separator)?;
    if separator.is_empty() {
        return Err(Unwind::value_error("empty separator"));
    }
    let text = text(value);
    let found = if right { text.rsplit_once(&*separator) } else { text.split_once(&*separator) };
    Ok(Value::tuple(match found {
        Some((before, after)) => vec![Value::str(before), Value::Str(separator), Value::str(after)],
        None if right => vec![Value::str(""), Value::str(""), Value::Str(text)],
        None => vec![Value::Str(text), Value::str(""), Value::str("")],
    }))
}

fn join(interp: &mut Interpreter<'_>, value: &Value, arguments: Arguments) -> Outcome<Value> {
    let [items] = arguments.exactly("join")?;
    let items = match interp.collect(&items)? {
        super::super::Elements::Known(items) => items,
        super::super::Elements::Unknown(unknown) => return Ok(Value::Unknown(unknown)),
    };
    let separator = text(value);
    let mut made = MadeText::default();
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            made.push_str(&separator);
        }
        match item {
            Value::Unknown(_) => made.push(item.clone()),
            other => match other.as_str() {
                Some(text) => made.push_str(&text),
                None => {
                    interp.refuse_foreign(other)?;
                    if let Value::Native(native) = other {
                        // A text that a native stands for: `quoted_name`, a lazy translation.
                        if let Some(Value::Str(text)) = native.clone().attribute(interp, "__str_value__")? {
                            made.push_str(&text);
                            continue;
                        }
                    }
                    let name = interp.type_name(other);
                    return Err(Unwind::type_error(format!(
                        "sequence item {at}: expected str instance, {name} found"
                    )));
                }
            },
        }
        interp.meter.spend(made.length() / 16)?;
    }
    Ok(made.finish())
}

fn replace(interp: &mut Interpreter<'_>, value: &Value, arguments: Arguments) -> Outcome<Value> {
    let [old, new, limit] = arguments.bind("replace", "old new count?")?;
    let (Some(old), Some(new)) = (old, new) else { return Ok(value.clone()) };
    let (old, new) = (text_argument(interp, &old)?, text_argument(interp, &new)?);
    let text = text(value);
    let limit = match limit {
        Some(limit) => usize::try_from(int_argument(interp, &limit)?).unwrap_or(usize::MAX),
        None => usize::MAX,
    };
    let places = if old.is_empty() { text.len() + 1 } else { text.len() / old.len() };
    interp.meter.spend(text.len() + places.min(limit).saturating_mul(new.len()))?;
    Ok(Value::str(text.replacen(&*old, &new, limit)))
}

fn affix(interp: &mut Interpreter<'_>, value: &Value, arguments: Arguments, start: bool) -> Outcome<Value> {
    let [affixes, from, to] = arguments.bind("startswith", "prefix start? end?")?;
    let part = window(interp, &text(value), from.as_ref(), to.as_ref())?.1;
    let affixes = affixes.unwrap_or(Value::None);
    let affixes = match &affixes {
        Value::Tuple(affixes) => affixes.to_vec(),
        one => vec![one.clone()],
    };
    for affix in affixes {
        let affix = text_argument(interp, &affix)?;
        if if start { part.starts_with(&*affix) } else { part.ends_with(&*affix) } {
            return Ok(Value::Bool(true));
        }
    }
    Ok(Value::Bool(false))
}

/// The part of a text between two positions, and how many characters stand before it.
fn window(
    interp: &mut Interpreter<'_>,
    text: &str,
    from: Option<&Value>,
    to: Option<&Value>,
) -> Outcome<(usize, String)> {
    if from.is_none() && to.is_none() {
        return Ok((0, text.to_owned()));
    }
    let none = Value::None;
    let slice = [from.unwrap_or(&none).clone(), to.unwrap_or(&none).clone(), Value::None];
    let chars: Vec<char> = text.chars().collect();
    interp.meter.spend(chars.len())?;
    let picked = slice_indices(&slice, chars.len())?;
    let first = picked.first().copied().unwrap_or(chars.len());
    Ok((first, picked.into_iter().map(|at| chars[at]).collect()))
}

fn remove_affix(
    interp: &mut Interpreter<'_>,
    value: &Value,
    arguments: Arguments,
    start: bool,
) -> Outcome<Value> {
    let [affix] = arguments.exactly("removeprefix")?;
    let affix = text_argument(interp, &affix)?;
    let text = text(value);
    let rest = if start { text.strip_prefix(&*affix) } else { text.strip_suffix(&*affix) };
    Ok(Value::str(rest.unwrap_or(&text)))
}

fn find(
    interp: &mut Interpreter<'_>,
    value: &Value,
    arguments: Arguments,
    right: bool,
    raises: bool,
) -> Outcome<Value> {
    let [part, from, to] = arguments.bind("find", "sub start? end?")?;
    let part = text_argument(interp, &part.unwrap_or(Value::None))?;
    let (before, text) = window(interp, &text(value), from.as_ref(), to.as_ref())?;
    let found = if right { text.rfind(&*part) } else { text.find(&*part) };
    match found {
        Some(at) => Ok(Value::Int((before + text[..at].chars().count()) as i64)),
        None if raises => Err(Unwind::value_error("substring not found")),
        None => Ok(Value::Int(-1)),
    }
}

fn count(interp: &mut Interpreter<'_>, value: &Value, arguments: Arguments) -> Outcome<Value> {
    let [part, from, to] = arguments.bind("count", "sub start? end?")?;
    let part = text_argument(interp, &part.unwrap_or(Value::None))?;
    let text = window(interp, &text(value), from.as_ref(), to.as_ref())?.1;
    let count = if part.is_empty() { text.chars().count() + 1 } else { text.matches(&*part).count() };
    Ok(Value::Int(count as i64))
}

fn encode(interp: &mut Interpreter<'_>, value: &Value, arguments: Arguments) -> Outcome<Value> {
    let [encoding, _errors] = arguments.bind("encode", "encoding? errors?")?;
    let encoding = match encoding {
        Some(encoding) => text_argument(interp, &encoding)?.to_lowercase().replace('_', "-"),
        None => "utf-8".to_owned(),
    };
    let text = text(value);
    match &*encoding {
        "utf-8" | "utf8" => Ok(Value::Bytes(text.as_bytes().into())),
        "ascii" | "us-ascii" if text.is_ascii() => Ok(Value::Bytes(text.as_bytes().into())),
        "latin-1" | "latin1" | "iso-8859-1" if text.chars().all(|char| (char as u32) < 256) => {
            Ok(Value::Bytes(text.chars().map(|char| char as u8).collect()))
        }
        "ascii" | "us-ascii" | "latin-1" | "latin1" | "iso-8859-1" => {
            Err(Unwind::raise("UnicodeEncodeError", format!("'{encoding}' codec can't encode the text")))
        }
        _ => Err(Unwind::unsupported(format!("the encoding `{encoding}` is not supported"))),
    }
}

fn zfill(interp: &mut Interpreter<'_>, value: &Value, arguments: Arguments) -> Outcome<Value> {
    let [width] = arguments.exactly("zfill")?;
    let width = usize::try_from(int_argument(interp, &width)?).unwrap_or(0);
    let text = text(value);
    let missing = width.saturating_sub(text.chars().count());
    interp.meter.spend(missing)?;
    let (sign, digits) = match text.strip_prefix(['+', '-']) {
        Some(digits) => (&text[..1], digits),
        None => ("", &*text),
    };
    Ok(Value::str(format!("{sign}{}{digits}", "0".repeat(missing))))
}

fn justify(interp: &mut Interpreter<'_>, value: &Value, arguments: Arguments, side: char) -> Outcome<Value> {
    let [width, fill] = arguments.bind("ljust", "width fillchar?")?;
    let width = int_argument(interp, &width.unwrap_or(Value::None))?;
    let fill = match fill {
        Some(fill) => text_argument(interp, &fill)?.chars().next().unwrap_or(' '),
        None => ' ',
    };
    let text = text(value);
    let missing = usize::try_from(width).unwrap_or(0).saturating_sub(text.chars().count());
    interp.meter.spend(missing * fill.len_utf8())?;
    let pad = |count: usize| fill.to_string().repeat(count);
    Ok(Value::str(match side {
        '<' => format!("{text}{}", pad(missing)),
        '>' => format!("{}{text}", pad(missing)),
        _ => {
            // Python puts the odd one on the left if the width is odd.
            let left = missing / 2 + (missing & usize::try_from(width).unwrap_or(0) & 1);
            format!("{}{text}{}", pad(left), pad(missing - left))
        }
    }))
}

fn all(value: &Value, test: impl Fn(char) -> bool) -> Outcome<Value> {
    let text = text(value);
    Ok(Value::Bool(!text.is_empty() && text.chars().all(test)))
}

fn cased(value: &Value, test: impl Fn(&String) -> bool) -> Outcome<Value> {
    let text = text(value).to_string();
    let has_case = text.chars().any(|char| char.is_lowercase() || char.is_uppercase());
    Ok(Value::Bool(has_case && test(&text)))
}

fn is_identifier(text: &str) -> bool {
    let mut chars = text.chars();
    let starts = |char: char| char.is_alphabetic() || char == '_';
    chars.next().is_some_and(starts) && chars.all(|char| char.is_alphanumeric() || char == '_')
}

fn translate(interp: &mut Interpreter<'_>, value: &Value, arguments: Arguments) -> Outcome<Value> {
    let [table] = arguments.exactly("translate")?;
    let text = text(value);
    let mut made = String::new();
    for char in text.chars() {
        let entry = match table.as_dict() {
            Some(dict) => {
                let key = interp.key(&Value::Int(i64::from(char as u32)))?;

                dict.borrow().entries.get(&key).map(|(_, value)| value.clone())
            }
            None => None,
        };
        match entry {
            None => made.push(char),
            Some(Value::None) => {}
            Some(other) => match (other.as_str(), other.as_int()) {
                (Some(text), _) => made.push_str(&text),
                (None, Some(code)) => made.extend(u32::try_from(code).ok().and_then(char::from_u32)),
                (None, None) => made.push(char),
            },
        }
    }
    interp.meter.spend(made.len())?;
    Ok(Value::str(made))
}
