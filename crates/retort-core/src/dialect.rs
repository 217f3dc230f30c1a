//! How each database says it, and how faithful the saying is.
//!
//! In: a directive and the schemas before it. Out: the statements to run, the schemas after it, and per
//! statement a [`Fidelity`] with its reasons. A chain written *for* a dialect runs *on* an engine: on its own
//! kind a statement runs as it was written; on SQLite the others are emulated.
//!
//! Invariant: the schema on the engine is always `emulate(schema of the source)`, table by table. A table that
//! was altered ten times ends like one that was made at once.

pub mod capabilities;
mod words;
mod postgres;
mod mysql;
mod emulate;
mod normalize;
mod rewrite;
mod rows;
mod reword;
mod carry;
pub mod sqlite;
mod transaction;
mod change;
mod translate;

pub use capabilities::Capabilities;
pub use change::{Hints, Way, change_schema, render, say};
pub use normalize::{ServerDefaults, normalize};
pub use translate::{Translated, Translator};

use crate::diagnostic::Code;

/// How much of a statement's meaning is kept. A statement has the worst class of its parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fidelity {
    /// Same meaning.
    Exact,
    /// Same meaning by other means.
    Emulated,
    /// It runs, but enforces or means less.
    Weakened,
    /// Not run here; kept in the model.
    Dropped,
    /// Not understood; passed through as it is.
    Opaque,
}

impl Fidelity {
    /// All classes, best first.
    pub const ALL: [Fidelity; 5] =
        [Fidelity::Exact, Fidelity::Emulated, Fidelity::Weakened, Fidelity::Dropped, Fidelity::Opaque];

    /// The word in JSON and on the page.
    pub fn name(self) -> &'static str {
        match self {
            Fidelity::Exact => "exact",
            Fidelity::Emulated => "emulated",
            Fidelity::Weakened => "weakened",
            Fidelity::Dropped => "dropped",
            Fidelity::Opaque => "opaque",
        }
    }
}

/// Why a statement is not exact, or what a reader should know of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// `dialect/…`
    pub code: Code,
    /// What the part it is about comes to.
    pub fidelity: Fidelity,
    /// For people.
    pub message: String,
}

impl Note {
    fn new(code: Code, fidelity: Fidelity, message: impl Into<String>) -> Note {
        Note { code, fidelity, message: message.into() }
    }
}
