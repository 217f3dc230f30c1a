//! A database that says what its version can do.

use retort_core::database::Database;
use retort_core::dialect::Capabilities;

/// An open engine. What it can do is asked once, when it is opened.
pub trait Engine: Database {
    /// The facts about this version.
    fn capabilities(&self) -> Capabilities;
}
