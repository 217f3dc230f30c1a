//! `retort downgrade TARGET`

use anyhow::Result;
use retort_core::diagnostic::Diagnostic;
use retort_core::graph::Range;
use retort_core::plan::{Goal, plan};

use super::upgrade::{How, online, single};
use crate::database::Missing;
use crate::exit_code::ExitCode;
use crate::session::{Session, Stop};
use crate::{offline, run};

/// What follows the word `downgrade`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// What stays: an id or its beginning, base, -N, LABEL@-N; A:B with --sql
    #[arg(allow_negative_numbers = true)]
    target: String,
    #[command(flatten)]
    how: How,
}

/// Undoes what is applied above the target.
pub(crate) fn run(args: &Args, session: &mut Session) -> Result<ExitCode> {
    let project = session.project()?;
    session.must_be_readable()?;
    if args.how.sql {
        let ends = offline::ends(&project.graph, &args.target)?;
        let Some(target) = ends.target.filter(|_| Range::is_range(&args.target)) else {
            let said =
                Diagnostic::error("target/no-range", "a downgrade with `--sql` must say both its ends")
                    .help("Write a range: `FROM:TO`, such as `head:base`");
            return Err(Stop::usage(said).into());
        };
        let plan = plan(&project.graph, &ends.start, &Goal::Downgrade(target)).map_err(Stop::usage)?;
        run::check(&project, &plan)?;
        return offline::write_offline(session, &project, &plan);
    }
    let target = single(&project, &args.target)?;
    online(session, &project, &Goal::Downgrade(target), &args.how, Missing::Refuse)
}
