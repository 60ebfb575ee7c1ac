//! Readers that come back: what they get, and for how long the model waits for them.

mod common;

use std::time::Duration;

use common::upstream::{DONE, Exchange, PlayedUpstream};
use common::{Event, Events, TestRelay, json_of, refusal, until};
use reqwest::{Response, StatusCode};
use serde_json::json;
use sluicegate_relay::{Options, Site, UpstreamOptions};
use tokio::net::TcpStream;

/// Sends the question again with the last id that was seen, as the library does.
async fn post_again(relay: &TestRelay, user: &str, session: &str, last_id: &str) -> Response {
    let body = json!({ "prompt": "hi", "userId": user, "sessionId": session });
    let request = relay.client.post(format!("{}/chat", relay.url)).json(&body);
    request.header("last-event-id", last_id).send().await.unwrap()
}

async fn get_again(relay: &TestRelay, user: &str, session: &str, last_id: &str) -> Response {
    let request = relay.client.get(format!("{}/chat/{session}?userId={user}", relay.url));
    request.header("last-event-id", last_id).send().await.unwrap()
}

/// Opens `s1` of `ann`, and lets the model write the tokens `1` to `count`.
async fn opened(relay: &TestRelay, upstream: &PlayedUpstream, count: u64) -> Opened {
    let (response, mut exchange) = tokio::join!(relay.chat("s1", "hi"), upstream.begin());
    write(&mut exchange, 1..=count).await;
    let mut events = Events::of(response);
    json_of(&events.next().await.unwrap(), "start");
    for number in 1..=count {
        assert_eq!(events.next().await.unwrap(), token(number));
    }
    Opened { events, exchange }
}

struct Opened {
    events: Events,
    exchange: Exchange<TcpStream>,
}

async fn write(exchange: &mut Exchange<TcpStream>, numbers: std::ops::RangeInclusive<u64>) {
    for number in numbers {
        exchange.token(&number.to_string()).await;
    }
}

fn token(number: u64) -> Event {
    ("message".into(), number.to_string(), number.to_string())
}

#[tokio::test]
async fn a_client_that_lost_its_connection_gets_the_rest_and_nothing_twice() {
    let upstream = PlayedUpstream::start().await;
    let relay = TestRelay::with_grace(&upstream.url()).await;
    let Opened { events, mut exchange } = opened(&relay, &upstream, 4).await;
    drop(events);
    // Written while nobody reads.
    write(&mut exchange, 5..=50).await;
    // By the body of a POST, and by GET; each time some of it was on its way and never seen.
    for (last, seen) in [("2", 3..=20), ("20", 21..=50), ("0", 1..=50)] {
        for get in [false, true] {
            let response = match get {
                true => get_again(&relay, "ann", "s1", last).await,
                false => post_again(&relay, "ann", "s1", last).await,
            };
            assert_eq!(response.headers()["content-type"], "text/event-stream");
            let mut events = Events::of(response);
            for number in seen.clone() {
                assert_eq!(events.next().await.unwrap(), token(number));
            }
        }
    }
    // And while the model still writes.
    let mut events = Events::of(get_again(&relay, "ann", "s1", "50").await);
    for number in 51..=60 {
        write(&mut exchange, number..=number).await;
        assert_eq!(events.next().await.unwrap(), token(number));
    }
    exchange.send(DONE).await;
    let done = events.rest().await;
    assert_eq!(done.len(), 1);
    assert_eq!(json_of(&done[0], "done"), json!({ "finishReason": "stop", "tokens": 60 }));
    assert_eq!(done[0].2, "61");
}

#[tokio::test]
async fn an_answer_that_ended_meanwhile_is_still_there() {
    let upstream = PlayedUpstream::start().await;
    let relay = TestRelay::with_grace(&upstream.url()).await;
    let Opened { events, mut exchange } = opened(&relay, &upstream, 1).await;
    drop(events);
    write(&mut exchange, 2..=3).await;
    exchange.send(DONE).await;
    assert_eq!(relay.end_of("s1").await, "completed");
    for _ in 0..2 {
        let events = Events::of(post_again(&relay, "ann", "s1", "1").await).rest().await;
        assert_eq!(events[..2], [token(2), token(3)]);
        assert_eq!(json_of(&events[2], "done")["tokens"], 3);
    }
    // All seen: an EventSource that reconnects is told to stop.
    let response = get_again(&relay, "ann", "s1", "4").await;
    assert_eq!(response.status(), StatusCode::NO_CONTENT);
    // Without an id, everything.
    let response = relay.get("/chat/s1?userId=ann").await;
    let events = Events::of(response).rest().await;
    json_of(&events[0], "start");
    assert_eq!(events.len(), 5);
}

#[tokio::test]
async fn two_readers_of_one_answer_both_get_all_of_it() {
    let upstream = PlayedUpstream::start().await;
    let relay = TestRelay::with_grace(&upstream.url()).await;
    let Opened { events: first, mut exchange } = opened(&relay, &upstream, 2).await;
    let second = Events::of(get_again(&relay, "ann", "s1", "").await);
    let writing = async {
        write(&mut exchange, 3..=300).await;
        exchange.send(DONE).await;
    };
    let (first, second, ()) = tokio::join!(first.rest(), second.rest(), writing);
    assert_eq!(first.len(), 299);
    assert_eq!(first[..], second[3..]);
}

#[tokio::test]
async fn while_nobody_reads_the_model_gets_100_frames_ahead_and_no_further() {
    let upstream = PlayedUpstream::start().await;
    let relay = TestRelay::with_grace(&upstream.url()).await;
    let Opened { events, mut exchange } = opened(&relay, &upstream, 1).await;
    drop(events);
    write(&mut exchange, 2..=500).await;
    let tokens = async || relay.session("s1").await["tokens"].as_u64().unwrap();
    until(async || (tokens().await >= 100).then_some(())).await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(tokens().await <= 103, "{}", tokens().await);
    exchange.send(DONE).await;
    let events = Events::of(post_again(&relay, "ann", "s1", "1").await).rest().await;
    assert_eq!(events.len(), 500);
    assert_eq!(events[498], token(500));
}

#[tokio::test]
async fn only_its_owner_may_resume_a_session() {
    let upstream = PlayedUpstream::start().await;
    let relay = TestRelay::with_grace(&upstream.url()).await;
    let Opened { mut events, mut exchange } = opened(&relay, &upstream, 1).await;
    refusal(get_again(&relay, "bob", "s1", "0").await, 403, "not-your-session").await;
    refusal(post_again(&relay, "bob", "s1", "0").await, 403, "not-your-session").await;
    refusal(get_again(&relay, "ann", "s2", "0").await, 404, "session-not-found").await;
    refusal(post_again(&relay, "ann", "s2", "0").await, 404, "session-not-found").await;
    write(&mut exchange, 2..=2).await;
    assert_eq!(events.next().await.unwrap(), token(2));
}

#[tokio::test]
async fn ids_that_were_never_sent_are_refused() {
    let upstream = PlayedUpstream::start().await;
    let relay = TestRelay::with_grace(&upstream.url()).await;
    let _opened = opened(&relay, &upstream, 1).await;
    for never_sent in ["2", "99", "18446744073709551615"] {
        refusal(get_again(&relay, "ann", "s1", never_sent).await, 409, "not-resumable").await;
    }
    for no_id in ["x", "-1", "+1", "1.0", "0x1", "18446744073709551616", "1 1"] {
        refusal(get_again(&relay, "ann", "s1", no_id).await, 400, "invalid-request").await;
        refusal(post_again(&relay, "ann", "s1", no_id).await, 400, "invalid-request").await;
    }
    for query in ["", "?userId=", "?userId=a%0Ab", "?userid=ann"] {
        let response = relay.get(&format!("/chat/s1{query}")).await;
        refusal(response, 400, "invalid-request").await;
    }
    for id in ["%00", "a%0D%0Ab", "%FF", "%2E%2E"] {
        let response = relay.get(&format!("/chat/{id}?userId=ann")).await;
        assert!(response.status().is_client_error(), "{id}");
    }
}

#[tokio::test]
async fn a_client_that_stays_away_is_given_up() {
    let upstream = PlayedUpstream::start().await;
    let options = Options { resume_grace: Duration::from_millis(200), ..Options::default() };
    let address = UpstreamOptions::new(upstream.url(), ["test-model"]);
    let relay =
        TestRelay::with(address, Site::default(), |relay| relay.with_options(options)).await;
    let Opened { events, mut exchange } = opened(&relay, &upstream, 3).await;
    drop(events);
    exchange.closed().await;
    assert_eq!(relay.end_of("s1").await, "client-gone");
    let events = Events::of(post_again(&relay, "ann", "s1", "2").await).rest().await;
    assert_eq!(events[0], token(3));
    assert_eq!(json_of(&events[1], "error")["error"]["code"], "abandoned");
}

#[tokio::test]
async fn a_cancel_does_not_wait_for_the_client_to_come_back() {
    let upstream = PlayedUpstream::start().await;
    let relay = TestRelay::with_grace(&upstream.url()).await;
    let Opened { events, mut exchange } = opened(&relay, &upstream, 2).await;
    drop(events);
    let (status, body) = relay.cancel("s1", "ann").await;
    assert_eq!((status, body), (StatusCode::OK, json!({ "cancelled": true, "tokens": 2 })));
    exchange.closed().await;
    let events = Events::of(post_again(&relay, "ann", "s1", "2").await).rest().await;
    assert_eq!(json_of(&events[0], "done")["finishReason"], "cancelled");
    assert!(relay.session("s1").await["endedAt"].is_u64());
}
