//! A text cut into statements, with exact places.
//!
//! Knows dollar quotes, `E''`, comments, trigger and routine bodies, `DELIMITER`, psql's `\` lines and the data
//! after `COPY … FROM stdin`. It is linear in the text and accepts every input.

use std::borrow::Cow;

use super::copy::{data_end, is_from_stdin};
use crate::source::DialectKind;
use crate::token::{Scanner, Token, TokenKind, lowercase};

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
    split_at(text, dialect, ";")
}

/// Cuts a text into statements that end in `delimiter`: a symbol, a word, or blanks or a comment between tokens.
pub(super) fn split_at(text: &str, dialect: DialectKind, delimiter: &str) -> Vec<RawStatement> {
    let mut splitter = Splitter { text, dialect, delimiter: None, found: Vec::new(), open: Open::default() };
    splitter.set_delimiter(delimiter);
    splitter.run()
}

/// The statement being read.
#[derive(Default)]
struct Open {
    tokens: Vec<Token>,
    /// The version comment in which it begins, and the one in which its last token stands.
    first_comment: Option<usize>,
    last_comment: Option<usize>,
    /// What is being read as far as it decides where a body may stand.
    head: Head,
    /// BEGIN, CASE, IF and others that are not closed yet.
    blocks: Vec<Block>,
    /// The last word was END of a block: what follows says of which.
    after_end: bool,
}

#[derive(Default, PartialEq)]
enum Head {
    /// `CREATE OR REPLACE …`, before it is known what is made.
    #[default]
    Words,
    /// The same after DEFINER, whose name may be any word.
    Definer,
    /// A trigger or routine: it can have a body in which `;` does not end it.
    Routine,
    /// A rule of PostgreSQL: what it does may be several statements in parentheses.
    Rule,
    /// Anything else.
    Plain,
}

#[derive(Clone, Copy, PartialEq)]
enum Block {
    /// BEGIN, IF, LOOP, …: ends with an END that begins a statement.
    Statements,
    /// A CASE among values, or REPEAT … UNTIL x: ends with the next END.
    Any,
}

struct Splitter<'a> {
    text: &'a str,
    dialect: DialectKind,
    /// What ends a statement, if it is not `;`.
    delimiter: Option<String>,
    found: Vec<RawStatement>,
    open: Open,
}

impl<'a> Splitter<'a> {
    fn run(mut self) -> Vec<RawStatement> {
        let mut scanner = Scanner::new(self.text, self.dialect);
        let mut after = 0;
        while let Some(token) = scanner.next() {
            if self.is_within(token) {
                self.open.last_comment = scanner.version_comment();
                self.open.tokens.push(token);
                after = token.end as usize;
                continue;
            }
            if let Some(end) = self.gap_end(after, token.start as usize) {
                self.close(&scanner);
                scanner.skip_to(end);
                after = end;
                continue;
            }
            after = token.end as usize;
            if self.is_client_line(token) {
                self.client_line(token, &mut scanner);
            } else if let Some(end) = self.delimiter_end(token) {
                self.close(&scanner);
                scanner.skip_to(end);
                self.skip_copy_data(&mut scanner);
            } else {
                self.take(token, &scanner);
            }
        }
        self.close(&scanner);
        self.found
    }

    /// Whether a token stands where no word decides anything any more, as most do, and ends nothing.
    fn is_within(&self, token: Token) -> bool {
        self.open.head == Head::Plain
            && self.open.tokens.len() > 2
            && self.delimiter.is_none()
            && !(token.kind == TokenKind::Symbol && (self.is(token, b';') || self.is(token, b'\\')))
    }

    fn word(&self, token: Token) -> &'a str {
        token.text(self.text)
    }

    /// Whether a token is this symbol.
    fn is(&self, token: Token, symbol: u8) -> bool {
        token.end == token.start + 1 && self.text.as_bytes().get(token.start as usize) == Some(&symbol)
    }

    fn set_delimiter(&mut self, delimiter: &str) {
        self.delimiter = (delimiter != ";").then(|| delimiter.to_owned());
    }

    /// `DELIMITER x` of MySQL's client and `\x` of psql: lines for the client, not for the server.
    fn is_client_line(&self, token: Token) -> bool {
        match self.dialect {
            DialectKind::Mysql => {
                self.open.tokens.is_empty() && self.word(token).eq_ignore_ascii_case("delimiter")
            }
            DialectKind::Postgres => self.is(token, b'\\'),
            DialectKind::Sqlite => false,
        }
    }

    fn client_line(&mut self, token: Token, scanner: &mut Scanner<'a>) {
        let start = token.start as usize;
        let end = self.text[start..].find('\n').map_or(self.text.len(), |n| start + n);
        if self.dialect == DialectKind::Mysql {
            let delimiter = self.text[token.end as usize..end].trim();
            if !delimiter.is_empty() {
                self.set_delimiter(delimiter);
            }
        } else {
            // `\g`, `\gexec` and others send what was typed so far; `\;` parts statements on one line.
            self.close(scanner);
            if self.text[start + 1..].starts_with(';') {
                scanner.skip_to(start + 2);
                return;
            }
            self.found.push(RawStatement { start, end: end.max(start + 1), tokens: vec![token] });
        }
        scanner.skip_to(end);
    }

    /// Where the text goes on if the statement ends in this token.
    fn delimiter_end(&mut self, token: Token) -> Option<usize> {
        let Some(delimiter) = &self.delimiter else {
            let ends = self.is(token, b';') && self.open.blocks.is_empty();
            return ends.then_some(token.end as usize);
        };
        let start = token.start as usize;
        if self.text[start..].starts_with(delimiter) {
            let end = start + delimiter.len();
            // `GO` is not the beginning of `GOAL`.
            let is_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
            let goes_on = is_word(delimiter.chars().last()) && is_word(self.text[end..].chars().next());
            return (!goes_on).then_some(end);
        }
        // `END$$` is one word to the scanner.
        let at = self.word(token).find(delimiter).filter(|_| token.kind == TokenKind::Word)?;
        self.open.tokens.push(Token { end: token.start + at as u32, ..token });
        Some(start + at + delimiter.len())
    }

    /// Where the text goes on if the statement ends before the token at `to`: a delimiter may begin with a line
    /// end, or be a comment.
    fn gap_end(&self, from: usize, to: usize) -> Option<usize> {
        let delimiter = self.delimiter.as_ref()?;
        let is_blank = delimiter.starts_with(char::is_whitespace) || delimiter.starts_with("--");
        if !is_blank || from > to {
            return None;
        }
        let window = self.text.floor_char_boundary(to + delimiter.len());
        let found = from + self.text.get(from..window)?.find(delimiter)?;
        let end = found + delimiter.len();
        let goes_on =
            delimiter.ends_with(char::is_alphanumeric) && self.text[end..].starts_with(char::is_alphanumeric);
        (!goes_on).then_some(end)
    }

    fn take(&mut self, token: Token, scanner: &Scanner<'a>) {
        if token.kind == TokenKind::Word || self.open.tokens.is_empty() {
            self.read_head(token);
        }
        if self.open.head == Head::Routine && token.kind == TokenKind::Word {
            self.count_blocks(&lowercase(self.word(token)));
        }
        if self.open.head == Head::Rule {
            match self.word(token) {
                "(" => self.open.blocks.push(Block::Any),
                ")" => drop(self.open.blocks.pop()),
                _ => {}
            }
        }
        if self.open.tokens.is_empty() {
            self.open.first_comment = scanner.version_comment();
        }
        self.open.last_comment = scanner.version_comment();
        if self.open.tokens.is_empty() {
            self.open.tokens.reserve(32);
        }
        self.open.tokens.push(token);
    }

    /// Follows the words up to what is created.
    fn read_head(&mut self, token: Token) {
        let may_turn = self.dialect == DialectKind::Mysql && self.open.tokens.len() == 2;
        if matches!(self.open.head, Head::Routine | Head::Rule)
            || (self.open.head == Head::Plain && !may_turn && !self.open.tokens.is_empty())
        {
            return;
        }
        let word = lowercase(self.word(token));
        let mysql = self.dialect == DialectKind::Mysql;
        self.open.head = match (&self.open.head, &*word) {
            (Head::Routine, _) => Head::Routine,
            (Head::Rule, _) => Head::Rule,
            (Head::Words, "rule") if self.dialect == DialectKind::Postgres => Head::Rule,
            (Head::Plain, _) if !(mysql && word == "atomic" && self.is_anonymous_block()) => Head::Plain,
            (Head::Plain, _) => Head::Routine,
            (_, "trigger") if self.dialect != DialectKind::Postgres => Head::Routine,
            (_, "procedure" | "function") if self.dialect != DialectKind::Sqlite => Head::Routine,
            (_, "event") if mysql => Head::Routine,
            (_, "definer") if mysql => Head::Definer,
            (Head::Definer, _) if self.open.tokens.len() < 16 => Head::Definer,
            (Head::Words, "create") if self.open.tokens.is_empty() => Head::Words,
            (Head::Words, "alter") if self.open.tokens.is_empty() && mysql => Head::Words,
            (Head::Words, "or" | "replace" | "temp" | "temporary" | "aggregate")
                if !self.open.tokens.is_empty() =>
            {
                Head::Words
            }
            (_, _) => Head::Plain,
        };
        if self.open.tokens.is_empty() && !matches!(&*word, "create" | "alter") {
            self.open.head = Head::Plain;
        }
    }

    /// `BEGIN NOT ATOMIC` of MariaDB, before its last word.
    fn is_anonymous_block(&self) -> bool {
        match self.open.tokens.as_slice() {
            [begin, not] => {
                self.word(*begin).eq_ignore_ascii_case("begin") && self.word(*not).eq_ignore_ascii_case("not")
            }
            _ => false,
        }
    }

    fn count_blocks(&mut self, word: &str) {
        let previous = self.open.tokens.last().copied();
        let before = previous.map_or(Cow::Borrowed(""), |token| lowercase(self.word(token)));
        let after_end = std::mem::replace(&mut self.open.after_end, false) && before == "end";
        let postgres = self.dialect == DialectKind::Postgres;
        let begins = self.begins_statement(previous, &before);
        let blocks = &mut self.open.blocks;
        match word {
            "if" | "loop" | "while" | "repeat" | "for" | "case" if after_end => {}
            "atomic" if before == "begin" || before == "not" => blocks.push(Block::Statements),
            "begin" if !postgres && !is_part_of_query(previous, &before) => blocks.push(Block::Statements),
            "if" | "loop" | "while" | "for" if self.dialect == DialectKind::Mysql && begins => {
                blocks.push(Block::Statements);
            }
            "repeat" if self.dialect == DialectKind::Mysql && begins => blocks.push(Block::Any),
            "case" if begins && !postgres => blocks.push(Block::Statements),
            "case" => blocks.push(Block::Any),
            "end" => match blocks.last() {
                Some(Block::Any) => {
                    blocks.pop();
                    self.open.after_end = true;
                }
                Some(Block::Statements) if begins => {
                    blocks.pop();
                    self.open.after_end = true;
                }
                Some(Block::Statements) | None => {}
            },
            _ => {}
        }
    }

    /// Whether a statement of a body begins after this token.
    fn begins_statement(&self, previous: Option<Token>, before: &str) -> bool {
        let in_body =
            matches!(before, ";" | ":" | "begin" | "atomic" | "then" | "else" | "do" | "loop" | "repeat");
        if in_body || !self.open.blocks.is_empty() {
            return in_body;
        }
        // The first statement of a body follows the head of its routine.
        previous.is_some_and(|token| token.kind == TokenKind::Text)
            || matches!(before, ")" | "row" | "deterministic" | "sql" | "data" | "invoker" | "definer")
    }

    fn close(&mut self, scanner: &Scanner<'a>) {
        let open = std::mem::take(&mut self.open);
        if let (Some(first), Some(last)) = (open.tokens.first(), open.tokens.last()) {
            let (mut start, mut end) = (first.start as usize, last.end as usize);
            // A comment whose content is code belongs to the statement, but not half of it.
            let before = self.found.last().map_or(0, |found| found.end);
            let whole = |comment: Option<usize>| {
                comment.filter(|at| *at >= before && scanner.version_comment() != Some(*at))
            };
            start = whole(open.first_comment).map_or(start, |comment| comment.min(start));
            if whole(open.last_comment).is_some() {
                end = scanner.version_comment_end().max(end);
            }
            self.found.push(RawStatement { start, end, tokens: open.tokens });
        }
    }

    /// The lines after `COPY … FROM stdin;` up to `\.` are data; they count to the statement.
    fn skip_copy_data(&mut self, scanner: &mut Scanner<'a>) {
        let Some(last) = self.found.last_mut().filter(|_| self.dialect == DialectKind::Postgres) else {
            return;
        };
        if !is_from_stdin(self.text, &last.tokens) {
            return;
        }
        let start = scanner.offset();
        // The rest of the statement's own line holds no data.
        let lines = self.text[start..].find('\n').map_or(self.text.len(), |end| start + end + 1);
        let end = data_end(&self.text[lines..]).map_or(self.text.len(), |end| lines + end + 2);
        last.end = end;
        scanner.skip_to(end);
    }
}

/// Whether a word after this one is a name of a query, not the beginning of a block.
fn is_part_of_query(previous: Option<Token>, before: &str) -> bool {
    let after_symbol =
        previous.is_some_and(|token| token.kind == TokenKind::Symbol) && !matches!(before, ";" | ":" | ")");
    after_symbol
        || matches!(before, "select" | "from" | "where" | "by" | "and" | "or" | "set" | "as" | "on" | "table")
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
    fn bodies_need_no_delimiter() {
        for body in [
            "BEGIN DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN ROLLBACK; END; SELECT 1; END",
            "BEGIN SET a = CASE b WHEN 1 THEN 2 END; IF a THEN SELECT 1; ELSEIF b THEN SELECT 2; END IF; END",
            "BEGIN l: LOOP IF a THEN LEAVE l; END IF; END LOOP l; REPEAT SET a = 1; UNTIL a > 1 END REPEAT; END",
            "BEGIN WHILE CASE WHEN a THEN 1 END DO SELECT IF(a, 1, 2); END WHILE; END",
            "IF a THEN SELECT 1; END IF",
            "SELECT IF(a, 1, 2)",
        ] {
            let procedure = format!("CREATE DEFINER=`event`@`%` PROCEDURE p(a int) COMMENT 'x' {body}");
            check(Mysql, &format!("{procedure}; SELECT 1;"), &[&procedure, "SELECT 1"]);
        }
        let trigger = "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW IF NEW.b THEN SET NEW.b = 1; END IF";
        check(Mysql, &format!("{trigger}; SELECT 1"), &[trigger, "SELECT 1"]);
        check(
            Mysql,
            "BEGIN NOT ATOMIC SELECT 1; END; SELECT 2",
            &["BEGIN NOT ATOMIC SELECT 1; END", "SELECT 2"],
        );
        let table = "CREATE TABLE event (begin datetime, finish datetime)";
        check(Mysql, &format!("{table}; SELECT 1"), &[table, "SELECT 1"]);
        let sqlite =
            "CREATE TEMP TRIGGER t AFTER UPDATE ON a WHEN CASE WHEN 1 THEN 2 END BEGIN SELECT 1; END";
        check(Sqlite, &format!("{sqlite}; SELECT 1"), &[sqlite, "SELECT 1"]);
    }

    #[test]
    fn version_comments_are_code() {
        check(
            Mysql,
            "/*!999999\\- sandbox */\n/*!40101 SET a=1 */;\n/*!50003 CREATE*/ /*!50017 DEFINER=`r`@`%`*/ \
             /*!50003 TRIGGER t BEFORE INSERT ON a FOR EACH ROW BEGIN SET NEW.b = 1; END */;\nSELECT 1;",
            &[
                "/*!40101 SET a=1 */",
                "/*!50003 CREATE*/ /*!50017 DEFINER=`r`@`%`*/ \
                 /*!50003 TRIGGER t BEFORE INSERT ON a FOR EACH ROW BEGIN SET NEW.b = 1; END */",
                "SELECT 1",
            ],
        );
        check(
            Mysql,
            "CREATE TABLE a (b int) /*!50100 PARTITION BY HASH (b) */;x",
            &["CREATE TABLE a (b int) /*!50100 PARTITION BY HASH (b) */", "x"],
        );
        check(Mysql, "/*! a; b */; c", &["a", "b", "c"]);
    }

    #[test]
    fn lines_for_psql_send_what_stands_before() {
        check(Postgres, "SELECT 1 \\gexec\nSELECT 2;", &["SELECT 1", "\\gexec", "SELECT 2"]);
        check(Postgres, "\\restrict x\nSELECT 1\\; SELECT 2;", &["\\restrict x", "SELECT 1", "SELECT 2"]);
        check(
            Postgres,
            "COPY t (a) FROM stdin;\n\\.\n\nSELECT 1",
            &["COPY t (a) FROM stdin;\n\\.", "SELECT 1"],
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
