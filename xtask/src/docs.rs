//! `cargo xtask docs`: the API reference, made from the code.

use crate::setup;
use crate::workspace::{Workspace, execute};
use anyhow::Result;

pub fn run(workspace: &Workspace) -> Result<()> {
    setup::run(workspace, setup::Scope::Build)?;
    let folder = workspace.target.join("docs");
    typescript(workspace)?;
    rust(workspace, "fetch,serde,js,gloo-net")?;
    println!("\ndocs: {}/npm/index.html", folder.display());
    println!(
        "docs: {}/wasm32-unknown-unknown/doc/sluicegate/index.html",
        workspace.target.display()
    );
    Ok(())
}

/// Any warning of TypeDoc's is an error: what is exported is documented.
pub fn typescript(workspace: &Workspace) -> Result<()> {
    execute(
        workspace
            .command("npm")
            .args(["run", "docs", "--workspace", "sluicegate", "--", "--out"])
            .arg(workspace.target.join("docs/npm")),
    )
}

pub fn rust(workspace: &Workspace, features: &str) -> Result<()> {
    execute(
        workspace
            .command("cargo")
            .args(["doc", "--no-deps", "--package", "sluicegate"])
            .args(["--target", "wasm32-unknown-unknown", "--features", features])
            .env("RUSTDOCFLAGS", "-D warnings"),
    )
}
