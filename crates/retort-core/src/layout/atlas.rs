//! Atlas: `atlas.sum` and `*.sql` in the order of their names (`sql/migrate/dir.go`).

use std::collections::BTreeMap;

use super::hash::AtlasSum;
use super::reading::{Reader, chain, count, makes_transaction, revision, start};
use super::text::{Line, file_name, folder, lines, sql_stem, words};
use crate::diagnostic::Diagnostic;
use crate::operation::{Ends, Excerpt};
use crate::revision::{Body, Revision, Role};
use crate::source::SourceFile;

pub(super) const SUM: &str = "atlas.sum";

/// `-- atlas:name value` of a comment line.
pub(super) fn directive(line: &str) -> Option<(&str, &str)> {
    let at = line.find("atlas:")?;
    let is_comment = line.starts_with("--") || line.starts_with('#');
    let rest = is_comment.then(|| &line[at + "atlas:".len()..])?;
    let (name, value) = rest.split_once(' ').unwrap_or((rest, ""));
    Some((name.trim(), value.trim()))
}

pub(super) fn read(reader: &mut Reader<'_>) -> Vec<Revision> {
    let sums: Vec<&SourceFile> = reader.named(SUM).collect();
    let home_of_sum = sums.first().map(|file| folder(&file.name));
    let files: Vec<&SourceFile> = match home_of_sum {
        Some(home) => reader.sql().filter(|file| folder(&file.name) == home).collect(),
        None => {
            let files = reader.sql().collect();
            reader.one_folder(files, folder).1
        }
    };
    let mut files = files;
    files.sort_by_key(|file| file_name(&file.name));
    let hashes = match sums.first() {
        Some(sum) => check_sum(reader, sum, &files),
        None => BTreeMap::new(),
    };
    let mut revisions = Vec::new();
    for file in files {
        let mut found = draft(reader, file);
        found.native.checksum = hashes.get(file_name(&file.name)).cloned();
        revisions.push(found);
    }
    let revisions = from_checkpoint(reader, revisions);
    chain(without_duplicates(reader, revisions))
}

/// The directives of a file: its leading comment lines, if an empty line follows them.
fn directives<'a>(reader: &mut Reader<'_>, file: &'a SourceFile) -> Vec<(&'a str, &'a str)> {
    let is_comment = |line: &Line<'_>| line.text.starts_with("--") || line.text.starts_with('#');
    let head: Vec<Line<'_>> = lines(&file.text).take_while(is_comment).collect();
    let behind = head.last().map_or(0, |line| line.next);
    let found: Vec<_> = head.iter().filter_map(|line| Some((directive(line.text)?, line))).collect();
    if file.text[behind..].starts_with('\n') || behind == file.text.len() {
        return found.into_iter().map(|(directive, _)| directive).collect();
    }
    // `nolint` may stand at a statement as well.
    if let Some((_, line)) = found.iter().find(|((name, _), _)| !matches!(*name, "nolint" | "sum")) {
        reader.say(
            Diagnostic::warning(
                "layout/annotation",
                "this directive of Atlas does nothing: no empty line follows it",
            )
            .at(line.span(file), "read as a comment")
            .help("Leave an empty line (without a carriage return) between it and the first statement"),
        );
    }
    Vec::new()
}

fn draft(reader: &mut Reader<'_>, file: &SourceFile) -> Revision {
    let directives = directives(reader, file);
    let said = |wanted: &str| directives.iter().find(|(name, _)| *name == wanted).map(|(_, value)| *value);
    let mut part = Excerpt::from(0..file.text.len());
    if let Some(delimiter) = said("delimiter").filter(|delimiter| !delimiter.is_empty()) {
        let delimiter = delimiter.replace("\\n", "\n").replace("\\r", "\r").replace("\\t", "\t");
        part.ends = Ends::Delimiter(delimiter);
    }
    let upgrade = reader.directives(file, part);
    let stem = sql_stem(file_name(&file.name)).unwrap_or_default();
    let (version, title) = stem.split_once('_').unwrap_or((stem, ""));
    let mut found = revision(version, words(title), file, upgrade);
    found.native.bare_upgrade =
        said("txmode") == Some("none") && !makes_transaction(found.upgrade.directives());
    if said("checkpoint").is_some() {
        found.native.role = Role::Baseline;
    }
    let reason = "Atlas plans the way down when it runs".to_owned();
    found.downgrade = Body::Irreversible { reason };
    found
}

/// Compares the folder with its `atlas.sum`; gives the hash of each file.
fn check_sum(reader: &mut Reader<'_>, sum: &SourceFile, files: &[&SourceFile]) -> BTreeMap<String, String> {
    let (mut running, mut hashes) = (AtlasSum::default(), BTreeMap::new());
    for file in files {
        let name = file_name(&file.name);
        let is_ignored =
            lines(&file.text).next().and_then(|line| directive(line.text)) == Some(("sum", "ignore"));
        if is_ignored {
            running.ignore(name);
        } else {
            hashes.insert(name.to_owned(), running.add(name, &file.text));
        }
    }
    let total = format!("h1:{}", running.total());
    let mut recorded = lines(&sum.text).filter(|line| !line.text.trim().is_empty());
    let first = recorded.next();
    if first.is_some_and(|line| line.text.trim() == total) {
        return hashes;
    }
    let mut known: BTreeMap<&str, Line<'_>> = BTreeMap::new();
    for line in recorded {
        known.insert(line.text.rsplit_once(" h1:").map_or(line.text, |(name, _)| name), line);
    }
    // Hashes are cumulative: behind the first file that differs all of them do.
    let is_same = |name: &str, hash: &str| {
        known.get(name).is_some_and(|line| line.text.strip_prefix(name) == Some(&format!(" h1:{hash}")))
    };
    let changed = files.iter().find(|file| {
        let name = file_name(&file.name);
        hashes.get(name).is_some_and(|hash| !is_same(name, hash))
    });
    let gone = known.iter().find(|(name, _)| files.iter().all(|file| file_name(&file.name) != **name));
    let mut said = Diagnostic::error("layout/checksum-mismatch", "the folder is not as `atlas.sum` says")
        .help("Run `atlas migrate hash` if the change was meant");
    said = match (gone, changed) {
        (Some((name, line)), _) => said.at(line.span(sum), format!("there is no `{name}`")),
        (None, Some(file)) => {
            let word = if known.contains_key(file_name(&file.name)) { "changed" } else { "not listed" };
            said.at(start(file), format!("the first file that is {word}"))
        }
        (None, None) => said.at(start(sum), "its first line is not the sum of the others"),
    };
    reader.say(said);
    hashes
}

/// A new database begins with the last checkpoint.
fn from_checkpoint(reader: &mut Reader<'_>, mut revisions: Vec<Revision>) -> Vec<Revision> {
    let last = revisions.iter().rposition(|revision| revision.native.role == Role::Baseline);
    let Some(last) = last.filter(|last| *last > 0) else { return revisions };
    let covers = revisions.drain(..last).map(|revision| revision.id.as_str().to_owned()).collect();
    if let Some(checkpoint) = revisions.first_mut() {
        checkpoint.native.covers = covers;
        let covered = checkpoint.native.covers.len();
        let message = format!(
            "the chain begins with the checkpoint `{}`: {} before it left out",
            checkpoint.id,
            count(covered, "file")
        );
        reader.say(
            Diagnostic::note("layout/baseline", message).at(checkpoint.span, "a new database starts here"),
        );
    }
    revisions
}

/// Two files of one version: Atlas cannot tell them apart in its table.
fn without_duplicates(reader: &mut Reader<'_>, revisions: Vec<Revision>) -> Vec<Revision> {
    let mut seen: BTreeMap<String, crate::source::Span> = BTreeMap::new();
    let mut kept = Vec::new();
    for revision in revisions {
        if let Some(first) = seen.get(revision.id.as_str()) {
            let message = format!("two files have the version `{}`", revision.id);
            reader.say(
                Diagnostic::error("layout/duplicate-version", message)
                    .at(revision.span, "this one is left out")
                    .at(*first, "this one is kept")
                    .help("Give one of them another version, then run `atlas migrate hash`"),
            );
        } else {
            seen.insert(revision.id.as_str().to_owned(), revision.span);
            kept.push(revision);
        }
    }
    kept
}
