//! Bad network weather, made on request.

mod common;

use std::time::{Duration, Instant};

use common::upstream::{DONE, Exchange, PlayedUpstream};
use common::{Events, TestRelay, refusal};
use serde_json::json;
use sluicegate_relay::{Relay, Site, UpstreamOptions};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// A relay that makes weather, and its upstream.
async fn start() -> (TestRelay, PlayedUpstream) {
    let upstream = PlayedUpstream::start().await;
    let options = UpstreamOptions::new(upstream.url(), ["m"]);
    (TestRelay::with(options, Site::default(), Relay::with_weather).await, upstream)
}

/// Opens a session, and reads until its first token.
async fn open(
    relay: &TestRelay,
    upstream: &PlayedUpstream,
    session: &str,
) -> (Events, Exchange<TcpStream>) {
    let model = async {
        let mut exchange = upstream.begin().await;
        exchange.token("first").await;
        exchange
    };
    let (response, exchange) = tokio::join!(relay.chat(session, "hi"), model);
    let mut events = Events::of(response);
    assert_eq!(events.next().await.unwrap().0, "start");
    assert_eq!(events.next().await.unwrap().1, "first");
    (events, exchange)
}

async fn change(relay: &TestRelay, session: &str, weather: &str) {
    let body = json!({ "userId": "ann", "sessionId": session, "weather": weather });
    let response = relay.post("/weather", &body).await;
    assert_eq!(response.status(), 204);
    assert_eq!(response.text().await.unwrap(), "");
}

#[tokio::test]
async fn drop_resets_the_connection_and_no_other() {
    let (relay, upstream) = start().await;
    let (events, _exchange) = open(&relay, &upstream, "s1").await;
    let (other, mut exchange) = open(&relay, &upstream, "s2").await;
    change(&relay, "s1", "drop").await;
    let error = events.broken().await;
    assert!(format!("{error:?}").contains("reset"), "{error:?}");
    exchange.token("second").await;
    exchange.send(DONE).await;
    let rest = other.rest().await;
    assert_eq!(rest.len(), 2, "{rest:?}");

    let body = json!({ "userId": "ann", "sessionId": "s1", "weather": "drop" });
    refusal(relay.post("/weather", &body).await, 404, "session-not-found").await;
}

#[tokio::test]
async fn stall_holds_the_frames_until_it_clears() {
    let (relay, upstream) = start().await;
    let (mut stalled, mut first) = open(&relay, &upstream, "s1").await;
    let (mut cleared, mut second) = open(&relay, &upstream, "s2").await;
    for session in ["s1", "s2"] {
        change(&relay, session, "stall").await;
    }
    first.token("late").await;
    second.token("soon").await;
    let early = timeout(Duration::from_millis(300), cleared.next()).await;
    assert!(early.is_err(), "{early:?}");
    change(&relay, "s2", "clear").await;
    // The first would be the first to end by itself.
    let next = tokio::select! {
        event = cleared.next() => event,
        event = stalled.next() => event,
    };
    assert_eq!(next.unwrap().1, "soon");
}

#[tokio::test]
async fn stall_ends_by_itself() {
    let (relay, upstream) = start().await;
    let (mut events, mut exchange) = open(&relay, &upstream, "s1").await;
    let start = Instant::now();
    change(&relay, "s1", "stall").await;
    exchange.token("second").await;
    assert_eq!(events.next().await.unwrap().1, "second");
    assert!(start.elapsed() >= Duration::from_secs(5));
}

#[tokio::test]
async fn slow_lets_a_frame_through_each_300_ms() {
    let (relay, upstream) = start().await;
    let (mut events, mut exchange) = open(&relay, &upstream, "s1").await;
    change(&relay, "s1", "slow").await;
    let start = Instant::now();
    for token in ["a", "b", "c"] {
        exchange.token(token).await;
    }
    for token in ["a", "b", "c"] {
        assert_eq!(events.next().await.unwrap().1, token);
    }
    assert!(start.elapsed() >= Duration::from_millis(900));
}

#[tokio::test]
async fn only_its_user_makes_a_sessions_weather() {
    let (relay, upstream) = start().await;
    let (_events, _exchange) = open(&relay, &upstream, "s1").await;
    let post = async |user: &str, session: &str, weather: &str| {
        let body = json!({ "userId": user, "sessionId": session, "weather": weather });
        relay.post("/weather", &body).await
    };
    refusal(post("bob", "s1", "drop").await, 403, "not-your-session").await;
    refusal(post("ann", "s2", "drop").await, 404, "session-not-found").await;
    refusal(post("ann", "s1", "hail").await, 400, "invalid-request").await;
    refusal(post("ann", "s\n1", "drop").await, 400, "invalid-request").await;
    assert_eq!(post("ann", "s1", "clear").await.status(), 204);
}

#[tokio::test]
async fn without_the_flag_there_is_no_weather() {
    let upstream = PlayedUpstream::start().await;
    let relay = TestRelay::before(&upstream.url()).await;
    let body = json!({ "userId": "ann", "sessionId": "s1", "weather": "drop" });
    refusal(relay.post("/weather", &body).await, 404, "not-found").await;
}
