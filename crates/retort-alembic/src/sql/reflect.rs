//! From a schema of the core to tables and the inspector's answers, as SQLAlchemy reflects them per dialect.
//!
//! What the core keeps as it was written is given as it was written: a server prints some defaults and
//! conditions in a form of its own, which nobody but it can know.

mod inspector;
mod types;

use retort_core::schema::{self as core, IndexKey, ObjectName, Schema};

use super::dialect::Dialect;
use super::error::{ErrorKind, Result, SqlError};
use super::expression::{Expr, Expression, Node};
use super::identifier::{ConstraintName, Identifier};
use super::literal::Literal;
use super::table::{
    Autoincrement, Column, Computed, Constraint, ConstraintKind, IdentityOptions, Index, IndexPart, MetaData,
    OptionValue, Options, ServerDefault, Table, TableItem, TableOptions, Target,
};

pub use inspector::{
    ReflectedCheck, ReflectedColumn, ReflectedForeignKey, ReflectedIndex, ReflectedUnique, check_constraints,
    columns, enums, find_table, foreign_keys, has_index, has_sequence, has_table, indexes, pk_constraint,
    schema_names, sequence_names, table_comment, table_names, unique_constraints, view_names,
};
pub use types::reflected_type;

/// SQL text that was read from a database: nothing in it is a parameter.
pub(super) fn verbatim(text: &str) -> Expr {
    Expression::untyped(Node::LiteralColumn(text.to_owned()))
}

/// `Table(name, metadata, autoload_with=…)`: the table as it is reflected. With `for_batch`, defaults stand as
/// Alembic's listener puts them for a table that is written again.
pub fn reflect_table(
    schema: &Schema,
    name: &ObjectName,
    metadata: &MetaData,
    for_batch: bool,
    dialect: Dialect,
) -> Result<Table> {
    let Some(own) = schema.table(name) else {
        return Err(SqlError::new(ErrorKind::NoSuchTable, name.to_string()));
    };
    let mut items = Vec::new();
    for column in columns(schema, own, dialect) {
        items.push(TableItem::Column(Box::new(table_column(column, for_batch, dialect))));
    }
    if let Some(key) = pk_constraint(own, dialect) {
        let constraint = Constraint::primary_key(key.1).named(fixed(key.0.as_deref()));
        items.push(TableItem::Constraint(Box::new(constraint)));
    }
    for key in foreign_keys(schema, own, dialect) {
        items.push(TableItem::Constraint(Box::new(foreign_key(key))));
    }
    for unique in unique_constraints(own, dialect) {
        if unique.duplicates_index.is_some() {
            continue;
        }
        let mut constraint = Constraint::unique(unique.columns).named(fixed(unique.name.as_deref()));
        constraint.options = unique.options;
        items.push(TableItem::Constraint(Box::new(constraint)));
    }
    for check in check_constraints(own, dialect) {
        let constraint = Constraint::check(verbatim(&check.sqltext)).named(fixed(check.name.as_deref()));
        items.push(TableItem::Constraint(Box::new(constraint)));
    }
    for index in indexes(own, dialect) {
        if !index.duplicates_constraint && !index.is_expression {
            items.push(TableItem::Index(Box::new(table_index(index))));
        }
    }
    let options = TableOptions {
        schema: name.schema.as_deref().map(Identifier::new),
        comment: own.comment.clone().filter(|_| !dialect.is_sqlite()),
        prefixes: Vec::new(),
        options: table_options(own, dialect),
    };
    let mut table = Table::new(&*own.name.name, &plain_names(metadata), items, options)?;
    table.naming = std::rc::Rc::clone(&metadata.naming);
    table.reflected = true;
    Ok(table)
}

/// Names that come from a database are not made anew by a convention while they are read.
fn plain_names(metadata: &MetaData) -> MetaData {
    let nothing = super::naming::NamingConvention::new(Vec::new());
    MetaData { schema: metadata.schema.clone(), naming: std::rc::Rc::new(nothing) }
}

fn fixed(name: Option<&str>) -> ConstraintName {
    ConstraintName::plain(name)
}

fn table_column(reflected: ReflectedColumn, for_batch: bool, dialect: Dialect) -> Column {
    let mut column = Column::new(&*reflected.name, reflected.data_type);
    column.nullable = Some(reflected.nullable);
    column.comment = reflected.comment;
    let is_serial = reflected.default.as_deref().is_some_and(|default| default.starts_with("nextval("));
    if let Some(default) = reflected.default.filter(|_| !(for_batch && dialect.is_postgres() && is_serial)) {
        let text = if for_batch && dialect.is_sqlite() { in_parentheses(default) } else { default };
        column.server_default = Some(ServerDefault::Expression(verbatim(&text)));
    }
    if let Some((text, persisted)) = reflected.computed {
        column.computed = Some(Computed { expression: verbatim(&text), persisted });
    }
    column.identity = reflected.identity;
    column.autoincrement = match reflected.autoincrement {
        Some(true) => Autoincrement::True,
        Some(false) => Autoincrement::False,
        None => Autoincrement::Auto,
    };
    column
}

/// `SQLiteImpl._guess_if_default_is_unparenthesized_sql_expr`
fn in_parentheses(default: String) -> String {
    let single_digit = default.len() == 1 && default.chars().all(|c| c.is_ascii_digit() || c == '.');
    // Its pattern, `^\(.+\)$`, does not match over several lines.
    let wrapped = |open: char, close: char| {
        default.len() > 2 && default.starts_with(open) && default.ends_with(close) && !default.contains('\n')
    };
    if default.is_empty() || single_digit || wrapped('\'', '\'') || wrapped('(', ')') {
        return default;
    }
    format!("({default})")
}

fn foreign_key(key: ReflectedForeignKey) -> Constraint {
    let schema = key.referred_schema.as_deref().map(Identifier::new);
    let target = |column: &String| Target {
        schema: schema.clone(),
        table: key.referred_table.as_str().into(),
        column: Some(column.as_str().into()),
    };
    let targets = key.referred_columns.iter().map(target).collect();
    let mut constraint =
        Constraint::foreign_key(key.columns.clone(), targets).named(fixed(key.name.as_deref()));
    if let ConstraintKind::ForeignKey { ondelete, onupdate, match_, .. } = &mut constraint.kind {
        ondelete.clone_from(&key.ondelete);
        onupdate.clone_from(&key.onupdate);
        match_.clone_from(&key.match_);
    }
    constraint.deferrable = key.deferrable;
    constraint.initially = key.initially;
    constraint
}

fn table_index(reflected: ReflectedIndex) -> Index {
    let parts = reflected.columns.into_iter().flatten().map(IndexPart::Column).collect();
    let mut index = Index::new(fixed(Some(&reflected.name)), parts);
    index.unique = reflected.unique;
    index.options = reflected.options;
    index
}

/// What a table says about its engine; SQLite's `WITHOUT ROWID` and AUTOINCREMENT are not reflected.
fn table_options(table: &core::Table, dialect: Dialect) -> Options {
    let prefix = match dialect.is_mysql() {
        true => "mysql_",
        false => return Options::default(),
    };
    let entries = table.options.iter().map(|(name, value)| {
        let key = format!("{prefix}{}", name.to_lowercase().replace(' ', "_"));
        (key, OptionValue::Literal(Literal::text(value)))
    });
    Options(entries.collect())
}

/// The numbers of an identity column.
fn identity_of(identity: &core::Identity) -> Option<IdentityOptions> {
    let always = match identity.kind {
        core::IdentityKind::Always => true,
        core::IdentityKind::ByDefault => false,
        core::IdentityKind::Serial | core::IdentityKind::Auto => return None,
    };
    Some(IdentityOptions {
        always,
        start: identity.start,
        increment: identity.increment,
        ..IdentityOptions::default()
    })
}

/// The plain column of an index part.
fn plain_column(part: &core::IndexPart) -> Option<String> {
    match &part.key {
        IndexKey::Column(name) => Some(name.clone()),
        IndexKey::Expression(_) => None,
    }
}
