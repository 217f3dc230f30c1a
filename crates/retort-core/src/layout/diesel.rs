//! Diesel: `migrations/2024-01-02-030405_add_users/{up.sql,down.sql,metadata.toml}`
//! (`diesel_migrations/migrations_internals/src/lib.rs`).

use super::reading::{Reader, chain, in_order, makes_transaction, revision, start};
use super::sqlx::say_no_upgrade;
use super::text::{file_name, folder, join, settings, words};
use crate::diagnostic::Diagnostic;
use crate::revision::{Body, Revision};
use crate::source::SourceFile;

pub(super) fn read(reader: &mut Reader<'_>) -> Vec<Revision> {
    let files: Vec<&SourceFile> =
        reader.sql().filter(|file| matches!(file_name(&file.name), "up.sql" | "down.sql")).collect();
    let (_, files) = reader.one_folder(files, |path| folder(folder(path)));
    let mut drafts = Vec::new();
    for file in &files {
        let directory = folder(&file.name);
        if file_name(&file.name) == "up.sql" {
            let (key, found) = draft(reader, file, directory);
            drafts.push((key, found));
        } else if reader.at(&join(directory, "up.sql")).is_none() {
            say_no_upgrade(reader, file, "an `up.sql`");
        }
    }
    let revisions = in_order(reader, drafts);
    chain(revisions)
}

/// The version of a directory: what stands before the first stroke, without dashes; compared as a text.
fn version(directory: &str) -> String {
    let name = file_name(directory);
    name.split('_').next().unwrap_or(name).replace('-', "")
}

fn draft(reader: &mut Reader<'_>, file: &SourceFile, directory: &str) -> (String, Revision) {
    let version = version(directory);
    let upgrade = statements(reader, file);
    let title = file_name(directory).split_once('_').map_or("", |(_, title)| title);
    let mut found = revision(&version, words(title), file, upgrade);
    let reason = "there is no `down.sql` beside it".to_owned();
    found.downgrade = Body::Irreversible { reason };
    if let Some(down) = reader.at(&join(directory, "down.sql")) {
        found.downgrade = Body::Directives(statements(reader, down));
    }
    let is_bare = reader.at(&join(directory, "metadata.toml")).is_some_and(|file| opts_out(reader, file));
    found.native.bare_upgrade = is_bare && !makes_transaction(found.upgrade.directives());
    found.native.bare_downgrade = is_bare && !makes_transaction(found.downgrade.directives());
    (version, found)
}

fn statements(reader: &mut Reader<'_>, file: &SourceFile) -> Vec<crate::operation::Directive> {
    if file.text.trim().is_empty() {
        let message = format!("Diesel refuses `{}`: the file is empty", file.name);
        reader.say(
            Diagnostic::error("layout/empty-file", message)
                .at(start(file), "")
                .help("Write a statement; `SELECT 1;` does nothing"),
        );
    }
    reader.whole(file)
}

/// Whether a `metadata.toml` turns the transaction off. One without the key does so too: Diesel's reader takes
/// `false` for a key that is missing, and `true` only for a file that is missing.
fn opts_out(reader: &mut Reader<'_>, file: &SourceFile) -> bool {
    let said = settings(file).into_iter().find(|setting| setting.key == "run_in_transaction");
    let Some(said) = said else {
        let message =
            format!("`{}` does not say `run_in_transaction`, which turns the transaction off", file.name);
        reader.say(
            Diagnostic::warning("layout/no-transaction", message)
                .at(start(file), "Diesel takes `false` for the missing key")
                .help("Write `run_in_transaction = true`, or delete the file"),
        );
        return true;
    };
    said.value != "true"
}
