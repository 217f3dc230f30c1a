//! The playground: a page (Yew) and the worker in which the core and SQLite run.
//!
//! The page's binary must not link the core, so everything the page uses stands on [`protocol`] alone,
//! and the worker's half is behind the feature `engine`.

pub mod choice;
pub mod examples;
pub mod protocol;
pub mod engine;
pub mod peek;
pub mod state;
pub mod bridge;
pub mod context;
pub mod components;
pub mod panels;
pub mod app;
#[cfg(feature = "engine")]
pub mod placement;
#[cfg(feature = "engine")]
pub mod pipeline;
