//! A new, empty environment: the files that Alembic (1.20, `command.init`) and Retort begin with.

use retort_core::source::DialectKind;

use super::TEMPLATE;

const SETTINGS: &str = include_str!("generic/settings.ini");
const LOGGERS: &str = include_str!("generic/loggers.ini");
const ENV: &str = include_str!("generic/env.py");
const PYPROJECT: &str = include_str!("generic/pyproject.toml");

/// What a new environment is like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEnvironment {
    /// Its folder, below that of the settings, with `/`.
    pub location: String,
    /// What it is for.
    pub dialect: DialectKind,
    /// The settings stand in `pyproject.toml`, but for the URL and the loggers.
    pub in_pyproject: bool,
    /// The folder and that of the revisions are packages.
    pub is_package: bool,
}

impl NewEnvironment {
    /// Names and texts of its files. The text of `pyproject.toml` goes after what may stand there already.
    pub fn files(&self) -> Vec<(String, String)> {
        let below = |name: &str| format!("{}/{name}", self.location);
        let mut files = vec![
            ("alembic.ini".to_owned(), self.ini()),
            (below("env.py"), ENV.replace("{batch}", self.renders_as_batch())),
            (below("script.py.mako"), TEMPLATE.to_owned()),
        ];
        if self.in_pyproject {
            files.push(("pyproject.toml".to_owned(), self.located(PYPROJECT)));
        }
        if self.is_package {
            files.extend(
                [below("__init__.py"), below("versions/__init__.py")].map(|name| (name, String::new())),
            );
        }
        files
    }

    fn ini(&self) -> String {
        let settings = match self.in_pyproject {
            true => "# The other settings are in pyproject.toml.\n".to_owned(),
            false => self.located(SETTINGS),
        };
        let url = self.url();
        format!(
            "# Settings of Alembic, read by `alembic` and by `retort` alike.\n\n[alembic]\n{settings}\n\
             # Where DATABASE_URL is not set. A percent sign is written twice.\nsqlalchemy.url = {url}\n\n{LOGGERS}"
        )
    }

    fn located(&self, text: &str) -> String {
        text.replace("{location}", &self.location.replace('%', "%%"))
    }

    fn url(&self) -> &'static str {
        match self.dialect {
            DialectKind::Sqlite => "sqlite:///app.db",
            DialectKind::Postgres => "postgresql+psycopg://localhost/app",
            DialectKind::Mysql => "mysql+pymysql://localhost/app",
        }
    }

    /// Alembic's own answer to what SQLite cannot alter.
    fn renders_as_batch(&self) -> &'static str {
        match self.dialect {
            DialectKind::Sqlite => "True",
            DialectKind::Postgres | DialectKind::Mysql => "False",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{self, environment};
    use retort_core::source::{SourceFile, SourceId};
    use ruff_python_parser::parse_module;

    fn new(in_pyproject: bool, dialect: DialectKind) -> NewEnvironment {
        NewEnvironment { location: "db/5%".to_owned(), dialect, in_pyproject, is_package: in_pyproject }
    }

    #[test]
    fn what_is_written_is_read_back() {
        for in_pyproject in [false, true] {
            let written = new(in_pyproject, DialectKind::Mysql).files();
            let files: Vec<SourceFile> = written
                .iter()
                .zip(0..)
                .map(|((name, text), id)| SourceFile::new(SourceId(id), name.as_str(), text.as_str()))
                .collect();
            let mut diagnostics = Vec::new();
            let config = config::read(&files, &mut diagnostics).unwrap();
            assert_eq!(diagnostics, []);
            assert_eq!((config.script_location.as_str(), config.slug_length), ("db/5%", 40));
            assert_eq!(config.version_locations, ["db/5%/versions"]);
            assert_eq!(config.file_template, "%(rev)s_%(slug)s");
            assert_eq!((config.import_roots.len(), config.dialect), (1, Some(DialectKind::Mysql)));
            let names: Vec<&str> = written.iter().map(|(name, _)| name.as_str()).skip(3).collect();
            let more: &[&str] = match in_pyproject {
                true => &["pyproject.toml", "db/5%/__init__.py", "db/5%/versions/__init__.py"],
                false => &[],
            };
            assert_eq!(names, more);
        }
    }

    #[test]
    fn sqlite_is_altered_in_batches() {
        for (dialect, is_batch) in [(DialectKind::Sqlite, true), (DialectKind::Postgres, false)] {
            let files = new(false, dialect).files();
            let (name, text) = &files[1];
            assert_eq!(name, "db/5%/env.py");
            let file = SourceFile::new(SourceId(0), name.as_str(), text.as_str());
            let parsed = parse_module(text).unwrap();
            let found = environment::read(&file, parsed.syntax(), &mut Vec::new());
            assert_eq!(found.render_as_batch, is_batch);
        }
    }
}
