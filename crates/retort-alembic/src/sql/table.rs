//! Tables as SQLAlchemy's `Table` holds them: columns, constraints, indexes, options.

mod attach;
mod column;
mod constraint;
mod copy;

use std::rc::Rc;

use super::error::Result;
use super::expression::{Expr, From, SourceColumn};
use super::identifier::Identifier;
use super::literal::Literal;
use super::naming::NamingConvention;

pub use column::{
    Autoincrement, Column, ColumnDefault, Computed, ForeignKey, IdentityOptions, Sequence, ServerDefault,
};
pub use constraint::{Constraint, ConstraintKind, Index, IndexPart, Target, TypeBound};

/// `MetaData(…)`: what tables take over from it.
#[derive(Clone, Debug, Default)]
pub struct MetaData {
    /// The schema of tables that name none.
    pub schema: Option<Identifier>,
    /// How nameless constraints are named.
    pub naming: Rc<NamingConvention>,
}

/// Options of a dialect (`mysql_engine=…`), by their full names, in order.
#[derive(Clone, Debug, Default)]
pub struct Options(pub Vec<(String, OptionValue)>);

/// The value of an option.
#[derive(Clone, Debug)]
pub enum OptionValue {
    /// A plain value.
    Literal(Literal),
    /// An expression: `postgresql_where`, …
    Expression(Expr),
    /// A dictionary: `postgresql_ops`, `mysql_length`, …
    Map(Vec<(String, Literal)>),
    /// Names of columns: `postgresql_include`.
    Names(Vec<String>),
}

impl Options {
    /// The option of that name.
    pub fn get(&self, name: &str) -> Option<&OptionValue> {
        let found = self.0.iter().find(|(own, _)| own == name).map(|(_, value)| value);
        found.filter(|value| !matches!(value, OptionValue::Literal(Literal::Null)))
    }

    /// The option as a text.
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.get(name) {
            Some(OptionValue::Literal(Literal::Str(text))) => Some(text),
            _ => None,
        }
    }

    /// The option as yes or no.
    pub fn flag(&self, name: &str) -> Option<bool> {
        match self.get(name) {
            Some(OptionValue::Literal(Literal::Bool(flag))) => Some(*flag),
            Some(OptionValue::Literal(Literal::Int(number))) => Some(*number != 0),
            _ => None,
        }
    }

    /// The option as an expression; a text counts as SQL.
    pub fn expression(&self, name: &str) -> Option<Expr> {
        match self.get(name) {
            Some(OptionValue::Expression(expression)) => Some(Rc::clone(expression)),
            Some(OptionValue::Literal(Literal::Str(text))) => Some(super::expression::Expression::text(text)),
            _ => None,
        }
    }

    /// The option as a list of names.
    pub fn names(&self, name: &str) -> Vec<String> {
        match self.get(name) {
            Some(OptionValue::Names(names)) => names.clone(),
            Some(OptionValue::Literal(Literal::Str(name))) => vec![name.clone()],
            Some(OptionValue::Literal(Literal::Array(items))) => items
                .iter()
                .filter_map(|item| if let Literal::Str(name) = item { Some(name.clone()) } else { None })
                .collect(),
            _ => Vec::new(),
        }
    }

    /// The option as a dictionary.
    pub fn map(&self, name: &str) -> &[(String, Literal)] {
        match self.get(name) {
            Some(OptionValue::Map(entries)) => entries,
            _ => &[],
        }
    }
}

/// A table.
///
/// Invariant: `columns`, `primary_key` and `constraints` agree, if changed by the methods only.
#[derive(Clone, Debug)]
pub struct Table {
    /// Its name.
    pub name: Identifier,
    /// The schema it lives in.
    pub schema: Option<Identifier>,
    /// In order.
    pub columns: Vec<Column>,
    /// The primary key; without columns when there is none.
    pub primary_key: Constraint,
    /// All other constraints of the table, in the order in which they were made.
    pub constraints: Vec<Constraint>,
    /// Indexes.
    pub indexes: Vec<Index>,
    /// What people wrote about it.
    pub comment: Option<String>,
    /// Words after CREATE: `TEMPORARY`, `UNLOGGED`.
    pub prefixes: Vec<String>,
    /// Options of dialects.
    pub options: Options,
    /// How nameless constraints are named.
    pub naming: Rc<NamingConvention>,
    /// The schema of the `MetaData`, for foreign keys that name none.
    pub default_schema: Option<Identifier>,
    /// It was read from a database.
    pub reflected: bool,
}

/// What `Table(…)` takes beside its name, columns and constraints.
#[derive(Clone, Debug, Default)]
pub struct TableOptions {
    /// `schema=`; None takes that of the `MetaData`.
    pub schema: Option<Identifier>,
    /// `comment=`
    pub comment: Option<String>,
    /// `prefixes=`
    pub prefixes: Vec<String>,
    /// `mysql_engine=`, …
    pub options: Options,
}

/// An argument of `Table(…)`.
#[derive(Clone, Debug)]
pub enum TableItem {
    /// A column.
    Column(Box<Column>),
    /// A constraint.
    Constraint(Box<Constraint>),
    /// An index.
    Index(Box<Index>),
}

impl Table {
    /// `Table(name, metadata, *items, **options)`.
    pub fn new(
        name: impl Into<Identifier>,
        metadata: &MetaData,
        items: Vec<TableItem>,
        options: TableOptions,
    ) -> Result<Table> {
        let mut table = Table {
            name: name.into(),
            schema: options.schema.or_else(|| metadata.schema.clone()),
            columns: Vec::new(),
            primary_key: Constraint::primary_key(Vec::new()),
            constraints: Vec::new(),
            indexes: Vec::new(),
            comment: options.comment,
            prefixes: options.prefixes,
            options: options.options,
            naming: Rc::clone(&metadata.naming),
            default_schema: metadata.schema.clone(),
            reflected: false,
        };
        table.primary_key.implicit = true;
        table.take(items)?;
        Ok(table)
    }

    /// The column of that key.
    pub fn column(&self, key: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.key == key)
    }

    /// The column of that key, to be changed.
    pub fn column_mut(&mut self, key: &str) -> Option<&mut Column> {
        self.columns.iter_mut().find(|column| column.key == key)
    }

    /// The keys of the columns of the primary key.
    pub fn primary_key_columns(&self) -> &[String] {
        self.primary_key.columns()
    }

    /// The table as a thing to read from.
    pub fn source(&self) -> From {
        let columns = self.columns.iter().map(|column| SourceColumn {
            key: column.key.clone(),
            name: column.name.clone(),
            data_type: Rc::clone(&column.data_type),
            default: column.default.as_ref().and_then(ColumnDefault::expression),
            onupdate: column.onupdate.as_ref().and_then(ColumnDefault::expression),
        });
        From::table(self.schema.clone(), self.name.clone(), columns.collect())
    }

    /// The column that numbers itself (`Table.autoincrement_column`).
    pub fn autoincrement_column(&self) -> Option<&Column> {
        let keys = self.primary_key.columns();
        let columns = || keys.iter().filter_map(|key| self.column(key));
        match (columns().next(), keys.len()) {
            (Some(column), 1) => match column.autoincrement {
                Autoincrement::True => Some(column),
                Autoincrement::Auto | Autoincrement::IgnoreForeignKey => {
                    self.numbers_itself(column).then_some(column)
                }
                Autoincrement::False => None,
            },
            _ => columns().find(|column| column.autoincrement == Autoincrement::True),
        }
    }

    fn numbers_itself(&self, column: &Column) -> bool {
        use super::types::Affinity;
        column.data_type.affinity() == Affinity::Integer
            && column.default.as_ref().is_none_or(|default| matches!(default, ColumnDefault::Sequence(_)))
            && (column.server_default.is_none() && column.computed.is_none())
            && (column.autoincrement == Autoincrement::IgnoreForeignKey || !self.has_foreign_key(column))
    }

    /// Whether a foreign key begins at the column.
    pub(super) fn has_foreign_key(&self, column: &Column) -> bool {
        !column.foreign_keys.is_empty()
            || self.constraints.iter().any(|constraint| {
                matches!(constraint.kind, ConstraintKind::ForeignKey { .. })
                    && constraint.columns().contains(&column.key)
            })
    }
}
