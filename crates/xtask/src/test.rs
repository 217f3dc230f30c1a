//! `cargo xtask test`: everything that CI runs, in parts; the first part that fails ends the run.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::tools::{
    BROWSER, CLANG, DRIVER, MARIADB, NEXTEST_TOOL, PLAYWRIGHT, POSTGRES, PYTHON, Tool, WASM_BINDGEN,
    WASM_TARGET,
};
use crate::workbench::{Workbench, run};
use crate::{build_web, corpus, install, serve, servers};

const WASM: &str = "wasm32-unknown-unknown";

/// The packages with tests that run in a browser, and which of their targets hold them.
const WASM_TESTS: [(&str, &[&str]); 2] =
    [("retort-tests", &["--test", "wasm", "--test", "render"]), ("retort-web", &["--test", "browser"])];

/// The packages whose documentation is built; a warning in it is an error.
const DOCUMENTED: [&str; 2] = ["retort-core", "retort-drivers"];

/// The packages with examples in their documentation.
const DOC_TESTED: [&str; 1] = ["retort-core"];

struct Part {
    name: &'static str,
    tools: &'static [&'static [&'static Tool]],
    run: fn(&Workbench) -> Result<()>,
}

const PARTS: [Part; 6] = [
    Part { name: "check", tools: &[&[&WASM_TARGET, &CLANG]], run: check },
    Part { name: "native", tools: &[&[&NEXTEST_TOOL]], run: native },
    Part { name: "corpus", tools: &[&[&NEXTEST_TOOL, &PYTHON]], run: corpus },
    Part { name: "servers", tools: &[&[&NEXTEST_TOOL, &POSTGRES, &MARIADB]], run: on_servers },
    Part { name: "wasm", tools: &[&[&WASM_TARGET, &CLANG, &WASM_BINDGEN, &BROWSER, &DRIVER]], run: wasm },
    Part { name: "e2e", tools: &[build_web::TOOLS, &[&BROWSER, &PLAYWRIGHT]], run: e2e },
];

pub(crate) fn test(bench: &mut Workbench, arguments: &[String]) -> Result<()> {
    let parts: Vec<&Part> = match arguments {
        [] => PARTS.iter().collect(),
        [flag, name] if flag == "--only" => PARTS.iter().filter(|part| part.name == name).collect(),
        _ => Vec::new(),
    };
    if parts.is_empty() {
        bail!("cargo xtask test [--only {}]", PARTS.map(|part| part.name).join("|"));
    }
    install::prepare(bench, &tools_of(&parts))?;
    let mut results = Vec::new();
    for part in &parts {
        println!("\n== {} ==", part.name);
        let start = Instant::now();
        let result = (part.run)(bench);
        println!("== {}: {} in {} ==", part.name, word(result.is_ok()), seconds(start.elapsed()));
        let failed = result.is_err();
        results.push((part.name, start.elapsed(), result));
        if failed {
            break;
        }
    }
    summarise(&parts, results)
}

/// Every tool of the parts once, in the order in which they are first needed.
fn tools_of(parts: &[&Part]) -> Vec<&'static Tool> {
    let mut tools: Vec<&'static Tool> = Vec::new();
    for tool in parts.iter().flat_map(|part| part.tools).copied().flatten() {
        if !tools.iter().any(|seen| seen.name == tool.name) {
            tools.push(tool);
        }
    }
    tools
}

fn summarise(parts: &[&Part], results: Vec<(&str, Duration, Result<()>)>) -> Result<()> {
    println!("\n{:<8} {:>8}  result", "part", "time");
    for (name, time, result) in &results {
        println!("{name:<8} {:>8}  {}", seconds(*time), word(result.is_ok()));
    }
    for part in &parts[results.len()..] {
        println!("{:<8} {:>8}  not run", part.name, "");
    }
    for (name, _, result) in results {
        result.map_err(|error| error.context(format!("the part {name} failed")))?;
    }
    Ok(())
}

fn word(passed: bool) -> &'static str {
    if passed { "passed" } else { "FAILED" }
}

fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}

fn check(bench: &Workbench) -> Result<()> {
    bench.run("cargo", &["fmt", "--all", "--check"])?;
    bench.run("cargo", &["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"])?;
    let web = ["--package", "retort-web", "--features", "python", "--target", WASM];
    bench.run("cargo", &[&["clippy"], web.as_slice(), &["--", "-D", "warnings"]].concat())?;
    let mut words = vec!["doc", "--no-deps"];
    words.extend(DOCUMENTED.iter().flat_map(|package| ["--package", package]));
    run(bench.command("cargo", &words).env("RUSTDOCFLAGS", "-Dwarnings"))
}

fn native(bench: &Workbench) -> Result<()> {
    // What needs a server or a download has a part of its own.
    bench.run(
        "cargo",
        &["nextest", "run", "--workspace", "-E", "not binary(servers) and not binary(corpus)"],
    )?;
    let mut words = vec!["test", "--doc"];
    words.extend(DOC_TESTED.iter().flat_map(|package| ["--package", package]));
    bench.run("cargo", &words)
}

fn corpus(bench: &Workbench) -> Result<()> {
    let chains = corpus::prepare(bench)?;
    let words = ["nextest", "run", "--package", "retort-tests", "--test", "corpus"];
    run(bench.command("cargo", &words).env("RETORT_CORPUS", chains))
}

fn on_servers(bench: &Workbench) -> Result<()> {
    let running = servers::start(bench)?;
    let packages = ["--package", "retort-tests", "--package", "retort-cli"];
    let words = [&["nextest", "run"], packages.as_slice(), &["--test", "servers"]].concat();
    let mut command = bench.command("cargo", &words);
    run(command.envs(running.environment()).env("RETORT_REQUIRE_SERVERS", "1"))
}

fn wasm(bench: &Workbench) -> Result<()> {
    for (package, targets) in WASM_TESTS {
        let words = [&["test", "--target", WASM, "--package", package], targets].concat();
        let mut command = bench.command("cargo", &words);
        command
            .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", "wasm-bindgen-test-runner")
            .env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", bench.root.join("webdriver.json"))
            .env("WASM_BINDGEN_TEST_TIMEOUT", "120");
        run(&mut command)?;
    }
    Ok(())
}

fn e2e(bench: &Workbench) -> Result<()> {
    build_web::build(bench)?;
    build_web::check_sizes(bench)?;
    let serving = serve::serve(&bench.root.join("dist"), 0)?;
    run(bench.command("node", &["tests/e2e/run.mjs"]).env("RETORT_URL", &serving.address))
}
