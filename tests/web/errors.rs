//! Errors of options, and what of an error is only there in Rust. The others are scenarios.

use crate::support::{SERVER, Script, UNREACHABLE, failure, handmade, quickly};
use futures::StreamExt as _;
use serde::{Serialize, Serializer};
use serde_json::json;
use sluicegate::{
    AckRequest, Builder, CancelRequest, Error, ErrorCode, EventStream, ResumeRequest, RetryPolicy,
};
use std::{error::Error as _, time::Duration};
use wasm_bindgen::JsCast as _;
use wasm_bindgen_test::wasm_bindgen_test as test;

const DOES_NOT_PARSE: &str =
    "the URL does not parse: pass an absolute URL, https:// included, or one relative to the page";

/// The error that a stream fails with.
async fn failed(builder: Builder) -> Error {
    failure(&mut builder.open().unwrap()).await
}

#[test]
async fn the_headers_are_the_responses() {
    for (status, content_type) in [(401, "text/event-stream"), (200, "text/html")] {
        let headers = json!({ "content-type": content_type, "x-reason": "test" });
        let script = Script::new(json!([{ "status": status, "headers": headers }])).await;
        let error = failed(EventStream::builder(&script.url())).await;
        assert_eq!(error.message, error.to_string());
        assert!(error.source().is_none());
        let headers = error.headers.as_ref().unwrap();
        assert_eq!(headers.get("x-reason").unwrap().as_deref(), Some("test"));
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
async fn network_cors_forbids_it() {
    let script =
        Script::new(json!([{ "cors": false, "steps": [{ "send": "data: a\n\n" }] }])).await;
    let builder = EventStream::builder(&script.url()).method("POST").body("x");
    let error = failed(builder).await;
    assert_eq!(error.code, ErrorCode::Network);
    assert!(error.message.starts_with(&format!("POST {} failed: ", script.url())), "{error}");
    script.over(1).await;
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
    for url in ["http://", "https://host:port/", "http://[::1", "localhost:3000/x"] {
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
fn numbers_that_end_everything_at_once_are_refused_by_open() {
    let stream = || EventStream::builder(SERVER);
    let policy = |set: fn(&mut RetryPolicy)| {
        let mut policy = RetryPolicy::default();
        set(&mut policy);
        stream().retry(policy)
    };
    let cancel = CancelRequest::to("/x").timeout(Duration::ZERO);
    let ack = AckRequest::to("/x").timeout(Duration::from_micros(9));
    for (builder, name, least) in [
        (stream().connect_timeout(Duration::ZERO), "connect_timeout", 1),
        (stream().idle_timeout(Duration::from_micros(9)), "idle_timeout", 1),
        (stream().cancel(cancel), "CancelRequest::timeout", 1),
        (stream().ack(ack), "AckRequest::timeout", 1),
        (stream().max_event_size(0), "max_event_size", 1),
        (policy(|policy| policy.max_attempts = 0), "max_attempts", 1),
        (policy(|policy| policy.initial_delay = -1.0), "initial_delay", 0),
        (policy(|policy| policy.max_delay = f64::NAN), "max_delay", 0),
        (policy(|policy| policy.factor = 0.5), "factor", 1),
        (policy(|policy| policy.jitter = f64::NAN), "jitter", 0),
        (policy(|policy| policy.min_delay = f64::NAN), "min_delay", 0),
    ] {
        assert_invalid(builder, &format!("`{name}` must be at least {least}"));
    }
    assert!(stream().idle_timeout(Duration::MAX).open().is_ok());
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
    let bad_headers = "`headers` must be what the Headers constructor accepts";
    let bad_body = "`body` must be an object, an array, or what fetch accepts as a body, \
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
    let body_of_get = "a GET request has no body: set `method: 'POST'`";
    assert_invalid(cancelled(CancelRequest::to("/x").method("GET").body("x")), body_of_get);
    let acknowledged = cancelled(CancelRequest::to("/x")).ack(AckRequest::to("http://"));
    assert_invalid(acknowledged, DOES_NOT_PARSE);
    assert_invalid(stream().resume(ResumeRequest::to("http://")), DOES_NOT_PARSE);
    let stream_of_bytes = js_sys::eval("new ReadableStream()").unwrap();
    let resume = ResumeRequest::to("/x").method("POST").body(stream_of_bytes);
    let message = "the body of `ResumeRequest` must not be a stream: it may be sent again";
    assert_invalid(stream().resume(resume), message);
    for value in ["new Error('x')", "new Headers()", "/x/", "new Map()"] {
        let value = js_sys::eval(value).unwrap();
        let error = stream().body(value).open().unwrap_err();
        assert_eq!(error.code, ErrorCode::InvalidOptions);
    }
}

#[test]
async fn what_the_apps_own_fetch_returned_is_in_the_error() {
    let cases = [
        ("undefined", ErrorCode::InvalidOptions, "`fetch` returned [object Undefined], not a R"),
        ("new Response('', { status: 418 })", ErrorCode::Http, "https://host.test/x answered 418"),
        (
            "new Response('{\"title\":\"t\",\"errors\":{\"Name\":[\"no name\"]}}', { status: 400 })",
            ErrorCode::Http,
            "https://host.test/x answered 400. It says: no name",
        ),
        (
            "{ status: 0, statusText: '', type: 'opaqueredirect', url: '', headers: new Headers(), body: null, bodyUsed: false }",
            ErrorCode::Http,
            "https://host.test/x answered 0 opaqueredirect",
        ),
        (
            "new Response('', { headers: { 'content-type': 'text/html' } })",
            ErrorCode::ContentType,
            "https://host.test/x answered with text/html, not text/event-stream",
        ),
    ];
    for (response, code, message) in cases {
        let fetch = handmade(response);
        let error = failed(EventStream::builder("https://host.test/x").fetch(&fetch)).await;
        assert_eq!(error.code, code, "{response}");
        assert!(error.message.starts_with(message), "{error}");
    }
}

#[test]
async fn a_scheme_that_fetch_does_not_know_is_not_retried() {
    let mut stream = EventStream::builder("ftp://host.test/x").retry(quickly()).open().unwrap();
    let error = failure(&mut stream).await;
    assert_eq!((error.code, error.retryable), (ErrorCode::Network, false));
    assert_eq!(stream.stats().attempts, 1);
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
    assert!(error.headers.is_none() && error.body.is_none());
    assert!(error.cause.is_instance_of::<js_sys::TypeError>());
    let debug = format!("{error:?}");
    assert!(debug.contains("code: Network") && debug.contains(UNREACHABLE), "{debug}");
    let boxed: Box<dyn std::error::Error + Send + Sync> = error.into();
    assert!(boxed.is::<Error>());
}

#[cfg(feature = "js")]
#[test]
async fn what_scripts_pass_is_checked() {
    use wasm_bindgen::JsValue;
    use wasm_bindgen_futures::JsFuture;

    let value = |source: &str| js_sys::eval(&format!("({source})")).unwrap();
    let open = |url: &str, options: &str| {
        let fetch = handmade("stream('data: a\\n\\n', true)");
        let options = value(options);
        js_sys::Reflect::set(&options, &"fetch".into(), &fetch).unwrap();
        sluicegate::js::open_stream(&value(url), options)
    };
    let no_url = "the URL must be a string or a URL";
    for (url, options) in [
        ("undefined", "{}"),
        ("5", "{}"),
        ("{ url: '/x' }", "{}"),
        ("'/x'", "{ cancel: { url: {} } }"),
        ("'/x'", "{ resume: { url: 5 } }"),
    ] {
        let error = open(url, options).unwrap_err();
        assert_eq!((error.code, error.message.as_str()), (ErrorCode::InvalidOptions, no_url));
    }
    open("new URL('https://host.test/')", "{ headers: () => null }").unwrap();
    for (name, options) in [
        ("done", "{ done: async () => false }"),
        ("job", "{ job: async () => 'x' }"),
        ("cursor", "{ cursor: async () => 'x' }"),
        ("shouldRetry", "{ retry: { shouldRetry: async () => false } }"),
    ] {
        let stream = open("'https://host.test/'", options).unwrap();
        let mut result = JsFuture::from(stream.next()).await;
        if name == "shouldRetry" {
            result = JsFuture::from(stream.next()).await;
        }
        // Events before the error are delivered first.
        if result.is_ok() {
            result = JsFuture::from(stream.next()).await;
        }
        let error: JsValue = result.unwrap_err();
        let message = js_sys::Error::from(error).message();
        assert_eq!(String::from(message), format!("`{name}` must not return a promise"));
    }
    // No number is no delay: the usual one is kept to.
    let delays = "initialDelay: 1e9, minDelay: 1e8, shouldRetry: () => NaN";
    let options =
        format!("{{ retry: {{ {delays} }}, onRetry: ({{ delay }}) => {{ throw delay }} }}");
    let stream = open("'https://host.test/'", &options).unwrap();
    JsFuture::from(stream.next()).await.unwrap();
    let delay = JsFuture::from(stream.next()).await.unwrap_err();
    assert!(delay.as_f64().unwrap() >= 1e8, "{delay:?}");
}
