//! Whether what is to be opened holds Python, found without the core: it decides which worker is loaded.
//!
//! A guess that costs little. The worker has the last word: one that cannot read what it is given says so.

use crate::choice::is_python;
use crate::examples;
use crate::protocol::Source;

/// More of a link is not unpacked.
pub const MOST_UNPACKED: usize = 16 << 20;

/// Whether a source holds Python; None of a link, which must be unpacked first.
pub fn holds_python(source: &Source) -> Option<bool> {
    match source {
        Source::Example(name, _) => {
            Some(examples::files(name).is_some_and(|files| files.iter().any(|path| is_python(path))))
        }
        Source::Files(files, _) => Some(files.iter().any(|(path, bytes)| {
            is_python(path) && is_revision(bytes)
                || bytes.starts_with(b"PK\x03\x04") && zip_names(bytes).iter().any(|name| is_python(name))
        })),
        Source::Pasted { text, .. } => Some(is_python_text(text)),
        Source::Link(_) => None,
    }
}

/// Whether the bytes of a Python file are a revision's. Much Python in a folder of SQL is not.
fn is_revision(bytes: &[u8]) -> bool {
    const WORD: &[u8] = b"down_revision";
    bytes.windows(WORD.len()).any(|window| window == WORD)
}

/// Whether a pasted text is a revision in Python.
pub fn is_python_text(text: &str) -> bool {
    text.lines().any(|line| line.starts_with("def upgrade("))
}

/// The names that the directory of a zip lists (APPNOTE 6.3.10, 4.3.12 and 4.3.16); none where it is damaged.
fn zip_names(bytes: &[u8]) -> Vec<String> {
    let short = |at: usize| Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?) as usize);
    let long = |at: usize| Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?) as usize);
    let directory = || {
        let end = bytes.windows(4).rposition(|four| four == b"PK\x05\x06")?;
        long(end + 16)
    };
    let mut names = Vec::new();
    let Some(mut at) = directory() else { return names };
    while bytes.get(at..).is_some_and(|rest| rest.starts_with(b"PK\x01\x02")) {
        let Some(((name, extra), comment)) = short(at + 28).zip(short(at + 30)).zip(short(at + 32)) else {
            break;
        };
        let Some(text) = bytes.get(at + 46..at + 46 + name) else { break };
        names.push(String::from_utf8_lossy(text).into_owned());
        at += 46 + name + extra + comment;
    }
    names
}

/// The packed document of a link of version 1.
pub fn packed(link: &str) -> Option<&str> {
    let link = link.trim().trim_start_matches('#').trim_end_matches('=');
    link.strip_prefix("1.d.")
}

/// Whether an unpacked document names Python files. Its files come first (`retort_core::share`): a map with the
/// key 0, a list of pairs of texts.
pub fn document_holds_python(document: &[u8]) -> bool {
    let mut rest = document;
    let begins = matches!(head(&mut rest), Some((5, _))) && head(&mut rest) == Some((0, 0));
    let files = match head(&mut rest) {
        Some((4, files)) if begins => files,
        _ => return false,
    };
    for _ in 0..files {
        let Some((4, 2)) = head(&mut rest) else { return false };
        let Some(name) = text(&mut rest) else { return false };
        if std::str::from_utf8(name).is_ok_and(is_python) {
            return true;
        }
        if text(&mut rest).is_none() {
            return false;
        }
    }
    false
}

/// Kind and number of a CBOR item of definite length (RFC 8949, 3).
fn head(rest: &mut &[u8]) -> Option<(u8, u64)> {
    let (first, after) = rest.split_first()?;
    let bytes = match first & 31 {
        small @ 0..=23 => {
            *rest = after;
            return Some((first >> 5, u64::from(small)));
        }
        more @ 24..=27 => 1usize << (more - 24),
        _ => return None,
    };
    let number = after.get(..bytes)?.iter().fold(0u64, |number, byte| number << 8 | u64::from(*byte));
    *rest = &after[bytes..];
    Some((first >> 5, number))
}

fn text<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (3, length) = head(rest)? else { return None };
    let (text, after) = rest.split_at_checked(usize::try_from(length).ok()?)?;
    *rest = after;
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::choice::LeftOut;

    #[test]
    fn files_and_texts_are_told_by_name_and_form() {
        let files = |name: &str, text: &str| {
            holds_python(&Source::Files(
                vec![(name.to_owned(), text.as_bytes().to_vec())],
                LeftOut::default(),
            ))
        };
        assert_eq!(files("p/versions/a.PY", "revision = 'a'\ndown_revision = None\n"), Some(true));
        assert_eq!(files("p/setup.py", "import os"), Some(false));
        assert_eq!(files("p/a.sql", "-- down_revision"), Some(false));
        let pasted = |text: &str| Source::Pasted { text: text.to_owned(), dialect: None };
        assert_eq!(holds_python(&pasted("revision = 'a'\ndef upgrade():\n    pass\n")), Some(true));
        assert_eq!(holds_python(&pasted("-- def upgrade(\nSELECT 1")), Some(false));
        assert_eq!(holds_python(&Source::Link("1.d.x".to_owned())), None);
    }

    #[test]
    fn damaged_zips_and_documents_hold_nothing() {
        for bytes in [
            &b"PK\x03\x04"[..],
            b"PK\x03\x04PK\x05\x06",
            b"PK\x05\x06\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
        ] {
            assert_eq!(zip_names(bytes), [""; 0]);
        }
        for document in [
            &b""[..],
            b"\xa1",
            b"\xa1\x00",
            b"\xa1\x00\x81\x82\x7b\xff\xff\xff\xff\xff\xff\xff\xff",
            b"\xa1\x00\x9f",
        ] {
            assert!(!document_holds_python(document), "{document:?}");
        }
        let document = b"\xa2\x00\x82\x82\x65a.sql\x61x\x82\x64a.py\x60\x03\xa0";
        assert!(document_holds_python(document));
    }

    #[test]
    fn links_of_version_one_are_unpacked() {
        assert_eq!(packed("#1.d.abc_-=="), Some("abc_-"));
        assert_eq!(packed("1.j.abc"), None);
        assert_eq!(packed("example=x"), None);
    }
}
