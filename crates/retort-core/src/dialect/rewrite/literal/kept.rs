//! Values that are already as SQLite keeps them: a dump writes millions of them, and nothing is to be converted.

use crate::schema::TypeKind;

/// What SQLite keeps of a value in a column of that type; None where that must be found out.
pub(super) fn kept<'v>(value: &'v str, kind: &TypeKind) -> Option<&'v str> {
    match kind {
        TypeKind::Integer { .. } => is_whole(value).then_some(value),
        TypeKind::Decimal { precision: Some(_), scale } => decimal(value, *scale),
        TypeKind::Text { .. } | TypeKind::Json { .. } => Some(value),
        TypeKind::Date => (value.len() == 10 && is_date(value.as_bytes())).then_some(value),
        TypeKind::Timestamp { .. } => timestamp(value),
        TypeKind::Uuid => is_uuid(value.as_bytes()).then_some(value),
        _ => None,
    }
}

fn are_digits(bytes: &[u8]) -> bool {
    bytes.iter().all(u8::is_ascii_digit)
}

/// Digits that every integer type of SQLite holds, and no zero in front.
fn is_whole(value: &str) -> bool {
    let digits = value.strip_prefix('-').unwrap_or(value).as_bytes();
    let plain = matches!(digits.first(), Some(b'1'..=b'9')) && digits.len() <= 18;
    value == "0" || (plain && are_digits(digits))
}

/// `12.50` with as many digits behind the point as the type has.
fn decimal(value: &str, scale: u32) -> Option<&str> {
    let scale = scale as usize;
    let point = value.len().checked_sub(scale + 1)?;
    let (whole, fraction) = match scale {
        0 => (value, [].as_slice()),
        _ => {
            let (whole, fraction) = value.split_at_checked(point)?;
            (whole, fraction.as_bytes().strip_prefix(b".")?)
        }
    };
    (is_whole(whole) && are_digits(fraction)).then_some(value)
}

/// `2024-02-28`, of the days that every month has.
fn is_date(bytes: &[u8]) -> bool {
    let [year @ .., b'-', month_1, month_2, b'-', day_1, day_2] = bytes else { return false };
    let month = [*month_1, *month_2];
    let day = [*day_1, *day_2];
    year.len() == 4
        && are_digits(year)
        && year != b"0000"
        && are_digits(&month)
        && (b"01"..=b"12").contains(&&month)
        && are_digits(&day)
        && (b"01"..=b"28").contains(&&day)
}

/// `2024-02-28 12:34:56.789`, in UTC.
fn timestamp(value: &str) -> Option<&str> {
    let value = value.strip_suffix("+00").unwrap_or(value);
    let (moment, fraction) = value.as_bytes().split_at_checked(19)?;
    let (date, time) = moment.split_at(10);
    let [b' ', h1, h2, b':', m1, m2, b':', s1, s2] = time else { return None };
    let is_time =
        are_digits(&[*h1, *h2, *m1, *m2, *s1, *s2]) && [*h1, *h2] <= *b"23" && *m1 <= b'5' && *s1 <= b'5';
    let is_fraction = match fraction {
        [] => true,
        // Zeros at the end are cut off.
        [b'.', digits @ .., last] => digits.len() < 6 && are_digits(digits) && matches!(last, b'1'..=b'9'),
        _ => false,
    };
    (is_date(date) && is_time && is_fraction).then_some(value)
}

/// In lower case, with its four hyphens.
fn is_uuid(bytes: &[u8]) -> bool {
    let is_place = |(at, byte): (usize, &u8)| match at {
        8 | 13 | 18 | 23 => *byte == b'-',
        _ => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
    };
    bytes.len() == 36 && bytes.iter().enumerate().all(is_place)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::rewrite::Rewriter;
    use crate::schema::Schema;
    use crate::source::DialectKind;

    const KINDS: [TypeKind; 9] = [
        TypeKind::Integer { bytes: 4, unsigned: false, auto: false },
        TypeKind::Decimal { precision: Some(9), scale: 0 },
        TypeKind::Decimal { precision: Some(9), scale: 2 },
        TypeKind::Text { length: None, fixed: false },
        TypeKind::Json { binary: true },
        TypeKind::Date,
        TypeKind::Timestamp { zone: false },
        TypeKind::Timestamp { zone: true },
        TypeKind::Uuid,
    ];

    #[rustfmt::skip]
    const VALUES: [&str; 58] = [
        "", "0", "-0", "7", "-7", "+7", "007", " 7", "1e3", "999999999999999999", "9999999999999999999", "-", "--1",
        "0.50", "-0.50", "12.5", "12.50", "12.505", "-12.50", ".50", "12.", "0.00", "-0.00", "1.2.3", "it's", "ä",
        "äää.50", "2024-02-28", "2024-02-29", "2023-02-29", "2024-13-01", "2024-00-10", "2024-01-00", "0000-01-01",
        "24-01-01", "20240101", "2024-01-05 23:59:59", "2024-01-05 24:00:00", "2024-01-05 23:60:00",
        "2024-01-05 23:59:60", "2024-01-05T01:02:03", "2024-01-05 1:02:03", "2024-01-05 01:02:03.500",
        "2024-01-05 01:02:03.5", "2024-01-05 01:02:03.123456", "2024-01-05 01:02:03.1234567",
        "2024-01-05 01:02:03+00", "2024-01-05 01:02:03.25+00", "2024-01-05 01:02:03+02", "2024-01-05 01:02:03-00",
        "2024-01-05 01:02:03.", "2024-01-05 01:02", "now", "infinity", "1f0e1c46-9c0d-4b7a-8b52-000000000001",
        "1F0E1C46-9C0D-4B7A-8B52-000000000001", "1f0e1c469c0d4b7a8b52000000000001",
        "{1f0e1c46-9c0d-4b7a-8b52-000000000001}",
    ];

    #[test]
    fn what_is_kept_is_what_a_conversion_gives() {
        let mut kept_values = 0;
        for dialect in [DialectKind::Postgres, DialectKind::Mysql] {
            let source = Schema::empty(dialect);
            let mut rewriter = Rewriter::new(&source, Vec::new());
            for (kind, value) in KINDS.iter().flat_map(|kind| VALUES.map(|value| (kind, value))) {
                let said = rewriter.literal(value, kind);
                assert_eq!(said, rewriter.converted(value, kind), "{dialect}: {value} as {kind:?}");
                kept_values += usize::from(kept(value, kind).is_some());
            }
        }
        assert_eq!(kept_values, 284);
    }
}
