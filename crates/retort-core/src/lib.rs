//! The core of Retort: from texts to a database's schema and back to people's eyes.
//!
//! The modules stand in the order in which data flows; a module uses only modules above it (a test in
//! `tests/src/layering.rs` checks it). Nothing here does I/O, reads a clock, or panics on input: the world is
//! behind [`database::Database`].
//!
//! source → revision → graph → plan → replay → dialect → script → execute → inspect

pub mod source;
pub mod diagnostic;
pub mod token;
pub mod schema;
pub mod operation;
pub mod revision;


