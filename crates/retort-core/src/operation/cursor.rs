//! A walk over the tokens of one statement.

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
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str, tokens: &'a [Token], dialect: DialectKind) -> Cursor<'a> {
        Cursor { text, dialect, tokens, at: 0 }
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

    /// Back to the first token.
    pub(super) fn rewind(&mut self) {
        self.at = 0;
    }

    pub(super) fn skip(&mut self) {
        self.at += 1;
    }

    /// The text of the token taken last.
    pub(super) fn previous(&self) -> &'a str {
        self.at.checked_sub(1).and_then(|at| self.tokens.get(at)).map_or("", |token| token.text(self.text))
    }

    pub(super) fn step_back(&mut self) {
        self.at = self.at.saturating_sub(1);
    }

    /// Cuts at the last place of a word outside parentheses: gives what stands before it, and is after it then.
    pub(super) fn split_off_last(&mut self, word: &str) -> Read<Cursor<'a>> {
        let mut depth = 0i32;
        let mut found = None;
        for index in self.at..self.tokens.len() {
            match self.tokens[index].text(self.text) {
                "(" | "[" => depth += 1,
                ")" | "]" => depth -= 1,
                text if depth == 0 && text.eq_ignore_ascii_case(word) => found = Some(index),
                _ => {}
            }
        }
        let Some(index) = found else { return Err(self.fault(format!("expected `{word}`"))) };
        let before = Cursor { tokens: &self.tokens[self.at..index], at: 0, ..*self };
        self.at = index + 1;
        Ok(before)
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
    pub(super) fn is(&self, words: &str) -> bool {
        words.split(' ').enumerate().all(|(index, word)| {
            let token = self.tokens.get(self.at + index);
            token.is_some_and(|token| {
                matches!(token.kind, TokenKind::Word | TokenKind::Symbol)
                    && token.text(self.text).eq_ignore_ascii_case(word)
            })
        })
    }

    pub(super) fn is_any(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.is(word))
    }

    /// Takes these words if they come next.
    pub(super) fn eat(&mut self, words: &str) -> bool {
        let found = self.is(words);
        if found {
            self.at += words.split(' ').count();
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
        match (self.tokens.get(self.at), self.tokens.last()) {
            (Some(token), _) => token.start as usize,
            (None, Some(last)) => last.end as usize,
            (None, None) => 0,
        }
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
        let mut parts = vec![self.name()?];
        while self.is(".") {
            self.skip();
            parts.push(self.name()?);
        }
        let name = parts.pop().unwrap_or_default();
        Ok(match parts.pop() {
            Some(schema) => ObjectName::qualified(&schema, &name),
            None => ObjectName::bare(name),
        })
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
        match self.peek().parse::<i64>() {
            Ok(number) => {
                self.skip();
                Ok(if negative { -number } else { number })
            }
            Err(_) => Err(self.fault("expected a whole number")),
        }
    }

    /// Takes `( … )` and gives a cursor over what is inside.
    pub(super) fn parenthesized(&mut self) -> Read<Cursor<'a>> {
        if !self.is("(") {
            return Err(self.fault("expected `(`"));
        }
        let open = self.at;
        let mut depth = 0usize;
        for (index, token) in self.tokens.iter().enumerate().skip(open) {
            match token.text(self.text) {
                "(" => depth += 1,
                ")" => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                self.at = index + 1;
                return Ok(Cursor { tokens: &self.tokens[open + 1..index], at: 0, ..*self });
            }
        }
        Err(self.fault("this `(` is not closed"))
    }

    /// Cuts what is left at commas that stand outside parentheses.
    pub(super) fn items(&self) -> Vec<Cursor<'a>> {
        let mut items = Vec::new();
        let mut depth = 0i32;
        let mut start = self.at;
        for index in self.at..self.tokens.len() {
            match self.tokens[index].text(self.text) {
                "(" | "[" => depth += 1,
                ")" | "]" => depth -= 1,
                "," if depth == 0 => {
                    items.push(Cursor { tokens: &self.tokens[start..index], at: 0, ..*self });
                    start = index + 1;
                }
                _ => {}
            }
        }
        if start < self.tokens.len() {
            items.push(Cursor { tokens: &self.tokens[start..], at: 0, ..*self });
        }
        items
    }

    /// `(a, b)` as names.
    pub(super) fn names(&mut self) -> Read<Vec<String>> {
        self.parenthesized()?.items().iter_mut().map(Cursor::name).collect()
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
            match self.peek() {
                "(" | "[" => depth += 1,
                ")" | "]" => depth -= 1,
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
