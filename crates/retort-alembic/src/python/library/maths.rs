//! `math`.

use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::FromPrimitive;

use super::super::builtins::int_argument;
use super::super::interpret::compare::as_float;
use super::super::interpret::operate::as_big;
use super::super::unwind::{Outcome, Unwind};
use super::super::value::Value;
use super::super::{Arguments, Interpreter};

/// The names of the module.
pub(super) fn names() -> Vec<(&'static str, Value)> {
    let mut names = super::pure(&[
        ("ceil", |i, a| whole(i, a, f64::ceil)),
        ("floor", |i, a| whole(i, a, f64::floor)),
        ("trunc", |i, a| whole(i, a, f64::trunc)),
        ("sqrt", |i, a| {
            let number = float(i, a)?;
            if number < 0.0 {
                return Err(Unwind::value_error("math domain error"));
            }
            Ok(Value::Float(number.sqrt()))
        }),
        ("fabs", |i, a| float(i, a).map(|number| Value::Float(number.abs()))),
        ("exp", |i, a| float(i, a).map(|number| Value::Float(number.exp()))),
        ("log", log),
        ("log2", |i, a| float(i, a).map(|number| Value::Float(number.log2()))),
        ("log10", |i, a| float(i, a).map(|number| Value::Float(number.log10()))),
        ("isnan", |i, a| float(i, a).map(|number| Value::Bool(number.is_nan()))),
        ("isinf", |i, a| float(i, a).map(|number| Value::Bool(number.is_infinite()))),
        ("isfinite", |i, a| float(i, a).map(|number| Value::Bool(number.is_finite()))),
        ("pow", |i, a| {
            let [base, exponent] = a.exactly("pow")?;
            let (base, exponent) = (number(i, &base)?, number(i, &exponent)?);
            Ok(Value::Float(base.powf(exponent)))
        }),
        ("gcd", |i, a| {
            let mut result = BigInt::ZERO;
            for value in a.positional {
                int_argument(i, &value)?;
                result = result.gcd(&as_big(&value).unwrap_or_default());
            }
            Ok(Value::big(result))
        }),
        ("prod", |i, a| {
            let [values] = a.exactly("prod")?;
            let mut total = Value::Int(1);
            for value in i.values(&values)? {
                total = i.binary(super::super::Operator::Mult, &total, &value)?;
            }
            Ok(total)
        }),
        ("isqrt", |i, a| {
            let [value] = a.exactly("isqrt")?;
            let root = int_argument(i, &value)?;
            u64::try_from(root)
                .map(|root| Value::Int(root.isqrt() as i64))
                .map_err(|_| Unwind::value_error("isqrt() argument must be nonnegative"))
        }),
    ]);
    names.push(("pi", Value::Float(std::f64::consts::PI)));
    names.push(("e", Value::Float(std::f64::consts::E)));
    names.push(("inf", Value::Float(f64::INFINITY)));
    names.push(("nan", Value::Float(f64::NAN)));
    names
}

fn number(interp: &mut Interpreter<'_>, value: &Value) -> Outcome<f64> {
    interp.refuse_foreign(value)?;
    match as_float(value) {
        Some(number) => Ok(number),
        None => Err(Unwind::type_error(format!("must be real number, not {}", interp.type_name(value)))),
    }
}

fn float(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<f64> {
    let [value] = arguments.exactly("math")?;
    number(interp, &value)
}

fn whole(interp: &mut Interpreter<'_>, arguments: Arguments, round: fn(f64) -> f64) -> Outcome<Value> {
    let [value] = arguments.exactly("math")?;
    if let Some(number) = as_big(&value.plain()) {
        return Ok(Value::big(number));
    }
    let number = number(interp, &value)?;
    match BigInt::from_f64(round(number)) {
        Some(whole) => Ok(Value::big(whole)),
        None => Err(Unwind::raise("OverflowError", "cannot convert float infinity to integer")),
    }
}

fn log(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let [value, base] = arguments.bind("log", "x base?")?;
    let value = number(interp, &value.unwrap_or(Value::None))?;
    if value <= 0.0 {
        return Err(Unwind::value_error("math domain error"));
    }
    Ok(Value::Float(match base {
        Some(base) => value.ln() / number(interp, &base)?.ln(),
        None => value.ln(),
    }))
}
