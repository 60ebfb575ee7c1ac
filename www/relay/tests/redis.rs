//! Replicas that share their sessions through a real Redis.

mod common;

use std::time::Duration;

use common::redis::TestRedis;
use common::upstream::{DONE, Exchange, PlayedUpstream};
use common::{Event, Events, PATIENCE, TestRelay, json_of, refusal, tokens_of, until};
use reqwest::{Response, StatusCode};
use serde_json::json;
use sluicegate_relay::{Limits, Options, Redis, RedisOptions, Site, UpstreamOptions};
use tokio::net::TcpStream;

async fn replica(redis: &TestRedis, upstream: &PlayedUpstream) -> TestRelay {
    replica_with_grace(redis, upstream, PATIENCE).await
}

async fn replica_with_grace(
    redis: &TestRedis,
    upstream: &PlayedUpstream,
    resume_grace: Duration,
) -> TestRelay {
    let options = UpstreamOptions::new(upstream.url(), ["test-model"]);
    TestRelay::with(options, Site::default(), |relay| {
        redis.shared(relay).with_options(Options { resume_grace, ..Options::default() })
    })
    .await
}

/// Opens `s1` of `ann`, and lets the model write the tokens `1` to `count`.
async fn opened(
    relay: &TestRelay,
    upstream: &PlayedUpstream,
    count: u64,
) -> (Events, Exchange<TcpStream>) {
    let (response, mut exchange) = tokio::join!(relay.chat("s1", "hi"), upstream.begin());
    write(&mut exchange, 1..=count).await;
    let mut events = Events::of(response);
    json_of(&events.next().await.unwrap(), "start");
    for number in 1..=count {
        assert_eq!(events.next().await.unwrap(), token(number));
    }
    (events, exchange)
}

async fn write(exchange: &mut Exchange<TcpStream>, numbers: std::ops::RangeInclusive<u64>) {
    for number in numbers {
        exchange.token(&number.to_string()).await;
    }
}

fn token(number: u64) -> Event {
    ("message".into(), number.to_string(), number.to_string())
}

async fn resume(relay: &TestRelay, user: &str, last_id: &str) -> Response {
    let request = relay.client.get(format!("{}/chat/s1?userId={user}", relay.url));
    request.header("last-event-id", last_id).send().await.unwrap()
}

#[tokio::test]
async fn a_client_resumes_at_any_replica_while_the_model_writes() {
    let (redis, upstream) = (TestRedis::start().await, PlayedUpstream::start().await);
    let (first, second) = (replica(&redis, &upstream).await, replica(&redis, &upstream).await);
    let (events, mut exchange) = opened(&first, &upstream, 5).await;
    drop(events);
    write(&mut exchange, 6..=20).await;
    let mut next = 4;
    for turn in 0..6 {
        let relay = if turn % 2 == 0 { &second } else { &first };
        let mut events = Events::of(resume(relay, "ann", &(next - 1).to_string()).await);
        let end = 20 + turn * 10;
        write(&mut exchange, end + 1..=end + 10).await;
        for number in next..=end + 10 {
            assert_eq!(events.next().await.unwrap(), token(number));
        }
        // The last three were on their way, and never seen.
        next = end + 8;
    }
    let events = Events::of(resume(&second, "ann", "0").await);
    let again = Events::of(resume(&first, "ann", "0").await);
    exchange.send(DONE).await;
    let events = events.rest().await;
    assert_eq!(tokens_of(&events).len(), 80);
    assert_eq!(
        json_of(events.last().unwrap(), "done"),
        json!({ "finishReason": "stop", "tokens": 80 })
    );
    assert_eq!(again.rest().await, events);
    // Ended, and still there: everywhere.
    assert_eq!(Events::of(resume(&second, "ann", "0").await).rest().await, events);
    for relay in [&first, &second] {
        assert_eq!(resume(relay, "ann", "81").await.status(), StatusCode::NO_CONTENT);
        refusal(resume(relay, "ann", "82").await, 409, "not-resumable").await;
        refusal(resume(relay, "bob", "3").await, 403, "not-your-session").await;
    }
    let keys: Vec<String> = redis.ask(&["KEYS", "*"]).await;
    assert!(keys.len() >= 6, "{keys:?}");
    for key in keys {
        let expires: i64 = redis.ask(&["PTTL", &key]).await;
        let most = if key.contains(":events:") { 120_000 } else { 600_000 };
        assert!((1..=most).contains(&expires), "{key}: {expires}");
    }
}

#[tokio::test]
async fn a_cancel_at_any_replica_stops_the_model() {
    let (redis, upstream) = (TestRedis::start().await, PlayedUpstream::start().await);
    let (first, second) = (replica(&redis, &upstream).await, replica(&redis, &upstream).await);
    let (events, mut exchange) = opened(&first, &upstream, 2).await;
    assert_eq!(second.cancel("s1", "bob").await.0, StatusCode::FORBIDDEN);
    assert_eq!(second.cancel("s2", "ann").await.0, StatusCode::NOT_FOUND);
    assert_eq!(first.session("s1").await["state"], "live");
    let cancelled = json!({ "cancelled": true, "tokens": 2 });
    assert_eq!(second.cancel("s1", "ann").await, (StatusCode::OK, cancelled));
    exchange.closed().await;
    let done = events.rest().await;
    assert_eq!(json_of(&done[0], "done")["finishReason"], "cancelled");
    let again = json!({ "cancelled": false, "state": "cancelled", "tokens": 2 });
    for relay in [&first, &second] {
        assert_eq!(relay.cancel("s1", "ann").await, (StatusCode::OK, again.clone()));
    }
}

#[tokio::test]
async fn an_id_is_taken_at_every_replica() {
    let (redis, upstream) = (TestRedis::start().await, PlayedUpstream::start().await);
    let (first, second) = (replica(&redis, &upstream).await, replica(&redis, &upstream).await);
    let (_events, _exchange) = opened(&first, &upstream, 1).await;
    refusal(second.chat("s1", "again").await, 409, "session-exists").await;
    first.cancel("s1", "ann").await;
    let body = json!({ "prompt": "mine now", "userId": "bob", "sessionId": "s1" });
    refusal(second.post("/chat", &body).await, 409, "session-exists").await;
    // Its user may use it again; the old answer is forgotten everywhere.
    let (_events, mut exchange) = opened(&second, &upstream, 3).await;
    let mut resumed = Events::of(resume(&first, "ann", "1").await);
    assert_eq!(resumed.next().await.unwrap(), token(2));
    exchange.send(DONE).await;
    assert_eq!(resumed.rest().await.len(), 2);
}

#[tokio::test]
async fn a_users_sessions_are_counted_at_all_replicas() {
    let (redis, upstream) = (TestRedis::start().await, PlayedUpstream::start().await);
    let limited = async || {
        let options = UpstreamOptions::new(upstream.url(), ["test-model"]);
        TestRelay::with(options, Site::default(), |relay| {
            let limits = Limits { sessions_per_user: 2, ..Limits::default() };
            redis.shared_with(relay, |options| options, limits)
        })
        .await
    };
    let (first, second) = (limited().await, limited().await);
    // A replica counts once it has said that it lives.
    until(async || {
        let alive: Vec<String> = redis.ask(&["KEYS", "sluicegate:replica:*"]).await;
        (alive.len() == 2).then_some(())
    })
    .await;
    let open = async |relay: &TestRelay, session: &str| {
        let (response, exchange) = tokio::join!(relay.chat(session, "hi"), upstream.begin());
        (Events::of(response), exchange)
    };
    let _one = open(&first, "s1").await;
    let _two = open(&second, "s2").await;
    for relay in [&first, &second] {
        refusal(relay.chat("s3", "hi").await, 429, "too-many-sessions-of-user").await;
    }
    first.cancel("s2", "ann").await;
    let _three = open(&first, "s3").await;
}

#[tokio::test]
async fn a_slow_reader_elsewhere_slows_the_model() {
    let (redis, upstream) = (TestRedis::start().await, PlayedUpstream::start().await);
    let (first, second) = (replica(&redis, &upstream).await, replica(&redis, &upstream).await);
    let (events, mut exchange) = opened(&first, &upstream, 1).await;
    let mut slow = Events::of(resume(&second, "ann", "0").await);
    slow.next().await.unwrap();
    drop(events);
    let large = "x".repeat(64 << 10);
    let event = common::upstream::token_event(&large);
    let (begun, rest) = exchange.flood(&event).await;
    let writing = async {
        exchange.send(rest).await;
        exchange.send(DONE).await;
    };
    let (events, ()) = tokio::join!(slow.rest(), writing);
    assert_eq!(events.len(), begun + 1);
    for (event, number) in events.iter().zip(2..=begun + 1) {
        assert_eq!((event.1.len(), &event.2), (large.len(), &number.to_string()));
    }
}

#[tokio::test]
async fn a_reader_elsewhere_keeps_a_session_going_and_its_leaving_ends_it() {
    let (redis, upstream) = (TestRedis::start().await, PlayedUpstream::start().await);
    let grace = Duration::from_secs(1);
    let first = replica_with_grace(&redis, &upstream, grace).await;
    let second = replica_with_grace(&redis, &upstream, grace).await;
    let (events, mut exchange) = opened(&first, &upstream, 1).await;
    let mut elsewhere = Events::of(resume(&second, "ann", "1").await);
    drop(events);
    tokio::time::sleep(Duration::from_secs(5)).await;
    write(&mut exchange, 2..=2).await;
    assert_eq!(elsewhere.next().await.unwrap(), token(2));
    drop(elsewhere);
    exchange.closed().await;
    assert_eq!(first.end_of("s1").await, "client-gone");
    let late = Events::of(resume(&second, "ann", "1").await).rest().await;
    assert_eq!(json_of(&late[1], "error")["error"]["code"], "abandoned");
}

#[tokio::test]
async fn without_redis_running_answers_go_on_and_new_ones_wait() {
    let (mut redis, upstream) = (TestRedis::start().await, PlayedUpstream::start().await);
    let (first, second) = (replica(&redis, &upstream).await, replica(&redis, &upstream).await);
    let (mut events, mut exchange) = opened(&first, &upstream, 3).await;
    let mut elsewhere = Events::of(resume(&second, "ann", "2").await);
    assert_eq!(elsewhere.next().await.unwrap(), token(3));

    redis.kill().await;
    write(&mut exchange, 4..=10).await;
    for number in 4..=10 {
        assert_eq!(events.next().await.unwrap(), token(number));
    }
    for relay in [&first, &second] {
        let refused = relay.chat("s2", "hi").await;
        assert_eq!(refused.headers()["retry-after"], "5");
        let message = refusal(refused, 503, "sessions-unavailable").await;
        assert!(message.contains("does not reach the place where sessions are kept"), "{message}");
    }
    refusal(resume(&second, "ann", "2").await, 503, "sessions-unavailable").await;
    assert_eq!(second.cancel("s1", "ann").await.0, StatusCode::SERVICE_UNAVAILABLE);

    // It comes back empty: what happened meanwhile is found at the other replica nevertheless.
    redis.run().await;
    for number in 4..=10 {
        assert_eq!(elsewhere.next().await.unwrap(), token(number));
    }
    write(&mut exchange, 11..=12).await;
    for number in 11..=12 {
        assert_eq!(events.next().await.unwrap(), token(number));
        assert_eq!(elsewhere.next().await.unwrap(), token(number));
    }
    let mut resumed = Events::of(resume(&second, "ann", "0").await);
    for number in 1..=12 {
        assert_eq!(resumed.next().await.unwrap(), token(number));
    }
    let chat = async || second.chat("s2", "hi").await;
    let (response, _exchange) = tokio::join!(chat(), upstream.begin());
    assert_eq!(response.status(), StatusCode::OK);
    // And running ones can be cancelled when it is gone again.
    redis.kill().await;
    assert_eq!(first.cancel("s1", "ann").await.1["cancelled"], true);
    exchange.closed().await;
}

#[tokio::test]
async fn a_full_redis_holds_up_no_answer() {
    for is_emptied in [false, true] {
        let (redis, upstream) = (TestRedis::start().await, PlayedUpstream::start().await);
        let (first, second) = (replica(&redis, &upstream).await, replica(&redis, &upstream).await);
        let (mut events, mut exchange) = opened(&first, &upstream, 3).await;
        if is_emptied {
            redis.ask::<()>(&["FLUSHALL"]).await;
        }
        redis.ask::<()>(&["CONFIG", "SET", "maxmemory", "1"]).await;
        write(&mut exchange, 4..=6).await;
        for number in 4..=6 {
            assert_eq!(events.next().await.unwrap(), token(number), "{is_emptied}");
        }
        refusal(first.chat("s2", "hi").await, 503, "sessions-unavailable").await;
        redis.ask::<()>(&["CONFIG", "SET", "maxmemory", "0"]).await;
        let mut resumed = until(async || {
            let response = resume(&second, "ann", "0").await;
            (response.status() == StatusCode::OK).then(|| Events::of(response))
        })
        .await;
        for number in 1..=6 {
            assert_eq!(resumed.next().await.unwrap(), token(number), "{is_emptied}");
        }
    }
}

#[tokio::test]
async fn a_redis_that_hangs_delays_answers_and_loses_nothing() {
    let (redis, upstream) = (TestRedis::start().await, PlayedUpstream::start().await);
    let (first, second) = (replica(&redis, &upstream).await, replica(&redis, &upstream).await);
    let (mut events, mut exchange) = opened(&first, &upstream, 3).await;
    redis.signal("-STOP").await;
    write(&mut exchange, 4..=6).await;
    for number in 4..=6 {
        assert_eq!(events.next().await.unwrap(), token(number));
    }
    refusal(first.chat("s2", "hi").await, 503, "sessions-unavailable").await;
    redis.signal("-CONT").await;
    let mut resumed = until(async || {
        let response = resume(&second, "ann", "0").await;
        (response.status() == StatusCode::OK).then(|| Events::of(response))
    })
    .await;
    for number in 1..=6 {
        assert_eq!(resumed.next().await.unwrap(), token(number));
    }
    // What was asked for meanwhile, Redis did after all, and the relay took it back.
    let asking = until(async || {
        let response = second.chat("s2", "hi").await;
        (response.status() == StatusCode::OK).then_some(response)
    });
    let (_again, _exchange) = tokio::join!(asking, upstream.begin());
}

#[tokio::test]
async fn a_replica_that_shuts_down_hands_its_answers_over() {
    let (redis, upstream) = (TestRedis::start().await, PlayedUpstream::start().await);
    let (first, second) = (replica(&redis, &upstream).await, replica(&redis, &upstream).await);
    let (events, exchange) = opened(&first, &upstream, 4).await;
    drop(first);
    let error = events.broken().await;
    assert!(error.is_body() || error.is_decode(), "{error:?}");
    drop(exchange);
    let going_on = async {
        let mut exchange = upstream.begin().await;
        write(&mut exchange, 5..=6).await;
        exchange.send(DONE).await;
        exchange
    };
    let resuming = async { Events::of(resume(&second, "ann", "4").await).rest().await };
    let (events, exchange) = tokio::join!(resuming, going_on);
    assert_eq!(events[..2], [token(5), token(6)]);
    assert_eq!(json_of(&events[2], "done"), json!({ "finishReason": "stop", "tokens": 6 }));
    // The model was asked to go on with what there was.
    let messages = &exchange.body["messages"];
    assert_eq!(messages[0], json!({ "role": "user", "content": "hi" }));
    assert_eq!(messages[1], json!({ "role": "assistant", "content": "1234" }));
}

#[test]
fn a_url_that_is_none_is_refused() {
    let error = Redis::new(RedisOptions::new("http://127.0.0.1"), Limits::default()).err().unwrap();
    assert_eq!(error.to_string(), "not a Redis URL, such as redis://:password@127.0.0.1:6379/0");
}
