//! A program run on a database: each statement is written, executed and applied to the model at once.
//!
//! Whatever fails, the failed step is undone as far as the engine can. A statement that the program's own `try`
//! catches leaves the transaction as the engine leaves it: on PostgreSQL it is aborted, as under Alembic itself.

mod moment;
mod stage;

use crate::database::{Database, DatabaseError, ResultSet};
use crate::diagnostic::{Diagnostic, Severity};
use crate::dialect::Capabilities;
use crate::execute::{Failure, Journal, fault, orphans};
use crate::inspect::inspect;
use crate::operation::Directive;
use crate::plan::Step;
use crate::replay::{
    Replay, ReplayedDirective, Trace, direction, refused_by_database, warn_of_silent_cascades,
};
use crate::revision::{Emitted, Memory, Moment, Program, StageError, Stop};
use crate::script::{Frame, Origin, RenderOptions, Script, Writer, foreign_key_check};
use crate::source::DialectKind;
use crate::version_table::{self, VersionTable};

use super::StepRun;

/// Runs the program of a step.
pub(super) fn run(
    replay: &mut Replay<'_>,
    step: &Step,
    program: &dyn Program,
    db: &mut dyn Database,
    options: &RenderOptions,
) -> StepRun {
    let plain = replay.replayed(step, Vec::new());
    let mut frame = Frame::of(&plain, options);
    loop {
        let mut live = Live::new(replay.trace(), frame.clone(), options.capabilities, &mut *db);
        live.memory = std::mem::take(&mut replay.memory);
        let result = live
            .begin()
            .map_err(|_| None)
            .and_then(|()| program.run(direction(step.kind), &mut live).map_err(Some))
            .and_then(|()| live.whole().map_err(Some));
        let wants_keys_off = live.wants_keys_off;
        replay.memory = std::mem::take(&mut live.memory);
        let outcome = live.end(step, result);
        // Foreign keys are switched outside of transactions only: the step is undone and run again.
        let is_undone =
            outcome.failure.as_ref().is_some_and(|failure| failure.rolled_back || failure.statement == 0);
        if wants_keys_off && is_undone && !frame.keys_off {
            frame.keys_off = true;
            continue;
        }
        return outcome.into_run(replay, step);
    }
}

/// Why a step is undone and run again.
const KEYS_ON: &str = "a table must be rebuilt while foreign keys are on";

/// A step on its way through a database.
struct Live<'a> {
    db: &'a mut dyn Database,
    memory: Memory,
    engine: Capabilities,
    heads: VersionTable,
    /// What makes the version table, where it was not there.
    create: Vec<String>,
    trace: Trace,
    writer: Writer,
    journal: Journal,
    /// How many of the written statements were run.
    done: usize,
    /// The database may hold something else than the model.
    is_stale: bool,
    /// The statement that was refused last.
    refused: Option<(usize, Origin, DatabaseError)>,
    /// What it was to the program.
    refused_directive: Option<ReplayedDirective>,
    /// The transaction itself is in trouble: nothing more is run.
    is_broken: bool,
    /// A table must be rebuilt while foreign keys are on.
    wants_keys_off: bool,
    savepoints: Vec<(String, usize)>,
    /// Once the program has asked for it.
    moment: Option<Moment>,
    /// The first thing left out that would perhaps have changed the schema.
    hole: Option<Diagnostic>,
}

/// How a step ended.
struct Outcome {
    trace: Trace,
    script: Script,
    failure: Option<Failure>,
}

impl Outcome {
    fn into_run(self, replay: &mut Replay<'_>, step: &Step) -> StepRun {
        let before = self.failure.is_some().then(|| replay.clone());
        let (mut directives, diagnostics) = replay.keep(self.trace);
        warn_of_silent_cascades(&mut directives);
        let replayed = replay.replayed(step, directives);
        if let Some(before) = before {
            // What follows is shown as it would be had the step been done.
            *replay = before;
            replay.step(step);
        }
        let outcome = self.failure.map_or(Ok(()), Err);
        StepRun { replayed, script: self.script, diagnostics, outcome }
    }
}

impl<'a> Live<'a> {
    fn new(trace: Trace, frame: Frame, engine: Capabilities, db: &'a mut dyn Database) -> Live<'a> {
        Live {
            db,
            memory: Memory::default(),
            engine,
            heads: frame.version_table.clone(),
            create: frame.create_version_table.clone(),
            trace,
            writer: Writer::new(frame),
            journal: Journal::default(),
            done: 0,
            is_stale: false,
            refused: None,
            refused_directive: None,
            is_broken: false,
            wants_keys_off: false,
            hole: None,
            savepoints: Vec::new(),
            moment: None,
        }
    }

    fn chain(&self) -> DialectKind {
        self.trace.translator.source().dialect
    }

    /// Opens the step: what a program asks and emits is in one transaction where it can be.
    fn begin(&mut self) -> Result<(), DatabaseError> {
        self.writer.open();
        self.flush(None).map(drop)
    }

    /// Runs what is written and was not run; gives the rows that the last statement changed.
    fn flush(&mut self, mut rows: Option<&mut ResultSet>) -> Result<u64, DatabaseError> {
        let mut changed = 0;
        while let Some(statement) = self.writer.statements.get(self.done) {
            let place = self.done;
            self.done += 1;
            let is_last = self.done == self.writer.statements.len();
            let rows = if is_last { rows.take() } else { None };
            match self.journal.run(place, statement, self.db, rows) {
                Ok(count) if matches!(statement.origin, Origin::Directive(_)) => changed = count,
                Ok(_) => {}
                Err(error) => {
                    self.is_broken |= !matches!(statement.origin, Origin::Directive(_));
                    self.refused = Some((place, statement.origin, error.clone()));
                    self.writer.statements.truncate(self.done);
                    return Err(error);
                }
            }
        }
        Ok(changed)
    }

    /// Refuses to go on where the transaction is in trouble.
    fn check(&self) -> Result<(), StageError> {
        let words = match (&self.refused, self.is_broken, self.wants_keys_off) {
            (Some((_, _, error)), true, _) => error.clone(),
            (_, _, true) => fault(KEYS_ON.to_owned()),
            _ => return Ok(()),
        };
        Err(refused_by_database(words, self.engine.dialect, self.chain()))
    }

    /// Writes, runs and applies a statement.
    fn directive(
        &mut self,
        directive: &Directive,
        emitted: &Emitted,
        rows: Option<&mut ResultSet>,
    ) -> Result<u64, StageError> {
        let (mark, said) = (self.trace.mark(), self.trace.diagnostics.len());
        let text = directive.sql.clone().unwrap_or_default();
        self.trace.directive(&text, directive, Some(emitted));
        // Whether the model's refusals matter is said by the database.
        self.trace.diagnostics.truncate(said);
        let index = self.trace.directives.len() - 1;
        let replayed = &self.trace.directives[index];
        let is_doubtful = replayed.is_opaque() || !replayed.translated.refusals.is_empty();
        let frame = &self.writer.frame;
        if frame.dialect == DialectKind::Sqlite && replayed.translated.foreign_keys_off && !frame.keys_off {
            if self.writer.is_open() && !replayed.ends_transaction {
                self.wants_keys_off = true;
                self.trace.go_back(&mark);
                return self.check().map(|()| 0);
            }
            self.writer.turn_keys_off();
        }
        let guard = self.writer.guarded(index, replayed);
        let result = self.flush(rows);
        if let Some(place) = guard {
            self.release(place, result.is_ok());
        }
        match result {
            Ok(changed) => {
                self.is_stale |= is_doubtful;
                Ok(changed)
            }
            Err(error) => {
                self.refused_directive = self.trace.directives.pop();
                self.trace.go_back(&mark);
                Err(refused_by_database(error, self.engine.dialect, self.chain()))
            }
        }
    }

    /// Keeps or undoes the statements of one directive together; `place` is that of its savepoint.
    fn release(&mut self, place: usize, is_done: bool) {
        if self.is_broken {
            return;
        }
        if !is_done {
            self.journal.forget(place);
            self.writer.push("ROLLBACK TO SAVEPOINT retort_statement", Origin::Transaction);
        }
        self.writer.push("RELEASE SAVEPOINT retort_statement", Origin::Transaction);
        let refused = self.refused.clone();
        if self.flush(None).is_ok() {
            self.refused = refused;
        }
    }

    /// Looks at the database where the model may be wrong.
    fn look(&mut self) {
        if !self.is_stale {
            return;
        }
        // In an aborted transaction nothing can be asked: the model stays what is known best.
        if let Ok(seen) = inspect(self.db, &self.heads) {
            self.is_stale = false;
            self.trace.is_certain = seen.dialect == self.chain();
            self.trace.translator.resynchronise(seen);
        }
    }

    /// A revision of which a change of the schema was left out is not one that was applied.
    fn whole(&mut self) -> Result<(), Stop> {
        match self.hole.take() {
            Some(hole) if !self.wants_keys_off => {
                Err(Stop::Failed(Diagnostic { severity: Severity::Error, ..hole }))
            }
            _ => Ok(()),
        }
    }

    /// Ends the step: the heads change, or all is undone.
    fn end(mut self, step: &Step, result: Result<(), Option<Stop>>) -> Outcome {
        let trouble = match result {
            Ok(()) if self.check().is_ok() => self.close(step).err(),
            Ok(()) => Some(None),
            Err(stop) => Some(stop.and_then(|stop| match stop {
                Stop::Refused { .. } if self.refused.is_some() => None,
                Stop::Refused { error, span } => {
                    Some(Diagnostic::error("execute/refused", error.to_string()).at(span, ""))
                }
                Stop::Failed(diagnostic) => Some(diagnostic),
            })),
        };
        let script = |writer: Writer| Script { step: step.clone(), statements: writer.statements };
        let Some(said) = trouble else {
            return Outcome { trace: self.trace, script: script(self.writer), failure: None };
        };
        let restore = self.writer.frame.keys_off.then_some("PRAGMA foreign_keys=ON");
        let (place, origin, error) = match (&said, self.refused) {
            (None, Some((place, Origin::Directive(_), error))) => {
                // What the program did after it, to no avail, stands before it.
                self.trace.directives.extend(self.refused_directive.take());
                let last = self.trace.directives.len().saturating_sub(1);
                (place, Origin::Directive(last), error)
            }
            (None, Some(refused)) => refused,
            (said, _) => {
                let words = said.as_ref().map_or(KEYS_ON, |said| said.message.as_str());
                (self.writer.statements.len(), Origin::Program, fault(words.to_owned()))
            }
        };
        let failure = self.journal.fail(place, origin, error, restore, self.db);
        let failure = Failure { said: said.map(Box::new), ..failure };
        Outcome { trace: self.trace, script: script(self.writer), failure: Some(failure) }
    }

    fn close(&mut self, step: &Step) -> Result<(), Option<Diagnostic>> {
        let is_own = self.chain() == self.engine.dialect;
        let keys_off = self.writer.frame.keys_off;
        let source = self.trace.translator.source();
        let check = (keys_off && !is_own).then(|| foreign_key_check(source));
        if keys_off && is_own {
            self.warn_of_orphans();
        }
        self.writer.change_heads(step, check);
        self.writer.close();
        self.flush(None).map_err(|_| None)?;
        self.is_stale |= self.trace.directives.iter().any(|directive| directive.is_opaque());
        self.look();
        Ok(())
    }

    /// Alembic's connections do not look at foreign keys on SQLite: what they would have refused is only said.
    fn warn_of_orphans(&mut self) {
        let moves = |directive: &&ReplayedDirective| directive.changes_rows || directive.destructive;
        let Some(span) = self.trace.directives.iter().rfind(moves).map(|directive| directive.span) else {
            return;
        };
        let rows = self.db.query("PRAGMA foreign_key_check").unwrap_or_default();
        if let Some(words) = orphans(&rows) {
            self.trace.diagnostics.push(
                Diagnostic::warning("execute/orphans", format!("after this revision there are {words}"))
                    .at(span, "foreign keys are off while it runs, as under Alembic")
                    .help("Delete these rows or give them a parent: `PRAGMA foreign_key_check` names them"),
            );
        }
    }

    /// Asks the database.
    fn ask(&mut self, directive: &Directive) -> Result<ResultSet, StageError> {
        let (engine, chain) = (self.engine.dialect, self.chain());
        let text = directive.sql.as_deref().unwrap_or_default();
        let asked = self.trace.translator.question(text).map_err(|words| {
            fault(format!("{} has no words for {words}, so this cannot be asked", engine.title()))
        });
        if self.writer.frame.transactional_ddl && !self.writer.frame.is_bare {
            self.writer.enter(true);
        }
        let opened = self.flush(None);
        let found = asked.and_then(|sql| opened.and_then(|_| self.db.select(&sql)));
        found.map_err(|error| {
            self.refused = Some((self.writer.statements.len(), Origin::Program, error.clone()));
            refused_by_database(error, engine, chain)
        })
    }

    fn set_savepoint(&mut self, name: &str) -> Result<(), DatabaseError> {
        self.writer.enter(true);
        self.flush(None)?;
        self.savepoints.push((name.to_owned(), self.writer.statements.len()));
        self.say_transaction(&format!("SAVEPOINT {}", self.quoted(name)))
    }

    fn say_transaction(&mut self, sql: &str) -> Result<(), DatabaseError> {
        self.writer.push(sql, Origin::Transaction);
        let result = self.flush(None).map(drop);
        // A savepoint that is refused is the program's affair.
        self.is_broken &= result.is_ok();
        result
    }

    fn quoted(&self, name: &str) -> String {
        match self.engine.dialect {
            DialectKind::Mysql => format!("`{}`", name.replace('`', "``")),
            DialectKind::Sqlite | DialectKind::Postgres => format!("\"{}\"", name.replace('"', "\"\"")),
        }
    }

    fn roll_back_all(&mut self) -> Result<(), DatabaseError> {
        self.savepoints.clear();
        if !self.writer.is_open() {
            return Ok(());
        }
        self.writer.push("ROLLBACK", Origin::Transaction);
        self.flush(None)?;
        let is_there = version_table::read(&self.heads, self.db)?.is_some();
        let create = if is_there { Vec::new() } else { self.create.clone() };
        self.writer.rolled_back(create);
        self.flush(None).map(drop)
    }
}
