//! Days and dates of the Gregorian calendar.

use super::super::super::value::Value;

/// Microseconds of a day.
pub(super) const MICROS_PER_DAY: i64 = 86_400_000_000;

/// A day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Date {
    /// 1 to 9999.
    pub year: i32,
    /// 1 to 12.
    pub month: u32,
    /// 1 to 31.
    pub day: u32,
}

/// Days since 1970-01-01.
pub(in super::super) fn days_from(year: i32, month: u32, day: u32) -> i64 {
    let year = i64::from(year) - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let of_era = year - era * 400;
    let shifted = (i64::from(month) + 9) % 12;
    let of_year = (153 * shifted + 2) / 5 + i64::from(day) - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

impl Date {
    /// Days since 1970-01-01.
    pub(in super::super) fn days(self) -> i64 {
        days_from(self.year, self.month, self.day)
    }

    /// The date so many days after 1970-01-01, if its year has four digits.
    pub(super) fn from_days(days: i64) -> Option<Date> {
        if !(-719_162..=2_932_896).contains(&days) {
            return None;
        }
        let shifted = days + 719_468;
        let era = shifted.div_euclid(146_097);
        let of_era = shifted.rem_euclid(146_097);
        let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month = (5 * of_year + 2) / 153;
        let day = of_year - (153 * month + 2) / 5 + 1;
        let month = if month < 10 { month + 3 } else { month - 9 };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        Some(Date { year: year as i32, month: month as u32, day: day as u32 })
    }

    /// 0 for Monday.
    pub(in super::super) fn weekday(self) -> i64 {
        (self.days() + 3).rem_euclid(7)
    }

    /// `year`, `month`, `day`.
    pub(super) fn part(self, name: &str) -> Option<Value> {
        Some(Value::Int(match name {
            "year" => i64::from(self.year),
            "month" => i64::from(self.month),
            "day" => i64::from(self.day),
            _ => return None,
        }))
    }
}
