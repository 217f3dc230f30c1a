//! A schema as a page for people.

use std::fmt::Write;

use retort_core::schema::{
    Column, Deferral, ForeignKey, Index, IndexKey, IndexPart, PrimaryKey, ReferentialAction, Schema, Table,
};

/// Everything in a schema, tables first.
pub(crate) fn text(schema: &Schema) -> String {
    let mut text = String::new();
    let count = schema.tables.len();
    let noun = if count == 1 { "table" } else { "tables" };
    let _ = writeln!(text, "{}, {count} {noun}", schema.dialect.title());
    for table in schema.tables.values() {
        text.push('\n');
        add_table(&mut text, table);
    }
    for held in schema.enums.values() {
        let _ = writeln!(text, "\nenum {}: {}", held.name, held.labels.join(", "));
    }
    for view in schema.views.values() {
        let kind = if view.materialized { "materialized view" } else { "view" };
        let _ = writeln!(text, "\n{kind} {}\n  {}", view.name, on_one_line(view.query.text()));
    }
    for trigger in schema.triggers.values() {
        let definition = on_one_line(trigger.definition.text());
        let _ = writeln!(text, "\ntrigger {} on {}\n  {definition}", trigger.name, trigger.table);
    }
    for name in schema.extensions.keys() {
        let _ = writeln!(text, "\nextension {name}");
    }
    text
}

fn add_table(text: &mut String, table: &Table) {
    let comment = table.comment.as_ref().map_or_else(String::new, |comment| format!("  -- {comment}"));
    let _ = writeln!(text, "{}{comment}", table.name);
    let width = |of: fn(&Column) -> usize| table.columns.iter().map(of).max().unwrap_or(0);
    let names = width(|column| column.name.chars().count());
    let types = width(|column| column.column_type.to_string().chars().count());
    for column in &table.columns {
        let is_key = table.primary_key.as_ref().is_some_and(|key| key.columns == [column.name.clone()]);
        let column_type = column.column_type.to_string();
        let line = format!("  {:names$}  {column_type:types$}  {}", column.name, details(column, is_key));
        let _ = writeln!(text, "{}", line.trim_end());
    }
    let key = table.primary_key.iter().filter(|key| key.columns.len() > 1 || key.name.is_some());
    let lines =
        key.map(primary_key)
            .chain(table.uniques.iter().map(|unique| {
                format!("unique{} ({})", named(unique.name.as_deref()), unique.columns.join(", "))
            }))
            .chain(table.checks.iter().map(|check| {
                format!("check{} ({})", named(check.name.as_deref()), on_one_line(check.expression.text()))
            }))
            .chain(table.foreign_keys.iter().map(foreign_key))
            .chain(table.indexes.iter().map(index))
            .chain(table.options.iter().map(|(name, value)| format!("option {name} {value}")));
    for line in lines {
        let _ = writeln!(text, "  {}", line.trim_end());
    }
}

fn details(column: &Column, is_key: bool) -> String {
    let mut words = Vec::new();
    if is_key {
        words.push("primary key".to_owned());
    }
    if !column.nullable {
        words.push("not null".to_owned());
    }
    if let Some(default) = &column.default {
        words.push(format!("default {}", on_one_line(default.text())));
    }
    if let Some(generated) = &column.generated {
        let stored = if generated.stored { " stored" } else { "" };
        words.push(format!("as ({}){stored}", on_one_line(generated.expression.text())));
    }
    if column.identity.is_some() {
        words.push("numbers itself".to_owned());
    }
    if let Some(collation) = &column.collation {
        words.push(format!("collate {collation}"));
    }
    if let Some(comment) = &column.comment {
        words.push(format!(" -- {comment}"));
    }
    words.join(", ").replace(",  --", "  --")
}

fn named(name: Option<&str>) -> String {
    name.map_or_else(String::new, |name| format!(" {name}"))
}

fn primary_key(key: &PrimaryKey) -> String {
    format!("primary key{} ({})", named(key.name.as_deref()), key.columns.join(", "))
}

fn foreign_key(key: &ForeignKey) -> String {
    let there = match key.ref_columns.as_slice() {
        [] => String::new(),
        columns => format!(" ({})", columns.join(", ")),
    };
    let action = |event: &str, action: ReferentialAction| match action {
        ReferentialAction::NoAction => String::new(),
        other => format!(" on {event} {}", other.sql().to_lowercase()),
    };
    format!(
        "foreign key{} ({}) -> {}{there}{}{}{}",
        named(key.name.as_deref()),
        key.columns.join(", "),
        key.ref_table,
        action("delete", key.on_delete),
        action("update", key.on_update),
        if key.deferral == Deferral::InitiallyDeferred { " deferred" } else { "" },
    )
}

fn index(index: &Index) -> String {
    let parts: Vec<String> = index.parts.iter().map(part).collect();
    let unique = if index.unique { "unique " } else { "" };
    let method = index.method.as_ref().map_or_else(String::new, |method| format!(" using {method}"));
    let include = match index.include.as_slice() {
        [] => String::new(),
        columns => format!(" include ({})", columns.join(", ")),
    };
    let only = index.predicate.as_ref();
    let only = only.map_or_else(String::new, |only| format!(" where {}", on_one_line(only.text())));
    format!("{unique}index {}{method} ({}){include}{only}", index.name, parts.join(", "))
}

fn part(part: &IndexPart) -> String {
    let key = match &part.key {
        IndexKey::Column(name) => name.clone(),
        IndexKey::Expression(expression) => on_one_line(expression.text()),
    };
    if part.descending { format!("{key} desc") } else { key }
}

fn on_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
