//! Skips a build step whose inputs have not changed since it last succeeded.

use crate::workspace::Workspace;
use anyhow::{Context as _, Result};
use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};

/// Folders below an input that are not input themselves: made by a build, or a crate of its own (`www/relay`).
const NOT_INPUT: [&str; 5] = ["node_modules", "dist", "src/generated", "target", "relay"];

/// One step of the build that is run by a tool which does not track changes by itself.
pub struct Step<'a> {
    pub name: &'a str,
    /// Files and folders whose contents decide the output.
    pub inputs: &'a [PathBuf],
    /// What else decides it, such as options and the tool's version.
    pub options: &'a str,
    /// A file that is there once the step has succeeded.
    pub output: &'a Path,
}

impl Step<'_> {
    /// Runs the step unless its output is there and was made from the same inputs.
    pub fn run(&self, workspace: &Workspace, run: impl FnOnce() -> Result<()>) -> Result<()> {
        let mut hasher = DefaultHasher::new();
        self.options.hash(&mut hasher);
        for input in self.inputs {
            hash_tree(input, &mut hasher)?;
        }
        let digest = format!("{:016x}", hasher.finish());
        let stamps = workspace.target.join("stamps");
        let stamp = stamps.join(self.name);
        let fresh = fs::read_to_string(&stamp).is_ok_and(|last| last == digest);
        if fresh && self.output.exists() {
            println!("build: {} is up to date", self.name);
            return Ok(());
        }
        println!("build: {}", self.name);
        fs::create_dir_all(stamps)?;
        // A step that fails half-way must not leave its last success behind.
        fs::write(&stamp, "")?;
        run()?;
        fs::write(stamp, digest)?;
        Ok(())
    }
}

fn hash_tree(path: &Path, hasher: &mut DefaultHasher) -> Result<()> {
    path.hash(hasher);
    if !path.is_dir() {
        let contents = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        contents.hash(hasher);
        return Ok(());
    }
    let mut entries: Vec<PathBuf> = fs::read_dir(path)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<std::io::Result<_>>()?;
    entries.sort();
    for entry in entries {
        let skipped = NOT_INPUT.iter().any(|skipped| entry.ends_with(skipped));
        if !skipped {
            hash_tree(&entry, hasher)?;
        }
    }
    Ok(())
}
