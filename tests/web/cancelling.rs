//! `cancel()`: stops here and there.

use crate::support::{
    Counters, Held, Script, Sink, UNREACHABLE, event, unless_told_never, while_waiting,
};
use futures::{
    StreamExt as _,
    channel::oneshot,
    future::{join, ready},
};
use serde_json::json;
use sluicegate::{CancelRequest, CancelResult, Error, ErrorCode, EventStream, OutcomeType, State};
use std::time::Duration;
use wasm_bindgen_futures::spawn_local;
use wasm_bindgen_test::wasm_bindgen_test as test;

fn open(url: &str, cancel: CancelRequest) -> EventStream {
    EventStream::builder(url).cancel(cancel).open().unwrap()
}

#[track_caller]
fn assert_notified(report: &CancelResult) {
    assert!(report.aborted);
    let sent = report.notification.as_ref().unwrap();
    assert_eq!((sent.notified, sent.status), (true, Some(200)), "{:?}", sent.error);
    assert!(sent.error.is_none());
}

/// The stream was stopped here, but the backend was not told, or the stream was over already.
#[track_caller]
fn assert_untold(report: &CancelResult, aborted: bool) {
    assert_eq!(report.aborted, aborted);
    assert!(report.notification.is_none(), "{report:?}");
}

/// Stopped here; gives why the backend was not told.
#[track_caller]
fn refusal(report: CancelResult) -> Error {
    assert!(report.aborted);
    let sent = report.notification.unwrap();
    let error = sent.error.unwrap();
    assert_eq!((sent.notified, sent.status), (false, error.status));
    error
}

#[test]
async fn stops_here_stops_the_connection_and_tells_the_backend_once() {
    let (held, sink) = (Held::new(), Sink::new());
    let cancel = CancelRequest::to(sink.url())
        .header("x-tenant", "a")
        .json(&json!({ "userId": "ü", "sessionId": 7 }))
        .unwrap();
    let builder = EventStream::builder(&held.url).header("x-secret", "s").cancel(cancel);
    let mut stream = builder.open().unwrap();
    assert_eq!(event(&mut stream).await.data, "open");
    assert_notified(&stream.cancel().await);
    assert_eq!(stream.state(), State::Closed);
    assert!(stream.next().await.is_none());
    let outcome = stream.outcome().unwrap();
    assert_eq!((outcome.outcome_type, outcome.notified), (OutcomeType::Cancelled, Some(true)));
    assert!(outcome.error.is_none());

    let requests = sink.received(1).await;
    assert_eq!((requests[0].method.as_str(), requests[0].header("x-tenant")), ("POST", Some("a")));
    assert_eq!(requests[0].body, r#"{"sessionId":7,"userId":"ü"}"#);
    assert_eq!(requests[0].header("content-type"), Some("application/json"));
    assert_eq!(requests[0].header("x-secret"), None, "the stream's headers are its own");
    held.counted(Counters { requests: 1, open: 0, client_closed: 1 }).await;
}

#[test]
async fn twice_is_one_notification() {
    let (held, sink) = (Held::new(), Sink::new());
    let mut stream = open(&held.url, CancelRequest::to(sink.url()));
    event(&mut stream).await;
    let (first, second) = join(stream.cancel(), stream.cancel()).await;
    assert_notified(&first);
    assert_untold(&second, false);
    assert_untold(&stream.cancel().await, false);
    drop(stream);
    held.counted(Counters { requests: 1, open: 0, client_closed: 1 }).await;
    sink.received(1).await;
}

#[test]
async fn it_stops_at_once_whether_or_not_it_is_awaited() {
    let (held, sink) = (Held::new(), Sink::new());
    let mut stream = open(&held.url, CancelRequest::to(sink.url()));
    event(&mut stream).await;
    drop(stream.cancel());
    assert_eq!(stream.state(), State::Closed);
    drop(stream);
    sink.received(1).await;
    held.counted(Counters { requests: 1, open: 0, client_closed: 1 }).await;
}

#[test]
async fn from_elsewhere_while_a_task_waits() {
    let (held, sink) = (Held::new(), Sink::new());
    let mut stream = open(&held.url, CancelRequest::to(sink.url()));
    event(&mut stream).await;
    let canceller = stream.canceller();
    let (ended, end) = oneshot::channel();
    let (begun, begin) = oneshot::channel();
    spawn_local(async move {
        while_waiting(&mut stream, ready(())).await;
        begun.send(()).unwrap();
        assert!(stream.next().await.is_none());
        ended.send(stream).unwrap();
    });
    begin.await.unwrap();
    assert_notified(&canceller.cancel().await);
    let stream = end.await.unwrap();
    assert_eq!(stream.outcome().unwrap().outcome_type, OutcomeType::Cancelled);
    assert_untold(&canceller.clone().cancel().await, false);
    drop(stream);
    assert_untold(&canceller.cancel().await, false);
    sink.received(1).await;
    held.counted(Counters { requests: 1, open: 0, client_closed: 1 }).await;
}

#[test]
async fn with_the_streams_credentials() {
    let init = web_sys::RequestInit::new();
    init.set_credentials(web_sys::RequestCredentials::Include);
    let script = Script::new(json!([{
        "headers": { "set-cookie": "session=rust; Path=/" },
        "steps": [{ "send": "data: a\n\n" }, { "stall": true }],
    }]))
    .await;
    let sink = Sink::new();
    let builder = EventStream::builder(&script.url()).init(&init).no_retry();
    let mut stream = builder.cancel(CancelRequest::to(sink.url())).open().unwrap();
    assert_eq!(event(&mut stream).await.data, "a");
    assert_notified(&stream.cancel().await);
    let cookie = sink.received(1).await[0].header("cookie").unwrap().to_owned();
    assert!(cookie.contains("session=rust"), "{cookie}");
}

#[test]
async fn what_was_decoded_and_not_taken_is_dropped() {
    let steps = json!([{ "send": "id: 1\ndata: a\n\nid: 2\ndata: b\n\n" }, { "stall": true }]);
    let script = Script::streaming(steps).await;
    let mut stream = EventStream::builder(&script.url()).open().unwrap();
    assert_eq!(event(&mut stream).await.data, "a");
    // Without a `CancelRequest` it stops here, and there is nobody to tell.
    assert_untold(&stream.cancel().await, true);
    assert!(stream.next().await.is_none());
    assert_eq!(stream.last_event_id(), "1");
    let outcome = stream.outcome().unwrap();
    assert_eq!((outcome.outcome_type, outcome.notified), (OutcomeType::Cancelled, None));
    assert_eq!(script.over(1).await[0].outcome, "client-closed");
}

#[test]
async fn before_the_first_poll_nobody_is_told() {
    let (held, sink) = (Held::new(), Sink::new());
    let mut stream = open(&held.url, CancelRequest::to(sink.url()));
    assert_untold(&stream.cancel().await, true);
    assert!(stream.next().await.is_none());
    assert_eq!(stream.outcome().unwrap().outcome_type, OutcomeType::Cancelled);
    held.counted(Counters { requests: 0, open: 0, client_closed: 0 }).await;
    sink.received(0).await;
}

#[test]
async fn during_connect() {
    let silent = Script::new(json!([{ "headersDelay": "never" }])).await;
    let sink = Sink::new();
    let mut stream = open(&silent.url(), CancelRequest::to(sink.url()).method("DELETE"));
    while_waiting(&mut stream, silent.requests(1)).await;
    assert_eq!(stream.state(), State::Connecting);
    assert_notified(&stream.cancel().await);
    assert!(stream.next().await.is_none());
    assert_eq!(silent.over(1).await[0].outcome, "client-closed");
    let requests = sink.received(1).await;
    assert_eq!((requests[0].method.as_str(), requests[0].body.as_str()), ("DELETE", ""));
}

#[test]
async fn between_attempts() {
    let script = Script::new(json!([{ "status": 503 }])).await;
    let sink = Sink::new();
    let mut stream = EventStream::builder(&script.url())
        .retry(unless_told_never())
        .cancel(CancelRequest::to(sink.url()))
        .open()
        .unwrap();
    while_waiting(&mut stream, script.over(1)).await;
    assert_notified(&stream.cancel().await);
    assert!(stream.next().await.is_none());
    sink.received(1).await;
    script.over(1).await;
}

#[test]
async fn after_the_end_there_is_nothing_to_stop() {
    let script = Script::streaming(json!([{ "send": "data: a\n\n" }])).await;
    let sink = Sink::new();
    let builder = EventStream::builder(&script.url()).no_retry();
    let mut stream = builder.cancel(CancelRequest::to(sink.url())).open().unwrap();
    assert_eq!(event(&mut stream).await.data, "a");
    assert!(stream.next().await.is_none());
    assert_untold(&stream.cancel().await, false);
    assert_eq!(stream.outcome().unwrap().outcome_type, OutcomeType::Ended);
    sink.received(0).await;
}

#[test]
async fn a_refused_notification_is_reported() {
    let (held, sink) = (Held::new(), Sink::new());
    let url = format!("{}?status=403", sink.url());
    let mut stream = open(&held.url, CancelRequest::to(&url));
    event(&mut stream).await;
    let error = refusal(stream.cancel().await);
    assert_eq!((error.code, error.status), (ErrorCode::Http, Some(403)));
    assert_eq!(error.message, format!("{} answered 403 Forbidden", sink.url()));
    let outcome = stream.outcome().unwrap();
    assert_eq!((outcome.outcome_type, outcome.notified), (OutcomeType::Cancelled, Some(false)));
    assert!(stream.next().await.is_none(), "it is no error of the stream's");
    sink.received(1).await;
}

#[test]
async fn an_unreachable_backend_is_reported() {
    let held = Held::new();
    let url = format!("{UNREACHABLE}?token=hunter2");
    let mut stream = open(&held.url, CancelRequest::to(&url));
    event(&mut stream).await;
    let error = refusal(stream.cancel().await);
    assert_eq!((error.code, error.status), (ErrorCode::Network, None));
    assert!(error.message.starts_with(&format!("POST {UNREACHABLE} failed: ")), "{error}");
    held.counted(Counters { requests: 1, open: 0, client_closed: 1 }).await;
}

#[test]
async fn a_notification_without_an_answer_is_reported() {
    let (held, sink) = (Held::new(), Sink::new());
    let url = format!("{}?delayMs=3000", sink.url());
    let request = CancelRequest::to(&url).timeout(Duration::from_millis(200));
    let mut stream = open(&held.url, request);
    event(&mut stream).await;
    let error = refusal(stream.cancel().await);
    assert_eq!((error.code, error.status), (ErrorCode::ConnectTimeout, None));
    let message = "did not answer within 200 ms: raise its `timeout`";
    assert_eq!(error.message, format!("{} {message}", sink.url()));
}
