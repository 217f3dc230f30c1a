//! Builds the page and its worker in release form into `dist`.

use anyhow::Result;

use crate::size;
use crate::tools::{CLANG, NODE, TRUNK_TOOL, Tool, WASM_BINDGEN, WASM_OPT, WASM_TARGET};
use crate::workbench::Workbench;

/// What the build needs.
pub(crate) const TOOLS: &[&Tool] = &[&NODE, &WASM_TARGET, &CLANG, &WASM_BINDGEN, &TRUNK_TOOL, &WASM_OPT];

/// Trunk is told to work offline (`Trunk.toml`), and tells cargo the same: the crates are brought first.
pub(crate) fn build(bench: &Workbench) -> Result<()> {
    bench.run("cargo", &["fetch", "--target", "wasm32-unknown-unknown", "--target", "host-tuple"])?;
    bench.run("trunk", &["build", "--release"])
}

pub(crate) fn check_sizes(bench: &Workbench) -> Result<()> {
    println!("Sizes against web/budget.json");
    size::check(bench)
}
