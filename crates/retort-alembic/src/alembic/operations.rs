//! `op.*`: Alembic's directives, each as the statements that it runs.

mod column;
mod constraint;
mod execute;
pub(crate) mod geospatial;
mod index;
mod tables;

use std::rc::Rc;

use super::wrap::{self, NativeName, NativeTable, first_unknown, identifier, text};
use super::{batch, context, world};
use crate::python::{Arguments, Interpreter, Native, Outcome, Unwind, Value};
use crate::sql::identifier::Identifier;
use crate::sql::naming::NamingConvention;
use crate::sql::table::{MetaData, Table, TableItem, TableOptions};
use crate::sql::{Column, DataType};
use column::{add_column, alter_column, drop_column};
use constraint::{
    create_check_constraint, create_exclude_constraint, create_foreign_key, create_primary_key,
    create_unique_constraint, drop_constraint,
};
use execute::{bulk_insert, inline_literal};
use index::{create_index, drop_index};
use tables::{create_table, create_table_comment, drop_table, drop_table_comment, rename_table};

pub(crate) use column::{column_change, column_of};
pub(crate) use constraint::{Added, constraint_type, foreign_key_of, keyed, on_stub};
pub(crate) use execute::execute;
pub(crate) use index::index_of;

/// What a directive does.
pub(crate) type Directive = fn(&mut Interpreter<'_>, Arguments) -> Outcome<Value>;

/// The directives that change the schema: with an unknown argument each leaves an opaque step.
const SCHEMA: [(&str, Directive); 19] = [
    ("add_column", add_column),
    ("alter_column", alter_column),
    ("drop_column", drop_column),
    ("create_table", create_table),
    ("drop_table", drop_table),
    ("rename_table", rename_table),
    ("create_table_comment", create_table_comment),
    ("drop_table_comment", drop_table_comment),
    ("create_index", create_index),
    ("drop_index", drop_index),
    ("create_primary_key", create_primary_key),
    ("create_unique_constraint", create_unique_constraint),
    ("create_foreign_key", create_foreign_key),
    ("create_check_constraint", create_check_constraint),
    ("create_exclude_constraint", create_exclude_constraint),
    ("drop_constraint", drop_constraint),
    ("batch_alter_table", batch::open),
    ("invoke", invoke),
    ("run_async", run_async),
];

/// The others.
const OTHERS: [(&str, Directive); 6] = [
    ("execute", execute),
    ("bulk_insert", bulk_insert),
    ("inline_literal", inline_literal),
    ("f", final_name),
    ("get_bind", |interp, _| super::connection_value(interp)),
    ("get_context", |_, _| Ok(context::value())),
];

/// All of them, as functions of Python.
pub(crate) fn names() -> Vec<(&'static str, Value)> {
    let schema = SCHEMA.iter().map(|(name, directive)| {
        let (name, directive) = (*name, *directive);
        let function = Value::function(name, move |interp, arguments| {
            if let Some(unknown) = first_unknown(&arguments) {
                world::opaque(interp, format!("op.{name}() depends on {}", unknown.reason), true);
                return Ok(Value::Unknown(unknown));
            }
            for value in arguments.values() {
                interp.refuse_foreign(value)?;
            }
            directive(interp, arguments)
        });
        (name, function)
    });
    let others = OTHERS.iter().map(|(name, directive)| (*name, Value::function(name, *directive)));
    let spatial = geospatial::DIRECTIVES.iter().map(|(name, _)| {
        let name = *name;
        let function = Value::function(name, move |interp, mut arguments| {
            let plain = geospatial::plain(interp, name, &mut arguments)?.unwrap_or(name);
            call(interp, plain, arguments)
        });
        (name, function)
    });
    let own = [("migration_context", context::value()), ("_proxy", Value::native(Proxy))];
    schema.chain(others).chain(spatial).chain(own).collect()
}

/// `op._proxy`: the operations by another way.
#[derive(Debug)]
struct Proxy;

impl Native for Proxy {
    fn type_name(&self) -> &str {
        "Operations"
    }

    fn reaches_database(&self) -> bool {
        true
    }

    fn attribute(self: Rc<Self>, interp: &mut Interpreter<'_>, name: &str) -> Outcome<Option<Value>> {
        let operations = interp.import("alembic.op")?;
        interp.attribute(&operations, name).map(Some)
    }
}

/// Calls one of them by its name.
pub(crate) fn call(interp: &mut Interpreter<'_>, name: &str, arguments: Arguments) -> Outcome<Value> {
    match names().into_iter().find(|(own, _)| *own == name) {
        Some((_, function)) => interp.call(&function, arguments),
        None => Ok(Value::None),
    }
}

/// The `MetaData` of a directive: the naming convention of `target_metadata`, nothing else.
pub(crate) fn metadata(interp: &mut Interpreter<'_>) -> MetaData {
    let convention = interp.slot::<world::Shared>().environment.naming_convention.clone();
    if convention.is_empty() {
        return MetaData::default();
    }
    let templates = convention.into_iter().map(|(key, template)| (key, Some(template))).collect();
    MetaData { schema: None, naming: Rc::new(NamingConvention::new(templates)) }
}

/// A name that must be one.
pub(crate) fn known_name(
    interp: &mut Interpreter<'_>,
    value: Option<Value>,
    what: &str,
) -> Outcome<Identifier> {
    let value = value.unwrap_or(Value::None);
    interp.refuse_foreign(&value)?;
    match identifier(&value) {
        Some(name) => Ok(name),
        None => {
            let kind = interp.type_name(&value);
            Err(Unwind::type_error(format!("{what} must be a str, not {kind}")))
        }
    }
}

pub(crate) fn emit_all(
    interp: &mut Interpreter<'_>,
    statements: crate::sql::Result<Vec<String>>,
) -> Outcome<()> {
    for statement in wrap::checked(interp, statements)? {
        world::emit(interp, statement)?;
    }
    Ok(())
}

fn schema_of(value: Option<Value>) -> Option<Identifier> {
    value.as_ref().and_then(identifier).filter(|name| !name.is_empty())
}

/// A table that is only a name.
fn stub(
    interp: &mut Interpreter<'_>,
    name: Identifier,
    schema: Option<Identifier>,
    columns: &[String],
) -> Outcome<Table> {
    let metadata = metadata(interp);
    let column = |name: &String| TableItem::Column(Box::new(Column::new(name.as_str(), DataType::null())));
    let options = TableOptions { schema, ..TableOptions::default() };
    let table = Table::new(name, &metadata, columns.iter().map(column).collect(), options);
    wrap::checked(interp, table)
}

/// The first arguments of a directive, by position or name.
pub(crate) fn leading<const N: usize>(arguments: &mut Arguments, names: [&str; N]) -> [Option<Value>; N] {
    let mut positional = std::mem::take(&mut arguments.positional).into_iter();
    let found = names.map(|name| positional.next().or_else(|| arguments.take(name)));
    arguments.positional = positional.collect();
    found
}

/// `op.f(name)`: no convention is applied to it.
pub(crate) fn final_name(_interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let [name, quote] = arguments.bind("f", "name quote?")?;
    let name = name.unwrap_or(Value::None);
    match text(&name) {
        Some(text) => Ok(Value::native(NativeName {
            text,
            quote: quote.and_then(|quote| quote.as_bool()),
            is_final: true,
        })),
        None => Ok(name),
    }
}

/// `op.run_async(function, *arguments)`: the function gets the connection.
fn run_async(interp: &mut Interpreter<'_>, mut arguments: Arguments) -> Outcome<Value> {
    if arguments.positional.is_empty() {
        return Err(Unwind::type_error("run_async() needs a function"));
    }
    let function = arguments.positional.remove(0);
    let connection = super::connection_value(interp)?;
    interp.call(&function, arguments.with_first(connection))
}

/// `op.invoke(operation)`: an object that knows its directive.
fn invoke(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let span = arguments.span;
    let [operation] = arguments.exactly("invoke")?;
    match operation.as_native::<super::module::NativeOperation>() {
        Some(operation) => {
            let directive = SCHEMA.iter().chain(&OTHERS).find(|(name, _)| *name == operation.directive);
            match directive {
                Some((_, directive)) => directive(interp, Arguments { span, ..operation.arguments.clone() }),
                None => Err(Unwind::unsupported(format!("op.invoke() of `{}`", operation.directive))),
            }
        }
        None => super::registered::invoke(interp, &operation),
    }
}

/// The table of a directive that was given a `Table`.
pub(crate) fn native_table(value: &Value) -> Option<Table> {
    value.as_native::<NativeTable>().map(|table| table.table.borrow().clone())
}
