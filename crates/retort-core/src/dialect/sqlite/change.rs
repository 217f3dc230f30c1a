//! From one state of a table to another: by ALTER TABLE where SQLite has it, else by rebuilding the table.
//!
//! Rebuild (`sqlite.org/lang_altertable.html`, 7, and measured): foreign keys off before the transaction, make the
//! new table, copy, drop the old, rename; carry the AUTOINCREMENT counter over; make indexes and triggers again.

use super::super::words;
use super::{column_definition, create_index, create_table, drop_index, quote, references, table_name};
use crate::operation::{self, Operation, Position};
use crate::schema::{Column, Expression, ObjectName, Schema, Table, diff, same_word};
use crate::source::DialectKind;
use crate::token::text_literal;

const SQLITE: DialectKind = DialectKind::Sqlite;

/// What the two states do not tell by themselves.
#[derive(Clone, Debug, Default)]
pub struct Hint {
    /// A column that has another name now: old and new.
    pub renamed_column: Option<(String, String)>,
    /// The table had another name.
    pub renamed_table: Option<ObjectName>,
    /// How columns' new values come from the old ones; a new column can have values too.
    pub using: Vec<(String, Expression)>,
    /// Do not check the rows that are there (NOT VALID).
    pub unchecked: bool,
}

/// The statements that lead from one state of a table (and its triggers) to another, and whether foreign keys
/// must be off around them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changed {
    /// In order.
    pub sql: Vec<String>,
    /// The table is rebuilt.
    pub rebuild: bool,
}

/// Leads a table from its state in `before` to its state in `after`.
pub fn change(before: &Schema, after: &Schema, name: &ObjectName, hint: &Hint) -> Changed {
    let old_name = hint.renamed_table.as_ref().unwrap_or(name);
    let mut changed = Changed::default();
    match (before.table(old_name), after.table(name)) {
        (None, None) => {}
        (None, Some(new)) => create(after, new, &mut changed.sql),
        (Some(old), None) => changed.sql.push(format!("DROP TABLE {}", table_name(&old.name))),
        (Some(old), Some(new)) => alter(&mut Alteration { before, after, old, new, hint }, &mut changed),
    }
    changed
}

struct Alteration<'a> {
    before: &'a Schema,
    after: &'a Schema,
    old: &'a Table,
    new: &'a Table,
    hint: &'a Hint,
}

fn create(after: &Schema, table: &Table, sql: &mut Vec<String>) {
    sql.push(create_table(table, None));
    sql.extend(table.indexes.iter().map(|index| create_index(&table.name, index)));
    sql.extend(after.triggers_of(&table.name).iter().map(|trigger| trigger.definition.text().to_owned()));
}

fn alter(alteration: &mut Alteration<'_>, changed: &mut Changed) {
    let mut steps = native(alteration);
    if let Some(steps) = &mut steps {
        changed.sql.append(steps);
    } else {
        changed.rebuild = true;
        rebuild(alteration, &mut changed.sql);
    }
}

/// By ALTER TABLE and index statements alone; None where that does not lead to the new state.
fn native(alteration: &Alteration<'_>) -> Option<Vec<String>> {
    let Alteration { after, old, new, hint, .. } = alteration;
    if !hint.using.is_empty() {
        return None;
    }
    // The same table in a schema of its own, so that the operations' own rules tell what they do.
    let mut reached = alteration.before.clone();
    let mut sql = Vec::new();
    let mut step = |operation: Operation, text: String, reached: &mut Schema| {
        operation::apply(reached, &operation).ok()?;
        sql.push(text);
        Some(())
    };
    // What watches the table or uses a column stands in the way; what must go goes first.
    for trigger in alteration.before.triggers_of(&old.name) {
        if after.trigger(&trigger.name, &trigger.table) != Some(&trigger) {
            let text = format!("DROP TRIGGER {}", table_name(&trigger.name));
            step(
                Operation::DropTrigger { name: trigger.name.clone(), table: None, if_exists: false },
                text,
                &mut reached,
            )?;
        }
    }
    for index in old.indexes.iter().filter(|index| !new.indexes.contains(index)) {
        let renamed = hint.renamed_column.as_ref().is_some_and(|(from, to)| {
            let mut renamed = (*index).clone();
            renamed.rename_column(from, to, SQLITE);
            new.indexes.contains(&renamed)
        });
        if !renamed {
            let drop = Operation::DropIndex { table: None, name: index.name.clone(), if_exists: false };
            step(drop, drop_index(&index.name), &mut reached)?;
        }
    }
    let table = table_name(&new.name);
    if old.name != new.name {
        let text = format!("ALTER TABLE {} RENAME TO {table}", table_name(&old.name));
        step(Operation::RenameTable { from: old.name.clone(), to: new.name.clone() }, text, &mut reached)?;
    }
    if let Some((from, to)) = &hint.renamed_column {
        let text = format!("ALTER TABLE {table} RENAME COLUMN {} TO {}", quote(from), quote(to));
        let operation =
            Operation::RenameColumn { table: new.name.clone(), from: from.clone(), to: to.clone() };
        step(operation, text, &mut reached)?;
    }
    let now = reached.table(&new.name)?.clone();
    for column in now.columns.iter().filter(|column| new.column(&column.name, SQLITE).is_none()) {
        if !can_drop(&now, column) {
            return None;
        }
        let text = format!("ALTER TABLE {table} DROP COLUMN {}", quote(&column.name));
        let (table, column) = (new.name.clone(), column.name.clone());
        step(Operation::DropColumn { table, column, if_exists: false, cascade: false }, text, &mut reached)?;
    }
    let now = reached.table(&new.name)?.clone();
    for column in new.columns.iter().filter(|column| now.column(&column.name, SQLITE).is_none()) {
        add_column(new, column, &table, &mut reached, &mut step)?;
    }
    let now = reached.table(&new.name)?.clone();
    for index in new.indexes.iter().filter(|index| !now.indexes.contains(index)) {
        let boxed = Box::new(index.clone());
        let operation = Operation::CreateIndex {
            table: new.name.clone(),
            index: boxed,
            if_not_exists: false,
            concurrently: false,
        };
        step(operation, create_index(&new.name, index), &mut reached)?;
    }
    let now = reached.triggers_of(&new.name);
    for trigger in after.triggers_of(&new.name).iter().filter(|trigger| !now.contains(trigger)) {
        let boxed = Box::new((**trigger).clone());
        let text = trigger.definition.text().to_owned();
        step(Operation::CreateTrigger { trigger: boxed, if_not_exists: false }, text, &mut reached)?;
    }
    let is_there = same_table(reached.table(&new.name)?, new);
    is_there.then_some(sql)
}

/// Whether two states of a table are alike, the order of constraints and indexes apart.
fn same_table(a: &Table, b: &Table) -> bool {
    let alone = |table: &Table| {
        let mut schema = Schema::empty(SQLITE);
        schema.put_table(table.clone());
        schema
    };
    a == b || (a.columns.len() == b.columns.len() && diff(&alone(a), &alone(b)).is_empty())
}

/// Own checks go with a column; everything else that names it stands in the way.
fn can_drop(table: &Table, column: &Column) -> bool {
    let is = |name: &String| same_word(name, &column.name, SQLITE);
    let in_other_check = table.checks.iter().any(|check| {
        check.expression.mentions(&column.name, SQLITE)
            && (check.name.is_some()
                || table.columns.iter().any(|o| !is(&o.name) && check.expression.mentions(&o.name, SQLITE)))
    });
    let in_generated = table.columns.iter().any(|other| {
        other.generated.as_ref().is_some_and(|generated| generated.expression.mentions(&column.name, SQLITE))
    });
    let in_foreign_key = table.foreign_keys.iter().any(|key| key.columns.iter().any(is));
    !in_other_check && !in_generated && !in_foreign_key
}

/// ADD COLUMN takes constant defaults, own checks and a reference, but no key and no stored value.
fn add_column(
    new: &Table,
    column: &Column,
    table: &str,
    reached: &mut Schema,
    step: &mut impl FnMut(Operation, String, &mut Schema) -> Option<()>,
) -> Option<()> {
    let constant =
        column.default.as_ref().is_none_or(|default| words::is_literal(default.text(), DialectKind::Sqlite));
    let stored = column.generated.as_ref().is_some_and(|generated| generated.stored);
    if !constant || stored || column.identity.is_some() {
        return None;
    }
    let mut text = format!("ALTER TABLE {table} ADD COLUMN {}", column_definition(column, false, None));
    let boxed = Box::new(column.clone());
    let mut operations = vec![Operation::AddColumn {
        table: new.name.clone(),
        column: boxed,
        position: Position::Last,
        if_not_exists: false,
    }];
    for check in new.checks.iter().filter(|check| check.name.is_none() && super::is_about(check, column, new))
    {
        text.push_str(&format!(" CHECK ({})", check.expression.text()));
        let constraint = crate::schema::Constraint::Check(check.clone());
        operations.push(Operation::AddConstraint { table: new.name.clone(), constraint });
    }
    let one = std::slice::from_ref(&column.name);
    if let Some(key) = new.foreign_keys.iter().find(|key| key.columns == one) {
        let name = key.name.as_ref().map_or_else(String::new, |name| format!(" CONSTRAINT {}", quote(name)));
        // With foreign keys on, SQLite takes REFERENCES only with a NULL default.
        if column.default.is_some() {
            return None;
        }
        text.push_str(&format!("{name} {}", references(key)));
        let constraint = crate::schema::Constraint::Foreign(key.clone());
        operations.push(Operation::AddConstraint { table: new.name.clone(), constraint });
    }
    let mut operations = operations.into_iter();
    step(operations.next()?, text, reached)?;
    for operation in operations {
        operation::apply(reached, &operation).ok()?;
    }
    Some(())
}

fn rebuild(alteration: &Alteration<'_>, sql: &mut Vec<String>) {
    let Alteration { before, after, old, new, hint } = alteration;
    let temporary = format!("_retort_new_{}", new.name);
    let (from, to) = (table_name(&old.name), table_name(&new.name));
    sql.push(create_table(new, Some(&temporary)));
    let copied: Vec<(String, String)> = new
        .columns
        .iter()
        .filter(|column| column.generated.is_none())
        .filter_map(|column| source_of(column, old, hint).map(|source| (quote(&column.name), source)))
        .collect();
    if !copied.is_empty() {
        let (names, sources): (Vec<String>, Vec<String>) = copied.into_iter().unzip();
        if hint.unchecked {
            sql.push("PRAGMA ignore_check_constraints=ON".to_owned());
        }
        sql.push(format!(
            "INSERT INTO {} ({}) SELECT {} FROM {from}",
            quote(&temporary),
            names.join(", "),
            sources.join(", ")
        ));
        if hint.unchecked {
            sql.push("PRAGMA ignore_check_constraints=OFF".to_owned());
        }
    }
    if is_autoincrement(old) && is_autoincrement(new) {
        let (old_name, new_name) = (text_literal(&old.name.to_string()), text_literal(&temporary));
        sql.push(format!("DELETE FROM sqlite_sequence WHERE name = {new_name}"));
        sql.push(format!(
            "INSERT INTO sqlite_sequence (name, seq) SELECT {new_name}, seq FROM sqlite_sequence WHERE name = {old_name}"
        ));
    }
    sql.push(format!("DROP TABLE {from}"));
    let rename = format!("ALTER TABLE {} RENAME TO {to}", quote(&temporary));
    if is_named_elsewhere(before, &old.name) {
        // A view or another table's trigger that names the table would make the renaming fail.
        sql.extend([
            "PRAGMA legacy_alter_table=ON".to_owned(),
            rename,
            "PRAGMA legacy_alter_table=OFF".to_owned(),
        ]);
    } else {
        sql.push(rename);
    }
    sql.extend(new.indexes.iter().map(|index| create_index(&new.name, index)));
    sql.extend(after.triggers_of(&new.name).iter().map(|trigger| trigger.definition.text().to_owned()));
}

/// Where a column's values come from: None for a new column, which gets its default.
fn source_of(column: &Column, old: &Table, hint: &Hint) -> Option<String> {
    if let Some((_, using)) = hint.using.iter().find(|(name, _)| same_word(name, &column.name, SQLITE)) {
        return Some(using.text().to_owned());
    }
    let name = match &hint.renamed_column {
        Some((from, to)) if same_word(to, &column.name, SQLITE) => from,
        _ => &column.name,
    };
    old.column(name, SQLITE)
        .filter(|old| old.generated.is_none() || column.generated.is_none())
        .map(|old| converted(old, column))
}

/// Servers round when a number becomes a whole number; SQLite would keep its fraction.
fn converted(old: &Column, new: &Column) -> String {
    let name = quote(&old.name);
    let is = |column: &Column, types: &[&str]| types.contains(&column.column_type.text());
    if is(old, &["REAL", "NUMERIC"]) && is(new, &["INTEGER", "INT"]) {
        return format!("CAST(round({name}) AS INTEGER)");
    }
    name
}

fn is_autoincrement(table: &Table) -> bool {
    table.columns.iter().any(|column| column.identity.is_some())
}

/// A view counts whatever it names: SQLite looks at all of them, and one that is broken stops the renaming.
fn is_named_elsewhere(schema: &Schema, table: &ObjectName) -> bool {
    let name = table.to_string();
    !schema.views.is_empty()
        || schema.triggers.values().any(|trigger| {
            !crate::schema::same_name(&trigger.table, table, SQLITE)
                && trigger.definition.mentions(&name, SQLITE)
        })
}
