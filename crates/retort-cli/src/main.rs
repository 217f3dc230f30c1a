//! The `retort` command: read the arguments, run one command, say what came of it.
//!
//! Start here, then `args.rs` (what can be typed), `session.rs` (what a command has at hand) and
//! `commands/` (one file each).

mod args;
mod commands;
mod config;
mod database;
mod exit_code;
mod extensions;
mod fidelity;
mod files;
mod graph_text;
mod json;
mod lines;
mod offline;
mod progress;
mod report;
mod run;
mod schema_text;
mod session;

use std::process;

use clap::Parser;

use args::Cli;
use exit_code::ExitCode;
use session::Session;

/// A translation is many small texts: it is a fifth faster with this one than with glibc's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let cli = Cli::try_parse().unwrap_or_else(|error| report::usage(&error));
    cli.globals.color.apply();
    let mut session = Session::new(cli.command.name(), &cli.globals);
    let result = session.settle(&cli.globals).and_then(|()| commands::run(cli.command, &mut session));
    let exit = match result {
        Ok(exit) => exit,
        Err(error) => session.stop(error),
    };
    let exit = match session.finish() {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            report::plain(&format!("error: the answer cannot be written: {error}"));
            ExitCode::Usage
        }
        _ => exit,
    };
    process::exit(exit.number());
}
