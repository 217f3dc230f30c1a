//! A part of a file that is read otherwise than it stands: cut elsewhere, or with something filled in.
//!
//! Places stay those of the file: a statement points at the bytes that were written, and carries the text that
//! is run where that differs.

use std::borrow::Cow;
use std::ops::Range;

use super::from_sql::read;
use super::{Directive, Operation, RawStatement, SqlClass, not_understood, split, split_at};
use crate::diagnostic::Checked;
use crate::source::{DialectKind, SourceFile, Span};
use crate::token::Scanner;

/// Where the statements of a part end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Ends {
    /// Where the dialect says.
    #[default]
    Dialect,
    /// At this text, wherever it stands outside of quotes.
    Delimiter(String),
    /// The part is one statement, unless the dialect's own ends make whole statements of it.
    Block,
}

/// A part of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Excerpt {
    /// Its bytes.
    pub range: Range<usize>,
    /// Where its statements end.
    pub ends: Ends,
    /// What is read in place of some of its bytes: in order, inside the part, apart from each other.
    pub replaced: Vec<(Range<usize>, String)>,
}

impl From<Range<usize>> for Excerpt {
    fn from(range: Range<usize>) -> Excerpt {
        Excerpt { range, ..Excerpt::default() }
    }
}

/// A text with the places it came from; the file's own where nothing is filled in.
struct Filled<'a> {
    text: Cow<'a, str>,
    /// Where a piece begins in the text, its bytes in the file, and whether it was copied from there.
    pieces: Vec<(usize, Range<usize>, bool)>,
}

impl<'a> Filled<'a> {
    fn new(file: &'a SourceFile, part: &Excerpt) -> Filled<'a> {
        if part.replaced.is_empty() {
            let text = file.text.get(part.range.clone()).unwrap_or("");
            return Filled { text: Cow::Borrowed(text), pieces: vec![(0, part.range.clone(), true)] };
        }
        let mut filled = Filled { text: Cow::Borrowed(""), pieces: Vec::new() };
        let mut at = part.range.start;
        for (range, by) in &part.replaced {
            filled.copy(file, at..range.start);
            filled.pieces.push((filled.text.len(), range.clone(), false));
            filled.text.to_mut().push_str(by);
            at = range.end;
        }
        filled.copy(file, at..part.range.end);
        filled
    }

    fn copy(&mut self, file: &SourceFile, range: Range<usize>) {
        self.pieces.push((self.text.len(), range.clone(), true));
        self.text.to_mut().push_str(file.text.get(range).unwrap_or(""));
    }

    /// The byte of the file that a byte of the text came from; of what was filled in, the first.
    fn start(&self, offset: usize) -> usize {
        let place = self.pieces.partition_point(|(begin, _, _)| *begin <= offset).saturating_sub(1);
        self.pieces.get(place).map_or(
            0,
            |(begin, range, is_copy)| {
                if *is_copy { range.start + (offset - begin) } else { range.start }
            },
        )
    }

    /// The end in the file of what ends here in the text.
    fn end(&self, offset: usize) -> usize {
        let last = offset.saturating_sub(1);
        let place = self.pieces.partition_point(|(begin, _, _)| *begin <= last).saturating_sub(1);
        self.pieces.get(place).map_or(
            0,
            |(begin, range, is_copy)| {
                if *is_copy { range.start + (offset - begin) } else { range.end }
            },
        )
    }
}

/// Reads the statements of a part of a file.
pub fn from_excerpt(file: &SourceFile, part: &Excerpt, dialect: DialectKind) -> Checked<Vec<Directive>> {
    let filled = Filled::new(file, part);
    let text = &*filled.text;
    let raws = match &part.ends {
        Ends::Dialect => split(text, dialect),
        Ends::Delimiter(delimiter) => split_at(text, dialect, delimiter),
        Ends::Block => block(text, dialect),
    };
    let mut diagnostics = Vec::new();
    let mut directives = Vec::new();
    for raw in raws {
        let span = Span::new(file.id, filled.start(raw.start), filled.end(raw.end));
        let (operations, skipped, fault) = read(text, &raw, dialect);
        if let Some(fault) = fault {
            diagnostics.push(not_understood(span, filled.start(fault.at), &fault.message));
        }
        let run = text.get(raw.start..raw.end).unwrap_or("");
        // Without anything filled in, the two are the same bytes.
        let differs = !part.replaced.is_empty() && file.slice(span) != run;
        let sql = differs.then(|| run.to_owned());
        directives.push(Directive { span, operations, skipped, sql });
    }
    Checked { value: directives, diagnostics }
}

/// The statements of a block: what the dialect makes of it if it knows them all, else all of it as one.
fn block(text: &str, dialect: DialectKind) -> Vec<RawStatement> {
    let raws = split(text, dialect);
    let is_known = |raw: &RawStatement| {
        let (operations, _, _) = read(text, raw, dialect);
        !matches!(operations.as_slice(), [Operation::ExecuteSql { class: SqlClass::Unknown, .. }])
    };
    if raws.len() < 2 || raws.iter().all(is_known) {
        return raws;
    }
    let mut tokens: Vec<_> = Scanner::new(text, dialect).collect();
    while tokens.last().is_some_and(|token| token.text(text) == ";") {
        tokens.pop();
    }
    match (tokens.first(), tokens.last()) {
        (Some(first), Some(last)) => {
            let (start, end) = (first.start as usize, last.end as usize);
            vec![RawStatement { start, end, tokens }]
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceId;

    fn check(text: &str, part: &Excerpt, expected: &[(&str, Option<&str>)]) {
        let file = SourceFile::new(SourceId(0), "a.sql", text);
        let found = from_excerpt(&file, part, DialectKind::Sqlite).value;
        let found: Vec<_> = found.iter().map(|d| (file.slice(d.span), d.sql.as_deref())).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn what_is_filled_in_is_run_and_the_place_is_that_of_the_file() {
        let text = "DROP TABLE a; DROP TABLE ${x}; DROP TABLE ${y}_z; DROP TABLE b;";
        let replaced = vec![(25..29, "longer_name".to_owned()), (42..46, "s".to_owned())];
        check(
            text,
            &Excerpt { replaced, ..Excerpt::from(0..text.len()) },
            &[
                ("DROP TABLE a", None),
                ("DROP TABLE ${x}", Some("DROP TABLE longer_name")),
                ("DROP TABLE ${y}_z", Some("DROP TABLE s_z")),
                ("DROP TABLE b", None),
            ],
        );
        check(
            "x --r DROP TABLE a;\n--r DROP TABLE b;",
            &Excerpt {
                replaced: vec![(0..6, String::new()), (20..24, String::new())],
                ..Excerpt::from(0..37)
            },
            &[("DROP TABLE a", None), ("DROP TABLE b", None)],
        );
    }

    #[test]
    fn statements_end_where_the_part_says() {
        let ends = |ends: Ends, text: &str| Excerpt { ends, ..Excerpt::from(0..text.len()) };
        let text = "SELECT 1;\nSELECT 2\nGO\nSELECT ';GO'\nGO\n";
        check(
            text,
            &ends(Ends::Delimiter("\nGO".to_owned()), text),
            &[("SELECT 1;\nSELECT 2", None), ("SELECT ';GO'", None)],
        );
        let text = "SELECT 1\n-- end\nSELECT 2 -- end\n";
        check(
            text,
            &ends(Ends::Delimiter("-- end".to_owned()), text),
            &[("SELECT 1", None), ("SELECT 2", None)],
        );
        let text = "DROP TABLE a; DROP TABLE b;";
        check(text, &ends(Ends::Block, text), &[("DROP TABLE a", None), ("DROP TABLE b", None)]);
        let text = "DECLARE x; FROBNICATE y;\n";
        check(text, &ends(Ends::Block, text), &[("DECLARE x; FROBNICATE y", None)]);
        let text = "CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; SELECT 2; END;";
        check(text, &ends(Ends::Block, text), &[(&text[..text.len() - 1], None)]);
    }
}
