//! SQLite's own words for tables, indexes, views and triggers.

mod change;
mod rows;

pub use change::{Changed, Hint, change};
pub use rows::{delete_row, literal, select_rows};

use std::borrow::Cow;

use super::words;
use crate::schema::{
    Check, Column, Deferral, ForeignKey, IdentityKind, Index, IndexKey, ObjectName, ReferentialAction, Table,
    Unique, View, same_word,
};
use crate::source::DialectKind;
use crate::token;

/// A name in quotes where it needs them. A name in a schema becomes one name, `"app.t"`.
pub fn quote(name: &str) -> String {
    token::quote_if_needed(name, DialectKind::Sqlite)
}

/// A table's name for SQLite.
pub fn table_name(name: &ObjectName) -> String {
    if name.schema.is_none() { quote(&name.name) } else { quote(&name.to_string()) }
}

fn list(names: &[String]) -> String {
    names.iter().map(|name| quote(name)).collect::<Vec<_>>().join(", ")
}

/// `CREATE TABLE`, under another name if one is given (while a table is rebuilt).
pub fn create_table(table: &Table, name: Option<&str>) -> String {
    let name = name.map_or_else(|| table_name(&table.name), quote);
    let inline = inline_key(table);
    let mut parts: Vec<String> = Vec::new();
    let unnamed = table.checks.iter().map(|check| match check.name {
        Some(_) => None,
        None => subject(check, table),
    });
    let subjects: Vec<Option<usize>> = unnamed.collect();
    for (place, column) in table.columns.iter().enumerate() {
        let mut text = column_definition(column, inline == Some(column.name.as_str()), primary_name(table));
        for (check, _) in table.checks.iter().zip(&subjects).filter(|(_, subject)| **subject == Some(place)) {
            text.extend([" CHECK (", check.expression.text(), ")"]);
        }
        parts.push(text);
    }
    if let Some(key) = table.primary_key.as_ref().filter(|_| inline.is_none()) {
        parts.push(format!("{}PRIMARY KEY ({})", constraint_name(key.name.as_deref()), list(&key.columns)));
    }
    parts.extend(table.uniques.iter().map(unique_definition));
    let checks = table.checks.iter().zip(&subjects).filter(|(_, subject)| subject.is_none());
    parts.extend(checks.map(|(check, _)| check_definition(check)));
    parts.extend(table.foreign_keys.iter().map(foreign_key_definition));
    let options: Vec<&str> =
        ["STRICT", "WITHOUT ROWID"].into_iter().filter(|o| table.options.contains_key(*o)).collect();
    let options = if options.is_empty() { String::new() } else { format!(" {}", options.join(", ")) };
    ["CREATE TABLE ", &name, " (\n  ", &parts.join(",\n  "), "\n)", &options].concat()
}

/// The column that is the primary key by itself and numbers itself: only inline can it be AUTOINCREMENT.
fn inline_key(table: &Table) -> Option<&str> {
    let key = table.primary_key.as_ref()?;
    let [name] = key.columns.as_slice() else { return None };
    let column = table.column(name, DialectKind::Sqlite)?;
    column.identity.as_ref().map(|_| column.name.as_str())
}

fn primary_name(table: &Table) -> Option<&str> {
    table.primary_key.as_ref().and_then(|key| key.name.as_deref())
}

/// The place of the only column that a check names.
fn subject(check: &Check, table: &Table) -> Option<usize> {
    let place = |name: &str| {
        table.columns.iter().position(|column| same_word(&column.name, name, DialectKind::Sqlite))
    };
    if let Some(column) = check.expression.column() {
        return place(column);
    }
    let mut subject = None;
    for name in check.expression.names(DialectKind::Sqlite) {
        let Some(place) = place(&name) else { continue };
        if *subject.get_or_insert(place) != place {
            return None;
        }
    }
    subject
}

fn is_about(check: &Check, column: &Column, table: &Table) -> bool {
    subject(check, table).and_then(|place| table.columns.get(place)).is_some_and(|own| own == column)
}

fn constraint_name(name: Option<&str>) -> String {
    name.map_or_else(String::new, |name| format!("CONSTRAINT {} ", quote(name)))
}

/// A column with all that stands on it, save its checks.
pub fn column_definition(column: &Column, inline_key: bool, key_name: Option<&str>) -> String {
    let mut text = quote(&column.name);
    if !column.column_type.text().is_empty() {
        text.extend([" ", column.column_type.text()]);
    }
    if !column.nullable {
        text.push_str(" NOT NULL");
    }
    if inline_key {
        text.push_str(&format!(" {}PRIMARY KEY", constraint_name(key_name)));
        let auto = column.identity.as_ref().is_some_and(|identity| identity.kind == IdentityKind::Auto);
        text.push_str(if auto { " AUTOINCREMENT" } else { "" });
    }
    if let Some(default) = &column.default {
        text.extend([" DEFAULT ", &*default_text(default.text())]);
    }
    if let Some(generated) = &column.generated {
        let kept = if generated.stored { "STORED" } else { "VIRTUAL" };
        text.push_str(&format!(" GENERATED ALWAYS AS ({}) {kept}", generated.expression.text()));
    }
    if let Some(collation) = &column.collation {
        text.push_str(&format!(" COLLATE {}", quote(collation)));
    }
    text
}

/// A literal stands bare; every other expression wants parentheses.
fn default_text(text: &str) -> Cow<'_, str> {
    if words::is_literal(text, DialectKind::Sqlite) {
        Cow::Borrowed(text)
    } else {
        format!("({text})").into()
    }
}

fn unique_definition(unique: &Unique) -> String {
    format!("{}UNIQUE ({})", constraint_name(unique.name.as_deref()), list(&unique.columns))
}

fn check_definition(check: &Check) -> String {
    format!("{}CHECK ({})", constraint_name(check.name.as_deref()), check.expression.text())
}

fn foreign_key_definition(key: &ForeignKey) -> String {
    let name = constraint_name(key.name.as_deref());
    format!("{name}FOREIGN KEY ({}) {}", list(&key.columns), references(key))
}

/// `REFERENCES …` with its actions.
pub fn references(key: &ForeignKey) -> String {
    let mut text = format!("REFERENCES {}", table_name(&key.ref_table));
    if !key.ref_columns.is_empty() {
        text.push_str(&format!(" ({})", list(&key.ref_columns)));
    }
    if key.on_delete != ReferentialAction::NoAction {
        text.push_str(&format!(" ON DELETE {}", key.on_delete.sql()));
    }
    if key.on_update != ReferentialAction::NoAction {
        text.push_str(&format!(" ON UPDATE {}", key.on_update.sql()));
    }
    if key.deferral != Deferral::NotDeferrable {
        text.push_str(&format!(" {}", key.deferral.sql()));
    }
    text
}

/// `CREATE INDEX`
pub fn create_index(table: &ObjectName, index: &Index) -> String {
    let parts: Vec<String> = index
        .parts
        .iter()
        .map(|part| {
            let mut text = match &part.key {
                IndexKey::Column(name) => quote(name),
                IndexKey::Expression(expression) => expression.text().to_owned(),
            };
            if let Some(collation) = &part.collation {
                text.push_str(&format!(" COLLATE {}", quote(collation)));
            }
            text.push_str(if part.descending { " DESC" } else { "" });
            text
        })
        .collect();
    let unique = if index.unique { "UNIQUE " } else { "" };
    let predicate = index.predicate.as_ref().map_or_else(String::new, |p| format!(" WHERE {}", p.text()));
    format!(
        "CREATE {unique}INDEX {} ON {} ({}){predicate}",
        quote(&index.name),
        table_name(table),
        parts.join(", ")
    )
}

/// `DROP INDEX`
pub fn drop_index(name: &str) -> String {
    format!("DROP INDEX {}", quote(name))
}

/// `CREATE VIEW`
pub fn create_view(view: &View) -> String {
    let columns = if view.columns.is_empty() { String::new() } else { format!(" ({})", list(&view.columns)) };
    format!("CREATE VIEW {}{columns} AS {}", table_name(&view.name), view.query.text())
}
