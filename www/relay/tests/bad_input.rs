//! Requests that are refused, each with JSON, and a relay that goes on serving.

mod common;

use common::upstream::PlayedUpstream;
use common::{Events, TestRelay, json_of, refusal};
use serde_json::json;

const JSON: &str = "application/json";

#[tokio::test]
async fn bad_bodies_are_refused_and_the_relay_goes_on() {
    let (relay, builtin) = TestRelay::with_builtin(20_000).await;
    let chat = |field: &str, value: serde_json::Value| {
        let mut body = json!({ "prompt": "hi", "userId": "ann", "sessionId": "s1" });
        body[field] = value;
        body.to_string()
    };
    let without = |field: &str| {
        let mut body = json!({ "prompt": "hi", "userId": "ann", "sessionId": "s1" });
        body.as_object_mut().unwrap().remove(field);
        body.to_string()
    };
    let good = chat("prompt", json!("hi"));
    let too_long = "x".repeat(257);
    let nested = "[".repeat(100_000);
    let big = chat("prompt", json!("x".repeat(1 << 20)));
    let bigger = chat("prompt", json!("x".repeat(4 << 20)));
    let empty_list_bytes = b"{\"prompt\": \"\xff\"}".to_vec();
    let cases: Vec<(&str, &str, Vec<u8>, u16, &str)> = vec![
        ("/chat", JSON, "".into(), 400, "malformed-json"),
        ("/chat", JSON, "{".into(), 400, "malformed-json"),
        ("/chat", JSON, "{\"prompt\": 'hi'}".into(), 400, "malformed-json"),
        ("/chat", JSON, format!("{good}x").into(), 400, "malformed-json"),
        ("/chat", JSON, nested.into(), 400, "invalid-request"),
        ("/chat", JSON, empty_list_bytes, 400, "malformed-json"),
        ("/chat", JSON, "[]".into(), 400, "invalid-request"),
        ("/chat", JSON, "null".into(), 400, "invalid-request"),
        ("/chat", JSON, "\"hi\"".into(), 400, "invalid-request"),
        ("/chat", JSON, without("prompt").into(), 400, "invalid-request"),
        ("/chat", JSON, without("userId").into(), 400, "invalid-request"),
        ("/chat", JSON, without("sessionId").into(), 400, "invalid-request"),
        ("/chat", JSON, chat("prompt", json!("")).into(), 400, "invalid-request"),
        ("/chat", JSON, chat("prompt", json!(" \n\t　")).into(), 400, "invalid-request"),
        ("/chat", JSON, chat("prompt", json!(7)).into(), 400, "invalid-request"),
        ("/chat", JSON, chat("prompt", json!(null)).into(), 400, "invalid-request"),
        ("/chat", JSON, chat("userId", json!("")).into(), 400, "invalid-request"),
        ("/chat", JSON, chat("userId", json!("a\nb")).into(), 400, "invalid-request"),
        ("/chat", JSON, chat("userId", json!(["ann"])).into(), 400, "invalid-request"),
        ("/chat", JSON, chat("sessionId", json!("")).into(), 400, "invalid-request"),
        ("/chat", JSON, chat("sessionId", json!("a\u{0}")).into(), 400, "invalid-request"),
        ("/chat", JSON, chat("sessionId", json!("\u{85}")).into(), 400, "invalid-request"),
        ("/chat", JSON, chat("sessionId", json!(too_long)).into(), 400, "invalid-request"),
        ("/chat", JSON, chat("sessionId", json!("cancel")).into(), 400, "invalid-request"),
        ("/chat", JSON, chat("sessionId", json!("..")).into(), 400, "invalid-request"),
        ("/chat", JSON, chat("model", json!("")).into(), 400, "unknown-model"),
        ("/chat", JSON, chat("model", json!("nope")).into(), 400, "unknown-model"),
        ("/chat", JSON, chat("model", json!(1)).into(), 400, "invalid-request"),
        ("/chat", JSON, chat("messages", json!("hi")).into(), 400, "invalid-request"),
        ("/chat", JSON, chat("messages", json!([{}])).into(), 400, "invalid-request"),
        (
            "/chat",
            JSON,
            chat("messages", json!([{ "role": "root", "content": "" }])).into(),
            400,
            "invalid-request",
        ),
        (
            "/chat",
            JSON,
            chat("messages", json!([{ "role": null, "content": "" }])).into(),
            400,
            "invalid-request",
        ),
        ("/chat", JSON, big.into(), 413, "payload-too-large"),
        ("/chat", JSON, bigger.into(), 413, "payload-too-large"),
        ("/chat", "text/plain", good.clone().into(), 415, "unsupported-media-type"),
        ("/chat", "application/jsonp", good.clone().into(), 415, "unsupported-media-type"),
        ("/chat", "", good.clone().into(), 415, "unsupported-media-type"),
        ("/chat/cancel", JSON, "nope".into(), 400, "malformed-json"),
        ("/chat/cancel", JSON, "{}".into(), 400, "invalid-request"),
        ("/chat/cancel", JSON, chat("userId", json!("")).into(), 400, "invalid-request"),
        ("/chat/cancel", JSON, chat("sessionId", json!("\r")).into(), 400, "invalid-request"),
        ("/chat/cancel", "text/plain", good.clone().into(), 415, "unsupported-media-type"),
        ("/nothing", JSON, good.clone().into(), 404, "not-found"),
        ("/chat/s1", JSON, good.clone().into(), 405, "method-not-allowed"),
        ("/", JSON, good.clone().into(), 404, "not-found"),
        ("/sessions", JSON, good.clone().into(), 405, "method-not-allowed"),
    ];
    for (path, content_type, body, status, code) in cases {
        let start = String::from_utf8_lossy(&body[..body.len().min(60)]).into_owned();
        println!("{path} {content_type} {start}");
        let request = relay.client.post(format!("{}{path}", relay.url)).body(body);
        let request = match content_type {
            "" => request,
            _ => request.header("content-type", content_type),
        };
        refusal(request.send().await.unwrap(), status, code).await;
    }
    assert_eq!(relay.get("/sessions").await.text().await.unwrap(), "[]");
    assert_eq!(builtin.counts().requests, 0);

    let request = relay.client.post(format!("{}/chat", relay.url)).body(good);
    let request = request.header("content-type", "Application/JSON; charset=utf-8");
    let events = Events::of(request.send().await.unwrap()).rest().await;
    json_of(events.last().unwrap(), "done");
}

#[tokio::test]
async fn a_refusal_says_what_is_wrong() {
    let (relay, _builtin) = TestRelay::with_builtin(20_000).await;
    let message = async |body| {
        let response = relay.post("/chat", &body).await;
        common::refusal(response, 400, "invalid-request").await
    };
    let ids = json!({ "prompt": "hi", "userId": "ann", "sessionId": "a\tb" });
    assert_eq!(message(ids).await, "sessionId has control characters");
    let prompt = json!({ "prompt": " ", "userId": "ann", "sessionId": "s" });
    assert_eq!(message(prompt).await, "prompt is empty");
    let missing = json!({ "userId": "ann", "sessionId": "s" });
    assert!(message(missing).await.starts_with("missing field `prompt`"));
    let number = json!({ "prompt": "hi", "userId": 42, "sessionId": "s" });
    assert!(message(number).await.starts_with("userId: invalid type: integer `42`"));
    let turns = json!([{ "role": "user", "content": [] }]);
    let turns = json!({ "prompt": "hi", "userId": "ann", "sessionId": "s", "messages": turns });
    assert!(message(turns).await.starts_with("messages[0].content: invalid type: sequence"));
}

#[tokio::test]
async fn a_question_that_was_cut_within_a_character_is_asked() {
    let upstream = PlayedUpstream::start().await;
    let relay = TestRelay::before(&upstream.url()).await;
    let body = r#"{"prompt":"hi \ud83d\ude00 \ud83d","userId":"ann","sessionId":"s1"}"#;
    let request = relay.client.post(format!("{}/chat", relay.url)).body(body);
    let request = request.header("content-type", JSON);
    let (response, exchange) = tokio::join!(request.send(), upstream.begin());
    assert_eq!(response.unwrap().status(), 200);
    assert_eq!(exchange.body["messages"][0]["content"], "hi 😀 \u{fffd}");
}

#[tokio::test]
async fn a_body_of_just_1_mib_is_read() {
    let (relay, _builtin) = TestRelay::with_builtin(20_000).await;
    let empty = json!({ "prompt": "", "userId": "ann", "sessionId": "s1" }).to_string();
    let prompt = "x".repeat((1 << 20) - empty.len());
    let events = Events::of(relay.chat("s1", &prompt).await).rest().await;
    json_of(events.last().unwrap(), "done");
    common::refusal(relay.chat("s2", &format!("{prompt}x")).await, 413, "payload-too-large").await;
}
