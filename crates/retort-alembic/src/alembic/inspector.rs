//! `sa.inspect(bind)`: what the schema answers. Where it is not certain, the answer is not known.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use retort_core::schema::{ObjectName, Schema};

use super::wrap::{NativeClass, NativeTable, text};
use super::{dialects, errors, table, types, world};
use crate::python::{Arguments, Interpreter, Native, Outcome, Unwind, Value};
use crate::sql::Dialect;
use crate::sql::reflect::{self, ReflectedColumn, ReflectedForeignKey, ReflectedIndex};

/// The inspector. As SQLAlchemy's it remembers what it was told: a second question has the first answer, whatever
/// was done in between.
#[derive(Debug, Default)]
pub(crate) struct NativeInspector {
    answers: RefCell<BTreeMap<String, Value>>,
    /// MySQL's reads all of a table with the first question about it.
    tables: RefCell<BTreeMap<String, Schema>>,
}

/// An inspector.
pub(crate) fn value() -> Value {
    Value::native(NativeInspector::default())
}

/// The class, for `Inspector.from_engine(bind)`.
pub(crate) fn class() -> Value {
    Value::native(NativeClass {
        name: "Inspector",
        instances: &[],
        construct: |_, _| Ok(value()),
        attributes: &[("from_engine", |_, _| Ok(value()))],
    })
}

/// A name of the core; the default schema is none.
pub(crate) fn object(schema: Option<&str>, name: &str) -> ObjectName {
    match schema {
        None | Some("public" | "main" | "") => ObjectName::bare(name),
        Some(schema) => ObjectName::qualified(schema, name),
    }
}

impl Native for NativeInspector {
    fn type_name(&self) -> &str {
        "Inspector"
    }

    fn reaches_database(&self) -> bool {
        true
    }

    fn attribute(self: Rc<Self>, interp: &mut Interpreter<'_>, name: &str) -> Outcome<Option<Value>> {
        Ok(Some(match name {
            "dialect" => dialects::value(interp),
            "bind" | "engine" => super::connection_value(interp)?,
            "default_schema_name" => {
                let dialect = dialects::value(interp);
                return interp.find_attribute(&dialect, name);
            }
            _ if METHODS.contains(&name) => {
                let method = name.to_owned();
                Value::function(name, move |interp, arguments| self.remembered(interp, &method, arguments))
            }
            _ => return Ok(None),
        }))
    }
}

const METHODS: [&str; 27] = [
    "get_table_names",
    "get_view_names",
    "get_materialized_view_names",
    "get_schema_names",
    "get_sequence_names",
    "get_temp_table_names",
    "get_temp_view_names",
    "get_enums",
    "get_sorted_table_and_fkc_names",
    "has_table",
    "has_index",
    "has_sequence",
    "has_schema",
    "get_columns",
    "get_pk_constraint",
    "get_foreign_keys",
    "get_indexes",
    "get_unique_constraints",
    "get_check_constraints",
    "get_table_comment",
    "get_table_options",
    "get_view_definition",
    "get_multi_columns",
    "reflect_table",
    "clear_cache",
    "close",
    "get_domains",
];

impl NativeInspector {
    fn remembered(&self, interp: &mut Interpreter<'_>, method: &str, arguments: Arguments) -> Outcome<Value> {
        if method == "clear_cache" {
            self.answers.borrow_mut().clear();
            self.tables.borrow_mut().clear();
        }
        if matches!(method, "clear_cache" | "close") {
            return Ok(Value::None);
        }
        let mut key = method.to_owned();
        for value in arguments.values() {
            key.push('\0');
            key.push_str(&interp.repr(value)?);
        }
        if let Some(answer) = self.answers.borrow().get(&key) {
            return Ok(answer.clone());
        }
        let answer = answer(interp, self, method, arguments)?;
        if !matches!(answer, Value::Unknown(_)) {
            self.answers.borrow_mut().insert(key, answer.clone());
        }
        Ok(answer)
    }

    /// The schema in which to look for a table.
    fn schema_of(&self, table: &str, schema: Schema, dialect: Dialect) -> Schema {
        match dialect.is_mysql() {
            true => self.tables.borrow_mut().entry(table.to_owned()).or_insert(schema).clone(),
            false => schema,
        }
    }
}

fn answer(
    interp: &mut Interpreter<'_>,
    inspector: &NativeInspector,
    method: &str,
    mut arguments: Arguments,
) -> Outcome<Value> {
    if let Some(unknown) = super::wrap::first_unknown(&arguments) {
        return Ok(Value::Unknown(unknown));
    }
    for value in arguments.values() {
        interp.refuse_foreign(value)?;
    }
    let (schema, is_certain) = world::schema(interp);
    if !is_certain {
        return Ok(world::unknown(interp, "what the database holds"));
    }
    let dialect = world::dialect(interp);
    if method.starts_with("get_temp") {
        return Ok(Value::list(Vec::new()));
    }
    let by_name = |name: &str, at: usize, arguments: &mut Arguments| {
        arguments.take(name).or_else(|| arguments.positional.get(at).cloned())
    };
    let is_plural = matches!(
        method,
        "get_table_names"
            | "get_view_names"
            | "get_materialized_view_names"
            | "get_schema_names"
            | "get_sequence_names"
            | "get_enums"
            | "get_sorted_table_and_fkc_names"
            | "get_domains"
    );
    if is_plural {
        let namespace = by_name("schema", 0, &mut arguments).as_ref().and_then(text);
        return plural(interp, method, &schema, namespace.as_deref(), dialect);
    }
    let first = if method == "has_sequence" { "sequence_name" } else { "table_name" };
    let first = if method == "has_schema" { "schema_name" } else { first };
    let named = by_name(first, 0, &mut arguments).unwrap_or(Value::None);
    let (table_name, own_schema) = match named.as_native::<NativeTable>() {
        Some(table) => {
            let table = table.table.borrow();
            (Some(table.name.to_string()), table.schema.as_ref().map(ToString::to_string))
        }
        None => (text(&named), None),
    };
    let Some(table_name) = table_name else { return Err(Unwind::type_error("the name must be a str")) };
    let at = if method == "has_index" { 2 } else { 1 };
    let namespace = by_name("schema", at, &mut arguments).as_ref().and_then(text).or(own_schema);
    let namespace = namespace.as_deref().filter(|name| !matches!(*name, "public" | "main" | ""));
    match method {
        "has_table" => return Ok(Value::Bool(reflect::has_table(&schema, namespace, &table_name))),
        "has_sequence" => return Ok(Value::Bool(reflect::has_sequence(&schema, namespace, &table_name))),
        "has_schema" => {
            return Ok(Value::Bool(reflect::schema_names(&schema, dialect).contains(&table_name)));
        }
        "has_index" => {
            let index = by_name("index_name", 1, &mut arguments).as_ref().and_then(text).unwrap_or_default();
            return Ok(Value::Bool(reflect::has_index(&schema, namespace, &table_name, &index, dialect)));
        }
        _ => {}
    }
    let is_there = reflect::has_table(&schema, namespace, &table_name);
    let schema = if is_there { inspector.schema_of(&table_name, schema, dialect) } else { schema };
    of_table(interp, method, &schema, namespace, &table_name, dialect)
}

fn texts(names: Vec<String>) -> Value {
    Value::list(names.iter().map(Value::str).collect())
}

fn plural(
    interp: &mut Interpreter<'_>,
    method: &str,
    schema: &Schema,
    namespace: Option<&str>,
    dialect: Dialect,
) -> Outcome<Value> {
    Ok(match method {
        "get_table_names" => {
            // The version table is a table like others; the model keeps it apart.
            let mut names = reflect::table_names(schema, namespace);
            let version = interp.slot::<world::Shared>().environment.version_table.clone();
            if version.schema.as_deref() == namespace && !names.contains(&version.name) {
                names.push(version.name);
                names.sort();
            }
            texts(names)
        }
        "get_view_names" => texts(reflect::view_names(schema, namespace, false)),
        "get_materialized_view_names" => texts(reflect::view_names(schema, namespace, true)),
        "get_schema_names" => texts(reflect::schema_names(schema, dialect)),
        "get_sequence_names" => texts(reflect::sequence_names(schema, namespace)),
        "get_enums" => {
            let entry = |(namespace, name, labels): (Option<String>, String, Vec<String>)| {
                Value::dict_of([
                    ("name", Value::str(name)),
                    ("schema", Value::str(namespace.clone().unwrap_or_else(|| "public".to_owned()))),
                    ("visible", Value::Bool(namespace.is_none())),
                    ("labels", texts(labels)),
                ])
            };
            Value::list(reflect::enums(schema, namespace).into_iter().map(entry).collect())
        }
        "get_domains" => return Err(Unwind::unsupported("inspector.get_domains()")),
        _ => return Err(Unwind::unsupported("inspector.get_sorted_table_and_fkc_names()")),
    })
}

fn of_table(
    interp: &mut Interpreter<'_>,
    method: &str,
    schema: &Schema,
    namespace: Option<&str>,
    name: &str,
    dialect: Dialect,
) -> Outcome<Value> {
    let Some(found) = reflect::find_table(schema, namespace, name) else {
        if let Some(view) = schema.view(&object(namespace, name)) {
            if method == "get_view_definition" {
                return Ok(Value::str(view.query.text()));
            }
            return Err(Unwind::unsupported(format!("inspector.{method}() of a view")));
        }
        // SQLite's dialect answers most questions about no table with nothing, the others do not.
        return Err(errors::raise(interp, "NoSuchTableError", name));
    };
    Ok(match method {
        "get_columns" => {
            let columns = reflect::columns(schema, found, dialect);
            Value::list(columns.into_iter().map(|column| column_value(column, dialect)).collect())
        }
        "get_pk_constraint" => {
            let (name, columns) = reflect::pk_constraint(found, dialect).unwrap_or((None, Vec::new()));
            Value::dict_of([("constrained_columns", texts(columns)), ("name", name.into())])
        }
        "get_foreign_keys" => {
            let keys = reflect::foreign_keys(schema, found, dialect);
            Value::list(keys.into_iter().map(foreign_key_value).collect())
        }
        "get_indexes" => {
            let indexes = reflect::indexes(found, dialect);
            Value::list(indexes.into_iter().map(|index| index_value(index, dialect)).collect())
        }
        "get_unique_constraints" => {
            let value = |unique: reflect::ReflectedUnique| {
                let mut entries = vec![("name", unique.name.into()), ("column_names", texts(unique.columns))];
                if let Some(index) = unique.duplicates_index {
                    entries.push(("duplicates_index", Value::str(index)));
                }
                Value::dict_of(entries)
            };
            Value::list(reflect::unique_constraints(found, dialect).into_iter().map(value).collect())
        }
        "get_check_constraints" => {
            let value = |check: reflect::ReflectedCheck| {
                Value::dict_of([("name", check.name.into()), ("sqltext", Value::str(check.sqltext))])
            };
            Value::list(reflect::check_constraints(found, dialect).into_iter().map(value).collect())
        }
        "get_table_comment" => Value::dict_of([("text", Value::from(reflect::table_comment(found)))]),
        "get_table_options" => Value::dict_of::<&str>([]),
        _ => return Err(Unwind::unsupported(format!("inspector.{method}()"))),
    })
}

fn column_value(column: ReflectedColumn, dialect: Dialect) -> Value {
    let mut entries = vec![
        ("name", Value::str(column.name)),
        ("type", types::type_value(column.data_type)),
        ("nullable", Value::Bool(column.nullable)),
        ("default", column.default.into()),
    ];
    if let Some(autoincrement) = column.autoincrement {
        entries.push(("autoincrement", Value::Bool(autoincrement)));
    }
    if dialect.is_sqlite() {
        entries.push(("primary_key", Value::Int(column.primary_key as i64)));
    } else {
        entries.push(("comment", column.comment.into()));
    }
    if let Some((text, persisted)) = column.computed {
        let computed = [("sqltext", Value::str(text)), ("persisted", persisted.into())];
        entries.push(("computed", Value::dict_of(computed)));
    }
    if let Some(identity) = column.identity {
        let identity = [
            ("always", Value::Bool(identity.always)),
            ("start", identity.start.into()),
            ("increment", identity.increment.into()),
        ];
        entries.push(("identity", Value::dict_of(identity)));
    }
    Value::dict_of(entries)
}

fn foreign_key_value(key: ReflectedForeignKey) -> Value {
    let mut options: Vec<(&str, Value)> = Vec::new();
    let texts_of = [
        ("ondelete", key.ondelete),
        ("onupdate", key.onupdate),
        ("initially", key.initially),
        ("match", key.match_),
    ];
    for (name, value) in texts_of {
        if let Some(value) = value {
            options.push((name, Value::str(value)));
        }
    }
    if let Some(deferrable) = key.deferrable {
        options.push(("deferrable", Value::Bool(deferrable)));
    }
    Value::dict_of([
        ("name", key.name.into()),
        ("constrained_columns", texts(key.columns)),
        ("referred_schema", key.referred_schema.into()),
        ("referred_table", Value::str(key.referred_table)),
        ("referred_columns", texts(key.referred_columns)),
        ("options", Value::dict_of(options)),
    ])
}

fn index_value(index: ReflectedIndex, dialect: Dialect) -> Value {
    let names = index.columns.iter().map(|name| Value::from(name.clone())).collect();
    // SQLite and MySQL tell uniqueness in numbers and booleans.
    let unique = match dialect.is_sqlite() {
        true => Value::Int(i64::from(index.unique)),
        false => Value::Bool(index.unique),
    };
    let mut entries = vec![
        ("name", Value::str(&index.name)),
        ("unique", unique),
        ("column_names", Value::list(names)),
        ("dialect_options", table::options_value(&index.options)),
    ];
    if index.is_expression {
        entries.push(("expressions", texts(index.expressions)));
    }
    if index.duplicates_constraint {
        entries.push(("duplicates_constraint", Value::str(&index.name)));
    }
    if dialect.is_postgres() {
        entries.push(("include_columns", texts(index.include)));
    }
    Value::dict_of(entries)
}
