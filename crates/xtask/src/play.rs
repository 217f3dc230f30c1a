//! `cargo xtask play`: the playground on this machine, from nothing.

use anyhow::{Result, bail};

use crate::workbench::Workbench;
use crate::{build_web, install, serve};

const PORT: u16 = 8719;

pub(crate) fn play(bench: &mut Workbench, arguments: &[String]) -> Result<()> {
    let port = match arguments {
        [] => PORT,
        [flag, number] if flag == "--port" => number.parse()?,
        _ => bail!("cargo xtask play [--port N]"),
    };
    install::prepare(bench, build_web::TOOLS)?;
    println!("Building the playground (the first time takes some minutes)");
    build_web::build(bench)?;
    let serving = serve::serve(&bench.root.join("dist"), port)?;
    println!("\nThe playground is at {}  (Ctrl+C ends it)", serving.address);
    serving.wait();
    Ok(())
}
