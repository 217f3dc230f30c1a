//! Expressions, queries and row statements of PostgreSQL and MySQL said in SQLite's words.
//!
//! Works on the tree of tokens and parentheses, so that it serves a DEFAULT as well as a whole INSERT. What it
//! cannot say is named in `unsupported`; the caller decides what becomes of the statement then.

mod functions;
pub(super) mod units;

use std::collections::BTreeSet;

use super::{Fidelity, Note};
use crate::source::DialectKind;
use units::{Unit, units};

/// A text in SQLite's words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Rewritten {
    /// The text.
    pub(super) sql: String,
    /// What was approximated.
    pub(super) notes: Vec<Note>,
    /// What SQLite has no words for.
    pub(super) unsupported: Vec<String>,
}

/// Says a text of another dialect in SQLite's words. `schemas` are the names of schemas that qualify tables.
pub(super) fn to_sqlite(text: &str, from: DialectKind, schemas: &BTreeSet<String>) -> Rewritten {
    let mut rewriter = Rewriter { from, schemas, done: Rewritten::default() };
    let tree = units(text, from);
    let said = rewriter.sequence(&tree);
    rewriter.done.sql = join(&said);
    let mut done = rewriter.done;
    done.notes.dedup();
    done
}

/// A piece of the result, and whether casts bind to it as to one thing.
#[derive(Clone, Debug)]
struct Piece {
    text: String,
    literal: bool,
}

struct Rewriter<'a> {
    from: DialectKind,
    schemas: &'a BTreeSet<String>,
    done: Rewritten,
}

impl Rewriter<'_> {
    fn unsupported(&mut self, what: impl Into<String>) {
        let what = what.into();
        if !self.done.unsupported.contains(&what) {
            self.done.unsupported.push(what);
        }
    }

    fn note(&mut self, code: &'static str, fidelity: Fidelity, message: impl Into<String>) {
        let note = Note { code, fidelity, message: message.into() };
        if !self.done.notes.contains(&note) {
            self.done.notes.push(note);
        }
    }

    fn sequence(&mut self, list: &[Unit<'_>]) -> Vec<Piece> {
        let mut out: Vec<Piece> = Vec::new();
        let mut at = 0;
        while at < list.len() {
            at += self.next(&list[at..], &mut out).max(1);
        }
        out
    }

    /// Says the next units; gives how many it took.
    fn next(&mut self, list: &[Unit<'_>], out: &mut Vec<Piece>) -> usize {
        let taken = match self.from {
            DialectKind::Postgres => self.postgres(list, out),
            DialectKind::Mysql => self.mysql(list, out),
            DialectKind::Sqlite => 0,
        };
        if taken > 0 {
            return taken;
        }
        match &list[0] {
            Unit::Word(word) => self.word(word, list, out),
            Unit::Name(name) => self.name(name, list, out),
            Unit::Text(value) => {
                push(out, format!("'{}'", value.replace('\'', "''")), true);
                1
            }
            Unit::Number(text) => {
                push(out, text.clone(), true);
                1
            }
            Unit::Symbol(symbol) => {
                push(out, (*symbol).to_owned(), false);
                1
            }
            Unit::Group(inner) => {
                let said = self.sequence(inner);
                push(out, format!("({})", join(&said)), said.len() == 1 && said[0].literal);
                1
            }
            Unit::Bracket(_) => {
                self.unsupported("a subscript `[…]`");
                1
            }
        }
    }

    fn word(&mut self, word: &str, list: &[Unit<'_>], out: &mut Vec<Piece>) -> usize {
        if let Some(Unit::Group(arguments)) = list.get(1)
            && let Some(taken) = self.call(word, arguments, out)
        {
            return taken;
        }
        let lower = word.to_ascii_lowercase();
        match lower.as_str() {
            "current_timestamp" | "localtimestamp" => {
                self.clock();
                push(out, "CURRENT_TIMESTAMP".into(), false);
                1
            }
            "interval" => {
                self.unsupported("INTERVAL arithmetic");
                1
            }
            "similar" => {
                self.unsupported("SIMILAR TO");
                1
            }
            _ => self.name(word, list, out),
        }
    }

    fn clock(&mut self) {
        self.note(
            "dialect/clock",
            Fidelity::Emulated,
            "the time is UTC, in whole seconds, and the same within a statement (not within the transaction)",
        );
    }

    /// A name, perhaps qualified: a schema that we know becomes part of the table's name.
    fn name(&mut self, name: &str, list: &[Unit<'_>], out: &mut Vec<Piece>) -> usize {
        let qualified = matches!(list.get(1), Some(Unit::Symbol(".")));
        if qualified && (name == "public" || name == "pg_catalog") {
            return 2;
        }
        if qualified
            && self.schemas.contains(name)
            && let Some(table) = list.get(2).and_then(Unit::name)
        {
            push(out, format!("\"{name}.{table}\""), false);
            return 3;
        }
        let quoted = matches!(list[0], Unit::Name(_));
        let text = if quoted { crate::token::quote(name, DialectKind::Sqlite) } else { name.to_owned() };
        push(out, text, false);
        1
    }

    fn postgres(&mut self, list: &[Unit<'_>], out: &mut Vec<Piece>) -> usize {
        match (&list[0], list.get(1)) {
            (Unit::Symbol("::"), _) => self.cast_after(list, out),
            (Unit::Word(word), Some(Unit::Bracket(items))) if word.eq_ignore_ascii_case("array") => {
                let said = self.sequence(items);
                push(out, format!("json_array({})", join(&said)), false);
                2
            }
            (Unit::Symbol("="), Some(Unit::Word(word))) if word.eq_ignore_ascii_case("any") => {
                self.any(list, out)
            }
            (Unit::Symbol(operator @ ("~" | "~*" | "!~" | "!~*")), Some(right)) => {
                self.regexp(operator, right, out)
            }
            (Unit::Word(word), _) if word.eq_ignore_ascii_case("ilike") => {
                self.note(
                    "dialect/like",
                    Fidelity::Weakened,
                    "letters beyond ASCII are compared with case in LIKE",
                );
                push(out, "LIKE".into(), false);
                1
            }
            (Unit::Word(word), Some(Unit::Text(pattern))) if word.eq_ignore_ascii_case("like") => {
                match glob(pattern) {
                    Some(glob) => push(out, format!("GLOB '{}'", glob.replace('\'', "''")), false),
                    None => self.unsupported("this LIKE pattern"),
                }
                2
            }
            (Unit::Word(word), Some(Unit::Word(next)))
                if word.eq_ignore_ascii_case("at") && next.eq_ignore_ascii_case("time") =>
            {
                self.at_time_zone(list)
            }
            (Unit::Symbol(symbol @ ("@>" | "<@" | "#>" | "#>>" | "&&" | "?" | "?|" | "<<" | ">>")), _) => {
                self.unsupported(format!("the operator `{symbol}`"));
                1
            }
            _ => 0,
        }
    }

    /// `now() AT TIME ZONE 'utc'`: times are kept in UTC here, so only UTC is no change.
    fn at_time_zone(&mut self, list: &[Unit<'_>]) -> usize {
        match list.get(3) {
            Some(Unit::Text(zone)) if zone.eq_ignore_ascii_case("utc") => 4,
            _ => {
                self.unsupported("AT TIME ZONE other than UTC");
                4
            }
        }
    }

    /// `x::type`: on a literal the cast goes; else it is CAST.
    fn cast_after(&mut self, list: &[Unit<'_>], out: &mut Vec<Piece>) -> usize {
        let (name, taken) = type_words(&list[1..]);
        let Some(mut operand) = out.pop() else { return taken + 1 };
        while out.last().is_some_and(|piece| piece.text == ".") {
            out.pop();
            let qualifier = out.pop().map(|piece| piece.text).unwrap_or_default();
            operand.text = format!("{qualifier}.{}", operand.text);
        }
        self.cast(operand, &name, out);
        taken + 1
    }

    fn cast(&mut self, operand: Piece, type_name: &str, out: &mut Vec<Piece>) {
        use crate::schema::{SqlType, TypeKind};
        let target = match SqlType::new(type_name).kind(self.from) {
            TypeKind::Integer { .. } if !operand.literal => {
                // Servers round a number; SQLite would cut off its fraction.
                let x = operand.text;
                let text = format!("CAST(iif(typeof({x}) = 'real', round({x}), {x}) AS INTEGER)");
                out.push(Piece { text, literal: false });
                return;
            }
            TypeKind::Integer { .. } => "INTEGER",
            TypeKind::Named(name) if matches!(name.as_str(), "signed" | "unsigned") => {
                return self.cast(operand, "bigint", out);
            }
            TypeKind::Text { length: Some(length), fixed } if !self.is_whole_char(type_name) => {
                return self.cut(operand, length, fixed, out);
            }
            TypeKind::Date if !operand.literal => {
                out.push(Piece { text: format!("date({})", operand.text), literal: false });
                return;
            }
            // CAST AS NUMERIC leaves a whole number whole, and its quotient too.
            TypeKind::Real | TypeKind::Decimal { .. } => "REAL",
            // Kept as text here, so that nothing changes; lists print as JSON already.
            _ if operand.literal || operand.text.starts_with("json_array") => {
                out.push(operand);
                return;
            }
            TypeKind::Text { .. } => "TEXT",
            TypeKind::Named(name) if name == "regclass" => {
                out.push(operand);
                return;
            }
            _ => {
                self.note(
                    "dialect/cast",
                    Fidelity::Weakened,
                    format!("the cast to `{type_name}` is left out: SQLite would not check the value"),
                );
                out.push(operand);
                return;
            }
        };
        let literal = operand.literal && !operand.text.starts_with('\'');
        let text = if literal { operand.text } else { format!("CAST({} AS {target})", operand.text) };
        out.push(Piece { text, literal });
    }

    /// MySQL's `CAST(x AS CHAR)` cuts nothing off.
    fn is_whole_char(&self, type_name: &str) -> bool {
        self.from == DialectKind::Mysql && !type_name.contains('(')
    }

    /// A cast to a text of so many characters cuts the rest off.
    fn cut(&mut self, operand: Piece, length: u32, fixed: bool, out: &mut Vec<Piece>) {
        if fixed && self.from == DialectKind::Postgres {
            self.note("dialect/cast", Fidelity::Weakened, "a cast to char(n) does not pad with blanks");
        }
        let fits = operand.text.starts_with('\'') && operand.text.chars().count() <= length as usize + 2;
        if operand.literal && fits {
            out.push(operand);
            return;
        }
        let text = format!("substr(CAST({} AS TEXT), 1, {length})", operand.text);
        out.push(Piece { text, literal: false });
    }

    /// `a DIV b`: the quotient without its fraction. What stands before it is all that was multiplied or divided.
    fn div(&mut self, list: &[Unit<'_>], out: &mut Vec<Piece>) -> usize {
        let start = product_start(out);
        let Some((right, taken)) = self.operand(&list[1..]) else {
            self.unsupported("DIV before this operand");
            return 1;
        };
        let Some(start) = start else {
            self.unsupported("DIV after this operand");
            return 1;
        };
        let left = join(&out.split_off(start));
        push(out, format!("CAST({left} / {right} AS INTEGER)"), false);
        taken + 1
    }

    /// The next operand: a sign, a name with its qualifiers, a call, a literal or a group.
    fn operand(&mut self, list: &[Unit<'_>]) -> Option<(String, usize)> {
        let mut said = Vec::new();
        let mut at = 0;
        while matches!(list.get(at), Some(Unit::Symbol("-" | "+"))) {
            at += self.next(&list[at..], &mut said).max(1);
        }
        match list.get(at)? {
            Unit::Symbol(_) | Unit::Bracket(_) => return None,
            Unit::Word(word) if NO_OPERAND.iter().any(|no| word.eq_ignore_ascii_case(no)) => return None,
            _ => at += self.next(&list[at..], &mut said).max(1),
        }
        while matches!(list.get(at), Some(Unit::Symbol("."))) && at + 1 < list.len() {
            at += self.next(&list[at..], &mut said).max(1);
            at += self.next(&list[at..], &mut said).max(1);
        }
        Some((join(&said), at))
    }

    /// `a = ANY (ARRAY['x', 'y'])` → `a IN ('x', 'y')`, through the casts that PostgreSQL prints around it.
    fn any(&mut self, list: &[Unit<'_>], out: &mut Vec<Piece>) -> usize {
        let Some(Unit::Group(inner)) = list.get(2) else { return 0 };
        let Some(items) = units::find_array(inner) else {
            self.unsupported("= ANY of something other than ARRAY[…]");
            return 3;
        };
        let said = self.sequence(items);
        push(out, format!("IN ({})", join(&said)), false);
        3
    }

    fn regexp(&mut self, operator: &str, right: &Unit<'_>, out: &mut Vec<Piece>) -> usize {
        let Unit::Text(pattern) = right else {
            self.unsupported("a regular expression that is no literal");
            return 2;
        };
        let flags = if operator.ends_with('*') { "(?i)" } else { "" };
        let not = if operator.starts_with('!') { "NOT " } else { "" };
        self.note(
            "dialect/regexp",
            Fidelity::Emulated,
            "REGEXP is a function of Retort's engine; POSIX classes and back references differ, and another program that writes to this file must have it",
        );
        push(out, format!("{not}REGEXP '{flags}{}'", pattern.replace('\'', "''")), false);
        2
    }

    fn mysql(&mut self, list: &[Unit<'_>], out: &mut Vec<Piece>) -> usize {
        let said = match &list[0] {
            Unit::Symbol("&&") => "AND",
            Unit::Symbol("||") => "OR",
            Unit::Symbol("<=>") => "IS",
            Unit::Symbol("!") => {
                // It binds closer than any comparison, and NOT does not.
                let Some((operand, taken)) = self.operand(&list[1..]) else {
                    self.unsupported("the operator `!` before this operand");
                    return 1;
                };
                push(out, format!("(NOT {operand})"), false);
                return taken + 1;
            }
            // MySQL's quotient of two whole numbers has decimals.
            Unit::Symbol("/") => "* 1.0 /",
            Unit::Word(word) if word.eq_ignore_ascii_case("div") => return self.div(list, out),
            Unit::Word(word)
                if word.eq_ignore_ascii_case("mod") && !matches!(list.get(1), Some(Unit::Group(_))) =>
            {
                "%"
            }
            Unit::Word(word) if word.eq_ignore_ascii_case("rlike") => "REGEXP",
            Unit::Word(word) if word.eq_ignore_ascii_case("on") && self.is_duplicate_key(list) => {
                return self.on_duplicate_key(list, out);
            }
            Unit::Word(word) if word.eq_ignore_ascii_case("insert") && self.next_is(list, 1, "ignore") => {
                push(out, "INSERT OR IGNORE".into(), false);
                return 2;
            }
            // A character set before a literal: `_utf8mb4'x'`.
            Unit::Word(word) if word.starts_with("_utf8") && matches!(list.get(1), Some(Unit::Text(_))) => {
                return 1;
            }
            _ => return 0,
        };
        push(out, said.into(), false);
        1
    }

    fn next_is(&self, list: &[Unit<'_>], at: usize, word: &str) -> bool {
        matches!(list.get(at), Some(Unit::Word(found)) if found.eq_ignore_ascii_case(word))
    }

    fn is_duplicate_key(&self, list: &[Unit<'_>]) -> bool {
        ["on", "duplicate", "key", "update"].iter().enumerate().all(|(at, word)| self.next_is(list, at, word))
    }

    /// `ON DUPLICATE KEY UPDATE a = VALUES(a)` → `ON CONFLICT DO UPDATE SET a = excluded.a`.
    fn on_duplicate_key(&mut self, list: &[Unit<'_>], out: &mut Vec<Piece>) -> usize {
        push(out, "ON CONFLICT DO UPDATE SET".into(), false);
        let mut at = 4;
        while at < list.len() {
            if self.next_is(list, at, "values")
                && let Some(Unit::Group(inner)) = list.get(at + 1)
            {
                let said = self.sequence(inner);
                push(out, format!("excluded.{}", join(&said)), false);
                at += 2;
            } else {
                at += self.next(&list[at..], out).max(1);
            }
        }
        list.len()
    }
}

/// Words that begin something larger than one operand.
const NO_OPERAND: [&str; 7] = ["case", "select", "not", "interval", "binary", "exists", "distinct"];

/// Where the product that ends the pieces begins; None where it does not end with an operand that we know.
fn product_start(out: &[Piece]) -> Option<usize> {
    let is =
        |at: usize, texts: &[&str]| out.get(at).is_some_and(|piece| texts.contains(&piece.text.as_str()));
    let mut at = out.len();
    loop {
        at = at.checked_sub(1)?;
        let text = &out[at].text;
        let is_operand =
            text.starts_with(['\'', '"', '(']) || text.starts_with(|c: char| c.is_alphanumeric() || c == '_');
        if !is_operand || text.eq_ignore_ascii_case("end") {
            return None;
        }
        while at >= 2 && is(at - 1, &["."]) {
            at -= 2;
        }
        if at == 0 || !is(at - 1, &["*", "/", "%", "* 1.0 /"]) {
            return Some(at);
        }
        at -= 1;
    }
}

fn push(out: &mut Vec<Piece>, text: String, literal: bool) {
    out.push(Piece { text, literal });
}

/// The words of a type after `::`, and how many units they are.
pub(super) fn type_words(list: &[Unit<'_>]) -> (String, usize) {
    let mut name = String::new();
    let mut taken = 0;
    for unit in list {
        let follows = ["varying", "precision", "with", "without", "time", "zone"];
        match unit {
            Unit::Symbol(".") => name.push('.'),
            Unit::Group(inner) if taken > 0 => {
                let numbers = inner.iter().filter_map(|unit| match unit {
                    Unit::Number(number) => Some(number.as_str()),
                    _ => None,
                });
                name.push_str(&format!("({})", numbers.collect::<Vec<_>>().join(", ")));
            }
            Unit::Bracket(_) => name.push_str("[]"),
            _ => match unit.name() {
                Some(word)
                    if taken == 0
                        || name.ends_with('.')
                        || follows.iter().any(|f| word.eq_ignore_ascii_case(f)) =>
                {
                    if !name.is_empty() && !name.ends_with('.') {
                        name.push(' ');
                    }
                    name.push_str(word);
                }
                _ => break,
            },
        }
        taken += 1;
    }
    (name, taken)
}

/// A LIKE pattern as a GLOB pattern, which minds the case as PostgreSQL's LIKE does.
fn glob(pattern: &str) -> Option<String> {
    let mut glob = String::new();
    for c in pattern.chars() {
        match c {
            '%' => glob.push('*'),
            '_' => glob.push('?'),
            '*' | '?' | '[' => glob.extend(['[', c, ']']),
            '\\' => return None,
            c => glob.push(c),
        }
    }
    Some(glob)
}

/// Pieces with blanks where SQL wants them.
fn join(pieces: &[Piece]) -> String {
    let mut sql = String::new();
    for piece in pieces {
        let glued = matches!(piece.text.as_str(), "," | "." | ")" | ";")
            || sql.ends_with(['.', '('])
            || sql.is_empty();
        if !glued {
            sql.push(' ');
        }
        sql.push_str(&piece.text);
    }
    sql
}

#[cfg(test)]
mod tests {
    use super::*;
    use DialectKind::{Mysql, Postgres};

    fn check(from: DialectKind, text: &str, expected: &str) {
        let done = to_sqlite(text, from, &BTreeSet::from(["app".to_owned()]));
        assert_eq!(done.sql, expected, "{from}: {text}");
        assert_eq!(done.unsupported, [""; 0], "{text}");
    }

    #[test]
    fn postgres_is_said_in_sqlites_words() {
        check(Postgres, "'new'::character varying", "'new'");
        check(Postgres, "timezone('utc'::text, now())", "CURRENT_TIMESTAMP");
        check(Postgres, "(now() AT TIME ZONE 'utc')", "(CURRENT_TIMESTAMP)");
        check(Postgres, "a::text = 'x'", "CAST(a AS TEXT) = 'x'");
        check(
            Postgres,
            "((status)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[]))",
            "(CAST((status) AS TEXT) IN ('a', 'b'))",
        );
        check(Postgres, "name ~* '^a''b'", "name REGEXP '(?i)^a''b'");
        check(Postgres, "a LIKE 'x%' AND b > 0.5", "a GLOB 'x*' AND b > 0.5");
        check(Postgres, "public.f.g + app.t.c", "f.g + \"app.t\".c");
        check(Postgres, "char_length(a) <= 3 AND $$it's$$ <> E'\\n'", "length(a) <= 3 AND 'it''s' <> '\n'");
        check(Postgres, "'{}'::jsonb", "'{}'");
        check(
            Postgres,
            "a::varchar(3) || 'abcd'::varchar(3)",
            "substr(CAST(a AS TEXT), 1, 3) || substr(CAST('abcd' AS TEXT), 1, 3)",
        );
        check(Postgres, "CAST(a AS character varying(3))", "substr(CAST(a AS TEXT), 1, 3)");
        check(Postgres, "'abc'::varchar(3)", "'abc'");
        check(Postgres, "a::int", "CAST(iif(typeof(a) = 'real', round(a), a) AS INTEGER)");
        check(Postgres, "'5'::integer", "CAST('5' AS INTEGER)");
        check(Postgres, "a::numeric / b", "CAST(a AS REAL) / b");
    }

    #[test]
    fn mysql_is_said_in_sqlites_words() {
        check(Mysql, "`a` <=> \"b\" && NOT `c`", "\"a\" IS 'b' AND NOT \"c\"");
        check(Mysql, "IF(a, 'it\\'s', NULL)", "iif(a, 'it''s', NULL)");
        check(Mysql, "CURRENT_TIMESTAMP(6)", "CURRENT_TIMESTAMP");
        check(Mysql, "a - b / c DIV d", "a - CAST(b * 1.0 / c / d AS INTEGER)");
        check(Mysql, "t.a DIV -abs(2) + 1", "CAST(t.a / - abs(2) AS INTEGER) + 1");
        check(Mysql, "CAST(a AS CHAR(3))", "substr(CAST(a AS TEXT), 1, 3)");
        check(Mysql, "CAST(a AS CHAR)", "CAST(a AS TEXT)");
        check(Mysql, "!a = b", "(NOT a) = b");
        check(
            Mysql,
            "INSERT INTO t (a, b) VALUES (1, NOW()) ON DUPLICATE KEY UPDATE b = VALUES(b)",
            "INSERT INTO t (a, b) VALUES (1, CURRENT_TIMESTAMP) ON CONFLICT DO UPDATE SET b = excluded.b",
        );
    }

    #[test]
    fn what_cannot_be_said_is_named() {
        let done = to_sqlite("a DIV CASE WHEN b THEN 1 END", Mysql, &BTreeSet::new());
        assert_eq!(done.unsupported, ["DIV before this operand"]);
        let done = to_sqlite("a @> b AND to_tsvector(c)", Postgres, &BTreeSet::new());
        assert_eq!(done.unsupported, ["the operator `@>`", "the function `to_tsvector`"]);
    }
}
