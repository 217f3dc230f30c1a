//! Methods and attributes of numbers.

use super::super::interpret::operate::as_big;
use super::super::unwind::{Outcome, Unwind};
use super::super::value::Value;
use super::super::{Arguments, Interpreter};
use super::{Entry, int_argument, text_argument};

/// An attribute of a number.
pub(super) fn attribute(value: &Value, name: &str) -> Option<Value> {
    match (value, name) {
        (Value::Int(_) | Value::Bool(_) | Value::Big(_), "real" | "numerator") => Some(value.clone()),
        (Value::Int(_) | Value::Bool(_) | Value::Big(_), "imag") => Some(Value::Int(0)),
        (Value::Int(_) | Value::Bool(_) | Value::Big(_), "denominator") => Some(Value::Int(1)),
        (Value::Float(_), "real") => Some(value.clone()),
        _ => None,
    }
}

/// A method by its name.
pub(super) fn method(name: &str) -> Option<Entry> {
    let entry: Entry = match name {
        "bit_length" => (|_, v, _| Ok(Value::Int(as_big(v).map_or(0, |number| number.bits()) as i64)), false),
        "is_integer" => {
            (|_, v, _| Ok(Value::Bool(!matches!(v, Value::Float(number) if number.fract() != 0.0))), false)
        }
        "to_bytes" => (to_bytes, false),
        "conjugate" => (|_, v, _| Ok(v.clone()), false),
        "__int__" | "__index__" => (|_, v, _| Ok(v.clone()), false),
        _ => return None,
    };
    Some(entry)
}

fn to_bytes(interp: &mut Interpreter<'_>, value: &Value, arguments: Arguments) -> Outcome<Value> {
    let [length, order, _signed] = arguments.bind("to_bytes", "length? byteorder? signed?")?;
    let length = match length {
        Some(length) => usize::try_from(int_argument(interp, &length)?).unwrap_or(0),
        None => 1,
    };
    interp.meter.spend(length)?;
    let big_end = match order {
        Some(order) => &*text_argument(interp, &order)? == "big",
        None => true,
    };
    let number = as_big(value).unwrap_or_default();
    let (sign, mut bytes) = number.to_bytes_le();
    if sign == num_bigint::Sign::Minus || bytes.len() > length && bytes != [0] {
        return Err(Unwind::raise("OverflowError", "int too big to convert"));
    }
    bytes.resize(length, 0);
    if big_end {
        bytes.reverse();
    }
    Ok(Value::Bytes(bytes.into()))
}
