//! What comes in and what goes out, as only Rust has it. The rest is in tests/scenarios.

use crate::support::{Script, all_data, event, failure};
use futures::{FutureExt as _, StreamExt as _, stream::FusedStream as _};
use serde::Deserialize;
use serde_json::json;
use sluicegate::{Builder, CancelRequest, ErrorCode, EventStream, OutcomeType, llm};
use wasm_bindgen_test::wasm_bindgen_test as test;

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
    assert!(stream.outcome().is_none() && !stream.is_terminated());
    assert!(stream.next().await.is_none());
    assert!(stream.outcome().is_some() && stream.is_terminated());
}

#[test]
async fn the_bodys_own_content_type_is_kept() {
    async fn assert_sent(add: impl FnOnce(Builder) -> Builder, body: &str, content_type: &str) {
        let script = Script::streaming(json!([])).await;
        let builder = add(EventStream::builder(&script.url()).method("patch"));
        assert!(all_data(builder.open().unwrap()).await.is_empty());
        let log = script.over(1).await;
        assert_eq!((log[0].method.as_str(), log[0].body.as_str()), ("patch", body));
        assert_eq!(log[0].header("content-type"), Some(content_type));
    }
    const MERGE: &str = "application/merge-patch+json";
    assert_sent(|builder| builder.header("content-type", MERGE).json(&1).unwrap(), "1", MERGE)
        .await;
    let twice = |builder: Builder| builder.json(&1).unwrap().json(&2).unwrap();
    assert_sent(twice, "2", "application/json").await;
    let replaced = |builder: Builder| builder.json(&1).unwrap().body("text");
    assert_sent(replaced, "text", "text/plain;charset=UTF-8").await;
    let object = |builder: Builder| builder.body(js_sys::JSON::parse("{\"a\":1}").unwrap());
    assert_sent(object, "{\"a\":1}", "application/json").await;
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
        let message =
            format!("the data of an event '{event_type}' is not JSON of the expected type");
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
    let unfinished = |text: &str| token(text).trim_end().to_string();
    let cases: [(&[String], &[&str], Option<ErrorCode>); 6] = [
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
        (&[token("Hi"), unfinished("!")], &["Hi", "!"], None),
        (&[token("Hi"), "data: {\"choi".into()], &["Hi"], Some(ErrorCode::ParseJson)),
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
