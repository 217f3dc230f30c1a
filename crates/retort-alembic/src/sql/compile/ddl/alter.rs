//! `op.alter_column`, as `alembic/ddl/{impl,postgresql,mysql}.py` write it.

use super::column::{default_sql, identity_options_sql, identity_sql};
use crate::sql::compile::literals::quoted;
use crate::sql::compile::type_sql;
use crate::sql::dialect::Dialect;
use crate::sql::error::{ErrorKind, Result, SqlError};
use crate::sql::identifier::{Identifier, qualified, quote_dotted};
use crate::sql::table::{IdentityOptions, ServerDefault};
use crate::sql::types::{Affinity, DataType};

/// What `op.alter_column` takes; the outer Option of a pair says whether the argument was given.
#[derive(Clone, Debug, Default)]
pub struct AlterColumn {
    /// The table.
    pub table: Option<Identifier>,
    /// The schema it lives in.
    pub schema: Option<Identifier>,
    /// The column.
    pub column: Option<Identifier>,
    /// `nullable=`
    pub nullable: Option<bool>,
    /// `server_default=`; None inside takes it away.
    pub server_default: Option<Option<ChangedDefault>>,
    /// `new_column_name=`
    pub name: Option<Identifier>,
    /// `type_=`
    pub data_type: Option<DataType>,
    /// `comment=`; None inside takes it away.
    pub comment: Option<Option<String>>,
    /// `autoincrement=`
    pub autoincrement: Option<bool>,
    /// `existing_type=`
    pub existing_type: Option<DataType>,
    /// `existing_nullable=`
    pub existing_nullable: Option<bool>,
    /// `existing_server_default=`
    pub existing_server_default: Option<Option<ChangedDefault>>,
    /// `existing_comment=`
    pub existing_comment: Option<String>,
    /// `existing_autoincrement=`
    pub existing_autoincrement: Option<bool>,
    /// `postgresql_using=`
    pub using: Option<String>,
}

/// A default in `op.alter_column`.
#[derive(Clone, Debug)]
pub enum ChangedDefault {
    /// A text or expression.
    Default(ServerDefault),
    /// `Identity(…)`
    Identity(IdentityOptions),
    /// `Computed(…)`
    Computed,
}

impl AlterColumn {
    /// A change of a column.
    pub fn of(table: impl Into<Identifier>, column: impl Into<Identifier>) -> AlterColumn {
        AlterColumn { table: Some(table.into()), column: Some(column.into()), ..AlterColumn::default() }
    }

    fn start(&self, dialect: Dialect) -> String {
        format!("ALTER TABLE {}", self.table_text(dialect))
    }

    fn table_text(&self, dialect: Dialect) -> String {
        let name = self.table.as_ref().map(|name| name.sql(dialect)).unwrap_or_default();
        match self.schema.as_ref().filter(|schema| !schema.is_empty()) {
            Some(schema) => format!("{}.{name}", quote_dotted(schema, dialect)),
            None => name,
        }
    }

    fn column_text(&self, dialect: Dialect) -> String {
        self.column.as_ref().map(|column| column.sql(dialect)).unwrap_or_default()
    }

    fn involves(&self, wanted: impl Fn(&ChangedDefault) -> bool) -> bool {
        let is = |default: &Option<Option<ChangedDefault>>| {
            default.as_ref().and_then(Option::as_ref).is_some_and(&wanted)
        };
        is(&self.server_default) || is(&self.existing_server_default)
    }
}

/// The statements of `op.alter_column`, without the CHECKs of types.
pub fn alter_column(change: &AlterColumn, dialect: Dialect) -> Result<Vec<String>> {
    if dialect.is_mysql() { mysql(change, dialect) } else { standard(change, dialect) }
}

fn standard(change: &AlterColumn, dialect: Dialect) -> Result<Vec<String>> {
    let start = change.start(dialect);
    let column = change.column_text(dialect);
    let mut statements = Vec::new();
    if change.using.is_some() && change.data_type.is_none() {
        let message = "postgresql_using must be used with the type_ parameter";
        return Err(SqlError::new(ErrorKind::Command, message));
    }
    // PostgreSQL's type comes first, with USING; the others' comes after the default.
    if let (Some(data_type), true) = (&change.data_type, dialect.is_postgres()) {
        let using =
            change.using.as_ref().filter(|using| !using.is_empty()).map(|using| format!("USING {using}"));
        let text = format!(
            "{start} ALTER COLUMN {column} TYPE {} {}",
            type_sql(data_type, dialect)?,
            using.unwrap_or_default()
        );
        statements.push(text.trim_end().to_owned());
    }
    if let Some(nullable) = change.nullable {
        let word = if nullable { "DROP" } else { "SET" };
        statements.push(format!("{start} ALTER COLUMN {column} {word} NOT NULL"));
    }
    if let Some(default) = &change.server_default {
        statements.extend(changed_default(change, default.as_ref(), dialect)?);
    }
    if let (Some(data_type), false) = (&change.data_type, dialect.is_postgres()) {
        statements.push(format!("{start} ALTER COLUMN {column} TYPE {}", type_sql(data_type, dialect)?));
    }
    if let Some(comment) = &change.comment {
        if !dialect.is_postgres() {
            return Err(SqlError::compile("the sqlite compiler can't render element of type ColumnComment"));
        }
        let comment = comment.as_ref().map_or_else(|| "NULL".to_owned(), |comment| quoted(comment, dialect));
        statements.push(format!("COMMENT ON COLUMN {}.{column} IS {comment}", change.table_text(dialect)));
    }
    if let Some(name) = &change.name {
        let word = if dialect.is_sqlite() { "RENAME COLUMN" } else { "RENAME" };
        statements.push(format!("{start} {word} {column} TO {}", name.sql(dialect)));
    }
    Ok(statements)
}

fn changed_default(
    change: &AlterColumn,
    default: Option<&ChangedDefault>,
    dialect: Dialect,
) -> Result<Option<String>> {
    let start = format!("{} ALTER COLUMN {}", change.start(dialect), change.column_text(dialect));
    if change.involves(|default| matches!(default, ChangedDefault::Computed)) {
        return Err(SqlError::compile(
            "Adding or removing a \"computed\" construct, e.g. GENERATED ALWAYS AS, to or from an existing column is \
             not supported.",
        ));
    }
    if change.involves(|default| matches!(default, ChangedDefault::Identity(_))) {
        if !dialect.is_postgres() {
            return Err(SqlError::compile(
                "Adding, removing or modifying an \"identity\" construct, e.g. GENERATED AS IDENTITY, to or from an \
                 existing column is not supported in this dialect.",
            ));
        }
        return Ok(Some(changed_identity(&start, change, default)));
    }
    match default {
        Some(ChangedDefault::Default(default)) => {
            Ok(default_sql(default, dialect)?.map(|default| format!("{start} SET DEFAULT {default}")))
        }
        _ => Ok(Some(format!("{start} DROP DEFAULT"))),
    }
}

fn changed_identity(start: &str, change: &AlterColumn, default: Option<&ChangedDefault>) -> String {
    let existing = change.existing_server_default.as_ref().and_then(Option::as_ref);
    match (default, existing) {
        (Some(ChangedDefault::Identity(new)), None) => format!("{start} ADD {}", identity_sql(new)),
        (Some(ChangedDefault::Identity(new)), Some(ChangedDefault::Identity(old))) => {
            format!("{start} {}", identity_difference(new, old)).trim_end().to_owned()
        }
        (Some(ChangedDefault::Identity(new)), Some(_)) => format!("{start} ADD {}", identity_sql(new)),
        (_, _) => format!("{start} DROP IDENTITY"),
    }
}

/// What differs, attribute by attribute in the order of their names.
fn identity_difference(new: &IdentityOptions, old: &IdentityOptions) -> String {
    let mut parts = Vec::new();
    if new.always != old.always {
        parts.push(format!("SET GENERATED {}", if new.always { "ALWAYS" } else { "BY DEFAULT" }));
    }
    let mut single = |differs: bool, options: IdentityOptions| {
        if differs {
            parts.push(format!("SET {}", identity_options_sql(&options)));
        }
    };
    let none = IdentityOptions::default;
    single(new.cache != old.cache, IdentityOptions { cache: new.cache, ..none() });
    single(new.cycle != old.cycle, IdentityOptions { cycle: new.cycle, ..none() });
    single(new.increment != old.increment, IdentityOptions { increment: new.increment, ..none() });
    single(new.maximum != old.maximum, IdentityOptions { maximum: new.maximum, ..none() });
    single(new.minimum != old.minimum, IdentityOptions { minimum: new.minimum, ..none() });
    single(new.no_maximum != old.no_maximum, IdentityOptions { no_maximum: new.no_maximum, ..none() });
    single(new.no_minimum != old.no_minimum, IdentityOptions { no_minimum: new.no_minimum, ..none() });
    single(new.start != old.start, IdentityOptions { start: new.start, ..none() });
    parts.join(" ")
}

fn mysql(change: &AlterColumn, dialect: Dialect) -> Result<Vec<String>> {
    let generated = |default: &ChangedDefault| !matches!(default, ChangedDefault::Default(_));
    let mut statements = Vec::new();
    if change.involves(generated) {
        // As Alembic does: the general way first, which raises where the default itself changes.
        if let Some(default) = &change.server_default {
            statements.extend(changed_default(change, default.as_ref(), dialect)?);
        }
    }
    let start = change.start(dialect);
    let column = change.column_text(dialect);
    let data_type = change.data_type.as_ref().or(change.existing_type.as_ref());
    let keeps_now = data_type.is_some_and(|data_type| data_type.affinity() == Affinity::DateTime)
        && !matches!(change.server_default, Some(None));
    if change.name.is_some() || keeps_now {
        let name = change.name.as_ref().map_or_else(|| column.clone(), |name| name.sql(dialect));
        let specification = mysql_specification(change, data_type, dialect)?;
        statements.push(format!("{start} CHANGE {column} {name} {specification}"));
    } else if change.nullable.is_some()
        || change.data_type.is_some()
        || change.autoincrement.is_some()
        || change.comment.is_some()
    {
        statements
            .push(format!("{start} MODIFY {column} {}", mysql_specification(change, data_type, dialect)?));
    } else if let Some(default) = &change.server_default {
        let text = match default {
            Some(ChangedDefault::Default(default)) => default_sql(default, dialect)?,
            _ => None,
        };
        let end = text.map_or_else(|| "DROP DEFAULT".to_owned(), |text| format!("SET DEFAULT {text}"));
        statements.push(format!("{start} ALTER COLUMN {column} {end}"));
    }
    Ok(statements)
}

fn mysql_specification(
    change: &AlterColumn,
    data_type: Option<&DataType>,
    dialect: Dialect,
) -> Result<String> {
    let Some(data_type) = data_type else {
        return Err(SqlError::new(
            ErrorKind::Command,
            "All MySQL CHANGE/MODIFY COLUMN operations require the existing type.",
        ));
    };
    let nullable = change.nullable.or(change.existing_nullable).unwrap_or(true);
    let mut text =
        format!("{} {}", type_sql(data_type, dialect)?, if nullable { "NULL" } else { "NOT NULL" });
    if change.autoincrement.or(change.existing_autoincrement) == Some(true) {
        text.push_str(" AUTO_INCREMENT");
    }
    let default = match &change.server_default {
        Some(default) => default.as_ref(),
        None => change.existing_server_default.as_ref().and_then(Option::as_ref),
    };
    if let Some(ChangedDefault::Default(default)) = default
        && let Some(default) = default_sql(default, dialect)?
    {
        text.push_str(&format!(" DEFAULT {default}"));
    }
    let comment = match &change.comment {
        Some(comment) => comment.as_ref(),
        None => change.existing_comment.as_ref(),
    };
    if let Some(comment) = comment {
        text.push_str(&format!(" COMMENT {}", quoted(comment, dialect)));
    }
    Ok(text)
}

/// `ALTER TABLE … RENAME TO …`
pub(super) fn rename_sql(
    schema: Option<&Identifier>,
    old: &Identifier,
    new: &Identifier,
    dialect: Dialect,
) -> String {
    let start = match schema.filter(|schema| !schema.is_empty()) {
        Some(schema) => format!("ALTER TABLE {}.{}", quote_dotted(schema, dialect), old.sql(dialect)),
        None => format!("ALTER TABLE {}", old.sql(dialect)),
    };
    let target = if dialect.is_mysql() { qualified(schema, new, dialect) } else { new.sql(dialect) };
    format!("{start} RENAME TO {target}")
}
