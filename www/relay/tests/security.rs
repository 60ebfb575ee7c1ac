//! Who may do what, how much of it, and what the answers and logs give away.

mod common;

use std::time::Duration;

use common::upstream::{DONE, PlayedUpstream};
use common::{Events, TestRelay, json_of, refusal, secret, token};
use reqwest::{RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};
use sluicegate_relay::{Auth, Limits, Memory, Options, Site, UpstreamOptions};
use std::sync::Arc;

async fn start(upstream: &PlayedUpstream, options: Options) -> TestRelay {
    let address = UpstreamOptions::new(upstream.url(), ["test-model"]);
    let allowed_origins = vec!["https://app.test".parse().unwrap()];
    let options = Options { allowed_origins, ..options };
    TestRelay::with(address, Site::default(), |relay| relay.with_options(options)).await
}

async fn send(request: RequestBuilder) -> Response {
    request.send().await.unwrap()
}

#[tokio::test]
async fn with_tokens_the_user_is_the_tokens() {
    let upstream = PlayedUpstream::start().await;
    let auth = Auth::Bearer(secret());
    let relay = start(&upstream, Options { auth, ..Options::default() }).await;
    let post = |path: &str, user: &str, body: Value| {
        let request = relay.client.post(format!("{}{path}", relay.url)).json(&body);
        send(request.bearer_auth(token(user)))
    };
    let get = |path: &str, user: &str| {
        send(relay.client.get(format!("{}{path}", relay.url)).bearer_auth(token(user)))
    };
    let body = json!({ "prompt": "hi", "sessionId": "s1" });
    let (response, mut exchange) =
        tokio::join!(post("/chat", "ann", body.clone()), upstream.begin());
    let mut events = Events::of(response);
    exchange.token("one").await;
    json_of(&events.next().await.unwrap(), "start");
    assert_eq!(events.next().await.unwrap().1, "one");

    let sessions: Value = get("/sessions", "ann").await.json().await.unwrap();
    assert_eq!(sessions[0]["userId"], "ann");
    let mut second = Events::of(get("/chat/s1", "ann").await);
    json_of(&second.next().await.unwrap(), "start");
    refusal(get("/chat/s1", "bob").await, 403, "not-your-session").await;
    let as_bob = json!({ "prompt": "hi", "sessionId": "s2", "userId": "bob" });
    refusal(post("/chat", "ann", as_bob).await, 403, "not-your-user").await;

    let response = send(relay.client.get(format!("{}/chat/s1", relay.url))).await;
    assert_eq!(response.headers()["www-authenticate"], "Bearer");
    refusal(response, 401, "unauthorized").await;
    let response = post("/chat/cancel", "ann", json!({ "sessionId": "s1" })).await;
    assert_eq!(response.json::<Value>().await.unwrap()["cancelled"], true);
    exchange.closed().await;
}

#[tokio::test]
async fn with_cookies_other_sites_can_do_nothing() {
    let upstream = PlayedUpstream::start().await;
    let auth = Auth::Cookie(secret());
    let relay = start(&upstream, Options { auth, ..Options::default() }).await;
    let host = relay.url.strip_prefix("http://").unwrap();
    let sessions = |header: Option<(&'static str, &str)>| {
        let request = relay.client.get(format!("{}/sessions", relay.url));
        let request = request.header("cookie", format!("sluicegate_token={}", token("ann")));
        send(match header {
            Some((name, value)) => request.header(name, value),
            None => request,
        })
    };
    let own = relay.url.clone();
    for good in [None, Some(("origin", own.as_str())), Some(("sec-fetch-site", "same-origin"))] {
        assert_eq!(sessions(good).await.status(), StatusCode::OK, "{good:?}");
    }
    let response = sessions(Some(("origin", "https://app.test"))).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()["access-control-allow-origin"], "https://app.test");
    assert_eq!(response.headers()["access-control-allow-credentials"], "true");
    let elsewhere = format!("http://evil.{host}");
    for bad in [
        ("origin", "https://evil.test"),
        ("origin", "null"),
        ("origin", elsewhere.as_str()),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ] {
        let response = sessions(Some(bad)).await;
        assert!(!response.headers().contains_key("access-control-allow-origin"), "{bad:?}");
        refusal(response, 403, "cross-origin").await;
    }
    let response = send(relay.client.get(format!("{}/sessions", relay.url))).await;
    refusal(response, 401, "unauthorized").await;
}

#[tokio::test]
async fn past_the_limits_clients_are_told_when_to_come_back() {
    let upstream = PlayedUpstream::start().await;
    let address = UpstreamOptions::new(upstream.url(), ["test-model"]);
    let relay = TestRelay::with(address, Site::default(), |relay| {
        let limits = Limits { sessions: 3, sessions_per_user: 2, ..Limits::default() };
        relay.with_registry(Arc::new(Memory::new(limits)))
    })
    .await;
    let chat = async |user: &str, session: &str| {
        let body = json!({ "prompt": "hi", "userId": user, "sessionId": session });
        relay.post("/chat", &body).await
    };
    let open = async |user: &str, session: &str| {
        let (response, exchange) = tokio::join!(chat(user, session), upstream.begin());
        (Events::of(response), exchange)
    };
    let (first, mut exchange) = open("ann", "s1").await;
    let _second = open("ann", "s2").await;
    let refused = chat("ann", "s3").await;
    assert_eq!(refused.headers()["retry-after"], "5");
    refusal(refused, 429, "too-many-sessions-of-user").await;
    let _third = open("bob", "s3").await;
    let refused = chat("cat", "s4").await;
    assert_eq!(refused.headers()["retry-after"], "5");
    refusal(refused, 503, "too-many-sessions").await;
    // One ends, the next one may begin.
    exchange.send(DONE).await;
    first.rest().await;
    let _fourth = open("cat", "s4").await;
}

#[tokio::test]
async fn a_session_that_takes_too_long_is_ended() {
    let upstream = PlayedUpstream::start().await;
    let max_session_age = Duration::from_millis(300);
    let relay = start(&upstream, Options { max_session_age, ..Options::default() }).await;
    let (response, mut exchange) = tokio::join!(relay.chat("s1", "hi"), upstream.begin());
    let events = Events::of(response).rest().await;
    exchange.closed().await;
    assert_eq!(json_of(&events[1], "error")["error"]["code"], "session-too-old");
    assert_eq!(relay.session("s1").await["state"], "expired");
}

#[tokio::test]
async fn the_largest_body_can_be_chosen() {
    let upstream = PlayedUpstream::start().await;
    let relay = start(&upstream, Options { max_body: 100, ..Options::default() }).await;
    let message = refusal(relay.chat("s1", &"x".repeat(100)).await, 413, "payload-too-large").await;
    assert_eq!(message, "the body is over 100 bytes");
}

#[tokio::test]
async fn each_answer_names_its_request() {
    let upstream = PlayedUpstream::start().await;
    let relay = start(&upstream, Options::default()).await;
    let id = async |given: Option<&str>| {
        let request = relay.client.get(format!("{}/nothing", relay.url));
        let request = match given {
            Some(given) => request.header("x-request-id", given),
            None => request,
        };
        send(request).await.headers()["x-request-id"].to_str().unwrap().to_owned()
    };
    assert_eq!(id(Some("trace-1.A_b")).await, "trace-1.A_b");
    let made = id(None).await;
    assert_eq!(made.len(), 36);
    assert_ne!(id(None).await, made);
    let long = "x".repeat(65);
    for bad in ["a b", "a\tINFO forged", "\"", "é", long.as_str()] {
        assert_eq!(id(Some(bad)).await.len(), 36, "{bad}");
    }
}
