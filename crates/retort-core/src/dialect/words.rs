//! Words that the servers' dialects share: names, lists, texts, keys.

use crate::schema::{ForeignKey, ObjectName, ReferentialAction};
use crate::source::DialectKind;
use crate::token::{self, Scanner, TokenKind};

/// A name in quotes where it needs them.
pub(super) fn quote(name: &str, dialect: DialectKind) -> String {
    token::quote_if_needed(name, dialect)
}

/// The name of a table or another object, its schema before it.
pub(super) fn object(name: &ObjectName, dialect: DialectKind) -> String {
    match &name.schema {
        Some(schema) => format!("{}.{}", quote(schema, dialect), quote(&name.name, dialect)),
        None => quote(&name.name, dialect),
    }
}

/// `a, b`
pub(super) fn list(names: &[String], dialect: DialectKind) -> String {
    names.iter().map(|name| quote(name, dialect)).collect::<Vec<_>>().join(", ")
}

/// A text as a literal. MySQL reads a backslash as the beginning of something else (MySQL 8.4, 11.1.1).
pub(super) fn text(value: &str, dialect: DialectKind) -> String {
    match dialect {
        DialectKind::Mysql => token::text_literal(&value.replace('\\', "\\\\")),
        DialectKind::Sqlite | DialectKind::Postgres => token::text_literal(value),
    }
}

/// A text or NULL.
pub(super) fn text_or_null(value: Option<&str>, dialect: DialectKind) -> String {
    value.map_or_else(|| "NULL".to_owned(), |value| text(value, dialect))
}

/// `CONSTRAINT name `, or nothing.
pub(super) fn constraint_name(name: Option<&str>, dialect: DialectKind) -> String {
    name.map_or_else(String::new, |name| format!("CONSTRAINT {} ", quote(name, dialect)))
}

/// `FOREIGN KEY (…) REFERENCES … ON DELETE … ON UPDATE …`
pub(super) fn foreign_key(key: &ForeignKey, dialect: DialectKind) -> String {
    let name = constraint_name(key.name.as_deref(), dialect);
    let mut words = format!(
        "{name}FOREIGN KEY ({}) REFERENCES {}",
        list(&key.columns, dialect),
        object(&key.ref_table, dialect)
    );
    if !key.ref_columns.is_empty() {
        words.push_str(&format!(" ({})", list(&key.ref_columns, dialect)));
    }
    if key.match_full {
        words.push_str(" MATCH FULL");
    }
    if key.on_delete != ReferentialAction::NoAction {
        words.push_str(&format!(" ON DELETE {}", key.on_delete.sql()));
        if !key.set_columns.is_empty() {
            words.push_str(&format!(" ({})", list(&key.set_columns, dialect)));
        }
    }
    if key.on_update != ReferentialAction::NoAction {
        words.push_str(&format!(" ON UPDATE {}", key.on_update.sql()));
    }
    words
}

/// Whether an expression is one literal, a sign before it or not.
pub(super) fn is_literal(text: &str, dialect: DialectKind) -> bool {
    let mut tokens = Scanner::new(text, dialect);
    let word = |word: &str| ["true", "false", "null"].iter().any(|other| word.eq_ignore_ascii_case(other));
    match (tokens.next(), tokens.next(), tokens.next()) {
        (Some(one), None, _) => {
            matches!(one.kind, TokenKind::Text | TokenKind::Number)
                || (one.kind == TokenKind::Word && word(one.text(text)))
        }
        (Some(sign), Some(number), None) => {
            matches!(sign.text(text), "-" | "+") && number.kind == TokenKind::Number
        }
        _ => false,
    }
}

/// The object that a text names: `app.t`, `"T"`.
pub(super) fn read_object(text: &str, dialect: DialectKind) -> ObjectName {
    let tokens = token::tokens(text, dialect);
    let named = tokens.iter().filter(|token| matches!(token.kind, TokenKind::Word | TokenKind::Quoted));
    let mut parts: Vec<String> = named.map(|token| token::identifier(token.text(text), dialect)).collect();
    let name = parts.pop().unwrap_or_else(|| text.to_owned());
    match parts.pop() {
        Some(schema) => ObjectName::qualified(&schema, &name),
        None => ObjectName::bare(name),
    }
}
