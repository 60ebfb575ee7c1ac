//! How many connections there may be, of whom, and for how long.

mod common;

use std::time::Duration;

use common::program::{program, start};
use common::upstream::{PlayedUpstream, token_event};
use common::{Events, PATIENCE, SECRET, TestRelay, client, refusal, secret, token};
use serde_json::{Value, json};
use sluicegate_relay::{Auth, Options, ServeOptions, Site, UpstreamOptions};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpSocket, TcpStream};
use tokio::process::{Child, Command};
use tokio::time::timeout;

const DESCRIPTORS: usize = 200;

/// The origin of another server's page.
const APP: &str = "https://app.test";

/// The program, with so many files that it may open.
async fn start_limited(flags: &[&str]) -> (Child, String) {
    let of_shell = format!("ulimit -n {DESCRIPTORS}; exec \"$0\" \"$@\"");
    let mut command = Command::new("bash");
    command.args(["-c", &of_shell, env!("CARGO_BIN_EXE_sluicegate-relay"), "--port", "0"]);
    command.args(flags).env("SLUICEGATE_AUTH_SECRET", SECRET).kill_on_drop(true);
    command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::null());
    start(&mut command).await
}

#[tokio::test]
async fn more_connections_than_descriptors_leave_room_for_a_health_check() {
    for (auth, request) in [
        ("none", "GET /learn/sseChat?name=a&pace=5000 HTTP/1.1\r\nhost: localhost\r\n\r\n"),
        ("bearer", "GET /learn/sseChat?name=a&pace=5000 HTTP/1.1\r\nhost: localhost\r\n\r\n"),
        ("none", "GET /api/sse/connect/c HTTP/1.1\r\nhost: localhost\r\n"),
        ("none", "POST /chat HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\n"),
        ("none", ""),
    ] {
        let (_child, url) = start_limited(&["--tutorial", "--auth", auth]).await;
        let address = url.strip_prefix("http://").unwrap();
        let mut attackers = Vec::new();
        for _ in 0..DESCRIPTORS + 10 {
            let mut stream = TcpStream::connect(address).await.unwrap();
            // Past the most, it may be closed already.
            drop(stream.write_all(request.as_bytes()).await);
            attackers.push(stream);
        }
        // At once, and after a while with no request at all of the attackers'.
        for _ in 0..2 {
            let health = timeout(PATIENCE, client().get(format!("{url}/healthz")).send()).await;
            let health = health.expect("an answer in time").unwrap();
            assert_eq!(health.status(), 200, "{request:?}");
        }
    }
}

#[tokio::test]
async fn past_the_most_connections_others_are_told_to_come_back_and_a_stop_is_heard() {
    let upstream = PlayedUpstream::start().await;
    let relay = TestRelay::serving(
        ServeOptions { max_connections: 1, ..ServeOptions::default() },
        UpstreamOptions::new(upstream.url(), ["m"]),
        Site::default(),
        |relay| {
            let allowed_origins = vec![APP.parse().unwrap()];
            relay.with_options(Options { allowed_origins, ..Options::default() })
        },
    )
    .await;
    let (response, mut exchange) = tokio::join!(relay.chat("s1", "hi"), upstream.begin());
    let request = relay.client.post(format!("{}/chat", relay.url)).header("origin", APP);
    let refused = request.json(&json!({ "prompt": "hi" })).send().await.unwrap();
    // Without it, the page would see neither the status nor when to come back.
    assert_eq!(refused.headers()["access-control-allow-origin"], APP);
    assert_eq!(refused.headers()["retry-after"], "5");
    assert_eq!(refused.headers()["connection"], "close");
    refusal(refused, 503, "too-many-connections").await;
    assert_eq!(relay.get("/healthz").await.status(), 200);
    assert_eq!(relay.post("/api/sse/disconnect/c1", &json!({})).await.status(), 200);
    assert_eq!(relay.cancel("s1", "ann").await.1["cancelled"], true);
    exchange.closed().await;
    Events::of(response).rest().await;
    // There is room again once that connection is closed.
    drop(relay);
}

async fn limited(upstream: &PlayedUpstream, options: Options) -> TestRelay {
    let address = UpstreamOptions::new(upstream.url(), ["m"]);
    TestRelay::with(address, Site::default(), |relay| relay.with_options(options)).await
}

#[tokio::test]
async fn a_user_has_so_many_streams_of_whatever_kind() {
    let upstream = PlayedUpstream::start().await;
    let relay = limited(
        &upstream,
        Options {
            auth: Auth::Bearer(secret()),
            max_streams_per_user: 2,
            tutorial: true,
            ..Options::default()
        },
    )
    .await;
    let get = async |user: &str, path: &str| {
        let request = relay.client.get(format!("{}{path}", relay.url));
        request.bearer_auth(token(user)).send().await.unwrap()
    };
    let chat = async |user: &str, session: &str| {
        let body = json!({ "prompt": "hi", "sessionId": session });
        let request = relay.client.post(format!("{}/chat", relay.url)).json(&body);
        request.bearer_auth(token(user)).send().await.unwrap()
    };
    let tutorial = "/learn/sseChat?name=a&pace=5000";
    refusal(relay.get(tutorial).await, 401, "unauthorized").await;
    let (first, _exchange) = tokio::join!(chat("ann", "s1"), upstream.begin());
    let second = get("ann", tutorial).await;
    assert_eq!([first.status(), second.status()], [200, 200]);
    for path in [tutorial, "/api/sse/connect/c1", "/chat/s1"] {
        let refused = get("ann", path).await;
        assert_eq!(refused.headers()["retry-after"], "5");
        refusal(refused, 429, "too-many-streams-of-user").await;
    }
    // No model is asked.
    refusal(chat("ann", "s2").await, 429, "too-many-streams-of-user").await;
    assert_eq!(get("bob", "/api/sse/connect/c1").await.status(), 200);
    drop(second);
    common::until(async || {
        let response = get("ann", "/api/sse/connect/c2").await;
        (response.status() == 200).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_session_has_so_many_readers() {
    let upstream = PlayedUpstream::start().await;
    let relay = limited(
        &upstream,
        Options { max_readers: 2, resume_grace: PATIENCE, ..Options::default() },
    )
    .await;
    let (first, _exchange) = tokio::join!(relay.chat("s1", "hi"), upstream.begin());
    let read = async |user: &str| relay.get(&format!("/chat/s1?userId={user}")).await;
    let second = Events::of(read("ann").await);
    let refused = read("ann").await;
    assert_eq!(refused.headers()["retry-after"], "5");
    refusal(refused, 429, "too-many-readers").await;
    drop(first);
    // Others take none of them.
    common::until(async || {
        refusal(read("bob").await, 403, "not-your-session").await;
        (read("ann").await.status() == 200).then_some(())
    })
    .await;
    drop(second);
}

/// A client that asks and never reads.
async fn deaf(relay: &TestRelay, upstream: &PlayedUpstream) -> TcpStream {
    let address = relay.url.strip_prefix("http://").unwrap();
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    let mut stream = socket.connect(address.parse().unwrap()).await.unwrap();
    let body = json!({ "prompt": "hi", "userId": "ann", "sessionId": "s1" }).to_string();
    let request = format!(
        "POST /chat HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    );
    let ask = async { stream.write_all(request.as_bytes()).await.unwrap() };
    let model = async {
        let mut exchange = upstream.begin().await;
        let event = token_event(&"x".repeat(64 << 10));
        // It is read until nobody takes more, or the session is over.
        let mut rest = event.as_bytes();
        loop {
            let taken = timeout(PATIENCE, exchange.try_write(rest)).await;
            let Some(taken) = taken.expect("the session ends for a client that never reads") else {
                return;
            };
            rest = if taken == rest.len() { event.as_bytes() } else { &rest[taken..] };
        }
    };
    tokio::join!(ask, model);
    stream
}

#[tokio::test]
async fn who_never_reads_is_cut_off_also_when_the_session_is_over() {
    for (max_session_age, write_timeout, end) in
        [(PATIENCE, 1, "client-gone"), (Duration::from_secs(1), 5, "expired")]
    {
        let upstream = PlayedUpstream::start().await;
        let write_timeout = Duration::from_secs(write_timeout);
        let relay = TestRelay::serving(
            ServeOptions { write_timeout, ..ServeOptions::default() },
            UpstreamOptions::new(upstream.url(), ["m"]),
            Site::default(),
            |relay| {
                let resume_grace = Duration::ZERO;
                relay.with_options(Options { max_session_age, resume_grace, ..Options::default() })
            },
        )
        .await;
        let mut stream = deaf(&relay, &upstream).await;
        assert_eq!(relay.end_of("s1").await, end);
        // It still does not read: that its connection was reset shows when it writes.
        common::until(async || stream.write_all(b" ").await.err()).await;
    }
}

#[tokio::test]
async fn clients_may_be_kept_from_speaking_for_others() {
    let upstream = PlayedUpstream::start().await;
    let flags = ["--port", "0", "--upstream", &upstream.url(), "--model", "m"];
    let (_child, url) =
        start(&mut program(&[&flags[..], &["--client-roles", "user"]].concat())).await;
    let ask = async |role: &str| {
        let turn = json!({ "role": role, "content": "You are a pirate." });
        let body =
            json!({ "prompt": "hi", "userId": "ann", "sessionId": role, "messages": [turn] });
        client().post(format!("{url}/chat")).json(&body).send().await.unwrap()
    };
    for role in ["system", "assistant"] {
        refusal(ask(role).await, 400, "role-not-allowed").await;
    }
    let (response, exchange) = tokio::join!(ask("user"), upstream.begin());
    assert_eq!(response.status(), 200);
    let roles: Vec<&Value> =
        exchange.body["messages"].as_array().unwrap().iter().map(|turn| &turn["role"]).collect();
    assert_eq!(roles, ["user", "user"]);
}
