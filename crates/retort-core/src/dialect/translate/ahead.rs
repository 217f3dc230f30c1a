//! Tables that are made at once: what later statements of the same step add to a new table is part of its
//! CREATE TABLE on SQLite, so that a dump does not rebuild each table for its default, key and foreign keys.
//!
//! Only as long as nothing in between could tell the difference but by failing where the later statement would.

use std::collections::BTreeMap;

use super::super::emulate::{Emulated, emulate};
use super::Translator;
use super::hints::is_validated;
use crate::operation::{ColumnChange, Directive, Operation, SqlClass, apply_before};
use crate::schema::{Expression, ObjectName, Schema, Table, fold};
use crate::source::DialectKind;
use crate::token::{Scanner, identifier};

/// The step under way.
#[derive(Clone, Debug, Default)]
pub(super) struct Ahead {
    /// How many directives of it are done.
    pub(super) done: usize,
    tables: BTreeMap<ObjectName, MadeAtOnce>,
}

/// A table that is made in the form it has some directives later.
#[derive(Clone, Debug)]
struct MadeAtOnce {
    until: usize,
    form: Emulated,
}

/// What is held of new tables while the step is looked through.
struct Look {
    source: Schema,
    /// The new tables, and whether a later statement changes them.
    new: BTreeMap<ObjectName, bool>,
    found: Vec<(ObjectName, usize, Schema)>,
}

impl Translator {
    /// Looks through the directives of a step before they are translated, one after the other.
    pub fn look_ahead(&mut self, directives: &[Directive]) {
        self.ahead = Ahead::default();
        if self.is_native() || self.capabilities.dialect != DialectKind::Sqlite || !is_worth_it(directives) {
            return;
        }
        let mut look = Look { source: self.source.clone(), new: BTreeMap::new(), found: Vec::new() };
        for (place, directive) in directives.iter().enumerate() {
            let is_gentle = directive.operations.iter().all(|operation| look.is_gentle(operation));
            if !is_gentle {
                look.settle(place);
            }
            if !look.apply(&directive.operations) {
                look.settle(place);
                break;
            }
        }
        look.settle(directives.len());
        for (key, until, source) in look.found {
            let Some(table) = source.tables.get(&key) else { continue };
            let form = emulate(&source, table, &self.engine);
            self.ahead.tables.insert(key, MadeAtOnce { until, form });
        }
    }

    /// Gives a table the form it has later; true when that is ahead of what the source says now.
    pub(super) fn make_at_once(&self, name: &ObjectName, now: &mut Emulated) -> bool {
        let made = self.ahead.tables.get(&fold(name, self.source.dialect));
        let Some(made) = made.filter(|made| self.ahead.done < made.until) else { return false };
        // Indexes and triggers of the author come in their own place.
        let indexes = std::mem::take(&mut now.table.indexes);
        now.table = Table { indexes, ..made.form.table.clone() };
        now.triggers.retain(|trigger| made.form.triggers.contains(trigger));
        true
    }
}

/// Whether a table of the step is changed after it was made.
fn is_worth_it(directives: &[Directive]) -> bool {
    let mut new: Vec<&ObjectName> = Vec::new();
    let mut operations = directives.iter().flat_map(|directive| &directive.operations);
    operations.any(|operation| match operation {
        Operation::CreateTable { table, .. } => {
            new.push(&table.name);
            false
        }
        Operation::AddConstraint { table, .. } | Operation::AlterColumn { table, .. } => {
            new.iter().rev().any(|name| *name == table)
        }
        _ => false,
    })
}

impl Look {
    /// The new tables keep the form they have now.
    fn settle(&mut self, place: usize) {
        for (key, is_changed) in std::mem::take(&mut self.new) {
            let table = self.source.tables.get(&key);
            let is_plain = |table: &Table| table.partition_of.is_none() && table.partitioning.is_none();
            if is_changed && table.is_some_and(|table| is_plain(table)) {
                self.found.push((key, place, self.source.clone()));
            }
        }
    }

    /// Applies a statement; false when it is refused.
    fn apply(&mut self, operations: &[Operation]) -> bool {
        for (place, operation) in operations.iter().enumerate() {
            let table = operation.table().map(|table| fold(table, self.source.dialect));
            let is_new = table.as_ref().is_some_and(|key| !self.source.tables.contains_key(key));
            if apply_before(&mut self.source, operation, &operations[place + 1..]).is_err() {
                return false;
            }
            match (operation, table) {
                (Operation::CreateTable { .. }, Some(key)) if is_new => {
                    self.new.insert(key, false);
                }
                (Operation::AddConstraint { .. } | Operation::AlterColumn { .. }, Some(key)) => {
                    self.new.entry(key).and_modify(|is_changed| *is_changed = true);
                }
                _ => {}
            }
        }
        true
    }

    /// Whether a table that is ahead of its statements makes no difference to this one.
    fn is_gentle(&self, operation: &Operation) -> bool {
        match operation {
            Operation::AddConstraint { constraint, .. } => is_validated(constraint),
            Operation::AlterColumn { table, column, change } => self.is_gentle_change(table, column, change),
            Operation::ExecuteSql { sql, class } => match class {
                SqlClass::Data => self.gives_all_values(sql),
                // A query changes nothing, but for the counter that a dump sets.
                SqlClass::Query | SqlClass::Session | SqlClass::Access | SqlClass::Storage => true,
                _ => false,
            },
            Operation::CreateTable { .. }
            | Operation::CreateIndex { .. }
            | Operation::CreateView { .. }
            | Operation::CreateTrigger { .. }
            | Operation::CreateEnum(_)
            | Operation::CreateObject { .. }
            | Operation::AlterSequence { .. }
            | Operation::AttachPartition { .. }
            | Operation::CreatePolicy { .. }
            | Operation::SetRowSecurity { .. }
            | Operation::SetOption { .. }
            | Operation::Comment { .. } => true,
            _ => false,
        }
    }

    fn is_gentle_change(&self, table: &ObjectName, column: &str, change: &ColumnChange) -> bool {
        match change {
            ColumnChange::Default(_) | ColumnChange::Identity(Some(_)) | ColumnChange::Option { .. } => true,
            ColumnChange::Whole { column: whole, .. } => {
                let dialect = self.source.dialect;
                let held = self.source.table(table).and_then(|table| table.column(column, dialect));
                held.is_some_and(|held| {
                    held.column_type == whole.column_type
                        && held.nullable == whole.nullable
                        && held.generated == whole.generated
                })
            }
            _ => false,
        }
    }

    /// Whether a statement puts rows into a table, with a value of their own for each column.
    fn gives_all_values(&self, sql: &Expression) -> bool {
        let Some(head) = RowsHead::read(sql.text(), self.source.dialect) else { return false };
        let Some(table) = self.source.table(&head.table) else { return false };
        match head.columns {
            Some(columns) => table.columns.iter().all(|column| columns.contains(&column.name)),
            None => head.values.is_none_or(|count| count == table.columns.len()),
        }
    }
}

/// How COPY or INSERT … VALUES begins.
struct RowsHead {
    table: ObjectName,
    columns: Option<Vec<String>>,
    /// How many values the first row of an INSERT has.
    values: Option<usize>,
}

impl RowsHead {
    /// None for anything else, and where a row asks for a default.
    fn read(sql: &str, dialect: DialectKind) -> Option<RowsHead> {
        let mut words = Scanner::new(sql, dialect).map(|token| token.text(sql));
        let is_copy = match words.next()? {
            verb if verb.eq_ignore_ascii_case("COPY") => true,
            verb if verb.eq_ignore_ascii_case("INSERT") => {
                words.next().filter(|word| word.eq_ignore_ascii_case("INTO"))?;
                false
            }
            _ => return None,
        };
        let first = identifier(words.next()?, dialect);
        let mut after = words.next()?;
        let table = if after == "." {
            let table = ObjectName::qualified(&first, &identifier(words.next()?, dialect));
            after = words.next()?;
            table
        } else {
            ObjectName::bare(first)
        };
        let mut columns = None;
        if after == "(" {
            let names = words.by_ref().take_while(|word| *word != ")").filter(|word| *word != ",");
            columns = Some(names.map(|name| identifier(name, dialect)).collect());
            after = words.next()?;
        }
        if is_copy {
            return Some(RowsHead { table, columns, values: None });
        }
        let is_plain = after.eq_ignore_ascii_case("VALUES") && !contains_word(sql, "default");
        is_plain.then(|| RowsHead { table, columns, values: Some(count_values(words)) })
    }
}

/// The values of the first row.
fn count_values<'a>(words: impl Iterator<Item = &'a str>) -> usize {
    let mut depth = 0;
    let mut count = 0;
    for word in words {
        match word {
            "(" => depth += 1,
            ")" => depth -= 1,
            "," if depth == 1 => count += 1,
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    count + 1
}

/// Whether a text has these letters anywhere; `word` is in lower case.
fn contains_word(text: &str, word: &str) -> bool {
    text.as_bytes().windows(word.len()).any(|window| window.eq_ignore_ascii_case(word.as_bytes()))
}
