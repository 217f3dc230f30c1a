//! Tokens as a tree: what stands in parentheses or brackets is one unit.

use crate::source::DialectKind;
use crate::token::{self, Token, TokenKind};

/// A token with its meaning taken out, or a group.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::dialect) enum Unit<'a> {
    /// A bare word.
    Word(&'a str),
    /// A quoted name, quotes off.
    Name(String),
    /// The characters of a string literal.
    Text(String),
    /// A number, a blob or a bit string.
    Number(String),
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
        match self {
            Unit::Word(word) if dialect == DialectKind::Postgres => Some(word.to_lowercase()),
            other => other.name().map(str::to_owned),
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

/// The units of a text. A parenthesis that is not closed ends with the text; the depth is bounded by the
/// heap, not by the stack.
pub(in crate::dialect) fn units(text: &str, dialect: DialectKind) -> Vec<Unit<'_>> {
    let mut open: Vec<(char, Vec<Unit<'_>>)> = vec![(' ', Vec::new())];
    for token in token::tokens(text, dialect) {
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
        TokenKind::Quoted => Unit::Name(token::identifier(word, dialect)),
        TokenKind::Number => Unit::Number(word.to_owned()),
        TokenKind::Symbol => Unit::Symbol(word),
        TokenKind::Text => match token::string_value(word, dialect) {
            Some(value) => Unit::Text(value),
            None => Unit::Number(bits(word, dialect)),
        },
    }
}

/// MySQL's `b'101'` is a number to SQLite, PostgreSQL's a text of bits; `X'00'` is a blob as it stands.
fn bits(word: &str, dialect: DialectKind) -> String {
    if !word.starts_with(['b', 'B']) {
        return word.to_owned();
    }
    let digits = word[1..].trim_matches('\'');
    if dialect == DialectKind::Postgres {
        return format!("'{digits}'");
    }
    i64::from_str_radix(digits, 2).map_or_else(|_| format!("'{digits}'"), |number| number.to_string())
}

/// The items of `ARRAY[…]`, looked for through the parentheses around it.
pub(in crate::dialect) fn find_array<'u, 'a>(list: &'u [Unit<'a>]) -> Option<&'u [Unit<'a>]> {
    match list {
        [Unit::Word(word), Unit::Bracket(items), ..] if word.eq_ignore_ascii_case("array") => Some(items),
        [Unit::Group(inner), ..] => find_array(inner),
        _ => None,
    }
}
