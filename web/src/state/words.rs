//! The state in words: for headings, and for those who hear the page.

use super::State;
use crate::protocol::{CascadeView, Direction, Mark, StatementView, StepView};

impl State {
    pub(super) fn step_in_words(&self) -> String {
        let Some(step) = &self.step else { return String::new() };
        let last = self.last_position();
        let Some(revision) = self.step_revision() else {
            return format!("Base, before the first of {last} steps");
        };
        let direction = match step.direction {
            Direction::Up => "upgrade",
            Direction::Down => "downgrade",
        };
        let mut words =
            format!("Step {} of {last}, {direction} of {}. {}", step.position, revision.message, tally(step));
        match step.round_trip.as_deref() {
            Some([]) => words.push_str(". The schema is identical to the one before the upgrade"),
            Some(rest) => {
                words.push_str(". The schema differs from the one before the upgrade: ");
                words.push_str(&plural(rest.len() as u64, "difference"));
            }
            None => {}
        }
        if !step.problems.is_empty() {
            words.push_str(". ");
            words.push_str(&plural(step.problems.len() as u64, "problem"));
        }
        words
    }

    /// Which call is lit up, and what it gave.
    pub(super) fn call_in_words(&self) -> String {
        let Some(step) = &self.step else { return String::new() };
        let given: Vec<&StatementView> =
            step.statements.iter().filter(|statement| statement.call == self.call).collect();
        let (Some(first), Some(last)) = (given.first(), step.statements.last()) else { return String::new() };
        let noun = if first.is_given { "Call" } else { "Statement" };
        let mut words = format!("{noun} {} of {}, {}", self.call + 1, last.call + 1, lines(first));
        if first.is_given {
            words.push_str(": ");
            words.push_str(&plural(given.len() as u64, "statement"));
        }
        words
    }
}

/// `line 12`, `lines 12 to 18`.
pub fn lines(statement: &StatementView) -> String {
    let (first, last) = (statement.line, statement.last_line);
    if first >= last { format!("line {first}") } else { format!("lines {first} to {last}") }
}

/// `+2 tables ~1 column −1 index`, in the order of the changes.
pub fn tally(step: &StepView) -> String {
    let mut counts: Vec<(Mark, &str, u64)> = Vec::new();
    for change in &step.changes {
        match counts.iter_mut().find(|(mark, kind, _)| *mark == change.mark && *kind == change.kind) {
            Some((_, _, count)) => *count += 1,
            None => counts.push((change.mark, &change.kind, 1)),
        }
    }
    if counts.is_empty() {
        return "no change of the schema".to_owned();
    }
    let words: Vec<String> =
        counts.iter().map(|(mark, kind, count)| format!("{}{}", sign(*mark), plural(*count, kind))).collect();
    words.join(" ")
}

/// The sign of a mark, which says without colour what happened.
pub fn sign(mark: Mark) -> &'static str {
    match mark {
        Mark::Same => "",
        Mark::Added => "+",
        Mark::Changed => "~",
        Mark::Removed => "−",
    }
}

pub fn plural(count: u64, noun: &str) -> String {
    let ending = match noun {
        _ if count == 1 => "",
        "index" => "es",
        _ => "s",
    };
    format!("{count} {noun}{ending}")
}

/// The engine's words about the statement that failed.
pub fn failure(step: &StepView) -> Option<&str> {
    step.statements.iter().find_map(|statement| statement.error.as_deref())
}

pub fn cascade_in_words(cascade: &CascadeView) -> String {
    let parts: Vec<String> = cascade
        .totals
        .iter()
        .map(|(table, action, rows)| format!("{} of {table} {action}", plural(*rows, "row")))
        .collect();
    if parts.is_empty() { "Nothing would change".to_owned() } else { parts.join(", ") }
}
