//! Engines behind the core's `Database` trait: one file and one cargo feature each.

#[cfg(feature = "sqlite")]
mod limits;
#[cfg(feature = "sqlite")]
mod record;
#[cfg(feature = "sqlite")]
mod sqlite;
mod engine;
#[cfg(not(target_family = "wasm"))]
mod url;
#[cfg(all(feature = "mysql", not(target_family = "wasm")))]
mod mysql;
#[cfg(all(feature = "postgres", not(target_family = "wasm")))]
mod postgres;

pub use engine::Engine;
#[cfg(feature = "sqlite")]
pub use limits::Limits;
#[cfg(all(feature = "mysql", not(target_family = "wasm")))]
pub use mysql::Mysql;
#[cfg(all(feature = "postgres", not(target_family = "wasm")))]
pub use postgres::Postgres;
#[cfg(feature = "sqlite")]
pub use sqlite::{Answer, Sqlite};
#[cfg(not(target_family = "wasm"))]
pub use url::{Place, ServerUrl, Tls, UrlFault};
