//! What the page costs to download: each file of `dist` compressed with Brotli, held against `web/budget.json`.
//!
//! In parts: `base` is what a page loads that opens SQL; the others come when they are needed, each with a total of
//! its own, so that none grows unseen.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::workbench::Workbench;

/// The folder of the examples, a folder each.
const EXAMPLES: &str = "examples/";

/// Prints the table and refuses what is over its budget or not in it.
pub(crate) fn check(bench: &Workbench) -> Result<()> {
    let path = bench.root.join("web/budget.json");
    let budget: Budget = serde_json::from_str(&fs::read_to_string(&path).context("web/budget.json")?)
        .context("web/budget.json")?;
    let sizes = measure(&bench.root.join("dist"))?;
    for (name, part) in &budget {
        print(name, part, &sizes);
    }
    let problems = problems(&budget, &sizes);
    if !problems.is_empty() {
        bail!("web/budget.json: {}", problems.join("; "));
    }
    Ok(())
}

/// The parts by name.
type Budget = BTreeMap<String, Part>;

/// What a part may cost in all, and each of its files.
#[derive(Debug, serde::Deserialize)]
struct Part {
    total: u64,
    files: BTreeMap<String, u64>,
}

impl Part {
    /// What its files cost together.
    fn cost(&self, sizes: &BTreeMap<String, Size>) -> Size {
        let own = sizes.iter().filter(|(name, _)| self.files.contains_key(*name));
        own.fold(Size::default(), |sum, (_, size)| Size {
            plain: sum.plain + size.plain,
            brotli: sum.brotli + size.brotli,
        })
    }
}

fn print(name: &str, part: &Part, sizes: &BTreeMap<String, Size>) {
    println!("{name:<28} {:>10} {:>10} {:>10}", "bytes", "brotli", "budget");
    let row = |name: &str, size: &Size, allowed: u64| {
        println!("  {name:<26} {:>10} {:>10} {allowed:>10}", size.plain, size.brotli);
    };
    for (file, allowed) in &part.files {
        if let Some(size) = sizes.get(file) {
            row(file, size, *allowed);
        }
    }
    row("total", &part.cost(sizes), part.total);
}

/// What is over its budget, or in no part.
fn problems(budget: &Budget, sizes: &BTreeMap<String, Size>) -> Vec<String> {
    let mut problems = Vec::new();
    for (name, size) in sizes {
        match budget.values().find_map(|part| part.files.get(name)) {
            None => problems.push(format!("{name} has no budget")),
            Some(bytes) if size.brotli > *bytes => problems.push(format!("{name} is over its budget")),
            Some(_) => {}
        }
    }
    let over = budget.iter().filter(|(_, part)| part.cost(sizes).brotli > part.total);
    problems.extend(over.map(|(name, _)| format!("the total of {name} is over its budget")));
    problems
}

#[derive(Clone, Copy, Debug, Default)]
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
            let size = sizes.entry(part_of(&name)).or_default();
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

/// What a file is counted with: those of an example are asked for together.
fn part_of(path: &str) -> String {
    match path.strip_prefix(EXAMPLES).and_then(|rest| rest.split_once('/')) {
        Some((example, _)) => format!("{EXAMPLES}{example}"),
        None => without_hash(path),
    }
}

/// `app-0123456789abcdef_bg.wasm` is `app_bg.wasm`.
fn without_hash(name: &str) -> String {
    let Some((start, rest)) = name.split_once('-') else { return name.to_owned() };
    let hash = rest.chars().take_while(char::is_ascii_hexdigit).count();
    if hash >= 15 { format!("{start}{}", &rest[hash..]) } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::{Budget, Size, part_of, problems};

    #[test]
    fn each_part_has_a_total_of_its_own() {
        let budget: Budget = serde_json::from_str(
            r#"{"base": {"total": 10, "files": {"a": 8, "b": 8}}, "python": {"total": 9, "files": {"c": 9}}}"#,
        )
        .unwrap();
        let check = |sizes: &[(&str, u64)]| {
            let size =
                |(name, brotli): &(&str, u64)| ((*name).to_owned(), Size { plain: 0, brotli: *brotli });
            problems(&budget, &sizes.iter().map(size).collect())
        };
        assert_eq!(check(&[("a", 5), ("b", 5), ("c", 9)]), [""; 0]);
        assert_eq!(check(&[("a", 6), ("b", 5), ("c", 9)]), ["the total of base is over its budget"]);
        assert_eq!(
            check(&[("c", 10), ("d", 1)]),
            ["c is over its budget", "d has no budget", "the total of python is over its budget"]
        );
    }

    #[test]
    fn hashes_are_left_out_and_an_example_is_one() {
        for (path, part) in [
            ("app-0123456789abcdef_bg.wasm", "app_bg.wasm"),
            ("main-1b2c3d4e5f60718.css", "main.css"),
            ("worker-loader.js", "worker-loader.js"),
            ("index.html", "index.html"),
            ("examples/cnc-platform/migrations/env.py", "examples/cnc-platform"),
        ] {
            assert_eq!(part_of(path), part);
        }
    }
}
