//! `retort history`

use std::collections::BTreeSet;

use anyhow::Result;
use retort_core::graph::{Heads, Range, RevisionGraph, Symbol, Target};
use retort_core::project::Project;
use retort_core::revision::{Revision, RevisionId};
use serde_json::Value;

use crate::exit_code::ExitCode;
use crate::lines::{self, Parts};
use crate::session::{Session, Stop, Volume};
use crate::{json, run};

/// What follows the word `history`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Only these: A:B, both ends shown; either may be left out, and `current` asks the database
    #[arg(short, long, value_name = "A:B", allow_hyphen_values = true)]
    rev_range: Option<String>,
    /// Mark where the database is
    #[arg(short, long)]
    indicate_current: bool,
}

/// Lists the revisions, the newest first.
pub(crate) fn run(args: &Args, session: &mut Session) -> Result<ExitCode> {
    let project = session.project()?;
    let range = args.rev_range.as_deref().map(Range::parse).transpose().map_err(Stop::usage)?;
    let asks = args.indicate_current || range.as_ref().is_some_and(asks_database);
    let current = if asks {
        Some(run::read_heads(&project, &mut *session.database(crate::database::Missing::Refuse)?)?.0)
    } else {
        None
    };
    let shown = match &range {
        Some(range) => Some(within(&project.graph, range, current.as_ref())?),
        None => None,
    };
    let is_shown = |revision: &&Revision| shown.as_ref().is_none_or(|shown| shown.contains(&revision.id));
    let revisions = project.graph.iter().rev().filter(is_shown);
    if session.is_json() {
        let list: Vec<Value> =
            revisions.map(|revision| json::revision(&project, revision, current.as_ref())).collect();
        session.put("revisions", Value::from(list));
        return Ok(session.looked());
    }
    let marks = current.filter(|_| args.indicate_current).unwrap_or_default();
    for revision in revisions {
        let text = match session.volume {
            Volume::Verbose => long(&project, revision, &marks),
            Volume::Quiet | Volume::Normal => lines::line(&project.graph, revision, &marks, Parts::ALL),
        };
        writeln!(session.out, "{text}")?;
    }
    Ok(session.looked())
}

/// Whether an end of a range is relative to where a database is.
fn asks_database(range: &Range) -> bool {
    let asks = |end: &Option<Target>| {
        end.as_ref().is_some_and(|end| matches!(end.symbol(), Symbol::Current | Symbol::Here))
    };
    asks(&range.from) || asks(&range.to)
}

/// The revisions between two ends, both included.
fn within(graph: &RevisionGraph, range: &Range, current: Option<&Heads>) -> Result<BTreeSet<RevisionId>> {
    let base = Heads::base();
    let resolve = |end: &Target| graph.resolve(end, current.unwrap_or(&base)).map_err(Stop::usage);
    let from = range.from.as_ref().map(resolve).transpose()?.unwrap_or_default();
    let mut shown: BTreeSet<RevisionId> = match &range.to {
        Some(to) => graph.ancestors(resolve(to)?.iter()),
        None => graph.iter().map(|revision| revision.id.clone()).collect(),
    };
    for below in graph.ancestors(from.iter()) {
        if !from.contains(&below) {
            shown.remove(&below);
        }
    }
    Ok(shown)
}

/// A revision in several lines.
pub(crate) fn long(project: &Project, revision: &Revision, current: &Heads) -> String {
    let graph = &project.graph;
    let parts = Parts { points: true, ..Parts::default() };
    let mut text = format!("Rev: {}\n", lines::line(graph, revision, current, parts));
    let mut add = |name: &str, list: Vec<&str>, none: &str| {
        let list = if list.is_empty() { none.to_owned() } else { list.join(", ") };
        if !list.is_empty() {
            text.push_str(&format!("{name}: {list}\n"));
        }
    };
    let parents: Vec<&str> = revision.down_revisions.iter().map(RevisionId::as_str).collect();
    add(if parents.len() > 1 { "Parents" } else { "Parent" }, parents, "<base>");
    add("Also depends on", revision.depends_on.iter().map(String::as_str).collect(), "");
    let children = graph.children(&revision.id).map(|child| child.id.as_str()).collect::<Vec<_>>();
    add("Branches into", if children.len() > 1 { children } else { Vec::new() }, "");
    add("Branch names", graph.branch_labels(&revision.id).into_iter().collect(), "");
    add("Path", vec![&run::place(project, revision.span)], "");
    if let Some(why) = graph.why_broken(&revision.id) {
        add("Cannot run", vec![&why.to_string()], "");
    }
    if !revision.message.is_empty() {
        text.push_str(&format!("\n    {}\n", revision.message));
    }
    text
}
