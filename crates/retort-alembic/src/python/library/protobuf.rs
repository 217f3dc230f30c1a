//! `_protobuf`: what the companion of Protocol Buffers is made of. No module of Python's has this name.

use super::super::unwind::{Outcome, Unwind};
use super::super::value::Value;
use super::super::{Arguments, Interpreter};

pub(super) fn names() -> Vec<(&'static str, Value)> {
    super::pure(&[("fields", fields)])
}

/// `fields(message, *numbers)`: the fields of these numbers in a serialised message, as pairs of the number and its
/// bytes or whole number (protobuf.dev/programming-guides/encoding).
fn fields(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let mut given = arguments.positional.into_iter().map(|value| value.plain());
    let Some(Value::Bytes(message)) = given.next() else {
        return Err(Unwind::type_error("a bytes-like object is required"));
    };
    interp.meter.spend(message.len())?;
    let wanted: Vec<u64> = given
        .filter_map(|number| match number {
            Value::Int(number) => u64::try_from(number).ok(),
            _ => None,
        })
        .collect();
    let mut rest = &*message;
    let mut found = Vec::new();
    while !rest.is_empty() {
        let (number, value) = field(&mut rest).ok_or_else(|| Unwind::value_error("Error parsing message"))?;
        if let Some(value) = value.filter(|_| wanted.contains(&number)) {
            found.push(Value::tuple(vec![Value::Int(number as i64), value]));
        }
    }
    Ok(Value::list(found))
}

/// The next field; no value for numbers of fixed width. `None` if the message ends within it.
fn field(rest: &mut &[u8]) -> Option<(u64, Option<Value>)> {
    let tag = varint(rest)?;
    let value = match tag & 7 {
        0 => Some(Value::Int(varint(rest)? as i64)),
        2 => {
            let length = usize::try_from(varint(rest)?).ok()?;
            Some(Value::Bytes(rest.split_off(..length)?.into()))
        }
        kind => {
            rest.split_off(..if kind == 1 { 8 } else { 4 })?;
            None
        }
    };
    Some((tag >> 3, value))
}

/// A number of seven bits a byte, the lowest first.
fn varint(rest: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let byte = *rest.split_off_first()?;
        number |= u64::from(byte & 127) << shift;
        if byte < 128 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_cut_into_its_fields() {
        let mut rest: &[u8] = b"\x0a\x02ab\x10\xac\x02\x1d\0\0\0\0\x09\0\0\0\0\0\0\0\0";
        let found: Vec<_> = std::iter::from_fn(|| field(&mut rest)).collect();
        assert!(rest.is_empty());
        let [(1, Some(Value::Bytes(name))), (2, Some(Value::Int(300))), (3, None), (1, None)] = &found[..]
        else {
            panic!("{found:?}")
        };
        assert_eq!(&**name, b"ab");
    }

    #[test]
    fn a_message_that_ends_early_has_no_field() {
        for mut broken in
            [&b"\x0a\x05ab"[..], b"\x10", b"\x10\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", b"\x1d\0"]
        {
            assert!(field(&mut broken).is_none());
        }
    }
}
