//! `retort branches`

use anyhow::Result;
use retort_core::graph::{Heads, RevisionGraph};
use retort_core::revision::Revision;
use serde_json::{Value, json};

use crate::exit_code::ExitCode;
use crate::json;
use crate::lines::{self, Parts};
use crate::session::Session;

/// What follows the word `branches`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

/// Shows where the chain branches.
pub(crate) fn run(_args: &Args, session: &mut Session) -> Result<ExitCode> {
    let project = session.project()?;
    let graph = &project.graph;
    let points = || graph.iter().rev().filter(|revision| graph.is_branch_point(&revision.id));
    if session.is_json() {
        let branch = |revision: &Revision| {
            let children: Vec<Value> =
                graph.children(&revision.id).map(|child| json::revision(&project, child, None)).collect();
            json!({ "revision": json::revision(&project, revision, None), "children": children })
        };
        let branches: Vec<Value> = points().map(branch).collect();
        session.put("branches", Value::from(branches));
        return Ok(session.looked());
    }
    for revision in points() {
        writeln!(session.out, "{}", text(graph, revision))?;
    }
    Ok(session.looked())
}

/// The branch point, and below it a line for each revision on it.
fn text(graph: &RevisionGraph, revision: &Revision) -> String {
    let parts = Parts { points: true, message: true, ..Parts::default() };
    let mut text = lines::line(graph, revision, &Heads::base(), parts);
    let indent = " ".repeat(revision.id.as_str().chars().count());
    for child in graph.children(&revision.id) {
        text.push_str(&format!("\n{indent} -> {}", lines::line(graph, child, &Heads::base(), parts)));
    }
    text
}
