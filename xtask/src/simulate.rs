//! `cargo xtask simulate`: random servers, consumers and pages against the machine.

use crate::workspace::{Workspace, execute};
use anyhow::{Context as _, Result, bail};

/// As many as the test stage runs.
pub const SEEDS: u64 = 1_000_000;

/// `--seeds N` schedules, from `--from SEED` on.
pub fn run(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    let (mut seeds, mut from) = (SEEDS, 0);
    for argument in arguments.chunks(2) {
        let [name, value] = argument else {
            bail!("`{}` needs a number", argument[0]);
        };
        let number = value.parse().with_context(|| format!("`{name}` needs a number"))?;
        match name.as_str() {
            "--seeds" => seeds = number,
            "--from" => from = number,
            _ => bail!("`cargo xtask simulate` takes --seeds and --from, not {name}"),
        }
    }
    schedules(workspace, seeds, from)
}

/// Runs schedules, and prints how many in how many seconds.
pub fn schedules(workspace: &Workspace, seeds: u64, from: u64) -> Result<()> {
    execute(
        workspace
            .command("cargo")
            .args(
                "test --profile simulation --package sluicegate --lib simulation::schedules"
                    .split(' '),
            )
            .args(["--", "--nocapture"])
            .env("SIMULATION_SEEDS", seeds.to_string())
            .env("SIMULATION_FROM", from.to_string()),
    )
}
