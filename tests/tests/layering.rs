//! The order of `lib.rs` is the order of data: a module of the core uses only modules above it, and none of
//! them touches the world.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "helpers of tests; a missing file fails the test")]

use std::path::{Path, PathBuf};

fn core() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/retort-core/src")
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The code of a file without comments and tests, and the module of the map that it belongs to.
fn rooms() -> Vec<(String, PathBuf, String)> {
    let mut files = Vec::new();
    sources(&core(), &mut files);
    let room = |path: &PathBuf| {
        let first = path.strip_prefix(core()).unwrap().components().next().unwrap();
        first.as_os_str().to_string_lossy().trim_end_matches(".rs").to_owned()
    };
    let code = |path: &PathBuf| {
        let text = std::fs::read_to_string(path).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap_or("").to_owned();
        let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
        lines.collect::<Vec<_>>().join("\n")
    };
    files
        .iter()
        .map(|path| (room(path), path.clone(), code(path)))
        .filter(|(room, _, _)| room != "lib")
        .collect()
}

fn order() -> Vec<String> {
    let text = std::fs::read_to_string(core().join("lib.rs")).unwrap();
    let names = text.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'));
    names.map(str::to_owned).collect()
}

#[test]
fn a_module_uses_only_modules_above_it() {
    let order = order();
    let mut faults = Vec::new();
    for (room, path, code) in rooms() {
        let place = order.iter().position(|name| *name == room);
        let Some(place) = place else {
            faults.push(format!("{room} is not in lib.rs"));
            continue;
        };
        for below in &order[place + 1..] {
            let uses = code.match_indices(&format!("crate::{below}")).any(|(at, found)| {
                let next = code[at + found.len()..].chars().next();
                !next.is_some_and(|c| c.is_alphanumeric() || c == '_')
            });
            if uses {
                faults.push(format!("{} uses `{below}`, which stands below `{room}`", path.display()));
            }
        }
    }
    assert!(order.len() > 15);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_core_does_not_touch_the_world() {
    let forbidden = [
        "std::fs",
        "std::env",
        "std::time",
        "std::thread",
        "std::net",
        "std::process",
        "println!",
        "eprintln!",
    ];
    let faults: Vec<String> = rooms()
        .into_iter()
        .flat_map(|(_, path, code)| {
            let found = forbidden.iter().filter(move |word| code.contains(**word));
            found.map(move |word| format!("{} uses {word}", path.display())).collect::<Vec<_>>()
        })
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
