//! Texts, places in them, and the dialect a text is written in.
//!
//! In: bytes of a file. Out: [`SourceFile`]s and [`Span`]s that every later stage points back to.
//! Nothing here knows SQL.

mod text;

use std::fmt;
use std::sync::{Arc, OnceLock};

pub(crate) use text::lenient;
pub use text::{Content, Fetch, Text};

/// Names one file of a project; an index into the list of files that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId(pub u32);

/// A text with the name the user knows it by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// Its place in the project's list of files.
    pub id: SourceId,
    /// Path as the user sees it, `/`-separated, relative to the project.
    pub name: String,
    /// The whole text, line ends as they were.
    pub text: Text,
    lines: Lines,
}

/// Where the lines of a text begin, found when it is first asked for. It follows from the text, so it has no say in
/// whether two files are equal.
#[derive(Clone, Debug, Default)]
struct Lines(OnceLock<LineIndex>);

impl PartialEq for Lines {
    fn eq(&self, _: &Lines) -> bool {
        true
    }
}

impl Eq for Lines {}

/// Why bytes are no text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotText {
    /// A NUL byte stands at this offset: a binary file.
    Binary(usize),
    /// The bytes from this offset are not UTF-8.
    InvalidUtf8(usize),
}

impl SourceFile {
    /// Makes a file of a text.
    pub fn new(id: SourceId, name: impl Into<String>, text: impl Into<Arc<str>>) -> SourceFile {
        SourceFile { id, name: name.into(), text: Text::from(text.into()), lines: Lines::default() }
    }

    /// Makes a file whose text is fetched when it is first looked at.
    pub fn later(id: SourceId, name: impl Into<String>, fetch: Fetch) -> SourceFile {
        SourceFile { id, name: name.into(), text: Text::later(fetch), lines: Lines::default() }
    }

    /// Line and column of a byte offset.
    pub fn place(&self, offset: u32) -> LineColumn {
        self.lines.0.get_or_init(|| LineIndex::new(&self.text)).line_column(&self.text, offset)
    }

    /// Decodes bytes as UTF-8; a byte order mark at the start is dropped.
    ///
    /// # Errors
    /// [`NotText`] with the byte offset of the first fault.
    pub fn decode(id: SourceId, name: impl Into<String>, bytes: &[u8]) -> Result<SourceFile, NotText> {
        let bytes = text::without_mark(bytes);
        // `contains` looks at a word at a time.
        if bytes.contains(&0) {
            return Err(NotText::Binary(bytes.iter().position(|&byte| byte == 0).unwrap_or(0)));
        }
        match std::str::from_utf8(bytes) {
            Ok(text) => Ok(SourceFile::new(id, name, text)),
            Err(error) => Err(NotText::InvalidUtf8(error.valid_up_to())),
        }
    }

    /// The text at a span; empty where the span does not fit this file.
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or("")
    }

    /// A span over the whole text.
    pub fn whole(&self) -> Span {
        Span { source: self.id, start: 0, end: self.text.len() as u32 }
    }
}

/// A range of bytes in one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The file.
    pub source: SourceId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The span from `start` to `end` of a file.
    pub fn new(source: SourceId, start: usize, end: usize) -> Span {
        Span { source, start: start as u32, end: end.max(start) as u32 }
    }
}

/// A value and the place it was written at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spanned<T> {
    /// What was read.
    pub value: T,
    /// Where it was read.
    pub span: Span,
}

/// Line starts of a text, to turn byte offsets into lines and columns.
#[derive(Clone, Debug)]
pub struct LineIndex {
    starts: Vec<u32>,
}

/// A place for people: both count from 1, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineColumn {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

impl LineIndex {
    /// Finds the line starts of a text.
    pub fn new(text: &str) -> LineIndex {
        let mut starts = vec![0];
        starts.extend(text.match_indices('\n').map(|(at, _)| at as u32 + 1));
        LineIndex { starts }
    }

    /// Line and column of a byte offset in the text this index was made of.
    pub fn line_column(&self, text: &str, offset: u32) -> LineColumn {
        let line = self.starts.partition_point(|&start| start <= offset).saturating_sub(1);
        let start = self.starts[line] as usize;
        let before = text.get(start..offset as usize).unwrap_or("");
        LineColumn { line: line as u32 + 1, column: before.chars().count() as u32 + 1 }
    }
}

/// Whose SQL a text is, and how a database speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DialectKind {
    /// SQLite.
    Sqlite,
    /// PostgreSQL.
    Postgres,
    /// MySQL and MariaDB.
    Mysql,
}

impl DialectKind {
    /// All dialects, in the order people see them.
    pub const ALL: [DialectKind; 3] = [DialectKind::Sqlite, DialectKind::Postgres, DialectKind::Mysql];

    /// The word used on the command line and in JSON.
    pub fn name(self) -> &'static str {
        match self {
            DialectKind::Sqlite => "sqlite",
            DialectKind::Postgres => "postgresql",
            DialectKind::Mysql => "mysql",
        }
    }

    /// The product's own spelling.
    pub fn title(self) -> &'static str {
        match self {
            DialectKind::Sqlite => "SQLite",
            DialectKind::Postgres => "PostgreSQL",
            DialectKind::Mysql => "MySQL",
        }
    }

    /// Reads a dialect's name; common other spellings are understood.
    pub fn from_name(name: &str) -> Option<DialectKind> {
        match name.trim().to_ascii_lowercase().as_str() {
            "sqlite" | "sqlite3" => Some(DialectKind::Sqlite),
            "postgresql" | "postgres" | "pg" => Some(DialectKind::Postgres),
            "mysql" | "mariadb" => Some(DialectKind::Mysql),
            _ => None,
        }
    }
}

impl fmt::Display for DialectKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_count_characters() {
        let text = "ä = 1;\r\nb\n";
        let index = LineIndex::new(text);
        let at = |offset| index.line_column(text, offset);
        assert_eq!(at(0), LineColumn { line: 1, column: 1 });
        assert_eq!(at(2), LineColumn { line: 1, column: 2 });
        assert_eq!(at(9), LineColumn { line: 2, column: 1 });
        assert_eq!(at(99).line, 3);
    }

    #[test]
    fn bytes_that_are_no_text_are_refused_with_their_offset() {
        let decode = |bytes: &[u8]| SourceFile::decode(SourceId(0), "a.sql", bytes);
        assert_eq!(decode(b"ab\0c"), Err(NotText::Binary(2)));
        assert_eq!(decode(b"ab\xff"), Err(NotText::InvalidUtf8(2)));
        assert_eq!(&*decode(b"\xef\xbb\xbfok").unwrap().text, "ok");
    }
}
