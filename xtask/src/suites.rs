//! `cargo xtask bench`, `size` and `test packages` with arguments: programs of the tests workspace, run on a fresh build.

use crate::workspace::{Workspace, execute};
use crate::{build, setup};
use anyhow::Result;

pub fn bench(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    setup::run(workspace, setup::Scope::Test)?;
    build::run(workspace)?;
    workspace.run("cargo build --release --package sluicegate-test-server")?;
    npm_run(workspace, "bench", arguments)
}

/// The relay under load. `target/release` has its programs then.
pub fn bench_relay(workspace: &Workspace) -> Result<()> {
    workspace
        .run("cargo build --release --package sluicegate-relay --package sluicegate-relay-bench")?;
    let release = workspace.target.join("release");
    let bench = release.join("sluicegate-relay-bench");
    execute(workspace.command(bench).arg(release.join("sluicegate-relay")))
}

/// The stage `packages` for the consumers named, or with other options of `tests/consumers/run.ts`.
pub fn packages(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    setup::run(workspace, setup::Scope::Test)?;
    build::for_tests(workspace)?;
    npm_run(workspace, "packages", arguments)
}

pub fn size(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    setup::run(workspace, setup::Scope::Build)?;
    build::packages(workspace)?;
    npm_run(workspace, "size", arguments)
}

fn npm_run(workspace: &Workspace, script: &str, arguments: &[String]) -> Result<()> {
    execute(
        workspace
            .command("npm")
            .args(["run", script, "--workspace", "sluicegate-tests", "--"])
            .args(arguments),
    )
}
