//! A table or view of one dialect as a server of another can hold it: PostgreSQL, MySQL, MariaDB.
//!
//! The counterpart of `emulate`, which does it for SQLite. In: the source schema and one of its tables. Out: the
//! table on the server with what goes beside it (types, triggers, routines), and a note for each part that is
//! not the same thing there.

mod columns;
mod keys;
mod types;

use super::reword::{Names, Reworded, reword};
use super::{Capabilities, Fidelity, Note};
use crate::schema::{EnumType, Expression, ObjectName, Routine, Schema, Table, Trigger, View, same_name};
use crate::source::DialectKind;

/// What a table comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Carried {
    /// None where the server has no such table: its rows are in another one.
    pub(super) table: Option<Table>,
    pub(super) enums: Vec<EnumType>,
    pub(super) routines: Vec<Routine>,
    pub(super) triggers: Vec<Trigger>,
    pub(super) notes: Vec<Note>,
}

/// A name on the server. Schemas of PostgreSQL are databases of MySQL; SQLite has but one.
pub(super) fn carried_name(name: &ObjectName) -> ObjectName {
    name.clone()
}

/// The table as the server holds it. `engine` is the schema there before, to keep the names of its indexes and
/// the order of its columns.
pub(super) fn carry(source: &Schema, table: &Table, engine: &Schema, able: &Capabilities) -> Carried {
    let name = carried_name(&table.name);
    let mut carry = Carry {
        source,
        from: table,
        engine,
        able,
        names: Names::of_table(table, source.dialect, able),
        table: Table::new(name),
        done: Carried {
            table: None,
            enums: Vec::new(),
            routines: Vec::new(),
            triggers: Vec::new(),
            notes: Vec::new(),
        },
    };
    carry.run();
    carry.done
}

/// A view as the server can hold it; None where its query cannot be said.
pub(super) fn carry_view(source: &Schema, view: &View, able: &Capabilities) -> (Option<View>, Vec<Note>) {
    let said = reword(view.query.text(), &Names::of_schema(source, able));
    let mut notes = said.notes;
    if !said.unsupported.is_empty() {
        let message =
            format!("{} has no words for {} in this view", title(able), said.unsupported.join(", "));
        notes.push(Note::new("dialect/view", Fidelity::Dropped, message));
        return (None, notes);
    }
    let is_postgres = able.dialect == DialectKind::Postgres;
    if view.materialized && !is_postgres {
        notes.push(Note::new(
            "dialect/materialized-view",
            Fidelity::Weakened,
            "a view stands in for the materialized view: it always shows the present rows",
        ));
    }
    let lost: Vec<&str> =
        view.options.keys().map(String::as_str).filter(|name| *name != "CHECK OPTION").collect();
    if !lost.is_empty() {
        notes.push(Note::new(
            "dialect/view-options",
            Fidelity::Weakened,
            format!("{} of the view is left out", lost.join(", ")),
        ));
    }
    let query = Expression::verbatim(&said.sql, able.dialect);
    let mut new = View::new(carried_name(&view.name), view.columns.clone(), query);
    new.comment = view.comment.clone().filter(|_| is_postgres);
    new.options
        .extend(view.options.get("CHECK OPTION").map(|option| ("CHECK OPTION".to_owned(), option.clone())));
    (Some(new), notes)
}

/// The server in people's words.
pub(super) fn title(able: &Capabilities) -> &'static str {
    if able.mariadb { "MariaDB" } else { able.dialect.title() }
}

struct Carry<'a> {
    source: &'a Schema,
    from: &'a Table,
    engine: &'a Schema,
    able: &'a Capabilities,
    names: Names<'a>,
    table: Table,
    done: Carried,
}

impl Carry<'_> {
    fn run(&mut self) {
        if self.from.partition_of.is_some() && !self.to_postgres() {
            let message = "its rows are in the table that it is a partition of; rows outside of all bounds are not refused";
            return self.note("dialect/partition", Fidelity::Weakened, message);
        }
        self.table.comment.clone_from(&self.from.comment);
        self.table_options();
        for column in &self.from.columns {
            self.column(column);
        }
        self.primary_key();
        self.uniques();
        self.checks();
        self.foreign_keys();
        self.indexes();
        self.what_is_lost();
        self.settle();
        self.keep_order();
        self.done.table = Some(std::mem::replace(&mut self.table, Table::new(ObjectName::bare(""))));
    }

    fn to_postgres(&self) -> bool {
        self.able.dialect == DialectKind::Postgres
    }

    fn from(&self) -> DialectKind {
        self.source.dialect
    }

    fn note(&mut self, code: &'static str, fidelity: Fidelity, message: impl Into<String>) {
        self.put_note(Note::new(code, fidelity, message));
    }

    fn put_note(&mut self, note: Note) {
        if !self.done.notes.contains(&note) {
            self.done.notes.push(note);
        }
    }

    /// An expression on the server; None, and what is missing, where it cannot be said.
    fn say(&mut self, expression: &Expression) -> Result<Expression, String> {
        let Reworded { sql, notes, unsupported } = reword(expression.text(), &self.names);
        if !unsupported.is_empty() {
            return Err(format!("{} has no words for {}", title(self.able), unsupported.join(", ")));
        }
        notes.into_iter().for_each(|note| self.put_note(note));
        Ok(Expression::new(&sql, self.able.dialect))
    }

    /// MySQL compares texts without case unless it is told otherwise; PostgreSQL and SQLite with case.
    fn table_options(&mut self) {
        if self.to_postgres() {
            return;
        }
        let collation = if self.able.mariadb { "utf8mb4_nopad_bin" } else { "utf8mb4_0900_bin" };
        for (name, value) in [("CHARSET", "utf8mb4"), ("COLLATE", collation), ("ENGINE", "InnoDB")] {
            self.table.options.insert(name.to_owned(), value.to_owned());
        }
    }

    fn what_is_lost(&mut self) {
        let from = self.from;
        if let Some(partitioning) = &from.partitioning {
            let message =
                format!("one table holds the rows: PARTITION BY {} is left out", partitioning.method);
            self.note("dialect/partition", Fidelity::Emulated, message);
        }
        if !from.inherits.is_empty() {
            let message = "its columns are its own: the rows do not show in the table that it inherits from";
            self.note("dialect/inherits", Fidelity::Weakened, message);
        }
        if from.row_security.enabled || !from.policies.is_empty() {
            let message = format!(
                "{} has no row security: everybody who may read the table sees all rows",
                title(self.able)
            );
            self.note("dialect/row-security", Fidelity::Dropped, message);
        }
        let meaning = [
            "STRICT",
            "UNLOGGED",
            "WITHOUT ROWID",
            "ENGINE",
            "CHARSET",
            "COLLATE",
            "AUTO_INCREMENT",
            "ROW_FORMAT",
        ];
        let lost: Vec<&str> = from
            .options
            .keys()
            .map(String::as_str)
            .filter(|name| !meaning.contains(name) && !name.bytes().any(|b| b.is_ascii_lowercase()))
            .collect();
        if !lost.is_empty() {
            self.note("dialect/table-option", Fidelity::Weakened, format!("{} is left out", lost.join(", ")));
        }
    }

    /// PostgreSQL adds a column at the end; the order that is there stays.
    fn keep_order(&mut self) {
        if !self.to_postgres() {
            return;
        }
        let Some(old) = self.engine.table(&self.table.name) else { return };
        let place = |name: &str| old.column_index(name, DialectKind::Postgres).unwrap_or(usize::MAX);
        let before: Vec<String> = self.table.columns.iter().map(|column| column.name.clone()).collect();
        self.table.columns.sort_by_key(|column| place(&column.name));
        if self.table.columns.iter().map(|column| &column.name).ne(before.iter()) {
            self.note(
                "dialect/column-order",
                Fidelity::Weakened,
                "new columns are the last ones: PostgreSQL cannot put them elsewhere",
            );
        }
    }

    /// A name for an index that no other table has. PostgreSQL names indexes, keys and tables in one room.
    fn free_name(&self, name: &str) -> String {
        let own = &self.table.name;
        let qualified = ObjectName { schema: own.schema.clone(), name: name.into() };
        let dialect = self.able.dialect;
        let held_by_other = |table: &Table| {
            !same_name(&table.name, own, dialect)
                && table.name.schema == own.schema
                && (table.index(name, dialect).is_some()
                    || table.constraint_names().any(|held| crate::schema::same_word(held, name, dialect)))
        };
        let taken = self.engine.table(&qualified).is_some()
            || self.engine.view(&qualified).is_some()
            || self.engine.tables.values().any(|table| held_by_other(table));
        let by_table = format!("{}__{name}", own.name);
        let kept = self.engine.table(own).is_some_and(|table| {
            table.index(&by_table, dialect).is_some() || table.constraint_names().any(|held| held == by_table)
        });
        shorten(if taken || kept { by_table } else { name.to_owned() }, dialect)
    }
}

/// Names have at most 63 bytes in PostgreSQL and 64 characters in MySQL.
fn shorten(mut name: String, dialect: DialectKind) -> String {
    let most = if dialect == DialectKind::Postgres { 63 } else { 64 };
    if name.len() > most {
        let mut end = most;
        while !name.is_char_boundary(end) {
            end -= 1;
        }
        name.truncate(end);
    }
    name
}
