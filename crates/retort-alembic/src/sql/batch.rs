//! `op.batch_alter_table`: plain ALTERs, or the whole table made anew (`alembic/operations/batch.py`).

mod order;
mod rebuild;

use super::compile::ddl::{self, AddColumn, AlterColumn, ConstraintType, NamedTypes};
use super::dialect::Dialect;
use super::error::{ErrorKind, Result, SqlError};
use super::identifier::{ConstraintName, Identifier};
use super::naming::NamingConvention;
use super::table::{Index, MetaData, Options, ServerDefault, Table, TableItem, TableOptions};
use super::types::DataType;

/// `recreate=`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Recreate {
    /// `"auto"`: on SQLite, where it must be.
    #[default]
    Auto,
    /// `"always"`
    Always,
    /// `"never"`
    Never,
}

/// What `op.batch_alter_table` was given, and what was said within.
#[derive(Clone, Debug)]
pub struct Batch {
    /// The table.
    pub table: Identifier,
    /// The schema it lives in.
    pub schema: Option<Identifier>,
    /// `recreate=`
    pub recreate: Recreate,
    /// `copy_from=`
    pub copy_from: Option<Table>,
    /// `table_args=`
    pub table_args: Vec<TableItem>,
    /// `table_kwargs=`
    pub table_kwargs: Options,
    /// `reflect_args=`
    pub reflect_args: Vec<TableItem>,
    /// `naming_convention=`
    pub naming_convention: Option<NamingConvention>,
    /// `partial_reordering=`
    pub partial_reordering: Vec<Vec<String>>,
    /// In order.
    pub operations: Vec<BatchOperation>,
}

/// An operation within a batch.
#[derive(Clone, Debug)]
pub enum BatchOperation {
    /// `batch_op.add_column`
    AddColumn {
        /// The column; table and schema are the batch's.
        change: Box<AddColumn>,
        /// `insert_before=`
        before: Option<String>,
        /// `insert_after=`
        after: Option<String>,
    },
    /// `batch_op.drop_column`
    DropColumn {
        /// Which.
        name: Identifier,
        /// `existing_type=`
        existing_type: Option<Box<DataType>>,
        /// `if_exists=`
        if_exists: bool,
    },
    /// `batch_op.alter_column`; table and schema are the batch's.
    AlterColumn(Box<AlterColumn>),
    /// `batch_op.create_*_constraint`: the constraint with the stub of its table, as `Table::append_constraint`
    /// left it (named by the convention of `target_metadata`).
    AddConstraint(Box<(super::table::Constraint, Table)>),
    /// `batch_op.drop_constraint`
    DropConstraint {
        /// Its name.
        name: ConstraintName,
        /// `type_=`
        kind: Option<ConstraintType>,
    },
    /// `batch_op.create_index`
    CreateIndex {
        /// What to make.
        index: Box<Index>,
        /// `if_not_exists=`; a table made anew has none before.
        if_not_exists: bool,
    },
    /// `batch_op.drop_index`
    DropIndex {
        /// Its name.
        name: ConstraintName,
        /// `if_exists=`
        if_exists: bool,
    },
    /// `batch_op.create_table_comment`; None takes it away.
    TableComment(Option<String>),
}

/// What a batch comes to.
#[derive(Clone, Debug, Default)]
pub struct BatchOutcome {
    /// In order.
    pub statements: Vec<String>,
    /// The table is made anew: foreign keys must be off, or dropping the old one deletes rows elsewhere.
    pub recreates: bool,
    /// What silently goes: nameless CHECKs of the old table.
    pub warnings: Vec<String>,
}

impl Batch {
    /// `op.batch_alter_table(table)`
    pub fn new(table: impl Into<Identifier>) -> Batch {
        Batch {
            table: table.into(),
            schema: None,
            recreate: Recreate::Auto,
            copy_from: None,
            table_args: Vec::new(),
            table_kwargs: Options::default(),
            reflect_args: Vec::new(),
            naming_convention: None,
            partial_reordering: Vec::new(),
            operations: Vec::new(),
        }
    }

    /// Whether the table is made anew.
    pub fn recreates(&self, dialect: Dialect) -> bool {
        match self.recreate {
            Recreate::Always => true,
            Recreate::Never => false,
            Recreate::Auto => dialect.is_sqlite() && self.operations.iter().any(needs_new_table),
        }
    }
}

/// `SQLiteImpl.requires_recreate_in_batch`
fn needs_new_table(operation: &BatchOperation) -> bool {
    match operation {
        BatchOperation::AddColumn { change, .. } => {
            let column = &change.column;
            matches!(&column.server_default, Some(ServerDefault::Expression(_)))
                || column.computed.as_ref().is_some_and(|computed| computed.persisted == Some(true))
                || makes_constraint(change)
        }
        BatchOperation::CreateIndex { .. } | BatchOperation::DropIndex { .. } => false,
        BatchOperation::DropColumn { .. }
        | BatchOperation::AlterColumn(_)
        | BatchOperation::AddConstraint(_)
        | BatchOperation::DropConstraint { .. }
        | BatchOperation::TableComment(_) => true,
    }
}

/// A column with constraints of its own brings `add_constraint` operations along.
fn makes_constraint(change: &AddColumn) -> bool {
    change.table(&MetaData::default()).is_ok_and(|table| {
        table.constraints.iter().any(|constraint| {
            constraint.type_bound.as_ref().is_none_or(|bound| bound.dialects.contains(&"sqlite"))
        })
    })
}

/// Ends a batch: the statements of all its operations. `reflect` reads the table as it is now; it is asked only
/// when the table is made anew and no `copy_from` was given.
pub fn flush(
    batch: &Batch,
    metadata: &MetaData,
    known: &mut NamedTypes,
    reflect: &mut dyn FnMut() -> Result<Table>,
    dialect: Dialect,
) -> Result<BatchOutcome> {
    let recreates = batch.recreates(dialect);
    let places = batch.operations.iter().any(|operation| {
        matches!(operation, BatchOperation::AddColumn { before, after, .. } if before.is_some() || after.is_some())
    });
    if places && !recreates {
        return Err(SqlError::new(
            ErrorKind::Command,
            "Can't specify insert_before or insert_after when using ALTER; please specify recreate='always'",
        ));
    }
    if recreates {
        return rebuild::rebuild(batch, metadata, known, reflect, dialect);
    }
    let mut statements = Vec::new();
    for operation in &batch.operations {
        statements.extend(alter(batch, operation, metadata, dialect)?);
    }
    Ok(BatchOutcome { statements, recreates, warnings: Vec::new() })
}

fn alter(
    batch: &Batch,
    operation: &BatchOperation,
    metadata: &MetaData,
    dialect: Dialect,
) -> Result<Vec<String>> {
    let stub = |comment: Option<String>| {
        let options = TableOptions { schema: batch.schema.clone(), comment, ..TableOptions::default() };
        Table::new(batch.table.clone(), metadata, Vec::new(), options)
    };
    let one = |statement: String| Ok(vec![statement]);
    match operation {
        BatchOperation::AddColumn { change, .. } => ddl::add_column(change, metadata, dialect),
        BatchOperation::DropColumn { name, if_exists, .. } => {
            one(ddl::drop_column(batch.schema.as_ref(), &batch.table, name, *if_exists, dialect))
        }
        BatchOperation::AlterColumn(change) => ddl::alter_column_directive(change, metadata, dialect),
        BatchOperation::AddConstraint(added) => {
            Ok(ddl::add_constraint_directive(&added.0, &added.1, dialect)?.into_iter().collect())
        }
        BatchOperation::DropConstraint { name, kind } => {
            let (constraint, table) =
                ddl::named_constraint(name.clone(), batch.schema.clone(), &batch.table, *kind, metadata)?;
            one(ddl::drop_constraint_directive(&constraint, &table, false, dialect)?)
        }
        BatchOperation::CreateIndex { index, if_not_exists } => {
            let mut table = stub(None)?;
            table.append_index((**index).clone())?;
            table
                .indexes
                .iter()
                .map(|index| ddl::create_index(index, &table, *if_not_exists, dialect))
                .collect()
        }
        BatchOperation::DropIndex { name, if_exists } => {
            one(ddl::drop_index(&Index::new(name.clone(), Vec::new()), &stub(None)?, *if_exists, dialect)?)
        }
        BatchOperation::TableComment(Some(comment)) => {
            one(ddl::set_table_comment(&stub(Some(comment.clone()))?, dialect))
        }
        BatchOperation::TableComment(None) => one(ddl::drop_table_comment(&stub(None)?, dialect)),
    }
}
