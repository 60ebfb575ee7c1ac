//! `cargo xtask build`: the wasm module, the npm package around it, the site that uses it, and the relay.

use crate::stamp::Step;
use crate::workspace::{Workspace, execute};
use anyhow::Result;
use std::fs;
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
    let shown = ["pkg/dist", "pkg/package.json", "docs", "tests/bench/records"];
    npm_build(workspace, "www", &shown.map(|path| workspace.root.join(path)), "dist/index.html")
}

/// What tests run: packages, and the servers that they talk to. Like the Rust tests, these are debug builds: most of that
/// is compiled once.
pub fn for_tests(workspace: &Workspace) -> Result<()> {
    packages(workspace)?;
    servers(workspace, &["sluicegate-relay", "sluicegate-test-server"])
}

/// The server that browser tests talk to. Users have no need of it.
pub fn test_server(workspace: &Workspace) -> Result<()> {
    servers(workspace, &["sluicegate-test-server"])
}

fn servers(workspace: &Workspace, names: &[&str]) -> Result<()> {
    workspace.run(&format!("cargo build --package {}", names.join(" --package ")))
}

/// The recipes that have to be built, for their test: a server, and the pages with all their clients.
pub fn recipes(workspace: &Workspace) -> Result<()> {
    servers(workspace, &["sluicegate-recipe-axum"])?;
    workspace.run("npm run build:recipes --workspace sluicegate-www")?;
    examples(workspace)?;
    bindgen_app(workspace, "leptos-recipe", "www/recipes/dist/pages/leptos")
}

/// The apps of the workspace `examples`, each in its folder `dist`: the pages of the frameworks, and `js-module`, which
/// wasm-pack builds. The frameworks in one build, so that they have their dependencies in common.
pub fn examples(workspace: &Workspace) -> Result<()> {
    const BUILD: &str = "cargo build --locked --manifest-path examples/Cargo.toml --workspace \
         --exclude js-module --target wasm32-unknown-unknown";
    workspace.run(BUILD)?;
    for name in ["dioxus-chat", "leptos-chat", "yew-chat"] {
        let out_dir = format!("examples/{name}/dist");
        bindgen_app(workspace, name, &out_dir)?;
        let page = |folder| workspace.root.join(folder).join("index.html");
        fs::copy(page(format!("examples/{name}")), page(out_dir))?;
    }
    workspace
        .run("wasm-pack build examples/js-module --dev --target web --mode no-install -- --locked")
}

/// Lets wasm-bindgen make the module of an app's page.
fn bindgen_app(workspace: &Workspace, name: &str, out_dir: &str) -> Result<()> {
    let compiled = workspace.target.join(format!("wasm32-unknown-unknown/debug/{name}.wasm"));
    execute(
        workspace
            .command("wasm-bindgen")
            .args(["--target", "web", "--no-typescript", "--out-dir", out_dir])
            .arg(compiled),
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
