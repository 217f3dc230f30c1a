//! What PostgreSQL holds beside tables: views, types, sequences, routines, schemas, extensions.

use super::{list, name, quote, text};
use crate::operation::{CompositeChange, DomainChange, Object, SequenceChange};
use crate::schema::{Check, Composite, Domain, EnumType, ObjectName, Routine, Sequence, View};

/// `CREATE VIEW`; the indexes of a materialized view are statements of their own.
pub(super) fn create_view(view: &View, or_replace: bool, if_not_exists: bool) -> Vec<String> {
    let or_replace = if or_replace { "OR REPLACE " } else { "" };
    let kind = if view.materialized { "MATERIALIZED VIEW" } else { "VIEW" };
    let if_not_exists = if if_not_exists { "IF NOT EXISTS " } else { "" };
    let columns = if view.columns.is_empty() { String::new() } else { format!(" ({})", list(&view.columns)) };
    let is_word = |key: &str| key.bytes().any(|byte| byte.is_ascii_uppercase());
    let parameters: Vec<String> = view
        .options
        .iter()
        .filter(|(key, _)| !is_word(key))
        .map(|(key, value)| if value.is_empty() { key.clone() } else { format!("{key}={value}") })
        .collect();
    let parameters =
        if parameters.is_empty() { String::new() } else { format!(" WITH ({})", parameters.join(", ")) };
    let mut sql = format!(
        "CREATE {or_replace}{kind} {if_not_exists}{}{columns}{parameters} AS {}",
        name(&view.name),
        view.query.text()
    );
    if let Some(option) = view.options.get("CHECK OPTION") {
        sql.push_str(&format!(" WITH {option} CHECK OPTION"));
    }
    if view.materialized && !view.with_data {
        sql.push_str(" WITH NO DATA");
    }
    let indexes = view.indexes.iter().map(|index| super::create_index(&view.name, index, false, false));
    std::iter::once(sql).chain(indexes).collect()
}

/// `CREATE TYPE … AS ENUM`
pub(super) fn create_enum(made: &EnumType) -> String {
    let labels: Vec<String> = made.labels.iter().map(|label| text(label)).collect();
    format!("CREATE TYPE {} AS ENUM ({})", name(&made.name), labels.join(", "))
}

/// CREATE of a schema, sequence, domain, composite type, routine, extension.
pub(super) fn create(object: &Object, or_replace: bool, if_not_exists: bool) -> String {
    let unless = if if_not_exists { "IF NOT EXISTS " } else { "" };
    match object {
        Object::Namespace(schema) => format!("CREATE SCHEMA {unless}{}", quote(schema)),
        Object::Sequence(sequence) => {
            let mut sql = format!("CREATE SEQUENCE {unless}{}", name(&sequence.name));
            sql.push_str(&sequence_options(&change_of(sequence)));
            sql
        }
        Object::Domain(domain) => create_domain(domain),
        Object::Composite(composite) => create_composite(composite),
        Object::Routine(routine) => routine_definition(routine, or_replace),
        Object::Extension { name, extension } => {
            let mut sql = format!("CREATE EXTENSION {unless}{}", quote(name));
            if let Some(schema) = &extension.schema {
                sql.push_str(&format!(" SCHEMA {}", quote(schema)));
            }
            if let Some(version) = &extension.version {
                sql.push_str(&format!(" VERSION {}", text(version)));
            }
            sql
        }
    }
}

/// The statement as it was written, with or without OR REPLACE as is needed now.
fn routine_definition(routine: &Routine, or_replace: bool) -> String {
    let text = routine.definition.text();
    let rest =
        text.get(6..).filter(|_| text.get(..6).is_some_and(|word| word.eq_ignore_ascii_case("create")));
    let Some(rest) = rest.map(str::trim_start) else { return text.to_owned() };
    let replaces = rest.get(..2).is_some_and(|word| word.eq_ignore_ascii_case("or"));
    if or_replace && !replaces { format!("CREATE OR REPLACE {rest}") } else { text.to_owned() }
}

fn create_composite(composite: &Composite) -> String {
    let parts: Vec<String> =
        composite.attributes.iter().map(|(own, kind)| format!("{} {kind}", quote(own))).collect();
    format!("CREATE TYPE {} AS ({})", name(&composite.name), parts.join(", "))
}

/// `ALTER TYPE … ATTRIBUTE`
pub(super) fn alter_composite(composite: &ObjectName, change: &CompositeChange) -> String {
    let action = match change {
        CompositeChange::Add(own, kind) => format!("ADD ATTRIBUTE {} {kind}", quote(own)),
        CompositeChange::Drop { attribute, if_exists } => {
            format!("DROP ATTRIBUTE {}{}", if *if_exists { "IF EXISTS " } else { "" }, quote(attribute))
        }
        CompositeChange::Type(own, kind) => format!("ALTER ATTRIBUTE {} TYPE {kind}", quote(own)),
        CompositeChange::Rename { from, to } => format!("RENAME ATTRIBUTE {} TO {}", quote(from), quote(to)),
    };
    format!("ALTER TYPE {} {action}", name(composite))
}

fn create_domain(domain: &Domain) -> String {
    let mut sql = format!("CREATE DOMAIN {} AS {}", name(&domain.name), domain.base);
    if let Some(collation) = &domain.collation {
        sql.push_str(&format!(" COLLATE {}", super::table::collation(collation)));
    }
    if let Some(default) = &domain.default {
        sql.push_str(&format!(" DEFAULT {}", super::table::default(default)));
    }
    if !domain.nullable {
        sql.push_str(" NOT NULL");
    }
    // A check of a domain cannot be NOT VALID when the domain is made.
    for check in &domain.checks {
        sql.push_str(&format!(" {}", domain_check(check)));
    }
    sql
}

fn domain_check(check: &Check) -> String {
    let named = crate::dialect::words::constraint_name(check.name.as_deref(), super::POSTGRES);
    format!("{named}CHECK ({})", check.expression.text())
}

/// `ALTER DOMAIN`
pub(super) fn alter_domain(domain: &ObjectName, change: &DomainChange) -> String {
    let action = match change {
        DomainChange::Default(Some(default)) => format!("SET DEFAULT {}", super::table::default(default)),
        DomainChange::Default(None) => "DROP DEFAULT".to_owned(),
        DomainChange::Nullable(true) => "DROP NOT NULL".to_owned(),
        DomainChange::Nullable(false) => "SET NOT NULL".to_owned(),
        DomainChange::AddCheck(check) => {
            let unchecked = if check.validated { "" } else { " NOT VALID" };
            format!("ADD {}{unchecked}", domain_check(check))
        }
        DomainChange::DropCheck { name, if_exists } => {
            format!("DROP CONSTRAINT {}{}", if *if_exists { "IF EXISTS " } else { "" }, quote(name))
        }
        DomainChange::RenameCheck { from, to } => {
            format!("RENAME CONSTRAINT {} TO {}", quote(from), quote(to))
        }
        DomainChange::ValidateCheck(name) => format!("VALIDATE CONSTRAINT {}", quote(name)),
    };
    format!("ALTER DOMAIN {} {action}", name(domain))
}

/// Everything that was said of a sequence, as if it were changed so.
pub(super) fn change_of(sequence: &Sequence) -> SequenceChange {
    SequenceChange {
        number_type: sequence.number_type.clone(),
        start: sequence.start,
        increment: sequence.increment,
        minimum: sequence.minimum.map(Some),
        maximum: sequence.maximum.map(Some),
        cache: sequence.cache,
        cycle: sequence.cycle.then_some(true),
        owned_by: sequence.owned_by.clone().map(Some),
        restart: None,
    }
}

fn sequence_options(change: &SequenceChange) -> String {
    let mut options = Vec::new();
    options.extend(change.number_type.as_ref().map(|kind| format!("AS {kind}")));
    options.extend(change.increment.map(|step| format!("INCREMENT BY {step}")));
    let bound = |word: &str, bound: Option<Option<i64>>| {
        bound.map(|bound| bound.map_or_else(|| format!("NO {word}"), |bound| format!("{word} {bound}")))
    };
    options.extend(bound("MINVALUE", change.minimum));
    options.extend(bound("MAXVALUE", change.maximum));
    options.extend(change.start.map(|start| format!("START WITH {start}")));
    options.extend(
        change.restart.map(|at| at.map_or_else(|| "RESTART".to_owned(), |at| format!("RESTART WITH {at}"))),
    );
    options.extend(change.cache.map(|cache| format!("CACHE {cache}")));
    options.extend(change.cycle.map(|cycle| if cycle { "CYCLE".to_owned() } else { "NO CYCLE".to_owned() }));
    options.extend(change.owned_by.as_ref().map(|owner| match owner {
        Some((table, column)) => format!("OWNED BY {}.{}", name(table), quote(column)),
        None => "OWNED BY NONE".to_owned(),
    }));
    options.iter().map(|option| format!(" {option}")).collect()
}

/// `ALTER SEQUENCE`; nothing where nothing changes.
pub(super) fn alter_sequence(sequence: &ObjectName, change: &SequenceChange) -> Vec<String> {
    let options = sequence_options(change);
    if options.is_empty() { Vec::new() } else { vec![format!("ALTER SEQUENCE {}{options}", name(sequence))] }
}
