//! A column as it stands in CREATE TABLE and ADD COLUMN.

use retort_core::source::DialectKind;

use super::constraint::constraint_sql;
use crate::sql::compile::literals::quoted;
use crate::sql::compile::{expression_sql, type_sql};
use crate::sql::dialect::Dialect;
use crate::sql::error::{Result, SqlError};
use crate::sql::table::{
    Autoincrement, Column, ColumnDefault, Computed, IdentityOptions, ServerDefault, Table,
};
use crate::sql::types::{Affinity, Form};

/// The column with its type, default, NOT NULL and own constraints.
pub fn column_sql(column: &Column, table: &Table, dialect: Dialect) -> Result<String> {
    let mut text = specification(column, table, dialect)?;
    for check in &column.checks {
        if let Some(check) = constraint_sql(check, table, dialect)? {
            text.push(' ');
            text.push_str(&check);
        }
    }
    Ok(text)
}

/// The column without its own constraints (`get_column_specification`).
pub(super) fn specification(column: &Column, table: &Table, dialect: Dialect) -> Result<String> {
    let text = match dialect.kind {
        DialectKind::Sqlite => sqlite(column, table, dialect),
        DialectKind::Postgres => postgres(column, table, dialect),
        DialectKind::Mysql => mysql(column, table, dialect),
    };
    text.map_err(|error| SqlError {
        message: format!("(in table '{}', column '{}'): {}", table.name, column.name, error.message),
        ..error
    })
}

fn sqlite(column: &Column, table: &Table, dialect: Dialect) -> Result<String> {
    let mut text = format!("{} {}", column.name.sql(dialect), type_sql(&column.data_type, dialect)?);
    if let Some(default) = default_of(column, dialect)? {
        let is_plain = starts_quoted(&default) || !has_other_than_words(&default);
        text.push_str(&if is_plain {
            format!(" DEFAULT {default}")
        } else {
            format!(" DEFAULT ({default})")
        });
    }
    if !column.is_nullable() {
        text.push_str(" NOT NULL");
        text.push_str(&conflict(column, "sqlite_on_conflict_not_null"));
    }
    if column.primary_key {
        if column.autoincrement == Autoincrement::True && table.primary_key_columns().len() > 1 {
            return Err(SqlError::compile(
                "SQLite does not support autoincrement for composite primary keys",
            ));
        }
        if is_inline_key(column, table) {
            text.push_str(" PRIMARY KEY");
            text.push_str(&conflict(column, "sqlite_on_conflict_primary_key"));
            text.push_str(" AUTOINCREMENT");
        }
    }
    if let Some(computed) = &column.computed {
        text.push(' ');
        text.push_str(&computed_sql(computed, dialect)?);
    }
    Ok(text)
}

fn conflict(column: &Column, option: &str) -> String {
    column.options.text(option).map(|clause| format!(" ON CONFLICT {clause}")).unwrap_or_default()
}

/// With `sqlite_autoincrement` the key stands in the column.
pub(super) fn is_inline_key(column: &Column, table: &Table) -> bool {
    table.options.flag("sqlite_autoincrement") == Some(true)
        && table.primary_key_columns().len() == 1
        && column.data_type.affinity() == Affinity::Integer
        && !table.has_foreign_key(column)
}

/// `re.match(r"^\s*[\'\"\(]", default)`
fn starts_quoted(default: &str) -> bool {
    default.trim_start().starts_with(['\'', '"', '('])
}

/// `re.match(r".*\W.*", default)`: the dot of Python's regular expressions ends at a line feed.
fn has_other_than_words(default: &str) -> bool {
    let line_end = default.find('\n').map_or(default.len(), |place| place + 1);
    default[..line_end].chars().any(|c| !(c.is_alphanumeric() || c == '_'))
}

fn postgres(column: &Column, table: &Table, dialect: Dialect) -> Result<String> {
    let mut text = column.name.sql(dialect);
    let identity = column.identity.as_ref().filter(|_| dialect.has_identity());
    let numbers_itself = column.primary_key
        && table.autoincrement_column().is_some_and(|own| own.key == column.key)
        && identity.is_none()
        && match &column.default {
            None => true,
            Some(ColumnDefault::Sequence(sequence)) => sequence.optional,
            Some(_) => false,
        };
    if numbers_itself {
        text.push_str(match column.data_type.resolve(dialect).class.form {
            Form::BigInt => " BIGSERIAL",
            Form::SmallInt => " SMALLSERIAL",
            _ => " SERIAL",
        });
    } else {
        text = format!("{text} {}", type_sql(&column.data_type, dialect)?);
        if let Some(default) = default_of(column, dialect)? {
            text.push_str(&format!(" DEFAULT {default}"));
        }
    }
    if let Some(computed) = &column.computed {
        text.push(' ');
        text.push_str(&computed_sql(computed, dialect)?);
    }
    if let Some(identity) = identity {
        text.push(' ');
        text.push_str(&identity_sql(identity));
    }
    match (column.is_nullable(), identity.is_some()) {
        (false, false) => text.push_str(" NOT NULL"),
        (true, true) => text.push_str(" NULL"),
        _ => {}
    }
    Ok(text)
}

fn mysql(column: &Column, table: &Table, dialect: Dialect) -> Result<String> {
    let mut text = format!("{} {}", column.name.sql(dialect), type_sql(&column.data_type, dialect)?);
    if let Some(computed) = &column.computed {
        text.push(' ');
        text.push_str(&computed_sql(computed, dialect)?);
    }
    let is_timestamp = column.data_type.resolve(dialect).class.form == Form::Timestamp;
    let left_open = dialect.mariadb && column.computed.is_some() && column.nullable.is_none();
    if !column.is_nullable() && !left_open {
        text.push_str(" NOT NULL");
    } else if column.is_nullable() && is_timestamp {
        text.push_str(" NULL");
    }
    if let Some(comment) = &column.comment {
        text.push_str(&format!(" COMMENT {}", quoted(comment, dialect)));
    }
    let numbers_itself = table.autoincrement_column().is_some_and(|own| own.key == column.key)
        && column.server_default.is_none()
        && !matches!(&column.default, Some(ColumnDefault::Sequence(s)) if dialect.mariadb && !s.optional);
    if numbers_itself {
        text.push_str(" AUTO_INCREMENT");
    } else if let Some(default) = default_of(column, dialect)? {
        let wrapped = dialect.has_function_defaults()
            && !starts_quoted(&default)
            && !mentions_on_update(&default)
            && !is_precise_now(&default)
            && has_other_than_words(&default);
        text.push_str(&if wrapped { format!(" DEFAULT ({default})") } else { format!(" DEFAULT {default}") });
    }
    Ok(text)
}

/// `re.search(r"ON +UPDATE", default, re.I)`
fn mentions_on_update(default: &str) -> bool {
    let upper = default.to_ascii_uppercase();
    upper
        .match_indices("ON ")
        .any(|(place, _)| upper[place + 3..].trim_start_matches(' ').starts_with("UPDATE"))
}

/// `re.match(r"\bnow\(\d+\)|\bcurrent_timestamp\(\d+\)", default, re.I)`
fn is_precise_now(default: &str) -> bool {
    let lower = default.to_ascii_lowercase();
    ["now(", "current_timestamp("].iter().any(|word| {
        lower
            .strip_prefix(word)
            .and_then(|rest| rest.split_once(')'))
            .is_some_and(|(digits, _)| !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit()))
    })
}

fn default_of(column: &Column, dialect: Dialect) -> Result<Option<String>> {
    match &column.server_default {
        Some(default) => default_sql(default, dialect),
        None => Ok(None),
    }
}

/// A server default as text; None when the server has it by itself.
pub fn default_sql(default: &ServerDefault, dialect: Dialect) -> Result<Option<String>> {
    match default {
        ServerDefault::Text(text) => Ok(Some(quoted(text, dialect))),
        ServerDefault::Expression(expression) => expression_sql(expression, dialect).map(Some),
        ServerDefault::Fetched => Ok(None),
    }
}

fn computed_sql(computed: &Computed, dialect: Dialect) -> Result<String> {
    let expression = expression_sql(&computed.expression, dialect)?;
    if !dialect.has_virtual_columns() {
        if computed.persisted == Some(false) {
            return Err(SqlError::compile(
                "PostrgreSQL computed columns do not support 'virtual' persistence; set the 'persisted' flag to \
                 None or True for PostgreSQL support.",
            ));
        }
        return Ok(format!("GENERATED ALWAYS AS ({expression}) STORED"));
    }
    let end = match computed.persisted {
        Some(true) => " STORED",
        Some(false) => " VIRTUAL",
        None => "",
    };
    Ok(format!("GENERATED ALWAYS AS ({expression}){end}"))
}

/// `GENERATED … AS IDENTITY (…)`
pub(super) fn identity_sql(identity: &IdentityOptions) -> String {
    let word = if identity.always { "ALWAYS" } else { "BY DEFAULT" };
    match identity_options_sql(identity).as_str() {
        "" => format!("GENERATED {word} AS IDENTITY"),
        options => format!("GENERATED {word} AS IDENTITY ({options})"),
    }
}

/// The numbers of an identity or sequence.
pub fn identity_options_sql(options: &IdentityOptions) -> String {
    let number = |word: &str, value: Option<i64>| value.map(|value| format!("{word} {value}"));
    let parts = [
        number("INCREMENT BY", options.increment),
        number("START WITH", options.start),
        number("MINVALUE", options.minimum),
        number("MAXVALUE", options.maximum),
        options.no_minimum.then(|| "NO MINVALUE".to_owned()),
        options.no_maximum.then(|| "NO MAXVALUE".to_owned()),
        number("CACHE", options.cache),
        options.cycle.map(|cycle| if cycle { "CYCLE" } else { "NO CYCLE" }.to_owned()),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}
