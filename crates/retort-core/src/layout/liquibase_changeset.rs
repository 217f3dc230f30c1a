//! The changesets of one file of formatted SQL.

use std::ops::Range;

use super::reading::Reader;
use super::text::{Line, lines, strip_word};
use crate::diagnostic::Diagnostic;
use crate::operation::{Ends, Excerpt};
use crate::source::{DialectKind, SourceFile, Span};

/// One changeset.
pub(super) struct Changeset {
    pub(super) author: String,
    pub(super) id: String,
    pub(super) span: Span,
    attributes: Vec<(String, String)>,
    comment: Option<String>,
    pub(super) upgrade: Excerpt,
    /// The parts of its way down, or why there is none.
    pub(super) rollback: Result<Vec<Excerpt>, String>,
}

impl Changeset {
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    pub(super) fn says(&self, name: &str, value: &str) -> bool {
        self.attribute(name).is_some_and(|said| said.eq_ignore_ascii_case(value))
    }

    /// The path that Liquibase records.
    pub(super) fn path(&self, file: &SourceFile) -> String {
        self.attribute("logicalFilePath").unwrap_or(&file.name).to_owned()
    }

    pub(super) fn message(&self) -> String {
        self.comment.clone().unwrap_or_else(|| format!("{} by {}", self.id, self.author))
    }

    /// Contexts and labels, as written.
    pub(super) fn labels(&self) -> Vec<String> {
        let names = ["context", "contextFilter", "labels"];
        names.iter().filter_map(|name| self.attribute(name)).map(str::to_owned).collect()
    }
}

/// Whether the first line says so.
pub(super) fn is_formatted(file: &SourceFile) -> bool {
    let first = file.text.lines().next().unwrap_or("");
    order(first, "liquibase").is_some_and(|rest| strip_word(rest.trim_start(), "formatted").is_some())
}

/// What stands behind `--word` of a line, in any case.
fn order<'a>(line: &'a str, word: &str) -> Option<&'a str> {
    strip_word(line.trim_start().strip_prefix("--")?.trim_start(), word)
}

/// `--property name:x value:y`, those for other databases left out.
pub(super) fn properties(file: &SourceFile, dialect: DialectKind) -> Vec<(String, String)> {
    let found = lines(&file.text).filter_map(|line| {
        let attributes = attributes(order(line.text, "property")?);
        let get =
            |key: &str| attributes.iter().find(|(name, _)| name.eq_ignore_ascii_case(key)).map(|(_, v)| v);
        let is_here = get("dbms")
            .is_none_or(|names| names.split(',').any(|name| DialectKind::from_name(name) == Some(dialect)));
        is_here.then(|| Some((get("name")?.clone(), get("value")?.clone()))).flatten()
    });
    found.collect()
}

/// `name:value name:"a value"`
fn attributes(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    while let Some((name, behind)) = rest.split_once(':') {
        let name = name.split_whitespace().last().unwrap_or("").to_owned();
        let (value, behind) = value(behind);
        found.push((name, value.to_owned()));
        rest = behind;
    }
    found
}

/// A word or a quoted text, and what stands behind it.
fn value(text: &str) -> (&str, &str) {
    let text = text.trim_start();
    for quote in ['"', '\''] {
        if let Some((value, behind)) = text.strip_prefix(quote).and_then(|inner| inner.split_once(quote)) {
            return (value, behind);
        }
    }
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    text.split_at(end)
}

/// `author:id` and the attributes of a `--changeset` line.
fn head(line: &str) -> Option<(String, String, &str)> {
    let text = order(line, "changeset")?.trim_start();
    let (author, behind) = match text.strip_prefix('"').and_then(|inner| inner.split_once('"')) {
        Some((author, behind)) => (author, behind.trim_start().strip_prefix(':')?),
        None => text.split_once(':')?,
    };
    let (id, behind) = value(behind);
    (!author.trim().is_empty() && !id.is_empty()).then(|| (author.trim().to_owned(), id.to_owned(), behind))
}

/// Cuts a file into its changesets.
pub(super) fn changesets(reader: &mut Reader<'_>, file: &SourceFile) -> Vec<Changeset> {
    let mut heads: Vec<(Line<'_>, (String, String, &str))> = Vec::new();
    for line in lines(&file.text) {
        if order(line.text, "changeset").is_none() {
            continue;
        }
        match head(line.text) {
            Some(head) => heads.push((line, head)),
            None => reader.say(
                Diagnostic::error("layout/annotation", "this changeset has no author and id")
                    .at(
                        line.span(file),
                        "Liquibase refuses the file; what stands below belongs to no changeset",
                    )
                    .help("Write `--changeset author:id`"),
            ),
        }
    }
    say_before_first(reader, file, heads.first().map_or(file.text.len(), |(line, _)| line.start));
    let ends: Vec<usize> =
        heads.iter().skip(1).map(|(line, _)| line.start).chain([file.text.len()]).collect();
    let found = heads
        .into_iter()
        .zip(ends)
        .map(|((line, head), end)| changeset(reader, file, line.span(file), head, line.next..end));
    found.collect()
}

/// Statements above the first changeset belong to none.
fn say_before_first(reader: &mut Reader<'_>, file: &SourceFile, end: usize) {
    let is_code = |line: &Line<'_>| {
        let text = line.text.trim();
        line.start < end && !text.is_empty() && !text.starts_with("--")
    };
    if let Some(line) = lines(&file.text).find(is_code) {
        reader.say(
            Diagnostic::warning(
                "layout/annotation",
                "this stands above the first changeset and is never run",
            )
            .at(line.span(file), "left out")
            .help("Write `--changeset author:id` above it"),
        );
    }
}

fn changeset(
    reader: &mut Reader<'_>,
    file: &SourceFile,
    span: Span,
    (author, id, rest): (String, String, &str),
    range: Range<usize>,
) -> Changeset {
    let mut found = Changeset {
        author,
        id,
        span,
        attributes: attributes(rest),
        comment: None,
        upgrade: Excerpt::from(range.clone()),
        rollback: Err("the changeset has no rollback".to_owned()),
    };
    found.upgrade.ends = ends(&found, "splitStatements", "endDelimiter");
    let mut rollbacks: Vec<Line<'_>> = Vec::new();
    let mut ignored: Option<usize> = None;
    let mut left = 0usize;
    let body = file.text.get(range.clone()).unwrap_or("");
    for line in lines(body) {
        let line = Line {
            start: line.start + range.start,
            end: line.end + range.start,
            next: line.next + range.start,
            ..line
        };
        if left > 0 {
            left -= 1;
            found.upgrade.replaced.push((line.start..line.end, String::new()));
        } else if let Some(comment) = order(line.text, "comment") {
            found.comment.get_or_insert_with(|| comment.trim_start_matches(':').trim().to_owned());
        } else if order(line.text, "rollback").is_some() {
            rollbacks.push(line);
        } else if let Some(rest) = order(line.text, "ignoreLines:") {
            match rest.trim().to_ascii_lowercase().as_str() {
                "start" => ignored = Some(line.start),
                "end" => {
                    found.upgrade.replaced.extend(ignored.take().map(|from| (from..line.end, String::new())));
                }
                number => left = number.parse().unwrap_or(0),
            }
        } else if order(line.text, "preconditions").is_some() {
            reader.say(
                Diagnostic::note(
                    "layout/precondition",
                    "preconditions are not looked at: the changeset is always run",
                )
                .at(line.span(file), ""),
            );
        }
    }
    rollback(file, &mut found, &rollbacks, range);
    found
}

/// Where the statements of a changeset end.
fn ends(changeset: &Changeset, split: &str, delimiter: &str) -> Ends {
    if changeset.says(split, "false") {
        return Ends::Block;
    }
    match changeset.attribute(delimiter) {
        Some(text) if text != ";" && !text.is_empty() => {
            Ends::Delimiter(text.replace("\\n", "\n").replace("\\r", "\r").replace("\\t", "\t"))
        }
        _ => Ends::Dialect,
    }
}

/// Reads `--rollback sql` lines, else a `/* liquibase rollback … */` comment.
fn rollback(file: &SourceFile, changeset: &mut Changeset, rollbacks: &[Line<'_>], range: Range<usize>) {
    let ends = ends(changeset, "rollbackSplitStatements", "rollbackEndDelimiter");
    let text = |line: &Line<'_>| order(line.text, "rollback").unwrap_or("").trim().to_owned();
    if let (Some(first), Some(last)) = (rollbacks.first(), rollbacks.last()) {
        let words = text(first).to_ascii_lowercase();
        changeset.rollback = if words.starts_with("changesetid:") {
            Err("its rollback is another changeset, which is not looked up".to_owned())
        } else if words == "empty" || words.starts_with("not required") {
            Ok(Vec::new())
        } else {
            // From the first to the last line, without what stands before the SQL of each.
            let mut part = Excerpt { ends, ..Excerpt::from(first.start..last.end) };
            let mut at = first.start;
            for line in rollbacks {
                let sql = line.end - order(line.text, "rollback").unwrap_or("").len();
                part.replaced
                    .push((at..sql, if at == first.start { String::new() } else { "\n".to_owned() }));
                at = line.end;
            }
            Ok(vec![part])
        };
        return;
    }
    let body = file.text.get(range.clone()).unwrap_or("");
    for (at, _) in body.match_indices("/*") {
        let inner = body[at + 2..].trim_start();
        let rest = strip_word(inner, "liquibase").map(str::trim_start);
        let Some(rest) = rest.and_then(|rest| strip_word(rest, "rollback")) else { continue };
        let start = range.end - rest.len();
        let end = rest.find("*/").map_or(range.end, |end| start + end);
        changeset.rollback = Ok(vec![Excerpt { ends, ..Excerpt::from(start..end) }]);
        return;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_and_attributes_are_read() {
        let read = |line: &str| head(line).map(|(author, id, rest)| (author, id, attributes(rest)));
        let (author, id, attributes) =
            read(r#"-- changeset "a b":"c d" endDelimiter:\nGO context:"x or y" runInTransaction:false"#)
                .unwrap();
        assert_eq!((author.as_str(), id.as_str()), ("a b", "c d"));
        let expected = [("endDelimiter", "\\nGO"), ("context", "x or y"), ("runInTransaction", "false")];
        assert_eq!(attributes, expected.map(|(k, v)| (k.to_owned(), v.to_owned())));
        assert_eq!(read("--ChangeSet me:1").unwrap().1, "1");
        assert!(read("--changeset me").is_none());
        assert!(read("--changeset :1").is_none());
    }
}
