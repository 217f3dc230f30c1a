//! Operations of PostgreSQL and MySQL on SQLite: the engine follows what the source has become.

use super::super::emulate::{Emulated, emulate, emulate_view, flat};
use super::super::sqlite;
use super::super::{Fidelity, Note};
use super::hints::{group_length, hint, touched};
use super::{Translated, Translator};
use crate::operation::{ColumnChange, Object, Operation, apply, apply_before, views_on};
use crate::schema::{ObjectName, Schema, fold};
use crate::source::DialectKind;

impl Translator {
    /// On SQLite, for another dialect.
    pub(super) fn emulated(&mut self, operations: &[Operation], done: &mut Translated) {
        let mut left = operations;
        while !left.is_empty() {
            let (group, later) = left.split_at(group_length(left).max(1));
            self.group(group, later, done);
            left = later;
        }
    }

    /// Operations that are one change of one table, or a single other one.
    fn group(&mut self, operations: &[Operation], later: &[Operation], done: &mut Translated) {
        if let [Operation::ExecuteSql { sql, class }] = operations {
            return self.other_sql(sql, *class, done);
        }
        let before = self.source.clone();
        let mut applied = Vec::new();
        for (place, operation) in operations.iter().enumerate() {
            let rest: Vec<Operation> = operations[place + 1..].iter().chain(later).cloned().collect();
            match apply_before(&mut self.source, operation, &rest) {
                Ok(()) => applied.push(operation.clone()),
                Err(refusal) => done.refusals.push(refusal),
            }
        }
        for operation in &applied {
            done.notes.extend(note_of(operation));
        }
        let reaches_views = applied.iter().any(reaches_views);
        let shown = self.engine.clone();
        if reaches_views {
            self.hide_views(&applied, &before, done);
        }
        let mut tables: Vec<ObjectName> = Vec::new();
        for operation in &applied {
            for table in touched(operation, &before, &self.source) {
                if !tables.contains(&table) {
                    tables.push(table);
                }
            }
        }
        for table in tables {
            self.follow(&table, &before, &applied, done);
        }
        if reaches_views {
            self.show_views(&shown, done);
        }
    }

    /// Drops the engine's views that are another now or none, and those that would stop an ALTER TABLE: SQLite
    /// reads all views then, and refuses when one of them would not fit.
    fn hide_views(&mut self, operations: &[Operation], before: &Schema, done: &mut Translated) {
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
        for view in self.engine.views.values() {
            let same = |name: &ObjectName| flat(name) == view.name;
            let source = self.source.views.values().find(|source| same(&source.name));
            let new = source.and_then(|source| emulate_view(&self.source, source).0);
            if new.as_ref() != Some(&**view) {
                hidden.push(view.name.clone());
            }
        }
        for name in hidden {
            if self.engine.take_view(&name).is_some() {
                done.sql.push(format!("DROP VIEW {}", sqlite::table_name(&name)));
            }
        }
    }

    /// Makes the views that the engine lacks.
    fn show_views(&mut self, shown: &Schema, done: &mut Translated) {
        for view in self.source.views.values() {
            let name = flat(&view.name);
            if self.engine.view(&name).is_some() {
                continue;
            }
            let (new, notes) = emulate_view(&self.source, view);
            if shown.view(&name).map(|view| &**view) != new.as_ref() {
                done.notes.extend(notes);
            }
            if let Some(new) = new {
                done.sql.push(sqlite::create_view(&new));
                self.engine.put_view(new);
            }
        }
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
            .filter(|_| source_before.table(name).is_none())
            .unwrap_or_else(|| name.clone());
        let old_notes = self.notes.remove(&fold(&old_name, self.source.dialect)).unwrap_or_else(|| {
            let old = source_before.table(&old_name);
            old.map(|table| emulate(source_before, table, &engine_before).notes).unwrap_or_default()
        });
        hint.renamed_table = Some(flat(&old_name)).filter(|_| old_name != *name);
        for trigger in self.engine.triggers_of(&flat(&old_name)) {
            self.engine.take_trigger(&trigger.name, &trigger.table);
        }
        match self.source.table(name).cloned() {
            None => {
                self.engine.take_table(&flat(&old_name));
            }
            Some(table) => {
                operations.iter().for_each(|operation| self.follow_renaming(operation));
                // After the renaming, so that indexes are seen to be the table's own and keep their names.
                let Emulated { table, triggers, notes } = emulate(&self.source, &table, &self.engine);
                self.engine.put_table(table);
                for trigger in triggers {
                    self.engine.put_trigger(trigger);
                }
                done.notes.extend(notes.iter().filter(|note| !old_notes.contains(note)).cloned());
                self.notes.insert(fold(name, self.source.dialect), notes);
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
        done.sql.extend(changed.sql);
    }
    /// SQLite carries a renaming into the keys of other tables by itself.
    fn follow_renaming(&mut self, operation: &Operation) {
        let renaming = match operation {
            Operation::RenameTable { from, to } => Operation::RenameTable { from: flat(from), to: flat(to) },
            Operation::RenameColumn { table, from, to } => {
                Operation::RenameColumn { table: flat(table), from: from.clone(), to: to.clone() }
            }
            _ => return,
        };
        // The engine holds what the source holds, so it cannot refuse what the source took.
        let _ = apply(&mut self.engine, &renaming);
    }
}

/// Operations after which a view may be another, or in the way.
fn reaches_views(operation: &Operation) -> bool {
    changes_names(operation)
        || matches!(
            operation,
            Operation::CreateView { .. } | Operation::DropView { .. } | Operation::DropType { .. }
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

/// What there is to say of an object that SQLite does not have.
fn note_of_object(object: &Object) -> Option<Note> {
    let (code, fidelity, message) = match object {
        Object::Namespace(name) => (
            "dialect/namespace",
            Fidelity::Emulated,
            format!("SQLite has no schemas: `{name}.` becomes part of the names in it"),
        ),
        Object::Domain(_) => (
            "dialect/domain",
            Fidelity::Emulated,
            "its type, default and checks become part of each column that has it".to_owned(),
        ),
        Object::Composite(_) => (
            "dialect/composite",
            Fidelity::Weakened,
            "columns that have it hold JSON, which is not checked against it".to_owned(),
        ),
        Object::Sequence(sequence) => (
            "dialect/sequence",
            Fidelity::Dropped,
            format!("the sequence `{}` is kept in the model only", sequence.name),
        ),
        Object::Routine(routine) => (
            "dialect/routine",
            Fidelity::Dropped,
            format!("SQLite has no stored routines: `{}` is kept in the model only", routine.name),
        ),
        Object::Extension { name, .. } => (
            "dialect/extension",
            Fidelity::Dropped,
            format!(
                "the extension `{name}` does not exist for SQLite; statements that need it say what becomes of them"
            ),
        ),
    };
    Some(Note::new(code, fidelity, message))
}

/// What there is to say of an operation whatever becomes of its table.
fn note_of(operation: &Operation) -> Option<Note> {
    let (code, fidelity, message) = match operation {
        Operation::CreateTrigger { trigger, .. } => (
            "dialect/trigger",
            Fidelity::Dropped,
            format!("the trigger `{}` is not run here: its body is not translated", trigger.name),
        ),
        Operation::DropTrigger { .. }
        | Operation::SetOption { .. }
        | Operation::SetRowSecurity { .. }
        | Operation::CreatePolicy { .. }
        | Operation::AlterPolicy { .. }
        | Operation::DropPolicy { .. }
        | Operation::AlterColumn { change: ColumnChange::Option { .. }, .. } => {
            ("dialect/model-only", Fidelity::Dropped, "kept in the model; nothing to do on SQLite".to_owned())
        }
        Operation::Comment { .. } => {
            ("dialect/comment", Fidelity::Dropped, "kept in the model; SQLite has no comments".to_owned())
        }
        Operation::CreateObject { object, .. } => return note_of_object(object),
        Operation::DropObject { kind, name, .. } | Operation::RenameObject { kind, from: name, .. } => (
            "dialect/model-only",
            Fidelity::Dropped,
            format!("the {} `{name}` is changed in the model; nothing to do on SQLite", kind.title()),
        ),
        Operation::RefreshView { .. } | Operation::Truncate { .. } => {
            ("dialect/data", Fidelity::Dropped, "not run: the rows stay as they are".to_owned())
        }
        Operation::AlterSequence { name, .. } => (
            "dialect/sequence",
            Fidelity::Dropped,
            format!("the sequence `{name}` is kept in the model only"),
        ),
        Operation::CreateEnum(_) => (
            "dialect/enum",
            Fidelity::Emulated,
            "the labels become a check of each column that has the type".to_owned(),
        ),
        Operation::CreateTable { .. }
        | Operation::DropTable { .. }
        | Operation::RenameTable { .. }
        | Operation::AddColumn { .. }
        | Operation::DropColumn { .. }
        | Operation::RenameColumn { .. }
        | Operation::AlterColumn { .. }
        | Operation::AddConstraint { .. }
        | Operation::AdoptIndex { .. }
        | Operation::ValidateConstraint { .. }
        | Operation::AlterConstraint { .. }
        | Operation::DropConstraint { .. }
        | Operation::RenameConstraint { .. }
        | Operation::AlterDomain { .. }
        | Operation::AttachPartition { .. }
        | Operation::DetachPartition { .. }
        | Operation::SetPartitioning { .. }
        | Operation::SetInheritance { .. }
        | Operation::CreateIndex { .. }
        | Operation::DropIndex { .. }
        | Operation::RenameIndex { .. }
        | Operation::CreateView { .. }
        | Operation::DropView { .. }
        | Operation::AddEnumLabel { .. }
        | Operation::RenameEnumLabel { .. }
        | Operation::DropType { .. }
        | Operation::ExecuteSql { .. } => return None,
    };
    Some(Note::new(code, fidelity, message))
}
