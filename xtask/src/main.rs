//! Every command that people and CI run in this repository: `cargo xtask <command>`.

mod api;
mod audit;
mod build;
mod demo;
mod docs;
mod publish;
mod release;
mod server;
mod setup;
mod simulate;
mod stamp;
mod suites;
mod test;
mod workspace;

use anyhow::{Result, bail};
use workspace::Workspace;

const COMMANDS: &str = "\
Usage: cargo xtask <command>

Commands:
  setup                  install what is missing: the wasm32 target, packages of npm and Python, wasm-bindgen, wasm-pack, browsers
  build                  build the npm package (pkg/dist), the site (www/dist) and the relay
  build examples         build the apps in examples/ that use the crate
  demo [--port N] [...]  build, then serve the site and its relay on one address; Ctrl-C ends it.
                         Other arguments go to the relay too: --host, --upstream URL, --model NAME
  test [STAGE]           set up, then every check and test, or only the stage named
  simulate [--seeds N] [--from SEED]
                         random servers, consumers and pages against the machine, with a simulated clock
  bench [...]            time the decoders against each other in a browser (--help has the options)
  bench decoder          the decoder on this machine's processor, next to other crates
  bench relay            5,000 streams through the relay, next to a plain axum handler
  api                    write the crate's public API to docs/rust-api.txt, which the stage `publish` compares
  docs                   write the API reference of the package and of the crate (target/docs)
  release [--dry-run] [VERSION]
                         give crate and package that version, check and pack both; publishes nothing
  size [--json FILE] [--record] [--parts]
                         measure what a page downloads, compare it with the record, and fail over the budget

Each command sets up what it needs first; a second run installs nothing. Tools that Cargo builds go to
$SLUICEGATE_CACHE, or else to sluicegate/ in the user's cache directory.
";

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let Err(error) = run(&arguments) {
        eprintln!("error: {error:#}");
        std::process::exit(1);
    }
}

fn run(arguments: &[String]) -> Result<()> {
    let Some((command, rest)) = arguments.split_first() else {
        print!("{COMMANDS}\n{}", test::stages_help());
        return Ok(());
    };
    let workspace = Workspace::new()?;
    match (command.as_str(), rest) {
        ("setup", []) => setup::run(&workspace, setup::Scope::All),
        ("build", []) => {
            setup::run(&workspace, setup::Scope::Build)?;
            build::run(&workspace)
        }
        ("build", [examples]) if examples == "examples" => {
            setup::run(&workspace, setup::Scope::Test)?;
            build::examples(&workspace)
        }
        ("demo", relay_arguments) => demo::run(&workspace, relay_arguments),
        ("test", []) => test::run_all(&workspace),
        ("test", [stage]) => test::run_one(&workspace, stage),
        ("test", [stage, consumers @ ..]) if stage == "packages" => {
            suites::packages(&workspace, consumers)
        }
        ("simulate", arguments) => simulate::run(&workspace, arguments),
        ("bench", [relay]) if relay == "relay" => suites::bench_relay(&workspace),
        ("bench", [decoder]) if decoder == "decoder" => {
            workspace.run("cargo bench --package sluicegate-decoder-bench")
        }
        ("bench", arguments) => suites::bench(&workspace, arguments),
        ("size", arguments) => suites::size(&workspace, arguments),
        ("docs", []) => docs::run(&workspace),
        ("api", []) => api::update(&workspace),
        ("release", arguments) => release::run(&workspace, arguments),
        ("help" | "--help" | "-h", _) => run(&[]),
        ("setup" | "build" | "test" | "docs" | "api", _) => {
            bail!("`cargo xtask {command}` takes no such arguments: {rest:?}\n\n{COMMANDS}")
        }
        _ => bail!("there is no command `{command}`\n\n{COMMANDS}"),
    }
}
