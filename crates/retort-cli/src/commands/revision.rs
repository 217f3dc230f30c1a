//! `retort revision -m MSG`

use std::fs;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Result;
use retort_alembic::config::{self, Config};
use retort_alembic::write::{self, Moment, NewRevision};
use retort_core::diagnostic::Diagnostic;
use retort_core::graph::{Heads, Target};
use retort_core::project::Project;
use retort_core::revision::RevisionId;
use serde_json::json;

use crate::exit_code::ExitCode;
use crate::session::{Session, Stop};

/// What follows the word `revision`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// What it is for, in one line
    #[arg(short, long, default_value = "")]
    message: String,
    /// What it stands on: an id or its beginning, head, heads, base, LABEL@head
    #[arg(long, default_value = "head", allow_hyphen_values = true)]
    head: String,
    /// Stand on a revision that is no head: a branch begins there
    #[arg(long)]
    splice: bool,
    #[command(flatten)]
    with: With,
}

/// What every new revision may have.
#[derive(Debug, clap::Args)]
pub(crate) struct With {
    /// A name for the line that begins with it
    #[arg(long, value_name = "LABEL")]
    pub(crate) branch_label: Vec<String>,
    /// What must be applied before it: an id or its beginning, or a label
    #[arg(long, value_name = "REV")]
    pub(crate) depends_on: Vec<String>,
    /// Its id, in place of one by chance
    #[arg(long, value_name = "ID")]
    pub(crate) rev_id: Option<String>,
    /// The folder to write it to, below the project
    #[arg(long, value_name = "DIR")]
    pub(crate) version_path: Option<String>,
}

/// Writes a new, empty revision.
pub(crate) fn run(args: &Args, session: &mut Session) -> Result<ExitCode> {
    let project = session.project_to_write()?;
    session.must_be_readable()?;
    let down = match project.graph.is_empty() && args.head == "head" {
        true => Heads::base(),
        false => {
            let target = Target::parse(&args.head).map_err(Stop::usage)?;
            project.graph.resolve(&target, &Heads::base()).map_err(Stop::usage)?
        }
    };
    if let Some(id) = down.iter().find(|id| !args.splice && !project.graph.heads().contains(id)) {
        let said =
            Diagnostic::error("revision/no-head", format!("`{id}` is no head: a branch would begin there"))
                .help("Say `--splice` if that is meant, or name a head with `--head`");
        return Err(Stop::usage(said).into());
    }
    write_file(session, &project, &down, &args.message, &args.with)
}

/// Writes the file of a new revision, and says so.
pub(crate) fn write_file(
    session: &mut Session,
    project: &Project,
    down: &Heads,
    message: &str,
    with: &With,
) -> Result<ExitCode> {
    let config = config::read(&project.files, &mut Vec::new());
    let revision = NewRevision {
        id: id(project, with.rev_id.as_deref())?,
        down_revisions: down.iter().map(ToString::to_string).collect(),
        branch_labels: with.branch_label.clone(),
        depends_on: with.depends_on.iter().map(|name| dependency(project, name)).collect::<Result<_>>()?,
        message: message.to_owned(),
        made: now(),
    };
    let folder = with.version_path.clone().unwrap_or_else(|| folder(project, config.as_ref(), down));
    let path = write::path(config.as_ref(), folder.trim_end_matches('/'), &revision).map_err(|part| {
        let message = format!("`{part}` in `file_template` is not understood");
        Stop::usage(
            Diagnostic::error("revision/template", message).help("Use rev, slug, epoch, year … second"),
        )
    })?;
    let root = &session.settings.project;
    let root = if root.is_file() { root.parent().unwrap_or(Path::new("")) } else { root }.to_owned();
    let template = config.as_ref().map(|config| root.join(&config.script_location).join("script.py.mako"));
    let template = template.and_then(|path| fs::read_to_string(path).ok());
    let (text, is_own) = write::text(&revision, template.as_deref());
    if !is_own {
        session.say(
            Diagnostic::warning(
                "revision/template",
                "`script.py.mako` computes: Alembic's own is taken instead",
            )
            .help("Look at what was written"),
        );
    }
    save(&root.join(&path), &text)?;
    if session.is_json() {
        session.put("revision", json!(revision.id));
        session.put("down_revisions", json!(revision.down_revisions));
        session.put("file", json!(path));
    } else {
        writeln!(session.out, "{path}")?;
    }
    Ok(ExitCode::Done)
}

fn save(path: &Path, text: &str) -> Result<()> {
    let refuse = |words: String| {
        let message = format!("`{}` cannot be written: {words}", path.display());
        Stop::usage(Diagnostic::error("revision/unwritable", message))
    };
    if path.exists() {
        return Err(refuse("it is there already".to_owned()).into());
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|error| refuse(error.to_string()))?;
    }
    fs::write(path, text).map_err(|error| refuse(error.to_string()))?;
    Ok(())
}

/// The id that was asked for, or twelve hexadecimal digits by chance, as Alembic takes them.
fn id(project: &Project, asked: Option<&str>) -> Result<String> {
    let Some(asked) = asked else {
        let chance = RandomState::new().build_hasher().finish();
        return Ok(format!("{:012x}", chance & 0xffff_ffff_ffff));
    };
    // `verify_rev_id` of Alembic 1.20.
    if let Some(found) = asked.chars().find(|found| "@-+:".contains(*found)) {
        let said = Diagnostic::error("revision/id", format!("an id cannot have a `{found}`"))
            .help("Use letters, digits and `_`");
        return Err(Stop::usage(said).into());
    }
    if project.graph.get(&RevisionId::new(asked)).is_some() {
        return Err(
            Stop::usage(Diagnostic::error("revision/id", format!("`{asked}` is there already"))).into()
        );
    }
    Ok(asked.to_owned())
}

/// A label stays as it was written, a part of an id becomes the whole.
fn dependency(project: &Project, name: &str) -> Result<String> {
    let is_label =
        project.graph.iter().any(|revision| revision.branch_labels.iter().any(|label| label == name));
    if is_label {
        return Ok(name.to_owned());
    }
    let target = Target::parse(name).map_err(Stop::usage)?;
    let found = project.graph.resolve(&target, &Heads::base()).map_err(Stop::usage)?;
    let mut ids = found.iter();
    match (ids.next(), ids.next()) {
        (Some(id), None) => Ok(id.to_string()),
        _ => {
            let message = format!("`{name}` is not one revision");
            Err(Stop::usage(Diagnostic::error("revision/dependency", message)).into())
        }
    }
}

/// Where what it stands on is, else the first of the version locations.
fn folder(project: &Project, config: Option<&Config>, down: &Heads) -> String {
    let beside = down.iter().next().and_then(|id| project.file(project.graph.get(id)?.source));
    match beside {
        Some(file) => file.name.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned(),
        None => config.and_then(|config| config.version_locations.first().cloned()).unwrap_or_default(),
    }
}

/// The present moment, in UTC.
fn now() -> Moment {
    let epoch = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let (days, seconds) = (epoch / 86_400, (epoch % 86_400) as u32);
    let (year, month, day) = civil(days);
    Moment { epoch, year, month, day, hour: seconds / 3600, minute: seconds / 60 % 60, second: seconds % 60 }
}

/// Year, month and day of a number of days since 1970.
fn civil(mut days: u64) -> (u32, u32, u32) {
    let is_leap =
        |year: u32| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let mut year = 1970;
    while days >= 365 + u64::from(is_leap(year)) {
        days -= 365 + u64::from(is_leap(year));
        year += 1;
    }
    let lengths = [31, 28 + u64::from(is_leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let mut month = 0;
    while days >= lengths[month] {
        days -= lengths[month];
        month += 1;
    }
    (year, month as u32 + 1, days as u32 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_by_the_calendar() {
        assert_eq!(civil(0), (1970, 1, 1));
        assert_eq!(civil(11_016), (2000, 2, 29));
        assert_eq!(civil(20_453), (2025, 12, 31));
        assert_eq!(civil(20_454), (2026, 1, 1));
    }
}
