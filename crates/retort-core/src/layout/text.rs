//! Names, lines and settings: the small texts that layouts are told by.

use crate::source::{SourceFile, Span};

/// The last part of a path.
pub(super) fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Whether a name ends so, in letters of either case.
pub(super) fn has_ending(name: &str, ending: &str) -> bool {
    let end = name.len().checked_sub(ending.len()).and_then(|at| name.as_bytes().get(at..));
    end.is_some_and(|end| end.eq_ignore_ascii_case(ending.as_bytes()))
}

/// Everything before the last part, without the stroke; empty at the top.
pub(super) fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// A path below a folder.
pub(super) fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

/// A name without its `.sql`, in any case.
pub(super) fn sql_stem(name: &str) -> Option<&str> {
    let cut = name.len().checked_sub(4).filter(|cut| name.is_char_boundary(*cut))?;
    name[cut..].eq_ignore_ascii_case(".sql").then(|| &name[..cut])
}

/// Words for people from a part of a name.
pub(super) fn words(name: &str) -> String {
    name.replace('_', " ").trim().to_owned()
}

/// `001_add_users` as its digits and what stands behind the stroke.
pub(super) fn numbered(stem: &str) -> Option<(&str, &str)> {
    let (digits, rest) = stem.split_once('_')?;
    is_digits(digits).then_some((digits, rest))
}

/// Whether this is a number without a sign.
pub(super) fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Digits as something that compares like the number, however large.
pub(super) fn number_key(digits: &str) -> (usize, String) {
    let digits = digits.trim_start_matches('0');
    (digits.len(), digits.to_owned())
}

/// Takes a word from the start of a text, in any case.
pub(super) fn strip_word<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let head = text.get(..word.len())?;
    head.eq_ignore_ascii_case(word).then(|| &text[word.len()..])
}

/// A line of a file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line<'a> {
    /// First byte.
    pub(super) start: usize,
    /// Its end, the line end not included.
    pub(super) end: usize,
    /// Where the next line begins.
    pub(super) next: usize,
    /// What stands in it, the line end not included.
    pub(super) text: &'a str,
}

impl Line<'_> {
    /// The line as a place.
    pub(super) fn span(&self, file: &SourceFile) -> Span {
        Span::new(file.id, self.start, self.end)
    }
}

/// The lines of a text.
pub(super) fn lines(text: &str) -> impl Iterator<Item = Line<'_>> {
    let mut at = 0;
    text.split_inclusive('\n').map(move |line| {
        let start = at;
        at += line.len();
        let text = line.strip_suffix('\n').unwrap_or(line);
        let text = text.strip_suffix('\r').unwrap_or(text);
        Line { start, end: start + text.len(), next: at, text }
    })
}

/// A setting of a `.toml` or `.conf` file: its key under its section, and its value without quotes.
pub(super) struct Setting<'a> {
    /// `section.key`
    pub(super) key: String,
    pub(super) value: &'a str,
    pub(super) span: Span,
}

/// The settings of a file, line by line; what is no `key = value` or `[section]` is passed over.
pub(super) fn settings(file: &SourceFile) -> Vec<Setting<'_>> {
    let mut section = String::new();
    let mut found = Vec::new();
    for line in lines(&file.text) {
        let content = line.text.trim();
        if content.starts_with(['#', ';']) {
            continue;
        }
        if let Some(name) = content.strip_prefix('[').and_then(|rest| rest.split(']').next()) {
            section = format!("{}.", name.trim_matches(['[', ' ']));
        } else if let Some((key, value)) = content.split_once('=') {
            let key = format!("{section}{}", key.trim().trim_matches('"'));
            found.push(Setting { key, value: unquoted(value.trim()), span: line.span(file) });
        }
    }
    found
}

/// A value without its quotes, or without the comment behind it.
fn unquoted(value: &str) -> &str {
    for quote in ['"', '\''] {
        if let Some(inner) = value.strip_prefix(quote) {
            return inner.split(quote).next().unwrap_or(inner);
        }
    }
    value.split(" #").next().unwrap_or(value).trim()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceId;

    #[test]
    fn names_are_taken_apart() {
        assert_eq!(sql_stem("a.SQL"), Some("a"));
        assert_eq!(sql_stem("ä.s"), None);
        assert_eq!(numbered("012_a_b"), Some(("012", "a_b")));
        assert_eq!(numbered("a_b"), None);
        assert!(number_key("0009") < number_key("10"));
        assert_eq!((folder("a/b/c"), file_name("a/b/c"), folder("c")), ("a/b", "c", ""));
    }

    #[test]
    fn settings_are_found_under_their_sections() {
        let text = "a = 1 # one\r\n[flyway.placeholders]\n\"x\" = \"y # z\"\n# b = 2\n";
        let file = SourceFile::new(SourceId(0), "a.toml", text);
        let found: Vec<_> = settings(&file).into_iter().map(|s| (s.key, s.value.to_owned())).collect();
        let expected = [("a", "1"), ("flyway.placeholders.x", "y # z")];
        assert_eq!(found, expected.map(|(k, v)| (k.to_owned(), v.to_owned())));
    }
}
