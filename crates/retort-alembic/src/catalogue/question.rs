//! A SELECT over the catalogue, as far as such are understood.

use super::Cell;
use super::condition::{Column, Condition};
use super::reader::Reader;
use retort_core::source::DialectKind;

/// A question: what is selected, of what, where.
pub(super) struct Question {
    pub(super) items: Vec<Item>,
    pub(super) sources: Vec<Source>,
    pub(super) condition: Condition,
    pub(super) distinct: bool,
    pub(super) limit: Option<usize>,
    /// `SELECT EXISTS (…)`: whether there is a row.
    pub(super) asks_existence: bool,
}

/// What is selected, with its name.
pub(super) enum Item {
    Count(String),
    Given(String, Cell),
    Column(String, Column),
}

/// A table of the catalogue.
pub(super) struct Source {
    /// In lower case, without `pg_catalog`.
    pub(super) table: String,
    pub(super) alias: String,
    /// What joins it to those before it.
    pub(super) on: Condition,
}

impl Item {
    /// What its column is called.
    pub(super) fn name(&self) -> &str {
        match self {
            Item::Count(name) | Item::Given(name, _) | Item::Column(name, _) => name,
        }
    }
}

impl Question {
    /// Reads a text; `None` if anything in it is not understood.
    pub(super) fn read(sql: &str, dialect: DialectKind) -> Option<Question> {
        let mut reader = Reader::new(sql, dialect);
        reader.expect("select")?;
        let question = if reader.eat_call("exists") {
            reader.expect("select")?;
            let inner = Question::after_select(&mut reader)?;
            reader.expect(")")?;
            if reader.eat("as") || !reader.is_end() {
                reader.name()?;
            }
            Question { asks_existence: true, ..inner }
        } else {
            Question::after_select(&mut reader)?
        };
        reader.is_end().then_some(question)
    }

    fn after_select(reader: &mut Reader<'_>) -> Option<Question> {
        let distinct = reader.eat("distinct");
        let mut items = Vec::new();
        // `EXISTS (SELECT FROM …)` selects nothing.
        while !reader.is("from") {
            items.push(Item::read(reader)?);
            if !reader.eat(",") {
                break;
            }
        }
        reader.expect("from")?;
        let mut sources = vec![Source::read(reader)?];
        loop {
            if reader.eat("inner") {
                reader.expect("join")?;
            } else if !reader.eat("join") {
                break;
            }
            let mut source = Source::read(reader)?;
            reader.expect("on")?;
            source.on = Condition::read(reader)?;
            sources.push(source);
        }
        let condition = if reader.eat("where") { Condition::read(reader)? } else { Condition::Always(true) };
        // The rows come in the order of the schema; only their number matters where another order is asked for.
        if reader.eat("order") {
            reader.expect("by")?;
            let by = reader.column()?;
            if !["ordinal_position", "enumsortorder", "attnum"].contains(&by.name.as_str())
                || reader.eat("desc")
            {
                return None;
            }
            reader.eat("asc");
        }
        let limit = if reader.eat("limit") { Some(reader.count()?) } else { None };
        Some(Question { items, sources, condition, distinct, limit, asks_existence: false })
    }
}

impl Item {
    fn read(reader: &mut Reader<'_>) -> Option<Item> {
        let item = if reader.eat_call("count") {
            if !reader.eat("*") {
                reader.count()?;
            }
            reader.expect(")")?;
            Item::Count("count".to_owned())
        } else if let Some(cell) = reader.literal() {
            Item::Given("?column?".to_owned(), cell)
        } else {
            let column = reader.column()?;
            let is_name = reader.casts()?.contains(&"regclass");
            Item::Column(column.name.clone(), Column { is_name, ..column })
        };
        if !reader.eat("as") {
            return Some(item);
        }
        let name = reader.name()?;
        Some(match item {
            Item::Count(_) => Item::Count(name),
            Item::Given(_, cell) => Item::Given(name, cell),
            Item::Column(_, column) => Item::Column(name, column),
        })
    }
}

impl Source {
    fn read(reader: &mut Reader<'_>) -> Option<Source> {
        let mut table = reader.name()?.to_ascii_lowercase();
        if reader.eat(".") {
            let own = reader.name()?.to_ascii_lowercase();
            table = match table.as_str() {
                "pg_catalog" | "main" => own,
                "information_schema" => format!("{table}.{own}"),
                _ => return None,
            };
        }
        let has_alias =
            reader.eat("as") || reader.is_name_but(&["where", "join", "inner", "on", "order", "limit"]);
        let alias = match has_alias {
            true => reader.name()?.to_ascii_lowercase(),
            false => table.rsplit('.').next().unwrap_or(&table).to_owned(),
        };
        Some(Source { table, alias, on: Condition::Always(true) })
    }
}
