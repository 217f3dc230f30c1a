//! `timedelta` as Python handles it.

use std::rc::Rc;

use super::super::super::native::Native;
use super::super::super::unwind::{Outcome, Unwind};
use super::super::super::value::{Key, Value};
use super::super::super::{Arguments, Interpreter, Operator, UnaryOperator};
use super::super::plain::compare_by;
use super::calendar::MICROS_PER_DAY;
use super::class::{Class, Kind};
use super::{Delta, text};

impl Native for Delta {
    fn type_name(&self) -> &str {
        "timedelta"
    }

    fn class(self: Rc<Self>, _interp: &mut Interpreter<'_>) -> Option<Value> {
        Some(Value::native(Class(Kind::Delta)))
    }

    fn attribute(self: Rc<Self>, _interp: &mut Interpreter<'_>, name: &str) -> Outcome<Option<Value>> {
        Ok(Some(Value::Int(match name {
            "days" => self.micros.div_euclid(MICROS_PER_DAY),
            "seconds" => self.micros.rem_euclid(MICROS_PER_DAY) / 1_000_000,
            "microseconds" => self.micros.rem_euclid(1_000_000),
            _ => return Ok(None),
        })))
    }

    fn has_method(&self, name: &str) -> bool {
        name == "total_seconds"
    }

    fn call_method(
        self: Rc<Self>,
        _interp: &mut Interpreter<'_>,
        _name: &str,
        _arguments: Arguments,
    ) -> Outcome<Value> {
        Ok(Value::Float(self.micros as f64 / 1e6))
    }

    fn truth(self: Rc<Self>, _interp: &mut Interpreter<'_>) -> Outcome<Value> {
        Ok(Value::Bool(self.micros != 0))
    }

    fn unary(
        self: Rc<Self>,
        _interp: &mut Interpreter<'_>,
        operator: UnaryOperator,
    ) -> Outcome<Option<Value>> {
        Ok(match operator {
            UnaryOperator::Minus => Some(Value::native(Delta { micros: -self.micros })),
            UnaryOperator::Plus => Some(Value::Native(self)),
            UnaryOperator::Invert | UnaryOperator::Not => None,
        })
    }

    fn binary(
        self: Rc<Self>,
        _interp: &mut Interpreter<'_>,
        operator: Operator,
        other: &Value,
        reflected: bool,
    ) -> Outcome<Option<Value>> {
        let delta = |micros: f64| {
            if micros.abs() > 8.6e19 / 10.0 {
                return Err(Unwind::raise("OverflowError", "days out of range"));
            }
            Ok(Some(Value::native(Delta { micros: micros.round_ties_even() as i64 })))
        };
        if let Some(other) = other.as_native::<Delta>() {
            let (a, b) = if reflected { (other.micros, self.micros) } else { (self.micros, other.micros) };
            return match operator {
                Operator::Add => Ok(Some(Value::native(Delta { micros: a.saturating_add(b) }))),
                Operator::Sub => Ok(Some(Value::native(Delta { micros: a.saturating_sub(b) }))),
                Operator::Div | Operator::FloorDiv | Operator::Mod if b == 0 => {
                    Err(Unwind::raise("ZeroDivisionError", "division by zero"))
                }
                Operator::Div => Ok(Some(Value::Float(a as f64 / b as f64))),
                Operator::FloorDiv => Ok(Some(Value::Int(a.div_euclid(b)))),
                Operator::Mod => Ok(Some(Value::native(Delta { micros: a.rem_euclid(b) }))),
                _ => Ok(None),
            };
        }
        let Some(number) = super::super::super::interpret::compare::as_float(other) else { return Ok(None) };
        match (operator, reflected) {
            (Operator::Mult, _) => match other.as_int() {
                Some(number) => Ok(Some(Value::native(Delta { micros: self.micros.saturating_mul(number) }))),
                None => delta(self.micros as f64 * number),
            },
            (Operator::Div | Operator::FloorDiv, false) if number == 0.0 => {
                Err(Unwind::raise("ZeroDivisionError", "division by zero"))
            }
            (Operator::Div, false) => delta(self.micros as f64 / number),
            (Operator::FloorDiv, false) => delta((self.micros as f64 / number).floor()),
            _ => Ok(None),
        }
    }

    compare_by!(|own, other: Delta| own.micros.cmp(&other.micros));

    fn text(self: Rc<Self>, _interp: &mut Interpreter<'_>, repr: bool) -> Outcome<Value> {
        Ok(Value::str(if repr { text::delta_repr(*self) } else { text::delta(*self) }))
    }

    fn key(&self) -> Option<Key> {
        Some(Key::Named("timedelta".to_owned(), self.micros.to_string()))
    }
}
