//! dbmate: `-- migrate:up` and `-- migrate:down` in one file (`pkg/dbmate/migration.go`).

use std::ops::Range;

use super::reading::{Reader, chain, in_order, makes_transaction, revision, start};
use super::text::{Line, file_name, folder, lines, sql_stem, words};
use crate::diagnostic::Diagnostic;
use crate::operation::Directive;
use crate::revision::{Body, Revision};
use crate::source::SourceFile;

/// `-- migrate:up transaction:false` as its direction and options.
pub(super) fn mark(line: &str) -> Option<(bool, &str)> {
    let rest = line.strip_prefix("--")?.trim_start().strip_prefix("migrate:")?;
    let (rest, is_up) = match (rest.strip_prefix("up"), rest.strip_prefix("down")) {
        (Some(rest), _) => (rest, true),
        (None, Some(rest)) => (rest, false),
        (None, None) => return None,
    };
    (rest.is_empty() || rest.starts_with(char::is_whitespace)).then_some((is_up, rest.trim()))
}

/// One block of a file.
struct Block {
    is_up: bool,
    has_transaction: bool,
    range: Range<usize>,
}

fn blocks(text: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    for line in lines(text) {
        let Some((is_up, options)) = mark(line.text) else { continue };
        if let Some(last) = blocks.last_mut() {
            last.range.end = line.start;
        }
        let has_transaction = !options.split_whitespace().any(|option| option == "transaction:false");
        blocks.push(Block { is_up, has_transaction, range: line.next..text.len() });
    }
    blocks
}

/// The digits that dbmate takes as the version.
pub(super) fn version(file: &str) -> Option<&str> {
    let stem = sql_stem(file)?;
    let end = stem.find(|c: char| !c.is_ascii_digit()).unwrap_or(stem.len());
    (end > 0).then(|| &stem[..end])
}

pub(super) fn read(reader: &mut Reader<'_>) -> Vec<Revision> {
    let files: Vec<&SourceFile> =
        reader.sql().filter(|file| lines(&file.text).any(|line| mark(line.text).is_some())).collect();
    let (home, marked) = reader.one_folder(files, folder);
    let mut files = marked;
    let unmarked =
        reader.sql().filter(|file| folder(&file.name) == home && version(file_name(&file.name)).is_some());
    for file in unmarked {
        if !files.iter().any(|known| known.id == file.id) {
            files.push(file);
        }
    }
    files.sort_by_key(|file| file.id);
    let drafts = files.into_iter().filter_map(|file| draft(reader, file));
    let drafts = drafts.map(|revision| (revision.id.as_str().to_owned(), revision)).collect();
    let mut revisions = in_order(reader, drafts);
    // The version tells what is applied; the order is that of the names, and so of the files.
    revisions.sort_by_key(|revision| revision.source);
    chain(revisions)
}

fn draft(reader: &mut Reader<'_>, file: &SourceFile) -> Option<Revision> {
    reader.take(file);
    let Some(version) = version(file_name(&file.name)) else {
        let message = format!("dbmate does not take `{}`: its name begins with no digits", file.name);
        reader.say(
            Diagnostic::warning("layout/bad-name", message)
                .at(start(file), "the file is left out")
                .help("Begin the name with a version: `20240102030405_add_users.sql`"),
        );
        return None;
    };
    let blocks = blocks(&file.text);
    check(reader, file, &blocks);
    if !blocks.iter().any(|block| block.is_up) {
        return None;
    }
    let (mut up, mut down): (Vec<Directive>, Vec<Vec<Directive>>) = (Vec::new(), Vec::new());
    for block in &blocks {
        let directives = reader.directives(file, block.range.clone());
        if block.is_up { up.extend(directives) } else { down.push(directives) }
    }
    let title = sql_stem(file_name(&file.name)).unwrap_or_default();
    let is_bare = |is_up: bool| blocks.iter().any(|block| block.is_up == is_up && !block.has_transaction);
    let mut found = revision(version, words(&title[version.len()..]), file, up);
    found.native.bare_upgrade = is_bare(true) && !makes_transaction(found.upgrade.directives());
    found.native.bare_downgrade = is_bare(false);
    let reason = "the file has no `-- migrate:down`".to_owned();
    found.downgrade = Body::Irreversible { reason };
    if !down.is_empty() {
        // Several pairs are undone in the opposite order.
        found.downgrade = Body::Directives(down.into_iter().rev().flatten().collect());
    }
    Some(found)
}

fn check(reader: &mut Reader<'_>, file: &SourceFile, blocks: &[Block]) {
    let annotation = |message: String| Diagnostic::error("layout/annotation", message);
    if !blocks.iter().any(|block| block.is_up) {
        reader.say(
            annotation(format!("`{}` has no `-- migrate:up`", file.name))
                .at(start(file), "the file is left out")
                .help("Write `-- migrate:up` above the way up"),
        );
        return;
    }
    let first = blocks.first().map_or(0, |block| block.range.start);
    let is_code = |line: &Line<'_>| {
        let text = line.text.trim();
        line.next < first && !text.is_empty() && !text.starts_with("--")
    };
    if let Some(line) = lines(&file.text).find(is_code) {
        reader.say(
            annotation("only comments may stand before the first `-- migrate:up`".to_owned())
                .at(line.span(file), "dbmate refuses the file because of this; it is not run")
                .help("Move it below `-- migrate:up`"),
        );
    }
    let ups = blocks.iter().filter(|block| block.is_up).count();
    let downs = blocks.len() - ups;
    if ups != downs {
        let message = format!("`{}` has {ups} `migrate:up` and {downs} `migrate:down`", file.name);
        reader.say(
            Diagnostic::warning("layout/unpaired", message)
                .at(start(file), "dbmate wants one way down for each way up")
                .help("Write `-- migrate:down` under the way up, even with nothing below it"),
        );
    }
}
