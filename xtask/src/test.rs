//! `cargo xtask test`: every check and test, stage by stage, as CI runs them.

use crate::server::Server;
use crate::setup::Scope;
use crate::workspace::{Workspace, at_once, execute};
use crate::{audit, build, docs, publish, setup, simulate};
use anyhow::{Context as _, Result, bail, ensure};
use std::fmt::Write as _;
use std::fs;
use std::time::{Duration, Instant};

struct Stage {
    name: &'static str,
    about: &'static str,
    scope: Scope,
    /// Whether it works on what the `build` stage makes.
    on_build: bool,
    /// Whether it runs beside the stage before it: one of them leaves a processor idle.
    runs_beside: bool,
    run: fn(&Workspace) -> Result<()>,
}

const STAGES: [Stage; 13] = [
    Stage {
        name: "fmt",
        about: "formatting, by rustfmt and prettier",
        scope: Scope::Build,
        on_build: false,
        runs_beside: false,
        run: fmt,
    },
    Stage {
        name: "lint",
        about: "clippy for native and wasm32, the fuzz targets, rustdoc, oxlint, knip, and the words of docs, comments and messages",
        scope: Scope::Build,
        on_build: false,
        runs_beside: false,
        run: lint,
    },
    Stage {
        name: "audit",
        about: "licences, sources and known vulnerabilities of dependencies",
        scope: Scope::Audit,
        on_build: false,
        runs_beside: false,
        run: audit::run,
    },
    Stage {
        name: "build",
        about: "builds the package, the site, the relay and the test server",
        scope: Scope::Build,
        on_build: false,
        runs_beside: false,
        run: build::for_tests,
    },
    Stage {
        name: "rust",
        about: "the native Rust tests: parser, scenarios, simulation, relay (with Redis and nginx), test server",
        scope: Scope::Servers,
        on_build: false,
        runs_beside: false,
        run: rust,
    },
    Stage {
        name: "types",
        about: "type checks of TypeScript and Vue, and the API reference",
        scope: Scope::Build,
        on_build: true,
        runs_beside: true,
        run: types,
    },
    Stage {
        name: "unit",
        about: "the unit tests of the package and the site, in Node",
        scope: Scope::Build,
        on_build: true,
        runs_beside: false,
        run: unit,
    },
    Stage {
        name: "size",
        about: "download sizes are within their budgets, and the figures in the docs are the measured ones",
        scope: Scope::Build,
        on_build: true,
        runs_beside: false,
        run: size,
    },
    Stage {
        name: "publish",
        about: "crate and package as they are published, the recorded public API, the links in the docs, the oldest Rust",
        scope: Scope::Build,
        on_build: true,
        runs_beside: false,
        run: publish::check,
    },
    Stage {
        name: "wasm",
        about: "the crate's tests in Chromium and Firefox (wasm-pack)",
        scope: Scope::Test,
        on_build: false,
        runs_beside: true,
        run: wasm,
    },
    Stage {
        name: "browser",
        about: "the package's tests in Chromium, Firefox and WebKitGTK",
        scope: Scope::Test,
        on_build: true,
        runs_beside: false,
        run: browser,
    },
    Stage {
        name: "e2e",
        about: "the site and the relay together, pages of Vue and React, in Chromium, Firefox and WebKitGTK; a gateway, nginx, servers of others; the AI SDK in Next.js",
        scope: Scope::EndToEnd,
        on_build: true,
        runs_beside: false,
        run: e2e,
    },
    Stage {
        name: "packages",
        about: "the packed package in apps of many bundlers and runtimes; `packages NAME...` runs only these",
        scope: Scope::Test,
        on_build: true,
        runs_beside: false,
        run: packages,
    },
];

pub fn stages_help() -> String {
    let mut help = String::from("Stages of `cargo xtask test`, in order:\n");
    for Stage { name, about, .. } in &STAGES {
        let _ = writeln!(help, "  {name:<8} {about}");
    }
    help
}

pub fn stage_names() -> Vec<&'static str> {
    STAGES.iter().map(|stage| stage.name).collect()
}

pub fn run_all(workspace: &Workspace) -> Result<()> {
    let start = Instant::now();
    let mut times = vec![timed("setup", || setup::run(workspace, Scope::All))?];
    let run = |stage: &Stage| {
        timed(stage.name, || (stage.run)(workspace)).with_context(|| {
            format!("the stage `{0}` failed; only that one: cargo xtask test {0}", stage.name)
        })
    };
    let mut stages = STAGES.iter().peekable();
    while let Some(stage) = stages.next() {
        let Some(other) = stages.next_if(|next| next.runs_beside) else {
            times.push(run(stage)?);
            continue;
        };
        times.extend(at_once(|| run(stage), || run(other))?);
    }
    let names = std::iter::once("setup").chain(STAGES.iter().map(|stage| stage.name));
    println!("\nall stages passed:");
    for (name, time) in names.zip(&times) {
        println!("  {name:<8} {:>7.1} s", time.as_secs_f64());
    }
    println!("  {:<8} {:>7.1} s", "total", start.elapsed().as_secs_f64());
    for what in workspace.skipped() {
        println!("  skipped: {what}; the stage says why");
    }
    Ok(())
}

pub fn run_one(workspace: &Workspace, name: &str) -> Result<()> {
    let Some(stage) = STAGES.iter().find(|stage| stage.name == name) else {
        bail!("there is no stage `{name}`\n\n{}", stages_help());
    };
    setup::run(workspace, stage.scope)?;
    if stage.on_build {
        timed("build", || build::for_tests(workspace))?;
    }
    timed(stage.name, || (stage.run)(workspace))?;
    Ok(())
}

fn timed(name: &str, run: impl FnOnce() -> Result<()>) -> Result<Duration> {
    println!("\n== {name}");
    let start = Instant::now();
    run()?;
    let time = start.elapsed();
    println!("== {name}: passed in {:.1} s", time.as_secs_f64());
    Ok(time)
}

fn fmt(workspace: &Workspace) -> Result<()> {
    workspace.run("cargo fmt --all --check")?;
    workspace.run("cargo fmt --all --manifest-path examples/Cargo.toml --check")?;
    workspace.run("npm run --silent format:check")
}

fn lint(workspace: &Workspace) -> Result<()> {
    workspace.run("cargo clippy --workspace --all-targets -- -D warnings")?;
    let for_wasm = "--package sluicegate --target wasm32-unknown-unknown --features fetch,serde,js,gloo-net,npm";
    // The browser tests name their server at compile time; here they are only looked at.
    execute(
        workspace
            .command("cargo")
            .arg("clippy")
            .args(for_wasm.split(' '))
            .args(["--all-targets", "--", "-D", "warnings"])
            .env("SLUICEGATE_TEST_SERVER", "http://127.0.0.1:9"),
    )?;
    // They need nightly Rust to run, not to be checked.
    let fuzz =
        "--locked --manifest-path fuzz/Cargo.toml --no-default-features --target-dir target/fuzz";
    workspace.run(&format!("cargo check {fuzz}"))?;
    docs::rust(workspace)?;
    workspace.run("npm run --silent lint")
}

fn rust(workspace: &Workspace) -> Result<()> {
    workspace.run("cargo test --workspace")?;
    simulate::schedules(workspace, simulate::SEEDS, 0)?;
    // The documentation's examples for browsers are only compiled.
    execute(
        workspace
            .command("cargo")
            .args("test --package sluicegate --doc --target wasm32-unknown-unknown".split(' '))
            .args(["--features", "fetch,serde,js,gloo-net"])
            .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", "true"),
    )
}

fn types(workspace: &Workspace) -> Result<()> {
    let check = || workspace.run("npm run check --workspaces --if-present");
    at_once(check, || docs::typescript(workspace)).map(drop)
}

fn unit(workspace: &Workspace) -> Result<()> {
    let package = || workspace.run("npm test --workspace sluicegate");
    let others = "npm test --workspace sluicegate-tests --workspace sluicegate-www";
    at_once(package, || workspace.run(others)).map(drop)
}

fn size(workspace: &Workspace) -> Result<()> {
    workspace.run("npm run size --workspace sluicegate-tests")?;
    workspace.run("npm run figures --workspace sluicegate-tests")
}

/// What developers of wasm try first does no harm: it stops before it writes `pkg/package.json`.
fn wasm_pack_build(workspace: &Workspace) -> Result<()> {
    println!("$ wasm-pack build (has to fail)");
    let manifest = workspace.root.join("pkg/package.json");
    let before = fs::read(&manifest)?;
    let output = workspace
        .command("wasm-pack")
        .args(["build", "--dev", "--mode", "no-install"])
        .output()
        .context("could not start wasm-pack")?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(!output.status.success(), "`wasm-pack build` builds the crate at the root:\n{said}");
    ensure!(said.contains("cdylib"), "`wasm-pack build` fails for another reason:\n{said}");
    ensure!(fs::read(&manifest)? == before, "`wasm-pack build` writes pkg/package.json");
    Ok(())
}

fn wasm(workspace: &Workspace) -> Result<()> {
    wasm_pack_build(workspace)?;
    build::test_server(workspace)?;
    let server = workspace.target.join("debug/sluicegate-test-server");
    let server = Server::start(workspace.command(server).args(["--port", "0"]))?;
    // All but the documentation's examples, which no browser is started for; `--tests` would say so too, but wasm-pack
    // gives that to `cargo build` itself, which does not take it twice. `no-install` because wasm-pack would download
    // other builds of the tools than ours.
    execute(
        workspace
            .command("wasm-pack")
            .args("test --headless --chrome --firefox --mode no-install .".split(' '))
            .args("--lib --test * --features fetch,serde,js,gloo-net,npm".split(' '))
            .env("SLUICEGATE_TEST_SERVER", &server.url)
            .env(
                "WASM_BINDGEN_TEST_WEBDRIVER_JSON",
                workspace.root.join("tests/webdriver/wasm-bindgen-test.json"),
            )
            // Seconds. The defaults, 5 and 20, are short for a busy machine of two cores.
            .env("WASM_BINDGEN_TEST_DRIVER_TIMEOUT", "60")
            .env("WASM_BINDGEN_TEST_TIMEOUT", "300"),
    )
}

fn browser(workspace: &Workspace) -> Result<()> {
    workspace.run("npm run browser --workspace sluicegate-tests")?;
    // The same Rust in JavaScript. Not the suites that look into WebAssembly's memory, take minutes, or test other
    // entries.
    let compat = || {
        let options = "run browser --workspace sluicegate-tests -- --compat --engine chromium";
        execute(
            workspace
                .command("npm")
                .args(options.split(' '))
                .args(["--grep", "^(?!leaks|random schedules|WHATWG|.*([Ee]vent-?[Ss]ource))"]),
        )
    };
    // The scenarios through a module of an app's own, in the engine that the stage `wasm` has not.
    build::examples(workspace)?;
    let js_module = || {
        workspace.run("npm run browser --workspace sluicegate-tests -- --js-module --engine webkit")
    };
    at_once(compat, js_module).map(drop)
}

fn e2e(workspace: &Workspace) -> Result<()> {
    build::recipes(workspace)?;
    workspace.run("npm run e2e --workspace sluicegate-tests")
}

fn packages(workspace: &Workspace) -> Result<()> {
    workspace.run("npm run packages --workspace sluicegate-tests")
}

#[cfg(test)]
mod tests {
    use super::stage_names;

    #[test]
    fn the_workflow_runs_all_stages() {
        let workflow = include_str!("../../.github/workflows/ci.yml");
        let (_, behind) = workflow.split_once("stage:").unwrap();
        let (_, list) = behind.split_once('[').unwrap();
        let (list, _) = list.split_once(']').unwrap();
        let listed: Vec<&str> = list.split(',').map(str::trim).collect();
        assert_eq!(listed, stage_names());
    }
}
