//! Alembic's Python revision files, read without Python.
//!
//! A revision is interpreted: a bounded, deterministic Python ([`python`]) over SQLAlchemy as data ([`sql`]) gives
//! the statements that Alembic would run, each with the place of the call that made it.
//!
//! In: the files of a project ([`read`]). Out: revisions whose bodies are programs. Nothing here does I/O.

pub mod python;
pub mod sql;
pub mod header;
pub mod config;
pub mod alembic;
pub mod program;
pub mod write;
mod catalogue;
mod judge;
mod parallel;
mod read;

pub use read::read;
