//! What a command has at hand: settings, the project, the database, and where its words go.
//!
//! Answers go to standard output, all else to standard error. With `--format json` the answer is one document,
//! and diagnostics stand in it.

use std::fmt;
use std::io::{self, IsTerminal, Write};

use anyhow::Result;
use retort_core::diagnostic::{Diagnostic, Severity};
use retort_core::dialect::Capabilities;
use retort_core::graph::Heads;
use retort_core::layout::LayoutKind;
use retort_core::project::{self, Options, Project};
use retort_core::source::{DialectKind, NotText, SourceFile, SourceId};
use retort_core::{json, version_table};
use retort_drivers::Engine;
use serde_json::{Map, Value, json};

use crate::args::{Format, Globals};
use crate::config::{self, Settings};
use crate::database::{self, DatabaseUrl, Missing};
use crate::exit_code::ExitCode;
use crate::{files, report};

/// The end of a command that cannot go on: what to say, and the exit code.
#[derive(Debug)]
pub(crate) struct Stop {
    exit: ExitCode,
    diagnostics: Vec<Diagnostic>,
}

impl Stop {
    /// Stops with one thing to say.
    pub(crate) fn new(exit: ExitCode, diagnostic: Diagnostic) -> Stop {
        Stop { exit, diagnostics: vec![diagnostic] }
    }

    /// What was asked for cannot be done.
    pub(crate) fn usage(diagnostic: Diagnostic) -> Stop {
        Stop::new(ExitCode::Usage, diagnostic)
    }

    /// What was asked for cannot be done, for several reasons.
    pub(crate) fn usage_all(diagnostics: Vec<Diagnostic>) -> Stop {
        Stop::all(ExitCode::Usage, diagnostics)
    }

    /// Stops with several things to say.
    pub(crate) fn all(exit: ExitCode, diagnostics: Vec<Diagnostic>) -> Stop {
        Stop { exit, diagnostics }
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let messages: Vec<&str> = self.diagnostics.iter().map(|said| said.message.as_str()).collect();
        f.write_str(&messages.join("; "))
    }
}

impl std::error::Error for Stop {}

/// How much is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Volume {
    /// Errors and the answer.
    Quiet,
    /// What most people want to know.
    Normal,
    /// Everything.
    Verbose,
}

/// Most warnings and notes that are shown unless more is asked for.
const MOST_SAID: usize = 20;

/// A command under way.
pub(crate) struct Session {
    /// How the answer is written.
    pub(crate) format: Format,
    /// How much is said.
    pub(crate) volume: Volume,
    /// Where everything is.
    pub(crate) settings: Settings,
    /// Standard output.
    pub(crate) out: Box<dyn Write>,
    may_destroy: bool,
    document: Map<String, Value>,
    diagnostics: Vec<Diagnostic>,
    said: usize,
    /// The project's texts, to show places in them.
    files: Vec<SourceFile>,
    trouble: Trouble,
}

/// What is wrong with the project, at worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Trouble {
    /// Nothing.
    None,
    /// Revisions are not linked as they should be; plans that do not need them can run.
    Broken,
    /// Files cannot be read. What they hold is not known, so neither is what a plan needs.
    Unreadable,
}

impl Trouble {
    fn of(diagnostic: &Diagnostic) -> Trouble {
        let room = diagnostic.code.split('/').next().unwrap_or("");
        match (diagnostic.severity, room) {
            (Severity::Error, "layout" | "revision" | "alembic") => Trouble::Unreadable,
            (Severity::Error, _) => Trouble::Broken,
            (Severity::Warning | Severity::Note, _) => Trouble::None,
        }
    }
}

impl Session {
    /// Begins a command.
    pub(crate) fn new(command: &'static str, globals: &Globals) -> Session {
        let volume = match (globals.quiet, globals.verbose) {
            (true, _) => Volume::Quiet,
            (false, true) => Volume::Verbose,
            (false, false) => Volume::Normal,
        };
        let mut document = Map::new();
        document.insert("retort".to_owned(), json!(json::VERSION));
        document.insert("command".to_owned(), json!(command));
        Session {
            format: globals.format,
            volume,
            settings: Settings::default(),
            out: Box::new(io::BufWriter::new(anstream::stdout())),
            may_destroy: globals.yes,
            document,
            diagnostics: Vec::new(),
            said: 0,
            files: Vec::new(),
            trouble: Trouble::None,
        }
    }

    /// Reads the settings.
    pub(crate) fn settle(&mut self, globals: &Globals) -> Result<()> {
        let is_drawing = matches!(globals.format, Format::Mermaid | Format::Dot);
        if is_drawing && self.document["command"] != "graph" {
            let said = Diagnostic::error("config/format", "only `graph` writes mermaid and dot")
                .help("Write `--format text` or `--format json`");
            return Err(Stop::usage(said).into());
        }
        self.settings = config::read(globals).map_err(Stop::usage)?;
        Ok(())
    }

    /// Whether the answer is one JSON document.
    pub(crate) fn is_json(&self) -> bool {
        self.format == Format::Json
    }

    /// Puts a part of the JSON document; its place is the order of the calls.
    pub(crate) fn put(&mut self, key: &str, value: Value) {
        self.document.insert(key.to_owned(), value);
    }

    /// Says something; errors always, the rest unless there is much of it.
    pub(crate) fn say(&mut self, diagnostic: Diagnostic) {
        if self.is_json() {
            return self.diagnostics.push(diagnostic);
        }
        let is_error = diagnostic.is_error();
        if !is_error {
            self.said += 1;
        }
        let shown = match self.volume {
            _ if is_error => true,
            Volume::Quiet => false,
            Volume::Normal => self.said <= MOST_SAID,
            Volume::Verbose => true,
        };
        if shown {
            // What was answered so far comes first; a fault of the stream is found at the end.
            let _ = self.out.flush();
            report::show(&diagnostic, &self.files);
        }
    }

    /// Says something in passing; not part of a document.
    pub(crate) fn remark(&self, text: &str) {
        if self.volume > Volume::Quiet && !self.is_json() {
            report::plain(text);
        }
    }

    /// Says why a command ends early.
    pub(crate) fn stop(&mut self, error: anyhow::Error) -> ExitCode {
        match error.downcast::<Stop>() {
            Ok(stop) => {
                for diagnostic in stop.diagnostics {
                    self.say(diagnostic);
                }
                stop.exit
            }
            Err(error) => {
                // The reader of our output went away; that is no fault.
                let io = error.downcast_ref::<io::Error>();
                if io.is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe) {
                    return ExitCode::Done;
                }
                self.say(Diagnostic::error("io/failed", database::redact(&format!("{error:#}"))));
                ExitCode::Usage
            }
        }
    }

    /// Writes the document, where one is asked for, and all that waits to be written.
    pub(crate) fn finish(&mut self) -> io::Result<()> {
        let hidden = self.said.saturating_sub(MOST_SAID);
        if hidden > 0 && self.volume == Volume::Normal {
            report::plain(&format!("and {hidden} more warnings and notes: --verbose shows them"));
        }
        if self.is_json() {
            let diagnostics = json::diagnostics(&self.diagnostics, &self.files);
            self.document.insert("diagnostics".to_owned(), diagnostics);
            serde_json::to_writer_pretty(&mut self.out, &self.document)?;
            writeln!(self.out)?;
        }
        self.out.flush()
    }

    /// Reads the project and says what is wrong with it.
    pub(crate) fn project(&mut self) -> Result<Project> {
        self.read_project(false)
    }

    /// Reads a project of Alembic's that may have no revision yet.
    pub(crate) fn project_to_write(&mut self) -> Result<Project> {
        let project = self.read_project(true)?;
        if project.layout != LayoutKind::Alembic {
            let message = format!("revisions of {} are not written", project.layout);
            let said = Diagnostic::error("config/layout", message).help("Write the file by hand");
            return Err(Stop::usage(said).into());
        }
        Ok(project)
    }

    fn read_project(&mut self, may_be_empty: bool) -> Result<Project> {
        let found = files::read(&self.settings.project).map_err(Stop::usage)?;
        let placeholders = self.settings.placeholders.clone();
        let mut options = Options {
            dialect: self.settings.written_in,
            layout: self.settings.layout,
            placeholders,
            programs: Some(retort_alembic::read),
        };
        let mut opened = project::open(&found, &options);
        // Files that do not tell what they are written in are read as `--dialect` or the database says. What has the marks of a
        // server's SQL tells enough: `--dialect sqlite` is to emulate it then, as a run on SQLite does.
        let tells = opened.value.dialect != DialectKind::Sqlite
            || opened.value.graph.iter().any(|revision| revision.dialect.is_some());
        let database = self.settings.database.as_ref().map(DatabaseUrl::dialect);
        let engine = self.settings.engine.map(|engine| engine.dialect).or(database);
        if let (LayoutKind::Alembic, None, Some(engine)) = (opened.value.layout, options.dialect, engine) {
            // A program runs for any dialect: `--dialect` says for which, else the database does.
            opened.value.dialect = engine;
            "said by the run".clone_into(&mut opened.value.dialect_reason);
        } else if options.dialect.is_none()
            && !tells
            && engine.is_some_and(|other| other != DialectKind::Sqlite)
        {
            options.dialect = engine;
            opened = project::open(&found, &options);
        }
        self.files.clone_from(&opened.value.files);
        let mut diagnostics = opened.diagnostics;
        if may_be_empty && opened.value.layout == LayoutKind::Alembic {
            diagnostics.retain(|said| said.code != "layout/empty");
        } else if opened.value.graph.is_empty() {
            let why = diagnostics.iter_mut().find(|said| said.code == "layout/empty");
            if let Some(said) = why {
                said.message = format!("there is no revision in `{}`", self.settings.project.display());
                said.help.push("Name the folder of the chain with `--project`".to_owned());
            }
            return Err(Stop::usage_all(diagnostics).into());
        }
        for diagnostic in diagnostics {
            self.trouble = self.trouble.max(Trouble::of(&diagnostic));
            self.say(diagnostic);
        }
        Ok(opened.value)
    }

    /// Decodes a text that is no project; places are shown in it from now on.
    pub(crate) fn single_file(&mut self, name: &str, bytes: &[u8]) -> Result<SourceFile> {
        let file = SourceFile::decode(SourceId(0), name, bytes).map_err(|fault| {
            let message = match fault {
                NotText::Binary(at) => format!("`{name}` is no text: byte {at} is zero"),
                NotText::InvalidUtf8(at) => format!("`{name}` is not UTF-8 from byte {at} on"),
            };
            Stop::usage(Diagnostic::error("project/unreadable", message).help("Save it as UTF-8"))
        })?;
        self.files = vec![file.clone()];
        Ok(file)
    }

    /// Opens the database that was named.
    pub(crate) fn database(&self, missing: Missing) -> Result<Box<dyn Engine>> {
        let Some(url) = &self.settings.database else {
            let said = Diagnostic::error("database/not-named", "no database is named")
                .help("Name one with `--database sqlite:PATH` (or `postgres://…`, `mysql://…`), DATABASE_URL or `database` in `retort.toml`");
            return Err(Stop::usage(said).into());
        };
        Ok(database::open(url, missing)?)
    }

    /// The heads that the database is at, when one is named.
    pub(crate) fn heads_if_named(&self, project: &Project) -> Result<Option<Heads>> {
        if self.settings.database.is_none() {
            return Ok(None);
        }
        let mut db = self.database(Missing::Refuse)?;
        let heads = version_table::read(&project.version_table, &mut *db)
            .map_err(|error| database::refused(&error))?;
        Ok(Some(heads.unwrap_or_default()))
    }

    /// The engine that is written for where no database is asked: what `--dialect` says, else the kind of the
    /// database that was named, else the chain's own.
    pub(crate) fn engine(&self, project: &Project) -> Capabilities {
        let named = self.settings.database.as_ref().map(|url| Capabilities::newest(url.dialect()));
        self.settings.engine.or(named).unwrap_or(Capabilities::newest(project.dialect))
    }

    /// Asks before something is lost.
    pub(crate) fn confirm(&self, question: &str) -> Result<bool> {
        if self.may_destroy {
            return Ok(true);
        }
        if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
            let said = Diagnostic::error("config/unconfirmed", format!("{question} Nobody can be asked"))
                .help("Write `--yes` to do it");
            return Err(Stop::usage(said).into());
        }
        report::question(&format!("{question} Go on? [y/N] "));
        let mut answer = String::new();
        io::stdin().read_line(&mut answer)?;
        Ok(matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
    }

    /// How a command ends that only looked at the project: with errors in it, what was shown is not all there is.
    pub(crate) fn looked(&self) -> ExitCode {
        if self.trouble == Trouble::None { ExitCode::Done } else { ExitCode::Usage }
    }

    /// Refuses to run a chain with files that cannot be read.
    pub(crate) fn must_be_readable(&self) -> Result<()> {
        if self.trouble < Trouble::Unreadable {
            return Ok(());
        }
        let message = "nothing is run: some files cannot be read, so what the chain holds is not known";
        Err(Stop::usage(
            Diagnostic::error("project/unreadable-files", message)
                .help("Mend these files, or move them out of the folder"),
        )
        .into())
    }
}
