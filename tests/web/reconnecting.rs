//! Connections that break, and what comes after.

use crate::support::{
    SERVER, Script, all_data, event, failure, quickly, unless_told_never, while_waiting,
};
use futures::StreamExt as _;
use gloo_timers::future::TimeoutFuture;
use serde_json::json;
use sluicegate::{ErrorCode, EventStream, OutcomeType, State};
use std::time::Duration;
use wasm_bindgen_test::wasm_bindgen_test as test;

#[test]
async fn the_last_event_id_goes_out_with_the_next_attempt() {
    let script = Script::new(json!([
        { "steps": [
            { "send": "data: a\n\nid: ż 1\ndata: b\n\nid: lost\ndata: half" },
            { "waitFor": "seen" },
            { "reset": true },
        ] },
        { "steps": [{ "send": "data: c\n\nid: 2\ndata: d\n\n" }] },
        { "steps": [{ "send": "data: [DONE]\n\n" }] },
    ]))
    .await;
    let builder = EventStream::builder(&script.url()).last_event_id("start").done("[DONE]");
    let mut stream = builder.retry(quickly()).open().unwrap();
    assert_eq!(stream.last_event_id(), "start");
    assert_eq!(event(&mut stream).await.last_event_id, "start");
    assert_eq!(event(&mut stream).await.data, "b");
    script.signal("seen").await;
    let third = event(&mut stream).await;
    assert_eq!((third.data.as_str(), third.last_event_id.as_str()), ("c", "ż 1"));
    assert_eq!(event(&mut stream).await.data, "d");
    assert!(stream.next().await.is_none());
    assert_eq!(stream.outcome().unwrap().outcome_type, OutcomeType::Done);

    let log = script.over(3).await;
    let ids: Vec<_> = log.iter().map(|entry| entry.header("last-event-id").unwrap()).collect();
    // UTF-8, as the standard wants it; the server's log has one character a byte.
    let spread: String = "ż 1".bytes().map(char::from).collect();
    assert!(ids == ["start", "ż 1", "2"] || ids == ["start", &spread, "2"], "{ids:?}");
}

#[test]
async fn an_id_with_control_characters_is_a_final_error() {
    for id in ["\u{1}", "a\u{1b}b", "\u{7f}", "é\u{1f}"] {
        let script = Script::streaming(json!([{ "send": format!("id: {id}\ndata: a\n\n") }])).await;
        let mut stream = EventStream::builder(&script.url()).retry(quickly()).open().unwrap();
        assert_eq!(event(&mut stream).await.last_event_id, id);
        let error = failure(&mut stream).await;
        assert_eq!(error.code, ErrorCode::InvalidOptions);
        assert_eq!(error.message, "an event id with control characters can't be sent");
        script.over(1).await;
    }
}

#[test]
async fn a_post_is_sent_again_only_if_that_was_asked_for() {
    let steps = json!([{ "send": "id: 1\ndata: a\n\n" }, { "waitFor": "seen" }, { "reset": true }]);
    let unasked = Script::streaming(steps).await;
    let builder = EventStream::builder(&unasked.url()).method("POST").body("x");
    let mut stream = builder.open().unwrap();
    assert_eq!(event(&mut stream).await.data, "a");
    unasked.signal("seen").await;
    assert_eq!(failure(&mut stream).await.code, ErrorCode::Network);
    unasked.over(1).await;

    let asked = Script::new(json!([
        { "steps": [
            { "send": "retry: 0\nid: 1\ndata: a\n\n" }, { "waitFor": "seen" }, { "reset": true },
        ] },
        { "steps": [{ "send": "data: b\n\n" }] },
    ]))
    .await;
    let builder = EventStream::builder(&asked.url()).method("POST").body("x").retry(quickly());
    let mut stream = builder.open().unwrap();
    assert_eq!(event(&mut stream).await.data, "a");
    asked.signal("seen").await;
    assert_eq!(event(&mut stream).await.data, "b");
    assert!(stream.next().await.is_none());
    let log = asked.over(2).await;
    assert_eq!(log[1].header("last-event-id"), Some("1"));
    assert!(log.iter().all(|entry| entry.method == "POST" && entry.body == "x"));
}

#[test]
async fn retry_after_is_kept_to() {
    let script = Script::new(json!([
        { "status": 503, "headers": { "retry-after": "0", "connection": "close" } },
        { "status": 429, "headers": { "retry-after": "1", "connection": "close" } },
        { "steps": [{ "send": "data: a\n\n" }, { "stall": true }] },
    ]))
    .await;
    let mut stream = EventStream::builder(&script.url()).retry(unless_told_never()).open().unwrap();
    assert_eq!(event(&mut stream).await.data, "a");
    drop(stream);
    let log = script.over(3).await;
    let waited = log[2].started_ms - log[1].closed_ms.unwrap();
    // Not a millisecond's accuracy: browsers round their timers.
    assert!(waited > 950.0, "{waited} ms");
}

#[test]
async fn retry_from_the_server_is_the_new_delay() {
    let script = Script::new(json!([
        { "steps": [{ "send": "retry: 1\n\n" }] },
        { "steps": [{ "send": "data: a\n\n" }, { "stall": true }] },
    ]))
    .await;
    let mut stream = EventStream::builder(&script.url()).retry(unless_told_never()).open().unwrap();
    assert_eq!(event(&mut stream).await.data, "a");
    drop(stream);
    script.over(2).await;
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
