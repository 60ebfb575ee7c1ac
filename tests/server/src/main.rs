//! The scripted fault server and benchmark server; `README.md` has its routes.

use std::path::PathBuf;
use std::process::ExitCode;

use sluicegate_test_server::Server;
use tokio::signal::unix::{SignalKind, signal};

const USAGE: &str =
    "usage: sluicegate-test-server [--port PORT (0, the default: any free)] [--site DIR]";

fn main() -> ExitCode {
    match options(std::env::args().skip(1)).and_then(|(port, site)| run(port, site)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

fn options(mut args: impl Iterator<Item = String>) -> Result<(u16, Option<PathBuf>), String> {
    let (mut port, mut site) = (0, None);
    while let Some(flag) = args.next() {
        let value = args.next().ok_or(USAGE)?;
        match flag.as_str() {
            "--port" => {
                port = value.parse().map_err(|_| format!("not a port: {value}\n{USAGE}"))?
            }
            "--site" => site = Some(PathBuf::from(value)),
            _ => return Err(format!("unknown flag {flag}\n{USAGE}")),
        }
    }
    Ok((port, site))
}

#[tokio::main]
async fn run(port: u16, site: Option<PathBuf>) -> Result<(), String> {
    let explain = |error: std::io::Error| error.to_string();
    let mut terminated = signal(SignalKind::terminate()).map_err(explain)?;
    let server = Server::bind(port, site).await.map_err(explain)?;
    println!("listening on http://{}", server.local_addr().map_err(explain)?);
    tokio::select! {
        () = server.run() => {}
        _ = terminated.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
    Ok(())
}
