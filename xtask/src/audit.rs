//! The stage `audit`: the licences, the sources and the known vulnerabilities of what we depend on.

use crate::setup::NPM_FOLDERS;
use crate::workspace::{Workspace, execute};
use anyhow::{Context as _, Result};
use std::process::Command;

/// Each with a Cargo.lock of its own.
const MANIFESTS: [&str; 4] =
    ["Cargo.toml", "examples/Cargo.toml", "fuzz/Cargo.toml", "tests/oldest/Cargo.toml"];

/// Fails on what it finds. A database of vulnerabilities that can't be reached is no finding: that check is reported as
/// skipped.
pub fn run(workspace: &Workspace) -> Result<()> {
    for manifest in MANIFESTS {
        check(workspace, manifest, &["bans", "licenses", "sources"])?;
    }
    crates(workspace)?;
    npm_packages(workspace)
}

fn check(workspace: &Workspace, manifest: &str, what: &[&str]) -> Result<()> {
    execute(deny(workspace, manifest).args(["check", "--hide-inclusion-graph"]).args(what))
}

fn deny(workspace: &Workspace, manifest: &str) -> Command {
    let mut command = workspace.command("cargo-deny");
    command.arg("--config").arg(workspace.root.join("deny.toml")).args([
        "--manifest-path",
        manifest,
        "--workspace",
        "--locked",
        "--all-features",
    ]);
    command
}

fn crates(workspace: &Workspace) -> Result<()> {
    let fetch = deny(workspace, MANIFESTS[0])
        .args(["fetch", "db"])
        .output()
        .context("could not start cargo-deny")?;
    if !fetch.status.success() {
        workspace
            .skip("known vulnerabilities of crates", String::from_utf8_lossy(&fetch.stderr).trim());
        return Ok(());
    }
    for manifest in MANIFESTS {
        check(workspace, manifest, &["advisories"])?;
    }
    Ok(())
}

fn npm_packages(workspace: &Workspace) -> Result<()> {
    NPM_FOLDERS.iter().try_for_each(|folder| npm_folder(workspace, folder))
}

fn npm_folder(workspace: &Workspace, folder: &str) -> Result<()> {
    let audit = ["audit", "--package-lock-only", "--audit-level=high", "--prefix", folder];
    let report = workspace.command("npm").args(audit).arg("--json").output()?;
    // It fails for vulnerabilities as for a registry without advisories; only the former has a report.
    if !String::from_utf8_lossy(&report.stdout).contains("\"auditReportVersion\"") {
        workspace.skip(
            &format!("known vulnerabilities of the npm packages of {folder}"),
            String::from_utf8_lossy(&report.stderr).trim(),
        );
        return Ok(());
    }
    execute(workspace.command("npm").args(audit))
}
