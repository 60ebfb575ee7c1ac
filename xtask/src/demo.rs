//! `cargo xtask demo`: the chat page and its relay on one address.

use crate::workspace::Workspace;
use crate::{build, setup};
use anyhow::{Context as _, Result};
use std::os::unix::process::CommandExt as _;

/// What the demo has beside the chat.
const DEMO_FLAGS: [&str; 2] = ["--weather", "--tutorial"];

/// Does not come back: the process becomes the relay, so that Ctrl-C and signals reach it.
pub fn run(workspace: &Workspace, relay_arguments: &[String]) -> Result<()> {
    setup::run(workspace, setup::Scope::Build)?;
    build::run(workspace)?;
    println!("demo: open the address below in a browser; Ctrl-C ends it");
    let relay = workspace.target.join("release/sluicegate-relay");
    let error = workspace
        .command(&relay)
        .arg("--site")
        .arg(workspace.root.join("www/dist"))
        .args(DEMO_FLAGS)
        .args(relay_arguments.iter().filter(|argument| !DEMO_FLAGS.contains(&argument.as_str())))
        .exec();
    Err(error).with_context(|| format!("could not start {}", relay.display()))
}
