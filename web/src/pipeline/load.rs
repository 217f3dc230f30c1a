//! Where a chain comes from: an example, files, a zip, pasted text, a link.

use std::io::{Cursor, Read};

use retort_core::layout::{self, LayoutKind};
use retort_core::share::Edit;

use super::{Done, refusal, share};
use crate::choice::{self, LeftOut};
use crate::peek;
use crate::protocol::{Refusal, Source, ViewState};

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
    /// What was there and is not in `files`.
    pub(super) left_out: LeftOut,
}

impl Loaded {
    fn files(name: String, files: Vec<(String, Vec<u8>)>) -> Loaded {
        Loaded { name, files, dialect: None, edits: Vec::new(), view: None, left_out: LeftOut::default() }
    }

    /// Whether its revisions are Python. Of other chains' folders Python may be a part that nobody reads.
    pub(super) fn needs_python(&self) -> bool {
        let has_python = self.files.iter().any(|(path, _)| choice::is_python(path));
        has_python && {
            let files = layout::decode(&self.files, &mut Vec::new());
            layout::recognise(&files, None).value == LayoutKind::Alembic
        }
    }
}

/// Reads a source.
pub(super) fn load(source: Source) -> Done<Loaded> {
    match source {
        Source::Example(name, files) => Ok(Loaded::files(name, files)),
        Source::Files(files, left_out) => from_files(files, left_out),
        Source::Pasted { text, dialect } => {
            let name = if peek::is_python_text(&text) { "pasted.py" } else { "pasted.sql" };
            let files = vec![(name.to_owned(), text.into_bytes())];
            Ok(Loaded { dialect, ..Loaded::files("pasted".to_owned(), files) })
        }
        Source::Link(fragment) => share::open(&fragment),
    }
}

fn from_files(files: Vec<(String, Vec<u8>)>, left_out: LeftOut) -> Done<Loaded> {
    let is_zip = |(name, bytes): &&(String, Vec<u8>)| {
        name.to_ascii_lowercase().ends_with(".zip") || bytes.starts_with(b"PK\x03\x04")
    };
    let (name, mut files, left_out) = match files.iter().find(is_zip) {
        Some((name, bytes)) => {
            let (files, left_out) = unzip(bytes)?;
            (name.clone(), files, left_out)
        }
        None => (common_folder(&files), files, left_out),
    };
    let total: u64 = files.iter().map(|(_, bytes)| bytes.len() as u64).sum();
    if total > MOST_BYTES || files.len() > MOST_FILES {
        return Err(too_large());
    }
    if files.is_empty() {
        return Err(nothing(&left_out));
    }
    if files.iter().any(|(path, _)| choice::is_python(path)) {
        leave_common_folder(&mut files);
    }
    Ok(Loaded { left_out, ..Loaded::files(name, files) })
}

fn nothing(left_out: &LeftOut) -> Refusal {
    let mut refusal =
        refusal("load/nothing", "Nothing to open", "There are no migration files in what was given.");
    refusal.help.extend(left_out.sentences());
    refusal
}

/// Modules are imported by their paths from the top of the project: the folder that holds it is not among them.
fn leave_common_folder(files: &mut [(String, Vec<u8>)]) {
    let Some(folder) =
        files.first().and_then(|(path, _)| path.split_once('/')).map(|(folder, _)| folder.to_owned() + "/")
    else {
        return;
    };
    // A package that was dropped by itself is imported by its name.
    let is_package = files.iter().any(|(path, _)| *path == format!("{folder}__init__.py"));
    if !is_package && files.iter().all(|(path, _)| path.starts_with(&folder)) {
        for (path, _) in files {
            path.drain(..folder.len());
        }
    }
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

/// Files by their paths.
type NamedFiles = Vec<(String, Vec<u8>)>;

/// The files of a zip that can be part of a chain, and what else is in it.
fn unzip(bytes: &[u8]) -> Done<(NamedFiles, LeftOut)> {
    let unreadable = |error: &dyn std::fmt::Display| {
        refusal(
            "load/zip",
            "The zip cannot be read",
            format!("It is damaged or of an unknown kind: {error}."),
        )
    };
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|error| unreadable(&error))?;
    let mut listed = Vec::new();
    let mut places = Vec::new();
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index).map_err(|error| unreadable(&error))?;
        let Some(name) = entry.enclosed_name().filter(|_| entry.is_file()) else { continue };
        listed.push((name.to_string_lossy().replace('\\', "/"), entry.size()));
        places.push(index);
    }
    let (chosen, left_out) = choice::choose(&listed);
    let mut files = Vec::new();
    let mut left = MOST_BYTES;
    for place in chosen {
        let entry = archive.by_index(places[place]).map_err(|error| unreadable(&error))?;
        // The sizes that a zip declares are not trusted: what is read is counted.
        let mut content = Vec::new();
        entry.take(left + 1).read_to_end(&mut content).map_err(|error| unreadable(&error))?;
        left = left.checked_sub(content.len() as u64).ok_or_else(too_large)?;
        files.push((listed[place].0.clone(), content));
    }
    Ok((files, left_out))
}
