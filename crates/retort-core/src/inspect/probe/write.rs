//! A table's columns, checks and indexes as statements.

use crate::schema::{Check, Column, Index, IndexKey, IndexPart};
use crate::source::DialectKind;
use crate::token::{quote, tokens};

/// `"a" integer COLLATE "C" DEFAULT (1)`, without what numbers itself.
pub(super) fn column(column: &Column, dialect: DialectKind) -> String {
    let mut text = format!("{} {}", quote(&column.name, dialect), column.column_type.text());
    if let Some(charset) = column.options.get("CHARSET") {
        text.push_str(&format!(" CHARACTER SET {charset}"));
    }
    if let Some(collation) = &column.collation {
        text.push_str(&format!(" COLLATE {}", names(collation, dialect)));
    }
    if let Some(generated) = &column.generated {
        let kept = if generated.stored { "STORED" } else { "VIRTUAL" };
        text.push_str(&format!(" GENERATED ALWAYS AS ({}) {kept}", generated.expression.text()));
    }
    if let Some(default) = &column.default {
        let default = default.text();
        // MySQL takes a literal or a clock as it is, and other expressions in parentheses.
        let bare =
            dialect == DialectKind::Mysql && tokens(default.trim_start_matches('-'), dialect).len() == 1;
        text.push_str(&if bare { format!(" DEFAULT {default}") } else { format!(" DEFAULT ({default})") });
    }
    text
}

/// `CONSTRAINT "c" CHECK (a > 0)`
pub(super) fn check(name: &str, check: &Check, dialect: DialectKind) -> String {
    format!("CONSTRAINT {} CHECK ({})", quote(name, dialect), check.expression.text())
}

/// `CREATE INDEX "i" ON table USING gin (…)`
pub(super) fn index(index: &Index, table: &str, dialect: DialectKind) -> String {
    let unique = if index.unique { "UNIQUE " } else { "" };
    let method = index.method.as_deref().unwrap_or("btree");
    let parts: Vec<String> = index.parts.iter().map(|held| part(held, dialect)).collect();
    let name = quote(&index.name, dialect);
    let mut text = format!("CREATE {unique}INDEX {name} ON {table} USING {method} ({})", parts.join(", "));
    if !index.include.is_empty() {
        let include: Vec<String> = index.include.iter().map(|name| quote(name, dialect)).collect();
        text.push_str(&format!(" INCLUDE ({})", include.join(", ")));
    }
    if index.nulls_not_distinct {
        text.push_str(" NULLS NOT DISTINCT");
    }
    if let Some(predicate) = &index.predicate {
        text.push_str(&format!(" WHERE {}", predicate.text()));
    }
    text
}

/// `"a" COLLATE "C" text_pattern_ops DESC NULLS LAST`
pub(super) fn part(part: &IndexPart, dialect: DialectKind) -> String {
    let mut text = match &part.key {
        IndexKey::Column(name) => quote(name, dialect),
        IndexKey::Expression(expression) => format!("({})", expression.text()),
    };
    if let Some(collation) = &part.collation {
        text.push_str(&format!(" COLLATE {}", names(collation, dialect)));
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

/// A name that may be qualified.
fn names(name: &str, dialect: DialectKind) -> String {
    name.split('.').map(|part| quote(part, dialect)).collect::<Vec<_>>().join(".")
}
