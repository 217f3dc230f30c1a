//! PostgreSQL's catalog: some queries for the whole database, none per table.
//!
//! Columns come from the rows. Constraints, indexes, triggers and routines come as the statement that the
//! server itself would write (`pg_get_…def`), which is read like any other; what our reader does not understand
//! of them is left out. Objects that belong to an extension are the extension's affair.

mod objects;
mod tables;

use crate::database::{Database, DatabaseError};
use crate::schema::{ObjectName, Schema};
use crate::source::DialectKind;

const POSTGRES: DialectKind = DialectKind::Postgres;

/// Which schemas are read, as a condition on `pg_namespace n`.
#[derive(Clone, Copy)]
pub(super) enum Area {
    /// All but the server's own.
    User,
    /// The session's temporary one.
    Temporary,
}

impl Area {
    fn condition(self) -> &'static str {
        match self {
            Area::User => "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'",
            Area::Temporary => "n.oid = pg_my_temp_schema()",
        }
    }

    /// The name of an object of the area; what is temporary stands for an object of the default schema.
    fn name(self, schema: &str, name: &str) -> ObjectName {
        match self {
            Area::User => ObjectName::qualified(schema, name),
            Area::Temporary => ObjectName::bare(name),
        }
    }
}

/// Reads all schemas of the database in use.
pub(super) fn inspect(db: &mut dyn Database) -> Result<Schema, DatabaseError> {
    read(db, Area::User)
}

/// Reads an area.
pub(super) fn read(db: &mut dyn Database, area: Area) -> Result<Schema, DatabaseError> {
    let mut schema = Schema::empty(POSTGRES);
    tables::read(db, area, &mut schema)?;
    objects::read(db, area, &mut schema)?;
    Ok(schema)
}

/// A condition: the object is no part of an extension.
fn no_extension(catalog: &str, object: &str) -> String {
    format!(
        "NOT EXISTS (SELECT FROM pg_depend x WHERE x.classid = '{catalog}'::regclass AND x.objid = {object} \
         AND x.deptype = 'e')"
    )
}
