//! Plays tests/scenarios against the machine, with a simulated clock.

use super::{
    World,
    driver::Failed,
    scenario::{EndpointScript, ExpectedError, ExpectedRequest, Move, Options, Scenario},
};
use serde_json::Value;
use std::{
    boxed::Box,
    eprintln, format, fs,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    string::String,
    vec::Vec,
};

/// Milliseconds: an hour stands for a wait that is never over.
const NEVER: f64 = 3_600_000.0;

/// Plays a scenario, and compares what was seen with what is expected.
///
/// # Panics
/// If they differ, or if something happens that must not.
fn play(scenario: &Scenario, options: &Options) {
    let attempts = scenario.server.attempts();
    let mut world = World::new(options, Box::new(attempts), scenario.consumer.clone());
    world.driver.endpoint = scenario.endpoint.clone();
    world.run();
    assert!(world.consumer.stuck().is_none(), "never made: {:?}", world.consumer.stuck());
    assert!(world.consumer.is_over, "the end was not reached");
    assert!(world.driver.ended_at < NEVER, "a wait that is never over was over");
    compare(&world, scenario);
}

fn compare(world: &World<'_>, Scenario { expect: expected, options, .. }: &Scenario) {
    let taken = &world.consumer.taken;
    let are_equal = taken.len() == expected.events.len()
        && expected.events.iter().zip(taken).all(|(expected, event)| expected.matches(event));
    assert!(are_equal, "events: {taken:?}\ninstead of {:?}", expected.events);
    let driver = &world.driver;
    let end = driver.end.expect("an end");
    assert_eq!(end.ending.as_str(), expected.outcome, "outcome, {:?}", driver.error);
    assert_eq!(driver.dropped, expected.dropped, "dropped");
    match (&driver.error, &expected.error) {
        (None, None) => {}
        (Some(error), Some(expected)) => compare_error(error, expected),
        (seen, expected) => panic!("error: {seen:?} instead of {expected:?}"),
    }
    assert_eq!(world.consumer.reason, expected.reason, "reason");
    let notified = driver.notification.as_ref().map(|notification| notification.notified);
    assert_eq!(notified, expected.notified, "notified");
    if let Some(id) = &expected.last_event_id {
        assert_eq!(world.last_event_id(), id, "lastEventId");
    }
    let is_reached = matches!(driver.endpoint, EndpointScript::Answers { .. });
    let received = if is_reached { driver.notifications } else { 0 };
    assert_eq!(received, expected.notifications.len(), "notifications");
    for notification in &expected.notifications {
        let cancel = options.cancel.as_ref();
        let method = cancel.and_then(|cancel| cancel.method.as_deref()).unwrap_or("POST");
        assert!(notification.method.as_deref().is_none_or(|expected| expected == method));
    }
    if let Some(requests) = &expected.requests {
        assert_eq!(world.connections.len(), requests.len(), "the number of requests");
        for (index, expected) in requests.iter().enumerate() {
            compare_request(world, index, expected);
        }
    }
}

fn compare_error(error: &Failed, expected: &ExpectedError) {
    let Failed { code, status, attempt, retryable, cause } = error;
    let is = expected.code.as_ref().is_none_or(|expected| expected == code)
        && expected.status.as_ref().is_none_or(|expected| {
            *expected == status.map_or(Value::Null, |status| Value::from(status))
        })
        && expected.attempt.is_none_or(|expected| expected == *attempt)
        && expected.retryable.is_none_or(|expected| expected == *retryable);
    assert!(is, "error: {error:?} instead of {expected:?}");
    if let Some(expected) = &expected.cause {
        compare_error(cause.as_ref().expect("a cause"), expected);
    }
}

fn compare_request(world: &World<'_>, index: usize, expected: &ExpectedRequest) {
    let connection = &world.connections[index];
    let number = index + 1;
    if let Some(method) = &expected.method {
        assert_eq!(world.setup.method, *method, "method of request {number}");
    }
    if let Some(outcome) = &expected.outcome {
        assert_eq!(connection.outcome, outcome, "outcome of request {number}");
    }
    if let Some(id) = expected.headers.get("last-event-id") {
        let id = id.as_deref().unwrap_or("");
        assert_eq!(connection.last_event_id, id, "Last-Event-ID of request {number}");
    }
    if let Some(wait) = expected.waited_ms {
        let before = world.connections[index - 1].over.expect("an end");
        let waited = connection.started - before;
        assert!(waited >= wait, "request {number} came after {waited} ms");
    }
}

/// The ways in which a driver may do what a scenario leaves open.
fn variants(scenario: &Scenario) -> Vec<Options> {
    let mut variants = Vec::new();
    for piece in [0, 1, 5] {
        let mut options = scenario.options.clone();
        options.native.piece = piece;
        variants.push(options);
    }
    // A consumer that stands from the start would never open the stream.
    let first = scenario.consumer.iter().find(|what| !matches!(what, Move::Check { .. }));
    if !matches!(first, Some(Move::StandUntil(_) | Move::Stand(_))) {
        let mut options = scenario.options.clone();
        options.native.opened_by_pull = true;
        variants.push(options);
    }
    variants
}

fn read(file: &Path) -> Vec<Scenario> {
    let text = fs::read_to_string(file).expect("a readable file");
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

#[test]
fn scenarios() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios");
    let mut files: Vec<_> = fs::read_dir(&folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .collect();
    files.sort();
    let (mut played, mut skipped) = (0, 0);
    let mut failed: Vec<String> = Vec::new();
    for file in files {
        for scenario in read(&file) {
            if scenario.skip.contains_key("native") {
                skipped += 1;
                continue;
            }
            played += 1;
            for options in variants(&scenario) {
                if catch_unwind(AssertUnwindSafe(|| play(&scenario, &options))).is_err() {
                    let subject = file.file_stem().unwrap_or_default().to_string_lossy();
                    let how = &options.native;
                    failed.push(format!("{subject}: {} ({how:?})", scenario.title));
                    break;
                }
            }
        }
    }
    eprintln!("{played} scenarios played, {skipped} skipped");
    assert!(failed.is_empty(), "{} failed:\n{}", failed.len(), failed.join("\n"));
    assert!(played >= 60);
}
