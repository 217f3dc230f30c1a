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

fn refused_by_postgres(words: &[&str]) -> bool {
    let has = |wanted: &str| words.iter().any(|word| word.eq_ignore_ascii_case(wanted));
    let second_is = |wanted: &[&str]| {
        words.get(1).is_some_and(|word| wanted.iter().any(|one| word.eq_ignore_ascii_case(one)))
    };
    let starts = |start: &str| begins(words, start);
    if starts("CREATE") || starts("DROP") {
        return second_is(&["DATABASE", "TABLESPACE", "SUBSCRIPTION"])
            || ((second_is(&["INDEX"]) || starts("CREATE UNIQUE INDEX")) && has("CONCURRENTLY"));
    }
    if starts("ALTER") {
        return second_is(&["SYSTEM"])
            || (second_is(&["TABLE"]) && has("DETACH") && has("CONCURRENTLY"))
            || (second_is(&["DATABASE"]) && has("TABLESPACE"));
    }
    if starts("REINDEX") {
        return has("CONCURRENTLY") || second_is(&["DATABASE", "SYSTEM", "SCHEMA"]);
    }
    starts("VACUUM") || (starts("CLUSTER") && words.len() == 1)
}

/// The bare words of a statement that can matter: none of a query or a body behind them.
fn words(text: &str, dialect: DialectKind) -> Vec<&str> {
    const MOST: usize = 24;
    let tokens = token::Scanner::new(text, dialect).take(MOST);
    tokens.filter(|token| token.kind == TokenKind::Word).map(|token| token.text(text)).collect()
}

fn begins(words: &[&str], start: &str) -> bool {
    let mut words = words.iter();
    start.split(' ').all(|start| words.next().is_some_and(|word| word.eq_ignore_ascii_case(start)))
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
