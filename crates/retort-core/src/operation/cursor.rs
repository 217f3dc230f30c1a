//! A walk over the tokens of one statement.

use super::RawStatement;
use crate::schema::{Expression, ObjectName};
use crate::source::DialectKind;
use crate::token::{self, Token, TokenKind};

/// Why a statement could not be read, and at which byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) message: String,
    pub(super) at: usize,
}

pub(super) type Read<T> = Result<T, Fault>;

/// Tokens of a statement (or of what stands between two parentheses) and a place among them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cursor<'a> {
    pub(super) text: &'a str,
    pub(super) dialect: DialectKind,
    tokens: &'a [Token],
    at: usize,
    /// The byte after its last token.
    end: usize,
    /// The statement it walks over a part of.
    statement: &'a str,
}

/// Words that are no bare names in any of the dialects (PostgreSQL 18 appendix C, MySQL 8.4 11.3,
/// `sqlite.org/lang_keywords.html`): where one stands for a name, a name is missing. The longest has 10 letters.
fn is_never_a_name(word: &str) -> bool {
    let mut upper = [0; 10];
    let Some(upper) = upper.get_mut(..word.len()) else { return false };
    upper.copy_from_slice(word.as_bytes());
    upper.make_ascii_uppercase();
    matches!(
        &*upper,
        b"ALL"
            | b"AND"
            | b"AS"
            | b"CASE"
            | b"CHECK"
            | b"COLLATE"
            | b"CONSTRAINT"
            | b"CREATE"
            | b"DEFAULT"
            | b"DISTINCT"
            | b"ELSE"
            | b"FOREIGN"
            | b"FROM"
            | b"GROUP"
            | b"HAVING"
            | b"IN"
            | b"INTO"
            | b"LIMIT"
            | b"NOT"
            | b"NULL"
            | b"OR"
            | b"ORDER"
            | b"PRIMARY"
            | b"REFERENCES"
            | b"SELECT"
            | b"TABLE"
            | b"THEN"
            | b"UNIQUE"
            | b"USING"
            | b"WHERE"
    )
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str, raw: &'a RawStatement, dialect: DialectKind) -> Cursor<'a> {
        let statement = text.get(raw.start..raw.end).unwrap_or("");
        Cursor { text, dialect, tokens: &raw.tokens, at: 0, end: raw.end, statement }
    }

    /// The whole statement, as it was written.
    pub(super) fn statement(&self) -> &'a str {
        self.statement
    }

    /// The tokens of a range, as a cursor of their own.
    fn part(&self, range: std::ops::Range<usize>, end: usize) -> Cursor<'a> {
        Cursor { tokens: self.tokens.get(range).unwrap_or(&[]), at: 0, end, ..*self }
    }

    /// The byte at which the token of an index begins.
    fn start_of(&self, index: usize) -> usize {
        self.tokens.get(index).map_or(self.end, |token| token.start as usize)
    }

    /// The byte of the token of an index, if it is but one.
    fn symbol(&self, index: usize) -> u8 {
        let single = self.tokens.get(index).filter(|token| token.end == token.start + 1);
        single.and_then(|token| self.text.as_bytes().get(token.start as usize)).copied().unwrap_or(0)
    }

    /// The text of the token so many places ahead; empty past the end.
    pub(super) fn ahead(&self, count: usize) -> &'a str {
        self.tokens.get(self.at + count).map_or("", |token| token.text(self.text))
    }

    pub(super) fn peek(&self) -> &'a str {
        self.ahead(0)
    }

    pub(super) fn kind(&self) -> Option<TokenKind> {
        self.tokens.get(self.at).map(|token| token.kind)
    }

    pub(super) fn is_done(&self) -> bool {
        self.at >= self.tokens.len()
    }

    pub(super) fn skip(&mut self) {
        self.at += 1;
    }

    /// Cuts at the last place of a word outside parentheses: gives what stands before it, and is after it then.
    pub(super) fn split_off_last(&mut self, word: &str) -> Read<Cursor<'a>> {
        let mut depth = 0i32;
        let mut found = None;
        for index in self.at..self.tokens.len() {
            match self.symbol(index) {
                b'(' | b'[' => depth += 1,
                b')' | b']' => depth -= 1,
                _ if depth == 0 && self.tokens[index].text(self.text).eq_ignore_ascii_case(word) => {
                    found = Some(index);
                }
                _ => {}
            }
        }
        let Some(index) = found else { return Err(self.fault(format!("expected `{word}`"))) };
        let before = self.part(self.at..index, self.start_of(index));
        self.at = index + 1;
        Ok(before)
    }

    /// Where words come next outside parentheses, as a mark.
    pub(super) fn find(&self, words: &str) -> Option<usize> {
        let mut walk = *self;
        let mut depth = 0i32;
        while !walk.is_done() {
            match walk.symbol(walk.at) {
                b'(' | b'[' => depth += 1,
                b')' | b']' => depth -= 1,
                _ if depth == 0 && walk.is(words) => return Some(walk.at),
                _ => {}
            }
            walk.skip();
        }
        None
    }

    /// Parts what is left at a mark, and leaves so many tokens out there.
    pub(super) fn split_at(&self, mark: usize, left_out: usize) -> (Cursor<'a>, Cursor<'a>) {
        let before = self.part(self.at..mark, self.start_of(mark));
        (before, self.part(mark + left_out..self.tokens.len(), self.end))
    }

    /// Takes tokens up to the next of these words outside parentheses (the first token is always taken), as a
    /// cursor of their own.
    pub(super) fn up_to(&mut self, stops: &[&str]) -> Cursor<'a> {
        let from = self.at;
        self.text_until(stops);
        self.part(from..self.at, self.start_of(self.at))
    }

    /// One token that is no symbol, as it was written.
    pub(super) fn word(&mut self) -> Read<String> {
        match self.kind() {
            Some(TokenKind::Word | TokenKind::Quoted | TokenKind::Number | TokenKind::Text) => {
                let word = self.peek().to_owned();
                self.skip();
                Ok(word)
            }
            _ => Err(self.fault("expected a word")),
        }
    }

    /// Whether these words (or symbols) come next; words compare without case, quoted names never match.
    #[inline(always)]
    pub(super) fn is(&self, words: &str) -> bool {
        // Most questions are answered by the first letter.
        let first = self.tokens.get(self.at).and_then(|token| self.text.as_bytes().get(token.start as usize));
        let (Some(first), Some(word)) = (first, words.as_bytes().first()) else { return false };
        first.eq_ignore_ascii_case(word) && self.begins_with(words)
    }

    fn begins_with(&self, words: &str) -> bool {
        let mut words = words.as_bytes();
        for token in self.tokens.get(self.at..).unwrap_or_default() {
            let own = self.text.as_bytes().get(token.start as usize..token.end as usize).unwrap_or_default();
            let Some((word, rest)) = words.split_at_checked(own.len()) else { return false };
            if !matches!(rest, [] | [b' ', ..])
                || !matches!(token.kind, TokenKind::Word | TokenKind::Symbol)
                || !word.eq_ignore_ascii_case(own)
            {
                return false;
            }
            let [_, rest @ ..] = rest else { return true };
            words = rest;
        }
        false
    }

    pub(super) fn is_any(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.is(word))
    }

    /// Takes these words if they come next.
    #[inline]
    pub(super) fn eat(&mut self, words: &str) -> bool {
        let found = self.is(words);
        if found {
            self.at += 1 + words.bytes().filter(|byte| *byte == b' ').count();
        }
        found
    }

    /// Takes the first of these that comes next.
    pub(super) fn eat_any<'w>(&mut self, words: &[&'w str]) -> Option<&'w str> {
        words.iter().find(|words| self.eat(words)).copied()
    }

    /// Takes these words if nothing follows them, off the end.
    pub(super) fn eat_end(&mut self, words: &str) -> bool {
        let count = words.split(' ').count();
        let Some(place) = self.tokens.len().checked_sub(count).filter(|place| *place >= self.at) else {
            return false;
        };
        let found = Cursor { at: place, ..*self }.is(words);
        if found {
            self.end = self.start_of(place);
            self.tokens = &self.tokens[..place];
        }
        found
    }

    pub(super) fn expect(&mut self, words: &str) -> Read<()> {
        if self.eat(words) { Ok(()) } else { Err(self.fault(format!("expected `{words}`"))) }
    }

    pub(super) fn fault(&self, message: impl Into<String>) -> Fault {
        let found = if self.is_done() { "the end".to_owned() } else { format!("`{}`", shorten(self.peek())) };
        Fault { message: format!("{}, found {found}", message.into()), at: self.offset() }
    }

    /// The byte at which the next token begins.
    pub(super) fn offset(&self) -> usize {
        self.start_of(self.at)
    }

    /// A mark to cut text from later.
    pub(super) fn mark(&self) -> usize {
        self.at
    }

    /// The text from a mark to the last token taken.
    pub(super) fn since(&self, mark: usize) -> &'a str {
        match (self.tokens.get(mark), self.tokens.get(self.at.wrapping_sub(1))) {
            (Some(first), Some(last)) if mark < self.at => {
                self.text.get(first.start as usize..last.end as usize).unwrap_or("")
            }
            _ => "",
        }
    }

    /// All that is left, as text.
    pub(super) fn rest(&mut self) -> &'a str {
        let mark = self.at;
        self.at = self.tokens.len();
        self.since(mark)
    }

    /// A bare or quoted name; MySQL also takes double-quoted text where a name must stand.
    pub(super) fn name(&mut self) -> Read<String> {
        match self.kind() {
            Some(TokenKind::Word) if is_never_a_name(self.peek()) => Err(self.fault("expected a name")),
            Some(TokenKind::Word | TokenKind::Quoted) => {
                let name = token::identifier(self.peek(), self.dialect);
                self.skip();
                Ok(name)
            }
            // SQLite takes 'name' where only a name can stand (sqlite.org/quirks.html).
            Some(TokenKind::Text) if self.dialect != DialectKind::Postgres => {
                let Some(name) = token::string_value(self.peek(), self.dialect) else {
                    return Err(self.fault("expected a name"));
                };
                self.skip();
                Ok(name)
            }
            _ => Err(self.fault("expected a name")),
        }
    }

    /// `name`, `schema.name` or `database.schema.name`.
    pub(super) fn object_name(&mut self) -> Read<ObjectName> {
        let mut schema = None;
        let mut name = self.name()?;
        while self.eat(".") {
            schema = Some(std::mem::replace(&mut name, self.name()?));
        }
        Ok(match schema {
            Some(schema) => ObjectName::qualified(&schema, &name),
            None => ObjectName::bare(name),
        })
    }

    /// `a, b.c, …`
    pub(super) fn object_names(&mut self) -> Read<Vec<ObjectName>> {
        let mut names = vec![self.object_name()?];
        while self.eat(",") {
            names.push(self.object_name()?);
        }
        Ok(names)
    }

    /// A string literal's value.
    pub(super) fn string(&mut self) -> Read<String> {
        let value =
            (self.kind() == Some(TokenKind::Text)).then(|| token::string_value(self.peek(), self.dialect));
        match value.flatten() {
            Some(value) => {
                self.skip();
                Ok(value)
            }
            None => Err(self.fault("expected a text")),
        }
    }

    pub(super) fn number(&mut self) -> Read<i64> {
        let negative = self.eat("-");
        let _ = !negative && self.eat("+");
        let number = self.peek().parse::<i128>().map(|number| if negative { -number } else { number });
        match number.ok().and_then(|number| i64::try_from(number).ok()) {
            Some(number) => {
                self.skip();
                Ok(number)
            }
            None => Err(self.fault("expected a whole number")),
        }
    }

    /// Takes `( … )` and gives a cursor over what is inside.
    pub(super) fn parenthesized(&mut self) -> Read<Cursor<'a>> {
        if !self.is("(") {
            return Err(self.fault("expected `(`"));
        }
        let open = self.at;
        let mut depth = 0usize;
        for index in open..self.tokens.len() {
            match self.symbol(index) {
                b'(' => depth += 1,
                b')' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                self.at = index + 1;
                return Ok(self.part(open + 1..index, self.start_of(index)));
            }
        }
        Err(self.fault("this `(` is not closed"))
    }

    /// Takes `[ … ]`.
    pub(super) fn bracketed(&mut self) -> Read<()> {
        let start = *self;
        let mut depth = 0usize;
        while !self.is_done() {
            match self.symbol(self.at) {
                b'[' => depth += 1,
                b']' => depth = depth.saturating_sub(1),
                _ => {}
            }
            self.skip();
            if depth == 0 {
                return Ok(());
            }
        }
        Err(start.fault("this `[` is not closed"))
    }

    /// Cuts what is left at commas that stand outside parentheses.
    pub(super) fn items(&self) -> Vec<Cursor<'a>> {
        let mut items = Vec::new();
        let mut depth = 0i32;
        let mut start = self.at;
        for (index, token) in self.tokens.iter().enumerate().skip(self.at) {
            match self.symbol(index) {
                b'(' | b'[' => depth += 1,
                b')' | b']' => depth -= 1,
                b',' if depth == 0 => {
                    items.push(self.part(start..index, token.start as usize));
                    start = index + 1;
                }
                _ => {}
            }
        }
        // After a comma something must follow: what is not there is an item too, and its reader says so.
        if start < self.tokens.len() || start > self.at {
            items.push(self.part(start..self.tokens.len(), self.end));
        }
        items
    }

    /// `(a, b)` as names.
    pub(super) fn names(&mut self) -> Read<Vec<String>> {
        let mut names = Vec::new();
        for mut item in self.parenthesized()?.items() {
            names.push(item.name()?);
            item.finish()?;
        }
        Ok(names)
    }

    /// Nothing may be left over: what is not read is not guessed.
    pub(super) fn finish(&self) -> Read<()> {
        if self.is_done() { Ok(()) } else { Err(self.fault("this part is not understood")) }
    }

    /// The expression inside `( … )`.
    pub(super) fn parenthesized_expression(&mut self) -> Read<Expression> {
        let text = self.parenthesized()?.rest();
        Ok(Expression::new(text, self.dialect))
    }

    /// Takes tokens up to one of these words outside parentheses (the first token is always taken).
    pub(super) fn text_until(&mut self, stops: &[&str]) -> &'a str {
        let mark = self.at;
        let mut depth = 0i32;
        while !self.is_done() {
            match self.symbol(self.at) {
                b'(' | b'[' => depth += 1,
                b')' | b']' => depth -= 1,
                _ if depth == 0 && self.at > mark && self.is_any(stops) => break,
                _ => {}
            }
            self.skip();
        }
        self.since(mark)
    }
}

/// A token short enough for a message.
fn shorten(text: &str) -> String {
    if text.chars().count() <= 40 {
        return text.to_owned();
    }
    text.chars().take(39).chain(['…']).collect()
}
