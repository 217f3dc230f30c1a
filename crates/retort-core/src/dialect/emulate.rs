//! A table of PostgreSQL or MySQL as SQLite can hold it: the one mapping, used for every statement.
//!
//! In: the source schema and one of its tables. Out: the table on SQLite with its triggers, and a note for each
//! part that is not the same thing. Checks that stand for something else have no name; checks of the author
//! always have one (servers name them), so the two can be told apart.

mod types;

use std::collections::BTreeSet;

use super::rewrite::{self, Rewritten};
use super::sqlite::quote;
use super::{Fidelity, Note};
use crate::schema::{
    Check, Column, Deferral, Expression, Generated, Identity, IdentityKind, Index, IndexKey, IndexPart,
    ObjectName, PrimaryKey, Schema, Table, Trigger, TypeKind, Unique, View, same_name, same_word,
};
use crate::source::DialectKind;
use crate::token;

const SQLITE: DialectKind = DialectKind::Sqlite;

/// A table on SQLite.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Emulated {
    pub(super) table: Table,
    pub(super) triggers: Vec<Trigger>,
    pub(super) notes: Vec<Note>,
}

/// A name on SQLite: schemas become part of it.
pub(super) fn flat(name: &ObjectName) -> ObjectName {
    ObjectName::bare(name.to_string())
}

/// Names of schemas that qualify tables and views.
pub(super) fn schema_names(source: &Schema) -> BTreeSet<String> {
    let names = source.tables.keys().chain(source.views.keys());
    names.filter_map(|name| name.schema.as_ref().map(|schema| schema.to_string())).collect()
}

/// The table as SQLite holds it. `engine` is the schema there before, to keep the names of its indexes apart.
pub(super) fn emulate(source: &Schema, table: &Table, engine: &Schema) -> Emulated {
    let mut emulation = Emulation {
        source,
        from: table,
        engine,
        schemas: schema_names(source),
        done: Emulated { table: Table::new(flat(&table.name)), triggers: Vec::new(), notes: Vec::new() },
    };
    emulation.run();
    emulation.done
}

/// A view as SQLite can hold it; None where its query cannot be said.
pub(super) fn emulate_view(source: &Schema, view: &View) -> (Option<View>, Vec<Note>) {
    let said = rewrite::to_sqlite(view.query.text(), source.dialect, &schema_names(source));
    let mut notes = said.notes;
    if !said.unsupported.is_empty() {
        let what = said.unsupported.join(", ");
        notes.push(Note::new(
            "dialect/view",
            Fidelity::Dropped,
            format!("SQLite has no words for {what} in this view"),
        ));
        return (None, notes);
    }
    if shows_all(view.query.text(), source.dialect) {
        notes.push(Note::new(
            "dialect/view-star",
            Fidelity::Weakened,
            "`*` is the columns of the moment here; the server keeps those that were there when the view was made",
        ));
    }
    if view.materialized {
        notes.push(Note::new(
            "dialect/materialized-view",
            Fidelity::Weakened,
            "a view stands in for the materialized view: it always shows the present rows",
        ));
    }
    let query = Expression::verbatim(&said.sql, SQLITE);
    (Some(View::new(flat(&view.name), view.columns.clone(), query)), notes)
}

/// Whether `*` or `t.*` stands where a SELECT lists its columns (`count(*)` and products are something else).
fn shows_all(query: &str, dialect: DialectKind) -> bool {
    let tokens = token::tokens(query, dialect);
    let stars = tokens.iter().enumerate().skip(1).filter(|(_, token)| token.text(query) == "*");
    stars.into_iter().any(|(at, _)| {
        let before = tokens[at - 1].text(query).to_ascii_lowercase();
        matches!(before.as_str(), "select" | "distinct" | "all" | "," | ".")
    })
}

struct Emulation<'a> {
    source: &'a Schema,
    from: &'a Table,
    engine: &'a Schema,
    schemas: BTreeSet<String>,
    done: Emulated,
}

impl Emulation<'_> {
    fn run(&mut self) {
        let from = self.from;
        for column in &from.columns {
            self.column(column);
        }
        self.primary_key();
        for check in &from.checks {
            self.check(check);
        }
        for key in &from.foreign_keys {
            let mut key = key.clone();
            key.ref_table = flat(&key.ref_table);
            self.done.table.foreign_keys.push(key);
        }
        for unique in &from.uniques {
            self.unique(unique);
        }
        for index in &from.indexes {
            self.index(index);
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
        rewrite::to_sqlite(expression.text(), self.source.dialect, &self.schemas)
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
        let kind = column.column_type.kind(self.source.dialect);
        let stored = types::store(self, column, &kind);
        let mut new = Column::new(column.name.clone(), crate::schema::SqlType::new(stored.type_name));
        new.nullable = column.nullable;
        new.collation = stored.collation.map(str::to_owned);
        if let Some((code, fidelity, message)) = stored.note {
            self.note(code, fidelity, format!("`{}` {}: {message}", column.name, column.column_type));
        }
        self.identity(column, &mut new);
        new.default = self.default(column, &kind);
        new.generated = self.generated(column);
        self.done.table.columns.push(new);
        if let Some(check) = stored.check {
            let expression = Expression::new(&check, SQLITE);
            self.done.table.checks.push(Check::new(None, expression));
        }
        if column.on_update.is_some() {
            self.on_update(column);
        }
    }

    fn identity(&mut self, column: &Column, new: &mut Column) {
        let Some(identity) = &column.identity else { return };
        if !self.is_key(column) {
            self.note(
                "dialect/identity",
                Fidelity::Weakened,
                format!(
                    "`{}` does not number itself here: SQLite numbers only a sole primary key",
                    column.name
                ),
            );
            return;
        }
        new.identity = Some(Identity::new(IdentityKind::Auto));
        self.note(
            "dialect/identity",
            Fidelity::Emulated,
            format!("`{}` numbers itself by AUTOINCREMENT; ids given by hand move the counter", column.name),
        );
        if identity.start.is_some_and(|start| start != 1) || identity.increment.is_some_and(|step| step != 1)
        {
            let message = format!("`{}` counts from 1 in steps of 1 here", column.name);
            self.note("dialect/identity-options", Fidelity::Weakened, message);
        }
        if identity.kind == IdentityKind::Always {
            self.identity_always(column);
        }
    }

    /// BEFORE INSERT sees -1 for a rowid that was not given: undefined by the documentation, measured on 3.40,
    /// 3.53 and 3.54.
    fn identity_always(&mut self, column: &Column) {
        let table = flat(&self.from.name);
        let name = ObjectName::bare(format!("_retort_{table}_{}_always", column.name));
        let message =
            format!("cannot insert a non-DEFAULT value into column \"{}\"", column.name).replace('\'', "''");
        let definition = format!(
            "CREATE TRIGGER {} BEFORE INSERT ON {} WHEN NEW.{} <> -1 BEGIN SELECT RAISE(ABORT, '{message}'); END",
            super::sqlite::table_name(&name),
            super::sqlite::table_name(&table),
            quote(&column.name),
        );
        self.trigger(name, table, &definition);
        let message = format!("a trigger refuses values given for `{}`", column.name);
        self.note("dialect/identity-always", Fidelity::Emulated, message);
    }

    fn trigger(&mut self, name: ObjectName, table: ObjectName, definition: &str) {
        let definition = Expression::verbatim(definition, SQLITE);
        self.done.triggers.push(Trigger { name, table, definition });
    }

    fn default(&mut self, column: &Column, kind: &TypeKind) -> Option<Expression> {
        let default = column.default.as_ref()?;
        let said = self.say(default);
        self.done.notes.extend(
            said.notes.iter().filter(|note| !self.done.notes.contains(note)).cloned().collect::<Vec<_>>(),
        );
        if !said.unsupported.is_empty() {
            let what = said.unsupported.join(", ");
            let message = format!("`{}` has no default here: SQLite has no words for {what}", column.name);
            self.note("dialect/default", Fidelity::Weakened, message);
            return None;
        }
        let text = match kind {
            TypeKind::Array(_) => types::array_literal(&said.sql).unwrap_or(said.sql),
            _ => said.sql,
        };
        Some(Expression::new(&text, SQLITE))
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

    fn check(&mut self, check: &Check) {
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

    /// A UNIQUE constraint is a unique index here, so that it can come and go without a rebuild.
    fn unique(&mut self, unique: &Unique) {
        let parts = if unique.nulls_not_distinct {
            let expression =
                |text: String| IndexPart::new(IndexKey::Expression(Expression::verbatim(&text, SQLITE)));
            let pairs = unique.columns.iter().map(|column| quote(column)).flat_map(|column| {
                [expression(format!("coalesce({column}, 0)")), expression(format!("{column} IS NULL"))]
            });
            pairs.collect()
        } else {
            unique.columns.iter().map(IndexPart::column).collect()
        };
        let name = unique.name.clone().unwrap_or_else(|| unique.columns.join("_"));
        if unique.deferral != Deferral::NotDeferrable {
            let message = format!("`{name}` is checked row by row, not at the end of the transaction");
            self.note("dialect/deferrable-unique", Fidelity::Weakened, message);
        }
        self.note("dialect/unique", Fidelity::Emulated, format!("`{name}` is a unique index"));
        self.done.table.indexes.push(Index { unique: true, ..Index::new(self.index_name(&name), parts) });
    }

    /// SQLite names indexes for the whole database, MySQL for each table.
    fn index_name(&self, name: &str) -> String {
        let own = flat(&self.from.name);
        let by_table = format!("{own}__{name}");
        let taken = match self.engine.table_of_index(None, name) {
            Some(table) => !same_name(&table.name, &own, SQLITE),
            None => self.engine.table(&ObjectName::bare(name)).is_some(),
        };
        let kept = self.engine.table(&own).is_some_and(|table| table.index(&by_table, SQLITE).is_some());
        if taken || kept { by_table } else { name.to_owned() }
    }

    fn index(&mut self, index: &Index) {
        if let Some(method) = index.method.as_deref() {
            if !matches!(method, "hash" | "brin") {
                let message = format!("SQLite has no {method} index: `{}` is not made", index.name);
                self.note("dialect/index-method", Fidelity::Dropped, message);
                return;
            }
            let message = format!("`{}` is a plain index, not {method}", index.name);
            self.note("dialect/index-method", Fidelity::Weakened, message);
        }
        let mut problems = Vec::new();
        let mut parts = Vec::new();
        for part in &index.parts {
            parts.push(self.index_part(index, part, &mut problems));
        }
        let predicate = index.predicate.as_ref().map(|predicate| self.expression(predicate, &mut problems));
        if !problems.is_empty() {
            let message =
                format!("`{}` is not made: SQLite has no words for {}", index.name, problems.join(", "));
            self.note("dialect/index-expression", Fidelity::Dropped, message);
            return;
        }
        if !index.include.is_empty() {
            let message = format!(
                "INCLUDE ({}) of `{}` is left out; it changes no meaning",
                index.include.join(", "),
                index.name
            );
            self.note("dialect/index-include", Fidelity::Exact, message);
        }
        let name = self.index_name(&index.name);
        if name != index.name {
            let message = format!(
                "`{}` is called `{name}`: index names are unique in the whole database here",
                index.name
            );
            self.note("dialect/index-name", Fidelity::Emulated, message);
        }
        self.done.table.indexes.push(Index { unique: index.unique, predicate, ..Index::new(name, parts) });
    }

    fn expression(&mut self, expression: &Expression, problems: &mut Vec<String>) -> Expression {
        let said = self.say(expression);
        self.done.notes.extend(said.notes);
        problems.extend(said.unsupported);
        Expression::new(&said.sql, SQLITE)
    }

    fn index_part(&mut self, index: &Index, part: &IndexPart, problems: &mut Vec<String>) -> IndexPart {
        let key = match (&part.key, part.prefix_length) {
            (IndexKey::Column(column), Some(length)) => {
                let message =
                    format!("the first {length} characters of `{column}` are indexed by an expression");
                self.note("dialect/index-prefix", Fidelity::Emulated, message);
                let text = format!("substr({}, 1, {length})", quote(column));
                IndexKey::Expression(Expression::verbatim(&text, SQLITE))
            }
            (IndexKey::Column(column), None) => IndexKey::Column(column.clone()),
            (IndexKey::Expression(expression), _) => {
                IndexKey::Expression(self.expression(expression, problems))
            }
        };
        // SQLite puts NULL first when ascending and last when descending (sqlite.org/lang_select.html, 4).
        // PostgreSQL's default is the opposite, and matters only for the order of reading.
        if part.nulls_first.is_some_and(|first| first == part.descending) {
            let message = format!("`{}` keeps NULLs where SQLite puts them", index.name);
            self.note("dialect/index-nulls", Fidelity::Weakened, message);
        }
        if let Some(class) = &part.operator_class {
            let message = format!("the operator class `{class}` of `{}` is left out", index.name);
            self.note("dialect/operator-class", Fidelity::Weakened, message);
        }
        IndexPart { descending: part.descending, ..IndexPart::new(key) }
    }
}
