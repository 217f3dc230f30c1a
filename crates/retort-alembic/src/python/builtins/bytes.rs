//! Methods of `bytes`.

use super::super::unwind::{Outcome, Unwind};
use super::super::value::Value;
use super::super::{Arguments, Interpreter};
use super::{Entry, text_argument};

/// A method by its name.
pub(super) fn method(name: &str) -> Option<Entry> {
    let entry: Entry = match name {
        "decode" => (decode, false),
        "hex" => (|_, value, _| Ok(Value::str(hex(&bytes(value)))), false),
        "startswith" => (|_, v, a| affix(v, a, <[u8]>::starts_with), false),
        "endswith" => (|_, v, a| affix(v, a, <[u8]>::ends_with), false),
        "upper" => (|_, v, _| Ok(Value::Bytes(bytes(v).to_ascii_uppercase().into())), false),
        "lower" => (|_, v, _| Ok(Value::Bytes(bytes(v).to_ascii_lowercase().into())), false),
        "strip" => (|_, v, _| Ok(Value::Bytes(bytes(v).trim_ascii().into())), false),
        "join" => (join, false),
        _ => return None,
    };
    Some(entry)
}

fn bytes(value: &Value) -> std::sync::Arc<[u8]> {
    match value {
        Value::Bytes(bytes) => bytes.clone(),
        _ => [].into(),
    }
}

/// Bytes as hexadecimal digits.
pub(in super::super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn decode(interp: &mut Interpreter<'_>, value: &Value, arguments: Arguments) -> Outcome<Value> {
    let [encoding, errors] = arguments.bind("decode", "encoding? errors?")?;
    let encoding = match encoding {
        Some(encoding) => text_argument(interp, &encoding)?.to_lowercase().replace('_', "-"),
        None => "utf-8".to_owned(),
    };
    let lossy = errors.and_then(|errors| errors.as_str()).is_some_and(|errors| &*errors != "strict");
    let bytes = bytes(value);
    match &*encoding {
        "utf-8" | "utf8" | "ascii" | "us-ascii" => match std::str::from_utf8(&bytes) {
            Ok(text) => Ok(Value::str(text)),
            Err(_) if lossy => Ok(Value::str(String::from_utf8_lossy(&bytes))),
            Err(_) => {
                Err(Unwind::raise("UnicodeDecodeError", format!("'{encoding}' codec can't decode the bytes")))
            }
        },
        "latin-1" | "latin1" | "iso-8859-1" => {
            Ok(Value::str(bytes.iter().map(|&byte| byte as char).collect::<String>()))
        }
        _ => Err(Unwind::unsupported(format!("the encoding `{encoding}` is not supported"))),
    }
}

fn affix(value: &Value, arguments: Arguments, test: fn(&[u8], &[u8]) -> bool) -> Outcome<Value> {
    let [affix] = arguments.exactly("startswith")?;
    Ok(Value::Bool(test(&bytes(value), &bytes(&affix))))
}

fn join(interp: &mut Interpreter<'_>, value: &Value, arguments: Arguments) -> Outcome<Value> {
    let [items] = arguments.exactly("join")?;
    let items: Vec<Vec<u8>> = interp.values(&items)?.iter().map(|item| bytes(item).to_vec()).collect();
    Ok(Value::Bytes(items.join(&bytes(value)[..]).into()))
}
