//! The language against what CPython 3.11 answers.

use std::collections::BTreeMap;
use std::sync::Arc;

use retort_core::source::{SourceFile, SourceId};

use super::*;

mod snippets;

/// What `result` is shown as after a program ran, or how it ended.
fn run(source: &str) -> String {
    run_in(source, &[])
}

fn run_in(source: &str, files: &[(&str, &str)]) -> String {
    let mut map = BTreeMap::new();
    for (at, (path, text)) in [("main.py", source)].iter().chain(files).enumerate() {
        map.insert((*path).to_owned(), Arc::new(SourceFile::new(SourceId(at as u32), *path, *text)));
    }
    let library = Library::new(map, vec![String::new()]);
    let code = match library.parse("main.py") {
        Some(Ok(code)) => code,
        Some(Err(diagnostic)) => return format!("syntax: {}", diagnostic.message),
        None => return "no file".to_owned(),
    };
    let mut world = NoWorld;
    let mut interp = Interpreter::new(&library, &mut world, Options::default());
    let outcome = interp.run_file("main", &code).and_then(|module| {
        let names = interp.module_names(&module);
        let result = names.get("result").cloned().unwrap_or(Value::None);
        match &result {
            Value::Unknown(unknown) => Ok(format!("unknown: {}", unknown.reason)),
            Value::Foreign(foreign) => Ok(format!("foreign: {}", foreign.reason())),
            known => interp.repr(known),
        }
    });
    match outcome {
        Ok(text) => text,
        Err(Unwind::Unsupported(what)) => format!("unsupported: {}", what.reason),
        Err(Unwind::Bound(what)) => format!("bound: {}", what.reason),
        Err(unwind) => interp.unwind_text(&unwind),
    }
}

#[test]
fn snippets_give_what_cpython_gives() {
    let mut wrong = Vec::new();
    for (source, expected) in snippets::SNIPPETS {
        let got = run(source);
        if got != *expected {
            wrong.push(format!("{source}\n  expected {expected}\n  got      {got}"));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {} differ\n{}",
        wrong.len(),
        snippets::SNIPPETS.len(),
        wrong.join("\n\n")
    );
}
