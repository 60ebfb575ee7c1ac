//! The routes of `/api/sse`.

mod common;

use std::time::{Duration, UNIX_EPOCH};

use common::upstream::{DONE, Exchange, PlayedUpstream};
use common::{Event, Events, TestRelay, json_of, refusal, until};
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use sluicegate_relay::{Auth, Options, Secret, Site, UpstreamOptions};
use tokio::net::TcpStream;

async fn connect(relay: &TestRelay, client: &str) -> Events {
    let response = relay.get(&format!("/api/sse/connect/{client}")).await;
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let mut events = Events::of(response);
    let welcome = json_of(&events.next().await.unwrap(), "systemMessage");
    assert_eq!(welcome, json!({ "clientId": client, "content": "connected" }));
    events
}

/// Asks as the client, and returns the id of the message that answers, and the model's side.
async fn ask(
    relay: &TestRelay,
    upstream: &PlayedUpstream,
    client: &str,
    message: &str,
) -> (String, Exchange<TcpStream>) {
    let url = format!("{}/api/sse/chat/{client}", relay.url);
    let sending = relay.client.post(url).json(&json!({ "message": message }));
    ask_by(upstream, sending).await
}

async fn ask_by(
    upstream: &PlayedUpstream,
    request: RequestBuilder,
) -> (String, Exchange<TcpStream>) {
    let (response, exchange) = tokio::join!(request.send(), upstream.begin());
    let response = response.unwrap();
    assert_eq!(response.status(), StatusCode::ACCEPTED);
    assert_eq!(response.headers()["cache-control"], "no-store");
    let body: Value = response.json().await.unwrap();
    (body["messageId"].as_str().unwrap().to_owned(), exchange)
}

/// Checks that the event is of that type and message, and returns the rest of its data.
#[track_caller]
fn of_message(event: &Event, name: &str, message: &str) -> Value {
    let mut data = json_of(event, name);
    assert_eq!(data.as_object_mut().unwrap().remove("messageId").unwrap(), message);
    assert_eq!(event.2, "", "no event of this stream has an id");
    data
}

async fn after(relay: &TestRelay, path: &str) -> Value {
    let response = relay.post(path, &json!(null)).await;
    assert_eq!(response.status(), StatusCode::OK);
    response.json().await.unwrap()
}

#[tokio::test]
async fn an_answer_comes_over_the_connection_by_sentence() {
    let upstream = PlayedUpstream::start().await;
    let relay = TestRelay::before(&upstream.url()).await;
    for client in ["c1", "%E5%AE%A2%2F1"] {
        let name = if client == "c1" { "c1" } else { "客/1" };
        let mut events = Events::of(relay.get(&format!("/api/sse/connect/{client}")).await);
        let welcome = json_of(&events.next().await.unwrap(), "systemMessage");
        assert_eq!(welcome["clientId"], name);
        let question = "What is/rain?\n雨";
        let (message, mut exchange) = ask(&relay, &upstream, client, question).await;
        let asked = json!([{ "role": "user", "content": question }]);
        assert_eq!(exchange.body["messages"], asked);
        for token in ["Rain", " is", " water.", " It\n", "\ndata: falls", ".\r\n", "End"] {
            exchange.token(token).await;
        }
        exchange.send(DONE).await;
        let start = events.next().await.unwrap();
        assert_eq!(of_message(&start, "messageStart", &message), json!({ "model": "test-model" }));
        let mut fragments = Vec::new();
        let end = loop {
            let event = events.next().await.unwrap();
            if event.0 != "messageFragment" {
                break event;
            }
            let data = of_message(&event, "messageFragment", &message);
            fragments.push(data["content"].as_str().unwrap().to_owned());
        };
        let sentences = ["Rain is water. ", "It\n", "\n", "data: falls.\r\n", "End"];
        assert_eq!(fragments, sentences);
        let end = of_message(&end, "messageEnd", &message);
        assert_eq!(end, json!({ "finishReason": "stop", "tokens": 7 }));
        assert_eq!(relay.session(&message).await["state"], "completed");
    }
}

#[tokio::test]
async fn an_upstreams_error_is_an_event_of_the_message() {
    let upstream = PlayedUpstream::start().await;
    let relay = TestRelay::before(&upstream.url()).await;
    let mut events = connect(&relay, "c1").await;
    let (message, mut exchange) = ask(&relay, &upstream, "c1", "hi").await;
    exchange.token("Half a").await;
    drop(exchange);
    assert_eq!(events.next().await.unwrap().0, "messageStart");
    let fragment = of_message(&events.next().await.unwrap(), "messageFragment", &message);
    assert_eq!(fragment["content"], "Half a");
    let error = of_message(&events.next().await.unwrap(), "error", &message);
    assert_eq!(error["error"]["code"], "upstream-truncated");

    // The connection outlives it, also when the model says nothing at all.
    let refusing = async { upstream.accept().await.answer("500 Oops", "{}").await };
    let (response, ()) = tokio::join!(relay.post("/api/sse/chat/c1/again", &json!(null)), refusing);
    let body: Value = response.json().await.unwrap();
    let message = body["messageId"].as_str().unwrap();
    of_message(&events.next().await.unwrap(), "messageStart", message);
    let error = of_message(&events.next().await.unwrap(), "error", message);
    assert_eq!(error["error"]["code"], "upstream-status");
}

#[tokio::test]
async fn a_second_connection_completes_the_first_and_stops_its_answers() {
    let upstream = PlayedUpstream::start().await;
    let relay = TestRelay::before(&upstream.url()).await;
    let mut first = connect(&relay, "c1").await;
    let (message, mut exchange) = ask(&relay, &upstream, "c1", "hi").await;
    assert_eq!(first.next().await.unwrap().0, "messageStart");
    let mut second = connect(&relay, "c1").await;
    first.rest().await;
    exchange.closed().await;
    assert_eq!(relay.end_of(&message).await, "cancelled");

    let (message, mut exchange) = ask(&relay, &upstream, "c1", "hi").await;
    exchange.send(DONE).await;
    of_message(&second.next().await.unwrap(), "messageStart", &message);
    of_message(&second.next().await.unwrap(), "messageEnd", &message);
}

#[tokio::test]
async fn disconnect_completes_the_connection_and_stops_its_answers() {
    let upstream = PlayedUpstream::start().await;
    let relay = TestRelay::before(&upstream.url()).await;
    for _ in 0..2 {
        let events = connect(&relay, "c1").await;
        let (message, mut exchange) = ask(&relay, &upstream, "c1", "hi").await;
        let url = format!("{}/api/sse/disconnect/c1", relay.url);
        let disconnect = async || {
            let response = relay.client.post(&url).send().await.unwrap();
            assert_eq!(response.status(), StatusCode::OK);
            response.json::<Value>().await.unwrap()
        };
        assert_eq!(disconnect().await, json!({ "disconnected": true }));
        events.rest().await;
        exchange.closed().await;
        assert_eq!(relay.end_of(&message).await, "cancelled");
        assert_eq!(disconnect().await, json!({ "disconnected": false }));
    }
}

#[tokio::test]
async fn clients_of_old_have_the_question_in_the_path_and_may_be_let_use_get() {
    let upstream = PlayedUpstream::start().await;
    let address = || UpstreamOptions::new(upstream.url(), ["m"]);
    let modern = TestRelay::start(address(), Site::default()).await;
    let legacy = TestRelay::with(address(), Site::default(), |relay| {
        relay.with_options(Options { legacy_get: true, ..Options::default() })
    })
    .await;
    let asked = json!([{ "role": "user", "content": "What is/rain? 雨" }]);
    for (relay, method) in
        [(&modern, Method::POST), (&legacy, Method::POST), (&legacy, Method::GET)]
    {
        let _events = connect(relay, "c1").await;
        let url = |path: &str| format!("{}/api/sse/{path}", relay.url);
        let question = url("chat/c1/What%20is%2Frain%3F%20%E9%9B%A8");
        let asking = relay.client.request(method.clone(), question);
        let (_, exchange) = ask_by(&upstream, asking).await;
        assert_eq!(exchange.body["messages"], asked);
        let leaving = relay.client.request(method, url("disconnect/c1")).send().await.unwrap();
        assert_eq!(leaving.json::<Value>().await.unwrap(), json!({ "disconnected": true }));
    }
    let _events = connect(&modern, "c1").await;
    for path in ["chat/c1/hi", "disconnect/c1"] {
        let path = format!("/api/sse/{path}");
        refusal(modern.get(&path).await, 405, "method-not-allowed").await;
        // Also where GET is allowed, no page of a stranger may, and HEAD does nothing.
        for header in [("origin", "https://evil.test"), ("sec-fetch-site", "cross-site")] {
            let request = legacy.client.get(format!("{}{path}", legacy.url));
            let response = request.header(header.0, header.1).send().await.unwrap();
            refusal(response, 403, "cross-origin").await;
        }
        let head = legacy.client.head(format!("{}{path}", legacy.url)).send().await.unwrap();
        assert_eq!(head.status(), StatusCode::METHOD_NOT_ALLOWED);
    }
}

#[tokio::test]
async fn a_client_that_goes_away_is_forgotten_and_its_answers_stop() {
    let upstream = PlayedUpstream::start().await;
    let options = UpstreamOptions::new(upstream.url(), ["m"]);
    let relay = TestRelay::with(options, Site::default(), |relay| {
        relay.with_options(Options { resume_grace: Duration::ZERO, ..Options::default() })
    })
    .await;
    let events = connect(&relay, "c1").await;
    let (message, mut exchange) = ask(&relay, &upstream, "c1", "hi").await;
    drop(events);
    exchange.closed().await;
    relay.end_of(&message).await;
    until(async || {
        let response = relay.post("/api/sse/ack/c1/x", &json!(null)).await;
        let body: Value = response.json().await.unwrap();
        (body["error"]["code"] == "client-not-connected").then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_message_is_acknowledged_once_and_counted() {
    let upstream = PlayedUpstream::start().await;
    let relay = TestRelay::before(&upstream.url()).await;
    let _events = connect(&relay, "c1").await;
    let (message, _exchange) = ask(&relay, &upstream, "c1", "hi").await;
    let path = format!("/api/sse/ack/c1/{message}");
    assert_eq!(after(&relay, &path).await, json!({ "acknowledged": true }));
    assert_eq!(after(&relay, &path).await, json!({ "acknowledged": false }));
    let unknown = relay.post("/api/sse/ack/c1/none", &json!(null)).await;
    refusal(unknown, 404, "message-not-found").await;
    let elsewhere = relay.post(&format!("/api/sse/ack/c2/{message}"), &json!(null)).await;
    refusal(elsewhere, 404, "client-not-connected").await;
    refusal(relay.get(&path).await, 405, "method-not-allowed").await;
    let metrics = relay.get("/metrics").await.text().await.unwrap();
    assert!(metrics.contains("\nsluicegate_acknowledged_messages_total 1\n"), "{metrics}");
    assert!(metrics.contains("\nsluicegate_clients 1\n"), "{metrics}");
}

async fn with_options(options: Options) -> TestRelay {
    let upstream = UpstreamOptions::new("http://127.0.0.1:9/v1", ["m"]);
    TestRelay::with(upstream, Site::default(), |relay| relay.with_options(options)).await
}

#[tokio::test]
async fn a_heart_beats_until_the_time_is_over() {
    let relay = with_options(Options {
        heartbeat: Duration::from_millis(20),
        client_timeout: Duration::from_millis(500),
        ..Options::default()
    })
    .await;
    let events = connect(&relay, "c1").await.rest().await;
    assert!(events.len() >= 2, "{events:?}");
    let times: Vec<_> =
        events.iter().map(|event| json_of(event, "heartbeat")["time"].as_u64().unwrap()).collect();
    assert!(times.is_sorted_by(|a, b| b - a >= 20), "{times:?}");
    let asked = relay.post("/api/sse/chat/c1", &json!({ "message": "hi" })).await;
    refusal(asked, 404, "client-not-connected").await;
}

#[tokio::test]
async fn only_so_many_clients_may_connect() {
    let relay = with_options(Options { max_clients: 1, ..Options::default() }).await;
    let _events = connect(&relay, "c1").await;
    let response = relay.get("/api/sse/connect/c2").await;
    assert_eq!(response.headers()["retry-after"], "30");
    refusal(response, 503, "too-many-clients").await;
    let _again = connect(&relay, "c1").await;
}

#[tokio::test]
async fn bad_names_and_messages_are_refused() {
    let relay = with_options(Options::default()).await;
    let _events = connect(&relay, "c1").await;
    let long = "x".repeat(4097);
    for path in
        ["connect/%0A", "connect/a%00", "connect/%ff", &format!("connect/{}", "x".repeat(257))]
    {
        refusal(relay.get(&format!("/api/sse/{path}")).await, 400, "invalid-request").await;
    }
    for path in [
        "chat/c1/a%0Aevent:%20x",
        "chat/c1/%20",
        "chat/%7f/hi",
        &format!("chat/c1/{long}"),
        "disconnect/%C2%85",
        "ack/c1/a%0Db",
    ] {
        let response = relay.post(&format!("/api/sse/{path}"), &json!(null)).await;
        refusal(response, 400, "invalid-request").await;
    }
    for body in [json!({ "message": " \n" }), json!({}), json!({ "message": 1 }), json!("hi")] {
        let response = relay.post("/api/sse/chat/c1", &body).await;
        refusal(response, 400, "invalid-request").await;
    }
    for path in ["connect", "connect/", "chat/c1/", "chat/c1/a/b", "ack/c1"] {
        refusal(relay.get(&format!("/api/sse/{path}")).await, 404, "not-found").await;
    }
    let unknown = relay.post("/api/sse/chat/c2", &json!({ "message": "hi" })).await;
    refusal(unknown, 404, "client-not-connected").await;
}

#[tokio::test]
async fn a_client_belongs_to_the_user_of_its_token() {
    let secret = || Secret::new(&[7; 32]).unwrap();
    let in_an_hour = UNIX_EPOCH.elapsed().unwrap().as_secs() + 3600;
    let relay = with_options(Options { auth: Auth::Bearer(secret()), ..Options::default() }).await;
    let send = async |method: Method, user: &str, path: &str| {
        let request = relay.client.request(method, format!("{}/api/sse/{path}", relay.url));
        request.bearer_auth(secret().sign(user, in_an_hour)).send().await.unwrap()
    };
    refusal(relay.get("/api/sse/connect/c1").await, 401, "unauthorized").await;
    let mut events = Events::of(send(Method::GET, "ann", "connect/c1").await);
    assert_eq!(events.next().await.unwrap().0, "systemMessage");
    for (method, path) in [
        (Method::GET, "connect/c1"),
        (Method::POST, "chat/c1/hi"),
        (Method::POST, "ack/c1/m"),
        (Method::POST, "disconnect/c1"),
    ] {
        let response = send(method, "bob", path).await;
        refusal(response, 403, "not-your-client").await;
    }
    let acked = send(Method::POST, "ann", "ack/c1/m").await;
    refusal(acked, 404, "message-not-found").await;
    assert_eq!(send(Method::POST, "ann", "disconnect/c1").await.status(), StatusCode::OK);
    assert_eq!(events.next().await, None);
}
