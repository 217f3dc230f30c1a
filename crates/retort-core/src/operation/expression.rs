//! How far an expression goes that no parentheses hold: operands and operators in turn. Its meaning is not read.

use super::cursor::{Cursor, Read};
use super::type_name;
use crate::source::DialectKind;
use crate::token::TokenKind;

/// Which operators may stand outside parentheses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    /// After a column's DEFAULT: no words such as AND, LIKE or NOT, for words of the column follow
    /// (PostgreSQL calls it `b_expr`).
    Default,
    /// All of them.
    Whole,
}

/// Words that can follow an operand as operators, in a whole expression.
const WORD_OPERATORS: [&str; 25] = [
    "AND",
    "OR",
    "XOR",
    "DIV",
    "MOD",
    "LIKE",
    "ILIKE",
    "RLIKE",
    "REGEXP",
    "GLOB",
    "MATCH",
    "SIMILAR TO",
    "NOT LIKE",
    "NOT ILIKE",
    "NOT RLIKE",
    "NOT REGEXP",
    "NOT GLOB",
    "NOT MATCH",
    "NOT SIMILAR TO",
    "NOT IN",
    "NOT BETWEEN",
    "BETWEEN",
    "IN",
    "ESCAPE",
    "OVERLAPS",
];

/// Words at which no operand can begin.
const NO_OPERANDS: [&str; 18] = [
    "NOT",
    "COLLATE",
    "CONSTRAINT",
    "PRIMARY",
    "UNIQUE",
    "CHECK",
    "REFERENCES",
    "GENERATED",
    "ON",
    "COMMENT",
    "AS",
    "IS",
    "IN",
    "AND",
    "OR",
    "FROM",
    "WHERE",
    "AUTO_INCREMENT",
];

/// Takes an expression and gives its text.
pub(super) fn expression<'a>(cursor: &mut Cursor<'a>, extent: Extent) -> Read<&'a str> {
    let mark = cursor.mark();
    operand(cursor, extent)?;
    while operator(cursor, extent)? {
        operand(cursor, extent)?;
    }
    Ok(cursor.since(mark))
}

/// Signs, then one value with what is stuck to it.
fn operand(cursor: &mut Cursor<'_>, extent: Extent) -> Read<()> {
    while is_operator_symbol(cursor) || (extent == Extent::Whole && cursor.is_any(&["NOT", "BINARY"])) {
        cursor.skip();
    }
    match cursor.kind() {
        Some(TokenKind::Number) => cursor.skip(),
        Some(TokenKind::Text) => texts(cursor),
        _ if cursor.is("(") => drop(cursor.parenthesized()?),
        _ if cursor.is("CASE") => case(cursor)?,
        _ if cursor.is("INTERVAL") => interval(cursor, extent)?,
        _ if cursor.is_any(&NO_OPERANDS) => return Err(cursor.fault("expected an expression")),
        _ if cursor.eat_any(&["NULL", "DEFAULT"]).is_some() => {}
        Some(TokenKind::Word | TokenKind::Quoted) => name_or_call(cursor)?,
        _ => return Err(cursor.fault("expected an expression")),
    }
    postfix(cursor, extent)
}

fn texts(cursor: &mut Cursor<'_>) {
    while cursor.kind() == Some(TokenKind::Text) {
        cursor.skip();
    }
}

/// `a`, `a.b`, `f(…)`, `date '2024-01-01'`, `timestamp(3) with time zone '…'`, `NEXT VALUE FOR s`.
fn name_or_call(cursor: &mut Cursor<'_>) -> Read<()> {
    if cursor.eat_any(&["NEXT VALUE FOR", "PREVIOUS VALUE FOR"]).is_some() {
        return cursor.object_name().map(std::mem::drop);
    }
    let mut typed = *cursor;
    if !cursor.is("ARRAY") && type_name::read(&mut typed).is_ok() && typed.kind() == Some(TokenKind::Text) {
        *cursor = typed;
        texts(cursor);
        return Ok(());
    }
    cursor.skip();
    while cursor.eat(".") {
        if !cursor.eat("*") {
            cursor.word()?;
        }
    }
    if cursor.is("(") {
        cursor.parenthesized()?;
        while cursor.eat_any(&["FILTER", "WITHIN GROUP", "OVER"]).is_some() {
            if cursor.is("(") {
                cursor.parenthesized()?;
            } else {
                cursor.name()?;
            }
        }
    }
    Ok(())
}

/// `::type`, `[1]`, `.field`; COLLATE and AT TIME ZONE where a whole expression stands.
fn postfix(cursor: &mut Cursor<'_>, extent: Extent) -> Read<()> {
    loop {
        if cursor.eat("::") {
            type_name::read(cursor)?;
        } else if cursor.is("[") {
            cursor.bracketed()?;
        } else if cursor.eat(".") {
            cursor.word()?;
        } else if extent == Extent::Whole && cursor.eat("COLLATE") {
            cursor.object_name()?;
        } else if extent == Extent::Whole && cursor.eat("AT TIME ZONE") {
            operand(cursor, extent)?;
        } else if !(extent == Extent::Whole && is_test(cursor)) {
            return Ok(());
        }
    }
}

/// `IS NOT NULL` and other tests that need no second operand.
fn is_test(cursor: &mut Cursor<'_>) -> bool {
    let mut walk = *cursor;
    if walk.eat("IS") {
        let _ = walk.eat("NOT");
        let tests = ["NULL", "TRUE", "FALSE", "UNKNOWN", "DOCUMENT", "NORMALIZED"];
        if walk.eat_any(&tests).is_none() {
            return false;
        }
    } else if walk.eat_any(&["ISNULL", "NOTNULL", "NOT NULL", "AT LOCAL"]).is_none() {
        return false;
    }
    *cursor = walk;
    true
}

fn operator(cursor: &mut Cursor<'_>, extent: Extent) -> Read<bool> {
    if is_operator_symbol(cursor) {
        cursor.skip();
        return Ok(true);
    }
    if cursor.eat("OPERATOR") {
        cursor.parenthesized()?;
        return Ok(true);
    }
    if cursor.eat_any(&["IS NOT DISTINCT FROM", "IS DISTINCT FROM"]).is_some() {
        return Ok(true);
    }
    if extent == Extent::Default {
        return Ok(false);
    }
    let is_of_sqlite = cursor.dialect == DialectKind::Sqlite && cursor.eat_any(&["IS NOT", "IS"]).is_some();
    Ok(is_of_sqlite || cursor.eat_any(&WORD_OPERATORS).is_some())
}

fn is_operator_symbol(cursor: &Cursor<'_>) -> bool {
    cursor.kind() == Some(TokenKind::Symbol)
        && !matches!(cursor.peek(), "(" | ")" | "[" | "]" | "{" | "}" | "," | ";" | "." | "::")
}

/// `CASE … END`
fn case(cursor: &mut Cursor<'_>) -> Read<()> {
    let mut depth = 0usize;
    while !cursor.is_done() {
        if cursor.is("CASE") {
            depth += 1;
        } else if cursor.is("END") {
            depth -= 1;
        }
        cursor.skip();
        if depth == 0 {
            return Ok(());
        }
    }
    Err(cursor.fault("expected `END`"))
}

/// `INTERVAL '1 day'`, `INTERVAL '1' DAY`, `INTERVAL 1 DAY`, `INTERVAL (a + 1) MONTH`.
fn interval(cursor: &mut Cursor<'_>, extent: Extent) -> Read<()> {
    cursor.skip();
    if cursor.dialect == DialectKind::Mysql {
        operand(cursor, extent)?;
        return cursor.word().map(drop);
    }
    if cursor.is("(") {
        cursor.parenthesized()?;
    }
    cursor.string()?;
    type_name::fields(cursor);
    Ok(())
}
