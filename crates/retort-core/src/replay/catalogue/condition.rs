//! Conditions over rows of the catalogue, in three truths.

use super::{Cell, Row};
use crate::source::DialectKind;
use crate::token::{self, Token, TokenKind};

/// A condition.
pub(super) enum Condition {
    Always(bool),
    All(Vec<Condition>),
    Any(Vec<Condition>),
    Not(Box<Condition>),
    Equal(Operand, Operand),
    Less(Operand, Operand),
    Like(Operand, String),
    In(Operand, Vec<Operand>),
    IsNull(Operand),
    True(Operand),
}

/// A value in it.
pub(super) enum Operand {
    Given(Cell),
    Column(Column),
    /// `lower(x)`
    Lower(Box<Operand>),
}

/// A column, in lower case.
#[derive(Clone)]
pub(super) struct Column {
    pub(super) table: Option<String>,
    pub(super) name: String,
}

impl Column {
    /// Its value in a row; `None` if no table has it, or two do.
    pub(super) fn find(&self, row: &Row) -> Option<Cell> {
        if let Some(table) = &self.table {
            return row.get(&format!("{table}.{}", self.name)).cloned();
        }
        let end = format!(".{}", self.name);
        let mut found = row.iter().filter(|(name, _)| name.ends_with(&end));
        let first = found.next()?;
        found.next().is_none().then(|| first.1.clone())
    }
}

impl Operand {
    fn text(&self) -> Option<&str> {
        match self {
            Operand::Given(Cell::Text(text) | Cell::Object(text)) => Some(text),
            _ => None,
        }
    }

    fn column(&self) -> Option<&str> {
        match self {
            Operand::Column(column) => Some(&column.name),
            _ => None,
        }
    }

    fn value(&self, row: &Row) -> Option<Cell> {
        match self {
            Operand::Given(cell) => Some(cell.clone()),
            Operand::Column(column) => column.find(row),
            Operand::Lower(inner) => match inner.value(row)? {
                Cell::Text(text) => Some(Cell::Text(text.to_lowercase())),
                other => Some(other),
            },
        }
    }
}

impl Condition {
    /// Whether a row meets it: `Some(None)` is SQL's unknown, `None` what cannot be told.
    pub(super) fn holds(&self, row: &Row, dialect: DialectKind) -> Option<Option<bool>> {
        let equal = |a: &Operand, b: &Operand| same(&a.value(row)?, &b.value(row)?, dialect);
        Some(match self {
            Condition::Always(truth) => Some(*truth),
            Condition::All(parts) => together(parts, row, dialect, false)?,
            Condition::Any(parts) => together(parts, row, dialect, true)?,
            Condition::Not(inner) => inner.holds(row, dialect)?.map(|truth| !truth),
            Condition::Equal(a, b) => equal(a, b)?,
            Condition::In(a, several) => {
                let truths: Option<Vec<_>> = several.iter().map(|b| equal(a, b)).collect();
                let truths = truths?;
                if truths.contains(&Some(true)) {
                    Some(true)
                } else if truths.contains(&None) {
                    None
                } else {
                    Some(false)
                }
            }
            Condition::Less(a, b) => match (a.value(row)?, b.value(row)?) {
                (Cell::Number(a), Cell::Number(b)) => Some(a < b),
                (Cell::Null, _) | (_, Cell::Null) => None,
                _ => return None,
            },
            Condition::Like(operand, pattern) => match operand.value(row)? {
                Cell::Text(text) => Some(like(text.as_bytes(), pattern.as_bytes(), dialect)),
                Cell::Null => None,
                _ => return None,
            },
            Condition::IsNull(operand) => Some(operand.value(row)? == Cell::Null),
            Condition::True(operand) => match operand.value(row)? {
                Cell::Truth(truth) => Some(truth),
                _ => return None,
            },
        })
    }

    /// What must hold all together.
    pub(super) fn conjuncts(&self) -> Vec<&Condition> {
        match self {
            Condition::All(parts) => parts.iter().flat_map(Condition::conjuncts).collect(),
            other => vec![other],
        }
    }

    /// The column that must have one of these texts.
    pub(super) fn pinned(&self) -> Option<(&str, Vec<&str>)> {
        match self {
            Condition::Equal(Operand::Lower(a), b) => Some((a.column()?, vec![b.text()?])),
            Condition::Equal(a, b) => match (a.column(), b.column()) {
                (Some(name), None) => Some((name, vec![b.text()?])),
                (None, Some(name)) => Some((name, vec![a.text()?])),
                _ => None,
            },
            Condition::In(a, several) => {
                let texts: Option<Vec<&str>> = several.iter().map(Operand::text).collect();
                Some((a.column()?, texts?))
            }
            _ => None,
        }
    }

    /// Reads one, to what cannot be part of it.
    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Condition> {
        let mut parts = vec![Condition::all(reader)?];
        while reader.eat("or") {
            parts.push(Condition::all(reader)?);
        }
        Some(one_or(parts, Condition::Any))
    }

    fn all(reader: &mut Reader<'_>) -> Option<Condition> {
        let mut parts = vec![Condition::single(reader)?];
        while reader.eat("and") {
            parts.push(Condition::single(reader)?);
        }
        Some(one_or(parts, Condition::All))
    }

    fn single(reader: &mut Reader<'_>) -> Option<Condition> {
        if reader.depth > 50 {
            return None;
        }
        reader.depth += 1;
        let condition = if reader.eat("not") {
            Condition::Not(Box::new(Condition::single(reader)?))
        } else if reader.eat("(") {
            let inner = Condition::read(reader)?;
            reader.expect(")")?;
            inner
        } else {
            Condition::comparison(reader)?
        };
        reader.depth -= 1;
        Some(condition)
    }

    fn comparison(reader: &mut Reader<'_>) -> Option<Condition> {
        let left = Operand::read(reader)?;
        if reader.eat("is") {
            let is_not = reader.eat("not");
            reader.expect("null")?;
            return Some(negated(Condition::IsNull(left), is_not));
        }
        let is_not = reader.eat("not");
        if reader.eat("in") {
            reader.expect("(")?;
            let mut several = vec![Operand::read(reader)?];
            while reader.eat(",") {
                several.push(Operand::read(reader)?);
            }
            reader.expect(")")?;
            return Some(negated(Condition::In(left, several), is_not));
        }
        if reader.eat("like") {
            let Cell::Text(pattern) = reader.literal()? else { return None };
            return Some(negated(Condition::Like(left, pattern), is_not));
        }
        if is_not {
            return None;
        }
        let made = match reader.operator() {
            Some("=") if reader.eat_call("any") => {
                // `= ANY (current_schemas(false))`
                reader.expect("current_schemas")?;
                reader.expect("(")?;
                let _ = reader.eat("false") || reader.eat("true");
                reader.expect(")")?;
                reader.expect(")")?;
                Condition::Equal(left, Operand::Given(reader.here()))
            }
            Some("=") => Condition::Equal(left, Operand::read(reader)?),
            Some("<>") => Condition::Not(Box::new(Condition::Equal(left, Operand::read(reader)?))),
            Some("<") => Condition::Less(left, Operand::read(reader)?),
            Some(">") => Condition::Less(Operand::read(reader)?, left),
            _ => Condition::True(left),
        };
        Some(made)
    }
}

fn one_or(mut parts: Vec<Condition>, several: fn(Vec<Condition>) -> Condition) -> Condition {
    match (parts.len(), parts.pop()) {
        (1, Some(only)) => only,
        (_, last) => {
            parts.extend(last);
            several(parts)
        }
    }
}

fn negated(condition: Condition, is_not: bool) -> Condition {
    if is_not { Condition::Not(Box::new(condition)) } else { condition }
}

/// AND, or OR where `decisive` is true.
fn together(parts: &[Condition], row: &Row, dialect: DialectKind, decisive: bool) -> Option<Option<bool>> {
    let truths: Option<Vec<_>> = parts.iter().map(|part| part.holds(row, dialect)).collect();
    let truths = truths?;
    Some(if truths.contains(&Some(decisive)) {
        Some(decisive)
    } else if truths.contains(&None) {
        None
    } else {
        Some(!decisive)
    })
}

/// `a = b`. MySQL compares names of the catalogue without regard to case (`utf8mb3_general_ci`).
fn same(a: &Cell, b: &Cell, dialect: DialectKind) -> Option<Option<bool>> {
    Some(Some(match (a, b) {
        (Cell::Null, _) | (_, Cell::Null) => return Some(None),
        (Cell::Text(a), Cell::Text(b)) if dialect == DialectKind::Mysql => a.eq_ignore_ascii_case(b),
        (Cell::Text(a), Cell::Text(b)) | (Cell::Object(a), Cell::Object(b)) => a == b,
        (Cell::Number(a), Cell::Number(b)) => a == b,
        (Cell::Truth(a), Cell::Truth(b)) => a == b,
        (Cell::Here, Cell::Here) => true,
        _ => return None,
    }))
}

/// `text LIKE pattern`, with the backslash before what stands for itself; SQLite has no such, and no case of letters.
fn like(text: &[u8], pattern: &[u8], dialect: DialectKind) -> bool {
    let is_sqlite = dialect == DialectKind::Sqlite;
    let fits =
        |a: u8, b: u8| if dialect == DialectKind::Postgres { a == b } else { a.eq_ignore_ascii_case(&b) };
    match pattern {
        [] => text.is_empty(),
        [b'%', rest @ ..] => (0..=text.len()).any(|at| like(&text[at..], rest, dialect)),
        [b'_', rest @ ..] => !text.is_empty() && like(&text[1..], rest, dialect),
        [b'\\', own, rest @ ..] if !is_sqlite => {
            text.first().is_some_and(|first| fits(*first, *own)) && like(&text[1..], rest, dialect)
        }
        [own, rest @ ..] => {
            text.first().is_some_and(|first| fits(*first, *own)) && like(&text[1..], rest, dialect)
        }
    }
}

impl Operand {
    fn read(reader: &mut Reader<'_>) -> Option<Operand> {
        let operand = if let Some(cell) = reader.literal() {
            Operand::Given(cell)
        } else if reader.eat_call("lower") {
            let inner = Operand::read(reader)?;
            reader.expect(")")?;
            Operand::Lower(Box::new(inner))
        } else if reader.eat("current_schema") {
            if reader.eat("(") {
                reader.expect(")")?;
            }
            Operand::Given(reader.here())
        } else if reader.eat_call("database") || reader.eat_call("schema") {
            reader.expect(")")?;
            Operand::Given(reader.here())
        } else {
            Operand::Column(reader.column()?)
        };
        match (operand, reader.cast()?) {
            // `'public.t'::regclass`
            (Operand::Given(Cell::Text(text)), Some("regclass" | "regtype")) => {
                let last = text.rsplit('.').next().unwrap_or(&text);
                Some(Operand::Given(Cell::Object(token::identifier(last, reader.dialect))))
            }
            (_, Some("regclass" | "regtype")) => None,
            (operand, _) => Some(operand),
        }
    }
}

/// The tokens of a question and a place among them.
pub(super) struct Reader<'a> {
    sql: &'a str,
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
    pub(super) dialect: DialectKind,
}

impl<'a> Reader<'a> {
    pub(super) fn new(sql: &'a str, dialect: DialectKind) -> Reader<'a> {
        Reader { sql, tokens: token::tokens(sql, dialect), at: 0, depth: 0, dialect }
    }

    fn ahead(&self, count: usize) -> &'a str {
        self.tokens.get(self.at + count).map_or("", |token| token.text(self.sql))
    }

    pub(super) fn is(&self, word: &str) -> bool {
        self.ahead(0).eq_ignore_ascii_case(word)
    }

    pub(super) fn eat(&mut self, word: &str) -> bool {
        let is_it = self.is(word);
        self.at += usize::from(is_it);
        is_it
    }

    /// A function's name and the opened parenthesis.
    pub(super) fn eat_call(&mut self, name: &str) -> bool {
        let is_it = self.is(name) && self.ahead(1) == "(";
        self.at += 2 * usize::from(is_it);
        is_it
    }

    pub(super) fn expect(&mut self, word: &str) -> Option<()> {
        self.eat(word).then_some(())
    }

    /// Only a semicolon is left, or nothing.
    pub(super) fn is_end(&self) -> bool {
        self.tokens[self.at.min(self.tokens.len())..].iter().all(|token| token.text(self.sql) == ";")
    }

    fn kind(&self) -> Option<TokenKind> {
        self.tokens.get(self.at).map(|token| token.kind)
    }

    /// An identifier.
    pub(super) fn name(&mut self) -> Option<String> {
        matches!(self.kind()?, TokenKind::Word | TokenKind::Quoted).then(|| {
            self.at += 1;
            token::identifier(self.tokens[self.at - 1].text(self.sql), self.dialect)
        })
    }

    /// Whether a name comes that is none of these words.
    pub(super) fn is_name_but(&self, words: &[&str]) -> bool {
        matches!(self.kind(), Some(TokenKind::Word | TokenKind::Quoted))
            && !words.iter().any(|word| self.is(word))
    }

    /// `column`, `table.column`; no function.
    pub(super) fn column(&mut self) -> Option<Column> {
        let first = self.name()?.to_ascii_lowercase();
        let column = match self.eat(".") {
            true => Column { table: Some(first), name: self.name()?.to_ascii_lowercase() },
            false => Column { table: None, name: first },
        };
        (!self.is("(")).then_some(column)
    }

    /// A whole number.
    pub(super) fn count(&mut self) -> Option<usize> {
        let number = self.ahead(0).parse().ok()?;
        self.at += 1;
        Some(number)
    }

    /// A text, a number, TRUE or FALSE.
    pub(super) fn literal(&mut self) -> Option<Cell> {
        let text = self.ahead(0);
        let cell = match self.kind()? {
            TokenKind::Text => Cell::Text(token::string_value(text, self.dialect)?),
            TokenKind::Number => Cell::Number(text.parse().ok()?),
            TokenKind::Word if self.is("true") || self.is("false") => Cell::Truth(self.is("true")),
            _ => return None,
        };
        self.at += 1;
        Some(cell)
    }

    /// `::type`, perhaps; the type's name.
    pub(super) fn cast(&mut self) -> Option<Option<&'static str>> {
        if !self.eat("::") {
            return Some(None);
        }
        let kinds = ["regclass", "regtype", "text", "name", "varchar", "int", "integer"];
        kinds.into_iter().find(|kind| self.eat(kind)).map(Some)
    }

    fn operator(&mut self) -> Option<&'static str> {
        let found = [("=", "="), ("<>", "<>"), ("!=", "<>"), ("<", "<"), (">", ">"), ("==", "=")];
        found.into_iter().find(|(text, _)| self.eat(text)).map(|(_, operator)| operator)
    }

    /// The schema that the connection is in.
    fn here(&self) -> Cell {
        super::rows::default_schema(self.dialect)
    }
}
