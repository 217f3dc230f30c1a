//! `sqitch.plan`: pragmas, changes and tags (`lib/App/Sqitch/Plan.pm`, `Plan/Change.pm`).

use super::hash;
use super::reading::Reader;
use super::text::{Line, lines};
use crate::diagnostic::Diagnostic;
use crate::source::{SourceFile, Span};

/// A change of a plan.
#[derive(Clone, Debug)]
pub(super) struct Change {
    pub(super) name: String,
    pub(super) note: String,
    /// As written: `name`, `name@tag`, `@tag`, `project:name`.
    pub(super) requires: Vec<String>,
    /// What Sqitch names it by in its registry.
    pub(super) id: String,
    /// Tags that stand on it.
    pub(super) tags: Vec<String>,
    pub(super) span: Span,
}

/// A plan.
#[derive(Clone, Debug, Default)]
pub(super) struct Plan {
    pub(super) project: String,
    uri: Option<String>,
    pub(super) changes: Vec<Change>,
}

/// Reads a plan.
pub(super) fn parse(reader: &mut Reader<'_>, file: &SourceFile) -> Plan {
    let mut plan = Plan::default();
    for line in lines(&file.text) {
        let content = line.text.trim();
        if content.is_empty() || content.starts_with('#') {
            continue;
        }
        let is_read = match content.as_bytes().first() {
            Some(b'%') => plan.pragma(&content[1..]),
            Some(b'@') => plan.tag(content),
            _ => plan.change(content, line.span(file)),
        };
        if !is_read {
            say_unreadable(reader, file, &line);
        }
    }
    plan
}

fn say_unreadable(reader: &mut Reader<'_>, file: &SourceFile, line: &Line<'_>) {
    reader.say(
        Diagnostic::error("layout/unreadable-plan", "this line of the plan cannot be read")
            .at(line.span(file), "left out")
            .help("Write `name [requires] 2024-01-02T03:04:05Z Name <mail> # note`"),
    );
}

/// The date and what stands around it: Sqitch dates are `2024-01-02T03:04:05Z`.
fn dated(text: &str) -> Option<(&str, &str, &str)> {
    let is_date = |word: &str| {
        word.len() == 20
            && word.ends_with('Z')
            && word.as_bytes().get(10) == Some(&b'T')
            && word.starts_with(char::is_numeric)
    };
    let date = text.split_whitespace().find(|word| is_date(word))?;
    let (before, after) = text.split_once(date)?;
    Some((before.trim(), date, after.trim()))
}

impl Plan {
    fn pragma(&mut self, text: &str) -> bool {
        if let Some((name, value)) = text.split_once('=') {
            match name.trim() {
                "project" => self.project = value.trim().to_owned(),
                "uri" => self.uri = Some(value.trim().to_owned()),
                _ => {}
            }
        }
        true
    }

    fn tag(&mut self, text: &str) -> bool {
        let name = text.split_whitespace().next().unwrap_or(text);
        let Some(last) = self.changes.last_mut() else { return false };
        last.tags.push(name.trim_start_matches('@').to_owned());
        true
    }

    fn change(&mut self, text: &str, span: Span) -> bool {
        let (text, note) = match text.split_once(" #") {
            Some((text, note)) => (text, note.trim()),
            None => (text, ""),
        };
        let Some((before, date, planner)) = dated(text) else { return false };
        let (name, needs) = match before.split_once('[') {
            Some((name, needs)) => (name.trim(), needs.trim_end().trim_end_matches(']')),
            None => (before, ""),
        };
        let name = name.trim_start_matches('+').trim();
        if name.is_empty() || name.contains(char::is_whitespace) {
            return false;
        }
        let (conflicts, requires): (Vec<&str>, Vec<&str>) =
            needs.split_whitespace().partition(|need| need.starts_with('!'));
        let conflicts: Vec<&str> = conflicts.into_iter().map(|need| &need[1..]).collect();
        // Notes keep their escapes in the plan only (`Plan/Line.pm`).
        let note = note.replace("\\n", "\n");
        let id = self.id(name, planner, date, &requires, &conflicts, &note);
        let requires = requires.into_iter().map(str::to_owned).collect();
        self.changes.push(Change { name: name.to_owned(), note, requires, id, tags: Vec::new(), span });
        true
    }

    /// SHA-1 of a text about the change, chained by the id before it, as Git names its objects.
    fn id(
        &self,
        name: &str,
        planner: &str,
        date: &str,
        requires: &[&str],
        conflicts: &[&str],
        note: &str,
    ) -> String {
        let mut info = vec![format!("project {}", self.project)];
        info.extend(self.uri.iter().map(|uri| format!("uri {uri}")));
        info.push(format!("change {name}"));
        info.extend(self.changes.last().map(|parent| format!("parent {}", parent.id)));
        info.push(format!("planner {planner}"));
        info.push(format!("date {date}"));
        if !requires.is_empty() {
            info.push(format!("requires\n  + {}", requires.join("\n  + ")));
        }
        if !conflicts.is_empty() {
            info.push(format!("conflicts\n  - {}", conflicts.join("\n  - ")));
        }
        if !note.is_empty() {
            info.push(format!("\n{note}"));
        }
        let info = info.join("\n");
        hash::sha1(format!("change {}\0{info}", info.len()).as_bytes())
    }
}
