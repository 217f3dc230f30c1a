//! One step run on a database: replayed, written, executed, and what nobody foresaw read back.
//!
//! In: a replay that stands where the database does, and the next step. Out: what was run and how it ended; the
//! replay then stands where the database does, unless the step failed. A program runs on the database itself, statement by statement.

mod live;

use crate::database::{Database, DatabaseError};
use crate::diagnostic::Diagnostic;
use crate::execute::{Failure, execute, fault};
use crate::inspect::inspect;
use crate::plan::Step;
use crate::replay::{Replay, ReplayedStep};
use crate::revision::Body;
use crate::script::{Origin, RenderOptions, Script, render};

/// A step that was run.
#[derive(Clone, Debug)]
pub struct StepRun {
    /// What it came to. After a failure: what was to be done, and the schemas as they would be.
    pub replayed: ReplayedStep,
    /// What was run; after a failure, what was to be run.
    pub script: Script,
    /// What there is to say about it, besides its failure.
    pub diagnostics: Vec<Diagnostic>,
    /// How it ended.
    pub outcome: Result<(), Failure>,
}

/// Runs a step on a database.
///
/// The replay goes along: after a failure it stands where the step would have led.
///
/// # Errors
/// The database's own, when it cannot be read back after something opaque.
pub fn run_step(
    replay: &mut Replay<'_>,
    step: &Step,
    db: &mut dyn Database,
    options: &RenderOptions,
) -> Result<StepRun, DatabaseError> {
    if let Some(Body::Program(program)) = replay.body(step) {
        return Ok(live::run(replay, step, &**program, db, options));
    }
    let checked = replay.step(step);
    let (mut replayed, diagnostics) = (checked.value, checked.diagnostics);
    let script = render(&replayed, options);
    let outcome = match &replayed.irreversible {
        Some(reason) => Err(refused(reason)),
        None => execute(&script, db),
    };
    if outcome.is_ok() && replayed.is_opaque() {
        replay.resynchronise(inspect(db, &replayed.version_table)?);
        replayed.source = replay.source().clone();
        replayed.engine = replay.engine().clone();
    }
    Ok(StepRun { replayed, script, diagnostics, outcome })
}

/// A step that cannot be run at all.
fn refused(reason: &str) -> Failure {
    Failure {
        statement: 0,
        origin: Origin::Program,
        error: Box::new(fault(reason.to_owned())),
        said: None,
        rolled_back: true,
        kept: Box::default(),
    }
}
