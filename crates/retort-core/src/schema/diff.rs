//! What is different between two schemas, as a list.

use std::sync::Arc;

use super::describe::{
    checks, describe_column, describe_composite, describe_domain, describe_index, describe_index_part,
    describe_sequence, exclusions, foreign_keys, policies, primary_key, uniques,
};
use super::{Schema, Table};

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
    diff_maps("type", &from.composites, &to.composites, describe_composite, &mut changes);
    diff_maps("domain", &from.domains, &to.domains, describe_domain, &mut changes);
    diff_maps("sequence", &from.sequences, &to.sequences, describe_sequence, &mut changes);
    diff_maps(
        "routine",
        &from.routines,
        &to.routines,
        |routine| routine.definition.normal().to_owned(),
        &mut changes,
    );
    diff_names("extension", from.extensions.keys(), to.extensions.keys(), &mut changes);
    diff_names("schema", from.namespaces.iter(), to.namespaces.iter(), &mut changes);
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

fn diff_names<'a>(
    what: &'static str,
    from: impl Iterator<Item = &'a Arc<str>>,
    to: impl Iterator<Item = &'a Arc<str>>,
    changes: &mut Vec<Change>,
) {
    let (from, to): (Vec<_>, Vec<_>) = (from.collect(), to.collect());
    let removed = from.iter().filter(|name| !to.contains(name));
    changes.extend(removed.map(|name| whole(ChangeKind::Removed, what, name.to_string())));
    let added = to.iter().filter(|name| !from.contains(name));
    changes.extend(added.map(|name| whole(ChangeKind::Added, what, name.to_string())));
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
    diff_lists("exclusion", &table, &exclusions(from), exclusions(to), changes);
    diff_lists("policy", &table, &policies(from), policies(to), changes);
    diff_spread(from, to, &table, changes);
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

/// Partitions, inheritance and row security: what a table has at most one of.
fn diff_spread(from: &Table, to: &Table, table: &str, changes: &mut Vec<Change>) {
    let mut put = |name: &str, old: String, new: String| {
        if old != new {
            let (kind, what) = (ChangeKind::Changed, "table");
            let detail = arrow(&old, &new);
            changes.push(Change { kind, what, object: table.to_owned(), name: name.to_owned(), detail });
        }
    };
    let by = |table: &Table| {
        table.partitioning.as_ref().map_or_else(String::new, |held| {
            let parts: Vec<String> = held.parts.iter().map(describe_index_part).collect();
            let partitions = held.partitions.as_ref().map_or("", |text| text.normal());
            format!("{} ({}) {partitions}", held.method, parts.join(", ")).trim_end().to_owned()
        })
    };
    put("partitioning", by(from), by(to));
    let of = |table: &Table| {
        let of = table.partition_of.as_ref();
        of.map_or_else(String::new, |of| format!("{} {}", of.parent, of.bounds.normal()))
    };
    put("partition of", of(from), of(to));
    let inherits =
        |table: &Table| table.inherits.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    put("inherits", inherits(from), inherits(to));
    let security = |table: &Table| match (table.row_security.enabled, table.row_security.forced) {
        (false, false) => String::new(),
        (true, false) => "enabled".to_owned(),
        (false, true) => "forced".to_owned(),
        (true, true) => "enabled, forced".to_owned(),
    };
    put("row security", security(from), security(to));
}
