//! The published packages whose Alembic chains are run: downloaded by name, version and digest, and unpacked. Nothing
//! of theirs is kept in the repository.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::workbench::Workbench;

/// Unpacks what is not there yet; gives the folder that holds a folder for each chain.
pub(crate) fn prepare(bench: &Workbench) -> Result<PathBuf> {
    let wheels = bench.root.join("target/corpus/wheels");
    let unpacked = bench.root.join("target/corpus/chains");
    let list = fs::read_to_string(bench.root.join("tests/corpus/chains.json"))?;
    let chains: Vec<Value> = serde_json::from_str(&list).context("tests/corpus/chains.json")?;
    let wanted: Vec<(&str, PathBuf)> = chains
        .iter()
        .filter_map(|chain| Some((chain["name"].as_str()?, wheels.join(chain["file"].as_str()?))))
        .collect();
    if !wanted.iter().all(|(_, wheel)| wheel.is_file()) {
        download(bench, &wheels)?;
    }
    for (name, wheel) in wanted {
        unpack(bench, &wheel, &unpacked.join(name)).with_context(|| format!("unpacking {name}"))?;
    }
    Ok(unpacked)
}

/// pip compares the digests.
fn download(bench: &Workbench, wheels: &Path) -> Result<()> {
    let folder = wheels.display().to_string();
    let pip = ["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"];
    let list = ["--require-hashes", "--only-binary", ":all:", "-r", "tests/corpus/requirements.txt"];
    bench.run("python3", &[pip.as_slice(), &list, &["--dest", &folder]].concat())
}

/// A wheel is a zip; what was unpacked to the end has its name in a file beside it.
fn unpack(bench: &Workbench, wheel: &Path, folder: &Path) -> Result<()> {
    let mark = folder.with_extension("done");
    let name = wheel.display().to_string();
    if fs::read_to_string(&mark).is_ok_and(|done| done == name) {
        return Ok(());
    }
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder)?;
    bench.run("python3", &["-m", "zipfile", "-e", &name, &folder.display().to_string()])?;
    fs::write(&mark, name)?;
    Ok(())
}
