//! `${name}` in a text: found, filled in, or said to be without a value. Nothing is guessed.

use std::ops::Range;

use super::reading::Reader;
use crate::diagnostic::Diagnostic;
use crate::source::{SourceFile, Span};

/// What stands for a placeholder.
pub(super) enum Filling {
    /// This.
    Value(String),
    /// Nothing is known; why.
    Unknown(String),
    /// It is none.
    Keep,
}

/// Fills in the `open … close` of a part of a file. What has no value is said at its place and stays as it is.
pub(super) fn fill(
    reader: &mut Reader<'_>,
    file: &SourceFile,
    part: Range<usize>,
    (open, close): (&str, &str),
    value: impl Fn(&str) -> Filling,
) -> Vec<(Range<usize>, String)> {
    let mut replaced = Vec::new();
    if open.is_empty() || close.is_empty() {
        return replaced;
    }
    let mut at = part.start;
    while let Some((place, name)) = next(file, at..part.end, open, close) {
        at = place.end;
        match value(name) {
            Filling::Value(value) => replaced.push((place, value)),
            Filling::Unknown(why) => say_unknown(reader, file, place, &why),
            Filling::Keep => {}
        }
    }
    replaced
}

/// The next placeholder on one line, and what stands in it.
fn next<'a>(
    file: &'a SourceFile,
    part: Range<usize>,
    open: &str,
    close: &str,
) -> Option<(Range<usize>, &'a str)> {
    let mut from = part.start;
    loop {
        let text = file.text.get(from..part.end)?;
        let start = from + text.find(open)?;
        let inner = start + open.len();
        let line = file.text.get(inner..part.end)?.lines().next().unwrap_or("");
        if let Some(length) = line.find(close) {
            return Some((start..inner + length + close.len(), &line[..length]));
        }
        from = inner;
    }
}

pub(super) fn say_unknown(reader: &mut Reader<'_>, file: &SourceFile, place: Range<usize>, why: &str) {
    let text = file.text.get(place.clone()).unwrap_or("").to_owned();
    let message = format!("`{text}` has no value: {why}");
    reader.say(
        Diagnostic::error("layout/unresolved-placeholder", message)
            .at(Span::new(file.id, place.start, place.end), "it stays as it is written")
            .help("Give it one under `[placeholders]` in `retort.toml`, or in the settings of the tool"),
    );
}
