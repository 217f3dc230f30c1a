//! Constraints as text, and as ALTER TABLE.

use super::column::is_inline_key;
use super::table_name;
use crate::sql::compile::expression_sql;
use crate::sql::dialect::Dialect;
use crate::sql::error::{ErrorKind, Result, SqlError};
use crate::sql::identifier::{ConstraintName, qualified, quote};
use crate::sql::naming;
use crate::sql::table::{Constraint, ConstraintKind, Options, Table, Target};

/// A constraint as it stands in CREATE TABLE; None where the dialect leaves it out.
pub fn constraint_sql(constraint: &Constraint, table: &Table, dialect: Dialect) -> Result<Option<String>> {
    let body = match &constraint.kind {
        ConstraintKind::PrimaryKey { columns } => primary_key(constraint, columns, table, dialect)?,
        ConstraintKind::Unique { columns } => unique(constraint, columns, table, dialect),
        ConstraintKind::Check { condition, .. } => {
            Some(check(constraint, &expression_sql(condition, dialect)?, dialect))
        }
        ConstraintKind::ForeignKey { .. } => foreign_key(constraint, table, dialect)?,
        ConstraintKind::Exclude { .. } => Some(exclude(constraint, dialect)?),
        ConstraintKind::Unknown => None,
    };
    let Some(body) = body else { return Ok(None) };
    Ok(Some(format!("{}{body}", preamble(constraint, table, dialect)?)))
}

fn preamble(constraint: &Constraint, table: &Table, dialect: Dialect) -> Result<String> {
    let name = written_name(constraint, table)?.sql(dialect)?;
    Ok(name.map(|name| format!("CONSTRAINT {name} ")).unwrap_or_default())
}

/// The name; that of a nameless CHECK of a type is made by the convention only when it is written.
fn written_name(constraint: &Constraint, table: &Table) -> Result<ConstraintName> {
    if constraint.type_bound.is_some() && constraint.name == ConstraintName::None {
        let name = naming::convention_name(constraint, table)?;
        return Ok(name.map_or(ConstraintName::None, ConstraintName::Final));
    }
    Ok(constraint.name.clone())
}

fn names(columns: &[String], table: &Table, dialect: Dialect) -> String {
    let name = |key: &String| {
        table.column(key).map_or_else(|| quote(key, dialect), |column| column.name.sql(dialect))
    };
    columns.iter().map(name).collect::<Vec<_>>().join(", ")
}

fn primary_key(
    constraint: &Constraint,
    columns: &[String],
    table: &Table,
    dialect: Dialect,
) -> Result<Option<String>> {
    if columns.is_empty() {
        return Ok(None);
    }
    let mut columns = columns.to_vec();
    if constraint.implicit
        && let Some(auto) = table.autoincrement_column().map(|column| column.key.clone())
    {
        columns.retain(|key| *key != auto);
        columns.insert(0, auto);
    }
    if let (true, [single]) = (dialect.is_sqlite(), columns.as_slice())
        && table.column(single).is_some_and(|column| column.primary_key && is_inline_key(column, table))
    {
        return Ok(None);
    }
    let mut text = format!("PRIMARY KEY ({})", names(&columns, table, dialect));
    text.push_str(&include(&constraint.options, table, dialect));
    text.push_str(&deferrability(constraint)?);
    if dialect.is_sqlite() {
        let of_column = match columns.as_slice() {
            [single] => {
                table.column(single).and_then(|column| column.options.text("sqlite_on_conflict_primary_key"))
            }
            _ => None,
        };
        text.push_str(&on_conflict(constraint.options.text("sqlite_on_conflict").or(of_column)));
    }
    if let (true, Some(using)) = (dialect.is_mysql(), constraint.options.text("mysql_using")) {
        text.push_str(&format!(" USING {}", quote(using, dialect)));
    }
    Ok(Some(text))
}

fn on_conflict(clause: Option<&str>) -> String {
    clause.map(|clause| format!(" ON CONFLICT {clause}")).unwrap_or_default()
}

fn include(options: &Options, table: &Table, dialect: Dialect) -> String {
    let columns = options.names("postgresql_include");
    match dialect.is_postgres() && !columns.is_empty() {
        true => format!(" INCLUDE ({})", names(&columns, table, dialect)),
        false => String::new(),
    }
}

fn unique(constraint: &Constraint, columns: &[String], table: &Table, dialect: Dialect) -> Option<String> {
    if columns.is_empty() {
        return None;
    }
    let distinct =
        match constraint.options.flag("postgresql_nulls_not_distinct").filter(|_| dialect.is_postgres()) {
            Some(true) => "NULLS NOT DISTINCT ",
            Some(false) => "NULLS DISTINCT ",
            None => "",
        };
    let mut text = format!("UNIQUE {distinct}({})", names(columns, table, dialect));
    text.push_str(&include(&constraint.options, table, dialect));
    text.push_str(&deferrability(constraint).unwrap_or_default());
    if dialect.is_sqlite() {
        let of_column = match columns {
            [single] => {
                table.column(single).and_then(|column| column.options.text("sqlite_on_conflict_unique"))
            }
            _ => None,
        };
        text.push_str(&on_conflict(constraint.options.text("sqlite_on_conflict").or(of_column)));
    }
    Some(text)
}

fn check(constraint: &Constraint, condition: &str, dialect: Dialect) -> String {
    let mut text = format!("CHECK ({condition}){}", deferrability(constraint).unwrap_or_default());
    if dialect.is_postgres() && constraint.options.flag("postgresql_not_valid") == Some(true) {
        text.push_str(" NOT VALID");
    }
    if dialect.is_sqlite() {
        text.push_str(&on_conflict(constraint.options.text("sqlite_on_conflict")));
    }
    text
}

fn foreign_key(constraint: &Constraint, table: &Table, dialect: Dialect) -> Result<Option<String>> {
    let ConstraintKind::ForeignKey { columns, targets, ondelete, onupdate, match_, .. } = &constraint.kind
    else {
        return Ok(None);
    };
    let Some(first) = targets.first() else { return Ok(None) };
    // SQLite has no keys across databases, and SQLAlchemy leaves them out there.
    if dialect.is_sqlite() && first.schema != table.schema {
        return Ok(None);
    }
    let schema = first.schema.as_ref().filter(|_| !dialect.is_sqlite());
    let mut text = format!(
        "FOREIGN KEY({}) REFERENCES {} ({})",
        names(columns, table, dialect),
        qualified(schema, &first.table, dialect),
        referred(columns, targets, table, dialect)
    );
    if let Some(word) = match_ {
        if dialect.is_mysql() {
            return Err(SqlError::compile(
                "MySQL ignores the 'MATCH' keyword while at the same time causes ON UPDATE/ON DELETE clauses to be \
                 ignored.",
            ));
        }
        text.push_str(&format!(" MATCH {}", phrase(word)?));
    }
    if let Some(action) = ondelete {
        let allowed = if dialect.is_postgres() { action.as_str() } else { phrase(action)? };
        text.push_str(&format!(" ON DELETE {allowed}"));
    }
    if let Some(action) = onupdate {
        text.push_str(&format!(" ON UPDATE {}", phrase(action)?));
    }
    text.push_str(&deferrability(constraint)?);
    if dialect.is_postgres() && constraint.options.flag("postgresql_not_valid") == Some(true) {
        text.push_str(" NOT VALID");
    }
    Ok(Some(text))
}

fn referred(columns: &[String], targets: &[Target], table: &Table, dialect: Dialect) -> String {
    let pairs = targets.iter().zip(columns);
    let name = |(target, own): (&Target, &String)| match &target.column {
        Some(column) => column.sql(dialect),
        None => table.column(own).map_or_else(|| quote(own, dialect), |column| column.name.sql(dialect)),
    };
    pairs.map(name).collect::<Vec<_>>().join(", ")
}

/// SQLAlchemy refuses anything but letters and blanks here (`SQL_KEYWORD_PHRASE`).
pub(super) fn phrase(words: &str) -> Result<&str> {
    let plain =
        !words.is_empty() && words.chars().all(|c| c.is_alphanumeric() || c == '_' || c.is_whitespace());
    if plain { Ok(words) } else { Err(SqlError::compile(format!("Unexpected SQL phrase: '{words}'"))) }
}

fn deferrability(constraint: &Constraint) -> Result<String> {
    let mut text = match constraint.deferrable {
        Some(true) => " DEFERRABLE",
        Some(false) => " NOT DEFERRABLE",
        None => "",
    }
    .to_owned();
    if let Some(word) = &constraint.initially {
        text.push_str(&format!(" INITIALLY {}", phrase(word)?));
    }
    Ok(text)
}

fn exclude(constraint: &Constraint, dialect: Dialect) -> Result<String> {
    let ConstraintKind::Exclude { elements, condition, using, ops } = &constraint.kind else {
        return Ok(String::new());
    };
    let mut parts = Vec::new();
    for (expression, operator) in elements {
        let class = expression.name().and_then(|name| ops.iter().find(|(own, _)| own == name));
        let class = class.map(|(_, class)| format!(" {class}")).unwrap_or_default();
        parts.push(format!("{}{class} WITH {operator}", expression_sql(expression, dialect)?));
    }
    let mut text = format!("EXCLUDE USING {} ({})", phrase(using)?.to_lowercase(), parts.join(", "));
    if let Some(condition) = condition {
        text.push_str(&format!(" WHERE ({})", expression_sql(condition, dialect)?));
    }
    text.push_str(&deferrability(constraint)?);
    Ok(text)
}

/// `ALTER TABLE … ADD …`
pub fn add_constraint(constraint: &Constraint, table: &Table, dialect: Dialect) -> Result<Option<String>> {
    let text = constraint_sql(constraint, table, dialect)?;
    Ok(text.map(|text| format!("ALTER TABLE {} ADD {text}", table_name(table, dialect))))
}

/// `ALTER TABLE … DROP …`, as Alembic writes it for each dialect.
pub fn drop_constraint(
    constraint: &Constraint,
    table: &Table,
    if_exists: bool,
    dialect: Dialect,
) -> Result<String> {
    let name = written_name(constraint, table)?.sql(dialect)?;
    let table_text = table_name(table, dialect);
    if dialect.is_mysql() {
        let named = |name: Option<String>| name.ok_or_else(|| nameless(constraint));
        return Ok(match &constraint.kind {
            ConstraintKind::PrimaryKey { .. } => format!("ALTER TABLE {table_text} DROP PRIMARY KEY"),
            ConstraintKind::ForeignKey { .. } => {
                format!("ALTER TABLE {table_text} DROP FOREIGN KEY {}", named(name)?)
            }
            ConstraintKind::Unique { .. } => format!("ALTER TABLE {table_text} DROP INDEX {}", named(name)?),
            ConstraintKind::Check { .. } => {
                let word = if dialect.mariadb { "CONSTRAINT" } else { "CHECK" };
                format!("ALTER TABLE {table_text} DROP {word} {}", named(name)?)
            }
            ConstraintKind::Exclude { .. } | ConstraintKind::Unknown => {
                return Err(SqlError::new(
                    ErrorKind::NotImplemented,
                    "No generic 'DROP CONSTRAINT' in MySQL - please specify constraint type",
                ));
            }
        });
    }
    let name = name.ok_or_else(|| nameless(constraint))?;
    let exists = if if_exists { "IF EXISTS " } else { "" };
    Ok(format!("ALTER TABLE {table_text} DROP CONSTRAINT {exists}{name}"))
}

fn nameless(constraint: &Constraint) -> SqlError {
    let kind = constraint.convention_key();
    SqlError::compile(format!("Can't emit DROP CONSTRAINT for constraint {kind}; it has no name"))
}
