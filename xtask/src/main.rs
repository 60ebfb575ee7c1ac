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
  setup                  install missing tools: the wasm32 target, npm and Python packages, wasm-bindgen, wasm-pack, browsers
  build                  build the npm package (pkg/dist), the site (www/dist) and the relay
  build examples         build the apps in examples/ that use the crate
  demo [--port N] [...]  build, then serve the site and its relay on one address; Ctrl-C ends it.
                         Other arguments go to the relay too: --host, --upstream URL, --model NAME
  test [STAGE]           set up, then every check and test, or only the stage named
  simulate [--seeds N] [--from SEED]
                         run the machine against random servers, consumers and pages, with a simulated clock
  bench [...]            compare decoders in a browser (--help lists the options)
  bench decoder          compare the native decoder with other crates
  bench relay            compare the relay with a plain axum handler, with 5,000 streams
  api                    write the public API of the crate to docs/rust-api.txt and that of the package to docs/npm-api;
                         the stage `publish` compares them with the code
  docs                   write the API reference of the package and the crate to target/docs
  release [--dry-run] [VERSION]
                         set the version of crate and package, check and pack both; publishes nothing
  size [--json FILE] [--record] [--parts]
                         measure what a page downloads, compare it with the record, and fail if it exceeds the budget

Each command installs missing tools first. They are stored in $SLUICEGATE_CACHE, by default in
sluicegate/ in the user's cache directory.
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
