//! `retort init [DIRECTORY]`

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;
use retort_alembic::write::NewEnvironment;
use retort_core::diagnostic::Diagnostic;
use retort_core::source::DialectKind;
use serde_json::json;

use crate::database::DatabaseUrl;
use crate::exit_code::ExitCode;
use crate::session::{Session, Stop};

/// What follows the word `init`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The folder of the environment, below the project
    #[arg(default_value = "migrations")]
    directory: String,
    /// Where the settings are: in alembic.ini, or in pyproject.toml
    #[arg(short, long, value_enum, default_value_t = Template::Generic)]
    template: Template,
    /// Make packages of the folder and of that of the revisions
    #[arg(long)]
    package: bool,
}

/// A form that an environment has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Template {
    /// Settings in alembic.ini.
    Generic,
    /// Settings in pyproject.toml, the URL and the loggers in alembic.ini.
    Pyproject,
}

/// Writes an empty environment of Alembic's. What is there already is not changed.
pub(crate) fn run(args: &Args, session: &mut Session) -> Result<ExitCode> {
    let location = location(&args.directory)?;
    let root = session.settings.project.clone();
    let environment = NewEnvironment {
        location: location.clone(),
        dialect: dialect(session),
        in_pyproject: args.template == Template::Pyproject,
        is_package: args.package,
    };
    let files: Vec<(PathBuf, String)> =
        environment.files().into_iter().map(|(name, text)| (root.join(name), text)).collect();
    let folder = root.join(&location);
    if fs::read_dir(&folder).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(there_already(&folder, "it holds something").into());
    }
    let mut written = Vec::new();
    for (path, text) in files {
        let before = earlier(&path)?;
        written.push((path, before + &text));
    }
    let unwritable = |path: &Path, error: &std::io::Error| {
        let message = format!("`{}` cannot be written: {error}", path.display());
        Stop::usage(Diagnostic::error("init/unwritable", message))
    };
    let versions = folder.join("versions");
    fs::create_dir_all(&versions).map_err(|error| unwritable(&versions, &error))?;
    for (path, text) in &written {
        fs::write(path, text).map_err(|error| unwritable(path, &error))?;
    }
    tell(session, &root, &written)
}

/// The folder's name as the settings write it.
fn location(directory: &str) -> Result<String, Stop> {
    let parts: Vec<&str> = directory.split(['/', '\\']).filter(|part| !matches!(*part, "" | ".")).collect();
    let is_below = !directory.starts_with('/')
        && !parts.iter().any(|part| matches!(*part, "..") || part.contains([':', '"', '\n']));
    if parts.is_empty() || !is_below {
        let message = format!("`{directory}` is no folder below the project");
        return Err(Stop::usage(
            Diagnostic::error("init/directory", message).help("Name one like `migrations`"),
        ));
    }
    Ok(parts.join("/"))
}

/// What `--dialect` says, else the kind of the database that was named, else SQLite.
fn dialect(session: &Session) -> DialectKind {
    let named = session.settings.database.as_ref().map(DatabaseUrl::dialect);
    session.settings.engine.map(|engine| engine.dialect).or(named).unwrap_or(DialectKind::Sqlite)
}

/// What stands in a file before ours: a `pyproject.toml` is added to, all else must not be there.
fn earlier(path: &Path) -> Result<String, Stop> {
    if !path.exists() {
        return Ok(String::new());
    }
    let is_pyproject = path.file_name().is_some_and(|name| name == "pyproject.toml");
    let text = is_pyproject.then(|| fs::read_to_string(path).ok()).flatten();
    let text = text.ok_or_else(|| there_already(path, "it would be overwritten"))?;
    if text.contains("tool.alembic") {
        return Err(there_already(path, "it has settings of Alembic"));
    }
    let gap = if text.is_empty() || text.ends_with("\n\n") {
        ""
    } else if text.ends_with('\n') {
        "\n"
    } else {
        "\n\n"
    };
    Ok(text + gap)
}

fn there_already(path: &Path, why: &str) -> Stop {
    let message = format!("`{}` is there already: {why}", path.display());
    Stop::usage(
        Diagnostic::error("init/there-already", message)
            .help("Nothing was written: name another folder, or another project with `--project`"),
    )
}

fn tell(session: &mut Session, root: &Path, written: &[(PathBuf, String)]) -> Result<ExitCode> {
    let names: Vec<String> = written
        .iter()
        .map(|(path, _)| path.strip_prefix(root).unwrap_or(path).to_string_lossy().replace('\\', "/"))
        .collect();
    if session.is_json() {
        session.put("files", json!(names));
        return Ok(ExitCode::Done);
    }
    for name in &names {
        writeln!(session.out, "{name}")?;
    }
    session.remark(
        "Set `sqlalchemy.url` in alembic.ini, then write the first revision: retort revision -m \"…\"",
    );
    Ok(ExitCode::Done)
}
