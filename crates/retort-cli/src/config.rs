//! What the options, the environment and `retort.toml` say together.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use retort_core::diagnostic::Diagnostic;
use retort_core::dialect::Capabilities;
use retort_core::layout::LayoutKind;
use retort_core::source::DialectKind;
use serde::Deserialize;

use crate::args::Globals;
use crate::database::{DatabaseUrl, redact};

/// The settings of a run, read and checked.
#[derive(Clone, Debug, Default)]
pub(crate) struct Settings {
    /// The folder (or the one file) that holds the chain.
    pub(crate) project: PathBuf,
    /// The layout, when it was said.
    pub(crate) layout: Option<LayoutKind>,
    /// Values of the placeholders in the files.
    pub(crate) placeholders: BTreeMap<String, String>,
    /// The database, when one was said.
    pub(crate) database: Option<DatabaseUrl>,
    /// What `retort.toml` says the files are written in.
    pub(crate) written_in: Option<DialectKind>,
    /// What `--dialect` says to write for.
    pub(crate) engine: Option<Capabilities>,
}

/// `retort.toml`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    database: Option<String>,
    dialect: Option<String>,
    layout: Option<String>,
    project: Option<PathBuf>,
    #[serde(default)]
    placeholders: BTreeMap<String, String>,
}

/// Reads everything that was said about the run: options first, then the environment, then `retort.toml` in the
/// project's folder.
pub(crate) fn read(globals: &Globals) -> Result<Settings, Diagnostic> {
    let folder = globals.project.clone().unwrap_or_else(|| PathBuf::from("."));
    let file = read_file(&folder.join("retort.toml"))?;
    let layout = globals.layout.as_deref().or(file.layout.as_deref()).map(read_layout).transpose()?;
    let written_in = file.dialect.as_deref().map(|name| read_dialect(name).map(|read| read.dialect));
    let database = match read_url(globals)? {
        Some(url) => Some(DatabaseUrl::parse(&url, Path::new(""))?),
        None => file.database.as_deref().map(|url| DatabaseUrl::parse(url, &folder)).transpose()?,
    };
    Ok(Settings {
        project: file.project.map_or_else(|| folder.clone(), |below| folder.join(below)),
        layout,
        placeholders: file.placeholders,
        database,
        written_in: written_in.transpose()?,
        engine: globals.dialect.as_deref().map(read_dialect).transpose()?,
    })
}

fn read_file(path: &Path) -> Result<File, Diagnostic> {
    let Ok(text) = fs::read_to_string(path) else { return Ok(File::default()) };
    toml::from_str(&text).map_err(|error| {
        // Not the whole error: it quotes the line, and a password may stand there.
        let line = error.span().map_or(1, |span| text[..span.start].matches('\n').count() + 1);
        let message = redact(error.message());
        let message = format!("line {line} of `{}` cannot be read: {message}", path.display());
        Diagnostic::error("config/unreadable", message)
            .help("Write `database`, `dialect`, `layout` and `project` as `key = \"value\"`")
    })
}

/// The database's address from the option or the environment.
fn read_url(globals: &Globals) -> Result<Option<String>, Diagnostic> {
    let said = |name: &str| env::var(name).ok().filter(|value| !value.trim().is_empty());
    if let Some(url) = globals.database.clone().or_else(|| said("DATABASE_URL")) {
        return Ok(Some(url.trim().to_owned()));
    }
    let Some(path) = said("DATABASE_URL_FILE") else { return Ok(None) };
    let text = fs::read_to_string(&path).map_err(|error| {
        let message = format!("the file `{path}` that DATABASE_URL_FILE names cannot be read: {error}");
        Diagnostic::error("config/unreadable", message)
    })?;
    Ok(Some(text.trim().to_owned()))
}

fn read_layout(name: &str) -> Result<LayoutKind, Diagnostic> {
    LayoutKind::from_name(name).ok_or_else(|| {
        Diagnostic::error("config/unknown-layout", format!("`{name}` is no layout that is read"))
            .help(format!("Write one of {}", LayoutKind::ALL.map(LayoutKind::name).join(", ")))
    })
}

/// Reads `sqlite`, `sqlite:3.40.1`, `postgresql:16`, …
pub(crate) fn read_dialect(text: &str) -> Result<Capabilities, Diagnostic> {
    Capabilities::parse(text).ok_or_else(|| {
        Diagnostic::error("config/unknown-dialect", format!("`{text}` is no dialect")).help(
            "Write `sqlite`, `postgresql`, `mysql` or `mariadb`, and `:VERSION` behind it if that matters",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dialect_has_a_version() {
        assert!(!read_dialect("sqlite:3.40.1").unwrap().set_not_null);
        assert!(read_dialect("sqlite:3.54.1").unwrap().drop_foreign_key);
        assert_eq!(read_dialect("mariadb:10.11").unwrap().dialect, DialectKind::Mysql);
        assert!(read_dialect("oracle").is_err());
        assert!(read_dialect("sqlite:new").is_err());
    }
}
