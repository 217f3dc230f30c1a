//! Directive by directive: what the engine is to run, and what both schemas are then.

mod ahead;
mod emulated;
mod hints;
mod moves;
mod notes;
mod numbers;
mod questions;
mod served;
mod statements;
mod timescale;
mod views;

use std::collections::BTreeMap;

use super::emulate::{Emulated, Numbering};
use super::sqlite;
use super::transaction::stands_alone;
use super::{Capabilities, Fidelity, Note};
use crate::operation::{ColumnChange, Directive, Operation, Refusal, SqlClass, apply_before};
use crate::schema::{Constraint, ConstraintKind, ObjectName, Schema, same_word};
use crate::source::DialectKind;
use ahead::Ahead;
use hints::{effective, hint};
use served::Beside;
use statements::{is_for_psql, skipped_note};

/// What a directive comes to on the engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Translated {
    /// The statements to run, in order; empty where nothing is run.
    pub sql: Vec<String>,
    /// How faithful they are together.
    pub fidelity: Fidelity,
    /// Why.
    pub notes: Vec<Note>,
    /// What the model refused: the operation was left out of it.
    pub refusals: Vec<Refusal>,
    /// Foreign keys must be off while it runs: a table is rebuilt, or the author said so.
    pub foreign_keys_off: bool,
    /// The author switches foreign keys on or off.
    pub foreign_keys_switch: Option<bool>,
    /// It commits by itself, or is refused inside a transaction.
    pub stands_alone: bool,
}

/// Carries both schemas along a chain.
#[derive(Clone, Debug)]
pub struct Translator {
    source: Schema,
    engine: Schema,
    capabilities: Capabilities,
    /// What was said of each table as it is now, and how its columns number themselves.
    known: BTreeMap<ObjectName, Known>,
    /// What stands on a server beside its tables.
    beside: Beside,
    /// New tables that are in a form they have later in the step.
    ahead: Ahead,
}

/// What stays known of a table on the engine.
#[derive(Clone, Debug, Default)]
struct Known {
    notes: Vec<Note>,
    numberings: Vec<Numbering>,
}

impl Known {
    fn of(emulated: Emulated) -> Known {
        Known { notes: emulated.notes, numberings: emulated.numberings }
    }
}

impl Translator {
    /// Starts with the schemas before the first directive.
    pub fn new(source: Schema, engine: Schema, capabilities: Capabilities) -> Translator {
        Translator {
            source,
            engine,
            capabilities,
            known: BTreeMap::new(),
            beside: Beside::new(),
            ahead: Ahead::default(),
        }
    }

    /// The schema in the words of the chain.
    pub fn source(&self) -> &Schema {
        &self.source
    }

    /// The schema that the engine has.
    pub fn engine(&self) -> &Schema {
        &self.engine
    }

    /// Puts what a live database was seen to hold in place of what was expected (after an opaque statement).
    pub fn resynchronise(&mut self, engine: Schema) {
        if self.source.dialect == engine.dialect {
            self.source = engine.clone();
        }
        self.engine = engine;
    }

    /// Whether source and engine speak the same dialect.
    fn is_native(&self) -> bool {
        self.source.dialect == self.capabilities.dialect
    }

    /// What the model would refuse of a directive; nothing changes.
    pub fn refusal(&self, directive: &Directive) -> Option<Refusal> {
        let operations = effective(&self.source, &directive.operations);
        let mut source = self.source.clone();
        let mut places = operations.iter().enumerate();
        places.find_map(|(at, operation)| apply_before(&mut source, operation, &operations[at + 1..]).err())
    }

    /// Translates one directive; `text` is its source text.
    pub fn directive(&mut self, text: &str, directive: &Directive) -> Translated {
        let mut done = Translated {
            sql: Vec::new(),
            fidelity: Fidelity::Exact,
            notes: Vec::new(),
            refusals: Vec::new(),
            foreign_keys_off: false,
            foreign_keys_switch: None,
            stands_alone: false,
        };
        let operations = effective(&self.source, &directive.operations);
        if self.is_native() {
            self.native(text, directive, &operations, &mut done);
        } else {
            for detail in &directive.skipped {
                done.notes.push(skipped_note(detail));
            }
            if self.capabilities.dialect == DialectKind::Sqlite {
                self.emulated(&operations, &mut done);
            } else {
                self.served(&operations, &mut done);
                done.stands_alone =
                    !done.sql.is_empty() && stands_alone(text, &operations, &self.capabilities);
            }
            // What the model did not take has no counterpart among the statements.
            let not_run = |refusal: &Refusal| {
                let said = format!("not run: {}", refusal.message);
                Note::new("dialect/refused", Fidelity::Dropped, said)
            };
            done.notes.extend(done.refusals.iter().map(not_run));
        }
        let worst = done.notes.iter().map(|note| note.fidelity).max().unwrap_or(Fidelity::Exact);
        done.fidelity = match (worst, done.sql.is_empty()) {
            // Something ran, so the statement as a whole is there, with less to it.
            (Fidelity::Dropped, false) => Fidelity::Weakened,
            (worst, _) => worst,
        };
        self.ahead.done += 1;
        done
    }

    /// On its own engine a statement runs as it was written, unless the engine lacks the form.
    fn native(&mut self, text: &str, directive: &Directive, operations: &[Operation], done: &mut Translated) {
        let can = operations.iter().all(|operation| self.can(operation, directive));
        for (place, operation) in operations.iter().enumerate() {
            match operation {
                Operation::ExecuteSql { class: SqlClass::Transaction, .. } => {
                    done.notes.push(Note::new(
                        "dialect/transaction",
                        Fidelity::Dropped,
                        "not run: each revision runs in a transaction that Retort makes",
                    ));
                    return;
                }
                Operation::ExecuteSql { class: SqlClass::Session, .. } if is_for_psql(text) => {
                    done.notes.push(Note::new(
                        "dialect/client-command",
                        Fidelity::Dropped,
                        "not run: it tells psql how to read and print, and the server does not know it",
                    ));
                    return;
                }
                Operation::ExecuteSql { class: SqlClass::Unknown | SqlClass::Structure, .. } => {
                    done.notes.push(Note::new(
                        "dialect/opaque",
                        Fidelity::Opaque,
                        "not understood: it is run as it stands, and its effect is read from the database",
                    ));
                }
                _ => {}
            }
            let before = self.engine.clone();
            if let Err(refusal) = apply_before(&mut self.source, operation, &operations[place + 1..]) {
                done.refusals.push(refusal);
            }
            self.engine = self.source.clone();
            if !can {
                self.by_other_means(operation, &before, done);
            }
        }
        if can {
            done.stands_alone = stands_alone(text, operations, &self.capabilities);
            done.sql.push(text.to_owned());
        }
    }

    fn by_other_means(&self, operation: &Operation, before: &Schema, done: &mut Translated) {
        let Some(table) = operation.table() else { return };
        let mut hint = hint(std::slice::from_ref(operation), &self.source, table, &mut done.notes);
        hint.renamed_table = None;
        let changed = sqlite::change(before, &self.engine, table, &hint);
        if changed.rebuild {
            done.foreign_keys_off = true;
        }
        done.notes.push(Note::new(
            "dialect/table-rebuild",
            Fidelity::Emulated,
            "this SQLite has no such ALTER TABLE: the table is made anew and its rows copied",
        ));
        done.sql.extend(changed.sql);
    }

    /// Whether the engine has the form; SQLite's ALTER TABLE grew over its versions.
    fn can(&self, operation: &Operation, directive: &Directive) -> bool {
        let able = &self.capabilities;
        if able.alter_anything || matches!(directive.operations.first(), Some(Operation::AddColumn { .. })) {
            return true;
        }
        match operation {
            Operation::AlterColumn { change: ColumnChange::Nullable(_), .. } => able.set_not_null,
            Operation::AddConstraint { constraint: Constraint::Check(_), .. } => able.add_check,
            Operation::DropConstraint { table, name: Some(name), .. } => match self.kind_of(table, name) {
                Some(ConstraintKind::Check) => able.drop_check,
                Some(ConstraintKind::Foreign) => able.drop_foreign_key,
                Some(ConstraintKind::Primary | ConstraintKind::Unique | ConstraintKind::Exclusion) => false,
                None => true,
            },
            Operation::AlterColumn { .. }
            | Operation::AddConstraint { .. }
            | Operation::AlterConstraint { .. }
            | Operation::DropConstraint { .. }
            | Operation::RenameConstraint { .. }
            | Operation::RenameIndex { .. } => false,
            _ => true,
        }
    }

    fn kind_of(&self, table: &ObjectName, name: &str) -> Option<ConstraintKind> {
        let table = self.source.table(table)?;
        let dialect = self.source.dialect;
        let is =
            |other: &Option<String>| other.as_deref().is_some_and(|other| same_word(other, name, dialect));
        if table.checks.iter().any(|check| is(&check.name)) {
            Some(ConstraintKind::Check)
        } else if table.foreign_keys.iter().any(|key| is(&key.name)) {
            Some(ConstraintKind::Foreign)
        } else if table.uniques.iter().any(|unique| is(&unique.name)) {
            Some(ConstraintKind::Unique)
        } else {
            table.primary_key.as_ref().filter(|key| is(&key.name)).map(|_| ConstraintKind::Primary)
        }
    }
}
