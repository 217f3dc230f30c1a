//! `COPY t FROM stdin` with its data (PostgreSQL 18, COPY): as rows of an INSERT.

use std::borrow::Cow;

use super::words::Words;
use super::{Teller, name_of};
use crate::dialect::rewrite::units::split;
use crate::dialect::rewrite::{Unit, units};
use crate::dialect::sqlite;
use crate::schema::{Column, Table};

/// So many rows go into one INSERT.
const BATCH: usize = 500;

/// How the data is written.
struct Format {
    csv: bool,
    delimiter: char,
    null: String,
    quote: char,
    escape: char,
    header: bool,
}

impl<'s> Teller<'s> {
    pub(super) fn copy(&mut self, text: &str) -> Vec<String> {
        let (head, data) = match text.find(";\n").or_else(|| text.find(";\r\n")) {
            Some(at) => {
                (&text[..at], text[at + 1..].trim_start_matches('\r').strip_prefix('\n').unwrap_or(""))
            }
            None => (text, ""),
        };
        let tree = units(head, self.dialect());
        let mut words = Words::new(&tree, self.dialect());
        words.eat("copy");
        let Some(table) = words.object().and_then(|name| self.table(&name)) else { return Vec::new() };
        let columns = match words.group() {
            Some(names) => self.copied_columns(table, names),
            None => Some(table.columns.iter().filter(|column| column.generated.is_none()).collect()),
        };
        let Some(columns) = columns else { return Vec::new() };
        if !words.eat("from stdin") {
            self.unsupported("COPY of files");
            return Vec::new();
        }
        let Some(format) = self.copy_format(words.rest()) else { return Vec::new() };
        let rows = read_rows(data, &format);
        self.copied_rows(table, &columns, rows.get(usize::from(format.header)..).unwrap_or_default())
    }

    fn copied_columns(&mut self, table: &'s Table, names: &[Unit<'_>]) -> Option<Vec<&'s Column>> {
        let dialect = self.dialect();
        let names = split(names);
        names.iter().map(|part| self.column(table, &part.first()?.identifier(dialect)?)).collect()
    }

    fn copied_rows(
        &mut self,
        table: &Table,
        columns: &[&Column],
        rows: &[Vec<Option<Cow<'_, str>>>],
    ) -> Vec<String> {
        let names: Vec<String> = columns.iter().map(|column| sqlite::quote(&column.name)).collect();
        let kinds: Vec<_> =
            columns.iter().map(|column| self.rewriter.kind_of_type(&column.column_type)).collect();
        let mut sql = Vec::new();
        for batch in rows.chunks(BATCH) {
            let mut insert = format!("INSERT INTO {} ({}) VALUES ", name_of(&table.name), names.join(", "));
            for (place, row) in batch.iter().enumerate() {
                if row.len() != columns.len() {
                    self.unsupported(format!(
                        "a line of COPY with {} values for {} columns",
                        row.len(),
                        columns.len()
                    ));
                    return Vec::new();
                }
                insert.push_str(if place == 0 { "(" } else { ", (" });
                for (column, (value, kind)) in row.iter().zip(&kinds).enumerate() {
                    insert.push_str(if column == 0 { "" } else { ", " });
                    match value {
                        Some(value) => insert.push_str(&self.rewriter.literal(value, kind)),
                        None => insert.push_str("NULL"),
                    }
                }
                insert.push(')');
            }
            sql.push(insert);
        }
        sql
    }

    /// `WITH (FORMAT csv, HEADER, …)` and the older `WITH CSV HEADER DELIMITER ';'`.
    fn copy_format(&mut self, options: &[Unit<'_>]) -> Option<Format> {
        let options = match options {
            [with, Unit::Group(inner)] if with.is("with") => inner.as_slice(),
            [Unit::Group(inner)] => inner.as_slice(),
            [with, rest @ ..] if with.is("with") => rest,
            other => other,
        };
        let csv =
            options.iter().any(|unit| unit.is("csv") || matches!(unit, Unit::Text(word) if word == "csv"));
        let mut format = Format {
            csv,
            delimiter: if csv { ',' } else { '\t' },
            null: if csv { String::new() } else { "\\N".to_owned() },
            quote: '"',
            escape: '"',
            header: false,
        };
        let mut words = Words::new(options, self.dialect());
        while let Some(unit) = words.next() {
            let Unit::Word(word) = unit else { continue };
            let word = word.to_ascii_lowercase();
            words.eat("as");
            let value = match words.peek() {
                Some(Unit::Text(value)) => Some(value.clone()),
                _ => None,
            };
            let character = value.as_ref().and_then(|value| value.chars().next());
            match (word.as_str(), character) {
                ("csv" | "format" | "text" | "encoding" | "freeze", _) => {}
                ("header", _) => format.header = !(words.is("false") || words.is("off")),
                ("null", _) => format.null = value.unwrap_or_default(),
                ("delimiter", Some(c)) => format.delimiter = c,
                ("quote", Some(c)) => {
                    format.quote = c;
                    format.escape = c;
                }
                ("escape", Some(c)) => format.escape = c,
                ("true" | "false" | "on" | "off" | "match", _) => {}
                _ => {
                    self.unsupported(format!("the option `{word}` of COPY"));
                    return None;
                }
            }
        }
        Some(format)
    }
}

/// The rows of the data, up to `\.` or its end.
fn read_rows<'d>(data: &'d str, format: &Format) -> Vec<Vec<Option<Cow<'d, str>>>> {
    if format.csv {
        let owned = |row: Vec<Option<String>>| row.into_iter().map(|value| value.map(Cow::Owned)).collect();
        return read_csv(data, format).into_iter().map(owned).collect();
    }
    let lines = data.lines().take_while(|line| *line != "\\.");
    lines
        .filter(|line| !line.is_empty() || !data.is_empty())
        .map(|line| {
            line.split(format.delimiter)
                .map(|field| (field != format.null).then(|| unescape(field)))
                .collect()
        })
        .collect()
}

/// Backslashes in the text format.
fn unescape(field: &str) -> Cow<'_, str> {
    if !field.contains('\\') {
        return Cow::Borrowed(field);
    }
    let mut value = String::with_capacity(field.len());
    let mut characters = field.chars().peekable();
    while let Some(c) = characters.next() {
        if c != '\\' {
            value.push(c);
            continue;
        }
        match characters.next() {
            Some('b') => value.push('\u{8}'),
            Some('f') => value.push('\u{c}'),
            Some('n') => value.push('\n'),
            Some('r') => value.push('\r'),
            Some('t') => value.push('\t'),
            Some('v') => value.push('\u{b}'),
            Some('x') if characters.peek().is_some_and(char::is_ascii_hexdigit) => {
                push_code(&mut value, &mut characters, 16, 2, None);
            }
            Some(c @ '0'..='7') => push_code(&mut value, &mut characters, 8, 2, c.to_digit(8)),
            Some(c) => value.push(c),
            None => value.push('\\'),
        }
    }
    Cow::Owned(value)
}

fn push_code(
    value: &mut String,
    characters: &mut std::iter::Peekable<std::str::Chars<'_>>,
    radix: u32,
    most: usize,
    first: Option<u32>,
) {
    let mut code = first.unwrap_or(0);
    for _ in 0..most {
        let Some(digit) = characters.peek().and_then(|c| c.to_digit(radix)) else { break };
        code = code * radix + digit;
        characters.next();
    }
    value.extend(char::from_u32(code));
}

fn read_csv(data: &str, format: &Format) -> Vec<Vec<Option<String>>> {
    let mut rows = Vec::new();
    let mut row = Vec::new();
    let (mut field, mut quoted, mut inside) = (String::new(), false, false);
    let mut characters = data.chars().peekable();
    let close = |field: &mut String, quoted: &mut bool| {
        let value = std::mem::take(field);
        let is_null = !std::mem::take(quoted) && value == format.null;
        (!is_null).then_some(value)
    };
    while let Some(c) = characters.next() {
        if inside {
            let escaped = c == format.escape
                && characters.peek().is_some_and(|next| {
                    *next == format.quote || (*next == format.escape && format.escape != format.quote)
                });
            if escaped {
                field.extend(characters.next());
            } else if c == format.quote {
                inside = false;
            } else {
                field.push(c);
            }
        } else if c == format.quote {
            (quoted, inside) = (true, true);
        } else if c == format.delimiter {
            row.push(close(&mut field, &mut quoted));
        } else if c == '\n' {
            if row.is_empty() && !quoted && field == "\\." {
                return rows;
            }
            row.push(close(&mut field, &mut quoted));
            rows.push(std::mem::take(&mut row));
        } else if c != '\r' {
            field.push(c);
        }
    }
    if row.is_empty() && !quoted && (field == "\\." || field.is_empty()) {
        return rows;
    }
    row.push(close(&mut field, &mut quoted));
    rows.push(row);
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    fn format(csv: bool) -> Format {
        let (delimiter, null) = if csv { (',', String::new()) } else { ('\t', "\\N".to_owned()) };
        Format { csv, delimiter, null, quote: '"', escape: '"', header: false }
    }

    #[test]
    fn data_of_both_formats() {
        let some = |value: &'static str| Some(Cow::from(value));
        assert_eq!(
            read_rows("1\ta\\tb\\\\\n2\t\\N\n\\.\n", &format(false)),
            [vec![some("1"), some("a\tb\\")], vec![some("2"), None]]
        );
        assert_eq!(
            read_rows("1,\"a,\"\"b\"\"\nc\"\n2,\n3,\"\"\n\\.", &format(true)),
            [vec![some("1"), some("a,\"b\"\nc")], vec![some("2"), None], vec![some("3"), some("")]]
        );
        assert_eq!(read_rows("\\x41\\101\n", &format(false)), [vec![some("AA")]]);
        assert!(read_rows("\\.\n", &format(false)).is_empty());
    }
}
