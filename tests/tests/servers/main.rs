//! Real servers: chains up, down and up, failures half-way, addresses.
//!
//! Their addresses are in `RETORT_TEST_POSTGRES_URL` and `RETORT_TEST_MYSQL_URL` (`cargo xtask servers` prints
//! them, `cargo xtask test --only servers` starts them). Without an address a test says that it is skipped;
//! with `RETORT_REQUIRE_SERVERS=1` it fails. Each test has a database of its own.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
#![allow(clippy::print_stderr, reason = "a skipped test says so")]

mod addresses;
mod chains;
mod copied;
mod failures;
mod forms;
#[path = "../generate/mod.rs"]
mod generate;
mod programs;
mod rendered;
mod server;
