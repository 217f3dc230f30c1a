//! golang-migrate: `000001_add_users.up.sql` and `.down.sql` (`source/parse.go`, `migrate.go`).

use super::reading::{Reader, chain, in_order, revision, start};
use super::sqlx::say_no_upgrade;
use super::text::{file_name, folder, numbered, sql_stem, words};
use crate::diagnostic::Diagnostic;
use crate::revision::{Body, Revision};
use crate::source::SourceFile;

/// Digits, title and whether it is the way up.
pub(super) fn parse_name(file: &str) -> Option<(&str, &str, bool)> {
    let stem = sql_stem(file)?;
    let (digits, rest) = numbered(stem)?;
    match (rest.strip_suffix(".up"), rest.strip_suffix(".down")) {
        (Some(title), _) => Some((digits, title, true)),
        (None, Some(title)) => Some((digits, title, false)),
        (None, None) => None,
    }
}

pub(super) fn read(reader: &mut Reader<'_>) -> Vec<Revision> {
    let files: Vec<&SourceFile> =
        reader.sql().filter(|file| parse_name(file_name(&file.name)).is_some()).collect();
    let (_, files) = reader.one_folder(files, folder);
    let (mut ups, mut downs) = (Vec::new(), Vec::new());
    for file in files {
        let Some((digits, title, is_up)) = parse_name(file_name(&file.name)) else { continue };
        let Ok(version) = digits.parse::<u64>() else {
            reader.take(file);
            let message = format!("golang-migrate does not take `{}`: the version is too large", file.name);
            reader.say(
                Diagnostic::error("layout/bad-version", message)
                    .at(start(file), "the file is left out")
                    .help("Use a version that fits 64 bits"),
            );
            continue;
        };
        let directives = reader.whole(file);
        let found = revision(&version.to_string(), words(title), file, directives);
        let drafts = if is_up { &mut ups } else { &mut downs };
        drafts.push((version, found));
    }
    let mut revisions = in_order(reader, ups);
    for down in in_order(reader, downs) {
        match revisions.iter_mut().find(|revision| revision.id == down.id) {
            Some(revision) => {
                revision.downgrade = down.upgrade;
            }
            None => {
                if let Some(file) = reader.files.get(down.source.0 as usize) {
                    say_no_upgrade(reader, file, "an `.up.sql`");
                }
            }
        }
    }
    for revision in &mut revisions {
        if let Body::Irreversible { reason } = &mut revision.downgrade {
            "there is no `.down.sql` beside it".clone_into(reason);
        }
    }
    chain(revisions)
}
