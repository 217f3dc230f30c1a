//! `os` and `os.path`: an empty environment, and paths as texts.

use super::super::builtins::text_argument;
use super::super::unwind::{Outcome, Unwind};
use super::super::value::Value;
use super::super::{Arguments, Interpreter};

/// The names of `os`.
pub(super) fn names(_interp: &mut Interpreter<'_>) -> Vec<(&'static str, Value)> {
    let mut names = super::plain(&[
        ("getenv", |_, arguments| {
            let [_, default] = arguments.bind("getenv", "key default?")?;
            Ok(default.unwrap_or(Value::None))
        }),
        ("getcwd", |_, _| Ok(Value::str("."))),
        ("fspath", |interp, arguments| {
            let [path] = arguments.exactly("fspath")?;
            interp.text(&path).map(Value::from)
        }),
        ("getpid", |_, _| Ok(Value::Int(1))),
    ]);
    names.push(("environ", Value::dict_of(Vec::<(&str, Value)>::new())));
    names.push(("sep", Value::str("/")));
    names.push(("linesep", Value::str("\n")));
    names.push(("pathsep", Value::str(":")));
    names.push(("curdir", Value::str(".")));
    names.push(("devnull", Value::str("/dev/null")));
    names.push(("name", Value::str("posix")));
    for name in ["listdir", "walk", "scandir", "stat"] {
        let read = Value::function(name, |interp, _| outside(interp, "the files of the machine".to_owned()));
        names.push((name, read));
    }
    names.push((
        "system",
        Value::function("system", |_, _| Err(Unwind::unsupported("`os.system` is not supported"))),
    ));
    names.push(super::secrets::urandom());
    let changes =
        ["remove", "unlink", "makedirs", "mkdir", "rmdir", "removedirs", "rename", "replace", "chmod"];
    names.extend(changes.map(|name| file_change("os", name)));
    names
}

/// The names of `shutil`.
pub(super) fn shutil_names() -> Vec<(&'static str, Value)> {
    ["rmtree", "move", "copy", "copy2", "copyfile", "copytree"]
        .map(|name| file_change("shutil", name))
        .to_vec()
}

/// A function that changes files of the machine, which is left out, and said.
fn file_change(module: &'static str, name: &'static str) -> (&'static str, Value) {
    let left_out = move |interp: &mut Interpreter<'_>, arguments: Arguments| {
        interp.leave_out(&format!("`{module}.{name}` changes files of the machine"), arguments.span);
        Ok(Value::None)
    };
    (name, Value::function(name, left_out))
}

/// The module `os.path`.
pub(super) fn path_module(interp: &mut Interpreter<'_>) -> Value {
    let mut names = super::pure(&[
        ("join", |interp, arguments| {
            let mut path = String::new();
            for part in &arguments.positional {
                let part = path_text(interp, part)?;
                if part.starts_with('/') {
                    path = part;
                } else {
                    if !path.is_empty() && !path.ends_with('/') {
                        path.push('/');
                    }
                    path.push_str(&part);
                }
            }
            Ok(Value::str(path))
        }),
        ("dirname", |interp, arguments| split(interp, arguments).map(|(head, _)| Value::from(head))),
        ("basename", |interp, arguments| split(interp, arguments).map(|(_, tail)| Value::from(tail))),
        ("split", |interp, arguments| {
            let (head, tail) = split(interp, arguments)?;
            Ok(Value::tuple(vec![Value::from(head), Value::from(tail)]))
        }),
        ("splitext", |interp, arguments| {
            let [path] = arguments.exactly("splitext")?;
            let path = path_text(interp, &path)?;
            let name = path.rsplit('/').next().unwrap_or(&path);
            let at = match name.trim_start_matches('.').rfind('.') {
                Some(_) => path.rfind('.').unwrap_or(path.len()),
                None => path.len(),
            };
            Ok(Value::tuple(vec![Value::str(&path[..at]), Value::str(&path[at..])]))
        }),
        ("abspath", normal),
        ("realpath", normal),
        ("normpath", normal),
        ("expanduser", same),
        ("expandvars", same),
        ("isabs", |interp, arguments| {
            let [path] = arguments.exactly("isabs")?;
            Ok(Value::Bool(path_text(interp, &path)?.starts_with('/')))
        }),
        ("exists", exists),
        ("isfile", exists),
        ("isdir", |interp, _| interp.not_looked_at("whether a folder exists on the machine")),
        ("relpath", |interp, _| interp.not_looked_at("`os.path.relpath()`")),
        ("getsize", |interp, _| interp.not_looked_at("the size of a file of the machine")),
    ]);
    names.push(("sep", Value::str("/")));
    interp.native_module("os.path", names)
}

/// A path as text, also of a `Path`.
pub(super) fn path_text(interp: &mut Interpreter<'_>, value: &Value) -> Outcome<String> {
    match value {
        Value::Native(_) => interp.text(value),
        _ => text_argument(interp, value).map(|text| text.to_string()),
    }
}

fn same(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let [path] = arguments.exactly("path")?;
    path_text(interp, &path).map(Value::from)
}

fn split(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<(String, String)> {
    let [path] = arguments.exactly("split")?;
    let path = path_text(interp, &path)?;
    Ok(match path.rsplit_once('/') {
        Some(("", tail)) => ("/".to_owned(), tail.to_owned()),
        Some((head, tail)) => (head.trim_end_matches('/').to_owned(), tail.to_owned()),
        None => (String::new(), path),
    })
}

/// A path without `.` and `..`; the project's folder is where paths begin, so an absolute path is the same.
pub(super) fn normalised(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/').filter(|part| !part.is_empty() && *part != ".") {
        match (part, parts.last()) {
            ("..", Some(last)) if *last != ".." => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    let joined = parts.join("/");
    if path.starts_with('/') {
        format!("/{joined}")
    } else if joined.is_empty() {
        ".".to_owned()
    } else {
        joined
    }
}

fn normal(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let [path] = arguments.exactly("normpath")?;
    Ok(Value::str(normalised(&path_text(interp, &path)?)))
}

/// What only the machine could tell: a revision goes on without it, a module that is imported does not.
fn outside(interp: &Interpreter<'_>, reason: String) -> Outcome<Value> {
    match interp.is_importing() {
        true => Err(Unwind::unsupported(format!("{reason} is not known here"))),
        false => Ok(Value::unknown(reason, interp.call_span())),
    }
}

fn exists(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let [path] = arguments.exactly("exists")?;
    let path = normalised(&path_text(interp, &path)?);
    if interp.library.text(&path).is_some() {
        return Ok(Value::Bool(true));
    }
    outside(interp, format!("whether `{path}` exists on the machine"))
}
