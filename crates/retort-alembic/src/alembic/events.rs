//! What makes and drops things in the database: `table.create`, `metadata.create_all`, `enum.create`, …

use std::collections::BTreeSet;
use std::rc::Rc;

use retort_core::schema::{ObjectName, Schema};

use super::types::NativeType;
use super::wrap::{
    self, NativeColumn, NativeConstraint, NativeIndex, NativeMetaData, NativeTable, first_unknown, flag, text,
};
use super::{constraints, inspector, table, types, world};
use crate::python::{Arguments, Interpreter, Outcome, Unwind, Value};
use crate::sql::compile::ddl;
use crate::sql::expression::From;
use crate::sql::reflect;
use crate::sql::table::{ConstraintKind, Sequence, Table};
use crate::sql::types::Form;

/// The tables that one points at: schema and name, itself left out.
pub(crate) fn targets(table: &Table) -> Vec<(Option<String>, String)> {
    let mut found = Vec::new();
    for constraint in &table.constraints {
        let ConstraintKind::ForeignKey { targets, use_alter, .. } = &constraint.kind else { continue };
        for target in targets.iter().filter(|_| !use_alter) {
            let own = target.table == table.name && target.schema == table.schema;
            let pair = (target.schema.as_ref().map(ToString::to_string), target.table.to_string());
            if !own && !found.contains(&pair) {
                found.push(pair);
            }
        }
    }
    found
}

/// Tables in the order in which SQLAlchemy makes them: by name, what is pointed at first (`sorted_tables`).
pub(crate) fn sorted(tables: &[Rc<NativeTable>]) -> Vec<Rc<NativeTable>> {
    let mut rest: Vec<Rc<NativeTable>> = tables.to_vec();
    rest.sort_by_key(|table| table.full_name());
    let names: BTreeSet<String> = rest.iter().map(|table| table.full_name()).collect();
    let mut done: BTreeSet<String> = BTreeSet::new();
    let mut order = Vec::new();
    while !rest.is_empty() {
        // All that are ready at once come in the order of their names, as `topological.sort_as_subsets` gives them.
        let is_ready = |table: &Rc<NativeTable>| {
            targets(&table.table.borrow()).into_iter().all(|(schema, name)| {
                let full = schema.map_or_else(|| name.clone(), |schema| format!("{schema}.{name}"));
                done.contains(&full) || !names.contains(&full)
            })
        };
        let (mut ready, waiting): (Vec<_>, Vec<_>) = rest.iter().cloned().partition(is_ready);
        if ready.is_empty() {
            // A cycle: the keys in it are made or dropped apart by SQLAlchemy; here their order is that of names.
            ready = waiting.clone();
        }
        done.extend(ready.iter().map(|table| table.full_name()));
        rest.retain(|table| !done.contains(&table.full_name()));
        order.extend(ready);
    }
    order
}

/// Whether the schema is known well enough to look before something is made; else an opaque step stands for it.
fn looked(interp: &mut Interpreter<'_>, what: &str) -> Option<Schema> {
    let (schema, is_certain) = world::schema(interp);
    if !is_certain {
        world::opaque(
            interp,
            format!("{what} looks first whether it is there, which is not known here"),
            true,
        );
        return None;
    }
    Some(schema)
}

fn object(table: &Table) -> ObjectName {
    inspector::object(table.schema.as_deref(), &table.name)
}

fn exists(schema: &Schema, name: &ObjectName) -> bool {
    schema.table(name).is_some() || schema.view(name).is_some()
}

/// `checkfirst=`: a flag, or one of 2.1's `CheckFirst`.
fn check_first(
    interp: &mut Interpreter<'_>,
    arguments: &mut Arguments,
    at: usize,
    otherwise: bool,
) -> Outcome<bool> {
    let given = arguments.take("checkfirst").or_else(|| arguments.positional.get(at).cloned());
    flag(interp, given, otherwise)
}

fn create_table(interp: &mut Interpreter<'_>, table: &Table, check_types: bool) -> Outcome<()> {
    note_types(interp, table, check_types);
    emit_table(interp, table, false)
}

/// Makes a table, and the named types that it is the first to use.
pub(crate) fn emit_table(interp: &mut Interpreter<'_>, table: &Table, if_not_exists: bool) -> Outcome<()> {
    let dialect = world::dialect(interp);
    let mut known = interp.slot::<world::Shared>().named_types.clone();
    let compiled = constraints::compiled_table(interp, table)?;
    let statements =
        ddl::create_table(compiled.as_ref().unwrap_or(table), &mut known, if_not_exists, dialect);
    interp.slot::<world::Shared>().named_types = known;
    for statement in wrap::checked(interp, statements)? {
        world::emit(interp, statement)?;
    }
    Ok(())
}

/// With `checkfirst`, types that are there already are not made again.
fn note_types(interp: &mut Interpreter<'_>, table: &Table, check_types: bool) {
    if !check_types {
        return;
    }
    let (schema, _) = world::schema(interp);
    let named: Vec<(Option<String>, String)> = schema
        .enums
        .values()
        .map(|own| (own.name.schema.as_deref().map(str::to_owned), own.name.name.to_string()))
        .collect();
    let _ = table;
    for (namespace, name) in named {
        interp.slot::<world::Shared>().named_types.note(namespace.as_deref(), &name);
    }
}

fn add_foreign_keys_later(interp: &mut Interpreter<'_>, table: &Table) -> Outcome<()> {
    let dialect = world::dialect(interp);
    if dialect.is_sqlite() {
        return Ok(());
    }
    for constraint in &table.constraints {
        if matches!(constraint.kind, ConstraintKind::ForeignKey { use_alter: true, .. }) {
            let constraint = constraints::compiled_constraint(interp, constraint.clone(), table)?;
            let added = ddl::add_constraint(&constraint, table, dialect);
            if let Some(statement) = wrap::checked(interp, added)? {
                world::emit(interp, statement)?;
            }
        }
    }
    Ok(())
}

/// Notes that a table is about to be changed, perhaps.
pub(crate) fn doubt(interp: &mut Interpreter<'_>, table: &Rc<NativeTable>) {
    let own = Rc::clone(table);
    interp.doubt_native(move |unknown| *own.doubted.borrow_mut() = Some(unknown.derived()));
}

/// Whether it is not known what tables have, or which there are: then nothing is done with them, and that is said.
fn is_doubted(
    interp: &mut Interpreter<'_>,
    method: &str,
    metadata: Option<&NativeMetaData>,
    tables: &[Rc<NativeTable>],
) -> bool {
    let of_metadata = metadata.and_then(|own| own.doubted.borrow().clone());
    let doubted = of_metadata.or_else(|| tables.iter().find_map(|table| table.doubted.borrow().clone()));
    if let Some(unknown) = &doubted {
        world::opaque(interp, format!("{method} depends on {}", unknown.reason), true);
    }
    doubted.is_some()
}

/// `metadata.create_all(bind, tables=None, checkfirst=True)`
pub(crate) fn create_all(
    interp: &mut Interpreter<'_>,
    own: &Rc<NativeMetaData>,
    mut arguments: Arguments,
) -> Outcome<Value> {
    let tables = chosen(interp, own, &mut arguments)?;
    if is_doubted(interp, "create_all()", Some(own), &tables) {
        return Ok(Value::None);
    }
    let checks = check_first(interp, &mut arguments, 2, true)?;
    let mut made = Vec::new();
    for table in sorted(&tables) {
        let table = table.table.borrow().clone();
        if checks {
            let Some(schema) = looked(interp, "create_all()") else { return Ok(Value::None) };
            if exists(&schema, &object(&table)) {
                continue;
            }
        }
        create_table(interp, &table, checks)?;
        made.push(table);
    }
    for table in made {
        add_foreign_keys_later(interp, &table)?;
    }
    Ok(Value::None)
}

/// `metadata.drop_all(bind, tables=None, checkfirst=True)`
pub(crate) fn drop_all(
    interp: &mut Interpreter<'_>,
    own: &Rc<NativeMetaData>,
    mut arguments: Arguments,
) -> Outcome<Value> {
    let tables = chosen(interp, own, &mut arguments)?;
    if is_doubted(interp, "drop_all()", Some(own), &tables) {
        return Ok(Value::None);
    }
    let checks = check_first(interp, &mut arguments, 2, true)?;
    let dialect = world::dialect(interp);
    for table in sorted(&tables).into_iter().rev() {
        let table = table.table.borrow().clone();
        if checks {
            let Some(schema) = looked(interp, "drop_all()") else { return Ok(Value::None) };
            if !exists(&schema, &object(&table)) {
                continue;
            }
        }
        world::emit(interp, ddl::drop_table(&table, false, dialect))?;
        drop_types(interp, &table, checks)?;
    }
    Ok(Value::None)
}

fn chosen(
    interp: &mut Interpreter<'_>,
    own: &Rc<NativeMetaData>,
    arguments: &mut Arguments,
) -> Outcome<Vec<Rc<NativeTable>>> {
    let given = arguments.take("tables").or_else(|| arguments.positional.get(1).cloned());
    match given {
        None | Some(Value::None) => {
            // A model that could not be made is missing among the tables, and nobody would see it.
            interp.refuse_broken_classes("__tablename__")?;
            Ok(own.tables.borrow().values().cloned().collect())
        }
        Some(value) => {
            let values = interp.values(&value)?;
            for value in &values {
                interp.refuse_foreign(value)?;
            }
            Ok(values.iter().filter_map(Value::as_native::<NativeTable>).collect())
        }
    }
}

/// A table that goes takes the named types along that are its own, where SQLAlchemy says so (`metadata` types and
/// `drop_all`; `table.drop()` leaves types without metadata to go with it).
fn drop_types(interp: &mut Interpreter<'_>, table: &Table, checks: bool) -> Outcome<()> {
    let dialect = world::dialect(interp);
    if !dialect.is_postgres() {
        return Ok(());
    }
    for column in &table.columns {
        let own = column.data_type.resolve(dialect).clone();
        let is_named = matches!(own.class.form, Form::GenericEnum | Form::Domain) && own.flags.native;
        if !is_named || !own.flags.create_type || own.flags.has_metadata {
            continue;
        }
        if checks && !type_is_there(interp, &own) {
            continue;
        }
        let dropped = ddl::drop_type(&own, dialect);
        if let Some(statement) = wrap::checked(interp, dropped)? {
            world::emit(interp, statement)?;
        }
    }
    Ok(())
}

fn type_is_there(interp: &mut Interpreter<'_>, own: &crate::sql::DataType) -> bool {
    let (schema, _) = world::schema(interp);
    let Some(name) = &own.name else { return false };
    let object = inspector::object(own.schema.as_deref(), name);
    schema.enums.values().any(|known| known.name == object)
        || schema.domains.values().any(|known| known.name == object)
}

/// `table.create()`, `table.drop()` and what changes a table in Python.
pub(crate) fn table_method(
    own: &Rc<NativeTable>,
    interp: &mut Interpreter<'_>,
    name: &str,
    mut arguments: Arguments,
) -> Outcome<Value> {
    match name {
        "create" if is_doubted(interp, "create()", None, std::slice::from_ref(own)) => Ok(Value::None),
        "create" => {
            let table = own.table.borrow().clone();
            if check_first(interp, &mut arguments, 1, false)? {
                let Some(schema) = looked(interp, "create()") else { return Ok(Value::None) };
                if exists(&schema, &object(&table)) {
                    return Ok(Value::None);
                }
                create_table(interp, &table, true)?;
            } else {
                create_table(interp, &table, true)?;
            }
            add_foreign_keys_later(interp, &table)?;
            Ok(Value::None)
        }
        "drop" => {
            let table = own.table.borrow().clone();
            let checks = check_first(interp, &mut arguments, 1, false)?;
            if checks {
                let Some(schema) = looked(interp, "drop()") else { return Ok(Value::None) };
                if !exists(&schema, &object(&table)) {
                    return Ok(Value::None);
                }
            }
            let dialect = world::dialect(interp);
            world::emit(interp, ddl::drop_table(&table, false, dialect))?;
            drop_types(interp, &table, checks)?;
            Ok(Value::None)
        }
        "exists" => {
            let (schema, is_certain) = world::schema(interp);
            if !is_certain {
                return Ok(world::unknown(interp, "whether a table is there"));
            }
            Ok(Value::Bool(exists(&schema, &object(&own.table.borrow()))))
        }
        "append_column" => {
            let column = arguments.positional.first().and_then(Value::as_native::<NativeColumn>);
            let Some(column) = column else { return Err(Unwind::type_error("a Column is expected")) };
            doubt(interp, own);
            let item = crate::sql::table::TableItem::Column(Box::new(column.column.borrow().clone()));
            let taken = own.table.borrow_mut().take(vec![item]);
            wrap::checked(interp, taken)?;
            own.adopt(&[column]);
            table::settle(own);
            Ok(Value::None)
        }
        "append_constraint" => {
            let value = arguments.positional.first();
            let constraint = value.and_then(Value::as_native::<NativeConstraint>);
            let Some(constraint) = constraint else {
                return Err(Unwind::type_error("a Constraint is expected"));
            };
            doubt(interp, own);
            let appended = own.table.borrow_mut().append_constraint(constraint.constraint.borrow().clone());
            wrap::checked(interp, appended)?;
            table::settle(own);
            *constraint.table.borrow_mut() = Some(Rc::clone(own));
            Ok(Value::None)
        }
        "to_metadata" | "tometadata" => {
            let metadata = arguments.positional.first().and_then(Value::as_native::<NativeMetaData>);
            let Some(metadata) = metadata else { return Err(Unwind::type_error("a MetaData is expected")) };
            let schema = arguments.get("schema").and_then(wrap::identifier);
            let copy = own.table.borrow().to_metadata(&metadata.metadata.borrow(), schema);
            let mut copy = wrap::checked(interp, copy)?;
            if let Some(name) = arguments.get("name").and_then(wrap::identifier) {
                copy.name = name;
            }
            let native = NativeTable::new(copy, Some(Rc::clone(&metadata)), &[]);
            metadata.tables.borrow_mut().insert(native.full_name(), Rc::clone(&native));
            Ok(Value::Native(native))
        }
        _ => Ok(Value::None),
    }
}

/// `index.create()`, `index.drop()`
pub(crate) fn index_method(own: &Rc<NativeIndex>, creates: bool) -> Value {
    let own = Rc::clone(own);
    Value::function(if creates { "create" } else { "drop" }, move |interp, mut arguments| {
        let Some(table) = own.table.borrow().clone() else {
            return Err(super::errors::raise(
                interp,
                "CompileError",
                "Index is not associated with any table.",
            ));
        };
        let checks = check_first(interp, &mut arguments, 1, false)?;
        let (index, table) = (own.index.borrow().clone(), table.table.borrow().clone());
        let dialect = world::dialect(interp);
        if checks {
            let Some(schema) = looked(interp, "an index") else { return Ok(Value::None) };
            let name = index.name.text().unwrap_or_default();
            let namespace = table.schema.as_deref();
            if reflect::has_index(&schema, namespace, &table.name, name, dialect) == creates {
                return Ok(Value::None);
            }
        }
        let statement = match creates {
            true => ddl::create_index(&index, &table, false, dialect),
            false => ddl::drop_index(&index, &table, false, dialect),
        };
        let statement = wrap::checked(interp, statement)?;
        world::emit(interp, statement)?;
        Ok(Value::None)
    })
}

/// `sequence.create()`, `sequence.drop()`
pub(crate) fn sequence_method(sequence: Sequence, creates: bool) -> Value {
    Value::function(if creates { "create" } else { "drop" }, move |interp, mut arguments| {
        let dialect = world::dialect(interp);
        if check_first(interp, &mut arguments, 1, true)? {
            let Some(schema) = looked(interp, "a sequence") else { return Ok(Value::None) };
            let namespace = sequence.schema.as_deref();
            if reflect::has_sequence(&schema, namespace, &sequence.name) == creates {
                return Ok(Value::None);
            }
        }
        let statement = match creates {
            true => {
                let made = ddl::create_sequence(&sequence, false, dialect);
                wrap::checked(interp, made)?
            }
            false => ddl::drop_sequence(&sequence, false, dialect),
        };
        if let Some(statement) = statement {
            world::emit(interp, statement)?;
        }
        Ok(Value::None)
    })
}

/// Methods of types: `create`, `drop`, `with_variant`, `compile`, …
pub(crate) fn type_method(
    interp: &mut Interpreter<'_>,
    own: &Rc<NativeType>,
    name: &str,
) -> Outcome<Option<Value>> {
    let native = Rc::clone(own);
    let is_named = matches!(own.data_type.class.form, Form::GenericEnum | Form::Domain);
    Ok(Some(match name {
        "create" if is_named => {
            Value::function(name, move |interp, arguments| change_type(interp, &native, arguments, true))
        }
        "drop" if is_named => {
            Value::function(name, move |interp, arguments| change_type(interp, &native, arguments, false))
        }
        "with_variant" => Value::function(name, move |interp, arguments| {
            if let Some(unknown) = first_unknown(&arguments) {
                return Ok(Value::Unknown(unknown));
            }
            let Some((kind, dialects)) = arguments.positional.split_first() else {
                return Err(Unwind::type_error("with_variant() needs a type"));
            };
            let dialects: Vec<String> = dialects.iter().filter_map(text).collect();
            if !dialects.iter().any(|name| crate::sql::dialect::NAMES.contains(&name.as_str())) {
                // A type of another dialect is never asked for here.
                return Ok(Value::Native(native.clone()));
            }
            let other = types::data_type(interp, kind)?;
            let data_type = native.data_type.clone().with_variant(other, &dialects);
            Ok(Value::native(NativeType { data_type, enumeration: native.enumeration.clone() }))
        }),
        "compile" => Value::function(name, move |interp, _| {
            let dialect = world::dialect(interp);
            let text = crate::sql::compile::type_sql(&native.data_type, dialect);
            wrap::checked(interp, text).map(Value::from)
        }),
        "dialect_impl" | "load_dialect_impl" | "as_generic" | "copy" | "adapt" => {
            Value::function(name, move |_, _| Ok(Value::Native(native.clone())))
        }
        "python_type" => return python_type(interp, own),
        _ => return Ok(None),
    }))
}

fn python_type(interp: &mut Interpreter<'_>, own: &Rc<NativeType>) -> Outcome<Option<Value>> {
    use crate::sql::types::Affinity;
    let name = match own.data_type.affinity() {
        Affinity::String => "str",
        Affinity::Integer => "int",
        Affinity::Float => "float",
        Affinity::Boolean => "bool",
        Affinity::Binary => "bytes",
        Affinity::Json => "dict",
        Affinity::Array => "list",
        _ => return Ok(None),
    };
    Ok(interp.class(name).map(Value::Class))
}

fn change_type(
    interp: &mut Interpreter<'_>,
    own: &NativeType,
    mut arguments: Arguments,
    creates: bool,
) -> Outcome<Value> {
    let dialect = world::dialect(interp);
    // PostgreSQL's own types look first unless told otherwise, the generic ones do not (`sqltypes.py`).
    let is_postgres = own.data_type.class.module == crate::sql::types::Module::Postgres;
    let checks = check_first(interp, &mut arguments, 1, is_postgres)?;
    let resolved = own.data_type.resolve(dialect).clone();
    let made = match creates {
        true => ddl::create_type(&resolved, dialect),
        false => ddl::drop_type(&resolved, dialect),
    };
    let Some(statement) = wrap::checked(interp, made)? else { return Ok(Value::None) };
    if checks {
        let word = if creates { "create()" } else { "drop()" };
        if looked(interp, word).is_none() {
            return Ok(Value::None);
        }
        if type_is_there(interp, &resolved) == creates {
            return Ok(Value::None);
        }
    }
    world::emit(interp, statement)?;
    Ok(Value::None)
}

/// What a table answers as a thing to read from.
pub(crate) fn source_attribute(
    interp: &mut Interpreter<'_>,
    source: &From,
    name: &str,
) -> Outcome<Option<Value>> {
    source_method(interp, source, name)
}

fn source_method(interp: &mut Interpreter<'_>, source: &From, name: &str) -> Outcome<Option<Value>> {
    let value = super::select::from_value(source.clone());
    interp.find_attribute(&value, name)
}
