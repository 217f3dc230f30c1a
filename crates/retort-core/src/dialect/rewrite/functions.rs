//! Function calls: which of them SQLite has, under which name.

use super::units::Unit;
use super::{Piece, Rewriter, join, push, type_words};
use crate::dialect::Fidelity;

/// Functions that SQLite has under the same name and meaning (`sqlite.org/lang_corefunc.html`, `lang_aggfunc.html`,
/// `json1.html`, `lang_mathfunc.html`), and words that take parentheses without being functions.
const SAME: [&str; 72] = [
    "abs",
    "avg",
    "changes",
    "char",
    "coalesce",
    "concat",
    "concat_ws",
    "count",
    "format",
    "hex",
    "ifnull",
    "iif",
    "instr",
    "json",
    "json_array",
    "json_array_length",
    "json_extract",
    "json_object",
    "json_type",
    "json_valid",
    "length",
    "like",
    "lower",
    "ltrim",
    "max",
    "min",
    "nullif",
    "printf",
    "quote",
    "random",
    "randomblob",
    "replace",
    "round",
    "rtrim",
    "sign",
    "soundex",
    "substr",
    "substring",
    "sum",
    "total",
    "trim",
    "typeof",
    "unicode",
    "upper",
    "zeroblob",
    "acos",
    "asin",
    "atan",
    "atan2",
    "ceil",
    "ceiling",
    "cos",
    "degrees",
    "exp",
    "floor",
    "ln",
    "log",
    "mod",
    "pi",
    "pow",
    "power",
    "radians",
    "sin",
    "sqrt",
    "tan",
    "trunc",
    "row_number",
    "rank",
    "dense_rank",
    "lag",
    "lead",
    "date",
];

/// Keywords that may stand before a parenthesis.
const KEYWORDS: [&str; 29] = [
    "and", "or", "not", "in", "values", "exists", "check", "on", "using", "as", "between", "case", "when",
    "then", "else", "is", "like", "select", "where", "from", "join", "conflict", "any", "all", "some",
    "over", "filter", "into", "set",
];

/// Functions of the others that SQLite has under another name.
const RENAMED: [(&str, &str); 14] = [
    ("char_length", "length"),
    ("character_length", "length"),
    ("lcase", "lower"),
    ("ucase", "upper"),
    ("mid", "substr"),
    ("rand", "random"),
    ("if", "iif"),
    ("jsonb_array_length", "json_array_length"),
    ("jsonb_typeof", "json_type"),
    ("json_typeof", "json_type"),
    ("jsonb_build_object", "json_object"),
    ("json_build_object", "json_object"),
    ("jsonb_build_array", "json_array"),
    ("string_agg", "group_concat"),
];

/// A version 4 UUID in SQLite's own words, so that the file works in every program.
pub(crate) const UUID: &str = "lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-' || substr('89AB', 1 + (abs(random()) % 4), 1) || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))";

impl Rewriter<'_> {
    /// Says a call; None where the word is no function.
    pub(super) fn call(&mut self, word: &str, arguments: &[Unit<'_>], out: &mut Vec<Piece>) -> Option<usize> {
        let name = word.to_ascii_lowercase();
        if KEYWORDS.contains(&name.as_str()) {
            return None;
        }
        // `INSERT INTO t (a)`, `REFERENCES t (a)`: the word before says that this is a table.
        let previous = out.last().map(|piece| piece.text.to_ascii_lowercase()).unwrap_or_default();
        if matches!(
            previous.as_str(),
            "into" | "references" | "table" | "." | "with" | "as" | "update" | "recursive"
        ) {
            return None;
        }
        match name.as_str() {
            "now"
            | "current_timestamp"
            | "localtimestamp"
            | "transaction_timestamp"
            | "statement_timestamp"
            | "utc_timestamp"
            | "clock_timestamp"
            | "sysdate" => {
                self.clock();
                push(out, "CURRENT_TIMESTAMP".into(), false);
            }
            "gen_random_uuid" | "uuid_generate_v4" | "uuid" => {
                self.note(
                    "dialect/uuid",
                    Fidelity::Emulated,
                    "UUIDs are made by an expression of SQLite's own functions",
                );
                push(out, format!("({UUID})"), false);
            }
            "timezone" => return self.timezone(arguments, out),
            "cast" => self.cast_call(arguments, out),
            "octet_length" => {
                let said = self.sequence(arguments);
                push(out, format!("length(CAST({} AS BLOB))", join(&said)), false);
            }
            "json_unquote" => return self.json_unquote(arguments, out),
            _ => self.plain_call(word, &name, arguments, out),
        }
        Some(2)
    }

    fn plain_call(&mut self, word: &str, name: &str, arguments: &[Unit<'_>], out: &mut Vec<Piece>) {
        let said = self.sequence(arguments);
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
        push(out, format!("{}({})", renamed.unwrap_or(word), join(&said)), false);
    }

    /// `timezone('utc', x)` is x: times are kept in UTC.
    fn timezone(&mut self, arguments: &[Unit<'_>], out: &mut Vec<Piece>) -> Option<usize> {
        let is_utc = matches!(arguments.first(), Some(Unit::Text(zone)) if zone.eq_ignore_ascii_case("utc"));
        let comma = arguments.iter().position(|unit| *unit == Unit::Symbol(","));
        match comma {
            Some(comma) if is_utc => {
                let said = self.sequence(&arguments[comma + 1..]);
                out.extend(said);
            }
            _ => self.unsupported("timezone() other than UTC"),
        }
        Some(2)
    }

    fn cast_call(&mut self, arguments: &[Unit<'_>], out: &mut Vec<Piece>) {
        let is_as = |unit: &Unit<'_>| matches!(unit, Unit::Word(word) if word.eq_ignore_ascii_case("as"));
        let Some(place) = arguments.iter().rposition(is_as) else {
            self.unsupported("this CAST");
            return;
        };
        let said = self.sequence(&arguments[..place]);
        let (type_name, _) = type_words(&arguments[place + 1..]);
        let literal = said.len() == 1 && said[0].literal;
        let text = if said.len() == 1 { join(&said) } else { format!("({})", join(&said)) };
        self.cast(Piece { text, literal }, &type_name, out);
    }

    /// `JSON_UNQUOTE(JSON_EXTRACT(j, p))` → `j ->> p`.
    fn json_unquote(&mut self, arguments: &[Unit<'_>], out: &mut Vec<Piece>) -> Option<usize> {
        if let [Unit::Word(word), Unit::Group(inner)] = arguments
            && word.eq_ignore_ascii_case("json_extract")
            && let Some(comma) = inner.iter().position(|unit| *unit == Unit::Symbol(","))
        {
            let value = self.sequence(&inner[..comma]);
            let path = self.sequence(&inner[comma + 1..]);
            push(out, format!("({} ->> {})", join(&value), join(&path)), false);
        } else {
            self.unsupported("JSON_UNQUOTE of something other than JSON_EXTRACT");
        }
        Some(2)
    }
}
