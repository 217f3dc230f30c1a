//! Runs a plan on a database, step by step: replay, render, execute, and say what happened.
//!
//! Nothing here grows with the length of the plan but the document of a `--format json` run.

use std::time::Instant;

use anyhow::Result;
use retort_core::database::Database;
use retort_core::diagnostic::Diagnostic;
use retort_core::dialect::Capabilities;
use retort_core::execute::Failure;
use retort_core::graph::{Heads, RevisionGraph, Target};
use retort_core::inspect::inspect;
use retort_core::plan::{Goal, Plan, Step, StepKind, plan};
use retort_core::project::Project;
use retort_core::replay::{Replay, ReplayedStep};
use retort_core::revision::RevisionId;
use retort_core::run::{StepRun, run_step};
use retort_core::script::{Origin, RenderOptions, Script};
use retort_core::source::DialectKind;
use retort_core::{json as core_json, version_table};
use retort_drivers::Engine;
use serde_json::Value;

use crate::database::{is_locked, refused};
use crate::exit_code::ExitCode;
use crate::fidelity::Tally;
use crate::json::{self, Status};
use crate::progress::Progress;
use crate::session::{Session, Stop};
use crate::{lines, report};

/// Refuses a plan that cannot be run to its end, before anything of it is run.
pub(crate) fn check(project: &Project, plan: &Plan) -> Result<(), Stop> {
    let duplicated = lines::duplicated(&project.graph);
    let faults = plan.steps.iter().filter_map(|step| {
        let revision = project.graph.get(&step.revision)?;
        if duplicated.contains(&revision.id) {
            let message =
                format!("two files say that they are `{}`: which one is meant is not known", step.revision);
            return Some(
                Diagnostic::error("plan/duplicate-id", message)
                    .at(revision.span, "one of them")
                    .help("Give one of them another id"),
            );
        }
        let (body, what) = match step.kind {
            StepKind::Upgrade => (&revision.upgrade, "applied"),
            StepKind::Downgrade => (&revision.downgrade, "undone"),
            StepKind::Stamp => return None,
        };
        let reason = body.irreversible()?;
        let message = format!("`{}` cannot be {what}: {reason}", step.revision);
        Some(
            Diagnostic::error("plan/irreversible", message)
                .at(revision.span, "nothing was run")
                .help("Write the section that is missing, or choose a target that does not need it"),
        )
    });
    let faults: Vec<Diagnostic> = faults.collect();
    if faults.is_empty() { Ok(()) } else { Err(Stop::usage_all(faults)) }
}

/// A replay that stands where some heads are, by the chain alone.
pub(crate) fn replay_at<'a>(project: &'a Project, heads: &Heads, engine: Capabilities) -> (Replay<'a>, bool) {
    let mut replay = Replay::from_base(project, engine);
    let mut is_opaque = false;
    for step in steps_to(&project.graph, heads) {
        is_opaque |= replay.step(&step).value.is_opaque();
    }
    (replay, is_opaque)
}

/// The steps from base to some heads; none where they cannot be reached.
fn steps_to(graph: &RevisionGraph, heads: &Heads) -> Vec<Step> {
    let target = |id: &RevisionId| Target::parse(id.as_str());
    let targets: Result<Vec<Target>, Diagnostic> = heads.iter().map(target).collect();
    let plan = targets.and_then(|targets| plan(graph, &Heads::base(), &Goal::Upgrade(targets)));
    plan.map(|plan| plan.steps).unwrap_or_default()
}

/// A replay that stands where a database is.
///
/// A chain on its own engine starts from what the database holds: a table that was changed by hand must not lose
/// that when it is rebuilt. An emulated one needs both schemas, so it goes along the chain.
pub(crate) fn replay_of<'a>(project: &'a Project, heads: &Heads, db: &mut dyn Engine) -> Result<Replay<'a>> {
    let engine = db.capabilities();
    if project.dialect == engine.dialect {
        let schema = inspect(db, &project.version_table).map_err(|error| refused(&error))?;
        return Ok(Replay::from_schemas(project, schema.clone(), schema, engine));
    }
    let (mut replay, is_opaque) = replay_at(project, heads, engine);
    if is_opaque {
        replay.resynchronise(inspect(db, &project.version_table).map_err(|error| refused(&error))?);
    }
    Ok(replay)
}

/// A run under way.
struct Run<'a> {
    project: &'a Project,
    session: &'a mut Session,
    db: &'a mut dyn Engine,
    replay: Replay<'a>,
    options: RenderOptions,
    tally: Tally,
    progress: Progress,
    steps: Vec<Value>,
}

/// What a step did not survive.
struct Broken {
    diagnostic: Diagnostic,
    exit: ExitCode,
    /// Nothing of it is left in the database.
    undone: bool,
    /// The statements of it that stay, each in one line.
    kept: Vec<String>,
}

/// Runs a plan; `has_table` says whether the version table is there.
pub(crate) fn run(
    session: &mut Session,
    project: &Project,
    db: &mut dyn Engine,
    plan: &Plan,
    has_table: bool,
) -> Result<ExitCode> {
    let started = Instant::now();
    let replay = replay_of(project, &plan.start, db)?;
    let options = RenderOptions { capabilities: db.capabilities(), create_version_table: !has_table };
    let progress = Progress::new(session, plan.steps.len());
    let tally = Tally::new(session.volume);
    let mut run = Run { project, session, db, replay, options, tally, progress, steps: Vec::new() };
    let mut broken = None;
    let mut done = 0;
    for step in &plan.steps {
        match run.step(step)? {
            None => done += 1,
            Some(fault) => {
                broken = Some(fault);
                break;
            }
        }
    }
    run.progress.end();
    let engine = run.options.capabilities.dialect;
    run.tally.report(run.session, engine);
    run.finish(plan, done, broken, started)
}

impl Run<'_> {
    /// Runs one step. What went wrong is a value: the run has still to be told.
    fn step(&mut self, step: &Step) -> Result<Option<Broken>> {
        self.progress.begin(&self.project.graph, step);
        let began = Instant::now();
        let ran =
            run_step(&mut self.replay, step, self.db, &self.options).map_err(|error| refused(&error))?;
        let StepRun { replayed, script, diagnostics, outcome } = ran;
        for diagnostic in diagnostics {
            self.progress.pause();
            self.session.say(diagnostic);
        }
        for directive in &replayed.directives {
            self.tally.count(&directive.translated, || place(self.project, directive.span));
        }
        let status = if outcome.is_ok() { Status::Applied } else { Status::Failed };
        if self.session.is_json() {
            let milliseconds = began.elapsed().as_millis();
            self.steps.push(json::step(step, script.statements.len(), milliseconds, status));
        }
        if let Err(failure) = outcome {
            let exit = match failure.origin {
                Origin::Transaction if is_locked(&failure.error) => ExitCode::Locked,
                _ => ExitCode::Failed,
            };
            let diagnostic = failed(self.project, &replayed, &script, &failure);
            let undone = failure.rolled_back || exit == ExitCode::Locked;
            let kept = failure.kept.iter().filter_map(|at| script.statements.get(*at));
            let kept = kept.map(|statement| lines::shorten(&statement.sql)).collect();
            return Ok(Some(Broken { diagnostic, exit, undone, kept }));
        }
        self.options.create_version_table = false;
        Ok(None)
    }

    /// Says where the database is now.
    fn finish(self, plan: &Plan, done: usize, broken: Option<Broken>, started: Instant) -> Result<ExitCode> {
        let is_sqlite = self.options.capabilities.dialect == DialectKind::Sqlite;
        let Run { project, session, db, steps, tally, .. } = self;
        let end = match (&broken, plan.steps.get(done)) {
            // The database itself knows best where it stands after a failure.
            (Some(_), Some(step)) => match version_table::read(&project.version_table, db) {
                Ok(heads) => heads.unwrap_or_default(),
                Err(_) => step.before.clone(),
            },
            _ => plan.end.clone(),
        };
        if session.is_json() {
            let rest = plan.steps.iter().skip(steps.len());
            let rest = rest.map(|step| json::step(step, 0, 0, Status::Skipped));
            let steps: Vec<Value> = steps.into_iter().chain(rest).collect();
            session.put("start", core_json::heads(&plan.start));
            session.put("end", core_json::heads(&end));
            session.put("steps", Value::from(steps));
            session.put("fidelity", tally.to_json());
        }
        match broken {
            Some(broken) => Ok(tell_broken(session, plan, done, &end, broken, is_sqlite)),
            None => tell(session, plan, started).map(|()| ExitCode::Done),
        }
    }
}

/// Says which statement failed, what is done and where the database is.
fn tell_broken(
    session: &mut Session,
    plan: &Plan,
    done: usize,
    end: &Heads,
    broken: Broken,
    is_sqlite: bool,
) -> ExitCode {
    let Broken { diagnostic, exit, undone, kept } = broken;
    let stayed = plan.steps.get(done).is_some_and(|step| step.before == *end);
    let diagnostic = match kept.as_slice() {
        [] => diagnostic,
        kept => diagnostic.help(format!(
            "What ran before it in this revision stays, undo it by hand before you run it again: {}",
            kept.join("; ")
        )),
    };
    session.say(match undone && !stayed {
        true => diagnostic.help("Look whether another run is under way: the database has moved meanwhile"),
        false => diagnostic,
    });
    let undone = match (undone, kept.len()) {
        (true, _) => "the failed one was rolled back".to_owned(),
        // SQLite undoes some failures by itself (sqlite.org/lang_transaction.html); the heads tell.
        (false, 0) if stayed && is_sqlite => "the failed one was rolled back".to_owned(),
        (false, 0) => "the failed one stopped at its first statement".to_owned(),
        (false, 1) => "1 statement of the failed one stays".to_owned(),
        (false, count) => format!("{count} statements of the failed one stay"),
    };
    if !session.is_json() {
        let all = plan.steps.len();
        report::plain(&format!("{done} of {all} steps are done, {undone}; the database is at {end}"));
    }
    exit
}

/// The answer of a run that went well.
fn tell(session: &mut Session, plan: &Plan, started: Instant) -> Result<()> {
    use crate::session::Volume;
    if session.is_json() || session.volume == Volume::Quiet {
        return Ok(());
    }
    let count = plan.steps.len();
    let word = match plan.steps.first().map(|step| step.kind) {
        None => {
            writeln!(session.out, "Nothing to do: the database is at {}", plan.end)?;
            return Ok(());
        }
        Some(StepKind::Upgrade) => "applied",
        Some(StepKind::Downgrade) => "undone",
        Some(StepKind::Stamp) => {
            writeln!(session.out, "The database is stamped {}", plan.end)?;
            return Ok(());
        }
    };
    let noun = if count == 1 { "revision" } else { "revisions" };
    let seconds = started.elapsed().as_secs_f64();
    let time = if seconds < 1.0 { String::new() } else { format!(" in {seconds:.1} s") };
    writeln!(session.out, "{count} {noun} {word}{time}; the database is at {}", plan.end)?;
    Ok(())
}

/// The failed statement, where it was written, in the engine's words.
fn failed(project: &Project, replayed: &ReplayedStep, script: &Script, failure: &Failure) -> Diagnostic {
    let id = &replayed.step.revision;
    let words = &failure.error.message;
    let statement = script.statements.get(failure.statement).map_or("", |statement| statement.sql.as_str());
    let own = project.graph.get(id).map(|revision| revision.span);
    if let Some(said) = &failure.said {
        let message = format!("`{id}` failed: {}", said.message);
        return Diagnostic { message, ..(**said).clone() };
    }
    let (code, message, label) = match failure.origin {
        Origin::Directive(at) => {
            let message = format!("`{id}` failed: {words}");
            let said = Diagnostic::error("execute/statement-failed", message);
            let Some(span) = replayed.directives.get(at).map(|directive| directive.span) else { return said };
            let is_own = project.text(span) == statement;
            let said = match failure.error.offset.filter(|_| is_own) {
                Some(offset) => {
                    let at = span.start as usize + offset;
                    let here = retort_core::source::Span::new(span.source, at, at + 1);
                    said.at(here, "the database refused it here").at(span, "")
                }
                None => said.at(span, "the database refused this"),
            };
            let ran =
                if is_own { said } else { said.help(format!("Look at what was run for it: {statement}")) };
            return ran
                .help("Mend it, then run the same command again: it goes on from where the database is");
        }
        Origin::ForeignKeyCheck => {
            ("execute/foreign-keys", format!("`{id}` failed: {words}"), "by this revision")
        }
        Origin::VersionTable => ("execute/heads-changed", format!("`{id}` was not recorded: {words}"), ""),
        Origin::Transaction if is_locked(&failure.error) => (
            "database/locked",
            format!("another run holds the lock of the database: {words}"),
            "nothing of it was run",
        ),
        Origin::Program | Origin::Hole(_) => {
            ("execute/program-failed", format!("`{id}` failed: {words}"), "")
        }
        Origin::Transaction | Origin::Session => {
            ("execute/transaction-failed", format!("`{id}` failed at `{statement}`: {words}"), "")
        }
    };
    let said = Diagnostic::error(code, message);
    own.map_or_else(|| said.clone(), |span| said.clone().at(span, label))
}

/// `file:line` of a place.
pub(crate) fn place(project: &Project, span: retort_core::source::Span) -> String {
    let name = project.file(span.source).map_or("", |file| file.name.as_str());
    format!("{name}:{}", project.place(span).line)
}

/// What a database says about its heads: the heads, and whether its version table is there.
pub(crate) fn read_heads(project: &Project, db: &mut dyn Database) -> Result<(Heads, bool), Stop> {
    let heads = version_table::read(&project.version_table, db).map_err(|error| refused(&error))?;
    let has_table = heads.is_some();
    Ok((heads.unwrap_or_default(), has_table))
}
