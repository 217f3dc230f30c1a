//! The statements of the present step: where each is written, or which call of a program gave it, and what
//! became of it.

use retort_core::dialect;
use retort_core::execute::Failure;
use retort_core::replay::{ReplayedDirective, ReplayedStep};
use retort_core::script::Origin;
use retort_core::source::{SourceId, Span};

use super::excerpt::{cut, listed, most_of_each};
use super::session::Session;
use super::step_view::fidelity;
use crate::protocol::{Fidelity, Note, RunState, StatementView};

/// A dump has more statements than anybody reads, and than a page can draw.
pub(super) const MOST_STATEMENTS: usize = 200;

impl Session {
    pub(super) fn statements(&self) -> Vec<StatementView> {
        let Some(step) = &self.present.step else { return Vec::new() };
        let failure = self.present.failure.as_ref();
        let failed_at = failure.and_then(|failure| failed_directive(step, failure));
        let most = most_of_each(step.directives.len().min(MOST_STATEMENTS));
        let calls = calls(&step.directives);
        let view = |(at, directive): (usize, &ReplayedDirective)| {
            let (state, error) = match failed_at {
                Some(failed_at) if at == failed_at => {
                    (RunState::Failed, failure.map(|failure| failure.error.message.clone()))
                }
                Some(failed_at) if at > failed_at => (RunState::NotRun, None),
                _ => (RunState::Ran, None),
            };
            StatementView { call: calls[at], state, error, ..self.statement(directive, most) }
        };
        // The first of them, and the one that failed wherever it stands.
        let listed = |at: &usize| *at < MOST_STATEMENTS || Some(*at) == failed_at;
        let shown = step.directives.iter().enumerate().filter(|(at, _)| listed(at)).map(view);
        let stop = failure.filter(|failure| failed_at.is_none() && failure.origin == Origin::Program);
        shown.chain(stop.map(|failure| self.stop(step, failure, next(&calls)))).collect()
    }

    fn statement(&self, directive: &ReplayedDirective, most: usize) -> StatementView {
        let translated = &directive.translated;
        // Each part of a statement may say the same.
        let is_new = |(at, note): &(usize, &dialect::Note)| !translated.notes[..*at].contains(note);
        let notes = translated.notes.iter().enumerate().filter(is_new);
        // Of a hole the text at its place is the call, which is no statement.
        let source = if directive.hole.is_some() { "" } else { directive.source(&self.project) };
        StatementView {
            source: cut(source, most),
            is_given: directive.text.is_some() || directive.hole.is_some(),
            sql: listed(&translated.sql, most),
            fidelity: fidelity(translated.fidelity),
            notes: notes
                .map(|(_, note)| Note { code: note.code.to_owned(), message: note.message.clone() })
                .collect(),
            ..self.at(directive.span)
        }
    }

    /// The place at which a program came to its end by a fault of its own.
    fn stop(&self, step: &ReplayedStep, failure: &Failure, call: u32) -> StatementView {
        let said = failure.said.as_deref();
        let label = said.and_then(|said| said.labels.first()).map(|label| label.span);
        let of_revision = || self.project.graph.get(&step.step.revision).map(|revision| revision.span);
        let span = label.or_else(of_revision).unwrap_or(Span::new(SourceId(0), 0, 0));
        let help = said.map_or(&[][..], |said| &said.help);
        let code = said.map_or("execute/refused", |said| said.code);
        StatementView {
            call,
            is_given: true,
            fidelity: Fidelity::Opaque,
            notes: help.iter().map(|help| Note { code: code.to_owned(), message: help.clone() }).collect(),
            state: RunState::Failed,
            error: Some(failure.error.message.clone()),
            ..self.at(span)
        }
    }

    /// A statement of which nothing but the place is known.
    fn at(&self, span: Span) -> StatementView {
        let file = self.project.file(span.source);
        let last = span.end.saturating_sub(1).max(span.start);
        StatementView {
            source: String::new(),
            file: file.map(|file| file.name.clone()).unwrap_or_default(),
            line: file.map_or(1, |file| file.place(span.start).line),
            last_line: file.map_or(1, |file| file.place(last).line),
            call: 0,
            is_given: false,
            sql: Vec::new(),
            fidelity: Fidelity::Exact,
            notes: Vec::new(),
            state: RunState::Ran,
            error: None,
        }
    }
}

/// The directive at which a step failed; None where no statement of the chain did.
fn failed_directive(step: &ReplayedStep, failure: &Failure) -> Option<usize> {
    match failure.origin {
        Origin::Directive(at) | Origin::Hole(at) => Some(at),
        Origin::Program => None,
        Origin::VersionTable | Origin::Transaction | Origin::Session | Origin::ForeignKeyCheck => {
            step.directives.len().checked_sub(1)
        }
    }
}

/// The number of the call of each directive: what one call gave stands together.
fn calls(directives: &[ReplayedDirective]) -> Vec<u32> {
    let mut call = 0;
    let mut numbers: Vec<u32> = Vec::with_capacity(directives.len());
    for (at, directive) in directives.iter().enumerate() {
        let before = at.checked_sub(1).map(|before| &directives[before]);
        let is_same = |before: &ReplayedDirective| {
            before.span == directive.span && before.text.is_some() && directive.text.is_some()
        };
        if before.is_some_and(|before| !is_same(before)) {
            call += 1;
        }
        numbers.push(call);
    }
    numbers
}

fn next(calls: &[u32]) -> u32 {
    calls.last().map_or(0, |call| call + 1)
}
