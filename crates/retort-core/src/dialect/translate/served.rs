//! Operations of one dialect on a server of another: the engine's schema follows what the source's has become,
//! and is led there by what differs.

use std::collections::BTreeMap;

use super::super::carry::{carry, carry_view, title};
use super::super::change::{Hints, change_schema, changed, say};
use super::super::reword::{Names, reword};
use super::super::{Fidelity, Note};
use super::hints::group_length;
use super::statements::{NAMES_STAY, moves_names};
use super::{Known, Translated, Translator};
use crate::operation::{ColumnChange, Object, Operation, SqlClass, apply};
use crate::schema::{ObjectName, Schema, Sequence, TypeKind, fold};
use crate::source::DialectKind;

/// What stands on the engine beside its tables for one of them: types, routines.
pub(super) type Beside = BTreeMap<ObjectName, (Vec<ObjectName>, Vec<ObjectName>)>;

impl Translator {
    /// On a server of another dialect.
    pub(super) fn served(&mut self, operations: &[Operation], done: &mut Translated) {
        let mut left = operations;
        while !left.is_empty() {
            let length = group_length(left).max(1);
            match &left[..length] {
                [Operation::ExecuteSql { sql, class }] => self.served_sql(sql.text(), *class, done),
                _ => self.served_group(left, length, done),
            }
            left = &left[length..];
        }
    }

    fn served_group(&mut self, left: &[Operation], length: usize, done: &mut Translated) {
        let before = self.source.clone();
        let applied = self.apply(left, length, done);
        let hints = self.hints_of(&applied, done);
        for operation in applied.iter() {
            self.say_rows(operation, done);
            done.notes.extend(self.note_of(operation));
        }
        let engine_before = self.engine.clone();
        for renaming in &hints.renamings {
            // The engine holds what the source holds, so it cannot refuse what the source took.
            let _ = apply(&mut self.engine, renaming);
        }
        self.carry_objects();
        self.carry_tables(&before, &hints, done);
        self.carry_views(&before, done);
        let way = change_schema(&engine_before, &self.engine, &hints, &self.capabilities);
        done.sql.extend(way.sql);
        let left = way.left.into_iter().map(|what| {
            Note::new(
                "dialect/left",
                Fidelity::Weakened,
                format!("{what} stays as it was: {} has no way to change it", title(&self.capabilities)),
            )
        });
        done.notes.extend(left);
    }

    /// Statements about rows that are operations of their own.
    fn say_rows(&self, operation: &Operation, done: &mut Translated) {
        if let Operation::Truncate { .. } = operation {
            done.sql.extend(say(operation, &self.engine, &self.capabilities));
        }
        if let Operation::RefreshView { .. } = operation {
            done.notes.push(Note::new(
                "dialect/materialized-view",
                Fidelity::Exact,
                "nothing to do: the view always shows the present rows",
            ));
        }
    }

    fn hints_of(&self, operations: &[Operation], done: &mut Translated) -> Hints {
        let mut hints = Hints::default();
        for operation in operations {
            match operation {
                Operation::RenameTable { .. } | Operation::RenameColumn { .. } => {
                    hints.renamings.push(operation.clone());
                }
                Operation::AlterColumn {
                    table,
                    column,
                    change: ColumnChange::Type { using: Some(using), .. },
                } => {
                    let said = reword(using.text(), &Names::of_schema(&self.source, &self.capabilities));
                    if said.unsupported.is_empty() && self.capabilities.dialect == DialectKind::Postgres {
                        let using = crate::schema::Expression::new(&said.sql, self.capabilities.dialect);
                        hints.using.push((table.clone(), column.clone(), using));
                    } else {
                        let message = format!(
                            "values of `{column}` are converted by the server's own rules, not by USING"
                        );
                        done.notes.push(Note::new("dialect/using", Fidelity::Weakened, message));
                    }
                }
                _ => {}
            }
        }
        hints
    }

    /// Schemas and sequences, where the server has them.
    fn carry_objects(&mut self) {
        self.engine.namespaces = self.source.namespaces.clone();
        if !self.capabilities.sequences || self.source.dialect == DialectKind::Sqlite {
            return;
        }
        let plain = self.capabilities.dialect == DialectKind::Mysql;
        for key in changed(&self.engine.sequences, &self.source.sequences) {
            match self.source.sequences.get(&key) {
                Some(sequence) if plain => {
                    self.engine.put_sequence(Sequence {
                        number_type: None,
                        owned_by: None,
                        ..(**sequence).clone()
                    });
                }
                Some(sequence) => self.engine.put_sequence((**sequence).clone()),
                None => drop(self.engine.sequences.remove(&key)),
            }
        }
    }

    fn carry_tables(&mut self, before: &Schema, hints: &Hints, done: &mut Translated) {
        let mut keys = changed(&before.tables, &self.source.tables);
        if before.enums != self.source.enums
            || before.domains != self.source.domains
            || before.composites != self.source.composites
        {
            let has_named = |table: &crate::schema::Table| {
                let dialect = self.source.dialect;
                table.columns.iter().any(|column| {
                    matches!(column.column_type.kind(dialect), TypeKind::Named(_) | TypeKind::Array(_))
                })
            };
            let more =
                self.source.tables.iter().filter(|(_, table)| has_named(table)).map(|(key, _)| key.clone());
            keys.extend(more.filter(|key| !keys.contains(key)).collect::<Vec<_>>());
        }
        for key in keys {
            self.carry_table(&key, before, hints, done);
        }
    }

    fn carry_table(&mut self, key: &ObjectName, before: &Schema, hints: &Hints, done: &mut Translated) {
        let old_name = hints.renamings.iter().find_map(|renaming| match renaming {
            Operation::RenameTable { from, to } if fold(to, self.source.dialect) == *key => {
                Some(fold(from, self.source.dialect))
            }
            _ => None,
        });
        let old_key = old_name.unwrap_or_else(|| key.clone());
        let old =
            before.tables.get(&old_key).map(|table| carry(before, table, &self.engine, &self.capabilities));
        let known = self.known.remove(&old_key).map(|known| known.notes);
        let said = known.or_else(|| old.as_ref().map(|old| old.notes.clone())).unwrap_or_default();
        let (enums, routines) =
            self.beside.remove(&old_key).unwrap_or_else(|| old.as_ref().map(beside).unwrap_or_default());
        for name in &enums {
            self.engine.take_enum(name);
        }
        for name in &routines {
            self.engine.routines.remove(&fold(name, self.engine.dialect));
        }
        let Some(table) = self.source.tables.get(key).cloned() else {
            // It may have gone on under another name.
            if self.engine.tables.contains_key(&fold(key, self.engine.dialect)) {
                self.engine.take_table(key);
            }
            return;
        };
        let carried = carry(&self.source, &table, &self.engine, &self.capabilities);
        self.beside.insert(key.clone(), beside(&carried));
        match carried.table {
            Some(table) => {
                for trigger in self.engine.triggers_of(&table.name) {
                    self.engine.take_trigger(&trigger.name, &trigger.table);
                }
                self.engine.put_table(table);
            }
            None => drop(self.engine.take_table(key)),
        }
        carried.enums.into_iter().for_each(|held| self.engine.put_enum(held));
        carried.routines.into_iter().for_each(|held| self.engine.put_routine(held));
        carried.triggers.into_iter().for_each(|held| self.engine.put_trigger(held));
        done.notes.extend(carried.notes.iter().filter(|note| !said.contains(note)).cloned());
        self.known.insert(key.clone(), Known { notes: carried.notes, numberings: Vec::new() });
    }

    fn carry_views(&mut self, before: &Schema, done: &mut Translated) {
        for key in changed(&before.views, &self.source.views) {
            let view =
                self.source.views.get(&key).map(|view| carry_view(&self.source, view, &self.capabilities));
            match view {
                Some((Some(view), notes)) => {
                    self.engine.put_view(view);
                    done.notes.extend(notes);
                }
                Some((None, notes)) => {
                    self.engine.take_view(&key);
                    done.notes.extend(notes);
                }
                None => drop(self.engine.take_view(&key)),
            }
        }
    }

    /// Statements that change no structure we model.
    fn served_sql(&self, sql: &str, class: SqlClass, done: &mut Translated) {
        let server = title(&self.capabilities);
        let (code, fidelity, message) = match class {
            SqlClass::Data => return self.served_rows(sql, done),
            SqlClass::Query => ("dialect/query", Fidelity::Dropped, "only reads: not run".to_owned()),
            SqlClass::Session if moves_names(sql, self.source.dialect) => {
                ("dialect/search-path", Fidelity::Weakened, NAMES_STAY.to_owned())
            }
            SqlClass::Session => (
                "dialect/session",
                Fidelity::Dropped,
                format!("a setting of the session that {server} does not have like this"),
            ),
            SqlClass::Transaction => (
                "dialect/transaction",
                Fidelity::Dropped,
                "not run: each revision runs in a transaction that Retort makes".to_owned(),
            ),
            SqlClass::Access => (
                "dialect/access",
                Fidelity::Dropped,
                format!("users and rights are not carried over to {server}"),
            ),
            SqlClass::Routine => {
                ("dialect/routine", Fidelity::Dropped, "routines are not translated: not run".to_owned())
            }
            SqlClass::Storage => {
                ("dialect/storage", Fidelity::Dropped, "about storage only: not run".to_owned())
            }
            SqlClass::Structure => (
                "dialect/opaque",
                Fidelity::Opaque,
                "this kind of object is not modelled yet: not run, and what builds on it may fail".to_owned(),
            ),
            SqlClass::Unknown => {
                ("dialect/opaque", Fidelity::Opaque, format!("not understood: not run on {server}"))
            }
        };
        done.notes.push(Note::new(code, fidelity, message));
    }

    fn served_rows(&self, sql: &str, done: &mut Translated) {
        let said = reword(sql, &Names::of_schema(&self.source, &self.capabilities));
        done.notes.extend(said.notes);
        let first = sql.split_whitespace().next().unwrap_or("").to_ascii_uppercase();
        let is_foreign = matches!(first.as_str(), "COPY" | "LOAD" | "MERGE" | "REPLACE");
        if !said.unsupported.is_empty() || is_foreign {
            let what = if said.unsupported.is_empty() { first } else { said.unsupported.join(", ") };
            let message = format!(
                "not run: {} has no words for {what}, so the rows stay as they are",
                title(&self.capabilities)
            );
            done.notes.push(Note::new("dialect/data", Fidelity::Dropped, message));
            return;
        }
        done.sql.push(said.sql);
    }

    /// What there is to say of an operation whatever becomes of its table.
    fn note_of(&self, operation: &Operation) -> Option<Note> {
        let server = title(&self.capabilities);
        let (code, fidelity, message) = match operation {
            Operation::CreateTrigger { trigger, .. } => (
                "dialect/trigger",
                Fidelity::Dropped,
                format!("the trigger `{}` is not run: its body is not translated", trigger.name),
            ),
            Operation::CreateObject { object, .. } => return self.note_of_object(object),
            Operation::CreateEnum(_) => (
                "dialect/enum",
                Fidelity::Emulated,
                "the labels become the type of each column that has it".to_owned(),
            ),
            Operation::RenameEnumLabel { from, .. } => (
                "dialect/enum",
                Fidelity::Weakened,
                format!(
                    "rows that hold '{from}' are not changed: the server refuses the new labels while there are any"
                ),
            ),
            Operation::SetOption { .. }
            | Operation::AlterColumn { change: ColumnChange::Option { .. }, .. } => (
                "dialect/model-only",
                Fidelity::Dropped,
                format!("kept in the model; {server} has no such option"),
            ),
            Operation::SetRowSecurity { .. }
            | Operation::CreatePolicy { .. }
            | Operation::AlterPolicy { .. }
            | Operation::DropPolicy { .. } => (
                "dialect/row-security",
                Fidelity::Dropped,
                format!("kept in the model; {server} has no row security"),
            ),
            Operation::Comment { .. } if self.source.dialect == DialectKind::Sqlite => return None,
            _ => return None,
        };
        Some(Note::new(code, fidelity, message))
    }

    fn note_of_object(&self, object: &Object) -> Option<Note> {
        let server = title(&self.capabilities);
        let (code, fidelity, message) = match object {
            Object::Namespace(name) if self.capabilities.dialect == DialectKind::Mysql => (
                "dialect/namespace",
                Fidelity::Emulated,
                format!("the schema `{name}` is a database of its own"),
            ),
            Object::Namespace(name) => {
                ("dialect/namespace", Fidelity::Emulated, format!("the database `{name}` is a schema"))
            }
            Object::Sequence(_) if self.capabilities.sequences => return None,
            Object::Sequence(sequence) => (
                "dialect/sequence",
                Fidelity::Dropped,
                format!("{server} has no sequences: `{}` is kept in the model only", sequence.name),
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
            Object::Routine(routine) => (
                "dialect/routine",
                Fidelity::Dropped,
                format!("routines are not translated: `{}` is kept in the model only", routine.name),
            ),
            Object::Extension { name, .. } => (
                "dialect/extension",
                Fidelity::Dropped,
                format!("the extension `{name}` does not exist for {server}"),
            ),
        };
        Some(Note::new(code, fidelity, message))
    }
}

/// The names of what was made beside a table; its triggers go with it.
fn beside(carried: &super::super::carry::Carried) -> (Vec<ObjectName>, Vec<ObjectName>) {
    let enums = carried.enums.iter().map(|held| held.name.clone()).collect();
    (enums, carried.routines.iter().map(|held| held.name.clone()).collect())
}
