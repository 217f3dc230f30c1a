//! How the time to read a text grows with it: 1 MB against 100 KB of each hostile form. Prints a table; nothing here
//! is a test. Linear is 10; twice that is worth a look.
//!
//! `cargo xtask bench reading`
#![allow(clippy::print_stdout, reason = "a program that prints a table")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use retort_core::operation::from_sql;
use retort_core::source::{DialectKind, SourceFile, SourceId};

/// A beginning that stands once, and what is repeated behind it.
const FORMS: [(&str, &str); 22] = [
    ("", "("),
    ("", "'"),
    ("", "\""),
    ("", "/* "),
    ("", "-- a\n"),
    ("", "$a$"),
    ("", "$a "),
    ("", "BEGIN "),
    ("", "\\"),
    ("", "a;"),
    ("CREATE TABLE t (a int DEFAULT ", "("),
    ("CREATE TABLE t (a int DEFAULT 1", " + 1"),
    ("CREATE TABLE t (", "a int, "),
    ("CREATE TABLE t (a int CHECK (", "a AND "),
    ("CREATE INDEX i ON t (", "a, "),
    ("CREATE FUNCTION f() RETURNS int BEGIN ATOMIC ", "SELECT CASE WHEN a THEN 1 END; "),
    ("CREATE TRIGGER t BEFORE INSERT ON a BEGIN ", "SELECT 1; "),
    ("ALTER TABLE t ", "ADD a int, "),
    ("INSERT INTO t VALUES ", "(1, 'a', NULL), "),
    ("WITH a AS (SELECT 1) ", "SELECT 1 UNION "),
    ("CREATE VIEW v AS SELECT ", "a, "),
    ("", "CREATE TABLE t (a int); "),
];

fn main() {
    println!("{:<48} {:>10} {:>10} {:>10} {:>6}", "form", "dialect", "100 KB", "1 MB", "ratio");
    for (start, piece) in FORMS {
        for dialect in DialectKind::ALL {
            let (small, large) =
                (time(start, piece, 100_000, dialect), time(start, piece, 1_000_000, dialect));
            let ratio = large.as_secs_f64() / small.as_secs_f64();
            let form = format!("{start}{piece}…").replace('\n', "⏎");
            println!("{form:<48} {:>10} {small:>10.1?} {large:>10.1?} {ratio:>6.1}", dialect.to_string());
        }
    }
}

/// The best of three.
fn time(start: &str, piece: &str, length: usize, dialect: DialectKind) -> Duration {
    let text = format!("{start}{}", piece.repeat(length / piece.len()));
    let file = SourceFile::new(SourceId(0), "a.sql", text.as_str());
    let run = || {
        let begun = Instant::now();
        black_box(from_sql(&file, 0..text.len(), dialect));
        begun.elapsed()
    };
    (0..3).map(|_| run()).min().unwrap_or_default()
}
