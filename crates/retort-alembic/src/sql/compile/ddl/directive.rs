//! Alembic's directives that are more than one statement, or that SQLite refuses (`operations/toimpl.py`).

use super::alter::{AlterColumn, alter_column, rename_sql};
use super::column::column_sql;
use super::constraint::{add_constraint, drop_constraint};
use super::index::create_index;
use super::table::{create_column_comment, is_made};
use crate::sql::dialect::Dialect;
use crate::sql::error::{ErrorKind, Result, SqlError};
use crate::sql::expression::Expression;
use crate::sql::identifier::{ConstraintName, Identifier, quote_dotted};
use crate::sql::table::{Column, Constraint, ConstraintKind, MetaData, Table, TableItem, TableOptions};
use crate::sql::types::DataType;

/// What `op.add_column` takes.
#[derive(Clone, Debug)]
pub struct AddColumn {
    /// The table.
    pub table: Identifier,
    /// The schema it lives in.
    pub schema: Option<Identifier>,
    /// The column.
    pub column: Column,
    /// `if_not_exists=`
    pub if_not_exists: bool,
    /// `inline_references=`
    pub inline_references: bool,
    /// `inline_primary_key=`
    pub inline_primary_key: bool,
}

impl AddColumn {
    /// `op.add_column(table, column)`
    pub fn new(table: impl Into<Identifier>, column: Column) -> AddColumn {
        AddColumn {
            table: table.into(),
            schema: None,
            column,
            if_not_exists: false,
            inline_references: false,
            inline_primary_key: false,
        }
    }

    /// The table with this column only, by which its constraints and indexes get their names.
    pub(in crate::sql) fn table(&self, metadata: &MetaData) -> Result<Table> {
        let options = TableOptions { schema: self.schema.clone(), ..TableOptions::default() };
        Table::new(
            self.table.clone(),
            metadata,
            vec![TableItem::Column(Box::new(self.column.clone()))],
            options,
        )
    }
}

/// `op.add_column`: the column, its constraints, indexes, comment.
pub fn add_column(change: &AddColumn, metadata: &MetaData, dialect: Dialect) -> Result<Vec<String>> {
    let table = change.table(metadata)?;
    let Some(column) = table.columns.first() else { return Ok(Vec::new()) };
    let start = alter_table(change.schema.as_ref(), &change.table, dialect);
    let exists = if change.if_not_exists { "IF NOT EXISTS " } else { "" };
    let mut bare = column.clone();
    bare.checks.clear();
    let mut text = format!("{start} ADD COLUMN {exists}{}", column_sql(&bare, &table, dialect)?);
    if change.inline_primary_key && column.primary_key {
        text.push_str(" PRIMARY KEY");
    }
    let inline = change.inline_references && column.foreign_keys.len() == 1;
    if inline {
        text.push_str(&inline_reference(&table, dialect)?);
    }
    for check in &column.checks {
        if let Some(check) = super::constraint_sql(check, &table, dialect)? {
            text.push_str(&format!(" {check}"));
        }
    }
    let mut statements = vec![text];
    for constraint in &table.constraints {
        if inline && matches!(constraint.kind, ConstraintKind::ForeignKey { .. }) {
            continue;
        }
        statements.extend(add_constraint_directive(constraint, &table, dialect)?);
    }
    for index in &table.indexes {
        statements.push(create_index(index, &table, false, dialect)?);
    }
    if dialect.comments_apart() && column.comment.is_some() {
        statements.extend(create_column_comment(column, &table, dialect)?);
    }
    Ok(statements)
}

fn inline_reference(table: &Table, dialect: Dialect) -> Result<String> {
    let key = table
        .constraints
        .iter()
        .find(|constraint| matches!(constraint.kind, ConstraintKind::ForeignKey { .. }));
    let Some(key) = key else { return Ok(String::new()) };
    let nameless = Constraint { name: ConstraintName::None, ..key.clone() };
    let text = super::constraint_sql(&nameless, table, dialect)?.unwrap_or_default();
    Ok(text.find("REFERENCES").map(|place| format!(" {}", &text[place..])).unwrap_or_default())
}

fn alter_table(schema: Option<&Identifier>, table: &Identifier, dialect: Dialect) -> String {
    match schema.filter(|schema| !schema.is_empty()) {
        Some(schema) => format!("ALTER TABLE {}.{}", quote_dotted(schema, dialect), table.sql(dialect)),
        None => format!("ALTER TABLE {}", table.sql(dialect)),
    }
}

/// `op.create_*_constraint`, and what `op.add_column` adds.
pub fn add_constraint_directive(
    constraint: &Constraint,
    table: &Table,
    dialect: Dialect,
) -> Result<Option<String>> {
    if dialect.is_sqlite() {
        // The CHECK of a type is left out with a warning; all else is refused.
        return if constraint.type_bound.is_some() { Ok(None) } else { Err(no_alter()) };
    }
    if constraint.type_bound.is_some() && !is_made(constraint, dialect) {
        return Ok(None);
    }
    add_constraint(constraint, table, dialect)
}

fn no_alter() -> SqlError {
    SqlError::new(
        ErrorKind::NotImplemented,
        "No support for ALTER of constraints in SQLite dialect. Please refer to the batch mode feature which allows \
         for SQLite migrations using a copy-and-move strategy.",
    )
}

/// `op.drop_column`
pub fn drop_column(
    schema: Option<&Identifier>,
    table: &Identifier,
    column: &Identifier,
    if_exists: bool,
    dialect: Dialect,
) -> String {
    let exists = if if_exists { "IF EXISTS " } else { "" };
    format!("{} DROP COLUMN {exists}{}", alter_table(schema, table, dialect), column.sql(dialect))
}

/// `op.rename_table`
pub fn rename_table(
    schema: Option<&Identifier>,
    old: &Identifier,
    new: &Identifier,
    dialect: Dialect,
) -> String {
    rename_sql(schema, old, new, dialect)
}

/// `type_=` of `op.drop_constraint`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConstraintType {
    /// `"foreignkey"`
    ForeignKey,
    /// `"primary"`
    Primary,
    /// `"unique"`
    Unique,
    /// `"check"`
    Check,
}

impl ConstraintType {
    /// The type of that name in Python.
    pub fn parse(name: &str) -> Option<ConstraintType> {
        match name {
            "foreignkey" => Some(ConstraintType::ForeignKey),
            "primary" => Some(ConstraintType::Primary),
            "unique" => Some(ConstraintType::Unique),
            "check" => Some(ConstraintType::Check),
            _ => None,
        }
    }
}

/// A constraint that is only a name, named by the convention of the `MetaData`, and its table.
pub fn named_constraint(
    name: ConstraintName,
    schema: Option<Identifier>,
    table: &Identifier,
    kind: Option<ConstraintType>,
    metadata: &MetaData,
) -> Result<(Constraint, Table)> {
    let options = TableOptions { schema, ..TableOptions::default() };
    let table = Table::new(table.clone(), metadata, Vec::new(), options)?;
    let kind = match kind {
        Some(ConstraintType::ForeignKey) => ConstraintKind::ForeignKey {
            columns: Vec::new(),
            targets: Vec::new(),
            ondelete: None,
            onupdate: None,
            match_: None,
            use_alter: false,
        },
        Some(ConstraintType::Primary) => ConstraintKind::PrimaryKey { columns: Vec::new() },
        Some(ConstraintType::Unique) => ConstraintKind::Unique { columns: Vec::new() },
        Some(ConstraintType::Check) => {
            ConstraintKind::Check { condition: Expression::text(""), columns: Vec::new() }
        }
        None => ConstraintKind::Unknown,
    };
    let mut constraint = Constraint::new(kind).named(name);
    crate::sql::naming::apply(&mut constraint, &table)?;
    Ok((constraint, table))
}

/// `op.drop_constraint`
pub fn drop_constraint_directive(
    constraint: &Constraint,
    table: &Table,
    if_exists: bool,
    dialect: Dialect,
) -> Result<String> {
    if dialect.is_sqlite() {
        return Err(no_alter());
    }
    // Alembic's MySQL drops its keyword arguments.
    drop_constraint(constraint, table, if_exists && !dialect.is_mysql(), dialect)
}

/// `op.alter_column`: the CHECKs of the old and the new type (Boolean, Enum with `create_constraint=True`) go and
/// come around the change itself.
pub fn alter_column_directive(
    change: &AlterColumn,
    metadata: &MetaData,
    dialect: Dialect,
) -> Result<Vec<String>> {
    let mut statements = Vec::new();
    let name = change.column.clone().unwrap_or_else(|| "".into());
    let of_type = |data_type: &DataType, name: &Identifier| {
        let table = change.table.clone().unwrap_or_else(|| "".into());
        let column = Column::new(name.clone(), data_type.clone());
        AddColumn { schema: change.schema.clone(), ..AddColumn::new(table, column) }.table(metadata)
    };
    if let (Some(old), Some(_)) = (&change.existing_type, &change.data_type) {
        let table = of_type(old, &name)?;
        for constraint in table.constraints.iter().filter(|constraint| is_made(constraint, dialect)) {
            // MySQL and SQLite leave the CHECKs of types alone here.
            if dialect.is_postgres() {
                statements.push(drop_constraint(constraint, &table, false, dialect)?);
            }
        }
    }
    statements.extend(alter_column(change, dialect)?);
    if let Some(new) = &change.data_type {
        let table = of_type(new, &name)?;
        for constraint in table.constraints.iter().filter(|constraint| is_made(constraint, dialect)) {
            statements.extend(add_constraint_directive(constraint, &table, dialect)?);
        }
    }
    Ok(statements)
}
