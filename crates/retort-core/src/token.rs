//! SQL text cut into tokens with exact places; nothing is understood yet.
//!
//! One scanner for all dialects: what differs (dollar quotes, backticks, `#` comments, nested comments,
//! backslash escapes, `/*! … */`) is asked of the dialect. It accepts every input: an unclosed quote runs to
//! the end of the text.

mod name;
mod value;

pub(crate) use name::{folded, lowercase, name_of};
pub use name::{identifier, quote, quote_if_needed};
pub(crate) use value::{push_text_literal, value_of};
pub use value::{string_value, text_literal};

use crate::source::DialectKind;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// A keyword or a bare identifier.
    Word,
    /// A quoted identifier: `"a"`, `` `a` ``, `[a]`.
    Quoted,
    /// A string or blob literal, with its prefix: `'a'`, `E'a'`, `X'00'`, `$$a$$`.
    Text,
    /// A number.
    Number,
    /// An operator or punctuation; `::` and `->>` are one token.
    Symbol,
}

/// A token and its bytes in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Token {
    /// The token's text.
    pub fn text<'a>(&self, sql: &'a str) -> &'a str {
        sql.get(self.start as usize..self.end as usize).unwrap_or("")
    }
}

/// Walks over a text, token by token; blanks and comments are skipped.
#[derive(Clone, Debug)]
pub struct Scanner<'a> {
    text: &'a str,
    dialect: DialectKind,
    at: usize,
    /// Where the `/*! … */` that is open begins.
    version_comment: Option<usize>,
    /// The end of the one that was closed last.
    version_comment_end: usize,
}

/// Operators of more than one character, longest first.
const LONG_SYMBOLS: [&str; 26] = [
    "!~~*", "->>", "#>>", "!~*", "!~~", "~~*", "<=>", "::", "||", "->", "<=", ">=", "<>", "!=", ":=", "=>",
    "@>", "<@", "&&", "~*", "!~", "#>", "~~", "<<", ">>", "?|",
];

/// The ASCII characters with which words begin.
const BEGINS_WORD: [bool; 256] = letters_and(b"_");

/// The ASCII characters of which words are made, save for their first one.
const IN_WORD: [bool; 256] = letters_and(b"_$0123456789");

const fn letters_and(others: &[u8]) -> [bool; 256] {
    let mut among = [false; 256];
    let mut letter = b'a';
    while letter <= b'z' {
        among[letter as usize] = true;
        among[letter.to_ascii_uppercase() as usize] = true;
        letter += 1;
    }
    let mut at = 0;
    while at < others.len() {
        among[others[at] as usize] = true;
        at += 1;
    }
    among
}

impl<'a> Scanner<'a> {
    /// A scanner at the start of a text.
    pub fn new(text: &'a str, dialect: DialectKind) -> Scanner<'a> {
        Scanner { text, dialect, at: 0, version_comment: None, version_comment_end: 0 }
    }

    /// The byte at which the next token is looked for.
    pub fn offset(&self) -> usize {
        self.at
    }

    /// Where the `/*! … */` begins whose content is being read (MySQL: it is code there).
    pub fn version_comment(&self) -> Option<usize> {
        self.version_comment
    }

    /// The end of the last `/*! … */` whose content was read.
    pub fn version_comment_end(&self) -> usize {
        self.version_comment_end
    }

    /// Goes on from another byte (after data that is no SQL).
    pub fn skip_to(&mut self, at: usize) {
        self.at = at.min(self.text.len());
    }

    fn bytes(&self) -> &'a [u8] {
        self.text.as_bytes()
    }

    fn byte(&self, ahead: usize) -> u8 {
        self.bytes().get(self.at + ahead).copied().unwrap_or(0)
    }

    fn skip_blanks(&mut self) {
        loop {
            let byte = self.byte(0);
            if IN_WORD[usize::from(byte)] {
                return;
            }
            if byte.is_ascii_whitespace() || byte == 0x0b {
                self.at += 1;
            } else if byte.is_ascii() {
                if !self.skip_comment() {
                    return;
                }
            } else if self.rest().starts_with('\u{feff}') || self.rest().starts_with('\u{a0}') {
                self.at += self.rest().chars().next().map_or(1, char::len_utf8);
            } else {
                return;
            }
        }
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn skip_comment(&mut self) -> bool {
        let mysql = self.dialect == DialectKind::Mysql;
        match (self.byte(0), self.byte(1)) {
            // MySQL wants a blank after the dashes: `5--1` is arithmetic there.
            (b'-', b'-') if !mysql || self.byte(2) <= b' ' => self.skip_line(),
            (b'#', _) if mysql => self.skip_line(),
            (b'/', b'*') if mysql && self.opens_version_comment() => {}
            (b'/', b'*') => self.skip_block_comment(),
            (b'*', b'/') if self.version_comment.is_some() => {
                self.at += 2;
                self.version_comment = None;
                self.version_comment_end = self.at;
            }
            _ => return false,
        }
        true
    }

    /// `/*!40101 …` of MySQL and `/*M!100100 …` of MariaDB. Versions that no server has make it a comment:
    /// mariadb-dump begins with `/*!999999`.
    fn opens_version_comment(&mut self) -> bool {
        let Some(mark) =
            [&b"/*!"[..], b"/*M!"].into_iter().find(|mark| self.bytes()[self.at..].starts_with(mark))
        else {
            return false;
        };
        let digits = &self.bytes()[self.at + mark.len()..];
        let count = digits.iter().take(6).take_while(|byte| byte.is_ascii_digit()).count();
        if digits[..count].starts_with(b"99999") {
            return false;
        }
        self.version_comment = Some(self.at);
        self.at += mark.len() + count;
        true
    }

    fn skip_line(&mut self) {
        self.at =
            self.bytes()[self.at..].iter().position(|&b| b == b'\n').map_or(self.text.len(), |n| self.at + n);
    }

    fn skip_block_comment(&mut self) {
        let nests = self.dialect == DialectKind::Postgres;
        let mut depth = 0usize;
        while self.at < self.text.len() {
            match (self.byte(0), self.byte(1)) {
                (b'/', b'*') if depth == 0 || nests => depth += 1,
                (b'*', b'/') => depth -= 1,
                _ => {
                    self.at += 1;
                    continue;
                }
            }
            self.at += 2;
            if depth == 0 {
                return;
            }
        }
    }

    fn quoted(&mut self, close: u8, backslash: bool) {
        self.at += 1;
        while self.at < self.text.len() {
            let byte = self.byte(0);
            let is_escape = backslash && byte == b'\\';
            let is_doubled = byte == close && self.byte(1) == close && close != b']';
            if is_escape || is_doubled {
                self.at += 2;
            } else if byte == close {
                self.at += 1;
                return;
            } else {
                self.at += 1;
            }
        }
        self.at = self.text.len();
    }

    /// `$tag$ … $tag$`: gives its end, or None where no such quote begins.
    fn dollar_quote(&self) -> Option<usize> {
        let rest = self.rest();
        let tag_end = rest[1..].find('$')? + 2;
        let tag = &rest[..tag_end];
        let inner = &tag[1..tag_end - 1];
        let is_tag = inner.chars().all(|c| c.is_alphanumeric() || c == '_')
            && !inner.starts_with(|c: char| c.is_ascii_digit());
        if !is_tag {
            return None;
        }
        let close = rest[tag_end..].find(tag).map_or(rest.len(), |n| tag_end + n + tag.len());
        Some(self.at + close)
    }

    fn word(&mut self) {
        let start = self.at;
        while self.bytes().get(self.at).is_some_and(|&byte| IN_WORD[usize::from(byte)]) {
            self.at += 1;
        }
        if self.byte(0).is_ascii() {
            return;
        }
        let length = self
            .rest()
            .char_indices()
            .find(|&(_, c)| {
                !(c.is_alphanumeric() || c == '_' || c == '$' || (!c.is_ascii() && !c.is_whitespace()))
            })
            .map_or(self.rest().len(), |(n, _)| n);
        self.at = (self.at + length).max(start + 1);
    }

    fn number(&mut self) {
        let bytes = self.bytes();
        let mut at = self.at;
        if bytes[at] == b'0' && matches!(bytes.get(at + 1), Some(b'x' | b'X')) {
            at += 2;
        }
        while at < bytes.len() {
            let exponent_sign =
                matches!(bytes[at], b'+' | b'-') && matches!(bytes[at - 1], b'e' | b'E') && at > self.at;
            if !(bytes[at].is_ascii_alphanumeric() || bytes[at] == b'.' || bytes[at] == b'_' || exponent_sign)
            {
                break;
            }
            at += 1;
        }
        self.at = at;
    }

    fn symbol(&mut self) {
        // No operator goes on with another character than these.
        let ends = !matches!(self.byte(1), b'=' | b'<' | b'>' | b'~' | b'|' | b':' | b'*' | b'@' | b'&');
        if ends || matches!(self.byte(0), b'(' | b')' | b',' | b';' | b'.' | b'*' | b'+' | b'/' | b'%') {
            self.at += 1;
            return;
        }
        let rest = self.rest();
        let length = LONG_SYMBOLS.iter().find(|s| rest.starts_with(**s)).map(|s| s.len());
        self.at += length.unwrap_or_else(|| rest.chars().next().map_or(1, char::len_utf8));
    }

    fn scan(&mut self) -> TokenKind {
        let mysql = self.dialect == DialectKind::Mysql;
        let postgres = self.dialect == DialectKind::Postgres;
        match self.byte(0) {
            b'\'' => self.quoted(b'\'', mysql),
            b'e' | b'E' if postgres && self.byte(1) == b'\'' => {
                self.at += 1;
                self.quoted(b'\'', true);
            }
            b'u' | b'U' if postgres && self.byte(1) == b'&' && matches!(self.byte(2), b'\'' | b'"') => {
                let quote = self.byte(2);
                self.at += 2;
                self.quoted(quote, false);
                return if quote == b'"' { TokenKind::Quoted } else { TokenKind::Text };
            }
            b'x' | b'X' | b'b' | b'B' | b'n' | b'N' if self.byte(1) == b'\'' => {
                self.at += 1;
                self.quoted(b'\'', mysql);
            }
            // Double quotes are text in MySQL unless ANSI_QUOTES is set.
            b'"' if mysql => self.quoted(b'"', true),
            b'$' if postgres => match self.dollar_quote() {
                Some(end) => self.at = end,
                None => {
                    self.at += 1;
                    return TokenKind::Symbol;
                }
            },
            _ => return self.scan_other(),
        }
        self.at = self.at.min(self.text.len());
        TokenKind::Text
    }

    fn scan_other(&mut self) -> TokenKind {
        match self.byte(0) {
            b'"' => {
                self.quoted(b'"', false);
                TokenKind::Quoted
            }
            b'`' => {
                self.quoted(b'`', false);
                TokenKind::Quoted
            }
            // In PostgreSQL a bracket is a subscript.
            b'[' if self.dialect == DialectKind::Sqlite => {
                self.quoted(b']', false);
                TokenKind::Quoted
            }
            b'0'..=b'9' => {
                self.number();
                TokenKind::Number
            }
            b'.' if self.byte(1).is_ascii_digit() => {
                self.number();
                TokenKind::Number
            }
            byte if byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80 => {
                self.word();
                TokenKind::Word
            }
            _ => {
                self.symbol();
                TokenKind::Symbol
            }
        }
    }
}

impl Iterator for Scanner<'_> {
    type Item = Token;

    /// Most of a text is blanks, words of ASCII and marks that are one token in every dialect: these are told here.
    fn next(&mut self) -> Option<Token> {
        let bytes = self.bytes();
        while bytes.get(self.at).is_some_and(|&byte| byte == b' ' || byte == b'\n') {
            self.at += 1;
        }
        let start = self.at;
        let first = *bytes.get(start)?;
        if matches!(first, b'(' | b')' | b',' | b';') {
            self.at += 1;
            return Some(Token { kind: TokenKind::Symbol, start: start as u32, end: self.at as u32 });
        }
        if BEGINS_WORD[usize::from(first)] {
            let mut end = start + 1;
            while bytes.get(end).is_some_and(|&byte| IN_WORD[usize::from(byte)]) {
                end += 1;
            }
            let after = bytes.get(end).copied().unwrap_or(0);
            // The letter before a quote belongs to a text.
            if after.is_ascii() && !(end == start + 1 && matches!(after, b'\'' | b'&')) {
                self.at = end;
                return Some(Token { kind: TokenKind::Word, start: start as u32, end: end as u32 });
            }
        }
        self.next_of_any_kind()
    }
}

impl Scanner<'_> {
    fn next_of_any_kind(&mut self) -> Option<Token> {
        self.skip_blanks();
        if self.at >= self.text.len() {
            return None;
        }
        let start = self.at;
        let kind = self.scan();
        // A backslash before the last byte of a character may have led into its middle.
        while !self.byte(0).is_ascii() && !self.text.is_char_boundary(self.at) {
            self.at += 1;
        }
        Some(Token { kind, start: start as u32, end: self.at as u32 })
    }
}

/// All tokens of a text.
pub fn tokens(text: &str, dialect: DialectKind) -> Vec<Token> {
    Scanner::new(text, dialect).collect()
}

/// A text in one form: one blank between tokens, bare words in lower case, nothing else changed. Two texts
/// that differ in layout, keyword case or comments have the same form.
pub fn normal_form(text: &str, dialect: DialectKind) -> String {
    let mut form = String::with_capacity(text.len());
    for token in Scanner::new(text, dialect) {
        if !form.is_empty() {
            form.push(' ');
        }
        match token.kind {
            TokenKind::Word => push_lowercase(&mut form, token.text(text)),
            TokenKind::Quoted => push_lowercase(&mut form, &name_of(token.text(text), dialect)),
            TokenKind::Text | TokenKind::Number | TokenKind::Symbol => form.push_str(token.text(text)),
        }
    }
    form
}

fn push_lowercase(form: &mut String, word: &str) {
    let start = form.len();
    form.push_str(word);
    if word.is_ascii() {
        form[start..].make_ascii_lowercase();
    } else {
        form.truncate(start);
        form.push_str(&word.to_lowercase());
    }
}
#[cfg(test)]
mod tests {
    use super::*;
    use DialectKind::{Mysql, Postgres, Sqlite};

    fn check(dialect: DialectKind, text: &str, expected: &[&str]) {
        let found: Vec<&str> = tokens(text, dialect).iter().map(|token| token.text(text)).collect();
        assert_eq!(found, expected, "{dialect}: {text}");
    }

    #[test]
    fn quotes_and_comments_are_the_dialects() {
        check(Postgres, "a $f$ ; $$ $f$ b", &["a", "$f$ ; $$ $f$", "b"]);
        check(Postgres, "/* a /* b */ c */ d", &["d"]);
        check(Sqlite, "/* a /* b */ c */ d", &["c", "*", "/", "d"]);
        check(Postgres, r"E'it\'s' x", &[r"E'it\'s'", "x"]);
        check(Sqlite, r"'it\' x", &[r"'it\'", "x"]);
        check(Mysql, r"'it\'s' # c", &[r"'it\'s'"]);
        check(Mysql, "/*!40101 SET a=1 */;", &["SET", "a", "=", "1", ";"]);
        check(Mysql, "/*!999999\\- a */ b /*M!100100 c */", &["b", "c"]);
        check(Postgres, "U&'d\\0061' U&\"a\" u&1", &["U&'d\\0061'", "U&\"a\"", "u", "&", "1"]);
        check(Mysql, "5--1 -- c", &["5", "-", "-", "1"]);
        check(Sqlite, "[a b].\"c\"\"d\"", &["[a b]", ".", "\"c\"\"d\""]);
        check(Postgres, "a::text[1] ->> 'k' $1", &["a", "::", "text", "[", "1", "]", "->>", "'k'", "$", "1"]);
        check(Sqlite, "1e+5.0 .5 0xff", &["1e+5.0", ".5", "0xff"]);
    }

    #[test]
    fn unclosed_quotes_run_to_the_end() {
        for text in ["'a", "\"a", "`a", "/* a", "E'a\\", "$t$ a", "[a", "'\\ä"] {
            for dialect in DialectKind::ALL {
                let end = tokens(text, dialect).last().map_or(0, |token| token.end as usize);
                assert!(end <= text.len());
            }
        }
    }

    #[test]
    fn values_of_names_and_strings() {
        for text in ["", "'", "it's", "''a''", "ä'ö"] {
            assert_eq!(string_value(&text_literal(text), Sqlite).as_deref(), Some(text));
        }
        assert_eq!(identifier("\"A\"\"b\"", Postgres), "A\"b");
        assert_eq!(identifier("Users", Postgres), "users");
        assert_eq!(identifier("Users", Sqlite), "Users");
        assert_eq!(string_value("'it''s'", Sqlite).as_deref(), Some("it's"));
        assert_eq!(string_value(r"E'a\nb'", Postgres).as_deref(), Some("a\nb"));
        assert_eq!(string_value(r"U&'d\0061t\+000061\\x'", Postgres).as_deref(), Some(r"data\x"));
        assert_eq!(string_value(r"E'\u00e9\xc3\xa9\101\%\\'", Postgres).as_deref(), Some(r"ééA%\"));
        assert_eq!(string_value("$x$a'b$x$", Postgres).as_deref(), Some("a'b"));
        assert_eq!(normal_form("CHECK ( A>0 ) -- c", Sqlite), normal_form("check(a > 0)", Sqlite));
    }
}
