//! The classes of `datetime`, and the methods of a moment.

use std::rc::Rc;

use super::super::super::builtins::{int_argument, text_argument};
use super::super::super::interpret::compare::as_float;
use super::super::super::native::{Native, equality};
use super::super::super::unwind::{Outcome, Unwind};
use super::super::super::value::{Key, Value};
use super::super::super::{Arguments, Comparison, Interpreter};
use super::calendar::MICROS_PER_DAY;
use super::{Date, DateTime, Delta, Time, Zone, date_of, now, text};

/// Which class it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    DateTime,
    Date,
    Time,
    Delta,
    Zone,
}

/// A class of the module.
#[derive(Debug)]
pub(super) struct Class(pub(super) Kind);

impl Class {
    fn name(&self) -> &'static str {
        match self.0 {
            Kind::DateTime => "datetime",
            Kind::Date => "date",
            Kind::Time => "time",
            Kind::Delta => "timedelta",
            Kind::Zone => "timezone",
        }
    }
}

impl Native for Class {
    fn type_name(&self) -> &str {
        "type"
    }

    fn attribute(self: Rc<Self>, _interp: &mut Interpreter<'_>, name: &str) -> Outcome<Option<Value>> {
        let moment = |micros| DateTime::from_micros(micros, None).map(|moment| Some(Value::native(moment)));
        match (self.0, name) {
            (_, "__name__") => Ok(Some(Value::str(self.name()))),
            (Kind::Zone, "utc") => Ok(Some(Value::native(Zone { offset: 0 }))),
            (Kind::DateTime, "min") => moment(-719_162 * MICROS_PER_DAY),
            (Kind::DateTime, "max") => moment(2_932_897 * MICROS_PER_DAY - 1),
            (Kind::Date, "min") => Ok(Some(Value::native(Date { year: 1, month: 1, day: 1 }))),
            (Kind::Date, "max") => Ok(Some(Value::native(Date { year: 9999, month: 12, day: 31 }))),
            _ => Ok(None),
        }
    }

    fn is_callable(&self) -> bool {
        true
    }

    fn call(self: Rc<Self>, interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
        if let Some(unknown) = arguments.values().find(|value| matches!(value, Value::Unknown(_))) {
            return Ok(unknown.clone());
        }
        match self.0 {
            Kind::DateTime => {
                let [year, month, day, hour, minute, second, micro, zone] = arguments
                    .bind("datetime", "year month day hour? minute? second? microsecond? tzinfo?")?;
                let date = date_of(int(interp, year)?, int(interp, month)?, int(interp, day)?)?;
                let time = time_of(interp, [hour, minute, second, micro], zone)?;
                Ok(Value::native(DateTime { date, time }))
            }
            Kind::Date => {
                let [year, month, day] = arguments.bind("date", "year month day")?;
                date_of(int(interp, year)?, int(interp, month)?, int(interp, day)?).map(Value::native)
            }
            Kind::Time => {
                let [hour, minute, second, micro, zone] =
                    arguments.bind("time", "hour? minute? second? microsecond? tzinfo?")?;
                time_of(interp, [hour, minute, second, micro], zone).map(Value::native)
            }
            Kind::Delta => delta(interp, arguments),
            Kind::Zone => {
                let [offset, _name] = arguments.bind("timezone", "offset name?")?;
                match offset.and_then(|offset| offset.as_native::<Delta>()) {
                    Some(delta) => Ok(Value::native(Zone { offset: (delta.micros / 1_000_000) as i32 })),
                    None => Err(Unwind::type_error("timezone() argument 1 must be datetime.timedelta")),
                }
            }
        }
    }

    fn has_method(&self, name: &str) -> bool {
        matches!(
            (self.0, name),
            (
                Kind::DateTime,
                "now"
                    | "utcnow"
                    | "today"
                    | "fromtimestamp"
                    | "utcfromtimestamp"
                    | "fromisoformat"
                    | "strptime"
                    | "combine"
            ) | (Kind::Date, "today" | "fromisoformat" | "fromtimestamp")
                | (Kind::Time, "fromisoformat")
        )
    }

    fn call_method(
        self: Rc<Self>,
        interp: &mut Interpreter<'_>,
        name: &str,
        arguments: Arguments,
    ) -> Outcome<Value> {
        if let Some(unknown) = arguments.values().find(|value| matches!(value, Value::Unknown(_))) {
            return Ok(unknown.clone());
        }
        if let Some(unknown) = interp.unknown_of_foreign(&arguments) {
            return Ok(unknown);
        }
        match (self.0, name) {
            (Kind::Date, "today") => now(interp, None).map(|moment| Value::native(moment.date)),
            (Kind::Date, "fromisoformat") => {
                let [text] = arguments.exactly(name)?;
                text::parse_date(&text_argument(interp, &text)?).map(Value::native)
            }
            (Kind::Time, _) => {
                let [text] = arguments.exactly(name)?;
                text::parse_time(&text_argument(interp, &text)?).map(Value::native)
            }
            (_, "utcnow" | "today") => now(interp, None).map(Value::native),
            (_, "now") => {
                let [zone] = arguments.bind("now", "tz?")?;
                let offset = zone_offset(interp, zone)?;
                now(interp, offset).map(Value::native)
            }
            (kind, "fromtimestamp" | "utcfromtimestamp") => {
                let [seconds, zone] = arguments.bind(name, "timestamp tz?")?;
                let seconds = as_float(&seconds.unwrap_or(Value::None))
                    .ok_or_else(|| Unwind::type_error("a number is required"))?;
                let offset = zone_offset(interp, zone)?;
                let micros =
                    (seconds * 1e6).round_ties_even() as i64 + i64::from(offset.unwrap_or(0)) * 1_000_000;
                let moment = DateTime::from_micros(micros, offset)?;
                Ok(if kind == Kind::Date { Value::native(moment.date) } else { Value::native(moment) })
            }
            (_, "fromisoformat") => {
                let [text] = arguments.exactly(name)?;
                text::parse(&text_argument(interp, &text)?).map(Value::native)
            }
            (_, "strptime") => {
                let [text, format] = arguments.exactly(name)?;
                let (text, format) = (text_argument(interp, &text)?, text_argument(interp, &format)?);
                text::parse_with(&text, &format).map(Value::native)
            }
            _ => {
                let [date, time] = arguments.exactly("combine")?;
                match (date.as_native::<Date>(), time.as_native::<Time>()) {
                    (Some(date), Some(time)) => Ok(Value::native(DateTime { date: *date, time: *time })),
                    _ => Err(Unwind::type_error("combine() needs a date and a time")),
                }
            }
        }
    }

    fn has_instance(self: Rc<Self>, _interp: &mut Interpreter<'_>, value: &Value) -> Outcome<Option<bool>> {
        Ok(Some(match self.0 {
            Kind::DateTime => value.as_native::<DateTime>().is_some(),
            // A moment is a date too.
            Kind::Date => value.as_native::<Date>().is_some() || value.as_native::<DateTime>().is_some(),
            Kind::Time => value.as_native::<Time>().is_some(),
            Kind::Delta => value.as_native::<Delta>().is_some(),
            Kind::Zone => value.as_native::<Zone>().is_some(),
        }))
    }

    fn compare(
        self: Rc<Self>,
        _interp: &mut Interpreter<'_>,
        comparison: Comparison,
        other: &Value,
    ) -> Outcome<Option<Value>> {
        let same = other.as_native::<Class>().is_some_and(|other| other.0 == self.0);
        Ok(equality(comparison, same))
    }

    fn key(&self) -> Option<Key> {
        Some(Key::Named("class".to_owned(), format!("datetime.{}", self.name())))
    }

    fn text(self: Rc<Self>, _interp: &mut Interpreter<'_>, _repr: bool) -> Outcome<Value> {
        Ok(Value::str(format!("<class 'datetime.{}'>", self.name())))
    }
}

fn int(interp: &mut Interpreter<'_>, value: Option<Value>) -> Outcome<i64> {
    match value {
        Some(value) => int_argument(interp, &value),
        None => Ok(0),
    }
}

fn time_of(interp: &mut Interpreter<'_>, parts: [Option<Value>; 4], zone: Option<Value>) -> Outcome<Time> {
    let mut micros = 0;
    for (part, (scale, limit, name)) in parts.into_iter().zip([
        (3_600_000_000, 24, "hour must be in 0..23"),
        (60_000_000, 60, "minute must be in 0..59"),
        (1_000_000, 60, "second must be in 0..59"),
        (1, 1_000_000, "microsecond must be in 0..999999"),
    ]) {
        let part = int(interp, part)?;
        if !(0..limit).contains(&part) {
            return Err(Unwind::value_error(name));
        }
        micros += part * scale;
    }
    Ok(Time { micros, offset: zone_offset(interp, zone)? })
}

fn zone_offset(interp: &mut Interpreter<'_>, zone: Option<Value>) -> Outcome<Option<i32>> {
    match zone {
        None | Some(Value::None) => Ok(None),
        Some(zone) => match zone.as_native::<Zone>() {
            Some(zone) => Ok(Some(zone.offset)),
            None => {
                interp.refuse_foreign(&zone)?;
                Err(Unwind::unsupported("a time zone other than `datetime.timezone` is not supported"))
            }
        },
    }
}

fn delta(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let parts = arguments
        .bind::<7>("timedelta", "days? seconds? microseconds? milliseconds? minutes? hours? weeks?")?;
    let scales = [MICROS_PER_DAY, 1_000_000, 1, 1000, 60_000_000, 3_600_000_000, 7 * MICROS_PER_DAY];
    let overflow = || Unwind::raise("OverflowError", "timedelta is out of range");
    let mut micros: i64 = 0;
    for (part, scale) in parts.into_iter().zip(scales) {
        let Some(part) = part else { continue };
        let more = match part.as_int() {
            Some(number) => number.checked_mul(scale).ok_or_else(overflow)?,
            None => match as_float(&part) {
                Some(number) if (number * scale as f64).abs() < 9e18 => {
                    (number * scale as f64).round_ties_even() as i64
                }
                Some(_) => return Err(overflow()),
                None => {
                    let name = interp.type_name(&part);
                    return Err(Unwind::type_error(format!(
                        "unsupported type for timedelta component: {name}"
                    )));
                }
            },
        };
        micros = micros.checked_add(more).ok_or_else(overflow)?;
    }
    Ok(Value::native(Delta { micros }))
}

/// A method of a moment.
pub(super) fn datetime_method(
    interp: &mut Interpreter<'_>,
    moment: DateTime,
    name: &str,
    arguments: Arguments,
) -> Outcome<Value> {
    match name {
        "isoformat" => {
            let [separator, timespec] = arguments.bind("isoformat", "sep? timespec?")?;
            let separator = match separator {
                Some(separator) => text_argument(interp, &separator)?.chars().next().unwrap_or('T'),
                None => 'T',
            };
            match timespec.and_then(|timespec| timespec.as_str()).as_deref() {
                None | Some("auto") => Ok(Value::str(text::isoformat(moment, separator))),
                Some("seconds") => {
                    let time = Time { micros: moment.time.micros / 1_000_000 * 1_000_000, ..moment.time };
                    Ok(Value::str(text::isoformat(DateTime { time, ..moment }, separator)))
                }
                Some(other) => {
                    Err(Unwind::unsupported(format!("`isoformat(timespec='{other}')` is not supported")))
                }
            }
        }
        "strftime" => {
            let [format] = arguments.exactly("strftime")?;
            let format = text_argument(interp, &format)?;
            text::strftime(interp, moment.date, moment.time, &format).map(Value::from)
        }
        "date" => Ok(Value::native(moment.date)),
        "timetuple" => super::super::struct_time::of(interp, moment, -1),
        "utctimetuple" => {
            let (micros, _) = moment.micros();
            let utc = DateTime::from_micros(micros, Some(0))?;
            super::super::struct_time::of(interp, utc, 0)
        }
        "time" => Ok(Value::native(Time { offset: None, ..moment.time })),
        "timetz" => Ok(Value::native(moment.time)),
        "timestamp" => Ok(Value::Float(moment.micros().0 as f64 / 1e6)),
        "weekday" => Ok(Value::Int(moment.date.weekday())),
        "isoweekday" => Ok(Value::Int(moment.date.weekday() + 1)),
        "toordinal" => Ok(Value::Int(moment.date.days() + 719_163)),
        "utcoffset" => Ok(moment
            .time
            .offset
            .map_or(Value::None, |offset| Value::native(Delta { micros: i64::from(offset) * 1_000_000 }))),
        "tzname" => Ok(moment.time.offset.map_or(Value::None, |offset| Value::str(text::zone(offset)))),
        "astimezone" => {
            let [zone] = arguments.bind("astimezone", "tz?")?;
            let offset = zone_offset(interp, zone)?.unwrap_or(0);
            moment.at(offset).map(Value::native)
        }
        "replace" => {
            let [year, month, day, hour, minute, second, micro, zone] =
                arguments.bind("replace", "year? month? day? hour? minute? second? microsecond? tzinfo?")?;
            let mut part = |given: Option<Value>, own: i64| match given {
                Some(given) => int_argument(interp, &given),
                None => Ok(own),
            };
            let date = date_of(
                part(year, i64::from(moment.date.year))?,
                part(month, i64::from(moment.date.month))?,
                part(day, i64::from(moment.date.day))?,
            )?;
            let micros = moment.time.micros;
            let clock = [
                part(hour, micros / 3_600_000_000)?,
                part(minute, micros / 60_000_000 % 60)?,
                part(second, micros / 1_000_000 % 60)?,
                part(micro, micros % 1_000_000)?,
            ];
            let offset = match zone {
                None => moment.time.offset,
                given => zone_offset(interp, given)?,
            };
            let time = time_of(interp, clock.map(|part| Some(Value::Int(part))), None)?;
            Ok(Value::native(DateTime { date, time: Time { offset, ..time } }))
        }
        _ => Err(Unwind::unsupported(format!("`datetime.{name}` is not supported"))),
    }
}
