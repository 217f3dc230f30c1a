//! A program run on the model.
//!
//! Where the model refuses a statement, a program that may catch that is told so. Where it then does not, and where it
//! cannot, the refusal is a mere warning, so that the rest of the program is seen: in the first case it is run again. A
//! program is deterministic.

use std::collections::BTreeSet;

use super::Trace;
use super::refusal::{no_savepoint, refused_by_model};
use super::trace::transaction_act;
use crate::database::ResultSet;
use crate::diagnostic::Diagnostic;
use crate::dialect::Capabilities;
use crate::operation::{Operation, SqlClass};
use crate::revision::{
    Direction, Emitted, Memory, OpaqueStep, Program, Server, Stage, StageError, Stop, TransactionAct,
};
use crate::schema::Schema;
use crate::source::{DialectKind, Span};

/// Most refusals of one step that are passed over.
const MOST_PASSED: usize = 16;

/// Runs a program on the model, from where a trace stands.
pub(super) fn run(
    program: &dyn Program,
    direction: Direction,
    before: &Trace,
    engine: Capabilities,
    memory: &mut Memory,
    body: Span,
) -> Trace {
    let mut passed = BTreeSet::new();
    loop {
        let trace = before.clone();
        let mut stage = Model { trace, engine, memory, passed: &passed, asked: 0, refused: None };
        let result = program.run(direction, &mut stage);
        let (mut trace, refused) = (stage.trace, stage.refused);
        match result {
            Ok(()) => return trace,
            Err(Stop::Refused { error, span }) => {
                if passed.len() < MOST_PASSED && refused.is_some_and(|at| passed.insert(at)) {
                    continue;
                }
                let reason = format!("the revision stops here: {error}");
                trace.opaque(OpaqueStep { reason, span, touches_schema: true });
                return trace;
            }
            Err(Stop::Failed(diagnostic)) => {
                let span = diagnostic.labels.first().map_or(body, |label| label.span);
                let reason = format!("the revision stops here: {}", diagnostic.message);
                trace.diagnostics.push(diagnostic);
                trace.leave(OpaqueStep { reason, span, touches_schema: true });
                return trace;
            }
        }
    }
}

/// Whether a statement about the session asks for a setting: `PRAGMA foreign_keys`, `PRAGMA table_info(t)`.
fn asks_setting(sql: &str) -> bool {
    let words = sql.trim_start();
    words.get(..6).is_some_and(|word| word.eq_ignore_ascii_case("PRAGMA")) && !words.contains('=')
}

/// The stage of a replay.
struct Model<'a> {
    trace: Trace,
    engine: Capabilities,
    memory: &'a mut Memory,
    /// The statements, by number, whose refusal is a warning.
    passed: &'a BTreeSet<usize>,
    /// How many statements there were.
    asked: usize,
    /// The statement that was refused last.
    refused: Option<usize>,
}

impl Stage for Model<'_> {
    fn dialect(&self) -> DialectKind {
        self.trace.translator.source().dialect
    }

    fn server(&self) -> Server {
        self.trace.server(&self.engine)
    }

    fn is_offline(&self) -> bool {
        // The model answers what a database would be asked, so the program takes the way that it takes online.
        false
    }

    fn schema(&mut self) -> Schema {
        self.trace.translator.source().clone()
    }

    fn is_certain(&self) -> bool {
        self.trace.is_certain
    }

    fn emit(&mut self, emitted: Emitted) -> Result<u64, StageError> {
        for directive in self.trace.read(&emitted) {
            if self.trace.begins(&directive, &emitted) {
                continue;
            }
            if let Some(act) = transaction_act(&directive) {
                self.transact(act, emitted.span)?;
                continue;
            }
            let number = self.asked;
            self.asked += 1;
            // An uncertain model does not refuse: what it misses may be there.
            if emitted.guarded
                && self.trace.is_certain
                && !self.passed.contains(&number)
                && let Some(refusal) = self.trace.translator.refusal(&directive)
            {
                self.refused = Some(number);
                return Err(refused_by_model(&refusal, self.dialect()));
            }
            let text = directive.sql.clone().unwrap_or_default();
            self.trace.directive(&text, &directive, Some(&emitted));
        }
        Ok(0)
    }

    fn query(&mut self, sql: &str, span: Span) -> Result<ResultSet, StageError> {
        let emitted = Emitted { sql: sql.to_owned(), span, autocommit: false, guarded: true };
        let said = self.trace.diagnostics.len();
        let read = self.trace.read(&emitted);
        self.trace.diagnostics.truncate(said);
        let is = |wanted: SqlClass| {
            read.iter()
                .flat_map(|directive| &directive.operations)
                .all(|operation| matches!(operation, Operation::ExecuteSql { class, .. } if *class == wanted))
        };
        let is_setting = is(SqlClass::Session);
        if is(SqlClass::Query) || is_setting && asks_setting(sql) {
            return Err(StageError::NotKnownHere);
        }
        self.emit(emitted)?;
        if is_setting { Ok(ResultSet::default()) } else { Err(StageError::NotKnownHere) }
    }

    fn transact(&mut self, act: TransactionAct, _span: Span) -> Result<(), StageError> {
        if self.trace.transact(&act) { Ok(()) } else { Err(no_savepoint(self.dialect())) }
    }

    fn opaque(&mut self, step: OpaqueStep) {
        self.trace.opaque(step);
    }

    fn say(&mut self, diagnostic: Diagnostic) {
        self.trace.diagnostics.push(diagnostic);
    }

    fn memory(&mut self) -> &mut Memory {
        self.memory
    }
}
