//! A chain and what is looked at, packed into the part of an address after `#`.
//!
//! In: a [`Document`]. Out: `1.d.` and the base64url (without padding) of the raw deflate of its CBOR; and back.
//! Links are promises: version 1 decodes forever, unknown keys in it are passed over. What comes in may be
//! hostile: nothing is read, unpacked or nested without a bound.

mod error;
mod form;

pub use error::LinkError;

use std::io::Read;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use flate2::Compression;
use flate2::bufread::{DeflateDecoder, DeflateEncoder};

/// Unpacked, a document is refused beyond this many bytes.
pub const LARGEST: usize = 16 * 1024 * 1024;
/// More files are refused.
pub const MOST_FILES: usize = 2_000;
/// More edits, and more columns of a key, are refused.
pub const MOST_EDITS: usize = 10_000;
/// Longer file names are refused, in bytes.
pub const LONGEST_NAME: usize = 300;
/// A document nests four deep; unknown keys of later versions may nest more.
const DEEPEST: usize = 32;

/// What a link carries.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Document {
    /// Names (`/`-separated, relative) and texts, in reading order.
    pub files: Vec<(String, String)>,
    /// The dialect that was chosen, by its name; else what the files say.
    pub dialect: Option<String>,
    /// What was changed by hand, in order.
    pub edits: Vec<Edit>,
    /// What is looked at.
    pub view: View,
}

/// SQL that a person ran between two steps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Edit {
    /// After how many steps from base.
    pub position: u32,
    /// What was run.
    pub sql: String,
}

/// What is looked at.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct View {
    /// Steps from base.
    pub position: u32,
    /// Where the descent began, when the position was reached by downgrades.
    pub peak: Option<u32>,
    /// The selected table.
    pub table: Option<String>,
    /// The open tab of the inspector.
    pub inspector: String,
    /// The open tab of the dock.
    pub dock: String,
    /// The text in the console.
    pub console: String,
    /// The row whose deletion is previewed: its table, and the columns and values of its key.
    pub cascade: Option<(String, Vec<(String, Value)>)>,
}

/// A value of a key.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// NULL.
    Null,
    /// A whole number.
    Integer(i64),
    /// A real number.
    Real(f64),
    /// A text.
    Text(String),
    /// Bytes, as hexadecimal digits.
    Blob(String),
}

impl Document {
    /// Whether a link of this document would be read again.
    ///
    /// # Errors
    /// What [`decode`] would say about its files.
    pub fn check(&self) -> Result<(), LinkError> {
        if self.files.len() > MOST_FILES {
            return Err(LinkError::TooManyFiles);
        }
        if self.edits.len() > MOST_EDITS {
            return Err(LinkError::NotTheDocument(format!("more than {MOST_EDITS} edits")));
        }
        match self.files.iter().find_map(|(name, _)| name_fault(name).map(|fault| (name, fault))) {
            Some((name, fault)) => Err(LinkError::FileName { name: shorten(name), fault }),
            None => Ok(()),
        }
    }
}

/// Why a file cannot have this name: a name must never lead out of the folder it is unpacked to.
fn name_fault(name: &str) -> Option<&'static str> {
    let has_drive = name.as_bytes().get(1) == Some(&b':') && name.as_bytes()[0].is_ascii_alphabetic();
    if name.is_empty() {
        Some("is empty")
    } else if name.len() > LONGEST_NAME {
        Some("is longer than 300 bytes")
    } else if name.chars().any(char::is_control) {
        Some("has control characters")
    } else if name.starts_with(['/', '\\']) || has_drive {
        Some("is absolute")
    } else if name.split(['/', '\\']).any(|part| part == "..") {
        Some("leads out of its folder with `..`")
    } else {
        None
    }
}

/// As much of a name as a sentence bears, and nothing that a terminal would obey.
fn shorten(name: &str) -> String {
    name.chars().filter(|letter| !letter.is_control()).take(40).collect()
}

/// Packs a document. The same document always gives the same link, from the same release of Retort.
pub fn encode(document: &Document) -> String {
    let mut cbor = Vec::new();
    ciborium::into_writer(&form::Written(document), &mut cbor).expect("writing to memory does not fail");
    let mut packed = Vec::new();
    DeflateEncoder::new(cbor.as_slice(), Compression::best())
        .read_to_end(&mut packed)
        .expect("reading from memory does not fail");
    format!("1.d.{}", URL_SAFE_NO_PAD.encode(packed))
}

/// Unpacks a link, with or without its `#`. `1.j.` and the base64url of JSON is read too.
///
/// # Errors
/// A [`LinkError`] for each way in which a text can fail to be a link.
pub fn decode(link: &str) -> Result<Document, LinkError> {
    let link = link.trim();
    let link = link.strip_prefix('#').unwrap_or(link);
    let (version, rest) = link.split_once('.').ok_or(LinkError::NotOurs)?;
    if version.is_empty() || version.len() > 9 || !version.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(LinkError::NotOurs);
    }
    if version != "1" {
        return Err(LinkError::UnknownVersion(version.parse().map_err(|_| LinkError::NotOurs)?));
    }
    let (codec, payload) = rest.split_once('.').ok_or(LinkError::NotOurs)?;
    if !matches!(codec, "d" | "j") {
        return Err(LinkError::UnknownCodec(shorten(codec)));
    }
    // Padding is not written, and forgiven.
    let bytes = URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).map_err(|_| LinkError::NotBase64)?;
    let document = if codec == "j" { read_json(&bytes)? } else { read_cbor(&unpack(&bytes)?)? };
    document.check()?;
    Ok(document)
}

fn unpack(packed: &[u8]) -> Result<Vec<u8>, LinkError> {
    let mut unpacked = Vec::new();
    let mut decoder = DeflateDecoder::new(packed);
    let bound = LARGEST as u64 + 1;
    decoder.by_ref().take(bound).read_to_end(&mut unpacked).map_err(|_| LinkError::Corrupt)?;
    if unpacked.len() > LARGEST {
        return Err(LinkError::TooLarge);
    }
    if decoder.total_in() != packed.len() as u64 {
        return Err(LinkError::Corrupt);
    }
    Ok(unpacked)
}

fn read_cbor(bytes: &[u8]) -> Result<Document, LinkError> {
    let mut rest = bytes;
    let form::Read(document) = ciborium::de::from_reader_with_recursion_limit(&mut rest, DEEPEST)
        .map_err(|error| not_the_document(&error.to_string()))?;
    if rest.is_empty() { Ok(document) } else { Err(not_the_document("bytes after its end")) }
}

fn read_json(bytes: &[u8]) -> Result<Document, LinkError> {
    if bytes.len() > LARGEST {
        return Err(LinkError::TooLarge);
    }
    let form::Read(document) =
        serde_json::from_slice(bytes).map_err(|error| not_the_document(&error.to_string()))?;
    Ok(document)
}

fn not_the_document(reason: &str) -> LinkError {
    if reason.contains(form::TOO_MANY_FILES) {
        LinkError::TooManyFiles
    } else {
        LinkError::NotTheDocument(reason.chars().filter(|letter| !letter.is_control()).take(200).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    /// Made when version 1 was; it opens forever.
    const GOLDEN: &str = "1.d.FYw7DoIwAIYBHwMncOxkdPBB4mB0QtPBhGgi1b3Q8jDYYluQlSbehMSDeCcTN2H7H1--xqg1L6mQKWdygZ25\
        fGTVajYDgpZpN24Aduy2F3ksMKH2_gxdBAFydx4ECkxSAg5HNN3a5i3nUsWCtgar1mY1Ohx9eEbdfWrJq-tdoA8mzrT3NkzTsrDqxSHPijuT_TYwyTM6\
        SHzowT0CzlBj9dJBSsaa5Fio4NNoKhMs6G9t6FDgZ02WyyjShHFGv38";

    fn full() -> Document {
        let key = vec![
            ("id".to_owned(), Value::Integer(-7)),
            ("part".to_owned(), Value::Text("ä".to_owned())),
            ("share".to_owned(), Value::Real(0.5)),
            ("raw".to_owned(), Value::Blob("00ff".to_owned())),
            ("none".to_owned(), Value::Null),
        ];
        Document {
            files: vec![(
                "versions/a1.sql".to_owned(),
                "-- revision: a1\n-- upgrade\nCREATE TABLE t (id INT);\n".to_owned(),
            )],
            dialect: Some("postgresql".to_owned()),
            edits: vec![Edit { position: 1, sql: "INSERT INTO t VALUES (1)".to_owned() }],
            view: View {
                position: 1,
                peak: Some(2),
                table: Some("t".to_owned()),
                inspector: "columns".to_owned(),
                dock: "console".to_owned(),
                console: "SELECT 1".to_owned(),
                cascade: Some(("t".to_owned(), key)),
            },
        }
    }

    fn files(files: &[(&str, &str)]) -> Document {
        let files = files.iter().map(|&(name, text)| (name.to_owned(), text.to_owned())).collect();
        Document { files, ..Document::default() }
    }

    fn packed(cbor: &[u8]) -> String {
        let mut packer = flate2::write::DeflateEncoder::new(Vec::new(), Compression::fast());
        packer.write_all(cbor).unwrap();
        format!("1.d.{}", URL_SAFE_NO_PAD.encode(packer.finish().unwrap()))
    }

    fn json(text: &str) -> String {
        format!("1.j.{}", URL_SAFE_NO_PAD.encode(text))
    }

    #[track_caller]
    fn check(link: &str, code: &str) {
        let error = decode(link).unwrap_err();
        assert_eq!(error.code(), code, "{error:?}");
        assert!(error.title().len() < 200 && error.detail().ends_with('.') && error.help().ends_with('.'));
    }

    #[test]
    fn what_is_packed_is_unpacked() {
        for document in [Document::default(), files(&[("a.sql", ""), ("b/c.py", "ß\n")]), full()] {
            assert_eq!(decode(&encode(&document)), Ok(document.clone()));
            assert_eq!(decode(&format!(" #{}==\n", encode(&document))), Ok(document));
        }
        assert_eq!(encode(&full()), encode(&full()));
    }

    #[test]
    fn version_one_opens_forever() {
        assert_eq!(decode(GOLDEN), Ok(full()), "now: {}", encode(&full()));
    }

    #[test]
    fn json_is_read_for_debugging() {
        let link = json(
            r#"{"0": [["a.sql", "x"]], "3": {"0": 4, "6": ["t", [["id", 1], ["b", ["ff"]]]]}, "99": [{}]}"#,
        );
        let document = decode(&link).unwrap();
        assert_eq!((document.files.len(), document.view.position), (1, 4));
        assert_eq!(document.view.cascade.unwrap().1[1].1, Value::Blob("ff".to_owned()));
    }

    #[test]
    fn keys_of_later_versions_are_passed_over() {
        // {0: [], 9: {1: [1, 2]}, 3: {0: 5, 77: "x"}, -1: 2.5}
        let cbor = b"\xa4\x00\x80\x09\xa1\x01\x82\x01\x02\x03\xa2\x00\x05\x18\x4d\x61x\x20\xf9\x41\x00";
        assert_eq!(decode(&packed(cbor)).unwrap().view.position, 5);
    }

    #[test]
    fn every_fault_has_its_own_word() {
        check("", "share/not-a-link");
        check("hello", "share/not-a-link");
        check("pako:eNo.x", "share/not-a-link");
        check("1.d", "share/not-a-link");
        check("2.d.AAAA", "share/unknown-version");
        assert_eq!(decode("12.anything"), Err(LinkError::UnknownVersion(12)));
        check("1.z.AAAA", "share/unknown-codec");
        check("1.d.a b", "share/not-base64");
        check("1.d.ä", "share/not-base64");
        check("1.d.", "share/corrupt");
        check("1.d._____w", "share/corrupt");
        check(&encode(&full())[..40], "share/corrupt");
        check(&format!("{}AAAA", encode(&files(&[("abc", "")]))), "share/corrupt");
        check(&packed(b"\x83\x01\x02\x03"), "share/not-a-document");
        check(&packed(b"\xa0"), "share/not-a-document");
        check(&packed(b"\xa1\x00\x80\x00"), "share/not-a-document");
        check(&packed(b""), "share/not-a-document");
        check(&json("{}"), "share/not-a-document");
        check(&json(r#"{"0": [["a", "b"]], "3": {"6": ["t", [["id", ["xyz"]]]]}}"#), "share/not-a-document");
    }

    #[test]
    fn file_names_stay_in_their_folder() {
        for name in [
            "",
            "/etc/passwd",
            "\\x",
            "C:\\x",
            "a/../../b",
            "..",
            "a\\..\\b",
            "a\nb",
            "\u{9b}1m",
            &"x".repeat(301),
        ] {
            check(&encode(&files(&[("fine.sql", ""), (name, "")])), "share/file-name");
        }
        for name in ["V1..2__x.sql", "a/b.c", "...", &"x".repeat(300)] {
            assert!(decode(&encode(&files(&[(name, "")]))).is_ok(), "{name}");
        }
    }

    #[test]
    fn hostile_links_are_refused_quickly() {
        check(&packed(&vec![0xa1; LARGEST + 1]), "share/too-large");
        let mut many = vec![0xa1, 0x00, 0x9f];
        many.extend([0x82, 0x61, b'a', 0x60].repeat(1_000_000));
        check(&packed(&many), "share/too-many-files");
        // Nested a million deep: as the document, as its files, under a key that is passed over; and by tags.
        check(&packed(&[0x81].repeat(1_000_000)), "share/not-a-document");
        for nested in [0x81, 0xa1, 0x9f, 0xbf, 0xc1] {
            check(
                &packed(&[&[0xa1, 0x00][..], &[nested].repeat(1_000_000)].concat()),
                "share/not-a-document",
            );
            check(
                &packed(&[&[0xa1, 0x18, 0x63][..], &[nested].repeat(1_000_000)].concat()),
                "share/not-a-document",
            );
        }
        // Declared lengths of 2^63: of a list, a map, a text, bytes.
        for declared in [0x9b, 0xbb, 0x7b, 0x5b] {
            let length = [&[0xa1, 0x00, declared][..], &[0x7f; 8]].concat();
            check(&packed(&length), "share/not-a-document");
            let length = [&[0xa1, 0x00, 0x81, 0x82, declared][..], &[0x7f; 8]].concat();
            check(&packed(&length), "share/not-a-document");
        }
        check(&json(&format!("{{\"9\": {}", "[".repeat(1_000_000))), "share/not-a-document");
    }
}
