//! SQL text read into directives: one for each statement, nothing left out.
//!
//! What is not understood stays an opaque [`Operation::ExecuteSql`] with a diagnostic at its place.

use std::ops::Range;

use super::cursor::{Cursor, Fault, Read};
use super::{Directive, Excerpt, Operation, RawStatement, SqlClass, class, from_excerpt, objects, view};
use crate::diagnostic::{Checked, Diagnostic};
use crate::schema::Expression;
use crate::source::{DialectKind, SourceFile, Span};

/// Reads the statements in a part of a file.
pub fn from_sql(file: &SourceFile, part: Range<usize>, dialect: DialectKind) -> Checked<Vec<Directive>> {
    from_excerpt(file, &Excerpt::from(part), dialect)
}

/// Says that a statement is not understood, from a byte on.
pub(super) fn not_understood(span: Span, at: usize, message: &str) -> Diagnostic {
    let message = format!("this statement is not understood: {message}");
    Diagnostic::warning("operation/not-understood", message)
        .at(Span::new(span.source, at, at.max(span.start as usize) + 1), "not read from here on")
        .at(span, "it is run as it stands, and what it does to the schema is not known beforehand")
        .help("Check the statement's spelling; if your database takes it, the statement is still run where it can be")
}

/// What one statement means, what of it was read past, and where it was not understood.
pub(super) fn read(
    text: &str,
    raw: &RawStatement,
    dialect: DialectKind,
) -> (Vec<Operation>, Vec<String>, Option<Fault>) {
    let mut cursor = Cursor::new(text, raw, dialect);
    let mut skipped = Vec::new();
    let begin = cursor;
    let execute = |class| {
        let sql = Expression::verbatim(begin.statement(), dialect);
        vec![Operation::ExecuteSql { sql, class }]
    };
    match structure(&mut cursor, &mut skipped).and_then(|read| match read {
        Some(operations) => cursor.finish().map(|()| Some(operations)),
        None => Ok(None),
    }) {
        Ok(Some(operations)) => (operations, skipped, None),
        Ok(None) => (execute(class::kind(&begin).0), Vec::new(), None),
        Err(fault) => (execute(SqlClass::Structure), Vec::new(), Some(fault)),
    }
}

/// What changes structure; None where it is none we model, or something else.
fn structure(cursor: &mut Cursor<'_>, skipped: &mut Vec<String>) -> Read<Option<Vec<Operation>>> {
    if cursor.eat("CREATE") {
        objects::create(cursor, skipped)
    } else if cursor.eat("ALTER") {
        objects::alter(cursor, skipped)
    } else if cursor.eat("DROP") {
        objects::drop(cursor, skipped)
    } else if cursor.eat_any(&["RENAME TABLE", "RENAME TABLES"]).is_some() {
        objects::rename_tables(cursor).map(Some)
    } else if cursor.eat("COMMENT ON") {
        objects::comment(cursor).map(Some)
    } else if cursor.eat("REFRESH MATERIALIZED VIEW") {
        view::refresh(cursor).map(Some)
    } else if cursor.dialect != DialectKind::Sqlite && cursor.eat("TRUNCATE") {
        objects::truncate(cursor).map(Some)
    } else {
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceId;

    fn directives(dialect: DialectKind, sql: &str) -> Checked<Vec<Directive>> {
        let file = SourceFile::new(SourceId(0), "a.sql", sql);
        let whole = 0..file.text.len();
        from_sql(&file, whole, dialect)
    }

    fn check(dialect: DialectKind, sql: &str, expected: &[&str]) {
        let read = directives(dialect, sql);
        let names: Vec<String> = read
            .value
            .iter()
            .flat_map(|directive| &directive.operations)
            .map(|operation| format!("{operation:?}").split([' ', '(', '{']).next().unwrap().to_owned())
            .collect();
        assert_eq!(names, expected, "{dialect}: {sql}: {:?}", read.diagnostics);
        assert!(read.diagnostics.is_empty(), "{sql}: {:?}", read.diagnostics);
    }

    #[test]
    fn statements_become_operations() {
        use DialectKind::{Mysql, Postgres, Sqlite};
        check(
            Sqlite,
            "CREATE TABLE a (id INTEGER PRIMARY KEY, b TEXT DEFAULT 'x' NOT NULL)",
            &["CreateTable"],
        );
        check(Sqlite, "CREATE TABLE a (b, c, UNIQUE (b, c)) WITHOUT ROWID, STRICT", &["CreateTable"]);
        check(
            Postgres,
            "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON a USING btree (lower(b) DESC) WHERE b > 0",
            &["CreateIndex"],
        );
        check(
            Postgres,
            "ALTER TABLE a ADD COLUMN b int REFERENCES c (d), DROP COLUMN e CASCADE",
            &["AddColumn", "AddConstraint", "DropColumn"],
        );
        check(
            Postgres,
            "ALTER TABLE a ALTER b TYPE text USING b::text, ALTER COLUMN b SET NOT NULL",
            &["AlterColumn", "AlterColumn"],
        );
        check(
            Postgres,
            "CREATE TYPE mood AS ENUM ('a', 'b'); ALTER TYPE mood ADD VALUE 'c' AFTER 'a'",
            &["CreateEnum", "AddEnumLabel"],
        );
        check(Postgres, "COMMENT ON COLUMN a.b IS 'x'; COMMENT ON TABLE a IS NULL", &["Comment", "Comment"]);
        check(
            Mysql,
            "ALTER TABLE a CHANGE b c VARCHAR(20) NOT NULL AFTER d, ADD KEY (c), DROP PRIMARY KEY",
            &["RenameColumn", "AlterColumn", "CreateIndex", "DropConstraint"],
        );
        check(
            Mysql,
            "RENAME TABLE a TO b, c TO d; DROP INDEX i ON a",
            &["RenameTable", "RenameTable", "DropIndex"],
        );
        check(
            Mysql,
            "CREATE TABLE t (a INT UNSIGNED AUTO_INCREMENT, KEY k (a), b TIMESTAMP DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4",
            &["CreateTable"],
        );
        check(
            Sqlite,
            "CREATE TRIGGER t AFTER INSERT ON a BEGIN DELETE FROM b; END; DROP VIEW IF EXISTS v",
            &["CreateTrigger", "DropView"],
        );
        check(Sqlite, "INSERT INTO a VALUES (1); PRAGMA foreign_keys=ON", &["ExecuteSql", "ExecuteSql"]);
        check(Postgres, "CREATE SEQUENCE s; GRANT ALL ON a TO b", &["CreateObject", "ExecuteSql"]);
    }

    #[test]
    fn what_is_not_understood_is_said_where_it_stands() {
        let read = directives(DialectKind::Sqlite, "SELECT 1;\nCREATE TABLE a (b INT NOT FROBNICATE)");
        assert_eq!(read.diagnostics.len(), 1);
        assert_eq!(read.diagnostics[0].labels[0].span.start, 32);
        assert!(read.value[1].operations[0].is_opaque());
    }

    #[test]
    fn a_default_does_not_swallow_not_null() {
        let read = directives(
            DialectKind::Postgres,
            "CREATE TABLE a (b text DEFAULT 'x'::character varying NOT NULL)",
        );
        let Operation::CreateTable { table, .. } = &read.value[0].operations[0] else { panic!() };
        assert!(!table.columns[0].nullable);
        assert_eq!(table.columns[0].default.as_ref().unwrap().text(), "'x'::character varying");
    }
}
