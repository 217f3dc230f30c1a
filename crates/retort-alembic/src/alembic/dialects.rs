//! The dialect as programs ask for it, and the modules of types.

use std::rc::Rc;

use super::wrap::{NativeClass, text};
use super::{constraints, inspector, types, world};
use crate::python::{Arguments, Interpreter, Native, Outcome, Unwind, Value};
use crate::sql::types::Module;
use retort_core::source::DialectKind;

/// `bind.dialect`
#[derive(Debug)]
pub(crate) struct NativeDialect;

/// `SQLiteDialect` and its like: what `isinstance(bind.dialect, …)` asks.
#[derive(Debug)]
struct DialectClass {
    name: &'static str,
    kind: DialectKind,
}

/// The class of the dialects of a kind, by its name and as the module's `dialect`.
pub(crate) fn classes(name: &'static str, kind: DialectKind) -> [(&'static str, Value); 2] {
    let class = Value::native(DialectClass { name, kind });
    [(name, class.clone()), ("dialect", class)]
}

impl Native for DialectClass {
    fn type_name(&self) -> &str {
        "type"
    }

    fn attribute(self: Rc<Self>, _interp: &mut Interpreter<'_>, name: &str) -> Outcome<Option<Value>> {
        Ok(matches!(name, "__name__" | "__qualname__").then(|| Value::str(self.name)))
    }

    fn has_instance(self: Rc<Self>, interp: &mut Interpreter<'_>, value: &Value) -> Outcome<Option<bool>> {
        let is_dialect = value.as_native::<NativeDialect>().is_some();
        Ok(Some(is_dialect && world::dialect(interp).kind == self.kind))
    }

    fn is_base(&self) -> bool {
        true
    }

    fn is_callable(&self) -> bool {
        true
    }

    fn call(self: Rc<Self>, interp: &mut Interpreter<'_>, _arguments: Arguments) -> Outcome<Value> {
        match world::dialect(interp).kind == self.kind {
            true => Ok(value(interp)),
            false => Err(Unwind::unsupported(format!("`{}()` on another database", self.name))),
        }
    }
}

/// The dialect of this run.
pub(crate) fn value(_interp: &mut Interpreter<'_>) -> Value {
    Value::native(NativeDialect)
}

impl Native for NativeDialect {
    fn type_name(&self) -> &str {
        "Dialect"
    }

    fn attribute(self: Rc<Self>, interp: &mut Interpreter<'_>, name: &str) -> Outcome<Option<Value>> {
        let dialect = world::dialect(interp);
        let server = world::facts(interp).server;
        Ok(Some(match name {
            "name" => Value::str(dialect.name()),
            "driver" => Value::str(driver(dialect.name())),
            "dialect_description" => Value::str(format!("{0}+{1}", dialect.name(), driver(dialect.name()))),
            "server_version_info" => {
                let (major, minor, patch) = server.version;
                let mut parts = vec![Value::Int(major.into()), Value::Int(minor.into())];
                if !dialect.is_postgres() || patch > 0 {
                    parts.push(Value::Int(patch.into()));
                }
                Value::tuple(parts)
            }
            "is_mariadb" | "_is_mariadb" if dialect.is_mysql() => Value::Bool(server.is_mariadb),
            "default_schema_name" => match dialect.name() {
                "postgresql" => Value::str("public"),
                "sqlite" => Value::str("main"),
                _ => world::unknown(interp, "the name of the database"),
            },
            "max_identifier_length" => Value::Int(match dialect.name() {
                "postgresql" => 63,
                "mysql" => 255,
                _ => 9999,
            }),
            "supports_native_enum" => Value::Bool(!dialect.is_sqlite()),
            "supports_native_boolean" => Value::Bool(dialect.is_postgres()),
            // MariaDB from 10.3 (`dialects/mysql/base.py`, `initialize`).
            "supports_sequences" => {
                Value::Bool(dialect.is_postgres() || (server.is_mariadb && server.version >= (10, 3, 0)))
            }
            "supports_statement_cache" | "supports_multivalues_insert" | "supports_sane_rowcount" => {
                Value::Bool(true)
            }
            "supports_native_uuid" => Value::Bool(dialect.is_postgres()),
            "insert_returning" | "implicit_returning" => {
                Value::Bool(!dialect.is_mysql() || server.is_mariadb)
            }
            "supports_comments" => Value::Bool(!dialect.is_sqlite()),
            "supports_alter" => Value::Bool(!dialect.is_sqlite()),
            "has_table"
            | "get_table_names"
            | "has_index"
            | "has_sequence"
            | "get_columns"
            | "get_indexes"
            | "get_foreign_keys"
            | "get_pk_constraint"
            | "get_unique_constraints" => {
                return Ok(Some(without_connection(name)));
            }
            "type_descriptor" => Value::function(name, |interp, arguments| {
                let [kind] = arguments.exactly("type_descriptor")?;
                types::data_type(interp, &kind).map(types::type_value)
            }),
            "identifier_preparer" => Value::native(Preparer),
            _ => return Ok(None),
        }))
    }
}

/// The driver that SQLAlchemy takes where the address names none.
fn driver(dialect: &str) -> &'static str {
    match dialect {
        "sqlite" => "pysqlite",
        "postgresql" => "psycopg2",
        _ => "mysqldb",
    }
}

/// Methods of the dialect take the connection first; the inspector answers them without it.
fn without_connection(name: &str) -> Value {
    let method = name.to_owned();
    Value::function(name, move |interp, mut arguments| {
        if !arguments.positional.is_empty() {
            arguments.positional.remove(0);
        }
        let inspector = inspector::value();
        let function = interp.attribute(&inspector, &method)?;
        interp.call(&function, arguments)
    })
}

/// `dialect.identifier_preparer`
#[derive(Debug)]
struct Preparer;

impl Native for Preparer {
    fn type_name(&self) -> &str {
        "IdentifierPreparer"
    }

    fn attribute(self: Rc<Self>, _interp: &mut Interpreter<'_>, name: &str) -> Outcome<Option<Value>> {
        let always = match name {
            "quote" | "quote_schema" => false,
            "quote_identifier" => true,
            "format_table" | "format_column" | "format_constraint" | "format_index" => {
                return Ok(Some(Value::function(name, |interp, arguments| {
                    let element = arguments.positional.first().cloned().unwrap_or(Value::None);
                    let name = interp.attribute(&element, "name")?;
                    let dialect = world::dialect(interp);
                    Ok(super::wrap::identifier(&name)
                        .map_or(Value::None, |name| Value::str(name.sql(dialect))))
                })));
            }
            _ => return Ok(None),
        };
        Ok(Some(Value::function(name, move |interp, arguments| {
            let own = arguments.positional.first().and_then(text).unwrap_or_default();
            let dialect = world::dialect(interp);
            let quote = always.then_some(true);
            Ok(Value::str(crate::sql::Identifier::quoted(own, quote).sql(dialect)))
        })))
    }
}

/// The names of the types that a module exports.
const POSTGRES: &[&str] = &[
    "JSON",
    "JSONB",
    "JSONPATH",
    "ARRAY",
    "ENUM",
    "DOMAIN",
    "BIT",
    "BYTEA",
    "INTERVAL",
    "TIMESTAMP",
    "TIME",
    "CITEXT",
    "HSTORE",
    "INET",
    "CIDR",
    "MACADDR",
    "MACADDR8",
    "MONEY",
    "OID",
    "REGCLASS",
    "REGCONFIG",
    "TSVECTOR",
    "TSQUERY",
    "INT4RANGE",
    "INT8RANGE",
    "NUMRANGE",
    "DATERANGE",
    "TSRANGE",
    "TSTZRANGE",
    "INT4MULTIRANGE",
    "INT8MULTIRANGE",
    "NUMMULTIRANGE",
    "DATEMULTIRANGE",
    "TSMULTIRANGE",
    "TSTZMULTIRANGE",
    "UUID",
    "VARCHAR",
    "CHAR",
    "TEXT",
    "INTEGER",
    "BIGINT",
    "SMALLINT",
    "NUMERIC",
    "FLOAT",
    "REAL",
    "DATE",
    "BOOLEAN",
    "DOUBLE_PRECISION",
];

const MYSQL: &[&str] = &[
    "INTEGER",
    "BIGINT",
    "SMALLINT",
    "MEDIUMINT",
    "TINYINT",
    "YEAR",
    "BIT",
    "NUMERIC",
    "DECIMAL",
    "DOUBLE",
    "FLOAT",
    "REAL",
    "DATETIME",
    "TIMESTAMP",
    "TIME",
    "VARCHAR",
    "CHAR",
    "NVARCHAR",
    "NCHAR",
    "TEXT",
    "TINYTEXT",
    "MEDIUMTEXT",
    "LONGTEXT",
    "TINYBLOB",
    "MEDIUMBLOB",
    "LONGBLOB",
    "JSON",
    "ENUM",
    "SET",
    "INET4",
    "INET6",
    "BLOB",
    "BINARY",
    "VARBINARY",
    "DATE",
    "BOOLEAN",
];

const SQLITE: &[&str] = &[
    "DATE",
    "DATETIME",
    "TIME",
    "JSON",
    "JSONB",
    "BLOB",
    "BOOLEAN",
    "CHAR",
    "DECIMAL",
    "FLOAT",
    "INTEGER",
    "NUMERIC",
    "REAL",
    "SMALLINT",
    "BIGINT",
    "TEXT",
    "TIMESTAMP",
    "VARCHAR",
];

/// The types of a dialect's module.
pub(crate) fn type_names(module: Module) -> Vec<(&'static str, Value)> {
    let names = match module {
        Module::Postgres => POSTGRES,
        Module::Mysql => MYSQL,
        Module::Sqlite => SQLITE,
        Module::Generic | Module::Pgvector | Module::Geoalchemy => &[],
    };
    names.iter().filter_map(|name| Some((*name, types::class_value(module, name)?))).collect()
}

/// `ExcludeConstraint`
pub(crate) fn exclude_class() -> Value {
    NativeClass::value("ExcludeConstraint", constraints::exclude)
}
