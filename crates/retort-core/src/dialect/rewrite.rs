//! Expressions and queries of PostgreSQL and MySQL said in SQLite's words.
//!
//! Works on the tree of tokens and parentheses, so that it serves a DEFAULT as well as a whole query. What it
//! cannot say is named in `unsupported`; the caller decides what becomes of the statement then. Words and
//! symbols that it does not know to mean the same on SQLite are never passed on in silence.

mod cast;
mod dates;
mod functions;
mod json;
pub(super) mod literal;
mod mysql;
mod operators;
mod postgres;
mod query;
mod texts;
pub(super) mod units;

pub(super) use cast::type_words;

use std::borrow::Cow;

use super::{Fidelity, Note};
use crate::schema::{Column, ObjectName, Schema, SqlType, Table, TypeKind};
use crate::source::DialectKind;
use crate::token::{folded, lowercase, text_literal};
pub(super) use units::{Unit, units};

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

/// Where an expression stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// In a statement or a view: queries can stand in it.
    Query,
    /// In a CHECK, an index or a generated column: no queries (`sqlite.org/lang_createtable.html`, 3.7).
    Column,
}

/// Says a text in SQLite's words without looking at the types of columns.
pub(super) fn to_sqlite(text: &str, source: &Schema) -> Rewritten {
    Rewriter::new(source, Vec::new()).all(&units(text, source.dialect))
}

/// Says a query; the tables whose names stand in it tell the types of its columns.
pub(super) fn query(text: &str, source: &Schema) -> Rewritten {
    let tree = units(text, source.dialect);
    let tables = tables_in(&tree, source);
    Rewriter::new(source, tables).all(&tree)
}

/// Says an expression about one row of a table.
pub(super) fn in_table(text: &str, source: &Schema, table: &Table, place: Place) -> Rewritten {
    let mut rewriter = Rewriter::new(source, vec![table]);
    rewriter.place = place;
    rewriter.all(&units(text, source.dialect))
}

/// Says a value that a column is to hold.
pub(super) fn value(text: &str, source: &Schema, table: &Table, column: &Column) -> Rewritten {
    let mut rewriter = Rewriter::new(source, vec![table]);
    rewriter.place = Place::Column;
    let sql = rewriter.value(&units(text, source.dialect), column);
    Rewritten { sql, ..rewriter.done }
}

/// The tables whose names stand anywhere in a text.
pub(in crate::dialect) fn tables_in<'s>(tree: &[Unit<'_>], source: &'s Schema) -> Vec<&'s Table> {
    let mut found: Vec<&Table> = Vec::new();
    collect_tables(tree, source, &mut found);
    found
}

fn collect_tables<'s>(tree: &[Unit<'_>], source: &'s Schema, found: &mut Vec<&'s Table>) {
    for (at, unit) in tree.iter().enumerate() {
        if let Unit::Group(inner) | Unit::Bracket(inner) = unit {
            collect_tables(inner, source, found);
        }
        let Some(name) = unit.identifier_here(source.dialect) else { continue };
        let qualified = match tree.get(at + 1..) {
            Some([Unit::Symbol("."), own, ..]) => own
                .identifier_here(source.dialect)
                .and_then(|own| source.table(&ObjectName::qualified(&name, &own))),
            _ => None,
        };
        let table = qualified.or_else(|| source.table_called(None, &name));
        if let Some(table) = table.map(|table| &**table)
            && !found.iter().any(|other| other.name == table.name)
        {
            found.push(table);
        }
    }
}

/// A piece of the result; `literal` ones need no CAST, and `kind` is the type where it is known.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    pub(super) text: String,
    pub(super) literal: bool,
    pub(super) kind: Option<TypeKind>,
}

pub(in crate::dialect) struct Rewriter<'a> {
    pub(super) from: DialectKind,
    pub(super) source: &'a Schema,
    /// The tables whose columns may be meant.
    pub(super) tables: Vec<&'a Table>,
    pub(super) place: Place,
    pub(in crate::dialect) done: Rewritten,
}

impl<'a> Rewriter<'a> {
    /// Of a text in which columns of these tables may be meant.
    pub(super) fn new(source: &'a Schema, tables: Vec<&'a Table>) -> Rewriter<'a> {
        Rewriter { from: source.dialect, source, tables, place: Place::Query, done: Rewritten::default() }
    }

    fn all(mut self, tree: &[Unit<'_>]) -> Rewritten {
        let said = self.say(tree);
        Rewritten { sql: said, ..self.done }
    }

    /// Units in SQLite's words.
    pub(in crate::dialect) fn say(&mut self, tree: &[Unit<'_>]) -> String {
        let said = self.sequence(tree);
        join(&said)
    }

    pub(super) fn unsupported(&mut self, what: impl Into<String>) {
        let what = what.into();
        if !self.done.unsupported.contains(&what) {
            self.done.unsupported.push(what);
        }
    }

    pub(super) fn note(&mut self, code: &'static str, fidelity: Fidelity, message: impl Into<String>) {
        let note = Note { code, fidelity, message: message.into() };
        if !self.done.notes.contains(&note) {
            self.done.notes.push(note);
        }
    }

    /// What a column's type means, seen through domains.
    pub(super) fn kind_of_type(&self, column_type: &SqlType) -> TypeKind {
        let kind = column_type.kind(self.from);
        let TypeKind::Named(name) = &kind else { return kind };
        let name = match name.split_once('.') {
            Some((schema, own)) => ObjectName::qualified(schema, own),
            None => ObjectName::bare(name),
        };
        if let Some(labels) = self.source.enum_type(&name) {
            return TypeKind::Enum(labels.labels.clone());
        }
        self.source.domain(&name).map_or(kind, |domain| domain.base.kind(self.from))
    }

    /// The type of a column that may be meant by a name; None where tables disagree.
    fn kind_of_column(&self, name: &str, qualifier: Option<&str>) -> Option<TypeKind> {
        let dialect = self.from;
        let of_table = |table: &&&Table| {
            qualifier.is_some_and(|own| crate::schema::same_word(&table.name.name, own, dialect))
        };
        let only = self.tables.iter().filter(of_table).count() == 1;
        let tables = self.tables.iter().filter(|table| !only || of_table(table));
        let mut kinds = tables.filter_map(|table| table.column(name, dialect));
        let first = self.kind_of_type(&kinds.next()?.column_type);
        kinds.all(|other| self.kind_of_type(&other.column_type) == first).then_some(first)
    }

    pub(super) fn sequence(&mut self, list: &[Unit<'_>]) -> Vec<Piece> {
        let mut out: Vec<Piece> = Vec::new();
        let mut at = 0;
        while at < list.len() {
            at += self.next(&list[at..], &mut out).max(1);
        }
        out
    }

    /// Says the next units; gives how many it took.
    pub(super) fn next(&mut self, list: &[Unit<'_>], out: &mut Vec<Piece>) -> usize {
        let Some(first) = list.first() else { return 0 };
        let taken = self.case(list, out);
        if taken > 0 {
            return taken;
        }
        let taken = self.clause(list, out);
        if taken > 0 {
            return taken;
        }
        let taken = match self.from {
            DialectKind::Postgres => self.postgres(list, out),
            DialectKind::Mysql => self.mysql(list, out),
            DialectKind::Sqlite => 0,
        };
        if taken > 0 {
            return taken;
        }
        match first {
            Unit::Word(word) => self.word(word, list, out),
            Unit::Name(name) => self.name(name, list, out),
            Unit::Text(value) => {
                push(out, text_literal(value), true);
                1
            }
            Unit::Number(number) => self.number(number, out),
            Unit::Symbol(symbol) => self.symbol(symbol, list, out),
            Unit::Group(inner) => {
                let said = self.sequence(inner);
                let only = match said.as_slice() {
                    [one] => Some(one.clone()),
                    _ => None,
                };
                let literal = only.as_ref().is_some_and(|one| one.literal);
                let kind = only.and_then(|one| one.kind).or_else(|| kind_of_sum(&said));
                out.push(Piece { text: format!("({})", join(&said)), literal, kind });
                1
            }
            Unit::Bracket(_) => {
                self.unsupported("a subscript `[…]`");
                1
            }
        }
    }

    fn number(&mut self, number: &str, out: &mut Vec<Piece>) -> usize {
        let digits = number.bytes().all(|byte| byte.is_ascii_digit());
        let kind = if digits { Some(whole()) } else { None };
        out.push(Piece { text: number.to_owned(), literal: true, kind });
        1
    }

    fn word(&mut self, word: &str, list: &[Unit<'_>], out: &mut Vec<Piece>) -> usize {
        if let Some(Unit::Group(arguments)) = list.get(1)
            && let Some(taken) = self.call(word, arguments, out)
        {
            return taken;
        }
        let lower = lowercase(word);
        let is_column = out.last().is_some_and(|piece| piece.text == ".");
        match &*lower {
            // Where a row lies: it tells rows apart, as rowid does.
            "ctid" if self.from == DialectKind::Postgres && self.kind_of_column("ctid", None).is_none() => {
                push(out, "rowid".into(), false);
                1
            }
            _ if is_column => self.name(word, list, out),
            "current_timestamp" | "localtimestamp" => {
                self.clock();
                self.push_kind(out, "CURRENT_TIMESTAMP", TypeKind::Timestamp { zone: true });
                1
            }
            "current_date" => {
                self.clock();
                self.push_kind(out, "CURRENT_DATE", TypeKind::Date);
                1
            }
            "current_time" | "localtime" => {
                self.clock();
                self.push_kind(out, "CURRENT_TIME", TypeKind::Time);
                1
            }
            "true" | "false" => {
                out.push(Piece { text: word.to_owned(), literal: true, kind: Some(TypeKind::Boolean) });
                1
            }
            "unknown" => {
                push(out, "NULL".into(), true);
                1
            }
            "xmin" | "xmax" | "cmin" | "cmax" | "tableoid" | "current_user" | "session_user"
            | "current_role" | "current_catalog" | "current_schema" => {
                self.unsupported(format!("`{word}`"));
                1
            }
            _ => self.name(word, list, out),
        }
    }

    pub(super) fn clock(&mut self) {
        self.note(
            "dialect/clock",
            Fidelity::Emulated,
            "the time is UTC, in whole seconds, and the same within a statement (not within the transaction)",
        );
    }

    /// A name, perhaps qualified: a schema that we know becomes part of the table's name.
    fn name(&mut self, name: &str, list: &[Unit<'_>], out: &mut Vec<Piece>) -> usize {
        let qualified = matches!(list.get(1), Some(Unit::Symbol(".")));
        if qualified && matches!(&*lowercase(name), "public" | "pg_catalog") {
            return 2;
        }
        if qualified
            && self.source.has_qualifier(name)
            && let Some(table) = list.get(2).and_then(Unit::name)
        {
            push(out, format!("\"{name}.{table}\""), false);
            return 3;
        }
        let quoted = matches!(list[0], Unit::Name(_));
        let own =
            if quoted || self.from != DialectKind::Postgres { Cow::Borrowed(name) } else { folded(name) };
        let qualifier = match out.as_slice() {
            [.., before, dot] if dot.text == "." => Some(before.text.trim_matches('"')),
            _ => None,
        };
        let kind = if qualified { None } else { self.kind_of_column(&own, qualifier) };
        let text = if quoted {
            crate::token::quote(name, DialectKind::Sqlite)
        } else if kind.is_some() {
            // A word that is no keyword there may be one here.
            match crate::token::quote_if_needed(&own, DialectKind::Sqlite) {
                quoted if quoted.starts_with('"') && own.bytes().all(|b| b.is_ascii_lowercase()) => quoted,
                _ => name.to_owned(),
            }
        } else {
            name.to_owned()
        };
        out.push(Piece { text, literal: false, kind });
        1
    }

    fn push_kind(&mut self, out: &mut Vec<Piece>, text: &str, kind: TypeKind) {
        out.push(Piece { text: text.to_owned(), literal: false, kind: Some(kind) });
    }
}

/// A whole number of no particular width.
pub(super) fn whole() -> TypeKind {
    TypeKind::Integer { bytes: 8, unsigned: false, auto: false }
}

/// The type of `a + b` where both are of the same.
fn kind_of_sum(pieces: &[Piece]) -> Option<TypeKind> {
    let is_arithmetic = |piece: &Piece| matches!(piece.text.as_str(), "+" | "-" | "*" | "/" | "%");
    let number = |piece: &Piece| matches!(piece.kind, Some(TypeKind::Integer { .. }));
    let all = pieces.iter().all(|piece| is_arithmetic(piece) || number(piece));
    (all && !pieces.is_empty()).then(whole)
}

pub(super) fn push(out: &mut Vec<Piece>, text: String, literal: bool) {
    out.push(Piece { text, literal, kind: None });
}

/// Pieces with blanks where SQL wants them.
pub(super) fn join(pieces: &[Piece]) -> String {
    units::join(pieces.iter().map(|piece| piece.text.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use DialectKind::{Mysql, Postgres};

    fn schema(dialect: DialectKind) -> Schema {
        let mut schema = Schema::empty(dialect);
        schema.put_table(Table::new(ObjectName::qualified("app", "t")));
        schema
    }

    fn check(from: DialectKind, text: &str, expected: &str) {
        let done = to_sqlite(text, &schema(from));
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
        check(Mysql, "CASE a WHEN 1 THEN 7 END DIV 2", "CAST(CASE a WHEN 1 THEN 7 END / 2 AS INTEGER)");
        check(
            Mysql,
            "DATE_ADD(a, INTERVAL 1 MONTH) || a REGEXP 'x'",
            "min(datetime(a, '+1 months'), date(a, 'start of month', '+2 months', '-1 day') || ' ' || time(a)) OR a REGEXP '(?i)x'",
        );
        check(Mysql, "CONCAT(a, 'x', b + 1)", "(a || 'x' || (b + 1))");
    }

    #[test]
    fn what_cannot_be_said_is_named() {
        let done = to_sqlite("a DIV NOT b", &schema(Mysql));
        assert_eq!(done.unsupported, ["DIV before this operand"]);
        for text in
            ["a @@ b", "a <-> b", "a # b", "a || b + 1", "a BETWEEN SYMMETRIC 1 AND 2", "x SIMILAR TO 'a'"]
        {
            let done = to_sqlite(text, &schema(Postgres));
            assert!(!done.unsupported.is_empty(), "{text}: {}", done.sql);
        }
        let done = to_sqlite("a @> b AND to_tsvector(c)", &schema(Postgres));
        assert_eq!(done.unsupported, ["the operator `@>`", "the function `to_tsvector`"]);
    }
}
