//! A revision as the core runs it: the program behind `upgrade()` and `downgrade()`.

use std::sync::Arc;

use retort_core::diagnostic::Diagnostic;
use retort_core::revision::{Direction, Program, Stage, Stop};
use retort_core::source::SourceFile;

use crate::config::Config;
use crate::config::environment::Environment;
use crate::header::{Header, Way};

/// What the revisions of a project share.
#[derive(Debug)]
pub struct Surroundings {
    /// All files; a [`SourceId`](retort_core::source::SourceId) is an index into them.
    pub files: Vec<SourceFile>,
    /// The settings, where there are some.
    pub config: Option<Config>,
    /// What `env.py` says.
    pub environment: Environment,
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
    fn run(&self, direction: Direction, _stage: &mut dyn Stage) -> Result<(), Stop> {
        let (way, name) = match direction {
            Direction::Upgrade => (self.header.upgrade, "upgrade"),
            Direction::Downgrade => (self.header.downgrade, "downgrade"),
        };
        match way {
            Way::Empty(_) => Ok(()),
            Way::Absent | Way::Present(_) => {
                let span = way.span().unwrap_or(self.header.span);
                let message = format!("`{name}()` of `{}` is not interpreted", self.header.revision);
                let said = Diagnostic::error("alembic/not-interpreted", message);
                Err(Stop::Failed(said.at(span, "what this does is not known")))
            }
        }
    }
}
