//! What the page costs to download: each file of `dist` compressed with Brotli, held against `web/budget.json`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::workbench::Workbench;

/// Prints the table and refuses what is over its budget or not in it.
pub(crate) fn check(bench: &Workbench) -> Result<()> {
    let path = bench.root.join("web/budget.json");
    let budget: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(&path).context("web/budget.json")?)?;
    let sizes = measure(&bench.root.join("dist"))?;
    let mut problems = Vec::new();
    println!("{:<28} {:>10} {:>10} {:>10}", "file", "bytes", "brotli", "budget");
    for (name, size) in &sizes {
        let allowed = budget["files"][name].as_u64();
        let shown = allowed.map_or("none".to_owned(), |bytes| bytes.to_string());
        println!("{name:<28} {:>10} {:>10} {shown:>10}", size.plain, size.brotli);
        match allowed {
            None => problems.push(format!("{name} has no budget")),
            Some(bytes) if size.brotli > bytes => problems.push(format!("{name} is over its budget")),
            Some(_) => {}
        }
    }
    let plain: u64 = sizes.values().map(|size| size.plain).sum();
    let total: u64 = sizes.values().map(|size| size.brotli).sum();
    let allowed = budget["total"].as_u64().context("web/budget.json has no total")?;
    println!("{:<28} {plain:>10} {total:>10} {allowed:>10}", "total");
    if total > allowed {
        problems.push("the total is over its budget".to_owned());
    }
    if !problems.is_empty() {
        bail!("web/budget.json: {}", problems.join("; "));
    }
    Ok(())
}

#[derive(Default)]
struct Size {
    plain: u64,
    brotli: u64,
}

/// Sizes by name without the hash that Trunk puts in.
fn measure(dist: &Path) -> Result<BTreeMap<String, Size>> {
    let mut sizes: BTreeMap<String, Size> = BTreeMap::new();
    let mut folders = vec![dist.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).with_context(|| format!("reading {}", folder.display()))? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let bytes = fs::read(&path)?;
            let name = path.strip_prefix(dist)?.to_string_lossy().replace('\\', "/");
            let size = sizes.entry(without_hash(&name)).or_default();
            size.plain += bytes.len() as u64;
            size.brotli += compressed(&bytes)?;
        }
    }
    Ok(sizes)
}

fn compressed(bytes: &[u8]) -> Result<u64> {
    let parameters = brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 22, ..Default::default() };
    let mut out = Vec::new();
    brotli::BrotliCompress(&mut &bytes[..], &mut out, &parameters)?;
    Ok(out.len() as u64)
}

/// `app-0123456789abcdef_bg.wasm` is `app_bg.wasm`.
fn without_hash(name: &str) -> String {
    let Some((start, rest)) = name.split_once('-') else { return name.to_owned() };
    let hash = rest.chars().take_while(char::is_ascii_hexdigit).count();
    if hash >= 15 { format!("{start}{}", &rest[hash..]) } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::without_hash;

    #[test]
    fn hashes_are_left_out() {
        assert_eq!(without_hash("app-0123456789abcdef_bg.wasm"), "app_bg.wasm");
        assert_eq!(without_hash("main-1b2c3d4e5f60718.css"), "main.css");
        assert_eq!(without_hash("worker-loader.js"), "worker-loader.js");
        assert_eq!(without_hash("index.html"), "index.html");
    }
}
