//! `cargo xtask build`: the wasm module, the npm package around it, the site that uses it, and the relay.

use crate::stamp::Step;
use crate::workspace::{Workspace, execute};
use anyhow::Result;
use std::path::PathBuf;

/// One crate type: cargo optimises over all crates only where no `rlib` is made.
const BUILD_WASM: &str = "cargo rustc --package sluicegate --lib --crate-type cdylib \
     --target wasm32-unknown-unknown --profile wasm --no-default-features --features npm";

/// What that makes, in a target directory.
const MODULE: &str = "wasm32-unknown-unknown/wasm/sluicegate.wasm";

pub fn run(workspace: &Workspace) -> Result<()> {
    packages(workspace)?;
    workspace.run("cargo build --release --package sluicegate-relay")
}

/// The npm package and the site.
pub fn packages(workspace: &Workspace) -> Result<()> {
    workspace.run(BUILD_WASM)?;
    let compat = compat(workspace)?;
    let modules = [workspace.target.join(MODULE), compat];
    npm_build(workspace, "pkg", &modules, "dist/index.js")?;
    npm_build(workspace, "www", &[workspace.root.join("pkg/dist")], "dist/index.html")
}

/// The server that the browser tests and benchmarks talk to. Users have no need of it.
pub fn test_server(workspace: &Workspace) -> Result<()> {
    workspace.run("cargo build --release --package sluicegate-test-server")
}

/// The recipes that have to be built, for their test: a server, and the pages with all their clients.
pub fn recipes(workspace: &Workspace) -> Result<()> {
    workspace.run("cargo build --release --package sluicegate-recipe-axum")?;
    workspace.run("npm run build:recipes --workspace sluicegate-www")?;
    workspace.run(
        "cargo build --locked --manifest-path www/recipes/leptos/Cargo.toml --target wasm32-unknown-unknown",
    )?;
    execute(
        workspace
            .command("wasm-bindgen")
            .args("--target web --no-typescript --out-dir www/recipes/dist/pages/leptos".split(' '))
            .arg(workspace.target.join("wasm32-unknown-unknown/debug/leptos-chat.wasm")),
    )
}

/// Without SIMD, which JavaScript has not: the package's build turns it into JavaScript. Returns its path.
fn compat(workspace: &Workspace) -> Result<PathBuf> {
    let target = workspace.target.join("compat");
    execute(
        workspace
            .command("cargo")
            .args(BUILD_WASM.split_whitespace().skip(1))
            .arg("--target-dir")
            .arg(&target)
            .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", "-Ctarget-feature=-simd128"),
    )?;
    Ok(target.join(MODULE))
}

/// Runs the build script of the npm workspace in `folder`, which works on `made_before`, too.
fn npm_build(
    workspace: &Workspace,
    folder: &str,
    made_before: &[PathBuf],
    output: &str,
) -> Result<()> {
    let source = workspace.root.join(folder);
    Step {
        name: folder,
        inputs: &[made_before, &[source.clone(), workspace.root.join("package-lock.json")]]
            .concat(),
        options: "",
        output: &source.join(output),
    }
    .run(workspace, || workspace.run(&format!("npm run build --workspace {folder}")))
}
