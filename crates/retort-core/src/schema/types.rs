//! Column types: as they were written, and what is meant.

use std::borrow::Cow;
use std::fmt;
use std::sync::{Arc, OnceLock};

use crate::source::DialectKind;
use crate::token::{self, Scanner, TokenKind};

/// A type as its author wrote it, in one line. Equality does not look at case or blanks.
#[derive(Clone)]
pub struct SqlType(Arc<Written>);

struct Written {
    text: Box<str>,
    /// What it means in the dialect that asked first: a type is of one dialect.
    kind: OnceLock<(DialectKind, TypeKind)>,
}

/// What a type means, whatever the dialect calls it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TypeKind {
    /// Whole numbers of so many bytes; `auto` for serial types.
    Integer { bytes: u8, unsigned: bool, auto: bool },
    /// Exact numbers: precision and scale.
    Decimal { precision: Option<u32>, scale: u32 },
    /// Binary floating point.
    Real,
    /// True and false.
    Boolean,
    /// Characters; `length` is the longest allowed, in characters.
    Text { length: Option<u32>, fixed: bool },
    /// Bytes.
    Blob { length: Option<u32> },
    /// A day.
    Date,
    /// A time of day.
    Time,
    /// A day and time; with or without a time zone.
    Timestamp { zone: bool },
    /// A span of time.
    Interval,
    /// A UUID.
    Uuid,
    /// JSON; `binary` for PostgreSQL's jsonb.
    Json { binary: bool },
    /// One of these labels.
    Enum(Vec<String>),
    /// Any of these members.
    Set(Vec<String>),
    /// A list of another type.
    Array(Box<TypeKind>),
    /// No type given (SQLite).
    None,
    /// Anything else, by its name in lower case: a user's enum or domain, or a special type.
    Named(String),
}

impl SqlType {
    /// Takes a type's text; blanks and line ends become single blanks.
    pub fn new(text: &str) -> SqlType {
        if is_in_one_form(text) {
            return SqlType(Arc::new(Written { text: text.into(), kind: OnceLock::new() }));
        }
        let mut written = String::with_capacity(text.len());
        for word in text.split_whitespace() {
            if !written.is_empty() {
                written.push(' ');
            }
            written.push_str(word);
        }
        if written.contains('(') {
            written = written.replace(" (", "(").replace("( ", "(").replace(" )", ")");
        }
        SqlType(Arc::new(Written { text: written.into(), kind: OnceLock::new() }))
    }

    /// The type as it was written.
    pub fn text(&self) -> &str {
        &self.0.text
    }

    /// What it means in a dialect.
    pub fn kind(&self, dialect: DialectKind) -> TypeKind {
        let (known, kind) = self.0.kind.get_or_init(|| (dialect, self.read(dialect)));
        if *known == dialect { kind.clone() } else { self.read(dialect) }
    }

    fn read(&self, dialect: DialectKind) -> TypeKind {
        let parts = Parts::read(self.text(), dialect);
        if parts.is_array {
            return TypeKind::Array(Box::new(parts.kind(dialect)));
        }
        parts.kind(dialect)
    }
}

/// Whether the blanks of a type stand as they are kept; most do.
fn is_in_one_form(text: &str) -> bool {
    let mut before = b' ';
    for byte in text.bytes() {
        let is_odd = match byte {
            b' ' => matches!(before, b' ' | b'('),
            b'(' | b')' => before == b' ',
            _ => byte.is_ascii_control() || !byte.is_ascii(),
        };
        if is_odd {
            return false;
        }
        before = byte;
    }
    before != b' ' || text.is_empty()
}

impl PartialEq for SqlType {
    fn eq(&self, other: &SqlType) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.text().eq_ignore_ascii_case(other.text())
    }
}

impl Eq for SqlType {}

impl fmt::Debug for SqlType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqlType").field("written", &self.text()).finish()
    }
}

impl fmt::Display for SqlType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

/// A type cut into its words and arguments.
struct Parts<'a> {
    words: Vec<Cow<'a, str>>,
    arguments: Vec<Cow<'a, str>>,
    is_array: bool,
}

impl<'a> Parts<'a> {
    fn read(text: &'a str, dialect: DialectKind) -> Parts<'a> {
        let mut parts = Parts { words: Vec::new(), arguments: Vec::new(), is_array: false };
        let mut depth = 0;
        for token in Scanner::new(text, dialect) {
            let word = token.text(text);
            match (token.kind, word) {
                (_, "(") => depth += 1,
                (_, ")") => depth -= 1,
                (_, "[") => parts.is_array = true,
                (TokenKind::Word, _) if word.eq_ignore_ascii_case("array") => parts.is_array = true,
                (TokenKind::Text, _) if depth > 0 => {
                    parts.arguments.extend(token::value_of(word, dialect));
                }
                (TokenKind::Number, _) if depth > 0 => parts.arguments.push(Cow::Borrowed(word)),
                (TokenKind::Word, _) if depth == 0 => parts.words.push(token::folded(word)),
                (TokenKind::Quoted, _) if depth == 0 => parts.words.push(token::name_of(word, dialect)),
                _ => {}
            }
        }
        parts
    }

    fn number(&self, index: usize) -> Option<u32> {
        self.arguments.get(index)?.parse().ok()
    }

    fn has(&self, word: &str) -> bool {
        self.words.iter().any(|w| w == word)
    }

    /// The labels of an ENUM or SET.
    fn given(&self) -> Vec<String> {
        self.arguments.iter().map(ToString::to_string).collect()
    }

    fn integer(&self, bytes: u8) -> TypeKind {
        TypeKind::Integer { bytes, unsigned: self.has("unsigned") || self.has("zerofill"), auto: false }
    }

    /// Type names of the three vendors: PostgreSQL 18 chapter 8, MySQL 8.4 chapter 13, sqlite.org/datatype3.
    fn kind(&self, dialect: DialectKind) -> TypeKind {
        let mysql = dialect == DialectKind::Mysql;
        let serial = |bytes| TypeKind::Integer { bytes, unsigned: false, auto: true };
        // `pg_catalog.int4`: the last word before the modifiers is the type.
        let Some(first) = self.words.iter().find(|word| *word != "pg_catalog" && *word != "public") else {
            return TypeKind::None;
        };
        match &**first {
            "tinyint" if mysql && self.number(0) == Some(1) && !self.has("unsigned") => TypeKind::Boolean,
            "tinyint" | "int1" => self.integer(1),
            "smallint" | "int2" | "year" => self.integer(2),
            "mediumint" | "int3" => self.integer(3),
            "int" | "integer" | "int4" => self.integer(4),
            "bigint" | "int8" => self.integer(8),
            "serial" if mysql => TypeKind::Integer { bytes: 8, unsigned: true, auto: true },
            "serial" | "serial4" => serial(4),
            "smallserial" | "serial2" => serial(2),
            "bigserial" | "serial8" => serial(8),
            "decimal" | "numeric" | "dec" | "fixed" => {
                TypeKind::Decimal { precision: self.number(0), scale: self.number(1).unwrap_or(0) }
            }
            "real" | "float" | "double" | "float4" | "float8" => TypeKind::Real,
            "bool" | "boolean" => TypeKind::Boolean,
            _ => self.text_or_other(first, dialect),
        }
    }

    fn text_or_other(&self, first: &str, dialect: DialectKind) -> TypeKind {
        let varying = self.has("varying") || self.has("large");
        let length = self.number(0);
        match first {
            "varchar" | "nvarchar" | "varchar2" | "character" | "char" | "nchar" | "bpchar" | "national" => {
                let fixed = !varying && !first.contains("varchar") && first != "national";
                let one = (fixed && first != "bpchar").then_some(1);
                TypeKind::Text { length: length.or(one), fixed }
            }
            "text" | "tinytext" | "mediumtext" | "longtext" | "clob" | "citext" | "name" | "long" => {
                TypeKind::Text { length: None, fixed: false }
            }
            "bytea" | "blob" | "tinyblob" | "mediumblob" | "longblob" => TypeKind::Blob { length: None },
            "binary" | "varbinary" => TypeKind::Blob { length },
            "date" => TypeKind::Date,
            "time" | "timetz" => TypeKind::Time,
            // MySQL's timestamp is an instant, kept in UTC (MySQL 8.4, 13.2.2).
            "timestamp" => TypeKind::Timestamp {
                zone: dialect == DialectKind::Mysql || (self.has("with") && !self.has("without")),
            },
            "timestamptz" => TypeKind::Timestamp { zone: true },
            "datetime" => TypeKind::Timestamp { zone: false },
            "interval" => TypeKind::Interval,
            "uuid" => TypeKind::Uuid,
            "json" => TypeKind::Json { binary: false },
            "jsonb" => TypeKind::Json { binary: true },
            "enum" if dialect == DialectKind::Mysql => TypeKind::Enum(self.given()),
            "set" if dialect == DialectKind::Mysql => TypeKind::Set(self.given()),
            other => TypeKind::Named(
                self.words
                    .last()
                    .filter(|_| self.words.len() > 1)
                    .map_or_else(|| other.to_owned(), |_| self.words.join(".")),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use DialectKind::{Mysql, Postgres, Sqlite};

    fn check(dialect: DialectKind, text: &str, expected: &TypeKind) {
        assert_eq!(&SqlType::new(text).kind(dialect), expected, "{dialect}: {text}");
    }

    #[test]
    fn vendors_names_have_one_meaning() {
        let text = |length, fixed| TypeKind::Text { length, fixed };
        check(Postgres, "character  varying ( 20 )", &text(Some(20), false));
        check(Postgres, "char(3)", &text(Some(3), true));
        check(Postgres, "char", &text(Some(1), true));
        check(Mysql, "VARCHAR(36) CHARACTER SET utf8mb4", &text(Some(36), false));
        check(Mysql, "int(10) unsigned", &TypeKind::Integer { bytes: 4, unsigned: true, auto: false });
        check(Mysql, "tinyint(1)", &TypeKind::Boolean);
        check(Mysql, "enum('a','b''c')", &TypeKind::Enum(vec!["a".into(), "b'c".into()]));
        check(Postgres, "bigserial", &TypeKind::Integer { bytes: 8, unsigned: false, auto: true });
        check(Postgres, "timestamp without time zone", &TypeKind::Timestamp { zone: false });
        check(Postgres, "timestamp(6) with time zone", &TypeKind::Timestamp { zone: true });
        check(Postgres, "numeric(10, 2)", &TypeKind::Decimal { precision: Some(10), scale: 2 });
        check(Postgres, "text[]", &TypeKind::Array(Box::new(text(None, false))));
        check(Postgres, "mood", &TypeKind::Named("mood".into()));
        check(Postgres, "app.mood", &TypeKind::Named("app.mood".into()));
        check(Postgres, "double precision", &TypeKind::Real);
        check(Sqlite, "", &TypeKind::None);
    }

    #[test]
    fn equality_looks_past_blanks_and_case() {
        assert_eq!(SqlType::new("Varchar ( 20 )"), SqlType::new("VARCHAR(20)"));
        assert_ne!(SqlType::new("VARCHAR(20)"), SqlType::new("VARCHAR(21)"));
    }
}
