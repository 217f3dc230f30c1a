//! Operators and words that are not the same on both servers.

use super::super::rewrite::type_words;
use super::super::rewrite::units::{Unit, find_array};
use super::{Piece, Rewording, operand, other, take_operand};
use crate::dialect::Fidelity;
use crate::schema::{SqlType, TypeKind};
use crate::source::DialectKind;

const MYSQL: DialectKind = DialectKind::Mysql;
const POSTGRES: DialectKind = DialectKind::Postgres;

fn is(unit: Option<&Unit<'_>>, word: &str) -> bool {
    matches!(unit, Some(Unit::Word(found)) if found.eq_ignore_ascii_case(word))
}

impl Rewording<'_> {
    /// An operator, where it stands next; 0 where it needs no care.
    pub(super) fn operator(&mut self, list: &[Unit<'_>], out: &mut Vec<Piece>) -> usize {
        let to_mysql = self.to() == MYSQL;
        match (&list[0], self.names.from) {
            (Unit::Symbol("::"), _) => self.cast_after(list, out),
            (Unit::Symbol("||"), MYSQL) => self.swap(out, "OR"),
            (Unit::Symbol("&&"), MYSQL) => self.swap(out, "AND"),
            (Unit::Symbol("!"), MYSQL) => self.swap(out, "NOT"),
            (Unit::Symbol("<=>"), MYSQL) if !to_mysql => self.swap(out, "IS NOT DISTINCT FROM"),
            (Unit::Symbol("="), DialectKind::Sqlite) if matches!(list.get(1), Some(Unit::Symbol("="))) => {
                self.swap(out, "=") + 1
            }
            (Unit::Symbol("||"), _) if to_mysql => self.concatenate(list, out),
            (Unit::Symbol("/"), _) => self.divide(list, out),
            (Unit::Symbol(arrow @ ("->" | "->>")), _) => self.arrow(arrow, list, out),
            (Unit::Symbol("@>"), POSTGRES) if to_mysql => self.contains(list, out),
            (Unit::Symbol(sign @ ("~" | "~*" | "!~" | "!~*")), POSTGRES) if to_mysql => {
                self.regexp(sign, out)
            }
            (Unit::Symbol("@" | ":="), MYSQL) => {
                self.unsupported("the variable `@`");
                1
            }
            (
                Unit::Symbol(
                    sign @ ("#>" | "#>>" | "<@" | "&&" | "@" | "?" | "?|" | "#" | "#-" | "@?" | "@@"),
                ),
                POSTGRES,
            ) if to_mysql => {
                self.unsupported(format!("the operator `{sign}`"));
                1
            }
            (Unit::Symbol("="), POSTGRES) if to_mysql && is(list.get(1), "any") => self.any(list, "IN", out),
            (Unit::Symbol("<>"), POSTGRES) if to_mysql && is(list.get(1), "all") => {
                self.any(list, "NOT IN", out)
            }
            (Unit::Word(word), POSTGRES) if to_mysql && word.eq_ignore_ascii_case("array") => {
                match list.get(1) {
                    Some(Unit::Bracket(items)) => {
                        let said = self.said(items);
                        operand(out, format!("json_array({said})"));
                        2
                    }
                    _ => 0,
                }
            }
            _ => 0,
        }
    }

    fn swap(&mut self, out: &mut Vec<Piece>, word: &str) -> usize {
        other(out, word);
        1
    }

    /// The operand that stands next, with its qualifiers and casts, and how many units it is.
    fn right(&mut self, list: &[Unit<'_>]) -> Option<(String, usize)> {
        let mut said: Vec<Piece> = Vec::new();
        let mut at = 0;
        if matches!(list.first(), Some(Unit::Symbol("-"))) {
            at += 1;
        }
        at += self.next(list.get(at..).filter(|rest| !rest.is_empty())?, &mut said).max(1);
        while matches!(list.get(at), Some(Unit::Symbol("." | "::"))) && at + 1 < list.len() {
            at += self.next(&list[at..], &mut said).max(1);
            if said.last().is_some_and(|piece| piece.text == ".") {
                at += self.next(&list[at..], &mut said).max(1);
            }
        }
        let whole = take_operand(&mut said).filter(|_| said.is_empty())?;
        let minus = if matches!(list.first(), Some(Unit::Symbol("-"))) { "-" } else { "" };
        Some((format!("{minus}{whole}"), at))
    }

    /// `a || b`: MySQL's `||` is OR.
    fn concatenate(&mut self, list: &[Unit<'_>], out: &mut Vec<Piece>) -> usize {
        match (take_operand(out), self.right(&list[1..])) {
            (Some(left), Some((right, taken))) => {
                operand(out, format!("concat({left}, {right})"));
                taken + 1
            }
            _ => {
                self.unsupported("`||` between these operands");
                1
            }
        }
    }

    /// Whole numbers divide to a whole number in PostgreSQL and SQLite, to one with decimals in MySQL.
    fn divide(&mut self, list: &[Unit<'_>], out: &mut Vec<Piece>) -> usize {
        let is_mysql = self.names.from == MYSQL;
        let has_point = |text: &str| text.contains('.') && text.starts_with(|c: char| c.is_ascii_digit());
        let right = matches!(list.get(1), Some(Unit::Number(number)) if has_point(number));
        let left = out.last().is_some_and(|piece| has_point(&piece.text));
        if is_mysql != (self.to() == MYSQL) && !left && !right {
            if is_mysql {
                self.note("dialect/division", Fidelity::Emulated, "a division has decimals, as in MySQL");
                other(out, "::numeric /");
                return 1;
            }
            self.unsupported("the division of what may be whole numbers");
        }
        0
    }

    /// `j -> 'k'`, `j ->> '$.k'`
    fn arrow(&mut self, arrow: &str, list: &[Unit<'_>], out: &mut Vec<Piece>) -> usize {
        let Some(left) = take_operand(out) else {
            self.unsupported(format!("the operator `{arrow}` after this operand"));
            return 1;
        };
        let path = match list.get(1) {
            Some(Unit::Text(key)) if key.starts_with('$') => path_of(key),
            Some(Unit::Text(key)) if !key.contains('"') => Some(vec![key.to_string()]),
            Some(Unit::Number(index)) if index.bytes().all(|byte| byte.is_ascii_digit()) => {
                Some(vec![index.to_string()])
            }
            _ => None,
        };
        let Some(path) = path else {
            self.unsupported(format!("the operator `{arrow}` before what is no simple path"));
            return 2;
        };
        let as_text = arrow == "->>";
        let said = self.json_path(&left, &path, as_text);
        operand(out, said);
        2
    }

    /// What stands at a path of a JSON value.
    pub(super) fn json_path(&self, json: &str, path: &[String], as_text: bool) -> String {
        if self.to() == POSTGRES {
            let arrow = if as_text { "#>>" } else { "#>" };
            return format!(
                "({json} {arrow} {})",
                crate::dialect::words::text(&format!("{{{}}}", path.join(",")), POSTGRES)
            );
        }
        let is_plain = |key: &String| key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        let steps = path.iter().map(|key| match key.parse::<u32>() {
            Ok(index) => format!("[{index}]"),
            Err(_) if is_plain(key) => format!(".{key}"),
            Err(_) => format!(".\"{key}\""),
        });
        let said = format!(
            "json_extract({json}, {})",
            crate::dialect::words::text(&format!("${}", steps.collect::<String>()), MYSQL)
        );
        if as_text { format!("json_unquote({said})") } else { said }
    }

    fn contains(&mut self, list: &[Unit<'_>], out: &mut Vec<Piece>) -> usize {
        match (take_operand(out), self.right(&list[1..])) {
            (Some(left), Some((right, taken))) => {
                operand(out, format!("json_contains({left}, {right})"));
                taken + 1
            }
            _ => {
                self.unsupported("the operator `@>`");
                1
            }
        }
    }

    fn regexp(&mut self, sign: &str, out: &mut Vec<Piece>) -> usize {
        self.note(
            "dialect/regexp",
            Fidelity::Emulated,
            "REGEXP of MySQL knows other classes and references than PostgreSQL",
        );
        let collation = if sign.ends_with('*') { "COLLATE utf8mb4_general_ci " } else { "" };
        let not = if sign.starts_with('!') { "NOT " } else { "" };
        other(out, format!("{collation}{not}REGEXP"));
        1
    }

    /// `a = ANY (ARRAY[…])` → `a IN (…)`
    fn any(&mut self, list: &[Unit<'_>], word: &str, out: &mut Vec<Piece>) -> usize {
        let Some(Unit::Group(inner)) = list.get(2) else { return 0 };
        let Some(items) = find_array(inner) else {
            self.unsupported("= ANY of something other than ARRAY[…]");
            return 3;
        };
        let said = self.said(items);
        other(out, word);
        operand(out, format!("({said})"));
        3
    }

    fn cast_after(&mut self, list: &[Unit<'_>], out: &mut Vec<Piece>) -> usize {
        let (name, taken) = type_words(&list[1..]);
        let Some(value) = take_operand(out) else {
            self.unsupported("a cast of this operand");
            return taken + 1;
        };
        let said = self.cast(&value, &name);
        operand(out, said);
        taken + 1
    }

    /// A value of another type; a literal of text needs no cast to be one of most types.
    pub(super) fn cast(&mut self, value: &str, type_name: &str) -> String {
        let kind = SqlType::new(type_name).kind(self.names.from);
        let is_text = value.starts_with('\'');
        if self.to() == POSTGRES {
            let target = match self.postgres_type(&kind, type_name) {
                Some(target) => target,
                None => {
                    self.unsupported(format!("a cast to `{type_name}`"));
                    type_name.to_owned()
                }
            };
            return format!("CAST({value} AS {target})");
        }
        let target = match kind {
            TypeKind::Integer { .. } => "signed".to_owned(),
            TypeKind::Decimal { precision: Some(precision), scale } => {
                format!("decimal({precision}, {scale})")
            }
            TypeKind::Decimal { precision: None, .. } => "decimal(65, 30)".to_owned(),
            TypeKind::Real => "double".to_owned(),
            TypeKind::Date => "date".to_owned(),
            TypeKind::Time => "time(6)".to_owned(),
            TypeKind::Timestamp { .. } => "datetime(6)".to_owned(),
            TypeKind::Text { length: Some(length), .. } if !is_text => format!("char({length})"),
            TypeKind::Text { .. } if !is_text => "char".to_owned(),
            TypeKind::Blob { .. } if is_text && value.starts_with("'\\\\x") => {
                return format!("X'{}'", value.trim_matches('\'').trim_start_matches("\\\\x"));
            }
            _ if is_text => return value.to_owned(),
            TypeKind::Boolean => return value.to_owned(),
            TypeKind::Named(name) if name == "regclass" => return value.to_owned(),
            _ => {
                self.unsupported(format!("a cast to `{type_name}`"));
                return value.to_owned();
            }
        };
        if is_text && value.len() > 2 && matches!(target.as_str(), "date" | "time(6)" | "datetime(6)") {
            return value.to_owned();
        }
        format!("CAST({value} AS {target})")
    }

    fn postgres_type(&self, kind: &TypeKind, type_name: &str) -> Option<String> {
        let lower = type_name.to_ascii_lowercase();
        Some(match kind {
            _ if lower.starts_with("signed") => "bigint".to_owned(),
            _ if lower.starts_with("unsigned") => "numeric(20)".to_owned(),
            TypeKind::Integer { bytes: 1 | 2, .. } => "smallint".to_owned(),
            TypeKind::Integer { bytes: 8, .. } => "bigint".to_owned(),
            TypeKind::Integer { .. } if self.names.from == DialectKind::Sqlite => "bigint".to_owned(),
            TypeKind::Integer { .. } => "integer".to_owned(),
            TypeKind::Decimal { precision: Some(precision), scale } => {
                format!("numeric({precision}, {scale})")
            }
            TypeKind::Decimal { precision: None, .. } => "numeric".to_owned(),
            TypeKind::Real => "double precision".to_owned(),
            TypeKind::Date => "date".to_owned(),
            TypeKind::Time => "time".to_owned(),
            TypeKind::Timestamp { .. } => "timestamp".to_owned(),
            TypeKind::Text { length: Some(length), .. } if lower.contains('(') => {
                format!("varchar({length})")
            }
            TypeKind::Text { .. } => "text".to_owned(),
            TypeKind::Blob { .. } => "bytea".to_owned(),
            TypeKind::Json { .. } => "jsonb".to_owned(),
            TypeKind::Boolean => "boolean".to_owned(),
            _ => return None,
        })
    }

    /// Words that are not said alike; None where there is nothing to say.
    pub(super) fn special_word(
        &mut self,
        word: &str,
        list: &[Unit<'_>],
        out: &mut Vec<Piece>,
    ) -> Option<usize> {
        let to_mysql = self.to() == MYSQL;
        let from = self.names.from;
        match word {
            "current_timestamp" | "localtimestamp" => {
                let said = self.now();
                operand(out, said);
            }
            "current_date" => operand(out, "CURRENT_DATE".into()),
            "ilike" if to_mysql => {
                self.note(
                    "dialect/like",
                    Fidelity::Emulated,
                    "ILIKE is LIKE with a collation that minds no case",
                );
                other(out, "COLLATE utf8mb4_general_ci LIKE");
            }
            "like" if from == MYSQL && !to_mysql => {
                self.note("dialect/like", Fidelity::Emulated, "LIKE minds no case in MySQL: it is ILIKE");
                other(out, "ILIKE");
            }
            "regexp" | "rlike" if from == MYSQL && !to_mysql => {
                self.note(
                    "dialect/regexp",
                    Fidelity::Emulated,
                    "PostgreSQL's regular expressions know other classes than MySQL's",
                );
                other(out, "~*");
            }
            "mod" if from == MYSQL => other(out, "%"),
            "at" if from == POSTGRES && to_mysql && is(list.get(1), "time") => {
                match (list.get(3), take_operand(out)) {
                    (Some(Unit::Text(zone)), Some(value))
                        if zone.eq_ignore_ascii_case("utc") && value.starts_with("CURRENT_TIMESTAMP") =>
                    {
                        operand(out, "utc_timestamp(6)".into());
                    }
                    _ => self.unsupported("AT TIME ZONE"),
                }
                return Some(4);
            }
            "interval" => return self.interval(list, out),
            "is" => return self.is_word(list, out),
            "collate" => {
                self.note("dialect/collation", Fidelity::Weakened, "a COLLATE in an expression is left out");
                return Some(2);
            }
            "nulls" if to_mysql && (is(list.get(1), "first") || is(list.get(1), "last")) => {
                self.unsupported("NULLS FIRST and NULLS LAST");
            }
            "filter" if to_mysql => self.unsupported("FILTER"),
            "returning" if to_mysql => self.unsupported("RETURNING"),
            "similar" if to_mysql => self.unsupported("SIMILAR TO"),
            "full" if to_mysql && (is(list.get(1), "join") || is(list.get(1), "outer")) => {
                self.unsupported("FULL JOIN");
            }
            "glob" | "match" => self.unsupported(word.to_ascii_uppercase()),
            "straight_join" | "div" | "sounds" | "binary" if from == MYSQL => {
                self.unsupported(word.to_ascii_uppercase());
            }
            "distinct" if to_mysql && is(list.get(1), "on") => self.unsupported("DISTINCT ON"),
            "insert" | "on" | "replace" => return self.insert_word(word, list, out),
            // A character set before a literal: `_utf8mb4'x'`.
            _ if word.starts_with("_utf8") && matches!(list.get(1), Some(Unit::Text(_))) => return Some(1),
            _ => return None,
        }
        Some(1)
    }

    /// The time in the words of the server.
    pub(super) fn now(&self) -> String {
        if self.to() == MYSQL { "CURRENT_TIMESTAMP(6)".to_owned() } else { "CURRENT_TIMESTAMP".to_owned() }
    }

    /// `interval '1 day'` ↔ `INTERVAL 1 DAY`
    fn interval(&mut self, list: &[Unit<'_>], out: &mut Vec<Piece>) -> Option<usize> {
        let plain = |word: &str| {
            let unit = word.trim_end_matches(['s', 'S']).to_ascii_lowercase();
            ["microsecond", "second", "minute", "hour", "day", "week", "month", "year"]
                .contains(&unit.as_str())
                .then_some(unit)
        };
        if self.to() == MYSQL {
            let Some(Unit::Text(span)) = list.get(1) else { return None };
            let mut words = span.split_whitespace();
            let (number, unit) = (words.next(), words.next().and_then(plain));
            match (number.filter(|number| number.parse::<i64>().is_ok()), unit, words.next()) {
                (Some(number), Some(unit), None) => operand(out, format!("INTERVAL {number} {unit}")),
                _ => self.unsupported("an INTERVAL of more than one unit"),
            }
            return Some(2);
        }
        let unit = list.get(2).and_then(Unit::name).and_then(plain);
        match (list.get(1), unit) {
            (Some(Unit::Number(number) | Unit::Text(number)), Some(unit))
                if number.parse::<f64>().is_ok() =>
            {
                operand(out, format!("interval '{number} {unit}'"));
            }
            _ => self.unsupported("an INTERVAL that is no number of one unit"),
        }
        Some(3)
    }

    /// `a IS b` of SQLite, `IS [NOT] DISTINCT FROM` of PostgreSQL.
    fn is_word(&mut self, list: &[Unit<'_>], out: &mut Vec<Piece>) -> Option<usize> {
        let not = usize::from(is(list.get(1), "not"));
        let next = list.get(1 + not);
        if is(next, "distinct") && self.to() == MYSQL {
            if not == 0 {
                self.unsupported("IS DISTINCT FROM");
            }
            other(out, "<=>");
            return Some(3 + not);
        }
        let is_plain = ["null", "true", "false", "unknown", "distinct"].iter().any(|word| is(next, word));
        if self.names.from != DialectKind::Sqlite || is_plain {
            return None;
        }
        match (self.to(), not) {
            (MYSQL, 0) => other(out, "<=>"),
            (MYSQL, _) => self.unsupported("IS NOT between values"),
            (_, 0) => other(out, "IS NOT DISTINCT FROM"),
            (..) => other(out, "IS DISTINCT FROM"),
        }
        Some(1 + not)
    }
}

/// `$.a.b[0]` as its steps.
pub(super) fn path_of(path: &str) -> Option<Vec<String>> {
    let rest = path.strip_prefix('$')?.replace('[', ".").replace(']', "");
    let steps = rest.split('.').filter(|step| !step.is_empty()).map(|step| step.trim_matches('"').to_owned());
    let steps: Vec<String> = steps.collect();
    let plain = steps.iter().all(|step| !step.contains(['*', '"', ',', '{', '}', ' ']));
    (plain && !steps.is_empty()).then_some(steps)
}
