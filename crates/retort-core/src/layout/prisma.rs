//! Prisma: `prisma/migrations/20240102030405_add_users/migration.sql`
//! (`schema-connector/src/migrations_directory.rs`).

use super::hash;
use super::reading::{Reader, chain, revision, start};
use super::text::{file_name, folder, join, words};
use crate::diagnostic::Diagnostic;
use crate::revision::{Body, Revision};
use crate::source::SourceFile;

/// The one file that counts in a directory.
pub(super) const FILE: &str = "migration.sql";

/// The directories with a `migration.sql`, of one folder, in the order of their names; what else lies there is
/// said.
pub(super) fn directories<'a>(reader: &mut Reader<'a>) -> Vec<&'a SourceFile> {
    let files: Vec<&SourceFile> = reader.sql().filter(|file| file_name(&file.name) == FILE).collect();
    let (home, mut files) = reader.one_folder(files, |path| folder(folder(path)));
    files.sort_by_key(|file| folder(&file.name));
    let strays: Vec<&SourceFile> = reader
        .sql()
        .filter(|file| {
            let directory = folder(&file.name);
            !directory.is_empty() && directory != home && folder(directory) == home
        })
        .filter(|file| reader.at(&join(folder(&file.name), FILE)).is_none())
        .collect();
    for stray in strays {
        reader.take(stray);
        let message = format!("`{}` has no `{FILE}`", folder(&stray.name));
        reader.say(
            Diagnostic::error("layout/missing-file", message)
                .at(start(stray), format!("{} refuses the directory", reader.layout))
                .help(format!("Name the file `{FILE}`, or delete the directory")),
        );
    }
    files
}

pub(super) fn read(reader: &mut Reader<'_>) -> Vec<Revision> {
    let mut revisions = Vec::new();
    for file in directories(reader) {
        let name = file_name(folder(&file.name));
        let upgrade = reader.whole(file);
        let title = name.split_once('_').map_or(name, |(_, title)| title);
        let mut found = revision(name, words(title), file, upgrade);
        found.native.checksum = Some(hash::sha256(file.text.as_bytes()));
        let reason = "Prisma has no way down".to_owned();
        found.downgrade = Body::Irreversible { reason };
        revisions.push(found);
    }
    chain(revisions)
}
