//! Views of PostgreSQL and MySQL on SQLite.

use super::{SQLITE, flat};
use crate::dialect::sqlite::{quote, table_name};
use crate::dialect::{Fidelity, Note, rewrite};
use crate::operation::columns_of_view;
use crate::schema::{Column, Expression, ObjectName, Schema, SqlType, Table, Trigger, View};
use crate::source::DialectKind;
use crate::token;

/// What stands for a view or a partition: a view, and triggers that let rows be written through it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::dialect) struct Shown {
    /// None where its query cannot be said.
    pub(in crate::dialect) view: Option<View>,
    pub(in crate::dialect) triggers: Vec<Trigger>,
    pub(in crate::dialect) notes: Vec<Note>,
}

/// A view as SQLite can hold it.
pub(in crate::dialect) fn emulate_view(source: &Schema, view: &View) -> Shown {
    if view.materialized
        && let Some(table) = rows_of(source, view)
    {
        return materialized(view, &table);
    }
    let said = rewrite::query(view.query.text(), source);
    let mut notes = said.notes;
    if !said.unsupported.is_empty() {
        let what = said.unsupported.join(", ");
        let message = format!("SQLite has no words for {what} in this view");
        notes.push(Note::new("dialect/view", Fidelity::Dropped, message));
        return Shown { notes, ..Shown::default() };
    }
    let mut weakened = |code, message: &str| notes.push(Note::new(code, Fidelity::Weakened, message));
    if shows_all(view.query.text(), source.dialect) {
        weakened(
            "dialect/view-star",
            "`*` is the columns of the moment here; the server keeps those that were there when the view was made",
        );
    }
    if view.materialized {
        weakened(
            "dialect/materialized-view",
            "a view stands in for the materialized view, because its columns cannot be told: it always shows the present rows",
        );
    }
    if is_writable(&view.query, source.dialect) {
        weakened(
            "dialect/view-writing",
            "rows cannot be written through the view here, as they can on the server",
        );
    }
    let query = Expression::verbatim(&said.sql, SQLITE);
    let view = View::new(flat(&view.name), view.columns.clone(), query);
    Shown { view: Some(view), triggers: Vec::new(), notes }
}

/// A materialized view shows a table that holds its rows; nobody can write through it.
fn materialized(view: &View, table: &Table) -> Shown {
    let columns: Vec<String> = table.columns.iter().map(|column| quote(&column.name)).collect();
    let query = format!("SELECT {} FROM {}", columns.join(", "), table_name(&table.name));
    let message = format!("its rows are kept in `{}` and renewed by REFRESH", table.name);
    Shown {
        view: Some(View::new(flat(&view.name), Vec::new(), Expression::verbatim(&query, SQLITE))),
        triggers: Vec::new(),
        notes: vec![Note::new("dialect/materialized-view", Fidelity::Emulated, message)],
    }
}

/// The name of the table that holds the rows of a materialized view.
pub(in crate::dialect) fn rows_name(view: &ObjectName) -> ObjectName {
    ObjectName::bare(format!("_retort_{}_rows", flat(view)))
}

/// The table that holds the rows of a materialized view, without types; None where the columns cannot be told or
/// the query cannot be said.
pub(in crate::dialect) fn rows_of(source: &Schema, view: &View) -> Option<Table> {
    let said = rewrite::query(view.query.text(), source);
    if !view.materialized || !said.unsupported.is_empty() {
        return None;
    }
    let mut table = Table::new(rows_name(&view.name));
    let columns = columns_of_view(source, view)?;
    table.columns = columns.into_iter().map(|name| Column::new(name, SqlType::new(""))).collect();
    table.indexes.clone_from(&view.indexes);
    Some(table)
}

/// Whether the server lets rows be written through a view: one table, no groups, sets or limits (PostgreSQL 18,
/// CREATE VIEW; MySQL 8.4, 27.6.3).
fn is_writable(query: &Expression, dialect: DialectKind) -> bool {
    let tokens = token::tokens(query.text(), dialect);
    let words: Vec<_> = tokens.iter().map(|token| token::lowercase(token.text(query.text()))).collect();
    let bars = [
        "join",
        "group",
        "having",
        "distinct",
        "limit",
        "offset",
        "union",
        "intersect",
        "except",
        "with",
        "over",
    ];
    let from = words.iter().position(|word| word == "from");
    let several = |from: usize| {
        let end = words[from..].iter().position(|word| word == "where").map_or(words.len(), |at| from + at);
        words[from..end].iter().any(|word| word == "," || word == "(")
    };
    let aggregates = ["count", "sum", "min", "max", "avg", "string_agg", "array_agg", "group_concat"];
    let has = |list: &[&str]| words.iter().any(|word| list.contains(&&**word));
    from.is_some_and(|from| !several(from)) && !has(&bars) && !has(&aggregates)
}

/// Whether `*` or `t.*` stands where a SELECT lists its columns (`count(*)` and products are something else).
fn shows_all(query: &str, dialect: DialectKind) -> bool {
    if !query.contains('*') {
        return false;
    }
    let tokens = token::tokens(query, dialect);
    let stars = tokens.iter().enumerate().skip(1).filter(|(_, token)| token.text(query) == "*");
    stars.into_iter().any(|(at, _)| {
        let before = tokens[at - 1].text(query).to_ascii_lowercase();
        matches!(before.as_str(), "select" | "distinct" | "all" | "," | ".")
    })
}
