//! Tables of MySQL and MariaDB: columns, constraints, indexes, partitions, options.

use super::{MYSQL, list, name, quote, text};
use crate::dialect::Capabilities;
use crate::dialect::words;
use crate::operation::Position;
use crate::schema::{
    Check, Column, Constraint, Expression, Index, IndexKey, IndexPart, ObjectName, Partitioning, PrimaryKey,
    Table, TypeKind, Unique,
};

/// `CREATE TABLE`, indexes in it; unique indexes that are no constraints and the indexes that the server makes
/// for foreign keys are not.
pub(super) fn create(table: &Table, if_not_exists: bool, able: &Capabilities) -> String {
    let mut parts: Vec<String> = table.columns.iter().map(|held| column(held, able)).collect();
    parts.extend(table.primary_key.iter().map(primary_key));
    parts.extend(table.uniques.iter().map(unique));
    parts.extend(table.indexes.iter().filter(|index| is_inline(index)).map(key));
    parts.extend(table.checks.iter().map(|held| check(held, able)));
    parts.extend(table.foreign_keys.iter().map(|key| words::foreign_key(key, MYSQL)));
    let periods = table.options.iter().filter(|(name, _)| name.starts_with("PERIOD FOR "));
    parts.extend(periods.map(|(name, columns)| format!("{name} ({columns})")));
    let if_not_exists = if if_not_exists { "IF NOT EXISTS " } else { "" };
    let mut sql =
        format!("CREATE TABLE {if_not_exists}{} (\n  {}\n)", name(&table.name), parts.join(",\n  "));
    for (name, value) in table.options.iter().filter(|(name, _)| !name.starts_with("PERIOD FOR ")) {
        sql.push_str(&format!(" {}", option(name, value)));
    }
    if let Some(comment) = &table.comment {
        sql.push_str(&format!(" COMMENT={}", text(comment)));
    }
    if let Some(partitioning) = &table.partitioning {
        sql.push_str(&partition_by(partitioning));
    }
    sql
}

/// Whether an index is made by CREATE TABLE itself.
pub(in crate::dialect) fn is_inline(index: &Index) -> bool {
    !index.unique && !index.implied
}

/// `ENGINE=InnoDB`: words and numbers stand bare.
pub(super) fn option(name: &str, value: &str) -> String {
    let plain = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let name = if name == "CHARSET" { "DEFAULT CHARSET" } else { name };
    if name == "SYSTEM VERSIONING" {
        return "WITH SYSTEM VERSIONING".to_owned();
    }
    if name == "UNION" {
        return format!("{name}=({value})");
    }
    let quoted =
        matches!(name, "CONNECTION" | "DATA DIRECTORY" | "INDEX DIRECTORY" | "COMPRESSION" | "ENCRYPTION");
    if plain && !quoted { format!("{name}={value}") } else { format!("{name}={}", text(value)) }
}

/// `PARTITION BY RANGE (a) (…)`; the partitions stand as they were written.
pub(super) fn partition_by(partitioning: &Partitioning) -> String {
    let parts: Vec<String> = partitioning
        .parts
        .iter()
        .map(|part| match &part.key {
            IndexKey::Column(column) => quote(column),
            IndexKey::Expression(expression) => expression.text().to_owned(),
        })
        .collect();
    let partitions =
        partitioning.partitions.as_ref().map_or_else(String::new, |held| format!(" {}", held.text()));
    format!(" PARTITION BY {} ({}){partitions}", partitioning.method, parts.join(", "))
}

/// ` FIRST`, ` AFTER a`
pub(super) fn position(position: &Position) -> String {
    match position {
        Position::Last => String::new(),
        Position::First => " FIRST".to_owned(),
        Position::After(column) => format!(" AFTER {}", quote(column)),
    }
}

/// A column with all that stands on it.
pub(super) fn column(column: &Column, able: &Capabilities) -> String {
    let mut text = format!("{} {}", quote(&column.name), column.column_type);
    if let Some(charset) = column.options.get("CHARSET").or_else(|| column.options.get("CHARACTER SET")) {
        text.push_str(&format!(" CHARACTER SET {charset}"));
    }
    if let Some(collation) = &column.collation {
        text.push_str(&format!(" COLLATE {collation}"));
    }
    if let Some(generated) = &column.generated {
        let kept = if generated.stored { "STORED" } else { "VIRTUAL" };
        text.push_str(&format!(" GENERATED ALWAYS AS ({}) {kept}", generated.expression.text()));
    }
    if let Some(end) = column.options.get("GENERATED") {
        text.push_str(&format!(" GENERATED ALWAYS AS {end}"));
    }
    // MariaDB takes no NOT NULL on a generated column.
    let says_nothing = able.mariadb && column.generated.is_some();
    if !(column.nullable || says_nothing) {
        text.push_str(" NOT NULL");
    } else if column.column_type.text().to_ascii_lowercase().starts_with("timestamp") {
        // Else it is NOT NULL by itself where explicit_defaults_for_timestamp is off (MariaDB's default to 10.9).
        text.push_str(" NULL");
    }
    if let Some(default) = &column.default {
        text.push_str(&format!(" DEFAULT {}", self::default(default, column, able)));
    }
    if let Some(on_update) = &column.on_update {
        text.push_str(&format!(" ON UPDATE {}", on_update.text()));
    }
    if column.identity.is_some() {
        text.push_str(" AUTO_INCREMENT");
    }
    for word in ["INVISIBLE", "WITHOUT SYSTEM VERSIONING", "WITH SYSTEM VERSIONING", "COMPRESSED"] {
        text.push_str(&match column.options.get(word) {
            Some(value) if !value.is_empty() => format!(" {word}={value}"),
            Some(_) => format!(" {word}"),
            None => String::new(),
        });
    }
    for name in ["COLUMN_FORMAT", "STORAGE", "SRID", "REF_SYSTEM_ID"] {
        if let Some(value) = column.options.get(name) {
            text.push_str(&format!(" {name} {value}"));
        }
    }
    if let Some(comment) = &column.comment {
        text.push_str(&format!(" COMMENT {}", super::text(comment)));
    }
    text
}

/// Literals and the time stand bare, everything else in parentheses (MySQL 8.4, 13.6). Texts and JSON take no
/// bare default in MySQL.
fn default(default: &Expression, column: &Column, able: &Capabilities) -> String {
    let text = default.text();
    let is_long = matches!(
        column.column_type.kind(MYSQL),
        TypeKind::Text { length: None, .. } | TypeKind::Blob { length: None } | TypeKind::Json { .. }
    );
    let lower = text.to_ascii_lowercase();
    let is_time = ["current_timestamp", "now(", "localtime"].iter().any(|start| lower.starts_with(start))
        && lower
            .trim_end_matches(|c: char| "()0123456789".contains(c))
            .bytes()
            .all(|b| b.is_ascii_alphabetic() || b == b'_');
    let is_bare = is_time || words::is_literal(text, MYSQL);
    if is_bare && (!is_long || able.mariadb) { text.to_owned() } else { format!("({text})") }
}

fn primary_key(key: &PrimaryKey) -> String {
    let named = words::constraint_name(key.name.as_deref(), MYSQL);
    format!("{named}PRIMARY KEY ({})", list(&key.columns))
}

fn unique(unique: &Unique) -> String {
    let name = unique.name.as_deref().map_or_else(String::new, |name| format!(" {}", quote(name)));
    format!("UNIQUE KEY{name} ({})", list(&unique.columns))
}

fn check(check: &Check, able: &Capabilities) -> String {
    let named = words::constraint_name(check.name.as_deref(), MYSQL);
    let enforced = if check.enforced || !able.not_enforced { "" } else { " NOT ENFORCED" };
    format!("{named}CHECK ({}){enforced}", check.expression.text())
}

/// A constraint as it stands after ADD.
pub(super) fn constraint(constraint: &Constraint, able: &Capabilities) -> String {
    match constraint {
        Constraint::Primary(key) => primary_key(key),
        Constraint::Unique(held) => unique(held),
        Constraint::Check(held) => check(held, able),
        Constraint::Foreign(key) => words::foreign_key(key, MYSQL),
        // No schema of MySQL has one.
        Constraint::Exclusion(_) => String::new(),
    }
}

fn key(index: &Index) -> String {
    format!("{} {} ({}){}", kind(index, "KEY"), quote(&index.name), parts(index), options(index))
}

fn kind(index: &Index, word: &str) -> String {
    match index.method.as_deref() {
        Some(method @ ("fulltext" | "spatial")) => format!("{} {word}", method.to_ascii_uppercase()),
        _ => word.to_owned(),
    }
}

/// `CREATE INDEX`
pub(super) fn create_index(table: &ObjectName, index: &Index) -> String {
    let unique = if index.unique { "UNIQUE " } else { "" };
    format!(
        "CREATE {unique}{} {} ON {} ({}){}",
        kind(index, "INDEX"),
        quote(&index.name),
        name(table),
        parts(index),
        options(index)
    )
}

fn parts(index: &Index) -> String {
    index.parts.iter().map(part).collect::<Vec<_>>().join(", ")
}

fn part(part: &IndexPart) -> String {
    let mut text = match &part.key {
        IndexKey::Column(column) => quote(column),
        IndexKey::Expression(expression) => format!("({})", expression.text()),
    };
    if let Some(length) = part.prefix_length {
        text.push_str(&format!("({length})"));
    }
    if part.descending {
        text.push_str(" DESC");
    }
    text
}

fn options(index: &Index) -> String {
    let mut said = match index.method.as_deref() {
        Some("fulltext" | "spatial") | None => String::new(),
        Some(method) => format!(" USING {}", method.to_ascii_uppercase()),
    };
    for (name, value) in &index.options {
        said.push_str(&match name.as_str() {
            "COMMENT" => format!(" COMMENT {}", text(value)),
            "WITH PARSER" => format!(" WITH PARSER {value}"),
            name if value.is_empty() => format!(" {name}"),
            name => format!(" {name}={value}"),
        });
    }
    said
}
