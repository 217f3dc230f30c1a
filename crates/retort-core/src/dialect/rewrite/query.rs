//! Clauses of queries: what SQLite says otherwise or not at all.

use super::units::begins as is;
use super::{Piece, Rewriter, Unit, join, push, units};
use crate::dialect::Fidelity;
use crate::schema::TypeKind;
use crate::source::DialectKind;
use crate::token::lowercase;

/// Words that end an ORDER BY.
const AFTER_ORDER: [&str; 12] = [
    "limit",
    "offset",
    "fetch",
    "for",
    "union",
    "except",
    "intersect",
    "rows",
    "range",
    "groups",
    "returning",
    "separator",
];

impl Rewriter<'_> {
    /// `CASE … END` is one operand.
    pub(super) fn case(&mut self, list: &[Unit<'_>], out: &mut Vec<Piece>) -> usize {
        if !is(list, "case") || out.last().is_some_and(|piece| piece.text == ".") {
            return 0;
        }
        let mut depth = 0;
        let end = list.iter().position(|unit| {
            depth += i32::from(unit.is("case")) - i32::from(unit.is("end"));
            depth == 0
        });
        let Some(end) = end else { return 0 };
        let inner = list.get(1..end).unwrap_or_default();
        let said = self.sequence(inner);
        let begins = |at: usize| {
            said.get(at).is_some_and(|piece| {
                ["then", "else"].iter().any(|word| piece.text.eq_ignore_ascii_case(word))
            })
        };
        let results: Vec<&Piece> =
            (1..said.len()).filter(|at| begins(at - 1)).filter_map(|at| said.get(at)).collect();
        let kind = results.first().and_then(|first| first.kind.clone());
        let kind = kind.filter(|kind| results.iter().all(|other| other.kind.as_ref() == Some(kind)));
        out.push(Piece { text: format!("CASE {} END", join(&said)), literal: false, kind });
        end + 1
    }

    /// The clauses that need other words; 0 for everything else.
    pub(super) fn clause(&mut self, list: &[Unit<'_>], out: &mut Vec<Piece>) -> usize {
        let Some(Unit::Word(word)) = list.first() else { return self.values_with_names(list, out) };
        if out.last().is_some_and(|piece| piece.text == ".") {
            return 0;
        }
        match &*lowercase(word) {
            "in" => self.in_list(list, out),
            "between" => self.between(list, out),
            "limit" => self.limit(list, out),
            "fetch" if is(list, "fetch first") || is(list, "fetch next") => self.fetch(list, out),
            "offset" if list.get(2).is_some_and(|unit| unit.is("row") || unit.is("rows")) => {
                self.unsupported("OFFSET … ROWS");
                3
            }
            "for"
                if ["update", "share", "no", "key"]
                    .iter()
                    .any(|word| list.get(1).is_some_and(|u| u.is(word))) =>
            {
                self.note(
                    "dialect/lock",
                    Fidelity::Emulated,
                    "rows are not locked one by one: SQLite has one writer",
                );
                list.len()
            }
            "lock" if is(list, "lock in share mode") => 4,
            "only"
                if out
                    .last()
                    .is_some_and(|piece| ["from", "join", "update"].contains(&&*lowercase(&piece.text))) =>
            {
                1
            }
            "distinct" if is(list, "distinct on") => {
                self.unsupported("DISTINCT ON");
                2
            }
            "order" if is(list, "order by") && self.from == DialectKind::Postgres => self.order_by(list, out),
            "lateral" | "tablesample" | "rollup" | "cube" | "grouping" | "overlaps" | "unnest"
            | "window_into" => {
                self.unsupported(word.to_ascii_uppercase());
                1
            }
            "with" if is(list, "with rollup") => {
                self.unsupported("WITH ROLLUP");
                2
            }
            "with" if is(list, "with ties") => {
                self.unsupported("WITH TIES");
                2
            }
            "collate" => self.collate(list, out),
            "row" if matches!(list.get(1), Some(Unit::Group(_))) => 1,
            "as" => self.alias_with_names(list, out),
            "dual"
                if self.from == DialectKind::Mysql
                    && out.last().is_some_and(|p| p.text.eq_ignore_ascii_case("from")) =>
            {
                out.pop();
                1
            }
            _ => 0,
        }
    }

    /// `AS t(a, b)` after FROM; a WITH has its columns before AS, a type stands in CAST only.
    fn alias_with_names(&mut self, list: &[Unit<'_>], out: &mut [Piece]) -> usize {
        let names = matches!(list, [_, name, Unit::Group(_), ..] if name.name().is_some()
            && !name.is("materialized") && !name.is("not"));
        let query =
            matches!(list.get(2), Some(Unit::Group(inner)) if inner.first().is_some_and(|u| u.is("select")));
        if names && !query && !out.is_empty() {
            self.unsupported("names for the columns of an alias");
        }
        0
    }

    /// `(VALUES …) AS t (a, b)`: SQLite calls the columns column1, column2, …
    fn values_with_names(&mut self, list: &[Unit<'_>], out: &mut Vec<Piece>) -> usize {
        let Some(Unit::Group(inner)) = list.first() else { return 0 };
        if !is(inner, "values") {
            return 0;
        }
        let skip = if list.get(1).is_some_and(|unit| unit.is("as")) { 2 } else { 1 };
        let (Some(name), Some(Unit::Group(names))) =
            (list.get(skip).and_then(Unit::name), list.get(skip + 1))
        else {
            return 0;
        };
        let columns: Vec<String> = units::split(names)
            .iter()
            .enumerate()
            .filter_map(|(at, part)| {
                let name = part.first().and_then(Unit::name)?;
                Some(format!("column{} AS {}", at + 1, crate::dialect::sqlite::quote(name)))
            })
            .collect();
        let values = self.say(inner);
        let alias = crate::dialect::sqlite::quote(name);
        push(out, format!("(SELECT {} FROM ({values})) AS {alias}", columns.join(", ")), false);
        skip + 2
    }

    fn in_list(&mut self, list: &[Unit<'_>], out: &mut Vec<Piece>) -> usize {
        let Some(Unit::Group(inner)) = list.get(1) else { return 0 };
        if inner.first().is_some_and(|first| ["select", "with", "values"].iter().any(|word| first.is(word))) {
            return 0;
        }
        let before = out.iter().rev().find(|piece| !piece.text.eq_ignore_ascii_case("not"));
        let kind = before.and_then(|left| left.kind.clone());
        let said = self.compared_list(inner, kind.as_ref());
        push(out, format!("IN ({said})"), false);
        2
    }

    /// Items that are compared with something of a known type.
    pub(super) fn compared_list(&mut self, items: &[Unit<'_>], kind: Option<&TypeKind>) -> String {
        let said: Vec<String> = units::split(items)
            .into_iter()
            .map(|item| {
                let mut one = Vec::new();
                let taken = self.compared(item, kind, &mut one);
                one.append(&mut self.sequence(item.get(taken..).unwrap_or_default()));
                join(&one)
            })
            .collect();
        said.join(", ")
    }

    fn between(&mut self, list: &[Unit<'_>], out: &mut Vec<Piece>) -> usize {
        if is(list, "between symmetric") {
            self.unsupported("BETWEEN SYMMETRIC");
            return 2;
        }
        let before = out.iter().rev().find(|piece| !piece.text.eq_ignore_ascii_case("not"));
        let kind = before.and_then(|left| left.kind.clone());
        push(out, "BETWEEN".into(), false);
        let mut taken = 1;
        taken += self.compared(list.get(taken..).unwrap_or_default(), kind.as_ref(), out);
        if taken == 2 && list.get(2).is_some_and(|unit| unit.is("and")) {
            push(out, "AND".into(), false);
            taken += 1 + self.compared(list.get(3..).unwrap_or_default(), kind.as_ref(), out);
        }
        taken
    }

    /// `LIMIT a, b` is the same on SQLite; `LIMIT ALL` is none.
    fn limit(&mut self, list: &[Unit<'_>], out: &mut Vec<Piece>) -> usize {
        if is(list, "limit all") || is(list, "limit null") {
            push(out, "LIMIT -1".into(), false);
            return 2;
        }
        0
    }

    /// `FETCH FIRST n ROWS ONLY`
    fn fetch(&mut self, list: &[Unit<'_>], out: &mut Vec<Piece>) -> usize {
        let (count, at) = match list.get(2) {
            Some(Unit::Number(count)) => (&**count, 3),
            _ => ("1", 2),
        };
        let rows = list.get(at).is_some_and(|unit| unit.is("row") || unit.is("rows"));
        if !rows || !list.get(at + 1).is_some_and(|unit| unit.is("only")) {
            self.unsupported("this FETCH");
            return at;
        }
        push(out, format!("LIMIT {count}"), false);
        at + 2
    }

    /// PostgreSQL puts NULL last when ascending and first when descending; SQLite does the opposite
    /// (PostgreSQL 18, 7.5; `sqlite.org/lang_select.html`, 4).
    fn order_by(&mut self, list: &[Unit<'_>], out: &mut Vec<Piece>) -> usize {
        let rest = list.get(2..).unwrap_or_default();
        let length =
            rest.iter().position(|unit| AFTER_ORDER.iter().any(|word| unit.is(word))).unwrap_or(rest.len());
        push(out, "ORDER BY".into(), false);
        for (at, item) in units::split(rest.get(..length).unwrap_or_default()).into_iter().enumerate() {
            if at > 0 {
                push(out, ",".into(), false);
            }
            let mut said = self.sequence(item);
            let says_nulls = item.iter().any(|unit| unit.is("nulls"));
            if !says_nulls && !self.is_never_null(item) {
                let descending = item.last().is_some_and(|unit| unit.is("desc"));
                push(&mut said, if descending { "NULLS FIRST" } else { "NULLS LAST" }.into(), false);
            }
            out.append(&mut said);
        }
        length + 2
    }

    /// Whether it is a column that has no NULL, in all tables that may be meant.
    fn is_never_null(&self, item: &[Unit<'_>]) -> bool {
        let names: Vec<&Unit<'_>> = item.iter().filter(|unit| !unit.is("asc") && !unit.is("desc")).collect();
        let name = match names.as_slice() {
            [name] | [_, Unit::Symbol("."), name] => name.identifier(self.from),
            _ => None,
        };
        let Some(name) = name else { return false };
        let columns = self.tables.iter().filter_map(|table| Some((table, table.column(&name, self.from)?)));
        let mut columns = columns.peekable();
        columns.peek().is_some()
            && self.tables.len() == 1
            && columns.all(|(table, column)| {
                let key = table.primary_key.as_ref().is_some_and(|key| key.columns.contains(&column.name));
                !column.nullable || key
            })
    }

    fn collate(&mut self, list: &[Unit<'_>], out: &mut Vec<Piece>) -> usize {
        let Some(name) = list.get(1).and_then(Unit::name) else { return 0 };
        let lower = name.to_ascii_lowercase();
        let said = match lower.as_str() {
            "c" | "posix" | "ucs_basic" | "binary" | "nocase" | "c.utf8" | "c.utf-8" => "BINARY",
            name if name.ends_with("_bin") => "BINARY",
            name if name.ends_with("_ci") => {
                self.note(
                    "dialect/collation",
                    Fidelity::Weakened,
                    "compared without case for ASCII letters only",
                );
                "NOCASE"
            }
            _ => {
                let message = format!("the collation `{name}` is not there: compared byte by byte");
                self.note("dialect/collation", Fidelity::Weakened, message);
                "BINARY"
            }
        };
        push(out, format!("COLLATE {said}"), false);
        2
    }
}
