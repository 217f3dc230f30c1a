//! The rows of a state table, in one form for all tools.

use super::find::Found;
use crate::database::{Database, DatabaseError, Row, Value};
use crate::layout::LayoutKind;
use crate::source::DialectKind;

/// What a row says about its version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// It ran to its end.
    Applied,
    /// It began and did not end well.
    Failed,
    /// It and everything before it count as applied, as somebody said.
    Baseline,
    /// It was undone; the row stays.
    Undone,
}

/// A row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Record {
    /// As recorded; None for a repeatable script.
    pub(super) version: Option<String>,
    /// The name it has for people, or a path.
    pub(super) name: String,
    pub(super) checksum: Option<String>,
    pub(super) standing: Standing,
}

/// Reads the rows in the order in which the tool wrote them.
pub(super) fn read(db: &mut dyn Database, found: &Found) -> Result<Vec<Record>, DatabaseError> {
    let dialect = db.dialect();
    let table = quoted(found, dialect);
    let Some(sql) = query(found.tool, dialect, &table) else { return Ok(Vec::new()) };
    let rows = db.query(&sql)?;
    Ok(rows.iter().filter_map(|row| record(found.tool, row)).collect())
}

fn quoted(found: &Found, dialect: DialectKind) -> String {
    let quote = |name: &str| match dialect {
        DialectKind::Mysql => format!("`{}`", name.replace('`', "``")),
        DialectKind::Sqlite | DialectKind::Postgres => format!("\"{}\"", name.replace('"', "\"\"")),
    };
    match &found.schema {
        Some(schema) => format!("{}.{}", quote(schema), quote(&found.table)),
        None => quote(&found.table),
    }
}

/// Four texts in each row: version, name, checksum, standing (`1` applied, `0` failed, `b` baseline, `u` undone).
fn query(tool: LayoutKind, dialect: DialectKind, table: &str) -> Option<String> {
    let text = |expression: &str| match dialect {
        DialectKind::Mysql => format!("CAST({expression} AS CHAR)"),
        DialectKind::Sqlite | DialectKind::Postgres => format!("CAST({expression} AS text)"),
    };
    let hex = match dialect {
        DialectKind::Postgres => "encode(checksum, 'hex')".to_owned(),
        DialectKind::Sqlite | DialectKind::Mysql => "lower(hex(checksum))".to_owned(),
    };
    let when = |condition: &str| format!("CASE WHEN {condition} THEN '1' ELSE '0' END");
    let applied = "'1'".to_owned();
    let none = "NULL".to_owned();
    let (version, name, checksum, standing, rest) = match tool {
        LayoutKind::Flyway => (
            text("version"),
            text("description"),
            text("checksum"),
            "CASE WHEN NOT success THEN '0' WHEN type = 'BASELINE' THEN 'b' WHEN type = 'SCHEMA' THEN 's' \
             WHEN type = 'DELETE' OR type LIKE 'UNDO%' THEN 'u' ELSE '1' END"
                .to_owned(),
            "ORDER BY installed_rank",
        ),
        LayoutKind::Sqlx => (text("version"), text("description"), hex, when("success"), "ORDER BY version"),
        LayoutKind::GolangMigrate => (text("version"), none.clone(), none, when("NOT dirty"), ""),
        LayoutKind::Dbmate | LayoutKind::Rails => (text("version"), none.clone(), none, applied, "ORDER BY 1"),
        LayoutKind::Diesel => (text("version"), none.clone(), none, applied, "ORDER BY 1"),
        LayoutKind::Supabase => (text("version"), text("name"), none, applied, "ORDER BY 1"),
        LayoutKind::Goose => (
            text("version_id"),
            none.clone(),
            none,
            "CASE WHEN is_applied THEN '1' ELSE 'u' END".to_owned(),
            "ORDER BY id",
        ),
        LayoutKind::Refinery => (text("version"), text("name"), text("checksum"), applied, "ORDER BY version"),
        LayoutKind::Prisma => (
            text("migration_name"),
            none,
            text("checksum"),
            "CASE WHEN rolled_back_at IS NOT NULL THEN 'u' WHEN finished_at IS NULL THEN '0' ELSE '1' END".to_owned(),
            "ORDER BY started_at",
        ),
        LayoutKind::Drizzle => (text("created_at"), none, text("hash"), applied, "ORDER BY created_at"),
        LayoutKind::Atlas => (
            text("version"),
            text("error"),
            text("hash"),
            "CASE WHEN applied < total OR length(coalesce(error, '')) > 0 THEN '0' WHEN type = 1 THEN 'b' ELSE '1' END"
                .to_owned(),
            "ORDER BY version",
        ),
        LayoutKind::Liquibase => (
            text(if dialect == DialectKind::Mysql { "concat(author, ':', id)" } else { "author || ':' || id" }),
            text("filename"),
            none,
            "CASE WHEN exectype IN ('EXECUTED', 'RERAN', 'MARK_RAN') THEN '1' WHEN exectype = 'SKIPPED' THEN 'u' ELSE '0' END"
                .to_owned(),
            "ORDER BY orderexecuted",
        ),
        LayoutKind::Sqitch => {
            let change = if dialect == DialectKind::Mysql { "`change`" } else { "\"change\"" };
            (text("change_id"), text(change), text("script_hash"), applied, "ORDER BY committed_at")
        }
        LayoutKind::Retort | LayoutKind::Alembic | LayoutKind::Plain => return None,
    };
    Some(format!("SELECT {version}, {name}, {checksum}, {standing} FROM {table} {rest}"))
}

/// None for rows that speak of no revision: goose's row 0, Flyway's schema row, Atlas' own identifier.
fn record(tool: LayoutKind, row: &Row) -> Option<Record> {
    let text = |at: usize| row.get(at).and_then(Value::as_str);
    let standing = match text(3)? {
        "1" => Standing::Applied,
        "0" => Standing::Failed,
        "b" => Standing::Baseline,
        "u" => Standing::Undone,
        _ => return None,
    };
    let version = text(0).map(str::to_owned);
    match (tool, version.as_deref()) {
        (LayoutKind::Goose, Some("0")) => return None,
        (LayoutKind::Atlas, Some(version)) if version.starts_with('.') => return None,
        _ => {}
    }
    let checksum = text(2).map(str::to_owned);
    Some(Record { version, name: text(1).unwrap_or_default().to_owned(), checksum, standing })
}
