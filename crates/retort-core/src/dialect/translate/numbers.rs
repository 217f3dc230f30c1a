//! Counters on SQLite: `sqlite_sequence` for keys, `_retort_seq` for everything else.

use super::super::emulate::{COUNTERS, Numbering, counters, flat, numbering};
use super::super::sqlite::{self, Hint, quote, table_name};
use super::{Translated, Translator};
use crate::operation::{Object, ObjectKind, Operation, SequenceChange};
use crate::schema::{ObjectName, Schema};
use crate::token::text_literal;

impl Translator {
    /// Makes the table of counters where it is missing.
    fn need_counters(&mut self, done: &mut Translated) {
        if self.engine.table(&ObjectName::bare(COUNTERS)).is_none() {
            let table = counters();
            done.sql.push(sqlite::create_table(&table, None));
            self.engine.put_table(table);
        }
    }

    /// Brings the counters of a table to what its columns need now.
    pub(super) fn renumber(
        &mut self,
        table: &ObjectName,
        (before, now): (&[Numbering], &[Numbering]),
        is_new: bool,
        hint: &Hint,
        done: &mut Translated,
    ) {
        let old_name = |name: &str| match &hint.renamed_column {
            Some((from, to)) if to == name => from.clone(),
            _ => name.to_owned(),
        };
        for numbering in now {
            let column = old_name(&numbering.column);
            let old = before.iter().find(|old| old.column == column);
            if numbering.is_key {
                if let Some(counter) = old.filter(|old| !old.is_key) {
                    take_over(table, counter, done);
                } else if old.is_none_or(|old| old.start != numbering.start) && numbering.start != 1 {
                    start_key(table, numbering.start, is_new, done);
                }
                continue;
            }
            match old.filter(|old| !old.is_key) {
                Some(old) if old.sequence == numbering.sequence => {}
                Some(old) => done.sql.push(format!(
                    "UPDATE {COUNTERS} SET name = {} WHERE name = {}",
                    text_literal(&numbering.sequence),
                    text_literal(&old.sequence)
                )),
                None if self.is_explicit(&numbering.sequence) => {}
                None => self.start_counter(table, numbering, is_new, done),
            }
        }
        let kept = |old: &Numbering| now.iter().any(|new| old_name(&new.column) == old.column && !new.is_key);
        for old in before.iter().filter(|old| !old.is_key && !kept(old)) {
            if !self.is_explicit(&old.sequence) {
                done.sql.push(format!("DELETE FROM {COUNTERS} WHERE name = {}", text_literal(&old.sequence)));
            }
        }
    }

    /// Whether a sequence was made by a statement of its own.
    fn is_explicit(&self, sequence: &str) -> bool {
        let held = |name: &ObjectName| self.source.sequence(name).is_some();
        let qualified = sequence.split_once('.').map(|(schema, own)| ObjectName::qualified(schema, own));
        held(&ObjectName::bare(sequence)) || qualified.is_some_and(|name| held(&name))
    }

    fn start_counter(
        &mut self,
        table: &ObjectName,
        numbering: &Numbering,
        is_new: bool,
        done: &mut Translated,
    ) {
        self.need_counters(done);
        let before_first = numbering.start - numbering.increment;
        let (name, step) = (text_literal(&numbering.sequence), numbering.increment);
        done.sql.push(if is_new {
            format!("INSERT INTO {COUNTERS} (name, last, inc) VALUES ({name}, {before_first}, {step})")
        } else {
            // Rows that were there have numbers already.
            format!(
                "INSERT INTO {COUNTERS} (name, last, inc) SELECT {name}, coalesce(max({}), {before_first}), {step} FROM {}",
                quote(&numbering.column),
                table_name(table)
            )
        });
    }

    /// CREATE, ALTER, DROP and RENAME SEQUENCE.
    pub(super) fn follow_sequence(&mut self, operation: &Operation, before: &Schema, done: &mut Translated) {
        match operation {
            Operation::CreateObject { object, .. } => {
                let Object::Sequence(sequence) = &**object else { return };
                if before.sequence(&sequence.name).is_some() {
                    return;
                }
                self.need_counters(done);
                let step = sequence.increment.unwrap_or(1);
                let start = sequence.start.or(if step < 0 { sequence.maximum } else { sequence.minimum });
                done.sql.push(format!(
                    "INSERT INTO {COUNTERS} (name, last, inc) VALUES ({}, {}, {step})",
                    text_literal(&flat(&sequence.name).name),
                    start.unwrap_or(step.signum()) - step
                ));
            }
            Operation::DropObject { kind: ObjectKind::Sequence, name, .. }
                if before.sequence(name).is_some() =>
            {
                done.sql
                    .push(format!("DELETE FROM {COUNTERS} WHERE name = {}", text_literal(&flat(name).name)));
            }
            Operation::RenameObject { kind: ObjectKind::Sequence, from, to } => done.sql.push(format!(
                "UPDATE {COUNTERS} SET name = {} WHERE name = {}",
                text_literal(&flat(to).name),
                text_literal(&flat(from).name)
            )),
            Operation::AlterSequence { name, change } => self.alter_sequence(name, change, done),
            _ => {}
        }
    }

    fn alter_sequence(&mut self, name: &ObjectName, change: &SequenceChange, done: &mut Translated) {
        let sequence = flat(name);
        if let Some(step) = change.increment {
            done.sql.push(format!(
                "UPDATE {COUNTERS} SET inc = {step} WHERE name = {}",
                text_literal(&sequence.name)
            ));
        }
        if let Some(restart) = change.restart {
            let held = self.source.sequence(name);
            let first = restart.or(held.and_then(|held| held.start)).unwrap_or(1);
            self.set_sequence(name, &(first - 1).to_string(), true, done);
        }
    }

    /// Puts a counter at a number, given as an expression: the last one that was given, or the next to give.
    pub(super) fn set_sequence(
        &mut self,
        name: &ObjectName,
        value: &str,
        is_last: bool,
        done: &mut Translated,
    ) {
        let sequence = flat(name);
        if let Some(table) = self.key_of(&sequence.name) {
            let value = if is_last { value.to_owned() } else { format!("({value}) - 1") };
            let table = text_literal(&flat(&table).name);
            done.sql.extend([
                format!("DELETE FROM sqlite_sequence WHERE name = {table}"),
                format!("INSERT INTO sqlite_sequence (name, seq) SELECT {table}, {value}"),
            ]);
        }
        let has_counter = self.is_explicit(&sequence.name)
            || self
                .known
                .values()
                .flat_map(|known| &known.numberings)
                .any(|held| !held.is_key && *held.sequence == *sequence.name);
        if has_counter {
            let value = if is_last { value.to_owned() } else { format!("({value}) - inc") };
            done.sql.push(format!(
                "UPDATE {COUNTERS} SET last = {value} WHERE name = {}",
                text_literal(&sequence.name)
            ));
        }
    }

    /// The table whose key is numbered from a sequence.
    fn key_of(&self, sequence: &str) -> Option<ObjectName> {
        let is_it = |held: &Numbering| held.is_key && held.sequence == sequence;
        let found = self.source.tables.iter().find(|(key, table)| match self.known.get(*key) {
            Some(known) => known.numberings.iter().any(is_it),
            None => table
                .columns
                .iter()
                .filter_map(|column| numbering(&self.source, table, column))
                .any(|held| is_it(&held)),
        });
        found.map(|(_, table)| table.name.clone())
    }
}

/// The key goes on where a counter stands.
fn take_over(table: &ObjectName, counter: &Numbering, done: &mut Translated) {
    let (name, counter) = (text_literal(&table.name), text_literal(&counter.sequence));
    done.sql.push(format!("DELETE FROM sqlite_sequence WHERE name = {name}"));
    done.sql.push(format!(
        "INSERT INTO sqlite_sequence (name, seq) SELECT {name}, last FROM {COUNTERS} WHERE name = {counter}"
    ));
}

/// The key's next number.
fn start_key(table: &ObjectName, start: i64, is_new: bool, done: &mut Translated) {
    let (name, last) = (text_literal(&table.name), start - 1);
    if !is_new {
        // A counter never goes back below the numbers that are there.
        done.sql.push(format!("UPDATE sqlite_sequence SET seq = max(seq, {last}) WHERE name = {name}"));
    }
    let only_new = if is_new {
        String::new()
    } else {
        format!(" WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = {name})")
    };
    done.sql.push(format!("INSERT INTO sqlite_sequence (name, seq) SELECT {name}, {last}{only_new}"));
}
