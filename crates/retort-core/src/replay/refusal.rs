//! Refusals as a program sees them: the exception, the number and the words of its own database.

use crate::database::DatabaseError;
use crate::operation::{Refusal, Subject};
use crate::revision::{RefusalKind, StageError};
use crate::source::DialectKind;

/// What a database of the chain's dialect would say in place of the model. Programs look into its words ("already
/// exists", "duplicate column name"), so they are the server's own.
pub(crate) fn refused_by_model(refusal: &Refusal, dialect: DialectKind) -> StageError {
    let there = refusal.code == "replay/already-exists";
    let subject = refusal.subject.as_deref();
    let (kind, code, words) = match dialect {
        DialectKind::Sqlite => {
            (RefusalKind::Operational, "1", subject.and_then(|it| sqlite_words(it, there)))
        }
        DialectKind::Postgres => {
            let (code, words) = postgres_words(subject, there);
            (RefusalKind::Programming, code, words)
        }
        DialectKind::Mysql => {
            let (code, words) = mysql_words(subject, there);
            (of_mysql(code, dialect), code, words)
        }
    };
    let message = words.unwrap_or_else(|| refusal.message.clone());
    let error = DatabaseError { message, code: code.to_owned(), offset: None, unreachable: false };
    StageError::Refused { kind, error }
}

/// The texts of SQLite 3.53 (`build.c`, `alter.c`).
fn sqlite_words(subject: &Subject, there: bool) -> Option<String> {
    let Subject { kind, name, .. } = subject;
    Some(match (*kind, there) {
        ("column", true) => format!("duplicate column name: {name}"),
        ("column", false) => format!("no such column: \"{name}\""),
        ("table" | "index" | "view" | "trigger", true) => format!("{kind} {name} already exists"),
        ("table" | "index" | "view" | "trigger", false) => format!("no such {kind}: {name}"),
        _ => return None,
    })
}

/// Codes: `PostgreSQL` 18, appendix A; texts as that server gives them.
fn postgres_words(subject: Option<&Subject>, there: bool) -> (&'static str, Option<String>) {
    let Some(Subject { kind, name, table }) = subject else {
        return (if there { "42710" } else { "42704" }, None);
    };
    let code = match (*kind, there) {
        ("column", true) => "42701",
        ("column", false) => "42703",
        ("table" | "view" | "materialized view" | "index" | "sequence", true) => "42P07",
        ("table" | "view" | "materialized view", false) => "42P01",
        ("schema", true) => "42P06",
        ("schema", false) => "3F000",
        (_, true) => "42710",
        (_, false) => "42704",
    };
    let what = match (*kind, table) {
        ("table" | "index" | "sequence" | "view" | "materialized view", _) if there => {
            format!("relation \"{name}\"")
        }
        ("table", _) => format!("relation \"{name}\""),
        ("constraint" | "trigger" | "policy", Some(table)) if there => {
            format!("{kind} \"{name}\" for relation \"{table}\"")
        }
        ("column" | "constraint", Some(table)) => format!("{kind} \"{name}\" of relation \"{table}\""),
        ("trigger" | "policy", Some(table)) => format!("{kind} \"{name}\" for table \"{table}\""),
        _ => format!("{kind} \"{name}\""),
    };
    (code, Some(format!("{what} {}", if there { "already exists" } else { "does not exist" })))
}

/// `MySQL` 8.4, server error reference.
fn mysql_words(subject: Option<&Subject>, there: bool) -> (&'static str, Option<String>) {
    let Some(Subject { kind, name, table }) = subject else {
        return (if there { "1050/42S01" } else { "1091/42000" }, None);
    };
    let (code, words) = match (*kind, there) {
        ("column", true) => ("1060/42S21", format!("Duplicate column name '{name}'")),
        ("column", false) => match table {
            Some(table) => ("1054/42S22", format!("Unknown column '{name}' in '{table}'")),
            None => ("1054/42S22", format!("Unknown column '{name}'")),
        },
        ("index" | "constraint", true) => ("1061/42000", format!("Duplicate key name '{name}'")),
        ("index" | "constraint", false) => {
            ("1091/42000", format!("Can't DROP '{name}'; check that column/key exists"))
        }
        (_, true) => ("1050/42S01", format!("Table '{name}' already exists")),
        (_, false) => ("1146/42S02", format!("Table '{name}' doesn't exist")),
    };
    (code, Some(words))
}

/// What an engine said, as the exception that a program of the chain's dialect expects.
pub(crate) fn refused_by_database(
    error: DatabaseError,
    engine: DialectKind,
    chain: DialectKind,
) -> StageError {
    let kind = match engine {
        _ if error.unreachable => RefusalKind::Operational,
        DialectKind::Sqlite => of_sqlite(&error.code, chain),
        DialectKind::Postgres => of_postgres(&error.code, chain),
        DialectKind::Mysql => of_mysql(&error.code, chain),
    };
    StageError::Refused { kind, error }
}

/// Python's `sqlite3` knows `OperationalError` where the others tell programming faults apart.
fn programming(chain: DialectKind) -> RefusalKind {
    match chain {
        DialectKind::Sqlite => RefusalKind::Operational,
        DialectKind::Postgres | DialectKind::Mysql => RefusalKind::Programming,
    }
}

/// sqlite.org/rescode.html: 19 is CONSTRAINT, 1 ERROR, 20 MISMATCH, 18 TOOBIG.
fn of_sqlite(code: &str, chain: DialectKind) -> RefusalKind {
    match code.parse::<i32>().unwrap_or(0) & 0xff {
        19 | 20 => RefusalKind::Integrity,
        18 => RefusalKind::Data,
        1 => programming(chain),
        _ => RefusalKind::Operational,
    }
}

/// By the class of the SQLSTATE, as psycopg does (PostgreSQL 18, appendix A).
fn of_postgres(code: &str, chain: DialectKind) -> RefusalKind {
    match code.get(..2).unwrap_or("") {
        "22" => RefusalKind::Data,
        "23" => RefusalKind::Integrity,
        "0A" => RefusalKind::NotSupported,
        "25" | "2D" => RefusalKind::Internal,
        "42" | "26" | "34" | "3D" | "3F" => programming(chain),
        _ => RefusalKind::Operational,
    }
}

/// As `PyMySQL` and `mysqlclient` sort the numbers (MySQL 8.4, server error reference).
fn of_mysql(code: &str, chain: DialectKind) -> RefusalKind {
    match code.split('/').next().and_then(|number| number.parse::<u32>().ok()).unwrap_or(0) {
        1022 | 1048 | 1062 | 1169 | 1216 | 1217 | 1364 | 1451 | 1452 | 1557 | 1586 | 1761 | 1762 => {
            RefusalKind::Integrity
        }
        1264..=1266 | 1406 | 1441 => RefusalKind::Data,
        1007 | 1064 | 1102 | 1103 | 1110..=1113 | 1146 | 1149 => programming(chain),
        1235 | 1286 => RefusalKind::NotSupported,
        _ => RefusalKind::Operational,
    }
}

/// A refusal about the transaction itself.
pub(crate) fn no_savepoint(chain: DialectKind) -> StageError {
    let error = DatabaseError {
        message: "there is no such savepoint".to_owned(),
        code: String::new(),
        offset: None,
        unreachable: false,
    };
    StageError::Refused { kind: programming(chain), error }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::{apply, from_sql};
    use crate::schema::Schema;
    use crate::source::{SourceFile, SourceId};

    #[test]
    fn refusals_are_the_exceptions_of_the_chains_own_driver() {
        use DialectKind::{Mysql, Postgres, Sqlite};
        let kind = |code: &str, engine, chain| {
            let error = DatabaseError {
                message: String::new(),
                code: code.to_owned(),
                offset: None,
                unreachable: false,
            };
            match refused_by_database(error, engine, chain) {
                StageError::Refused { kind, .. } => kind,
                StageError::NotKnownHere => panic!("{code}"),
            }
        };
        assert_eq!(kind("1", Sqlite, Sqlite), RefusalKind::Operational);
        assert_eq!(kind("1", Sqlite, Postgres), RefusalKind::Programming);
        assert_eq!(kind("787", Sqlite, Sqlite), RefusalKind::Integrity);
        assert_eq!(kind("42P01", Postgres, Postgres), RefusalKind::Programming);
        assert_eq!(kind("25P02", Postgres, Postgres), RefusalKind::Internal);
        assert_eq!(kind("23505", Postgres, Postgres), RefusalKind::Integrity);
        assert_eq!(kind("1146/42S02", Mysql, Mysql), RefusalKind::Programming);
        assert_eq!(kind("1060/42S21", Mysql, Mysql), RefusalKind::Operational);
        assert_eq!(kind("1062/23000", Mysql, Mysql), RefusalKind::Integrity);
    }

    /// What the model says, in the words of a dialect, to the last of some statements.
    fn said(dialect: DialectKind, sql: &str) -> (String, String) {
        let file = SourceFile::new(SourceId(0), "", sql);
        let mut schema = Schema::empty(dialect);
        let mut refusal = None;
        for directive in from_sql(&file, 0..sql.len(), dialect).value {
            for operation in directive.operations {
                refusal = apply(&mut schema, &operation).err();
            }
        }
        match refused_by_model(&refusal.expect("a refusal"), dialect) {
            StageError::Refused { error, .. } => (error.code, error.message),
            StageError::NotKnownHere => panic!("{sql}"),
        }
    }

    #[test]
    fn the_model_speaks_as_the_server_would() {
        use DialectKind::{Mysql, Postgres, Sqlite};
        let column = "CREATE TABLE t (a int); ALTER TABLE t ADD COLUMN a int";
        let table = "CREATE TABLE t (a int); CREATE TABLE t (a int)";
        let gone = "CREATE TABLE t (a int); ALTER TABLE t DROP COLUMN b";
        let index = "CREATE TABLE t (a int); CREATE INDEX i ON t (a); CREATE INDEX i ON t (a)";
        for (dialect, sql, code, words) in [
            (Sqlite, column, "1", "duplicate column name: a"),
            (Sqlite, table, "1", "table t already exists"),
            (Sqlite, gone, "1", "no such column: \"b\""),
            (Sqlite, index, "1", "index i already exists"),
            (Sqlite, "DROP TABLE t", "1", "no such table: t"),
            (Postgres, column, "42701", "column \"a\" of relation \"t\" already exists"),
            (Postgres, table, "42P07", "relation \"t\" already exists"),
            (Postgres, gone, "42703", "column \"b\" of relation \"t\" does not exist"),
            (Postgres, index, "42P07", "relation \"i\" already exists"),
            (Postgres, "ALTER TABLE t ADD COLUMN a int", "42P01", "relation \"t\" does not exist"),
            (
                Postgres,
                "CREATE TABLE t (a int); ALTER TABLE t DROP CONSTRAINT c",
                "42704",
                "constraint \"c\" of relation \"t\" does not exist",
            ),
            (Mysql, column, "1060/42S21", "Duplicate column name 'a'"),
            (Mysql, table, "1050/42S01", "Table 't' already exists"),
            (Mysql, index, "1061/42000", "Duplicate key name 'i'"),
        ] {
            assert_eq!(said(dialect, sql), (code.to_owned(), words.to_owned()), "{dialect:?}: {sql}");
        }
    }
}
