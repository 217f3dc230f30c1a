//! What kind of statement one is that is not read further: by its first words.

use super::SqlClass;
use super::cursor::Cursor;
use crate::schema::Expression;
use crate::source::DialectKind;
use crate::token;

/// A kind of statement: how it begins, its class, and what people call it.
type Kind = (&'static str, SqlClass, &'static str);

/// By first words; the first row that fits counts, so longer ones come first.
#[rustfmt::skip]
const STATEMENTS: [Kind; 78] = [
    ("INSERT", SqlClass::Data, "insert"),
    ("UPDATE", SqlClass::Data, "update"),
    ("DELETE", SqlClass::Data, "delete"),
    ("REPLACE", SqlClass::Data, "replace"),
    ("MERGE", SqlClass::Data, "merge"),
    ("COPY", SqlClass::Data, "copy"),
    ("LOAD", SqlClass::Data, "load data"),
    ("IMPORT TABLE", SqlClass::Data, "import table"),
    ("IMPORT FOREIGN SCHEMA", SqlClass::Structure, "foreign data"),
    ("HANDLER", SqlClass::Query, "handler"),
    ("SELECT", SqlClass::Query, "select"),
    ("VALUES", SqlClass::Query, "select"),
    ("TABLE", SqlClass::Query, "select"),
    ("(", SqlClass::Query, "select"),
    ("SHOW", SqlClass::Query, "show"),
    ("EXPLAIN", SqlClass::Query, "explain"),
    ("DESCRIBE", SqlClass::Query, "describe"),
    ("DESC", SqlClass::Query, "describe"),
    ("HELP", SqlClass::Query, "help"),
    ("FETCH", SqlClass::Query, "cursor"),
    ("MOVE", SqlClass::Query, "cursor"),
    ("DECLARE", SqlClass::Query, "cursor"),
    ("CLOSE", SqlClass::Query, "cursor"),
    ("SET CONSTRAINTS", SqlClass::Transaction, "transaction"),
    ("SET TRANSACTION", SqlClass::Transaction, "transaction"),
    ("SET PASSWORD", SqlClass::Access, "user"),
    ("SET DEFAULT ROLE", SqlClass::Access, "role"),
    ("SET ROLE", SqlClass::Session, "role"),
    ("SET RESOURCE GROUP", SqlClass::Session, "session setting"),
    ("SET", SqlClass::Session, "session setting"),
    ("RESET", SqlClass::Session, "session setting"),
    ("PRAGMA", SqlClass::Session, "pragma"),
    ("USE", SqlClass::Session, "session setting"),
    ("DISCARD", SqlClass::Session, "session setting"),
    ("LOCK", SqlClass::Session, "lock"),
    ("UNLOCK", SqlClass::Session, "lock"),
    ("LISTEN", SqlClass::Session, "notification"),
    ("UNLISTEN", SqlClass::Session, "notification"),
    ("NOTIFY", SqlClass::Session, "notification"),
    ("PREPARE TRANSACTION", SqlClass::Transaction, "two-phase commit"),
    ("COMMIT PREPARED", SqlClass::Transaction, "two-phase commit"),
    ("ROLLBACK PREPARED", SqlClass::Transaction, "two-phase commit"),
    ("XA", SqlClass::Transaction, "two-phase commit"),
    ("PREPARE", SqlClass::Session, "prepared statement"),
    ("EXECUTE", SqlClass::Routine, "prepared statement"),
    ("DEALLOCATE", SqlClass::Session, "prepared statement"),
    ("ATTACH", SqlClass::Session, "attached database"),
    ("DETACH", SqlClass::Session, "attached database"),
    ("\\", SqlClass::Session, "client command"),
    ("BEGIN NOT ATOMIC", SqlClass::Routine, "anonymous block"),
    ("BEGIN", SqlClass::Transaction, "transaction"),
    ("START SLAVE", SqlClass::Storage, "replication"),
    ("START REPLICA", SqlClass::Storage, "replication"),
    ("START", SqlClass::Transaction, "transaction"),
    ("COMMIT", SqlClass::Transaction, "transaction"),
    ("ROLLBACK", SqlClass::Transaction, "transaction"),
    ("ABORT", SqlClass::Transaction, "transaction"),
    ("END", SqlClass::Transaction, "transaction"),
    ("SAVEPOINT", SqlClass::Transaction, "savepoint"),
    ("RELEASE", SqlClass::Transaction, "savepoint"),
    ("GRANT", SqlClass::Access, "grant"),
    ("REVOKE", SqlClass::Access, "grant"),
    ("REASSIGN OWNED", SqlClass::Access, "owner"),
    ("SECURITY LABEL", SqlClass::Access, "security label"),
    ("RENAME USER", SqlClass::Access, "user"),
    ("DO", SqlClass::Routine, "anonymous block"),
    ("CALL", SqlClass::Routine, "procedure call"),
    ("VACUUM", SqlClass::Storage, "vacuum"),
    ("ANALYZE", SqlClass::Storage, "statistics"),
    ("ANALYSE", SqlClass::Storage, "statistics"),
    ("CLUSTER", SqlClass::Storage, "cluster"),
    ("REINDEX", SqlClass::Storage, "reindex"),
    ("OPTIMIZE", SqlClass::Storage, "table maintenance"),
    ("REPAIR", SqlClass::Storage, "table maintenance"),
    ("CHECK", SqlClass::Storage, "table maintenance"),
    ("CHECKSUM", SqlClass::Storage, "table maintenance"),
    ("CHECKPOINT", SqlClass::Storage, "checkpoint"),
    ("PARTITION BY", SqlClass::Structure, "partitions"),
];

/// The same for statements of rare administration.
#[rustfmt::skip]
const ADMINISTRATION: [Kind; 18] = [
    ("FLUSH", SqlClass::Storage, "server administration"),
    ("KILL", SqlClass::Session, "server administration"),
    ("PURGE", SqlClass::Storage, "replication"),
    ("CHANGE MASTER", SqlClass::Storage, "replication"),
    ("CHANGE REPLICATION", SqlClass::Storage, "replication"),
    ("STOP", SqlClass::Storage, "replication"),
    ("INSTALL", SqlClass::Storage, "plugin"),
    ("UNINSTALL", SqlClass::Storage, "plugin"),
    ("BACKUP", SqlClass::Storage, "backup"),
    ("CACHE INDEX", SqlClass::Storage, "server administration"),
    ("RESTART", SqlClass::Storage, "server administration"),
    ("SHUTDOWN", SqlClass::Storage, "server administration"),
    ("CLONE", SqlClass::Storage, "server administration"),
    ("BINLOG", SqlClass::Data, "replication"),
    ("SIGNAL", SqlClass::Routine, "signal"),
    ("RESIGNAL", SqlClass::Routine, "signal"),
    ("GET DIAGNOSTICS", SqlClass::Query, "diagnostics"),
    ("REFRESH MATERIALIZED VIEW", SqlClass::Data, "refresh"),
];

/// CREATE, ALTER and DROP by what follows them.
#[rustfmt::skip]
const OBJECTS: [Kind; 66] = [
    ("FOREIGN DATA WRAPPER", SqlClass::Storage, "foreign data"),
    ("FOREIGN TABLE", SqlClass::Structure, "foreign data"),
    ("SERVER", SqlClass::Storage, "foreign server"),
    ("USER MAPPING", SqlClass::Access, "user mapping"),
    ("DEFAULT PRIVILEGES", SqlClass::Access, "default privileges"),
    ("ROLE", SqlClass::Access, "role"),
    ("USER", SqlClass::Access, "user"),
    ("GROUP", SqlClass::Access, "role"),
    ("OWNED BY", SqlClass::Access, "owner"),
    ("POLICY", SqlClass::Access, "policy"),
    ("DATABASE", SqlClass::Storage, "database"),
    ("SYSTEM", SqlClass::Storage, "server setting"),
    ("TABLESPACE", SqlClass::Storage, "tablespace"),
    ("UNDO TABLESPACE", SqlClass::Storage, "tablespace"),
    ("LOGFILE GROUP", SqlClass::Storage, "tablespace"),
    ("RESOURCE GROUP", SqlClass::Storage, "resource group"),
    ("SPATIAL REFERENCE SYSTEM", SqlClass::Storage, "spatial reference system"),
    ("INSTANCE", SqlClass::Storage, "server setting"),
    ("STATISTICS", SqlClass::Storage, "statistics"),
    ("PUBLICATION", SqlClass::Storage, "publication"),
    ("SUBSCRIPTION", SqlClass::Storage, "subscription"),
    ("EVENT TRIGGER", SqlClass::Routine, "event trigger"),
    ("TEXT SEARCH", SqlClass::Routine, "text search"),
    ("OPERATOR CLASS", SqlClass::Routine, "operator class"),
    ("OPERATOR FAMILY", SqlClass::Routine, "operator class"),
    ("OPERATOR", SqlClass::Routine, "operator"),
    ("CAST", SqlClass::Routine, "cast"),
    ("TRANSFORM", SqlClass::Routine, "transform"),
    ("CONVERSION", SqlClass::Routine, "conversion"),
    ("ACCESS METHOD", SqlClass::Storage, "access method"),
    ("DEFAULT CONVERSION", SqlClass::Routine, "conversion"),
    ("COLLATION", SqlClass::Storage, "collation"),
    ("RULE", SqlClass::Routine, "rule"),
    ("TRUSTED PROCEDURAL LANGUAGE", SqlClass::Routine, "language"),
    ("TRUSTED LANGUAGE", SqlClass::Routine, "language"),
    ("PROCEDURAL LANGUAGE", SqlClass::Routine, "language"),
    ("LANGUAGE", SqlClass::Routine, "language"),
    ("LARGE OBJECT", SqlClass::Data, "large object"),
    ("PACKAGE BODY", SqlClass::Routine, "package"),
    ("PACKAGE", SqlClass::Routine, "package"),
    ("AGGREGATE FUNCTION", SqlClass::Routine, "function"),
    ("FUNCTION", SqlClass::Routine, "function"),
    ("PROCEDURE", SqlClass::Routine, "procedure"),
    ("ROUTINE", SqlClass::Routine, "function"),
    ("AGGREGATE", SqlClass::Routine, "aggregate"),
    ("EVENT", SqlClass::Routine, "event"),
    ("PREPARE", SqlClass::Session, "prepared statement"),
    ("EXTENSION", SqlClass::Storage, "extension"),
    ("VIRTUAL TABLE", SqlClass::Structure, "virtual table"),
    ("TEMPORARY", SqlClass::Session, "temporary object"),
    ("TEMP", SqlClass::Session, "temporary object"),
    ("LOCAL TEMPORARY", SqlClass::Session, "temporary object"),
    ("LOCAL TEMP", SqlClass::Session, "temporary object"),
    ("GLOBAL TEMPORARY", SqlClass::Session, "temporary object"),
    ("GLOBAL TEMP", SqlClass::Session, "temporary object"),
    ("SCHEMA", SqlClass::Structure, "schema"),
    ("SEQUENCE", SqlClass::Structure, "sequence"),
    ("DOMAIN", SqlClass::Structure, "domain"),
    ("TYPE", SqlClass::Structure, "type"),
    ("MATERIALIZED VIEW", SqlClass::Structure, "materialized view"),
    ("VIEW", SqlClass::Structure, "view"),
    ("CONSTRAINT TRIGGER", SqlClass::Structure, "trigger"),
    ("TRIGGER", SqlClass::Structure, "trigger"),
    ("INDEX", SqlClass::Structure, "index"),
    ("UNIQUE INDEX", SqlClass::Structure, "index"),
    ("TABLE", SqlClass::Structure, "table"),
];

/// What people call a statement that is kept as text: `grant`, `cast`, `event trigger`.
pub fn kind_of_sql(sql: &Expression, dialect: DialectKind) -> &'static str {
    let text = sql.text();
    // Its first words say it all: a megabyte of rows is not cut again.
    let tokens = token::Scanner::new(text, dialect).take(2000).collect();
    let raw = super::RawStatement { start: 0, end: text.len(), tokens };
    kind(&Cursor::new(text, &raw, dialect)).1
}

/// The class and name of the statement that a cursor is at the beginning of.
pub(super) fn kind(cursor: &Cursor<'_>) -> (SqlClass, &'static str) {
    let mut walk = *cursor;
    if walk.eat("WITH") {
        return with(walk);
    }
    if walk.eat_any(&["CREATE", "ALTER", "DROP"]).is_some() {
        return object(walk);
    }
    if walk.is_any(&["COMMENT ON", "RENAME", "TRUNCATE"]) {
        return (SqlClass::Structure, "structure");
    }
    if walk.is("SELECT") && makes_table(walk) {
        return (SqlClass::Structure, "select into");
    }
    match STATEMENTS.iter().chain(&ADMINISTRATION).find(|(words, ..)| walk.is(words)) {
        Some((_, class, title)) => (*class, title),
        None => (SqlClass::Unknown, "unknown"),
    }
}

/// `WITH … INSERT` changes rows, `WITH … SELECT` reads them.
fn with(mut walk: Cursor<'_>) -> (SqlClass, &'static str) {
    walk.text_until(&["INSERT", "UPDATE", "DELETE", "REPLACE", "MERGE", "SELECT", "VALUES"]);
    match walk.is_any(&["SELECT", "VALUES"]) {
        _ if walk.is_done() => (SqlClass::Unknown, "unknown"),
        true if makes_table(walk) => (SqlClass::Structure, "select into"),
        true => (SqlClass::Query, "select"),
        false => (SqlClass::Data, "with data change"),
    }
}

/// `SELECT … INTO t` makes a table in PostgreSQL; in MySQL it fills variables or a file.
fn makes_table(mut walk: Cursor<'_>) -> bool {
    walk.dialect == DialectKind::Postgres && {
        walk.text_until(&["INTO", "FROM", "UNION"]);
        walk.is("INTO")
    }
}

fn object(mut walk: Cursor<'_>) -> (SqlClass, &'static str) {
    let _ = walk.eat("OR REPLACE");
    let _ = walk.eat_any(&["ONLINE", "OFFLINE", "IGNORE", "UNLOGGED"]);
    // `DEFINER = u@h SQL SECURITY …` stands before routines and views.
    if walk.is_any(&["DEFINER", "SQL SECURITY", "ALGORITHM"]) {
        walk.text_until(&["PROCEDURE", "FUNCTION", "EVENT", "TRIGGER", "VIEW", "AGGREGATE", "PACKAGE"]);
    }
    match OBJECTS.iter().find(|(words, ..)| walk.is(words)) {
        Some((_, class, title)) => (*class, title),
        None => (SqlClass::Unknown, "unknown"),
    }
}
