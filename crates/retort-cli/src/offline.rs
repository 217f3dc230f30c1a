//! The script of a plan as text or JSON, not run: `--sql` and `--dry-run`.

use anyhow::Result;
use retort_core::diagnostic::Diagnostic;
use retort_core::dialect::Capabilities;
use retort_core::graph::{Heads, Range, RevisionGraph, Target};
use retort_core::plan::Plan;
use retort_core::project::Project;
use retort_core::replay::Replay;
use retort_core::script::{RenderOptions, render};
use retort_core::{json as core_json, script};
use serde_json::{Value, json};

use crate::exit_code::ExitCode;
use crate::fidelity::Tally;
use crate::run::place;
use crate::session::{Session, Stop};
use crate::{json, run};

/// Where a script starts and what it is to reach, as typed: `B`, or `A:B`.
pub(crate) struct Ends {
    /// The heads it starts at.
    pub(crate) start: Heads,
    /// The upper end; `None` where the range leaves it out.
    pub(crate) target: Option<Target>,
}

/// Reads a target or a range for `--sql`.
pub(crate) fn ends(graph: &RevisionGraph, text: &str) -> Result<Ends> {
    if !Range::is_range(text) {
        let target = Target::parse(text).map_err(Stop::usage)?;
        return Ok(Ends { start: Heads::base(), target: Some(target) });
    }
    let range = Range::parse(text).map_err(Stop::usage)?;
    let start = match &range.from {
        Some(from) => graph.resolve(from, &Heads::base()).map_err(Stop::usage)?,
        None => Heads::base(),
    };
    Ok(Ends { start, target: range.to })
}

/// Writes the script of a plan that starts where the chain says.
pub(crate) fn write_offline(session: &mut Session, project: &Project, plan: &Plan) -> Result<ExitCode> {
    let engine = session.engine(project);
    let (replay, _) = run::replay_at(project, &plan.start, engine);
    write(session, project, plan, replay, options(engine, script::starts_at_base(plan)))
}

/// How the first script is made.
pub(crate) fn options(capabilities: Capabilities, create_version_table: bool) -> RenderOptions {
    RenderOptions { capabilities, create_version_table }
}

/// Writes the script of a plan, step by step.
pub(crate) fn write(
    session: &mut Session,
    project: &Project,
    plan: &Plan,
    mut replay: Replay<'_>,
    mut options: RenderOptions,
) -> Result<ExitCode> {
    let (mut steps, mut statements) = (Vec::new(), Vec::new());
    let mut tally = Tally::new(session.volume);
    let (mut has_failed, mut end) = (false, plan.end.clone());
    for step in &plan.steps {
        let replayed = replay.step(step);
        has_failed = replayed.diagnostics.iter().any(Diagnostic::is_error);
        for diagnostic in replayed.diagnostics {
            session.say(diagnostic);
        }
        // What a program does after it failed is not known: a script that goes on would claim that it is applied.
        if has_failed {
            end.clone_from(&step.before);
            break;
        }
        let replayed = replayed.value;
        for directive in &replayed.directives {
            tally.count(&directive.translated, || place(project, directive.span));
        }
        let script = render(&replayed, &options);
        options.create_version_table = false;
        if session.is_json() {
            steps.push(json::script(&script));
            statements.extend(json::translated(project, &replayed));
        } else {
            session.out.write_all(script.to_sql().as_bytes())?;
        }
    }
    if session.is_json() {
        session.put("dialect", json!(options.capabilities.dialect.name()));
        session.put("start", core_json::heads(&plan.start));
        session.put("end", core_json::heads(&end));
        session.put("steps", Value::from(steps));
        session.put("statements", Value::from(statements));
        session.put("fidelity", tally.to_json());
    }
    session.out.flush()?;
    tally.report(session, options.capabilities.dialect);
    Ok(if has_failed { ExitCode::Failed } else { ExitCode::Done })
}
