//! SQL and Python with quiet highlighting.

use yew::prelude::*;

use super::python;
use crate::choice::is_python;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Plain,
    Keyword,
    Text,
    Number,
    Comment,
}

/// Words worth seeing; a name that happens to be one of them is lit too, which does no harm.
const KEYWORDS: &str = " add all alter analyze and any as asc autoincrement auto_increment before begin between by \
    cascade case cast check collate column comment commit concurrently constraint create current_timestamp cross \
    database default deferrable deferred delete desc distinct do domain drop each else end enum exists explain \
    extension false for foreign from function generated group having if immediate in index initially insert into \
    is join key left like limit materialized modify no not null of offset on only or order outer over partial \
    partition plan pragma primary procedure query references release rename replace restrict returning returns \
    rollback row savepoint schema select sequence set stored strict table temporary then to transaction trigger \
    true type union unique update using values view virtual when where with without ";

fn is_keyword(word: &str) -> bool {
    word.len() < 20 && KEYWORDS.contains(&format!(" {} ", word.to_ascii_lowercase()))
}

/// Splits text into pieces of one kind each; the pieces together are the text.
fn pieces(text: &str) -> Vec<(Kind, &str)> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let (kind, length) = next_piece(rest, first);
        let (piece, tail) = rest.split_at(length);
        found.push((kind, piece));
        rest = tail;
    }
    found
}

fn next_piece(rest: &str, first: char) -> (Kind, usize) {
    let until = |stop: &dyn Fn(char) -> bool| rest.find(stop).unwrap_or(rest.len());
    if rest.starts_with("--") || first == '#' {
        return (Kind::Comment, until(&|c| c == '\n'));
    }
    if rest.starts_with("/*") {
        return (Kind::Comment, rest.find("*/").map_or(rest.len(), |end| end + 2));
    }
    if first == '\'' {
        return (Kind::Text, rest[1..].find('\'').map_or(rest.len(), |end| end + 2));
    }
    if first.is_ascii_digit() {
        return (Kind::Number, until(&|c: char| !c.is_ascii_digit() && c != '.'));
    }
    if first.is_alphabetic() || first == '_' {
        let length = until(&|c: char| !c.is_alphanumeric() && c != '_');
        let kind = if is_keyword(&rest[..length]) { Kind::Keyword } else { Kind::Plain };
        return (kind, length);
    }
    let special = |c: char| c.is_alphanumeric() || matches!(c, '_' | '\'' | '-' | '/' | '#');
    let length = rest.char_indices().skip(1).find(|(_, c)| special(*c)).map_or(rest.len(), |(at, _)| at);
    (Kind::Plain, length)
}

fn drawn((kind, piece): (Kind, &str)) -> Html {
    let class = match kind {
        Kind::Plain => return html! { { piece } },
        Kind::Keyword => "sql-keyword",
        Kind::Text => "sql-text",
        Kind::Number => "sql-number",
        Kind::Comment => "sql-comment",
    };
    html! { <span {class}>{ piece }</span> }
}

/// The highlighted pieces of SQL, without an element around them.
pub fn highlighted(text: &str) -> Html {
    pieces(text).into_iter().map(drawn).collect()
}

/// The lines of a file, highlighted by its kind.
pub fn lines_of(name: &str, text: &str) -> Vec<Html> {
    if is_python(name) { python_lines(text) } else { text.lines().map(highlighted).collect() }
}

/// A string of Python may go over many lines, so they are not looked at one by one.
fn python_lines(text: &str) -> Vec<Html> {
    let mut lines = Vec::new();
    let mut line: Vec<Html> = Vec::new();
    for (kind, piece) in python::pieces(text) {
        for (at, part) in piece.split('\n').enumerate() {
            if at > 0 {
                lines.push(std::mem::take(&mut line).into_iter().collect());
            }
            if !part.is_empty() {
                line.push(drawn((kind, part)));
            }
        }
    }
    if !line.is_empty() {
        lines.push(line.into_iter().collect());
    }
    lines
}

#[derive(PartialEq, Properties)]
pub struct CodeProps {
    pub text: AttrValue,
    /// What it is, for those who hear it.
    pub label: AttrValue,
}

#[component]
pub fn Code(props: &CodeProps) -> Html {
    html! {
        <pre class="code" tabindex="0" data-keys="own" role="group" aria-label={props.label.clone()}>
            <code>{ highlighted(props.text.trim_end()) }</code>
        </pre>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_join_to_the_text() {
        let text =
            "CREATE TABLE \"ü\" (a INT DEFAULT 'x''y', b /* c */ REAL) -- end\n# mysql 1.5 unclosed 'é";
        let joined: String = pieces(text).into_iter().map(|(_, piece)| piece).collect();
        assert_eq!(joined, text);
    }

    #[test]
    fn kinds_are_told_apart() {
        let kinds: Vec<(Kind, &str)> = pieces("SELECT 12,'a b' FROM users -- x")
            .into_iter()
            .filter(|(kind, _)| *kind != Kind::Plain)
            .collect();
        let expected = [
            (Kind::Keyword, "SELECT"),
            (Kind::Number, "12"),
            (Kind::Text, "'a b'"),
            (Kind::Keyword, "FROM"),
            (Kind::Comment, "-- x"),
        ];
        assert_eq!(kinds, expected);
    }
}
