//! Reads a live database's schema back.
//!
//! In: a database. Out: the [`Schema`] that it holds, the version table left out.

mod sqlite;

use crate::database::{Database, DatabaseError};
use crate::schema::Schema;
use crate::source::DialectKind;
use crate::version_table;

/// Reads the schema of a database.
///
/// # Errors
/// The database's own, and one that says so for a dialect that is not read yet.
pub fn inspect(db: &mut dyn Database) -> Result<Schema, DatabaseError> {
    let schema = match db.dialect() {
        DialectKind::Sqlite => sqlite::inspect(db)?,
        DialectKind::Postgres | DialectKind::Mysql => {
            let message = format!("reading the schema of {} is not built yet", db.dialect().title());
            return Err(DatabaseError { message, code: String::new(), offset: None, unreachable: false });
        }
    };
    Ok(schema.without(&version_table::name()))
}
