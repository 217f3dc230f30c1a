//! The words of MySQL and MariaDB (MySQL 8.4, chapter 13 for types; MariaDB 10.11 measured).

use std::sync::Arc;

use super::ServerDefaults;
use crate::schema::{
    Column, Expression, Identity, IdentityKind, Index, IndexKey, ReferentialAction, Schema, Sequence,
    SqlType, Table, Trigger, Unique,
};
use crate::source::DialectKind;
use crate::token::{self, TokenKind};

const MYSQL: DialectKind = DialectKind::Mysql;

pub(super) fn table(table: &mut Table, defaults: &ServerDefaults) {
    let collation = defaults.collation_of(&table.options);
    for column in &mut table.columns {
        normal_column(column, &collation, defaults);
    }
    json_columns(table);
    serial_columns(table);
    // The counter is no part of the structure.
    table.options.remove("AUTO_INCREMENT");
    defaults.forget_usual(&mut table.options);
    table.options.values_mut().for_each(|value| *value = value.to_lowercase());
    if let Some(key) = &mut table.primary_key {
        // It has one name only, PRIMARY.
        key.name = None;
    }
    for key in &mut table.foreign_keys {
        for action in [&mut key.on_delete, &mut key.on_update] {
            // They are the same (MySQL 8.4, 15.1.20.5).
            if *action == ReferentialAction::Restrict {
                *action = ReferentialAction::NoAction;
            }
        }
    }
    unique_indexes(table);
    if let Some(partitioning) = &mut table.partitioning {
        for part in &mut partitioning.parts {
            if let IndexKey::Expression(expression) = &mut part.key {
                *expression = plain(expression);
            }
        }
        partitioning.partitions = partitioning.partitions.as_ref().map(without_engines);
    }
    for check in &mut table.checks {
        check.expression = plain(&check.expression);
        let given = format!("{}_chk_", table.name.name);
        let by_server = |name: &String| name.starts_with(&given) || name.starts_with("CONSTRAINT_");
        check.name = check.name.take().filter(|name| !by_server(name));
    }
}

/// The server names the engine of each partition, which is that of the table (MySQL 8.4, 26.2.7).
fn without_engines(partitions: &Expression) -> Expression {
    let mut kept: Vec<&str> = Vec::new();
    let mut words = partitions.normal().split(' ').peekable();
    while let Some(word) = words.next() {
        if word != "engine" {
            kept.push(word);
            continue;
        }
        words.next_if_eq(&"=");
        words.next();
    }
    let text = kept.join(" ").replace("( maxvalue )", "maxvalue").replace("\\'", "''");
    Expression::verbatim(&text, MYSQL)
}

/// What MariaDB takes where nothing is said (MariaDB 10.11, CREATE SEQUENCE).
fn usual_sequence(sequence: &mut Sequence) {
    let increment = sequence.increment.unwrap_or(1);
    let (least, greatest) = match increment < 0 {
        true => (i64::MIN + 1, -1),
        false => (1, i64::MAX - 1),
    };
    let minimum = sequence.minimum.unwrap_or(least);
    let maximum = sequence.maximum.unwrap_or(greatest);
    let first = if increment < 0 { maximum } else { minimum };
    sequence.start = sequence.start.or(Some(first));
    sequence.increment = Some(increment);
    sequence.minimum = Some(minimum);
    sequence.maximum = Some(maximum);
    sequence.cache = sequence.cache.or(Some(1000));
}

fn normal_column(column: &mut Column, table_collation: &str, defaults: &ServerDefaults) {
    let written = column.column_type.text().to_ascii_lowercase();
    // The national character set is utf8mb3 (MySQL 8.4, 12.3.7).
    let is_national = ["national", "nchar", "nvarchar"].iter().any(|word| written.starts_with(word));
    column.column_type = type_name(&column.column_type);
    column.default = column.default.as_ref().and_then(default);
    column.on_update = column.on_update.as_ref().and_then(default);
    if let Some(generated) = &mut column.generated {
        generated.expression = plain(&generated.expression);
    }
    let charset = column.options.remove("CHARSET").or_else(|| column.options.remove("CHARACTER SET"));
    let charset = charset.or(is_national.then(|| "utf8mb3".to_owned()));
    let usual = charset.and_then(|charset| defaults.collations.get(&charset.to_lowercase()).cloned());
    let collation = column.collation.take().map(|collation| collation.to_lowercase()).or(usual);
    column.collation = collation.filter(|collation| collation != table_collation);
}

/// MariaDB's JSON is LONGTEXT with a check (MariaDB, JSON data type).
fn json_columns(table: &mut Table) {
    let mut json = Vec::new();
    table.checks.retain(|check| {
        let words = check.expression.normal();
        let column = words.strip_prefix("json_valid ( ").and_then(|rest| rest.strip_suffix(" )"));
        let held = column.filter(|name| {
            let is = |column: &Column| {
                column.name.eq_ignore_ascii_case(name) && column.column_type.text() == "longtext"
            };
            check.name.is_none() && table.columns.iter().any(is)
        });
        json.extend(held.map(str::to_owned));
        held.is_none()
    });
    for column in &mut table.columns {
        if json.iter().any(|name| column.name.eq_ignore_ascii_case(name)) {
            column.column_type = SqlType::new("json");
        }
        if column.column_type.text() == "json" {
            column.collation = None;
        }
    }
}

/// SERIAL is `BIGINT UNSIGNED NOT NULL AUTO_INCREMENT UNIQUE` (MySQL 8.4, 13.1.1).
fn serial_columns(table: &mut Table) {
    let mut keys = Vec::new();
    for column in &mut table.columns {
        if column.column_type.text() == "serial" {
            column.column_type = SqlType::new("bigint unsigned");
            column.nullable = false;
            column.default = None;
            column.identity = Some(Identity::new(IdentityKind::Auto));
            keys.push(column.name.clone());
        }
    }
    for name in keys {
        let columns = vec![name.clone()];
        if !table.is_unique(&columns, MYSQL) {
            table.uniques.push(Unique::new(Some(name), columns));
        }
    }
}

/// A plain unique index and a UNIQUE constraint are one thing.
fn unique_indexes(table: &mut Table) {
    let is_key = |index: &Index| {
        index.unique && index.columns().is_some() && index.parts.iter().all(|part| !part.descending)
    };
    let (keys, rest): (Vec<Index>, Vec<Index>) = table.indexes.drain(..).partition(is_key);
    table.indexes = rest;
    for index in keys {
        let columns = index.leading_columns();
        table.uniques.push(Unique::new(Some(index.name), columns));
    }
    for index in &mut table.indexes {
        index.method = index.method.take().filter(|method| method != "btree");
    }
}

pub(super) fn objects(schema: &mut Schema) {
    let sequences: Vec<Arc<Sequence>> = schema.sequences.values().cloned().collect();
    for sequence in sequences {
        let mut sequence = Sequence::clone(&sequence);
        usual_sequence(&mut sequence);
        schema.put_sequence(sequence);
    }
    let triggers: Vec<Arc<Trigger>> = schema.triggers.values().cloned().collect();
    for trigger in triggers {
        let mut trigger = Trigger::clone(&trigger);
        let words = trigger.definition.normal();
        // Who defined it is said before the word TRIGGER.
        if let Some(at) = words.find("trigger ") {
            let definition = Expression::verbatim(&format!("create {}", &words[at..]), MYSQL);
            trigger.definition = definition;
        }
        schema.put_trigger(trigger);
    }
}

fn plain(expression: &Expression) -> Expression {
    Expression::verbatim(expression.normal(), MYSQL)
}

/// The clock has many names (MySQL 8.4, 14.7); TRUE is 1; a text may stand in either quotes.
fn default(expression: &Expression) -> Option<Expression> {
    let text = expression.text();
    let tokens = token::tokens(text, MYSQL);
    let words: Vec<String> = tokens.iter().map(|token| token.text(text).to_lowercase()).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let said = match words.as_slice() {
        ["null"] => return None,
        ["true"] => "1".to_owned(),
        ["false"] => "0".to_owned(),
        ["current_timestamp" | "now" | "localtime" | "localtimestamp", rest @ ..] => match rest {
            ["(", digits, ")"] if *digits != "0" => format!("current_timestamp({digits})"),
            _ => "current_timestamp()".to_owned(),
        },
        ["curdate" | "current_date", ..] => "curdate()".to_owned(),
        _ => match tokens.as_slice() {
            [value] if value.kind == TokenKind::Text => match token::string_value(text, MYSQL) {
                Some(value) => format!("'{}'", value.replace('\\', "\\\\").replace('\'', "''")),
                None => text.to_owned(),
            },
            _ => expression.normal().to_owned(),
        },
    };
    Some(Expression::verbatim(&said, MYSQL))
}

/// A type as `COLUMN_TYPE` says it, without the display width that means nothing.
fn type_name(written: &SqlType) -> SqlType {
    let text = written.text();
    let mut words = Vec::new();
    let mut arguments = Vec::new();
    let mut depth = 0;
    for token in token::tokens(text, MYSQL) {
        match (token.kind, token.text(text)) {
            (_, "(") => depth += 1,
            (_, ")") => depth -= 1,
            (_, ",") => {}
            (TokenKind::Text, value) => {
                let value = token::string_value(value, MYSQL).unwrap_or_default();
                arguments.push(format!("'{}'", value.replace('\'', "''")));
            }
            (_, word) if depth > 0 => arguments.push(word.to_owned()),
            (_, word) => words.push(word.to_lowercase()),
        }
    }
    SqlType::new(&canonical(&words, &arguments))
}

fn canonical(words: &[String], arguments: &[String]) -> String {
    let has = |word: &str| words.iter().any(|other| other == word);
    let length = if arguments.is_empty() { String::new() } else { format!("({})", arguments.join(",")) };
    let unsigned = if has("unsigned") || has("zerofill") { " unsigned" } else { "" };
    let zerofill = if has("zerofill") { " zerofill" } else { "" };
    // With ZEROFILL the width is shown.
    let width = if has("zerofill") { length.as_str() } else { "" };
    let whole = |name: &str| format!("{name}{width}{unsigned}{zerofill}");
    let or_one = || if arguments.is_empty() { "(1)".to_owned() } else { length.clone() };
    let first = words.first().map_or("", String::as_str);
    match first {
        "bool" | "boolean" => "tinyint(1)".to_owned(),
        "tinyint" if length == "(1)" => format!("tinyint(1){unsigned}{zerofill}"),
        "tinyint" | "int1" => whole("tinyint"),
        "smallint" | "int2" => whole("smallint"),
        "mediumint" | "int3" | "middleint" => whole("mediumint"),
        "int" | "integer" | "int4" => whole("int"),
        "bigint" | "int8" => whole("bigint"),
        "decimal" | "numeric" | "dec" | "fixed" => {
            let both = match arguments {
                [] => "(10,0)".to_owned(),
                [precision] => format!("({precision},0)"),
                _ => length,
            };
            format!("decimal{both}{unsigned}{zerofill}")
        }
        "double" | "real" | "float8" => format!("double{length}{unsigned}{zerofill}"),
        "float" | "float4" => match arguments {
            // FLOAT(p) chooses the size (MySQL 8.4, 13.1.4).
            [bits] if bits.parse::<u32>().is_ok_and(|bits| bits > 24) => {
                format!("double{unsigned}{zerofill}")
            }
            [_] => format!("float{unsigned}{zerofill}"),
            _ => format!("float{length}{unsigned}{zerofill}"),
        },
        "varchar" | "varcharacter" | "nvarchar" => format!("varchar{length}"),
        "char" | "character" | "nchar" | "national" if has("varying") || has("varchar") => {
            format!("varchar{length}")
        }
        "char" | "character" | "nchar" | "national" => format!("char{}", or_one()),
        "binary" => format!("binary{}", or_one()),
        "bit" => format!("bit{}", or_one()),
        "year" => "year".to_owned(),
        "time" | "datetime" | "timestamp" if length == "(0)" => first.to_owned(),
        "long" if has("varbinary") => "mediumblob".to_owned(),
        "long" => "mediumtext".to_owned(),
        _ => format!("{first}{length}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_told_as_the_server_tells_them() {
        for (written, told) in [
            ("INTEGER", "int"),
            ("int(11)", "int"),
            ("INT(10) UNSIGNED", "int unsigned"),
            ("INT(4) ZEROFILL", "int(4) unsigned zerofill"),
            ("BOOLEAN", "tinyint(1)"),
            ("tinyint(4)", "tinyint"),
            ("NUMERIC(5)", "decimal(5,0)"),
            ("DOUBLE PRECISION", "double"),
            ("FLOAT(53)", "double"),
            ("CHARACTER VARYING(3)", "varchar(3)"),
            ("CHAR", "char(1)"),
            ("ENUM( 'a', \"b\" )", "enum('a','b')"),
            ("DATETIME(6)", "datetime(6)"),
            ("year(4)", "year"),
        ] {
            let found = type_name(&SqlType::new(written));
            assert_eq!(found.text(), told, "{written}");
            assert_eq!(type_name(&found).text(), told, "{written} twice");
        }
    }

    #[test]
    fn defaults_have_one_name() {
        let told = |text: &str| default(&Expression::new(text, MYSQL)).map(|held| held.text().to_owned());
        assert_eq!(told("NOW()").as_deref(), Some("current_timestamp()"));
        assert_eq!(told("CURRENT_TIMESTAMP(6)").as_deref(), Some("current_timestamp(6)"));
        assert_eq!(told("TRUE").as_deref(), Some("1"));
        assert_eq!(told("\"it's\"").as_deref(), Some("'it''s'"));
        assert_eq!(told("NULL"), None);
    }
}
