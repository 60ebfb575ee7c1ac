//! `cargo xtask docs`: the API reference, made from the code.

use crate::setup;
use crate::workspace::{Workspace, execute};
use anyhow::Result;

/// The features that the crate's documentation is built with, besides the default ones: all but `npm`, which is not for
/// Rust users.
pub const FEATURES: &str = "js,gloo-net";

pub fn run(workspace: &Workspace) -> Result<()> {
    setup::run(workspace, setup::Scope::Build)?;
    let folder = workspace.target.join("docs");
    typescript(workspace)?;
    rust(workspace)?;
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

/// Builds the crate's documentation as docs.rs does. Any warning is an error.
pub fn rust(workspace: &Workspace) -> Result<()> {
    execute(
        workspace
            .command("cargo")
            .args(["doc", "--no-deps", "--package", "sluicegate"])
            .args(["--target", "wasm32-unknown-unknown", "--features", FEATURES])
            .env("RUSTDOCFLAGS", "-D warnings"),
    )
}

#[cfg(test)]
mod tests {
    use super::FEATURES;

    #[test]
    fn docs_rs_builds_with_these_features() {
        let manifest = include_str!("../../Cargo.toml");
        let (_, section) = manifest.split_once("[package.metadata.docs.rs]").unwrap();
        let listed = FEATURES.split(',').map(|name| format!("\"{name}\"")).collect::<Vec<_>>();
        let line = format!("features = [{}]", listed.join(", "));
        assert!(section.contains(&line), "Cargo.toml does not say `{line}`");
    }
}
