//! `cargo xtask bench`: the benches of `tests`, in release form.

use anyhow::Result;

use crate::workbench::Workbench;

pub(crate) fn bench(bench: &Workbench, arguments: &[String]) -> Result<()> {
    let (program, arguments) = match arguments.split_first() {
        Some((first, rest)) if first == "reading" => ("bench_reading", rest),
        Some((first, rest)) if first == "translating" => ("bench_translating", rest),
        Some((first, rest)) if first == "alembic" => ("bench_alembic", rest),
        _ => ("bench", arguments),
    };
    let mut words = vec!["run", "--release", "--package", "retort-tests", "--bin", program, "--"];
    words.extend(arguments.iter().map(String::as_str));
    bench.run("cargo", &words)
}
