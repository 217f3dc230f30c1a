//! `COPY t FROM stdin` with its data (PostgreSQL 18, COPY): as rows of an INSERT.

use std::borrow::Cow;

use super::words::Words;
use super::{Teller, name_of};
use crate::dialect::rewrite::units::split;
use crate::dialect::rewrite::{Unit, units};
use crate::dialect::sqlite;
use crate::operation::copy_data;
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
        let copy = copy_data(text);
        let tree = units(copy.map_or(text, |copy| copy.head), self.dialect());
        let mut words = Words::new(&tree, self.dialect());
        words.eat("copy");
        let Some(table) = words.object().and_then(|name| self.table(&name)) else { return Vec::new() };
        let columns = match words.group() {
            Some(names) => self.copied_columns(table, names),
            None => Some(table.columns.iter().filter(|column| column.generated.is_none()).collect()),
        };
        let Some(columns) = columns else { return Vec::new() };
        let Some(copy) = copy.filter(|_| words.eat("from stdin")) else {
            self.unsupported("COPY of files");
            return Vec::new();
        };
        let Some(format) = self.copy_format(words.rest()) else { return Vec::new() };
        let mut rows = Rows::new(copy.data, format);
        self.copied_rows(table, &columns, &mut rows)
    }

    fn copied_columns(&mut self, table: &'s Table, names: &[Unit<'_>]) -> Option<Vec<&'s Column>> {
        let dialect = self.dialect();
        let names = split(names);
        names.iter().map(|part| self.column(table, &part.first()?.identifier(dialect)?)).collect()
    }

    fn copied_rows(&mut self, table: &Table, columns: &[&Column], rows: &mut Rows<'_>) -> Vec<String> {
        let names: Vec<String> = columns.iter().map(|column| sqlite::quote(&column.name)).collect();
        let kinds: Vec<_> =
            columns.iter().map(|column| self.rewriter.kind_of_type(&column.column_type)).collect();
        let head = format!("INSERT INTO {} ({}) VALUES ", name_of(&table.name), names.join(", "));
        let (mut sql, mut insert, mut count) = (Vec::new(), String::new(), 0);
        let mut row = Vec::with_capacity(columns.len());
        while rows.next(&mut row) {
            if row.len() != columns.len() {
                let (values, columns) = (row.len(), columns.len());
                self.unsupported(format!("a line of COPY with {values} values for {columns} columns"));
                return Vec::new();
            }
            insert.push_str(if count == 0 { &head } else { ", " });
            for (place, (value, kind)) in row.iter().zip(&kinds).enumerate() {
                insert.push_str(if place == 0 { "(" } else { ", " });
                match value {
                    Some(value) => self.rewriter.push_literal(&mut insert, value, kind),
                    None => insert.push_str("NULL"),
                }
            }
            insert.push(')');
            count += 1;
            if count == BATCH {
                // The next one is about as long.
                let next = String::with_capacity(insert.len() + insert.len() / 8);
                sql.push(std::mem::replace(&mut insert, next));
                count = 0;
            }
        }
        if count > 0 {
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
                ("null", _) => format.null = value.unwrap_or_default().into_owned(),
                ("delimiter", Some(c)) if c.is_ascii() => format.delimiter = c,
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

/// The values of a line; None is NULL.
type Row<'d> = Vec<Option<Cow<'d, str>>>;

/// The rows of the data, one by one.
enum Rows<'d> {
    Text { left: &'d str, delimiter: u8, null: String },
    Csv(std::vec::IntoIter<Vec<Option<String>>>),
}

impl<'d> Rows<'d> {
    fn new(data: &'d str, format: Format) -> Rows<'d> {
        let mut rows = match format.csv {
            true => Rows::Csv(read_csv(data, &format).into_iter()),
            false => Rows::Text {
                left: data,
                delimiter: u8::try_from(format.delimiter).unwrap_or(b'\t'),
                null: format.null,
            },
        };
        if format.header {
            rows.next(&mut Vec::new());
        }
        rows
    }

    /// Reads the next row in the place of the last; false after the end.
    fn next(&mut self, row: &mut Row<'d>) -> bool {
        row.clear();
        match self {
            Rows::Csv(rows) => {
                let next = rows.next();
                let is_there = next.is_some();
                row.extend(next.into_iter().flatten().map(|value| value.map(Cow::Owned)));
                is_there
            }
            Rows::Text { left: "", .. } => false,
            Rows::Text { left, delimiter, null } => {
                *left = read_line(left, *delimiter, null, row);
                true
            }
        }
    }
}

/// Reads a line of the text format; gives what follows it. A backslash takes the next byte along, be it a delimiter
/// or the end of the line.
fn read_line<'d>(data: &'d str, delimiter: u8, null: &str, row: &mut Row<'d>) -> &'d str {
    let mut push = |field: &'d str| row.push((field != null).then(|| unescape(field)));
    let bytes = data.as_bytes();
    let (mut start, mut at) = (0, 0);
    while let Some(byte) = bytes.get(at) {
        match *byte {
            b'\\' => at += 1,
            b'\n' => {
                let field = &data[start..at];
                push(field.strip_suffix('\r').unwrap_or(field));
                return &data[at + 1..];
            }
            byte if byte == delimiter => {
                push(&data[start..at]);
                start = at + 1;
            }
            _ => {}
        }
        at += 1;
    }
    push(&data[start..]);
    ""
}

/// Backslashes in the text format.
fn unescape(field: &str) -> Cow<'_, str> {
    if !field.bytes().any(|byte| byte == b'\\') {
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
            row.push(close(&mut field, &mut quoted));
            rows.push(std::mem::take(&mut row));
        } else if c != '\r' {
            field.push(c);
        }
    }
    if row.is_empty() && !quoted && field.is_empty() {
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

    fn check(data: &str, format: Format, expected: &[&[Option<&str>]]) {
        let mut rows = Rows::new(data, format);
        let (mut row, mut found) = (Vec::new(), Vec::new());
        while rows.next(&mut row) {
            found.push(row.clone());
        }
        let found: Vec<Vec<Option<&str>>> =
            found.iter().map(|row| row.iter().map(Option::as_deref).collect()).collect();
        assert_eq!(found, expected, "{data:?}");
    }

    #[test]
    fn data_of_both_formats() {
        let some = Some;
        check("1\ta\\tb\\\\\n2\t\\N\n", format(false), &[&[some("1"), some("a\tb\\")], &[some("2"), None]]);
        check("\\x41\\101\r\n\n", format(false), &[&[some("AA")], &[some("")]]);
        check("a\\|b|ä\\\nc", Format { delimiter: '|', ..format(false) }, &[&[some("a|b"), some("ä\nc")]]);
        check("a\n1\n", Format { header: true, ..format(false) }, &[&[some("1")]]);
        check("", format(false), &[]);
        check(
            "1,\"a,\"\"b\"\"\nc\"\n2,\n3,\"\"\n",
            format(true),
            &[&[some("1"), some("a,\"b\"\nc")], &[some("2"), None], &[some("3"), some("")]],
        );
    }
}
