//! Writes down of which files the examples consist: the page asks its server for each by name.
#![allow(clippy::print_stdout, reason = "so a build script speaks to cargo")]

use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let root = Path::new("../examples");
    println!("cargo::rerun-if-changed={}", root.display());
    let mut list = String::from("&[\n");
    for example in entries(root)? {
        let mut files = Vec::new();
        add(&example, &example, &mut files)?;
        let name = example.file_name().unwrap_or_default().to_string_lossy();
        list.push_str(&format!("    ({name:?}, &{files:?}),\n"));
    }
    list.push_str("]\n");
    let out = env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("cargo sets OUT_DIR"))?;
    fs::write(Path::new(&out).join("examples.rs"), list)
}

/// Adds the files of a folder and of those below it, by their paths from the top.
fn add(folder: &Path, top: &Path, files: &mut Vec<String>) -> io::Result<()> {
    for entry in entries(folder)? {
        if !entry.is_dir() {
            let path = entry.strip_prefix(top).map_err(io::Error::other)?;
            files.push(path.to_string_lossy().replace('\\', "/"));
        } else if !entry.ends_with("__pycache__") {
            add(&entry, top, files)?;
        }
    }
    Ok(())
}

fn entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut entries =
        fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<PathBuf>>>()?;
    entries.sort();
    Ok(entries)
}
