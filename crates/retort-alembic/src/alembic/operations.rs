//! `op.*`: Alembic's directives, each as the statements that it runs.

use std::rc::Rc;

use super::select::NativeStatement;
use super::wrap::{
    self, Item, NativeColumn, NativeItem, NativeMetaData, NativeName, NativeTable, first_unknown, flag,
    identifier, optional_flag, optional_text, several, text,
};
use super::{batch, constraints, context, dml, errors, expression, table, types, world};
use crate::python::{Arguments, Interpreter, Outcome, Unwind, Value};
use crate::sql::compile::ddl::{self, AddColumn, AlterColumn, ChangedDefault, ConstraintType};
use crate::sql::compile::{Parameters, statement_sql};
use crate::sql::expression::{Expression, Statement};
use crate::sql::identifier::Identifier;
use crate::sql::naming::NamingConvention;
use crate::sql::table::{Constraint, ConstraintKind, Index, MetaData, Table, TableItem, TableOptions};
use crate::sql::{Column, DataType};

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
    schema.chain(others).collect()
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

/// The column of `add_column`.
pub(crate) fn column_of(interp: &mut Interpreter<'_>, value: Option<Value>) -> Outcome<Column> {
    let value = value.unwrap_or(Value::None);
    interp.refuse_foreign(&value)?;
    match value.as_native::<NativeColumn>() {
        Some(column) => Ok(column.column.borrow().clone()),
        None => Err(Unwind::type_error("a Column is expected")),
    }
}

fn add_column(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
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

fn drop_column(interp: &mut Interpreter<'_>, mut arguments: Arguments) -> Outcome<Value> {
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
    // `default` is a mistake that people make: Alembic hands it on to the dialect, which does not look at it.
    let ignored =
        ["mssql_", "oracle_", "mysql_", "default", "primary_key", "unique", "index", "autoincrement"];
    arguments.keyword.retain(|(name, _)| !ignored.iter().any(|prefix| name.starts_with(prefix)));
    if let Some((name, _)) = arguments.keyword.first() {
        return Err(Unwind::unsupported(format!("`{name}` of alter_column()")));
    }
    Ok(change)
}

fn optional_type(interp: &mut Interpreter<'_>, value: Option<Value>) -> Outcome<Option<DataType>> {
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

fn alter_column(interp: &mut Interpreter<'_>, mut arguments: Arguments) -> Outcome<Value> {
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

fn create_table(interp: &mut Interpreter<'_>, mut arguments: Arguments) -> Outcome<Value> {
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
    let dialect = world::dialect(interp);
    let mut known = interp.slot::<world::Shared>().named_types.clone();
    let statements = ddl::create_table(&table.table.borrow(), &mut known, exists, dialect);
    interp.slot::<world::Shared>().named_types = known;
    emit_all(interp, statements)?;
    Ok(Value::Native(table))
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

fn drop_table(interp: &mut Interpreter<'_>, mut arguments: Arguments) -> Outcome<Value> {
    wrap::take_options(interp, &mut arguments.keyword)?;
    let [name, schema, exists] = arguments.bind("drop_table", "table_name * schema? if_exists?")?;
    let name = known_name(interp, name, "the name of a table")?;
    let exists = flag(interp, exists, false)?;
    let table = stub(interp, name, schema_of(schema), &[])?;
    let dialect = world::dialect(interp);
    world::emit(interp, ddl::drop_table(&table, exists, dialect))?;
    Ok(Value::None)
}

fn rename_table(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let [old, new, schema] = arguments.bind("rename_table", "old_table_name new_table_name schema?")?;
    let old = known_name(interp, old, "the name of a table")?;
    let new = known_name(interp, new, "the name of a table")?;
    let dialect = world::dialect(interp);
    world::emit(interp, ddl::rename_table(schema_of(schema).as_ref(), &old, &new, dialect))?;
    Ok(Value::None)
}

fn create_table_comment(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let [table, comment, _existing, schema] =
        arguments.bind("create_table_comment", "table_name comment * existing_comment? schema?")?;
    let name = known_name(interp, table, "the name of a table")?;
    let mut table = stub(interp, name, schema_of(schema), &[])?;
    table.comment = comment.as_ref().and_then(text);
    comment_statement(interp, &table, true)
}

fn drop_table_comment(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
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

fn create_index(interp: &mut Interpreter<'_>, mut arguments: Arguments) -> Outcome<Value> {
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

fn drop_index(interp: &mut Interpreter<'_>, mut arguments: Arguments) -> Outcome<Value> {
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

/// What `create_*_constraint` make: a constraint on the stub of its table.
pub(crate) struct Added {
    /// Its name.
    pub(crate) name: Option<Value>,
    /// Its table.
    pub(crate) table: Identifier,
    /// The schema of that.
    pub(crate) schema: Option<Identifier>,
    /// What it demands.
    pub(crate) constraint: Constraint,
}

/// Puts a constraint on the stub of its table; it gets its name there.
pub(crate) fn on_stub(
    interp: &mut Interpreter<'_>,
    added: Added,
    arguments: &mut Arguments,
) -> Outcome<(Constraint, Table)> {
    let mut constraint = added.constraint;
    constraint.name = constraints::name_argument(added.name.as_ref());
    constraint.deferrable = optional_flag(interp, arguments.take("deferrable"))?;
    constraint.initially = optional_text(arguments.take("initially").as_ref());
    constraint.options = wrap::take_options(interp, &mut arguments.keyword)?;
    if let Some((name, _)) = arguments.keyword.first() {
        return Err(Unwind::type_error(format!("got an unexpected keyword argument '{name}'")));
    }
    let columns = match &constraint.kind {
        ConstraintKind::Check { .. } => Vec::new(),
        _ => constraint.columns().to_vec(),
    };
    let mut table = stub(interp, added.table, added.schema, &columns)?;
    let is_key = matches!(constraint.kind, ConstraintKind::PrimaryKey { .. });
    let appended = table.append_constraint(constraint);
    wrap::checked(interp, appended)?;
    let own = match is_key {
        true => Some(table.primary_key.clone()),
        false => table.constraints.last().cloned(),
    };
    match own {
        Some(constraint) => Ok((constraint, table)),
        None => Err(Unwind::unsupported("a constraint that is no part of its table")),
    }
}

fn emit_constraint(interp: &mut Interpreter<'_>, added: Added, arguments: &mut Arguments) -> Outcome<Value> {
    let (constraint, table) = on_stub(interp, added, arguments)?;
    let dialect = world::dialect(interp);
    let statement = ddl::add_constraint_directive(&constraint, &table, dialect);
    emit_all(interp, statement.map(|statement| statement.into_iter().collect()))?;
    Ok(Value::None)
}

/// The first arguments of a directive, by position or name.
pub(crate) fn leading<const N: usize>(arguments: &mut Arguments, names: [&str; N]) -> [Option<Value>; N] {
    let mut positional = std::mem::take(&mut arguments.positional).into_iter();
    let found = names.map(|name| positional.next().or_else(|| arguments.take(name)));
    arguments.positional = positional.collect();
    found
}

fn create_primary_key(interp: &mut Interpreter<'_>, mut arguments: Arguments) -> Outcome<Value> {
    let [name, table, columns] = leading(&mut arguments, ["constraint_name", "table_name", "columns"]);
    let constraint = keyed(interp, columns, Constraint::primary_key)?;
    let table = known_name(interp, table, "the name of a table")?;
    let schema = schema_of(arguments.take("schema"));
    emit_constraint(interp, Added { name, table, schema, constraint }, &mut arguments)
}

fn create_unique_constraint(interp: &mut Interpreter<'_>, mut arguments: Arguments) -> Outcome<Value> {
    let [name, table, columns] = leading(&mut arguments, ["constraint_name", "table_name", "columns"]);
    let constraint = keyed(interp, columns, Constraint::unique)?;
    let table = known_name(interp, table, "the name of a table")?;
    let schema = schema_of(arguments.take("schema"));
    emit_constraint(interp, Added { name, table, schema, constraint }, &mut arguments)
}

/// A constraint over columns.
pub(crate) fn keyed(
    interp: &mut Interpreter<'_>,
    columns: Option<Value>,
    make: fn(Vec<String>) -> Constraint,
) -> Outcome<Constraint> {
    let columns = several(interp, &columns.unwrap_or(Value::None))?;
    constraints::column_keys(interp, &columns).map(make)
}

/// The foreign key of `create_foreign_key`.
pub(crate) fn foreign_key_of(
    interp: &mut Interpreter<'_>,
    parts: [Option<Value>; 3],
    arguments: &mut Arguments,
) -> Outcome<Constraint> {
    let [referent, local, remote] = parts;
    let referent = known_name(interp, referent, "the name of a table")?;
    let local = several(interp, &local.unwrap_or(Value::None))?;
    let local = constraints::column_keys(interp, &local)?;
    let remote = several(interp, &remote.unwrap_or(Value::None))?;
    let remote = constraints::column_keys(interp, &remote)?;
    let schema = schema_of(arguments.take("referent_schema"));
    let targets = remote.iter().map(|column| constraints::named_target(schema.as_ref(), &referent, column));
    if local.len() != remote.len() {
        let message = "ForeignKeyConstraint number of constrained columns must match the number of referenced \
                       columns.";
        return Err(errors::raise(interp, "ArgumentError", message));
    }
    let mut constraint = Constraint::foreign_key(local, targets.collect());
    if let ConstraintKind::ForeignKey { ondelete, onupdate, match_, .. } = &mut constraint.kind {
        *ondelete = optional_text(arguments.take("ondelete").as_ref());
        *onupdate = optional_text(arguments.take("onupdate").as_ref());
        *match_ = optional_text(arguments.take("match").as_ref());
    }
    arguments.take("use_alter");
    Ok(constraint)
}

fn create_foreign_key(interp: &mut Interpreter<'_>, mut arguments: Arguments) -> Outcome<Value> {
    let names = ["constraint_name", "source_table", "referent_table", "local_cols", "remote_cols"];
    let [name, source, referent, local, remote] = leading(&mut arguments, names);
    let constraint = foreign_key_of(interp, [referent, local, remote], &mut arguments)?;
    let table = known_name(interp, source, "the name of a table")?;
    let schema = schema_of(arguments.take("source_schema"));
    emit_constraint(interp, Added { name, table, schema, constraint }, &mut arguments)
}

fn create_check_constraint(interp: &mut Interpreter<'_>, mut arguments: Arguments) -> Outcome<Value> {
    let [name, table, condition] = leading(&mut arguments, ["constraint_name", "table_name", "condition"]);
    let condition = wrap::sql_expression(interp, &condition.unwrap_or(Value::None))?;
    let constraint = Constraint::check(condition);
    let table = known_name(interp, table, "the name of a table")?;
    let schema = schema_of(arguments.take("schema"));
    emit_constraint(interp, Added { name, table, schema, constraint }, &mut arguments)
}

fn create_exclude_constraint(interp: &mut Interpreter<'_>, mut arguments: Arguments) -> Outcome<Value> {
    let [name, table] = leading(&mut arguments, ["constraint_name", "table_name"]);
    let elements = std::mem::take(&mut arguments.positional);
    let constraint = constraints::exclusion(interp, &elements, &mut arguments)?;
    let table = known_name(interp, table, "the name of a table")?;
    let schema = schema_of(arguments.take("schema"));
    emit_constraint(interp, Added { name, table, schema, constraint }, &mut arguments)
}

/// `type_=` of `drop_constraint`.
pub(crate) fn constraint_type(
    interp: &mut Interpreter<'_>,
    value: Option<Value>,
) -> Outcome<Option<ConstraintType>> {
    match value.as_ref().and_then(text) {
        None => Ok(None),
        Some(word) => match ConstraintType::parse(&word) {
            Some(kind) => Ok(Some(kind)),
            None => {
                let message = "'type' can be one of 'check', 'foreignkey', 'primary', 'unique', None";
                Err(errors::raise(interp, "CommandError", message))
            }
        },
    }
}

fn drop_constraint(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let [name, table, kind, schema, exists] =
        arguments.bind("drop_constraint", "constraint_name table_name type_? * schema? if_exists?")?;
    let table = known_name(interp, table, "the name of a table")?;
    let kind = constraint_type(interp, kind)?;
    let name = constraints::name_argument(name.as_ref());
    let exists = flag(interp, exists, false)?;
    let (metadata, dialect) = (metadata(interp), world::dialect(interp));
    let made = ddl::named_constraint(name, schema_of(schema), &table, kind, &metadata);
    let (constraint, table) = wrap::checked(interp, made)?;
    let statement = ddl::drop_constraint_directive(&constraint, &table, exists, dialect);
    let statement = wrap::checked(interp, statement)?;
    world::emit(interp, statement)?;
    Ok(Value::None)
}

/// `op.execute(sqltext)`: a text, or anything that can be executed.
pub(crate) fn execute(interp: &mut Interpreter<'_>, mut arguments: Arguments) -> Outcome<Value> {
    arguments.take("execution_options");
    let value = arguments.positional.first().cloned().or_else(|| arguments.take("sqltext"));
    let value = value.unwrap_or(Value::None);
    interp.refuse_foreign(&value)?;
    if let Value::Unknown(unknown) = &value {
        // What the text says is not known: it may be anything.
        world::opaque(interp, format!("op.execute() depends on {}", unknown.reason), true);
        return Ok(Value::None);
    }
    if let Some(statement) = value.as_native::<NativeStatement>()
        && let Some(unknown) = &statement.unknown
    {
        world::opaque(interp, format!("op.execute() depends on {}", unknown.reason), false);
        return Ok(Value::None);
    }
    if let Some(made) = super::ddl::statements(interp, &value)? {
        for sql in made {
            world::emit(interp, sql)?;
        }
        return Ok(Value::None);
    }
    let sql = statement_text(interp, &value)?;
    if !sql.trim().is_empty() {
        world::emit(interp, sql)?;
    }
    Ok(Value::None)
}

/// The SQL of something that can be executed.
pub(crate) fn statement_text(interp: &mut Interpreter<'_>, value: &Value) -> Outcome<String> {
    let dialect = world::dialect(interp);
    if let Some(statement) = value.as_native::<NativeStatement>() {
        return statement.sql(interp, &Parameters::new());
    }
    let expression = match text(value) {
        Some(text) => Some(Expression::text(text)),
        None => wrap::expression(interp, value)?,
    };
    match expression {
        Some(expression) => {
            let sql = statement_sql(&Statement::Text(expression), &Parameters::new(), dialect);
            wrap::checked(interp, sql)
        }
        None => {
            let name = interp.type_name(value);
            Err(Unwind::unsupported(format!("executing a `{name}`")))
        }
    }
}

fn bulk_insert(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let span = arguments.span;
    if let Some(unknown) = first_unknown(&arguments) {
        world::opaque(interp, format!("op.bulk_insert() depends on {}", unknown.reason), false);
        return Ok(Value::None);
    }
    let [table, rows, _multi] = arguments.bind("bulk_insert", "table rows * multiinsert?")?;
    let (table, rows) = (table.unwrap_or(Value::None), rows.unwrap_or(Value::None));
    let rows = interp.values(&rows)?;
    if rows.is_empty() {
        return Ok(Value::None);
    }
    let insert = dml::insert(interp, Arguments::of(vec![table], span))?;
    // Rows that name the same columns go together, as the driver's executemany takes them.
    let mut together: Vec<Vec<Value>> = Vec::new();
    let mut last: Option<Vec<String>> = None;
    for row in rows {
        let keys: Vec<String> = match row.plain() {
            Value::Dict(dict) => dict.borrow().pairs().map(|(key, _)| wrap::key_text(key)).collect(),
            _ => Vec::new(),
        };
        match together.last_mut() {
            Some(group) if last.as_ref() == Some(&keys) => group.push(row),
            _ => together.push(vec![row]),
        }
        last = Some(keys);
    }
    for group in together {
        let statement = interp.call_method(&insert, "values", vec![Value::list(group)])?;
        if let Value::Unknown(unknown) = &statement {
            world::opaque(interp, format!("op.bulk_insert() depends on {}", unknown.reason), false);
            continue;
        }
        execute(interp, Arguments::of(vec![statement], span))?;
    }
    Ok(Value::None)
}

fn inline_literal(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let [value, kind] = arguments.bind("inline_literal", "value type_?")?;
    let value = value.unwrap_or(Value::None);
    if let Value::Unknown(_) = value {
        return Ok(value);
    }
    let kind = optional_type(interp, kind)?;
    let made = match kind {
        Some(kind) => {
            let literal = wrap::literal_for(interp, &value, &kind)?;
            Expression::typed_literal(literal, kind)
        }
        None => wrap::expression_of(interp, &value)?,
    };
    Ok(expression::value(made))
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
