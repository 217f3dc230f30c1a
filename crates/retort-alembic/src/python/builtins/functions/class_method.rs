//! The class methods of builtin classes.

use num_bigint::BigInt;

use super::super::super::unwind::{Outcome, Unwind};
use super::super::super::value::Value;
use super::super::super::{Arguments, Interpreter};
use super::super::text_argument;

/// A class method of a builtin class: `dict.fromkeys`.
pub(in super::super) fn class_method(kind: &str, name: &str) -> Option<Value> {
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
