//! Function calls: which of them SQLite has, under which name.

use super::{Piece, Rewriter, Unit, join, push, units, whole};
use crate::dialect::Fidelity;
use crate::schema::TypeKind;
use crate::source::DialectKind;
use crate::token::{lowercase, text_literal};

/// Functions that SQLite has under the same name and meaning (`sqlite.org/lang_corefunc.html`, `lang_aggfunc.html`,
/// `windowfunctions.html`). Those of `lang_mathfunc.html` are not in every build: the bundled one lacks them.
const SAME: [&str; 40] = [
    "abs",
    "avg",
    "changes",
    "char",
    "count",
    "ifnull",
    "iif",
    "json",
    "json_array",
    "json_array_length",
    "json_object",
    "json_type",
    "json_valid",
    "last_insert_rowid",
    "lower",
    "ltrim",
    "max",
    "min",
    "nullif",
    "printf",
    "quote",
    "replace",
    "round",
    "rtrim",
    "sign",
    "substr",
    "sum",
    "total",
    "typeof",
    "unicode",
    "upper",
    "row_number",
    "rank",
    "dense_rank",
    "percent_rank",
    "cume_dist",
    "ntile",
    "lag",
    "lead",
    "first_value",
];

/// Keywords that may stand before a parenthesis.
const KEYWORDS: [&str; 44] = [
    "and",
    "or",
    "not",
    "in",
    "values",
    "exists",
    "check",
    "on",
    "using",
    "as",
    "between",
    "case",
    "when",
    "then",
    "else",
    "is",
    "like",
    "select",
    "where",
    "from",
    "join",
    "conflict",
    "any",
    "all",
    "some",
    "over",
    "filter",
    "into",
    "set",
    "union",
    "except",
    "intersect",
    "by",
    "having",
    "limit",
    "offset",
    "returning",
    "distinct",
    "key",
    "materialized",
    "glob",
    "do",
    "row",
    "partition",
];

/// Functions of the others that SQLite has under another name.
const RENAMED: [(&str, &str); 27] = [
    ("char_length", "length"),
    ("character_length", "length"),
    ("lcase", "lower"),
    ("ucase", "upper"),
    ("mid", "substr"),
    ("if", "iif"),
    ("jsonb_array_length", "json_array_length"),
    ("json_length", "json_array_length"),
    ("jsonb_typeof", "json_type"),
    ("json_typeof", "json_type"),
    ("jsonb_build_object", "json_object"),
    ("json_build_object", "json_object"),
    ("jsonb_build_array", "json_array"),
    ("json_build_array", "json_array"),
    ("chr", "char"),
    ("btrim", "trim"),
    ("bool_and", "min"),
    ("every", "min"),
    ("bool_or", "max"),
    ("array_agg", "json_group_array"),
    ("json_agg", "json_group_array"),
    ("jsonb_agg", "json_group_array"),
    ("json_arrayagg", "json_group_array"),
    ("json_object_agg", "json_group_object"),
    ("jsonb_object_agg", "json_group_object"),
    ("last_value", "last_value"),
    ("nth_value", "nth_value"),
];

/// A version 4 UUID in SQLite's own words, so that the file works in every program.
pub(crate) const UUID: &str = "lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-' || substr('89AB', 1 + (abs(random()) % 4), 1) || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))";

/// A number from 0 to 1: SQLite's `random()` is any whole number.
const RANDOM: &str = "((random() / 18446744073709551616.0) + 0.5)";

impl Rewriter<'_> {
    /// Says a call; None where the word is no function.
    pub(super) fn call(&mut self, word: &str, arguments: &[Unit<'_>], out: &mut Vec<Piece>) -> Option<usize> {
        let name = &*lowercase(word);
        if KEYWORDS.contains(&name) {
            return None;
        }
        // `INSERT INTO t (a)`, `REFERENCES t (a)`: the word before says that this is a table.
        let previous = out.last().map(|piece| lowercase(&piece.text)).unwrap_or_default();
        if matches!(
            &*previous,
            "into" | "references" | "table" | "." | "with" | "as" | "update" | "recursive"
        ) {
            return None;
        }
        match name {
            "now"
            | "current_timestamp"
            | "localtimestamp"
            | "transaction_timestamp"
            | "statement_timestamp"
            | "utc_timestamp"
            | "clock_timestamp"
            | "sysdate" => {
                self.clock();
                let kind = Some(TypeKind::Timestamp { zone: true });
                out.push(Piece { text: "CURRENT_TIMESTAMP".into(), literal: false, kind });
            }
            "gen_random_uuid" | "uuid_generate_v4" | "uuid" => {
                self.note(
                    "dialect/uuid",
                    Fidelity::Emulated,
                    "UUIDs are made by an expression of SQLite's own functions",
                );
                out.push(Piece { text: format!("({UUID})"), literal: false, kind: Some(TypeKind::Uuid) });
            }
            "random" | "rand" if arguments.is_empty() => push(out, RANDOM.into(), false),
            "timezone" => return self.timezone(arguments, out),
            "cast" => self.cast_call(arguments, out),
            "date_add" | "date_sub" | "adddate" | "subdate" => self.date_add(name, arguments, out),
            _ if self.date_function(name, arguments, out) => {}
            _ if self.text_function(name, arguments, out) => {}
            _ if self.other_function(name, arguments, out) => {}
            _ => self.plain_call(word, name, arguments, out),
        }
        Some(2)
    }

    fn plain_call(&mut self, word: &str, name: &str, arguments: &[Unit<'_>], out: &mut Vec<Piece>) {
        if arguments.iter().any(|unit| unit.is("order")) && !name.ends_with("_value") {
            self.unsupported(format!("the order in `{word}`"));
        }
        let parts = units::split(arguments);
        let mut kinds = Vec::new();
        let said: Vec<String> = parts
            .into_iter()
            .map(|part| {
                let pieces = self.sequence(part);
                let is_name = pieces.len() == 1 || pieces.iter().any(|piece| piece.text == ".");
                kinds.push(pieces.last().and_then(|last| last.kind.clone()).filter(|_| is_name));
                join(&pieces)
            })
            .collect();
        let renamed = RENAMED.iter().find(|(from, _)| *from == name).map(|(_, to)| *to);
        if renamed.is_none() && !SAME.contains(&name) {
            self.unsupported(format!("the function `{word}`"));
        }
        if matches!(name, "lower" | "upper" | "lcase" | "ucase") {
            self.note(
                "dialect/ascii-case",
                Fidelity::Weakened,
                format!("`{name}` changes ASCII letters only"),
            );
        }
        let kind = match name {
            "count" | "length" | "row_number" | "rank" | "dense_rank" | "char_length" | "unicode" => {
                Some(whole())
            }
            "avg" => Some(TypeKind::Real),
            "sum" | "max" | "min" | "abs" | "lag" | "lead" => kinds.first().cloned().flatten(),
            "lower" | "upper" | "replace" | "substr" => Some(TypeKind::Text { length: None, fixed: false }),
            _ => None,
        };
        let text = format!("{}({})", renamed.unwrap_or(word), said.join(", "));
        out.push(Piece { text, literal: false, kind });
    }

    /// `timezone('utc', x)` is x: times are kept in UTC.
    fn timezone(&mut self, arguments: &[Unit<'_>], out: &mut Vec<Piece>) -> Option<usize> {
        let is_utc = matches!(arguments.first(), Some(Unit::Text(zone)) if zone.eq_ignore_ascii_case("utc"));
        match arguments.iter().position(|unit| unit.is_symbol(",")) {
            Some(comma) if is_utc => {
                let said = self.sequence(arguments.get(comma + 1..).unwrap_or_default());
                out.extend(said);
            }
            _ => self.unsupported("timezone() other than UTC"),
        }
        Some(2)
    }

    /// Everything else that wants more than another name.
    fn other_function(&mut self, name: &str, arguments: &[Unit<'_>], out: &mut Vec<Piece>) -> bool {
        let postgres = self.from == DialectKind::Postgres;
        let parts = units::split(arguments);
        match (name, parts.as_slice()) {
            ("coalesce", [x]) => {
                let said = self.sequence(x);
                out.push(Piece {
                    text: format!("({})", join(&said)),
                    literal: false,
                    kind: said.last().and_then(|p| p.kind.clone()),
                });
            }
            ("coalesce" | "ifnull", parts) => {
                let said: Vec<Vec<Piece>> = parts.iter().map(|part| self.sequence(part)).collect();
                let kind = kind_of_all(&said);
                let texts: Vec<String> = said.iter().map(|pieces| join(pieces)).collect();
                out.push(Piece { text: format!("coalesce({})", texts.join(", ")), literal: false, kind });
            }
            ("num_nulls" | "num_nonnulls", parts) if !parts.is_empty() => {
                let not = if name == "num_nulls" { "" } else { "NOT " };
                let said: Vec<String> =
                    parts.iter().map(|part| format!("({} IS {not}NULL)", self.say(part))).collect();
                out.push(Piece {
                    text: format!("({})", said.join(" + ")),
                    literal: false,
                    kind: Some(whole()),
                });
            }
            ("json_set" | "json_insert" | "json_replace" | "json_remove", parts) if !postgres => {
                let said: Vec<String> = parts.iter().map(|part| self.say(part)).collect();
                push(out, format!("{name}({})", said.join(", ")), false);
            }
            ("greatest" | "least", parts @ [_, _, ..]) => {
                let function = if name == "greatest" { "max" } else { "min" };
                let said: Vec<String> = parts.iter().map(|part| self.say(part)).collect();
                // PostgreSQL leaves NULLs out (18, 9.18.4), SQLite and MySQL do not.
                let said = match said.as_slice() {
                    [a, b] if postgres => format!("coalesce({function}({a}, {b}), {a}, {b})"),
                    _ if postgres => {
                        self.unsupported(format!("{name} of more than two"));
                        String::new()
                    }
                    all => format!("{function}({})", all.join(", ")),
                };
                push(out, said, false);
            }
            ("mod", [a, b]) => {
                let inner = [a, [Unit::Symbol("%")].as_slice(), b].concat();
                let said = self.say(&inner);
                out.push(Piece { text: format!("({said})"), literal: false, kind: Some(whole()) });
            }
            ("div", [a, b]) if postgres => {
                let (a, b) = (self.say(a), self.say(b));
                out.push(Piece {
                    text: format!("CAST({a} / {b} AS INTEGER)"),
                    literal: false,
                    kind: Some(whole()),
                });
            }
            ("floor" | "ceil" | "ceiling", [x]) => {
                let x = self.say(x);
                let step = if name == "floor" {
                    format!("- ({x} < CAST({x} AS INTEGER))")
                } else {
                    format!("+ ({x} > CAST({x} AS INTEGER))")
                };
                out.push(Piece {
                    text: format!("(CAST({x} AS INTEGER) {step})"),
                    literal: false,
                    kind: Some(whole()),
                });
            }
            ("trunc", [x]) => {
                let x = self.say(x);
                push(out, format!("CAST({x} AS INTEGER)"), false);
            }
            ("cardinality", [x]) | ("array_length", [x, [Unit::Number(_)]]) => {
                let x = self.say(x);
                let length = format!("json_array_length({x})");
                let text = if name == "cardinality" { length } else { format!("nullif({length}, 0)") };
                out.push(Piece { text, literal: false, kind: Some(whole()) });
            }
            ("format", [[Unit::Text(form)], values @ ..]) if postgres && only_strings(form) => {
                let said: Vec<String> =
                    values.iter().map(|value| format!(", coalesce({}, '')", self.say(value))).collect();
                push(out, format!("printf({}{})", text_literal(form), said.join("")), false);
            }
            ("json_unquote", [[word, Unit::Group(inner)]]) if word.is("json_extract") => {
                let Some(comma) = inner.iter().position(|unit| unit.is_symbol(",")) else { return false };
                let value = self.say(inner.get(..comma).unwrap_or_default());
                let path = self.say(inner.get(comma + 1..).unwrap_or_default());
                push(out, format!("({value} ->> {path})"), false);
            }
            ("json_extract", [x, path @ [Unit::Text(_)]]) => {
                self.note("dialect/json", Fidelity::Weakened, "texts taken out of JSON have no quotes here");
                let (x, path) = (self.say(x), self.say(path));
                push(out, format!("json_extract({x}, {path})"), false);
            }
            ("json_extract_path_text" | "jsonb_extract_path_text", [x, path @ [Unit::Text(_)]]) => {
                let list = [x, [Unit::Symbol("->>")].as_slice(), path].concat();
                let mut said = self.sequence(&list);
                out.append(&mut said);
            }
            ("isnull", [x]) => {
                let x = self.say(x);
                push(out, format!("({x} IS NULL)"), false);
            }
            _ => return false,
        }
        true
    }
}

/// The type that several values have together: a day beside a time of a day becomes one.
fn kind_of_all(values: &[Vec<Piece>]) -> Option<TypeKind> {
    let mut all: Option<TypeKind> = None;
    for pieces in values {
        let last = pieces.last()?;
        if last.literal && last.kind.is_none() {
            continue;
        }
        let kind = last.kind.clone()?;
        all = match (all, kind) {
            (None, kind) => Some(kind),
            (Some(TypeKind::Date), kind @ TypeKind::Timestamp { .. }) => Some(kind),
            (Some(kind @ TypeKind::Timestamp { .. }), TypeKind::Date | TypeKind::Timestamp { .. }) => {
                Some(kind)
            }
            (Some(same), kind) if same == kind => Some(same),
            (Some(TypeKind::Integer { .. }), TypeKind::Integer { .. }) => Some(whole()),
            _ => return None,
        };
    }
    all
}

/// Whether a format has no other parts than `%s` and `%%`.
fn only_strings(form: &str) -> bool {
    let mut characters = form.chars();
    while let Some(c) = characters.next() {
        if c == '%' && !matches!(characters.next(), Some('s' | '%')) {
            return false;
        }
    }
    true
}
