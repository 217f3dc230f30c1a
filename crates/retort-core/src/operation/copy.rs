//! `COPY … FROM stdin` with the lines behind it, as dumps and psql have it (PostgreSQL 18, COPY).

use crate::source::DialectKind;
use crate::token::{Scanner, Token};

/// A COPY that brings its data along.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CopyData<'a> {
    /// The statement, without its semicolon.
    pub head: &'a str,
    /// Its lines, each with its end; the `\.` behind them is left out.
    pub data: &'a str,
    /// The `\.` is there.
    pub is_closed: bool,
}

/// Reads a statement of PostgreSQL as COPY with data; None for any other.
pub fn copy_data(text: &str) -> Option<CopyData<'_>> {
    if !text.get(..4).is_some_and(|verb| verb.eq_ignore_ascii_case("copy")) {
        return None;
    }
    let mut scanner = Scanner::new(text, DialectKind::Postgres);
    let tokens: Vec<Token> = scanner.by_ref().take_while(|token| token.text(text) != ";").collect();
    if !is_from_stdin(text, &tokens) {
        return None;
    }
    let head = text.get(..tokens.last()?.end as usize)?;
    let rest = text.get(scanner.offset()..).unwrap_or("");
    // The data begins with the next line.
    let lines = rest.split_once('\n').map_or("", |(_, lines)| lines);
    let end = data_end(lines);
    Some(CopyData { head, data: &lines[..end.unwrap_or(lines.len())], is_closed: end.is_some() })
}

/// Whether the tokens of a statement are those of `COPY … FROM stdin`.
pub(super) fn is_from_stdin(text: &str, tokens: &[Token]) -> bool {
    let is = |token: &Token, word: &str| token.text(text).eq_ignore_ascii_case(word);
    tokens.first().is_some_and(|first| is(first, "copy"))
        && tokens.windows(2).any(|pair| is(&pair[0], "from") && is(&pair[1], "stdin"))
}

/// Where the line `\.` begins.
pub(super) fn data_end(lines: &str) -> Option<usize> {
    let is_whole = |at: usize| matches!(lines.as_bytes().get(at + 2), None | Some(b'\n' | b'\r'));
    let first = lines.starts_with("\\.").then_some(0);
    let later = lines.match_indices("\n\\.").map(|(at, _)| at + 1);
    first.into_iter().chain(later).find(|at| is_whole(*at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_brings_its_lines() {
        let check = |text: &str, expected: Option<(&str, &str, bool)>| {
            let found = copy_data(text).map(|copy| (copy.head, copy.data, copy.is_closed));
            assert_eq!(found, expected, "{text:?}");
        };
        check("COPY t (a) FROM stdin;\n1\n2\n\\.", Some(("COPY t (a) FROM stdin", "1\n2\n", true)));
        check("copy t from STDIN ;\r\n\\.x\n\\.\r", Some(("copy t from STDIN", "\\.x\n", true)));
        check("COPY t FROM stdin;\n\\.", Some(("COPY t FROM stdin", "", true)));
        check("COPY t FROM stdin;\n1", Some(("COPY t FROM stdin", "1", false)));
        check("COPY t FROM stdin", Some(("COPY t FROM stdin", "", false)));
        let quoted = "COPY \"a;\nb\" FROM stdin WITH (DELIMITER ';')";
        check(&format!("{quoted};\n1;2\n\\."), Some((quoted, "1;2\n", true)));
        check("COPY t FROM '/tmp/t'", None);
        check("COPY t TO stdout", None);
        check("INSERT INTO copy SELECT 1", None);
    }
}
