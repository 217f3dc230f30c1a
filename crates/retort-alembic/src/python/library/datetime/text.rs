//! Dates and times as texts, and back.

use super::super::super::Interpreter;
use super::super::super::unwind::{Outcome, Unwind};
use super::calendar::MICROS_PER_DAY;
use super::{Date, DateTime, Delta, Time, date_of};

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

pub(super) fn date(date: Date) -> String {
    format!("{:04}-{:02}-{:02}", date.year, date.month, date.day)
}

fn clock(micros: i64) -> (i64, i64, i64, i64) {
    (micros / 3_600_000_000, micros / 60_000_000 % 60, micros / 1_000_000 % 60, micros % 1_000_000)
}

pub(super) fn offset(seconds: i32) -> String {
    let sign = if seconds < 0 { '-' } else { '+' };
    let seconds = seconds.abs();
    let rest = if seconds % 60 == 0 { String::new() } else { format!(":{:02}", seconds % 60) };
    format!("{sign}{:02}:{:02}{rest}", seconds / 3600, seconds / 60 % 60)
}

pub(super) fn time(time: Time) -> String {
    let (hour, minute, second, micro) = clock(time.micros);
    let fraction = if micro == 0 { String::new() } else { format!(".{micro:06}") };
    let zone = time.offset.map(offset).unwrap_or_default();
    format!("{hour:02}:{minute:02}:{second:02}{fraction}{zone}")
}

pub(super) fn isoformat(moment: DateTime, separator: char) -> String {
    format!("{}{separator}{}", date(moment.date), time(moment.time))
}

pub(super) fn zone(seconds: i32) -> String {
    if seconds == 0 { "UTC".to_owned() } else { format!("UTC{}", offset(seconds)) }
}

pub(super) fn zone_repr(seconds: i32) -> String {
    if seconds == 0 {
        return "datetime.timezone.utc".to_owned();
    }
    format!("datetime.timezone({})", delta_repr(Delta { micros: i64::from(seconds) * 1_000_000 }))
}

fn clock_repr(micros: i64) -> String {
    let (hour, minute, second, micro) = clock(micros);
    let mut parts = vec![hour.to_string(), minute.to_string()];
    if second != 0 || micro != 0 {
        parts.push(second.to_string());
    }
    if micro != 0 {
        parts.push(micro.to_string());
    }
    parts.join(", ")
}

fn zone_argument(time: Time) -> String {
    time.offset.map(|offset| format!(", tzinfo={}", zone_repr(offset))).unwrap_or_default()
}

pub(super) fn repr(moment: DateTime) -> String {
    let Date { year, month, day } = moment.date;
    let clock = clock_repr(moment.time.micros);
    format!("datetime.datetime({year}, {month}, {day}, {clock}{})", zone_argument(moment.time))
}

pub(super) fn time_repr(time: Time) -> String {
    format!("datetime.time({}{})", clock_repr(time.micros), zone_argument(time))
}

pub(super) fn delta_repr(delta: Delta) -> String {
    let days = delta.micros.div_euclid(MICROS_PER_DAY);
    let rest = delta.micros.rem_euclid(MICROS_PER_DAY);
    let mut parts = Vec::new();
    for (name, value) in [("days", days), ("seconds", rest / 1_000_000), ("microseconds", rest % 1_000_000)] {
        if value != 0 {
            parts.push(format!("{name}={value}"));
        }
    }
    if parts.is_empty() {
        "datetime.timedelta(0)".to_owned()
    } else {
        format!("datetime.timedelta({})", parts.join(", "))
    }
}

pub(super) fn delta(delta: Delta) -> String {
    let days = delta.micros.div_euclid(MICROS_PER_DAY);
    let (hour, minute, second, micro) = clock(delta.micros.rem_euclid(MICROS_PER_DAY));
    let fraction = if micro == 0 { String::new() } else { format!(".{micro:06}") };
    let clock = format!("{hour}:{minute:02}:{second:02}{fraction}");
    match days {
        0 => clock,
        1 | -1 => format!("{days} day, {clock}"),
        days => format!("{days} days, {clock}"),
    }
}

pub(super) fn strftime(
    interp: &mut Interpreter<'_>,
    date: Date,
    time: Time,
    format: &str,
) -> Outcome<String> {
    let (hour, minute, second, micro) = clock(time.micros);
    let weekday = date.weekday() as usize % 7;
    let month = MONTHS[(date.month as usize).saturating_sub(1).min(11)];
    let mut made = String::new();
    let mut chars = format.chars();
    while let Some(char) = chars.next() {
        if char != '%' {
            made.push(char);
            continue;
        }
        let twelve = if hour % 12 == 0 { 12 } else { hour % 12 };
        made.push_str(&match chars.next() {
            Some('Y') => format!("{}", date.year),
            Some('y') => format!("{:02}", date.year % 100),
            Some('m') => format!("{:02}", date.month),
            Some('d') => format!("{:02}", date.day),
            Some('H') => format!("{hour:02}"),
            Some('I') => format!("{twelve:02}"),
            Some('M') => format!("{minute:02}"),
            Some('S') => format!("{second:02}"),
            Some('f') => format!("{micro:06}"),
            Some('p') => if hour < 12 { "AM" } else { "PM" }.to_owned(),
            Some('B') => month.to_owned(),
            Some('b' | 'h') => month[..3].to_owned(),
            Some('A') => DAYS[weekday].to_owned(),
            Some('a') => DAYS[weekday][..3].to_owned(),
            Some('w') => ((weekday + 1) % 7).to_string(),
            Some('j') => format!("{:03}", date.days() - super::days_from(date.year, 1, 1) + 1),
            Some('z') => time.offset.map(|seconds| offset(seconds).replace(':', "")).unwrap_or_default(),
            Some('Z') => time.offset.map(zone).unwrap_or_default(),
            Some('F') => self::date(date),
            Some('T') => format!("{hour:02}:{minute:02}:{second:02}"),
            Some('%') => "%".to_owned(),
            other => {
                let other = other.unwrap_or(' ');
                return Err(Unwind::unsupported(format!("the format `%{other}` of a date is not supported")));
            }
        });
    }
    interp.meter.spend(made.len())?;
    Ok(made)
}

fn fault(text: &str) -> Unwind {
    let shown = super::super::super::interpret::text::str_repr(text);
    Unwind::value_error(format!("Invalid isoformat string: {shown}"))
}

/// `2024-01-31`
pub(super) fn parse_date(text: &str) -> Outcome<Date> {
    let digits = text.replace('-', "");
    let is_extended = text.len() == 10 && text.as_bytes()[4] == b'-' && text.as_bytes()[7] == b'-';
    if digits.len() != 8
        || !digits.bytes().all(|byte| byte.is_ascii_digit())
        || !(is_extended || text.len() == 8)
    {
        return Err(fault(text));
    }
    let part = |from: usize, to: usize| digits[from..to].parse::<i64>().unwrap_or(0);
    date_of(part(0, 4), part(4, 6), part(6, 8))
}

/// `12:30`, `12:30:15.5+02:00`
pub(super) fn parse_time(text: &str) -> Outcome<Time> {
    let zone_at = text.rfind(['+', '-', 'Z', 'z']);
    let (clock, zone) = match zone_at {
        Some(at) => (&text[..at], Some(&text[at..])),
        None => (text, None),
    };
    let offset = match zone {
        None => None,
        Some("Z" | "z") => Some(0),
        Some(zone) => {
            let seconds = parse_clock(&zone[1..]).ok_or_else(|| fault(text))? / 1_000_000;
            Some(if zone.starts_with('-') { -seconds } else { seconds } as i32)
        }
    };
    let micros = parse_clock(clock).filter(|micros| *micros < MICROS_PER_DAY).ok_or_else(|| fault(text))?;
    Ok(Time { micros, offset })
}

fn parse_clock(text: &str) -> Option<i64> {
    let (whole, fraction) = text.split_once(['.', ',']).unwrap_or((text, ""));
    let digits = whole.replace(':', "");
    if !matches!(digits.len(), 2 | 4 | 6)
        || !digits.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit())
    {
        return None;
    }
    let part = |at: usize| digits.get(at..at + 2).map_or(Some(0), |digits| digits.parse::<i64>().ok());
    let fraction: String = format!("{fraction}000000").chars().take(6).collect();
    let (hour, minute, second) = (part(0)?, part(2)?, part(4)?);
    if hour > 24 || minute > 59 || second > 59 {
        return None;
    }
    Some(((hour * 60 + minute) * 60 + second) * 1_000_000 + fraction.parse::<i64>().ok()?)
}

/// A date with or without a time.
pub(super) fn parse(text: &str) -> Outcome<DateTime> {
    let split = text.char_indices().nth(10).map(|(at, _)| at);
    let (day, rest) = match split {
        Some(at) if text.get(4..5) == Some("-") => {
            (&text[..at], text[at..].chars().next().map(|c| &text[at + c.len_utf8()..]))
        }
        _ => match text.split_once('T') {
            Some((day, time)) => (day, Some(time)),
            None => (text, None),
        },
    };
    let date = parse_date(day).map_err(|_| fault(text))?;
    let time = match rest {
        Some(rest) => parse_time(rest).map_err(|_| fault(text))?,
        None => Time { micros: 0, offset: None },
    };
    Ok(DateTime { date, time })
}

/// `strptime`
pub(super) fn parse_with(text: &str, format: &str) -> Outcome<DateTime> {
    let mismatch = || Unwind::value_error(format!("time data '{text}' does not match format '{format}'"));
    let mut rest = text;
    let (mut year, mut month, mut day, mut micros, mut offset) = (1900, 1, 1, 0, None);
    let mut is_afternoon = None;
    let mut chars = format.chars();
    while let Some(char) = chars.next() {
        if char != '%' {
            rest = match char.is_whitespace() {
                true => rest.trim_start(),
                false => rest.strip_prefix(char).ok_or_else(mismatch)?,
            };
            continue;
        }
        let mut number = |most: usize| {
            let count = rest.bytes().take(most).take_while(u8::is_ascii_digit).count();
            let (digits, after) = rest.split_at(count);
            rest = after;
            digits.parse::<i64>().map(|number| (number, digits.len())).map_err(|_| mismatch())
        };
        match chars.next() {
            Some('Y') => year = number(4)?.0,
            Some('y') => {
                let short = number(2)?.0;
                year = if short < 69 { 2000 + short } else { 1900 + short };
            }
            Some('m') => month = number(2)?.0,
            Some('d') => day = number(2)?.0,
            Some('H' | 'I') => micros += number(2)?.0 * 3_600_000_000,
            Some('M') => micros += number(2)?.0 * 60_000_000,
            Some('S') => micros += number(2)?.0 * 1_000_000,
            Some('f') => {
                let (fraction, digits) = number(6)?;
                micros += fraction * 10_i64.pow(6 - digits.min(6) as u32);
            }
            Some('p') => {
                is_afternoon = Some(rest.get(..2).is_some_and(|word| word.eq_ignore_ascii_case("pm")));
                rest = rest.get(2..).ok_or_else(mismatch)?;
            }
            Some('b' | 'B') => {
                let found = MONTHS
                    .iter()
                    .position(|name| rest.get(..3).is_some_and(|word| name[..3].eq_ignore_ascii_case(word)));
                let at = found.ok_or_else(mismatch)?;
                let full =
                    rest.get(..MONTHS[at].len()).is_some_and(|word| MONTHS[at].eq_ignore_ascii_case(word));
                rest = &rest[if full { MONTHS[at].len() } else { 3 }..];
                month = at as i64 + 1;
            }
            Some('z') => {
                let end = rest
                    .find(|char: char| !matches!(char, '+' | '-' | ':' | '0'..='9' | 'Z'))
                    .unwrap_or(rest.len());
                let (zone, after) = rest.split_at(end);
                offset = parse_time(&format!("00:00{zone}")).map_err(|_| mismatch())?.offset;
                rest = after;
            }
            Some('%') => rest = rest.strip_prefix('%').ok_or_else(mismatch)?,
            other => {
                let other = other.unwrap_or(' ');
                return Err(Unwind::unsupported(format!("the format `%{other}` of a date is not supported")));
            }
        }
    }
    if !rest.is_empty() {
        return Err(Unwind::value_error(format!("unconverted data remains: {rest}")));
    }
    if let Some(is_afternoon) = is_afternoon {
        micros = micros % (MICROS_PER_DAY / 2) + if is_afternoon { MICROS_PER_DAY / 2 } else { 0 };
    }
    if micros >= MICROS_PER_DAY {
        return Err(mismatch());
    }
    Ok(DateTime { date: date_of(year, month, day)?, time: Time { micros, offset } })
}
