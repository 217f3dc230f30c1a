//! refinery: `V1__add_users.sql`, `U2__add_posts.sql` (`refinery_core/src/{util,runner}.rs`).

use super::hash;
use super::reading::{Reader, chain, in_order, revision, start};
use super::text::{file_name, folder, is_digits, sql_stem, words};
use crate::diagnostic::Diagnostic;
use crate::revision::{Body, Revision};
use crate::source::SourceFile;

/// Version and name, where the stem fits refinery's `^([U|V])(\d+(?:\.\d+)?)__(\w+)`.
fn parse_name(file: &str) -> Option<(&str, &str)> {
    let stem = sql_stem(file)?;
    let (version, name) = stem.strip_prefix(['U', 'V', '|'])?.split_once("__")?;
    let is_version = version.splitn(2, '.').all(is_digits);
    let end = name.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(name.len());
    (is_version && end > 0).then(|| (version, &name[..end]))
}

pub(super) fn read(reader: &mut Reader<'_>) -> Vec<Revision> {
    let mut drafts = Vec::new();
    let mut folders: Vec<&str> = Vec::new();
    for file in reader.sql() {
        let Some((digits, name)) = parse_name(file_name(&file.name)) else { continue };
        folders.push(folder(&file.name));
        let Ok(version) = digits.parse::<i32>() else {
            say_bad_version(reader, file, digits);
            continue;
        };
        let upgrade = reader.whole(file);
        let mut found = revision(&version.to_string(), words(name), file, upgrade);
        let reason = "refinery has no way down".to_owned();
        found.downgrade = Body::Irreversible { reason };
        found.native.checksum = Some(hash::refinery(name, version, &file.text));
        drafts.push((version, found));
    }
    folders.dedup();
    for home in folders {
        reader.say_code(home);
    }
    let revisions = in_order(reader, drafts);
    chain(revisions)
}

fn say_bad_version(reader: &mut Reader<'_>, file: &SourceFile, digits: &str) {
    reader.take(file);
    let message =
        format!("refinery takes the name of `{}` and then refuses it: `{digits}` is no version", file.name);
    reader.say(
        Diagnostic::error("layout/bad-version", message)
            .at(start(file), "the file is left out")
            .help("Use a whole number that fits 32 bits"),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_refinerys() {
        assert_eq!(parse_name("V1__a_b.sql"), Some(("1", "a_b")));
        assert_eq!(parse_name("U1.2__a.sql"), Some(("1.2", "a")));
        assert_eq!(parse_name("V1_2__a.sql"), None);
        assert_eq!(parse_name("V1__.sql"), None);
        assert_eq!(parse_name("R__a.sql"), None);
    }
}
