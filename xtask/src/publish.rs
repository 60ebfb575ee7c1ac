//! What crates.io and npm get, checked.

use crate::api;
use crate::workspace::{Workspace, execute};
use anyhow::{Context as _, Result};
use std::fs;

/// A target without std: what needs std does not build for it.
const BARE_METAL: &str = "thumbv7em-none-eabi";
const WASM: &str = "wasm32-unknown-unknown";

/// Where and with which features the crate has to build, with the oldest Rust that it is for.
const BUILDS: [&str; 8] = [
    "",
    "--no-default-features",
    "--no-default-features --target thumbv7em-none-eabi",
    "--target wasm32-unknown-unknown",
    "--target wasm32-unknown-unknown --no-default-features",
    "--target wasm32-unknown-unknown --no-default-features --features fetch",
    "--target wasm32-unknown-unknown --features js,gloo-net",
    "--target wasm32-unknown-unknown --no-default-features --features npm",
];

/// An app that has locked the oldest `wasm-bindgen` that the crate is for.
const OLDEST_WASM_BINDGEN: &str =
    "cargo check --locked --manifest-path tests/oldest/Cargo.toml --target wasm32-unknown-unknown";

pub fn check(workspace: &Workspace) -> Result<()> {
    builds(workspace)?;
    api::check(workspace)?;
    workspace.run(OLDEST_WASM_BINDGEN)?;
    package_crate(workspace)?;
    install_relay(workspace)?;
    workspace.run("npm run publish --workspace sluicegate-tests")
}

/// Packs the crate and builds what it packed, as `cargo publish` does, without a registry.
pub fn package_crate(workspace: &Workspace) -> Result<()> {
    workspace.run("cargo package --package sluicegate --locked --allow-dirty --list")?;
    workspace.run("cargo package --package sluicegate --locked --allow-dirty")?;
    workspace
        .run(&format!("cargo package --package sluicegate --locked --allow-dirty --target {WASM}"))
}

/// Packs the relay, which needs the crate beside it until that is published, and installs it.
fn install_relay(workspace: &Workspace) -> Result<()> {
    workspace.run(
        "cargo package --package sluicegate --package sluicegate-relay --locked --allow-dirty --no-verify",
    )?;
    let root = workspace.target.join("installed");
    execute(
        workspace
            .command("cargo")
            .args(["install", "--path", "www/relay", "--locked", "--force", "--root"])
            .arg(&root),
    )?;
    execute(workspace.command(root.join("bin/sluicegate-relay")).arg("--version"))
}

/// Installs the `rust-version` of the crate's manifest, and returns it.
pub fn oldest_rust(workspace: &Workspace) -> Result<String> {
    let manifest = fs::read_to_string(workspace.root.join("Cargo.toml"))?;
    let version = quoted_after(&manifest, "[package]", "rust-version = ")
        .context("Cargo.toml has no rust-version in [package]")?;
    let installed = workspace
        .command("rustup")
        .args(["run", version, "rustc", "--print", "sysroot"])
        .output()
        .context("the oldest Rust is installed with rustup, which is not there")?;
    let sysroot = String::from_utf8_lossy(&installed.stdout);
    let targets = workspace.root.join(sysroot.trim()).join("lib/rustlib");
    if !installed.status.success()
        || [WASM, BARE_METAL].iter().any(|name| !targets.join(name).exists())
    {
        workspace.run(&format!(
            "rustup toolchain install {version} --profile minimal --no-self-update --target {WASM} --target {BARE_METAL}"
        ))?;
    }
    Ok(version.to_owned())
}

/// Builds the crate with the oldest Rust.
fn builds(workspace: &Workspace) -> Result<()> {
    let version = oldest_rust(workspace)?;
    for build in BUILDS {
        execute(
            workspace
                .command("rustup")
                .args([
                    "run",
                    &version,
                    "cargo",
                    "check",
                    "--package",
                    "sluicegate",
                    "--lib",
                    "--locked",
                ])
                .args(build.split_whitespace())
                .env("RUSTFLAGS", "-D warnings")
                .env("CARGO_TARGET_DIR", workspace.target.join("oldest")),
        )?;
    }
    Ok(())
}

/// What stands in quotes after `key` in that section of a manifest or a lock file.
pub fn quoted_after<'a>(manifest: &'a str, section: &str, key: &str) -> Option<&'a str> {
    let (_, section) = manifest.split_once(&format!("{section}\n"))?;
    let section = section.split("\n[").next()?;
    let line = section.lines().find_map(|line| line.strip_prefix(key))?;
    line.strip_prefix('"')?.strip_suffix('"')
}

#[cfg(test)]
mod tests {
    /// An app that depends on the crate has to agree with all its requirements at once.
    #[test]
    fn the_crate_pins_no_version() {
        let manifest = include_str!("../../Cargo.toml");
        let mut requirements = Vec::new();
        let mut is_dependency = false;
        for line in manifest.lines() {
            if let Some(section) = line.strip_prefix('[') {
                // Of `[workspace.dependencies]`, too. Apps never see those for tests.
                is_dependency =
                    section.contains("dependencies") && !section.contains("dev-dependencies");
            } else if is_dependency && let Some((key, value)) = line.split_once(" = ") {
                let value = value.split_once("version = ").map_or(value, |(_, version)| version);
                if key == "version" || value.starts_with('"') {
                    requirements.push((key, value.split('"').nth(1).unwrap_or(value)));
                }
            }
        }
        assert!(requirements.iter().any(|(name, _)| *name == "wasm-bindgen"), "{requirements:?}");
        for (name, requirement) in requirements {
            let is_caret = requirement.chars().all(|c| c.is_ascii_digit() || c == '.');
            assert!(is_caret, "`{name}` is pinned: {requirement}");
        }
    }
}
