//! `retort schema [TARGET]`

use anyhow::Result;
use retort_core::diagnostic::Diagnostic;
use retort_core::graph::{Heads, Target};
use retort_core::json as core_json;
use retort_core::plan::{Goal, plan};
use serde_json::{Value, json};

use crate::exit_code::ExitCode;
use crate::fidelity::Tally;
use crate::session::{Session, Stop};
use crate::{run, schema_text};
use retort_core::replay::Replay;

/// What follows the word `schema`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Where to look: an id or its beginning, head, heads, base
    #[arg(default_value = "heads", allow_negative_numbers = true)]
    target: String,
}

/// Shows the schema that the chain leads to, without a database.
pub(crate) fn run(args: &Args, session: &mut Session) -> Result<ExitCode> {
    let project = session.project()?;
    let engine = session.engine(&project);
    let target = Target::parse(&args.target).map_err(Stop::usage)?;
    // A target may be relative to something that can only be asked for upwards; looking goes both ways.
    let found = project.graph.resolve(&target, &Heads::base()).map_err(Stop::usage)?;
    let targets: Result<Vec<Target>, _> = found.iter().map(|id| Target::parse(id.as_str())).collect();
    let goal = Goal::Upgrade(targets.map_err(Stop::usage)?);
    let plan = plan(&project.graph, &Heads::base(), &goal).map_err(Stop::usage)?;
    let mut replay = Replay::from_base(&project, engine);
    let mut tally = Tally::new(session.volume);
    let mut has_failed = false;
    for step in &plan.steps {
        let replayed = replay.step(step);
        has_failed |= replayed.diagnostics.iter().any(Diagnostic::is_error);
        for diagnostic in replayed.diagnostics {
            session.say(diagnostic);
        }
        for directive in &replayed.value.directives {
            tally.count(&directive.translated, || run::place(&project, directive.span));
        }
    }
    if session.is_json() {
        session.put("at", core_json::heads(&found));
        put_schema(session, core_json::schema(replay.engine(), None));
        return Ok(if has_failed { ExitCode::No } else { session.looked() });
    }
    write!(session.out, "{}", schema_text::text(replay.engine()))?;
    session.out.flush()?;
    tally.report(session, engine.dialect);
    Ok(if has_failed { ExitCode::No } else { session.looked() })
}

/// Puts the parts of a schema into the document itself.
pub(crate) fn put_schema(session: &mut Session, schema: Value) {
    match schema {
        Value::Object(parts) => parts.into_iter().for_each(|(key, value)| session.put(&key, value)),
        other => session.put("schema", json!(other)),
    }
}
