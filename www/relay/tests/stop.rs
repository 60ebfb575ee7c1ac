//! The ways to stop an answer: a cancel, and a reader that goes away.

mod common;

use std::time::Duration;

use common::upstream::{Exchange, PlayedUpstream};
use common::{Events, TestRelay, json_of, tokens_of, until};
use reqwest::StatusCode;
use serde_json::json;
use tokio::net::TcpStream;

/// Opens session `s1` of `ann`, lets the model write two tokens and then fall silent.
async fn two_tokens(relay: &TestRelay, upstream: &PlayedUpstream) -> (Events, Exchange<TcpStream>) {
    let model = async {
        let mut exchange = upstream.begin().await;
        exchange.token("one").await;
        exchange.token("two").await;
        exchange
    };
    let (response, exchange) = tokio::join!(relay.chat("s1", "hi"), model);
    let mut events = Events::of(response);
    json_of(&events.next().await.unwrap(), "start");
    assert_eq!(events.next().await.unwrap().1, "one");
    assert_eq!(events.next().await.unwrap().1, "two");
    (events, exchange)
}

#[tokio::test]
async fn a_cancel_stops_the_model() {
    let (relay, builtin) = TestRelay::with_builtin(200).await;
    let mut events = Events::of(relay.chat("s1", "Tell me a story about rain").await);
    for _ in 0..10 {
        events.next().await.unwrap();
    }
    assert_eq!(builtin.counts().open, 1);
    let (status, body) = relay.cancel("s1", "ann").await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(body["cancelled"], true);
    let tokens = body["tokens"].as_u64().unwrap();
    let session = relay.session("s1").await;
    assert_eq!((&session["state"], &session["tokens"]), (&json!("cancelled"), &json!(tokens)));

    until(async || (builtin.counts().open == 0).then_some(())).await;
    let written = builtin.counts().tokens;
    assert!((9..150).contains(&written), "{written}");
    // Twenty more would have been written by then.
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(builtin.counts().tokens, written);

    let rest = events.rest().await;
    let done = json_of(rest.last().unwrap(), "done");
    assert_eq!(done, json!({ "finishReason": "cancelled", "tokens": tokens }));
}

#[tokio::test]
async fn a_cancel_closes_the_connection_to_a_silent_model() {
    let upstream = PlayedUpstream::start().await;
    let relay = TestRelay::before(&upstream.url()).await;
    let (events, mut exchange) = two_tokens(&relay, &upstream).await;
    let (status, body) = relay.cancel("s1", "ann").await;
    assert_eq!((status, body), (StatusCode::OK, json!({ "cancelled": true, "tokens": 2 })));
    exchange.closed().await;
    let rest = events.rest().await;
    assert_eq!(rest.len(), 1);
    let done = json_of(&rest[0], "done");
    assert_eq!(done, json!({ "finishReason": "cancelled", "tokens": 2 }));
}

#[tokio::test]
async fn a_cancel_before_the_model_begins_to_answer_stops_the_request() {
    let upstream = PlayedUpstream::start().await;
    let relay = TestRelay::before(&upstream.url()).await;
    let stop = async {
        let mut exchange = upstream.accept().await;
        let (status, body) = relay.cancel("s1", "ann").await;
        assert_eq!((status, body), (StatusCode::OK, json!({ "cancelled": true, "tokens": 0 })));
        exchange.closed().await;
    };
    let (response, ()) = tokio::join!(relay.chat("s1", "hi"), stop);
    let events = Events::of(response).rest().await;
    assert_eq!(events.len(), 2);
    json_of(&events[0], "start");
    assert_eq!(json_of(&events[1], "done")["finishReason"], "cancelled");
    assert_eq!(relay.session("s1").await["state"], "cancelled");
}

#[tokio::test]
async fn a_cancel_stops_one_session_and_no_other() {
    let (relay, builtin) = TestRelay::with_builtin(500).await;
    let stopped = Events::of(relay.chat("s1", "hi").await);
    let running = Events::of(relay.chat("s2", "hi").await);
    assert_eq!(relay.cancel("s1", "ann").await.1["cancelled"], true);
    let events = running.rest().await;
    assert_eq!(json_of(events.last().unwrap(), "done")["finishReason"], "stop");
    assert!(tokens_of(&events).len() >= 150);
    assert_eq!(json_of(stopped.rest().await.last().unwrap(), "done")["finishReason"], "cancelled");
    assert_eq!(builtin.counts().requests, 2);
}

#[tokio::test]
async fn only_the_owner_of_a_known_session_may_cancel() {
    let upstream = PlayedUpstream::start().await;
    let relay = TestRelay::before(&upstream.url()).await;
    let (status, body) = relay.cancel("s1", "ann").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert_eq!(body["error"]["code"], "session-not-found");

    let (mut events, mut exchange) = two_tokens(&relay, &upstream).await;
    let (status, body) = relay.cancel("s1", "bob").await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    assert_eq!(body["error"]["code"], "not-your-session");
    // It goes on.
    exchange.token("three").await;
    assert_eq!(events.next().await.unwrap().1, "three");
    assert_eq!(relay.session("s1").await["state"], "live");
}

#[tokio::test]
async fn a_cancel_of_an_ended_session_says_how_it_ended() {
    let (relay, _builtin) = TestRelay::with_builtin(20_000).await;
    let tokens = tokens_of(&Events::of(relay.chat("s1", "hi").await).rest().await).len();
    let completed = json!({ "cancelled": false, "state": "completed", "tokens": tokens });
    assert_eq!(relay.cancel("s1", "ann").await, (StatusCode::OK, completed));
    assert_eq!(relay.cancel("s1", "bob").await.0, StatusCode::FORBIDDEN);
    assert_eq!(relay.session("s1").await["state"], "completed");
}

#[tokio::test]
async fn a_replayed_cancel_changes_nothing() {
    let upstream = PlayedUpstream::start().await;
    let relay = TestRelay::before(&upstream.url()).await;
    let (_events, _exchange) = two_tokens(&relay, &upstream).await;
    assert_eq!(relay.cancel("s1", "ann").await.1["cancelled"], true);
    let session = relay.session("s1").await;
    let again = json!({ "cancelled": false, "state": "cancelled", "tokens": 2 });
    assert_eq!(relay.cancel("s1", "ann").await, (StatusCode::OK, again));
    assert_eq!(relay.session("s1").await, session);
}

#[tokio::test]
async fn an_id_is_taken_while_its_session_lives() {
    let upstream = PlayedUpstream::start().await;
    let relay = TestRelay::before(&upstream.url()).await;
    let (mut events, mut exchange) = two_tokens(&relay, &upstream).await;
    common::refusal(relay.chat("s1", "again").await, 409, "session-exists").await;
    exchange.token("three").await;
    assert_eq!(events.next().await.unwrap().1, "three");

    relay.cancel("s1", "ann").await;
    let body = json!({ "prompt": "mine now", "userId": "bob", "sessionId": "s1" });
    common::refusal(relay.post("/chat", &body).await, 409, "session-exists").await;
    let _kept = two_tokens(&relay, &upstream).await;
    assert_eq!(relay.session("s1").await["state"], "live");
}

#[tokio::test]
async fn a_reader_that_goes_away_closes_the_connection_to_a_silent_model() {
    let upstream = PlayedUpstream::start().await;
    let relay = TestRelay::before(&upstream.url()).await;
    let (events, mut exchange) = two_tokens(&relay, &upstream).await;
    drop(events);
    exchange.closed().await;
    assert_eq!(relay.end_of("s1").await, "client-gone");
    assert_eq!(relay.session("s1").await["tokens"], 2);
}

#[tokio::test]
async fn a_reader_that_goes_away_stops_the_model() {
    let (relay, builtin) = TestRelay::with_builtin(200).await;
    let mut events = Events::of(relay.chat("s1", "Tell me a story about rain").await);
    for _ in 0..10 {
        events.next().await.unwrap();
    }
    drop(events);
    until(async || (builtin.counts().open == 0).then_some(())).await;
    assert!(builtin.counts().tokens < 150, "{:?}", builtin.counts());
    assert_eq!(relay.end_of("s1").await, "client-gone");
}

#[tokio::test]
async fn a_reader_that_goes_away_before_the_answer_begins_stops_the_request() {
    let upstream = PlayedUpstream::start().await;
    let relay = TestRelay::before(&upstream.url()).await;
    let mut exchange = tokio::select! {
        response = relay.chat("s1", "hi") => panic!("answered {response:?}"),
        exchange = upstream.accept() => exchange,
    };
    exchange.closed().await;
    assert_eq!(relay.end_of("s1").await, "client-gone");
}

#[tokio::test]
async fn a_reader_that_goes_away_while_it_is_far_behind_stops_the_model() {
    let upstream = PlayedUpstream::start().await;
    let relay = TestRelay::before(&upstream.url()).await;
    let (events, mut exchange) = two_tokens(&relay, &upstream).await;
    let event = common::upstream::token_event(&"x".repeat(64 << 10));
    exchange.flood(&event).await;
    drop(events);
    assert_eq!(relay.end_of("s1").await, "client-gone");
    exchange.closed().await;
}

#[tokio::test]
async fn the_owners_cancel_explains_a_closed_connection() {
    let upstream = PlayedUpstream::start().await;
    let relay = TestRelay::before(&upstream.url()).await;
    let (events, mut exchange) = two_tokens(&relay, &upstream).await;
    drop(events);
    exchange.closed().await;
    assert_eq!(relay.end_of("s1").await, "client-gone");
    assert_eq!(relay.cancel("s1", "bob").await.0, StatusCode::FORBIDDEN);
    let cancelled = json!({ "cancelled": true, "tokens": 2 });
    assert_eq!(relay.cancel("s1", "ann").await, (StatusCode::OK, cancelled));
    assert_eq!(relay.session("s1").await["state"], "cancelled");
}
