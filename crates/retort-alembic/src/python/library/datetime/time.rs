//! `time` and `timezone` as Python handles them.

use std::rc::Rc;

use super::super::super::native::Native;
use super::super::super::unwind::Outcome;
use super::super::super::value::{Key, Value};
use super::super::super::{Arguments, Comparison, Interpreter};
use super::super::plain::{compare_by, ordered};
use super::calendar::Date;
use super::class::{Class, Kind};
use super::{Delta, Time, Zone, text, time_part, zone_of};

impl Time {
    /// Microseconds since midnight in UTC.
    fn utc_micros(&self) -> i64 {
        self.micros - i64::from(self.offset.unwrap_or(0)) * 1_000_000
    }
}

impl Native for Time {
    fn type_name(&self) -> &str {
        "time"
    }

    fn class(self: Rc<Self>, _interp: &mut Interpreter<'_>) -> Option<Value> {
        Some(Value::native(Class(Kind::Time)))
    }

    fn attribute(self: Rc<Self>, _interp: &mut Interpreter<'_>, name: &str) -> Outcome<Option<Value>> {
        if name == "tzinfo" {
            return Ok(Some(zone_of(self.offset)));
        }
        Ok(time_part(self.micros, name))
    }

    fn has_method(&self, name: &str) -> bool {
        matches!(name, "isoformat" | "strftime")
    }

    fn call_method(
        self: Rc<Self>,
        interp: &mut Interpreter<'_>,
        name: &str,
        arguments: Arguments,
    ) -> Outcome<Value> {
        if name == "isoformat" {
            return Ok(Value::str(text::time(*self)));
        }
        let [format] = arguments.exactly("strftime")?;
        let format = super::super::super::builtins::text_argument(interp, &format)?;
        let date = Date { year: 1900, month: 1, day: 1 };
        text::strftime(interp, date, *self, &format).map(Value::from)
    }

    compare_by!(|own, other: Time| own.utc_micros().cmp(&other.utc_micros()));

    fn text(self: Rc<Self>, _interp: &mut Interpreter<'_>, repr: bool) -> Outcome<Value> {
        Ok(Value::str(if repr { text::time_repr(*self) } else { text::time(*self) }))
    }

    fn key(&self) -> Option<Key> {
        Some(Key::Named("time".to_owned(), text::time(*self)))
    }
}

impl Native for Zone {
    fn type_name(&self) -> &str {
        "timezone"
    }

    fn class(self: Rc<Self>, _interp: &mut Interpreter<'_>) -> Option<Value> {
        Some(Value::native(Class(Kind::Zone)))
    }

    fn has_method(&self, name: &str) -> bool {
        matches!(name, "utcoffset" | "tzname")
    }

    fn call_method(
        self: Rc<Self>,
        _interp: &mut Interpreter<'_>,
        name: &str,
        _arguments: Arguments,
    ) -> Outcome<Value> {
        Ok(match name {
            "utcoffset" => Value::native(Delta { micros: i64::from(self.offset) * 1_000_000 }),
            _ => Value::str(text::zone(self.offset)),
        })
    }

    fn compare(
        self: Rc<Self>,
        _interp: &mut Interpreter<'_>,
        comparison: Comparison,
        other: &Value,
    ) -> Outcome<Option<Value>> {
        let Some(other) = other.as_native::<Zone>() else { return Ok(None) };
        match comparison {
            Comparison::Eq | Comparison::NotEq => Ok(ordered(comparison, self.offset.cmp(&other.offset))),
            _ => Ok(None),
        }
    }

    fn text(self: Rc<Self>, _interp: &mut Interpreter<'_>, repr: bool) -> Outcome<Value> {
        Ok(Value::str(if repr { text::zone_repr(self.offset) } else { text::zone(self.offset) }))
    }
}
