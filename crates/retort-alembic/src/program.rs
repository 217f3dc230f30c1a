//! A revision as the core runs it: the program behind `upgrade()` and `downgrade()`.

use std::collections::BTreeMap;
use std::sync::Arc;

use retort_core::diagnostic::Diagnostic;
use retort_core::revision::{Direction, Program, Stage, Stop};
use retort_core::source::{SourceFile, Span};

use crate::alembic::companions::COMPANIONS;
use crate::alembic::run::{Run, run};
use crate::alembic::script::Revisions;
use crate::config::Config;
use crate::config::environment::Environment;
use crate::header::{Header, Way};
use crate::python::Library;

/// What the revisions of a project share.
#[derive(Debug)]
pub struct Surroundings {
    /// All files; a [`SourceId`](retort_core::source::SourceId) is an index into them.
    pub files: Vec<SourceFile>,
    /// The settings, where there are some.
    pub config: Option<Config>,
    /// What `env.py` says.
    pub environment: Environment,
    /// The modules, parsed once for all revisions.
    pub library: Arc<Library>,
    /// The files of the revisions, by their ids.
    pub revisions: Revisions,
}

impl Surroundings {
    /// The surroundings of a project with these files.
    pub fn new(files: &[SourceFile], config: Option<Config>, environment: Environment) -> Surroundings {
        let modules: BTreeMap<String, Arc<SourceFile>> =
            files.iter().map(|file| (file.name.clone(), Arc::new(file.clone()))).collect();
        // What `prepend_sys_path` says stands first; the project itself is on the path as for `python -m`.
        let mut roots = config.as_ref().map(|config| config.import_roots.clone()).unwrap_or_default();
        for root in [String::new(), "src".to_owned()] {
            if !roots.contains(&root) {
                roots.push(root);
            }
        }
        let library = Arc::new(Library::new(modules, roots).with_companions(COMPANIONS));
        Surroundings { files: files.to_vec(), config, environment, library, revisions: Revisions::default() }
    }
}

/// The program of a revision.
#[derive(Debug)]
pub struct RevisionProgram {
    /// What it shares with the others.
    pub surroundings: Arc<Surroundings>,
    /// What its file says of itself.
    pub header: Header,
}

impl Program for RevisionProgram {
    fn run(&self, direction: Direction, stage: &mut dyn Stage) -> Result<(), Stop> {
        let (way, function) = match direction {
            Direction::Upgrade => (self.header.upgrade, "upgrade"),
            Direction::Downgrade => (self.header.downgrade, "downgrade"),
        };
        let span = way.span().unwrap_or(self.header.span);
        match way {
            Way::Empty(_) => Ok(()),
            Way::Absent => {
                let message = format!("`{}` has no `{function}()`", self.header.revision);
                Err(Stop::Failed(Diagnostic::error("alembic/exception", message).at(span, "in this file")))
            }
            Way::Present(_) => self.interpret(function, span, stage),
        }
    }
}

impl RevisionProgram {
    fn interpret(&self, function: &str, span: Span, stage: &mut dyn Stage) -> Result<(), Stop> {
        let Some(file) = self.surroundings.files.iter().find(|file| file.id == span.source) else {
            let message = format!("the file of `{}` is not there", self.header.revision);
            return Err(Stop::Failed(Diagnostic::error("alembic/not-interpreted", message)));
        };
        self.surroundings.library.look_ahead(&file.name);
        let options = self.surroundings.config.as_ref().map(|config| config.options.as_slice());
        let what = Run {
            library: &self.surroundings.library,
            path: &file.name,
            source: file.id,
            revision: &self.header.revision,
            function,
            environment: &self.surroundings.environment,
            options: options.unwrap_or_default(),
            revisions: &self.surroundings.revisions,
            span,
        };
        run(&what, stage)
    }
}
