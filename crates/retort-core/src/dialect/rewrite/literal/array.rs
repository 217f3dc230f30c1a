//! PostgreSQL's array literals as JSON (18, 8.15.2).

use super::boolean;
use crate::schema::TypeKind;
use crate::token::text_literal;

/// `{a,"b c",NULL}` as a JSON text in quotes; None where it is no such literal.
pub(in crate::dialect) fn array(value: &str, item: &TypeKind) -> Option<String> {
    let mut reader = Reader { rest: value.trim(), item };
    let mut json = String::new();
    reader.list(&mut json, 0)?;
    reader.rest.trim().is_empty().then(|| text_literal(&json))
}

struct Reader<'a> {
    rest: &'a str,
    item: &'a TypeKind,
}

/// Deeper than any array of PostgreSQL (6 dimensions).
const MAX_DEPTH: usize = 8;

impl Reader<'_> {
    fn eat(&mut self, c: char) -> bool {
        let trimmed = self.rest.trim_start();
        match trimmed.strip_prefix(c) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn list(&mut self, json: &mut String, depth: usize) -> Option<()> {
        if depth > MAX_DEPTH || !self.eat('{') {
            return None;
        }
        json.push('[');
        if self.eat('}') {
            json.push(']');
            return Some(());
        }
        loop {
            if self.rest.trim_start().starts_with('{') {
                self.list(json, depth + 1)?;
            } else {
                self.one(json)?;
            }
            if self.eat('}') {
                json.push(']');
                return Some(());
            }
            if !self.eat(',') {
                return None;
            }
            json.push(',');
        }
    }

    fn one(&mut self, json: &mut String) -> Option<()> {
        let quoted = self.eat('"');
        let rest = if quoted { self.rest } else { self.rest.trim_start() };
        let mut value = String::new();
        let mut characters = rest.char_indices();
        let end = loop {
            let (at, c) = characters.next()?;
            match c {
                '\\' => value.push(characters.next()?.1),
                '"' if quoted => break at + 1,
                '"' | '{' if !quoted => return None,
                ',' | '}' if !quoted => break at,
                c => value.push(c),
            }
        };
        self.rest = rest.get(end..)?;
        if !quoted && value.trim().eq_ignore_ascii_case("null") {
            json.push_str("null");
            return Some(());
        }
        json.push_str(&self.item(if quoted { &value } else { value.trim() })?);
        Some(())
    }

    fn item(&self, value: &str) -> Option<String> {
        match self.item {
            TypeKind::Integer { .. } | TypeKind::Decimal { .. } | TypeKind::Real => {
                value.parse::<f64>().ok().filter(|number| number.is_finite())?;
                Some(value.to_owned())
            }
            TypeKind::Boolean => boolean(value).map(|is| is.to_string()),
            TypeKind::Uuid => super::uuid(value).map(|uuid| json_text(&uuid)),
            _ => Some(json_text(value)),
        }
    }
}

/// A text as JSON writes it.
fn json_text(value: &str) -> String {
    let mut json = String::from("\"");
    for c in value.chars() {
        match c {
            '"' | '\\' => json.extend(['\\', c]),
            '\n' => json.push_str("\\n"),
            '\t' => json.push_str("\\t"),
            '\r' => json.push_str("\\r"),
            c if c < ' ' => json.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => json.push(c),
        }
    }
    json.push('"');
    json
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn array_literals_are_json() {
        let words = TypeKind::Text { length: None, fixed: false };
        let numbers = TypeKind::Integer { bytes: 4, unsigned: false, auto: false };
        let check = |value: &str, kind: &TypeKind, expected: Option<&str>| {
            assert_eq!(array(value, kind).as_deref(), expected, "{value}");
        };
        check("{}", &words, Some("'[]'"));
        check("{a, b c ,NULL,\"NULL\",\"x,\\\"y\"}", &words, Some(r#"'["a","b c",null,"NULL","x,\"y"]'"#));
        check("{1,2}", &words, Some(r#"'["1","2"]'"#));
        check("{{1,2},{3,4}}", &numbers, Some("'[[1,2],[3,4]]'"));
        check("{t,f}", &TypeKind::Boolean, Some("'[true,false]'"));
        check("{it's}", &words, Some("'[\"it''s\"]'"));
        check("{a", &words, None);
        check("{x}", &numbers, None);
        check("a", &words, None);
    }
}
