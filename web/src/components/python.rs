//! Python text cut into pieces to be highlighted.

use super::code::Kind;

/// Words of the language and its constants (`docs.python.org/3.14/reference/lexical_analysis.html#keywords`).
const KEYWORDS: &str = " False None True and as assert async await break case class continue def del elif else \
    except finally for from global if import in is lambda match nonlocal not or pass raise return try type while \
    with yield ";

/// Splits text into pieces of one kind each; the pieces together are the text.
pub(super) fn pieces(text: &str) -> Vec<(Kind, &str)> {
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
    if first == '#' {
        return (Kind::Comment, until(&|c| c == '\n'));
    }
    if let Some(length) = string(rest) {
        return (Kind::Text, length);
    }
    if first.is_ascii_digit() {
        return (Kind::Number, until(&|c: char| !c.is_ascii_alphanumeric() && c != '.' && c != '_'));
    }
    if first.is_alphabetic() || first == '_' {
        let length = until(&|c: char| !c.is_alphanumeric() && c != '_');
        let is_keyword = length < 10 && KEYWORDS.contains(&format!(" {} ", &rest[..length]));
        return (if is_keyword { Kind::Keyword } else { Kind::Plain }, length);
    }
    let special = |c: char| c.is_alphanumeric() || matches!(c, '_' | '\'' | '"' | '#');
    let length = rest.char_indices().skip(1).find(|(_, c)| special(*c)).map_or(rest.len(), |(at, _)| at);
    (Kind::Plain, length)
}

/// The length of the string that begins here, with its prefix.
fn string(rest: &str) -> Option<usize> {
    let prefix = rest.len() - rest.trim_start_matches(|c: char| "rRbBuUfFtT".contains(c)).len();
    let body = &rest[prefix..];
    let quote = body.chars().next().filter(|c| prefix <= 2 && matches!(c, '"' | '\''))?;
    let triple: String = std::iter::repeat_n(quote, 3).collect();
    let mark = if body.starts_with(&triple) { triple.as_str() } else { &triple[..1] };
    let mut at = mark.len();
    while let Some(left) = body.get(at..).filter(|left| !left.is_empty()) {
        if left.starts_with(mark) {
            return Some(prefix + at + mark.len());
        }
        let first = left.chars().next()?;
        if first == '\n' && mark.len() == 1 {
            // Not closed: the rest of the text is not swallowed.
            break;
        }
        at += first.len_utf8();
        if first == '\\' {
            at += left[1..].chars().next().map_or(0, char::len_utf8);
        }
    }
    Some(prefix + at.min(body.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_join_to_the_text() {
        for text in [
            "def f(a=rb'x\\'y', *, b: \"ü\" = 1.5e3):  # end\n    '''doc\n  \"string\"'''\n    return f'{a!r}' 'open\n",
            "x = '''never closed\n\\",
            "'\\",
            "",
        ] {
            let joined: String = pieces(text).into_iter().map(|(_, piece)| piece).collect();
            assert_eq!(joined, text);
        }
    }

    #[test]
    fn kinds_are_told_apart() {
        let kinds: Vec<(Kind, &str)> = pieces("if x_1: return r\"\"\"a\n'b'\"\"\", 0x1F # c 'd'\nfor_ = ''")
            .into_iter()
            .filter(|(kind, _)| *kind != Kind::Plain)
            .collect();
        let expected = [
            (Kind::Keyword, "if"),
            (Kind::Keyword, "return"),
            (Kind::Text, "r\"\"\"a\n'b'\"\"\""),
            (Kind::Number, "0x1F"),
            (Kind::Comment, "# c 'd'"),
            (Kind::Text, "''"),
        ];
        assert_eq!(kinds, expected);
    }
}
