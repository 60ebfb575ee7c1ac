//! `cargo xtask bench relay`: how much one replica of the relay takes, next to a plain axum handler
//! that does the same work, on the same machine and in front of the same model.
//!
//! Usage: `sluicegate-relay-bench PATH-OF-THE-RELAY`. It starts itself again as the model and as the
//! plain handler.

mod load;
mod model;
mod plain;
mod process;

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use load::Load;
use process::Process;

/// Many readers of models that write ten tokens a second each.
const MANY: Load =
    Load { streams: 5000, warm_up: Duration::from_secs(3), time: Duration::from_secs(10) };

/// Few readers of models that write as fast as they are read.
const FAST: Load =
    Load { streams: 100, warm_up: Duration::from_secs(1), time: Duration::from_secs(5) };

/// What one replica has to take at least: frames a second with [`MANY`], and bytes of memory at most.
const GOAL_FRAMES: f64 = 50_000.0;
const GOAL_MEMORY: u64 = 300 << 20;

/// How far under the goal the clocks of two processes may leave it.
const TOLERANCE: f64 = 0.99;

struct Figures {
    frames_per_second: f64,
    /// Of the server's processor time, in microseconds.
    time_per_frame: f64,
    /// The most memory that the server had resident, in bytes.
    memory: u64,
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["model", pace] => model::serve(Duration::from_millis(pace.parse()?)).await,
        ["plain", model] => plain::serve(model).await,
        [relay] => compare(Path::new(relay)).await,
        _ => bail!("say where the relay's program is"),
    }
}

async fn compare(relay: &Path) -> Result<()> {
    let own = std::env::current_exe()?;
    let mut all = Vec::new();
    for (pace, load) in [("100", MANY), ("0", FAST)] {
        let model = Process::start(&own, &["model", pace]).await?;
        let flags = ["--port", "0", "--upstream", &model.url, "--model", "m"];
        let ours = measure(Process::start(relay, &flags).await?, load).await?;
        let plain = measure(Process::start(&own, &["plain", &model.url]).await?, load).await?;
        all.push([ours, plain]);
    }
    let [many, fast] = &all[..] else { unreachable!() };
    println!("one replica, {} cores for it, its model and its readers:\n", cores());
    println!("| | relay | plain axum handler | ratio |\n| --- | --- | --- | --- |");
    let row = |what: &str, figures: &[Figures; 2], of: fn(&Figures) -> f64, digits: usize| {
        let [ours, plain] = figures.each_ref().map(of);
        println!("| {what} | {ours:.digits$} | {plain:.digits$} | {:.2} |", ours / plain);
    };
    let mebibytes = |figures: &Figures| figures.memory as f64 / f64::from(1 << 20);
    let at_10 = format!("{} open streams, 10 tokens a second each", MANY.streams);
    row(&format!("{at_10}: frames a second"), many, |f| f.frames_per_second, 0);
    row("the same: µs of processor time a frame", many, |f| f.time_per_frame, 1);
    row("the same: MiB resident at most", many, mebibytes, 0);
    let fastest = format!("{} streams, as fast as it goes: frames a second", FAST.streams);
    row(&fastest, fast, |f| f.frames_per_second, 0);
    row("the same: µs of processor time a frame", fast, |f| f.time_per_frame, 1);
    let [ours, _] = many;
    if ours.frames_per_second < GOAL_FRAMES * TOLERANCE || ours.memory > GOAL_MEMORY {
        bail!("the goal is {GOAL_FRAMES} frames a second in {} MiB", GOAL_MEMORY >> 20);
    }
    Ok(())
}

async fn measure(server: Process, load: Load) -> Result<Figures> {
    let readers = load.open(&server.url).await?;
    tokio::time::sleep(load.warm_up).await;
    let before = (readers.frames(), server.processor_time()?);
    let start = std::time::Instant::now();
    tokio::time::sleep(load.time).await;
    let frames = (readers.frames() - before.0) as f64;
    let elapsed = start.elapsed();
    let time = server.processor_time()? - before.1;
    let memory = server.peak_memory()?;
    readers.check().context("a stream ended early")?;
    Ok(Figures {
        frames_per_second: frames / elapsed.as_secs_f64(),
        time_per_frame: time.as_secs_f64() * 1e6 / frames,
        memory,
    })
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}
