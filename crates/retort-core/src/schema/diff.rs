//! What is different between two schemas, as a list.

use std::sync::Arc;

use super::{Index, IndexKey, Schema, Table};

/// How something differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    /// Only the second schema has it.
    Added,
    /// Only the first schema has it.
    Removed,
    /// Both have it, not alike.
    Changed,
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// How.
    pub kind: ChangeKind,
    /// `table`, `column`, `index`, `primary key`, `unique`, `check`, `foreign key`, `view`, `trigger`, `type`.
    pub what: &'static str,
    /// The table (or the view, …) it belongs to.
    pub object: String,
    /// Its own name; empty for the table itself.
    pub name: String,
    /// In one line: what it is, or `before → after`.
    pub detail: String,
}

/// The differences between two schemas, in order of name. What follows from an added or removed table is not
/// listed again.
pub fn diff(from: &Schema, to: &Schema) -> Vec<Change> {
    let mut changes = Vec::new();
    for (key, table) in &from.tables {
        match to.tables.get(key) {
            None => changes.push(whole(ChangeKind::Removed, "table", table.name.to_string())),
            Some(new) if !Arc::ptr_eq(table, new) => diff_tables(table, new, &mut changes),
            Some(_) => {}
        }
    }
    for (key, table) in &to.tables {
        if !from.tables.contains_key(key) {
            changes.push(whole(ChangeKind::Added, "table", table.name.to_string()));
        }
    }
    diff_maps("view", &from.views, &to.views, |view| view.query.text().to_owned(), &mut changes);
    diff_maps(
        "trigger",
        &from.triggers,
        &to.triggers,
        |trigger| trigger.definition.text().to_owned(),
        &mut changes,
    );
    diff_maps("type", &from.enums, &to.enums, |labels| labels.labels.join(", "), &mut changes);
    changes
}

fn whole(kind: ChangeKind, what: &'static str, object: String) -> Change {
    Change { kind, what, object, name: String::new(), detail: String::new() }
}

fn diff_maps<T: PartialEq>(
    what: &'static str,
    from: &imbl::OrdMap<super::ObjectName, Arc<T>>,
    to: &imbl::OrdMap<super::ObjectName, Arc<T>>,
    describe: impl Fn(&T) -> String,
    changes: &mut Vec<Change>,
) {
    for (name, old) in from {
        match to.get(name) {
            None => changes.push(whole(ChangeKind::Removed, what, name.to_string())),
            Some(new) if old != new => {
                let detail = arrow(&describe(old), &describe(new));
                changes.push(Change { detail, ..whole(ChangeKind::Changed, what, name.to_string()) });
            }
            Some(_) => {}
        }
    }
    for name in to.keys().filter(|name| !from.contains_key(*name)) {
        changes.push(whole(ChangeKind::Added, what, name.to_string()));
    }
}

fn arrow(before: &str, after: &str) -> String {
    if before == after { after.to_owned() } else { format!("{before} → {after}") }
}

fn diff_tables(from: &Table, to: &Table, changes: &mut Vec<Change>) {
    let table = to.name.to_string();
    let names = |table: &Table| table.columns.iter().map(|c| c.name.clone()).collect::<Vec<_>>();
    let columns = |table: &Table| {
        let described = table.columns.iter().map(|column| (column.name.clone(), describe_column(column)));
        described.collect::<Vec<_>>()
    };
    let mut new_columns = columns(to);
    for (described, column) in new_columns.iter_mut().zip(&to.columns) {
        // Types are alike whatever their case: SQLite tells `int` as `INT`.
        if let Some(old) = from.columns.iter().find(|old| *old == column) {
            described.1 = describe_column(old);
        }
    }
    diff_lists("column", &table, &columns(from), new_columns, changes);
    let kept = |all: Vec<String>, other: &[String]| {
        all.into_iter().filter(|n| other.contains(n)).collect::<Vec<_>>()
    };
    let (old, new) = (names(from), names(to));
    let (old, new) = (kept(old.clone(), &new), kept(new, &old));
    if old != new {
        let detail = arrow(&old.join(", "), &new.join(", "));
        let name = "column order".to_owned();
        changes.push(Change {
            kind: ChangeKind::Changed,
            what: "table",
            object: table.clone(),
            name,
            detail,
        });
    }
    diff_lists("primary key", &table, &primary_key(from), primary_key(to), changes);
    diff_lists("unique", &table, &uniques(from), uniques(to), changes);
    diff_lists("check", &table, &checks(from), checks(to), changes);
    diff_lists("foreign key", &table, &foreign_keys(from), foreign_keys(to), changes);
    let indexes = |table: &Table| {
        table.indexes.iter().map(|index| (index.name.clone(), describe_index(index))).collect::<Vec<_>>()
    };
    diff_lists("index", &table, &indexes(from), indexes(to), changes);
    if from.comment != to.comment || from.options != to.options {
        let describe = |table: &Table| {
            format!("{} {:?}", table.comment.as_deref().unwrap_or("no comment"), table.options)
        };
        let detail = arrow(&describe(from), &describe(to));
        let name = "options".to_owned();
        changes.push(Change { kind: ChangeKind::Changed, what: "table", object: table, name, detail });
    }
}

/// Pairs things of one kind by name (things without a name by what they are).
fn diff_lists(
    what: &'static str,
    table: &str,
    from: &[(String, String)],
    to: Vec<(String, String)>,
    changes: &mut Vec<Change>,
) {
    let mut push = |kind, name: String, detail: String| {
        changes.push(Change { kind, what, object: table.to_owned(), name, detail });
    };
    for (name, old) in from {
        match to.iter().find(|(other, _)| other.eq_ignore_ascii_case(name)) {
            None => push(ChangeKind::Removed, name.clone(), old.clone()),
            Some((_, new)) if new != old => push(ChangeKind::Changed, name.clone(), arrow(old, new)),
            Some(_) => {}
        }
    }
    for (name, new) in to {
        if !from.iter().any(|(other, _)| other.eq_ignore_ascii_case(&name)) {
            push(ChangeKind::Added, name, new);
        }
    }
}

/// A column in one line.
pub fn describe_column(column: &super::Column) -> String {
    let mut text = column.column_type.text().to_owned();
    if !column.nullable {
        text.push_str(" NOT NULL");
    }
    if let Some(default) = &column.default {
        text.push_str(&format!(" DEFAULT {}", default.text()));
    }
    if let Some(generated) = &column.generated {
        let kept = if generated.stored { "STORED" } else { "VIRTUAL" };
        text.push_str(&format!(" AS ({}) {kept}", generated.expression.text()));
    }
    if let Some(identity) = &column.identity {
        text.push_str(&format!(" {}", identity_words(identity.kind)));
    }
    if let Some(collation) = &column.collation {
        text.push_str(&format!(" COLLATE {collation}"));
    }
    if let Some(on_update) = &column.on_update {
        text.push_str(&format!(" ON UPDATE {}", on_update.text()));
    }
    if let Some(comment) = &column.comment {
        text.push_str(&format!(" COMMENT '{comment}'"));
    }
    text.trim().to_owned()
}

fn identity_words(kind: super::IdentityKind) -> &'static str {
    match kind {
        super::IdentityKind::Always => "GENERATED ALWAYS AS IDENTITY",
        super::IdentityKind::ByDefault => "GENERATED BY DEFAULT AS IDENTITY",
        super::IdentityKind::Serial => "(serial)",
        super::IdentityKind::Auto => "AUTO_INCREMENT",
    }
}

fn named(name: Option<&String>, detail: String) -> (String, String) {
    (name.cloned().unwrap_or_else(|| detail.clone()), detail)
}

fn primary_key(table: &Table) -> Vec<(String, String)> {
    table
        .primary_key
        .iter()
        .map(|key| named(key.name.as_ref(), format!("({})", key.columns.join(", "))))
        .collect()
}

fn uniques(table: &Table) -> Vec<(String, String)> {
    let one = |unique: &super::Unique| {
        let mut detail = format!("({})", unique.columns.join(", "));
        if unique.nulls_not_distinct {
            detail.push_str(" NULLS NOT DISTINCT");
        }
        if unique.deferrable {
            detail.push_str(" DEFERRABLE");
        }
        named(unique.name.as_ref(), detail)
    };
    table.uniques.iter().map(one).collect()
}

fn checks(table: &Table) -> Vec<(String, String)> {
    // Compared by tokens, so that layout does not count.
    let one = |check: &super::Check| named(check.name.as_ref(), check.expression.normal().to_owned());
    table.checks.iter().map(one).collect()
}

fn foreign_keys(table: &Table) -> Vec<(String, String)> {
    table.foreign_keys.iter().map(|key| named(key.name.as_ref(), describe_foreign_key(key))).collect()
}

/// A foreign key in one line.
pub fn describe_foreign_key(key: &super::ForeignKey) -> String {
    let mut text = format!("({}) → {}", key.columns.join(", "), key.ref_table);
    if !key.ref_columns.is_empty() {
        text.push_str(&format!(" ({})", key.ref_columns.join(", ")));
    }
    text.push_str(&format!(" ON DELETE {} ON UPDATE {}", key.on_delete.sql(), key.on_update.sql()));
    if key.initially_deferred {
        text.push_str(" DEFERRED");
    } else if key.deferrable {
        text.push_str(" DEFERRABLE");
    }
    text
}

/// An index in one line.
pub fn describe_index(index: &Index) -> String {
    let parts: Vec<String> = index.parts.iter().map(describe_index_part).collect();
    let mut text = format!("{}({})", if index.unique { "UNIQUE " } else { "" }, parts.join(", "));
    if let Some(method) = &index.method {
        text.push_str(&format!(" USING {method}"));
    }
    if !index.include.is_empty() {
        text.push_str(&format!(" INCLUDE ({})", index.include.join(", ")));
    }
    if let Some(predicate) = &index.predicate {
        text.push_str(&format!(" WHERE {}", predicate.text()));
    }
    text
}

/// One part of an index in one line.
pub fn describe_index_part(part: &super::IndexPart) -> String {
    let mut text = match &part.key {
        IndexKey::Column(name) => name.clone(),
        IndexKey::Expression(expression) => expression.text().to_owned(),
    };
    if let Some(length) = part.prefix_length {
        text.push_str(&format!("({length})"));
    }
    if let Some(collation) = &part.collation {
        text.push_str(&format!(" COLLATE {collation}"));
    }
    if let Some(class) = &part.operator_class {
        text.push_str(&format!(" {class}"));
    }
    if part.descending {
        text.push_str(" DESC");
    }
    match part.nulls_first {
        Some(true) => text.push_str(" NULLS FIRST"),
        Some(false) => text.push_str(" NULLS LAST"),
        None => {}
    }
    text
}
