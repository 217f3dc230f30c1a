//! Retort's own text form: plain SQL under a comment header.
//!
//! ```sql
//! -- revision: a1f3
//! -- down_revision: 9d01
//! -- depends_on: 77c2
//! -- branch_labels: billing
//! -- dialect: postgresql
//! -- message: add users
//! -- upgrade
//! CREATE TABLE users (id INTEGER PRIMARY KEY);
//! -- downgrade
//! DROP TABLE users;
//! ```

use std::ops::Range;

use super::{Body, Native, Revision, RevisionId};
use crate::diagnostic::{Checked, Diagnostic};
use crate::operation::from_sql;
use crate::source::{DialectKind, SourceFile, Span};

/// A comment line `-- key: value`, with its place.
struct HeaderLine<'a> {
    key: &'a str,
    value: &'a str,
    span: Span,
}

/// What the header and the section lines of a file say.
struct Header<'a> {
    lines: Vec<HeaderLine<'a>>,
    upgrade: Option<Range<usize>>,
    downgrade: Option<Range<usize>>,
}

/// Keys a header may have.
const KEYS: [&str; 6] = ["revision", "down_revision", "depends_on", "branch_labels", "message", "dialect"];

/// Whether a file begins with a header that names a revision.
pub fn is_revision_file(file: &SourceFile) -> bool {
    header_lines(file).0.iter().any(|line| line.key == "revision")
}

/// Reads a file with a header. `fallback` is the dialect when the header names none.
///
/// The value is None when the header names no revision; the diagnostics say so.
pub fn parse(file: &SourceFile, fallback: DialectKind) -> Checked<Option<Revision>> {
    let mut diagnostics = Vec::new();
    let header = read_header(file, &mut diagnostics);
    let find = |key: &str| header.lines.iter().find(|line| line.key == key);
    let Some(id) = find("revision").filter(|line| !line.value.is_empty()) else {
        diagnostics.push(
            Diagnostic::error("revision/no-id", format!("`{}` names no revision", file.name))
                .at(Span::new(file.id, 0, 0), "")
                .help("Begin the file with `-- revision: <id>`"),
        );
        return Checked { value: None, diagnostics };
    };
    let named = find("dialect").and_then(|line| read_dialect(line, &mut diagnostics));
    let dialect = named.unwrap_or(fallback);
    let list = |key: &str| find(key).map(|line| words(line.value)).unwrap_or_default();
    let mut section = |range: Option<&Range<usize>>, missing: &str| match range {
        Some(range) => Body::Directives(from_sql(file, range.clone(), dialect).into_value(&mut diagnostics)),
        None => Body::Irreversible { reason: missing.to_owned() },
    };
    let upgrade = section(header.upgrade.as_ref(), "the file has no `-- upgrade` section");
    let downgrade = section(header.downgrade.as_ref(), "the file has no `-- downgrade` section");
    let down = list("down_revision");
    let revision = Revision {
        id: RevisionId::new(id.value),
        down_revisions: down.iter().filter(|id| !is_none(id)).map(RevisionId::new).collect(),
        depends_on: list("depends_on").into_iter().filter(|id| !is_none(id)).collect(),
        branch_labels: list("branch_labels").into_iter().filter(|label| !is_none(label)).collect(),
        message: find("message").map(|line| line.value.to_owned()).unwrap_or_default(),
        dialect: named,
        upgrade,
        downgrade,
        source: file.id,
        span: id.span,
        down_span: find("down_revision").map_or(id.span, |line| line.span),
        native: Native::default(),
    };
    Checked { value: Some(revision), diagnostics }
}

/// Python's and people's ways to say that there is none.
fn is_none(word: &str) -> bool {
    matches!(word.to_ascii_lowercase().as_str(), "none" | "base" | "null" | "-")
}

fn words(value: &str) -> Vec<String> {
    value.split([',', ' ', '\t']).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

fn read_dialect(line: &HeaderLine<'_>, diagnostics: &mut Vec<Diagnostic>) -> Option<DialectKind> {
    let dialect = DialectKind::from_name(line.value);
    if dialect.is_none() {
        diagnostics.push(
            Diagnostic::error("revision/unknown-dialect", format!("`{}` is no dialect", line.value))
                .at(line.span, "")
                .help("Write `sqlite`, `postgresql` or `mysql`"),
        );
    }
    dialect
}

/// The header lines at the start of a file, and the byte at which they end.
fn header_lines(file: &SourceFile) -> (Vec<HeaderLine<'_>>, usize) {
    let mut lines = Vec::new();
    let mut at = 0;
    for line in file.text.split_inclusive('\n') {
        let content = line.trim();
        let Some(comment) = content.strip_prefix("--") else {
            if content.is_empty() {
                at += line.len();
                continue;
            }
            break;
        };
        if section_of(content).is_some() {
            break;
        }
        if let Some((key, value)) = comment.split_once(':') {
            let start = at + line.len() - line.trim_start().len();
            let span = Span::new(file.id, start, start + content.len());
            lines.push(HeaderLine { key: key.trim(), value: value.trim(), span });
        }
        at += line.len();
    }
    (lines, at)
}

/// `-- upgrade` or `-- downgrade` on a line of its own.
fn section_of(line: &str) -> Option<&'static str> {
    let word = line.strip_prefix("--")?.trim();
    ["upgrade", "downgrade"].into_iter().find(|section| word.eq_ignore_ascii_case(section))
}

fn read_header<'a>(file: &'a SourceFile, diagnostics: &mut Vec<Diagnostic>) -> Header<'a> {
    let (lines, body) = header_lines(file);
    for (index, line) in lines.iter().enumerate().filter(|(_, line)| KEYS.contains(&line.key)) {
        if let Some(first) = lines[..index].iter().find(|first| first.key == line.key) {
            diagnostics.push(
                Diagnostic::error("revision/repeated-header", format!("`{}` is said twice", line.key))
                    .at(line.span, "this one is not read")
                    .at(first.span, "this one counts"),
            );
        }
    }
    let mut sections = sections(file, body);
    let upgrade = sections.iter().position(|(name, _)| *name == "upgrade");
    let upgrade = upgrade.map(|place| sections.remove(place).1);
    let downgrade = sections.iter().position(|(name, _)| *name == "downgrade");
    let downgrade = downgrade.map(|place| sections.remove(place).1);
    for (name, range) in sections {
        diagnostics.push(
            Diagnostic::error(
                "revision/repeated-section",
                format!("a second `-- {name}` section is not run"),
            )
            .at(Span::new(file.id, range.start, range.end), "")
            .help("Join the two sections, or split the file into two revisions"),
        );
    }
    // A header without section lines: everything under it is the upgrade.
    let upgrade = upgrade.or_else(|| downgrade.is_none().then(|| body..file.text.len()));
    Header { lines, upgrade, downgrade }
}

/// The sections of a file: from the line after its mark to the next mark.
fn sections(file: &SourceFile, from: usize) -> Vec<(&'static str, Range<usize>)> {
    let mut sections: Vec<(&'static str, Range<usize>)> = Vec::new();
    let mut at = from;
    for line in file.text[from..].split_inclusive('\n') {
        let end = at + line.len();
        if let Some(name) = section_of(line.trim()) {
            if let Some((_, last)) = sections.last_mut() {
                last.end = at;
            }
            sections.push((name, end..file.text.len()));
        }
        at = end;
    }
    sections
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceId;

    fn read(text: &str) -> (Option<Revision>, Vec<&'static str>) {
        let file = SourceFile::new(SourceId(0), "a.sql", text);
        let checked = parse(&file, DialectKind::Sqlite);
        (checked.value, checked.diagnostics.iter().map(|d| d.code).collect())
    }

    #[test]
    fn header_and_sections_are_read() {
        let text = "-- revision: a1\r\n-- down_revision: b1, b2\r\n-- message: add x: y\r\n-- upgrade\r\nCREATE TABLE t (a);\r\n-- downgrade\r\nDROP TABLE t;\r\n";
        let (revision, codes) = read(text);
        let revision = revision.unwrap();
        assert_eq!(codes, [""; 0]);
        assert_eq!(revision.down_revisions, ["b1", "b2"].map(RevisionId::new));
        assert_eq!(revision.message, "add x: y");
        assert_eq!(revision.upgrade.directives().len(), 1);
        assert_eq!(revision.downgrade.directives().len(), 1);
        assert_eq!(&text[revision.span.start as usize..revision.span.end as usize], "-- revision: a1");
    }

    #[test]
    fn what_is_missing_or_twice_is_said() {
        assert_eq!(read("CREATE TABLE t (a)").1, ["revision/no-id"]);
        assert_eq!(read("-- revision: a\n-- revision: b\n").1, ["revision/repeated-header"]);
        assert_eq!(read("-- revision: a\n-- dialect: oracle\n").1, ["revision/unknown-dialect"]);
        let (revision, codes) = read("-- revision: a\n-- upgrade\n-- upgrade\nSELECT 1;");
        assert_eq!(codes, ["revision/repeated-section"]);
        assert!(revision.unwrap().upgrade.directives().is_empty());
    }

    #[test]
    fn a_file_without_a_downgrade_is_irreversible() {
        let (revision, _) = read("-- revision: a\n-- down_revision: None\nCREATE TABLE t (a)");
        let revision = revision.unwrap();
        assert!(revision.down_revisions.is_empty());
        assert_eq!(revision.upgrade.directives().len(), 1);
        assert!(matches!(revision.downgrade, Body::Irreversible { .. }));
    }
}
