//! Builtin functions over numbers.

use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{FromPrimitive, Signed, ToPrimitive};

use super::super::super::interpret::operate::as_big;
use super::super::super::unwind::{Outcome, Unwind};
use super::super::super::value::Value;
use super::super::super::{Arguments, Comparison, Interpreter, Operator, UnaryOperator};
use super::super::int_argument;

pub(super) fn abs(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let [value] = arguments.exactly("abs")?;
    if let Some(answer) = interp.call_special(&value, "__abs__", Vec::new())? {
        return Ok(answer);
    }
    if let Value::Float(number) = value.plain() {
        return Ok(Value::Float(number.abs()));
    }
    match as_big(&value.plain()) {
        Some(number) => Ok(Value::big(number.abs())),
        None => {
            if let Value::Native(_) = value {
                let zero = interp.binary(Operator::Sub, &value, &value)?;
                let less = interp.compare(Comparison::Lt, &value, &zero)?;
                return if interp.known_truth(&less)? {
                    interp.unary(UnaryOperator::Minus, &value)
                } else {
                    Ok(value)
                };
            }
            let name = interp.type_name(&value);
            Err(Unwind::type_error(format!("bad operand type for abs(): '{name}'")))
        }
    }
}

pub(super) fn round(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let [value, digits] = arguments.bind("round", "number ndigits?")?;
    let value = value.unwrap_or(Value::None);
    let digits = match digits {
        None | Some(Value::None) => None,
        Some(digits) => Some(int_argument(interp, &digits)?),
    };
    if let Some(answer) = interp.call_special(&value, "__round__", Vec::new())? {
        return Ok(answer);
    }
    match (value.plain(), digits) {
        (Value::Float(number), None) => match BigInt::from_f64(number.round_ties_even()) {
            Some(whole) => Ok(Value::big(whole)),
            None => Err(Unwind::raise("OverflowError", "cannot convert float infinity to integer")),
        },
        (Value::Float(number), Some(digits)) => {
            let digits = digits.clamp(-400, 400);
            if digits >= 0 {
                // The decimal text is exact, and rounds half to even as Python's does.
                let text = format!("{number:.*}", digits as usize);
                return Ok(Value::Float(text.parse().unwrap_or(number)));
            }
            let scale = 10f64.powi(-digits as i32);
            Ok(Value::Float((number / scale).round_ties_even() * scale))
        }
        (plain, digits) => match (as_big(&plain), digits) {
            (Some(number), Some(digits)) if digits < 0 => {
                let scale = BigInt::from(10).pow(u32::try_from(-digits).unwrap_or(1000).min(1000));
                let (quotient, rest) = number.div_mod_floor(&scale);
                let twice: BigInt = rest * 2;
                let up = twice > scale || twice == scale && quotient.is_odd();
                Ok(Value::big((quotient + i32::from(up)) * scale))
            }
            (Some(number), _) => Ok(Value::big(number)),
            (None, _) => {
                if let Value::Native(native) = &plain
                    && native.has_method("__round__")
                {
                    let digits = digits.map_or(Value::None, Value::Int);
                    return interp.call_method(&plain, "__round__", vec![digits]);
                }
                let name = interp.type_name(&value);
                Err(Unwind::type_error(format!("type {name} doesn't define __round__ method")))
            }
        },
    }
}

pub(super) fn divmod(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let [a, b] = arguments.exactly("divmod")?;
    let quotient = interp.binary(Operator::FloorDiv, &a, &b)?;
    let rest = interp.binary(Operator::Mod, &a, &b)?;
    Ok(Value::tuple(vec![quotient, rest]))
}

pub(super) fn pow(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let [base, exponent, modulus] = arguments.bind("pow", "base exp mod?")?;
    let (base, exponent) = (base.unwrap_or(Value::None), exponent.unwrap_or(Value::None));
    let Some(modulus) = modulus.filter(|modulus| !modulus.is_none()) else {
        return interp.binary(Operator::Pow, &base, &exponent);
    };
    match (as_big(&base), as_big(&exponent), as_big(&modulus)) {
        (Some(base), Some(exponent), Some(modulus))
            if !exponent.is_negative() && modulus.to_i64() != Some(0) =>
        {
            interp.meter.spend(((exponent.bits() * modulus.bits()) / 8) as usize)?;
            Ok(Value::big(base.modpow(&exponent, &modulus)))
        }
        _ => Err(Unwind::value_error("pow() 3rd argument not allowed unless all arguments are integers")),
    }
}

pub(super) fn radix(arguments: Arguments, radix: u32, prefix: &str) -> Outcome<Value> {
    let [value] = arguments.exactly("hex")?;
    let Some(number) = as_big(&value.plain()) else {
        return Err(Unwind::type_error("object cannot be interpreted as an integer"));
    };
    let sign = if number.is_negative() { "-" } else { "" };
    Ok(Value::str(format!("{sign}{prefix}{}", number.abs().to_str_radix(radix))))
}
