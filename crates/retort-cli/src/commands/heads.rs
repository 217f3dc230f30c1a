//! `retort heads`

use anyhow::Result;
use retort_core::graph::Heads;
use retort_core::json as core_json;
use serde_json::Value;

use crate::exit_code::ExitCode;
use crate::json;
use crate::lines::{self, Parts};
use crate::session::Session;

/// What follows the word `heads`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Taken for Alembic's sake: a head has nothing above it, by dependency neither
    #[arg(long, hide = true)]
    resolve_dependencies: bool,
}

/// Shows where the chain ends.
pub(crate) fn run(_args: &Args, session: &mut Session) -> Result<ExitCode> {
    let project = session.project()?;
    let graph = &project.graph;
    let heads: Vec<_> = graph.heads().iter().filter_map(|id| graph.get(id)).collect();
    if session.is_json() {
        session.put("heads", core_json::heads(graph.heads()));
        let revisions: Vec<Value> = heads.iter().map(|head| json::revision(&project, head, None)).collect();
        session.put("revisions", Value::from(revisions));
        return Ok(session.looked());
    }
    for head in heads {
        let parts = Parts { message: true, ..Parts::default() };
        writeln!(session.out, "{}", lines::line(graph, head, &Heads::base(), parts))?;
    }
    Ok(session.looked())
}
