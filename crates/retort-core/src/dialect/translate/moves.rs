//! Rows that change their table on SQLite: partitions that join or leave, materialized views that are filled.

use super::super::emulate::{condition, flat, root, rows_name};
use super::super::sqlite::{quote, table_name};
use super::super::{Fidelity, Note};
use super::{Translated, Translator};
use crate::operation::{ObjectKind, Operation};
use crate::schema::{ObjectName, Schema, Table};

impl Translator {
    /// Whether operations change a table that has partitions, whose views then change too.
    pub(super) fn reaches_partitions(&self, operations: &[Operation], before: &Schema) -> bool {
        operations.iter().filter_map(Operation::table).any(|name| {
            let is = |schema: &Schema| {
                schema
                    .table(name)
                    .is_some_and(|table| table.partitioning.is_some() || table.partition_of.is_some())
            };
            is(before) || is(&self.source)
        })
    }

    /// The rows of a partition that is dropped go, while the root still stands.
    pub(super) fn leave_partitions(
        &mut self,
        operations: &[Operation],
        before: &Schema,
        done: &mut Translated,
    ) {
        for operation in operations {
            let Operation::DropTable { name, .. } = operation else { continue };
            let Some(partition) = before.table(name).filter(|table| table.partition_of.is_some()) else {
                continue;
            };
            let stays = |root: &Table| self.source.table(&root.name).is_some();
            let Some(root) = root(before, partition).filter(|root| stays(root)) else { continue };
            let root = table_name(&flat(&root.name));
            match condition(before, partition, "") {
                Some(condition) => done.sql.push(format!("DELETE FROM {root} WHERE {condition}")),
                None => done.notes.push(Note::new(
                    "dialect/partition",
                    Fidelity::Weakened,
                    format!("the rows of `{name}` stay: which they are is not known here"),
                )),
            }
        }
    }

    /// A table that goes from the engine: as a partition it leaves its rows to the root.
    pub(super) fn leave_table(&mut self, name: &ObjectName, done: &mut Translated) {
        let Some(held) = self.engine.take_table(&flat(name)) else { return };
        let Some(partition) = self.source.table(name) else { return };
        let Some(root) = root(&self.source, partition) else { return };
        let columns: Vec<String> = held
            .columns
            .iter()
            .filter(|column| column.generated.is_none())
            .map(|column| quote(&column.name))
            .collect();
        let columns = columns.join(", ");
        done.sql.push(format!(
            "INSERT INTO {} ({columns}) SELECT {columns} FROM {}",
            table_name(&flat(&root.name)),
            table_name(&held.name)
        ));
    }

    /// The rows of a partition that was detached go into the table that it is now.
    pub(super) fn join_root(&mut self, operations: &[Operation], before: &Schema, done: &mut Translated) {
        for operation in operations {
            let Operation::DetachPartition { partition, .. } = operation else { continue };
            let Some(old) = before.table(partition) else { continue };
            let Some(root) = root(before, old) else { continue };
            let columns: Vec<String> = old
                .columns
                .iter()
                .filter(|column| column.generated.is_none())
                .map(|column| quote(&column.name))
                .collect();
            let (own, root) = (table_name(&flat(partition)), table_name(&flat(&root.name)));
            let columns = columns.join(", ");
            match condition(before, old, "") {
                Some(condition) => done.sql.extend([
                    format!("INSERT INTO {own} ({columns}) SELECT {columns} FROM {root} WHERE {condition}"),
                    format!("DELETE FROM {root} WHERE {condition}"),
                ]),
                None => done.notes.push(Note::new(
                    "dialect/partition",
                    Fidelity::Weakened,
                    format!("the rows of `{partition}` stay in its parent: which they are is not known here"),
                )),
            }
        }
    }

    /// Fills materialized views that are new or refreshed.
    pub(super) fn fill_views(&mut self, operations: &[Operation], done: &mut Translated) {
        for operation in operations {
            let (name, fill, is_new) = match operation {
                Operation::CreateView { view, .. } if view.materialized => (&view.name, view.with_data, true),
                Operation::RefreshView { name, with_data } => (name, *with_data, false),
                _ => continue,
            };
            let rows = rows_name(name);
            let (Some(held), Some(view)) = (self.engine.table(&rows), self.source.view(name)) else {
                if !is_new {
                    let message = format!("`{name}` is a plain view here and always shows the present rows");
                    done.notes.push(Note::new("dialect/materialized-view", Fidelity::Weakened, message));
                }
                continue;
            };
            if !is_new {
                done.sql.push(format!("DELETE FROM {}", table_name(&rows)));
            }
            if fill {
                let columns: Vec<String> = held.columns.iter().map(|column| quote(&column.name)).collect();
                let query = super::super::rewrite::to_sqlite(view.query.text(), &self.source);
                done.sql.push(format!(
                    "INSERT INTO {} ({}) {}",
                    table_name(&rows),
                    columns.join(", "),
                    query.sql
                ));
            } else {
                let message = format!("`{name}` is empty; the server refuses to read it before it is filled");
                done.notes.push(Note::new("dialect/no-data", Fidelity::Weakened, message));
            }
        }
    }
}

/// The tables besides its own that an operation on partitions or materialized views reaches.
pub(super) fn reached(operation: &Operation, before: &Schema, after: &Schema) -> Vec<ObjectName> {
    let root_in = |schema: &Schema, name: &ObjectName| {
        schema.table(name).and_then(|table| root(schema, table)).map(|root| root.name.clone())
    };
    match operation {
        Operation::CreateTable { table, .. } => root_in(after, &table.name).into_iter().collect(),
        Operation::DropTable { name, .. } => {
            root_in(before, name).into_iter().filter(|root| after.table(root).is_some()).collect()
        }
        // The root takes the rows before the partition's own table goes.
        Operation::AttachPartition { partition, .. } => {
            root_in(after, partition).into_iter().chain([partition.clone()]).collect()
        }
        Operation::DetachPartition { partition, .. } => {
            [partition.clone()].into_iter().chain(root_in(before, partition)).collect()
        }
        Operation::CreateView { view, .. } if view.materialized => vec![rows_name(&view.name)],
        Operation::DropView { name, .. }
        | Operation::DropObject { kind: ObjectKind::MaterializedView, name, .. } => vec![rows_name(name)],
        Operation::RenameObject { kind: ObjectKind::MaterializedView, to, .. } => vec![rows_name(to)],
        Operation::CreateIndex { table, .. } if after.view(table).is_some() => vec![rows_name(table)],
        _ => Vec::new(),
    }
}
