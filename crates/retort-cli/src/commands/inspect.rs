//! `retort inspect`

use anyhow::Result;
use retort_core::version_table::VersionTable;
use retort_core::{inspect, json as core_json};

use super::schema::put_schema;
use crate::database::{Missing, refused};
use crate::exit_code::ExitCode;
use crate::schema_text;
use crate::session::Session;

/// What follows the word `inspect`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

/// Shows the schema of a database; needs no chain.
pub(crate) fn run(_args: &Args, session: &mut Session) -> Result<ExitCode> {
    let mut db = session.database(Missing::Refuse)?;
    let schema = inspect::inspect(&mut *db, &VersionTable::default()).map_err(|error| refused(&error))?;
    if session.is_json() {
        let version = db.version();
        let number = version.rsplit(' ').next().unwrap_or(&version);
        put_schema(session, core_json::schema(&schema, Some(number)));
        return Ok(ExitCode::Done);
    }
    write!(session.out, "{}", schema_text::text(&schema))?;
    Ok(ExitCode::Done)
}
