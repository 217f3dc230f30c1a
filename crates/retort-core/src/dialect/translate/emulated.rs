//! Operations of PostgreSQL and MySQL on SQLite: the engine follows what the source has become.

use std::borrow::Cow;
use std::sync::Arc;

use super::super::emulate::{Emulated, emulate, flat, rows_name, rows_of};
use super::super::sqlite;
use super::super::{Fidelity, Note};
use super::hints::{group_length, hint, touched};
use super::notes::note_of;
use super::views::reaches_views;
use super::{Known, Translated, Translator};
use crate::operation::{ObjectKind, Operation, apply, apply_before};
use crate::schema::{ObjectName, Schema, Table, fold, same_word};
use crate::source::DialectKind;

const SQLITE: DialectKind = DialectKind::Sqlite;

impl Translator {
    /// On SQLite, for another dialect.
    pub(super) fn emulated(&mut self, operations: &[Operation], done: &mut Translated) {
        let mut left = operations;
        while !left.is_empty() {
            let length = group_length(left).max(1);
            self.group(left, length, done);
            left = &left[length..];
        }
    }

    /// The first operations: one change of one table, or a single other one.
    fn group(&mut self, left: &[Operation], length: usize, done: &mut Translated) {
        let operations = &left[..length];
        if let [Operation::ExecuteSql { sql, class }] = operations {
            return self.other_sql(sql, *class, done);
        }
        if let [operation @ Operation::Truncate { .. }] = operations {
            return self.truncate(operation, done);
        }
        let before = self.source.clone();
        let applied = self.apply(left, length, done);
        for operation in applied.iter() {
            done.notes.extend(note_of(operation));
        }
        let reaches_views = applied.iter().any(reaches_views) || self.reaches_partitions(&applied, &before);
        let shown = reaches_views.then(|| self.engine.clone());
        if reaches_views {
            self.hide_views(&applied, &before, done);
        }
        self.leave_partitions(&applied, &before, done);
        for table in touched(&applied, &before, &self.source) {
            self.follow(&table, &before, &applied, done);
        }
        for operation in applied.iter() {
            self.follow_sequence(operation, &before, done);
        }
        self.join_root(&applied, &before, done);
        if let Some(shown) = shown {
            self.show_views(&shown, &before, done);
        }
        self.fill_views(&applied, done);
    }

    /// Applies the first operations to the source; gives those that it takes.
    pub(super) fn apply<'o>(
        &mut self,
        left: &'o [Operation],
        length: usize,
        done: &mut Translated,
    ) -> Cow<'o, [Operation]> {
        let mut refused = Vec::new();
        for (place, operation) in left[..length].iter().enumerate() {
            if let Err(refusal) = apply_before(&mut self.source, operation, &left[place + 1..]) {
                done.refusals.push(refusal);
                refused.push(place);
            }
        }
        if refused.is_empty() {
            return Cow::Borrowed(&left[..length]);
        }
        let taken = left[..length].iter().enumerate().filter(|(place, _)| !refused.contains(place));
        taken.map(|(_, operation)| operation.clone()).collect()
    }

    /// Brings the engine's table to what the source's table has become.
    fn follow(
        &mut self,
        name: &ObjectName,
        source_before: &Schema,
        operations: &[Operation],
        done: &mut Translated,
    ) {
        let mut hint = hint(operations, &self.source, name, &mut done.notes);
        let engine_before = self.engine.clone();
        let old_name = hint
            .renamed_table
            .clone()
            .filter(|_| held_table(source_before, name).is_none())
            .unwrap_or_else(|| name.clone());
        let known = self.known.remove(&fold(&old_name, self.source.dialect)).unwrap_or_else(|| {
            let old = held_table(source_before, &old_name);
            old.map(|table| Known::of(emulate(source_before, &table, &engine_before))).unwrap_or_default()
        });
        hint.renamed_table = Some(flat(&old_name)).filter(|_| old_name != *name);
        for trigger in self.engine.triggers_of(&flat(&old_name)) {
            self.engine.take_trigger(&trigger.name, &trigger.table);
        }
        let mut now = None;
        let mut is_ahead = false;
        match held_table(&self.source, name) {
            None => self.leave_table(&old_name, done),
            Some(table) => {
                self.free_name(&flat(name), done);
                operations.iter().for_each(|operation| self.follow_renaming(operation));
                // After the renaming, so that indexes are seen to be the table's own and keep their names.
                let mut emulated = emulate(&self.source, &table, &self.engine);
                is_ahead = self.make_at_once(name, &mut emulated);
                let Emulated { table, triggers, notes, numberings } = emulated;
                self.engine.put_table(table);
                for trigger in triggers {
                    self.engine.put_trigger(trigger);
                }
                done.notes.extend(notes.iter().filter(|note| !known.notes.contains(note)).cloned());
                now = Some(Known { notes, numberings });
            }
        }
        let changed = sqlite::change(&engine_before, &self.engine, &flat(name), &hint);
        if changed.rebuild {
            done.foreign_keys_off = true;
            done.notes.push(Note::new(
                "dialect/table-rebuild",
                Fidelity::Emulated,
                format!("SQLite has no such ALTER TABLE: `{name}` is made anew and its rows copied"),
            ));
        }
        let is_new = engine_before.table(&flat(&old_name)).is_none();
        if is_ahead {
            // Rows of tables that refer to each other come in any order.
            done.foreign_keys_off = true;
            if changed.sql.is_empty() && !is_new {
                done.notes.push(Note::new(
                    "dialect/at-once",
                    Fidelity::Exact,
                    format!("`{name}` has it already: it is part of its CREATE TABLE above"),
                ));
            }
        }
        done.sql.extend(changed.sql);
        let numberings = now.as_ref().map(|now| now.numberings.as_slice()).unwrap_or_default();
        self.renumber(&flat(name), (&known.numberings, numberings), is_new, &hint, done);
        if let Some(now) = now {
            self.known.insert(fold(name, self.source.dialect), now);
        }
    }

    /// Tables and indexes share their names in SQLite: an index that has a new table's name gets another.
    fn free_name(&mut self, name: &ObjectName, done: &mut Translated) {
        if self.engine.table(name).is_some() {
            return;
        }
        let Some(owner) = self.engine.table_of_index(None, &name.name) else { return };
        let mut owner = (**owner).clone();
        for index in owner.indexes.iter_mut().filter(|index| same_word(&index.name, &name.name, SQLITE)) {
            done.sql.push(sqlite::drop_index(&index.name));
            index.name = format!("{}__{}", owner.name, index.name);
            done.sql.push(sqlite::create_index(&owner.name, index));
        }
        self.engine.put_table(owner);
    }

    /// SQLite carries a renaming into the keys of other tables by itself.
    fn follow_renaming(&mut self, operation: &Operation) {
        let renaming = match operation {
            Operation::RenameTable { from, to } => Operation::RenameTable { from: flat(from), to: flat(to) },
            Operation::RenameColumn { table, from, to } => {
                Operation::RenameColumn { table: flat(table), from: from.clone(), to: to.clone() }
            }
            Operation::RenameObject { kind: ObjectKind::MaterializedView, from, to } => {
                Operation::RenameTable { from: rows_name(from), to: rows_name(to) }
            }
            _ => return,
        };
        // The engine holds what the source holds, so it cannot refuse what the source took.
        let _ = apply(&mut self.engine, &renaming);
    }
}

/// The table that the engine holds under a name: a table, or the rows of a materialized view; a partition has
/// none of its own.
pub(super) fn held_table(source: &Schema, name: &ObjectName) -> Option<Arc<Table>> {
    if let Some(table) = source.table(name) {
        return Some(Arc::clone(table)).filter(|table| table.partition_of.is_none());
    }
    let view = source.views.values().find(|view| view.materialized && rows_name(&view.name) == *name)?;
    rows_of(source, view).map(Arc::new)
}
