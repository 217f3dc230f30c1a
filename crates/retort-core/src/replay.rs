//! A plan run over schemas, not over a database: step by step, what each directive comes to on the engine.
//!
//! In: steps of a plan. Out: [`ReplayedStep`]s with the statements to run and both schemas before and after.
//! The caller decides how many steps are kept.

use crate::diagnostic::{Checked, Diagnostic};
use crate::dialect::{Capabilities, Translated, Translator};
use crate::operation::{Operation, SqlClass};
use crate::plan::{Step, StepKind};
use crate::project::Project;
use crate::revision::Body;
use crate::schema::Schema;
use crate::source::Span;

/// A directive and what it comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplayedDirective {
    /// Where it was written.
    pub span: Span,
    /// What is run for it.
    pub translated: Translated,
    /// Rows or values may be lost.
    pub destructive: bool,
    /// It is a statement about rows.
    pub changes_rows: bool,
}

/// A step with everything that follows from it.
#[derive(Clone, Debug)]
pub struct ReplayedStep {
    /// The step.
    pub step: Step,
    /// Its directives in order; none for a stamp.
    pub directives: Vec<ReplayedDirective>,
    /// Why it cannot be run; then there are no directives.
    pub irreversible: Option<String>,
    /// Its tool puts no transaction around it.
    pub is_bare: bool,
    /// How many characters the longest id of the chain has.
    pub longest_id: usize,
    /// The schema in the chain's own dialect.
    pub source: Schema,
    /// The schema that the engine should have.
    pub engine: Schema,
}

impl ReplayedStep {
    /// Whether foreign keys must be off around it.
    pub fn foreign_keys_off(&self) -> bool {
        self.directives.iter().any(|directive| directive.translated.foreign_keys_off)
    }

    /// Whether what it does to the schema is not fully known beforehand.
    pub fn is_opaque(&self) -> bool {
        use crate::dialect::Fidelity;
        self.directives.iter().any(|directive| directive.translated.fidelity == Fidelity::Opaque)
    }
}

/// Goes along a plan.
#[derive(Clone, Debug)]
pub struct Replay<'a> {
    project: &'a Project,
    translator: Translator,
}

impl<'a> Replay<'a> {
    /// Starts from nothing, for an engine.
    pub fn from_base(project: &'a Project, capabilities: Capabilities) -> Replay<'a> {
        let source = Schema::empty(project.dialect);
        let engine = Schema::empty(capabilities.dialect);
        Replay { project, translator: Translator::new(source, engine, capabilities) }
    }

    /// Starts from the schemas of another moment.
    pub fn from_schemas(
        project: &'a Project,
        source: Schema,
        engine: Schema,
        capabilities: Capabilities,
    ) -> Replay<'a> {
        Replay { project, translator: Translator::new(source, engine, capabilities) }
    }

    /// The schema in the chain's own dialect, as it is now.
    pub fn source(&self) -> &Schema {
        self.translator.source()
    }

    /// The schema of the engine, as it is now.
    pub fn engine(&self) -> &Schema {
        self.translator.engine()
    }

    /// Takes over what a live database was seen to hold.
    pub fn resynchronise(&mut self, engine: Schema) {
        self.translator.resynchronise(engine);
    }

    /// Runs one step.
    pub fn step(&mut self, step: &Step) -> Checked<ReplayedStep> {
        let mut diagnostics = Vec::new();
        let mut directives = Vec::new();
        let mut irreversible = None;
        let mut is_bare = false;
        if let Some(revision) = self.project.graph.get(&step.revision) {
            let body = match step.kind {
                StepKind::Upgrade => Some(&revision.upgrade),
                StepKind::Downgrade => Some(&revision.downgrade),
                StepKind::Stamp => None,
            };
            is_bare = match step.kind {
                StepKind::Upgrade => revision.native.bare_upgrade,
                StepKind::Downgrade => revision.native.bare_downgrade,
                StepKind::Stamp => false,
            };
            match body {
                Some(Body::Irreversible { reason }) => irreversible = Some(reason.clone()),
                Some(Body::Directives(list)) => {
                    self.translator.look_ahead(list);
                    directives =
                        list.iter().map(|directive| self.directive(directive, &mut diagnostics)).collect();
                }
                Some(Body::Program(_)) => irreversible = Some("it is known only once it is run".to_owned()),
                None => {}
            }
        }
        warn_of_silent_cascades(&mut directives);
        let (source, engine) = (self.translator.source().clone(), self.translator.engine().clone());
        let longest_id = self.project.graph.longest_id();
        let step = step.clone();
        let value = ReplayedStep { step, directives, irreversible, is_bare, longest_id, source, engine };
        Checked { value, diagnostics }
    }

    fn directive(
        &mut self,
        directive: &crate::operation::Directive,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> ReplayedDirective {
        let span = directive.span;
        let text = directive.sql.as_deref().unwrap_or_else(|| self.project.text(span));
        let translated = self.translator.directive(text, directive);
        for refusal in &translated.refusals {
            diagnostics.push(
                Diagnostic::warning(refusal.code, refusal.message.clone())
                    .at(span, "at this point of the chain")
                    .help("Check the revisions before this one: the statement will probably fail"),
            );
        }
        let destructive = directive.operations.iter().any(Operation::is_destructive);
        let is_about_rows =
            |operation: &Operation| matches!(operation, Operation::ExecuteSql { class: SqlClass::Data, .. });
        let changes_rows = directive.operations.iter().any(is_about_rows);
        ReplayedDirective { span, translated, destructive, changes_rows }
    }
}

/// While foreign keys are off for a table rebuild, row statements of the same revision cascade to nothing.
fn warn_of_silent_cascades(directives: &mut [ReplayedDirective]) {
    use crate::dialect::{Fidelity, Note};
    if !directives.iter().any(|directive| directive.translated.foreign_keys_off) {
        return;
    }
    let about_rows = directives.iter_mut().filter(|directive| directive.changes_rows);
    for translated in about_rows.map(|directive| &mut directive.translated) {
        let removes = |sql: &String| {
            let word = sql.split_whitespace().next().unwrap_or("").to_ascii_uppercase();
            matches!(word.as_str(), "DELETE" | "UPDATE" | "REPLACE")
        };
        if translated.sql.first().is_some_and(removes) {
            translated.fidelity = translated.fidelity.max(Fidelity::Weakened);
            translated.notes.push(Note {
                code: "dialect/cascade-off",
                fidelity: Fidelity::Weakened,
                message: "foreign keys are off in this revision because a table is rebuilt: nothing cascades"
                    .into(),
            });
        }
    }
}
