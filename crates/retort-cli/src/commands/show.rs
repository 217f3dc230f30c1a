//! `retort show REV`

use anyhow::Result;
use retort_core::dialect::{Capabilities, Fidelity};
use retort_core::graph::{Heads, Symbol, Target};
use retort_core::plan::{Step, StepKind};
use retort_core::project::Project;
use retort_core::replay::{Replay, ReplayedStep};
use retort_core::revision::Revision;
use serde_json::{Value, json};

use super::history;
use crate::exit_code::ExitCode;
use crate::session::{Session, Stop};
use crate::{json, run};

/// What follows the word `show`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The revision: an id or its beginning, head, heads, current
    #[arg(allow_negative_numbers = true)]
    revision: String,
}

/// A revision replayed both ways for an engine.
struct Shown<'a> {
    revision: &'a Revision,
    up: ReplayedStep,
    down: ReplayedStep,
}

/// Shows a revision and what its statements come to.
pub(crate) fn run(args: &Args, session: &mut Session) -> Result<ExitCode> {
    let project = session.project()?;
    let engine = session.engine(&project);
    let target = Target::parse(&args.revision).map_err(Stop::usage)?;
    let asks = matches!(target.symbol(), Symbol::Current | Symbol::Here);
    let current = if asks { session.heads_if_named(&project)? } else { None }.unwrap_or_default();
    let found = project.graph.resolve(&target, &current).map_err(Stop::usage)?;
    let revisions = found.iter().filter_map(|id| project.graph.get(id));
    let shown: Vec<Shown<'_>> = revisions.map(|revision| replay(&project, revision, engine)).collect();
    if session.is_json() {
        let list: Vec<Value> = shown.iter().map(|shown| document(&project, shown)).collect();
        session.put("dialect", json!(engine.dialect.name()));
        session.put("revisions", Value::from(list));
        return Ok(session.looked());
    }
    for (at, shown) in shown.iter().enumerate() {
        let gap = if at > 0 { "\n" } else { "" };
        let head = history::long(&project, shown.revision, &Heads::base());
        write!(session.out, "{gap}{head}")?;
        write!(session.out, "{}", statements(&project, shown, engine))?;
    }
    if found.is_empty() {
        session.remark("That is base: before the first revision");
    }
    Ok(session.looked())
}

/// Replays the chain up to a revision, then the revision there and back.
fn replay<'a>(project: &'a Project, revision: &'a Revision, engine: Capabilities) -> Shown<'a> {
    let depends = project.graph.dependencies(&revision.id).map(|below| below.id.clone());
    let before: Heads = revision.down_revisions.iter().cloned().chain(depends).collect();
    let after: Heads = std::iter::once(revision.id.clone()).collect();
    let (mut replay, _): (Replay<'a>, bool) = run::replay_at(project, &before, engine);
    let mut step = |kind, before: &Heads, after: &Heads| {
        let (before, after) = (before.clone(), after.clone());
        replay.step(&Step { revision: revision.id.clone(), kind, before, after }).value
    };
    let up = step(StepKind::Upgrade, &before, &after);
    let down = step(StepKind::Downgrade, &after, &before);
    Shown { revision, up, down }
}

fn document(project: &Project, shown: &Shown<'_>) -> Value {
    let mut value = json::revision(project, shown.revision, None);
    let body = |replayed: &ReplayedStep| {
        json!({
            "irreversible": replayed.irreversible,
            "statements": json::translated(project, replayed),
        })
    };
    if let Some(map) = value.as_object_mut() {
        map.insert("upgrade".to_owned(), body(&shown.up));
        map.insert("downgrade".to_owned(), body(&shown.down));
    }
    value
}

fn statements(project: &Project, shown: &Shown<'_>, engine: Capabilities) -> String {
    let own = project.dialect == engine.dialect;
    let engine = if own { String::new() } else { format!(" on {}", engine.dialect.title()) };
    let mut text = String::new();
    for (name, replayed) in [("Upgrade", &shown.up), ("Downgrade", &shown.down)] {
        text.push_str(&format!("\n{name}{engine}:\n"));
        match (&replayed.irreversible, replayed.directives.is_empty()) {
            (Some(reason), _) => text.push_str(&format!("    none: {reason}\n")),
            (None, true) => text.push_str("    nothing\n"),
            (None, false) => {}
        }
        for directive in &replayed.directives {
            let translated = &directive.translated;
            if translated.fidelity != Fidelity::Exact {
                let notes: Vec<&str> = translated.notes.iter().map(|note| note.message.as_str()).collect();
                text.push_str(&format!("    -- {}: {}\n", translated.fidelity.name(), notes.join("; ")));
            }
            if translated.sql.is_empty() {
                let lines = directive.source(project).lines();
                text.extend(lines.map(|line| format!("    -- {}\n", line.trim_end())));
            }
            for sql in &translated.sql {
                text.push_str(&indented(sql));
            }
        }
    }
    text
}

/// A statement with its semicolon, four blanks in; lines keep what they have beyond that.
fn indented(sql: &str) -> String {
    let lines: Vec<&str> = sql.lines().map(str::trim_end).collect();
    format!("    {};\n", lines.join("\n    "))
}
