//! Literals as the column that they go into keeps them.

mod array;
mod kept;
mod time;

use super::{Piece, Rewriter, Unit, join};
use crate::dialect::Fidelity;
use crate::schema::{Column, TypeKind};
use crate::source::DialectKind;
use crate::token::{push_text_literal, text_literal};
pub(in crate::dialect) use array::array;

/// `1.005` to so many digits after the point, halves away from zero, as the servers round exact numbers. None
/// for what is no plain number.
fn rounded(value: &str, scale: u32) -> Option<String> {
    let (sign, digits) = match value.trim().strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", value.trim().trim_start_matches('+')),
    };
    let (before, after) = digits.split_once('.').unwrap_or((digits, ""));
    let plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if !plain(before) || !plain(after) || (before.is_empty() && after.is_empty()) {
        return None;
    }
    let scale = scale as usize;
    let before = if before.is_empty() { "0" } else { before };
    let up = after.as_bytes().get(scale).is_some_and(|byte| *byte >= b'5');
    let kept: String = after.chars().take(scale).collect();
    let mut all: Vec<u8> = before.bytes().chain(kept.bytes()).collect();
    if up {
        let mut carried = true;
        for digit in all.iter_mut().rev() {
            if !carried {
                break;
            }
            carried = *digit == b'9';
            *digit = if carried { b'0' } else { *digit + 1 };
        }
        if carried {
            all.insert(0, b'1');
        }
    }
    let digits = String::from_utf8(all).ok()?;
    let (whole, fraction) = digits.split_at(digits.len() - kept.len());
    let zero = digits.bytes().all(|byte| byte == b'0');
    let sign = if zero { "" } else { sign };
    Some(if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") })
}

fn hexadecimal(bytes: &[u8]) -> String {
    format!("X'{}'", bytes.iter().map(|byte| format!("{byte:02X}")).collect::<String>())
}

/// The bytes of a bytea literal (PostgreSQL 18, 8.4): `\xDEAD` or the escape format.
fn bytea(value: &str) -> Option<String> {
    if let Some(hex) = value.strip_prefix("\\x") {
        let digits: String = hex.chars().filter(|c| !c.is_whitespace()).collect();
        let even = digits.len().is_multiple_of(2) && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        return even.then(|| format!("X'{}'", digits.to_ascii_uppercase()));
    }
    let mut bytes = Vec::new();
    let mut rest = value.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'\\' {
            bytes.push(byte);
            continue;
        }
        match rest.next()? {
            b'\\' => bytes.push(b'\\'),
            first @ b'0'..=b'3' => {
                let digits = [first, rest.next()?, rest.next()?];
                let value = digits.iter().try_fold(0u16, |sum, digit| {
                    digit.checked_sub(b'0').filter(|digit| *digit < 8).map(|digit| sum * 8 + u16::from(digit))
                })?;
                bytes.push(u8::try_from(value).ok()?);
            }
            _ => return None,
        }
    }
    Some(hexadecimal(&bytes))
}

/// PostgreSQL 18, 8.6: the words for true and false, and their beginnings.
pub(super) fn boolean(value: &str) -> Option<bool> {
    let word = value.trim().to_ascii_lowercase();
    let begins = |whole: &str| !word.is_empty() && whole.starts_with(&word);
    if begins("true") || begins("yes") || word == "on" || word == "1" {
        Some(true)
    } else if begins("false") || begins("no") || word == "of" || word == "off" || word == "0" {
        Some(false)
    } else {
        None
    }
}

/// PostgreSQL 18, 8.12: with or without hyphens and braces, in any case.
fn uuid(value: &str) -> Option<String> {
    let digits: String = value.trim().trim_matches(['{', '}']).chars().filter(|c| *c != '-').collect();
    if digits.len() != 32 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let digits = digits.to_ascii_lowercase();
    Some([&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]].join("-"))
}

impl Rewriter<'_> {
    /// The characters of a literal, as SQLite keeps them in a column of that type.
    pub(in crate::dialect) fn literal(&mut self, value: &str, kind: &TypeKind) -> String {
        let mut sql = String::with_capacity(value.len() + 2);
        self.push_literal(&mut sql, value, kind);
        sql
    }

    /// The same at the end of a statement.
    pub(in crate::dialect) fn push_literal(&mut self, sql: &mut String, value: &str, kind: &TypeKind) {
        match (kept::kept(value, kind), kind) {
            (Some(kept), TypeKind::Integer { .. } | TypeKind::Decimal { .. }) => sql.push_str(kept),
            (Some(kept), _) => push_text_literal(sql, kept),
            (None, _) => sql.push_str(&self.converted(value, kind)),
        }
    }

    /// A literal that may have to be put into another form.
    fn converted(&mut self, value: &str, kind: &TypeKind) -> String {
        let mysql = self.from == DialectKind::Mysql;
        let said = match kind {
            TypeKind::Boolean if !mysql => {
                boolean(value).map(|is| if is { "TRUE" } else { "FALSE" }.to_owned())
            }
            TypeKind::Integer { .. } if mysql => rounded(value, 0),
            TypeKind::Integer { .. } => {
                Some(value.trim().to_owned()).filter(|value| value.parse::<i128>().is_ok())
            }
            TypeKind::Decimal { precision: Some(_), scale } => rounded(value, *scale),
            TypeKind::Decimal { precision: None, .. } | TypeKind::Real => {
                Some(value.trim().to_owned()).filter(|value| value.parse::<f64>().is_ok_and(f64::is_finite))
            }
            TypeKind::Blob { .. } if !mysql => bytea(value),
            TypeKind::Uuid => uuid(value).map(|uuid| text_literal(&uuid)),
            TypeKind::Date => time::date(value, mysql).map(|value| said_time(&value)),
            TypeKind::Time => time::time_of_day(value).map(|value| text_literal(&value)),
            TypeKind::Timestamp { zone } => {
                time::timestamp(value, *zone, mysql).map(|value| said_time(&value))
            }
            TypeKind::Enum(labels) if mysql => Some(text_literal(&spelled(value, labels))),
            TypeKind::Set(members) => Some(text_literal(&in_order(value, members))),
            TypeKind::Array(item) => array(value, &self.plain(item)),
            _ => Some(text_literal(value)),
        };
        if let Some(said) = said {
            if said.starts_with("CURRENT_") || said.starts_with("date(CURRENT") {
                self.clock();
            }
            return said;
        }
        let message = format!("the literal {} is not understood as its type wants it", text_literal(value));
        if matches!(kind, TypeKind::Date | TypeKind::Timestamp { .. } | TypeKind::Time | TypeKind::Array(_)) {
            self.unsupported(message);
        }
        // What the type refuses, its check refuses here.
        text_literal(value)
    }

    /// A type, seen through domains and enumerations.
    fn plain(&self, kind: &TypeKind) -> TypeKind {
        match kind {
            TypeKind::Named(name) => self.kind_of_type(&crate::schema::SqlType::new(name)),
            other => other.clone(),
        }
    }

    /// A value that a column is to hold: literals as it keeps them, and times cut to what they are there.
    pub(in crate::dialect) fn value(&mut self, units: &[Unit<'_>], column: &Column) -> String {
        let kind = self.kind_of_type(&column.column_type);
        match units {
            [Unit::Text(value)] => return self.literal(value, &kind),
            [Unit::Number(number)] => return self.numeric(number, "", &kind),
            [Unit::Symbol("-"), Unit::Number(number)] => return self.numeric(number, "-", &kind),
            [word]
                if (word.is("true") || word.is("false"))
                    && matches!(kind, TypeKind::Text { .. })
                    && self.from == DialectKind::Postgres =>
            {
                return text_literal(if word.is("true") { "true" } else { "false" });
            }
            [Unit::Text(value), Unit::Symbol("::"), cast @ ..]
                if self.casts_to(cast, &kind) && !matches!(kind, TypeKind::Text { .. }) =>
            {
                return self.literal(value, &kind);
            }
            _ => {}
        }
        if let TypeKind::Array(item) = &kind
            && let [word, Unit::Bracket(items), rest @ ..] = units
            && word.is("array")
            && (rest.is_empty() || rest.first().is_some_and(|unit| unit.is_symbol("::")))
        {
            let item = self.plain(item);
            return self.array(items, Some(&item));
        }
        let said = self.sequence(units);
        self.fitted(&said, &kind, column)
    }

    /// Whether the cast is to the column's own type, and nothing follows.
    fn casts_to(&self, cast: &[Unit<'_>], kind: &TypeKind) -> bool {
        let (name, taken) = super::cast::type_words(cast);
        taken == cast.len() && self.kind_of_type(&crate::schema::SqlType::new(&name)) == *kind
    }

    fn numeric(&mut self, number: &str, sign: &str, kind: &TypeKind) -> String {
        let written = format!("{sign}{number}");
        let mysql = self.from == DialectKind::Mysql;
        match kind {
            TypeKind::Integer { .. } | TypeKind::Boolean => rounded(&written, 0).unwrap_or(written),
            TypeKind::Decimal { precision: Some(_), scale } => rounded(&written, *scale).unwrap_or(written),
            TypeKind::Text { .. }
                if number.starts_with(|c: char| c.is_ascii_digit()) && !number.starts_with("0x") =>
            {
                text_literal(&written)
            }
            TypeKind::Blob { .. } if number.starts_with("0x") => {
                let digits = number[2..].to_ascii_uppercase();
                if digits.len().is_multiple_of(2) { format!("X'{digits}'") } else { format!("X'0{digits}'") }
            }
            TypeKind::Text { .. } if mysql && number.starts_with(['x', 'X']) => {
                format!("CAST({number} AS TEXT)")
            }
            TypeKind::Enum(labels) if mysql => {
                match number.parse::<usize>().ok().and_then(|n| labels.get(n.checked_sub(1)?)) {
                    Some(label) => text_literal(label),
                    None => written,
                }
            }
            TypeKind::Set(members) => match number.parse::<u64>() {
                Ok(bits) => text_literal(&members_of(bits, members)),
                Err(_) => written,
            },
            TypeKind::Date | TypeKind::Timestamp { .. } | TypeKind::Time if mysql && sign.is_empty() => {
                self.literal(number, kind)
            }
            _ => written,
        }
    }

    /// An expression whose type is another than the column's, as the server would convert it.
    pub(in crate::dialect) fn fitted(&mut self, said: &[Piece], kind: &TypeKind, column: &Column) -> String {
        let all = join(said);
        let own = match said {
            [one] => one.kind.clone(),
            [.., dot, last] if dot.text == "." && said.len() == 3 => last.kind.clone(),
            _ => None,
        };
        match (kind, own) {
            (TypeKind::Date, Some(TypeKind::Timestamp { .. })) => format!("date({all})"),
            (TypeKind::Time, Some(TypeKind::Timestamp { .. })) => format!("time({all})"),
            (TypeKind::Timestamp { .. }, Some(TypeKind::Date)) => format!("datetime({all})"),
            (TypeKind::Text { .. }, Some(TypeKind::Boolean)) if self.from == DialectKind::Postgres => {
                format!("CASE {all} WHEN 1 THEN 'true' WHEN 0 THEN 'false' END")
            }
            (TypeKind::Integer { .. }, Some(TypeKind::Real | TypeKind::Decimal { .. })) => {
                format!("CAST(round({all}) AS INTEGER)")
            }
            (TypeKind::Integer { .. }, None) if said.iter().any(|piece| piece.text.contains("* 1.0 /")) => {
                format!("CAST(round({all}) AS INTEGER)")
            }
            (
                TypeKind::Decimal { precision: Some(_), scale },
                Some(TypeKind::Real | TypeKind::Decimal { .. }) | None,
            ) if said.iter().any(|piece| piece.text.ends_with('/') || piece.text == "*") => {
                format!("round({all}, {scale})")
            }
            (TypeKind::Enum(_) | TypeKind::Set(_), None)
                if self.from == DialectKind::Mysql && !said.iter().all(|piece| piece.literal) =>
            {
                let message = format!("`{}` takes a computed value as it is spelled", column.name);
                self.note("dialect/enum", Fidelity::Weakened, message);
                all
            }
            _ => all,
        }
    }
}

/// Words for the present stay words; everything else is a literal.
fn said_time(value: &str) -> String {
    if value.starts_with("CURRENT_") || value.starts_with("date(CURRENT") {
        value.to_owned()
    } else {
        text_literal(value)
    }
}

/// MySQL finds a label without minding case, and keeps its own spelling.
fn spelled(value: &str, labels: &[String]) -> String {
    let value = value.trim_end_matches(' ');
    labels.iter().find(|label| label.eq_ignore_ascii_case(value)).map_or(value, String::as_str).to_owned()
}

/// A set's members in the order of its type, each once.
fn in_order(value: &str, members: &[String]) -> String {
    let given: Vec<&str> = value.split(',').filter(|given| !given.is_empty()).collect();
    if !given.iter().all(|given| members.iter().any(|member| member.eq_ignore_ascii_case(given))) {
        return value.to_owned();
    }
    let kept = members.iter().filter(|member| given.iter().any(|given| member.eq_ignore_ascii_case(given)));
    kept.map(String::as_str).collect::<Vec<_>>().join(",")
}

fn members_of(bits: u64, members: &[String]) -> String {
    let kept = members.iter().enumerate().filter(|(at, _)| *at < 64 && bits & (1 << at) != 0);
    kept.map(|(_, member)| member.as_str()).collect::<Vec<_>>().join(",")
}
