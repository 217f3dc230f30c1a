//! What a step comes to while it is gone along: statements, schemas, savepoints.
//!
//! A replay and a live run keep the same trace; the live one has a database beside it.

use super::{Hole, ReplayedDirective};
use crate::diagnostic::{Code, Diagnostic, Label};
use crate::dialect::{Capabilities, Fidelity, Note, Translated, Translator};
use crate::operation::{Directive, Operation, SqlClass, from_sql};
use crate::revision::{Emitted, OpaqueStep, Server, TransactionAct};
use crate::source::SourceFile;

/// A step on its way.
#[derive(Clone, Debug)]
pub(crate) struct Trace {
    pub(crate) translator: Translator,
    pub(crate) directives: Vec<ReplayedDirective>,
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// The model is what a database would hold.
    pub(crate) is_certain: bool,
    /// Where a rollback leads to.
    begin: Option<Mark>,
    savepoints: Vec<(String, Mark)>,
    /// The program has ended its transaction; the next statement begins another.
    is_ended: bool,
    /// The program has begun one where none was.
    is_begun: bool,
}

/// A moment that can be gone back to.
#[derive(Clone, Debug)]
pub(crate) struct Mark {
    translator: Box<Translator>,
    directives: usize,
    is_certain: bool,
}

impl Trace {
    pub(crate) fn new(translator: Translator, is_certain: bool) -> Trace {
        Trace {
            translator,
            directives: Vec::new(),
            diagnostics: Vec::new(),
            is_certain,
            begin: None,
            savepoints: Vec::new(),
            is_ended: false,
            is_begun: false,
        }
    }

    /// The trace of a program, which can go back to its beginning.
    pub(crate) fn of_program(translator: Translator, is_certain: bool) -> Trace {
        let mut trace = Trace::new(translator, is_certain);
        trace.begin = Some(trace.mark());
        trace
    }

    /// The statements of an emitted text, each at the call that made it.
    pub(crate) fn read(&mut self, emitted: &Emitted) -> Vec<Directive> {
        let file = SourceFile::new(emitted.span.source, "", emitted.sql.as_str());
        let read = from_sql(&file, 0..emitted.sql.len(), self.translator.source().dialect);
        for diagnostic in read.diagnostics {
            let text = diagnostic.labels.last().map_or(String::new(), |label| label.text.clone());
            let labels = vec![Label { span: emitted.span, text }];
            self.diagnostics.push(Diagnostic { labels, ..diagnostic });
        }
        let place = |directive: Directive| {
            let sql = directive.sql.unwrap_or_else(|| file.slice(directive.span).to_owned());
            Directive { span: emitted.span, sql: Some(sql), ..directive }
        };
        read.value.into_iter().map(place).collect()
    }

    /// Translates a directive and applies it to the model; what the model refuses of it is a warning.
    pub(crate) fn directive(&mut self, text: &str, directive: &Directive, emitted: Option<&Emitted>) {
        let span = directive.span;
        let mut translated = self.translator.directive(text, directive);
        translated.stands_alone |= emitted.is_some_and(|emitted| emitted.autocommit) && !self.is_begun;
        for refusal in &translated.refusals {
            self.diagnostics.push(
                Diagnostic::warning(refusal.code, refusal.message.clone())
                    .at(span, "at this point of the chain")
                    .help("Check the revisions before this one: the statement will probably fail"),
            );
        }
        let is_about_rows =
            |operation: &Operation| matches!(operation, Operation::ExecuteSql { class: SqlClass::Data, .. });
        let replayed = ReplayedDirective {
            span,
            text: emitted.map(|_| text.to_owned()),
            destructive: directive.operations.iter().any(Operation::is_destructive),
            changes_rows: directive.operations.iter().any(is_about_rows),
            ends_transaction: std::mem::take(&mut self.is_ended),
            hole: None,
            translated,
        };
        self.is_certain &= !replayed.is_opaque();
        self.directives.push(replayed);
    }

    /// Leaves a hole, and says so.
    pub(crate) fn opaque(&mut self, step: OpaqueStep) {
        let what = if step.touches_schema { "the schema" } else { "rows" };
        let message = format!("what this does to {what} is known by a live database only: {}", step.reason);
        self.diagnostics.push(
            Diagnostic::warning(hole_code(&step), message)
                .at(step.span, "left out here")
                .help("Run it on a database: there the question is answered, and what was done is read back"),
        );
        self.leave(step);
    }

    /// Leaves a hole in the place of what is not known.
    pub(crate) fn leave(&mut self, step: OpaqueStep) {
        let code = hole_code(&step);
        let OpaqueStep { reason, span, touches_schema } = step;
        self.is_certain &= !touches_schema;
        let note = Note { code, fidelity: Fidelity::Opaque, message: reason.clone() };
        let translated = Translated {
            sql: Vec::new(),
            fidelity: Fidelity::Opaque,
            notes: vec![note],
            refusals: Vec::new(),
            foreign_keys_off: false,
            foreign_keys_switch: None,
            stands_alone: false,
        };
        self.directives.push(ReplayedDirective {
            span,
            text: None,
            translated,
            destructive: false,
            changes_rows: !touches_schema,
            ends_transaction: std::mem::take(&mut self.is_ended),
            hole: Some(Hole { reason, touches_schema }),
        });
    }

    /// This moment.
    pub(crate) fn mark(&self) -> Mark {
        Mark {
            translator: Box::new(self.translator.clone()),
            directives: self.directives.len(),
            is_certain: self.is_certain,
        }
    }

    /// Goes back to a moment.
    pub(crate) fn go_back(&mut self, mark: &Mark) {
        self.translator = (*mark.translator).clone();
        self.directives.truncate(mark.directives);
        self.is_certain = mark.is_certain;
    }

    /// Whether the statement begins a transaction within what stands outside of the step's: what follows is in it.
    pub(crate) fn begins(&mut self, directive: &Directive, emitted: &Emitted) -> bool {
        let begins = emitted.autocommit && is_begin(directive);
        if begins {
            self.is_begun = true;
            self.begin = Some(self.mark());
        }
        begins
    }

    /// Savepoints and ends of transactions, on the model; false for a savepoint that was never set.
    pub(crate) fn transact(&mut self, act: &TransactionAct) -> bool {
        let find = |name: &String| self.savepoints.iter().rposition(|(other, _)| other == name);
        match act {
            TransactionAct::Savepoint(name) => {
                let mark = self.mark();
                self.savepoints.push((name.clone(), mark));
            }
            TransactionAct::Release(name) => match find(name) {
                Some(at) => self.savepoints.truncate(at),
                None => return false,
            },
            TransactionAct::RollBackTo(name) => match find(name) {
                Some(at) => {
                    self.savepoints.truncate(at + 1);
                    let mark = self.savepoints[at].1.clone();
                    self.go_back(&mark);
                }
                None => return false,
            },
            TransactionAct::Commit => {
                self.savepoints.clear();
                self.is_begun = false;
                self.begin = Some(self.mark());
                self.is_ended = true;
            }
            TransactionAct::RollBack => {
                self.savepoints.clear();
                self.is_begun = false;
                let Some(mark) = self.begin.clone() else { return false };
                self.go_back(&mark);
            }
        }
        true
    }

    /// The server that a program is told of: the engine, or the newest of the dialect where that is another.
    pub(crate) fn server(&self, engine: &Capabilities) -> Server {
        let dialect = self.translator.source().dialect;
        let told = if engine.dialect == dialect { *engine } else { Capabilities::newest(dialect) };
        Server { version: told.version(), is_mariadb: told.mariadb }
    }
}

fn hole_code(step: &OpaqueStep) -> Code {
    if step.touches_schema { "replay/unknown-schema" } else { "replay/unknown-rows" }
}

fn is_begin(directive: &Directive) -> bool {
    let [Operation::ExecuteSql { sql, class: SqlClass::Transaction }] = directive.operations.as_slice()
    else {
        return false;
    };
    let upper = sql.text().to_ascii_uppercase();
    let words: Vec<&str> = upper.trim_end_matches(';').split_whitespace().collect();
    matches!(words[..], ["BEGIN"] | ["BEGIN", "WORK" | "TRANSACTION"] | ["START", "TRANSACTION"])
}

/// What a statement about the transaction asks for; None for any other, and for one that begins a transaction.
pub(crate) fn transaction_act(directive: &Directive) -> Option<TransactionAct> {
    let [Operation::ExecuteSql { sql, class: SqlClass::Transaction }] = directive.operations.as_slice()
    else {
        return None;
    };
    let words: Vec<&str> = sql.text().split_whitespace().collect();
    let name = words.last().map_or(String::new(), |word| word.trim_matches(['"', '`', ';']).to_owned());
    let upper: Vec<String> = words.iter().map(|word| word.to_ascii_uppercase()).collect();
    let upper: Vec<&str> = upper.iter().map(String::as_str).collect();
    match upper.as_slice() {
        ["SAVEPOINT", _] => Some(TransactionAct::Savepoint(name)),
        ["RELEASE", ..] => Some(TransactionAct::Release(name)),
        ["ROLLBACK", .., "TO", _] | ["ROLLBACK", .., "TO", "SAVEPOINT", _] => {
            Some(TransactionAct::RollBackTo(name))
        }
        ["COMMIT" | "END"] | ["COMMIT" | "END", "WORK" | "TRANSACTION"] => Some(TransactionAct::Commit),
        ["ROLLBACK" | "ABORT"] | ["ROLLBACK" | "ABORT", "WORK" | "TRANSACTION"] => {
            Some(TransactionAct::RollBack)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{DialectKind, SourceId, Span};

    #[test]
    fn statements_about_the_transaction_are_acts() {
        let act = |sql: &str| {
            let file = SourceFile::new(SourceId(0), "", sql);
            transaction_act(&from_sql(&file, 0..sql.len(), DialectKind::Postgres).value[0])
        };
        let name = || "s".to_owned();
        assert_eq!(act("COMMIT"), Some(TransactionAct::Commit));
        assert_eq!(act("end transaction"), Some(TransactionAct::Commit));
        assert_eq!(act("ROLLBACK"), Some(TransactionAct::RollBack));
        assert_eq!(act("SAVEPOINT \"s\""), Some(TransactionAct::Savepoint(name())));
        assert_eq!(act("RELEASE SAVEPOINT s"), Some(TransactionAct::Release(name())));
        assert_eq!(act("ROLLBACK TO SAVEPOINT s"), Some(TransactionAct::RollBackTo(name())));
        assert_eq!(act("ROLLBACK TO s"), Some(TransactionAct::RollBackTo(name())));
        for other in ["BEGIN", "COMMIT PREPARED 'x'", "SET CONSTRAINTS ALL DEFERRED", "SELECT 1"] {
            assert_eq!(act(other), None, "{other}");
        }
    }

    #[test]
    fn a_statement_stands_at_the_call_that_made_it() {
        let schema = crate::schema::Schema::empty(DialectKind::Postgres);
        let translator = Translator::new(schema.clone(), schema, Capabilities::POSTGRES);
        let mut trace = Trace::of_program(translator, true);
        let span = Span::new(SourceId(3), 40, 60);
        let sql = "CREATE TABLE a (b int); CREATE TABLE c (d INT NOT FROBNICATE)".to_owned();
        let read = trace.read(&Emitted { sql, span, autocommit: false, guarded: false });
        let texts: Vec<&str> = read.iter().filter_map(|directive| directive.sql.as_deref()).collect();
        assert_eq!(texts, ["CREATE TABLE a (b int)", "CREATE TABLE c (d INT NOT FROBNICATE)"]);
        assert!(read.iter().all(|directive| directive.span == span));
        assert_eq!(trace.diagnostics[0].labels.len(), 1);
        assert_eq!(trace.diagnostics[0].labels[0].span, span);
    }
}
