//! `sqlalchemy.orm`: declarative classes, sessions and queries, as far as migrations use them.

mod aliased;
mod annotation;
mod association;
mod base;
mod declared;
mod delete;
mod flush;
mod inspection;
mod kind;
mod mapper;
mod query;
mod related;
mod relationship;
mod rows;
mod session;
mod state;

use crate::python::{Arguments, Interpreter, Outcome, Value};

use super::errors;

pub(crate) use aliased::NativeAliased;
pub(crate) use base::NativeBase;
pub(crate) use inspection::inspected;
pub(crate) use kind::readable;
pub(crate) use mapper::mapper_of;
pub(crate) use query::NativeQuery;
pub(crate) use related::{NativeRelated, join_of};
pub(crate) use session::NativeSession;

/// Options of queries that say how rows are loaded: nothing that a migration notices.
const OPTIONS: [&str; 15] = [
    "Load",
    "joinedload",
    "subqueryload",
    "selectinload",
    "lazyload",
    "noload",
    "raiseload",
    "immediateload",
    "contains_eager",
    "defer",
    "undefer",
    "load_only",
    "with_loader_criteria",
    "defaultload",
    "undefer_group",
];

/// What `sqlalchemy.orm` exports.
pub(crate) fn names(interp: &mut Interpreter<'_>) -> Vec<(&'static str, Value)> {
    let mut names = declarative_names();
    for option in OPTIONS {
        names.push((option, Value::function(option, |_, _| Ok(Value::native(query::NativeOption)))));
    }
    names.extend([
        ("mapped_column", Value::function("mapped_column", declared::mapped_column)),
        ("Mapped", annotation::mapped()),
        ("relationship", Value::function("relationship", relationship::relationship)),
        ("backref", Value::function("backref", relationship::backref)),
        ("aliased", Value::function("aliased", aliased::aliased)),
        ("Session", Value::native(session::NativeSessionClass)),
        ("sessionmaker", Value::function("sessionmaker", session::sessionmaker)),
        ("scoped_session", Value::function("scoped_session", session::scoped_session)),
        ("Query", Value::native(query::NativeQueryClass)),
        ("configure_mappers", Value::function("configure_mappers", |_, _| Ok(Value::None))),
        ("validates", Value::function("validates", |_, _| Ok(identity()))),
        ("reconstructor", identity()),
        ("deferred", Value::function("deferred", first)),
        ("column_property", Value::function("column_property", first)),
        ("object_session", Value::function("object_session", session::object_session)),
    ]);
    for error in ["NoResultFound", "MultipleResultsFound"] {
        if let Some(class) = errors::class(interp, error) {
            names.push((error, Value::Class(class)));
        }
    }
    let exc = exception_names(interp);
    names.push(("exc", interp.native_module("sqlalchemy.orm.exc", exc)));
    names
}

/// What `sqlalchemy.orm.exc` exports.
pub(crate) fn exception_names(interp: &mut Interpreter<'_>) -> Vec<(&'static str, Value)> {
    let mut names = Vec::new();
    for error in ["NoResultFound", "MultipleResultsFound"] {
        if let Some(class) = errors::class(interp, error) {
            names.push((error, Value::Class(class)));
        }
    }
    names
}

/// What `sqlalchemy.ext.declarative` exports, and `sqlalchemy.orm` too.
pub(crate) fn declarative_names() -> Vec<(&'static str, Value)> {
    vec![
        ("declarative_base", Value::function("declarative_base", base::declarative_base)),
        ("DeclarativeBase", Value::native(NativeBase::root())),
        ("DeclarativeBaseNoMeta", Value::native(NativeBase::root())),
        ("as_declarative", Value::function("as_declarative", base::as_declarative)),
        ("registry", Value::function("registry", base::registry)),
        ("declared_attr", Value::native(declared::NativeDeclaredClass)),
    ]
}

/// What `sqlalchemy.orm.attributes` exports.
pub(crate) fn attribute_names() -> Vec<(&'static str, Value)> {
    vec![("flag_modified", Value::function("flag_modified", state::flag_modified))]
}

fn identity() -> Value {
    Value::function("identity", first)
}

fn first(_interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    Ok(arguments.positional.into_iter().next().unwrap_or(Value::None))
}
