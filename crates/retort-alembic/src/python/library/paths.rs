//! `pathlib`, and reading the project's own files.

use std::cell::Cell;
use std::rc::Rc;

use super::super::native::Native;
use super::super::unwind::{Outcome, Unwind};
use super::super::value::{Key, Value};
use super::super::{Arguments, Comparison, Interpreter, Operator};
use super::os::{normalised, path_text};

/// A path.
#[derive(Debug)]
struct Path(String);

/// `Path`
#[derive(Debug)]
struct PathClass;

/// A file of the project, opened for reading.
#[derive(Debug)]
struct OpenFile {
    text: String,
    is_read: Cell<bool>,
}

/// Opens a file of the project.
///
/// # Errors
/// [`Unwind::Unsupported`] if it is opened for writing, or not among the files that are known.
pub(in super::super) fn open(interp: &mut Interpreter<'_>, path: &Value, mode: &str) -> Outcome<Value> {
    let path = normalised(&path_text(interp, path)?);
    if mode.contains(['w', 'a', 'x', '+']) {
        return Err(Unwind::unsupported("writing files is not supported"));
    }
    match interp.library.text(&path) {
        Some(text) => Ok(Value::native(OpenFile { text: text.to_string(), is_read: Cell::new(false) })),
        None => Err(Unwind::unsupported(format!("the file `{path}` is not among those that were read"))),
    }
}

impl Native for OpenFile {
    fn type_name(&self) -> &str {
        "TextIOWrapper"
    }

    fn enter(self: Rc<Self>, _interp: &mut Interpreter<'_>) -> Outcome<Option<Value>> {
        Ok(Some(Value::Native(self)))
    }

    fn has_method(&self, name: &str) -> bool {
        matches!(name, "read" | "readlines" | "close")
    }

    fn call_method(
        self: Rc<Self>,
        interp: &mut Interpreter<'_>,
        name: &str,
        _arguments: Arguments,
    ) -> Outcome<Value> {
        let text = if self.is_read.replace(true) { "" } else { &self.text };
        interp.meter.spend(text.len())?;
        Ok(match name {
            "read" => Value::str(text),
            "readlines" => Value::list(text.split_inclusive('\n').map(Value::from).collect()),
            _ => Value::None,
        })
    }

    fn iterate(self: Rc<Self>, interp: &mut Interpreter<'_>) -> Outcome<Option<Value>> {
        let span = interp.call_span();
        self.call_method(interp, "readlines", Arguments::none(span)).map(Some)
    }
}

impl Path {
    fn value(path: &str) -> Value {
        Value::native(Path(if path.is_empty() { ".".to_owned() } else { path.to_owned() }))
    }

    fn name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or("")
    }

    fn parent(&self) -> String {
        match self.0.rsplit_once('/') {
            Some(("", _)) => "/".to_owned(),
            Some((parent, _)) => parent.to_owned(),
            None => ".".to_owned(),
        }
    }

    fn joined(&self, part: &str) -> Value {
        if part.starts_with('/') || self.0 == "." {
            return Path::value(part);
        }
        Path::value(&format!("{}/{part}", self.0.trim_end_matches('/')))
    }
}

impl Native for Path {
    fn type_name(&self) -> &str {
        "PosixPath"
    }

    fn class(self: Rc<Self>, _interp: &mut Interpreter<'_>) -> Option<Value> {
        Some(Value::native(PathClass))
    }

    fn attribute(self: Rc<Self>, _interp: &mut Interpreter<'_>, name: &str) -> Outcome<Option<Value>> {
        let (stem, suffix) = match self.name().rfind('.') {
            Some(at) if at > 0 => self.name().split_at(at),
            _ => (self.name(), ""),
        };
        Ok(Some(match name {
            "name" => Value::str(self.name()),
            "stem" => Value::str(stem),
            "suffix" => Value::str(suffix),
            "parent" => Path::value(&self.parent()),
            "parts" => Value::tuple(self.0.split('/').map(Value::from).collect()),
            "parents" => {
                let mut parents = Vec::new();
                let mut path = self.0.clone();
                while path != "." && path != "/" {
                    path = Path(path).parent();
                    parents.push(Path::value(&path));
                }
                Value::tuple(parents)
            }
            _ => return Ok(None),
        }))
    }

    fn has_method(&self, name: &str) -> bool {
        matches!(
            name,
            "joinpath"
                | "resolve"
                | "absolute"
                | "expanduser"
                | "as_posix"
                | "with_suffix"
                | "with_name"
                | "read_text"
                | "open"
                | "exists"
                | "is_file"
                | "is_dir"
                | "glob"
                | "iterdir"
                | "rglob"
                | "write_text"
                | "mkdir"
                | "__str__"
                | "__fspath__"
                | "read_bytes"
        )
    }

    fn call_method(
        self: Rc<Self>,
        interp: &mut Interpreter<'_>,
        name: &str,
        arguments: Arguments,
    ) -> Outcome<Value> {
        let this = Value::Native(self.clone());
        let mut first =
            || arguments.positional.first().map_or(Ok(String::new()), |value| path_text(interp, value));
        match name {
            "joinpath" => {
                let mut path = this;
                for part in &arguments.positional {
                    path = interp.binary(Operator::Div, &path, part)?;
                }
                Ok(path)
            }
            "resolve" | "absolute" | "expanduser" => Ok(Path::value(&normalised(&self.0))),
            "as_posix" | "__str__" | "__fspath__" => Ok(Value::str(&self.0)),
            "with_name" => {
                let name = first()?;
                Ok(Path(self.parent()).joined(&name))
            }
            "with_suffix" => {
                let suffix = first()?;
                let stem = match self.name().rfind('.') {
                    Some(at) if at > 0 => &self.name()[..at],
                    _ => self.name(),
                };
                Ok(Path(self.parent()).joined(&format!("{stem}{suffix}")))
            }
            "read_text" => {
                let file = open(interp, &this, "r")?;
                interp.call_method(&file, "read", Vec::new())
            }
            "open" => {
                let mode = first()?;
                open(interp, &this, &mode)
            }
            "exists" | "is_file" => {
                let path = normalised(&self.0);
                match interp.library.text(&path) {
                    Some(_) => Ok(Value::Bool(true)),
                    None => Err(Unwind::unsupported(format!("whether `{path}` exists is not known here"))),
                }
            }
            _ => Err(Unwind::unsupported(format!("`Path.{name}` is not supported"))),
        }
    }

    fn binary(
        self: Rc<Self>,
        interp: &mut Interpreter<'_>,
        operator: Operator,
        other: &Value,
        reflected: bool,
    ) -> Outcome<Option<Value>> {
        if operator != Operator::Div || matches!(other, Value::Unknown(_)) {
            return Ok(None);
        }
        let other = path_text(interp, other)?;
        Ok(Some(if reflected { Path(other).joined(&self.0) } else { self.joined(&other) }))
    }

    fn compare(
        self: Rc<Self>,
        _interp: &mut Interpreter<'_>,
        comparison: Comparison,
        other: &Value,
    ) -> Outcome<Option<Value>> {
        let Some(other) = other.as_native::<Path>() else { return Ok(None) };
        Ok(match comparison {
            Comparison::Eq => Some(Value::Bool(self.0 == other.0)),
            Comparison::NotEq => Some(Value::Bool(self.0 != other.0)),
            Comparison::Lt => Some(Value::Bool(self.0 < other.0)),
            _ => None,
        })
    }

    fn text(self: Rc<Self>, _interp: &mut Interpreter<'_>, repr: bool) -> Outcome<Value> {
        Ok(Value::str(if repr { format!("PosixPath('{}')", self.0) } else { self.0.clone() }))
    }

    fn key(&self) -> Option<Key> {
        Some(Key::Named("path".to_owned(), self.0.clone()))
    }
}

impl Native for PathClass {
    fn type_name(&self) -> &str {
        "type"
    }

    fn is_callable(&self) -> bool {
        true
    }

    fn call(self: Rc<Self>, interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
        if let Some(unknown) = arguments.values().find(|value| matches!(value, Value::Unknown(_))) {
            return Ok(unknown.clone());
        }
        let mut path = Path::value("");
        for part in &arguments.positional {
            path = interp.binary(Operator::Div, &path, part)?;
        }
        Ok(path)
    }

    fn has_method(&self, name: &str) -> bool {
        matches!(name, "cwd" | "home")
    }

    fn call_method(
        self: Rc<Self>,
        _interp: &mut Interpreter<'_>,
        _name: &str,
        _arguments: Arguments,
    ) -> Outcome<Value> {
        Ok(Path::value("."))
    }

    fn has_instance(self: Rc<Self>, _interp: &mut Interpreter<'_>, value: &Value) -> Outcome<Option<bool>> {
        Ok(Some(value.as_native::<Path>().is_some()))
    }
}

/// The names of the module.
pub(super) fn names() -> Vec<(&'static str, Value)> {
    ["Path", "PurePath", "PosixPath", "PurePosixPath"].map(|name| (name, Value::native(PathClass))).to_vec()
}
