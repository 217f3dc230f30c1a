//! `decimal`, in the context of the thread: 28 digits unless the program says otherwise, half to even.

use std::cmp::Ordering;
use std::rc::Rc;

use num_bigint::BigInt;
use num_traits::{Signed, Zero};

use super::super::builtins::class;
use super::super::interpret::operate::as_big;
use super::super::native::Native;
use super::super::unwind::{Outcome, Unwind};
use super::super::value::{Key, Layout, Value};
use super::super::{Arguments, Comparison, Interpreter, Operator, UnaryOperator};
use super::plain::ordered;

/// A decimal number: `coefficient * 10 ** exponent`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decimal {
    /// The digits with the sign.
    pub coefficient: BigInt,
    /// The power of ten.
    pub exponent: i32,
}

/// `Decimal`
#[derive(Debug)]
struct DecimalClass;

/// The digits of the context.
struct Precision(u32);

impl Default for Precision {
    fn default() -> Precision {
        Precision(28)
    }
}

/// `getcontext()`
#[derive(Debug)]
struct Context;

/// How the last digit that is kept is found.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rounding {
    HalfEven,
    HalfUp,
    HalfDown,
    Up,
    Down,
    Floor,
    Ceiling,
}

const ROUNDINGS: [(&str, Rounding); 7] = [
    ("ROUND_HALF_EVEN", Rounding::HalfEven),
    ("ROUND_HALF_UP", Rounding::HalfUp),
    ("ROUND_HALF_DOWN", Rounding::HalfDown),
    ("ROUND_UP", Rounding::Up),
    ("ROUND_DOWN", Rounding::Down),
    ("ROUND_FLOOR", Rounding::Floor),
    ("ROUND_CEILING", Rounding::Ceiling),
];

/// The largest exponent that is calculated with.
const FARTHEST: i32 = 20_000;

impl Decimal {
    fn parse(text: &str) -> Option<Decimal> {
        let clean = text.trim().replace('_', "");
        let (digits, exponent) = match clean.find(['e', 'E']) {
            Some(at) => (&clean[..at], clean[at + 1..].parse::<i32>().ok()?),
            None => (&clean[..], 0),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let bare = whole.trim_start_matches(['+', '-']);
        let is_number = bare.len() + 1 >= whole.len()
            && !(bare.is_empty() && fraction.is_empty())
            && bare.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit());
        if !is_number || digits.len() > 1000 || exponent.abs() > 10_000 {
            return None;
        }
        let coefficient: BigInt = format!("{whole}{fraction}").trim_start_matches('+').parse().ok()?;
        Some(Decimal { coefficient, exponent: exponent - fraction.len() as i32 })
    }

    /// The number as Python shows it.
    pub fn to_text(&self) -> String {
        let digits = self.coefficient.abs().to_string();
        let sign = if self.coefficient.is_negative() { "-" } else { "" };
        let adjusted = self.exponent + digits.len() as i32 - 1;
        if self.exponent <= 0 && adjusted >= -6 {
            let decimals = -self.exponent as usize;
            if decimals == 0 {
                return format!("{sign}{digits}");
            }
            let padded = format!("{digits:0>width$}", width = decimals + 1);
            let (whole, fraction) = padded.split_at(padded.len() - decimals);
            return format!("{sign}{whole}.{fraction}");
        }
        let (first, rest) = digits.split_at(1);
        let point = if rest.is_empty() { String::new() } else { format!(".{rest}") };
        format!("{sign}{first}{point}E{adjusted:+}")
    }

    fn scaled(&self, exponent: i32) -> BigInt {
        &self.coefficient * BigInt::from(10).pow((self.exponent - exponent).max(0) as u32)
    }

    fn aligned(&self, other: &Decimal) -> (BigInt, BigInt, i32) {
        let exponent = self.exponent.min(other.exponent);
        (self.scaled(exponent), other.scaled(exponent), exponent)
    }

    /// Rounded to so many digits.
    fn rounded(self, precision: u32) -> Decimal {
        let digits = self.coefficient.abs().to_string().len() as u32;
        if digits <= precision {
            return self;
        }
        let exponent = self.exponent + (digits - precision) as i32;
        self.quantized(exponent, Rounding::HalfEven)
    }

    /// With this exponent.
    fn quantized(&self, exponent: i32, rounding: Rounding) -> Decimal {
        if exponent <= self.exponent {
            return Decimal { coefficient: self.scaled(exponent), exponent };
        }
        let divisor = BigInt::from(10).pow((exponent - self.exponent) as u32);
        let quotient = &self.coefficient / &divisor;
        let rest: BigInt = (&self.coefficient % &divisor).abs() * 2;
        let is_negative = self.coefficient.is_negative();
        let goes_away = match rounding {
            Rounding::HalfEven => rest > divisor || rest == divisor && (&quotient % 2u8) != BigInt::zero(),
            Rounding::HalfUp => rest >= divisor,
            Rounding::HalfDown => rest > divisor,
            Rounding::Up => !rest.is_zero(),
            Rounding::Down => false,
            Rounding::Floor => is_negative && !rest.is_zero(),
            Rounding::Ceiling => !is_negative && !rest.is_zero(),
        };
        let away = if is_negative { -1 } else { 1 };
        Decimal { coefficient: if goes_away { quotient + away } else { quotient }, exponent }
    }

    fn divided(&self, other: &Decimal, precision: u32) -> Decimal {
        let digits = |number: &BigInt| number.abs().to_string().len() as i32;
        let shift = (precision as i32 + 2 + digits(&other.coefficient) - digits(&self.coefficient)).max(0);
        let scaled = &self.coefficient * BigInt::from(10).pow(shift as u32);
        let (mut quotient, mut exponent) =
            (&scaled / &other.coefficient, self.exponent - other.exponent - shift);
        let is_exact = (&scaled % &other.coefficient).is_zero();
        let ideal = self.exponent - other.exponent;
        if is_exact {
            while exponent < ideal && (&quotient % 10u8).is_zero() {
                quotient /= 10u8;
                exponent += 1;
            }
        }
        Decimal { coefficient: quotient, exponent }.rounded(precision)
    }

    fn order(&self, other: &Decimal) -> Ordering {
        let (a, b, _) = self.aligned(other);
        a.cmp(&b)
    }
}

fn operand(value: &Value) -> Option<Decimal> {
    match value.as_native::<Decimal>() {
        Some(decimal) => Some((*decimal).clone()),
        None => as_big(&value.plain()).map(|coefficient| Decimal { coefficient, exponent: 0 }),
    }
}

impl Native for Decimal {
    fn type_name(&self) -> &str {
        "decimal.Decimal"
    }

    fn class(self: Rc<Self>, _interp: &mut Interpreter<'_>) -> Option<Value> {
        Some(Value::native(DecimalClass))
    }

    fn has_method(&self, name: &str) -> bool {
        matches!(
            name,
            "quantize"
                | "__int__"
                | "__float__"
                | "__round__"
                | "is_zero"
                | "normalize"
                | "to_eng_string"
                | "__str__"
        )
    }

    fn call_method(
        self: Rc<Self>,
        _interp: &mut Interpreter<'_>,
        name: &str,
        arguments: Arguments,
    ) -> Outcome<Value> {
        match name {
            "quantize" => {
                let [to, rounding] = arguments.bind("quantize", "exp rounding?")?;
                let rounding = match rounding.as_ref().and_then(Value::as_str) {
                    None => Rounding::HalfEven,
                    Some(name) => match ROUNDINGS.iter().find(|(own, _)| **own == *name) {
                        Some((_, rounding)) => *rounding,
                        None => return Err(Unwind::unsupported(format!("`{name}` of a Decimal"))),
                    },
                };
                let exponent = to.as_ref().and_then(operand).map_or(0, |to| to.exponent);
                Ok(Value::native(self.quantized(exponent, rounding)))
            }
            "__int__" => {
                let whole = if self.exponent >= 0 {
                    self.scaled(0)
                } else {
                    &self.coefficient / BigInt::from(10).pow(-self.exponent as u32)
                };
                Ok(Value::big(whole))
            }
            "__float__" => Ok(Value::Float(self.to_text().parse().unwrap_or(0.0))),
            "__round__" => match arguments.positional.first().and_then(Value::as_int) {
                Some(digits) => {
                    Ok(Value::native(self.quantized(-(digits.clamp(-1000, 1000) as i32), Rounding::HalfEven)))
                }
                None => Ok(Value::big(self.quantized(0, Rounding::HalfEven).coefficient)),
            },
            "is_zero" => Ok(Value::Bool(self.coefficient.is_zero())),
            "normalize" => {
                let mut made = (*self).clone();
                while !made.coefficient.is_zero() && (&made.coefficient % 10u8).is_zero() {
                    made.coefficient /= 10u8;
                    made.exponent += 1;
                }
                Ok(Value::native(made))
            }
            _ => Ok(Value::str(self.to_text())),
        }
    }

    fn binary(
        self: Rc<Self>,
        interp: &mut Interpreter<'_>,
        operator: Operator,
        other: &Value,
        reflected: bool,
    ) -> Outcome<Option<Value>> {
        let Some(other) = operand(other) else { return Ok(None) };
        if self.exponent.abs().max(other.exponent.abs()) > FARTHEST {
            return Err(Unwind::bound("a Decimal with too large an exponent"));
        }
        let (a, b) = if reflected { (&other, &*self) } else { (&*self, &other) };
        let (x, y, exponent) = a.aligned(b);
        let digits = interp.slot::<Precision>().0;
        let made = match operator {
            Operator::Add => Decimal { coefficient: x + y, exponent }.rounded(digits),
            Operator::Sub => Decimal { coefficient: x - y, exponent }.rounded(digits),
            Operator::Mult => {
                Decimal { coefficient: &a.coefficient * &b.coefficient, exponent: a.exponent + b.exponent }
                    .rounded(digits)
            }
            Operator::Div | Operator::FloorDiv | Operator::Mod if b.coefficient.is_zero() => {
                return Err(Unwind::raise("ZeroDivisionError", "division by zero"));
            }
            Operator::Div => a.divided(b, digits),
            Operator::FloorDiv => Decimal { coefficient: x / y, exponent: 0 },
            Operator::Mod => Decimal { coefficient: x % y, exponent }.rounded(digits),
            Operator::Pow => {
                match as_big(&Value::big(b.scaled(0))).and_then(|power| u32::try_from(power).ok()) {
                    Some(power) if b.exponent >= 0 && power < 1000 => {
                        Decimal { coefficient: a.coefficient.pow(power), exponent: a.exponent * power as i32 }
                            .rounded(digits)
                    }
                    _ => return Err(Unwind::unsupported("this power of a Decimal is not supported")),
                }
            }
            _ => return Ok(None),
        };
        Ok(Some(Value::native(made)))
    }

    fn unary(
        self: Rc<Self>,
        _interp: &mut Interpreter<'_>,
        operator: UnaryOperator,
    ) -> Outcome<Option<Value>> {
        Ok(match operator {
            UnaryOperator::Minus => {
                Some(Value::native(Decimal { coefficient: -&self.coefficient, exponent: self.exponent }))
            }
            UnaryOperator::Plus => Some(Value::Native(self)),
            UnaryOperator::Invert | UnaryOperator::Not => None,
        })
    }

    fn compare(
        self: Rc<Self>,
        _interp: &mut Interpreter<'_>,
        comparison: Comparison,
        other: &Value,
    ) -> Outcome<Option<Value>> {
        let other = match other {
            Value::Float(number) => Decimal::parse(&format!("{number:.40}")),
            other => operand(other),
        };
        let Some(other) = other else { return Ok(None) };
        if self.exponent.abs().max(other.exponent.abs()) > FARTHEST {
            return Err(Unwind::bound("a Decimal with too large an exponent"));
        }
        Ok(ordered(comparison, self.order(&other)))
    }

    fn truth(self: Rc<Self>, _interp: &mut Interpreter<'_>) -> Outcome<Value> {
        Ok(Value::Bool(!self.coefficient.is_zero()))
    }

    fn text(self: Rc<Self>, _interp: &mut Interpreter<'_>, repr: bool) -> Outcome<Value> {
        let text = self.to_text();
        Ok(Value::str(if repr { format!("Decimal('{text}')") } else { text }))
    }

    fn format(self: Rc<Self>, _interp: &mut Interpreter<'_>, spec: &str) -> Outcome<Option<Value>> {
        if spec.is_empty() {
            return Ok(None);
        }
        let parsed = super::super::builtins::format_spec::parse(spec)?;
        match (parsed.kind, parsed.precision, parsed.grouping) {
            (Some('f' | 'F'), precision, None) => {
                let text = match precision {
                    Some(precision) => self.quantized(-(precision as i32), Rounding::HalfEven).to_text(),
                    None => self.to_text(),
                };
                Ok(Some(Value::str(super::super::builtins::format_spec::padded(&parsed, "", &text, '>'))))
            }
            _ => Err(Unwind::unsupported(format!("the format `{spec}` of a Decimal is not supported"))),
        }
    }

    fn key(&self) -> Option<Key> {
        Some(Key::Named("decimal".to_owned(), self.to_text()))
    }
}

impl Native for DecimalClass {
    fn type_name(&self) -> &str {
        "type"
    }

    fn is_callable(&self) -> bool {
        true
    }

    fn key(&self) -> Option<Key> {
        Some(Key::Named("class".to_owned(), "decimal.Decimal".to_owned()))
    }

    fn call(self: Rc<Self>, interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
        if let Some(unknown) = arguments.values().find(|value| matches!(value, Value::Unknown(_))) {
            return Ok(unknown.clone());
        }
        let [value, _context] = arguments.bind("Decimal", "value? context?")?;
        let Some(value) = value else {
            return Ok(Value::native(Decimal { coefficient: BigInt::zero(), exponent: 0 }));
        };
        if let Some(decimal) = operand(&value) {
            return Ok(Value::native(decimal));
        }
        if let Value::Float(number) = value {
            // The exact value of the binary fraction, as Python gives it.
            let text = format!("{number:.1100}");
            let text = text.trim_end_matches('0').trim_end_matches('.');
            return match text.split_once('.') {
                Some((whole, fraction)) if number.is_finite() => {
                    let coefficient = format!("{whole}{fraction}").parse().unwrap_or_default();
                    Ok(Value::native(Decimal { coefficient, exponent: -(fraction.len() as i32) }))
                }
                None if number.is_finite() => {
                    Ok(Value::native(Decimal { coefficient: text.parse().unwrap_or_default(), exponent: 0 }))
                }
                _ => Err(Unwind::unsupported("infinite Decimals are not supported")),
            };
        }
        let text = super::super::builtins::text_argument(interp, &value)?;
        match Decimal::parse(&text) {
            Some(decimal) => Ok(Value::native(decimal)),
            None => match interp.class("InvalidOperation") {
                Some(class) => Err(interp.raise_class(&class, "[<class 'decimal.ConversionSyntax'>]")),
                None => Err(Unwind::value_error("invalid Decimal")),
            },
        }
    }

    fn has_instance(self: Rc<Self>, _interp: &mut Interpreter<'_>, value: &Value) -> Outcome<Option<bool>> {
        Ok(Some(value.as_native::<Decimal>().is_some()))
    }
}

impl Native for Context {
    fn type_name(&self) -> &str {
        "decimal.Context"
    }

    fn attribute(self: Rc<Self>, interp: &mut Interpreter<'_>, name: &str) -> Outcome<Option<Value>> {
        match name {
            "prec" => Ok(Some(Value::Int(i64::from(interp.slot::<Precision>().0)))),
            "rounding" => Ok(Some(Value::str(ROUNDINGS[0].0))),
            _ => Err(Unwind::unsupported(format!("`{name}` of a context of Decimals"))),
        }
    }

    fn set_attribute(
        self: Rc<Self>,
        interp: &mut Interpreter<'_>,
        name: &str,
        value: Value,
    ) -> Outcome<bool> {
        match (name, value.as_int().and_then(|digits| u32::try_from(digits).ok())) {
            ("prec", Some(digits @ 1..=1000)) => interp.slot::<Precision>().0 = digits,
            _ => return Err(Unwind::unsupported(format!("this `{name}` of a context of Decimals"))),
        }
        Ok(true)
    }
}

/// The names of the module.
pub(super) fn names(interp: &mut Interpreter<'_>) -> Vec<(&'static str, Value)> {
    let base = interp.class("ArithmeticError");
    let invalid = interp
        .class("InvalidOperation")
        .unwrap_or_else(|| class("InvalidOperation", base.as_ref(), Layout::Exception, None));
    interp.classes.insert("InvalidOperation", invalid.clone());
    let mut names =
        vec![("Decimal", Value::native(DecimalClass)), ("InvalidOperation", Value::Class(invalid))];
    names.extend(ROUNDINGS.map(|(name, _)| (name, Value::str(name))));
    names.push(("getcontext", Value::function("getcontext", |_, _| Ok(Value::native(Context)))));
    names
}
