//! `datetime`. The clock stands still: `now()` answers [`Options::now`].
//!
//! [`Options::now`]: super::super::Options::now

mod calendar;
mod class;
mod delta;
mod text;
mod time;

use std::rc::Rc;

pub use calendar::Date;
use calendar::MICROS_PER_DAY;
pub(super) use calendar::days_from;

use super::super::native::Native;
use super::super::unwind::{Outcome, Unwind};
use super::super::value::{Key, Value};
use super::super::{Arguments, Comparison, Interpreter, Operator};
use super::plain::{compare_by, ordered};
use class::{Class, Kind};

/// A moment: a date and a time of day, perhaps with the offset from UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DateTime {
    /// The day.
    pub date: Date,
    /// The time of day.
    pub time: Time,
}

/// A time of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Time {
    /// Microseconds since midnight.
    pub micros: i64,
    /// Seconds east of UTC, if it is known.
    pub offset: Option<i32>,
}

/// A length of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delta {
    /// Microseconds.
    pub micros: i64,
}

/// `timezone`: an offset from UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Zone {
    /// Seconds east of UTC.
    pub offset: i32,
}

/// The names of the module.
pub(super) fn names() -> Vec<(&'static str, Value)> {
    let class = |kind| Value::native(Class(kind));
    vec![
        ("datetime", class(Kind::DateTime)),
        ("date", class(Kind::Date)),
        ("time", class(Kind::Time)),
        ("timedelta", class(Kind::Delta)),
        ("timezone", class(Kind::Zone)),
        ("tzinfo", class(Kind::Zone)),
        ("UTC", Value::native(Zone { offset: 0 })),
        ("MINYEAR", Value::Int(1)),
        ("MAXYEAR", Value::Int(9999)),
    ]
}

impl DateTime {
    /// Microseconds since 1970 on its own clock, and, if the offset is known, in UTC.
    fn micros(self) -> (i64, bool) {
        let local = self.date.days() * MICROS_PER_DAY + self.time.micros;
        match self.time.offset {
            Some(offset) => (local - i64::from(offset) * 1_000_000, true),
            None => (local, false),
        }
    }

    /// The moment of so many microseconds since 1970 (of a clock with this offset).
    fn from_micros(local: i64, offset: Option<i32>) -> Outcome<DateTime> {
        let date = Date::from_days(local.div_euclid(MICROS_PER_DAY))
            .ok_or_else(|| Unwind::raise("OverflowError", "date value out of range"))?;
        Ok(DateTime { date, time: Time { micros: local.rem_euclid(MICROS_PER_DAY), offset } })
    }

    /// The same moment at another offset.
    fn at(self, offset: i32) -> Outcome<DateTime> {
        let (utc, _) = self.micros();
        DateTime::from_micros(utc + i64::from(offset) * 1_000_000, Some(offset))
    }
}

fn zone_of(offset: Option<i32>) -> Value {
    offset.map_or(Value::None, |offset| Value::native(Zone { offset }))
}

fn time_part(micros: i64, name: &str) -> Option<Value> {
    Some(Value::Int(match name {
        "hour" => micros / 3_600_000_000,
        "minute" => micros / 60_000_000 % 60,
        "second" => micros / 1_000_000 % 60,
        "microsecond" => micros % 1_000_000,
        _ => return None,
    }))
}

impl Native for DateTime {
    fn type_name(&self) -> &str {
        "datetime"
    }

    fn class(self: Rc<Self>, _interp: &mut Interpreter<'_>) -> Option<Value> {
        Some(Value::native(Class(Kind::DateTime)))
    }

    fn attribute(self: Rc<Self>, _interp: &mut Interpreter<'_>, name: &str) -> Outcome<Option<Value>> {
        if name == "tzinfo" {
            return Ok(Some(zone_of(self.time.offset)));
        }
        Ok(self.date.part(name).or_else(|| time_part(self.time.micros, name)))
    }

    fn has_method(&self, name: &str) -> bool {
        matches!(
            name,
            "isoformat"
                | "strftime"
                | "date"
                | "time"
                | "timetz"
                | "replace"
                | "timestamp"
                | "astimezone"
                | "weekday"
                | "isoweekday"
                | "utcoffset"
                | "toordinal"
                | "tzname"
                | "ctime"
                | "timetuple"
                | "utctimetuple"
        )
    }

    fn call_method(
        self: Rc<Self>,
        interp: &mut Interpreter<'_>,
        name: &str,
        arguments: Arguments,
    ) -> Outcome<Value> {
        class::datetime_method(interp, *self, name, arguments)
    }

    fn binary(
        self: Rc<Self>,
        _interp: &mut Interpreter<'_>,
        operator: Operator,
        other: &Value,
        reflected: bool,
    ) -> Outcome<Option<Value>> {
        let local = self.date.days() * MICROS_PER_DAY + self.time.micros;
        if let Some(delta) = other.as_native::<Delta>() {
            let micros = match (operator, reflected) {
                (Operator::Add, _) => local.checked_add(delta.micros),
                (Operator::Sub, false) => local.checked_sub(delta.micros),
                _ => return Ok(None),
            };
            let micros = micros.ok_or_else(|| Unwind::raise("OverflowError", "date value out of range"))?;
            return DateTime::from_micros(micros, self.time.offset).map(|moment| Some(Value::native(moment)));
        }
        match (other.as_native::<DateTime>(), operator, reflected) {
            (Some(other), Operator::Sub, false) => {
                let ((a, a_zone), (b, b_zone)) = (self.micros(), other.micros());
                if a_zone != b_zone {
                    return Err(Unwind::type_error("can't subtract offset-naive and offset-aware datetimes"));
                }
                Ok(Some(Value::native(Delta { micros: a - b })))
            }
            _ => Ok(None),
        }
    }

    fn compare(
        self: Rc<Self>,
        _interp: &mut Interpreter<'_>,
        comparison: Comparison,
        other: &Value,
    ) -> Outcome<Option<Value>> {
        let Some(other) = other.as_native::<DateTime>() else { return Ok(None) };
        let ((a, a_zone), (b, b_zone)) = (self.micros(), other.micros());
        if a_zone != b_zone {
            return match comparison {
                Comparison::Eq => Ok(Some(Value::Bool(false))),
                Comparison::NotEq => Ok(Some(Value::Bool(true))),
                _ => Err(Unwind::type_error("can't compare offset-naive and offset-aware datetimes")),
            };
        }
        Ok(ordered(comparison, a.cmp(&b)))
    }

    fn text(self: Rc<Self>, _interp: &mut Interpreter<'_>, repr: bool) -> Outcome<Value> {
        Ok(Value::str(if repr { text::repr(*self) } else { text::isoformat(*self, ' ') }))
    }

    fn format(self: Rc<Self>, interp: &mut Interpreter<'_>, spec: &str) -> Outcome<Option<Value>> {
        if spec.is_empty() {
            return Ok(None);
        }
        text::strftime(interp, self.date, self.time, spec).map(|text| Some(Value::from(text)))
    }

    fn key(&self) -> Option<Key> {
        let (micros, zone) = self.micros();
        Some(Key::Named("datetime".to_owned(), format!("{micros} {zone}")))
    }
}

impl Native for Date {
    fn type_name(&self) -> &str {
        "date"
    }

    fn class(self: Rc<Self>, _interp: &mut Interpreter<'_>) -> Option<Value> {
        Some(Value::native(Class(Kind::Date)))
    }

    fn attribute(self: Rc<Self>, _interp: &mut Interpreter<'_>, name: &str) -> Outcome<Option<Value>> {
        Ok(self.part(name))
    }

    fn has_method(&self, name: &str) -> bool {
        matches!(name, "isoformat" | "strftime" | "replace" | "weekday" | "isoweekday" | "toordinal")
    }

    fn call_method(
        self: Rc<Self>,
        interp: &mut Interpreter<'_>,
        name: &str,
        arguments: Arguments,
    ) -> Outcome<Value> {
        let moment = DateTime { date: *self, time: Time { micros: 0, offset: None } };
        match name {
            "isoformat" => Ok(Value::str(text::date(*self))),
            "replace" => {
                match class::datetime_method(interp, moment, "replace", arguments)?.as_native::<DateTime>() {
                    Some(moment) => Ok(Value::native(moment.date)),
                    None => Ok(Value::None),
                }
            }
            _ => class::datetime_method(interp, moment, name, arguments),
        }
    }

    fn binary(
        self: Rc<Self>,
        _interp: &mut Interpreter<'_>,
        operator: Operator,
        other: &Value,
        reflected: bool,
    ) -> Outcome<Option<Value>> {
        if let Some(delta) = other.as_native::<Delta>() {
            let days = delta.micros.div_euclid(MICROS_PER_DAY);
            let days = match (operator, reflected) {
                (Operator::Add, _) => self.days() + days,
                (Operator::Sub, false) => self.days() - days,
                _ => return Ok(None),
            };
            let date = Date::from_days(days)
                .ok_or_else(|| Unwind::raise("OverflowError", "date value out of range"))?;
            return Ok(Some(Value::native(date)));
        }
        match (other.as_native::<Date>(), operator, reflected) {
            (Some(other), Operator::Sub, false) => {
                let micros = (self.days() - other.days()) * MICROS_PER_DAY;
                Ok(Some(Value::native(Delta { micros })))
            }
            _ => Ok(None),
        }
    }

    compare_by!(|own, other: Date| own.days().cmp(&other.days()));

    fn text(self: Rc<Self>, _interp: &mut Interpreter<'_>, repr: bool) -> Outcome<Value> {
        Ok(Value::str(if repr {
            format!("datetime.date({}, {}, {})", self.year, self.month, self.day)
        } else {
            text::date(*self)
        }))
    }

    fn format(self: Rc<Self>, interp: &mut Interpreter<'_>, spec: &str) -> Outcome<Option<Value>> {
        if spec.is_empty() {
            return Ok(None);
        }
        let time = Time { micros: 0, offset: None };
        text::strftime(interp, *self, time, spec).map(|text| Some(Value::from(text)))
    }

    fn key(&self) -> Option<Key> {
        Some(Key::Named("date".to_owned(), text::date(*self)))
    }
}

/// The moment that the clock stands at.
fn now(interp: &mut Interpreter<'_>, offset: Option<i32>) -> Outcome<DateTime> {
    let micros = interp.now().saturating_add(i64::from(offset.unwrap_or(0)).saturating_mul(1_000_000));
    DateTime::from_micros(micros, offset)
}

/// A date that exists.
fn date_of(year: i64, month: i64, day: i64) -> Outcome<Date> {
    let fault = |what: &str| Err(Unwind::value_error(what.to_owned()));
    if !(1..=9999).contains(&year) {
        return fault(&format!("year {year} is out of range"));
    }
    if !(1..=12).contains(&month) {
        return fault("month must be in 1..12");
    }
    let (year, month) = (year as i32, month as u32);
    let next = if month == 12 { days_from(year + 1, 1, 1) } else { days_from(year, month + 1, 1) };
    if !(1..=next - days_from(year, month, 1)).contains(&day) {
        return fault("day is out of range for month");
    }
    Ok(Date { year, month, day: day as u32 })
}
