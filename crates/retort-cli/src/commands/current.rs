//! `retort current`

use anyhow::Result;
use retort_core::diagnostic::Diagnostic;
use retort_core::graph::Heads;
use retort_core::json as core_json;
use retort_core::plan::{Goal, plan};
use retort_core::project::Project;
use serde_json::json;

use crate::database::Missing;
use crate::exit_code::ExitCode;
use crate::lines::{self, Parts};
use crate::run;
use crate::session::Session;

/// What follows the word `current`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// End with exit code 1 unless the database is at all heads of the chain
    #[arg(short, long)]
    check_heads: bool,
}

/// Shows which revisions a database is at.
pub(crate) fn run(args: &Args, session: &mut Session) -> Result<ExitCode> {
    let project = session.project()?;
    let mut db = session.database(Missing::Refuse)?;
    let (current, _) = run::read_heads(&project, &mut *db)?;
    let pending = pending(&project, &current);
    for id in current.iter().filter(|id| project.graph.get(id).is_none()) {
        let message = format!("the database is at `{id}`, which the chain does not have");
        session.say(
            Diagnostic::warning("plan/unknown-current", message)
                .help("Add its file; it may be on another branch of the code"),
        );
    }
    let is_at_heads = &current == project.graph.heads();
    if session.is_json() {
        session.put("current", core_json::heads(&current));
        session.put("heads", core_json::heads(project.graph.heads()));
        session.put("at_heads", json!(is_at_heads));
        session.put("pending", json!(pending));
    } else {
        show(session, &project, &current)?;
    }
    if args.check_heads && !is_at_heads {
        let known = pending.map_or(String::new(), |count| format!(": {count} pending"));
        let message =
            format!("the database is at {current}, the chain ends at {}{known}", project.graph.heads());
        session.say(Diagnostic::error("current/not-at-heads", message).help("Run `retort upgrade heads`"));
        return Ok(ExitCode::No);
    }
    Ok(session.looked())
}

/// How many revisions an upgrade to all heads would apply; None where that cannot be known.
fn pending(project: &Project, current: &Heads) -> Option<usize> {
    let heads = retort_core::graph::Target::parse("heads").ok()?;
    plan(&project.graph, current, &Goal::Upgrade(vec![heads])).ok().map(|plan| plan.steps.len())
}

fn show(session: &mut Session, project: &Project, current: &Heads) -> Result<()> {
    if current.is_empty() {
        session.remark("No revision is applied: the database is at base");
    }
    for id in current.iter() {
        let line = match project.graph.get(id) {
            Some(revision) => {
                let parts = Parts { message: true, ..Parts::default() };
                lines::line(&project.graph, revision, &Heads::base(), parts)
            }
            None => format!("{id} (not in the chain)"),
        };
        writeln!(session.out, "{line}")?;
    }
    Ok(())
}
