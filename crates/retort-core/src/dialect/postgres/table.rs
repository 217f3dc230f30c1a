//! Tables of PostgreSQL: columns, constraints, indexes, partitions.

use super::{POSTGRES, list, name, quote};
use crate::dialect::Capabilities;
use crate::dialect::words;
use crate::schema::{
    Check, Column, Constraint, Deferral, Exclusion, Expression, ForeignKey, Identity, IdentityKind, Index,
    IndexKey, IndexPart, ObjectName, Options, PartitionOf, Partitioning, PrimaryKey, Table, TypeKind, Unique,
};
use crate::token::{self, TokenKind};

/// `CREATE TABLE`
pub(super) fn create(table: &Table, likes: &[String], if_not_exists: bool) -> String {
    let mut parts: Vec<String> = table.columns.iter().map(column).collect();
    parts.extend(likes.iter().cloned());
    parts.extend(table.primary_key.iter().map(primary_key));
    parts.extend(table.uniques.iter().map(unique));
    parts.extend(table.checks.iter().map(check));
    parts.extend(table.exclusions.iter().map(exclusion));
    parts.extend(table.foreign_keys.iter().map(foreign_key));
    let kind = ["UNLOGGED", "TEMPORARY"].into_iter().find(|kind| table.options.contains_key(*kind));
    let kind = kind.map_or_else(String::new, |kind| format!("{kind} "));
    let if_not_exists = if if_not_exists { "IF NOT EXISTS " } else { "" };
    let body = if parts.is_empty() { "()".to_owned() } else { format!("(\n  {}\n)", parts.join(",\n  ")) };
    let mut sql = format!("CREATE {kind}TABLE {if_not_exists}{} {body}", name(&table.name));
    if !table.inherits.is_empty() {
        let parents: Vec<String> = table.inherits.iter().map(name).collect();
        sql.push_str(&format!(" INHERITS ({})", parents.join(", ")));
    }
    if let Some(partitioning) = &table.partitioning {
        sql.push_str(&partition_by(partitioning));
    }
    if let Some(method) = table.options.get("USING") {
        sql.push_str(&format!(" USING {}", quote(method)));
    }
    sql.push_str(&with_parameters(&table.options));
    if let Some(space) = table.options.get("TABLESPACE") {
        sql.push_str(&format!(" TABLESPACE {}", quote(space)));
    }
    sql
}

/// ` WITH (fillfactor=70)`, or nothing.
fn with_parameters(options: &Options) -> String {
    let parameters = options.iter().filter(|(name, _)| is_parameter(name));
    let parameters: Vec<String> = parameters.map(|(name, value)| parameter(name, value)).collect();
    if parameters.is_empty() { String::new() } else { format!(" WITH ({})", parameters.join(", ")) }
}

fn is_parameter(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_.".contains(&byte))
}

/// `fillfactor=70`: what is neither a number nor a word stands in quotes.
fn parameter(name: &str, value: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte);
    if value.is_empty() {
        name.to_owned()
    } else if value.bytes().all(plain) {
        format!("{name}={value}")
    } else {
        format!("{name}={}", super::text(value))
    }
}

fn partition_by(partitioning: &Partitioning) -> String {
    let parts: Vec<String> = partitioning.parts.iter().map(index_part).collect();
    format!(" PARTITION BY {} ({})", partitioning.method, parts.join(", "))
}

/// `FOR VALUES …` or `DEFAULT`.
pub(super) fn bounds(of: &PartitionOf) -> String {
    let text = of.bounds.text();
    if text.eq_ignore_ascii_case("default") { "DEFAULT".to_owned() } else { format!("FOR VALUES {text}") }
}

/// A collation's name, which may have a schema.
pub(super) fn collation(collation: &str) -> String {
    match collation.split_once('.') {
        Some((schema, own)) if schema.starts_with("pg_") || schema == "public" => {
            format!("{}.{}", quote(schema), quote(own))
        }
        _ => token::quote(collation, POSTGRES),
    }
}

/// A column with all that stands on it.
pub(super) fn column(column: &Column) -> String {
    let mut text = format!("{} {}", quote(&column.name), type_name(column));
    if let Some(held) = &column.collation {
        text.push_str(&format!(" COLLATE {}", collation(held)));
    }
    if let Some(default) = &column.default {
        text.push_str(&format!(" DEFAULT {}", self::default(default)));
    }
    if let Some(generated) = &column.generated {
        let kept = if generated.stored { "STORED" } else { "VIRTUAL" };
        text.push_str(&format!(" GENERATED ALWAYS AS ({}) {kept}", generated.expression.text()));
    }
    let is_serial = column.identity.as_ref().is_some_and(|identity| identity.kind == IdentityKind::Serial);
    if let Some(held) = column.identity.as_ref().filter(|_| !is_serial) {
        text.push_str(&format!(" {}", identity(held)));
    }
    if !column.nullable && !is_serial {
        // PostgreSQL 18 names it; before, the name is read and forgotten.
        let named = named(column.options.get("NOT NULL").map(String::as_str));
        text.push_str(&format!(" {named}NOT NULL"));
    }
    text
}

/// A serial column may be told by its own word or by the type of its numbers.
fn type_name(column: &Column) -> String {
    let serial = column.identity.as_ref().is_some_and(|identity| identity.kind == IdentityKind::Serial);
    match column.column_type.kind(POSTGRES) {
        TypeKind::Integer { bytes, auto: false, .. } if serial => match bytes {
            2 => "smallserial".to_owned(),
            8 => "bigserial".to_owned(),
            _ => "serial".to_owned(),
        },
        _ => column.column_type.text().to_owned(),
    }
}

/// `GENERATED … AS IDENTITY`
pub(super) fn identity(identity: &Identity) -> String {
    let kind = if identity.kind == IdentityKind::Always { "ALWAYS" } else { "BY DEFAULT" };
    let mut options = Vec::new();
    options.extend(identity.start.map(|start| format!("START WITH {start}")));
    options.extend(identity.increment.map(|step| format!("INCREMENT BY {step}")));
    let options = if options.is_empty() { String::new() } else { format!(" ({})", options.join(" ")) };
    format!("GENERATED {kind} AS IDENTITY{options}")
}

/// `SET GENERATED …` of a column that numbers itself already.
pub(super) fn set_identity(identity: &Identity) -> String {
    let kind = if identity.kind == IdentityKind::Always { "ALWAYS" } else { "BY DEFAULT" };
    let start = identity.start.unwrap_or(1);
    let step = identity.increment.unwrap_or(1);
    format!("SET GENERATED {kind} SET START WITH {start} SET INCREMENT BY {step}")
}

/// A default stands bare where it is a literal, a call or a cast of these, else in parentheses: PostgreSQL takes
/// only some operators there (its grammar's `b_expr`).
pub(super) fn default(default: &Expression) -> String {
    let text = default.text();
    let mut depth = 0;
    let bare = token::tokens(text, POSTGRES).iter().all(|token| {
        let word = token.text(text);
        match word {
            "(" | "[" => depth += 1,
            ")" | "]" => depth -= 1,
            _ => {}
        }
        depth > 0 || token.kind != TokenKind::Symbol || matches!(word, ")" | "]" | "::" | "." | ":")
    });
    let spaced = text.split_whitespace().any(|word| {
        ["and", "or", "not", "is", "in", "like", "at", "case", "between", "collate"]
            .iter()
            .any(|other| word.eq_ignore_ascii_case(other))
    });
    if words::is_literal(text, POSTGRES) || (bare && !spaced) { text.to_owned() } else { format!("({text})") }
}

/// `SET (fillfactor=70)`, `SET LOGGED`
pub(super) fn set_option(name: &str, value: Option<&str>) -> String {
    match (name, value) {
        ("UNLOGGED", Some(_)) => "SET UNLOGGED".to_owned(),
        ("UNLOGGED", None) => "SET LOGGED".to_owned(),
        (name, Some(value)) if is_parameter(name) => format!("SET ({})", parameter(name, value)),
        (name, None) if is_parameter(name) => format!("RESET ({name})"),
        (name, Some(value)) => format!("SET {name} {value}").trim_end().to_owned(),
        (name, None) => format!("RESET ({name})"),
    }
}

/// `SET STORAGE EXTERNAL`, `SET STATISTICS 100`, `SET (n_distinct=5)`
pub(super) fn column_option(name: &str, value: &str) -> String {
    if is_parameter(name) {
        format!("SET ({})", parameter(name, value))
    } else {
        format!("SET {name} {value}")
    }
}

fn deferral(deferral: Deferral) -> String {
    if deferral == Deferral::NotDeferrable { String::new() } else { format!(" {}", deferral.sql()) }
}

fn include(columns: &[String]) -> String {
    if columns.is_empty() { String::new() } else { format!(" INCLUDE ({})", list(columns)) }
}

fn named(constraint: Option<&str>) -> String {
    words::constraint_name(constraint, POSTGRES)
}

fn primary_key(key: &PrimaryKey) -> String {
    let name = named(key.name.as_deref());
    format!("{name}PRIMARY KEY ({}){}{}", list(&key.columns), include(&key.include), deferral(key.deferral))
}

fn unique(unique: &Unique) -> String {
    let nulls = if unique.nulls_not_distinct { " NULLS NOT DISTINCT" } else { "" };
    let name = named(unique.name.as_deref());
    let columns = list(&unique.columns);
    format!("{name}UNIQUE{nulls} ({columns}){}{}", include(&unique.include), deferral(unique.deferral))
}

fn check(check: &Check) -> String {
    let mut text = format!("{}CHECK ({})", named(check.name.as_deref()), check.expression.text());
    if check.no_inherit {
        text.push_str(" NO INHERIT");
    }
    text + enforcement(check.enforced, check.validated)
}

fn enforcement(enforced: bool, validated: bool) -> &'static str {
    match (enforced, validated) {
        (false, _) => " NOT ENFORCED",
        (true, false) => " NOT VALID",
        (true, true) => "",
    }
}

fn exclusion(exclusion: &Exclusion) -> String {
    let method =
        exclusion.method.as_ref().map_or_else(String::new, |method| format!("USING {} ", quote(method)));
    let parts: Vec<String> = exclusion
        .parts
        .iter()
        .map(|(part, operator)| format!("{} WITH {operator}", index_part(part)))
        .collect();
    let predicate =
        exclusion.predicate.as_ref().map_or_else(String::new, |p| format!(" WHERE ({})", p.text()));
    let name = named(exclusion.name.as_deref());
    format!("{name}EXCLUDE {method}({}){predicate}{}", parts.join(", "), deferral(exclusion.deferral))
}

fn foreign_key(key: &ForeignKey) -> String {
    let words = words::foreign_key(key, POSTGRES);
    format!("{words}{}{}", deferral(key.deferral), enforcement(key.enforced, key.validated))
}

/// A constraint as it stands after ADD.
pub(super) fn constraint(constraint: &Constraint, _able: &Capabilities) -> String {
    match constraint {
        Constraint::Primary(key) => primary_key(key),
        Constraint::Unique(held) => unique(held),
        Constraint::Check(held) => check(held),
        Constraint::Foreign(key) => foreign_key(key),
        Constraint::Exclusion(held) => exclusion(held),
    }
}

/// `CREATE INDEX`
pub(crate) fn create_index(
    table: &ObjectName,
    index: &Index,
    if_not_exists: bool,
    concurrently: bool,
) -> String {
    let unique = if index.unique { "UNIQUE " } else { "" };
    let concurrently = if concurrently { "CONCURRENTLY " } else { "" };
    let if_not_exists = if if_not_exists { "IF NOT EXISTS " } else { "" };
    let method = index.method.as_ref().map_or_else(String::new, |method| format!(" USING {}", quote(method)));
    let parts: Vec<String> = index.parts.iter().map(index_part).collect();
    let mut sql = format!(
        "CREATE {unique}INDEX {concurrently}{if_not_exists}{} ON {}{method} ({}){}",
        quote(&index.name),
        name(table),
        parts.join(", "),
        include(&index.include)
    );
    if index.nulls_not_distinct {
        sql.push_str(" NULLS NOT DISTINCT");
    }
    sql.push_str(&with_parameters(&index.options));
    if let Some(predicate) = &index.predicate {
        sql.push_str(&format!(" WHERE {}", predicate.text()));
    }
    sql
}

/// A part of an index: a call stands bare, any other expression in parentheses.
pub(super) fn index_part(part: &IndexPart) -> String {
    let mut text = match &part.key {
        IndexKey::Column(column) => quote(column),
        IndexKey::Expression(expression) => format!("({})", expression.text()),
    };
    if let Some(held) = &part.collation {
        text.push_str(&format!(" COLLATE {}", collation(held)));
    }
    if let Some(class) = &part.operator_class {
        text.push_str(&format!(" {class}"));
    }
    if part.descending {
        text.push_str(" DESC");
    }
    text.push_str(match part.nulls_first {
        Some(true) => " NULLS FIRST",
        Some(false) => " NULLS LAST",
        None => "",
    });
    text
}
