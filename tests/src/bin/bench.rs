//! Whole processes side by side: `retort upgrade heads` against the `sqlite3` shell with the same statements and
//! the same commits. Prints a table; nothing here is a test.
//!
//! `cargo xtask bench [RUNS]`. Both write a file on the same disk, with the same pragmas.
#![allow(clippy::print_stdout, reason = "a program that prints a table")]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

fn main() -> Outcome<()> {
    let runs: usize = std::env::args().nth(1).map_or(Ok(5), |text| text.parse())?;
    let built =
        Command::new("cargo").args(["build", "--release", "--quiet", "--package", "retort-cli"]).status()?;
    if !built.success() {
        return Err("retort does not build".into());
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target");
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or(root, PathBuf::from);
    let retort = target.join("release/retort");
    let folder = target.join("bench");
    println!("{:>9}  {:>12}  {:>12}  {:>6}", "revisions", "retort", "sqlite3", "ratio");
    let mut of_thousand = Duration::ZERO;
    for count in [1_000, 10_000] {
        let (ours, theirs) = compare(&retort, &folder, count, runs)?;
        println!(
            "{count:>9}  {ours:>12.1?}  {theirs:>12.1?}  {:>6.2}",
            ours.as_secs_f64() / theirs.as_secs_f64()
        );
        if count == 1_000 {
            of_thousand = ours;
        } else {
            println!(
                "10 000 revisions take {:.1} times 1 000",
                ours.as_secs_f64() / of_thousand.as_secs_f64()
            );
        }
    }
    Ok(())
}

/// The medians of both, their runs taken in turns.
fn compare(retort: &Path, folder: &Path, count: usize, runs: usize) -> Outcome<(Duration, Duration)> {
    let (chain, script) = (folder.join(format!("chain-{count}")), folder.join(format!("script-{count}.sql")));
    write_chain(&chain, &script, count)?;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..runs {
        let database = fresh(folder, "ours.db")?;
        let url = format!("sqlite:{}", database.display());
        ours.push(time(
            Command::new(retort)
                .args(["upgrade", "heads", "--quiet", "--project"])
                .arg(&chain)
                .args(["--database", &url]),
        )?);
        let database = fresh(folder, "theirs.db")?;
        theirs.push(time(Command::new("sqlite3").arg(&database).stdin(fs::File::open(&script)?))?);
    }
    Ok((median(ours), median(theirs)))
}

fn fresh(folder: &Path, name: &str) -> Outcome<PathBuf> {
    let path = folder.join(name);
    if path.exists() {
        fs::remove_file(&path)?;
    }
    Ok(path)
}

fn time(command: &mut Command) -> Outcome<Duration> {
    let start = Instant::now();
    let status = command.stdout(Stdio::null()).status()?;
    if !status.success() {
        return Err(format!("{command:?} failed").into());
    }
    Ok(start.elapsed())
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

/// Small revisions as people write them: a table now and then, else columns, indexes and rows.
fn body(number: usize) -> String {
    let table = number / 10;
    match number % 10 {
        0 => format!("CREATE TABLE t{table} (id INTEGER PRIMARY KEY, name TEXT NOT NULL, made_at TEXT);"),
        3 => format!("CREATE INDEX ix_t{table}_name ON t{table} (name);"),
        6 => format!(
            "INSERT INTO t{table} (name, made_at) VALUES ('first', '2026-01-01'), ('second', '2026-01-02');"
        ),
        9 => format!("UPDATE t{table} SET made_at = '2026-02-01' WHERE name = 'first';"),
        column => format!("ALTER TABLE t{table} ADD COLUMN c{column} TEXT;"),
    }
}

fn write_chain(chain: &Path, script: &Path, count: usize) -> Outcome<()> {
    fs::create_dir_all(chain)?;
    let mut all = String::from(
        "PRAGMA foreign_keys=ON;\nBEGIN IMMEDIATE;\nCREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, \
         CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num));\n",
    );
    for number in 0..count {
        let down =
            number.checked_sub(1).map_or_else(String::new, |down| format!("-- down_revision: r{down:06}\n"));
        let body = body(number);
        let text = format!("-- revision: r{number:06}\n{down}-- upgrade\n{body}\n");
        fs::write(chain.join(format!("{number:06}.sql")), text)?;
        if number > 0 {
            all.push_str("BEGIN IMMEDIATE;\n");
        }
        let version = match number.checked_sub(1) {
            None => format!("INSERT INTO alembic_version (version_num) VALUES ('r{number:06}');"),
            Some(down) => {
                format!(
                    "UPDATE alembic_version SET version_num='r{number:06}' WHERE alembic_version.version_num = 'r{down:06}';"
                )
            }
        };
        writeln!(all, "{body}\n{version}\nCOMMIT;")?;
    }
    fs::write(script, all)?;
    Ok(())
}
