//! Dates and times in one form, so that their order as text is their order in time.

/// The day's number from 1970-01-01 (Howard Hinnant, "chrono-compatible low-level date algorithms").
fn day_number(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

fn from_day_number(number: i64) -> (i64, i64, i64) {
    let number = number + 719_468;
    let era = number.div_euclid(146_097);
    let of_era = number.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year + era * 400 + i64::from(month <= 2), month, day)
}

/// Digits at the front of a text.
fn digits(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    text.split_at(end)
}

/// `YYYY-MM-DD`; MySQL takes shorter numbers and other signs between them, and none at all.
fn read_date(text: &str, mysql: bool) -> Option<((i64, i64, i64), &str)> {
    let (year, rest) = digits(text);
    if mysql && matches!(year.len(), 8 | 14) {
        let date = (year[..4].parse().ok()?, year[4..6].parse().ok()?, year[6..8].parse().ok()?);
        return is_day(date).then_some((date, &text[8..]));
    }
    let sign = rest.chars().next().filter(|c| matches!(c, '-' | '/') || (mysql && matches!(c, '.' | ':')))?;
    let (month, rest) = digits(&rest[1..]);
    let (day, rest) = digits(rest.strip_prefix(sign)?);
    if year.len() != 4 || !(1..=2).contains(&month.len()) || !(1..=2).contains(&day.len()) {
        return None;
    }
    let date = (year.parse().ok()?, month.parse().ok()?, day.parse().ok()?);
    is_day(date).then_some((date, rest))
}

fn is_day((year, month, day): (i64, i64, i64)) -> bool {
    from_day_number(day_number(year, month, day)) == (year, month, day) && year > 0
}

/// Seconds of the day and the fraction as written, with its point.
fn read_time(text: &str) -> Option<(i64, String, &str)> {
    let (hours, rest) = digits(text);
    let (minutes, mut rest) = digits(rest.strip_prefix(':')?);
    let mut seconds = "0";
    let mut fraction = String::new();
    if let Some(after) = rest.strip_prefix(':') {
        (seconds, rest) = digits(after);
        if let Some(after) = rest.strip_prefix('.') {
            let (part, left) = digits(after);
            part.trim_end_matches('0').clone_into(&mut fraction);
            rest = left;
        }
    }
    if !(1..=2).contains(&hours.len()) || minutes.len() != 2 || seconds.is_empty() || seconds.len() > 2 {
        return None;
    }
    let (hours, minutes, seconds) =
        (hours.parse::<i64>().ok()?, minutes.parse::<i64>().ok()?, seconds.parse::<i64>().ok()?);
    if hours > 23 || minutes > 59 || seconds > 59 || fraction.len() > 6 {
        return None;
    }
    let fraction = if fraction.is_empty() { fraction } else { format!(".{fraction}") };
    Some((hours * 3600 + minutes * 60 + seconds, fraction, rest))
}

/// The seconds that a time zone is ahead of UTC: `Z`, `+02`, `-05:30`, `+0200`.
fn read_zone(text: &str) -> Option<i64> {
    let text = text.trim();
    if text.is_empty() || ["z", "utc", "gmt"].iter().any(|utc| text.eq_ignore_ascii_case(utc)) {
        return Some(0);
    }
    let sign = match text.chars().next()? {
        '+' => 1,
        '-' => -1,
        _ => return None,
    };
    let (hours, rest) = digits(&text[1..]);
    let (hours, minutes) = match (hours.len(), rest.strip_prefix(':')) {
        (1 | 2, Some(minutes)) if minutes.len() == 2 => (hours, minutes),
        (1 | 2, None) if rest.is_empty() => (hours, "0"),
        (4, None) if rest.is_empty() => hours.split_at(2),
        _ => return None,
    };
    Some(sign * (hours.parse::<i64>().ok()? * 3600 + minutes.parse::<i64>().ok()? * 60))
}

fn clock_time(seconds: i64) -> String {
    format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// A day; what follows it is cut off, as the servers do.
pub(super) fn date(value: &str, mysql: bool) -> Option<String> {
    let value = value.trim();
    if !mysql {
        match value.to_ascii_lowercase().as_str() {
            "now" | "today" => return Some("CURRENT_DATE".to_owned()),
            "epoch" => return Some("1970-01-01".to_owned()),
            "tomorrow" => return Some("date(CURRENT_DATE, '+1 day')".to_owned()),
            "yesterday" => return Some("date(CURRENT_DATE, '-1 day')".to_owned()),
            _ => {}
        }
    }
    let ((year, month, day), rest) = read_date(value, mysql)?;
    let rest = rest.trim_start_matches(['T', 't', ' ']);
    let ends = rest.is_empty() || read_time(rest).is_some() || (mysql && rest.len() == 6);
    ends.then(|| format!("{year:04}-{month:02}-{day:02}"))
}

/// A time of a day; with a zone it is turned to UTC, without one an offset in it does not count (PostgreSQL 18,
/// 8.5.1.3).
pub(super) fn timestamp(value: &str, zone: bool, mysql: bool) -> Option<String> {
    let value = value.trim();
    if !mysql {
        match value.to_ascii_lowercase().as_str() {
            "now" => return Some("CURRENT_TIMESTAMP".to_owned()),
            "epoch" => return Some("1970-01-01 00:00:00".to_owned()),
            _ => {}
        }
    }
    let ((year, month, day), rest) = read_date(value, mysql)?;
    let rest = rest.trim_start_matches(['T', 't', ' ']);
    if mysql && rest.len() == 6 && digits(rest).1.is_empty() {
        let parts = format!("{}:{}:{}", &rest[..2], &rest[2..4], &rest[4..]);
        let (seconds, _, _) = read_time(&parts)?;
        return Some(format!("{year:04}-{month:02}-{day:02} {}", clock_time(seconds)));
    }
    let (seconds, fraction, rest) = if rest.is_empty() { (0, String::new(), "") } else { read_time(rest)? };
    let ahead = read_zone(rest)?;
    let ahead = if zone || mysql { ahead } else { 0 };
    let all = day_number(year, month, day) * 86_400 + seconds - ahead;
    let (year, month, day) = from_day_number(all.div_euclid(86_400));
    Some(format!("{year:04}-{month:02}-{day:02} {}{fraction}", clock_time(all.rem_euclid(86_400))))
}

/// A time of no particular day.
pub(super) fn time_of_day(value: &str) -> Option<String> {
    let (seconds, fraction, rest) = read_time(value.trim())?;
    rest.trim().is_empty().then(|| format!("{}{fraction}", clock_time(seconds)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_one_form() {
        let check = |value: &str, zone: bool, expected: Option<&str>| {
            assert_eq!(timestamp(value, zone, false).as_deref(), expected, "{value}");
        };
        check("2024-01-02", true, Some("2024-01-02 00:00:00"));
        check("2024-01-02T03:04:05Z", true, Some("2024-01-02 03:04:05"));
        check("2024-03-01 01:00:00.500+02", true, Some("2024-02-29 23:00:00.5"));
        check("2024-12-31 23:00-05:30", true, Some("2025-01-01 04:30:00"));
        check("2024-01-02 03:04:05+02", false, Some("2024-01-02 03:04:05"));
        check("2023-02-29", true, None);
        check("January 8, 1999", true, None);
        check("infinity", true, None);
        assert_eq!(timestamp("20240102030405", false, true).as_deref(), Some("2024-01-02 03:04:05"));
        assert_eq!(date("2024-1-5", true).as_deref(), Some("2024-01-05"));
        assert_eq!(date("0000-00-00", true), None);
        assert_eq!(time_of_day("7:05").as_deref(), Some("07:05:00"));
    }
}
