//! `retort status`

use anyhow::Result;
use retort_core::database::Database;
use retort_core::diagnostic::Diagnostic;
use retort_core::graph::{Heads, Target};
use retort_core::json as core_json;
use retort_core::plan::{Goal, Step, plan};
use retort_core::project::Project;
use retort_core::revision::RevisionId;
use retort_core::state_table::{self, State};
use serde_json::{Value, json};

use crate::database::{Missing, refused};
use crate::exit_code::ExitCode;
use crate::extensions::{self, Extension};
use crate::run;
use crate::session::Session;

/// Most ids in one line.
const LISTED: usize = 10;

/// What follows the word `status`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

/// What there is to say.
struct Status {
    database: String,
    server: String,
    extensions: Vec<Extension>,
    has_version_table: bool,
    /// What Retort's version table says.
    current: Heads,
    /// What an upgrade by Retort would run; None where that cannot be known.
    pending: Option<Vec<RevisionId>>,
    /// What the table of the project's own tool says.
    state: Option<State>,
    /// State tables of tools whose layout the project does not have.
    others: Vec<(&'static str, String)>,
}

/// Shows where a database stands; ends with exit code 1 when a revision failed in it.
pub(crate) fn run(_args: &Args, session: &mut Session) -> Result<ExitCode> {
    let project = session.project()?;
    let mut db = session.database(Missing::Refuse)?;
    let database = session.settings.database.as_ref().map(|url| url.describe()).unwrap_or_default();
    let status = look(&project, &mut *db, database)?;
    let is_dirty = status.state.as_ref().is_some_and(State::is_dirty);
    if session.is_json() {
        put(session, &project, &status);
    } else {
        show(session, &project, &status)?;
    }
    for id in status.current.iter().filter(|id| project.graph.get(id).is_none()) {
        let message = format!("the database is at `{id}`, which the chain does not have");
        session.say(
            Diagnostic::warning("plan/unknown-current", message)
                .help("Add its file; it may be on another branch of the code"),
        );
    }
    for said in status.state.iter().flat_map(|state| state.diagnostics.clone()) {
        session.say(said);
    }
    Ok(if is_dirty { ExitCode::No } else { session.looked() })
}

fn look(project: &Project, db: &mut dyn Database, database: String) -> Result<Status> {
    let (current, has_version_table) = run::read_heads(project, db)?;
    let found = state_table::find(db).map_err(|error| refused(&error))?;
    let others = found.iter().filter(|found| found.tool != project.layout);
    Ok(Status {
        database,
        server: db.version(),
        extensions: extensions::look(project, &Heads::base(), &whole(project), db)?,
        has_version_table,
        pending: pending(project, &current),
        current,
        state: state_table::read(db, project).map_err(|error| refused(&error))?,
        others: others.map(|found| (found.tool.title(), found.name())).collect(),
    })
}

/// The steps of the whole chain.
fn whole(project: &Project) -> Vec<Step> {
    let heads = Target::parse("heads").map(|heads| vec![heads]).unwrap_or_default();
    plan(&project.graph, &Heads::base(), &Goal::Upgrade(heads)).map(|plan| plan.steps).unwrap_or_default()
}

fn pending(project: &Project, current: &Heads) -> Option<Vec<RevisionId>> {
    let heads = Target::parse("heads").ok()?;
    let plan = plan(&project.graph, current, &Goal::Upgrade(vec![heads])).ok()?;
    Some(plan.steps.into_iter().map(|step| step.revision).collect())
}

fn show(session: &mut Session, project: &Project, status: &Status) -> Result<()> {
    let out = &mut session.out;
    writeln!(out, "database    {} ({})", status.database, status.server)?;
    writeln!(out, "chain       {}, {} revisions", project.layout, project.graph.len())?;
    for extension in &status.extensions {
        let standing = extension.standing.name().unwrap_or("this server has no extensions");
        writeln!(out, "extension   {}: {standing}", extension.name)?;
    }
    if status.has_version_table || status.state.is_none() {
        let note = if status.has_version_table { "" } else { " (there is no version table yet)" };
        writeln!(out, "current     {}{note}", status.current)?;
        match &status.pending {
            Some(pending) => writeln!(out, "pending     {}", list(pending))?,
            None => writeln!(out, "pending     not known")?,
        }
    }
    if let Some(state) = &status.state {
        let current = state.current().map_or_else(|| "base".to_owned(), ToString::to_string);
        writeln!(out, "state table {} of {}", state.table, state.tool)?;
        writeln!(out, "  current   {current}")?;
        writeln!(out, "  applied   {}", state.applied.len())?;
        writeln!(out, "  pending   {}", list(&state.pending))?;
        let ids = [("skipped", list(&state.passed_over)), ("changed", list(&state.changed))];
        let texts = [("dirty", list(&state.failed)), ("no file", list(&state.missing))];
        for (name, ids) in ids.into_iter().chain(texts).filter(|(_, ids)| ids != "none") {
            writeln!(out, "  {name:<9} {ids}")?;
        }
    }
    for (tool, table) in &status.others {
        writeln!(out, "besides     {table}, the table of {tool}")?;
    }
    Ok(())
}

/// The first few, and how many more.
fn list<T: ToString>(ids: &[T]) -> String {
    if ids.is_empty() {
        return "none".to_owned();
    }
    let shown: Vec<String> = ids.iter().take(LISTED).map(ToString::to_string).collect();
    match ids.len() - shown.len() {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

fn put(session: &mut Session, project: &Project, status: &Status) {
    let ids = |ids: &[RevisionId]| -> Value { ids.iter().map(RevisionId::as_str).collect() };
    let extensions: Vec<Value> = status
        .extensions
        .iter()
        .map(|extension| json!({ "name": extension.name, "standing": extension.standing.name() }))
        .collect();
    session.put("database", json!(status.database));
    session.put("server", json!(status.server));
    session.put("layout", json!(project.layout.name()));
    session.put("extensions", json!(extensions));
    session.put("version_table", json!(status.has_version_table));
    session.put("current", core_json::heads(&status.current));
    session.put("heads", core_json::heads(project.graph.heads()));
    session.put("pending", status.pending.as_deref().map_or(Value::Null, ids));
    let state = status.state.as_ref().map(|state| {
        json!({
            "tool": state.tool.name(),
            "table": state.table,
            "current": state.current().map(RevisionId::as_str),
            "applied": ids(&state.applied),
            "pending": ids(&state.pending),
            "passed_over": ids(&state.passed_over),
            "dirty": state.failed,
            "missing": state.missing,
            "changed": ids(&state.changed),
        })
    });
    session.put("state", state.unwrap_or(Value::Null));
    let others: Vec<Value> =
        status.others.iter().map(|(tool, table)| json!({ "tool": tool, "table": table })).collect();
    session.put("other_tables", json!(others));
}
