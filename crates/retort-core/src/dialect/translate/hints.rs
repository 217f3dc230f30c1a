//! What the statement tells of a change beyond the two states of a table.

use std::borrow::Cow;

use super::super::emulate::rows_name;
use super::super::sqlite::{Hint, quote};
use super::super::{Fidelity, Note, rewrite};
use super::moves::reached;
use crate::operation::{ColumnChange, Object, ObjectKind, Operation, has_type, numbered_by, views_on};
use crate::schema::{
    Column, Constraint, Expression, ObjectName, Schema, Table, TypeKind, same_name, same_word,
};
use crate::source::DialectKind;
use crate::token::text_literal;

const SQLITE: DialectKind = DialectKind::Sqlite;

/// The operations that a server would carry out, in the order in which they can be: what a statement drops
/// together goes children first, and a column that is there already is not added, nor are its constraints.
pub(super) fn effective<'o>(source: &Schema, operations: &'o [Operation]) -> Cow<'o, [Operation]> {
    let is_special = |operation: &Operation| match operation {
        Operation::AddColumn { if_not_exists, .. } => *if_not_exists,
        Operation::DropTable { .. } | Operation::DropView { .. } => operations.len() > 1,
        _ => false,
    };
    if !operations.iter().any(is_special) {
        return Cow::Borrowed(operations);
    }
    let mut left: Vec<Operation> = Vec::new();
    let mut there: Option<&str> = None;
    for operation in operations {
        match operation {
            Operation::AddColumn { table, column, if_not_exists: true, .. }
                if source.table(table).is_some_and(|t| t.column(&column.name, source.dialect).is_some()) =>
            {
                there = Some(&column.name);
            }
            Operation::AddConstraint { constraint, .. }
                if there.is_some_and(|name| is_of(constraint, name, source.dialect)) => {}
            other => {
                there = None;
                left.push(other.clone());
            }
        }
    }
    Cow::Owned(children_first(source, left))
}

/// Whether a constraint is about one column alone.
fn is_of(constraint: &Constraint, name: &str, dialect: DialectKind) -> bool {
    let is = |columns: &[String]| matches!(columns, [one] if same_word(one, name, dialect));
    match constraint {
        Constraint::Primary(key) => is(&key.columns),
        Constraint::Unique(unique) => is(&unique.columns),
        Constraint::Foreign(key) => is(&key.columns),
        Constraint::Check(check) => check.expression.mentions(name, dialect),
        Constraint::Exclusion(_) => false,
    }
}

fn children_first(source: &Schema, mut left: Vec<Operation>) -> Vec<Operation> {
    let all_drop = left
        .iter()
        .all(|operation| matches!(operation, Operation::DropTable { .. } | Operation::DropView { .. }));
    if !all_drop || left.len() < 2 {
        return left;
    }
    let name = |operation: &Operation| match operation {
        Operation::DropTable { name, .. } | Operation::DropView { name, .. } => name.clone(),
        _ => ObjectName::bare(""),
    };
    let users = |of: &ObjectName| {
        let children = source.children(of).into_iter().map(|child| child.name.clone());
        children.filter(|child| child != of).chain(views_on(source, of)).collect::<Vec<_>>()
    };
    let mut sorted = Vec::new();
    while !left.is_empty() {
        let is_free = |place: &usize| {
            let users = users(&name(&left[*place]));
            !left.iter().any(|other| users.iter().any(|user| same_name(user, &name(other), source.dialect)))
        };
        // Tables that refer to each other stay in the order in which they were named.
        let free = (0..left.len()).find(is_free).unwrap_or(0);
        sorted.push(left.remove(free));
    }
    sorted
}

/// How many of the operations are one change of one table: they are carried out together.
pub(super) fn group_length(operations: &[Operation]) -> usize {
    let Some(table) = operations.first().filter(|first| can_join(first)).and_then(Operation::table) else {
        return 1;
    };
    let mut dropped: Vec<&str> = Vec::new();
    for (place, operation) in operations.iter().enumerate() {
        match operation {
            Operation::DropColumn { column, .. } => dropped.push(column),
            // A column of the same name as one that goes is another column.
            Operation::AddColumn { column, .. }
                if dropped.iter().any(|d| d.eq_ignore_ascii_case(&column.name)) =>
            {
                return place;
            }
            _ => {}
        }
        if !can_join(operation) || operation.table() != Some(table) {
            return place;
        }
    }
    operations.len()
}

fn can_join(operation: &Operation) -> bool {
    if let Operation::AddConstraint { constraint, .. } = operation {
        return is_validated(constraint);
    }
    matches!(
        operation,
        Operation::AddColumn { .. }
            | Operation::DropColumn { .. }
            | Operation::AlterColumn { .. }
            | Operation::DropConstraint { .. }
            | Operation::CreateIndex { .. }
            | Operation::DropIndex { table: Some(_), .. }
    )
}

/// Whether the rows that are there are checked.
pub(super) fn is_validated(constraint: &Constraint) -> bool {
    match constraint {
        Constraint::Check(check) => check.validated,
        Constraint::Foreign(key) => key.validated,
        Constraint::Primary(_) | Constraint::Unique(_) | Constraint::Exclusion(_) => true,
    }
}

/// What operations tell of a table; `source` is the schema after them.
pub(super) fn hint(
    operations: &[Operation],
    source: &Schema,
    name: &ObjectName,
    notes: &mut Vec<Note>,
) -> Hint {
    let mut hint = Hint::default();
    let table = source.table(name);
    for operation in operations {
        match operation {
            Operation::RenameColumn { from, to, .. } => {
                hint.renamed_column = Some((from.clone(), to.clone()));
            }
            Operation::RenameTable { from, .. } => hint.renamed_table = Some(from.clone()),
            Operation::RenameObject { kind: ObjectKind::MaterializedView, from, to }
                if rows_name(to) == *name =>
            {
                hint.renamed_table = Some(rows_name(from));
            }
            Operation::AlterColumn {
                column, change: ColumnChange::Type { using: Some(using), .. }, ..
            } => {
                hint.using.extend(said(using, source, notes).map(|using| (column.clone(), using)));
            }
            Operation::AddConstraint { constraint, .. } if !is_validated(constraint) => hint.unchecked = true,
            Operation::RenameEnumLabel { name, from, to } => {
                let columns = table.iter().flat_map(|table| &table.columns);
                let typed = columns.filter(|column| has_type(column, name, source.dialect));
                hint.using
                    .extend(typed.map(|column| (column.name.clone(), relabelled(&column.name, from, to))));
            }
            Operation::AddColumn { column, .. } => {
                let value = table.and_then(|table| filled(column, table, source, notes));
                hint.using.extend(value.map(|value| (column.name.clone(), value)));
            }
            _ => {}
        }
    }
    hint
}

/// A USING in SQLite's words.
fn said(using: &Expression, source: &Schema, notes: &mut Vec<Note>) -> Option<Expression> {
    if source.dialect == SQLITE {
        return Some(using.clone());
    }
    let said = rewrite::query(using.text(), source);
    if said.unsupported.is_empty() {
        notes.extend(said.notes);
        return Some(Expression::verbatim(&said.sql, SQLITE));
    }
    let message =
        format!("values are copied as they are: SQLite has no words for {}", said.unsupported.join(", "));
    notes.push(Note::new("dialect/using", Fidelity::Weakened, message));
    None
}

fn relabelled(column: &str, from: &str, to: &str) -> Expression {
    let name = quote(column);
    let words = format!("CASE {name} WHEN {} THEN {} ELSE {name} END", text_literal(from), text_literal(to));
    Expression::verbatim(&words, SQLITE)
}

/// What a new column holds in the rows that are there, where that is neither NULL nor its default.
fn filled(column: &Column, table: &Table, source: &Schema, notes: &mut Vec<Note>) -> Option<Expression> {
    let dialect = source.dialect;
    let value = |text: &str| Some(Expression::verbatim(text, SQLITE));
    if column.identity.is_some() {
        let key = table.primary_key.as_ref();
        let is_key = key.is_some_and(
            |key| matches!(key.columns.as_slice(), [one] if same_word(one, &column.name, dialect)),
        );
        // A sole key numbers itself as the rows are copied.
        return if is_key || dialect == SQLITE { None } else { value("row_number() OVER ()") };
    }
    if dialect != DialectKind::Mysql
        || column.nullable
        || column.default.is_some()
        || column.generated.is_some()
    {
        return None;
    }
    let filled = match column.column_type.kind(dialect) {
        TypeKind::Integer { .. } | TypeKind::Decimal { .. } | TypeKind::Real | TypeKind::Boolean => {
            "0".to_owned()
        }
        TypeKind::Text { .. } | TypeKind::Set(_) => "''".to_owned(),
        TypeKind::Blob { .. } => "X''".to_owned(),
        TypeKind::Enum(labels) => text_literal(labels.first().map_or("", String::as_str)),
        TypeKind::Time => "'00:00:00'".to_owned(),
        TypeKind::Json { .. } => "'null'".to_owned(),
        TypeKind::Date | TypeKind::Timestamp { .. } => {
            let message = format!(
                "MySQL would fill `{}` with its zero date, which is no date here: it fails where there are rows, as in MySQL's strict mode",
                column.name
            );
            notes.push(Note::new("dialect/zero-date", Fidelity::Weakened, message));
            return None;
        }
        TypeKind::Interval | TypeKind::Uuid | TypeKind::Array(_) | TypeKind::None | TypeKind::Named(_) => {
            return None;
        }
    };
    let message = format!("rows that are there get {filled} in `{}`, as MySQL fills them", column.name);
    notes.push(Note::new("dialect/implicit-default", Fidelity::Emulated, message));
    value(&filled)
}

/// The tables that an operation changed: its own, and those that an enum's labels or a cascade reach.
pub(super) fn touched(operations: &[Operation], before: &Schema, after: &Schema) -> Vec<ObjectName> {
    let mut tables: Vec<ObjectName> = Vec::new();
    let mut add = |table: ObjectName| {
        if !tables.contains(&table) {
            tables.push(table);
        }
    };
    for operation in operations {
        reached(operation, before, after).into_iter().for_each(&mut add);
        touched_by(operation, before, after).into_iter().for_each(&mut add);
        if is_passed_down(operation) {
            let changed = after.tables.iter().filter(|(key, table)| {
                !table.inherits.is_empty()
                    && before.tables.get(*key).is_some_and(|old| !std::sync::Arc::ptr_eq(old, table))
            });
            changed.map(|(_, table)| table.name.clone()).for_each(&mut add);
        }
    }
    tables
}

/// Operations on a parent that tables below it follow.
fn is_passed_down(operation: &Operation) -> bool {
    matches!(
        operation,
        Operation::AddColumn { .. }
            | Operation::DropColumn { .. }
            | Operation::RenameColumn { .. }
            | Operation::AlterColumn { .. }
            | Operation::AddConstraint { .. }
            | Operation::DropConstraint { .. }
    )
}

fn touched_by(operation: &Operation, before: &Schema, after: &Schema) -> Vec<ObjectName> {
    match operation {
        Operation::RenameTable { to, .. } => vec![to.clone()],
        Operation::AddEnumLabel { name, .. }
        | Operation::RenameEnumLabel { name, .. }
        | Operation::AlterDomain { name, .. }
        | Operation::DropType { name, .. } => {
            let uses = |column: &Column| has_type(column, name, after.dialect);
            let tables = before.tables.values().filter(|table| table.columns.iter().any(uses));
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
        Operation::CreateObject { object, .. } => match &**object {
            Object::Routine(routine) => called_by_triggers(&routine.name, before),
            _ => Vec::new(),
        },
        Operation::DropObject { kind: ObjectKind::Routine(_), name, .. } => called_by_triggers(name, before),
        Operation::DropObject { kind: ObjectKind::Sequence, name, .. } => {
            numbered_by(before, name).map(|(table, _)| table.name.clone()).into_iter().collect()
        }
        Operation::CreateTrigger { .. } | Operation::DropTrigger { .. } | Operation::RenameTrigger { .. } => {
            let named = operation.table().cloned();
            let found = || match operation {
                Operation::DropTrigger { name, .. } => before
                    .triggers
                    .values()
                    .find(|trigger| trigger.name == *name)
                    .map(|trigger| trigger.table.clone()),
                _ => None,
            };
            named.or_else(found).filter(|table| after.table(table).is_some()).into_iter().collect()
        }
        Operation::Comment { .. } | Operation::AttachPartition { .. } | Operation::DetachPartition { .. } => {
            Vec::new()
        }
        other => other.table().cloned().into_iter().collect(),
    }
}

/// The tables whose triggers call a function.
fn called_by_triggers(name: &ObjectName, schema: &Schema) -> Vec<ObjectName> {
    let bare = name.name.split('(').next().unwrap_or_default();
    let calls = schema.triggers.values().filter(|trigger| trigger.definition.mentions(bare, schema.dialect));
    calls.map(|trigger| trigger.table.clone()).filter(|table| schema.table(table).is_some()).collect()
}
