//! `alembic.context`, the migration context, and the settings.

use std::rc::Rc;

use super::wrap::{flag, text};
use super::{dialects, operations, world};
use crate::python::{Arguments, Interpreter, Native, Outcome, Value};

/// `op.get_context()`
#[derive(Debug)]
pub(crate) struct NativeContext;

/// The migration context.
pub(crate) fn value() -> Value {
    Value::native(NativeContext)
}

impl Native for NativeContext {
    fn type_name(&self) -> &str {
        "MigrationContext"
    }

    fn reaches_database(&self) -> bool {
        true
    }

    fn attribute(self: Rc<Self>, interp: &mut Interpreter<'_>, name: &str) -> Outcome<Option<Value>> {
        Ok(Some(match name {
            "dialect" => dialects::value(interp),
            "bind" | "connection" => super::connection_value(interp)?,
            "as_sql" => Value::Bool(world::facts(interp).is_offline),
            "impl" => Value::native(Implementation),
            "opts" => Value::native(Options),
            "config" => config_value(),
            "environment_context" => value(),
            "script" => super::script::directory(),
            "version_table" => {
                let table = interp.slot::<world::Shared>().environment.version_table.clone();
                Value::str(table.name)
            }
            "version_table_schema" => {
                let table = interp.slot::<world::Shared>().environment.version_table.clone();
                table.schema.into()
            }
            "autocommit_block" => Value::function(name, |_, _| Ok(Value::native(AutocommitBlock))),
            "begin_transaction" => Value::function(name, |_, _| Ok(Value::native(Nothing))),
            "execute" => Value::function(name, operations::execute),
            "get_context" => Value::function(name, |_, _| Ok(value())),
            _ => return module_attribute(interp, name),
        }))
    }
}

/// `opts`: what `env.py` gave to `configure()`, of which some is known.
#[derive(Debug)]
struct Options;

impl Options {
    fn get(interp: &mut Interpreter<'_>, name: &Value) -> Value {
        let environment = interp.slot::<world::Shared>().environment.clone();
        match text(name).as_deref() {
            Some("as_sql") => Value::Bool(world::facts(interp).is_offline),
            Some("render_as_batch") => Value::Bool(environment.render_as_batch),
            Some("include_schemas") => Value::Bool(environment.include_schemas),
            Some("transaction_per_migration") => Value::Bool(environment.transaction_per_migration),
            Some("version_table") => Value::str(&environment.version_table.name),
            Some("version_table_schema") => environment.version_table.schema.into(),
            _ => Value::unknown("what env.py gives to configure() is not known", interp.call_span()),
        }
    }
}

impl Native for Options {
    fn type_name(&self) -> &str {
        "dict"
    }

    fn item(self: Rc<Self>, interp: &mut Interpreter<'_>, index: &Value) -> Outcome<Option<Value>> {
        Ok(Some(Options::get(interp, index)))
    }

    fn has_method(&self, name: &str) -> bool {
        name == "get"
    }

    fn call_method(
        self: Rc<Self>,
        interp: &mut Interpreter<'_>,
        _name: &str,
        arguments: Arguments,
    ) -> Outcome<Value> {
        let [name, _default] = arguments.bind("get", "key default?")?;
        Ok(Options::get(interp, &name.unwrap_or(Value::None)))
    }
}

/// `autocommit_block()`: what is within stands outside of the transaction.
#[derive(Debug)]
struct AutocommitBlock;

impl Native for AutocommitBlock {
    fn type_name(&self) -> &str {
        "_GeneratorContextManager"
    }

    fn enter(self: Rc<Self>, interp: &mut Interpreter<'_>) -> Outcome<Option<Value>> {
        interp.slot::<world::Shared>().autocommit = true;
        Ok(Some(Value::None))
    }

    fn exit(self: Rc<Self>, interp: &mut Interpreter<'_>, _exception: Option<&Value>) -> Outcome<bool> {
        interp.slot::<world::Shared>().autocommit = false;
        Ok(false)
    }
}

/// A context manager that does nothing.
#[derive(Debug)]
pub(crate) struct Nothing;

impl Native for Nothing {
    fn type_name(&self) -> &str {
        "nullcontext"
    }

    fn enter(self: Rc<Self>, _interp: &mut Interpreter<'_>) -> Outcome<Option<Value>> {
        Ok(Some(Value::None))
    }
}

/// `context.impl`
#[derive(Debug)]
struct Implementation;

impl Native for Implementation {
    fn type_name(&self) -> &str {
        "DefaultImpl"
    }

    fn reaches_database(&self) -> bool {
        true
    }

    fn attribute(self: Rc<Self>, interp: &mut Interpreter<'_>, name: &str) -> Outcome<Option<Value>> {
        Ok(Some(match name {
            "dialect" => dialects::value(interp),
            "__dialect__" => Value::str(world::dialect(interp).name()),
            "transactional_ddl" => Value::Bool(world::dialect(interp).is_postgres()),
            "connection" | "bind" => super::connection_value(interp)?,
            "execute" | "_exec" => Value::function(name, operations::execute),
            "static_output" => Value::function(name, |_, _| Ok(Value::None)),
            _ => return Ok(None),
        }))
    }
}

/// `context.config`
#[derive(Debug)]
struct Config;

/// The settings.
pub(crate) fn config_value() -> Value {
    Value::native(Config)
}

impl Native for Config {
    fn type_name(&self) -> &str {
        "Config"
    }

    fn attribute(self: Rc<Self>, interp: &mut Interpreter<'_>, name: &str) -> Outcome<Option<Value>> {
        Ok(Some(match name {
            "config_file_name" => Value::str("alembic.ini"),
            "config_ini_section" => Value::str("alembic"),
            "attributes" => Value::native(Attributes),
            "cmd_opts" => Value::None,
            "get_main_option" | "get_alembic_option" => Value::function(name, |interp, arguments| {
                let [name, default] = arguments.bind("get_main_option", "name default?")?;
                option(interp, name.as_ref(), default)
            }),
            "get_section_option" => Value::function(name, |interp, arguments| {
                let [_section, name, default] =
                    arguments.bind("get_section_option", "section name default?")?;
                option(interp, name.as_ref(), default)
            }),
            "get_section" => Value::function(name, |interp, _| {
                let options = interp.slot::<world::Shared>().options.clone();
                Ok(Value::dict_of(options.into_iter().map(|(name, value)| (name, Value::str(value)))))
            }),
            "set_main_option" | "set_section_option" => Value::function(name, |_, _| Ok(Value::None)),
            _ => {
                let _ = interp;
                return Ok(None);
            }
        }))
    }
}

/// `config.attributes`: what the application puts there before it calls Alembic. Alembic's own command puts nothing
/// there, so who asks whether there is something is told no; who takes it counts on the application.
#[derive(Debug)]
struct Attributes;

impl Native for Attributes {
    fn type_name(&self) -> &str {
        "dict"
    }

    fn item(self: Rc<Self>, interp: &mut Interpreter<'_>, _index: &Value) -> Outcome<Option<Value>> {
        let reason = "what the application puts into `config.attributes` is not known";
        Ok(Some(Value::unknown(reason, interp.call_span())))
    }

    fn iterate(self: Rc<Self>, _interp: &mut Interpreter<'_>) -> Outcome<Option<Value>> {
        Ok(Some(Value::list(Vec::new())))
    }

    fn has_method(&self, name: &str) -> bool {
        name == "get"
    }

    fn call_method(
        self: Rc<Self>,
        _interp: &mut Interpreter<'_>,
        _name: &str,
        arguments: Arguments,
    ) -> Outcome<Value> {
        let [_name, default] = arguments.bind("get", "key default?")?;
        Ok(default.unwrap_or(Value::None))
    }
}

fn option(interp: &mut Interpreter<'_>, name: Option<&Value>, default: Option<Value>) -> Outcome<Value> {
    let name = name.and_then(text).unwrap_or_default();
    let options = &interp.slot::<world::Shared>().options;
    let found = options.iter().find(|(own, _)| *own == name).map(|(_, value)| Value::str(value));
    Ok(found.or(default).unwrap_or(Value::None))
}

/// The functions of `alembic.context`.
pub(crate) fn module_attribute(interp: &mut Interpreter<'_>, name: &str) -> Outcome<Option<Value>> {
    Ok(Some(match name {
        "is_offline_mode" => {
            Value::function(name, |interp, _| Ok(Value::Bool(world::facts(interp).is_offline)))
        }
        "get_x_argument" => Value::function(name, |interp, mut arguments: Arguments| {
            let as_dictionary =
                arguments.take("as_dictionary").or_else(|| arguments.positional.first().cloned());
            match flag(interp, as_dictionary, false)? {
                true => Ok(Value::dict_of::<&str>([])),
                false => Ok(Value::list(Vec::new())),
            }
        }),
        "get_context" => Value::function(name, |_, _| Ok(value())),
        "get_impl" => Value::function(name, |_, _| Ok(Value::native(Implementation))),
        "get_bind" => Value::function(name, |interp, _| super::connection_value(interp)),
        "is_transactional_ddl" => {
            Value::function(name, |interp, _| Ok(Value::Bool(world::dialect(interp).is_postgres())))
        }
        "get_tag_argument" | "get_revision_argument" => Value::function(name, |_, _| Ok(Value::None)),
        "execute" => Value::function(name, operations::execute),
        "begin_transaction" => Value::function(name, |_, _| Ok(Value::native(Nothing))),
        "config" => config_value(),
        "migration_context" => value(),
        _ => {
            let _ = interp;
            return Ok(None);
        }
    }))
}

/// The module `alembic.context`.
#[derive(Debug)]
pub(crate) struct ContextModule;

impl Native for ContextModule {
    fn type_name(&self) -> &str {
        "module"
    }

    fn reaches_database(&self) -> bool {
        true
    }

    fn attribute(self: Rc<Self>, interp: &mut Interpreter<'_>, name: &str) -> Outcome<Option<Value>> {
        module_attribute(interp, name)
    }
}
