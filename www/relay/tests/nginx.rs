//! The relay behind nginx, as `deploy/nginx.conf` has it.

mod common;

use std::time::Duration;

use common::nginx::Nginx;
use common::upstream::{DONE, PlayedUpstream};
use common::{Events, TestRelay, json_of, tokens_of};
use reqwest::{Response, Version};
use serde_json::{Value, json};
use sluicegate_relay::{Options, Site, UpstreamOptions};

async fn chat(nginx: &Nginx, session: &str) -> Response {
    let body = json!({ "prompt": "hi", "userId": "ann", "sessionId": session });
    nginx.client.post(format!("{}/chat", nginx.url)).json(&body).send().await.unwrap()
}

#[tokio::test]
async fn tokens_come_one_by_one_over_http_2() {
    let upstream = PlayedUpstream::start().await;
    let relay = TestRelay::before(&upstream.url()).await;
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
    let options = UpstreamOptions::new(upstream.url(), ["m"]);
    let relay = TestRelay::with(options, Site::default(), |relay| {
        relay.with_options(Options { resume_grace: Duration::ZERO, ..Options::default() })
    })
    .await;
    let nginx = Nginx::start(&[&relay.url]).await;

    let (response, mut exchange) = tokio::join!(chat(&nginx, "s1"), upstream.begin());
    let body = json!({ "userId": "ann", "sessionId": "s1" });
    let cancel = nginx.client.post(format!("{}/chat/cancel", nginx.url)).json(&body).send();
    assert_eq!(cancel.await.unwrap().status(), 200);
    exchange.closed().await;
    let events = Events::of(response).rest().await;
    assert_eq!(json_of(events.last().unwrap(), "done")["finishReason"], "cancelled");

    let (response, mut exchange) = tokio::join!(chat(&nginx, "s2"), upstream.begin());
    let mut events = Events::of(response);
    events.next().await.unwrap();
    drop(events);
    exchange.closed().await;
    assert_eq!(relay.end_of("s2").await, "client-gone");
}

#[tokio::test]
async fn a_slow_reader_slows_the_model() {
    let upstream = PlayedUpstream::start().await;
    let relay = TestRelay::before(&upstream.url()).await;
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
        TestRelay::before(&upstream.url()).await,
        TestRelay::before(&upstream.url()).await,
        TestRelay::before(&upstream.url()).await,
    ];
    let nginx = Nginx::start(&replicas.each_ref().map(|relay| relay.url.as_str())).await;
    let url = |path: &str| format!("{}/api/sse/{path}", nginx.url);
    let mut open = Vec::new();
    for number in 0..40 {
        let connected = nginx.client.get(url(&format!("connect/client-{number}"))).send().await;
        let mut events = Events::of(connected.unwrap());
        json_of(&events.next().await.unwrap(), "systemMessage");
        open.push(events);
    }
    for (number, events) in open.iter_mut().enumerate().take(6) {
        let asking = nginx.client.post(url(&format!("chat/client-{number}/hi"))).send();
        let (response, mut exchange) = tokio::join!(asking, upstream.begin());
        let body: Value = response.unwrap().json().await.unwrap();
        let message = body["messageId"].as_str().unwrap();
        json_of(&events.next().await.unwrap(), "messageStart");
        exchange.send(DONE).await;
        assert_eq!(json_of(&events.next().await.unwrap(), "messageEnd")["messageId"], message);
        let ack = nginx.client.post(url(&format!("ack/client-{number}/{message}"))).send().await;
        assert_eq!(ack.unwrap().status(), 200);
    }
    let mut clients = Vec::new();
    for replica in &replicas {
        let metrics = replica.get("/metrics").await.text().await.unwrap();
        let line = metrics.lines().find_map(|line| line.strip_prefix("sluicegate_clients "));
        clients.push(line.unwrap().parse::<u32>().unwrap());
    }
    assert_eq!(clients.iter().sum::<u32>(), 40);
    assert!(clients.iter().all(|count| *count > 0), "{clients:?}");
}
