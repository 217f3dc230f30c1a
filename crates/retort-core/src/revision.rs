//! One revision: an id, its links, what it does and undoes; and Retort's own text form of it.

mod memory;
mod parse;
mod program;

pub use memory::Memory;
pub use parse::{is_revision_file, parse};
pub use program::{
    Direction, Emitted, Moment, OpaqueStep, Program, RefusalKind, Server, Stage, StageError, Stop,
    TransactionAct,
};

use std::borrow::Borrow;
use std::fmt;
use std::sync::Arc;

use crate::operation::Directive;
use crate::source::{DialectKind, SourceId, Span};

/// The id of a revision.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RevisionId(Arc<str>);

impl RevisionId {
    /// Takes an id as it was written.
    pub fn new(id: impl AsRef<str>) -> RevisionId {
        RevisionId(Arc::from(id.as_ref()))
    }

    /// The id's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for RevisionId {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RevisionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a revision does in one direction.
#[derive(Clone, Debug)]
pub enum Body {
    /// Known once read.
    Directives(Vec<Directive>),
    /// Known once run; the same program may stand for both directions.
    Program(Arc<dyn Program>),
    /// Cannot be done, and why.
    Irreversible { reason: String },
}

impl Body {
    /// The directives that are known without running anything; none for an irreversible body.
    pub fn directives(&self) -> &[Directive] {
        match self {
            Body::Directives(directives) => directives,
            Body::Program(_) | Body::Irreversible { .. } => &[],
        }
    }

    /// Why it cannot be done, where it cannot.
    pub fn irreversible(&self) -> Option<&str> {
        match self {
            Body::Irreversible { reason } => Some(reason),
            Body::Directives(_) | Body::Program(_) => None,
        }
    }
}

/// Two programs are equal when they are the same one.
impl PartialEq for Body {
    fn eq(&self, other: &Body) -> bool {
        match (self, other) {
            (Body::Directives(left), Body::Directives(right)) => left == right,
            (Body::Program(left), Body::Program(right)) => Arc::ptr_eq(left, right),
            (Body::Irreversible { reason: left }, Body::Irreversible { reason: right }) => left == right,
            (Body::Directives(_) | Body::Program(_) | Body::Irreversible { .. }, _) => false,
        }
    }
}

impl Eq for Body {}

/// What a revision is to the tool whose layout it is of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Role {
    /// It runs once, in its place.
    #[default]
    Versioned,
    /// It runs after all others, and again whenever its text changes.
    Repeatable,
    /// It holds the work of revisions that a new database does without.
    Baseline,
}

/// What another tool knows about a revision of its layout.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Native {
    /// The tool gave the id: nobody can choose another.
    pub has_fixed_id: bool,
    /// What it is to the tool.
    pub role: Role,
    /// What the tool's state table names it by, where that is not the id.
    pub key: Option<String>,
    /// The checksum that the tool records for it.
    pub checksum: Option<String>,
    /// The versions whose work a baseline holds, as the tool records them.
    pub covers: Vec<String>,
    /// Contexts and labels under which the tool runs it; it is always run here.
    pub labels: Vec<String>,
    /// The tool puts no transaction around its upgrade.
    pub bare_upgrade: bool,
    /// The tool puts no transaction around its downgrade.
    pub bare_downgrade: bool,
}

/// One revision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revision {
    /// Its id.
    pub id: RevisionId,
    /// Directly below it; empty at the base.
    pub down_revisions: Vec<RevisionId>,
    /// Must be applied before, but is not below and does not join branches. Ids or branch labels, as written.
    pub depends_on: Vec<String>,
    /// Names of the line it begins.
    pub branch_labels: Vec<String>,
    /// One line for people.
    pub message: String,
    /// The dialect its header names.
    pub dialect: Option<DialectKind>,
    /// The way up.
    pub upgrade: Body,
    /// The way down.
    pub downgrade: Body,
    /// Its file.
    pub source: SourceId,
    /// The header line that names it (else the start of its file).
    pub span: Span,
    /// The header line with its down revisions, where there is one.
    pub down_span: Span,
    /// What another tool knows about it.
    pub native: Native,
}
