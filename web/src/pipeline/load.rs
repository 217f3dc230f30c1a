//! Where a chain comes from: an example, files, a zip, pasted text, a link.

use std::io::{Cursor, Read};

use include_dir::{Dir, include_dir};
use retort_core::share::Edit;

use super::{Done, refusal, share};
use crate::protocol::{Refusal, Source, ViewState};

static EXAMPLES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../examples");

/// All texts together, unpacked.
const MOST_BYTES: u64 = 64 << 20;
const MOST_FILES: usize = 10_000;

/// What is to be opened.
pub(super) struct Loaded {
    pub(super) name: String,
    pub(super) files: Vec<(String, Vec<u8>)>,
    pub(super) dialect: Option<String>,
    pub(super) edits: Vec<Edit>,
    pub(super) view: Option<ViewState>,
}

impl Loaded {
    fn files(name: String, files: Vec<(String, Vec<u8>)>) -> Loaded {
        Loaded { name, files, dialect: None, edits: Vec::new(), view: None }
    }
}

/// Reads a source.
pub(super) fn load(source: Source) -> Done<Loaded> {
    match source {
        Source::Example(name) => example(&name),
        Source::Files(files) => from_files(files),
        Source::Pasted { text, dialect } => {
            let files = vec![("pasted.sql".to_owned(), text.into_bytes())];
            Ok(Loaded { dialect, ..Loaded::files("pasted".to_owned(), files) })
        }
        Source::Link(fragment) => share::open(&fragment),
    }
}

fn example(name: &str) -> Done<Loaded> {
    let Some(folder) = EXAMPLES.get_dir(name) else {
        let detail = format!("There is no example “{name}”.");
        return Err(refusal("load/no-example", "No such example", detail));
    };
    let files = folder.files().map(|file| {
        let path = file.path().file_name().unwrap_or_default().to_string_lossy().into_owned();
        (path, file.contents().to_vec())
    });
    Ok(Loaded::files(name.to_owned(), files.collect()))
}

fn from_files(files: Vec<(String, Vec<u8>)>) -> Done<Loaded> {
    let is_zip = |(name, bytes): &&(String, Vec<u8>)| {
        name.to_ascii_lowercase().ends_with(".zip") || bytes.starts_with(b"PK\x03\x04")
    };
    let (name, files) = match files.iter().find(is_zip) {
        Some((name, bytes)) => (name.clone(), unzip(bytes)?),
        None => (common_folder(&files), files),
    };
    let total: u64 = files.iter().map(|(_, bytes)| bytes.len() as u64).sum();
    if total > MOST_BYTES || files.len() > MOST_FILES {
        return Err(too_large());
    }
    if files.is_empty() {
        return Err(refusal("load/nothing", "Nothing to open", "There are no files in what was given."));
    }
    Ok(Loaded::files(name, files))
}

fn too_large() -> Refusal {
    let mut refusal = refusal(
        "load/too-large",
        "Too large to open",
        "The files together hold more than 64 MiB, or there are more than 10 000 of them.",
    );
    refusal.help.push("Open the folder of migrations only, not the whole project.".to_owned());
    refusal
}

fn common_folder(files: &[(String, Vec<u8>)]) -> String {
    let first = files.first().map(|(name, _)| name.as_str()).unwrap_or_default();
    first.split_once('/').map_or(first, |(folder, _)| folder).to_owned()
}

fn unzip(bytes: &[u8]) -> Done<Vec<(String, Vec<u8>)>> {
    let unreadable = |error: &dyn std::fmt::Display| {
        refusal(
            "load/zip",
            "The zip cannot be read",
            format!("It is damaged or of an unknown kind: {error}."),
        )
    };
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|error| unreadable(&error))?;
    if archive.len() > MOST_FILES {
        return Err(too_large());
    }
    let mut files = Vec::new();
    let mut left = MOST_BYTES;
    for index in 0..archive.len() {
        let entry = archive.by_index(index).map_err(|error| unreadable(&error))?;
        let Some(name) = entry.enclosed_name().filter(|_| entry.is_file()) else { continue };
        let name = name.to_string_lossy().replace('\\', "/");
        // The sizes that a zip declares are not trusted: what is read is counted.
        let mut content = Vec::new();
        entry.take(left + 1).read_to_end(&mut content).map_err(|error| unreadable(&error))?;
        left = left.checked_sub(content.len() as u64).ok_or_else(too_large)?;
        files.push((name, content));
    }
    Ok(files)
}
