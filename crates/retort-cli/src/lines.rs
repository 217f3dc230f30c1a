//! Revisions in one line, in the form of Alembic's `history`.

use std::collections::BTreeSet;

use retort_core::graph::{Heads, RevisionGraph};
use retort_core::plan::{Step, StepKind};
use retort_core::revision::{Revision, RevisionId};

/// What of a revision stands in its line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Parts {
    /// What it stands on.
    pub(crate) below: bool,
    /// Whether it is a branch point or a merge point.
    pub(crate) points: bool,
    /// Its message.
    pub(crate) message: bool,
}

impl Parts {
    /// All of them.
    pub(crate) const ALL: Parts = Parts { below: true, points: true, message: true };
}

/// `down (deps) -> rev (labels) (head) (current) (branchpoint) (mergepoint), message`; `current` are the heads
/// that a database is at, where they are asked for.
pub(crate) fn line(graph: &RevisionGraph, revision: &Revision, current: &Heads, parts: Parts) -> String {
    let id = &revision.id;
    let mut line = String::new();
    if parts.below {
        line.push_str(&list_or(&revision.down_revisions, "<base>"));
        if !revision.depends_on.is_empty() {
            line.push_str(&format!(" ({})", revision.depends_on.join(", ")));
        }
        line.push_str(" -> ");
    }
    line.push_str(id.as_str());
    let labels: Vec<&str> = graph.branch_labels(id).into_iter().collect();
    if !labels.is_empty() {
        line.push_str(&format!(" ({})", labels.join(", ")));
    }
    let marks = [
        (graph.heads().contains(id), "head"),
        (current.contains(id), "current"),
        (parts.points && graph.is_branch_point(id), "branchpoint"),
        (parts.points && graph.is_merge(id), "mergepoint"),
        (graph.why_broken(id).is_some(), "cannot run"),
    ];
    for (_, mark) in marks.into_iter().filter(|(is_so, _)| *is_so) {
        line.push_str(&format!(" ({mark})"));
    }
    if parts.message && !revision.message.is_empty() {
        line.push_str(&format!(", {}", revision.message));
    }
    line
}

/// `Running upgrade a -> b, message`.
pub(crate) fn running(graph: &RevisionGraph, step: &Step) -> String {
    let Some(revision) = graph.get(&step.revision) else {
        return format!("Running {} {} -> {}", step.kind.name(), step.before, step.after);
    };
    let below = list_or(&revision.down_revisions, "base");
    let way = match step.kind {
        StepKind::Upgrade => format!("{below} -> {}", revision.id),
        StepKind::Downgrade => format!("{} -> {below}", revision.id),
        StepKind::Stamp => format!("{} -> {}", step.before, step.after),
    };
    let message = if revision.message.is_empty() { String::new() } else { format!(", {}", revision.message) };
    format!("Running {} {way}{message}", step.kind.name())
}

fn list_or(ids: &[RevisionId], none: &str) -> String {
    if ids.is_empty() {
        return none.to_owned();
    }
    let ids: Vec<&str> = ids.iter().map(RevisionId::as_str).collect();
    ids.join(", ")
}

/// The revisions of a graph that several files claim to be.
pub(crate) fn duplicated(graph: &RevisionGraph) -> BTreeSet<&RevisionId> {
    use retort_core::graph::Broken;
    graph.broken().filter(|(_, why)| **why == Broken::Duplicate).map(|(revision, _)| &revision.id).collect()
}

/// The beginning of a statement in one line.
pub(crate) fn shorten(sql: &str) -> String {
    const MOST: usize = 60;
    let line = sql.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}
