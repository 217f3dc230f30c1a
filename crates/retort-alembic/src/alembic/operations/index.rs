//! The directives over indexes.

use super::super::wrap::{self, flag, identifier, several};
use super::super::{constraints, world};
use super::{emit_all, known_name, schema_of, stub};
use crate::python::{Arguments, Interpreter, Outcome, Unwind, Value};
use crate::sql::compile::ddl;
use crate::sql::table::Index;

/// The index of `create_index`.
pub(crate) fn index_of(
    interp: &mut Interpreter<'_>,
    name: Option<Value>,
    columns: Option<Value>,
    arguments: &mut Arguments,
) -> Outcome<Index> {
    let columns = columns.unwrap_or(Value::None);
    let columns = several(interp, &columns)?;
    let parts = constraints::index_parts(interp, &columns)?;
    let mut index = Index::new(constraints::name_argument(name.as_ref()), parts);
    index.unique = flag(interp, arguments.take("unique"), false)?;
    index.options = wrap::take_options(interp, &mut arguments.keyword)?;
    Ok(index)
}

pub(super) fn create_index(interp: &mut Interpreter<'_>, mut arguments: Arguments) -> Outcome<Value> {
    let mut positional = std::mem::take(&mut arguments.positional).into_iter();
    let name = positional.next().or_else(|| arguments.take("index_name"));
    let table = positional.next().or_else(|| arguments.take("table_name"));
    let columns = positional.next().or_else(|| arguments.take("columns"));
    let schema = positional.next().or_else(|| arguments.take("schema"));
    if let Some(unique) = positional.next() {
        arguments.keyword.push(("unique".into(), unique));
    }
    let exists = flag(interp, arguments.take("if_not_exists"), false)?;
    let index = index_of(interp, name, columns, &mut arguments)?;
    if let Some((name, _)) = arguments.keyword.iter().find(|(name, _)| &**name != "quote") {
        return Err(Unwind::type_error(format!(
            "create_index() got an unexpected keyword argument '{name}'"
        )));
    }
    let table = known_name(interp, table, "the name of a table")?;
    let mut table = stub(interp, table, schema_of(schema), &[])?;
    let appended = table.append_index(index);
    wrap::checked(interp, appended)?;
    let dialect = world::dialect(interp);
    let statements =
        table.indexes.iter().map(|index| ddl::create_index(index, &table, exists, dialect)).collect();
    emit_all(interp, statements)?;
    Ok(Value::None)
}

pub(super) fn drop_index(interp: &mut Interpreter<'_>, mut arguments: Arguments) -> Outcome<Value> {
    let options = wrap::take_options(interp, &mut arguments.keyword)?;
    let [name, table, schema, exists] =
        arguments.bind("drop_index", "index_name table_name? schema? if_exists?")?;
    let mut index = Index::new(constraints::name_argument(name.as_ref()), Vec::new());
    index.options = options;
    let table = table.as_ref().and_then(identifier).unwrap_or_else(|| "no_table".into());
    let exists = flag(interp, exists, false)?;
    let table = stub(interp, table, schema_of(schema), &[])?;
    let dialect = world::dialect(interp);
    let statement = ddl::drop_index(&index, &table, exists, dialect);
    let statement = wrap::checked(interp, statement)?;
    world::emit(interp, statement)?;
    Ok(Value::None)
}
