//! Reads a live database's schema back.
//!
//! In: a database. Out: the [`Schema`] that it holds, the version table left out.

mod cells;
mod mysql;
mod postgres;
mod probe;
mod sqlite;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::database::{Database, DatabaseError};
use crate::dialect::ServerDefaults;
use crate::operation::{Operation, from_sql};
use crate::schema::{Schema, Table};
use crate::source::{DialectKind, SourceFile, SourceId};
use crate::version_table::VersionTable;

pub(crate) use probe::{Doubtful, in_servers_words};

/// Tables that were read before, by everything that SQLite stores of them. All that its pragmas tell of a table
/// follows from these texts, so a table of the same texts is the same table, in whichever database.
#[derive(Clone, Debug, Default)]
pub struct KnownTables(BTreeMap<String, Arc<Table>>);

/// The operation that a text of the server's own stands for.
fn written(sql: &str, dialect: DialectKind) -> Option<Operation> {
    let file = SourceFile::new(SourceId(0), "catalog", sql);
    let directives = from_sql(&file, 0..sql.len(), dialect).value;
    directives.into_iter().next()?.operations.into_iter().next()
}

/// Reads the schema of a database; the table of its heads is left out.
///
/// # Errors
/// The database's own.
pub fn inspect(db: &mut dyn Database, heads: &VersionTable) -> Result<Schema, DatabaseError> {
    inspect_again(db, heads, &mut KnownTables::default())
}

/// Reads the schema of a database, but the tables that are known already; learns the others.
///
/// # Errors
/// As [`inspect`].
pub fn inspect_again(
    db: &mut dyn Database,
    heads: &VersionTable,
    known: &mut KnownTables,
) -> Result<Schema, DatabaseError> {
    let schema = match db.dialect() {
        DialectKind::Sqlite => sqlite::inspect(db, &mut known.0)?,
        DialectKind::Postgres => postgres::inspect(db)?,
        DialectKind::Mysql => mysql::inspect(db)?,
    };
    Ok(schema.without(&heads.object(db.dialect())))
}

/// What the server takes where nothing is said.
///
/// # Errors
/// The database's own.
pub fn server_defaults(db: &mut dyn Database) -> Result<ServerDefaults, DatabaseError> {
    match db.dialect() {
        DialectKind::Mysql => mysql::defaults(db),
        DialectKind::Sqlite | DialectKind::Postgres => Ok(ServerDefaults::default()),
    }
}
