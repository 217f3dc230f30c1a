//! SQL files without a header: one revision each, in the order of their names.

use super::reading::{Reader, chain, revision};
use super::text::{file_name, sql_stem};
use crate::revision::{Body, Revision};

pub(super) fn read(reader: &mut Reader<'_>) -> Vec<Revision> {
    let mut revisions = Vec::new();
    for file in reader.sql().filter(|file| !file.text.is_empty()) {
        let name = file_name(&file.name);
        let stem = sql_stem(name).unwrap_or(name);
        let upgrade = reader.whole(file);
        let mut found = revision(stem, stem.replace(['_', '-'], " "), file, upgrade);
        let reason = "a file without a header has no downgrade".to_owned();
        found.downgrade = Body::Irreversible { reason };
        revisions.push(found);
    }
    chain(revisions)
}
