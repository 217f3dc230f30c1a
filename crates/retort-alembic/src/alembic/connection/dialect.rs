//! `connection.dialect` and its `identifier_preparer`.

use std::rc::Rc;

use crate::alembic::bridge;
use crate::python::{Arguments, Interpreter, Native, Outcome, Unwind, Value};
use crate::sql::{Dialect, From, Identifier};

/// A dialect, as Python holds it.
#[derive(Debug)]
pub struct NativeDialect(pub Dialect);

impl Native for NativeDialect {
    fn type_name(&self) -> &str {
        match self.0.name() {
            "sqlite" => "SQLiteDialect_pysqlite",
            "postgresql" => "PGDialect_psycopg2",
            _ => "MySQLDialect_pymysql",
        }
    }

    fn attribute(self: Rc<Self>, _interp: &mut Interpreter<'_>, name: &str) -> Outcome<Option<Value>> {
        let dialect = self.0;
        let (is_postgres, is_mysql) = (dialect.is_postgres(), dialect.is_mysql());
        Ok(Some(match name {
            "name" => Value::str(dialect.name()),
            "driver" => Value::str(match dialect.name() {
                "sqlite" => "pysqlite",
                "postgresql" => "psycopg2",
                _ => "pymysql",
            }),
            "server_version_info" => {
                let (major, minor, patch) = dialect.version;
                let parts = [major, minor, patch].into_iter().map(|part| Value::Int(i64::from(part)));
                let count = if is_postgres { 2 } else { 3 };
                Value::tuple(parts.take(count).collect())
            }
            "is_mariadb" | "_is_mariadb" => Value::Bool(dialect.mariadb),
            "identifier_preparer" => Value::native(NativePreparer(dialect)),
            "default_schema_name" => match dialect.name() {
                "sqlite" => Value::str("main"),
                _ => return Ok(None),
            },
            "max_identifier_length" => Value::Int(match dialect.name() {
                "sqlite" => 9999,
                "postgresql" => 63,
                _ => 255,
            }),
            "paramstyle" => Value::str(match dialect.name() {
                "sqlite" => "qmark",
                _ => "pyformat",
            }),
            "supports_alter" | "supports_native_enum" | "supports_for_update_of" => {
                Value::Bool(is_postgres || (is_mysql && name != "supports_for_update_of"))
            }
            "supports_sequences" => Value::Bool(is_postgres || dialect.mariadb),
            "supports_native_boolean" | "supports_native_uuid" => Value::Bool(is_postgres),
            "supports_comments" | "supports_schemas" => Value::Bool(!dialect.is_sqlite()),
            "inline_comments" => Value::Bool(is_mysql),
            "implicit_returning" | "insert_returning" => Value::Bool(!is_mysql || dialect.mariadb),
            "supports_default_values" | "supports_multivalues_insert" | "supports_statement_cache" => {
                Value::Bool(true)
            }
            "supports_empty_insert" => Value::Bool(is_mysql),
            "supports_sane_rowcount" => Value::Bool(true),
            _ => return Ok(None),
        }))
    }

    fn has_method(&self, name: &str) -> bool {
        matches!(name, "has_table" | "get_columns" | "get_table_names" | "get_indexes" | "has_index")
    }

    fn call_method(
        self: Rc<Self>,
        interp: &mut Interpreter<'_>,
        name: &str,
        mut arguments: Arguments,
    ) -> Outcome<Value> {
        // These take a connection first, which is what there is to inspect.
        if arguments.positional.is_empty() {
            return Err(Unwind::type_error(format!("{name}() takes a connection")));
        }
        let connection = arguments.positional.remove(0);
        let sqlalchemy = interp.import("sqlalchemy")?;
        let inspector = interp.call_method(&sqlalchemy, "inspect", vec![connection])?;
        let method = interp.attribute(&inspector, name)?;
        interp.call(&method, arguments)
    }
}

/// `dialect.identifier_preparer`
#[derive(Debug)]
pub struct NativePreparer(pub Dialect);

impl Native for NativePreparer {
    fn type_name(&self) -> &str {
        "IdentifierPreparer"
    }

    fn has_method(&self, name: &str) -> bool {
        matches!(name, "quote" | "quote_identifier" | "quote_schema" | "format_table" | "format_column")
    }

    fn call_method(
        self: Rc<Self>,
        interp: &mut Interpreter<'_>,
        name: &str,
        arguments: Arguments,
    ) -> Outcome<Value> {
        if let Some(unknown) = bridge::find_unknown(arguments.values()) {
            return Ok(Value::Unknown(unknown));
        }
        let Some(first) = arguments.positional.first() else {
            return Err(Unwind::type_error(format!("{name}() takes a name")));
        };
        if name == "format_table"
            && let Some(From::Table(source)) = bridge::from_of(interp, first)
        {
            let schema = source.schema.as_ref().map(|schema| format!("{}.", schema.sql(self.0)));
            return Ok(Value::str(format!("{}{}", schema.unwrap_or_default(), source.name.sql(self.0))));
        }
        let text = match first.as_str() {
            Some(text) => Some(text),
            None => interp.find_attribute(first, "name")?.and_then(|name| name.as_str()),
        };
        let Some(text) = text else { return Err(Unwind::type_error(format!("{name}() takes a name"))) };
        let always = (name == "quote_identifier").then_some(true);
        Ok(Value::str(Identifier::quoted(&*text, always).sql(self.0)))
    }
}
