//! What a program asks and says while it runs on a database.

use super::{Live, moment};
use crate::database::ResultSet;
use crate::diagnostic::Diagnostic;
use crate::operation::{Directive, Operation, SqlClass};
use crate::replay::{no_savepoint, refused_by_database, transaction_act};
use crate::revision::{Emitted, Memory, Moment, OpaqueStep, Server, Stage, StageError, TransactionAct};
use crate::schema::Schema;
use crate::source::{DialectKind, Span};

impl Stage for Live<'_> {
    fn dialect(&self) -> DialectKind {
        self.chain()
    }

    fn server(&self) -> Server {
        self.trace.server(&self.engine)
    }

    fn is_live(&self) -> bool {
        true
    }

    fn is_translated(&self) -> bool {
        self.chain() != self.engine.dialect
    }

    fn is_offline(&self) -> bool {
        false
    }

    fn schema(&mut self) -> Schema {
        self.look();
        self.trace.translator.source().clone()
    }

    fn is_certain(&self) -> bool {
        true
    }

    fn emit(&mut self, emitted: Emitted) -> Result<u64, StageError> {
        let mut changed = 0;
        for directive in self.trace.read(&emitted) {
            self.check()?;
            if self.trace.begins(&directive, &emitted) {
                continue;
            }
            match transaction_act(&directive) {
                Some(act) => self.transact(act, emitted.span)?,
                None => changed = self.directive(&directive, &emitted, None)?,
            }
        }
        Ok(changed)
    }

    fn query(&mut self, sql: &str, span: Span) -> Result<ResultSet, StageError> {
        self.check()?;
        let emitted = Emitted { sql: sql.to_owned(), span, autocommit: false, guarded: true };
        let mut found = ResultSet::default();
        for directive in self.trace.read(&emitted) {
            if is_question(&directive) {
                found = self.ask(&directive)?;
            } else {
                self.directive(&directive, &emitted, Some(&mut found))?;
            }
        }
        Ok(found)
    }

    fn transact(&mut self, act: TransactionAct, _span: Span) -> Result<(), StageError> {
        self.check()?;
        let refuse = |error, live: &Live<'_>| refused_by_database(error, live.engine.dialect, live.chain());
        let result = match &act {
            TransactionAct::Savepoint(name) => self.set_savepoint(name),
            TransactionAct::Release(name) => {
                self.say_transaction(&format!("RELEASE SAVEPOINT {}", self.quoted(name)))
            }
            TransactionAct::RollBackTo(name) => {
                let sql = format!("ROLLBACK TO SAVEPOINT {}", self.quoted(name));
                let place = self.savepoints.iter().rfind(|(other, _)| other == name).map(|(_, at)| *at);
                self.say_transaction(&sql).inspect(|()| {
                    if let Some(place) = place {
                        self.journal.forget(place);
                    }
                })
            }
            TransactionAct::Commit => {
                self.writer.enter(false);
                self.flush(None).map(drop)
            }
            TransactionAct::RollBack => self.roll_back_all(),
        };
        result.map_err(|error| refuse(error, self))?;
        if self.trace.transact(&act) { Ok(()) } else { Err(no_savepoint(self.chain())) }
    }

    fn moment(&mut self) -> Option<Moment> {
        if self.moment.is_none() {
            self.moment = moment::ask(self.db, &self.engine);
        }
        self.moment.clone()
    }

    fn opaque(&mut self, step: OpaqueStep) {
        let (what, code) = match step.touches_schema {
            true => ("this may change the schema", "execute/unknown-schema"),
            false => ("this was not done", "execute/unknown-rows"),
        };
        let said = Diagnostic::warning(code, format!("{what}: {}", step.reason))
            .at(step.span, "not understood here")
            .help("Do by hand what it does, or write it as SQL");
        match step.touches_schema {
            true => self.hole = self.hole.take().or(Some(said)),
            false => self.trace.diagnostics.push(said),
        }
        self.trace.leave(step);
    }

    fn say(&mut self, diagnostic: Diagnostic) {
        self.trace.diagnostics.push(diagnostic);
    }

    fn memory(&mut self) -> &mut Memory {
        &mut self.memory
    }
}

/// Whether a statement only asks.
fn is_question(directive: &Directive) -> bool {
    let asks = |operation: &Operation| {
        matches!(operation, Operation::ExecuteSql { class: SqlClass::Query | SqlClass::Session, .. })
    };
    directive.operations.iter().all(asks)
}
