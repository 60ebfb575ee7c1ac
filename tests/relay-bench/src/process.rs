//! A program under load, as Linux sees it.

use std::ffi::OsStr;
use std::fs;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, Result};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

/// Clock ticks a second in `/proc`, the same on all of Linux's platforms that Rust's std is for.
const TICKS: f64 = 100.0;

/// Killed when dropped.
pub struct Process {
    /// Where it listens.
    pub url: String,
    id: u32,
    _child: Child,
}

impl Process {
    /// Starts it, and waits for the `listening on URL` line that our servers print first.
    pub async fn start(program: impl AsRef<OsStr>, arguments: &[&str]) -> Result<Self> {
        let mut child = Command::new(program)
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        let stdout = child.stdout.take().context("stdout is piped")?;
        let line = BufReader::new(stdout).lines().next_line().await?.unwrap_or_default();
        let url = line.strip_prefix("listening on ").context("it does not listen")?.to_owned();
        let id = child.id().context("it has ended")?;
        Ok(Self { url, id, _child: child })
    }

    /// How long it has worked, in all its threads.
    pub fn processor_time(&self) -> Result<Duration> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.id))?;
        // The second field is the name, in parentheses; `utime` and `stime` are the 14th and 15th.
        let (_, fields) = stat.rsplit_once(") ").context("a name in parentheses")?;
        let ticks: Option<Vec<f64>> =
            fields.split(' ').skip(11).take(2).map(|field| field.parse().ok()).collect();
        let ticks: f64 = ticks.context("numbers of ticks")?.iter().sum();
        Ok(Duration::from_secs_f64(ticks / TICKS))
    }

    /// The most memory that it had resident, in bytes.
    pub fn peak_memory(&self) -> Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.id))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kibibytes = line.and_then(|line| line.trim().strip_suffix(" kB")).context("VmHWM")?;
        Ok(kibibytes.parse::<u64>()? << 10)
    }
}
