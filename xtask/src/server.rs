//! A server of ours that runs for as long as a test needs it.

use anyhow::{Context as _, Result, bail};
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

/// Killed when dropped.
pub struct Server {
    pub url: String,
    child: Child,
}

impl Server {
    /// Starts it and waits for the `listening on URL` line that our servers print first.
    pub fn start(command: &mut Command) -> Result<Self> {
        let child = command
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("could not start {}", command.get_program().display()))?;
        let mut server = Self { url: String::new(), child };
        let stdout = server.child.stdout.take().context("stdout is piped")?;
        let mut stdout = BufReader::new(stdout);
        let mut line = String::new();
        stdout.read_line(&mut line)?;
        let Some(url) = line.trim().strip_prefix("listening on ") else {
            bail!("{} said {line:?}, not where it listens", command.get_program().display());
        };
        server.url = url.to_owned();
        // Whatever it prints later is shown; a pipe that nobody reads would block it.
        std::thread::spawn(move || std::io::copy(&mut stdout, &mut std::io::stdout()));
        Ok(server)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Both fail only if the server has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
