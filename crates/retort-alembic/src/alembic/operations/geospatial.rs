//! The directives of `geoalchemy2.alembic_helpers` (geoalchemy2 0.18), which `env.py` imports.
//!
//! On PostgreSQL they are the plain ones. On SQLite they call functions of `SpatiaLite`.

use super::super::world;
use crate::python::{Arguments, Interpreter, Outcome, Unwind};

/// What they are called, and the directive behind each.
pub(super) const DIRECTIVES: [(&str, &str); 6] = [
    ("add_geospatial_column", "add_column"),
    ("drop_geospatial_column", "drop_column"),
    ("create_geospatial_index", "create_index"),
    ("drop_geospatial_index", "drop_index"),
    ("create_geospatial_table", "create_table"),
    ("drop_geospatial_table", "drop_table"),
];

/// Whether a name is that of one of them.
pub(crate) fn is_one(name: &str) -> bool {
    DIRECTIVES.iter().any(|(own, _)| *own == name)
}

/// The directive behind one of these, if it is one, and what that takes.
///
/// # Errors
/// That this database needs an extension.
pub(crate) fn plain(
    interp: &mut Interpreter<'_>,
    name: &str,
    arguments: &mut Arguments,
) -> Outcome<Option<&'static str>> {
    let Some((_, plain)) = DIRECTIVES.iter().find(|(own, _)| *own == name) else { return Ok(None) };
    if !world::dialect(interp).is_postgres() {
        let reason = format!("`{name}` needs the spatial functions of the database, which are not known");
        return Err(Unwind::unsupported(reason));
    }
    if name == "drop_geospatial_index" {
        arguments.take("column_name");
    }
    Ok(Some(plain))
}
