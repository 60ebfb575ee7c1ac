//! Other ways in and out: requests and responses of `gloo_net`, batches, frames, combinators.
#![cfg(feature = "gloo-net")]

use crate::support::{Script, all_data, event, failure, quickly};
use futures::{StreamExt as _, TryStreamExt as _};
use gloo_net::http::{Request, Response};
use serde_json::json;
use sluicegate::{ErrorCode, EventStream, OutcomeType, sse::Format};
use wasm_bindgen_test::wasm_bindgen_test as test;

async fn script_of(text: &str) -> Script {
    Script::streaming(json!([{ "send": text }])).await
}

#[test]
async fn a_request_of_gloo_is_the_streams_and_can_be_repeated() {
    let script = Script::new(json!([
        { "steps": [{ "send": "id: 1\ndata: a\n\n" }, { "waitFor": "seen" }, { "reset": true }] },
        { "steps": [{ "send": "data: b\n\n" }, { "send": "data: [DONE]\n\n" }] }
    ]))
    .await;
    let request = Request::post(&script.url())
        .header("x-mine", "yes")
        .json(&json!({ "prompt": "hi" }))
        .unwrap();
    let builder = EventStream::from_request(request).retry(quickly()).done("[DONE]");
    let mut stream = builder.open().unwrap();
    assert_eq!(event(&mut stream).await.data, "a");
    script.signal("seen").await;
    assert_eq!(event(&mut stream).await.data, "b");
    assert!(stream.next().await.is_none());
    let log = script.over(2).await;
    for entry in &log {
        assert_eq!((entry.method.as_str(), entry.header("x-mine")), ("POST", Some("yes")));
        assert_eq!(entry.header("content-type"), Some("application/json"));
        assert_eq!(entry.body, r#"{"prompt":"hi"}"#);
    }
    assert_eq!(log[1].header("last-event-id"), Some("1"));
}

#[test]
async fn the_signal_of_a_request_is_the_streams() {
    let script = Script::streaming(json!([{ "send": "data: a\n\n" }, { "stall": true }])).await;
    let controller = web_sys::AbortController::new().unwrap();
    let request = Request::get(&script.url()).abort_signal(Some(&controller.signal()));
    let request = request.build().unwrap();
    let mut stream = EventStream::from_request(request).open().unwrap();
    event(&mut stream).await;
    controller.abort_with_reason(&"enough".into());
    let error = failure(&mut stream).await;
    assert_eq!(error.code, ErrorCode::Aborted);
    assert_eq!(error.cause.as_string().as_deref(), Some("enough"));
}

#[test]
async fn a_request_whose_body_was_read_is_refused() {
    let request = Request::post("/nowhere").body("text").unwrap();
    let request = web_sys::Request::from(request);
    let _ = request.text().unwrap();
    let error = EventStream::from_request(request).open().unwrap_err();
    assert_eq!(error.code, ErrorCode::InvalidOptions);
}

#[test]
async fn a_response_of_gloo_is_decoded() {
    let script = script_of("data: a\n\ndata: b\n\n").await;
    let response = Request::get(&script.url()).send().await.unwrap();
    let stream = sluicegate::decode(response).unwrap();
    assert_eq!(all_data(stream).await, ["a", "b"]);
    // A GET that has ended is not asked for again: nobody said how.
    script.over(1).await;
}

#[test]
async fn responses_that_no_server_sent_are_decoded_and_refused_like_others() {
    let response = |content_type: &str, status| {
        Response::builder()
            .header("content-type", content_type)
            .status(status)
            .body(Some("data: a\n\n"))
            .unwrap()
    };
    let stream = sluicegate::decode(response("text/event-stream", 200)).unwrap();
    assert_eq!(all_data(stream).await, ["a"]);
    let builder = EventStream::from_response(response("text/plain", 200)).format(Format::Sse);
    assert_eq!(all_data(builder.open().unwrap()).await, ["a"]);
    for (content_type, status, code) in
        [("text/plain", 200, ErrorCode::ContentType), ("text/event-stream", 500, ErrorCode::Http)]
    {
        let mut stream = sluicegate::decode(response(content_type, status)).unwrap();
        assert_eq!(failure(&mut stream).await.code, code);
    }
}

#[test]
async fn batches_are_what_came_together() {
    let script = Script::streaming(json!([
        { "send": "id: 1\ndata: a\n\nid: 2\ndata: b\n\n" },
        { "waitFor": "seen" },
        { "send": "id: 3\ndata: c\n\n" }
    ]))
    .await;
    let mut batches = EventStream::builder(&script.url()).no_retry().open().unwrap().batches();
    let data = |batch: Vec<sluicegate::Event>| {
        batch.into_iter().map(|event| event.data).collect::<String>()
    };
    assert_eq!(data(batches.try_next().await.unwrap().unwrap()), "ab");
    assert_eq!(batches.stream().last_event_id(), "2");
    script.signal("seen").await;
    assert_eq!(data(batches.try_next().await.unwrap().unwrap()), "c");
    assert!(batches.next().await.is_none());
    assert_eq!(batches.stream().outcome().unwrap().outcome_type, OutcomeType::Ended);
}

#[test]
async fn frames_have_all_events_in_order() {
    let text: String = (0..100).map(|n| format!("data: {n}\n\n")).collect();
    let script = script_of(&text).await;
    let frames = EventStream::builder(&script.url()).no_retry().open().unwrap().frames();
    let items: Vec<_> = frames.collect().await;
    let events = items.iter().flatten().flatten().map(|event| event.data.clone());
    let expected: Vec<_> = (0..100).map(|n| n.to_string()).collect();
    assert_eq!(events.collect::<Vec<_>>(), expected);
    assert!(items.len() < 100, "{} frames", items.len());
}

#[test]
async fn combinators_work() {
    let script = script_of("data: 1\n\ndata: 2\n\ndata: 3\n\n").await;
    let stream = EventStream::builder(&script.url()).no_retry().open().unwrap();
    let sum = stream
        .try_filter_map(async |event| Ok(event.data.parse::<u32>().ok().filter(|n| n % 2 == 1)))
        .try_fold(0, async |sum, n| Ok(sum + n))
        .await;
    assert_eq!(sum.unwrap(), 4);
}

#[test]
async fn closed_waits_without_reading() {
    let script = Script::streaming(json!([{ "send": "data: a\n\n" }, { "stall": true }])).await;
    let mut stream = EventStream::builder(&script.url()).open().unwrap();
    event(&mut stream).await;
    let closed = stream.closed();
    stream.canceller().close();
    assert_eq!(closed.await.outcome_type, OutcomeType::Closed);
    assert!(stream.next().await.is_none());
}
