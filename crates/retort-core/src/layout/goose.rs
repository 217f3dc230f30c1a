//! goose: `-- +goose Up` and `Down` in one file (`internal/sqlparser/parser.go`).

use std::ops::Range;

use super::placeholders::{Filling, fill, say_unknown};
use super::reading::{Reader, chain, in_order, makes_transaction, revision, start};
use super::text::{Line, file_name, folder, lines, sql_stem, strip_word, words};
use crate::diagnostic::Diagnostic;
use crate::operation::{Directive, Ends, Excerpt};
use crate::revision::{Body, Revision};
use crate::source::{SourceFile, Span};

/// A line that goose reads as an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    Up,
    Down,
    Begin,
    End,
    NoTransaction,
    Fill(bool),
    Unknown,
}

/// Reads `-- +goose …`; dashes must stand at the start of the line.
pub(super) fn mark(line: &str) -> Option<Mark> {
    let order = strip_word(line.strip_prefix("--")?.trim(), "+goose")?.trim();
    let words: Vec<String> = order.split_whitespace().map(str::to_ascii_lowercase).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    Some(match words.as_slice() {
        ["up"] => Mark::Up,
        ["down"] => Mark::Down,
        ["statementbegin"] => Mark::Begin,
        ["statementend"] => Mark::End,
        ["no", "transaction"] => Mark::NoTransaction,
        ["envsub" | "envsubst", "on"] => Mark::Fill(true),
        ["envsub" | "envsubst", "off"] => Mark::Fill(false),
        _ => Mark::Unknown,
    })
}

/// Statements between two marks.
struct Piece {
    is_up: bool,
    is_block: bool,
    fills: bool,
    range: Range<usize>,
}

/// What is known of a file while its lines are read.
#[derive(Default)]
struct Scan {
    pieces: Vec<Piece>,
    is_up: Option<bool>,
    block: Option<Span>,
    fills: bool,
    has_no_transaction: bool,
    from: usize,
}

pub(super) fn read(reader: &mut Reader<'_>) -> Vec<Revision> {
    let files: Vec<&SourceFile> =
        reader.sql().filter(|file| lines(&file.text).any(|line| mark(line.text).is_some())).collect();
    let (home, mut files) = reader.one_folder(files, folder);
    for file in reader.sql().filter(|file| folder(&file.name) == home && version(file).is_some()) {
        if !files.iter().any(|known| known.id == file.id) {
            files.push(file);
        }
    }
    reader.say_code(home);
    let drafts: Vec<(i64, Revision)> = files.into_iter().filter_map(|file| draft(reader, file)).collect();
    let revisions = in_order(reader, drafts);
    chain(revisions)
}

/// The number before the first stroke, at least 1.
fn version(file: &SourceFile) -> Option<i64> {
    let (digits, _) = file_name(&file.name).split_once('_')?;
    digits.parse::<i64>().ok().filter(|version| *version >= 1)
}

fn draft(reader: &mut Reader<'_>, file: &SourceFile) -> Option<(i64, Revision)> {
    reader.take(file);
    let Some(version) = version(file) else {
        let message = format!("goose does not take `{}`: no version stands before the first `_`", file.name);
        reader.say(
            Diagnostic::error("layout/bad-version", message)
                .at(start(file), "the file is left out")
                .help("Begin the name with a whole number from 1 on: `00001_add_users.sql`"),
        );
        return None;
    };
    let scan = scan(reader, file);
    if scan.is_up.is_none() {
        reader.say(
            annotation(format!("`{}` has no `-- +goose Up`", file.name))
                .at(start(file), "the file is left out")
                .help("Write `-- +goose Up` above the way up"),
        );
        return None;
    }
    let (mut up, mut down) = (Vec::new(), Vec::new());
    for piece in &scan.pieces {
        let directives = piece_directives(reader, file, piece);
        if piece.is_up { up.extend(directives) } else { down.extend(directives) }
    }
    let has_down = scan.is_up == Some(false);
    let title = sql_stem(file_name(&file.name)).and_then(|stem| stem.split_once('_')).map_or("", |(_, t)| t);
    let mut found = revision(&version.to_string(), words(title), file, up);
    found.native.bare_upgrade = scan.has_no_transaction && !makes_transaction(found.upgrade.directives());
    found.native.bare_downgrade = scan.has_no_transaction && !makes_transaction(&down);
    found.downgrade = match has_down {
        true => Body::Directives(down),
        false => Body::Irreversible { reason: "the file has no `-- +goose Down`".to_owned() },
    };
    Some((version, found))
}

fn annotation(message: String) -> Diagnostic {
    Diagnostic::error("layout/annotation", message)
}

/// Goes through the marks of a file.
fn scan(reader: &mut Reader<'_>, file: &SourceFile) -> Scan {
    let mut scan = Scan::default();
    for line in lines(&file.text) {
        match mark(line.text) {
            Some(mark) => {
                scan.end_piece(line.start, line.next);
                scan.take(reader, file, mark, line.span(file));
            }
            None => scan.check_before_up(reader, file, &line),
        }
    }
    scan.end_piece(file.text.len(), file.text.len());
    if let Some(begin) = scan.block {
        reader.say(
            annotation("this `StatementBegin` has no `StatementEnd`".to_owned())
                .at(begin, "goose refuses the file")
                .help("Write `-- +goose StatementEnd` behind the statement"),
        );
    }
    scan
}

impl Scan {
    fn end_piece(&mut self, end: usize, next: usize) {
        if let Some(is_up) = self.is_up {
            let (is_block, fills) = (self.block.is_some(), self.fills);
            self.pieces.push(Piece { is_up, is_block, fills, range: self.from..end });
        }
        self.from = next;
    }

    fn take(&mut self, reader: &mut Reader<'_>, file: &SourceFile, mark: Mark, span: Span) {
        let wrong = match mark {
            Mark::Up if self.is_up.is_some() => {
                Some("a second `Up`: everything behind it is not read as it is meant")
            }
            Mark::Down if self.is_up != Some(true) => Some("`Down` stands without an `Up` before it"),
            Mark::Begin if self.is_up.is_none() => Some("`StatementBegin` must stand below `Up` or `Down`"),
            Mark::End if self.block.is_none() => Some("`StatementEnd` stands without a `StatementBegin`"),
            Mark::Unknown => Some("goose knows no such order"),
            _ => None,
        };
        if let Some(wrong) = wrong {
            reader.say(
                annotation(format!("`{}`: {wrong}", file.slice(span)))
                    .at(span, "goose refuses the file")
                    .help("Write `Up`, `Down`, `StatementBegin`, `StatementEnd`, `NO TRANSACTION` or `ENVSUB ON`"),
            );
            return;
        }
        match mark {
            Mark::Up => self.is_up = Some(true),
            Mark::Down => self.is_up = Some(false),
            Mark::Begin => self.block = Some(span),
            Mark::End => self.block = None,
            Mark::NoTransaction => self.has_no_transaction = true,
            Mark::Fill(fills) => self.fills = fills,
            Mark::Unknown => {}
        }
    }

    fn check_before_up(&self, reader: &mut Reader<'_>, file: &SourceFile, line: &Line<'_>) {
        let text = line.text.trim();
        if self.is_up.is_none() && !text.is_empty() && !text.starts_with("--") {
            reader.say(
                annotation("the file must begin with `-- +goose Up`".to_owned())
                    .at(line.span(file), "goose refuses the file because of this; it is not run")
                    .help("Move it below `-- +goose Up`"),
            );
        }
    }
}

fn piece_directives(reader: &mut Reader<'_>, file: &SourceFile, piece: &Piece) -> Vec<Directive> {
    let mut part = Excerpt::from(piece.range.clone());
    if piece.fills {
        part.replaced = variables(reader, file, piece.range.clone());
    }
    if piece.is_block {
        part.ends = Ends::Block;
        return reader.directives(file, part);
    }
    let directives = reader.directives(file, part);
    check_ends(reader, file, piece, &directives);
    directives
}

/// Whether goose ends a statement with this line: its last word before a comment ends with a semicolon.
fn ends_statement(line: &str) -> bool {
    let words = line.split_whitespace().take_while(|word| !word.starts_with("--"));
    words.last().is_some_and(|word| word.ends_with(';'))
}

/// goose cuts by lines: where that differs from the statements, the file does not mean the same to it.
fn check_ends(reader: &mut Reader<'_>, file: &SourceFile, piece: &Piece, directives: &[Directive]) {
    let text = file.text.get(piece.range.clone()).unwrap_or("");
    let mut open = None;
    for line in lines(text) {
        let (from, to) = (piece.range.start + line.start, piece.range.start + line.end);
        let content = line.text.trim();
        if open.is_none() && (content.is_empty() || content.starts_with("--")) {
            continue;
        }
        open = open.or(Some(from));
        if !ends_statement(line.text) {
            continue;
        }
        open = None;
        let inside = directives.iter().find(|d| (d.span.start as usize) < to && d.span.end as usize > to);
        if let Some(statement) = inside {
            let message = "goose ends the statement at this line, in the middle of it";
            reader.say(
                Diagnostic::warning("layout/statement-end", message)
                    .at(Span::new(file.id, from, to), "Retort reads on to the statement's own end")
                    .at(statement.span, "")
                    .help("Put `-- +goose StatementBegin` and `StatementEnd` around the statement"),
            );
        }
    }
    if let Some(from) = open {
        let end = from + file.text.get(from..piece.range.end).unwrap_or("").trim_end().len();
        reader.say(
            Diagnostic::error("layout/missing-semicolon", "goose finds no end of this statement")
                .at(Span::new(file.id, from, end), "it refuses the file: missing semicolon")
                .help("End the line of its last word with `;`"),
        );
    }
}

/// `${VAR}`, `${VAR:-default}`, `${VAR-default}`, `${VAR?message}` and `$VAR`.
fn variables(reader: &mut Reader<'_>, file: &SourceFile, range: Range<usize>) -> Vec<(Range<usize>, String)> {
    let given = reader.given;
    let value = |inner: &str| {
        let end = inner.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(inner.len());
        let (name, rest) = inner.split_at(end);
        let default = rest.strip_prefix(":-").or_else(|| rest.strip_prefix('-'));
        match (given.get(name), default) {
            (Some(value), _) if !(value.is_empty() && rest.starts_with(":-")) => {
                Filling::Value(value.clone())
            }
            (_, Some(default)) => Filling::Value(default.to_owned()),
            _ => Filling::Unknown(format!("the variable `{name}` is not given")),
        }
    };
    let mut replaced = fill(reader, file, range.clone(), ("${", "}"), value);
    let text = file.text.get(range.clone()).unwrap_or("");
    for (at, _) in text.match_indices('$') {
        let name: &str =
            text[at + 1..].split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).next().unwrap_or("");
        let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        let is_escaped = text[..at].ends_with(['$', '\\']) || text[at + 1 + name.len()..].starts_with('$');
        if !is_name || is_escaped {
            continue;
        }
        let place = range.start + at..range.start + at + 1 + name.len();
        match given.get(name) {
            Some(value) => replaced.push((place, value.clone())),
            None => say_unknown(reader, file, place, &format!("the variable `{name}` is not given")),
        }
    }
    replaced.sort_by_key(|(place, _)| place.start);
    replaced
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_read() {
        assert_eq!(mark("-- +goose Up"), Some(Mark::Up));
        assert_eq!(mark("--+GOOSE statementBegin "), Some(Mark::Begin));
        assert_eq!(mark("-- +goose ENVSUB ON"), Some(Mark::Fill(true)));
        assert_eq!(mark("-- +goose Upp"), Some(Mark::Unknown));
        assert_eq!(mark(" -- +goose Up"), None);
        assert_eq!(mark("-- goose Up"), None);
    }

    #[test]
    fn a_line_ends_a_statement_by_its_last_word() {
        assert!(ends_statement("SELECT 1; -- one"));
        assert!(ends_statement(");"));
        assert!(!ends_statement("SELECT 1; SELECT 2"));
        assert!(!ends_statement("SELECT 1 --;"));
    }
}
