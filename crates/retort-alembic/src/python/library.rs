//! The everyday part of the standard library, as native modules.

pub(super) mod contextlib;
pub(super) mod dataclasses;
pub(super) mod enums;
pub(super) mod typing;

use super::Interpreter;
use super::unwind::Outcome;
use super::value::Value;

/// Makes a module of the standard library; `None` if it is not one that is known.
pub(super) fn load(interp: &mut Interpreter<'_>, path: &str) -> Outcome<Option<Value>> {
    Ok(Some(match path {
        "contextlib" => contextlib::module(interp),
        "dataclasses" => dataclasses::module(interp),
        "enum" => enums::module(interp),
        "typing" | "typing_extensions" | "collections.abc" | "abc" | "types" => typing::module(interp, path),
        _ => return Ok(None),
    }))
}

/// Whether a dotted name is one of the standard library.
pub(super) fn knows(path: &str) -> bool {
    const NAMES: [&str; 5] = ["contextlib", "dataclasses", "enum", "typing", "abc"];
    NAMES.contains(&path.split('.').next().unwrap_or(path))
}
