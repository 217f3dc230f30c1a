//! Drizzle: `meta/_journal.json` with `<tag>.sql` (drizzle-orm 0.x), or directories with `migration.sql` and
//! `snapshot.json` (v1, `drizzle-orm/src/migrator.ts`).

use super::hash;
use super::json::Node;
use super::prisma;
use super::reading::{Reader, chain, revision, start};
use super::text::{file_name, folder, join, sql_stem, words};
use crate::diagnostic::Diagnostic;
use crate::operation::{Directive, Ends, Excerpt};
use crate::revision::{Body, Revision};
use crate::source::{SourceFile, Span};

/// Stands between statements.
pub(super) const BREAKPOINT: &str = "--> statement-breakpoint";
const JOURNAL: &str = "_journal.json";

pub(super) fn read(reader: &mut Reader<'_>) -> Vec<Revision> {
    let journals: Vec<&SourceFile> = reader.named(JOURNAL).collect();
    let revisions = match journals.as_slice() {
        [] => directories(reader),
        [first, ..] => {
            let revisions = journal(reader, first);
            let others: Vec<&SourceFile> = journals.iter().skip(1).copied().collect();
            for other in others {
                say_other(reader, other, first);
            }
            revisions
        }
    };
    chain(revisions)
}

fn say_other(reader: &mut Reader<'_>, other: &SourceFile, first: &SourceFile) {
    let home = |file: &SourceFile| folder(folder(&file.name)).to_owned();
    for file in reader.sql().filter(|file| folder(&file.name) == home(other)) {
        reader.take(file);
    }
    let message = format!("`{}` holds another chain; the one in `{}` is read", home(other), home(first));
    reader.say(
        Diagnostic::warning("layout/other-folder", message)
            .at(start(other), "left out")
            .help("Open the folder of one chain: on the command line with `--project`"),
    );
}

fn directories(reader: &mut Reader<'_>) -> Vec<Revision> {
    let files = prisma::directories(reader);
    files.into_iter().map(|file| draft(reader, file, file_name(folder(&file.name)))).collect()
}

fn journal(reader: &mut Reader<'_>, journal: &SourceFile) -> Vec<Revision> {
    let home = folder(folder(&journal.name));
    let Some(node) = Node::parse(&journal.text) else {
        reader.say(
            Diagnostic::error("layout/unreadable-journal", format!("`{}` is no JSON", journal.name))
                .at(start(journal), "the order of the revisions is not known")
                .help("Solve the merge conflict in it, or make it anew with drizzle-kit"),
        );
        return Vec::new();
    };
    let entries = node.get("entries").map(Node::items).unwrap_or_default();
    let mut revisions: Vec<Revision> = Vec::new();
    let mut latest: Option<(i64, String)> = None;
    for entry in entries {
        let text = |key: &str| entry.get(key).and_then(Node::text).unwrap_or_default();
        let (tag, when) = (text("tag"), text("when"));
        let place = Span::new(journal.id, entry.range.start, entry.range.end);
        let Some(file) = reader.at(&join(home, &format!("{tag}.sql"))) else {
            let message = format!("the journal names `{tag}`, and there is no `{tag}.sql`");
            reader.say(
                Diagnostic::error("layout/missing-file", message)
                    .at(place, "this entry is left out")
                    .help("Add the file, or take the entry out of the journal"),
            );
            continue;
        };
        check_when(reader, place, tag, when, &mut latest);
        let mut found = draft(reader, file, tag);
        found.native.key = Some(when.to_owned());
        revisions.push(found);
    }
    let unlisted: Vec<&SourceFile> = reader
        .sql()
        .filter(|file| folder(&file.name) == home)
        .filter(|file| revisions.iter().all(|revision| revision.source != file.id))
        .collect();
    for file in unlisted {
        reader.take(file);
        reader.say(
            Diagnostic::warning("layout/unlisted-file", format!("the journal does not name `{}`", file.name))
                .at(start(file), "Drizzle never runs it; it is left out")
                .at(start(journal), "")
                .help("Add an entry with its name to the journal, or delete the file"),
        );
    }
    revisions
}

/// Drizzle runs only what is younger than the youngest applied one: a merged branch may be passed over for ever.
fn check_when(
    reader: &mut Reader<'_>,
    place: Span,
    tag: &str,
    when: &str,
    latest: &mut Option<(i64, String)>,
) {
    let Ok(now) = when.parse::<i64>() else { return };
    if let Some((_, other)) = latest.as_ref().filter(|(last, _)| now <= *last) {
        let message = format!("`{tag}` is not younger than `{other}` before it");
        reader.say(
            Diagnostic::warning("layout/order", message)
                .at(
                    place,
                    "a database that has the other one never runs this one (drizzle-team/drizzle-orm#1221)",
                )
                .help("Give it a larger `when`, or make it anew on top of the others"),
        );
        return;
    }
    *latest = Some((now, tag.to_owned()));
}

fn draft(reader: &mut Reader<'_>, file: &SourceFile, name: &str) -> Revision {
    let upgrade = statements(reader, file);
    let title = name.split_once('_').map_or(name, |(_, title)| title);
    let title = sql_stem(title).unwrap_or(title);
    let mut found = revision(name, words(title), file, upgrade);
    found.native.checksum = Some(hash::sha256(file.text.as_bytes()));
    let reason = "Drizzle has no way down".to_owned();
    found.downgrade = Body::Irreversible { reason };
    found
}

/// The statements between the breakpoints.
fn statements(reader: &mut Reader<'_>, file: &SourceFile) -> Vec<Directive> {
    reader.take(file);
    let mut directives = Vec::new();
    let mut from = 0;
    let breaks = file.text.match_indices(BREAKPOINT).map(|(at, found)| (at, at + found.len()));
    for (end, next) in breaks.chain([(file.text.len(), file.text.len())]) {
        let part = Excerpt { ends: Ends::Block, ..Excerpt::from(from..end) };
        directives.extend(reader.directives(file, part));
        from = next;
    }
    directives
}
