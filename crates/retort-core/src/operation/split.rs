//! A text cut into statements, with exact places.
//!
//! Knows dollar quotes, `E''`, comments, trigger and routine bodies, `DELIMITER`, psql's `\` lines and the data
//! after `COPY … FROM stdin`. It is linear in the text and accepts every input.

use crate::source::DialectKind;
use crate::token::{Scanner, Token, TokenKind};

/// A statement's place and its tokens; places count from the start of the text that was cut.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawStatement {
    /// First byte.
    pub start: usize,
    /// One past the last byte, the terminator (or COPY's last data line) not included.
    pub end: usize,
    /// Its tokens.
    pub tokens: Vec<Token>,
}

/// Cuts a text into statements; empty ones are left out.
pub fn split(text: &str, dialect: DialectKind) -> Vec<RawStatement> {
    Splitter { text, dialect, delimiter: ";".to_owned(), found: Vec::new(), open: Open::default() }.run()
}

/// The statement being read.
#[derive(Default)]
struct Open {
    tokens: Vec<Token>,
    /// Whether it can have a body in which `;` does not end it.
    routine: bool,
    /// How many BEGIN and CASE are not closed yet, in a routine.
    depth: usize,
    /// The last word was END: what follows says of what.
    after_end: bool,
}

struct Splitter<'a> {
    text: &'a str,
    dialect: DialectKind,
    delimiter: String,
    found: Vec<RawStatement>,
    open: Open,
}

impl<'a> Splitter<'a> {
    fn run(mut self) -> Vec<RawStatement> {
        let mut scanner = Scanner::new(self.text, self.dialect);
        while let Some(token) = scanner.next() {
            if self.open.tokens.is_empty() && self.is_client_line(token) {
                self.client_line(token, &mut scanner);
            } else if let Some(end) = self.delimiter_end(token) {
                self.close();
                scanner.skip_to(end);
                self.skip_copy_data(&mut scanner);
            } else {
                self.take(token);
            }
        }
        self.close();
        self.found
    }

    fn word(&self, token: Token) -> &'a str {
        token.text(self.text)
    }

    /// `DELIMITER x` of MySQL's client and `\x` of psql: lines for the client, not for the server.
    fn is_client_line(&self, token: Token) -> bool {
        match self.dialect {
            DialectKind::Mysql => self.word(token).eq_ignore_ascii_case("delimiter"),
            DialectKind::Postgres => self.word(token) == "\\",
            DialectKind::Sqlite => false,
        }
    }

    fn client_line(&mut self, token: Token, scanner: &mut Scanner<'a>) {
        let start = token.start as usize;
        let end = self.text[start..].find('\n').map_or(self.text.len(), |n| start + n);
        if self.dialect == DialectKind::Mysql {
            let delimiter = self.text[token.end as usize..end].trim();
            if !delimiter.is_empty() {
                self.delimiter = delimiter.to_owned();
            }
        } else {
            self.found.push(RawStatement { start, end: end.max(start + 1), tokens: vec![token] });
        }
        scanner.skip_to(end);
    }

    /// Where the text goes on if the statement ends in this token.
    fn delimiter_end(&mut self, token: Token) -> Option<usize> {
        if self.delimiter == ";" {
            let ends = self.word(token) == ";" && self.open.depth == 0;
            return ends.then_some(token.end as usize);
        }
        let start = token.start as usize;
        if self.text[start..].starts_with(&self.delimiter) {
            return Some(start + self.delimiter.len());
        }
        // `END$$` is one word to the scanner.
        let at = self.word(token).find(&self.delimiter).filter(|_| token.kind == TokenKind::Word)?;
        self.open.tokens.push(Token { end: token.start + at as u32, ..token });
        Some(start + at + self.delimiter.len())
    }

    fn take(&mut self, token: Token) {
        let word = self.word(token);
        let is = |other: &str| token.kind == TokenKind::Word && word.eq_ignore_ascii_case(other);
        let count = self.open.tokens.len();
        if count < 12
            && self.open.tokens.first().is_some_and(|first| self.word(*first).eq_ignore_ascii_case("create"))
        {
            let routine = match self.dialect {
                DialectKind::Sqlite => is("trigger"),
                DialectKind::Mysql => is("trigger") || is("procedure") || is("function") || is("event"),
                DialectKind::Postgres => is("procedure") || is("function"),
            };
            self.open.routine |= routine;
        }
        if self.open.routine {
            self.count_blocks(token);
        }
        self.open.tokens.push(token);
    }

    fn count_blocks(&mut self, token: Token) {
        let word = self.word(token).to_ascii_lowercase();
        let open = &mut self.open;
        let after_end = std::mem::replace(&mut open.after_end, false);
        match word.as_str() {
            _ if token.kind != TokenKind::Word => {}
            // `END IF` closes what we did not count; give the depth back.
            "if" | "loop" | "while" | "repeat" | "for" if after_end => open.depth += 1,
            "case" if after_end => {}
            "begin" if self.dialect != DialectKind::Postgres => open.depth += 1,
            "atomic" if self.dialect == DialectKind::Postgres => open.depth += 1,
            "case" if open.depth > 0 => open.depth += 1,
            "end" if open.depth > 0 => {
                open.depth -= 1;
                open.after_end = true;
            }
            _ => {}
        }
    }

    fn close(&mut self) {
        let open = std::mem::take(&mut self.open);
        if let (Some(first), Some(last)) = (open.tokens.first(), open.tokens.last()) {
            let (start, end) = (first.start as usize, last.end as usize);
            self.found.push(RawStatement { start, end, tokens: open.tokens });
        }
    }

    /// The lines after `COPY … FROM stdin;` up to `\.` are data; they count to the statement.
    fn skip_copy_data(&mut self, scanner: &mut Scanner<'a>) {
        let Some(last) = self.found.last_mut().filter(|_| self.dialect == DialectKind::Postgres) else {
            return;
        };
        let is = |token: Option<&Token>, word: &str| {
            token.is_some_and(|token| token.text(self.text).eq_ignore_ascii_case(word))
        };
        let from_stdin =
            last.tokens.windows(2).any(|pair| is(pair.first(), "from") && is(pair.last(), "stdin"));
        if !is(last.tokens.first(), "copy") || !from_stdin {
            return;
        }
        let rest = &self.text[scanner.offset()..];
        let end = rest.find("\n\\.").map_or(self.text.len(), |n| scanner.offset() + n + 3);
        last.end = end;
        scanner.skip_to(end);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use DialectKind::{Mysql, Postgres, Sqlite};

    fn check(dialect: DialectKind, text: &str, expected: &[&str]) {
        let found: Vec<&str> = split(text, dialect).iter().map(|s| &text[s.start..s.end]).collect();
        assert_eq!(found, expected, "{dialect}: {text}");
    }

    #[test]
    fn statements_end_where_the_dialect_says() {
        check(Sqlite, ";; a; b -- ;\n", &["a", "b"]);
        check(Postgres, "a $$;$$; b 'x;y'; /* ; */ c", &["a $$;$$", "b 'x;y'", "c"]);
        check(Postgres, "\\connect db\nSELECT 1;", &["\\connect db", "SELECT 1"]);
        check(
            Postgres,
            "COPY t FROM stdin;\n1\t;\n\\.\nSELECT 1",
            &["COPY t FROM stdin;\n1\t;\n\\.", "SELECT 1"],
        );
        let function = "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN 1 THEN 2 END; END";
        check(Postgres, &format!("{function}; SELECT 1"), &[function, "SELECT 1"]);
    }

    #[test]
    fn bodies_hold_their_semicolons() {
        let trigger =
            "CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT CASE WHEN 1 THEN 2 END; DELETE FROM b; END";
        check(Sqlite, &format!("{trigger}; SELECT 1;"), &[trigger, "SELECT 1"]);
        let procedure = "CREATE PROCEDURE p() BEGIN IF a THEN SELECT 1; END IF; CASE a WHEN 1 THEN SELECT 2; END CASE; END";
        check(Mysql, &format!("{procedure}; SELECT 1;"), &[procedure, "SELECT 1"]);
        check(
            Mysql,
            "DELIMITER $$\nCREATE x; y END$$\nDELIMITER ;\nSELECT 1;",
            &["CREATE x; y END", "SELECT 1"],
        );
        check(Mysql, "DELIMITER //\nSELECT 1; //\nSELECT 2//", &["SELECT 1;", "SELECT 2"]);
        check(
            Sqlite,
            "BEGIN; INSERT INTO a VALUES (1); COMMIT",
            &["BEGIN", "INSERT INTO a VALUES (1)", "COMMIT"],
        );
    }

    #[test]
    fn hostile_texts_stay_linear() {
        for text in ["(", "'", "\"", "/*", "$", "-- \n", "BEGIN ", "CREATE TRIGGER BEGIN CASE ", "\\"] {
            let text = text.repeat(100_000);
            for dialect in DialectKind::ALL {
                assert!(split(&text, dialect).len() <= text.len());
            }
        }
    }
}
