//! `cancel()`, as only Rust calls it. Most of what it does is in tests/scenarios/cancelling.json.

use crate::support::{Counters, Held, Script, Sink, event, while_waiting};
use futures::{
    StreamExt as _,
    channel::oneshot,
    future::{join, ready},
};
use serde_json::json;
use sluicegate::{CancelRequest, CancelResult, Canceller, EventStream, OutcomeType, State};
use std::{cell::RefCell, rc::Rc};
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
async fn a_backend_that_is_still_writing_its_answer_can_finish_it() {
    let steps = json!([{ "send": "{" }, { "delay": 50 }, { "send": "}" }]);
    let (held, backend) = (Held::new(), Script::streaming(steps).await);
    let mut stream = open(&held.url, CancelRequest::to(&backend.url()));
    event(&mut stream).await;
    assert_notified(&stream.cancel().await);
    assert_eq!(backend.over(1).await[0].outcome, "completed");
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
async fn done_when_may_cancel_its_own_stream() {
    let (held, sink) = (Held::new(), Sink::new());
    let canceller: Rc<RefCell<Option<Canceller>>> = Rc::default();
    let within = Rc::clone(&canceller);
    let mut stream = EventStream::builder(&held.url)
        .cancel(CancelRequest::to(sink.url()))
        .done_when(move |_| {
            let canceller = within.borrow_mut().take();
            drop(canceller.map(|canceller| canceller.cancel()));
            false
        })
        .open()
        .unwrap();
    canceller.replace(Some(stream.canceller()));
    assert!(stream.next().await.is_none(), "what comes with the cancelling event is dropped");
    assert_eq!(stream.outcome().unwrap().outcome_type, OutcomeType::Cancelled);
    sink.received(1).await;
    drop(stream);
    held.counted(Counters { requests: 1, open: 0, client_closed: 1 }).await;
}
