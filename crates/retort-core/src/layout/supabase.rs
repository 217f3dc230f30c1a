//! Supabase: `supabase/migrations/20240102030405_add_users.sql` (`apps/cli-go/pkg/migration`).

use super::reading::{Reader, chain, in_order, revision, start};
use super::text::{file_name, folder, number_key, numbered, sql_stem, words};
use crate::diagnostic::Diagnostic;
use crate::revision::{Body, Revision};
use crate::source::SourceFile;

/// The first file is passed over if it is called `init` and older than this (`pkg/migration/list.go`).
const LEGACY_INIT: &str = "20211209000000";

pub(super) fn read(reader: &mut Reader<'_>) -> Vec<Revision> {
    let fits = |file: &&SourceFile| sql_stem(file_name(&file.name)).and_then(numbered).is_some();
    let files: Vec<&SourceFile> = reader.sql().filter(fits).collect();
    let (home, files) = reader.one_folder(files, folder);
    for file in reader.sql().filter(|file| folder(&file.name) == home && !fits(file)) {
        reader.take(file);
        let message = format!("Supabase does not take `{}`: its name has no version", file.name);
        reader.say(
            Diagnostic::warning("layout/bad-name", message)
                .at(start(file), "the file is left out")
                .help("Name it `<timestamp>_name.sql`"),
        );
    }
    let mut drafts = Vec::new();
    for (place, file) in files.into_iter().enumerate() {
        let Some((version, title)) = sql_stem(file_name(&file.name)).and_then(numbered) else { continue };
        if place == 0
            && title == "init"
            && version.len() == 14
            && number_key(version) < number_key(LEGACY_INIT)
        {
            reader.take(file);
            let message =
                format!("`{}` is passed over, as Supabase does with an old first `init`", file.name);
            reader.say(Diagnostic::note("layout/left-out", message).at(start(file), ""));
            continue;
        }
        let upgrade = reader.whole(file);
        let mut found = revision(version, words(title), file, upgrade);
        let reason = "Supabase has no way down".to_owned();
        found.downgrade = Body::Irreversible { reason };
        drafts.push((version.to_owned(), found));
    }
    // Files come in the order of their names already, and version after version by it.
    let revisions = in_order(reader, drafts);
    chain(revisions)
}
