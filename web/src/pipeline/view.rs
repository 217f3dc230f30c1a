//! The chain as a whole as the page shows it.

use std::collections::BTreeMap;

use retort_core::database::Database;
use retort_core::diagnostic::Diagnostic;
use retort_core::graph::RevisionGraph;
use retort_core::replay::ReplayedStep;
use retort_core::revision::Revision;
use retort_core::schema::{ChangeKind, Schema, diff};
use retort_core::{dialect, review};

use super::Done;
use super::excerpt::{MOST_OF_FILE, cut};
use super::session::{Ran, Session};
use super::step_view::fidelity;
use crate::placement;
use crate::protocol::{FileView, GraphEdge, Opened, Placement, Problem, RevisionView, RunState, ViewState};

impl Session {
    /// Draws the chain, at the view that was asked for.
    pub(super) fn opened(&mut self, asked: Option<ViewState>) -> Done<Opened> {
        let view = match asked {
            Some(view) => {
                self.restore(view.position, view.peak)?;
                ViewState { position: self.present.position, peak: self.present.peak, ..view }
            }
            None => {
                // A chain that fails opens on the failure: that is what its author came for.
                self.show_failure()?;
                ViewState { position: self.present.position, ..ViewState::default() }
            }
        };
        let step = self.step_view()?;
        let lanes = self.project.graph.lanes();
        let edges = lanes.edges.iter().map(|edge| GraphEdge {
            from_row: edge.from,
            from_lane: lanes.rows[edge.from as usize].lane,
            to_row: edge.to,
            to_lane: lanes.rows[edge.to as usize].lane,
            dependency: edge.dependency,
        });
        let positions: BTreeMap<&str, usize> =
            self.plan.steps.iter().enumerate().map(|(at, step)| (step.revision.as_str(), at + 1)).collect();
        let revisions = lanes.rows.iter().enumerate().filter_map(|(row, place)| {
            let revision = self.project.graph.get(&place.revision)?;
            let position = positions.get(revision.id.as_str()).copied();
            Some(self.revision(revision, position, u32::try_from(row).ok()?, place.lane))
        });
        Ok(Opened {
            name: self.name.clone(),
            layout: self.project.layout.name().to_owned(),
            dialect: self.project.dialect.name().to_owned(),
            dialect_reason: self.project.dialect_reason.clone(),
            dialect_chosen: self.dialect_chosen.is_some(),
            engine: self.db.version(),
            revisions: revisions.collect(),
            lanes: lanes.width,
            edges: edges.collect(),
            heads: self.project.graph.heads().iter().map(ToString::to_string).collect(),
            placement: self.placement(),
            problems: self.problems(),
            files: self.files(),
            left_out: self.left_out.sentences(),
            fidelity: self.fidelity(),
            view,
            step,
        })
    }

    fn files(&self) -> Vec<FileView> {
        let files = self.matters().into_iter().filter(|file| !file.text.is_empty());
        files.map(|file| FileView { name: file.name.clone(), text: cut(&file.text, MOST_OF_FILE) }).collect()
    }

    fn revision(&self, revision: &Revision, position: Option<usize>, row: u32, lane: u32) -> RevisionView {
        let graph: &RevisionGraph = &self.project.graph;
        let ran = position.map(|position| &self.ran[position - 1]);
        let place = self.project.place(revision.span);
        let texts = |ids: &[retort_core::revision::RevisionId]| ids.iter().map(ToString::to_string).collect();
        let before =
            position.and_then(|position| position.checked_sub(2)).map(|at| &self.ran[at].replayed.source);
        RevisionView {
            id: revision.id.to_string(),
            message: revision.message.clone(),
            down: texts(&revision.down_revisions),
            depends_on: revision.depends_on.clone(),
            labels: revision.branch_labels.clone(),
            file: self.project.file(revision.source).map(|file| file.name.clone()).unwrap_or_default(),
            line: place.line,
            position,
            row,
            lane,
            is_head: graph.heads().contains(&revision.id),
            is_base: revision.down_revisions.is_empty(),
            is_merge: graph.is_merge(&revision.id),
            is_branch_point: graph.is_branch_point(&revision.id),
            state: ran.map_or(RunState::NotRun, state),
            irreversible: revision.downgrade.irreversible().map(str::to_owned),
            destructive: ran
                .is_some_and(|ran| ran.replayed.directives.iter().any(|directive| directive.destructive)),
            fidelity: fidelity(ran.map_or(dialect::Fidelity::Exact, |ran| worst(&ran.replayed))),
            summary: ran.map(|ran| summary(before, &ran.replayed.source)).unwrap_or_default(),
            statements: ran.map_or(0, |ran| u32::try_from(ran.replayed.directives.len()).unwrap_or(u32::MAX)),
        }
    }

    /// Every table of every step, as high as it ever gets.
    fn placement(&self) -> Placement {
        let mut union = placement::Union::default();
        for ran in &self.ran {
            for table in ran.replayed.engine.tables.values() {
                union.add_table(&table.name.to_string(), table.columns.len());
                for key in &table.foreign_keys {
                    union.add_edge(&table.name.to_string(), &key.ref_table.to_string());
                }
            }
            for view in ran.replayed.engine.views.values() {
                union.add_table(&view.name.to_string(), view.columns.len());
            }
        }
        union.place()
    }

    /// What is to be said of the files, of each step, and of the schema at the end.
    fn problems(&self) -> Vec<Problem> {
        let mut problems: Vec<Problem> =
            self.diagnostics.iter().map(|diagnostic| self.problem(diagnostic, None)).collect();
        problems.extend(self.left_out.is_worrying().then(|| left_out(self.left_out.sentences())));
        for ran in &self.ran {
            let step = Some(&ran.replayed);
            problems.extend(ran.diagnostics.iter().map(|diagnostic| self.problem(diagnostic, step)));
            let findings = review::review(&self.project, &ran.replayed);
            problems.extend(findings.iter().map(|finding| self.problem(finding, step)));
            if let Some(failure) = &ran.failure {
                let said = failure.said.as_deref().cloned();
                let diagnostic = said.unwrap_or_else(|| failed(&ran.replayed, failure));
                problems.push(self.problem(&diagnostic, step));
            }
        }
        problems
    }

    /// Statements of the whole chain by fidelity.
    fn fidelity(&self) -> [u32; 5] {
        let mut counts = [0; 5];
        for directive in self.ran.iter().flat_map(|ran| &ran.replayed.directives) {
            let class = directive.translated.fidelity;
            if let Some(place) = dialect::Fidelity::ALL.iter().position(|other| *other == class) {
                counts[place] += 1;
            }
        }
        counts
    }
}

fn left_out(sentences: Vec<String>) -> Problem {
    Problem {
        code: "load/left-out".to_owned(),
        severity: "warn".to_owned(),
        message: "not all files of the folder were read".to_owned(),
        file: None,
        line: 0,
        column: 0,
        excerpt: String::new(),
        label: String::new(),
        help: sentences,
        revision: None,
    }
}

fn failed(replayed: &ReplayedStep, failure: &retort_core::execute::Failure) -> Diagnostic {
    let message = format!("{}: the statement was refused: {}", replayed.step.revision, failure.error.message);
    let diagnostic = Diagnostic::error("execute/statement-failed", message)
        .help("The database stays at the step before; the steps after it are shown from the model only");
    let span = match failure.origin {
        retort_core::script::Origin::Directive(at) => replayed.directives.get(at),
        retort_core::script::Origin::Program => None,
        _ => replayed.directives.last(),
    };
    match span {
        Some(directive) => diagnostic.at(directive.span, "this statement"),
        None => diagnostic,
    }
}

fn state(ran: &Ran) -> RunState {
    if ran.failure.is_some() {
        RunState::Failed
    } else if ran.is_reached() {
        RunState::Ran
    } else {
        RunState::NotRun
    }
}

fn worst(replayed: &ReplayedStep) -> dialect::Fidelity {
    let classes = replayed.directives.iter().map(|directive| directive.translated.fidelity);
    classes.max().unwrap_or(dialect::Fidelity::Exact)
}

/// `+2 tables ~1 column −1 index`
fn summary(before: Option<&Schema>, after: &Schema) -> String {
    let empty = Schema::empty(after.dialect);
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for change in diff(before.unwrap_or(&empty), after) {
        let sign = match change.kind {
            ChangeKind::Added => "+",
            ChangeKind::Changed => "~",
            ChangeKind::Removed => "−",
        };
        *counts.entry((sign, change.what)).or_default() += 1;
    }
    let one = |((sign, what), count): (&(&str, &str), &usize)| {
        let plural = match (*count, what.strip_suffix('x'), what.strip_suffix('y')) {
            (1, _, _) => (*what).to_owned(),
            (_, Some(stem), _) => format!("{stem}xes"),
            (_, _, Some(stem)) if *what != "foreign key" && *what != "primary key" => format!("{stem}ies"),
            _ => format!("{what}s"),
        };
        format!("{sign}{count} {plural}")
    };
    counts.iter().map(one).collect::<Vec<_>>().join(" ")
}
