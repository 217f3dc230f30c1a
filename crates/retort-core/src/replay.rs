//! A plan run over schemas, not over a database: step by step, what each directive comes to on the engine.
//!
//! In: steps of a plan. Out: [`ReplayedStep`]s with the statements to run and both schemas before and after.
//! A program runs on the model, which answers what it asks. The caller decides how many steps are kept.

mod program;
mod refusal;
mod trace;

pub(crate) use refusal::{no_savepoint, refused_by_database};
pub(crate) use trace::{Trace, transaction_act};

use crate::diagnostic::{Checked, Diagnostic};
use crate::dialect::{Capabilities, Fidelity, Translated, Translator};
use crate::plan::{Step, StepKind};
use crate::project::Project;
use crate::revision::{Body, Direction, Memory};
use crate::schema::Schema;
use crate::source::{SourceId, Span};
use crate::version_table::VersionTable;

/// A directive and what it comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplayedDirective {
    /// Where it was written.
    pub span: Span,
    /// The statement, where that is not the text at the span: a program made it.
    pub text: Option<String>,
    /// What is run for it.
    pub translated: Translated,
    /// Rows or values may be lost.
    pub destructive: bool,
    /// It is a statement about rows.
    pub changes_rows: bool,
    /// The transaction that is open ends before it: the program said so.
    pub ends_transaction: bool,
    /// It is no statement, but what cannot be known without a database.
    pub hole: Option<Hole>,
}

/// What cannot be known without a database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hole {
    /// Why.
    pub reason: String,
    /// The schema may change by it; else rows do at most.
    pub touches_schema: bool,
}

impl ReplayedDirective {
    /// The statement as its author, or the author's program, wrote it.
    pub fn source<'a>(&'a self, project: &'a Project) -> &'a str {
        self.text.as_deref().unwrap_or_else(|| project.text(self.span))
    }

    /// Whether what it does to the schema is not known.
    pub fn is_opaque(&self) -> bool {
        match &self.hole {
            Some(hole) => hole.touches_schema,
            None => self.translated.fidelity == Fidelity::Opaque,
        }
    }
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
    /// Its tool has foreign keys off while it runs, and does not look at them afterwards (SQLite).
    pub has_keys_off: bool,
    /// How many characters the longest id of the chain has.
    pub longest_id: usize,
    /// Where the database remembers its heads.
    pub version_table: VersionTable,
    /// The schema in the chain's own dialect.
    pub source: Schema,
    /// The schema that the engine should have.
    pub engine: Schema,
}

impl ReplayedStep {
    /// Whether foreign keys must be off around it.
    pub fn foreign_keys_off(&self) -> bool {
        self.has_keys_off || self.directives.iter().any(|directive| directive.translated.foreign_keys_off)
    }

    /// Whether what it does to the schema is not fully known beforehand.
    pub fn is_opaque(&self) -> bool {
        self.directives.iter().any(ReplayedDirective::is_opaque)
    }
}

/// Goes along a plan.
#[derive(Clone, Debug)]
pub struct Replay<'a> {
    project: &'a Project,
    translator: Translator,
    capabilities: Capabilities,
    /// The model is what a database would hold: nothing opaque came before.
    is_certain: bool,
    /// What the programs leave for each other.
    pub(crate) memory: Memory,
}

impl<'a> Replay<'a> {
    /// Starts from nothing, for an engine.
    pub fn from_base(project: &'a Project, capabilities: Capabilities) -> Replay<'a> {
        let source = Schema::empty(project.dialect);
        let engine = Schema::empty(capabilities.dialect);
        Replay::from_schemas(project, source, engine, capabilities)
    }

    /// Starts from the schemas of another moment.
    pub fn from_schemas(
        project: &'a Project,
        source: Schema,
        engine: Schema,
        capabilities: Capabilities,
    ) -> Replay<'a> {
        let translator = Translator::new(source, engine, capabilities);
        Replay { project, translator, capabilities, is_certain: true, memory: Memory::default() }
    }

    /// The project whose chain it is.
    pub fn project(&self) -> &'a Project {
        self.project
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
        self.is_certain = engine.dialect == self.source().dialect;
        self.translator.resynchronise(engine);
    }

    /// Runs one step.
    pub fn step(&mut self, step: &Step) -> Checked<ReplayedStep> {
        let mut irreversible = None;
        let trace = match self.body(step) {
            Some(Body::Directives(list)) => {
                let mut trace = Trace::new(self.take_translator(), self.is_certain);
                trace.translator.look_ahead(list);
                for directive in list {
                    let text = directive.sql.as_deref().unwrap_or_else(|| self.project.text(directive.span));
                    trace.directive(text, directive, None);
                }
                warn_of_silent_cascades(&mut trace.directives);
                trace
            }
            Some(Body::Program(program)) => {
                let trace = Trace::of_program(self.take_translator(), self.is_certain);
                let (place, memory) = (self.place(step), &mut self.memory);
                program::run(&**program, direction(step.kind), &trace, self.capabilities, memory, place)
            }
            other => {
                irreversible = other.and_then(Body::irreversible).map(str::to_owned);
                Trace::new(self.take_translator(), self.is_certain)
            }
        };
        let (directives, diagnostics) = self.keep(trace);
        let value = ReplayedStep { irreversible, ..self.replayed(step, directives) };
        Checked { value, diagnostics }
    }

    /// What is to be done for a step; nothing for a stamp.
    pub(crate) fn body(&self, step: &Step) -> Option<&'a Body> {
        let revision = self.project.graph.get(&step.revision)?;
        match step.kind {
            StepKind::Upgrade => Some(&revision.upgrade),
            StepKind::Downgrade => Some(&revision.downgrade),
            StepKind::Stamp => None,
        }
    }

    /// Where a step's revision is written.
    pub(crate) fn place(&self, step: &Step) -> Span {
        let none = Span::new(SourceId(0), 0, 0);
        self.project.graph.get(&step.revision).map_or(none, |revision| revision.span)
    }

    /// The beginning of a step that is run by a program.
    pub(crate) fn trace(&self) -> Trace {
        Trace::of_program(self.translator.clone(), self.is_certain)
    }

    /// Moves the translator out for a step; [`Replay::keep`] puts it back.
    fn take_translator(&mut self) -> Translator {
        let (source, engine) = (self.source().dialect, self.engine().dialect);
        let none = Translator::new(Schema::empty(source), Schema::empty(engine), self.capabilities);
        std::mem::replace(&mut self.translator, none)
    }

    /// Goes to where a step has led; gives what it consists of.
    pub(crate) fn keep(&mut self, trace: Trace) -> (Vec<ReplayedDirective>, Vec<Diagnostic>) {
        self.translator = trace.translator;
        self.is_certain = trace.is_certain;
        (trace.directives, trace.diagnostics)
    }

    /// A step that led to where the replay is now.
    pub(crate) fn replayed(&self, step: &Step, directives: Vec<ReplayedDirective>) -> ReplayedStep {
        let native = self.project.graph.get(&step.revision).map(|revision| &revision.native);
        let is_bare = native.is_some_and(|native| match step.kind {
            StepKind::Upgrade => native.bare_upgrade,
            StepKind::Downgrade => native.bare_downgrade,
            StepKind::Stamp => false,
        });
        let is_own = self.source().dialect == self.engine().dialect;
        ReplayedStep {
            step: step.clone(),
            directives,
            irreversible: None,
            is_bare,
            has_keys_off: is_own && matches!(self.body(step), Some(Body::Program(_))),
            longest_id: self.project.graph.longest_id(),
            version_table: self.project.version_table.clone(),
            source: self.source().clone(),
            engine: self.engine().clone(),
        }
    }
}

/// The way that a step goes.
pub(crate) fn direction(kind: StepKind) -> Direction {
    match kind {
        StepKind::Upgrade | StepKind::Stamp => Direction::Upgrade,
        StepKind::Downgrade => Direction::Downgrade,
    }
}

/// While foreign keys are off for a table rebuild, row statements of the same revision cascade to nothing.
pub(crate) fn warn_of_silent_cascades(directives: &mut [ReplayedDirective]) {
    use crate::dialect::Note;
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
