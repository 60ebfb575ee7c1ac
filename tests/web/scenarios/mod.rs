//! Plays the scenarios of tests/scenarios. The README there explains the format.

#[path = "../../scenarios/compare.rs"]
mod compare;
#[path = "../../scenarios/format.rs"]
mod format;
mod options;
mod player;

use format::Scenario;
use futures::future::{Either, select};
use gloo_timers::future::TimeoutFuture;
use include_dir::{Dir, include_dir};
use std::pin::pin;
use wasm_bindgen_test::{console_log, wasm_bindgen_test as test};

static SUBJECTS: Dir = include_dir!("$CARGO_MANIFEST_DIR/tests/scenarios");

/// How long a scenario may take, in milliseconds. Generous: nothing in it is a matter of speed.
const TIMEOUT: u32 = 60_000;

/// After so many failures the rest is not played: some take half a minute to fail, and the runner waits for five.
const MOST_FAILURES: usize = 4;

#[test]
async fn scenarios() {
    let mut played = 0;
    let mut failures = Vec::new();
    for (title, scenario) in all_scenarios() {
        // If it panics, this is the last line.
        console_log!("{title}");
        played += 1;
        if let Err(problem) = in_time(player::play(&scenario)).await {
            failures.push(format!("{title}\n  {problem}"));
        }
        if failures.len() == MOST_FAILURES {
            break;
        }
    }
    assert!(played > 0, "there are no scenarios");
    assert!(failures.is_empty(), "{} of {played}:\n{}", failures.len(), failures.join("\n"));
}

/// All that the Rust API can play, with the names of their files in their titles.
fn all_scenarios() -> Vec<(String, Scenario)> {
    let mut all = Vec::new();
    for file in SUBJECTS.files().filter(|file| file.path().extension() == Some("json".as_ref())) {
        let name = file.path().display();
        let text = file.contents_utf8().expect("JSON is UTF-8");
        let scenarios: Vec<Scenario> =
            serde_json::from_str(text).unwrap_or_else(|error| panic!("{name}: {error}"));
        let scenarios =
            scenarios.into_iter().filter(|scenario| !scenario.skip.contains_key("rust"));
        all.extend(scenarios.map(|scenario| (format!("{name}: {}", scenario.title), scenario)));
    }
    all
}

async fn in_time(playing: impl Future<Output = Result<(), String>>) -> Result<(), String> {
    match select(pin!(playing), TimeoutFuture::new(TIMEOUT)).await {
        Either::Left((result, _)) => result,
        Either::Right(_) => Err("it hangs".into()),
    }
}
