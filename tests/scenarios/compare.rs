//! What scenarios expect: members that are not named are not compared, and null is what is absent.

use serde::Serialize;
use serde_json::{Map, Value, json};
// The crate that the native player is in has no prelude of `std`.
use std::{format, string::String, vec::Vec};

/// Timers of browsers may be this much early: a part of the time.
const EARLY: f64 = 0.05;

/// Compares what is expected at all.
pub fn compare(what: &str, seen: &Value, expected: &Value) -> Result<(), String> {
    let seen = like(seen, expected);
    let is_same = seen == *expected;
    if is_same { Ok(()) } else { Err(format!("{what}: {seen}, not {expected}")) }
}

/// What of a value is expected at all. What is not there is null.
fn like(seen: &Value, expected: &Value) -> Value {
    match (seen, expected) {
        (Value::Object(seen), Value::Object(expected)) => {
            let members = expected.iter().map(|(name, expected)| {
                (name.clone(), like(seen.get(name).unwrap_or(&Value::Null), expected))
            });
            Value::Object(members.collect::<Map<_, _>>())
        }
        (Value::Array(seen), Value::Array(expected)) => {
            let nothing = Value::Null;
            let items = seen.iter().enumerate();
            let items = items.map(|(at, item)| like(item, expected.get(at).unwrap_or(&nothing)));
            Value::Array(items.collect())
        }
        _ => seen.clone(),
    }
}

/// Compares requests with a server's log of them.
pub fn compare_requests(log: &[impl Serialize], expected: &[Value]) -> Result<(), String> {
    let log: Vec<_> = log.iter().map(|entry| json!(entry)).collect();
    for (at, (seen, expected)) in log.iter().zip(expected).enumerate() {
        let what = format!("request {}", at + 1);
        let mut expected = expected.clone();
        let waited = expected.as_object_mut().and_then(|members| members.remove("waitedMs"));
        compare(&what, seen, &expected)?;
        let Some(least) = waited.as_ref().and_then(Value::as_f64) else { continue };
        let closed = at.checked_sub(1).and_then(|before| log[before]["closedMs"].as_f64());
        let started = seen["startedMs"].as_f64();
        let waited = started.zip(closed).map(|(started, closed)| started - closed);
        if waited.is_none_or(|waited| waited < least * (1.0 - EARLY)) {
            return Err(format!("{what}: after {waited:?} ms, not {least}"));
        }
    }
    Ok(())
}
