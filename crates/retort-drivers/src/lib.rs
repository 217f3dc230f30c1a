//! Engines behind the core's `Database` trait: one file and one cargo feature each.

#[cfg(feature = "sqlite")]
mod limits;
#[cfg(feature = "sqlite")]
mod record;
#[cfg(feature = "sqlite")]
mod sqlite;

#[cfg(feature = "sqlite")]
pub use limits::Limits;
#[cfg(feature = "sqlite")]
pub use sqlite::{Answer, Sqlite};
