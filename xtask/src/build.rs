//! `cargo xtask build`: the wasm module, the npm package around it, the site that uses it, and the relay.

use crate::stamp::Step;
use crate::workspace::{WASM_BINDGEN, Workspace, execute};
use anyhow::Result;
use std::fs;
use std::path::PathBuf;

const BUILD_WASM: &str = "cargo build --package sluicegate --lib --target wasm32-unknown-unknown --profile wasm \
     --no-default-features --features npm";

/// The module is embedded in the package's JavaScript, so nothing should look for a .wasm file beside it.
const BINDGEN_OPTIONS: [&str; 3] = ["--target", "web", "--omit-default-module-path"];

/// The features are those that rustc enables for the target; wasm-opt refuses a module that uses others.
const WASM_OPT_OPTIONS: [&str; 10] = [
    "-Oz",
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
    "--enable-simd",
    "--strip-producers",
];

pub fn run(workspace: &Workspace) -> Result<()> {
    wasm(workspace)?;
    compat(workspace)?;
    let modules = ["npm", "npm-compat"].map(|folder| workspace.target.join(folder));
    npm_build(workspace, "pkg", &modules, "dist/index.js")?;
    npm_build(workspace, "www", &[workspace.root.join("pkg/dist")], "dist/index.html")?;
    workspace.run("cargo build --release --package sluicegate-relay")
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

/// From the crate to `target/npm`: the module and its JavaScript glue, for the package's own build to pick up.
fn wasm(workspace: &Workspace) -> Result<()> {
    workspace.run(BUILD_WASM)?;
    let compiled = workspace.target.join("wasm32-unknown-unknown/wasm/sluicegate.wasm");
    let out_dir = workspace.target.join("npm");
    let module = out_dir.join("sluicegate_bg.wasm");
    Step {
        name: "wasm",
        inputs: &[
            compiled.clone(),
            workspace.root.join("package-lock.json"), // it has wasm-opt's version
        ],
        options: &format!("{} {BINDGEN_OPTIONS:?} {WASM_OPT_OPTIONS:?}", WASM_BINDGEN.version),
        output: &module,
    }
    .run(workspace, || {
        if out_dir.exists() {
            fs::remove_dir_all(&out_dir)?;
        }
        execute(
            workspace
                .command("wasm-bindgen")
                .args(BINDGEN_OPTIONS)
                .arg("--out-dir")
                .arg(&out_dir)
                .arg(&compiled),
        )?;
        execute(
            workspace
                .command(workspace.root.join("node_modules/.bin/wasm-opt"))
                .args(WASM_OPT_OPTIONS)
                .arg("--output")
                .arg(&module)
                .arg(&module),
        )
    })
}

/// As `wasm`, to `target/npm-compat`, for the package's build to turn into JavaScript: without SIMD, which JavaScript
/// has not.
fn compat(workspace: &Workspace) -> Result<()> {
    let target = workspace.target.join("compat");
    execute(
        workspace
            .command("cargo")
            .args(BUILD_WASM.split_whitespace().skip(1))
            .arg("--target-dir")
            .arg(&target)
            .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", "-Ctarget-feature=-simd128"),
    )?;
    let compiled = target.join("wasm32-unknown-unknown/wasm/sluicegate.wasm");
    let out_dir = workspace.target.join("npm-compat");
    Step {
        name: "compat",
        inputs: std::slice::from_ref(&compiled),
        options: WASM_BINDGEN.version,
        output: &out_dir.join("sluicegate_bg.wasm"),
    }
    .run(workspace, || {
        execute(
            workspace
                .command("wasm-bindgen")
                .args(["--target", "bundler", "--out-dir"])
                .arg(&out_dir)
                .arg(&compiled),
        )
    })
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
