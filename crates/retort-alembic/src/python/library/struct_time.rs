//! `datetime.timetuple()`, and what reads its result: `calendar.timegm`, `time.mktime`. Local time is UTC here.

use super::super::unwind::{Outcome, Unwind};
use super::super::value::Value;
use super::super::{Arguments, Interpreter};
use super::dataclasses::functional_named_tuple;
use super::datetime::{Date, DateTime, days_from};

const FIELDS: &str = "tm_year tm_mon tm_mday tm_hour tm_min tm_sec tm_wday tm_yday tm_isdst";

/// The class, once it is made.
#[derive(Default)]
struct Class(Option<Value>);

/// `time.struct_time` of a moment.
pub(super) fn of(interp: &mut Interpreter<'_>, moment: DateTime, is_dst: i64) -> Outcome<Value> {
    let class = match interp.slot::<Class>().0.clone() {
        Some(class) => class,
        None => {
            let given = vec![Value::str("struct_time"), Value::str(FIELDS)];
            let made = functional_named_tuple(interp, Arguments::of(given, interp.call_span()))?;
            interp.slot::<Class>().0.insert(made).clone()
        }
    };
    let Date { year, month, day } = moment.date;
    let seconds = moment.time.micros / 1_000_000;
    let parts = [
        i64::from(year),
        i64::from(month),
        i64::from(day),
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60,
        moment.date.weekday(),
        moment.date.days() - days_from(year, 1, 1) + 1,
        is_dst,
    ];
    let arguments = Arguments::of(parts.map(Value::Int).to_vec(), interp.call_span());
    interp.call(&class, arguments)
}

/// The seconds since 1970 of a `struct_time` or a tuple, taken for UTC.
pub(super) fn seconds(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<i64> {
    let [tuple] = arguments.exactly("timegm")?;
    let parts: Vec<i64> = interp.values(&tuple)?.iter().map_while(Value::as_int).collect();
    match parts[..] {
        [year @ 1..=9999, month @ 1..=12, day, hour, minute, second, ..] => {
            let days = days_from(year as i32, month as u32, 1) + day - 1;
            Ok(days.saturating_mul(86_400) + hour.saturating_mul(3600) + minute.saturating_mul(60) + second)
        }
        _ => Err(Unwind::type_error("a tuple of six numbers or more is needed")),
    }
}

/// `calendar`
pub(super) fn calendar_names() -> Vec<(&'static str, Value)> {
    let is_leap = |year: i64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    vec![
        ("timegm", Value::pure_function("timegm", |interp, given| seconds(interp, given).map(Value::Int))),
        (
            "isleap",
            Value::pure_function("isleap", move |_, arguments| {
                let [year] = arguments.exactly("isleap")?;
                Ok(Value::Bool(year.as_int().is_some_and(is_leap)))
            }),
        ),
    ]
}
