//! `cargo xtask`: the project's own commands.
//!
//! `play` brings the playground to a browser from nothing but Rust, Node and a C compiler; `test` runs everything
//! that CI runs, with the same commands; `servers` starts database servers for people; `bench` measures. What is missing is installed under `target/tools`, so
//! that nothing of the person's is overwritten.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command talks to the terminal")]

use std::process::ExitCode;

use anyhow::{Result, bail};

use workbench::Workbench;

mod workbench;
mod tools;
mod install;
mod size;
mod build_web;
mod corpus;
mod serve;
mod play;
mod servers;
mod test;
mod bench;

const HELP: &str = "\
cargo xtask <command>

  play [--port N]               install what is missing, build the playground, serve it on 127.0.0.1
  test [--only PART]            install what is missing, run everything that CI runs
                                PART: check, native, servers, wasm, e2e, corpus
  servers                       start PostgreSQL and MariaDB for tests, print their addresses, run until Ctrl+C
  bench [ARGUMENTS]             run the benches in release form; arguments go to them
                                first one: reading, translating, alembic, or none (beside the sqlite3 shell)
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<()> {
    let Some((command, rest)) = arguments.split_first() else {
        print!("{HELP}");
        return Ok(());
    };
    match command.as_str() {
        "play" => play::play(&mut Workbench::new()?, rest),
        "test" => test::test(&mut Workbench::new()?, rest),
        "servers" => servers::serve(&mut Workbench::new()?),
        "bench" => bench::bench(&Workbench::new()?, rest),
        "help" | "--help" | "-h" => {
            print!("{HELP}");
            Ok(())
        }
        other => bail!("there is no command `{other}`\n\n{HELP}"),
    }
}
