//! The extensions that a chain makes, and whether the server has them.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use retort_core::database::{Database, Value};
use retort_core::diagnostic::Diagnostic;
use retort_core::dialect::Capabilities;
use retort_core::graph::Heads;
use retort_core::plan::{Plan, Step, StepKind};
use retort_core::project::Project;
use retort_core::replay::Replay;
use retort_core::revision::RevisionId;
use retort_core::source::DialectKind;

use crate::database::refused;
use crate::exit_code::ExitCode;
use crate::run;
use crate::session::Stop;

/// An extension, the revision that makes it, and whether the server has it.
pub(crate) struct Extension {
    pub(crate) name: String,
    pub(crate) revision: RevisionId,
    pub(crate) standing: Standing,
}

/// Whether a server has an extension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Made in this database.
    Installed,
    /// The server can make it.
    Available,
    /// The server does not have its files.
    Missing,
    /// The server knows no extensions.
    Unknown,
}

impl Standing {
    /// The word of JSON documents.
    pub(crate) fn name(self) -> Option<&'static str> {
        match self {
            Standing::Installed => Some("installed"),
            Standing::Available => Some("available"),
            Standing::Missing => Some("missing"),
            Standing::Unknown => None,
        }
    }
}

/// The extensions that the steps make after some heads, asked of the server.
pub(crate) fn look(
    project: &Project,
    start: &Heads,
    steps: &[Step],
    db: &mut dyn Database,
) -> Result<Vec<Extension>> {
    let names = made(project, start, steps);
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let has_extensions = db.dialect() == DialectKind::Postgres;
    let known = if has_extensions { known(db)? } else { BTreeMap::new() };
    let standing = |name: &str| match known.get(name) {
        _ if !has_extensions => Standing::Unknown,
        Some(true) => Standing::Installed,
        Some(false) => Standing::Available,
        None => Standing::Missing,
    };
    let extension =
        |(name, revision): (String, RevisionId)| Extension { standing: standing(&name), name, revision };
    Ok(names.into_iter().map(extension).collect())
}

/// Refuses a run that a missing extension would stop half-way.
pub(crate) fn check(project: &Project, plan: &Plan, db: &mut dyn Database) -> Result<()> {
    let goes_up = plan.steps.iter().any(|step| step.kind == StepKind::Upgrade);
    if !goes_up || db.dialect() != DialectKind::Postgres || project.dialect != DialectKind::Postgres {
        return Ok(());
    }
    let found = look(project, &plan.start, &plan.steps, db)?;
    let missing = found.iter().filter(|extension| extension.standing == Standing::Missing);
    let faults: Vec<Diagnostic> = missing.map(|extension| fault(project, extension)).collect();
    if faults.is_empty() { Ok(()) } else { Err(Stop::all(ExitCode::Database, faults).into()) }
}

fn fault(project: &Project, extension: &Extension) -> Diagnostic {
    let Extension { name, revision, .. } = extension;
    let message = format!("this server does not have the extension `{name}`, which `{revision}` makes");
    let said = Diagnostic::error("plan/missing-extension", message).help(format!(
        "Install `{name}` on the machine of the server, or choose a target below `{revision}`"
    ));
    match project.graph.get(revision) {
        Some(revision) => said.at(revision.span, "nothing was run"),
        None => said,
    }
}

/// Names of extensions and the first of the steps after which each is there, by the chain alone.
fn made(project: &Project, start: &Heads, steps: &[Step]) -> Vec<(String, RevisionId)> {
    // A replay takes time; most chains make no extension.
    let names_one = |text: &str| text.contains("EXTENSION") || text.contains("create extension");
    if steps.is_empty() || !project.files.iter().any(|file| names_one(&file.text)) {
        return Vec::new();
    }
    let (mut replay, _) = run::replay_at(project, start, Capabilities::newest(project.dialect));
    let mut seen: BTreeSet<String> = names(&replay).collect();
    let mut made = Vec::new();
    for step in steps {
        replay.step(step);
        let new: Vec<String> = names(&replay).filter(|name| !seen.contains(name)).collect();
        made.extend(new.iter().map(|name| (name.clone(), step.revision.clone())));
        seen.extend(new);
    }
    made
}

fn names(replay: &Replay<'_>) -> impl Iterator<Item = String> {
    let names: Vec<String> = replay.source().extensions.keys().map(ToString::to_string).collect();
    names.into_iter()
}

/// The extensions of a server, and which of them are in this database.
fn known(db: &mut dyn Database) -> Result<BTreeMap<String, bool>> {
    let sql = "SELECT CAST(name AS text), CAST(installed_version AS text) FROM pg_available_extensions";
    let rows = db.query(sql).map_err(|error| refused(&error))?;
    let text = |row: &[Value], at: usize| row.get(at).and_then(Value::as_str).map(str::to_owned);
    Ok(rows.iter().filter_map(|row| Some((text(row, 0)?, text(row, 1).is_some()))).collect())
}
