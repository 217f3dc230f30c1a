//! DDL: what SQLAlchemy's `DDLCompiler`s write, and Alembic's directives on top.

mod alter;
mod column;
mod constraint;
mod directive;
mod index;
mod table;
mod types;

pub use alter::{AlterColumn, ChangedDefault, alter_column};
pub use column::{column_sql, default_sql, identity_options_sql};
pub use constraint::{add_constraint, constraint_sql, drop_constraint};
pub use directive::{
    AddColumn, ConstraintType, add_column, add_constraint_directive, alter_column_directive, drop_column,
    drop_constraint_directive, named_constraint, rename_table,
};
pub use index::{create_index, drop_index};
pub use table::{
    create_column_comment, create_sequence, create_table, create_table_statement, drop_sequence, drop_table,
    drop_table_comment, set_table_comment,
};
pub use types::{NamedTypes, create_type, drop_type};

use crate::sql::dialect::Dialect;
use crate::sql::identifier::qualified;
use crate::sql::table::Table;

fn table_name(table: &Table, dialect: Dialect) -> String {
    qualified(table.schema.as_ref(), &table.name, dialect)
}
