//! Enough of JSON to read a journal, with the place of every value.

use std::ops::Range;

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Json {
    /// A text, its escapes undone.
    Text(String),
    /// A number, `true`, `false` or `null`, as written.
    Word(String),
    List(Vec<Node>),
    Object(Vec<(String, Node)>),
}

/// A value and its bytes.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Node {
    pub(super) value: Json,
    pub(super) range: Range<usize>,
}

/// Deeper texts are not read: nobody wrote them by hand.
const DEEPEST: usize = 64;

impl Node {
    /// Reads a document; None where it is none.
    pub(super) fn parse(text: &str) -> Option<Node> {
        let mut parser = Parser { text, at: 0 };
        let node = parser.value(0)?;
        parser.blanks();
        (parser.at == text.len()).then_some(node)
    }

    /// The value of a key of an object.
    pub(super) fn get(&self, key: &str) -> Option<&Node> {
        match &self.value {
            Json::Object(fields) => fields.iter().find(|(name, _)| name == key).map(|(_, node)| node),
            Json::Text(_) | Json::Word(_) | Json::List(_) => None,
        }
    }

    /// The values of a list; empty for anything else.
    pub(super) fn items(&self) -> &[Node] {
        match &self.value {
            Json::List(items) => items,
            Json::Text(_) | Json::Word(_) | Json::Object(_) => &[],
        }
    }

    /// The characters of a text or a number.
    pub(super) fn text(&self) -> Option<&str> {
        match &self.value {
            Json::Text(text) | Json::Word(text) => Some(text),
            Json::List(_) | Json::Object(_) => None,
        }
    }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
}

impl Parser<'_> {
    fn byte(&self) -> u8 {
        self.text.as_bytes().get(self.at).copied().unwrap_or(0)
    }

    fn blanks(&mut self) {
        while self.byte().is_ascii_whitespace() {
            self.at += 1;
        }
    }

    fn eat(&mut self, byte: u8) -> bool {
        self.blanks();
        let found = self.byte() == byte;
        self.at += usize::from(found);
        found
    }

    fn value(&mut self, depth: usize) -> Option<Node> {
        self.blanks();
        let start = self.at;
        let value = match self.byte() {
            _ if depth > DEEPEST => return None,
            b'{' => self.object(depth)?,
            b'[' => self.list(depth)?,
            b'"' => Json::Text(self.string()?),
            _ => self.word()?,
        };
        Some(Node { value, range: start..self.at })
    }

    fn object(&mut self, depth: usize) -> Option<Json> {
        self.at += 1;
        let mut fields = Vec::new();
        while !self.eat(b'}') {
            if !fields.is_empty() && !self.eat(b',') {
                return None;
            }
            self.blanks();
            let key = self.string()?;
            if !self.eat(b':') {
                return None;
            }
            fields.push((key, self.value(depth + 1)?));
        }
        Some(Json::Object(fields))
    }

    fn list(&mut self, depth: usize) -> Option<Json> {
        self.at += 1;
        let mut items = Vec::new();
        while !self.eat(b']') {
            if !items.is_empty() && !self.eat(b',') {
                return None;
            }
            items.push(self.value(depth + 1)?);
        }
        Some(Json::List(items))
    }

    fn word(&mut self) -> Option<Json> {
        let rest = self.text.get(self.at..)?;
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || "+-.".contains(c)));
        let word = &rest[..end.unwrap_or(rest.len())];
        self.at += word.len();
        (!word.is_empty()).then(|| Json::Word(word.to_owned()))
    }

    fn string(&mut self) -> Option<String> {
        if self.byte() != b'"' {
            return None;
        }
        let mut out = String::new();
        let mut chars = self.text.get(self.at + 1..)?.char_indices();
        while let Some((at, c)) = chars.next() {
            match c {
                '"' => {
                    self.at += at + 2;
                    return Some(out);
                }
                '\\' => match chars.next()?.1 {
                    'n' => out.push('\n'),
                    't' => out.push('\t'),
                    'r' => out.push('\r'),
                    'u' => {
                        let code: String = chars.by_ref().take(4).map(|(_, c)| c).collect();
                        out.push(char::from_u32(u32::from_str_radix(&code, 16).ok()?).unwrap_or('\u{fffd}'));
                    }
                    other => out.push(other),
                },
                other => out.push(other),
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_journal_is_read_with_its_places() {
        let text = r#"{"a": [{"tag": "x\u0041\n", "when": -1.5}, true], "b": {}}"#;
        let node = Node::parse(text).unwrap();
        let first = &node.get("a").unwrap().items()[0];
        assert_eq!(first.get("tag").unwrap().text(), Some("xA\n"));
        assert_eq!(&text[first.get("when").unwrap().range.clone()], "-1.5");
        assert_eq!(&text[first.range.clone()], r#"{"tag": "x\u0041\n", "when": -1.5}"#);
    }

    #[test]
    fn what_is_no_json_is_refused() {
        for text in ["", "{", "{\"a\"}", "[1 2]", "\"a", "{\"a\":1} x", "[1,,2]", &"[".repeat(100_000)] {
            assert_eq!(Node::parse(text), None, "{}", &text[..text.len().min(20)]);
        }
    }
}
