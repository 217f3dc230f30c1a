//! The present state as the page shows it.

use retort_core::database::Database;
use retort_core::diagnostic::Diagnostic;
use retort_core::dialect::{self, sqlite};
use retort_core::plan::StepKind;
use retort_core::replay::ReplayedStep;
use retort_core::schema::{Change, ChangeKind, Schema, diff};

use super::Done;
use super::session::{Session, count_rows};
use super::statements::MOST_STATEMENTS;
use super::table_view::Tables;
use crate::protocol::{ChangeView, Direction, Fidelity, Mark, Problem, StepView};

impl Session {
    /// Draws the present state.
    pub(super) fn step_view(&mut self) -> Done<StepView> {
        let seen = self.engine_schema()?;
        let disagreements = diff(&self.present.engine, &seen).iter().map(sentence).collect();
        let counts = self.known_counts().unwrap_or_else(|| count_rows(&mut self.db, &seen));
        let blame = self.blame();
        let texts = stored_texts(&mut self.db);
        let present = &self.present;
        let marks = diff(&present.engine_before, &seen);
        let ids: Vec<&str> = self.plan.steps.iter().map(|step| step.revision.as_str()).collect();
        let moved = present.failure.is_none();
        let tables = Tables {
            source: &present.source,
            changes: if moved { &marks } else { &[] },
            blame: &blame,
            ids: &ids,
            counts: &counts,
            texts: &texts,
        };
        let ghosts =
            if moved { tables.ghosts(&present.engine_before, &present.source_before) } else { Vec::new() };
        let row_effects = seen.tables.values().filter_map(|table| {
            let name = table.name.to_string();
            let after = counts.get(&name).copied().unwrap_or(0);
            let before = present.counts_before.get(&name).copied().unwrap_or(0);
            (before != after && present.step.is_some()).then_some((name, before, after))
        });
        let edits = self.edits().iter().filter(|(at, _)| *at <= present.position).count();
        Ok(StepView {
            position: present.position,
            peak: present.peak,
            revision: present.step.as_ref().map(|step| step.step.revision.to_string()),
            direction: direction(present.step.as_ref()),
            statements: self.statements(),
            tables: tables.all(&seen),
            changes: if moved { changes(&present.source_before, &present.source) } else { Vec::new() },
            ghosts,
            round_trip: self.round_trip(),
            notice: self.notice(),
            problems: present
                .diagnostics
                .iter()
                .chain(present.failure.iter().filter_map(|failure| failure.said.as_deref()))
                .map(|diagnostic| self.problem(diagnostic, present.step.as_ref()))
                .collect(),
            disagreements,
            row_effects: row_effects.collect(),
            milliseconds: present.milliseconds,
            edits: u32::try_from(edits).unwrap_or(u32::MAX),
        })
    }

    /// What to say of the state, beside what is shown.
    fn notice(&self) -> Option<String> {
        let count = self.present.step.as_ref().map_or(0, |step| step.directives.len());
        let unlisted = (count > MOST_STATEMENTS).then(|| {
            format!("all {count} statements were looked at, the first {MOST_STATEMENTS} are listed")
        });
        let notices: Vec<String> = self.present.notice.iter().cloned().chain(unlisted).collect();
        (!notices.is_empty()).then(|| notices.join("; "))
    }

    /// A diagnostic with its place turned into words.
    pub(super) fn problem(&self, diagnostic: &Diagnostic, step: Option<&ReplayedStep>) -> Problem {
        let label = diagnostic.labels.first();
        let file = label.and_then(|label| self.project.file(label.span.source));
        let place = label.zip(file).map(|(label, file)| file.place(label.span.start));
        let line = place.map_or(0, |place| place.line);
        let excerpt =
            file.and_then(|file| file.text.lines().nth(line.saturating_sub(1) as usize)).unwrap_or_default();
        let revision = step.map(|step| step.step.revision.to_string()).or_else(|| {
            let source = label?.span.source;
            self.project
                .graph
                .iter()
                .find(|revision| revision.source == source)
                .map(|revision| revision.id.to_string())
        });
        Problem {
            code: diagnostic.code.to_owned(),
            severity: diagnostic.severity.name().to_owned(),
            message: diagnostic.message.clone(),
            file: file.map(|file| file.name.clone()),
            line,
            column: place.map_or(0, |place| place.column),
            excerpt: excerpt.chars().take(200).collect(),
            label: label.map(|label| label.text.clone()).unwrap_or_default(),
            help: diagnostic.help.clone(),
            revision,
        }
    }
}

/// The texts in `sqlite_schema`, by name in lower case.
fn stored_texts(db: &mut dyn Database) -> std::collections::BTreeMap<String, String> {
    let rows = db.query("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL").unwrap_or_default();
    let pair = |row: &retort_core::database::Row| {
        Some((row.first()?.as_str()?.to_ascii_lowercase(), row.get(1)?.as_str()?.to_owned()))
    };
    rows.iter().filter_map(pair).collect()
}

fn direction(step: Option<&ReplayedStep>) -> Direction {
    match step.map(|step| step.step.kind) {
        Some(StepKind::Downgrade) => Direction::Down,
        Some(StepKind::Upgrade | StepKind::Stamp) | None => Direction::Up,
    }
}

pub(super) fn fidelity(fidelity: dialect::Fidelity) -> Fidelity {
    match fidelity {
        dialect::Fidelity::Exact => Fidelity::Exact,
        dialect::Fidelity::Emulated => Fidelity::Emulated,
        dialect::Fidelity::Weakened => Fidelity::Weakened,
        dialect::Fidelity::Dropped => Fidelity::Dropped,
        dialect::Fidelity::Opaque => Fidelity::Opaque,
    }
}

pub(super) fn mark(kind: ChangeKind) -> Mark {
    match kind {
        ChangeKind::Added => Mark::Added,
        ChangeKind::Changed => Mark::Changed,
        ChangeKind::Removed => Mark::Removed,
    }
}

/// The difference of two schemas in the chain's own words.
fn changes(before: &Schema, after: &Schema) -> Vec<ChangeView> {
    let view = |change: Change| ChangeView {
        mark: mark(change.kind),
        kind: change.what.to_owned(),
        table: change.object,
        name: change.name,
        detail: change.detail,
    };
    diff(before, after).into_iter().map(view).collect()
}

/// A difference as a sentence.
pub(super) fn sentence(change: &Change) -> String {
    let thing = match (change.name.as_str(), change.what) {
        ("", what) => format!("{what} `{}`", change.object),
        (name, what) => format!("{what} `{name}` of `{}`", change.object),
    };
    match change.kind {
        ChangeKind::Added => format!("{thing} is there and should not be"),
        ChangeKind::Removed => format!("{thing} is missing"),
        ChangeKind::Changed => format!("{thing} differs: {}", change.detail),
    }
}

/// The name of a table in SQL.
pub(super) fn quoted(table: &str) -> String {
    sqlite::quote(table)
}
