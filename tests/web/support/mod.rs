//! What the tests have in common.

mod server;

pub use server::{Counters, Entry, Held, SERVER, Script, Sink};

use futures::{
    StreamExt as _,
    future::{Either, select},
};
use gloo_timers::future::TimeoutFuture;
use sluicegate::{Error, Event, EventStream, RetryPolicy};
use std::pin::pin;

/// Where nobody listens.
pub const UNREACHABLE: &str = "http://127.0.0.1:2/nobody";

/// How long something may take that is to come.
const PATIENCE_MS: f64 = 30_000.0;
const INTERVAL_MS: u32 = 10;

/// Looks again and again until there is something to see. What is there instead is said in the
/// panic that follows after half a minute.
pub async fn eventually<T>(look: impl AsyncFnMut() -> Result<T, String>) -> T {
    soon(look).await.unwrap_or_else(|instead| panic!("{instead}"))
}

/// As `eventually`, but what is there instead is returned.
pub async fn soon<T>(mut look: impl AsyncFnMut() -> Result<T, String>) -> Result<T, String> {
    let end = js_sys::Date::now() + PATIENCE_MS;
    loop {
        match look().await {
            Err(_) if js_sys::Date::now() < end => TimeoutFuture::new(INTERVAL_MS).await,
            result => return result,
        }
    }
}

/// A `fetch` function that returns this, an expression in JavaScript. `stream(text, isBroken)` is an
/// event stream.
pub fn handmade(response: &str) -> js_sys::Function {
    let stream = "const stream = (text, isBroken) => new Response(new ReadableStream({
        start: (controller) => controller.enqueue(new TextEncoder().encode(text)),
        pull: (controller) => isBroken ? controller.error(new TypeError('reset')) : controller.close(),
    }, { highWaterMark: 0 }), { headers: { 'content-type': 'text/event-stream', 'x-job': '7' } })";
    js_sys::Function::new_with_args("url, init", &format!("{stream}\nreturn {response}"))
}

/// Reconnects at once.
pub fn quickly() -> RetryPolicy {
    RetryPolicy { initial_delay: 1.0, min_delay: 0.0, ..RetryPolicy::default() }
}

/// Reconnects in an hour, unless the server says otherwise.
pub fn unless_told_never() -> RetryPolicy {
    const HOUR: f64 = 3_600_000.0;
    RetryPolicy {
        initial_delay: HOUR,
        max_delay: HOUR,
        jitter: 0.0,
        min_delay: 0.0,
        ..RetryPolicy::default()
    }
}

/// The next event, which has to come.
pub async fn event(stream: &mut EventStream) -> Event {
    stream.next().await.expect("an event, not the end").expect("an event, not an error")
}

/// The error that has to be next, and after which nothing comes.
pub async fn failure(stream: &mut EventStream) -> Error {
    let error = stream.next().await.expect("an error, not the end").expect_err("an error");
    assert!(stream.next().await.is_none(), "the error is the last item");
    error
}

/// The data of all events to the end, which has to be a good one.
pub async fn all_data(stream: EventStream) -> Vec<String> {
    stream.map(|event| event.expect("an event").data).collect().await
}

/// Polls the stream, which has nothing to give, until `other` is there.
pub async fn while_waiting<T>(stream: &mut EventStream, other: impl Future<Output = T>) -> T {
    match select(stream.next(), pin!(other)).await {
        Either::Left((item, _)) => panic!("nothing was to come, not {item:?}"),
        Either::Right((value, _)) => value,
    }
}
