//! Expressions, queries and row statements in the words of another server: PostgreSQL, MySQL, MariaDB.
//!
//! As `rewrite` does for SQLite, it works on the tree of tokens and parentheses. Functions are known by name;
//! what is not known, or means something else there, is named in `unsupported`, and the caller decides what
//! becomes of the statement.

mod functions;
mod operators;
mod rows;

use std::collections::{BTreeMap, BTreeSet};

use super::rewrite::units::{self, Unit, units};
use super::{Capabilities, Fidelity, Note, words};
use crate::schema::{Schema, Table, TypeKind};
use crate::source::DialectKind;
use crate::token;

/// A text in the words of the server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Reworded {
    /// The text.
    pub(super) sql: String,
    /// What is not the same.
    pub(super) notes: Vec<Note>,
    /// What the server has no words for.
    pub(super) unsupported: Vec<String>,
}

/// What the names in a text stand for.
#[derive(Clone, Debug)]
pub(super) struct Names<'a> {
    from: DialectKind,
    able: &'a Capabilities,
    /// Every name as it is written in the schema, by its form in lower case.
    written: BTreeMap<String, String>,
    /// Columns that hold true and false, wherever there is one of that name.
    booleans: BTreeSet<String>,
}

impl<'a> Names<'a> {
    /// The names of one table.
    pub(super) fn of_table(table: &Table, from: DialectKind, able: &'a Capabilities) -> Names<'a> {
        let mut names = Names { from, able, written: BTreeMap::new(), booleans: BTreeSet::new() };
        names.put(table);
        names
    }

    /// All names of a schema.
    pub(super) fn of_schema(source: &Schema, able: &'a Capabilities) -> Names<'a> {
        let mut names =
            Names { from: source.dialect, able, written: BTreeMap::new(), booleans: BTreeSet::new() };
        source.tables.values().for_each(|table| names.put(table));
        for view in source.views.values() {
            names.written.insert(view.name.name.to_lowercase(), view.name.name.to_string());
            view.columns
                .iter()
                .for_each(|column| drop(names.written.insert(column.to_lowercase(), column.clone())));
        }
        names
    }

    fn put(&mut self, table: &Table) {
        self.written.insert(table.name.name.to_lowercase(), table.name.name.to_string());
        for column in &table.columns {
            let lower = column.name.to_lowercase();
            if column.column_type.kind(self.from) == TypeKind::Boolean {
                self.booleans.insert(lower.clone());
            }
            self.written.insert(lower, column.name.clone());
        }
    }
}

/// Says a text in the words of the server.
pub(super) fn reword(text: &str, names: &Names<'_>) -> Reworded {
    let mut rewording = Rewording { names, done: Reworded::default() };
    let tree = units(text, names.from);
    let said = rewording.sequence(&tree);
    rewording.done.sql = join(&said);
    rewording.done
}

/// A piece of the result.
#[derive(Clone, Debug)]
struct Piece {
    text: String,
    kind: PieceKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PieceKind {
    /// A whole operand: a name, a literal, a call, a group.
    Operand,
    /// A word of the language or an operator.
    Other,
}

struct Rewording<'a> {
    names: &'a Names<'a>,
    done: Reworded,
}

impl Rewording<'_> {
    fn to(&self) -> DialectKind {
        self.names.able.dialect
    }

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

    fn said(&mut self, list: &[Unit<'_>]) -> String {
        let pieces = self.sequence(list);
        join(&pieces)
    }

    /// The arguments of a call, said one by one.
    fn arguments(&mut self, list: &[Unit<'_>]) -> Vec<String> {
        let parts = list.split(|unit| matches!(unit, Unit::Symbol(",")));
        let mut said: Vec<String> = parts.map(|part| self.said(part)).collect();
        said.retain(|argument| !argument.is_empty());
        said
    }

    /// Says the next units; gives how many it took.
    fn next(&mut self, list: &[Unit<'_>], out: &mut Vec<Piece>) -> usize {
        let taken = self.operator(list, out);
        if taken > 0 {
            return taken;
        }
        match &list[0] {
            Unit::Word(word) => self.word(word, list, out),
            Unit::Name(name) => {
                self.name(name, true, out);
                1
            }
            Unit::Text(value) => {
                operand(out, words::text(value, self.to()));
                1
            }
            Unit::Number(number) => {
                self.number(number, out);
                1
            }
            Unit::Symbol(symbol) => {
                other(out, *symbol);
                1
            }
            Unit::Group(inner) => {
                let said = self.said(inner);
                operand(out, format!("({said})"));
                1
            }
            Unit::Bracket(_) => {
                self.unsupported("a subscript `[…]`");
                1
            }
        }
    }

    /// A number, or bytes; 0 and 1 are false and true where they meet a column that holds these.
    fn number(&mut self, number: &str, out: &mut Vec<Piece>) {
        if let Some(digits) = number.strip_prefix(['x', 'X']) {
            let digits = digits.trim_matches('\'');
            let bytes = if self.to() == DialectKind::Postgres {
                format!("'\\x{digits}'::bytea")
            } else {
                format!("X'{digits}'")
            };
            return operand(out, bytes);
        }
        let truth = match number {
            "0" => "FALSE",
            "1" => "TRUE",
            _ => number,
        };
        let meets = self.to() == DialectKind::Postgres
            && matches!(out.as_slice(), [.., column, sign]
            if matches!(sign.text.as_str(), "=" | "<>" | "!=") && self.is_boolean(&column.text));
        operand(out, if meets { truth.to_owned() } else { number.to_owned() });
    }

    fn is_boolean(&self, said: &str) -> bool {
        self.names.booleans.contains(&said.trim_matches('"').to_lowercase())
    }

    fn word(&mut self, word: &str, list: &[Unit<'_>], out: &mut Vec<Piece>) -> usize {
        let lower = word.to_ascii_lowercase();
        let qualified = matches!(list.get(1), Some(Unit::Symbol(".")));
        if qualified && matches!(lower.as_str(), "public" | "pg_catalog" | "main") {
            return 2;
        }
        if let Some(Unit::Group(arguments)) = list.get(1)
            && !is_table_place(out)
            && let Some(taken) = self.call(&lower, arguments, list, out)
        {
            return taken;
        }
        if let Some(taken) = self.special_word(&lower, list, out) {
            return taken;
        }
        let is_reserved = words::quote(&lower, DialectKind::Mysql) != lower;
        if is_reserved && !qualified && !matches!(out.last(), Some(piece) if piece.text == ".") {
            if matches!(lower.as_str(), "null" | "true" | "false" | "default") {
                operand(out, word.to_owned());
            } else {
                other(out, word);
            }
        } else {
            self.name(word, false, out);
        }
        1
    }

    /// A name as the schema writes it, in the quotes that it needs there.
    fn name(&mut self, name: &str, quoted: bool, out: &mut Vec<Piece>) {
        let written = match self.names.from {
            DialectKind::Postgres if quoted => Some(name),
            DialectKind::Postgres => None,
            DialectKind::Sqlite | DialectKind::Mysql => {
                self.names.written.get(&name.to_lowercase()).map(String::as_str)
            }
        };
        let text = match written {
            Some(written) => words::quote(written, self.to()),
            None if quoted => words::quote(name, self.to()),
            None => name.to_owned(),
        };
        operand(out, text);
    }
}

/// Whether a name with parentheses here is a table with its columns, not a call.
fn is_table_place(out: &[Piece]) -> bool {
    let Some(last) = out.last() else { return false };
    let word = last.text.to_ascii_lowercase();
    matches!(
        word.as_str(),
        "into" | "references" | "table" | "with" | "as" | "update" | "recursive" | "," | "join" | "."
    ) && !(word == "," && out.iter().all(|piece| !piece.text.eq_ignore_ascii_case("with")))
}

fn operand(out: &mut Vec<Piece>, text: String) {
    out.push(Piece { text, kind: PieceKind::Operand });
}

fn other(out: &mut Vec<Piece>, text: impl Into<String>) {
    out.push(Piece { text: text.into(), kind: PieceKind::Other });
}

/// Takes the operand that ends the pieces, its qualifiers with it.
fn take_operand(out: &mut Vec<Piece>) -> Option<String> {
    let last = out.last().filter(|piece| piece.kind == PieceKind::Operand)?.text.clone();
    out.pop();
    let mut text = last;
    while out.last().is_some_and(|piece| piece.text == ".") {
        out.pop();
        let qualifier = out.pop()?;
        text = format!("{}.{text}", qualifier.text);
    }
    Some(text)
}

/// Pieces with blanks where SQL wants them.
fn join(pieces: &[Piece]) -> String {
    units::join(pieces.iter().map(|piece| piece.text.as_str()))
}

/// Whether a literal of texts is the only thing in an expression.
pub(super) fn is_text(text: &str, dialect: DialectKind) -> bool {
    matches!(token::tokens(text, dialect).as_slice(), [one] if one.kind == token::TokenKind::Text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use DialectKind::{Mysql, Postgres, Sqlite};

    fn said(from: DialectKind, able: Capabilities, text: &str) -> Reworded {
        let booleans = BTreeSet::from(["active".to_owned()]);
        let written = BTreeMap::from([("userid".to_owned(), "userId".to_owned())]);
        reword(text, &Names { from, able: &able, written, booleans })
    }

    fn check(from: DialectKind, able: Capabilities, cases: &[(&str, &str)]) {
        for (text, expected) in cases {
            let done = said(from, able, text);
            assert_eq!(done.unsupported, [""; 0], "{text}");
            assert_eq!(&done.sql, expected, "{text}");
        }
    }

    #[test]
    fn postgres_is_said_in_mysqls_words() {
        check(
            Postgres,
            Capabilities::MYSQL,
            &[
                ("'new'::character varying", "'new'"),
                ("now()", "CURRENT_TIMESTAMP(6)"),
                ("a || '-' || b.c", "concat(concat(a, '-'), b.c)"),
                ("status = ANY (ARRAY['a'::text, 'b'::text])", "status IN ('a', 'b')"),
                ("\"userId\" IS NOT DISTINCT FROM 5", "`userId` <=> 5"),
                ("gen_random_uuid()", "uuid()"),
                ("name ILIKE 'a%'", "name COLLATE utf8mb4_general_ci LIKE 'a%'"),
                ("data ->> 'k'", "json_unquote(json_extract(data, '$.k'))"),
                ("a::int + char_length(b)", "CAST(a AS signed) + char_length(b)"),
                ("x > now() - interval '1 day'", "x > CURRENT_TIMESTAMP(6) - INTERVAL 1 day"),
                (
                    "INSERT INTO t (a) VALUES (1) ON CONFLICT (a) DO UPDATE SET b = excluded.b",
                    "INSERT INTO t (a) VALUES (1) ON DUPLICATE KEY UPDATE b = VALUES(b)",
                ),
                ("SELECT public.t.a FROM public.t WHERE b ~ '^x'", "SELECT t.a FROM t WHERE b REGEXP '^x'"),
            ],
        );
    }

    #[test]
    fn mysql_is_said_in_postgres_words() {
        check(
            Mysql,
            Capabilities::POSTGRES,
            &[
                ("IF(`a` > 1, 'it\\'s', NULL)", "CASE WHEN a > 1 THEN 'it''s' ELSE NULL END"),
                ("ifnull(UserID, 0) <=> 1", "coalesce(\"userId\", 0) IS NOT DISTINCT FROM 1"),
                ("active = 1 AND b = 1", "active = TRUE AND b = 1"),
                ("CURRENT_TIMESTAMP(6)", "CURRENT_TIMESTAMP"),
                ("a / b && c", "a::numeric / b AND c"),
                ("concat(a, '-', b)", "(a::text || '-' || b::text)"),
                ("CAST(a AS UNSIGNED)", "CAST(a AS numeric(20))"),
                ("uuid()", "gen_random_uuid()"),
                ("x > NOW() - INTERVAL 1 DAY", "x > CURRENT_TIMESTAMP - interval '1 day'"),
                (
                    "INSERT IGNORE INTO t (a) VALUES (X'00ff')",
                    "INSERT INTO t (a) VALUES ('\\x00ff'::bytea) ON CONFLICT DO NOTHING",
                ),
            ],
        );
    }

    #[test]
    fn sqlite_is_said_in_the_servers_words() {
        check(
            Sqlite,
            Capabilities::POSTGRES,
            &[
                ("iif(a == 1, b, c)", "CASE WHEN a = 1 THEN b ELSE c END"),
                ("datetime('now')", "CURRENT_TIMESTAMP"),
                ("a IS b AND c IS NOT NULL", "a IS NOT DISTINCT FROM b AND c IS NOT NULL"),
            ],
        );
        check(Sqlite, Capabilities::MYSQL, &[("a || b", "concat(a, b)"), ("ifnull(a, 0)", "ifnull(a, 0)")]);
    }

    #[test]
    fn what_cannot_be_said_is_named() {
        let done = said(Postgres, Capabilities::MYSQL, "to_tsvector(a) @@ b");
        assert_eq!(done.unsupported, ["the function `to_tsvector`", "the operator `@`"]);
        let done = said(Postgres, Capabilities::MYSQL, "a / b");
        assert_eq!(done.unsupported, ["the division of what may be whole numbers"]);
        let done = said(Mysql, Capabilities::POSTGRES, "date_format(a, '%Y') + @x");
        assert_eq!(done.unsupported, ["the function `date_format`", "the variable `@`"]);
    }
}
