//! How would this server print what was written? Asked of the server itself, where the normal form is not
//! enough to see that two texts are the same.
//!
//! What is expected is made as temporary objects and read back like the rest, so a difference that is left is
//! one that the server sees too. PostgreSQL does it in a transaction that is rolled back; MySQL's temporary
//! tables are seen by nobody else and commit nothing. Where the server refuses (a right is missing, a table
//! of that form cannot be temporary), the text stays as it was written and the difference is shown.
//!
//! MySQL has no temporary views: there the text of a view counts as the same when it uses the same names of
//! tables and columns. MySQL's routines and triggers keep their text, so nothing is asked about them.

mod mysql;
mod postgres;
mod write;

use std::collections::BTreeSet;

use crate::database::Database;
use crate::schema::{ObjectName, Schema};
use crate::source::DialectKind;

/// The names of the objects that differ, as the schema keeps them.
pub(crate) type Doubtful = BTreeSet<ObjectName>;

/// What was expected of doubtful objects, in the server's words.
pub(crate) fn in_servers_words(
    expected: &Schema,
    actual: &Schema,
    doubtful: &Doubtful,
    db: &mut dyn Database,
) -> Schema {
    match expected.dialect {
        DialectKind::Sqlite => expected.clone(),
        DialectKind::Postgres => postgres::probe(expected, doubtful, db).unwrap_or_else(|| expected.clone()),
        DialectKind::Mysql => mysql::probe(expected, actual, doubtful, db),
    }
}
