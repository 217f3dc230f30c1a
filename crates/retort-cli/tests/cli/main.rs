//! The command as people and scripts use it: arguments in; output, exit code and database out.

mod bench;
mod broken;
mod look;
mod runs;
mod settings;
