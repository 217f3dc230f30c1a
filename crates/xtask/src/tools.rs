//! The one table of tools: what each is for, how it is found, where it comes from.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::workbench::Workbench;

const TRUNK: &str = "0.21.14";
const BINARYEN: &str = "132.0.0";
const NEXTEST: &str = "0.9.143";
const NODE_AT_LEAST: u32 = 20;

/// A program or a set of files that some command needs.
pub(crate) struct Tool {
    pub(crate) name: &'static str,
    pub(crate) purpose: &'static str,
    /// Says what is there; None when it is missing or of another version.
    pub(crate) find: fn(&Workbench) -> Option<String>,
    pub(crate) origin: Origin,
}

/// Where a tool comes from, and so how it is installed.
#[derive(Clone, Copy)]
pub(crate) enum Origin {
    /// A target of the Rust toolchain.
    RustTarget(&'static str),
    /// A crate, built into `target/tools`.
    Crate { name: &'static str, version: fn(&Workbench) -> Result<String>, locked: bool },
    /// An npm package, put under `target/tools/node`.
    Npm { name: &'static str, version: &'static str },
    /// The npm packages that a folder's `package.json` names, put beside it.
    NpmFolder(&'static str),
    /// Debian packages; the first set that Debian has. Elsewhere a person installs it.
    Debian { packages: &'static [&'static [&'static str]], elsewhere: &'static str },
    /// Only a person can install it.
    Person(&'static str),
}

pub(crate) const WASM_TARGET: Tool = Tool {
    name: "wasm target",
    purpose: "compiles Rust for the browser",
    find: |bench| {
        let folder = PathBuf::from(bench.ask("rustc", &["--print", "sysroot"])?)
            .join("lib/rustlib/wasm32-unknown-unknown/lib");
        folder.is_dir().then(|| "wasm32-unknown-unknown".to_owned())
    },
    origin: Origin::RustTarget("wasm32-unknown-unknown"),
};

pub(crate) const CLANG: Tool = Tool {
    name: "clang",
    purpose: "compiles SQLite's C for the browser",
    find: |bench| wasm_compiler(bench).map(|found| format!("{} and {}", found.compiler, found.archiver)),
    origin: Origin::Debian {
        packages: &[&["clang-19", "llvm-19"], &["clang", "llvm"]],
        elsewhere: "a clang with a wasm32 target and its llvm-ar (macOS: brew install llvm); name them with \
                    CC_wasm32_unknown_unknown and AR_wasm32_unknown_unknown when they are not on the path",
    },
};

pub(crate) const WASM_BINDGEN: Tool = Tool {
    name: "wasm-bindgen",
    purpose: "joins the compiled Rust to the page; its version is the one in Cargo.lock",
    find: |bench| {
        let wanted = wasm_bindgen_version(bench).ok()?;
        bench.find("wasm-bindgen-test-runner")?;
        exactly(bench.ask("wasm-bindgen", &["--version"])?, &wanted)
    },
    origin: Origin::Crate { name: "wasm-bindgen-cli", version: wasm_bindgen_version, locked: false },
};

pub(crate) const TRUNK_TOOL: Tool = Tool {
    name: "trunk",
    purpose: "builds the page",
    find: |bench| exactly(bench.ask("trunk", &["--version"])?, TRUNK),
    origin: Origin::Crate { name: "trunk", version: |_| Ok(TRUNK.to_owned()), locked: true },
};

pub(crate) const WASM_OPT: Tool = Tool {
    name: "wasm-opt",
    purpose: "makes the page's programs smaller",
    find: |bench| {
        let major = BINARYEN.split('.').next()?;
        bench.ask("wasm-opt", &["--version"]).filter(|said| said.split(' ').any(|word| word == major))
    },
    origin: Origin::Npm { name: "binaryen", version: BINARYEN },
};

pub(crate) const NEXTEST_TOOL: Tool = Tool {
    name: "cargo-nextest",
    purpose: "runs the native tests",
    find: |bench| first_line(&bench.ask("cargo-nextest", &["nextest", "--version"])?),
    origin: Origin::Crate { name: "cargo-nextest", version: |_| Ok(NEXTEST.to_owned()), locked: true },
};

pub(crate) const NODE: Tool = Tool {
    name: "node",
    purpose: "runs wasm-opt and the journeys",
    find: |bench| {
        bench.find("npm")?;
        let said = bench.ask("node", &["--version"])?;
        let major: u32 = said.trim_start_matches('v').split('.').next()?.parse().ok()?;
        (major >= NODE_AT_LEAST).then_some(said)
    },
    origin: Origin::Person("Node.js 20 or newer with npm, from https://nodejs.org/ or your package manager"),
};

pub(crate) const BROWSER: Tool = Tool {
    name: "Chromium",
    purpose: "the browser that tests run in",
    find: |bench| Some(browser(bench)?.display().to_string()),
    origin: Origin::Debian {
        packages: &[&["chromium"]],
        elsewhere: "Chromium or Chrome; name it with CHROMIUM when it is not on the path",
    },
};

pub(crate) const DRIVER: Tool = Tool {
    name: "chromedriver",
    purpose: "starts the browser for wasm-bindgen's tests",
    find: |bench| Some(driver(bench)?.display().to_string()),
    origin: Origin::Debian {
        packages: &[&["chromium-driver"]],
        elsewhere: "the chromedriver of your browser's version; name it with CHROMEDRIVER when it is not on \
                    the path",
    },
};

pub(crate) const PYTHON: Tool = Tool {
    name: "Python with pip",
    purpose: "downloads the packages whose chains are run",
    find: |bench| first_line(&bench.ask("python3", &["-m", "pip", "--version"])?),
    origin: Origin::Debian { packages: &[&["python3-pip"]], elsewhere: "Python 3 with pip" },
};

pub(crate) const POSTGRES: Tool = Tool {
    name: "PostgreSQL",
    purpose: "the server that tests run on",
    find: |bench| first_line(&bench.ask(postgres_program(bench, "postgres")?.to_str()?, &["--version"])?),
    origin: Origin::Debian {
        packages: &[&["postgresql-15"], &["postgresql"]],
        elsewhere: "PostgreSQL's server, with `initdb` and `postgres` on the path",
    },
};

pub(crate) const MARIADB: Tool = Tool {
    name: "MariaDB",
    purpose: "the server that tests run on",
    find: |bench| {
        bench.find("mariadb-install-db")?;
        first_line(&bench.ask(mariadb_program(bench)?.to_str()?, &["--version"])?)
    },
    origin: Origin::Debian {
        packages: &[&["mariadb-server"]],
        elsewhere: "MariaDB's server, with `mariadb-install-db`, `mariadb-admin` and `mariadbd` on the path",
    },
};

pub(crate) const PLAYWRIGHT: Tool = Tool {
    name: "playwright-core, axe-core",
    purpose: "drive the browser through the journeys and check accessibility",
    find: |bench| installed_packages(bench, "tests/e2e"),
    origin: Origin::NpmFolder("tests/e2e"),
};

/// A C compiler with a wasm target, and the archiver that goes with it.
pub(crate) struct WasmCompiler {
    pub(crate) compiler: String,
    pub(crate) archiver: String,
}

/// The compiler that the person or `.cargo/config.toml` names, else the first on the path that can do it.
pub(crate) fn wasm_compiler(bench: &Workbench) -> Option<WasmCompiler> {
    let named = bench.variable("CC_wasm32_unknown_unknown").map(|name| name.to_string_lossy().into_owned());
    let known = ["clang-19", "clang", "clang-20", "clang-18", "clang-17", "clang-16", "clang-14"];
    let compiler = named.into_iter().chain(known.map(str::to_owned)).find(|name| {
        bench.ask(name, &["--print-targets"]).is_some_and(|targets| targets.contains("wasm32"))
    })?;
    let named = bench.variable("AR_wasm32_unknown_unknown").map(|name| name.to_string_lossy().into_owned());
    let beside = compiler.replace("clang", "llvm-ar");
    let archiver =
        named.into_iter().chain([beside, "llvm-ar".to_owned()]).find(|name| bench.find(name).is_some())?;
    Some(WasmCompiler { compiler, archiver })
}

/// The browser that `CHROMIUM` names, else the first of the usual names.
pub(crate) fn browser(bench: &Workbench) -> Option<PathBuf> {
    if let Some(named) = bench.variable("CHROMIUM") {
        return Some(PathBuf::from(named)).filter(|path| path.is_file());
    }
    let mac = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";
    ["chromium", "chromium-browser", "google-chrome", mac].iter().find_map(|name| bench.find(name))
}

/// The driver that `CHROMEDRIVER` names, else the one on the path.
pub(crate) fn driver(bench: &Workbench) -> Option<PathBuf> {
    match bench.variable("CHROMEDRIVER") {
        Some(named) => Some(PathBuf::from(named)).filter(|path| path.is_file()),
        None => bench.find("chromedriver"),
    }
}

/// A program of PostgreSQL's server: on the path, or the newest of Debian's.
pub(crate) fn postgres_program(bench: &Workbench, name: &str) -> Option<PathBuf> {
    let version = |folder: &PathBuf| -> Option<u32> { folder.file_name()?.to_str()?.parse().ok() };
    let folders = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = folders.map(|entry| entry.path()).collect();
    folders.sort_by_key(version);
    let debian = folders.into_iter().rev().map(|folder| folder.join("bin").join(name));
    bench.find(name).or_else(|| debian.into_iter().find(|program| program.is_file()))
}

/// MariaDB's server; Debian keeps it off a person's path.
pub(crate) fn mariadb_program(bench: &Workbench) -> Option<PathBuf> {
    ["mariadbd", "/usr/sbin/mariadbd"].iter().find_map(|name| bench.find(name))
}

/// The version of wasm-bindgen in Cargo.lock: the tool must have exactly this one.
fn wasm_bindgen_version(bench: &Workbench) -> Result<String> {
    let lock = fs::read_to_string(bench.root.join("Cargo.lock")).context("no Cargo.lock")?;
    let (_, package) =
        lock.split_once("name = \"wasm-bindgen\"\nversion = \"").context("no wasm-bindgen in Cargo.lock")?;
    let (version, _) = package.split_once('"').context("Cargo.lock ends in the middle of a version")?;
    Ok(version.to_owned())
}

fn exactly(said: String, version: &str) -> Option<String> {
    said.split_whitespace().any(|word| word == version).then_some(said)
}

fn first_line(text: &str) -> Option<String> {
    text.lines().next().map(str::to_owned)
}

/// Names and versions of the packages of a folder, when all are there as its `package.json` pins them.
fn installed_packages(bench: &Workbench, folder: &str) -> Option<String> {
    let folder = bench.root.join(folder);
    let read = |path: PathBuf| -> Option<serde_json::Value> {
        serde_json::from_str(&fs::read_to_string(path).ok()?).ok()
    };
    let wanted = read(folder.join("package.json"))?;
    let mut found = Vec::new();
    for (name, version) in wanted.get("dependencies")?.as_object()? {
        let package = read(folder.join("node_modules").join(name).join("package.json"))?;
        if package.get("version") != Some(version) {
            return None;
        }
        found.push(format!("{name} {}", version.as_str()?));
    }
    Some(found.join(", "))
}
