//! Translation to SQLite beside sqlglot (Python), on the same texts, both inside one process that is warm: reading,
//! translating and printing, without starting up. Prints a table; nothing here is a test.
//!
//! `cargo xtask bench translating [FILE…]`; a file holds cases as `tests/translation/*.json` does. `PYTHON` names the
//! Python that has sqlglot (`pip install sqlglot`), else `python3` is asked.
#![allow(clippy::print_stdout, reason = "a program that prints a table")]

use std::fs;
use std::hint::black_box;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use retort_core::dialect::{Capabilities, Translator};
use retort_core::operation::from_sql;
use retort_core::schema::Schema;
use retort_core::source::{DialectKind, SourceFile, SourceId};

/// The one of the `retort` command, for which this stands.
#[cfg(not(target_family = "wasm"))]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// Times the same loop in Python; a text that sqlglot refuses counts with the time it took.
const SQLGLOT: &str = "
import json, logging, sys, time
import sqlglot
logging.disable(logging.CRITICAL)
names = {'postgresql': 'postgres', 'mysql': 'mysql'}
cases = [case for path in sys.argv[2:] for case in json.load(open(path))]
def once():
    for case in cases:
        try: sqlglot.transpile(case['sql'], read=names[case['dialect']], write='sqlite')
        except sqlglot.errors.SqlglotError: pass
once()
times = []
for _ in range(int(sys.argv[1])):
    start = time.perf_counter()
    once()
    times.append(time.perf_counter() - start)
print(sqlglot.__version__, min(times), sorted(times)[len(times) // 2], max(times))
";

/// Of Python's; ours are as many times more as they are shorter, about.
const RUNS: usize = 20;
const TIMES: usize = 40;

fn main() -> Outcome<()> {
    let mut files: Vec<PathBuf> = std::env::args().skip(1).map(PathBuf::from).collect();
    if files.is_empty() {
        files.push([env!("CARGO_MANIFEST_DIR"), "translation", "rows.json"].iter().collect());
    }
    let mut cases = Vec::new();
    for file in &files {
        let list: Vec<serde_json::Value> = serde_json::from_slice(&fs::read(file)?)?;
        for case in list {
            let dialect = case["dialect"].as_str().and_then(DialectKind::from_name);
            let sql = case["sql"].as_str().unwrap_or_default().to_owned();
            cases.push((dialect.ok_or("a case names no dialect")?, sql));
        }
    }
    let bytes: usize = cases.iter().map(|(_, sql)| sql.len()).sum();
    println!("{} cases, {bytes} bytes, {RUNS} runs of all, {} of ours", cases.len(), RUNS * TIMES);
    println!("{:<20} {:>10} {:>10} {:>10}", "ms", "min", "median", "max");
    translate(&cases);
    let mut times: Vec<Duration> = (0..RUNS * TIMES).map(|_| time(|| translate(&cases))).collect();
    times.sort();
    let ours = [times[0], times[times.len() / 2], times[times.len() - 1]].map(|time| time.as_secs_f64());
    row("retort", ours);
    let python = std::env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let output = Command::new(python).args(["-c", SQLGLOT, &RUNS.to_string()]).args(&files).output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let words: Vec<&str> = text.split_whitespace().collect();
    let [version, times @ ..] = words.as_slice() else {
        println!("sqlglot is not measured: {}", String::from_utf8_lossy(&output.stderr).trim());
        return Ok(());
    };
    let theirs: Vec<f64> = times.iter().filter_map(|time| time.parse().ok()).collect();
    if let [min, median, max] = theirs[..] {
        row(&format!("sqlglot {version}"), [min, median, max]);
        println!("{:<20} {:>10.0} {:>10.0}", "times as fast", min / ours[0], median / ours[1]);
    }
    Ok(())
}

fn row(name: &str, seconds: [f64; 3]) {
    let [min, median, max] = seconds.map(|time| time * 1000.0);
    println!("{name:<20} {min:>10.2} {median:>10.2} {max:>10.2}");
}

fn time(run: impl FnOnce()) -> Duration {
    let start = Instant::now();
    run();
    start.elapsed()
}

/// Every case from its text to SQLite's statements.
fn translate(cases: &[(DialectKind, String)]) {
    for (dialect, sql) in cases {
        let file = SourceFile::new(SourceId(0), "case.sql", sql.as_str());
        let engine = Capabilities::newest(DialectKind::Sqlite);
        let (source, target) = (Schema::empty(*dialect), Schema::empty(DialectKind::Sqlite));
        let mut translator = Translator::new(source, target, engine);
        for directive in from_sql(&file, 0..file.text.len(), *dialect).value {
            black_box(translator.directive(file.slice(directive.span), &directive));
        }
    }
}
