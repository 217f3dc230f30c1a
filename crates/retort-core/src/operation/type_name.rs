//! The types of PostgreSQL and MySQL, word by word: what follows a type that is none of its words is an error of
//! the statement, not a part of the type.

use super::cursor::{Cursor, Read};
use crate::schema::SqlType;
use crate::source::DialectKind;
use crate::token::{self, TokenKind};

/// Types of more than one word (PostgreSQL 18, chapter 8; MySQL 8.4, chapter 13), longest first.
const NAMES: [&str; 17] = [
    "NATIONAL CHARACTER VARYING",
    "NATIONAL CHAR VARYING",
    "NATIONAL CHARACTER",
    "NATIONAL VARCHAR",
    "NATIONAL CHAR",
    "CHARACTER LARGE OBJECT",
    "CHARACTER VARYING",
    "CHAR VARYING",
    "CHAR BYTE",
    "DOUBLE PRECISION",
    "BIT VARYING",
    "LONG VARCHAR",
    "LONG VARBINARY",
    "LONG CHAR VARYING",
    "LONG CHARACTER VARYING",
    "BINARY VARYING",
    "SIGNED INTEGER",
];

/// The fields of an interval.
const FIELDS: [&str; 6] = ["YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND"];

/// Words after a type of MySQL.
const MODIFIERS: [&str; 7] = ["UNSIGNED", "SIGNED", "ZEROFILL", "BINARY", "ASCII", "UNICODE", "BYTE"];

/// Reads a type to its last word.
pub(super) fn read(cursor: &mut Cursor<'_>) -> Read<SqlType> {
    let mark = cursor.mark();
    let _ = cursor.dialect == DialectKind::Postgres && cursor.eat("SETOF");
    let is_time = cursor.is_any(&["TIME", "TIMESTAMP"]);
    let is_interval = cursor.is("INTERVAL");
    let may_go_on = cursor.ahead(1).starts_with(|c: char| c.is_ascii_alphabetic());
    if !(may_go_on && NAMES.iter().any(|name| cursor.eat(name))) {
        cursor.object_name()?;
    }
    if is_interval {
        fields(cursor);
    }
    if cursor.is("(") {
        cursor.parenthesized()?;
    }
    if is_time {
        let _ = cursor.eat("WITH TIME ZONE") || cursor.eat("WITHOUT TIME ZONE");
    }
    if cursor.dialect == DialectKind::Mysql {
        while MODIFIERS.iter().any(|word| cursor.eat(word)) {}
    } else {
        array(cursor);
    }
    Ok(SqlType::new(cursor.since(mark)))
}

pub(super) fn fields(cursor: &mut Cursor<'_>) {
    if FIELDS.iter().any(|field| cursor.eat(field)) && cursor.eat("TO") {
        let _ = FIELDS.iter().any(|field| cursor.eat(field));
    }
}

/// `[]`, `[3]`, `ARRAY`, `ARRAY[3]`
fn array(cursor: &mut Cursor<'_>) {
    let _ = cursor.eat("ARRAY");
    while cursor.is("[") {
        while !cursor.is_done() && !cursor.eat("]") {
            cursor.skip();
        }
    }
}

/// Short names of PostgreSQL's types, and the long ones by which it knows them.
const LONG_NAMES: [(&str, &str); 19] = [
    ("int", "integer"),
    ("int4", "integer"),
    ("int2", "smallint"),
    ("int8", "bigint"),
    ("bool", "boolean"),
    ("varchar", "character varying"),
    ("char varying", "character varying"),
    ("char", "character"),
    ("bpchar", "character"),
    ("nchar", "character"),
    ("float4", "real"),
    ("float8", "double precision"),
    ("float", "double precision"),
    ("decimal", "numeric"),
    ("dec", "numeric"),
    ("varbit", "bit varying"),
    ("timestamptz", "timestamp with time zone"),
    ("timetz", "time with time zone"),
    ("time", "time without time zone"),
];

/// A type of PostgreSQL as `format_type` names it, without its length: `varchar(20)[]` is `character varying[]`.
pub(super) fn canonical(written: &str) -> String {
    let mut words = Vec::new();
    let mut depth = 0usize;
    let mut is_array = false;
    for token in token::tokens(written, DialectKind::Postgres) {
        match (token.kind, token.text(written)) {
            (_, "(") => depth += 1,
            (_, ")") => depth = depth.saturating_sub(1),
            (_, "[") => is_array = true,
            (TokenKind::Word, "ARRAY" | "array") => is_array = true,
            (TokenKind::Word, word) if depth == 0 => words.push(word.to_lowercase()),
            (TokenKind::Quoted, word) if depth == 0 => words.push(word.to_owned()),
            (_, ".") => words.push(".".to_owned()),
            _ => {}
        }
    }
    let name = words.join(" ").replace(" . ", ".");
    let name = name.strip_prefix("pg_catalog.").or(name.strip_prefix("public.")).unwrap_or(&name);
    let long = LONG_NAMES.iter().find(|(short, _)| *short == name).map_or(name, |(_, long)| long);
    let long = if long == "timestamp" { "timestamp without time zone" } else { long };
    format!("{long}{}", if is_array { "[]" } else { "" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::{Operation, from_sql};
    use crate::source::{SourceFile, SourceId};

    fn type_of(dialect: DialectKind, written: &str) -> Option<String> {
        let sql = format!("CREATE TABLE a (b {written} NOT NULL)");
        let file = SourceFile::new(SourceId(0), "a.sql", sql.as_str());
        let read = from_sql(&file, 0..sql.len(), dialect);
        match read.value[0].operations.first() {
            Some(Operation::CreateTable { table, .. }) => {
                Some(table.columns[0].column_type.text().to_owned())
            }
            _ => None,
        }
    }

    #[test]
    fn types_have_the_words_that_their_server_knows() {
        use DialectKind::{Mysql, Postgres, Sqlite};
        for written in [
            "double precision",
            "character varying(20)",
            "timestamp(6) with time zone",
            "time without time zone",
            "interval day to second(3)",
            "bit varying(5)",
            "numeric(10, 2)[]",
            "int[3][]",
            "pg_catalog.int4",
            "app.mood",
            "\"My type\"",
        ] {
            assert_eq!(type_of(Postgres, written).as_deref(), Some(written));
        }
        for written in [
            "int(10) unsigned zerofill",
            "national varchar(3)",
            "long varchar",
            "enum('a', 'b')",
            "char(3) binary",
        ] {
            assert_eq!(type_of(Mysql, written).as_deref(), Some(written));
        }
        assert!(type_of(Mysql, "varchar(3) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin").is_some());
        assert_eq!(type_of(Postgres, "INT FROBNICATE"), None);
        assert_eq!(type_of(Mysql, "INT FROBNICATE"), None);
        assert_eq!(type_of(Postgres, ""), None);
        assert_eq!(type_of(Sqlite, "INT FROBNICATE").as_deref(), Some("INT FROBNICATE"));
    }
}
