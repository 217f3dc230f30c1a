//! PostgreSQL's own words (PostgreSQL 18, chapter 8 for types).

use std::sync::Arc;

use crate::schema::{
    Composite, Domain, Expression, Identity, IdentityKind, Index, IndexPart, Schema, Sequence, SqlType,
    Table, Trigger,
};
use crate::source::DialectKind;
use crate::token::{self, TokenKind};

const POSTGRES: DialectKind = DialectKind::Postgres;

pub(super) fn table(table: &mut Table) {
    for column in &mut table.columns {
        column.column_type = type_name(&column.column_type);
        column.default = column.default.take().map(|default| literal(&default, &column.column_type));
        if let Some(generated) = &mut column.generated {
            generated.expression = plain(&generated.expression);
        }
        if let Some(identity) = &mut column.identity {
            identity.start = identity.start.filter(|start| *start != 1);
            identity.increment = identity.increment.filter(|step| *step != 1);
            if identity.kind == IdentityKind::Serial {
                column.default = None;
            }
        }
        column.collation = column.collation.take().filter(|collation| collation != "default");
    }
    table.checks.iter_mut().for_each(|check| check.expression = plain(&check.expression));
    table.indexes.iter_mut().for_each(index);
    for exclusion in &mut table.exclusions {
        exclusion.parts.iter_mut().for_each(|(held, _)| part(held));
        exclusion.method.get_or_insert_with(|| "btree".to_owned());
    }
    if let Some(of) = &mut table.partition_of {
        of.bounds = bounds(&of.bounds);
    }
    for policy in &mut table.policies {
        policy.roles.retain(|role| !role.eq_ignore_ascii_case("public"));
        policy.roles.sort();
    }
}

/// Bounds of partitions are told as texts, numbers too: `FROM ('0') TO ('100')`.
fn bounds(written: &Expression) -> Expression {
    let text = written.text();
    let mut told = String::with_capacity(text.len());
    let mut end = 0;
    for token in token::tokens(text, POSTGRES).iter().filter(|token| token.kind == TokenKind::Text) {
        let number =
            token::string_value(token.text(text), POSTGRES).filter(|value| value.parse::<f64>().is_ok());
        if let Some(number) = number {
            told.push_str(&text[end..token.start as usize]);
            told.push_str(&number);
            end = token.end as usize;
        }
    }
    told.push_str(&text[end..]);
    Expression::verbatim(&told, POSTGRES)
}

fn index(index: &mut Index) {
    index.parts.iter_mut().for_each(part);
    index.method = index.method.take().filter(|method| method != "btree");
    index.predicate = index.predicate.as_ref().map(plain);
}

/// NULLs go last, and first where the order is reversed (PostgreSQL 18, 11.4).
fn part(part: &mut IndexPart) {
    part.nulls_first = part.nulls_first.filter(|first| *first != part.descending);
    if let crate::schema::IndexKey::Expression(expression) = &mut part.key {
        *expression = plain(expression);
    }
}

/// A column that takes its numbers from a sequence that goes with it is what `serial` makes (PostgreSQL 18, 8.1.4).
fn serial_columns(schema: &mut Schema) {
    let owned: Vec<Arc<Sequence>> = schema.sequences.values().cloned().collect();
    for sequence in owned {
        let Some((owner, name)) = &sequence.owned_by else { continue };
        let Some(mut table) = schema.table(owner).map(|table| Table::clone(table)) else { continue };
        let Some(at) = table.column_index(name, POSTGRES) else { continue };
        let column = &mut table.columns[at];
        let calls = column.default.as_ref().is_some_and(|default| {
            let words = default.normal().replace("public.", "");
            words.starts_with(&format!("nextval ( '{}'", sequence.name))
        });
        if calls {
            column.default = None;
            let start = sequence.start.filter(|start| *start != 1);
            let increment = sequence.increment.filter(|step| *step != 1);
            column.identity = Some(Identity { kind: IdentityKind::Serial, start, increment });
            schema.put_table(table);
            schema.sequences.remove(&sequence.name);
        }
    }
}

pub(super) fn objects(schema: &mut Schema) {
    serial_columns(schema);
    let composites: Vec<Arc<Composite>> = schema.composites.values().cloned().collect();
    for composite in composites {
        let mut composite = Composite::clone(&composite);
        composite.attributes.iter_mut().for_each(|(_, held)| *held = type_name(held));
        schema.put_composite(composite);
    }
    let domains: Vec<Arc<Domain>> = schema.domains.values().cloned().collect();
    for domain in domains {
        let mut domain = Domain::clone(&domain);
        domain.base = type_name(&domain.base);
        domain.default = domain.default.take().map(|default| literal(&default, &domain.base));
        domain.checks.iter_mut().for_each(|check| check.expression = plain(&check.expression));
        schema.put_domain(domain);
    }
    let sequences: Vec<Arc<Sequence>> = schema.sequences.values().cloned().collect();
    for held in sequences {
        let mut held = Sequence::clone(&held);
        sequence(&mut held);
        schema.put_sequence(held);
    }
    let triggers: Vec<Arc<Trigger>> = schema.triggers.values().cloned().collect();
    for trigger in triggers {
        let mut trigger = Trigger::clone(&trigger);
        let words = trigger.definition.normal().replace("public . ", "");
        let words = words.replace("execute procedure ", "execute function ").replace(" or replace ", " ");
        trigger.definition = Expression::verbatim(&words, POSTGRES);
        schema.put_trigger(trigger);
    }
}

/// What a sequence has that nobody said (PostgreSQL 18, CREATE SEQUENCE).
fn sequence(held: &mut Sequence) {
    let number_type = held.number_type.as_ref().map(type_name);
    let most = match number_type.as_ref().map(SqlType::text) {
        Some("smallint") => i64::from(i16::MAX),
        Some("integer") => i64::from(i32::MAX),
        _ => i64::MAX,
    };
    held.number_type = number_type.filter(|held| held.text() != "bigint");
    let falls = held.increment.is_some_and(|step| step < 0);
    let (low, high) = if falls { (-most - 1, -1) } else { (1, most) };
    let start = if falls { held.maximum.unwrap_or(high) } else { held.minimum.unwrap_or(low) };
    held.start = held.start.filter(|number| *number != start);
    held.minimum = held.minimum.filter(|number| *number != low);
    held.maximum = held.maximum.filter(|number| *number != high);
    held.increment = held.increment.filter(|number| *number != 1);
    held.cache = held.cache.filter(|number| *number != 1);
}

/// The text in one form: layout and case of words do not count.
fn plain(expression: &Expression) -> Expression {
    Expression::verbatim(expression.normal(), POSTGRES)
}

/// A literal without the cast to the type that the column has anyway: `'a'::character varying`, `'-1'::integer`.
fn literal(expression: &Expression, column_type: &SqlType) -> Expression {
    let text = expression.text();
    let tokens = token::tokens(text, POSTGRES);
    let [value, cast, first, ..] = tokens.as_slice() else { return plain(expression) };
    if value.kind != TokenKind::Text || cast.text(text) != "::" {
        return plain(expression);
    }
    let to = type_name(&SqlType::new(&text[first.start as usize..]));
    let base = |held: &SqlType| held.text().split('(').next().unwrap_or_default().to_owned();
    if to != *column_type && to.text() != base(column_type) {
        return plain(expression);
    }
    let value = value.text(text);
    let is_number = ["smallint", "integer", "bigint", "numeric", "real", "double precision"]
        .contains(&base(column_type).as_str());
    let bare = value.trim_matches('\'');
    let value = if is_number && bare.parse::<f64>().is_ok() { bare } else { value };
    Expression::verbatim(value, POSTGRES)
}

/// A type as `format_type` says it.
fn type_name(written: &SqlType) -> SqlType {
    let text = written.text();
    let tokens = token::tokens(text, POSTGRES);
    let is_array = tokens.iter().any(|token| {
        token.text(text) == "["
            || (token.kind == TokenKind::Word && token.text(text).eq_ignore_ascii_case("array"))
    });
    let mut words = Vec::new();
    let mut arguments = Vec::new();
    let mut depth = 0;
    for token in &tokens {
        match token.text(text) {
            "(" => depth += 1,
            ")" => depth -= 1,
            "[" | "array" | "ARRAY" => break,
            "." | "," => {}
            word if depth > 0 => arguments.push(word.to_owned()),
            word => words.push(token::identifier(word, POSTGRES)),
        }
    }
    words.retain(|word| word != "pg_catalog" && word != "public");
    let name = canonical(&words, &arguments).unwrap_or_else(|| {
        let name = words.join(if text.contains('.') { "." } else { " " });
        format!("{name}{}", in_parentheses(&arguments))
    });
    SqlType::new(&if is_array { format!("{name}[]") } else { name })
}

fn in_parentheses(arguments: &[String]) -> String {
    if arguments.is_empty() { String::new() } else { format!("({})", arguments.join(",")) }
}

/// The server's name of a type of its own; None for a type of others.
fn canonical(words: &[String], arguments: &[String]) -> Option<String> {
    let has = |word: &str| words.iter().any(|other| other == word);
    let length = in_parentheses(arguments);
    let zone = if has("with") { "with time zone" } else { "without time zone" };
    Some(match words.first()?.as_str() {
        "int" | "int4" | "integer" | "serial" | "serial4" => "integer".to_owned(),
        "int2" | "smallint" | "smallserial" | "serial2" => "smallint".to_owned(),
        "int8" | "bigint" | "bigserial" | "serial8" => "bigint".to_owned(),
        "float4" | "real" => "real".to_owned(),
        "float8" | "double" => "double precision".to_owned(),
        "float" => match arguments.first().and_then(|digits| digits.parse::<u32>().ok()) {
            Some(digits) if digits < 25 => "real".to_owned(),
            _ => "double precision".to_owned(),
        },
        "bool" | "boolean" => "boolean".to_owned(),
        "decimal" | "dec" | "numeric" => match arguments {
            [precision] => format!("numeric({precision},0)"),
            _ => format!("numeric{length}"),
        },
        "varchar" => format!("character varying{length}"),
        "character" | "char" | "nchar" | "national" if has("varying") || has("varchar") => {
            format!("character varying{length}")
        }
        "character" | "char" | "nchar" | "national" if arguments.is_empty() => "character(1)".to_owned(),
        "character" | "char" | "nchar" | "national" => format!("character{length}"),
        "bit" | "varbit" if has("varying") || has("varbit") => format!("bit varying{length}"),
        "bit" if arguments.is_empty() => "bit(1)".to_owned(),
        "timestamptz" => format!("timestamp{length} with time zone"),
        "timestamp" => format!("timestamp{length} {zone}"),
        "timetz" => format!("time{length} with time zone"),
        "time" => format!("time{length} {zone}"),
        "interval" => format!("{}{length}", words.join(" ")),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_told_as_the_server_tells_them() {
        for (written, told) in [
            ("INT", "integer"),
            ("serial8", "bigint"),
            ("VARCHAR(3)", "character varying(3)"),
            ("char varying (3)", "character varying(3)"),
            ("CHAR", "character(1)"),
            ("decimal(10)", "numeric(10,0)"),
            ("numeric(10, 2)", "numeric(10,2)"),
            ("float(24)", "real"),
            ("timestamptz(3)", "timestamp(3) with time zone"),
            ("TIMESTAMP", "timestamp without time zone"),
            ("int[3][]", "integer[]"),
            ("text ARRAY", "text[]"),
            ("pg_catalog.int4", "integer"),
            ("public.mood", "mood"),
            ("App.mood", "app.mood"),
            ("vector(3)", "vector(3)"),
            ("interval day to second(3)", "interval day to second(3)"),
        ] {
            let found = type_name(&SqlType::new(written));
            assert_eq!(found.text(), told, "{written}");
            assert_eq!(type_name(&found).text(), told, "{written} twice");
        }
    }

    #[test]
    fn only_the_columns_own_cast_is_taken_off() {
        let told = |default: &str, column: &str| {
            literal(&Expression::new(default, POSTGRES), &type_name(&SqlType::new(column))).text().to_owned()
        };
        assert_eq!(told("'a'::character varying", "varchar(3)"), "'a'");
        assert_eq!(told("'-1'::integer", "int"), "-1");
        assert_eq!(told("'{}'::jsonb", "jsonb"), "'{}'");
        assert_eq!(told("'a'::text", "varchar(3)"), "'a' :: text");
        assert_eq!(told("'a'::varchar(2)", "varchar(3)"), "'a' :: varchar ( 2 )");
    }
}
