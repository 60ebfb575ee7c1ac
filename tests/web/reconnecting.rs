//! Connections that break. See tests/scenarios/breaking.json and others, too.

use crate::support::{SERVER, Script, all_data, quickly, unless_told_never, while_waiting};
use gloo_timers::future::TimeoutFuture;
use serde_json::json;
use sluicegate::{EventStream, State};
use std::time::Duration;
use wasm_bindgen_test::wasm_bindgen_test as test;

#[test]
async fn an_id_goes_out_in_utf_8() {
    let script = Script::new(json!([
        { "steps": [{ "send": "id: ż 1\ndata: a\n\n" }] },
        { "steps": [{ "send": "data: [DONE]\n\n" }] },
    ]))
    .await;
    let builder = EventStream::builder(&script.url()).done("[DONE]").retry(quickly());
    assert_eq!(all_data(builder.open().unwrap()).await, ["a"]);
    let log = script.over(2).await;
    let id = log[1].header("last-event-id").unwrap();
    // The log of what an engine sends as it should has one character a byte.
    let spread: String = "ż 1".bytes().map(char::from).collect();
    assert!(id == "ż 1" || id == spread, "{id:?}");
}

#[test]
async fn dropped_while_it_waits_it_never_comes_back() {
    let unavailable_for_a_second =
        || json!([{ "status": 503, "headers": { "retry-after": "1", "connection": "close" } }]);
    let script = Script::new(unavailable_for_a_second()).await;
    let mut stream = EventStream::builder(&script.url()).retry(unless_told_never()).open().unwrap();
    // The server has answered before the stream knows it.
    while stream.state() != State::Waiting {
        while_waiting(&mut stream, TimeoutFuture::new(1)).await;
    }
    drop(stream);
    // It would have come back before this one, which begins to wait for a second only now.
    let witness = Script::new(unavailable_for_a_second()).await;
    let mut waiting =
        EventStream::builder(&witness.url()).retry(unless_told_never()).open().unwrap();
    while_waiting(&mut waiting, witness.over(2)).await;
    script.over(1).await;
}

#[test]
async fn whatever_breaks_no_event_is_lost_or_seen_twice() {
    for seed in 1..=8 {
        let key = format!("rust-{}-{seed}", js_sys::Date::now());
        let url = format!("{SERVER}/numbered/{key}?seed={seed}");
        let builder = EventStream::builder(&url).done("[DONE]").retry(quickly());
        let stream = builder.idle_timeout(Duration::from_millis(500)).open().unwrap();
        let expected: Vec<_> = (1..=200).map(|k| format!("event {k} żółć 漢字 😀")).collect();
        assert_eq!(all_data(stream).await, expected, "seed {seed}");
    }
}
