//! PostgreSQL's named types: CREATE TYPE, CREATE DOMAIN, and when they are made.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::column::default_sql;
use crate::sql::compile::literals::quoted;
use crate::sql::compile::types::named;
use crate::sql::compile::{expression_sql, type_sql};
use crate::sql::dialect::Dialect;
use crate::sql::error::Result;
use crate::sql::identifier::quote;
use crate::sql::table::{ServerDefault, Table};
use crate::sql::types::{DataType, Form, Module};

/// The named types that a run has made: a table makes none a second time, however often its types are named.
/// SQLAlchemy keeps this for the time of one `alembic upgrade`; types that were there before are put in by the
/// caller, so that single revisions behave like a run from the start.
#[derive(Clone, Debug, Default)]
pub struct NamedTypes {
    known: BTreeSet<(Option<String>, String)>,
}

impl NamedTypes {
    /// Notes a type; tells whether it was new.
    pub fn note(&mut self, schema: Option<&str>, name: &str) -> bool {
        self.known.insert((schema.map(str::to_owned), name.to_owned()))
    }
}

/// The statement that creates a named type; None for all other types and dialects.
pub fn create_type(data_type: &DataType, dialect: Dialect) -> Result<Option<String>> {
    let Some(own) = named_type(data_type, dialect) else { return Ok(None) };
    let name = named(own, dialect)?;
    if own.class.form != Form::Domain {
        let labels: Vec<String> = own.values.iter().map(|value| quoted(value, dialect)).collect();
        return Ok(Some(format!("CREATE TYPE {name} AS ENUM ({})", labels.join(", "))));
    }
    let mut options = Vec::new();
    if let Some(collation) = &own.collation {
        options.push(format!("COLLATE {}", quote(collation, dialect)));
    }
    if let Some(default) = &own.default {
        let text = default_sql(&ServerDefault::Expression(Rc::clone(default)), dialect)?;
        options.push(format!("DEFAULT {}", text.unwrap_or_default()));
    }
    if let Some(constraint) = &own.check_name {
        options.push(format!("CONSTRAINT {}", quote(constraint, dialect)));
    }
    if own.flags.not_null {
        options.push("NOT NULL".to_owned());
    }
    if let Some(check) = &own.check {
        options.push(format!("CHECK ({})", expression_sql(check, dialect)?));
    }
    let base = match &own.inner {
        Some(inner) => type_sql(inner, dialect)?,
        None => String::new(),
    };
    Ok(Some(format!("CREATE DOMAIN {name} AS {base} {}", options.join(" ")).trim_end().to_owned()))
}

/// The statement that drops a named type; None for all other types and dialects.
pub fn drop_type(data_type: &DataType, dialect: Dialect) -> Result<Option<String>> {
    let Some(own) = named_type(data_type, dialect) else { return Ok(None) };
    let word = if own.class.form == Form::Domain { "DOMAIN" } else { "TYPE" };
    Ok(Some(format!("DROP {word} {}", named(own, dialect)?)))
}

/// The named type in a type, on PostgreSQL.
fn named_type(data_type: &DataType, dialect: Dialect) -> Option<&DataType> {
    if !dialect.is_postgres() {
        return None;
    }
    let resolved = data_type.resolve(dialect);
    match resolved.class.form {
        Form::Array => named_type(resolved.inner.as_deref()?, dialect),
        Form::Domain => Some(resolved),
        Form::GenericEnum if resolved.class.module == Module::Postgres || resolved.flags.native => {
            Some(resolved)
        }
        _ => None,
    }
}

/// The types that CREATE TABLE makes before the table (`before_create`).
pub(super) fn of_table(table: &Table, known: &mut NamedTypes, dialect: Dialect) -> Result<Vec<String>> {
    let mut statements = Vec::new();
    for column in &table.columns {
        let Some(own) = named_type(&column.data_type, dialect) else { continue };
        if !own.flags.create_type {
            continue;
        }
        let own = placed(own, table);
        let name = own.name.as_deref().unwrap_or_default();
        if known.note(own.schema.as_deref(), name) {
            statements.extend(create_type(&own, dialect)?);
        }
    }
    Ok(statements)
}

/// A named type in the schema that it gets from its table.
pub(super) fn placed(data_type: &DataType, table: &Table) -> DataType {
    let schema = crate::sql::compile::types::schema_of_type(
        data_type,
        table.schema.as_ref(),
        table.default_schema.as_ref(),
    );
    DataType { schema, ..data_type.clone() }
}
