//! The relay behind nginx, as `deploy/nginx.conf` has it.

mod common;

use std::time::Duration;

use common::nginx::Nginx;
use common::upstream::{DONE, PlayedUpstream};
use common::{Events, PATIENCE, TestRelay, json_of, refusal, secret, token, tokens_of};
use reqwest::{Response, Version};
use serde_json::{Value, json};
use sluicegate_relay::{Auth, Options, Site, UpstreamOptions};

/// A relay with tokens: behind a proxy it takes no request without.
async fn relay(upstream: &PlayedUpstream, resume_grace: Duration) -> TestRelay {
    let options = UpstreamOptions::new(upstream.url(), ["test-model"]);
    TestRelay::with(options, Site::default(), |relay| {
        let auth = Auth::Bearer(secret());
        relay.with_options(Options { auth, resume_grace, ..Options::default() })
    })
    .await
}

async fn post(nginx: &Nginx, path: &str, body: &Value) -> Response {
    let request = nginx.client.post(format!("{}{path}", nginx.url)).json(body);
    request.bearer_auth(token("ann")).send().await.unwrap()
}

async fn chat(nginx: &Nginx, session: &str) -> Response {
    post(nginx, "/chat", &json!({ "prompt": "a secret", "sessionId": session })).await
}

#[tokio::test]
async fn tokens_come_one_by_one_over_http_2() {
    let upstream = PlayedUpstream::start().await;
    let relay = relay(&upstream, Duration::ZERO).await;
    let nginx = Nginx::start(&[&relay.url]).await;
    let (response, mut exchange) = tokio::join!(chat(&nginx, "s1"), upstream.begin());
    assert_eq!(response.version(), Version::HTTP_2);
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let mut events = Events::of(response);
    json_of(&events.next().await.unwrap(), "start");
    // Each one is sent when the one before has been read.
    for token in ["a", "b", "企鹅"] {
        exchange.token(token).await;
        assert_eq!(events.next().await.unwrap().1, token);
    }
    exchange.send(DONE).await;
    assert_eq!(json_of(&events.next().await.unwrap(), "done")["tokens"], 3);
    assert_eq!(events.next().await, None);
}

#[tokio::test]
async fn what_the_reader_does_reaches_the_model() {
    let upstream = PlayedUpstream::start().await;
    let relay = relay(&upstream, Duration::ZERO).await;
    let nginx = Nginx::start(&[&relay.url]).await;

    let (response, mut exchange) = tokio::join!(chat(&nginx, "s1"), upstream.begin());
    let cancel = post(&nginx, "/chat/cancel", &json!({ "sessionId": "s1" })).await;
    assert_eq!(cancel.status(), 200);
    exchange.closed().await;
    let events = Events::of(response).rest().await;
    assert_eq!(json_of(events.last().unwrap(), "done")["finishReason"], "cancelled");

    let (response, mut exchange) = tokio::join!(chat(&nginx, "s2"), upstream.begin());
    let mut events = Events::of(response);
    events.next().await.unwrap();
    drop(events);
    exchange.closed().await;
    let list = relay.client.get(format!("{}/sessions", relay.url)).bearer_auth(token("ann"));
    let sessions: Value = list.send().await.unwrap().json().await.unwrap();
    assert_eq!(sessions[0]["state"], "client-gone", "{sessions}");
}

#[tokio::test]
async fn a_slow_reader_slows_the_model() {
    let upstream = PlayedUpstream::start().await;
    let relay = relay(&upstream, Duration::ZERO).await;
    let nginx = Nginx::start(&[&relay.url]).await;
    let (response, mut exchange) = tokio::join!(chat(&nginx, "s1"), upstream.begin());
    let event = common::upstream::token_event(&"x".repeat(64 << 10));
    let (begun, rest) = exchange.flood(&event).await;
    let model = async {
        exchange.send(rest).await;
        exchange.send(DONE).await;
    };
    let (events, ()) = tokio::join!(Events::of(response).rest(), model);
    assert_eq!(tokens_of(&events).len(), begun);
}

#[tokio::test]
async fn a_client_of_api_sse_stays_with_its_replica() {
    let upstream = PlayedUpstream::start().await;
    let replicas = [
        relay(&upstream, PATIENCE).await,
        relay(&upstream, PATIENCE).await,
        relay(&upstream, PATIENCE).await,
    ];
    let nginx = Nginx::start(&replicas.each_ref().map(|relay| relay.url.as_str())).await;
    let url = |path: &str| format!("{}/api/sse/{path}", nginx.url);
    let mut open = Vec::new();
    for number in 0..40 {
        let connecting = nginx.client.get(url(&format!("connect/client-{number}")));
        let connected = connecting.bearer_auth(token("ann")).send().await;
        let mut events = Events::of(connected.unwrap());
        json_of(&events.next().await.unwrap(), "systemMessage");
        open.push(events);
    }
    for (number, events) in open.iter_mut().enumerate().take(6) {
        // The second form is that of clients of old.
        let path = format!("/api/sse/chat/client-{number}{}", ["", "/a-secret"][number % 2]);
        let question = json!({ "message": "a secret" });
        let (response, mut exchange) =
            tokio::join!(post(&nginx, &path, &question), upstream.begin());
        let body: Value = response.json().await.unwrap();
        let message = body["messageId"].as_str().unwrap();
        json_of(&events.next().await.unwrap(), "messageStart");
        exchange.send(DONE).await;
        assert_eq!(json_of(&events.next().await.unwrap(), "messageEnd")["messageId"], message);
        let ack = format!("/api/sse/ack/client-{number}/{message}");
        assert_eq!(post(&nginx, &ack, &json!(null)).await.status(), 200);
    }
    let mut clients = Vec::new();
    for replica in &replicas {
        let metrics = replica.get("/metrics").await.text().await.unwrap();
        let line = metrics.lines().find_map(|line| line.strip_prefix("sluicegate_clients "));
        clients.push(line.unwrap().parse::<u32>().unwrap());
    }
    assert_eq!(clients.iter().sum::<u32>(), 40);
    assert!(clients.iter().all(|count| *count > 0), "{clients:?}");
    // nginx writes a line when a request is over.
    let lines = common::until(async || {
        let lines = nginx.access_log();
        (lines.matches(" POST /api/sse/chat/client-").count() == 6).then_some(lines)
    })
    .await;
    assert!(lines.contains(" POST /api/sse/chat/client-1/- 202 "), "{lines}");
    assert!(!lines.contains("secret"), "{lines}");
}

#[tokio::test]
async fn a_page_of_ours_may_ask_through_nginx_and_one_of_another_scheme_may_not() {
    let upstream = PlayedUpstream::start().await;
    let relay = relay(&upstream, Duration::ZERO).await;
    let nginx = Nginx::start(&[&relay.url]).await;
    let list = async |origin: &str| {
        let request = nginx.client.get(format!("{}/sessions?prompt=a-secret", nginx.url));
        request.bearer_auth(token("ann")).header("origin", origin).send().await.unwrap()
    };
    assert_eq!(list(&nginx.url).await.status(), 200);
    let plain = nginx.url.replace("https:", "http:");
    for origin in [&plain, "https://localhost", "https://evil.test"] {
        refusal(list(origin).await, 403, "cross-origin").await;
    }
    assert!(!nginx.access_log().contains("secret"), "{}", nginx.access_log());
}

#[tokio::test]
async fn a_relay_without_tokens_refuses_what_nginx_brings() {
    let upstream = PlayedUpstream::start().await;
    let relay = TestRelay::before(&upstream.url()).await;
    let nginx = Nginx::start(&[&relay.url]).await;
    let message = refusal(chat(&nginx, "s1").await, 403, "behind-proxy").await;
    assert!(message.contains("--auth bearer"), "{message}");
    assert_eq!(relay.get("/sessions").await.text().await.unwrap(), "[]");
}
