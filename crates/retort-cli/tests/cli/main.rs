//! The command as people and scripts use it: arguments in; output, exit code and database out.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on may panic")]

mod alembic;
mod bench;
mod broken;
mod examples;
mod init;
mod look;
mod runs;
mod settings;
mod status;
