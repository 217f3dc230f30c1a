//! Statements that change rows: INSERT, UPDATE, DELETE, TRUNCATE and COPY of PostgreSQL and MySQL in SQLite's words.
//!
//! They are read as far as the difference goes: which table, which columns, which conditions. The columns' types
//! say how a literal is kept.

mod conflict;
mod copy;
mod delete;
mod insert;
mod truncate;
mod update;
pub(super) mod words;

use super::emulate::flat;
use super::rewrite::{Rewriter, Unit, tables_in, units};
use super::{Fidelity, Note, sqlite};
use crate::schema::{Column, ObjectName, Schema, Table};
use crate::source::DialectKind;
use words::Words;

/// What a statement comes to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Told {
    /// The statements, in order.
    pub(super) sql: Vec<String>,
    /// What was approximated.
    pub(super) notes: Vec<Note>,
    /// What SQLite has no words for; nothing is to be run then.
    pub(super) unsupported: Vec<String>,
}

/// Says a statement that changes rows. `engine` is what SQLite holds, with the triggers that are ours.
pub(super) fn tell(text: &str, source: &Schema, engine: &Schema) -> Told {
    // The data of a COPY are no SQL.
    if text.get(..4).is_some_and(|verb| verb.eq_ignore_ascii_case("copy")) {
        let mut teller = Teller::new(source, engine, Vec::new());
        let sql = teller.copy(text);
        return Told { sql, ..teller.told() };
    }
    let tree = units(text, source.dialect);
    let mut teller = Teller::new(source, engine, tables_in(&tree, source));
    let sql = teller.statement(&tree, None);
    Told { sql, ..teller.told() }
}

/// Empties tables: children first, counters back at their start where the server puts them there.
pub(super) fn truncate(
    tables: &[ObjectName],
    restart: bool,
    cascade: bool,
    source: &Schema,
    engine: &Schema,
) -> Told {
    let mut teller = Teller::new(source, engine, Vec::new());
    let sql = teller.truncate_tables(tables, restart, cascade);
    Told { sql, ..teller.told() }
}

/// Tells statements about rows.
pub(super) struct Teller<'s> {
    source: &'s Schema,
    engine: &'s Schema,
    pub(super) rewriter: Rewriter<'s>,
}

impl<'s> Teller<'s> {
    pub(super) fn new(source: &'s Schema, engine: &'s Schema, tables: Vec<&'s Table>) -> Teller<'s> {
        Teller { source, engine, rewriter: Rewriter::new(source, tables) }
    }

    pub(super) fn told(self) -> Told {
        let done = self.rewriter.done;
        Told { sql: Vec::new(), notes: done.notes, unsupported: done.unsupported }
    }

    fn dialect(&self) -> DialectKind {
        self.source.dialect
    }

    fn is_mysql(&self) -> bool {
        self.source.dialect == DialectKind::Mysql
    }

    fn unsupported(&mut self, what: impl Into<String>) {
        self.rewriter.unsupported(what);
    }

    fn note(&mut self, code: &'static str, fidelity: Fidelity, message: impl Into<String>) {
        self.rewriter.note(code, fidelity, message);
    }

    fn say(&mut self, units: &[Unit<'_>]) -> String {
        self.rewriter.say(units)
    }

    /// One statement; `condition` must hold besides (in a trigger).
    pub(super) fn statement(&mut self, tree: &[Unit<'_>], condition: Option<&str>) -> Vec<String> {
        let mut words = Words::new(tree, self.dialect());
        let with = self.with(&mut words);
        let verb = words.word();
        let said = match verb.as_str() {
            "insert" | "replace" => self.insert(&mut words, verb == "replace", condition),
            "update" => self.update(&mut words, condition),
            "delete" => self.delete(&mut words, condition),
            "truncate" => self.truncate(&mut words),
            _ => {
                self.unsupported(verb.to_ascii_uppercase());
                Vec::new()
            }
        };
        match with {
            Some(_) if said.len() > 1 => {
                self.unsupported("WITH before several statements");
                Vec::new()
            }
            Some(with) => said.into_iter().map(|sql| format!("{with} {sql}")).collect(),
            None => said,
        }
    }

    /// `WITH a AS (…), …` before the statement.
    fn with(&mut self, words: &mut Words<'_, '_>) -> Option<String> {
        if !words.is("with") {
            return None;
        }
        let clause = words.until(&["insert", "update", "delete", "replace", "merge"]);
        let changes = clause.iter().any(|unit| match unit {
            Unit::Group(inner) => inner
                .first()
                .is_some_and(|first| ["insert", "update", "delete"].iter().any(|word| first.is(word))),
            _ => false,
        });
        if changes {
            self.unsupported("a change of rows inside WITH");
        }
        Some(self.say(clause))
    }

    /// The table of the model; a view or an unknown table is none.
    fn table(&mut self, name: &ObjectName) -> Option<&'s Table> {
        if let Some(table) = self.source.table(name) {
            return Some(table);
        }
        let what = if self.source.view(name).is_some() { "a change through the view" } else { "a change of" };
        self.unsupported(format!("{what} `{name}`, which is no table of the model"));
        None
    }

    fn column<'t>(&mut self, table: &'t Table, name: &str) -> Option<&'t Column> {
        let column = table.column(name, self.dialect());
        if column.is_none() {
            self.unsupported(format!("the column `{name}`, which `{}` does not have", table.name));
        }
        column
    }

    /// The default of a column as a value; None where the column has none but NULL.
    fn default_of(&mut self, column: &Column) -> Option<String> {
        let default = column.default.as_ref()?;
        let tree = units(default.text(), self.dialect());
        let tables = std::mem::take(&mut self.rewriter.tables);
        let said = self.rewriter.value(&tree, column);
        self.rewriter.tables = tables;
        Some(said)
    }
}

fn name_of(table: &ObjectName) -> String {
    sqlite::table_name(&flat(table))
}

/// Two conditions that must both hold.
fn both(first: Option<String>, second: Option<&str>) -> Option<String> {
    match (first, second) {
        (Some(first), Some(second)) => Some(format!("({first}) AND ({second})")),
        (first, second) => first.or_else(|| second.map(str::to_owned)),
    }
}

fn where_clause(condition: Option<String>) -> String {
    condition.map_or_else(String::new, |condition| format!(" WHERE {condition}"))
}
