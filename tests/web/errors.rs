//! Each error that Rust can see, with its message to the letter.

use crate::support::{SERVER, Script, UNREACHABLE, event, failure, quickly};
use futures::StreamExt as _;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};
use sluicegate::{
    Builder, CancelRequest, Error, ErrorCode, EventStream, OutcomeType, RetryPolicy, State,
};
use std::{error::Error as _, time::Duration};
use wasm_bindgen::JsCast as _;
use wasm_bindgen_test::wasm_bindgen_test as test;

const SECRET: &str = "?token=hunter2";
const DOES_NOT_PARSE: &str =
    "the URL does not parse: pass an absolute URL, or one relative to the page";

/// The error that a stream fails with, which has to be its outcome too.
async fn failed(builder: Builder) -> Error {
    let mut stream = builder.open().unwrap();
    let error = failure(&mut stream).await;
    assert_eq!(stream.state(), State::Closed);
    let outcome = stream.outcome().unwrap();
    assert_eq!(outcome.outcome_type, OutcomeType::Failed);
    assert_eq!(outcome.notified, None);
    let same = outcome.error.unwrap();
    assert_eq!((same.code, &same.message), (error.code, &error.message));
    error
}

fn unreachable_message(method: &str, url: &str) -> String {
    format!(
        "{method} {url} failed: the server can't be reached, the connection broke, or CORS \
         forbids it (the server has to allow this origin and the request's headers, Last-Event-ID \
         on reconnects included)"
    )
}

#[test]
async fn http() {
    const STATUSES: [(u16, bool, &str); 6] = [
        (401, false, "401 Unauthorized"),
        (404, false, "404 Not Found"),
        (408, true, "408"),
        (429, true, "429 Too Many Requests"),
        (500, true, "500 Internal Server Error"),
        (503, true, "503 Service Unavailable"),
    ];
    for (status, retryable, text) in STATUSES {
        let script = Script::new(json!([{
            "status": status,
            "headers": { "content-type": "text/plain", "x-reason": "test", "connection": "close" },
            "steps": [{ "send": "why żółć" }],
        }]))
        .await;
        let url = script.url();
        let error = failed(EventStream::builder(&(url.clone() + SECRET)).no_retry()).await;
        assert_eq!(error.code, ErrorCode::Http);
        assert_eq!(error.code.as_str(), "http");
        assert_eq!(error.message, format!("{url} answered {text}"));
        assert_eq!(error.to_string(), error.message);
        assert_eq!((error.status, error.retryable), (Some(status), retryable));
        assert_eq!(error.attempt, 1);
        assert_eq!(error.body.as_deref(), Some("why żółć"));
        let headers = error.headers.as_ref().unwrap();
        assert_eq!(headers.get("x-reason").unwrap().as_deref(), Some("test"));
        assert!(error.source().is_none());
    }
}

#[test]
async fn http_bodies_are_kept_to_64_kib_and_no_character_is_halved() {
    let steps = json!([{ "repeat": 60_000, "send": "€" }, { "stall": true }]);
    let script = Script::new(json!([{ "status": 500, "steps": steps }])).await;
    let error = failed(EventStream::builder(&script.url()).no_retry()).await;
    assert_eq!(error.body.as_deref(), Some("€".repeat(65_536 / 3).as_str()));
    script.over(1).await;
}

#[test]
async fn content_type() {
    let types = [
        (json!("text/html; charset=utf-8"), "text/html"),
        (json!("application/json"), "application/json"),
        (json!("text/event-stream, text/plain;a=\",\""), "text/plain"),
        (Value::Null, "no valid content type"),
    ];
    for (content_type, found) in types {
        let script = Script::new(json!([{
            "headers": { "content-type": content_type },
            "steps": [{ "send": "data: a\n\n" }],
        }]))
        .await;
        let url = script.url();
        let error = failed(EventStream::builder(&(url.clone() + SECRET)).retry(quickly())).await;
        assert_eq!(error.code, ErrorCode::ContentType);
        let advice = "check the URL and the server, or set `format` if the body is a stream all \
                      the same";
        let message = format!("{url} answered with {found}, not text/event-stream: {advice}");
        assert_eq!(error.message, message);
        assert_eq!((error.status, error.retryable), (Some(200), false));
        assert!(error.headers.is_some());
        assert_eq!(error.body.as_deref(), Some("data: a\n\n"));
        script.over(1).await;
    }
}

#[test]
async fn what_the_server_says_is_in_the_message() {
    for (status, body, says) in [
        (200, r#"{"error":{"message":"no such model"}}"#, "no such model"),
        (401, r#"{"error":"bad\u001b[2Jkey"}"#, "bad\\u001b[2Jkey"),
        (422, r#"{"detail":[{"loc":["body"],"msg":"field required"}]}"#, "field required"),
        (500, r#"{"message":"","detail":"out of memory"}"#, "out of memory"),
    ] {
        let script = Script::new(json!([{
            "status": status,
            "headers": { "content-type": "application/json" },
            "steps": [{ "send": body }, { "stall": true }],
        }]))
        .await;
        let error = failed(EventStream::builder(&script.url()).no_retry()).await;
        assert!(error.message.ends_with(&format!(". It says: {says}")), "{}", error.message);
        assert_eq!(error.body.as_deref(), Some(body));
    }
}

#[test]
async fn network_nobody_listens() {
    let builder = EventStream::builder(&format!("{UNREACHABLE}{SECRET}"));
    let error = failed(builder.no_retry()).await;
    assert_eq!(error.code, ErrorCode::Network);
    assert_eq!(error.message, unreachable_message("GET", UNREACHABLE));
    assert_eq!((error.status, error.retryable, error.attempt), (None, true, 1));
    assert!(error.headers.is_none() && error.body.is_none());
    assert!(error.cause.is_instance_of::<js_sys::TypeError>());
}

#[test]
async fn network_cors_forbids_it() {
    let script =
        Script::new(json!([{ "cors": false, "steps": [{ "send": "data: a\n\n" }] }])).await;
    let builder = EventStream::builder(&script.url()).method("POST").body("x");
    let error = failed(builder).await;
    assert_eq!(error.code, ErrorCode::Network);
    assert_eq!(error.message, unreachable_message("POST", &script.url()));
    script.over(1).await;
}

#[test]
async fn network_the_connection_breaks() {
    let steps = json!([
        { "send": "data: a\n\ndata: half" }, { "waitFor": "seen" }, { "reset": true },
    ]);
    let script = Script::streaming(steps).await;
    let mut stream = EventStream::builder(&script.url()).no_retry().open().unwrap();
    assert_eq!(event(&mut stream).await.data, "a");
    script.signal("seen").await;
    let error = failure(&mut stream).await;
    assert_eq!(error.code, ErrorCode::Network);
    assert_eq!(error.message, unreachable_message("GET", &script.url()));
    assert!(error.retryable);
}

#[test]
async fn connect_timeout() {
    let script = Script::new(json!([{ "headersDelay": "never" }])).await;
    let url = script.url();
    let builder = EventStream::builder(&(url.clone() + SECRET)).no_retry();
    let error = failed(builder.connect_timeout(Duration::from_millis(100))).await;
    assert_eq!(error.code, ErrorCode::ConnectTimeout);
    let advice = "raise `connectTimeout` if it may take longer";
    assert_eq!(error.message, format!("{url} sent no response within 100 ms: {advice}"));
    assert_eq!((error.status, error.retryable, error.attempt), (None, true, 1));
}

#[test]
async fn idle_timeout() {
    let script = Script::streaming(json!([{ "send": "data: a\n\n" }, { "stall": true }])).await;
    let url = script.url();
    let builder = EventStream::builder(&(url.clone() + SECRET)).no_retry();
    let mut stream = builder.idle_timeout(Duration::from_secs(1)).open().unwrap();
    assert_eq!(event(&mut stream).await.data, "a");
    let error = failure(&mut stream).await;
    assert_eq!(error.code, ErrorCode::IdleTimeout);
    let advice = "raise `idleTimeout`, or let the server send comments as heartbeats";
    assert_eq!(error.message, format!("{url} sent nothing for 1000 ms: {advice}"));
    assert_eq!((error.status, error.retryable, error.attempt), (None, true, 1));
    assert_eq!(script.over(1).await[0].outcome, "client-closed");
}

#[test]
async fn event_too_large() {
    let script = Script::streaming(json!([
        { "send": "data: fits\n\n" },
        { "waitFor": "seen" },
        { "send": "data: " },
        { "repeat": 2_000, "send": "x" },
        { "stall": true },
    ]))
    .await;
    let builder = EventStream::builder(&script.url()).retry(quickly());
    let mut stream = builder.max_event_size(1_000).open().unwrap();
    assert_eq!(event(&mut stream).await.data, "fits");
    script.signal("seen").await;
    let error = failure(&mut stream).await;
    assert_eq!(error.code, ErrorCode::EventTooLarge);
    assert_eq!(
        error.message,
        "an event is larger than 1000 bytes: raise `maxEventSize` if such events are meant"
    );
    assert_eq!((error.retryable, error.attempt), (false, 1));
    assert_eq!(script.over(1).await[0].outcome, "client-closed");
}

#[test]
async fn retries_exhausted() {
    let script =
        Script::new(json!([{ "status": 503 }, { "status": 500 }, { "status": 502 }])).await;
    let url = script.url();
    let policy = RetryPolicy { max_attempts: 3, ..quickly() };
    let error = failed(EventStream::builder(&url).retry(policy)).await;
    assert_eq!(error.code, ErrorCode::RetriesExhausted);
    assert_eq!(error.message, format!("gave up after 3 attempts: {url} answered 502 Bad Gateway"));
    assert_eq!((error.retryable, error.attempt), (false, 3));
    let source = error.source().unwrap().downcast_ref::<Error>().unwrap();
    assert_eq!((source.code, source.status), (ErrorCode::Http, Some(502)));
    assert_eq!((source.attempt, source.retryable), (3, true));
    assert!(source.source().is_none());
    script.over(3).await;
}

#[track_caller]
fn assert_invalid(builder: Builder, message: &str) {
    let error = builder.open().unwrap_err();
    assert_eq!(error.code, ErrorCode::InvalidOptions);
    assert_eq!(error.message, message);
    assert_eq!((error.retryable, error.attempt), (false, 0));
}

#[test]
fn invalid_options_are_refused_by_open() {
    for url in ["http://", "https://host:port/", "http://[::1"] {
        assert_invalid(EventStream::builder(url), DOES_NOT_PARSE);
    }
    let builder = EventStream::builder(SERVER).body("x");
    assert_invalid(builder, "a GET request has no body: set `method: 'POST'`");
    let builder = EventStream::builder(SERVER).method("head").json(&1).unwrap();
    assert_invalid(builder, "a HEAD request has no body: set `method: 'POST'`");

    // The rest of this message is the browser's.
    let error = EventStream::builder(SERVER).method("TRACE").open().unwrap_err();
    assert_eq!(error.code, ErrorCode::InvalidOptions);
    let reason = error.message.strip_prefix("fetch refuses these options: ").unwrap();
    assert!(!reason.is_empty());
    assert!(error.cause.is_instance_of::<js_sys::TypeError>());
}

#[test]
fn a_password_in_the_url_is_refused_and_not_repeated() {
    for user in ["user:hunter2@", "user@", ":hunter2@"] {
        let builder = EventStream::builder(&SERVER.replace("//", &format!("//{user}")));
        let message = "fetch refuses URLs with a user name or a password: send them in a header";
        assert_invalid(builder, message);
    }
}

#[test]
fn invalid_headers_and_bodies_are_refused_by_open() {
    let bad_headers = "`headers` must be what the Headers constructor takes";
    let bad_body = "`body` must be an object, an array, or what fetch takes as a body, \
                    not [object Number]";
    let stream = || EventStream::builder(SERVER).method("POST");
    assert_invalid(stream().header("no good", "x"), bad_headers);
    assert_invalid(stream().header("x", "a\nb"), bad_headers);
    assert_invalid(stream().body(5), bad_body);
    assert_invalid(stream().body(js_sys::Map::new()), &bad_body.replace("Number", "Map"));
    let cancelled = |request| stream().cancel(request);
    assert_invalid(cancelled(CancelRequest::to("http://")), DOES_NOT_PARSE);
    assert_invalid(cancelled(CancelRequest::to("/x").header("no good", "x")), bad_headers);
    assert_invalid(cancelled(CancelRequest::to("/x").body(5)), bad_body);
}

struct Unserializable;

impl Serialize for Unserializable {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        Err(serde::ser::Error::custom("not today"))
    }
}

#[test]
fn bodies_that_do_not_serialize_are_refused_by_json() {
    let error = EventStream::builder(SERVER).json(&Unserializable).unwrap_err();
    assert_eq!(error.code, ErrorCode::InvalidOptions);
    assert_eq!(error.message, "`body` can't be turned into JSON");
    let cause = error.cause.dyn_ref::<js_sys::Error>().unwrap();
    assert_eq!(String::from(cause.message()), "not today");
}

#[test]
async fn an_error_is_small_and_goes_where_errors_go() {
    assert_eq!(size_of::<Error>(), size_of::<usize>());
    let mut stream = EventStream::builder(UNREACHABLE).no_retry().open().unwrap();
    let error = stream.next().await.unwrap().unwrap_err();
    let debug = format!("{error:?}");
    assert!(debug.contains("code: Network") && debug.contains(UNREACHABLE), "{debug}");
    let boxed: Box<dyn std::error::Error + Send + Sync> = error.into();
    assert!(boxed.is::<Error>());
}
