//! Values as they stand in SQL.
//!
//! SQLAlchemy has no literal form for bytes, documents and spans; here they get the one that means what the
//! driver would have sent.

use retort_core::source::DialectKind;

use crate::sql::dialect::Dialect;
use crate::sql::error::{Result, SqlError};
use crate::sql::literal::{Literal, float_text};
use crate::sql::types::{Affinity, DataType, Form};

/// A text in quotes.
pub(in crate::sql) fn quoted(text: &str, dialect: Dialect) -> String {
    let text = text.replace('\'', "''");
    match dialect.kind {
        DialectKind::Mysql => format!("'{}'", text.replace('\\', "\\\\")),
        DialectKind::Sqlite | DialectKind::Postgres => format!("'{text}'"),
    }
}

/// A value of a type.
pub fn literal_sql(value: &Literal, data_type: &DataType, dialect: Dialect) -> Result<String> {
    let data_type = data_type.resolve(dialect);
    match value {
        Literal::Null => Ok(null(data_type)),
        Literal::Bool(flag) => Ok(boolean(*flag, data_type, dialect)),
        Literal::Int(0 | 1) if data_type.affinity() == Affinity::Boolean => {
            Ok(boolean(*value == Literal::Int(1), data_type, dialect))
        }
        Literal::Int(number) => match data_type.affinity() {
            Affinity::Json => Ok(quoted(&number.to_string(), dialect)),
            _ => Ok(number.to_string()),
        },
        Literal::Float(number) => Ok(float(*number, dialect)),
        Literal::Decimal(digits) => Ok(digits.clone()),
        Literal::Str(text) => Ok(string(text, data_type, dialect)),
        Literal::Bytes(bytes) => Ok(binary(bytes, dialect)),
        Literal::Date(text) => match data_type.affinity() {
            Affinity::DateTime if dialect.is_sqlite() => Ok(format!("'{text} 00:00:00.000000'")),
            _ => Ok(format!("'{text}'")),
        },
        Literal::DateTime(text) if dialect.is_sqlite() => match data_type.affinity() {
            Affinity::Date => Ok(format!("'{}'", text.get(..10).unwrap_or(text))),
            _ => Ok(format!("'{}'", with_microseconds(text, 19))),
        },
        Literal::Time(text) if dialect.is_sqlite() => Ok(format!("'{}'", with_microseconds(text, 8))),
        // PyMySQL 1.1, `converters.escape_datetime`: the zone is left out, and MariaDB would refuse it.
        Literal::DateTime(text) if dialect.is_mysql() => Ok(format!("'{}'", without_zone(text))),
        Literal::DateTime(text) | Literal::Time(text) => Ok(format!("'{text}'")),
        Literal::Interval(microseconds) => Ok(interval(*microseconds, dialect)),
        Literal::Uuid(text) => Ok(uuid(text, data_type, dialect)),
        Literal::Json(text) => Ok(quoted(text, dialect)),
        Literal::Array(items) => array(items, data_type, dialect),
    }
}

/// `2020-01-02 03:04:05.000006+00:00` without its last part.
fn without_zone(text: &str) -> &str {
    let time = text.find(' ').unwrap_or(text.len());
    let zone = text[time..].find(['+', '-']).map_or(text.len(), |at| time + at);
    &text[..zone]
}

/// None in a JSON column is the document `null`, unless its author said otherwise.
fn null(data_type: &DataType) -> String {
    let is_document = data_type.affinity() == Affinity::Json && !data_type.flags.none_as_null;
    if is_document { "'null'" } else { "NULL" }.to_owned()
}

fn boolean(flag: bool, data_type: &DataType, dialect: Dialect) -> String {
    match data_type.affinity() {
        Affinity::Integer | Affinity::Numeric | Affinity::Float => u8::from(flag).to_string(),
        Affinity::Json => format!("'{flag}'"),
        _ if dialect.is_sqlite() => u8::from(flag).to_string(),
        _ => flag.to_string(),
    }
}

fn float(number: f64, dialect: Dialect) -> String {
    match (number.is_finite(), dialect.kind) {
        (true, _) => float_text(number),
        (false, DialectKind::Postgres) => {
            let word = if number.is_nan() {
                "NaN"
            } else if number > 0.0 {
                "Infinity"
            } else {
                "-Infinity"
            };
            format!("'{word}'")
        }
        // SQLite keeps infinities, as an overflowing number; no NaN. MySQL has neither.
        (false, DialectKind::Sqlite) if !number.is_nan() => {
            if number > 0.0 { "9e999" } else { "-9e999" }.to_owned()
        }
        (false, _) => "NULL".to_owned(),
    }
}

fn string(text: &str, data_type: &DataType, dialect: Dialect) -> String {
    let is_uuid = data_type.affinity() == Affinity::Uuid;
    let is_native = data_type.class.form == Form::Uuid || (data_type.flags.native && dialect.has_uuid());
    if is_uuid && !is_native {
        return format!("'{}'", text.replace('-', ""));
    }
    match (data_type.affinity(), dialect.kind) {
        // The driver's adapter serialises a text that goes into a JSON column.
        (Affinity::Json, _) => quoted(&json_text(text), dialect),
        _ => quoted(text, dialect),
    }
}

/// A text as `json.dumps` writes it.
fn json_text(text: &str) -> String {
    let mut json = String::with_capacity(text.len() + 2);
    json.push('"');
    for c in text.chars() {
        match c {
            '"' => json.push_str("\\\""),
            '\\' => json.push_str("\\\\"),
            '\n' => json.push_str("\\n"),
            '\r' => json.push_str("\\r"),
            '\t' => json.push_str("\\t"),
            '\u{8}' => json.push_str("\\b"),
            '\u{c}' => json.push_str("\\f"),
            ' '..='~' => json.push(c),
            _ => {
                let mut units = [0; 2];
                for unit in c.encode_utf16(&mut units) {
                    json.push_str(&format!("\\u{unit:04x}"));
                }
            }
        }
    }
    json.push('"');
    json
}

fn binary(bytes: &[u8], dialect: Dialect) -> String {
    let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    match dialect.kind {
        DialectKind::Postgres => format!("'\\x{digits}'"),
        DialectKind::Sqlite | DialectKind::Mysql => format!("X'{digits}'"),
    }
}

/// SQLite's storage format always has six digits of microseconds and no zone.
fn with_microseconds(text: &str, seconds_end: usize) -> String {
    let (whole, rest) = text.split_at_checked(seconds_end).unwrap_or((text, ""));
    let digits: String =
        rest.strip_prefix('.').unwrap_or("").chars().take_while(char::is_ascii_digit).collect();
    format!("{}.{digits:0<6}", whole.replace('T', " "))
}

fn interval(microseconds: i128, dialect: Dialect) -> String {
    if dialect.is_postgres() {
        // As Python's float of seconds: `make_interval(secs=>86402.000003)`.
        return format!("make_interval(secs=>{})", float_text(microseconds as f64 / 1e6));
    }
    // The epoch plus the span (SQLAlchemy's `Interval` on servers without such a type).
    let seconds = microseconds.div_euclid(1_000_000);
    let (days, rest) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let (year, month, day) = civil_from_days(days);
    let fraction = microseconds.rem_euclid(1_000_000);
    let time = format!("{:02}:{:02}:{:02}", rest / 3600, rest / 60 % 60, rest % 60);
    let fraction =
        if fraction == 0 && dialect.is_mysql() { String::new() } else { format!(".{fraction:06}") };
    format!("'{year:04}-{month:02}-{day:02} {time}{fraction}'")
}

/// The date so many days after 1970-01-01 (Hinnant's algorithm for the proleptic Gregorian calendar).
fn civil_from_days(days: i128) -> (i128, i128, i128) {
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_index = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_index + 2) / 5 + 1;
    let month = if month_index < 10 { month_index + 3 } else { month_index - 9 };
    (year_of_era + era * 400 + i128::from(month <= 2), month, day)
}

fn uuid(text: &str, data_type: &DataType, dialect: Dialect) -> String {
    let native = match data_type.affinity() {
        Affinity::Uuid => {
            data_type.class.form == Form::Uuid || (data_type.flags.native && dialect.has_uuid())
        }
        Affinity::String => true,
        _ => dialect.has_uuid(),
    };
    let native =
        native && (dialect.is_postgres() || data_type.affinity() == Affinity::String || dialect.has_uuid());
    if native { format!("'{text}'") } else { format!("'{}'", text.replace('-', "")) }
}

fn array(items: &[Literal], data_type: &DataType, dialect: Dialect) -> Result<String> {
    let inner = data_type.inner.as_deref().cloned().unwrap_or_else(DataType::null);
    if data_type.affinity() == Affinity::Json || !dialect.is_postgres() {
        return Err(SqlError::unsupported("a list as a value"));
    }
    let texts: Vec<String> =
        items.iter().map(|item| literal_sql(item, &inner, dialect)).collect::<Result<_>>()?;
    let is_array = data_type.affinity() == Affinity::Array;
    match (texts.is_empty(), is_array) {
        (true, _) => Ok("'{}'".to_owned()),
        (false, true) if !inner.is_null() => {
            Ok(format!("ARRAY[{}]::{}", texts.join(", "), super::type_sql(data_type, dialect)?))
        }
        (false, _) => Ok(format!("ARRAY[{}]", texts.join(", "))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use DialectKind::{Mysql, Postgres, Sqlite};

    fn check(dialect: DialectKind, value: &Literal, data_type: &str, expected: &str) {
        let sql = literal_sql(value, &DataType::generic(data_type), Dialect::new(dialect));
        assert_eq!(sql.as_deref(), Ok(expected), "{dialect} {data_type} {value:?}");
    }

    #[test]
    fn values_have_the_form_of_their_dialect() {
        let uuid = Literal::Uuid("00000000-0000-0000-0000-00000000000a".into());
        check(Postgres, &uuid, "Uuid", "'00000000-0000-0000-0000-00000000000a'");
        check(Sqlite, &uuid, "Uuid", "'0000000000000000000000000000000a'");
        check(Mysql, &uuid, "String", "'00000000-0000-0000-0000-00000000000a'");
        check(Postgres, &Literal::Bool(true), "Boolean", "true");
        check(Sqlite, &Literal::Bool(true), "Boolean", "1");
        check(Mysql, &Literal::Int(1), "Boolean", "true");
        check(Mysql, &Literal::text("a'b\\c"), "String", "'a''b\\\\c'");
        check(Postgres, &Literal::text("a'b\\c"), "String", "'a''b\\c'");
        check(Postgres, &Literal::text("ä\""), "JSON", "'\"\\u00e4\\\"\"'");
        check(Sqlite, &Literal::Null, "JSON", "'null'");
        check(Sqlite, &Literal::Null, "String", "NULL");
        check(Postgres, &Literal::Bytes(vec![0, 255]), "LargeBinary", "'\\x00ff'");
        check(Mysql, &Literal::Bytes(vec![0, 255]), "LargeBinary", "X'00ff'");
        let moment = Literal::DateTime("2020-01-02 03:04:05".into());
        check(Sqlite, &moment, "DateTime", "'2020-01-02 03:04:05.000000'");
        check(Postgres, &moment, "DateTime", "'2020-01-02 03:04:05'");
        let zoned = Literal::DateTime("2020-01-02 03:04:05.000006+00:00".into());
        check(Sqlite, &zoned, "DateTime", "'2020-01-02 03:04:05.000006'");
        check(Mysql, &zoned, "DateTime", "'2020-01-02 03:04:05.000006'");
        check(Mysql, &moment, "DateTime", "'2020-01-02 03:04:05'");
        check(Postgres, &Literal::Interval(86_402_000_003), "Interval", "make_interval(secs=>86402.000003)");
        check(Sqlite, &Literal::Interval(86_402_000_003), "Interval", "'1970-01-02 00:00:02.000003'");
    }
}
