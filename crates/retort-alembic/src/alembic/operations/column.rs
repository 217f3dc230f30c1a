//! The directives over columns.

use super::super::wrap::{
    self, Item, NativeColumn, NativeItem, flag, identifier, optional_flag, optional_text, text,
};
use super::super::{constraints, types, world};
use super::{emit_all, known_name, metadata, schema_of};
use crate::python::{Arguments, Interpreter, Outcome, Unwind, Value};
use crate::sql::compile::ddl::{self, AddColumn, AlterColumn, ChangedDefault};
use crate::sql::{Column, DataType};

/// The column of `add_column`.
pub(crate) fn column_of(interp: &mut Interpreter<'_>, value: Option<Value>) -> Outcome<Column> {
    let value = value.unwrap_or(Value::None);
    interp.refuse_foreign(&value)?;
    match value.as_native::<NativeColumn>() {
        Some(column) => Ok(column.column.borrow().clone()),
        None => Err(Unwind::type_error("a Column is expected")),
    }
}

pub(super) fn add_column(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let [table, column, schema, exists, references, key] = arguments.bind(
        "add_column",
        "table_name column * schema? if_not_exists? inline_references? inline_primary_key?",
    )?;
    let table = known_name(interp, table, "the name of a table")?;
    let column = column_of(interp, column)?;
    let mut change = AddColumn::new(table, column);
    change.schema = schema_of(schema);
    change.if_not_exists = flag(interp, exists, false)?;
    change.inline_references = flag(interp, references, false)?;
    change.inline_primary_key = flag(interp, key, false)?;
    let (metadata, dialect) = (metadata(interp), world::dialect(interp));
    emit_all(interp, ddl::add_column(&change, &metadata, dialect))?;
    Ok(Value::None)
}

pub(super) fn drop_column(interp: &mut Interpreter<'_>, mut arguments: Arguments) -> Outcome<Value> {
    arguments.keyword.retain(|(name, _)| !name.starts_with("mssql_"));
    let [table, column, schema, exists, _existing] =
        arguments.bind("drop_column", "table_name column_name * schema? if_exists? existing_type?")?;
    let table = known_name(interp, table, "the name of a table")?;
    let column = known_name(interp, column, "the name of a column")?;
    let exists = flag(interp, exists, false)?;
    let dialect = world::dialect(interp);
    let statement = ddl::drop_column(schema_of(schema).as_ref(), &table, &column, exists, dialect);
    world::emit(interp, statement)?;
    Ok(Value::None)
}

/// The arguments of `alter_column` but for table and schema.
pub(crate) fn column_change(
    interp: &mut Interpreter<'_>,
    mut change: AlterColumn,
    arguments: &mut Arguments,
) -> Outcome<AlterColumn> {
    change.nullable = optional_flag(interp, arguments.take("nullable"))?;
    change.server_default = changed_default(interp, arguments.take("server_default"))?;
    change.existing_server_default = changed_default(interp, arguments.take("existing_server_default"))?;
    let renamed = arguments.take("new_column_name").or_else(|| arguments.take("name"));
    change.name = renamed.as_ref().and_then(identifier);
    change.data_type = optional_type(interp, arguments.take("type_"))?;
    change.existing_type = optional_type(interp, arguments.take("existing_type"))?;
    change.comment = match arguments.take("comment") {
        None | Some(Value::Bool(false)) => None,
        Some(value) => Some(text(&value)),
    };
    change.autoincrement = optional_flag(interp, arguments.take("autoincrement"))?;
    change.existing_nullable = optional_flag(interp, arguments.take("existing_nullable"))?;
    change.existing_comment = optional_text(arguments.take("existing_comment").as_ref());
    change.existing_autoincrement = optional_flag(interp, arguments.take("existing_autoincrement"))?;
    let using = arguments.take("postgresql_using");
    change.using = match using {
        None | Some(Value::None) => None,
        Some(value) => {
            let expression = wrap::sql_expression(interp, &value)?;
            let dialect = world::dialect(interp);
            let compiled = crate::sql::compile::expression_sql(&expression, dialect);
            match text(&value) {
                Some(text) => Some(text),
                None => Some(wrap::checked(interp, compiled)?),
            }
        }
    };
    // Alembic hands whatever else is said on to the dialect, which does not look at it (1.20, `ddl/impl.py`).
    Ok(change)
}

pub(super) fn optional_type(interp: &mut Interpreter<'_>, value: Option<Value>) -> Outcome<Option<DataType>> {
    match value {
        None | Some(Value::None) => Ok(None),
        Some(value) => types::data_type(interp, &value).map(Some),
    }
}

fn changed_default(
    interp: &mut Interpreter<'_>,
    value: Option<Value>,
) -> Outcome<Option<Option<ChangedDefault>>> {
    let value = match value {
        None | Some(Value::Bool(false)) => return Ok(None),
        Some(Value::None) => return Ok(Some(None)),
        Some(value) => value,
    };
    if let Some(item) = value.as_native::<NativeItem>() {
        match &item.item {
            Item::Identity(identity) => return Ok(Some(Some(ChangedDefault::Identity(identity.clone())))),
            Item::Computed(_) => return Ok(Some(Some(ChangedDefault::Computed))),
            _ => {}
        }
    }
    let default = constraints::server_default(interp, &value)?;
    Ok(Some(default.map(ChangedDefault::Default)))
}

pub(super) fn alter_column(interp: &mut Interpreter<'_>, mut arguments: Arguments) -> Outcome<Value> {
    let mut positional = std::mem::take(&mut arguments.positional).into_iter();
    let table = positional.next().or_else(|| arguments.take("table_name"));
    let column = positional.next().or_else(|| arguments.take("column_name"));
    if positional.next().is_some() {
        return Err(Unwind::type_error("alter_column() takes 2 positional arguments"));
    }
    let table = known_name(interp, table, "the name of a table")?;
    let column = known_name(interp, column, "the name of a column")?;
    let mut change = AlterColumn::of(table, column);
    change.schema = schema_of(arguments.take("schema"));
    let change = column_change(interp, change, &mut arguments)?;
    let (metadata, dialect) = (metadata(interp), world::dialect(interp));
    emit_all(interp, ddl::alter_column_directive(&change, &metadata, dialect))?;
    Ok(Value::None)
}
