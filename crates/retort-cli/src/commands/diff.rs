//! `retort diff A B`

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;
use retort_core::diagnostic::Diagnostic;
use retort_core::dialect::{Capabilities, Translator};
use retort_core::graph::{Heads, Target};
use retort_core::operation::from_sql;
use retort_core::plan::{Goal, plan};
use retort_core::project::Project;
use retort_core::replay::Replay;
use retort_core::schema::{Change, ChangeKind, Schema, diff};
use retort_core::source::{DialectKind, SourceFile};
use retort_core::version_table::VersionTable;
use retort_core::{drift, inspect, layout};
use serde_json::{Value, json};

use crate::database::{DatabaseUrl, Missing, open, refused};
use crate::exit_code::ExitCode;
use crate::session::{Session, Stop};

/// What follows the word `diff`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A target of the chain, the address of a database, or a file with SQL
    from: String,
    /// What it is compared with, in the same forms
    to: String,
}

/// What one side is.
enum Side {
    Database(DatabaseUrl),
    File(PathBuf),
    Target(String),
}

/// Shows what one schema has and another has not; the exit code says whether they are alike.
pub(crate) fn run(args: &Args, session: &mut Session) -> Result<ExitCode> {
    let sides = [read_side(&args.from)?, read_side(&args.to)?];
    let project = match sides.iter().any(|side| matches!(side, Side::Target(_))) {
        true => Some(session.project()?),
        false => None,
    };
    let engine = engine(session, &sides, project.as_ref())?;
    let [from, to] = &sides;
    let changes = match (from, to) {
        (_, Side::Database(url)) => against(session, from, url, project.as_ref(), engine)?,
        (Side::Database(url), _) => {
            against(session, to, url, project.as_ref(), engine)?.into_iter().map(turned).collect()
        }
        _ => {
            let from = schema(session, from, project.as_ref(), engine)?;
            diff(&from, &schema(session, to, project.as_ref(), engine)?)
        }
    };
    let alike = changes.is_empty();
    if session.is_json() {
        session.put("dialect", json!(engine.dialect.name()));
        session.put("from", json!(crate::database::redact(&args.from)));
        session.put("to", json!(crate::database::redact(&args.to)));
        session.put("changes", changes.iter().map(document).collect::<Value>());
    } else {
        for change in &changes {
            writeln!(session.out, "{}", line(change))?;
        }
        session.out.flush()?;
        if alike {
            session.remark("The schemas are alike");
        }
    }
    Ok(if alike { ExitCode::Done } else { ExitCode::No })
}

/// How a database differs from a side, in its server's own words.
fn against(
    session: &mut Session,
    side: &Side,
    url: &DatabaseUrl,
    project: Option<&Project>,
    engine: Capabilities,
) -> Result<Vec<Change>> {
    let expected = schema(session, side, project, engine)?;
    let mut db = open(url, Missing::Refuse)?;
    Ok(drift::compare(&expected, &mut *db, &heads_of(project)).map_err(|error| refused(&error))?)
}

/// The same difference, seen from the other side.
fn turned(change: Change) -> Change {
    let kind = match change.kind {
        ChangeKind::Added => ChangeKind::Removed,
        ChangeKind::Removed => ChangeKind::Added,
        ChangeKind::Changed => ChangeKind::Changed,
    };
    let detail = match change.detail.split_once(" → ") {
        Some((before, after)) => format!("{after} → {before}"),
        None => change.detail,
    };
    Change { kind, detail, ..change }
}

fn read_side(text: &str) -> Result<Side, Stop> {
    if text.contains("://") || text.starts_with("sqlite:") {
        return DatabaseUrl::parse(text, Path::new("")).map(Side::Database).map_err(Stop::usage);
    }
    let path = Path::new(text);
    Ok(if path.is_file() { Side::File(path.to_owned()) } else { Side::Target(text.to_owned()) })
}

/// Both sides are compared as one engine holds them: the database's, what `--dialect` says, else the dialect that
/// the first side is written in.
fn engine(session: &mut Session, sides: &[Side; 2], project: Option<&Project>) -> Result<Capabilities> {
    let database = sides.iter().find_map(|side| match side {
        Side::Database(url) => Some(url),
        Side::File(_) | Side::Target(_) => None,
    });
    if let Some(url) = database {
        return Ok(open(url, Missing::Refuse)?.capabilities());
    }
    if let Some(engine) = session.settings.engine {
        return Ok(engine);
    }
    if let Some(project) = project {
        return Ok(Capabilities::newest(project.dialect));
    }
    let [Side::File(path), _] = sides else { return Ok(Capabilities::POSTGRES) };
    let file = read(session, path)?;
    let (dialect, _) = layout::dialect(std::slice::from_ref(&file), None).value;
    Ok(Capabilities::newest(dialect))
}

fn schema(
    session: &mut Session,
    side: &Side,
    project: Option<&Project>,
    engine: Capabilities,
) -> Result<Schema> {
    let heads = heads_of(project);
    let schema = match (side, project) {
        (Side::Database(url), _) => {
            let mut db = open(url, Missing::Refuse)?;
            inspect::inspect(&mut *db, &heads).map_err(|error| refused(&error))?
        }
        (Side::File(path), _) => of_file(session, path, engine)?,
        (Side::Target(target), Some(project)) => of_target(session, target, project, engine)?,
        (Side::Target(_), None) => Schema::empty(engine.dialect),
    };
    // The version table is Retort's own affair, whoever made it.
    Ok(schema.without(&heads.object(engine.dialect)))
}

/// The table that remembers the heads: a project's own, else Alembic's.
fn heads_of(project: Option<&Project>) -> VersionTable {
    project.map(|project| project.version_table.clone()).unwrap_or_default()
}

fn of_target(session: &mut Session, target: &str, project: &Project, engine: Capabilities) -> Result<Schema> {
    let target = Target::parse(target).map_err(Stop::usage)?;
    let found = project.graph.resolve(&target, &Heads::base()).map_err(Stop::usage)?;
    let targets: Result<Vec<Target>, _> = found.iter().map(|id| Target::parse(id.as_str())).collect();
    let goal = Goal::Upgrade(targets.map_err(Stop::usage)?);
    let plan = plan(&project.graph, &Heads::base(), &goal).map_err(Stop::usage)?;
    let mut replay = Replay::from_base(project, engine);
    for step in &plan.steps {
        let replayed = replay.step(step);
        for diagnostic in replayed.diagnostics {
            session.say(diagnostic);
        }
    }
    Ok(replay.engine().clone())
}

fn read(session: &mut Session, path: &Path) -> Result<SourceFile> {
    let bytes = fs::read(path).map_err(|error| {
        let message = format!("`{}` cannot be read: {error}", path.display());
        Stop::usage(Diagnostic::error("project/unreadable", message).help("Name a file with SQL"))
    })?;
    session.single_file(&path.display().to_string(), &bytes)
}

fn of_file(session: &mut Session, path: &Path, engine: Capabilities) -> Result<Schema> {
    let file = read(session, path)?;
    let (from, _) = layout::dialect(std::slice::from_ref(&file), None).value;
    // A text without the marks of a server is read as the engine's own.
    let from = if from == DialectKind::Sqlite { engine.dialect } else { from };
    let read = from_sql(&file, 0..file.text.len(), from);
    for diagnostic in read.diagnostics {
        session.say(diagnostic);
    }
    let mut translator = Translator::new(Schema::empty(from), Schema::empty(engine.dialect), engine);
    for directive in &read.value {
        for refusal in translator.directive(file.slice(directive.span), directive).refusals {
            session.say(
                Diagnostic::warning(refusal.code, refusal.message)
                    .at(directive.span, "at this point of the text"),
            );
        }
    }
    Ok(translator.engine().clone())
}

fn word(kind: ChangeKind) -> (&'static str, &'static str) {
    match kind {
        ChangeKind::Added => ("+", "added"),
        ChangeKind::Removed => ("-", "removed"),
        ChangeKind::Changed => ("~", "changed"),
    }
}

fn line(change: &Change) -> String {
    let (sign, _) = word(change.kind);
    let mut line = format!("{sign} {} {}", change.what, change.object);
    if !change.name.is_empty() {
        line.push_str(&format!(".{}", change.name));
    }
    if !change.detail.is_empty() {
        line.push_str(&format!(": {}", change.detail.replace('\n', " ")));
    }
    line
}

fn document(change: &Change) -> Value {
    json!({
        "kind": word(change.kind).1,
        "what": change.what,
        "object": change.object,
        "name": change.name,
        "detail": change.detail,
    })
}
