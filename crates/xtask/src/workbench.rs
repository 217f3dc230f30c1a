//! Where commands run: the repository, its own tools, and the environment that children get.

use std::collections::BTreeMap;
use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// The repository and the environment of its commands.
pub(crate) struct Workbench {
    /// The repository's top.
    pub(crate) root: PathBuf,
    /// Set for every child, on top of our own environment.
    environment: BTreeMap<String, OsString>,
}

impl Workbench {
    pub(crate) fn new() -> Result<Workbench> {
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = manifest.ancestors().nth(2).context("xtask is two folders below the top")?.to_path_buf();
        let mut bench = Workbench { root, environment: BTreeMap::new() };
        let own = [bench.tools().join("bin"), bench.node_tools().join("node_modules/.bin")];
        let inherited = env::var_os("PATH").unwrap_or_default();
        bench.set("PATH", env::join_paths(own.into_iter().chain(env::split_paths(&inherited)))?);
        if env::var_os("NO_COLOR").is_some() {
            // Trunk takes the words true and false only.
            bench.set("NO_COLOR", "true");
        }
        Ok(bench)
    }

    /// Where cargo installs our tools.
    pub(crate) fn tools(&self) -> PathBuf {
        self.root.join("target/tools")
    }

    /// Where npm installs our tools.
    pub(crate) fn node_tools(&self) -> PathBuf {
        self.tools().join("node")
    }

    pub(crate) fn set(&mut self, name: &str, value: impl Into<OsString>) {
        self.environment.insert(name.to_owned(), value.into());
    }

    /// What a child would see under this name.
    pub(crate) fn variable(&self, name: &str) -> Option<OsString> {
        self.environment.get(name).cloned().or_else(|| env::var_os(name)).filter(|value| !value.is_empty())
    }

    /// A program by name, found as a child would find it, or by its path.
    pub(crate) fn find(&self, program: &str) -> Option<PathBuf> {
        if Path::new(program).components().count() > 1 {
            return Some(PathBuf::from(program)).filter(|path| path.is_file());
        }
        let path = self.variable("PATH")?;
        let endings: &[&str] = if cfg!(windows) { &[".exe", ".cmd"] } else { &[""] };
        env::split_paths(&path)
            .flat_map(|folder| endings.iter().map(move |ending| folder.join(format!("{program}{ending}"))))
            .find(|candidate| candidate.is_file())
    }

    /// A command at the top of the repository with the tools on its path.
    pub(crate) fn command(&self, program: &str, arguments: &[&str]) -> Command {
        let found = self.find(program);
        let mut command = Command::new(found.unwrap_or_else(|| program.into()));
        command.args(arguments).current_dir(&self.root).envs(&self.environment).stdin(Stdio::null());
        command
    }

    /// Runs a command to its end with its output on the terminal; anything but success is an error.
    pub(crate) fn run(&self, program: &str, arguments: &[&str]) -> Result<()> {
        run(&mut self.command(program, arguments))
    }

    /// What a command prints, when it succeeds.
    pub(crate) fn ask(&self, program: &str, arguments: &[&str]) -> Option<String> {
        self.find(program)?;
        let output = self.command(program, arguments).stderr(Stdio::null()).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }
}

/// Says what is run, runs it, and makes anything but success an error.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let words = words(command);
    println!("$ {words}");
    let status = command.status().with_context(|| format!("could not start `{words}`"))?;
    if !status.success() {
        bail!("`{words}` ended with {status}");
    }
    Ok(())
}

/// A command as a person would type it at the top of the repository.
fn words(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or_default();
    std::iter::once(program)
        .chain(command.get_args())
        .map(|word| word.to_string_lossy().into_owned())
        .collect::<Vec<_>>()
        .join(" ")
}
