//! The directives over tables and their comments.

use std::rc::Rc;

use super::super::wrap::{self, NativeMetaData, flag, text};
use super::super::{events, table, world};
use super::{known_name, metadata, schema_of, stub};
use crate::python::{Arguments, Interpreter, Outcome, Value};
use crate::sql::compile::ddl;
use crate::sql::table::Table;

pub(super) fn create_table(interp: &mut Interpreter<'_>, mut arguments: Arguments) -> Outcome<Value> {
    let mut positional = std::mem::take(&mut arguments.positional);
    let name = match positional.is_empty() {
        true => arguments.take("table_name"),
        false => Some(positional.remove(0)),
    };
    let name = known_name(interp, name, "the name of a table")?;
    let exists = flag(interp, arguments.take("if_not_exists"), false)?;
    let options = table::table_options(interp, &mut arguments)?;
    let native = Rc::new(NativeMetaData::new(metadata(interp)));
    // Alembic passes over what is no part of a table (`schemaobj.py`).
    positional.retain(|value| !matches!(value, Value::Native(item) if item.type_name() == "MetaData"));
    let items = table::items(interp, &positional)?;
    let table = table::make_table(interp, name, &native, items, options)?;
    events::emit_table(interp, &table.table.borrow(), exists)?;
    Ok(Value::Native(table))
}

pub(super) fn drop_table(interp: &mut Interpreter<'_>, mut arguments: Arguments) -> Outcome<Value> {
    wrap::take_options(interp, &mut arguments.keyword)?;
    let [name, schema, exists] = arguments.bind("drop_table", "table_name * schema? if_exists?")?;
    let name = known_name(interp, name, "the name of a table")?;
    let exists = flag(interp, exists, false)?;
    let table = stub(interp, name, schema_of(schema), &[])?;
    let dialect = world::dialect(interp);
    world::emit(interp, ddl::drop_table(&table, exists, dialect))?;
    Ok(Value::None)
}

pub(super) fn rename_table(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let [old, new, schema] = arguments.bind("rename_table", "old_table_name new_table_name schema?")?;
    let old = known_name(interp, old, "the name of a table")?;
    let new = known_name(interp, new, "the name of a table")?;
    let dialect = world::dialect(interp);
    world::emit(interp, ddl::rename_table(schema_of(schema).as_ref(), &old, &new, dialect))?;
    Ok(Value::None)
}

pub(super) fn create_table_comment(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let [table, comment, _existing, schema] =
        arguments.bind("create_table_comment", "table_name comment * existing_comment? schema?")?;
    let name = known_name(interp, table, "the name of a table")?;
    let mut table = stub(interp, name, schema_of(schema), &[])?;
    table.comment = comment.as_ref().and_then(text);
    comment_statement(interp, &table, true)
}

pub(super) fn drop_table_comment(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let [table, _existing, schema] =
        arguments.bind("drop_table_comment", "table_name * existing_comment? schema?")?;
    let name = known_name(interp, table, "the name of a table")?;
    let table = stub(interp, name, schema_of(schema), &[])?;
    comment_statement(interp, &table, false)
}

/// SQLite has no comments: SQLAlchemy writes none there (`supports_comments`).
fn comment_statement(interp: &mut Interpreter<'_>, table: &Table, sets: bool) -> Outcome<Value> {
    let dialect = world::dialect(interp);
    if !dialect.is_sqlite() {
        let statement = match sets {
            true => ddl::set_table_comment(table, dialect),
            false => ddl::drop_table_comment(table, dialect),
        };
        world::emit(interp, statement)?;
    }
    Ok(Value::None)
}
