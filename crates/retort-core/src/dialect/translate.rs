//! Directive by directive: what the engine is to run, and what both schemas are then.

use std::collections::BTreeMap;

use super::emulate::{Emulated, emulate, emulate_view, flat, schema_names};
use super::sqlite::{self, Hint};
use super::{Capabilities, Fidelity, Note, rewrite};
use crate::operation::{ColumnChange, Directive, Operation, Refusal, SqlClass, apply};
use crate::schema::{Constraint, ConstraintKind, Expression, ObjectName, Schema, TypeKind, fold, same_word};
use crate::source::DialectKind;

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
}

/// Carries both schemas along a chain.
#[derive(Clone, Debug)]
pub struct Translator {
    source: Schema,
    engine: Schema,
    capabilities: Capabilities,
    /// What was said of each table as it is now.
    notes: BTreeMap<ObjectName, Vec<Note>>,
}

impl Translator {
    /// Starts with the schemas before the first directive.
    pub fn new(source: Schema, engine: Schema, capabilities: Capabilities) -> Translator {
        Translator { source, engine, capabilities, notes: BTreeMap::new() }
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

    /// Translates one directive; `text` is its source text.
    pub fn directive(&mut self, text: &str, directive: &Directive) -> Translated {
        let mut done = Translated {
            sql: Vec::new(),
            fidelity: Fidelity::Exact,
            notes: Vec::new(),
            refusals: Vec::new(),
            foreign_keys_off: false,
        };
        if self.is_native() {
            self.native(text, directive, &mut done);
        } else {
            for detail in &directive.skipped {
                done.notes.push(skipped_note(detail));
            }
            for operation in &directive.operations {
                self.emulated(operation, &mut done);
            }
        }
        let worst = done.notes.iter().map(|note| note.fidelity).max().unwrap_or(Fidelity::Exact);
        done.fidelity = match (worst, done.sql.is_empty()) {
            // Something ran, so the statement as a whole is there, with less to it.
            (Fidelity::Dropped, false) => Fidelity::Weakened,
            (worst, _) => worst,
        };
        done
    }

    /// On its own engine a statement runs as it was written, unless the engine lacks the form.
    fn native(&mut self, text: &str, directive: &Directive, done: &mut Translated) {
        let can = directive.operations.iter().all(|operation| self.can(operation, directive));
        for operation in &directive.operations {
            match operation {
                Operation::ExecuteSql { class: SqlClass::Transaction, .. } => {
                    done.notes.push(Note::new(
                        "dialect/transaction",
                        Fidelity::Dropped,
                        "not run: each revision runs in a transaction that Retort makes",
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
            if let Err(refusal) = apply(&mut self.source, operation) {
                done.refusals.push(refusal);
            }
            self.engine = self.source.clone();
            if !can {
                self.by_other_means(operation, &before, done);
            }
        }
        if can {
            done.sql.push(text.to_owned());
        }
    }

    fn by_other_means(&self, operation: &Operation, before: &Schema, done: &mut Translated) {
        let Some(table) = operation.table() else { return };
        let changed = sqlite::change(before, &self.engine, table, &hint(operation));
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
                Some(ConstraintKind::Primary | ConstraintKind::Unique) => false,
                None => true,
            },
            Operation::AlterColumn { .. }
            | Operation::AddConstraint { .. }
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

    /// On SQLite, for another dialect.
    fn emulated(&mut self, operation: &Operation, done: &mut Translated) {
        if let Operation::ExecuteSql { sql, class } = operation {
            return self.other_sql(sql, *class, done);
        }
        let before = self.source.clone();
        if let Err(refusal) = apply(&mut self.source, operation) {
            done.refusals.push(refusal);
            return;
        }
        match operation {
            Operation::CreateView { view, .. } => self.view(&view.name, done),
            Operation::DropView { name, .. } => {
                if self.engine.take_view(&flat(name)).is_some() {
                    done.sql.push(format!("DROP VIEW {}", sqlite::table_name(&flat(name))));
                }
            }
            Operation::CreateTrigger { trigger, .. } => done.notes.push(Note::new(
                "dialect/trigger",
                Fidelity::Dropped,
                format!("the trigger `{}` is not run here: its body is not translated", trigger.name),
            )),
            Operation::DropTrigger { .. } | Operation::SetOption { .. } => {
                done.notes.push(Note::new("dialect/model-only", Fidelity::Dropped, "kept in the model; nothing to do on SQLite"));
            }
            Operation::Comment { .. } => {
                done.notes.push(Note::new("dialect/comment", Fidelity::Dropped, "kept in the model; SQLite has no comments"));
            }
            Operation::CreateExtension { name } | Operation::DropExtension { name } => done.notes.push(Note::new(
                "dialect/extension",
                Fidelity::Dropped,
                format!("the extension `{name}` does not exist for SQLite; statements that need it say what becomes of them"),
            )),
            Operation::CreateEnum(_) => done.notes.push(Note::new(
                "dialect/enum",
                Fidelity::Emulated,
                "the labels become a check of each column that has the type",
            )),
            _ => {}
        }
        for table in touched(operation, &before, &self.source) {
            self.follow(&table, &before, operation, done);
        }
    }

    fn view(&mut self, name: &ObjectName, done: &mut Translated) {
        let Some(view) = self.source.view(name).cloned() else { return };
        let (new, notes) = emulate_view(&self.source, &view);
        done.notes.extend(notes);
        let flat_name = flat(name);
        if self.engine.take_view(&flat_name).is_some() {
            done.sql.push(format!("DROP VIEW {}", sqlite::table_name(&flat_name)));
        }
        if let Some(new) = new {
            done.sql.push(sqlite::create_view(&new));
            self.engine.put_view(new);
        }
    }

    /// Brings the engine's table to what the source's table has become.
    fn follow(
        &mut self,
        name: &ObjectName,
        source_before: &Schema,
        operation: &Operation,
        done: &mut Translated,
    ) {
        let mut hint = hint(operation);
        if let Some((_, using)) = &mut hint.using {
            let said = rewrite::to_sqlite(using.text(), self.source.dialect, &schema_names(&self.source));
            *using = Expression::new(&said.sql, DialectKind::Sqlite);
            if !said.unsupported.is_empty() {
                let message = format!(
                    "values are copied as they are: SQLite has no words for {}",
                    said.unsupported.join(", ")
                );
                done.notes.push(Note::new("dialect/using", Fidelity::Weakened, message));
                hint.using = None;
            }
        }
        let engine_before = self.engine.clone();
        let old_name = hint
            .renamed_table
            .clone()
            .filter(|_| source_before.table(name).is_none())
            .unwrap_or_else(|| name.clone());
        let old_notes = self.notes.remove(&fold(&old_name, self.source.dialect)).unwrap_or_default();
        hint.renamed_table = Some(flat(&old_name)).filter(|_| old_name != *name);
        for trigger in self.engine.triggers_of(&flat(&old_name)) {
            self.engine.take_trigger(&trigger.name);
        }
        match self.source.table(name).cloned() {
            None => {
                self.engine.take_table(&flat(&old_name));
            }
            Some(table) => {
                let Emulated { table, triggers, notes } = emulate(&self.source, &table, &engine_before);
                self.follow_renaming(operation);
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

    /// Statements that change no structure we model.
    fn other_sql(&mut self, sql: &Expression, class: SqlClass, done: &mut Translated) {
        let mut say = |code, fidelity, message: &str| done.notes.push(Note::new(code, fidelity, message));
        match class {
            SqlClass::Data => return self.data(sql, done),
            SqlClass::Session if is_foreign_key_switch(sql.text()) => {
                done.foreign_keys_off = true;
                say(
                    "dialect/foreign-keys",
                    Fidelity::Emulated,
                    "foreign keys are off for the whole revision and checked at its end",
                );
            }
            SqlClass::Query => say("dialect/query", Fidelity::Dropped, "only reads: not run"),
            SqlClass::Session => say(
                "dialect/session",
                Fidelity::Dropped,
                "a setting of the session that SQLite does not have",
            ),
            SqlClass::Transaction => {
                say(
                    "dialect/transaction",
                    Fidelity::Dropped,
                    "not run: each revision runs in a transaction that Retort makes",
                );
            }
            SqlClass::Access => say("dialect/access", Fidelity::Dropped, "SQLite has no users and rights"),
            SqlClass::Routine => say("dialect/routine", Fidelity::Dropped, "SQLite has no stored routines"),
            SqlClass::Storage => {
                say("dialect/storage", Fidelity::Dropped, "about storage only: nothing to do on SQLite")
            }
            SqlClass::Structure => {
                say(
                    "dialect/opaque",
                    Fidelity::Opaque,
                    "this kind of object is not modelled yet: not run, and what builds on it may fail",
                );
            }
            SqlClass::Unknown => say("dialect/opaque", Fidelity::Opaque, "not understood: not run on SQLite"),
        }
    }

    fn data(&mut self, sql: &Expression, done: &mut Translated) {
        let said = rewrite::to_sqlite(sql.text(), self.source.dialect, &schema_names(&self.source));
        done.notes.extend(said.notes);
        let first = sql.text().split_whitespace().next().unwrap_or("").to_ascii_uppercase();
        if !said.unsupported.is_empty()
            || matches!(first.as_str(), "COPY" | "LOAD" | "MERGE" | "TRUNCATE" | "REFRESH")
        {
            let what = if said.unsupported.is_empty() { first } else { said.unsupported.join(", ") };
            let message = format!("not run: SQLite has no words for {what}, so the rows stay as they are");
            done.notes.push(Note::new("dialect/data", Fidelity::Dropped, message));
            return;
        }
        done.sql.push(said.sql);
    }
}

fn is_foreign_key_switch(text: &str) -> bool {
    let text = text.to_ascii_uppercase();
    text.contains("FOREIGN_KEY_CHECKS") || text.contains("SESSION_REPLICATION_ROLE")
}

/// What was read past, and whether it matters on SQLite.
fn skipped_note(detail: &str) -> Note {
    let storage = [
        "USING BTREE",
        "USING HASH",
        "CHARACTER SET",
        "CHARSET",
        "TABLESPACE",
        "WITH (",
        "ALGORITHM",
        "LOCK",
        "STORAGE",
        "COMPRESSION",
        "COMMENT",
        "KEY_BLOCK_SIZE",
        "SET (",
        "RESET (",
        "CLUSTER ON",
        "VISIBLE",
        "DEFINER",
        "SET LOGGED",
        "SET UNLOGGED",
        "REPLICA IDENTITY",
    ];
    let upper = detail.to_ascii_uppercase();
    if storage.iter().any(|word| upper.starts_with(word)) {
        return Note::new(
            "dialect/detail",
            Fidelity::Exact,
            format!("`{detail}` is left out; it changes no meaning here"),
        );
    }
    Note::new("dialect/detail", Fidelity::Weakened, format!("`{detail}` is left out"))
}

fn hint(operation: &Operation) -> Hint {
    let mut hint = Hint::default();
    match operation {
        Operation::RenameColumn { from, to, .. } => hint.renamed_column = Some((from.clone(), to.clone())),
        Operation::RenameTable { from, .. } => hint.renamed_table = Some(from.clone()),
        Operation::AlterColumn { column, change: ColumnChange::Type { using: Some(using), .. }, .. } => {
            hint.using = Some((column.clone(), using.clone()));
        }
        Operation::AddConstraint { validate: false, .. } => hint.unchecked = true,
        _ => {}
    }
    hint
}

/// The tables that an operation changed: its own, and those that an enum's labels or a cascade reach.
fn touched(operation: &Operation, before: &Schema, after: &Schema) -> Vec<ObjectName> {
    match operation {
        Operation::RenameTable { to, .. } => vec![to.clone()],
        Operation::AddEnumLabel { name, .. } | Operation::RenameEnumLabel { name, .. } => {
            let uses = |column: &crate::schema::Column| matches!(column.column_type.kind(after.dialect), TypeKind::Named(used) if used == name.to_string());
            let tables = after.tables.values().filter(|table| table.columns.iter().any(uses));
            tables.map(|table| table.name.clone()).collect()
        }
        Operation::DropIndex { table, name, .. } | Operation::RenameIndex { table, from: name, .. } => {
            before.table_of_index(table.as_ref(), name).map(|table| table.name.clone()).into_iter().collect()
        }
        Operation::DropTable { name, cascade: true, .. } => {
            let children = before.children(name).into_iter().map(|child| child.name.clone());
            let mut tables: Vec<ObjectName> = children.filter(|child| child != name).collect();
            tables.push(name.clone());
            tables
        }
        Operation::Comment { .. } | Operation::SetOption { .. } | Operation::CreateTrigger { .. } => {
            Vec::new()
        }
        other => other.table().cloned().into_iter().collect(),
    }
}
