//! Values: the characters that a string literal stands for.

use std::borrow::Cow;

use crate::source::DialectKind;

/// The characters that a string literal token stands for; None for blobs and bit strings.
pub fn string_value(text: &str, dialect: DialectKind) -> Option<String> {
    value_of(text, dialect).map(Cow::into_owned)
}

/// The same, as it stands in the text where it can.
pub(crate) fn value_of(text: &str, dialect: DialectKind) -> Option<Cow<'_, str>> {
    if let Some(escaped) = unicode_escaped(text, dialect) {
        return Some(Cow::Owned(escaped));
    }
    match text.as_bytes().first()? {
        b'\'' | b'"' => Some(unescape(text, dialect == DialectKind::Mysql)),
        b'e' | b'E' => Some(Cow::Owned(unescape_postgres(&text[1..]))),
        b'n' | b'N' => Some(unescape(&text[1..], dialect == DialectKind::Mysql)),
        b'$' => {
            let tag = text[1..].find('$')? + 2;
            let body = &text[tag..];
            Some(Cow::Borrowed(body.strip_suffix(&text[..tag]).unwrap_or(body)))
        }
        _ => None,
    }
}

/// A text as a literal of SQLite and PostgreSQL: quotes in it are doubled.
pub fn text_literal(value: &str) -> String {
    let mut sql = String::with_capacity(value.len() + 2);
    push_text_literal(&mut sql, value);
    sql
}

/// The same at the end of a statement.
pub(crate) fn push_text_literal(sql: &mut String, value: &str) {
    sql.push('\'');
    let mut from = 0;
    for (at, _) in value.bytes().enumerate().filter(|(_, byte)| *byte == b'\'') {
        sql.push_str(&value[from..=at]);
        from = at;
    }
    sql.push_str(&value[from..]);
    sql.push('\'');
}

/// `U&'d\0061t'`, `U&"…"`: `\XXXX` and `\+XXXXXX` are characters (PostgreSQL 18, 4.1.2.3; another escape
/// character is not looked for).
pub(super) fn unicode_escaped(text: &str, dialect: DialectKind) -> Option<String> {
    let quoted = text.strip_prefix("U&").or(text.strip_prefix("u&"))?;
    if dialect != DialectKind::Postgres || !quoted.starts_with(['\'', '"']) {
        return None;
    }
    let plain = unescape(quoted, false);
    let mut value = String::with_capacity(plain.len());
    let mut parts = plain.split('\\');
    value.push_str(parts.next().unwrap_or(""));
    while let Some(part) = parts.next() {
        let digits = if part.starts_with('+') { 1..7 } else { 0..4 };
        let code = part.get(digits.clone()).and_then(|hex| u32::from_str_radix(hex, 16).ok());
        match code.and_then(char::from_u32) {
            Some(character) => {
                value.push(character);
                value.push_str(&part[digits.end..]);
            }
            // A doubled backslash is one.
            None => {
                value.push('\\');
                value.push_str(if part.is_empty() { parts.next().unwrap_or("") } else { part });
            }
        }
    }
    Some(value)
}

fn unescape(text: &str, backslash: bool) -> Cow<'_, str> {
    let quote = text.chars().next().unwrap_or('\'');
    let inner = text.strip_prefix(quote).unwrap_or(text);
    let inner = inner.strip_suffix(quote).unwrap_or(inner);
    if !inner.contains(|c| c == quote || (backslash && c == '\\')) {
        return Cow::Borrowed(inner);
    }
    let mut value = String::with_capacity(inner.len());
    let mut characters = inner.chars();
    while let Some(c) = characters.next() {
        match c {
            '\\' if backslash => match characters.next() {
                Some('n') => value.push('\n'),
                Some('t') => value.push('\t'),
                Some('r') => value.push('\r'),
                Some('0') => value.push('\0'),
                Some('b') => value.push('\u{8}'),
                Some('Z') => value.push('\u{1a}'),
                // MySQL keeps the backslash before the wildcards of LIKE.
                Some(c @ ('%' | '_')) => value.extend(['\\', c]),
                Some(c) => value.push(c),
                None => {}
            },
            c if c == quote => {
                value.push(c);
                // The second of a doubled quote.
                characters.next();
            }
            c => value.push(c),
        }
    }
    Cow::Owned(value)
}

/// The inside of `E'…'` (PostgreSQL 18, 4.1.2.2): bytes by number make characters together.
fn unescape_postgres(text: &str) -> String {
    let inner = text.strip_prefix('\'').unwrap_or(text);
    let inner = inner.strip_suffix('\'').unwrap_or(inner);
    let mut value: Vec<u8> = Vec::with_capacity(inner.len());
    let mut rest = inner;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        if c == '\'' {
            // The second of a doubled quote.
            rest = rest.strip_prefix('\'').unwrap_or(rest);
        }
        if c != '\\' {
            value.extend(c.encode_utf8(&mut [0; 4]).bytes());
            continue;
        }
        let Some(c) = rest.chars().next() else { break };
        rest = &rest[c.len_utf8()..];
        let (radix, most) = match c {
            'x' => (16, 2),
            'u' => (16, 4),
            'U' => (16, 8),
            '0'..='7' => (8, 3),
            _ => (0, 0),
        };
        let start = if radix == 8 { &inner[inner.len() - rest.len() - 1..] } else { rest };
        let digits = start.chars().take(most).take_while(|c| radix > 0 && c.is_digit(radix)).count();
        match u32::from_str_radix(&start[..digits], radix.max(2)) {
            Ok(code) => {
                rest = &start[digits..];
                match c {
                    'u' | 'U' => value
                        .extend(char::from_u32(code).unwrap_or('\u{fffd}').encode_utf8(&mut [0; 4]).bytes()),
                    _ => value.push(code as u8),
                }
            }
            Err(_) => {
                let c = match c {
                    'n' => '\n',
                    't' => '\t',
                    'r' => '\r',
                    'b' => '\u{8}',
                    'f' => '\u{c}',
                    c => c,
                };
                value.extend(c.encode_utf8(&mut [0; 4]).bytes());
            }
        }
    }
    String::from_utf8_lossy(&value).into_owned()
}
