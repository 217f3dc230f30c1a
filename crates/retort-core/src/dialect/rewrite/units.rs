//! Tokens as a tree: what stands in parentheses or brackets is one unit.

use std::borrow::Cow;

use crate::source::DialectKind;
use crate::token::{self, Scanner, Token, TokenKind};

/// A token with its meaning taken out, or a group.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::dialect) enum Unit<'a> {
    /// A bare word.
    Word(&'a str),
    /// A quoted name, quotes off.
    Name(Cow<'a, str>),
    /// The characters of a string literal.
    Text(Cow<'a, str>),
    /// A number, a blob or a bit string.
    Number(Cow<'a, str>),
    Symbol(&'a str),
    /// `( … )`
    Group(Vec<Unit<'a>>),
    /// `[ … ]`
    Bracket(Vec<Unit<'a>>),
}

/// The parts between commas; none for nothing.
pub(in crate::dialect) fn split<'u, 'a>(list: &'u [Unit<'a>]) -> Vec<&'u [Unit<'a>]> {
    if list.is_empty() { Vec::new() } else { list.split(|unit| unit.is_symbol(",")).collect() }
}

impl Unit<'_> {
    /// Whether this is that bare word.
    pub(in crate::dialect) fn is(&self, word: &str) -> bool {
        matches!(self, Unit::Word(own) if own.eq_ignore_ascii_case(word))
    }

    /// Whether this is that symbol.
    pub(in crate::dialect) fn is_symbol(&self, symbol: &str) -> bool {
        matches!(self, Unit::Symbol(own) if *own == symbol)
    }

    /// The identifier that a bare or quoted word stands for: PostgreSQL folds bare ones.
    pub(in crate::dialect) fn identifier(&self, dialect: DialectKind) -> Option<String> {
        self.identifier_here(dialect).map(Cow::into_owned)
    }

    /// The same, as it stands in the text where it can.
    pub(in crate::dialect) fn identifier_here(&self, dialect: DialectKind) -> Option<Cow<'_, str>> {
        match self {
            Unit::Word(word) if dialect == DialectKind::Postgres => Some(token::folded(word)),
            other => other.name().map(Cow::Borrowed),
        }
    }

    /// The name that a bare or quoted word stands for.
    pub(in crate::dialect) fn name(&self) -> Option<&str> {
        match self {
            Unit::Word(word) => Some(word),
            Unit::Name(name) => Some(name),
            Unit::Text(_) | Unit::Number(_) | Unit::Symbol(_) | Unit::Group(_) | Unit::Bracket(_) => None,
        }
    }
}

/// Whether units begin with these words or symbols, a blank between them.
pub(in crate::dialect) fn begins(list: &[Unit<'_>], phrase: &str) -> bool {
    // Most questions are answered by the first letter.
    let first = match list.first() {
        Some(Unit::Word(own) | Unit::Symbol(own)) => own.as_bytes().first(),
        _ => None,
    };
    if !first.zip(phrase.as_bytes().first()).is_some_and(|(own, asked)| own.eq_ignore_ascii_case(asked)) {
        return false;
    }
    let mut list = list.iter();
    phrase.split(' ').all(|word| list.next().is_some_and(|unit| unit.is(word) || unit.is_symbol(word)))
}

/// The units of a text. A parenthesis that is not closed ends with the text; the depth is bounded by the
/// heap, not by the stack.
pub(in crate::dialect) fn units(text: &str, dialect: DialectKind) -> Vec<Unit<'_>> {
    let mut open: Vec<(char, Vec<Unit<'_>>)> = Vec::with_capacity(4);
    open.push((' ', Vec::with_capacity(text.len().min(128) / 8)));
    for token in Scanner::new(text, dialect) {
        let word = token.text(text);
        match word {
            "(" | "[" if token.kind == TokenKind::Symbol && open.len() < MAX_DEPTH => {
                open.push((if word == "(" { '(' } else { '[' }, Vec::new()));
            }
            ")" | "]" if token.kind == TokenKind::Symbol && open.len() > 1 => close(&mut open),
            _ => {
                if let Some((_, list)) = open.last_mut() {
                    list.push(unit(token, word, dialect));
                }
            }
        }
    }
    while open.len() > 1 {
        close(&mut open);
    }
    open.pop().map(|(_, list)| list).unwrap_or_default()
}

/// Deeper nesting is no expression that anybody wrote, and would cost the rewriter its stack.
const MAX_DEPTH: usize = 200;

fn close<'a>(open: &mut Vec<(char, Vec<Unit<'a>>)>) {
    let Some((kind, list)) = open.pop() else { return };
    let group = if kind == '(' { Unit::Group(list) } else { Unit::Bracket(list) };
    if let Some((_, outer)) = open.last_mut() {
        outer.push(group);
    }
}

fn unit<'a>(token: Token, word: &'a str, dialect: DialectKind) -> Unit<'a> {
    match token.kind {
        TokenKind::Word => Unit::Word(word),
        TokenKind::Quoted => Unit::Name(token::name_of(word, dialect)),
        TokenKind::Number => Unit::Number(Cow::Borrowed(word)),
        TokenKind::Symbol => Unit::Symbol(word),
        TokenKind::Text => match token::value_of(word, dialect) {
            Some(value) => Unit::Text(value),
            None => Unit::Number(bits(word, dialect)),
        },
    }
}

/// MySQL's `b'101'` is a number to SQLite, PostgreSQL's a text of bits; `X'00'` is a blob as it stands.
fn bits(word: &str, dialect: DialectKind) -> Cow<'_, str> {
    if !word.starts_with(['b', 'B']) {
        return Cow::Borrowed(word);
    }
    let digits = word[1..].trim_matches('\'');
    Cow::Owned(match i64::from_str_radix(digits, 2) {
        Ok(number) if dialect != DialectKind::Postgres => number.to_string(),
        _ => format!("'{digits}'"),
    })
}

/// Pieces of SQL with blanks where SQL wants them.
pub(in crate::dialect) fn join<'p>(pieces: impl IntoIterator<Item = &'p str>) -> String {
    let mut sql = String::new();
    for piece in pieces {
        let glued = matches!(piece, "," | "." | ")" | ";")
            || piece.starts_with("::")
            || sql.ends_with(['.', '('])
            || sql.is_empty();
        if !glued {
            sql.push(' ');
        }
        sql.push_str(piece);
    }
    sql
}

/// The items of `ARRAY[…]`, looked for through the parentheses around it.
pub(in crate::dialect) fn find_array<'u, 'a>(list: &'u [Unit<'a>]) -> Option<&'u [Unit<'a>]> {
    match list {
        [Unit::Word(word), Unit::Bracket(items), ..] if word.eq_ignore_ascii_case("array") => Some(items),
        [Unit::Group(inner), ..] => find_array(inner),
        _ => None,
    }
}
