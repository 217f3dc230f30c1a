//! What a database holds against what is expected of it.
//!
//! In: an expected schema and a database. Out: the differences that mean something on that server: both sides
//! are brought into one form ([`normalize`]), and where texts still differ the server is asked how it would
//! print what was expected.

use crate::database::{Database, DatabaseError};
use crate::dialect::normalize;
use crate::inspect::{self, Doubtful};
use crate::schema::{Change, ChangeKind, ObjectName, Schema, diff};
use crate::version_table::VersionTable;

/// The differences between what is expected and what a database holds, in order of name.
///
/// # Errors
/// The database's own.
pub fn compare(
    expected: &Schema,
    db: &mut dyn Database,
    heads: &VersionTable,
) -> Result<Vec<Change>, DatabaseError> {
    let actual = inspect::inspect(db, heads)?;
    let defaults = inspect::server_defaults(db)?;
    let normal = normalize(&actual, &defaults);
    let changes = diff(&normalize(expected, &defaults), &normal);
    let doubtful = doubtful(expected, &changes);
    if doubtful.is_empty() {
        return Ok(changes);
    }
    let told = inspect::in_servers_words(expected, &actual, &doubtful, db);
    Ok(diff(&normalize(&told, &defaults), &normal))
}

/// The objects of which both sides have one, not alike.
fn doubtful(expected: &Schema, changes: &[Change]) -> Doubtful {
    let in_whole = |change: &&Change| change.name.is_empty() && change.kind != ChangeKind::Changed;
    let touched: Vec<&str> =
        changes.iter().filter(|change| !in_whole(change)).map(|c| c.object.as_str()).collect();
    let keys = expected.tables.keys().chain(expected.views.keys()).chain(expected.triggers.keys());
    let keys = keys.chain(expected.domains.keys()).chain(expected.routines.keys());
    let is_touched =
        |name: &&ObjectName| touched.iter().any(|object| object.eq_ignore_ascii_case(&name.to_string()));
    keys.filter(is_touched).cloned().collect()
}
