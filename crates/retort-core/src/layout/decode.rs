//! Bytes turned into texts: the SQL, and the small files beside it that say what a folder is.

use std::collections::BTreeMap;

use super::alembic;
use super::text::{file_name, folder, has_ending, is_digits};
use crate::diagnostic::Diagnostic;
use crate::source::{Content, NotText, SourceFile, SourceId, Span, lenient};

/// Files that tell a layout, by name.
const COMPANIONS: [&str; 17] = [
    "_journal.json",
    "atlas.sum",
    "cargo.toml",
    "diesel.toml",
    "flyway.conf",
    "flyway.toml",
    "go.mod",
    "metadata.toml",
    "migration_lock.toml",
    "pom.xml",
    "build.gradle",
    "refinery.toml",
    "schema.prisma",
    "snapshot.json",
    "sqitch.conf",
    "sqitch.plan",
    "sqlx.toml",
];

/// Companions larger than this are data, not settings.
const LARGEST_COMPANION: usize = 4 * 1024 * 1024;

/// Whether a file can be part of a layout, by its path alone.
pub fn is_wanted(path: &str) -> bool {
    let is_hidden = || path.split('/').any(|part| part.starts_with('.') || part == "__MACOSX");
    let is_one = || {
        let file = file_name(path).to_ascii_lowercase();
        is_companion(&file)
            || is_code(&file)
            || alembic::is_settings_name(&file)
            || alembic::is_requirements_name(&file)
    };
    (is_sql_name(path) || alembic::is_python(path) || is_one()) && !is_hidden()
}

fn is_sql_name(file: &str) -> bool {
    has_ending(file, ".sql")
}

fn is_companion(file: &str) -> bool {
    let is_changelog = [".xml", ".yaml", ".yml", ".json"].iter().any(|ending| file.ends_with(ending))
        && ["changelog", "liquibase", "master"].iter().any(|word| file.contains(word));
    COMPANIONS.contains(&file) || file.ends_with(".sql.conf") || is_changelog
}

/// A revision written in a programming language: `00002_fill.go`, `V2__fill.java`, `V2__fill.rs`.
pub(super) fn is_code(file: &str) -> bool {
    let Some((stem, ending)) = file.rsplit_once('.') else { return false };
    let stem = stem.strip_prefix(['v', 'V']).unwrap_or(stem);
    let version = stem.split('_').next().unwrap_or(stem);
    matches!(ending, "go" | "rs" | "java" | "kt") && stem.contains('_') && is_digits(version)
}

/// Whether a file holds SQL.
pub(super) fn is_sql(file: &SourceFile) -> bool {
    is_sql_name(&file.name)
}

/// Decodes files, sorted by name; what is no text is said and left out. A file that holds several headers
/// (pasted together) is cut into one file for each. Python that is not at hand is fetched when it is looked at.
pub fn decode<C: Content>(files: &[(String, C)], diagnostics: &mut Vec<Diagnostic>) -> Vec<SourceFile> {
    let mut sorted: Vec<&(String, C)> = files.iter().filter(|(name, _)| is_wanted(name)).collect();
    sorted.sort_by(|(one, _), (other, _)| one.cmp(other));
    // Python is of use to Alembic alone, and then all of it: revisions import modules of their project.
    let mut modules: BTreeMap<&str, SourceFile> =
        sorted.iter().filter_map(|(name, content)| Some((name.as_str(), module(name, content)?))).collect();
    let has_settings = sorted.iter().any(|(name, content)| is_settings(name, content.bytes()));
    if !has_settings && !modules.values().any(alembic::is_revision_file) {
        modules.clear();
    }
    let mut decoded: Vec<SourceFile> = Vec::new();
    let mut has_snapshot = false;
    for (name, content) in sorted {
        let id = SourceId(decoded.len() as u32);
        let bytes = content.bytes();
        if alembic::is_python(name) {
            if let Some(mut module) = modules.remove(name.as_str()) {
                module.id = id;
                decoded.push(module);
            }
            continue;
        }
        if !is_sql_name(name) {
            // Of Drizzle's snapshots one says the dialect; of the others the name is enough.
            let is_snapshot = file_name(name) == "snapshot.json";
            let bytes = if is_snapshot && has_snapshot { &[] } else { bytes };
            has_snapshot |= is_snapshot;
            decoded.extend(companion(id, name, bytes));
            continue;
        }
        match SourceFile::decode(id, name.clone(), bytes) {
            Ok(file) => decoded.extend(cut(&file, decoded.len())),
            Err(fault) => {
                // An empty stand-in, so that the diagnostic has a file to name.
                decoded.push(SourceFile::new(id, name.clone(), ""));
                diagnostics.push(not_text(name, id, fault));
            }
        }
    }
    decoded
}

/// Whether a file holds the settings of a project of Alembic's.
fn is_settings(name: &str, bytes: &[u8]) -> bool {
    alembic::is_settings_name(file_name(name))
        && alembic::is_settings_text(name, &String::from_utf8_lossy(bytes))
}

/// A file of Python, not numbered yet.
fn module<C: Content>(name: &str, content: &C) -> Option<SourceFile> {
    if !alembic::is_python(name) {
        return None;
    }
    let id = SourceId(0);
    if let Some(fetch) = content.fetch() {
        return Some(SourceFile::later(id, name, fetch));
    }
    let bytes = content.bytes();
    let text = lenient(bytes).ok().filter(|_| bytes.len() <= LARGEST_COMPANION)?;
    Some(SourceFile::new(id, name, text))
}

/// What of a file beside the SQL is kept: all of it where it is read, nothing but the name where that tells
/// enough, no file where it tells nothing.
fn companion(id: SourceId, name: &str, bytes: &[u8]) -> Option<SourceFile> {
    let file = file_name(name).to_ascii_lowercase();
    if is_code(&file) {
        return Some(SourceFile::new(id, name, ""));
    }
    let decoded =
        SourceFile::decode(id, name, bytes).ok().filter(|file| file.text.len() <= LARGEST_COMPANION)?;
    let says = |words: &[&str]| words.iter().any(|word| decoded.text.contains(word));
    let is_of_use = match file.as_str() {
        "cargo.toml" => says(&["sqlx", "diesel", "refinery"]),
        "go.mod" => says(&["golang-migrate", "goose"]),
        "pom.xml" | "build.gradle" => says(&["flyway"]),
        own if alembic::is_settings_name(own) || alembic::is_requirements_name(own) => {
            let names_library = || says(&["sqlalchemy", "SQLAlchemy", "Sqlalchemy"]);
            alembic::is_settings(&decoded) || alembic::is_requirements_name(own) && names_library()
        }
        "metadata.toml" => !folder(name).is_empty(),
        other if COMPANIONS.contains(&other) || other.ends_with(".conf") => true,
        _ => says(&["databaseChangeLog"]),
    };
    is_of_use.then_some(decoded)
}

fn not_text(name: &str, id: SourceId, fault: NotText) -> Diagnostic {
    let place = Span::new(id, 0, 0);
    match fault {
        NotText::Binary(offset) => {
            Diagnostic::error("layout/binary-file", format!("`{name}` is no text: byte {offset} is zero"))
                .at(place, "the file is left out")
                .help("Leave binary files out of the folder, or save this one as UTF-8 text")
        }
        NotText::InvalidUtf8(offset) => {
            Diagnostic::error("layout/invalid-utf8", format!("`{name}` is not UTF-8 from byte {offset} on"))
                .at(place, "the file is left out")
                .help("Save the file as UTF-8")
        }
    }
}

/// Cuts a text at each `-- revision:` line but the first.
fn cut(file: &SourceFile, first_id: usize) -> Vec<SourceFile> {
    let mut starts = Vec::new();
    let mut at = 0;
    for line in file.text.split_inclusive('\n') {
        let header = line.trim().strip_prefix("--").map(str::trim_start);
        if header.is_some_and(|header| header.starts_with("revision:")) {
            starts.push(at);
        }
        at += line.len();
    }
    if starts.len() < 2 {
        return vec![file.clone()];
    }
    starts[0] = 0;
    starts.push(file.text.len());
    let part = |(index, range): (usize, &[usize])| {
        let stem = file.name.strip_suffix(".sql").unwrap_or(&file.name);
        let name = format!("{stem}#{}.sql", index + 1);
        SourceFile::new(SourceId((first_id + index) as u32), name, &file.text[range[0]..range[1]])
    };
    starts.windows(2).enumerate().map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(list: &[(&str, &[u8])]) -> (Vec<String>, Vec<&'static str>) {
        let mut diagnostics = Vec::new();
        let owned: Vec<(String, Vec<u8>)> = list.iter().map(|(n, b)| ((*n).to_owned(), b.to_vec())).collect();
        let files = decode(&owned, &mut diagnostics);
        (files.into_iter().map(|file| file.name).collect(), diagnostics.iter().map(|d| d.code).collect())
    }

    #[test]
    fn files_that_are_no_text_are_named() {
        let (names, codes) =
            files(&[("b.sql", b"\xff"), ("a.sql", b"a\0"), ("c.png", b"\x89"), (".git/d.sql", b"x")]);
        assert_eq!(codes, ["layout/binary-file", "layout/invalid-utf8"]);
        assert_eq!(names, ["a.sql", "b.sql"]);
    }

    #[test]
    fn a_text_with_several_headers_is_several_files() {
        let (names, _) = files(&[("p.sql", b"-- revision: a\nSELECT 1;\n-- revision: b\nSELECT 2;\n")]);
        assert_eq!(names, ["p#1.sql", "p#2.sql"]);
    }

    #[test]
    fn of_the_files_beside_the_sql_only_those_that_tell_something_are_kept() {
        let (names, codes) = files(&[
            ("Cargo.toml", b"[dependencies]\nsqlx = \"0.8\"\n"),
            ("tool/Cargo.toml", b"[dependencies]\nclap = \"4\"\n"),
            ("db/changelog.xml", b"<databaseChangeLog/>"),
            ("db/master.json", b"{}"),
            ("2_x.go", b"\xff"),
            ("main.go", b""),
            ("package.json", b"{}"),
        ]);
        assert_eq!((names.join(" ").as_str(), codes.len()), ("2_x.go Cargo.toml db/changelog.xml", 0));
    }
}
