//! A table of PostgreSQL or MySQL as SQLite can hold it: the one mapping, used for every statement.
//!
//! In: the source schema and one of its tables. Out: the table on SQLite with its triggers, and a note for each
//! part that is not the same thing. Checks that stand for something else have no name; checks of the author
//! always have one (servers name them), so the two can be told apart.

mod exclusion;
mod index;
mod number;
mod partition;
mod trigger;
mod types;
mod view;

use super::rewrite::{self, Place, Rewritten};
use super::sqlite::quote;
use super::{Fidelity, Note};
use crate::schema::{
    Check, Column, Domain, Expression, ForeignKey, Generated, ObjectName, PrimaryKey, Schema, Table, Trigger,
    TypeKind, same_word,
};
use crate::source::DialectKind;

pub(super) use number::{Numbering, TABLE as COUNTERS, counters, numbering};
pub(super) use partition::{condition, emulate_partition, root};
pub(super) use view::{Shown, emulate_view, rows_name, rows_of};

const SQLITE: DialectKind = DialectKind::Sqlite;

/// A table on SQLite.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Emulated {
    pub(super) table: Table,
    pub(super) triggers: Vec<Trigger>,
    pub(super) notes: Vec<Note>,
    /// The columns that number themselves.
    pub(super) numberings: Vec<Numbering>,
}

/// A name on SQLite: schemas become part of it.
pub(super) fn flat(name: &ObjectName) -> ObjectName {
    if name.schema.is_none() { name.clone() } else { ObjectName::bare(name.to_string()) }
}

/// The table as SQLite holds it. `engine` is the schema there before, to keep the names of its indexes apart.
pub(super) fn emulate(source: &Schema, table: &Table, engine: &Schema) -> Emulated {
    let mut emulation = Emulation {
        source,
        from: table,
        engine,
        done: Emulated {
            table: Table::new(flat(&table.name)),
            triggers: Vec::new(),
            notes: Vec::new(),
            numberings: Vec::new(),
        },
    };
    emulation.run();
    emulation.done
}

/// A column as if it had the type below its domain.
fn of_domain(column: &Column, domain: &Domain) -> Column {
    let mut column = column.clone();
    column.column_type = domain.base.clone();
    column.nullable &= domain.nullable;
    column.default = column.default.or_else(|| domain.default.clone());
    column.collation = column.collation.or_else(|| domain.collation.clone());
    column
}

/// A domain's check about a column: `VALUE` is the column.
fn of_value(check: &Expression, column: &str, dialect: DialectKind) -> Expression {
    check.rename_word(if dialect == DialectKind::Postgres { "value" } else { "VALUE" }, column, dialect)
}

struct Emulation<'a> {
    source: &'a Schema,
    from: &'a Table,
    engine: &'a Schema,
    done: Emulated,
}

impl Emulation<'_> {
    fn run(&mut self) {
        let from = self.from;
        let triggers = self.make_triggers();
        for column in &from.columns {
            // NOT NULL of a column that a trigger fills in is asked by that trigger.
            if !column.nullable && triggers.fills(column) {
                self.column(&Column { nullable: true, ..column.clone() });
            } else {
                self.column(column);
            }
        }
        self.primary_key();
        for check in &from.checks {
            self.check(check);
        }
        for key in &from.foreign_keys {
            self.foreign_key(key);
        }
        for unique in &from.uniques {
            self.unique(unique);
        }
        for index in &from.indexes {
            self.index(index);
        }
        for exclusion in &from.exclusions {
            self.exclusion(exclusion);
        }
        self.put_triggers(triggers);
        self.partitions();
        if !from.inherits.is_empty() {
            self.note(
                "dialect/inherits",
                Fidelity::Weakened,
                "the columns are copied; a query of the parent does not show the rows of this table",
            );
        }
        if from.comment.is_some() || from.columns.iter().any(|column| column.comment.is_some()) {
            self.note("dialect/comment", Fidelity::Exact, "comments are kept in the model; SQLite has none");
        }
    }

    fn note(&mut self, code: &'static str, fidelity: Fidelity, message: impl Into<String>) {
        let note = Note::new(code, fidelity, message);
        if !self.done.notes.contains(&note) {
            self.done.notes.push(note);
        }
    }

    fn say(&self, expression: &Expression) -> Rewritten {
        rewrite::in_table(expression.text(), self.source, self.from, Place::Column)
    }

    fn is_mysql(&self) -> bool {
        self.source.dialect == DialectKind::Mysql
    }

    /// Whether a column alone is the primary key.
    fn is_key(&self, column: &Column) -> bool {
        let key = self.from.primary_key.as_ref();
        key.is_some_and(|key| matches!(key.columns.as_slice(), [one] if same_word(one, &column.name, self.source.dialect)))
    }

    fn column(&mut self, column: &Column) {
        let domain = self.domain(column);
        let of_domain = domain.as_ref().map(|domain| of_domain(column, domain));
        let declared = column;
        let column = of_domain.as_ref().unwrap_or(column);
        let kind = column.column_type.kind(self.source.dialect);
        let numbering = numbering(self.source, self.from, column);
        // As it may be until a trigger has numbered it, where that makes a difference: MySQL's NULL.
        let waits = self.is_mysql() && numbering.as_ref().is_some_and(|numbering| !numbering.is_key);
        let unnumbered = waits.then(|| Column { nullable: true, ..column.clone() });
        let is_key = numbering.as_ref().is_some_and(|numbering| numbering.is_key);
        let stored = types::store(self, unnumbered.as_ref().unwrap_or(column), &kind, is_key);
        let mut new = Column::new(column.name.clone(), crate::schema::SqlType::new(stored.type_name));
        new.nullable = column.nullable;
        new.collation = stored.collation.map(str::to_owned);
        if let Some((code, fidelity, message)) = stored.note {
            let declared = declared.column_type.text();
            self.note(code, fidelity, ["`", &column.name, "` ", declared, ": ", &message].concat());
        }
        match numbering {
            Some(numbering) => self.number(column, &mut new, numbering),
            None => new.default = self.default(column),
        }
        new.generated = self.generated(column);
        self.done.table.columns.push(new);
        if let Some(check) = stored.check {
            let expression = Expression::about(&column.name, &check, SQLITE);
            self.done.table.checks.push(Check::new(None, expression));
        }
        for check in domain.iter().flat_map(|domain| &domain.checks) {
            let expression = of_value(&check.expression, &column.name, self.source.dialect);
            self.check(&Check { name: None, expression, ..check.clone() });
        }
        if column.on_update.is_some() {
            self.on_update(column);
        }
    }

    /// The domain that a column has, with what the domains below it say.
    fn domain(&self, column: &Column) -> Option<Domain> {
        let held = |kind: &TypeKind| match kind {
            TypeKind::Named(name) => self.source.domain(&types::type_name(name)).cloned(),
            _ => None,
        };
        let dialect = self.source.dialect;
        let mut domain = (*held(&column.column_type.kind(dialect))?).clone();
        // A chain longer than there are domains would be a circle.
        for _ in 0..self.source.domains.len() {
            let Some(below) = held(&domain.base.kind(dialect)) else { break };
            domain.base = below.base.clone();
            domain.nullable &= below.nullable;
            domain.default = domain.default.or_else(|| below.default.clone());
            domain.checks.extend(below.checks.iter().cloned());
        }
        Some(domain)
    }

    fn trigger(&mut self, name: ObjectName, table: ObjectName, definition: &str) {
        let definition = Expression::verbatim(definition, SQLITE);
        self.done.triggers.push(Trigger { name, table, definition });
    }

    fn default(&mut self, column: &Column) -> Option<Expression> {
        let default = column.default.as_ref()?;
        let said = rewrite::value(default.text(), self.source, self.from, column);
        self.done.notes.extend(
            said.notes.iter().filter(|note| !self.done.notes.contains(note)).cloned().collect::<Vec<_>>(),
        );
        if !said.unsupported.is_empty() {
            let what = said.unsupported.join(", ");
            let message = format!("`{}` has no default here: SQLite has no words for {what}", column.name);
            self.note("dialect/default", Fidelity::Weakened, message);
            return None;
        }
        Some(Expression::new(&said.sql, SQLITE))
    }

    fn generated(&mut self, column: &Column) -> Option<Generated> {
        let generated = column.generated.as_ref()?;
        let said = self.say(&generated.expression);
        self.done.notes.extend(said.notes);
        if !said.unsupported.is_empty() {
            let what = said.unsupported.join(", ");
            let message = format!("`{}` is a plain column here: SQLite has no words for {what}", column.name);
            self.note("dialect/generated", Fidelity::Weakened, message);
            return None;
        }
        Some(Generated { expression: Expression::new(&said.sql, SQLITE), stored: generated.stored })
    }

    /// MySQL sets the column when another one changed and nobody set it (MySQL 8.4, 13.2.5).
    fn on_update(&mut self, column: &Column) {
        let table = flat(&self.from.name);
        let name = ObjectName::bare(format!("_retort_{table}_{}_on_update", column.name));
        let own = quote(&column.name);
        let others =
            self.from.columns.iter().filter(|other| other.name != column.name && other.generated.is_none());
        let changed: Vec<String> =
            others.map(|other| format!("OLD.{0} IS NOT NEW.{0}", quote(&other.name))).collect();
        let changed = if changed.is_empty() { "FALSE".to_owned() } else { changed.join(" OR ") };
        let quoted = super::sqlite::table_name(&table);
        let definition = format!(
            "CREATE TRIGGER {} AFTER UPDATE ON {quoted} WHEN OLD.{own} IS NEW.{own} AND ({changed}) BEGIN UPDATE {quoted} SET {own} = CURRENT_TIMESTAMP WHERE rowid = NEW.rowid; END",
            super::sqlite::table_name(&name),
        );
        self.trigger(name, table, &definition);
        let message = format!(
            "`{}` ON UPDATE CURRENT_TIMESTAMP is a trigger; the time is in whole seconds",
            column.name
        );
        self.note("dialect/on-update", Fidelity::Emulated, message);
    }

    fn primary_key(&mut self) {
        let Some(key) = &self.from.primary_key else { return };
        // MySQL calls every primary key PRIMARY: that is no name.
        let name = key.name.clone().filter(|_| !self.is_mysql());
        self.done.table.primary_key = Some(PrimaryKey::new(name, key.columns.clone()));
    }

    fn foreign_key(&mut self, key: &ForeignKey) {
        let name = key.name.clone().unwrap_or_default();
        if !key.enforced {
            let message = format!("`{name}` is not made: it is not enforced on the server either");
            self.note("dialect/not-enforced", Fidelity::Exact, message);
            return;
        }
        let mut new = key.clone();
        new.ref_table = flat(&key.ref_table);
        (new.validated, new.match_full) = (true, false);
        if !std::mem::take(&mut new.set_columns).is_empty() {
            let message = format!("`{name}` sets all its columns on delete, not only some");
            self.note("dialect/set-columns", Fidelity::Weakened, message);
        }
        self.done.table.foreign_keys.push(new);
        if key.match_full && key.columns.len() > 1 {
            let is_null = |column: &String| format!("({} IS NULL)", quote(column));
            let first = key.columns.first().map(is_null).unwrap_or_default();
            let same: Vec<String> =
                key.columns.iter().skip(1).map(|column| format!("{first} = {}", is_null(column))).collect();
            let expression = Expression::new(&same.join(" AND "), SQLITE);
            self.done.table.checks.push(Check::new(None, expression));
            let message = format!("MATCH FULL of `{name}` is a check that all its columns are NULL or none");
            self.note("dialect/match-full", Fidelity::Emulated, message);
        }
    }

    fn check(&mut self, check: &Check) {
        if !check.enforced {
            let name = check.name.as_deref().unwrap_or_default();
            let message = format!("the check `{name}` is not made: it is not enforced on the server either");
            self.note("dialect/not-enforced", Fidelity::Exact, message);
            return;
        }
        let said = self.say(&check.expression);
        let name = check.name.clone().unwrap_or_default();
        self.done.notes.extend(said.notes);
        if said.unsupported.is_empty() {
            let expression = Expression::new(&said.sql, SQLITE);
            self.done.table.checks.push(Check::new(check.name.clone(), expression));
        } else {
            let what = said.unsupported.join(", ");
            let message = format!("the check `{name}` is not enforced: SQLite has no words for {what}");
            self.note("dialect/check", Fidelity::Weakened, message);
        }
    }
}
