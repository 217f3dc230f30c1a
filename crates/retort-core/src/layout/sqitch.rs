//! Sqitch: `sqitch.plan` with `deploy/`, `revert/` and `verify/` (`lib/App/Sqitch/Plan.pm`).

use super::hash;
use super::reading::{Reader, chain, revision};
use super::sqitch_plan::{Change, Plan, parse};
use super::text::{folder, join, settings};
use crate::diagnostic::Diagnostic;
use crate::revision::{Body, Revision};
use crate::source::SourceFile;

/// The name of the plan.
pub(super) const PLAN: &str = "sqitch.plan";

/// Where the scripts lie.
struct Places {
    top: String,
    extension: String,
}

impl Places {
    fn read(reader: &Reader<'_>, plan: &SourceFile) -> Places {
        let home = folder(&plan.name);
        let mut places = Places { top: home.to_owned(), extension: "sql".to_owned() };
        let beside = reader.at(&join(home, "sqitch.conf")).or_else(|| reader.named("sqitch.conf").next());
        for setting in beside.map(settings).unwrap_or_default() {
            match setting.key.as_str() {
                "core.top_dir" if setting.value != "." => {
                    let top = join(folder(beside.map_or("", |file| &file.name)), setting.value);
                    // The plan lies in the top folder unless the settings say another place.
                    if top != home {
                        places.top = top;
                    }
                }
                "core.extension" => places.extension = setting.value.to_owned(),
                _ => {}
            }
        }
        places
    }

    fn script<'a>(&self, reader: &Reader<'a>, kind: &str, name: &str) -> Option<&'a SourceFile> {
        reader.at(&join(&self.top, &format!("{kind}/{name}.{}", self.extension)))
    }
}

pub(super) fn read(reader: &mut Reader<'_>) -> Vec<Revision> {
    let Some(file) = reader.named(PLAN).next() else { return Vec::new() };
    let plan = parse(reader, file);
    let places = Places::read(reader, file);
    let ids: Vec<String> = (0..plan.changes.len()).map(|at| id(&plan, at)).collect();
    let mut revisions = Vec::new();
    for (at, change) in plan.changes.iter().enumerate() {
        let name = ids.get(at).map_or(change.name.as_str(), String::as_str);
        let mut found = draft(reader, &places, file, change, name);
        found.depends_on = requirements(reader, &plan, at, &ids);
        revisions.push(found);
    }
    for file in reader.sql() {
        let is_verify = file.name.starts_with(&join(&places.top, "verify/"));
        if is_verify {
            reader.take(file);
        }
    }
    chain(revisions)
}

/// A change that is reworked later is called by the tag behind it: its scripts are too.
fn id(plan: &Plan, at: usize) -> String {
    let change = &plan.changes[at];
    let is_reworked = plan.changes[at + 1..].iter().any(|later| later.name == change.name);
    let tag = plan.changes[at..].iter().find_map(|later| later.tags.first());
    match tag.filter(|_| is_reworked) {
        Some(tag) => format!("{}@{tag}", change.name),
        None => change.name.clone(),
    }
}

fn draft(reader: &mut Reader<'_>, places: &Places, plan: &SourceFile, change: &Change, id: &str) -> Revision {
    let message = if change.note.is_empty() { change.name.clone() } else { change.note.replace('\n', " ") };
    let deploy = places.script(reader, "deploy", id);
    let mut found = match deploy {
        Some(file) => {
            let upgrade = reader.whole(file);
            let mut found = revision(id, message, file, upgrade);
            found.native.checksum = Some(hash::sha1(file.text.as_bytes()));
            found
        }
        None => {
            let message_missing =
                format!("the plan has `{id}`, and there is no `deploy/{id}.{}`", places.extension);
            reader.say(
                Diagnostic::error("layout/missing-file", message_missing)
                    .at(change.span, "it does nothing here")
                    .help("Add the script, or take the change out of the plan"),
            );
            let mut found = revision(id, message, plan, Vec::new());
            let reason = "its deploy script is missing".to_owned();
            found.upgrade = Body::Irreversible { reason };
            found
        }
    };
    let reason = "there is no revert script".to_owned();
    found.downgrade = match places.script(reader, "revert", id) {
        Some(file) => Body::Directives(reader.whole(file)),
        None => Body::Irreversible { reason },
    };
    found.native.key = Some(change.id.clone());
    found.down_span = change.span;
    if deploy.is_none() {
        found.span = change.span;
    }
    found
}

/// The ids of what a change requires; a reworked change needs its earlier form, as Sqitch has it.
fn requirements(reader: &mut Reader<'_>, plan: &Plan, at: usize, ids: &[String]) -> Vec<String> {
    let change = &plan.changes[at];
    let mut found = Vec::new();
    for need in &change.requires {
        let own = need.strip_prefix(&format!("{}:", plan.project)).unwrap_or(need);
        if own.contains(':') {
            let message = format!("`{}` requires `{need}`, which is of another project", change.name);
            reader.say(Diagnostic::note("layout/other-project", message).at(change.span, "not looked at"));
            continue;
        }
        let (name, tag) = own.split_once('@').map_or((own, None), |(name, tag)| (name, Some(tag)));
        let end = tag.and_then(|tag| plan.changes.iter().position(|c| c.tags.iter().any(|t| t == tag)));
        let last = end.map_or(at, |end| end + 1).min(at);
        let place = plan.changes[..last].iter().rposition(|c| name.is_empty() || c.name == name);
        match place.and_then(|place| ids.get(place)) {
            Some(id) => found.push(id.clone()),
            None => {
                let message = format!("`{}` requires `{need}`, which no change before it is", change.name);
                reader.say(
                    Diagnostic::error("layout/missing-requirement", message)
                        .at(change.span, "Sqitch refuses the plan")
                        .help("Move the change below what it requires"),
                );
            }
        }
    }
    found
}
