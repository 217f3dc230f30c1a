//! `retort upgrade TARGET`

use anyhow::Result;
use retort_core::diagnostic::Diagnostic;
use retort_core::graph::{Range, Target};
use retort_core::plan::{Goal, plan};
use retort_core::project::Project;
use retort_core::revision::RevisionId;

use crate::database::Missing;
use crate::exit_code::ExitCode;
use crate::session::{Session, Stop};
use crate::{extensions, offline, run};

/// What follows the word `upgrade`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Where to go: an id or its beginning, head, heads, +N, LABEL@head; A:B with --sql
    #[arg(allow_negative_numbers = true)]
    pub(crate) target: String,
    #[command(flatten)]
    pub(crate) how: How,
}

/// Whether a run is run.
#[derive(Debug, clap::Args)]
pub(crate) struct How {
    /// Write the SQL and run nothing; needs no database. Starts at base, or at A of A:B
    #[arg(long, conflicts_with = "dry_run")]
    pub(crate) sql: bool,
    /// Show the exact script for this database and run nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Taken for Alembic's sake; nothing reads it
    #[arg(long, value_name = "TAG", hide = true)]
    pub(crate) tag: Option<String>,
}

/// Applies what the target needs and is not applied.
pub(crate) fn run(args: &Args, session: &mut Session) -> Result<ExitCode> {
    let project = session.project()?;
    session.must_be_readable()?;
    if args.how.sql {
        let ends = offline::ends(&project.graph, &args.target)?;
        let targets = match ends.target {
            Some(target) => vec![target],
            None => vec![Target::parse("heads").map_err(Stop::usage)?],
        };
        let plan = plan(&project.graph, &ends.start, &Goal::Upgrade(targets)).map_err(Stop::usage)?;
        run::check(&project, &plan)?;
        return offline::write_offline(session, &project, &plan);
    }
    let target = single(&project, &args.target)?;
    online(session, &project, &Goal::Upgrade(vec![target]), &args.how, Missing::Make)
}

/// A target that is no range, unless a revision has this very id.
pub(crate) fn single(project: &Project, text: &str) -> Result<Target> {
    let is_id = project.graph.get(&RevisionId::new(text)).is_some();
    if Range::is_range(text) && !is_id {
        let said = Diagnostic::error("target/range", format!("the range `{text}` is for `--sql` only"))
            .help("Name one target: the database knows where it starts");
        return Err(Stop::usage(said).into());
    }
    Ok(Target::parse(text).map_err(Stop::usage)?)
}

/// Runs towards a goal on the database, or shows the script of that.
pub(crate) fn online(
    session: &mut Session,
    project: &Project,
    goal: &Goal,
    how: &How,
    missing: Missing,
) -> Result<ExitCode> {
    // A dry run leaves no file behind.
    let mut db = session.database(if how.dry_run { Missing::Pretend } else { missing })?;
    let (current, has_table) = run::read_heads(project, &mut *db)?;
    let plan = plan(&project.graph, &current, goal).map_err(Stop::usage)?;
    run::check(project, &plan)?;
    if how.dry_run {
        let replay = run::replay_of(project, &plan.start, &mut *db)?;
        let options = offline::options(db.capabilities(), !has_table);
        return offline::write(session, project, &plan, replay, options);
    }
    extensions::check(project, &plan, &mut *db)?;
    run::run(session, project, &mut *db, &plan, has_table)
}
