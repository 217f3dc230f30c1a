//! Whole processes side by side: `retort upgrade heads --sql` against Alembic's own `upgrade heads --sql`, on the
//! same projects. Prints a table; nothing here is a test.
//!
//! `cargo xtask bench alembic [--alembic COMMAND] [--projects DIR] [--dialect NAME] [--runs N] [--retort COMMAND]`.
//! DIR holds projects, each with an `alembic.ini` whose `env.py` takes its URL from `DATABASE_URL`; without it the
//! examples are taken. A chain that Alembic cannot write offline (its revisions read the database) is run by both on
//! an empty SQLite file.
#![allow(clippy::print_stdout, reason = "a program that prints a table")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

struct Settings {
    alembic: PathBuf,
    retort: Option<PathBuf>,
    projects: PathBuf,
    dialect: String,
    runs: usize,
}

impl Settings {
    fn read() -> Outcome<Settings> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let mut settings = Settings {
            alembic: "alembic".into(),
            retort: None,
            projects: root.join("examples"),
            dialect: "postgresql".to_owned(),
            runs: 5,
        };
        let mut words = std::env::args().skip(1);
        while let Some(word) = words.next() {
            let value = words.next().ok_or_else(|| format!("`{word}` needs a value"))?;
            match word.as_str() {
                "--alembic" => settings.alembic = value.into(),
                "--retort" => settings.retort = Some(value.into()),
                "--projects" => settings.projects = value.into(),
                "--dialect" => settings.dialect = value,
                "--runs" => settings.runs = value.parse::<usize>()?.max(1),
                _ => return Err(format!("there is no option `{word}`").into()),
            }
        }
        Ok(settings)
    }
}

/// What is run: SQL as text, or the upgrade of an empty file.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Offline,
    Sqlite,
}

fn main() -> Outcome<()> {
    let settings = Settings::read()?;
    let target = target();
    let retort = match &settings.retort {
        Some(retort) => retort.clone(),
        None => build(&target)?,
    };
    let folder = target.join("bench");
    fs::create_dir_all(&folder)?;
    println!(
        "{:<24} {:>9}  {:<10} {:>11} {:>11} {:>8}",
        "project", "revisions", "written as", "alembic", "retort", "times"
    );
    let mut ratios = Vec::new();
    for project in projects(&settings.projects)? {
        let bench = Bench { settings: &settings, retort: &retort, project: &project, folder: &folder };
        ratios.extend(bench.row()?);
    }
    ratios.sort_by(f64::total_cmp);
    if let [least, .., most] = ratios.as_slice() {
        println!("times as fast: {least:.0} to {most:.0}, median {:.0}", ratios[ratios.len() / 2]);
    }
    Ok(())
}

fn target() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target");
    std::env::var_os("CARGO_TARGET_DIR").map_or(root, PathBuf::from)
}

fn build(target: &Path) -> Outcome<PathBuf> {
    let built =
        Command::new("cargo").args(["build", "--release", "--quiet", "--package", "retort-cli"]).status()?;
    if !built.success() {
        return Err("retort does not build".into());
    }
    Ok(target.join("release/retort"))
}

/// The folders with settings of Alembic, by name.
fn projects(folder: &Path) -> Outcome<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.join("alembic.ini").is_file() {
            found.push(fs::canonicalize(path)?);
        }
    }
    found.sort();
    Ok(found)
}

struct Bench<'a> {
    settings: &'a Settings,
    retort: &'a Path,
    project: &'a Path,
    folder: &'a Path,
}

impl Bench<'_> {
    /// Measures a project and prints its row; gives how many times as fast Retort is.
    fn row(&self) -> Outcome<Option<f64>> {
        let name = self.project.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let revisions = self.revisions()?;
        let mode = match self.alembic(Mode::Offline) {
            Ok(_) => Mode::Offline,
            Err(_) => match self.alembic(Mode::Sqlite) {
                Ok(_) => Mode::Sqlite,
                Err(fault) => {
                    println!("{name:<24} {revisions:>9}  Alembic fails: {fault}");
                    return Ok(None);
                }
            },
        };
        let word = match mode {
            Mode::Offline => self.settings.dialect.as_str(),
            Mode::Sqlite => "run",
        };
        if let Err(fault) = self.ours(mode) {
            println!("{name:<24} {revisions:>9}  {word:<10} retort fails: {fault}");
            return Ok(None);
        }
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for _ in 0..self.settings.runs {
            ours.push(self.ours(mode)?);
            theirs.push(self.alembic(mode)?);
        }
        let (ours, theirs) = (median(ours), median(theirs));
        let ratio = theirs / ours;
        println!(
            "{name:<24} {revisions:>9}  {word:<10} {:>8.1} ms {:>8.1} ms {ratio:>8.0}",
            theirs * 1000.0,
            ours * 1000.0
        );
        Ok(Some(ratio))
    }

    fn revisions(&self) -> Outcome<usize> {
        let output = Command::new(self.retort)
            .args(["history", "--quiet", "--project"])
            .arg(self.project)
            .stderr(Stdio::null())
            .output()?;
        Ok(String::from_utf8_lossy(&output.stdout).lines().count())
    }

    /// How long Alembic takes.
    fn alembic(&self, mode: Mode) -> Outcome<Duration> {
        let mut command = Command::new(&self.settings.alembic);
        command.args(["upgrade", "heads"]).current_dir(self.project);
        let url = match mode {
            Mode::Offline => format!("{}://localhost/bench", self.settings.dialect),
            Mode::Sqlite => format!("sqlite:///{}", self.fresh("theirs.db")?.display()),
        };
        if mode == Mode::Offline {
            command.arg("--sql");
        }
        // Its compiled modules are kept, but not in the projects.
        let compiled = fs::canonicalize(self.folder)?.join("pycache");
        command.env_remove("PYTHONDONTWRITEBYTECODE").env("PYTHONPYCACHEPREFIX", compiled);
        time(command.env("DATABASE_URL", url))
    }

    /// How long Retort takes.
    fn ours(&self, mode: Mode) -> Outcome<Duration> {
        let mut command = Command::new(self.retort);
        command
            .args(["upgrade", "heads", "--quiet", "--project"])
            .arg(self.project)
            .env_remove("DATABASE_URL");
        match mode {
            Mode::Offline => command.args(["--sql", "--dialect", &self.settings.dialect]),
            Mode::Sqlite => {
                command.args(["--database", &format!("sqlite:{}", self.fresh("ours.db")?.display())])
            }
        };
        time(&mut command)
    }

    fn fresh(&self, name: &str) -> Outcome<PathBuf> {
        let path = fs::canonicalize(self.folder)?.join(name);
        if path.exists() {
            fs::remove_file(&path)?;
        }
        Ok(path)
    }
}

fn time(command: &mut Command) -> Outcome<Duration> {
    let start = Instant::now();
    let output = command.stdout(Stdio::null()).stderr(Stdio::piped()).output()?;
    let taken = start.elapsed();
    if !output.status.success() {
        let words = String::from_utf8_lossy(&output.stderr);
        let first = words.lines().find(|line| line.starts_with("error")).or_else(|| words.lines().last());
        return Err(first.unwrap_or("it says nothing").into());
    }
    Ok(taken)
}

/// In seconds.
fn median(mut times: Vec<Duration>) -> f64 {
    times.sort();
    times[times.len() / 2].as_secs_f64()
}
