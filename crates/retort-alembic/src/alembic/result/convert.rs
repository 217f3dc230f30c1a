//! What a database gave, as Python has it by the type of its column.

use retort_core::database::{self, TextKind};

use crate::alembic::bridge;
use crate::python::{Interpreter, Outcome, Value};
use crate::sql::DataType;
use crate::sql::types::{Affinity, Form};

/// A value without a known type.
pub fn plain_value(value: &database::Value) -> Value {
    match value {
        database::Value::Null => Value::None,
        database::Value::Integer(number) => Value::Int(*number),
        database::Value::Real(number) => Value::Float(*number),
        database::Value::Text(text) => Value::str(text),
        database::Value::Blob(bytes) => Value::Bytes(bytes.as_slice().into()),
    }
}

/// A value of a type. What does not fit the type stays as the database gave it.
pub fn converted(
    interp: &mut Interpreter<'_>,
    value: &database::Value,
    data_type: &DataType,
) -> Outcome<Value> {
    use database::Value as Given;
    let base = data_type.base();
    let made = match (base.class.affinity, value) {
        (_, Given::Null) => Value::None,
        (Affinity::Boolean, Given::Integer(number)) => Value::Bool(*number != 0),
        (Affinity::Boolean, Given::Text(text)) => match text.as_str() {
            "t" | "true" | "1" => Value::Bool(true),
            "f" | "false" | "0" => Value::Bool(false),
            _ => plain_value(value),
        },
        (Affinity::Boolean, Given::Blob(bytes)) => Value::Bool(bytes.iter().any(|byte| *byte != 0)),
        (Affinity::Integer, Given::Text(text)) => {
            text.parse::<i64>().map_or_else(|_| plain_value(value), Value::Int)
        }
        (Affinity::Float, Given::Text(text)) => {
            text.parse::<f64>().map_or_else(|_| plain_value(value), Value::Float)
        }
        (Affinity::Float, Given::Integer(number)) => Value::Float(*number as f64),
        (Affinity::Numeric, Given::Text(text)) => return decimal(interp, text),
        (Affinity::Numeric, Given::Integer(number)) => return decimal(interp, &number.to_string()),
        (Affinity::Numeric, Given::Real(number)) => {
            return decimal(interp, &crate::sql::literal::float_text(*number));
        }
        (Affinity::DateTime, Given::Text(text)) => {
            return bridge::made(interp, "datetime", &["datetime", "fromisoformat"], &iso(text));
        }
        (Affinity::Date, Given::Text(text)) => {
            return bridge::made(interp, "datetime", &["date", "fromisoformat"], text);
        }
        (Affinity::Time, Given::Text(text)) => {
            return bridge::made(interp, "datetime", &["time", "fromisoformat"], &iso(text));
        }
        (Affinity::Uuid, Given::Text(text)) if base.flags.as_uuid => {
            return bridge::made(interp, "uuid", &["UUID"], text);
        }
        (Affinity::Json, Given::Text(text)) => return bridge::made(interp, "json", &["loads"], text),
        (Affinity::String, Given::Blob(bytes)) if base.class.form != Form::Binary => {
            // MySQL gives some texts as bytes.
            match std::str::from_utf8(bytes) {
                Ok(text) => Value::str(text),
                Err(_) => plain_value(value),
            }
        }
        _ => plain_value(value),
    };
    Ok(made)
}

/// A value of which the engine says what its text stands for.
pub fn told(interp: &mut Interpreter<'_>, value: &database::Value, kind: TextKind) -> Outcome<Value> {
    use database::Value as Given;
    let text = match (kind, value) {
        (TextKind::Boolean, Given::Integer(number)) => return Ok(Value::Bool(*number != 0)),
        (_, Given::Text(text)) => text,
        _ => return Ok(plain_value(value)),
    };
    match kind {
        TextKind::Plain => Ok(plain_value(value)),
        TextKind::Boolean => Ok(Value::Bool(text == "t")),
        TextKind::Numeric => decimal(interp, text),
        TextKind::Date => bridge::made(interp, "datetime", &["date", "fromisoformat"], text),
        TextKind::Time => bridge::made(interp, "datetime", &["time", "fromisoformat"], &iso(text)),
        TextKind::DateTime => bridge::made(interp, "datetime", &["datetime", "fromisoformat"], &iso(text)),
        TextKind::Json => bridge::made(interp, "json", &["loads"], text),
        TextKind::Uuid => bridge::made(interp, "uuid", &["UUID"], text),
        TextKind::Integers | TextKind::Texts => {
            Ok(elements(text, kind).unwrap_or_else(|| plain_value(value)))
        }
    }
}

/// The elements of an array of one dimension, as PostgreSQL writes it (PostgreSQL 18, 8.15.6).
fn elements(text: &str, kind: TextKind) -> Option<Value> {
    let mut rest = text.strip_prefix('{')?.strip_suffix('}')?;
    let mut made = Vec::new();
    while !rest.is_empty() {
        let mut element = String::new();
        let is_quoted = rest.starts_with('"');
        let mut chars = rest.char_indices().skip(usize::from(is_quoted));
        let mut end = rest.len();
        while let Some((at, c)) = chars.next() {
            match c {
                '\\' => element.extend(chars.next().map(|(_, own)| own)),
                '"' if is_quoted => {
                    end = at + 1;
                    break;
                }
                ',' if !is_quoted => {
                    end = at;
                    break;
                }
                '{' if !is_quoted => return None,
                own => element.push(own),
            }
        }
        made.push(match kind {
            _ if !is_quoted && element == "NULL" => Value::None,
            TextKind::Integers => Value::Int(element.parse().ok()?),
            _ => Value::str(element),
        });
        rest = &rest[end..];
        rest = rest.strip_prefix(',').unwrap_or(rest);
    }
    Some(Value::list(made))
}

fn decimal(interp: &mut Interpreter<'_>, text: &str) -> Outcome<Value> {
    bridge::made(interp, "decimal", &["Decimal"], text)
}

/// PostgreSQL writes whole hours of a zone as `+00`, which older Pythons do not read.
fn iso(text: &str) -> String {
    let bytes = text.as_bytes();
    let short = match bytes.len().checked_sub(3) {
        Some(at) => matches!(bytes[at], b'+' | b'-') && text.contains(':'),
        None => false,
    };
    if short { format!("{text}:00") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrays_are_lists() {
        let shown = |text: &str, kind| match elements(text, kind) {
            Some(Value::List(list)) => format!("{:?}", list.borrow()),
            _ => "none".to_owned(),
        };
        for (text, kind, expected) in [
            ("{}", TextKind::Texts, vec![]),
            ("{1,-2,NULL}", TextKind::Integers, vec![Value::Int(1), Value::Int(-2), Value::None]),
            (
                r#"{a,"b, \"c\\",NULL,"NULL"}"#,
                TextKind::Texts,
                vec![Value::str("a"), Value::str(r#"b, "c\"#), Value::None, Value::str("NULL")],
            ),
        ] {
            assert_eq!(shown(text, kind), format!("{expected:?}"), "{text}");
        }
        assert_eq!(shown("{{1},{2}}", TextKind::Integers), "none");
    }

    #[test]
    fn zones_of_whole_hours_are_written_out() {
        let rows = [
            ("2020-01-02 03:04:05+00", "2020-01-02 03:04:05+00:00"),
            ("2020-01-02 03:04:05-05:30", "2020-01-02 03:04:05-05:30"),
            ("2020-01-02 03:04:05", "2020-01-02 03:04:05"),
            ("2020-01-02", "2020-01-02"),
        ];
        for (given, expected) in rows {
            assert_eq!(iso(given), expected);
        }
    }
}
