//! What comes in, and what goes out with the request.

use crate::support::{Script, all_data, event, failure, quickly};
use futures::{FutureExt as _, StreamExt as _, stream::FusedStream as _};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sluicegate::{
    Builder, CancelRequest, ErrorCode, Event, EventStream, OutcomeType, State, llm, sse::Format,
};
use wasm_bindgen_test::wasm_bindgen_test as test;

fn owned(event_type: &str, data: &str, last_event_id: &str) -> Event {
    Event { event_type: event_type.into(), data: data.into(), last_event_id: last_event_id.into() }
}

#[test]
async fn events_come_in_order_with_their_types_and_ids() {
    let script = Script::streaming(json!([
        { "send": "data: one\n\nid: 7\nevent: start\ndata: two\ndata: lines\n\n" },
        { "waitFor": "first" },
        { "send": ": a comment\nid: ż\ndata: 漢字 😀\n\nid\nevent: e\nda" },
        { "send": "ta:\n\ndata: never finished" },
    ]))
    .await;
    let mut stream = EventStream::builder(&script.url()).no_retry().open().unwrap();
    assert_eq!((stream.state(), stream.last_event_id()), (State::Connecting, ""));
    assert_eq!(event(&mut stream).await, owned("message", "one", ""));
    assert_eq!((stream.state(), stream.last_event_id()), (State::Open, ""));
    assert_eq!(event(&mut stream).await, owned("start", "two\nlines", "7"));
    assert_eq!(stream.last_event_id(), "7");
    script.signal("first").await;
    assert_eq!(event(&mut stream).await, owned("message", "漢字 😀", "ż"));
    assert_eq!(event(&mut stream).await, owned("e", "", ""));
    assert!(stream.outcome().is_none() && !stream.is_terminated());
    assert!(stream.next().await.is_none());
    assert!(stream.is_terminated());
    assert!(stream.next().await.is_none(), "it stays over");
    assert_eq!(stream.state(), State::Closed);
    let outcome = stream.outcome().unwrap();
    assert_eq!((outcome.outcome_type, outcome.notified), (OutcomeType::Ended, None));
    assert!(outcome.error.is_none());
}

#[test]
async fn a_dropped_next_loses_nothing() {
    let script = Script::streaming(json!([
        { "pump": { "events": 50 } }, { "waitFor": "half" }, { "pump": { "events": 50 } },
    ]))
    .await;
    let mut stream = EventStream::builder(&script.url()).no_retry().open().unwrap();
    let mut numbers = Vec::new();
    while numbers.len() < 100 {
        // Polled once and dropped, as by `select!`; then waited for.
        let item = match stream.next().now_or_never() {
            Some(item) => item,
            None => stream.next().await,
        };
        numbers.push(item.unwrap().unwrap().data.parse::<u32>().unwrap());
        if numbers.len() == 50 {
            script.signal("half").await;
        }
    }
    let expected: Vec<u32> = (1..=50).chain(1..=50).collect();
    assert_eq!(numbers, expected);
    assert!(stream.next().await.is_none());
}

#[derive(Serialize)]
struct Prompt<'a> {
    prompt: &'a str,
    temperature: f64,
    stop: Option<&'a str>,
}

#[test]
async fn post_with_json_and_headers() {
    let script = Script::streaming(json!([{ "send": "data: a\n\n" }])).await;
    let body = Prompt { prompt: "Zażółć 漢字", temperature: 0.5, stop: None };
    let stream = EventStream::builder(&script.url())
        .method("post")
        .header("authorization", "Bearer t")
        .header("x-tenant", "a")
        .json(&body)
        .unwrap()
        .open()
        .unwrap();
    assert_eq!(all_data(stream).await, ["a"]);
    // One: a POST is not sent again unasked.
    let log = script.over(1).await;
    assert_eq!(log[0].method, "POST");
    assert_eq!(log[0].body, r#"{"prompt":"Zażółć 漢字","temperature":0.5,"stop":null}"#);
    assert_eq!(log[0].header("content-type"), Some("application/json"));
    assert_eq!(log[0].header("authorization"), Some("Bearer t"));
    assert_eq!(log[0].header("x-tenant"), Some("a"));
    assert_eq!(log[0].header("accept"), Some("text/event-stream, application/x-ndjson;q=0.9"));
    assert_eq!(log[0].header("last-event-id"), None);
}

#[test]
async fn other_bodies_go_as_fetch_sends_them() {
    let script = Script::streaming(json!([])).await;
    let stream = EventStream::builder(&script.url()).method("PUT").body("żółć").open().unwrap();
    assert!(all_data(stream).await.is_empty());
    let log = script.over(1).await;
    assert_eq!((log[0].method.as_str(), log[0].body.as_str()), ("PUT", "żółć"));
    assert_eq!(log[0].header("content-type"), Some("text/plain;charset=UTF-8"));
}

#[test]
async fn the_bodys_own_content_type_is_kept() {
    async fn assert_sent(add: impl FnOnce(Builder) -> Builder, body: &str, content_type: &str) {
        let script = Script::streaming(json!([])).await;
        let builder = add(EventStream::builder(&script.url()).method("patch"));
        assert!(all_data(builder.open().unwrap()).await.is_empty());
        let log = script.over(1).await;
        assert_eq!((log[0].method.as_str(), log[0].body.as_str()), ("PATCH", body));
        assert_eq!(log[0].header("content-type"), Some(content_type));
    }
    const MERGE: &str = "application/merge-patch+json";
    assert_sent(|builder| builder.header("content-type", MERGE).json(&1).unwrap(), "1", MERGE)
        .await;
    let twice = |builder: Builder| builder.json(&1).unwrap().json(&2).unwrap();
    assert_sent(twice, "2", "application/json").await;
    let replaced = |builder: Builder| builder.json(&1).unwrap().body("text");
    assert_sent(replaced, "text", "text/plain;charset=UTF-8").await;
}

#[test]
async fn the_pages_own_accept_is_kept() {
    let script = Script::streaming(json!([])).await;
    let builder = EventStream::builder(&script.url()).header("accept", "text/event-stream");
    assert!(all_data(builder.no_retry().open().unwrap()).await.is_empty());
    assert_eq!(script.over(1).await[0].header("accept"), Some("text/event-stream"));
}

#[derive(Debug, Deserialize, PartialEq)]
struct Delta {
    text: String,
    index: u32,
    finish: Option<String>,
}

#[test]
async fn data_as_json() {
    let script = Script::streaming(json!([
        { "send": "data: {\"text\":\"ż\",\n" },
        { "send": "data: \"index\":3}\n\nevent: odd\ndata: {\"text\":\n\n" },
        { "send": "event: other\ndata: {\"text\":\"b\",\"index\":-1}\n\n" },
    ]))
    .await;
    let mut stream = EventStream::builder(&script.url()).no_retry().open().unwrap();
    let delta: Delta = event(&mut stream).await.json().unwrap();
    assert_eq!(delta, Delta { text: "ż".into(), index: 3, finish: None });

    for (event_type, is_syntax_error) in [("odd", true), ("other", false)] {
        let error = event(&mut stream).await.json::<Delta>().unwrap_err();
        assert_eq!(error.code, ErrorCode::ParseJson);
        let message = format!("the data of an event '{event_type}' is not the JSON asked for");
        assert_eq!(error.to_string(), message);
        assert!(!error.retryable);
        let cause = error.cause.clone();
        assert!(wasm_bindgen::JsCast::is_instance_of::<js_sys::Error>(&cause), "{cause:?}");
        let is_syntax = wasm_bindgen::JsCast::is_instance_of::<js_sys::SyntaxError>(&cause);
        assert_eq!(is_syntax, is_syntax_error);
    }
    // What is wrong with one event's data does not end the stream.
    assert!(stream.next().await.is_none());
    assert_eq!(stream.outcome().unwrap().outcome_type, OutcomeType::Ended);
}

#[test]
async fn the_done_marker_ends_the_stream_and_is_not_delivered() {
    let script = Script::streaming(json!([
        { "send": "id: 1\ndata: a\n\nid: 2\ndata: [DONE]\n\nid: 3\ndata: after\n\n" },
        { "stall": true },
    ]))
    .await;
    let mut stream =
        EventStream::builder(&script.url()).done("[DONE]").retry(quickly()).open().unwrap();
    assert_eq!(event(&mut stream).await.data, "a");
    assert!(stream.next().await.is_none());
    assert_eq!(stream.outcome().unwrap().outcome_type, OutcomeType::Done);
    assert_eq!(stream.last_event_id(), "1");
    let log = script.over(1).await;
    assert_eq!(log[0].outcome, "client-closed");
}

#[test]
async fn the_event_that_ends_the_stream_may_be_found_by_its_type() {
    let script = Script::streaming(json!([
        { "send": "data: done\n\nevent: done\ndata: {}\n\n" }, { "stall": true },
    ]))
    .await;
    let builder = EventStream::builder(&script.url()).done_when(|event| event.event_type == "done");
    let mut stream = builder.open().unwrap();
    assert_eq!(event(&mut stream).await.data, "done");
    assert!(stream.next().await.is_none());
    assert_eq!(stream.outcome().unwrap().outcome_type, OutcomeType::Done);
    script.over(1).await;
}

#[test]
async fn the_response_is_there_once_its_headers_are() {
    let headers = json!({ "x-job": "j1" });
    let script = Script::new(json!([{ "headers": headers, "steps": [
        { "send": "data: a\n\n" }, { "stall": true },
    ] }]))
    .await;
    let mut stream = EventStream::builder(&script.url()).open().unwrap();
    assert!(stream.response().is_none());
    event(&mut stream).await;
    let response = stream.response().unwrap();
    assert_eq!(response.headers().get("x-job").unwrap().as_deref(), Some("j1"));
    assert!(response.body_used() || response.body().unwrap().locked(), "its body is the stream's");
}

#[test]
fn debug_shows_no_secrets() {
    let request =
        CancelRequest::to("https://host.test/stop?key=hunter2").header("x-key", "hunter2");
    let debug = format!("{request:?}");
    assert_eq!(debug, r#"CancelRequest { method: "POST", url: "https://host.test/stop", .. }"#);
    let builder = EventStream::builder("https://host.test/a?key=hunter2").body("hunter2");
    let builder = builder.method("put").cancel(request);
    let debug = format!("{builder:?}");
    assert_eq!(debug, r#"Builder { method: "PUT", url: "https://host.test/a", .. }"#);
    let stream = builder.last_event_id("7").open().unwrap();
    let debug = format!("{stream:?}");
    assert_eq!(debug, r#"EventStream { state: Connecting, last_event_id: "7", .. }"#);
}

#[test]
async fn without_its_done_marker_a_stream_is_truncated() {
    let script = Script::streaming(json!([{ "send": "data: a\n\n" }])).await;
    let mut stream = EventStream::builder(&script.url()).done("[DONE]").no_retry().open().unwrap();
    assert_eq!(event(&mut stream).await.data, "a");
    assert!(stream.next().await.is_none());
    assert_eq!(stream.outcome().unwrap().outcome_type, OutcomeType::Truncated);
    script.over(1).await;
}

#[test]
async fn ndjson_by_its_type_and_by_option() {
    let attempt = |content_type: &str| {
        json!([{
            "headers": { "content-type": content_type },
            "steps": [{ "send": "{\"a\":1}\n{\"a\"" }, { "send": ":2}\n" }],
        }])
    };
    let typed = Script::new(attempt("application/x-ndjson")).await;
    let stream = EventStream::builder(&typed.url()).open().unwrap();
    assert_eq!(all_data(stream).await, [r#"{"a":1}"#, r#"{"a":2}"#]);
    typed.over(1).await;

    let plain = Script::new(attempt("text/plain")).await;
    let stream = EventStream::builder(&plain.url()).format(Format::Ndjson).open().unwrap();
    assert_eq!(all_data(stream).await, [r#"{"a":1}"#, r#"{"a":2}"#]);
    plain.over(1).await;
}

#[test]
async fn no_content_means_stop() {
    let script = Script::new(json!([{ "status": 204 }])).await;
    let mut stream = EventStream::builder(&script.url()).retry(quickly()).open().unwrap();
    assert!(stream.next().await.is_none());
    let outcome = stream.outcome().unwrap();
    assert_eq!(outcome.outcome_type, OutcomeType::NoContent);
    assert!(outcome.error.is_none());
    script.over(1).await;
}

#[test]
async fn the_default_size_takes_a_megabyte_and_a_limit_does_not() {
    let script = Script::streaming(json!([
        { "send": "data: " }, { "repeat": 16_384, "send": "x".repeat(64) }, { "send": "\n\n" },
    ]))
    .await;
    let builder = EventStream::builder(&script.url()).no_retry();
    let mut stream = builder.open().unwrap();
    assert_eq!(event(&mut stream).await.data.len(), 1 << 20);
    let builder = EventStream::builder(&script.url()).no_retry();
    let mut stream = builder.max_event_size(1 << 19).open().unwrap();
    assert_eq!(failure(&mut stream).await.code, ErrorCode::EventTooLarge);
}

#[test]
async fn the_text_of_an_answer_comes_token_by_token() {
    let token = |text: &str| {
        let choices = json!([{ "index": 0, "delta": { "content": text } }]);
        format!("data: {}\n\n", json!({ "choices": choices }))
    };
    let cases: [(&[String], &[&str], Option<ErrorCode>); 4] = [
        (
            &[": hi\n\n".into(), token("Hel"), token("lo"), "data: [DONE]\n\n".into(), token("no")],
            &["Hel", "lo"],
            None,
        ),
        (&[token("Hi"), token("")], &["Hi"], None),
        (
            &[token("Hi"), "data: {\"error\":{\"message\":\"busy\"}}\n\n".into()],
            &["Hi"],
            Some(ErrorCode::Upstream),
        ),
        (&["data: {\"what\":1}\n\n".into()], &[], Some(ErrorCode::UnknownFormat)),
    ];
    for (sent, texts, code) in cases {
        let script = Script::streaming(json!([{ "send": sent.concat() }])).await;
        let stream = EventStream::builder(&script.url()).no_retry().open().unwrap();
        let mut stream = stream.text(llm::Format::Auto);
        for text in texts {
            assert_eq!(stream.next().await.unwrap().unwrap(), *text);
        }
        let last = stream.next().await.map(|item| item.unwrap_err().code);
        assert_eq!(last, code, "{sent:?}");
        assert!(stream.is_terminated() && stream.next().await.is_none());
        let outcome = stream.stream().outcome().unwrap().outcome_type;
        let is_marked = sent.iter().any(|block| block.contains("[DONE]"));
        let expected = match code {
            Some(_) if texts.is_empty() => OutcomeType::Ended,
            Some(_) => OutcomeType::Failed,
            None if is_marked => OutcomeType::Done,
            None => OutcomeType::Ended,
        };
        assert_eq!(outcome, expected, "{sent:?}");
    }
}
