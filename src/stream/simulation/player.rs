//! Plays tests/scenarios against the machine, with a simulated clock.

use super::{
    World,
    compare::{compare, compare_requests},
    consumer::without_texts,
    format::{Endpoint, Expectation, Move, Options, Scenario},
    outcome::Failed,
    script,
    server::{Position, Request},
};
use serde_json::{Value, json};
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
    let attempts = script::attempts(&scenario.server);
    let mut world = World::new(options, Box::new(attempts), scenario.consumer.clone());
    world.driver.endpoint = scenario.endpoint.clone();
    world.run();
    assert!(world.consumer.stuck().is_none(), "never made: {:?}", world.consumer.stuck());
    assert!(world.consumer.is_over, "the end was not reached");
    assert!(world.driver.ended_at < NEVER, "a wait that is never over was over");
    compare_all(&world, &scenario.expect).unwrap_or_else(|problem| panic!("{problem}"));
}

fn compare_all(world: &World<'_>, expected: &Expectation) -> Result<(), String> {
    let driver = &world.driver;
    let events = expected.events.iter().map(|event| match event {
        Value::String(data) => json!({ "data": data }),
        pattern => pattern.clone(),
    });
    let taken = world.consumer.taken.iter().map(|event| {
        json!({
            "type": event.event_type,
            "data": event.data,
            "lastEventId": event.last_event_id,
        })
    });
    compare("events", &taken.collect(), &events.collect())?;
    let outcome = json!({
        "outcome": driver.end.map(|end| end.outcome_type.as_str()),
        "dropped": driver.dropped,
        "reason": world.consumer.reason,
        "notified": driver.notification.as_ref().map(|notification| notification.notified),
    });
    let expected_outcome = json!({
        "outcome": expected.outcome,
        "dropped": expected.dropped.unwrap_or(0),
        "reason": expected.reason,
        "notified": expected.notified,
    });
    compare("the end", &outcome, &expected_outcome)?;
    let error = driver.error.as_ref().map(Failed::to_json);
    compare("error", &json!(error), &without_texts(&json!(expected.error)))?;
    if let Some(id) = &expected.last_event_id {
        compare("lastEventId", &json!(world.last_event_id()), &json!(id))?;
    }
    let is_reached = matches!(driver.endpoint, Endpoint::Answer(_));
    let received = if is_reached { driver.notifications } else { 0 };
    compare("notifications", &json!(received), &json!(expected.notifications.len()))?;
    let Some(requests) = &expected.requests else { return Ok(()) };
    compare("the number of requests", &json!(world.connections.len()), &json!(requests.len()))?;
    let requests: Vec<Value> = requests.iter().map(comparable).collect();
    compare_requests(&log(world), &requests)
}

/// The requests as the test server's log has them.
fn log(world: &World<'_>) -> Vec<Value> {
    let connections = world.connections.iter();
    let entries = connections.map(|connection| {
        let Request { last_event_id, position } = &connection.request;
        let id = Some(last_event_id).filter(|id| !id.is_empty());
        let method = match position {
            Some(_) => &world.setup.resume_method,
            None => &world.setup.method,
        };
        json!({
            "method": method,
            "headers": { "last-event-id": id, "x-position": position.as_ref().map(header_of) },
            "outcome": connection.outcome,
            "startedMs": connection.started,
            "closedMs": connection.over,
        })
    });
    entries.collect()
}

/// The header in which players say where a resuming request goes on.
fn header_of(position: &Position) -> String {
    let Position { job, cursor, events, bytes } = position;
    let or_none = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".into());
    format!("{} {} {events} {bytes}", or_none(job), or_none(cursor))
}

/// What of an expected request a machine decides: the other headers and the body are the drivers'.
fn comparable(expected: &Value) -> Value {
    let mut expected = without_texts(expected);
    if let Some(Value::Object(headers)) = expected.get_mut("headers") {
        headers.retain(|name, _| name == "last-event-id" || name == "x-position");
    }
    expected
}

/// The ways in which a driver may do what a scenario leaves open.
fn variants(scenario: &Scenario) -> Vec<Options> {
    let mut variants = Vec::new();
    for piece in [0, 1, 5] {
        let mut options = scenario.options.clone();
        options.native.piece = piece;
        options.native.hands_on_bytes = piece > 0;
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
