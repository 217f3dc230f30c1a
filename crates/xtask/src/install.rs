//! Makes the tools of a command ready: finds them, installs what is missing, tells the person what only they can do.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::tools::{Origin, Tool, browser, driver, wasm_compiler};
use crate::workbench::{Workbench, run};

/// Finds or installs all tools, then tells children where they are.
pub(crate) fn prepare(bench: &mut Workbench, tools: &[&Tool]) -> Result<()> {
    println!("Tools");
    let mut missing = Vec::new();
    let mut for_person = Vec::new();
    for tool in tools {
        if let Some(said) = (tool.find)(bench) {
            println!("  found    {:<26} {said}", tool.name);
        } else if let Some(reason) = why_not(bench, tool) {
            println!("  missing  {:<26} {} (not installed by us: {reason})", tool.name, tool.purpose);
            for_person.push(format!("  {}: {}", tool.name, words_for_person(bench, tool)?));
        } else {
            println!("  missing  {:<26} {}", tool.name, tool.purpose);
            missing.push(tool);
        }
    }
    if !for_person.is_empty() {
        bail!("please install these and run this again:\n{}", for_person.join("\n"));
    }
    let mut lists_are_fresh = false;
    for (index, tool) in missing.iter().enumerate() {
        println!("\nInstalling {} ({} of {})", tool.name, index + 1, missing.len());
        install(bench, tool, &mut lists_are_fresh).with_context(|| format!("installing {}", tool.name))?;
        let said =
            (tool.find)(bench).with_context(|| format!("{} was installed but is not found", tool.name))?;
        println!("  ready    {:<26} {said}", tool.name);
    }
    point_children_at_tools(bench);
    Ok(())
}

/// Why this tool cannot be installed here by us; None when it can.
fn why_not(bench: &Workbench, tool: &Tool) -> Option<&'static str> {
    match tool.origin {
        Origin::Person(_) => Some("it is part of the system"),
        Origin::RustTarget(_) if bench.find("rustup").is_none() => Some("there is no rustup"),
        Origin::Debian { .. } if !is_debian() => Some("not on Debian"),
        Origin::Debian { .. } if bench.ask("id", &["-u"]).as_deref() != Some("0") => Some("not root"),
        Origin::Npm { .. } | Origin::NpmFolder(_) if bench.find("npm").is_none() => Some("there is no npm"),
        _ => None,
    }
}

/// The command for a person, or in words what to get.
fn words_for_person(bench: &Workbench, tool: &Tool) -> Result<String> {
    Ok(match tool.origin {
        Origin::Person(words) => words.to_owned(),
        Origin::RustTarget(target) => {
            format!("rustup target add {target} (or your distribution's package for it)")
        }
        Origin::Debian { packages, .. } if is_debian() => {
            format!("sudo apt-get update && sudo apt-get install {}", packages[0].join(" "))
        }
        Origin::Debian { elsewhere, .. } => elsewhere.to_owned(),
        Origin::Crate { .. } => format!("cargo {}", cargo_words(bench, tool)?.join(" ")),
        Origin::Npm { .. } | Origin::NpmFolder(_) => format!("npm {}", npm_words(bench, tool).join(" ")),
    })
}

fn install(bench: &Workbench, tool: &Tool, lists_are_fresh: &mut bool) -> Result<()> {
    match tool.origin {
        Origin::RustTarget(target) => bench.run("rustup", &["target", "add", target]),
        Origin::Crate { .. } => install_crate(bench, &cargo_words(bench, tool)?),
        Origin::Npm { .. } | Origin::NpmFolder(_) => {
            fs::create_dir_all(bench.node_tools())?;
            let words = npm_words(bench, tool);
            bench.run("npm", &words.iter().map(String::as_str).collect::<Vec<_>>())
        }
        Origin::Debian { packages, .. } => {
            if !*lists_are_fresh {
                run(&mut apt(bench, &["update"]))?;
                *lists_are_fresh = true;
            }
            install_debian(bench, packages)
        }
        Origin::Person(words) => bail!("{words}"),
    }
}

fn cargo_words(bench: &Workbench, tool: &Tool) -> Result<Vec<String>> {
    let Origin::Crate { name, version, locked } = tool.origin else { bail!("{} is not a crate", tool.name) };
    let mut words = vec!["install".to_owned(), name.to_owned(), "--version".to_owned(), version(bench)?];
    if locked {
        words.push("--locked".to_owned());
    }
    words.extend(["--force", "--root", "target/tools"].map(str::to_owned));
    Ok(words)
}

/// Tools are run a few times each: a quick build is worth more here than a quick program.
fn install_crate(bench: &Workbench, words: &[String]) -> Result<()> {
    let build = bench.tools().join("build");
    let mut command = bench.command("cargo", &words.iter().map(String::as_str).collect::<Vec<_>>());
    command
        .env("CARGO_PROFILE_RELEASE_LTO", "off")
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1")
        .env("CARGO_TARGET_DIR", &build);
    run(&mut command)?;
    fs::remove_dir_all(&build).context("removing what the build of the tool left")
}

fn npm_words(bench: &Workbench, tool: &Tool) -> Vec<String> {
    let mut words = ["install", "--no-audit", "--no-fund", "--no-package-lock"].map(str::to_owned).to_vec();
    let folder = match tool.origin {
        Origin::NpmFolder(folder) => bench.root.join(folder),
        _ => bench.node_tools(),
    };
    words.extend(["--prefix".to_owned(), folder.display().to_string()]);
    if let Origin::Npm { name, version } = tool.origin {
        words.push(format!("{name}@{version}"));
    }
    words
}

/// Installs the first set that can be: older systems do not have the first.
fn install_debian(bench: &Workbench, sets: &[&[&str]]) -> Result<()> {
    let mut last = Ok(());
    for set in sets {
        let words: Vec<&str> =
            ["install", "--yes", "--no-install-recommends"].iter().chain(*set).copied().collect();
        last = run(&mut apt(bench, &words));
        if last.is_ok() {
            break;
        }
    }
    last
}

fn apt(bench: &Workbench, words: &[&str]) -> Command {
    let mut command = bench.command("apt-get", words);
    command.env("DEBIAN_FRONTEND", "noninteractive");
    command
}

fn is_debian() -> bool {
    fs::read_to_string("/etc/os-release").is_ok_and(|text| text.lines().any(|line| line == "ID=debian"))
}

/// Names the compiler, browser and driver that were found, for cargo, the test runner and the journeys.
fn point_children_at_tools(bench: &mut Workbench) {
    if let Some(found) = wasm_compiler(bench) {
        bench.set("CC_wasm32_unknown_unknown", found.compiler);
        bench.set("AR_wasm32_unknown_unknown", found.archiver);
    }
    if let Some(path) = browser(bench) {
        bench.set("CHROMIUM", path);
    }
    if let Some(path) = driver(bench) {
        bench.set("CHROMEDRIVER", path);
    }
}
