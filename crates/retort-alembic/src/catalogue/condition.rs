//! Conditions over rows of the catalogue, in three truths.

use super::reader::Reader;
use super::{Cell, Row};
use retort_core::source::DialectKind;
use retort_core::token;

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
    /// `IS NULL`, `IS TRUE`
    Is(Operand, Cell),
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
    /// `oid::regclass`: the object is shown by its name.
    pub(super) is_name: bool,
}

impl Column {
    /// Its value in a row; `None` if no table has it, or two do.
    pub(super) fn find(&self, row: &Row) -> Option<Cell> {
        let cell = self.cell(row)?;
        Some(match cell {
            Cell::Object(name) if self.is_name => Cell::Text(name),
            other => other,
        })
    }

    fn cell(&self, row: &Row) -> Option<Cell> {
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
            Condition::Is(operand, cell) => Some(operand.value(row)? == *cell),
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
            let condition = match reader.literal() {
                Some(truth @ Cell::Truth(_)) => Condition::Is(left, truth),
                Some(_) => return None,
                None => reader.expect("null").map(|()| Condition::Is(left, Cell::Null))?,
            };
            return Some(negated(condition, is_not));
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
        } else if reader.eat_call("to_regclass") || reader.eat_call("to_regtype") {
            let Cell::Text(text) = reader.literal()? else { return None };
            reader.expect(")")?;
            Operand::Given(named(&text, reader.dialect))
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
        let is_object = reader.casts()?.iter().any(|kind| matches!(*kind, "regclass" | "regtype"));
        match operand {
            // `'public.t'::regclass`
            Operand::Given(Cell::Text(text)) if is_object => {
                Some(Operand::Given(named(&text, reader.dialect)))
            }
            _ if is_object => None,
            operand => Some(operand),
        }
    }
}

/// The object of a name that may have its schema before it.
fn named(text: &str, dialect: DialectKind) -> Cell {
    Cell::Object(token::identifier(text.rsplit('.').next().unwrap_or(text), dialect))
}
