//! Tells state tables by their columns: `schema_migrations` alone belongs to four tools.

use std::collections::{BTreeMap, BTreeSet};

use crate::database::{Database, DatabaseError, Value};
use crate::layout::LayoutKind;
use crate::source::DialectKind;

/// A tool's table in a database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Whose it is.
    pub tool: LayoutKind,
    /// Its schema, on servers that have them.
    pub schema: Option<String>,
    /// Its name as the database has it.
    pub table: String,
}

impl Found {
    /// The name for people.
    pub fn name(&self) -> String {
        match &self.schema {
            Some(schema) => format!("{schema}.{}", self.table),
            None => self.table.clone(),
        }
    }
}

/// How a table is told.
struct Mark {
    tool: LayoutKind,
    table: &'static str,
    /// Columns it has, in lower case.
    columns: &'static [&'static str],
    /// It has no others.
    is_all: bool,
}

const fn mark(tool: LayoutKind, table: &'static str, columns: &'static [&'static str]) -> Mark {
    Mark { tool, table, columns, is_all: false }
}

const fn exactly(tool: LayoutKind, table: &'static str, columns: &'static [&'static str]) -> Mark {
    Mark { tool, table, columns, is_all: true }
}

/// From the tools' own sources, as the module of each layout names them.
const MARKS: [Mark; 14] = [
    mark(
        LayoutKind::Flyway,
        "flyway_schema_history",
        &["installed_rank", "version", "description", "type", "script", "checksum", "success"],
    ),
    mark(LayoutKind::Sqlx, "_sqlx_migrations", &["version", "description", "success", "checksum"]),
    exactly(LayoutKind::GolangMigrate, "schema_migrations", &["dirty", "version"]),
    mark(LayoutKind::Supabase, "schema_migrations", &["version", "statements"]),
    exactly(LayoutKind::Dbmate, "schema_migrations", &["version"]),
    mark(LayoutKind::Goose, "goose_db_version", &["id", "version_id", "is_applied"]),
    mark(LayoutKind::Diesel, "__diesel_schema_migrations", &["version", "run_on"]),
    mark(LayoutKind::Refinery, "refinery_schema_history", &["version", "name", "applied_on", "checksum"]),
    mark(
        LayoutKind::Prisma,
        "_prisma_migrations",
        &["id", "checksum", "finished_at", "migration_name", "rolled_back_at", "started_at"],
    ),
    mark(LayoutKind::Drizzle, "__drizzle_migrations", &["hash", "created_at"]),
    mark(
        LayoutKind::Atlas,
        "atlas_schema_revisions",
        &["version", "type", "applied", "total", "error", "hash"],
    ),
    mark(
        LayoutKind::Liquibase,
        "databasechangelog",
        &["id", "author", "filename", "orderexecuted", "exectype", "md5sum"],
    ),
    mark(LayoutKind::Sqitch, "changes", &["change_id", "script_hash", "change", "project"]),
    // Rails has dbmate's table, and this one besides.
    mark(LayoutKind::Rails, "ar_internal_metadata", &["key", "value"]),
];

/// The columns of each table, under the schema and the name of the table.
type Columns = BTreeMap<(Option<String>, String), BTreeSet<String>>;

/// All state tables that a database has, in the order of the tools.
///
/// # Errors
/// The database's own, when its catalog cannot be read.
pub fn find(db: &mut dyn Database) -> Result<Vec<Found>, DatabaseError> {
    let tables = columns(db)?;
    let mut found = Vec::new();
    for mark in &MARKS {
        for ((schema, table), columns) in &tables {
            let has_all = mark.columns.iter().all(|column| columns.contains(*column));
            let fits = has_all && (!mark.is_all || columns.len() == mark.columns.len());
            if fits && table.eq_ignore_ascii_case(mark.table) {
                found.push(Found { tool: mark.tool, schema: schema.clone(), table: table.clone() });
            }
        }
    }
    let is_rails = found.iter().any(|found| found.tool == LayoutKind::Rails);
    found.retain(|found| found.tool != LayoutKind::Rails);
    for found in found.iter_mut().filter(|found| is_rails && found.tool == LayoutKind::Dbmate) {
        found.tool = LayoutKind::Rails;
    }
    Ok(found)
}

fn columns(db: &mut dyn Database) -> Result<Columns, DatabaseError> {
    let names: Vec<String> = MARKS.iter().map(|mark| format!("'{}'", mark.table)).collect();
    let names = names.join(", ");
    let sql = match db.dialect() {
        DialectKind::Sqlite => format!(
            "SELECT NULL, m.name, p.name FROM sqlite_schema AS m JOIN pragma_table_info(m.name) AS p \
             WHERE m.type = 'table' AND lower(m.name) IN ({names})"
        ),
        DialectKind::Postgres => format!(
            "SELECT CAST(table_schema AS text), CAST(table_name AS text), CAST(column_name AS text) \
             FROM information_schema.columns WHERE lower(table_name) IN ({names})"
        ),
        DialectKind::Mysql => format!(
            "SELECT NULL, CAST(table_name AS CHAR), CAST(column_name AS CHAR) FROM information_schema.columns \
             WHERE table_schema = database() AND lower(table_name) IN ({names})"
        ),
    };
    let mut columns = Columns::new();
    for row in db.query(&sql)? {
        let text = |at: usize| row.get(at).and_then(Value::as_str).map(str::to_owned);
        if let (Some(table), Some(column)) = (text(1), text(2)) {
            columns.entry((text(0), table)).or_default().insert(column.to_ascii_lowercase());
        }
    }
    Ok(columns)
}
