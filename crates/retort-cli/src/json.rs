//! Revisions and steps as parts of JSON documents.

use retort_core::graph::Heads;
use retort_core::json;
use retort_core::plan::Step;
use retort_core::project::Project;
use retort_core::replay::ReplayedStep;
use retort_core::revision::{Revision, RevisionId};
use retort_core::script::Script;
use serde_json::{Value, json};

/// A revision with its links and where it stands; `current` are a database's heads, when they were asked for.
pub(crate) fn revision(project: &Project, revision: &Revision, current: Option<&Heads>) -> Value {
    let (graph, id) = (&project.graph, &revision.id);
    let ids = |ids: &[RevisionId]| -> Vec<String> { ids.iter().map(ToString::to_string).collect() };
    let mut value = json!({
        "revision": id.as_str(),
        "down_revisions": ids(&revision.down_revisions),
        "depends_on": revision.depends_on,
        "branch_labels": graph.branch_labels(id),
        "message": revision.message,
        "head": graph.heads().contains(id),
        "branch_point": graph.is_branch_point(id),
        "merge_point": graph.is_merge(id),
        "runnable": graph.runnable(id),
        "file": project.file(revision.source).map(|file| file.name.as_str()),
        "line": project.place(revision.span).line,
    });
    if let (Some(current), Some(map)) = (current, value.as_object_mut()) {
        map.insert("current".to_owned(), json!(current.contains(id)));
    }
    value
}

/// How a step ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    /// It is done.
    Applied,
    /// It was refused and undone.
    Failed,
    /// It was not begun.
    Skipped,
}

/// A step of a run.
pub(crate) fn step(step: &Step, statements: usize, milliseconds: u128, status: Status) -> Value {
    let status = match status {
        Status::Applied => "applied",
        Status::Failed => "failed",
        Status::Skipped => "skipped",
    };
    json!({
        "revision": step.revision.as_str(),
        "direction": step.kind.name(),
        "statements": statements,
        "milliseconds": u64::try_from(milliseconds).unwrap_or(u64::MAX),
        "status": status,
    })
}

/// A step that was written, not run.
pub(crate) fn script(script: &Script) -> Value {
    let sql: Vec<&str> = script.statements.iter().map(|statement| statement.sql.as_str()).collect();
    let mut value = step(&script.step, sql.len(), 0, Status::Skipped);
    if let Some(map) = value.as_object_mut() {
        map.insert("script".to_owned(), json!(sql));
    }
    value
}

/// The statements of a step as a translation has them.
pub(crate) fn translated(project: &Project, replayed: &ReplayedStep) -> Vec<Value> {
    let form = |directive: &retort_core::replay::ReplayedDirective| {
        json::translated(directive.source(project), &directive.translated)
    };
    replayed.directives.iter().map(form).collect()
}
