//! Whose migration folder this is, and its files turned into revisions. Files are read in place.

use std::collections::BTreeMap;

use crate::diagnostic::{Checked, Diagnostic};
use crate::operation::from_sql;
use crate::revision::{self, Body, Revision, RevisionId};
use crate::source::{DialectKind, NotText, SourceFile, SourceId, Span};
use crate::token::{self, TokenKind};

/// The layouts that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LayoutKind {
    /// Retort's own: SQL files under a comment header.
    Retort,
    /// SQL files without a header: one revision each, in the order of their names, upgrade only.
    Plain,
}

impl LayoutKind {
    /// The word on the command line and in JSON.
    pub fn name(self) -> &'static str {
        match self {
            LayoutKind::Retort => "retort",
            LayoutKind::Plain => "plain",
        }
    }

    /// Reads a layout's name.
    pub fn from_name(name: &str) -> Option<LayoutKind> {
        [LayoutKind::Retort, LayoutKind::Plain].into_iter().find(|layout| layout.name() == name)
    }
}

/// Decodes files, sorted by name; what is no text is said and left out. A file that holds several headers
/// (pasted together) is cut into one file for each.
pub fn decode(files: &[(String, Vec<u8>)], diagnostics: &mut Vec<Diagnostic>) -> Vec<SourceFile> {
    let mut sorted: Vec<&(String, Vec<u8>)> = files.iter().filter(|(name, _)| is_candidate(name)).collect();
    sorted.sort();
    let mut decoded: Vec<SourceFile> = Vec::new();
    for (name, bytes) in sorted {
        let id = SourceId(decoded.len() as u32);
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

fn is_candidate(name: &str) -> bool {
    let file = name.rsplit('/').next().unwrap_or(name);
    let hidden = name.split('/').any(|part| part.starts_with('.') || part == "__MACOSX");
    !hidden && file.to_ascii_lowercase().ends_with(".sql")
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

/// Says whose layout the files have.
pub fn recognise(files: &[SourceFile], chosen: Option<LayoutKind>) -> Checked<LayoutKind> {
    if let Some(layout) = chosen {
        return Checked::clean(layout);
    }
    if files.is_empty() || files.iter().any(revision::is_revision_file) {
        return Checked::clean(LayoutKind::Retort);
    }
    let diagnostics = if files.len() == 1 {
        Vec::new()
    } else {
        vec![
            Diagnostic::note(
                "layout/plain",
                "no file has a header, so each is one revision, in the order of their names",
            )
            .at(Span::new(files[0].id, 0, 0), "the first")
            .help("Begin each file with `-- revision: <id>` and `-- down_revision: <id>` to say the order"),
        ]
    };
    Checked { value: LayoutKind::Plain, diagnostics }
}

/// Says which dialect the files are written for, and why.
pub fn dialect(files: &[SourceFile], chosen: Option<DialectKind>) -> Checked<(DialectKind, String)> {
    if let Some(dialect) = chosen {
        return Checked::clean((dialect, "chosen".to_owned()));
    }
    let mut named: BTreeMap<DialectKind, SourceId> = BTreeMap::new();
    for file in files {
        if let Some(dialect) = header_dialect(file) {
            named.entry(dialect).or_insert(file.id);
        }
    }
    let mut diagnostics = Vec::new();
    if named.len() > 1 {
        let mut mixed =
            Diagnostic::warning("layout/mixed-dialects", "the files are written for different dialects")
                .help("A chain runs for one dialect; say which with `--dialect`");
        for (dialect, source) in &named {
            mixed = mixed.at(Span::new(*source, 0, 0), format!("this one for {dialect}"));
        }
        diagnostics.push(mixed);
    }
    let value = match named.keys().next() {
        Some(dialect) => (*dialect, "said by the files".to_owned()),
        None => guess(files),
    };
    Checked { value, diagnostics }
}

fn header_dialect(file: &SourceFile) -> Option<DialectKind> {
    let header = file.text.lines().take_while(|line| line.trim().is_empty() || line.trim().starts_with("--"));
    header
        .filter_map(|line| line.trim().strip_prefix("--")?.trim().strip_prefix("dialect:"))
        .find_map(DialectKind::from_name)
}

/// Words that only one dialect has.
const MARKS: [(&str, DialectKind); 18] = [
    ("AUTO_INCREMENT", DialectKind::Mysql),
    ("ENGINE", DialectKind::Mysql),
    ("UNSIGNED", DialectKind::Mysql),
    ("TINYINT", DialectKind::Mysql),
    ("DATETIME", DialectKind::Mysql),
    ("SERIAL", DialectKind::Postgres),
    ("BIGSERIAL", DialectKind::Postgres),
    ("JSONB", DialectKind::Postgres),
    ("TIMESTAMPTZ", DialectKind::Postgres),
    ("BYTEA", DialectKind::Postgres),
    ("CONCURRENTLY", DialectKind::Postgres),
    ("EXTENSION", DialectKind::Postgres),
    ("UUID", DialectKind::Postgres),
    ("AUTOINCREMENT", DialectKind::Sqlite),
    ("ROWID", DialectKind::Sqlite),
    ("PRAGMA", DialectKind::Sqlite),
    ("GLOB", DialectKind::Sqlite),
    ("STRICT", DialectKind::Sqlite),
];

/// The dialect whose marks stand in the texts; SQLite where none do.
fn guess(files: &[SourceFile]) -> (DialectKind, String) {
    for file in files {
        for token in token::Scanner::new(&file.text, DialectKind::Sqlite) {
            let word = token.text(&file.text);
            if word == "::" {
                return (DialectKind::Postgres, "guessed from `::`".to_owned());
            }
            if token.kind == TokenKind::Quoted && word.starts_with('`') {
                return (DialectKind::Mysql, "guessed from a name in backticks".to_owned());
            }
            let mark = MARKS.iter().find(|(mark, _)| word.eq_ignore_ascii_case(mark));
            if let (TokenKind::Word, Some((mark, dialect))) = (token.kind, mark) {
                return (*dialect, format!("guessed from `{mark}`"));
            }
        }
    }
    (DialectKind::Sqlite, "no dialect is said, and nothing tells".to_owned())
}

/// Turns the files of a layout into revisions.
pub fn read(layout: LayoutKind, files: &[SourceFile], dialect: DialectKind) -> Checked<Vec<Revision>> {
    match layout {
        LayoutKind::Retort => read_retort(files, dialect),
        LayoutKind::Plain => read_plain(files, dialect),
    }
}

fn read_retort(files: &[SourceFile], dialect: DialectKind) -> Checked<Vec<Revision>> {
    let mut diagnostics = Vec::new();
    let mut revisions = Vec::new();
    for file in files.iter().filter(|file| !file.text.is_empty()) {
        if revision::is_revision_file(file) {
            revisions.extend(revision::parse(file, dialect).into_value(&mut diagnostics));
        } else {
            diagnostics.push(
                Diagnostic::warning(
                    "layout/no-header",
                    format!("`{}` has no header, so it is no revision", file.name),
                )
                .at(Span::new(file.id, 0, 0), "the file is left out")
                .help("Begin it with `-- revision: <id>` and `-- down_revision: <id>`"),
            );
        }
    }
    Checked { value: revisions, diagnostics }
}

fn read_plain(files: &[SourceFile], dialect: DialectKind) -> Checked<Vec<Revision>> {
    let mut diagnostics = Vec::new();
    let mut revisions: Vec<Revision> = Vec::new();
    for file in files.iter().filter(|file| !file.text.is_empty()) {
        let directives = from_sql(file, 0..file.text.len(), dialect).into_value(&mut diagnostics);
        let name = file.name.rsplit('/').next().unwrap_or(&file.name);
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        let start = Span::new(file.id, 0, 0);
        revisions.push(Revision {
            id: RevisionId::new(stem),
            down_revisions: revisions.last().map(|below| below.id.clone()).into_iter().collect(),
            depends_on: Vec::new(),
            branch_labels: Vec::new(),
            message: stem.replace(['_', '-'], " "),
            dialect: None,
            upgrade: Body::Directives(directives),
            downgrade: Body::Irreversible { reason: "a file without a header has no downgrade".to_owned() },
            source: file.id,
            span: start,
            down_span: start,
        });
    }
    Checked { value: revisions, diagnostics }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(list: &[(&str, &[u8])]) -> (Vec<SourceFile>, Vec<&'static str>) {
        let mut diagnostics = Vec::new();
        let owned: Vec<(String, Vec<u8>)> = list.iter().map(|(n, b)| ((*n).to_owned(), b.to_vec())).collect();
        let files = decode(&owned, &mut diagnostics);
        (files, diagnostics.iter().map(|d| d.code).collect())
    }

    #[test]
    fn files_that_are_no_text_are_named() {
        let (decoded, codes) =
            files(&[("b.sql", b"\xff"), ("a.sql", b"a\0"), ("c.png", b"\x89"), (".git/d.sql", b"x")]);
        assert_eq!(codes, ["layout/binary-file", "layout/invalid-utf8"]);
        assert_eq!(decoded.len(), 2);
    }

    #[test]
    fn a_text_with_several_headers_is_several_files() {
        let (decoded, _) = files(&[("p.sql", b"-- revision: a\nSELECT 1;\n-- revision: b\nSELECT 2;\n")]);
        assert_eq!(decoded.iter().map(|f| f.name.as_str()).collect::<Vec<_>>(), ["p#1.sql", "p#2.sql"]);
        assert_eq!(read(LayoutKind::Retort, &decoded, DialectKind::Sqlite).value.len(), 2);
    }

    #[test]
    fn the_dialect_is_said_or_guessed() {
        let kind = |text: &[u8]| dialect(&files(&[("a.sql", text)]).0, None).value;
        assert_eq!(kind(b"-- dialect: mysql\n").1, "said by the files");
        assert_eq!(kind(b"CREATE TABLE `a` (b int)").0, DialectKind::Mysql);
        assert_eq!(kind(b"CREATE TABLE a (b jsonb)").0, DialectKind::Postgres);
        assert_eq!(kind(b"CREATE TABLE a (b int) -- jsonb").0, DialectKind::Sqlite);
    }
}
