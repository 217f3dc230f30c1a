//! The native modules by their dotted names: `alembic.*`, `sqlalchemy.*`.

mod event;
mod operation;
mod type_names;

use std::collections::BTreeMap;
use std::rc::Rc;

use retort_core::source::DialectKind;

use super::wrap::{self, NativeClass, NativeName};
use super::{
    constraints, context, dialects, errors, flask, function, inspector, operations, orm, registered, table,
    types,
};
use crate::python::{Arguments, Foreign, Interpreter, Native, Outcome, Unwind, Value};
use crate::sql::types::Module;
use event::event;
use operation::{no_operation, operation_classes, operations_object};
use type_names::TYPES;

pub(crate) use operation::NativeOperation;

/// Makes the names of a module.
type Names = fn(&mut Interpreter<'_>) -> Outcome<Vec<(&'static str, Value)>>;

/// The modules whose names are those of SQLAlchemy as a whole.
const FLAT: [&str; 19] = [
    "sqlalchemy",
    "sqlalchemy.sql",
    "sqlalchemy.sql.expression",
    "sqlalchemy.sql.schema",
    "sqlalchemy.sql.sqltypes",
    "sqlalchemy.sql.elements",
    "sqlalchemy.sql.selectable",
    "sqlalchemy.sql.dml",
    "sqlalchemy.sql.base",
    "sqlalchemy.sql.naming",
    "sqlalchemy.sql.type_api",
    "sqlalchemy.sql.ddl",
    "sqlalchemy.sql.operators",
    "sqlalchemy.schema",
    "sqlalchemy.types",
    "sqlalchemy.engine.reflection",
    "sqlalchemy.engine",
    "sqlalchemy.engine.base",
    "sqlalchemy.inspection",
];

/// The other modules.
const MODULES: [(&str, Names); 36] = [
    ("sqlmodel", |interp| {
        let mut names = sqlalchemy(interp)?;
        names.extend(orm::names(interp));
        names.push(("AutoString", Value::function("AutoString", auto_string)));
        let main = interp.import("_sqlmodel")?;
        for name in ["SQLModel", "Field", "Relationship"] {
            names.push((name, interp.attribute(&main, name)?));
        }
        Ok(names)
    }),
    ("_flask", flask::names),
    ("pgvector", |_| Ok(Vec::new())),
    ("pgvector.sqlalchemy", |_| {
        let names = ["Vector", "VECTOR", "HALFVEC", "SPARSEVEC", "BIT"];
        Ok(names
            .iter()
            .filter_map(|name| Some((*name, types::class_value(Module::Pgvector, name)?)))
            .collect())
    }),
    ("geoalchemy2", geoalchemy),
    ("geoalchemy2.types", geoalchemy),
    ("sqlmodel.sql", |_| Ok(Vec::new())),
    // `AutoString` is a TypeDecorator over String whose length is 255 on MySQL only where none is said.
    ("sqlmodel.sql.sqltypes", |interp| {
        let types = interp.import("sqlalchemy.types")?;
        Ok(vec![("AutoString", Value::function("AutoString", auto_string)), ("types", types)])
    }),
    ("sqlalchemy.ext.compiler", |_| Ok(vec![("compiles", Value::function("compiles", types::compiles))])),
    ("sqlalchemy.sql.functions", functions),
    ("sqlalchemy.dialects", |_| Ok(Vec::new())),
    ("sqlalchemy.orm", |interp| Ok(orm::names(interp))),
    ("sqlalchemy.orm.session", |interp| Ok(orm::names(interp))),
    ("sqlalchemy.orm.decl_api", |interp| Ok(orm::names(interp))),
    ("sqlalchemy.orm.attributes", |_| Ok(orm::attribute_names())),
    ("sqlalchemy.ext.declarative", |_| Ok(orm::declarative_names())),
    ("sqlalchemy.ext.declarative.api", |_| Ok(orm::declarative_names())),
    ("sqlalchemy.dialects.postgresql", postgresql),
    ("sqlalchemy.dialects.postgresql.base", postgresql),
    ("sqlalchemy.dialects.postgresql.json", postgresql),
    ("sqlalchemy.dialects.postgresql.array", postgresql),
    ("sqlalchemy.dialects.mysql", mysql),
    ("sqlalchemy.dialects.mysql.base", mysql),
    ("sqlalchemy.dialects.mysql.types", mysql),
    ("sqlalchemy.dialects.sqlite", sqlite),
    ("sqlalchemy.dialects.sqlite.base", sqlite),
    ("sqlalchemy.event", event),
    ("sqlalchemy.util", |_| Ok(Vec::new())),
    ("sqlalchemy.ext", |_| Ok(Vec::new())),
    ("alembic", |_| Ok(vec![("__version__", Value::str("1.20.1"))])),
    ("alembic.op", |_| Ok(operations::names())),
    ("alembic.operations", |interp| {
        let batch = NativeClass::value("BatchOperations", no_class);
        let ops = interp.import("alembic.operations.ops")?;
        Ok(vec![
            (
                "Operations",
                Value::native(NativeClass {
                    name: "Operations",
                    instances: &[],
                    construct: operations_object,
                    attributes: &[
                        ("register_operation", registered::register_operation),
                        ("implementation_for", registered::implementation_for),
                    ],
                }),
            ),
            ("MigrateOperation", NativeClass::value("MigrateOperation", no_operation)),
            ("BatchOperations", batch),
            ("ops", ops),
        ])
    }),
    ("alembic.operations.ops", |_| Ok(operation_classes())),
    ("alembic.migration", migration),
    ("alembic.runtime.migration", migration),
    ("alembic.util", |interp| {
        let error = errors::class(interp, "CommandError");
        Ok(error.map(|class| ("CommandError", Value::Class(class))).into_iter().collect())
    }),
];

/// Registers all native modules. Their names are made when one of them is asked for: of most modules few are.
pub(crate) fn install(interp: &mut Interpreter<'_>) {
    for path in FLAT {
        interp.register(path, move |interp| Ok(native(interp, path, sqlalchemy)));
    }
    for (path, make) in MODULES {
        interp.register(path, move |interp| Ok(native(interp, path, make)));
    }
    interp.register("sqlalchemy.exc", |interp| Ok(errors::module(interp)));
    interp.register("sqlalchemy.orm.exc", |interp| Ok(errors::module(interp)));
    interp.register("alembic.util.exc", |interp| {
        let error = errors::class(interp, "CommandError");
        let names = error.map(|class| ("CommandError", Value::Class(class)));
        Ok(interp.native_module("alembic.util.exc", names))
    });
    interp.register("alembic.context", |_| Ok(Value::native(context::ContextModule)));
}

/// What modules gave as their names, by the function that makes them: many modules are SQLAlchemy as a whole.
#[derive(Default)]
struct Made(BTreeMap<usize, Rc<BTreeMap<&'static str, Value>>>);

fn made(interp: &mut Interpreter<'_>, make: Names) -> Outcome<Rc<BTreeMap<&'static str, Value>>> {
    let key = make as usize;
    if let Some(names) = interp.lasting::<Made>().0.get(&key) {
        return Ok(Rc::clone(names));
    }
    let names = Rc::new(make(interp)?.into_iter().collect());
    interp.lasting::<Made>().0.insert(key, Rc::clone(&names));
    Ok(names)
}

/// A module; a name that it does not have comes from outside, as everything does that is not interpreted.
fn native(interp: &mut Interpreter<'_>, path: &'static str, make: Names) -> Value {
    let missing = Value::function("__getattr__", move |interp, arguments| {
        let name = arguments.positional.first().and_then(wrap::text).unwrap_or_default();
        if name == "__all__" {
            let names = made(interp, make)?;
            return Ok(Value::list(names.keys().map(|name| Value::str(*name)).collect()));
        }
        find(interp, path, make, &name)
    });
    interp.native_module(path, [("__getattr__", missing)])
}

fn find(interp: &mut Interpreter<'_>, path: &str, make: Names, name: &str) -> Outcome<Value> {
    let own = format!("{path}.{name}");
    if interp.is_registered(&own) {
        return interp.import(&own);
    }
    if let Some(value) = made(interp, make)?.get(name) {
        return Ok(value.clone());
    }
    if name.starts_with("__") {
        let message = format!("module '{path}' has no attribute '{name}'");
        return Err(Unwind::raise("AttributeError", message));
    }
    if path == "alembic.op"
        && let Some(directive) = registered::directive(interp, name)?
    {
        return Ok(directive);
    }
    let reason = format!("`{own}` is not interpreted");
    Ok(Value::Foreign(Rc::new(Foreign { path: own, reason: Some(reason) })))
}

fn sqlalchemy(interp: &mut Interpreter<'_>) -> Outcome<Vec<(&'static str, Value)>> {
    let version = if super::world::has_sqlalchemy_1(interp) { "1.4.54" } else { "2.1.9" };
    let mut names = vec![("__version__", Value::str(version))];
    names.extend(TYPES.iter().filter_map(|name| Some((*name, types::class_value(Module::Generic, name)?))));
    if let Some(class) = types::class_value(Module::Generic, "NullType") {
        let span = interp.call_span();
        names.push(("NULLTYPE", interp.call(&class, Arguments::none(span))?));
    }
    names.push(("TypeEngine", Value::native(types::AnyType)));
    names.extend(schema_items());
    names.extend(function::names());
    names.extend([
        ("inspect", Value::function("inspect", inspect)),
        ("Inspector", inspector::class()),
        ("quoted_name", NativeClass::value("quoted_name", quoted_name)),
        ("conv", NativeClass::value("conv", operations::final_name)),
        ("Connection", NativeClass::value("Connection", no_class)),
        ("Engine", NativeClass::value("Engine", no_class)),
    ]);
    Ok(names)
}

fn schema_items() -> Vec<(&'static str, Value)> {
    const CONSTRAINTS: &[&str] = &[
        "PrimaryKeyConstraint",
        "UniqueConstraint",
        "CheckConstraint",
        "ForeignKeyConstraint",
        "ExcludeConstraint",
    ];
    vec![
        ("Column", NativeClass::value("Column", table::column)),
        ("Table", NativeClass::value("Table", table::table)),
        ("MetaData", NativeClass::value("MetaData", table::metadata)),
        ("ForeignKey", NativeClass::value("ForeignKey", constraints::foreign_key)),
        ("PrimaryKeyConstraint", NativeClass::value("PrimaryKeyConstraint", constraints::primary_key)),
        ("UniqueConstraint", NativeClass::value("UniqueConstraint", constraints::unique)),
        ("CheckConstraint", NativeClass::value("CheckConstraint", constraints::check)),
        ("ForeignKeyConstraint", NativeClass::value("ForeignKeyConstraint", constraints::foreign_keys)),
        ("Constraint", NativeClass::family("Constraint", CONSTRAINTS, no_class)),
        ("Index", NativeClass::value("Index", constraints::index)),
        ("Computed", NativeClass::value("Computed", constraints::computed)),
        ("Identity", NativeClass::value("Identity", constraints::identity)),
        ("Sequence", NativeClass::value("Sequence", constraints::sequence)),
        ("DefaultClause", NativeClass::value("DefaultClause", constraints::default_clause)),
        ("FetchedValue", NativeClass::value("FetchedValue", constraints::fetched_value)),
        ("CreateSequence", ddl_class("CreateSequence", |i, a| ddl(i, "CreateSequence", a))),
        ("DropSequence", ddl_class("DropSequence", |i, a| ddl(i, "DropSequence", a))),
        ("CreateTable", ddl_class("CreateTable", |i, a| ddl(i, "CreateTable", a))),
        ("DropTable", ddl_class("DropTable", |i, a| ddl(i, "DropTable", a))),
        ("CreateIndex", ddl_class("CreateIndex", |i, a| ddl(i, "CreateIndex", a))),
        ("DropIndex", ddl_class("DropIndex", |i, a| ddl(i, "DropIndex", a))),
        ("AddConstraint", ddl_class("AddConstraint", |i, a| ddl(i, "AddConstraint", a))),
        ("DropConstraint", ddl_class("DropConstraint", |i, a| ddl(i, "DropConstraint", a))),
        ("CreateSchema", ddl_class("CreateSchema", |i, a| ddl(i, "CreateSchema", a))),
        ("DropSchema", ddl_class("DropSchema", |i, a| ddl(i, "DropSchema", a))),
        ("DDL", ddl_class("DDL", |i, a| ddl(i, "DDL", a))),
    ]
}

fn ddl_class(name: &'static str, construct: fn(&mut Interpreter<'_>, Arguments) -> Outcome<Value>) -> Value {
    NativeClass::value(name, construct)
}

/// `CreateTable(table)`, `DDL("…")`: executed later.
#[derive(Debug)]
pub(crate) struct NativeDdl {
    /// The class in Python.
    pub(crate) class: &'static str,
    /// What it was given.
    pub(crate) arguments: Arguments,
}

impl Native for NativeDdl {
    fn type_name(&self) -> &str {
        self.class
    }
}

fn ddl(_interp: &mut Interpreter<'_>, class: &'static str, arguments: Arguments) -> Outcome<Value> {
    Ok(Value::native(NativeDdl { class, arguments }))
}

fn no_class(_interp: &mut Interpreter<'_>, _arguments: Arguments) -> Outcome<Value> {
    Err(Unwind::unsupported("making an object of this class"))
}

fn inspect(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let subject = arguments.positional.first().cloned().unwrap_or(Value::None);
    if let Value::Unknown(_) = subject {
        return Ok(subject);
    }
    interp.refuse_foreign(&subject)?;
    Ok(orm::inspected(&subject)?.unwrap_or_else(inspector::value))
}

fn quoted_name(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let [value, quote] = arguments.bind("quoted_name", "value quote?")?;
    let value = value.unwrap_or(Value::None);
    let text = wrap::known_text(interp, &value, "the name")?;
    let quote = wrap::optional_flag(interp, quote)?;
    Ok(Value::native(NativeName { text, quote, is_final: false }))
}

fn functions(interp: &mut Interpreter<'_>) -> Outcome<Vec<(&'static str, Value)>> {
    let func = function::NativeFunc::value();
    let mut names = vec![("func", func.clone())];
    for name in ["now", "count", "coalesce", "current_timestamp", "max", "min", "sum", "concat", "random"] {
        names.push((name, interp.attribute(&func, name)?));
    }
    Ok(names)
}

fn postgresql(_interp: &mut Interpreter<'_>) -> Outcome<Vec<(&'static str, Value)>> {
    let mut names = dialects::type_names(Module::Postgres);
    names.extend(function::postgresql_names());
    names.push(("ExcludeConstraint", dialects::exclude_class()));
    names.extend(dialects::classes("PGDialect", DialectKind::Postgres));
    Ok(names)
}

fn mysql(_interp: &mut Interpreter<'_>) -> Outcome<Vec<(&'static str, Value)>> {
    let mut names = dialects::type_names(Module::Mysql);
    names.push(("insert", function::dialect_insert()));
    names.extend(dialects::classes("MySQLDialect", DialectKind::Mysql));
    Ok(names)
}

fn sqlite(_interp: &mut Interpreter<'_>) -> Outcome<Vec<(&'static str, Value)>> {
    let mut names = dialects::type_names(Module::Sqlite);
    names.push(("insert", function::dialect_insert()));
    names.extend(dialects::classes("SQLiteDialect", DialectKind::Sqlite));
    Ok(names)
}

fn migration(_interp: &mut Interpreter<'_>) -> Outcome<Vec<(&'static str, Value)>> {
    Ok(vec![(
        "MigrationContext",
        Value::native(NativeClass {
            name: "MigrationContext",
            instances: &[],
            construct: |_, _| Ok(context::value()),
            attributes: &[("configure", |_, _| Ok(context::value()))],
        }),
    )])
}

fn geoalchemy(_interp: &mut Interpreter<'_>) -> Outcome<Vec<(&'static str, Value)>> {
    let names = ["Geometry", "Geography", "Raster"];
    Ok(names.iter().filter_map(|name| Some((*name, types::class_value(Module::Geoalchemy, name)?))).collect())
}

/// `sqlmodel.sql.sqltypes.AutoString(length)` (sqlmodel 0.0.24): 255 characters on MySQL where none are said.
fn auto_string(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let Some(class) = types::class_value(Module::Generic, "String") else { return Ok(Value::None) };
    let made = interp.call(&class, arguments)?;
    let mut inner = types::data_type(interp, &made)?;
    if inner.length.is_none() && super::world::dialect(interp).is_mysql() {
        inner.length = Some(255);
    }
    Ok(types::type_value(crate::sql::DataType::decorator("AutoString", inner)))
}
