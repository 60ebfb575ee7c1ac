//! `cargo xtask demo`: the site and its relay on one address.

use crate::workspace::Workspace;
use crate::{build, setup};
use anyhow::{Context as _, Result, bail};
use std::os::unix::process::CommandExt as _;

/// What the demo has beside the chat.
const DEMO_FLAGS: [&str; 2] = ["--weather", "--tutorial"];

/// Does not come back: the process becomes the relay, so that Ctrl-C and signals reach it.
pub fn run(workspace: &Workspace, relay_arguments: &[String]) -> Result<()> {
    setup::run(workspace, setup::Scope::Build)?;
    // With the relay beside it: each of them leaves a core idle for some of the time.
    let mut relay = workspace
        .command("cargo")
        .args("build --profile demo --package sluicegate-relay".split(' '))
        .spawn()
        .context("cargo did not start")?;
    let packages = build::packages(workspace);
    if packages.is_err() {
        // It may have ended.
        let _ = relay.kill();
    }
    let built = relay.wait()?;
    packages?;
    if !built.success() {
        bail!("the relay was not built ({built})");
    }
    println!("demo: open the address below in a browser; Ctrl-C ends it");
    let relay = workspace.target.join("demo/sluicegate-relay");
    let error = workspace
        .command(&relay)
        .arg("--site")
        .arg(workspace.root.join("www/dist"))
        .args(DEMO_FLAGS)
        .args(relay_arguments.iter().filter(|argument| !DEMO_FLAGS.contains(&argument.as_str())))
        .exec();
    Err(error).with_context(|| format!("could not start {}", relay.display()))
}
