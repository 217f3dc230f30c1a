//! Tables as the page shows them: what SQLite holds, what the source declared, who made it, what is new.

use std::collections::BTreeMap;
use std::rc::Rc;

use retort_core::review;
use retort_core::schema::{
    Change, ChangeKind, Column, Deferral, ForeignKey, Index, IndexKey, ObjectName, Schema, Table,
    describe_index_part, same_word,
};
use retort_core::source::DialectKind;

use super::blame::Blame;
use super::session::Counts;
use super::step_view::mark;
use crate::protocol::{ColumnView, ConstraintView, ForeignKeyView, IndexView, Mark, TableView, TriggerView};

const SQLITE: DialectKind = DialectKind::Sqlite;

/// Everything that is needed to draw tables.
pub(super) struct Tables<'a> {
    pub(super) source: &'a Schema,
    /// Against the schema before the step.
    pub(super) changes: &'a [Change],
    pub(super) blame: &'a Blame,
    /// Revisions by position, from 1.
    pub(super) ids: &'a [&'a str],
    pub(super) counts: &'a Counts,
    /// Texts in `sqlite_schema`, by name in lower case.
    pub(super) texts: &'a BTreeMap<String, String>,
}

impl Tables<'_> {
    /// All tables and views of the engine.
    pub(super) fn all(&self, engine: &Schema) -> Vec<Rc<TableView>> {
        let tables = engine.tables.values().map(|table| self.table(table, engine, self.source));
        let views = engine.views.values().map(|view| {
            let name = view.name.to_string();
            let columns = view.columns.iter().map(|column| plain_column(column)).collect();
            TableView { is_view: true, columns, ..self.frame(&name, "view") }
        });
        tables.chain(views).map(Rc::new).collect()
    }

    /// Tables that the step removed, as they were.
    pub(super) fn ghosts(&self, before: &Schema, source_before: &Schema) -> Vec<Rc<TableView>> {
        let removed = self.changes.iter().filter(|c| c.kind == ChangeKind::Removed && c.what == "table");
        let tables = removed.filter_map(|change| before.table(&ObjectName::bare(&change.object)));
        tables
            .map(|table| TableView { mark: Mark::Removed, ..self.table(table, before, source_before) })
            .map(Rc::new)
            .collect()
    }

    fn id(&self, position: usize) -> Option<String> {
        self.ids.get(position.checked_sub(1)?).map(|id| (*id).to_owned())
    }

    fn made_by(&self, table: &str, what: &'static str, name: &str) -> (Option<String>, Option<String>) {
        match self.blame.of(table, what, name) {
            Some((made, changed)) => (self.id(made), self.id(changed)),
            None => (None, None),
        }
    }

    fn mark(&self, table: &str, what: &str, name: &str) -> Mark {
        let is = |change: &&Change| {
            change.object == table && change.what == what && change.name.eq_ignore_ascii_case(name)
        };
        self.changes.iter().find(is).map_or(Mark::Same, |change| mark(change.kind))
    }

    /// A table without its parts.
    fn frame(&self, name: &str, what: &'static str) -> TableView {
        let own = self.mark(name, what, "");
        let touched = self.changes.iter().any(|change| change.object == name);
        let (made_by, changed_by) = self.made_by(name, what, "");
        TableView {
            name: name.to_owned(),
            is_view: false,
            mark: if own == Mark::Same && touched { Mark::Changed } else { own },
            comment: None,
            columns: Vec::new(),
            constraints: Vec::new(),
            indexes: Vec::new(),
            foreign_keys: Vec::new(),
            triggers: Vec::new(),
            rows: self.counts.get(name).copied().unwrap_or(0),
            made_by,
            changed_by,
            sql: self.texts.get(&name.to_ascii_lowercase()).cloned().unwrap_or_default(),
        }
    }

    fn table(&self, table: &Table, engine: &Schema, source: &Schema) -> TableView {
        let name = table.name.to_string();
        let declared = source
            .table(&table.name)
            .or_else(|| source.tables.values().find(|other| other.name.to_string() == name));
        let declared = declared.map(|table| &**table);
        let emulates = source.dialect != SQLITE;
        let redundant = review::redundant_indexes(table, SQLITE);
        TableView {
            comment: declared.and_then(|table| table.comment.clone()),
            columns: table.columns.iter().map(|column| self.column(table, column, declared)).collect(),
            constraints: self.constraints(table, emulates),
            indexes: table
                .indexes
                .iter()
                .map(|index| {
                    let finding = redundant.iter().find(|finding| finding.index == index.name);
                    self.index(&name, index, finding.map(ToString::to_string))
                })
                .collect(),
            foreign_keys: table.foreign_keys.iter().map(|key| self.foreign_key(table, key)).collect(),
            triggers: engine
                .triggers_of(&table.name)
                .iter()
                .map(|trigger| TriggerView {
                    name: trigger.name.to_string(),
                    sql: trigger.definition.text().to_owned(),
                    mark: self.mark(&trigger.name.to_string(), "trigger", ""),
                    emulation: emulates && trigger.name.name.starts_with("_retort_"),
                })
                .collect(),
            ..self.frame(&name, "table")
        }
    }

    fn column(&self, table: &Table, column: &Column, declared: Option<&Table>) -> ColumnView {
        let name = table.name.to_string();
        let source = declared
            .and_then(|table| table.columns.iter().find(|c| same_word(&c.name, &column.name, SQLITE)));
        let stored = column.column_type.text().to_owned();
        let in_indexes = table.indexes.iter().filter_map(|index| {
            let at = index.parts.iter().position(
                |part| matches!(&part.key, IndexKey::Column(key) if same_word(key, &column.name, SQLITE)),
            )?;
            Some((index.name.clone(), u32::try_from(at + 1).unwrap_or(u32::MAX)))
        });
        let is = |names: &[String]| names.iter().any(|key| same_word(key, &column.name, SQLITE));
        let (made_by, changed_by) = self.made_by(&name, "column", &column.name);
        ColumnView {
            name: column.name.clone(),
            declared: source.map_or_else(|| stored.clone(), |source| source.column_type.text().to_owned()),
            stored,
            nullable: column.nullable,
            default: column.default.as_ref().map(|default| default.text().to_owned()),
            generated: column.generated.as_ref().map(|generated| generated.expression.text().to_owned()),
            comment: source.and_then(|source| source.comment.clone()),
            primary: table.primary_key.as_ref().is_some_and(|key| is(&key.columns)),
            foreign: table.foreign_keys.iter().any(|key| is(&key.columns)),
            in_indexes: in_indexes.collect(),
            mark: self.mark(&name, "column", &column.name),
            made_by,
            changed_by,
        }
    }

    fn constraints(&self, table: &Table, emulates: bool) -> Vec<ConstraintView> {
        let name = table.name.to_string();
        let view =
            |kind: &'static str, own: Option<&String>, detail: String, key: &str, emulation| ConstraintView {
                kind: kind.to_owned(),
                name: own.cloned(),
                mark: self.mark(&name, kind, own.map_or(key, String::as_str)),
                made_by: self.made_by(&name, kind, own.map_or(key, String::as_str)).0,
                detail,
                emulation,
            };
        let columns = |columns: &[String]| format!("({})", columns.join(", "));
        let keys = table.primary_key.iter().map(|key| {
            let detail = columns(&key.columns);
            view("primary key", key.name.as_ref(), detail.clone(), &detail, false)
        });
        let uniques = table.uniques.iter().map(|unique| {
            let detail = columns(&unique.columns);
            view("unique", unique.name.as_ref(), detail.clone(), &detail, false)
        });
        // Checks of the author are always named on an emulated table; the others stand for a type.
        let checks = table.checks.iter().map(|check| {
            let detail = check.expression.text().to_owned();
            view(
                "check",
                check.name.as_ref(),
                detail,
                check.expression.normal(),
                emulates && check.name.is_none(),
            )
        });
        keys.chain(uniques).chain(checks).collect()
    }

    fn index(&self, table: &str, index: &Index, redundant: Option<String>) -> IndexView {
        IndexView {
            name: index.name.clone(),
            parts: index.parts.iter().map(describe_index_part).collect(),
            unique: index.unique,
            predicate: index.predicate.as_ref().map(|predicate| predicate.text().to_owned()),
            mark: self.mark(table, "index", &index.name),
            made_by: self.made_by(table, "index", &index.name).0,
            redundant,
        }
    }

    fn foreign_key(&self, table: &Table, key: &ForeignKey) -> ForeignKeyView {
        let nullable = |name: &String| table.column(name, SQLITE).is_some_and(|column| column.nullable);
        let detail = retort_core::schema::describe_foreign_key(key);
        let name = key.name.clone().unwrap_or(detail);
        ForeignKeyView {
            name: key.name.clone(),
            columns: key.columns.clone(),
            ref_table: key.ref_table.to_string(),
            ref_columns: key.ref_columns.clone(),
            on_delete: key.on_delete.sql().to_owned(),
            on_update: key.on_update.sql().to_owned(),
            deferred: key.deferral == Deferral::InitiallyDeferred,
            optional: key.columns.iter().any(nullable),
            one_to_one: table.is_unique(&key.columns, SQLITE),
            unindexed: !table.is_indexed(&key.columns, SQLITE),
            mark: self.mark(&table.name.to_string(), "foreign key", &name),
        }
    }
}

fn plain_column(name: &str) -> ColumnView {
    ColumnView {
        name: name.to_owned(),
        declared: String::new(),
        stored: String::new(),
        nullable: true,
        default: None,
        generated: None,
        comment: None,
        primary: false,
        foreign: false,
        in_indexes: Vec::new(),
        mark: Mark::Same,
        made_by: None,
        changed_by: None,
    }
}
