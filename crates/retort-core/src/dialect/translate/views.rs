//! Views on SQLite: hidden while a table under them changes, shown again in their new form.

use std::sync::Arc;

use super::super::emulate::{Shown, emulate_partition, emulate_view, flat};
use super::super::{Fidelity, Note, sqlite};
use super::{Translated, Translator};
use crate::operation::{Operation, views_on};
use crate::schema::{ObjectName, Schema};
use crate::source::DialectKind;

/// What makes a view on the engine: a view of the source, or a partition.
enum Origin {
    View(Arc<crate::schema::View>),
    Partition(Arc<crate::schema::Table>),
}

impl Translator {
    /// Drops the engine's views that are another now or none, and those that would stop an ALTER TABLE: SQLite
    /// reads all views then, and refuses when one of them would not fit.
    pub(super) fn hide_views(&mut self, operations: &[Operation], before: &Schema, done: &mut Translated) {
        let mut hidden: Vec<ObjectName> = Vec::new();
        for operation in operations.iter().filter(|operation| changes_names(operation)) {
            let Some(table) = operation.table() else { continue };
            if self.source.dialect == DialectKind::Mysql {
                // MySQL lets views break, so that any of them may stop SQLite.
                hidden.extend(self.engine.views.values().map(|view| view.name.clone()));
                done.notes.extend(broken(before, &self.source, operation, table));
            } else {
                hidden.extend(views_on(&self.engine, &flat(table)));
            }
        }
        for (name, changed) in self.changed_views(before) {
            let Some(shown) = self.engine.view(&name) else { continue };
            let new = changed.and_then(|origin| self.show(&origin).view);
            if Some(&**shown) != new.as_ref() {
                hidden.push(name);
            }
        }
        for name in hidden {
            if self.engine.take_view(&name).is_some() {
                for trigger in self.engine.triggers_of(&name) {
                    self.engine.take_trigger(&trigger.name, &trigger.table);
                }
                done.sql.push(format!("DROP VIEW {}", sqlite::table_name(&name)));
            }
        }
    }

    /// Views and partitions that are not what they were, by their names on the engine; None for what is gone.
    fn changed_views(&self, before: &Schema) -> Vec<(ObjectName, Option<Origin>)> {
        let mut changed = Vec::new();
        for (key, view) in &self.source.views {
            if before.views.get(key).is_none_or(|old| !Arc::ptr_eq(old, view)) {
                changed.push((flat(&view.name), Some(Origin::View(Arc::clone(view)))));
            }
        }
        let gone = before.views.iter().filter(|(key, _)| !self.source.views.contains_key(*key));
        changed.extend(gone.map(|(_, view)| (flat(&view.name), None)));
        // A partition's view also changes with its siblings and with the columns of its root.
        for table in self.source.tables.values().filter(|table| table.partition_of.is_some()) {
            changed.push((flat(&table.name), Some(Origin::Partition(Arc::clone(table)))));
        }
        let was_partition = before.tables.values().filter(|table| table.partition_of.is_some());
        for table in was_partition {
            if self.source.table(&table.name).is_none_or(|table| table.partition_of.is_none()) {
                changed.push((flat(&table.name), None));
            }
        }
        changed
    }

    fn show(&self, origin: &Origin) -> Shown {
        match origin {
            Origin::View(view) => emulate_view(&self.source, view),
            Origin::Partition(table) => emulate_partition(&self.source, table, &self.engine),
        }
    }

    /// Makes the views that the engine lacks.
    pub(super) fn show_views(&mut self, shown: &Schema, before: &Schema, done: &mut Translated) {
        let views = self.source.views.values().map(|view| (flat(&view.name), Origin::View(Arc::clone(view))));
        let tables = self.source.tables.values().filter(|table| table.partition_of.is_some());
        let partitions = tables.map(|table| (flat(&table.name), Origin::Partition(Arc::clone(table))));
        let missing: Vec<(ObjectName, Origin)> =
            views.chain(partitions).filter(|(name, _)| self.engine.view(name).is_none()).collect();
        for (name, origin) in missing {
            let new = self.show(&origin);
            // A view that could not be made is said once: when it came or changed.
            let is_other = match &origin {
                Origin::View(view) => before.view(&view.name) != Some(view),
                Origin::Partition(table) => before.table(&table.name) != Some(table),
            };
            if shown.view(&name).map(|view| &**view) != new.view.as_ref() || (new.view.is_none() && is_other)
            {
                done.notes.extend(new.notes);
            }
            let Some(view) = new.view else { continue };
            done.sql.push(sqlite::create_view(&view));
            self.engine.put_view(view);
            for trigger in new.triggers {
                done.sql.push(trigger.definition.text().to_owned());
                self.engine.put_trigger(trigger);
            }
        }
    }
}

/// Operations after which a view may be another, or in the way.
pub(super) fn reaches_views(operation: &Operation) -> bool {
    changes_names(operation)
        || matches!(
            operation,
            Operation::CreateView { .. }
                | Operation::DropView { .. }
                | Operation::DropType { .. }
                | Operation::DropObject { .. }
                | Operation::RenameObject { .. }
                | Operation::AttachPartition { .. }
                | Operation::DetachPartition { .. }
        )
}

fn changes_names(operation: &Operation) -> bool {
    matches!(
        operation,
        Operation::RenameTable { .. }
            | Operation::RenameColumn { .. }
            | Operation::DropColumn { .. }
            | Operation::DropTable { .. }
    )
}

/// MySQL's views that name a table which is there no longer.
fn broken(before: &Schema, after: &Schema, operation: &Operation, table: &ObjectName) -> Vec<Note> {
    let views = match operation {
        Operation::RenameTable { .. } | Operation::DropTable { .. } => views_on(before, table),
        _ => Vec::new(),
    };
    let still = views.into_iter().filter(|name| after.view(name).is_some());
    let message =
        |name| format!("the view `{name}` names a table that is gone and fails when it is read, as on MySQL");
    still.map(|name| Note::new("dialect/broken-view", Fidelity::Exact, message(name))).collect()
}
