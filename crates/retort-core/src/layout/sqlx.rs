//! sqlx: `20240102_add_users.sql`, or with `.up.sql` and `.down.sql` (`sqlx-core/src/migrate/source.rs`,
//! `migration_type.rs`).

use std::collections::BTreeMap;

use super::hash;
use super::reading::{Reader, chain, in_order, makes_transaction, revision, start};
use super::text::{file_name, folder, is_digits, sql_stem, words};
use crate::diagnostic::Diagnostic;
use crate::revision::{Body, Revision};
use crate::source::SourceFile;

/// Counts only as the very first bytes of a file.
pub(super) const NO_TRANSACTION: &str = "-- no-transaction";

/// A file's part in a revision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Half {
    Simple,
    Up,
    Down,
}

/// Version, description and half of a name that sqlx takes.
fn parse_name(file: &str) -> Option<(&str, &str, Half)> {
    let (version, rest) = file.split_once('_')?;
    let stem = sql_stem(rest)?;
    let (description, half) = match (stem.strip_suffix(".up"), stem.strip_suffix(".down")) {
        (Some(stem), _) => (stem, Half::Up),
        (None, Some(stem)) => (stem, Half::Down),
        (None, None) => (stem, Half::Simple),
    };
    Some((version, description, half))
}

pub(super) fn read(reader: &mut Reader<'_>) -> Vec<Revision> {
    let files: Vec<&SourceFile> = reader
        .sql()
        .filter(|file| file_name(&file.name).split_once('_').is_some_and(|(left, _)| is_digits(left)))
        .collect();
    let (home, files) = reader.one_folder(files, folder);
    say_stray(reader, home);
    let mut drafts = Vec::new();
    let mut downs: BTreeMap<i64, Vec<&SourceFile>> = BTreeMap::new();
    for file in files {
        let Some((digits, description, half)) = parse_name(file_name(&file.name)) else { continue };
        let Ok(version) = digits.parse::<i64>() else {
            say_bad_version(reader, file, digits);
            continue;
        };
        if half == Half::Down {
            downs.entry(version).or_default().push(file);
            continue;
        }
        let directives = reader.whole(file);
        let is_bare = file.text.starts_with(NO_TRANSACTION);
        say_late_opt_out(reader, file);
        let mut found = revision(&version.to_string(), words(description), file, directives);
        found.native.bare_upgrade = is_bare && !makes_transaction(found.upgrade.directives());
        found.native.checksum = Some(hash::sha384(file.text.as_bytes()));
        let reason = match half {
            Half::Up => "there is no `.down.sql` beside it".to_owned(),
            Half::Simple | Half::Down => "a simple file of sqlx has no way down".to_owned(),
        };
        found.downgrade = Body::Irreversible { reason };
        drafts.push((version, found));
    }
    let mut revisions = in_order(reader, drafts);
    for (version, files) in downs {
        let id = version.to_string();
        for file in files {
            let directives = reader.whole(file);
            let Some(revision) = revisions.iter_mut().find(|revision| revision.id.as_str() == id) else {
                say_no_upgrade(reader, file, "an `.up.sql`");
                continue;
            };
            revision.native.bare_downgrade =
                file.text.starts_with(NO_TRANSACTION) && !makes_transaction(&directives);
            revision.downgrade = Body::Directives(directives);
        }
    }
    chain(revisions)
}

/// One file whose left part is no number makes sqlx refuse the whole folder.
fn say_stray(reader: &mut Reader<'_>, home: &str) {
    let strays = reader.sql().filter(|file| {
        let parts = parse_name(file_name(&file.name));
        folder(&file.name) == home && parts.is_some_and(|(version, _, _)| !is_digits(version))
    });
    for file in strays {
        let digits = file_name(&file.name).split('_').next().unwrap_or("");
        say_bad_version(reader, file, digits);
    }
}

fn say_bad_version(reader: &mut Reader<'_>, file: &SourceFile, digits: &str) {
    reader.take(file);
    let message =
        format!("sqlx refuses the whole folder because of `{}`: `{digits}` is no version", file.name);
    reader.say(
        Diagnostic::error("layout/bad-version", message)
            .at(start(file), "the file is left out")
            .help("Begin its name with a whole number that fits 64 bits, or move it out of the folder"),
    );
}

/// The words in any other place do nothing.
fn say_late_opt_out(reader: &mut Reader<'_>, file: &SourceFile) {
    let line = super::text::lines(&file.text).find(|line| line.text.trim().starts_with(NO_TRANSACTION));
    if let Some(line) = line.filter(|line| line.start > 0 || line.text.starts_with(' ')) {
        reader.say(
            Diagnostic::warning(
                "layout/annotation",
                "`-- no-transaction` counts only at the start of the file",
            )
            .at(line.span(file), "it does nothing here: the revision runs in a transaction")
            .help("Move it to the first byte of the file"),
        );
    }
}

/// A way down without a way up.
pub(super) fn say_no_upgrade(reader: &mut Reader<'_>, file: &SourceFile, missing: &str) {
    reader.take(file);
    let message = format!("`{}` undoes a revision that is not there", file.name);
    reader.say(
        Diagnostic::error("layout/no-upgrade", message)
            .at(start(file), "the file is left out")
            .help(format!("Add {missing} of the same version, or delete this file")),
    );
}
