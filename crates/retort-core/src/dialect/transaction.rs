//! Which statements cannot share a transaction with others.
//!
//! PostgreSQL refuses some inside of one (their pages of PostgreSQL 18, chapter VI, say so). MySQL and MariaDB
//! commit before and after all but changes of rows (MySQL 8.4, 15.3.3).

use super::Capabilities;
use crate::operation::{Operation, SqlClass};
use crate::source::DialectKind;
use crate::token::{self, TokenKind};

/// Whether a statement commits by itself, or must stand outside of a transaction.
pub(super) fn stands_alone(text: &str, operations: &[Operation], able: &Capabilities) -> bool {
    match able.dialect {
        DialectKind::Sqlite => begins(&words(text, able.dialect), "VACUUM"),
        DialectKind::Postgres => {
            let is_label = |operation: &Operation| matches!(operation, Operation::AddEnumLabel { .. });
            (operations.iter().any(is_label) && !able.add_label_in_transaction)
                || refused_by_postgres(&words(text, able.dialect))
        }
        DialectKind::Mysql => {
            !operations.iter().all(is_rows_only) || begins(&words(text, able.dialect), "TRUNCATE")
        }
    }
}

/// A statement that a transaction of MySQL can hold.
fn is_rows_only(operation: &Operation) -> bool {
    use SqlClass::{Data, Query, Session, Transaction};
    matches!(operation, Operation::ExecuteSql { class: Data | Query | Session | Transaction, .. })
}

fn refused_by_postgres(words: &[String]) -> bool {
    let has = |word: &str| words.iter().any(|other| other == word);
    let starts = |start: &str| begins(words, start);
    let index = starts("CREATE INDEX") || starts("CREATE UNIQUE INDEX") || starts("DROP INDEX");
    starts("VACUUM")
        || (has("CONCURRENTLY") && (index || starts("REINDEX")))
        || (starts("ALTER TABLE") && has("DETACH") && has("CONCURRENTLY"))
        || ["DATABASE", "SYSTEM", "SCHEMA"].iter().any(|what| starts(&format!("REINDEX {what}")))
        || ["CREATE", "DROP"].iter().any(|verb| {
            ["DATABASE", "TABLESPACE", "SUBSCRIPTION"].iter().any(|what| starts(&format!("{verb} {what}")))
        })
        || starts("ALTER SYSTEM")
        || (starts("ALTER DATABASE") && has("TABLESPACE"))
        || words == ["CLUSTER"]
}

/// The bare words of a statement that can matter, in capitals: none of a query or a body behind them.
fn words(text: &str, dialect: DialectKind) -> Vec<String> {
    const MOST: usize = 24;
    let tokens = token::Scanner::new(text, dialect).take(MOST);
    let words = tokens.filter(|token| token.kind == TokenKind::Word);
    words.map(|token| token.text(text).to_uppercase()).collect()
}

fn begins(words: &[String], start: &str) -> bool {
    let mut wanted = start.split(' ');
    let matching = words.iter().zip(wanted.by_ref()).all(|(word, start)| word == start);
    matching && words.len() >= start.split(' ').count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::from_sql;
    use crate::source::{SourceFile, SourceId};

    fn alone(able: &Capabilities, sql: &str) -> bool {
        let file = SourceFile::new(SourceId(0), "a.sql", sql);
        let read = from_sql(&file, 0..sql.len(), able.dialect).value;
        stands_alone(sql, &read[0].operations, able)
    }

    #[test]
    fn postgres_refuses_these_in_a_transaction() {
        let able = Capabilities::POSTGRES;
        for sql in [
            "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON t (a)",
            "DROP INDEX CONCURRENTLY i",
            "vacuum analyze t",
            "REINDEX (VERBOSE) TABLE CONCURRENTLY t",
            "ALTER TABLE t DETACH PARTITION p CONCURRENTLY",
            "CREATE DATABASE d",
            "ALTER SYSTEM SET work_mem = '1MB'",
        ] {
            assert!(alone(&able, sql), "{sql}");
        }
        for sql in [
            "CREATE INDEX i ON t (a)",
            "CREATE INDEX concurrent ON t (\"CONCURRENTLY\")",
            "REFRESH MATERIALIZED VIEW CONCURRENTLY m",
            "ALTER TYPE e ADD VALUE 'CONCURRENTLY'",
            "REINDEX TABLE t",
            "INSERT INTO t VALUES ('VACUUM')",
        ] {
            assert!(!alone(&able, sql), "{sql}");
        }
        assert!(alone(&Capabilities::postgres(11), "ALTER TYPE e ADD VALUE 'a'"));
    }

    #[test]
    fn mysql_holds_rows_only() {
        let able = Capabilities::MYSQL;
        for sql in ["CREATE TABLE t (a int)", "TRUNCATE TABLE t", "CREATE VIEW v AS SELECT 1", "FROBNICATE"] {
            assert!(alone(&able, sql), "{sql}");
        }
        for sql in ["INSERT INTO t VALUES (1)", "UPDATE t SET a = 1", "SET @a = 1", "SELECT 1"] {
            assert!(!alone(&able, sql), "{sql}");
        }
    }

    #[test]
    fn sqlite_refuses_vacuum() {
        let able = Capabilities::sqlite(3_054_001);
        assert!(alone(&able, "VACUUM"));
        assert!(!alone(&able, "CREATE TABLE t (a)"));
    }
}
