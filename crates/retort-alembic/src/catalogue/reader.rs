//! The words of a question, one after the other.

use super::Cell;
use super::condition::Column;
use retort_core::source::DialectKind;
use retort_core::token::{self, Token, TokenKind};

/// The tokens of a question and a place among them.
pub(super) struct Reader<'a> {
    sql: &'a str,
    tokens: Vec<Token>,
    at: usize,
    /// How many parentheses and NOTs are open.
    pub(super) depth: usize,
    pub(super) dialect: DialectKind,
}

impl<'a> Reader<'a> {
    pub(super) fn new(sql: &'a str, dialect: DialectKind) -> Reader<'a> {
        Reader { sql, tokens: token::tokens(sql, dialect), at: 0, depth: 0, dialect }
    }

    fn ahead(&self, count: usize) -> &'a str {
        self.tokens.get(self.at + count).map_or("", |token| token.text(self.sql))
    }

    pub(super) fn is(&self, word: &str) -> bool {
        self.ahead(0).eq_ignore_ascii_case(word)
    }

    pub(super) fn eat(&mut self, word: &str) -> bool {
        let is_it = self.is(word);
        self.at += usize::from(is_it);
        is_it
    }

    /// A function's name and the opened parenthesis.
    pub(super) fn eat_call(&mut self, name: &str) -> bool {
        let is_it = self.is(name) && self.ahead(1) == "(";
        self.at += 2 * usize::from(is_it);
        is_it
    }

    pub(super) fn expect(&mut self, word: &str) -> Option<()> {
        self.eat(word).then_some(())
    }

    /// Only a semicolon is left, or nothing.
    pub(super) fn is_end(&self) -> bool {
        self.tokens[self.at.min(self.tokens.len())..].iter().all(|token| token.text(self.sql) == ";")
    }

    fn kind(&self) -> Option<TokenKind> {
        self.tokens.get(self.at).map(|token| token.kind)
    }

    /// An identifier.
    pub(super) fn name(&mut self) -> Option<String> {
        matches!(self.kind()?, TokenKind::Word | TokenKind::Quoted).then(|| {
            self.at += 1;
            token::identifier(self.tokens[self.at - 1].text(self.sql), self.dialect)
        })
    }

    /// Whether a name comes that is none of these words.
    pub(super) fn is_name_but(&self, words: &[&str]) -> bool {
        matches!(self.kind(), Some(TokenKind::Word | TokenKind::Quoted))
            && !words.iter().any(|word| self.is(word))
    }

    /// `column`, `table.column`; no function.
    pub(super) fn column(&mut self) -> Option<Column> {
        let first = self.name()?.to_ascii_lowercase();
        let column = match self.eat(".") {
            true => Column { table: Some(first), name: self.name()?.to_ascii_lowercase(), is_name: false },
            false => Column { table: None, name: first, is_name: false },
        };
        (!self.is("(")).then_some(column)
    }

    /// A whole number.
    pub(super) fn count(&mut self) -> Option<usize> {
        let number = self.ahead(0).parse().ok()?;
        self.at += 1;
        Some(number)
    }

    /// A text, a number, TRUE or FALSE.
    pub(super) fn literal(&mut self) -> Option<Cell> {
        let text = self.ahead(0);
        let cell = match self.kind()? {
            TokenKind::Text => Cell::Text(token::string_value(text, self.dialect)?),
            TokenKind::Number => Cell::Number(text.parse().ok()?),
            TokenKind::Word if self.is("true") || self.is("false") => Cell::Truth(self.is("true")),
            _ => return None,
        };
        self.at += 1;
        Some(cell)
    }

    /// `::type`, any number of them; the names of the types.
    pub(super) fn casts(&mut self) -> Option<Vec<&'static str>> {
        let mut found = Vec::new();
        while self.eat("::") {
            let kinds = ["regclass", "regtype", "text", "name", "varchar", "int", "integer"];
            found.push(kinds.into_iter().find(|kind| self.eat(kind))?);
        }
        Some(found)
    }

    /// A comparison, in one spelling.
    pub(super) fn operator(&mut self) -> Option<&'static str> {
        let found = [("=", "="), ("<>", "<>"), ("!=", "<>"), ("<", "<"), (">", ">"), ("==", "=")];
        found.into_iter().find(|(text, _)| self.eat(text)).map(|(_, operator)| operator)
    }

    /// The schema that the connection is in.
    pub(super) fn here(&self) -> Cell {
        super::rows::default_schema(self.dialect)
    }
}
