//! The directives over constraints.

use super::super::wrap::{self, flag, optional_flag, optional_text, several, text};
use super::super::{constraints, errors, world};
use super::{emit_all, known_name, leading, metadata, schema_of, stub};
use crate::python::{Arguments, Interpreter, Outcome, Unwind, Value};
use crate::sql::compile::ddl::{self, ConstraintType};
use crate::sql::identifier::Identifier;
use crate::sql::table::{Constraint, ConstraintKind, Table};

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
        Some(constraint) => {
            let constraint = constraints::compiled_constraint(interp, constraint, &table)?;
            Ok((constraint, table))
        }
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

pub(super) fn create_primary_key(interp: &mut Interpreter<'_>, mut arguments: Arguments) -> Outcome<Value> {
    let [name, table, columns] = leading(&mut arguments, ["constraint_name", "table_name", "columns"]);
    let constraint = keyed(interp, columns, Constraint::primary_key)?;
    let table = known_name(interp, table, "the name of a table")?;
    let schema = schema_of(arguments.take("schema"));
    emit_constraint(interp, Added { name, table, schema, constraint }, &mut arguments)
}

pub(super) fn create_unique_constraint(
    interp: &mut Interpreter<'_>,
    mut arguments: Arguments,
) -> Outcome<Value> {
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

pub(super) fn create_foreign_key(interp: &mut Interpreter<'_>, mut arguments: Arguments) -> Outcome<Value> {
    let names = ["constraint_name", "source_table", "referent_table", "local_cols", "remote_cols"];
    let [name, source, referent, local, remote] = leading(&mut arguments, names);
    let constraint = foreign_key_of(interp, [referent, local, remote], &mut arguments)?;
    let table = known_name(interp, source, "the name of a table")?;
    let schema = schema_of(arguments.take("source_schema"));
    emit_constraint(interp, Added { name, table, schema, constraint }, &mut arguments)
}

pub(super) fn create_check_constraint(
    interp: &mut Interpreter<'_>,
    mut arguments: Arguments,
) -> Outcome<Value> {
    let [name, table, condition] = leading(&mut arguments, ["constraint_name", "table_name", "condition"]);
    let condition = wrap::sql_expression(interp, &condition.unwrap_or(Value::None))?;
    let constraint = Constraint::check(condition);
    let table = known_name(interp, table, "the name of a table")?;
    let schema = schema_of(arguments.take("schema"));
    emit_constraint(interp, Added { name, table, schema, constraint }, &mut arguments)
}

pub(super) fn create_exclude_constraint(
    interp: &mut Interpreter<'_>,
    mut arguments: Arguments,
) -> Outcome<Value> {
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

pub(super) fn drop_constraint(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
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
