//! The binary: its first line, its flags and its end.

mod client;

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use client::{get_json, read_until, send};

const BINARY: &str = env!("CARGO_BIN_EXE_sluicegate-test-server");

#[test]
fn says_where_it_listens_and_ends_on_sigterm_with_streams_open() {
    let mut child = Command::new(BINARY).stdout(Stdio::piped()).spawn().expect("a process");
    let mut line = String::new();
    let mut output = BufReader::new(child.stdout.take().expect("its output"));
    output.read_line(&mut line).expect("a line");
    let address = line.trim().strip_prefix("listening on http://").expect("an address");
    let address = address.parse().expect("an address");
    assert_eq!(get_json(address, "/counters")["open"], 0);
    let mut stream = send(address, "GET", "/open/a", "", "");
    read_until(&mut stream, b"\n\n\r\n");
    let killed = Command::new("kill").args(["-TERM", &child.id().to_string()]).status();
    assert!(killed.expect("kill").success());
    assert!(child.wait().expect("an end").success());
}

#[test]
fn refuses_flags_that_it_does_not_know() {
    for args in [&["--prot", "1"][..], &["--port", "x"], &["--port"]] {
        let output = Command::new(BINARY).args(args).output().expect("a process");
        assert!(!output.status.success());
        assert!(String::from_utf8_lossy(&output.stderr).contains("usage: sluicegate-test-server"));
    }
}
