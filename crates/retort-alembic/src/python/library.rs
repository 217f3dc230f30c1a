//! The everyday part of the standard library, as native modules.

mod plain;
mod codecs;
mod collections;
pub(super) mod contextlib;
pub(super) mod dataclasses;
pub mod datetime;
pub mod decimal;
pub(super) mod enums;
mod functools;
mod hashes;
mod itertools;
mod json;
mod maths;
mod os;
pub(super) mod paths;
mod protobuf;
mod quiet;
mod random;
mod regex;
mod re;
mod secrets;
mod small;
mod struct_time;
mod textwrap;
pub(super) mod typing;
pub mod uuid;

use super::unwind::Outcome;
use super::value::Value;
use super::{Arguments, Interpreter};

/// A function of a native module.
pub(super) type Function = fn(&mut Interpreter<'_>, Arguments) -> Outcome<Value>;

/// Names bound to functions whose result is unknown when an argument is.
pub(super) fn pure(functions: &[(&'static str, Function)]) -> Vec<(&'static str, Value)> {
    functions.iter().map(|&(name, call)| (name, Value::pure_function(name, call))).collect()
}

/// Names bound to functions that look at their arguments themselves.
pub(super) fn plain(functions: &[(&'static str, Function)]) -> Vec<(&'static str, Value)> {
    functions.iter().map(|&(name, call)| (name, Value::function(name, call))).collect()
}

/// Makes a module of the standard library; `None` if it is not one that is known.
pub(super) fn load(interp: &mut Interpreter<'_>, path: &str) -> Outcome<Option<Value>> {
    let names = match path {
        "contextlib" => return Ok(Some(contextlib::module(interp))),
        "dataclasses" => return Ok(Some(dataclasses::module(interp))),
        "enum" => return Ok(Some(enums::module(interp))),
        "typing" | "typing_extensions" | "collections.abc" | "abc" | "types" => {
            return Ok(Some(typing::module(interp, path)));
        }
        "collections" => collections::names(interp),
        "functools" => functools::names(),
        "operator" => functools::operator_names(),
        "itertools" => itertools::names(),
        "json" | "simplejson" => json::names(interp),
        "uuid" => uuid::names(),
        "datetime" => datetime::names(),
        "decimal" => decimal::names(interp),
        "calendar" => struct_time::calendar_names(),
        "re" => re::names(interp),
        "textwrap" => textwrap::names(),
        "hashlib" => hashes::names(),
        "base64" | "binascii" => codecs::names(path),
        "math" => maths::names(),
        "random" => random::names(),
        "secrets" => secrets::names(),
        "_protobuf" => protobuf::names(),
        "shutil" => os::shutil_names(),
        "os" => {
            let path = os::path_module(interp);
            interp.modules.insert("os.path".to_owned(), path.clone());
            let mut names = os::names(interp);
            names.push(("path", path));
            names
        }
        "os.path" | "posixpath" => return Ok(Some(os::path_module(interp))),
        "pathlib" => paths::names(),
        "logging" | "logging.config" | "warnings" | "structlog" | "loguru" => quiet::names(interp, path),
        _ => match small::names(interp, path) {
            Some(names) => names,
            None => return Ok(None),
        },
    };
    Ok(Some(interp.native_module(path, names)))
}

/// Whether a dotted name is one of the standard library.
pub(super) fn knows(path: &str) -> bool {
    const NAMES: [&str; 47] = [
        "calendar",
        "contextlib",
        "dataclasses",
        "enum",
        "typing",
        "typing_extensions",
        "abc",
        "types",
        "collections",
        "functools",
        "operator",
        "itertools",
        "json",
        "uuid",
        "datetime",
        "decimal",
        "re",
        "textwrap",
        "hashlib",
        "base64",
        "binascii",
        "math",
        "os",
        "pathlib",
        "logging",
        "warnings",
        "sys",
        "time",
        "copy",
        "string",
        "asyncio",
        "inspect",
        "importlib",
        "traceback",
        "gc",
        "random",
        "secrets",
        "numbers",
        "platform",
        "socket",
        "threading",
        "subprocess",
        "io",
        "tempfile",
        "shutil",
        "urllib",
        "csv",
    ];
    NAMES.contains(&path.split('.').next().unwrap_or(path))
}
