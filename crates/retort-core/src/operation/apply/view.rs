//! Views and triggers, and what becomes of them when a table changes under them.
//!
//! PostgreSQL keeps a view by what it means: it follows renamings, keeps the names of its own columns, and holds
//! on to what it reads. SQLite rewrites the stored texts. MySQL leaves the text alone, and the view is broken.

use std::sync::Arc;

use super::query::Query;
use super::{Refusal, exists, missing, refuse};
use crate::schema::{Expression, ObjectName, Schema, Trigger, View};
use crate::source::DialectKind;
use crate::token;

pub(super) fn create_view(
    schema: &mut Schema,
    view: &View,
    or_replace: bool,
    if_not_exists: bool,
) -> Result<(), Refusal> {
    let of_table = schema.table(&view.name).is_some();
    if of_table || (schema.view(&view.name).is_some() && !or_replace) {
        return exists(if of_table { "table" } else { "view" }, &view.name, if_not_exists);
    }
    schema.put_view(view.clone());
    Ok(())
}

pub(super) fn drop_view(
    schema: &mut Schema,
    name: &ObjectName,
    if_exists: bool,
    cascade: bool,
) -> Result<(), Refusal> {
    if schema.view(name).is_none() {
        return missing("view", name, if_exists);
    }
    drop_dependants(schema, name, "view", cascade)?;
    schema.take_view(name);
    Ok(())
}

pub(super) fn create_trigger(
    schema: &mut Schema,
    trigger: &Trigger,
    if_not_exists: bool,
) -> Result<(), Refusal> {
    if schema.trigger(&trigger.name, &trigger.table).is_some() {
        return exists("trigger", &trigger.name, if_not_exists);
    }
    schema.put_trigger(trigger.clone());
    Ok(())
}

/// The definition says the name after the word TRIGGER.
pub(super) fn rename_trigger(
    schema: &mut Schema,
    table: &ObjectName,
    from: &str,
    to: &str,
) -> Result<(), Refusal> {
    let Some(old) = schema.take_trigger(&ObjectName::bare(from), table) else {
        return missing("trigger", &ObjectName::bare(from), false);
    };
    let dialect = schema.dialect;
    let text = old.definition.text();
    let mut tokens = token::tokens(text, dialect).into_iter();
    let word = tokens.find(|token| token.text(text).eq_ignore_ascii_case("trigger"));
    let definition = match word.and(tokens.next()) {
        Some(name) => {
            let (before, after) = (&text[..name.start as usize], &text[name.end as usize..]);
            let new = token::quote_if_needed(to, dialect);
            Expression::verbatim(&format!("{before}{new}{after}"), dialect)
        }
        None => old.definition.clone(),
    };
    let name = ObjectName { schema: old.name.schema.clone(), name: to.into() };
    schema.put_trigger(Trigger { name, table: old.table.clone(), definition });
    Ok(())
}

/// `SET (…)` and `RESET (…)` of a view; None puts the default back.
pub(super) fn set_option(schema: &mut Schema, name: &ObjectName, option: &str, value: Option<&str>) {
    let Some(mut view) = schema.view(name).map(|view| (**view).clone()) else { return };
    match value {
        Some(value) => drop(view.options.insert(option.to_owned(), value.to_owned())),
        None => drop(view.options.remove(option)),
    }
    schema.put_view(view);
}

/// A view keeps its query and calls a column otherwise.
pub(super) fn rename_view_column(
    schema: &mut Schema,
    name: &ObjectName,
    from: &str,
    to: &str,
) -> Result<(), Refusal> {
    let Some(mut view) = schema.view(name).map(|view| (**view).clone()) else {
        return missing("view", name, false);
    };
    let Some(mut columns) = columns_of_view(schema, &view) else {
        return refuse(
            "replay/rename-unknown",
            format!("the columns of the view `{name}` cannot be told, so `{from}` is not followed"),
        );
    };
    let Some(column) = columns.iter_mut().find(|column| *column == from) else {
        return refuse("replay/no-such-column", format!("view `{name}` has no column `{from}`"));
    };
    to.clone_into(column);
    // Those that read the view are followed while it has the old name still.
    follow_column(schema, name, from, to);
    view.columns = columns;
    schema.put_view(view);
    Ok(())
}

/// PostgreSQL drops no table or view that a view reads, save with CASCADE, which takes the view along.
pub(super) fn drop_dependants(
    schema: &mut Schema,
    name: &ObjectName,
    kind: &str,
    cascade: bool,
) -> Result<(), Refusal> {
    if schema.dialect != DialectKind::Postgres {
        return Ok(());
    }
    let views = views_on(schema, name);
    take_views(schema, &views, cascade, || format!("{kind} `{name}`"))
}

/// The same for a column.
pub(super) fn drop_column_dependants(
    schema: &mut Schema,
    table: &ObjectName,
    column: &str,
    cascade: bool,
) -> Result<(), Refusal> {
    if schema.dialect != DialectKind::Postgres {
        return Ok(());
    }
    let views = views_on_column(schema, table, column);
    take_views(schema, &views, cascade, || format!("column `{column}` of `{table}`"))
}

fn take_views(
    schema: &mut Schema,
    views: &[ObjectName],
    cascade: bool,
    what: impl Fn() -> String,
) -> Result<(), Refusal> {
    match views.first() {
        Some(view) if !cascade => {
            refuse("replay/still-referenced", format!("the view `{view}` depends on {}", what()))
        }
        _ => {
            for view in views {
                schema.take_view(view);
            }
            Ok(())
        }
    }
}

/// The views that read a table or view, and those that read them.
pub fn views_on(schema: &Schema, name: &ObjectName) -> Vec<ObjectName> {
    let reads = |view: &View, name: &ObjectName| Query::of_view(&view.query, schema.dialect).uses_table(name);
    let mut found: Vec<ObjectName> = Vec::new();
    let mut next = Some(name.clone());
    let mut at = 0;
    while let Some(name) = next {
        let new = schema.views.values().filter(|view| reads(view, &name)).map(|view| view.name.clone());
        let new: Vec<ObjectName> = new.filter(|name| !found.contains(name)).collect();
        found.extend(new);
        next = found.get(at).cloned();
        at += 1;
    }
    found
}

/// The names of a view's columns; None where they cannot be told.
pub fn columns_of_view(schema: &Schema, view: &View) -> Option<Vec<String>> {
    if view.columns.is_empty() {
        return Query::of_view(&view.query, schema.dialect).output(schema);
    }
    Some(view.columns.clone())
}

fn views_on_column(schema: &Schema, table: &ObjectName, column: &str) -> Vec<ObjectName> {
    let uses = |view: &View| Query::of_view(&view.query, schema.dialect).uses_column(schema, table, column);
    let mut found: Vec<ObjectName> = Vec::new();
    for view in schema.views.values().filter(|view| uses(view)) {
        let others = views_on(schema, &view.name);
        let new = std::iter::once(view.name.clone()).chain(others);
        for name in new {
            if !found.contains(&name) {
                found.push(name);
            }
        }
    }
    found
}

/// PostgreSQL changes no type under a view.
pub(super) fn refuse_type_change(schema: &Schema, table: &ObjectName, column: &str) -> Result<(), Refusal> {
    if schema.dialect != DialectKind::Postgres {
        return Ok(());
    }
    match views_on_column(schema, table, column).first() {
        Some(view) => refuse(
            "replay/column-in-use",
            format!("cannot alter the type of `{column}`: the view `{view}` uses it"),
        ),
        None => Ok(()),
    }
}

/// Carries a table's new name into views and triggers; the table has its old name still.
pub(super) fn follow_table(schema: &mut Schema, from: &ObjectName, to: &ObjectName) {
    let dialect = schema.dialect;
    rewrite(schema, from, |query, _| query.rename_table(from, to));
    let triggers = schema.triggers_of(from);
    for trigger in triggers {
        let mut trigger = (*trigger).clone();
        if dialect != DialectKind::Sqlite {
            let query = Query::of_trigger(&trigger.definition, from, dialect);
            trigger.definition = query.rename_table(from, to);
        }
        schema.take_trigger(&trigger.name, &trigger.table);
        trigger.table = to.clone();
        schema.put_trigger(trigger);
    }
}

/// Carries a column's new name into views and triggers; the table has the old name still.
pub(super) fn follow_column(schema: &mut Schema, table: &ObjectName, from: &str, to: &str) {
    let keep_label = schema.dialect == DialectKind::Postgres;
    rewrite(schema, table, |query, schema| query.rename_column(schema, table, (from, to), keep_label));
}

/// Every view and trigger whose text the server rewrites.
fn rewrite(schema: &mut Schema, table: &ObjectName, new: impl Fn(&Query<'_>, &Schema) -> Expression) {
    let dialect = schema.dialect;
    if dialect == DialectKind::Mysql {
        return;
    }
    for view in schema.views.values().cloned().collect::<Vec<Arc<View>>>() {
        let query = Query::of_view(&view.query, dialect);
        if query.uses_table(table) {
            let query = new(&query, schema);
            schema.put_view(View { query, ..(*view).clone() });
        }
    }
    if dialect == DialectKind::Postgres {
        return;
    }
    for trigger in schema.triggers.values().cloned().collect::<Vec<Arc<Trigger>>>() {
        let query = Query::of_trigger(&trigger.definition, &trigger.table, dialect);
        let definition = new(&query, schema);
        schema.put_trigger(Trigger { definition, ..(*trigger).clone() });
    }
}
