//! Dates, times and spans of time: arithmetic and functions. Everything is text in UTC on SQLite
//! (`sqlite.org/lang_datefunc.html`).

use super::operators::sum_kind;
use super::{Piece, Rewriter, Unit, join, push, units, whole};
use crate::dialect::Fidelity;
use crate::schema::TypeKind;
use crate::source::DialectKind;
use crate::token::text_literal;

/// A span of time whose length is written out: months and seconds, which do not mix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Span {
    months: i64,
    days: i64,
    seconds: i64,
}

impl Span {
    /// `7 days`, `1 year 2 mons`, `02:30:00`, `-1 hour`; None for other forms (PostgreSQL 18, 8.5.4).
    pub(super) fn parse(value: &str) -> Option<Span> {
        let mut span = Span { months: 0, days: 0, seconds: 0 };
        let mut words = value.split_whitespace();
        let mut found = false;
        while let Some(word) = words.next() {
            found = true;
            if word.contains(':') {
                let negative = word.starts_with('-');
                let mut parts =
                    word.trim_start_matches(['-', '+']).split(':').map(|part| part.parse::<i64>().ok());
                let hours = parts.next()??;
                let minutes = parts.next()??;
                let seconds = parts.next().unwrap_or(Some(0))?;
                let all =
                    hours.checked_mul(3600)?.checked_add(minutes.checked_mul(60)?)?.checked_add(seconds)?;
                span.seconds = span.seconds.checked_add(if negative { -all } else { all })?;
                continue;
            }
            let digits = word.find(|c: char| c.is_alphabetic()).unwrap_or(word.len());
            let (number, glued) = word.split_at(digits);
            let unit = if glued.is_empty() { words.next()? } else { glued };
            if unit.eq_ignore_ascii_case("ago") {
                return None;
            }
            span.add(number.parse().ok()?, unit)?;
        }
        found.then_some(span)
    }

    fn add(&mut self, number: i64, unit: &str) -> Option<()> {
        let unit = unit.to_ascii_lowercase();
        let (field, factor) = match unit.trim_end_matches('s') {
            "year" | "yr" | "y" => (&mut self.months, 12),
            "quarter" => (&mut self.months, 3),
            "month" | "mon" => (&mut self.months, 1),
            "week" | "w" => (&mut self.days, 7),
            "day" | "d" => (&mut self.days, 1),
            "hour" | "hr" | "h" => (&mut self.seconds, 3600),
            "minute" | "min" | "m" => (&mut self.seconds, 60),
            "second" | "sec" | "" => (&mut self.seconds, 1),
            _ => return None,
        };
        *field = field.checked_add(number.checked_mul(factor)?)?;
        Some(())
    }

    /// Of one unit, as MySQL's `INTERVAL n unit`.
    fn of(number: i64, unit: &str) -> Option<Span> {
        let mut span = Span { months: 0, days: 0, seconds: 0 };
        span.add(number, unit)?;
        Some(span)
    }

    fn negative(&self) -> Span {
        Span { months: -self.months, days: -self.days, seconds: -self.seconds }
    }

    /// `x` plus the span. A month that is too short ends with its last day, as on the servers; SQLite alone
    /// would go on into the next month.
    fn added_to(&self, x: &str, day_only: bool) -> String {
        let function = if day_only { "date" } else { "datetime" };
        let mut modifiers = String::new();
        if self.days != 0 {
            modifiers.push_str(&format!(", '{:+} days'", self.days));
        }
        if self.seconds != 0 {
            modifiers.push_str(&match self.seconds {
                s if s % 3600 == 0 => format!(", '{:+} hours'", s / 3600),
                s if s % 60 == 0 => format!(", '{:+} minutes'", s / 60),
                s => format!(", '{s:+} seconds'"),
            });
        }
        if self.months == 0 {
            return format!("{function}({x}{modifiers})");
        }
        let last = format!("date({x}, 'start of month', '{:+} months', '-1 day')", self.months + 1);
        let last = if day_only { last } else { format!("{last} || ' ' || time({x})") };
        let clamped = format!("min({function}({x}, '{:+} months'), {last})", self.months);
        if modifiers.is_empty() { clamped } else { format!("{function}({clamped}{modifiers})") }
    }
}

fn is_day(kind: Option<&TypeKind>) -> bool {
    matches!(kind, Some(TypeKind::Date))
}

fn is_time(kind: Option<&TypeKind>) -> bool {
    matches!(kind, Some(TypeKind::Timestamp { .. }))
}

impl Rewriter<'_> {
    /// `date '…'`, `interval '…'` and their kin.
    pub(super) fn typed_literal(&mut self, word: &str, list: &[Unit<'_>], out: &mut Vec<Piece>) -> usize {
        let Some(Unit::Text(value)) = list.get(1) else { return 0 };
        if word == "interval" {
            self.unsupported("INTERVAL arithmetic");
            return 2;
        }
        let kind = self.kind_of_type(&crate::schema::SqlType::new(word));
        let said = self.literal(value, &kind);
        out.push(Piece { text: said, literal: true, kind: Some(kind) });
        2
    }

    /// `+` and `-`: of times with spans, of days with numbers, else of numbers.
    pub(super) fn sum(&mut self, symbol: &str, list: &[Unit<'_>], out: &mut Vec<Piece>) -> usize {
        let rest = list.get(1..).unwrap_or_default();
        let has_left = out.last().is_some_and(super::operators::is_operand);
        if has_left && let Some((span, taken)) = self.span(rest) {
            let span = if symbol == "-" { span.negative() } else { span };
            return self.add_span(&span, out) + taken;
        }
        let left = out.last().filter(|_| has_left).and_then(|piece| piece.kind.clone());
        let right = self.clone_operand(rest).and_then(|piece| piece.kind);
        let timely = |kind: Option<&TypeKind>| {
            matches!(
                kind,
                Some(TypeKind::Date | TypeKind::Timestamp { .. } | TypeKind::Time | TypeKind::Interval)
            )
        };
        if !timely(left.as_ref()) && !timely(right.as_ref()) {
            push(out, symbol.to_owned(), false);
            // The whole sum has a type where both sides have.
            if let Some(last) = out.last_mut() {
                last.kind = sum_kind(left.as_ref(), right.as_ref());
            }
            return 1;
        }
        self.sum_of_days(symbol, rest, out)
    }

    fn sum_of_days(&mut self, symbol: &str, rest: &[Unit<'_>], out: &mut Vec<Piece>) -> usize {
        let right = self.operand(rest);
        let (Some(left), Some((right, taken))) = (self.pop_operand(out), right) else {
            self.unsupported("arithmetic with times");
            return 1;
        };
        let postgres = self.from == DialectKind::Postgres;
        let (x, y) = (&left.text, &right.text);
        let number = matches!(right.kind, Some(TypeKind::Integer { .. }));
        let said = if postgres && is_day(left.kind.as_ref()) && number {
            Some((format!("date({x}, ({symbol}{y}) || ' days')"), TypeKind::Date))
        } else if postgres && symbol == "-" && is_day(left.kind.as_ref()) && is_day(right.kind.as_ref()) {
            Some((format!("CAST(julianday({x}) - julianday({y}) AS INTEGER)"), whole()))
        } else {
            None
        };
        match said {
            Some((text, kind)) => out.push(Piece { text, literal: false, kind: Some(kind) }),
            None => self.unsupported("a difference or sum of times"),
        }
        taken + 1
    }

    fn add_span(&mut self, span: &Span, out: &mut Vec<Piece>) -> usize {
        let Some(operand) = self.pop_operand(out) else { return 1 };
        let written = crate::token::string_value(&operand.text, DialectKind::Sqlite)
            .filter(|_| operand.literal && operand.text.starts_with('\''));
        let day = is_day(operand.kind.as_ref()) || written.as_ref().is_some_and(|value| value.len() == 10);
        // PostgreSQL's day plus a span is a time of a day, MySQL's is a day where the span has no hours.
        let day_only = day && self.from == DialectKind::Mysql && span.seconds == 0;
        if matches!(operand.kind, Some(TypeKind::Time)) {
            self.unsupported("arithmetic with a time of day");
        }
        let whole_seconds = day
            || operand.text == "CURRENT_TIMESTAMP"
            || operand.text.starts_with("datetime(")
            || operand.text.starts_with("min(");
        if !whole_seconds {
            let message = "times with an interval added have no fractions of a second here";
            self.note("dialect/interval", Fidelity::Emulated, message);
        }
        if operand.kind.is_none() && self.from == DialectKind::Mysql && written.is_none() {
            self.note(
                "dialect/interval",
                Fidelity::Weakened,
                "a day with an interval added becomes a time of the day here",
            );
        }
        let kind = if day_only { TypeKind::Date } else { TypeKind::Timestamp { zone: false } };
        out.push(Piece { text: span.added_to(&operand.text, day_only), literal: false, kind: Some(kind) });
        1
    }

    /// A span that is written out, and how many units it is: `interval '7 days'`, `'7 days'::interval`,
    /// `INTERVAL 7 DAY`.
    pub(super) fn span(&self, list: &[Unit<'_>]) -> Option<(Span, usize)> {
        match list {
            [word, Unit::Text(value), ..] if word.is("interval") && self.from == DialectKind::Postgres => {
                Some((Span::parse(value)?, 2))
            }
            [Unit::Text(value), Unit::Symbol("::"), word, ..] if word.is("interval") => {
                Some((Span::parse(value)?, 3))
            }
            [Unit::Group(inner), ..] => {
                let (span, taken) = self.span(inner)?;
                (taken == inner.len()).then_some((span, 1))
            }
            [word, Unit::Symbol("-"), Unit::Number(number), Unit::Word(unit), ..] if word.is("interval") => {
                Some((Span::of(-number.parse::<i64>().ok()?, unit)?, 4))
            }
            [word, Unit::Number(number) | Unit::Text(number), Unit::Word(unit), ..]
                if word.is("interval") =>
            {
                Some((Span::of(number.parse().ok()?, unit)?, 3))
            }
            _ => None,
        }
    }

    /// `DATE_ADD(x, INTERVAL n unit)` and its kin (MySQL).
    pub(super) fn date_add(&mut self, name: &str, arguments: &[Unit<'_>], out: &mut Vec<Piece>) {
        let parts = units::split(arguments);
        if let [operand, span] = parts.as_slice()
            && let Some((span, taken)) = self.span(span)
            && parts.last().is_some_and(|last| last.len() == taken)
        {
            let said = self.sequence(operand);
            let span = if matches!(name, "date_sub" | "subdate") { span.negative() } else { span };
            let kind = match said.as_slice() {
                [one] => one.kind.clone(),
                [.., dot, last] if dot.text == "." => last.kind.clone(),
                _ => None,
            };
            let literal = said.len() == 1 && said.first().is_some_and(|one| one.literal);
            let mut inner = vec![Piece { text: join(&said), literal, kind }];
            self.add_span(&span, &mut inner);
            out.append(&mut inner);
        } else {
            self.unsupported(format!("this {}", name.to_ascii_uppercase()));
        }
    }

    /// Functions of one time; true where it was one.
    pub(super) fn date_function(&mut self, name: &str, arguments: &[Unit<'_>], out: &mut Vec<Piece>) -> bool {
        let mysql = self.from == DialectKind::Mysql;
        let parts = units::split(arguments);
        let part = |format: &str, x: &str| format!("CAST(strftime('{format}', {x}) AS INTEGER)");
        let (said, kind) = match (name, parts.as_slice()) {
            ("curdate", []) => ("CURRENT_DATE".to_owned(), TypeKind::Date),
            ("curtime", []) => ("CURRENT_TIME".to_owned(), TypeKind::Time),
            ("unix_timestamp", []) => (part("%s", "CURRENT_TIMESTAMP"), whole()),
            (
                "year" | "month" | "day" | "dayofmonth" | "hour" | "minute" | "second" | "unix_timestamp",
                [x],
            ) if mysql => {
                let format = match name {
                    "year" => "%Y",
                    "month" => "%m",
                    "hour" => "%H",
                    "minute" => "%M",
                    "second" => "%S",
                    "unix_timestamp" => "%s",
                    _ => "%d",
                };
                let x = self.say(x);
                (part(format, &x), whole())
            }
            ("dayofyear", [x]) if mysql => (part("%j", &self.say(x)), whole()),
            ("dayofweek", [x]) if mysql => (format!("({} + 1)", part("%w", &self.say(x))), whole()),
            ("weekday", [x]) if mysql => (format!("(({} + 6) % 7)", part("%w", &self.say(x))), whole()),
            ("last_day", [x]) if mysql => {
                (format!("date({}, 'start of month', '+1 month', '-1 day')", self.say(x)), TypeKind::Date)
            }
            ("date", [x]) => (format!("date({})", self.say(x)), TypeKind::Date),
            ("time", [x]) if mysql => (format!("time({})", self.say(x)), TypeKind::Time),
            ("datediff", [a, b]) if mysql => {
                let (a, b) = (self.say(a), self.say(b));
                (format!("CAST(julianday(date({a})) - julianday(date({b})) AS INTEGER)"), whole())
            }
            ("to_timestamp" | "from_unixtime", [x]) => {
                (format!("datetime({}, 'unixepoch')", self.say(x)), TypeKind::Timestamp { zone: true })
            }
            ("make_date", [y, m, d]) => {
                let (y, m, d) = (self.say(y), self.say(m), self.say(d));
                (format!("printf('%04d-%02d-%02d', {y}, {m}, {d})"), TypeKind::Date)
            }
            ("date_trunc", [[Unit::Text(unit)], x]) => return self.date_trunc(unit, x, out),
            ("date_part", [[Unit::Text(field)], x]) => return self.extract(field, x, out),
            ("extract", _) => {
                let (field, from, x) = match arguments {
                    [Unit::Word(field), from, x @ ..] => (*field, from, x),
                    [Unit::Text(field), from, x @ ..] => (&**field, from, x),
                    _ => return false,
                };
                return from.is("from") && self.extract(field, x, out);
            }
            ("timestampdiff", [[Unit::Word(unit)], a, b]) => return self.timestampdiff(unit, a, b, out),
            ("date_format" | "to_char", [x, [Unit::Text(format)]]) => {
                return self.format_date(x, format, out);
            }
            _ => return false,
        };
        if said.contains("CURRENT_") {
            self.clock();
        }
        out.push(Piece { text: said, literal: false, kind: Some(kind) });
        true
    }

    fn date_trunc(&mut self, unit: &str, x: &[Unit<'_>], out: &mut Vec<Piece>) -> bool {
        let x = self.say(x);
        let text = match unit.to_ascii_lowercase().as_str() {
            unit @ ("day" | "month" | "year") => format!("datetime({x}, 'start of {unit}')"),
            "week" => format!("datetime({x}, '-6 days', 'weekday 1', 'start of day')"),
            "hour" => format!("strftime('%Y-%m-%d %H:00:00', {x})"),
            "minute" => format!("strftime('%Y-%m-%d %H:%M:00', {x})"),
            "second" => format!("datetime({x})"),
            _ => return false,
        };
        out.push(Piece { text, literal: false, kind: Some(TypeKind::Timestamp { zone: false }) });
        true
    }

    fn extract(&mut self, field: &str, x: &[Unit<'_>], out: &mut Vec<Piece>) -> bool {
        let said = self.sequence(x);
        let x = join(&said);
        let field = field.to_ascii_lowercase();
        let part = |format: &str| format!("CAST(strftime('{format}', {x}) AS INTEGER)");
        let text = match field.as_str() {
            "year" => part("%Y"),
            "month" => part("%m"),
            "day" => part("%d"),
            "hour" => part("%H"),
            "minute" => part("%M"),
            "second" => part("%S"),
            "epoch" => part("%s"),
            "dow" => part("%w"),
            "isodow" => format!("(({} + 6) % 7 + 1)", part("%w")),
            "doy" => part("%j"),
            "quarter" => format!("(({} + 2) / 3)", part("%m")),
            _ => return false,
        };
        let fractions = matches!(field.as_str(), "second" | "epoch") && self.from == DialectKind::Postgres;
        if fractions && !is_day(said.last().and_then(|piece| piece.kind.as_ref())) {
            self.note("dialect/extract", Fidelity::Weakened, "seconds are taken without their fraction");
        }
        out.push(Piece { text, literal: false, kind: Some(whole()) });
        true
    }

    fn timestampdiff(&mut self, unit: &str, a: &[Unit<'_>], b: &[Unit<'_>], out: &mut Vec<Piece>) -> bool {
        let length = match unit.to_ascii_lowercase().as_str() {
            "second" => 1,
            "minute" => 60,
            "hour" => 3600,
            "day" => 86_400,
            "week" => 604_800,
            _ => return false,
        };
        let (a, b) = (self.say(a), self.say(b));
        let text = format!("((strftime('%s', {b}) - strftime('%s', {a})) / {length})");
        out.push(Piece { text, literal: false, kind: Some(whole()) });
        true
    }

    /// `DATE_FORMAT` and `to_char` with a literal format whose every part `strftime()` has too.
    fn format_date(&mut self, x: &[Unit<'_>], format: &str, out: &mut Vec<Piece>) -> bool {
        let said = self.sequence(x);
        let kind = said.last().and_then(|piece| piece.kind.as_ref());
        let timely = is_day(kind) || is_time(kind) || kind.is_none();
        let format = match self.from {
            DialectKind::Mysql => mysql_format(format),
            _ => postgres_format(format),
        };
        let Some(format) = format.filter(|_| timely) else { return false };
        push(out, format!("strftime({}, {})", text_literal(&format), join(&said)), false);
        true
    }
}

/// MySQL 8.4, 14.7, `DATE_FORMAT`.
fn mysql_format(format: &str) -> Option<String> {
    let mut said = String::new();
    let mut characters = format.chars();
    while let Some(c) = characters.next() {
        if c != '%' {
            said.push(c);
            continue;
        }
        said.push_str(match characters.next()? {
            'Y' => "%Y",
            'm' => "%m",
            'd' => "%d",
            'H' => "%H",
            'i' => "%M",
            's' | 'S' => "%S",
            'T' => "%H:%M:%S",
            'j' => "%j",
            'w' => "%w",
            '%' => "%%",
            _ => return None,
        });
    }
    Some(said)
}

/// PostgreSQL 18, table 9.26.
fn postgres_format(format: &str) -> Option<String> {
    const PARTS: [(&str, &str); 8] = [
        ("YYYY", "%Y"),
        ("HH24", "%H"),
        ("MM", "%m"),
        ("MI", "%M"),
        ("DDD", "%j"),
        ("DD", "%d"),
        ("SS", "%S"),
        ("\"T\"", "T"),
    ];
    let mut said = String::new();
    let mut rest = format;
    while let Some(c) = rest.chars().next() {
        if let Some((word, part)) = PARTS.iter().find(|(word, _)| rest.starts_with(word)) {
            said.push_str(part);
            rest = &rest[word.len()..];
        } else if matches!(c, '-' | '/' | ':' | ' ' | '.' | ',' | '_') {
            said.push(c);
            rest = &rest[c.len_utf8()..];
        } else {
            return None;
        }
    }
    said.contains('%').then_some(said)
}
