//! Alembic chains of published packages, downloaded at test time (`cargo xtask test --only corpus`): each runs on
//! SQLite step by step, or in the model alone for the servers, and ends in the schema that Alembic itself makes; and
//! their files, mutated, are read and run without a panic or a runaway.
//!
//! `tests/corpus/schemas.json` holds a short digest of each table, written (`RETORT_CORPUS_WRITE=1`) when the chain's
//! schema was found equal to the real Alembic's, fact by fact.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod chain;
mod mutated;
mod schemas;
