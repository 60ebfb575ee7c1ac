//! The app's closures: what they are called with, what comes of what they return, and of their failures.

use crate::support::{
    Held, Script, Sink, all_data, event, eventually, failure, handmade, quickly, unless_told_never,
    while_waiting,
};
use futures::StreamExt as _;
use serde_json::{Value, json};
use sluicegate::{
    AckRequest, Builder, CancelRequest, Context, Error, ErrorCode, EventStream, ResumeRequest,
    RetryDecision, State, StopReason, llm::Format,
};
use std::{cell::RefCell, rc::Rc, time::Duration};
use wasm_bindgen_test::wasm_bindgen_test as test;

/// One event, then a reset as soon as `seen` is signalled, then nothing more.
async fn broken_once() -> Script {
    Script::new(json!([
        { "steps": [
            { "send": "id: 1\ndata: a\n\n" },
            { "waitFor": "seen" },
            { "reset": true }
        ] },
        { "status": 204 }
    ]))
    .await
}

async fn to_the_end(mut stream: EventStream, script: &Script) {
    event(&mut stream).await;
    script.signal("seen").await;
    assert!(stream.next().await.is_none());
}

#[test]
async fn headers_and_body_are_asked_for_before_each_attempt() {
    let script = broken_once().await;
    let text = |at: &Context| format!("{} {}", at.attempt, at.last_event_id);
    let stream = EventStream::builder(&script.url())
        .method("POST")
        .header("x-always", "yes")
        .headers_with(async move |at| Ok([("x-at".into(), text(&at))]))
        .body_with(async move |at| Ok(text(&at)))
        .retry(quickly())
        .open()
        .unwrap();
    to_the_end(stream, &script).await;
    for (entry, expected) in script.over(2).await.iter().zip(["1 ", "2 1"]) {
        assert_eq!(entry.header("x-at"), Some(expected.trim()));
        assert_eq!(entry.header("x-always"), Some("yes"));
        assert_eq!(entry.body, expected);
    }
}

#[test]
async fn a_closure_that_fails_ends_the_stream_with_its_error_and_nothing_is_sent_again() {
    type Set = fn(Builder) -> Builder;
    let cases: [(&str, Set, ErrorCode, usize); 3] = [
        (
            "headers_with",
            |builder| {
                let fail = async |_| Err::<Vec<(String, String)>, _>(Error::callback("mine"));
                builder.headers_with(fail)
            },
            ErrorCode::Callback,
            0,
        ),
        (
            "body_with",
            |builder| builder.body_with(async |_| Err::<String, _>(Error::callback("mine"))),
            ErrorCode::Callback,
            0,
        ),
        (
            "on_open",
            |builder| builder.on_open(async |_| Err(Error::callback("mine"))),
            ErrorCode::Refused,
            1,
        ),
    ];
    for (name, set, code, requests) in cases {
        let script = Script::streaming(json!([{ "send": "data: a\n\n" }])).await;
        let builder = EventStream::builder(&script.url()).method("POST").retry(quickly());
        let error = failure(&mut set(builder).open().unwrap()).await;
        assert_eq!((error.code, error.attempt), (code, 1), "{name}");
        assert_eq!(error.cause.as_string().as_deref(), Some("mine"), "{name}");
        script.over(requests).await;
    }
}

#[test]
async fn what_was_consumed_is_acknowledged_in_order() {
    let (script, sink) = (
        Script::streaming(json!([{ "send": "id: 1\ndata: a\n\nid: 2\ndata: b\n\n" },
                                 { "send": "id: 3\ndata: c\n\n" }]))
        .await,
        Sink::new(),
    );
    let ack = AckRequest::to(sink.url()).every(2).with(|request, at| {
        request.json(&json!({ "count": at.count, "events": at.events, "id": at.last_event_id }))
    });
    let mut stream = EventStream::builder(&script.url()).no_retry().ack(ack).open().unwrap();
    while let Some(event) = stream.next().await {
        event.unwrap();
    }
    eventually(async || match stream.stats() {
        stats if stats.acknowledged == 3 => Ok(()),
        stats => Err(format!("{stats:?}")),
    })
    .await;
    // The third may go together with the first two, or alone at the end.
    let log = sink.try_received(2).await;
    let bodies: Vec<Value> =
        log.unwrap().iter().map(|entry| serde_json::from_str(&entry.body).unwrap()).collect();
    assert_eq!(
        bodies,
        [
            json!({ "count": 2, "events": 2, "id": "2" }),
            json!({ "count": 1, "events": 3, "id": "3" }),
        ]
    );
}

#[test]
async fn an_acknowledgement_that_fails_twice_is_in_the_stats() {
    let script = Script::streaming(json!([{ "send": "data: a\n\n" }])).await;
    let sink = Sink::answering("?status=500");
    let mut stream = EventStream::builder(&script.url())
        .no_retry()
        .ack(AckRequest::to(sink.url()))
        .open()
        .unwrap();
    event(&mut stream).await;
    let error = eventually(async || stream.stats().ack_error.ok_or("no error yet".into())).await;
    assert_eq!((error.code, error.status), (ErrorCode::Http, Some(500)));
    assert_eq!(stream.stats().acknowledged, 0);
    sink.received(2).await;
}

#[test]
async fn the_notification_knows_what_ended_the_stream_and_what_came_last() {
    type Stop = fn(EventStream, &web_sys::AbortController);
    let cases: [(StopReason, Stop); 3] = [
        (StopReason::Cancel, |stream, _| drop(stream.cancel())),
        (StopReason::Drop, |stream, _| drop(stream)),
        (StopReason::Abort, |stream, controller| {
            controller.abort();
            drop(stream);
        }),
    ];
    for (reason, stop) in cases {
        let (held, sink) = (Held::new(), Sink::new());
        let controller = web_sys::AbortController::new().unwrap();
        let cancel = CancelRequest::to("").on_abort().on_drop();
        let url = String::from(sink.url());
        let mut stream = EventStream::builder(&held.url)
            .signal(&controller.signal())
            .cancel(cancel.with(move |request, at| {
                let last = at.last_event.as_ref().map(|event| event.data.clone());
                request.url(&url).json(&json!([format!("{:?}", at.reason), last]))
            }))
            .open()
            .unwrap();
        let first = event(&mut stream).await;
        stop(stream, &controller);
        let log = sink.received(1).await;
        let expected = json!([format!("{:?}", Some(reason)), first.data]);
        assert_eq!(log[0].body, expected.to_string());
    }
}

#[test]
async fn retries_and_comments_are_told() {
    let script = Script::new(json!([
        { "steps": [
            { "send": ": one\nid: 1\ndata: a\n\n:two\n\n" },
            { "waitFor": "seen" },
            { "reset": true }
        ] },
        { "status": 204 }
    ]))
    .await;
    let told = Rc::new(RefCell::new(Vec::new()));
    let (retries, comments) = (Rc::clone(&told), Rc::clone(&told));
    let stream = EventStream::builder(&script.url())
        .retry(quickly())
        .on_retry(move |info| {
            let told = format!("{} {} {:?}", info.attempt, info.error.code.as_str(), info.delay);
            assert!(info.delay < Duration::from_secs(1), "{told}");
            retries.borrow_mut().push(told.split(' ').take(2).collect::<Vec<_>>().join(" "));
        })
        .on_comment(move |comment| comments.borrow_mut().push(comment.into()))
        .open()
        .unwrap();
    to_the_end(stream, &script).await;
    assert_eq!(*told.borrow(), [" one", "two", "2 network"]);
}

#[test]
async fn the_app_decides_over_retries() {
    let cases = [
        (RetryDecision::Fail, 1),
        (RetryDecision::Retry, 2),
        (RetryDecision::RetryAfter(Duration::ZERO), 2),
    ];
    for (decision, requests) in cases {
        // Final, unless the app says otherwise.
        let script = Script::new(json!([{ "status": 400 }, { "status": 204 }])).await;
        let mut stream = EventStream::builder(&script.url())
            .retry(quickly())
            .should_retry(move |error, attempt| {
                assert_eq!((error.status, attempt), (Some(400), 1));
                decision
            })
            .open()
            .unwrap();
        let end = stream.next().await;
        assert_eq!(end.is_some(), decision == RetryDecision::Fail, "{decision:?}: {end:?}");
        script.over(requests).await;
    }
}

#[test]
async fn the_stats_count() {
    let text = "data: a\n\ndata: b\n\n";
    let script = Script::streaming(json!([{ "send": text }])).await;
    let mut stream = EventStream::builder(&script.url()).no_retry().open().unwrap();
    assert_eq!(stream.stats().attempts, 0);
    while let Some(event) = stream.next().await {
        event.unwrap();
    }
    let stats = stream.stats();
    assert_eq!((stats.bytes, stats.events, stats.attempts), (text.len() as u64, 2, 1));
    assert!(stats.time_to_headers.unwrap() <= stats.time_to_first_event.unwrap());
}

#[test]
async fn a_fetch_of_the_apps_own_is_used() {
    let script = Script::streaming(json!([{ "send": "data: a\n\n" }])).await;
    let code = "return fetch(url, { ...init, headers: { 'x-own': 'yes' } })";
    let fetch = js_sys::Function::new_with_args("url, init", code);
    let builder = EventStream::builder(&script.url()).no_retry().fetch(&fetch);
    assert_eq!(all_data(builder.open().unwrap()).await, ["a"]);
    assert_eq!(script.over(1).await[0].header("x-own"), Some("yes"));
}

#[test]
async fn the_apps_own_fetch_gets_plain_headers_and_bodies_as_json() {
    let echo = handmade("stream(`data: ${init.headers['content-type']} ${init.body}\\n\\n`)");
    let cases = [
        ("({ a: 1 })", "application/json {\"a\":1}"),
        ("({ toJSON: () => ({ a: 2 }) })", "application/json {\"a\":2}"),
        ("new (class { a = 3 })()", "application/json {\"a\":3}"),
        ("[4]", "application/json [4]"),
        ("new URLSearchParams({ a: 5 })", "undefined a=5"),
        ("'a'", "undefined a"),
    ];
    for (body, expected) in cases {
        let body = js_sys::eval(body).unwrap();
        let builder = EventStream::builder("https://host.test/").method("POST").body(body);
        let stream = builder.fetch(&echo).open().unwrap();
        assert_eq!(all_data(stream).await, [expected]);
    }
}

/// A `fetch` that returns an object with these members, and the headers of an event stream.
fn look_alike(members: &str) -> js_sys::Function {
    handmade(&format!(
        "Promise.resolve({{ headers: new Headers({{ 'content-type': 'text/event-stream' }}), {members} }})"
    ))
}

#[test]
async fn polyfills_and_mocks_of_fetch_are_read() {
    let whole = "data: aé\\n\\n";
    let bytes = format!("new TextEncoder().encode('{whole}')");
    let cases = [
        format!("arrayBuffer: async () => {bytes}.buffer"),
        format!("text: async () => '{whole}'"),
        format!(
            "body: null, arrayBuffer() {{ throw new Error('no bytes') }}, async text() {{ return '{whole}' }}"
        ),
        format!("body: '{whole}'"),
        format!("body: {bytes}"),
        format!("body: {bytes}.buffer"),
        format!("body: [{bytes}.subarray(0, 8), {bytes}.subarray(8)]"),
        format!("body: (async function* () {{ yield {bytes} }})()"),
        format!("body: new Response('{whole}').body, url: undefined"),
        format!(
            "body: {{ getReader: () => {{
                const all = [{bytes}]
                return {{ read: () => ({{ done: !all.length, value: all.pop() }}), cancel() {{}} }}
            }} }}"
        ),
        format!("body: {{ getReader: () => new Response('{whole}').body.getReader() }}"),
    ];
    for members in cases {
        for status in ["", "status: 200, "] {
            let fetch = look_alike(&format!("{status}{members}"));
            let builder = EventStream::builder("https://host.test/").no_retry().fetch(&fetch);
            assert_eq!(all_data(builder.open().unwrap()).await, ["aé"], "{members}");
        }
    }
    let fetch = look_alike("body: ['data: \\ud83d', '\\ude00\\n\\n']");
    let builder = EventStream::builder("https://host.test/").no_retry().fetch(&fetch);
    assert_eq!(all_data(builder.open().unwrap()).await, ["😀"]);
}

#[test]
async fn what_a_polyfill_of_fetch_returns_or_throws_has_its_error() {
    let thrown = |error: &str| handmade(&format!("Promise.reject({error})"));
    let cases = [
        (look_alike("body: 7"), ErrorCode::Unsupported, None, None),
        (look_alike("bodyUsed: true"), ErrorCode::Unsupported, None, None),
        (
            look_alike("status: 503, text: async () => 'busy'"),
            ErrorCode::Http,
            Some(503),
            Some("busy"),
        ),
        (thrown("new Response('no', { status: 401 })"), ErrorCode::Http, Some(401), Some("no")),
        (
            thrown(
                "Object.assign(new Error('ky'), { response: new Response('no', { status: 403 }) })",
            ),
            ErrorCode::Http,
            Some(403),
            Some("no"),
        ),
        (thrown("new TypeError('reset')"), ErrorCode::Network, None, None),
        (thrown("undefined"), ErrorCode::Network, None, None),
    ];
    for (index, (fetch, code, status, body)) in cases.into_iter().enumerate() {
        let builder = EventStream::builder("https://host.test/").no_retry().fetch(&fetch);
        let error = failure(&mut builder.open().unwrap()).await;
        assert_eq!((error.code, error.status), (code, status), "{index}: {error}");
        assert_eq!(error.body.as_deref(), body, "{index}: {error}");
    }
}

#[test]
async fn a_resuming_request_has_its_own_headers_and_the_streams_options_of_fetch() {
    let fetch = handmade(
        "init.method === 'POST' ? stream('id: 1\\ndata: a\\n\\n', true)
            : stream(`data: ${init.headers.authorization} ${init.redirect}\\n\\ndata: [DONE]`)",
    );
    let init = web_sys::RequestInit::new();
    js_sys::Reflect::set(&init, &"redirect".into(), &"error".into()).unwrap();
    // Has no effect: no GET may have one.
    init.set_body(&"body".into());
    let stream = EventStream::builder("https://host.test/")
        .method("POST")
        .header("authorization", "old")
        .init(&init)
        .resume(
            ResumeRequest::to("/resume")
                .with(|resume, _| Ok(resume.header("authorization", "new"))),
        )
        .retry(quickly())
        .done("[DONE]")
        .fetch(&fetch)
        .open()
        .unwrap();
    assert_eq!(all_data(stream).await, ["a", "new error"]);
}

#[test]
async fn an_answer_that_begins_anew_has_no_cursor_and_no_events() {
    let fetch = handmade(
        "init.headers['x-at'] === '1 0 .' ? stream('data: a\\n\\n', true)
            : stream(`data: ${init.headers['x-at']}\\n\\ndata: [DONE]\\n\\n`)",
    );
    let text = |at: &Context| {
        format!("{} {} {}", at.attempt, at.events, at.cursor.as_deref().unwrap_or_default())
    };
    let stream = EventStream::builder("https://host.test/")
        .headers_with(async move |at| Ok([("x-at".into(), text(&at) + ".")]))
        .cursor(|event| Some(event.data.into()))
        .retry(quickly())
        .done("[DONE]")
        .fetch(&fetch)
        .open()
        .unwrap();
    assert_eq!(all_data(stream).await, ["a", "2 0 ."]);
}

#[test]
async fn a_job_that_a_header_names_is_known_before_the_first_event() {
    let fetch = handmade(
        "init.method === 'GET' ? stream(': hi\\n\\n')
            : (globalThis.notified = url, new Response())",
    );
    let mut stream = EventStream::builder("https://host.test/")
        .job_in(|event, response| {
            assert_eq!(event.data, "");
            response.headers().get("x-job").unwrap()
        })
        .cancel(CancelRequest::to("https://host.test/").with(|cancel, at| {
            Ok(cancel.url(&format!("https://host.test/{}", at.job.clone().unwrap_or_default())))
        }))
        .retry(unless_told_never())
        .fetch(&fetch)
        .open()
        .unwrap();
    let canceller = stream.canceller();
    while_waiting(
        &mut stream,
        eventually(async || match canceller.state() {
            State::Waiting => Ok(()),
            state => Err(format!("{state:?}")),
        }),
    )
    .await;
    assert!(stream.cancel().await.notification.unwrap().notified);
    let notified = js_sys::Reflect::get(&js_sys::global(), &"notified".into()).unwrap();
    assert_eq!(notified.as_string().as_deref(), Some("https://host.test/7"));
}

#[test]
async fn large_notifications_do_without_keepalive() {
    let fetch = handmade(
        "init.method === 'GET' ? stream('data: a\\n\\n')
            : (globalThis.keepalive = init.keepalive, new Response())",
    );
    for (body, keepalive) in [
        ("'a'.repeat(60 * 1024)", true),
        ("'€'.repeat(30_000)", false),
        ("new Uint8Array(70_000)", false),
        ("new Blob(['a'.repeat(70_000)])", false),
        ("new Blob(['a'])", true),
        ("new Uint8Array(50_000)", true),
        ("new URLSearchParams({ a: 'a'.repeat(70_000) })", false),
        ("new URLSearchParams({ a: 'a' })", true),
        ("new Blob(['a']).stream()", false),
    ] {
        let cancel = CancelRequest::to("/cancel").body(js_sys::eval(body).unwrap());
        let builder = EventStream::builder("https://host.test/").cancel(cancel).fetch(&fetch);
        let mut stream = builder.open().unwrap();
        event(&mut stream).await;
        assert!(stream.cancel().await.notification.unwrap().notified, "{body}");
        let sent = js_sys::Reflect::get(&js_sys::global(), &"keepalive".into()).unwrap();
        assert_eq!(sent.as_bool(), Some(keepalive), "{body}");
    }
}

#[test]
async fn an_error_that_done_when_finds_fails_the_text() {
    let fetch = handmade(
        "stream('data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hi\"}}]}\\n\\n' +
            'event: error\\ndata: {\"error\":{\"message\":\"overloaded\"}}\\n\\n')",
    );
    let builder = EventStream::builder("https://host.test/").method("POST").fetch(&fetch);
    let stream = builder.done_when(|event| event.event_type == "error").open().unwrap();
    let mut texts = stream.text(Format::Auto);
    assert_eq!(texts.next().await.unwrap().unwrap(), "Hi");
    let error = texts.next().await.unwrap().unwrap_err();
    assert_eq!(error.code, ErrorCode::Upstream, "{error}");
    assert!(texts.next().await.is_none());
}

#[test]
async fn a_signal_among_the_options_of_fetch_counts() {
    let controller = web_sys::AbortController::new().unwrap();
    let init = web_sys::RequestInit::new();
    init.set_signal(Some(&controller.signal()));
    let fetch = handmade("stream('data: a\\n\\n')");
    let builder = EventStream::builder("https://host.test/").init(&init).fetch(&fetch);
    let mut stream = builder.retry(unless_told_never()).open().unwrap();
    event(&mut stream).await;
    controller.abort();
    assert_eq!(failure(&mut stream).await.code, ErrorCode::Aborted);
}
