//! Retort's own layout: SQL files under a comment header.

use super::reading::{Reader, checked, start};
use crate::diagnostic::Diagnostic;
use crate::revision::{self, Revision};

pub(super) fn read(reader: &mut Reader<'_>) -> Vec<Revision> {
    let mut revisions = Vec::new();
    for file in reader.sql().filter(|file| !file.text.is_empty()) {
        reader.take(file);
        if revision::is_revision_file(file) {
            let parsed = revision::parse(file, reader.dialect);
            revisions.extend(checked(reader, parsed));
        } else {
            reader.say(
                Diagnostic::warning(
                    "layout/no-header",
                    format!("`{}` has no header, so it is no revision", file.name),
                )
                .at(start(file), "the file is left out")
                .help("Begin it with `-- revision: <id>` and `-- down_revision: <id>`"),
            );
        }
    }
    revisions
}
