//! The routes beside the chat: the list, the site, other origins, the tutorial's stream.

mod common;

use common::upstream::{DONE, PlayedUpstream};
use common::{Events, TestRelay, json_of, refusal, tokens_of};
use reqwest::{Method, StatusCode};
use sluicegate_relay::{Options, Site, UpstreamOptions};

async fn with_site(site: Site) -> TestRelay {
    TestRelay::start(UpstreamOptions::new("http://127.0.0.1:9/v1", ["m"]), site).await
}

#[tokio::test]
async fn unknown_paths_and_methods_are_refused_with_json() {
    let relay = with_site(Site::default()).await;
    for path in ["/", "/nothing", "/chat/", "/chat/cancel/x", "/..%2f..%2fetc%2fpasswd"] {
        refusal(relay.get(path).await, 404, "not-found").await;
    }
    for path in ["/chat", "/chat/cancel"] {
        refusal(relay.get(path).await, 405, "method-not-allowed").await;
    }
}

#[tokio::test]
async fn sessions_are_listed_the_latest_first() {
    let upstream = PlayedUpstream::start().await;
    let relay = TestRelay::before(&upstream.url()).await;
    for id in ["first", "second"] {
        let (response, ()) = tokio::join!(relay.chat(id, "hi"), async {
            upstream.accept().await.answer("500 Oops", "{}").await;
        });
        assert_eq!(response.status(), StatusCode::BAD_GATEWAY);
        // Times have milliseconds only.
        tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    }
    let response = relay.get("/sessions").await;
    assert_eq!(response.headers()["cache-control"], "no-store");
    let sessions: Vec<serde_json::Value> = response.json().await.unwrap();
    let ids: Vec<_> = sessions.iter().map(|session| &session["sessionId"]).collect();
    assert_eq!(ids, ["second", "first"]);
}

#[tokio::test]
async fn the_models_are_listed_the_default_first() {
    let options = UpstreamOptions::new("http://127.0.0.1:9/v1", ["big", "small"]);
    let relay = TestRelay::start(options, Site::default()).await;
    let models: serde_json::Value = relay.get("/models").await.json().await.unwrap();
    assert_eq!(models, serde_json::json!({ "models": ["big", "small"] }));

    let (relay, builtin) = TestRelay::with_builtin(1000).await;
    let body: serde_json::Value = relay.get("/models").await.json().await.unwrap();
    let models = body["models"].as_array().unwrap();
    for (session, model) in ["s1", "s2"].iter().zip(models) {
        let body = serde_json::json!({
            "prompt": "hi", "userId": "ann", "sessionId": session, "model": model,
        });
        let events = Events::of(relay.post("/chat", &body).await).rest().await;
        assert_eq!(json_of(&events[0], "start")["model"], *model);
        assert!(tokens_of(&events).len() > 100);
    }
    assert_eq!(builtin.counts().requests, 2);
}

/// The value of a sample, given its name and labels.
fn sample(metrics: &str, name: &str) -> f64 {
    let mut values = metrics.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    let value = values.next().unwrap_or_else(|| panic!("no {name}: {metrics}"));
    value.parse().unwrap()
}

#[tokio::test]
async fn the_metrics_count_sessions_tokens_and_the_wait_for_them() {
    let upstream = PlayedUpstream::start().await;
    let relay = TestRelay::before(&upstream.url()).await;
    let response = relay.get("/metrics").await;
    let content_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    assert_eq!(response.headers()["content-type"], content_type);
    let before = response.text().await.unwrap();
    assert!(before.ends_with("# EOF\n"), "{before}");
    let ended = |outcome: &str| format!("sluicegate_sessions_total{{outcome=\"{outcome}\"}}");
    assert_eq!(sample(&before, &ended("completed")), 0.0);

    let model = async {
        let mut exchange = upstream.begin().await;
        // The model takes its time, and the relay has to notice.
        tokio::time::sleep(std::time::Duration::from_millis(60)).await;
        exchange.token("a").await;
        exchange.token("b").await;
        exchange.send(DONE).await;
    };
    let (events, ()) =
        tokio::join!(async { Events::of(relay.chat("s1", "hi").await).rest().await }, model);
    assert_eq!(tokens_of(&events).len(), 2);
    let refused = async { upstream.accept().await.answer("500 Oops", "{}").await };
    let (response, ()) = tokio::join!(relay.chat("s2", "hi"), refused);
    assert_eq!(response.status(), StatusCode::BAD_GATEWAY);
    let (response, _exchange) = tokio::join!(relay.chat("s3", "hi"), upstream.begin());
    let live = relay.get("/metrics").await.text().await.unwrap();
    assert_eq!(sample(&live, "sluicegate_sessions_live"), 1.0);
    relay.cancel("s3", "ann").await;
    Events::of(response).rest().await;

    let after = relay.get("/metrics").await.text().await.unwrap();
    for (name, value) in [
        (ended("completed").as_str(), 1.0),
        (&ended("upstream-error"), 1.0),
        (&ended("cancelled"), 1.0),
        (&ended("client-gone"), 0.0),
        ("sluicegate_sessions_live", 0.0),
        ("sluicegate_tokens_total", 2.0),
        ("sluicegate_upstream_errors_total{code=\"upstream-status\"}", 1.0),
        ("sluicegate_upstream_first_token_seconds_count", 1.0),
        ("sluicegate_upstream_first_token_seconds_bucket{le=\"0.05\"}", 0.0),
        ("sluicegate_upstream_first_token_seconds_bucket{le=\"+Inf\"}", 1.0),
    ] {
        assert_eq!(sample(&after, name), value, "{name}: {after}");
    }
}

#[tokio::test]
async fn a_relay_says_that_it_is_there() {
    let relay = with_site(Site::default()).await;
    let response = relay.get("/healthz").await;
    assert_eq!(response.status(), StatusCode::OK);
    let body: serde_json::Value = response.json().await.unwrap();
    assert_eq!(body, serde_json::json!({ "status": "ok" }));
}

#[tokio::test]
async fn the_site_is_served_beside_the_routes() {
    let folder = std::env::temp_dir().join(format!("relay-site-{}", std::process::id()));
    std::fs::create_dir_all(folder.join("assets")).unwrap();
    std::fs::write(folder.join("index.html"), "<h1>hi</h1>").unwrap();
    std::fs::write(folder.join("assets/app.js"), "let x").unwrap();
    let relay = with_site(Site { folder: Some(folder.clone()) }).await;
    let index = relay.get("/").await;
    assert_eq!(index.headers()["content-type"], "text/html");
    assert_eq!(index.text().await.unwrap(), "<h1>hi</h1>");
    let script = relay.get("/assets/app.js").await;
    assert_eq!(script.headers()["content-type"], "text/javascript");
    assert_eq!(relay.get("/sessions").await.text().await.unwrap(), "[]");
    for path in ["/nothing", "/assets/none.js", "/..%2f..%2fetc%2fpasswd", "/%00"] {
        refusal(relay.get(path).await, 404, "not-found").await;
    }
    let post = relay.post("/index.html", &serde_json::json!({})).await;
    refusal(post, 404, "not-found").await;
    std::fs::remove_dir_all(folder).unwrap();
}

async fn preflight(relay: &TestRelay, origin: &str) -> reqwest::Response {
    relay
        .client
        .request(Method::OPTIONS, format!("{}/chat", relay.url))
        .header("origin", origin)
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "authorization,content-type,last-event-id")
        .send()
        .await
        .unwrap()
}

#[tokio::test]
async fn other_origins_need_permission() {
    let closed = with_site(Site::default()).await;
    let response = preflight(&closed, "http://a.test").await;
    assert!(!response.headers().contains_key("access-control-allow-origin"));
    refusal(response, 403, "cross-origin").await;

    let allowed_origins =
        vec!["http://a.test".parse().unwrap(), "http://b.test:1".parse().unwrap()];
    let upstream = UpstreamOptions::new("http://127.0.0.1:1", ["m"]);
    let open = TestRelay::with(upstream, Site::default(), |relay| {
        relay.with_options(Options { allowed_origins, ..Options::default() })
    })
    .await;
    for origin in ["http://a.test", "http://b.test:1"] {
        let response = preflight(&open, origin).await;
        assert_eq!(response.status(), StatusCode::OK);
        let headers = response.headers();
        assert_eq!(headers["access-control-allow-origin"], origin);
        assert_eq!(headers["access-control-allow-methods"], "GET,POST");
        let allowed = "content-type,authorization,last-event-id";
        assert_eq!(headers["access-control-allow-headers"], allowed);
        assert!(!headers.contains_key("access-control-allow-credentials"));
    }
    let response = preflight(&open, "http://evil.test").await;
    assert!(!response.headers().contains_key("access-control-allow-origin"));
    // Refusals can be read by the allowed page, too.
    let request = open.client.post(format!("{}/chat", open.url)).header("origin", "http://a.test");
    let response = request.send().await.unwrap();
    assert_eq!(response.headers()["access-control-allow-origin"], "http://a.test");
    refusal(response, 415, "unsupported-media-type").await;
}

#[tokio::test]
async fn the_tutorials_stream_greets_by_name_where_it_is_asked_for() {
    let without = with_site(Site::default()).await;
    refusal(without.get("/learn/sseChat?name=a").await, 404, "not-found").await;
    let options = UpstreamOptions::new("http://127.0.0.1:9/v1", ["m"]);
    let relay = TestRelay::with(options, Site::default(), |relay| {
        relay.with_options(Options { tutorial: true, ..Options::default() })
    })
    .await;
    let response = relay.get("/learn/sseChat?name=%E5%B0%8F%E6%9E%97%0A%0Adata:x&pace=1").await;
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let events = Events::of(response).rest().await;
    assert_eq!(events[0].1, "start");
    assert_eq!(events.len(), 11);
    let numbered = tokens_of(&events[1..]);
    for (number, text) in (1..).zip(numbered) {
        assert_eq!(text, format!("小林\n\ndata:x: message {number} of 10"));
    }
    let after = async |id: &str| {
        let request = relay.client.get(format!("{}/learn/sseChat?name=a&pace=1", relay.url));
        request.header("last-event-id", id).send().await.unwrap()
    };
    let events = Events::of(after("8").await).rest().await;
    let texts: Vec<_> = events.iter().map(|event| event.1.as_str()).collect();
    assert_eq!(texts, ["a: message 9 of 10", "a: message 10 of 10"]);
    assert_eq!(Events::of(after("0").await).rest().await.len(), 10);
    for id in ["10", "11", "18446744073709551615"] {
        assert_eq!(after(id).await.status(), StatusCode::NO_CONTENT, "{id}");
    }
    for query in ["", "?name=a&pace=fast", "?name=a&pace=5001", "?name=a&pace=-1"] {
        let response = relay.get(&format!("/learn/sseChat{query}")).await;
        refusal(response, 400, "invalid-request").await;
    }
}
