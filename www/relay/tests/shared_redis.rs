//! A Redis that others write to as well: what they put there reaches no reader and stops no relay.

mod common;

use std::time::Duration;

use common::redis::TestRedis;
use common::upstream::{DONE, Exchange, PlayedUpstream};
use common::{Events, PATIENCE, TestRelay, json_of, refusal, until};
use reqwest::{Response, StatusCode};
use serde_json::json;
use sluicegate_relay::{Limits, Options, RedisKey, Site, UpstreamOptions};
use tokio::net::TcpStream;

/// A relay of the deployment with this prefix and key.
async fn relay_of(
    redis: &TestRedis,
    upstream: &PlayedUpstream,
    prefix: &str,
    key: Option<u8>,
) -> TestRelay {
    let options = UpstreamOptions::new(upstream.url(), ["test-model"]);
    TestRelay::with(options, Site::default(), |relay| {
        let limits = Limits { ended_per_user: 5, ..Limits::default() };
        let configure = |mut options: sluicegate_relay::RedisOptions| {
            options.prefix = prefix.parse().unwrap();
            options.key = key.map(|byte| RedisKey::new(&[byte; 32]).unwrap());
            options
        };
        let relay = redis.shared_with(relay, configure, limits);
        relay.with_options(Options { resume_grace: PATIENCE, ..Options::default() })
    })
    .await
}

async fn open(
    relay: &TestRelay,
    upstream: &PlayedUpstream,
    session: &str,
) -> (Events, Exchange<TcpStream>) {
    let (response, exchange) = tokio::join!(relay.chat(session, "hi"), upstream.begin());
    let mut events = Events::of(response);
    json_of(&events.next().await.unwrap(), "start");
    (events, exchange)
}

async fn resume(relay: &TestRelay, session: &str, last: &str) -> Response {
    let request = relay.client.get(format!("{}/chat/{session}?userId=ann", relay.url));
    request.header("last-event-id", last).send().await.unwrap()
}

/// Asks and reads to the end.
async fn answered(relay: &TestRelay, upstream: &PlayedUpstream, session: &str) {
    let (events, mut exchange) = open(relay, upstream, session).await;
    exchange.token("yes").await;
    exchange.send(DONE).await;
    assert_eq!(events.rest().await.len(), 2);
}

#[tokio::test]
async fn deployments_with_other_prefixes_do_not_see_each_other() {
    let (redis, upstream) = (TestRedis::start().await, PlayedUpstream::start().await);
    let first = relay_of(&redis, &upstream, "a:", None).await;
    let second = relay_of(&redis, &upstream, "a:session:", None).await;
    // The id would be the other's key, if ids could hold anything.
    for (session, elsewhere) in [("s1", "s1"), ("session:s1", "s1")] {
        let (_events, mut exchange) = open(&first, &upstream, session).await;
        assert_eq!(resume(&second, elsewhere, "0").await.status(), StatusCode::NOT_FOUND);
        assert_eq!(second.cancel(elsewhere, "ann").await.0, StatusCode::NOT_FOUND);
        exchange.send(DONE).await;
    }
    answered(&second, &upstream, "s1").await;
    let keys: Vec<String> = redis.ask(&["KEYS", "*"]).await;
    assert!(keys.iter().all(|key| key.starts_with("a:")), "{keys:?}");
}

#[tokio::test]
async fn a_key_of_another_type_is_told_apart_from_a_redis_that_is_gone() {
    for key in ["session:s1", "events:s1", "user:ann", "ended:ann", "ids:ann"] {
        let (redis, upstream) = (TestRedis::start().await, PlayedUpstream::start().await);
        let relay = relay_of(&redis, &upstream, "p:", None).await;
        let key = format!("p:{key}");
        let _: () = redis.ask(&["SET", &key, "somebody else's"]).await;
        refusal(relay.chat("s1", "hi").await, 500, "foreign-session-data").await;
        if key.contains("s1") {
            refusal(resume(&relay, "s1", "0").await, 500, "foreign-session-data").await;
            let (status, body) = relay.cancel("s1", "ann").await;
            assert_eq!(
                (status.as_u16(), &body["error"]["code"]),
                (500, &json!("foreign-session-data"))
            );
            answered(&relay, &upstream, "s2").await;
        }
        assert_eq!(redis.ask::<String>(&["GET", &key]).await, "somebody else's");
    }
}

#[tokio::test]
async fn a_live_session_goes_on_whatever_happens_to_its_keys() {
    for words in [
        &["SET", "p:session:s1", "x"][..],
        &["SET", "p:events:s1", "x"],
        &["SET", "p:user:ann", "x"],
        &["HSET", "p:session:s1", "next", "1e400", "size", "-1"],
        &["HSET", "p:session:s1", "owner", "somebody"],
        &["XADD", "p:events:s1", "99999-0", "f", "x"],
        &["DEL", "p:session:s1"],
        &["DEL", "p:events:s1"],
    ] {
        let (redis, upstream) = (TestRedis::start().await, PlayedUpstream::start().await);
        let relay = relay_of(&redis, &upstream, "p:", None).await;
        let (mut events, mut exchange) = open(&relay, &upstream, "s1").await;
        redis.ask::<redis::Value>(words).await;
        if words.contains(&"owner") {
            // Another replica has it, as far as this one can know.
            exchange.token("one").await;
            events.broken().await;
        } else {
            for token in ["one", "two"] {
                exchange.token(token).await;
                assert_eq!(events.next().await.unwrap().1, token, "{words:?}");
            }
            exchange.send(DONE).await;
            assert_eq!(events.rest().await.len(), 1, "{words:?}");
        }
        if !words.contains(&"p:user:ann") {
            answered(&relay, &upstream, "s2").await;
        }
    }
}

#[tokio::test]
async fn what_others_write_into_a_stream_reaches_no_reader() {
    let evil = [
        "data: EVIL\n\n",
        "id: 2\ndata: EVIL",
        "id: 3\ndata: EVIL\n\n",
        "id: 2\ndata: EVIL\n\nid: 3\ndata: EVIL\n\n",
        "id: 2\nevent: EVIL\ndata: {}\n\n",
        "id: 2\r\ndata: EVIL\r\n\r\n",
        "retry: 0\n\nid: 2\ndata: EVIL\n\n",
        "EVIL",
        "",
    ];
    // Of the right form, it takes a signature to tell.
    let signed = [("id: 2\ndata: EVIL\n\n", Some(7))];
    let cases = evil.map(|frame| (frame, None)).into_iter().chain(signed);
    for (frame, key) in cases {
        let (redis, upstream) = (TestRedis::start().await, PlayedUpstream::start().await);
        let first = relay_of(&redis, &upstream, "p:", key).await;
        let second = relay_of(&redis, &upstream, "p:", key).await;
        let (_events, mut exchange) = open(&first, &upstream, "s1").await;
        exchange.token("one").await;
        let mut reader = Events::of(resume(&second, "s1", "0").await);
        assert_eq!(reader.next().await.unwrap().1, "one");
        let _: String = redis.ask(&["XADD", "p:events:s1", "3-0", "f", frame, "s", ""]).await;
        let _: i64 = redis.ask(&["HSET", "p:session:s1", "next", "3"]).await;
        // Its reader is let go without having seen anything of it.
        let rest = async {
            while let Some(event) = reader.next_whole().await {
                assert!(!event.0.contains("EVIL") && !event.1.contains("EVIL"), "{event:?}");
            }
        };
        tokio::time::timeout(PATIENCE, rest).await.expect("an end");
        refusal(resume(&second, "s1", "1").await, 500, "foreign-session-data").await;
    }
}

#[tokio::test]
async fn values_of_any_shape_are_refused_and_harm_nobody() {
    let huge = "9".repeat(2 << 20);
    let long = "x".repeat(1000);
    for (field, value) in [
        ("next", "abc"),
        ("next", "-1"),
        ("next", "1.5"),
        ("next", "nan"),
        ("next", "inf"),
        ("next", "18446744073709551615"),
        ("next", &huge),
        ("tokens", "many"),
        ("tokens", ""),
        ("started", "{}"),
        ("state", "banana"),
        ("state", "\u{1b}[2J\n"),
        ("state", ""),
        ("state", &huge),
        ("owner", &long),
        ("user", &huge),
    ] {
        let (redis, upstream) = (TestRedis::start().await, PlayedUpstream::start().await);
        let first = relay_of(&redis, &upstream, "p:", None).await;
        let second = relay_of(&redis, &upstream, "p:", None).await;
        answered(&first, &upstream, "s1").await;
        until(async || {
            let state: String = redis.ask(&["HGET", "p:session:s1", "state"]).await;
            (state == "completed").then_some(())
        })
        .await;
        let _: i64 = redis.ask(&["HSET", "p:session:s1", field, value]).await;
        let what = &value[..value.len().min(20)];
        let status = resume(&second, "s1", "0").await.status();
        assert_eq!(status, 500, "{field} {what}");
        let status = second.cancel("s1", "ann").await.0;
        assert!(status == 500 || field == "next", "{field} {what}: {status}");
        answered(&second, &upstream, "s2").await;
    }
}

#[tokio::test]
async fn whose_a_session_is_cannot_be_changed_by_who_has_no_key() {
    let (redis, upstream) = (TestRedis::start().await, PlayedUpstream::start().await);
    let first = relay_of(&redis, &upstream, "p:", Some(1)).await;
    let second = relay_of(&redis, &upstream, "p:", Some(1)).await;
    let (mut events, mut exchange) = open(&first, &upstream, "s1").await;
    let _: i64 = redis.ask(&["HSET", "p:session:s1", "user", "bob"]).await;
    let request = second.client.get(format!("{}/chat/s1?userId=bob", second.url));
    refusal(request.send().await.unwrap(), 500, "foreign-session-data").await;
    // Nor can a replica be told to stop it, or to wait for a reader that is none.
    let keys: Vec<String> = redis.ask(&["KEYS", "p:replica:*"]).await;
    for key in keys {
        let channel = key.replace(":replica:", ":to:");
        for message in [
            r#"{"is":"cancel","session":"s1"}"#,
            r#"{"is":"reading","session":"s1","replica":"x","reader":"y","to":18446744073709551615}"#,
            r#"{"is":"written"}"#,
            "{",
            "\u{1b}[2J",
            &"x".repeat(100_000),
        ] {
            let _: i64 = redis.ask(&["PUBLISH", &channel, message]).await;
        }
    }
    tokio::time::sleep(Duration::from_millis(200)).await;
    exchange.token("one").await;
    assert_eq!(events.next().await.unwrap().1, "one");
    // Relays with another key are strangers, too.
    let stranger = relay_of(&redis, &upstream, "p:", Some(2)).await;
    refusal(resume(&stranger, "s1", "0").await, 500, "foreign-session-data").await;
}

#[tokio::test]
async fn one_users_many_sessions_take_nothing_from_others_in_redis() {
    let (redis, upstream) = (TestRedis::start().await, PlayedUpstream::start().await);
    let relay = relay_of(&redis, &upstream, "p:", None).await;
    let another = relay_of(&redis, &upstream, "p:", None).await;
    answered(&relay, &upstream, "mine").await;
    let ask = async |user: &str, session: &str| {
        let body = json!({ "prompt": "a question", "userId": user, "sessionId": session });
        let (response, mut exchange) = tokio::join!(relay.post("/chat", &body), upstream.begin());
        exchange.send(DONE).await;
        assert_eq!(Events::of(response).rest().await.len(), 2);
    };
    for number in 0..30 {
        ask("bob", &format!("b{number}")).await;
    }
    // Of bob's, the last five are kept; all ids are still his.
    until(async || {
        let streams: Vec<String> = redis.ask(&["KEYS", "p:events:b*"]).await;
        (streams.len() == 5).then_some(())
    })
    .await;
    let body = json!({ "prompt": "hi", "userId": "ann", "sessionId": "b0" });
    for replica in [&relay, &another] {
        refusal(replica.post("/chat", &body).await, 409, "session-exists").await;
        assert_eq!(Events::of(resume(replica, "mine", "0").await).rest().await.len(), 2);
    }
    for key in redis.ask::<Vec<String>>(&["KEYS", "p:session:*"]).await {
        assert!(!redis.ask::<bool>(&["HEXISTS", &key, "chat"]).await, "{key} has its question yet");
    }
    for key in redis.ask::<Vec<String>>(&["KEYS", "*"]).await {
        let expires: i64 = redis.ask(&["PTTL", &key]).await;
        assert!((1..=600_000).contains(&expires), "{key}: {expires}");
    }
}
