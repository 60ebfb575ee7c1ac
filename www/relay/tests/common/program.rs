//! The relay's program, as a child process.

use std::process::Stdio;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use super::PATIENCE;

const PROGRAM: &str = env!("CARGO_BIN_EXE_sluicegate-relay");

/// The program with these arguments, and no secrets from the environment.
pub fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(PROGRAM);
    command
        .args(arguments)
        .env_remove("OPENAI_API_KEY")
        .env_remove("SLUICEGATE_AUTH_SECRET")
        .kill_on_drop(true);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Starts the program, and returns the URL of its first line.
pub async fn start(command: &mut Command) -> (Child, String) {
    let mut child = command.spawn().unwrap();
    let mut line = String::new();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    timeout(PATIENCE, stdout.read_line(&mut line)).await.expect("a line").unwrap();
    let url = line.strip_prefix("listening on ").expect(&line).trim_end().to_owned();
    assert!(url.starts_with("http://127.0.0.1:"), "{url}");
    (child, url)
}
