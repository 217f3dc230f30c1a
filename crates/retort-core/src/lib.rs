//! The core of Retort: from texts to a database's schema and back to people's eyes.
//!
//! The modules stand in the order in which data flows; a module uses only modules above it (a test in
//! `tests/src/layering.rs` checks it). Nothing here does I/O, reads a clock, or panics on input: the world is
//! behind [`database::Database`].
//!
//! source → operation → database → revision → layout → graph → project → plan → dialect → replay → script → review →
//! execute → inspect → run → drift → cascade → harness → json → share

pub mod source;
pub mod diagnostic;
pub mod token;
pub mod schema;
pub mod operation;
pub mod database;
pub mod revision;
pub mod layout;
pub mod graph;
pub mod version_table;
pub mod project;
pub mod plan;
pub mod dialect;
pub mod replay;
pub mod state_table;
pub mod script;
pub mod review;
pub mod execute;
pub mod inspect;
pub mod run;
pub mod drift;
pub mod cascade;
pub mod harness;
#[cfg(feature = "serde")]
pub mod json;
#[cfg(feature = "serde")]
pub mod share;
