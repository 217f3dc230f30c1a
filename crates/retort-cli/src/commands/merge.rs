//! `retort merge [REV…]`

use anyhow::Result;
use retort_core::diagnostic::Diagnostic;
use retort_core::graph::{Heads, Target};

use super::revision::{With, write_file};
use crate::exit_code::ExitCode;
use crate::session::{Session, Stop};

/// What follows the word `merge`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// What is joined: ids or their beginnings, heads, LABEL@head
    #[arg(default_value = "heads")]
    revisions: Vec<String>,
    /// What it is for, in one line
    #[arg(short, long)]
    message: Option<String>,
    #[command(flatten)]
    with: With,
}

/// Writes a revision that joins others.
pub(crate) fn run(args: &Args, session: &mut Session) -> Result<ExitCode> {
    let project = session.project_to_write()?;
    session.must_be_readable()?;
    let mut joined = Vec::new();
    for text in &args.revisions {
        let target = Target::parse(text).map_err(Stop::usage)?;
        let found = project.graph.resolve(&target, &Heads::base()).map_err(Stop::usage)?;
        joined.extend(found.iter().cloned());
    }
    let joined: Heads = joined.into_iter().collect();
    if joined.iter().count() < 2 {
        let message = format!("there is nothing to join: {joined}");
        let said = Diagnostic::error("merge/single", message).help("Name two revisions or more");
        return Err(Stop::usage(said).into());
    }
    let names: Vec<String> = joined.iter().map(ToString::to_string).collect();
    let message = args.message.clone().unwrap_or_else(|| format!("merge {}", names.join(" and ")));
    write_file(session, &project, &joined, &message, &args.with)
}
