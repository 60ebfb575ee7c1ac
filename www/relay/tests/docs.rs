//! The commands in ROUTES.md, run as they stand there, against the program.

mod common;

use std::process::Stdio;

use common::PATIENCE;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;

const DOCS: &str = include_str!("../ROUTES.md");

/// Slow enough to disturb an answer while it is written.
const FLAGS: [&str; 6] = ["--port", "0", "--weather", "--tutorial", "--tokens-per-second", "20"];

/// A command, and what has to be in its output: lines in this order, with anything in between. A line
/// that ends in `…` is the start of one.
struct Example<'a> {
    command: String,
    prints: Vec<&'a str>,
}

/// The examples of each `sh` block, but for the one that sets `$RELAY`.
fn blocks() -> Vec<Vec<Example<'static>>> {
    let blocks = DOCS.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let examples = |block: &'static str| {
        let mut examples: Vec<Example<'static>> = Vec::new();
        for line in block.lines().filter(|line| !line.is_empty()) {
            match line.strip_prefix('#') {
                Some(printed) => {
                    let example = examples.last_mut().expect("a command above its output");
                    example.prints.push(printed.strip_prefix(' ').unwrap_or(printed));
                }
                None => examples.push(Example { command: line.to_owned(), prints: Vec::new() }),
            }
        }
        examples
    };
    blocks.filter(|block| !block.starts_with("export ")).map(examples).collect()
}

fn assert_prints(example: &Example<'_>, output: &str) {
    let mut lines = output.lines();
    for wanted in &example.prints {
        let found = match wanted.strip_suffix('…') {
            Some(start) => lines.any(|line| line.starts_with(start)),
            None => lines.any(|line| line == *wanted),
        };
        assert!(found, "{}\nprints no {wanted:?} where it should:\n{output}", example.command);
    }
}

struct Shell {
    relay: String,
    message: String,
}

impl Shell {
    fn command(&self, line: &str) -> Command {
        let mut command = Command::new("bash");
        command.args(["-c", line]).env("RELAY", &self.relay).env("MESSAGE", &self.message);
        // So that the progress meter does not get into the way, and no proxy.
        command.env("CURL_HOME", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/common"));
        command.stdout(Stdio::piped()).stdin(Stdio::null()).kill_on_drop(true);
        command
    }

    async fn run(&mut self, example: &Example<'_>) {
        let output = timeout(PATIENCE, self.command(&example.command).output()).await;
        let output = output.unwrap_or_else(|_| panic!("{} does not end", example.command)).unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success(), "{}: {}\n{text}", example.command, output.status);
        assert_prints(example, &text);
        if let Some(id) = text.strip_prefix(r#"{"messageId":""#) {
            self.message = id.trim_end_matches("\"}").to_owned();
        }
    }

    /// Starts a command that goes on beside the next ones, and waits until it has printed something.
    async fn start(&self, line: &str) -> (Child, String, BufReader<ChildStdout>) {
        let mut child = self.command(&format!("exec {line}")).spawn().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut first = String::new();
        timeout(PATIENCE, output.read_line(&mut first)).await.expect("a first line").unwrap();
        (child, first, output)
    }
}

#[tokio::test]
async fn each_command_prints_what_it_is_said_to() {
    let mut relay = Command::new(env!("CARGO_BIN_EXE_sluicegate-relay"));
    relay.args(FLAGS).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
    let mut relay = relay.spawn().unwrap();
    let mut line = String::new();
    let mut stdout = BufReader::new(relay.stdout.take().unwrap());
    timeout(PATIENCE, stdout.read_line(&mut line)).await.expect("a line").unwrap();
    let url = line.trim_end().strip_prefix("listening on ").unwrap();
    let mut shell = Shell { relay: url.to_owned(), message: String::new() };

    let blocks = blocks();
    assert!(blocks.len() >= 4, "ROUTES.md has its examples in other blocks now");
    for block in &blocks {
        let mut beside = Vec::new();
        for example in block {
            match example.command.strip_suffix(" &") {
                Some(command) => beside.push((example, shell.start(command).await)),
                None => shell.run(example).await,
            }
        }
        for (example, (_child, mut text, mut output)) in beside {
            let end = timeout(PATIENCE, output.read_to_string(&mut text)).await;
            end.unwrap_or_else(|_| panic!("{} does not end", example.command)).unwrap();
            assert_prints(example, &text);
        }
    }
}

#[test]
fn each_route_has_a_command() {
    let commands: Vec<_> = blocks().into_iter().flatten().map(|example| example.command).collect();
    let (_, routes) = DOCS.split_once("## Routes").unwrap();
    let (routes, _) = routes.split_once("## ").unwrap();
    let mut count = 0;
    for row in routes.lines().filter_map(|line| line.strip_prefix("| `")) {
        let path = row.split('`').find_map(|cell| cell.find('/').map(|at| &cell[at..])).unwrap();
        let start = path.split(['{', '?']).next().unwrap();
        let called = |command: &&String| command.contains(&format!("$RELAY{start}"));
        assert!(commands.iter().any(|command| called(&command)), "no command calls {path}");
        count += 1;
    }
    assert_eq!(count, 16);
}
