//! `retort stamp TARGET…`

use anyhow::Result;
use retort_core::diagnostic::Diagnostic;
use retort_core::graph::{Heads, Target};
use retort_core::plan::{Goal, plan};

use super::upgrade::single;
use crate::database::Missing;
use crate::exit_code::ExitCode;
use crate::session::{Session, Stop};
use crate::{offline, run};

/// What follows the word `stamp`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The revisions the database is at; A:B with --sql
    #[arg(required = true, allow_negative_numbers = true)]
    targets: Vec<String>,
    /// Write the SQL and run nothing; needs no database
    #[arg(long)]
    sql: bool,
    /// Forget all heads of the database first, also those that the chain does not have
    #[arg(long)]
    purge: bool,
    /// Taken for Alembic's sake; nothing reads it
    #[arg(long, value_name = "TAG", hide = true)]
    tag: Option<String>,
}

/// Sets the heads without running anything.
pub(crate) fn run(args: &Args, session: &mut Session) -> Result<ExitCode> {
    if args.sql && args.purge {
        let said = Diagnostic::error("config/purge-offline", "`--purge` does not go with `--sql`")
            .help("Leave one of them out: which heads to forget is known by the database only");
        return Err(Stop::usage(said).into());
    }
    let project = session.project()?;
    session.must_be_readable()?;
    if args.sql {
        let mut start: Option<Heads> = None;
        let mut targets = Vec::new();
        for text in &args.targets {
            let ends = offline::ends(&project.graph, text)?;
            if start.get_or_insert_with(|| ends.start.clone()) != &ends.start {
                let said =
                    Diagnostic::error("target/several-starts", "the ranges start at different revisions")
                        .help("Start them all at the same one");
                return Err(Stop::usage(said).into());
            }
            targets.extend(ends.target);
        }
        let goal = Goal::Stamp { targets, purge: false };
        let plan = plan(&project.graph, &start.unwrap_or_default(), &goal).map_err(Stop::usage)?;
        return offline::write_offline(session, &project, &plan);
    }
    let targets: Result<Vec<Target>> = args.targets.iter().map(|text| single(&project, text)).collect();
    let goal = Goal::Stamp { targets: targets?, purge: args.purge };
    let mut db = session.database(Missing::Make)?;
    let (current, has_table) = run::read_heads(&project, &mut *db)?;
    let plan = plan(&project.graph, &current, &goal).map_err(Stop::usage)?;
    let forgets = args.purge && !current.is_empty();
    if forgets && !session.confirm(&format!("The database forgets that it is at {current}."))? {
        session.remark("Nothing was changed");
        return Ok(ExitCode::No);
    }
    run::run(session, &project, &mut *db, &plan, has_table)
}
