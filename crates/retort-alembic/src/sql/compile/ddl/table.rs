//! CREATE TABLE and what belongs to it: types before, indexes and comments after; sequences.

use std::rc::Rc;

use retort_core::source::DialectKind;

use super::column::{column_sql, identity_options_sql, specification};
use super::constraint::constraint_sql;
use super::index::{create_index, with_options};
use super::table_name;
use super::types::{NamedTypes, of_table, placed};
use crate::sql::compile::literals::quoted;
use crate::sql::compile::type_sql;
use crate::sql::dialect::Dialect;
use crate::sql::error::{Result, SqlError};
use crate::sql::identifier::{qualified, quote};
use crate::sql::literal::Literal;
use crate::sql::table::{Column, Constraint, ConstraintKind, OptionValue, Sequence, Table};
use crate::sql::types::{DataType, Form, Module};

/// `op.create_table`: types, the table, its indexes, comments.
pub fn create_table(
    table: &Table,
    known: &mut NamedTypes,
    if_not_exists: bool,
    dialect: Dialect,
) -> Result<Vec<String>> {
    let mut statements = of_table(table, known, dialect)?;
    statements.push(create_table_statement(table, if_not_exists, dialect)?);
    for index in &table.indexes {
        statements.push(create_index(index, table, false, dialect)?);
    }
    statements.extend(spatial_indexes(table, dialect));
    if dialect.comments_apart() {
        if table.comment.is_some() {
            statements.push(set_table_comment(table, dialect));
        }
        for column in table.columns.iter().filter(|column| column.comment.is_some()) {
            statements.extend(create_column_comment(column, table, dialect)?);
        }
    }
    Ok(statements)
}

/// The table with all its enums in their schemas.
fn with_placed_types(table: &Table) -> Table {
    let mut table = table.clone();
    let own = table.clone();
    for column in &mut table.columns {
        column.data_type = Rc::new(place(&column.data_type, &own));
    }
    table
}

fn place(data_type: &DataType, table: &Table) -> DataType {
    let mut own = match data_type.class.form {
        Form::GenericEnum | Form::Domain => placed(data_type, table),
        _ => data_type.clone(),
    };
    own.inner = own.inner.map(|inner| Rc::new(place(&inner, table)));
    for (_, variant) in &mut own.variants {
        *variant = Rc::new(place(variant, table));
    }
    own
}

/// `CREATE TABLE …` alone.
pub fn create_table_statement(table: &Table, if_not_exists: bool, dialect: Dialect) -> Result<String> {
    let table = &with_placed_types(table);
    let mut lines = Vec::new();
    for column in table.columns.iter().filter(|column| !column.system) {
        lines.push(column_sql(column, table, dialect)?);
    }
    let all = std::iter::once(&table.primary_key).chain(&table.constraints);
    for constraint in all.filter(|constraint| is_made(constraint, dialect)) {
        lines.extend(constraint_sql(constraint, table, dialect)?);
    }
    let prefixes: String = table.prefixes.iter().map(|prefix| format!("{prefix} ")).collect();
    let exists = if if_not_exists { "IF NOT EXISTS " } else { "" };
    let name = table_name(table, dialect);
    let options = match dialect.kind {
        DialectKind::Sqlite => sqlite_options(table),
        DialectKind::Postgres => postgres_options(table, dialect),
        DialectKind::Mysql => mysql_options(table, dialect)?,
    };
    let body = if lines.is_empty() { String::new() } else { format!("\n    {}", lines.join(", \n    ")) };
    Ok(format!("CREATE {prefixes}TABLE {exists}{name} ({body}\n){options}").trim_end().to_owned())
}

/// Whether CREATE TABLE holds the constraint.
pub(super) fn is_made(constraint: &Constraint, dialect: Dialect) -> bool {
    let by_type = constraint.type_bound.as_ref().is_none_or(|bound| bound.dialects.contains(&dialect.name()));
    let later =
        matches!(constraint.kind, ConstraintKind::ForeignKey { use_alter: true, .. }) && !dialect.is_sqlite();
    let known = !matches!(constraint.kind, ConstraintKind::Exclude { .. }) || dialect.is_postgres();
    by_type && !later && known
}

fn sqlite_options(table: &Table) -> String {
    let mut options = Vec::new();
    if table.options.flag("sqlite_with_rowid") == Some(false) {
        options.push("WITHOUT ROWID");
    }
    if table.options.flag("sqlite_strict") == Some(true) {
        options.push("STRICT");
    }
    if options.is_empty() { String::new() } else { format!("\n {}", options.join(",\n ")) }
}

fn postgres_options(table: &Table, dialect: Dialect) -> String {
    let options = &table.options;
    let mut text = String::new();
    let inherits = options.names("postgresql_inherits");
    if !inherits.is_empty() {
        let names: Vec<String> = inherits.iter().map(|name| quote(name, dialect)).collect();
        text.push_str(&format!("\n INHERITS ({})", names.join(", ")));
    }
    if let Some(partition) = options.text("postgresql_partition_by") {
        text.push_str(&format!("\n PARTITION BY {partition}"));
    }
    if let Some(using) = options.text("postgresql_using") {
        text.push_str(&format!("\n USING {using}"));
    }
    let with = with_options(options.map("postgresql_with"));
    if !with.is_empty() {
        text.push_str(&format!("\n WITH ({with})"));
    }
    match options.flag("postgresql_with_oids") {
        Some(true) => text.push_str("\n WITH OIDS"),
        Some(false) => text.push_str("\n WITHOUT OIDS"),
        None => {}
    }
    if let Some(action) = options.text("postgresql_on_commit") {
        text.push_str(&format!("\n ON COMMIT {}", action.replace('_', " ").to_uppercase()));
    }
    if let Some(space) = options.text("postgresql_tablespace") {
        text.push_str(&format!("\n TABLESPACE {}", quote(space, dialect)));
    }
    text
}

const PARTITION_OPTIONS: [&str; 4] = ["PARTITION_BY", "PARTITIONS", "SUBPARTITION_BY", "SUBPARTITIONS"];

fn mysql_options(table: &Table, dialect: Dialect) -> Result<String> {
    let mut options: Vec<(String, String)> = Vec::new();
    for (name, value) in &table.options.0 {
        if let Some(name) = name.strip_prefix("mysql_") {
            options.push((name.to_uppercase(), plain(value)?));
        }
    }
    if let Some(comment) = &table.comment {
        options.retain(|(name, _)| name != "COMMENT");
        options.push(("COMMENT".to_owned(), comment.clone()));
    }
    let is_partition = |name: &str| PARTITION_OPTIONS.contains(&name);
    let has_charset = options.iter().any(|(name, _)| {
        matches!(name.as_str(), "DEFAULT_CHARSET" | "DEFAULT_CHARACTER_SET" | "CHARSET" | "CHARACTER_SET")
    });
    // The collation stands behind the character set that it belongs to, partitions stand last.
    options.sort_by_key(|(name, _)| match name.as_str() {
        "COLLATE" if has_charset => 1,
        name if is_partition(name) => {
            2 + PARTITION_OPTIONS.iter().position(|own| *own == name).unwrap_or_default()
        }
        _ => 0,
    });
    let texts = options.iter().map(|(name, value)| {
        let value = match name.as_str() {
            "COMMENT" | "DATA_DIRECTORY" | "INDEX_DIRECTORY" | "PASSWORD" | "CONNECTION" => {
                quoted(value, dialect)
            }
            _ => value.clone(),
        };
        let spaced = matches!(
            name.as_str(),
            "DATA_DIRECTORY"
                | "INDEX_DIRECTORY"
                | "DEFAULT_CHARACTER_SET"
                | "CHARACTER_SET"
                | "DEFAULT_CHARSET"
                | "DEFAULT_COLLATE"
        ) || is_partition(name);
        let word = if spaced { name.replace('_', " ") } else { name.clone() };
        let by_blank =
            matches!(word.as_str(), "TABLESPACE" | "DEFAULT CHARACTER SET" | "CHARACTER SET" | "COLLATE")
                || is_partition(name);
        format!("{word}{}{value}", if by_blank { " " } else { "=" })
    });
    Ok(texts.collect::<Vec<_>>().join(" "))
}

fn plain(value: &OptionValue) -> Result<String> {
    match value {
        OptionValue::Literal(Literal::Str(text)) => Ok(text.clone()),
        OptionValue::Literal(Literal::Int(number)) => Ok(number.to_string()),
        OptionValue::Literal(_)
        | OptionValue::Expression(_)
        | OptionValue::Map(_)
        | OptionValue::Names(_) => Err(SqlError::unsupported("an option of a table that is no text")),
    }
}

/// The index that geoalchemy2 makes for each of its columns on PostgreSQL.
fn spatial_indexes(table: &Table, dialect: Dialect) -> Vec<String> {
    let is_spatial = |column: &&Column| {
        let resolved = column.data_type.resolve(dialect);
        dialect.is_postgres() && resolved.class.module == Module::Geoalchemy && resolved.flags.spatial_index
    };
    let index = |column: &Column| {
        let name = format!("idx_{}_{}", table.name, column.name);
        let value = column.name.sql(dialect);
        let value = match column.data_type.resolve(dialect).class.name {
            "Raster" => format!("ST_ConvexHull({value})"),
            _ => value,
        };
        format!(
            "CREATE INDEX {} ON {} USING gist ({value})",
            quote(&name, dialect),
            table_name(table, dialect)
        )
    };
    table.columns.iter().filter(is_spatial).map(index).collect()
}

/// `COMMENT ON TABLE …`, `ALTER TABLE … COMMENT …`
pub fn set_table_comment(table: &Table, dialect: Dialect) -> String {
    let comment =
        table.comment.as_ref().map_or_else(|| "NULL".to_owned(), |comment| quoted(comment, dialect));
    match dialect.is_mysql() {
        true => format!("ALTER TABLE {} COMMENT {comment}", table_name(table, dialect)),
        false => format!("COMMENT ON TABLE {} IS {comment}", table_name(table, dialect)),
    }
}

/// `op.drop_table_comment`
pub fn drop_table_comment(table: &Table, dialect: Dialect) -> String {
    match dialect.is_mysql() {
        true => format!("ALTER TABLE {} COMMENT ''", table_name(table, dialect)),
        false => format!("COMMENT ON TABLE {} IS NULL", table_name(table, dialect)),
    }
}

/// The comment of a column as a statement of its own.
pub fn create_column_comment(column: &Column, table: &Table, dialect: Dialect) -> Result<Option<String>> {
    if dialect.is_mysql() {
        let (name, specification) = (column.name.sql(dialect), specification(column, table, dialect)?);
        return Ok(Some(format!("ALTER TABLE {} CHANGE {name} {specification}", table_name(table, dialect))));
    }
    let comment =
        column.comment.as_ref().map_or_else(|| "NULL".to_owned(), |comment| quoted(comment, dialect));
    let name = format!("{}.{}", table_name(table, dialect), column.name.sql(dialect));
    Ok(Some(format!("COMMENT ON COLUMN {name} IS {comment}")))
}

/// `DROP TABLE …`
pub fn drop_table(table: &Table, if_exists: bool, dialect: Dialect) -> String {
    let exists = if if_exists { "IF EXISTS " } else { "" };
    format!("DROP TABLE {exists}{}", table_name(table, dialect))
}

/// `CREATE SEQUENCE …` (PostgreSQL, MariaDB); None elsewhere.
pub fn create_sequence(sequence: &Sequence, if_not_exists: bool, dialect: Dialect) -> Result<Option<String>> {
    if !(dialect.is_postgres() || dialect.mariadb) {
        return Ok(None);
    }
    let exists = if if_not_exists { "IF NOT EXISTS " } else { "" };
    let mut text =
        format!("CREATE SEQUENCE {exists}{}", qualified(sequence.schema.as_ref(), &sequence.name, dialect));
    if let (Some(data_type), true) = (&sequence.data_type, dialect.is_postgres()) {
        text.push_str(&format!(" AS {}", type_sql(data_type, dialect)?));
    }
    let options = identity_options_sql(&sequence.numbers);
    if !options.is_empty() {
        let options = if dialect.mariadb { options.replace("NO CYCLE", "NOCYCLE") } else { options };
        text.push_str(&format!(" {options}"));
    }
    Ok(Some(text))
}

/// `DROP SEQUENCE …` (PostgreSQL, MariaDB); None elsewhere.
pub fn drop_sequence(sequence: &Sequence, if_exists: bool, dialect: Dialect) -> Option<String> {
    let exists = if if_exists { "IF EXISTS " } else { "" };
    let name = qualified(sequence.schema.as_ref(), &sequence.name, dialect);
    (dialect.is_postgres() || dialect.mariadb).then(|| format!("DROP SEQUENCE {exists}{name}"))
}
