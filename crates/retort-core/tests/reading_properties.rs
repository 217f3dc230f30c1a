//! Any text can be read as SQL: no panic, and every place is in the text and in order.

use proptest::prelude::*;
use retort_core::operation::{Operation, from_sql, kind_of_sql, split};
use retort_core::source::{DialectKind, SourceFile, SourceId};

/// Words, names, texts and symbols that lead into every room of the reader.
const SOUP: [&str; 130] = [
    "CREATE",
    "ALTER",
    "DROP",
    "RENAME",
    "TABLE",
    "INDEX",
    "UNIQUE",
    "VIEW",
    "MATERIALIZED",
    "RECURSIVE",
    "TRIGGER",
    "FUNCTION",
    "PROCEDURE",
    "AGGREGATE",
    "EVENT",
    "SEQUENCE",
    "DOMAIN",
    "TYPE",
    "SCHEMA",
    "EXTENSION",
    "POLICY",
    "TRUNCATE",
    "REFRESH",
    "COMMENT",
    "ON",
    "IS",
    "OR",
    "REPLACE",
    "IF",
    "NOT",
    "EXISTS",
    "NULL",
    "DEFAULT",
    "PRIMARY",
    "KEY",
    "FOREIGN",
    "REFERENCES",
    "CHECK",
    "CONSTRAINT",
    "EXCLUDE",
    "USING",
    "WITH",
    "WHERE",
    "INCLUDE",
    "NULLS",
    "DISTINCT",
    "GENERATED",
    "ALWAYS",
    "BY",
    "AS",
    "IDENTITY",
    "STORED",
    "COLLATE",
    "ADD",
    "COLUMN",
    "ATTRIBUTE",
    "VALUE",
    "SET",
    "RESET",
    "DATA",
    "TO",
    "RESTART",
    "START",
    "INCREMENT",
    "OWNED",
    "NONE",
    "PARTITION",
    "OF",
    "FOR",
    "VALUES",
    "FROM",
    "IN",
    "RANGE",
    "LIST",
    "HASH",
    "ATTACH",
    "DETACH",
    "INHERIT",
    "LIKE",
    "INCLUDING",
    "ALL",
    "ENABLE",
    "ROW",
    "LEVEL",
    "SECURITY",
    "CONVERT",
    "CHARACTER",
    "MODIFY",
    "CHANGE",
    "FIRST",
    "AFTER",
    "ENGINE",
    "CASE",
    "WHEN",
    "END",
    "BEGIN",
    "ATOMIC",
    "INTERVAL",
    "ARRAY",
    "DEFINER",
    "ALGORITHM",
    "DELIMITER",
    "COPY",
    "stdin",
    "int",
    "varchar",
    "timestamp",
    "zone",
    "a",
    "b",
    "\"c d\"",
    "`e`",
    "[f]",
    "'g'",
    "E'\\'h'",
    "U&'\\00e9'",
    "$$i$$",
    "$j$k$j$",
    "1",
    "2.5",
    "-",
    "(",
    ")",
    ",",
    ".",
    ";",
    "=",
    "::",
    "/*!50100",
    "*/",
];

fn check(text: &str) {
    for dialect in DialectKind::ALL {
        let file = SourceFile::new(SourceId(0), "a.sql", text);
        let read = from_sql(&file, 0..text.len(), dialect);
        assert_eq!(read.value.len(), split(text, dialect).len());
        let mut end = 0;
        for directive in &read.value {
            let range = directive.span.start as usize..directive.span.end as usize;
            assert!(range.start >= end && range.end > range.start, "{dialect}: {text}");
            end = range.end;
            assert!(text.get(range).is_some(), "{dialect}: {text}");
            for operation in &directive.operations {
                if let Operation::ExecuteSql { sql, .. } = operation {
                    assert!(!kind_of_sql(sql, dialect).is_empty());
                }
            }
        }
        for label in read.diagnostics.iter().flat_map(|diagnostic| &diagnostic.labels) {
            assert!(label.span.start as usize <= text.len() + 1);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(600) })]

    #[test]
    fn token_soup_is_read(words in proptest::collection::vec(proptest::sample::select(&SOUP[..]), 0..60)) {
        check(&words.join(" "));
    }

    #[test]
    fn a_statement_that_goes_astray_is_read(
        head in 0..SOUP.len(),
        words in proptest::collection::vec(proptest::sample::select(&SOUP[..]), 0..12),
    ) {
        let starts = ["CREATE TABLE t (a int", "ALTER TABLE t ADD", "CREATE INDEX i ON t (a", "CREATE VIEW v AS"];
        check(&format!("{} {}", starts[head % starts.len()], words.join(" ")));
    }

    #[test]
    fn any_text_is_read(text in "\\PC{0,200}") {
        check(&text);
    }
}

#[test]
fn unclosed_and_deep_texts_are_read() {
    let pieces = [
        "(",
        ")",
        "[",
        "'",
        "\"",
        "`",
        "/*",
        "/*!",
        "/*!50100 ",
        "*/",
        "$a$",
        "$",
        "--",
        "#",
        "\\",
        "\\\n",
        "E'",
        "U&'",
        ";",
        ",",
        ".",
        "BEGIN ",
        "CASE ",
        "CREATE ",
        "CREATE TABLE t (",
        "CREATE TABLE t (a int DEFAULT (",
        "CREATE FUNCTION f() BEGIN ATOMIC ",
        "CREATE TRIGGER BEGIN CASE ",
        "CREATE RULE r (",
        "a::",
        "- ",
        "a.",
        "COPY t FROM stdin;\n",
        "DELIMITER ",
        "INTERVAL ",
        "int[",
    ];
    for piece in pieces {
        check(&piece.repeat(20_000));
    }
    let deep = format!("{}1{}", "(".repeat(50_000), ")".repeat(50_000));
    check(&format!(
        "CREATE TABLE t (a int DEFAULT {deep}, CHECK {deep}, b int GENERATED ALWAYS AS {deep} STORED)"
    ));
    check(&format!("CREATE INDEX i ON t {deep} WHERE {deep}"));
}
