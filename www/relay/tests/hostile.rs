//! Requests that mean harm: each is refused, the relay stays up, and nobody else's session notices.

mod common;

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use common::upstream::{Exchange, PlayedUpstream};
use common::{Events, PATIENCE, SECRET, TestRelay, secret, token};
use serde_json::{Value, json};
use sluicegate_relay::{Auth, Hosts, Options, Secret, Site, UpstreamOptions};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

const JSON: &str = "content-type: application/json\r\n";

fn seconds_since_1970() -> u64 {
    std::time::UNIX_EPOCH.elapsed().unwrap().as_secs()
}

fn token_until(secret: &[u8], user: &str, exp: u64) -> String {
    Secret::new(secret).unwrap().sign(user, exp)
}

/// The `Authorization` header of a good token.
fn bearer(user: &str) -> String {
    format!("authorization: Bearer {}\r\n", token(user))
}

/// A request as it goes over the wire. `headers` end with CRLF each.
fn request(method_and_target: &str, headers: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let head = format!(
        "{method_and_target} HTTP/1.1\r\nhost: relay.test\r\ncontent-length: {}\r\n{headers}\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

fn get(target: &str, headers: &str) -> Vec<u8> {
    format!("GET {target} HTTP/1.1\r\nhost: relay.test\r\n{headers}\r\n").into()
}

/// What came back, up to where the relay falls silent or closes. `None` if it closed without a word.
struct Answer {
    status: u16,
    text: String,
}

async fn send(relay: &TestRelay, bytes: &[u8]) -> Option<Answer> {
    let address = relay.url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    // It may close while this is written.
    drop(stream.write_all(bytes).await);
    let mut answer = Vec::new();
    loop {
        let read = timeout(PATIENCE, stream.read_buf(&mut answer)).await.expect("an answer");
        let text = String::from_utf8_lossy(&answer).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            let is_head = bytes.starts_with(b"HEAD ");
            let whole =
                is_head || length.is_none_or(|length| body.len() >= length.parse().unwrap());
            if whole || !matches!(read, Ok(1..)) {
                let status = head.split(' ').nth(1).unwrap().parse().unwrap();
                return Some(Answer { status, text });
            }
        }
        if !matches!(read, Ok(1..)) {
            assert!(answer.is_empty(), "half an answer: {text}");
            return None;
        }
    }
}

/// Ann's session `s1`, which must not notice anything.
struct Victim {
    events: Events,
    exchange: Exchange<TcpStream>,
    tokens: u64,
    /// Of ann's client `c1`.
    client: Events,
}

impl Victim {
    async fn open(relay: &TestRelay, upstream: &PlayedUpstream) -> Self {
        let asking = relay
            .client
            .post(format!("{}/chat", relay.url))
            .bearer_auth(token("ann"))
            .json(&json!({ "prompt": "hi", "sessionId": "s1" }))
            .send();
        let (response, exchange) = tokio::join!(asking, upstream.begin());
        let mut events = Events::of(response.unwrap());
        events.next().await.unwrap();
        let connecting = relay.client.get(format!("{}/api/sse/connect/c1", relay.url));
        let connected = connecting.bearer_auth(token("ann")).send().await.unwrap();
        let mut client = Events::of(connected);
        assert_eq!(client.next().await.unwrap().0, "systemMessage");
        Self { events, exchange, tokens: 0, client }
    }

    /// Another token still comes through.
    async fn is_well(&mut self) {
        self.tokens += 1;
        let number = self.tokens.to_string();
        self.exchange.token(&number).await;
        let event = self.events.next().await.expect("the session goes on");
        assert_eq!(event, ("message".into(), number.clone(), number));
    }
}

/// A folder to serve, with a file beside it that is nobody's business.
fn site() -> (std::path::PathBuf, Site) {
    let folder = std::env::temp_dir().join(format!("relay-hostile-{}", std::process::id()));
    std::fs::create_dir_all(folder.join("site")).unwrap();
    std::fs::write(folder.join("site/index.html"), "hello").unwrap();
    std::fs::write(folder.join("secret"), "TOP-SECRET").unwrap();
    let site = Site { folder: Some(folder.join("site")) };
    (folder, site)
}

async fn start(upstream: &PlayedUpstream, site: Site) -> TestRelay {
    let options = UpstreamOptions::new(upstream.url(), ["test-model"]);
    TestRelay::with(options, site, |relay| {
        let auth = Auth::Bearer(secret());
        let hosts = Hosts::Only(vec!["relay.test".into()]);
        let allowed_origins = vec!["https://app.test".parse().unwrap()];
        let options = Options { auth, hosts, allowed_origins, ..Options::default() };
        relay.with_weather().with_options(options)
    })
    .await
}

type Hostile = (&'static str, Vec<u8>, Option<u16>);

fn bad_tokens() -> Vec<Hostile> {
    let cancel = json!({ "sessionId": "s1" }).to_string();
    let with = |header: &str| request("POST /chat/cancel", &format!("{JSON}{header}"), &cancel);
    let claims = json!({ "sub": "ann", "exp": seconds_since_1970() + 600 }).to_string();
    let unsigned = format!("{}.{}.", BASE64.encode(r#"{"alg":"none"}"#), BASE64.encode(claims));
    let ann = token("ann");
    let other_user = {
        let parts: Vec<&str> = ann.split('.').collect();
        let claims = json!({ "sub": "bob", "exp": 9_999_999_999u64 }).to_string();
        format!("{}.{}.{}", parts[0], BASE64.encode(claims), parts[2])
    };
    let expired = token_until(SECRET.as_bytes(), "ann", seconds_since_1970() - 1);
    let forged = token_until(&[b'x'; 32], "ann", seconds_since_1970() + 600);
    let control = token("an\nn");
    let one = format!("authorization: Bearer {ann}\r\n");
    vec![
        ("no token", with(""), Some(401)),
        ("an empty token", with("authorization: Bearer \r\n"), Some(401)),
        ("no scheme", with(&format!("authorization: {ann}\r\n")), Some(401)),
        ("another scheme", with(&format!("authorization: Basic {ann}\r\n")), Some(401)),
        ("an unsigned token", with(&format!("authorization: Bearer {unsigned}\r\n")), Some(401)),
        (
            "a cut signature",
            with(&format!("authorization: Bearer {}\r\n", &ann[..ann.len() - 2])),
            Some(401),
        ),
        ("changed claims", with(&format!("authorization: Bearer {other_user}\r\n")), Some(401)),
        ("another's secret", with(&format!("authorization: Bearer {forged}\r\n")), Some(401)),
        ("an expired token", with(&format!("authorization: Bearer {expired}\r\n")), Some(401)),
        ("two tokens", with(&format!("{one}{one}")), Some(401)),
        ("a token as a cookie", with(&format!("cookie: sluicegate_token={ann}\r\n")), Some(401)),
        (
            "a token in the URL",
            request(&format!("POST /chat/cancel?access_token={ann}"), JSON, &cancel),
            Some(401),
        ),
        (
            "a name that breaks lines",
            with(&format!("authorization: Bearer {control}\r\n")),
            Some(400),
        ),
        ("the list without a token", get("/sessions", ""), Some(401)),
    ]
}

fn anothers_session() -> Vec<Hostile> {
    let bob = bearer("bob");
    let post = |target: &str, headers: &str, body: Value| {
        request(&format!("POST {target}"), &format!("{JSON}{bob}{headers}"), body.to_string())
    };
    let s1 = || json!({ "sessionId": "s1" });
    let chat = || json!({ "prompt": "hi", "sessionId": "s1" });
    let as_ann = || json!({ "prompt": "hi", "sessionId": "s1", "userId": "ann" });
    vec![
        ("cancel", post("/chat/cancel", "", s1()), Some(403)),
        ("cancel, again", post("/chat/cancel", "", s1()), Some(403)),
        ("cancel as ann", post("/chat/cancel", "", as_ann()), Some(403)),
        ("read", get("/chat/s1", &bob), Some(403)),
        ("resume", get("/chat/s1", &format!("{bob}last-event-id: 1\r\n")), Some(403)),
        ("read as ann", get("/chat/s1?userId=ann", &bob), Some(403)),
        ("resume by POST", post("/chat", "last-event-id: 1\r\n", chat()), Some(403)),
        ("take the id over", post("/chat", "", chat()), Some(409)),
        ("take a client's connection", get("/api/sse/connect/c1", &bob), Some(403)),
        ("write to a client", post("/api/sse/chat/c1/hello", "", s1()), Some(403)),
        (
            "write to a client by a body",
            post("/api/sse/chat/c1", "", json!({ "message": "hello" })),
            Some(403),
        ),
        ("write to a client by GET", get("/api/sse/chat/c1/hello", &bob), Some(405)),
        ("acknowledge for a client", post("/api/sse/ack/c1/m1", "", s1()), Some(403)),
        ("disconnect a client by GET", get("/api/sse/disconnect/c1", &bob), Some(405)),
        ("disconnect a client", post("/api/sse/disconnect/c1", "", s1()), Some(403)),
        ("ask as ann", post("/chat", "", as_ann()), Some(403)),
        (
            "cut the connection",
            post("/weather", "", json!({ "sessionId": "s1", "weather": "drop" })),
            Some(403),
        ),
    ]
}

fn bad_bodies() -> Vec<Hostile> {
    let bob = bearer("bob");
    let headers = format!("{JSON}{bob}");
    let chat = |body: &[u8]| request("POST /chat", &headers, body);
    let id = |id: &str| chat(json!({ "prompt": "hi", "sessionId": id }).to_string().as_bytes());
    let good = json!({ "prompt": "hi", "sessionId": "b1" }).to_string();
    let huge = vec![b' '; 2 << 20];
    let chunked = |chunks: &str| {
        let head = format!("POST /chat HTTP/1.1\r\nhost: relay.test\r\n{headers}");
        format!("{head}transfer-encoding: chunked\r\n\r\n{chunks}").into_bytes()
    };
    let spaces = format!("100000\r\n{}\r\n", " ".repeat(1 << 20)).repeat(2);
    vec![
        ("a huge body", chat(&huge), Some(413)),
        ("a huge body in chunks", chunked(&format!("{spaces}0\r\n\r\n")), Some(413)),
        ("a chunk of a bad size", chunked("zz\r\n{}\r\n0\r\n\r\n"), Some(400)),
        ("a chunk of 2^64 bytes", chunked("10000000000000000\r\n"), Some(400)),
        ("a deep body", chat("[".repeat(200_000).as_bytes()), Some(400)),
        ("no UTF-8", chat(b"{\"prompt\":\"\xff\",\"sessionId\":\"b1\"}"), Some(400)),
        (
            "a member twice",
            chat(br#"{"prompt":"hi","sessionId":"b1","sessionId":"s1"}"#),
            Some(400),
        ),
        ("an object as an id", chat(br#"{"prompt":"hi","sessionId":{"$ne":""}}"#), Some(400)),
        (
            "a form",
            request(
                "POST /chat",
                &format!("content-type: application/x-www-form-urlencoded\r\n{bob}"),
                &good,
            ),
            Some(415),
        ),
        (
            "plain text, which needs no preflight",
            request("POST /chat", &format!("content-type: text/plain\r\n{bob}"), &good),
            Some(415),
        ),
        ("a header in an id", id("a\r\nset-cookie: x=y"), Some(400)),
        ("an event in an id", id("a\n\nevent: done\ndata: {}\n\n"), Some(400)),
        ("a NUL in an id", id("s1\0"), Some(400)),
        ("an escape sequence in an id", id("\u{1b}[2J"), Some(400)),
        ("a long id", id(&"x".repeat(257)), Some(400)),
        ("another route's name as an id", id("cancel"), Some(400)),
    ]
}

fn bad_heads() -> Vec<Hostile> {
    let bob = bearer("bob");
    let many = "x-a: b\r\n".repeat(200);
    let long = format!("x-a: {}\r\n", "b".repeat(600 << 10));
    let raw = |text: &str| text.as_bytes().to_vec();
    let two_lengths = format!(
        "POST /chat HTTP/1.1\r\nhost: relay.test\r\n{JSON}{bob}content-length: 2\r\ncontent-length: 3\r\n\r\n{{}}}}"
    );
    vec![
        (
            "a bare CR in a header",
            get("/sessions", &format!("{bob}x-a: b\rset-cookie: c\r\n")),
            Some(400),
        ),
        ("a folded header", get("/sessions", &format!("{bob}x-a: b\r\n c\r\n")), Some(400)),
        ("a space before the colon", get("/sessions", &format!("{bob}x-a : b\r\n")), Some(400)),
        ("two lengths", raw(&two_lengths), Some(400)),
        ("a negative length", get("/sessions", "content-length: -1\r\n"), Some(400)),
        ("many headers", get("/sessions", &many), Some(431)),
        ("long headers", get("/sessions", &long), Some(431)),
        ("another protocol", raw("SSH-2.0-OpenSSH_9.2\r\n\r\n"), Some(400)),
        ("HTTP/2 without being asked", raw("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), None),
        (
            "a TLS hello",
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n".to_vec(),
            Some(400),
        ),
        (
            "a last id that is none",
            get("/chat/s1", &format!("{bob}last-event-id: 1 OR 1=1\r\n")),
            Some(400),
        ),
        (
            "a last id that is long",
            get("/chat/s1", &format!("{bob}last-event-id: {}\r\n", "9".repeat(4000))),
            Some(400),
        ),
    ]
}

fn bad_paths() -> Vec<Hostile> {
    let bob = bearer("bob");
    let path = |target: &str| get(target, &bob);
    vec![
        ("up and out", path("/../secret"), Some(404)),
        ("up and out, encoded", path("/..%2fsecret"), Some(404)),
        ("up and out, encoded twice", path("/..%252fsecret"), Some(404)),
        ("up and out with backslashes", path("/..%5csecret"), Some(404)),
        ("an absolute path", path("//etc/passwd"), Some(404)),
        ("a NUL", path("/index.html%00.js"), Some(404)),
        ("an id with a path", path("/chat/..%2f..%2fsecret"), Some(404)),
        ("an id with a header", path("/chat/%0d%0aset-cookie:%20x"), Some(400)),
        ("an id that is no UTF-8", path("/chat/%ff"), Some(400)),
        ("another route by two slashes", path("//chat/s1"), Some(404)),
        ("another method", request("DELETE /chat/s1", &bob, ""), Some(405)),
        ("TRACE", request("TRACE /chat/s1", &bob, ""), Some(405)),
        ("a proxy's request", path("http://169.254.169.254/latest/meta-data"), Some(403)),
        ("a proxy's request for the relay", path("http://relay.test/nothing"), Some(404)),
        ("the tutorial, which was not asked for", path("/learn/sseChat?name=a"), Some(404)),
    ]
}

/// What a page of a stranger can make a browser send, with ann's token where one could get hold of it.
fn pages_of_strangers() -> Vec<Hostile> {
    let ann = bearer("ann");
    let s1 = json!({ "sessionId": "s1" }).to_string();
    let chat = json!({ "prompt": "hi", "sessionId": "x1" }).to_string();
    let with = |headers: &str| format!("{JSON}{ann}{headers}");
    let evil = "origin: https://evil.test\r\n";
    let cross = "sec-fetch-site: cross-site\r\n";
    vec![
        ("ask by fetch()", request("POST /chat", &with(evil), &chat), Some(403)),
        (
            "ask from a frame without an origin",
            request("POST /chat", &with("origin: null\r\n"), &chat),
            Some(403),
        ),
        (
            "ask from another port",
            request("POST /chat", &with("origin: http://relay.test:81\r\n"), &chat),
            Some(403),
        ),
        (
            "ask from another scheme",
            request("POST /chat", &with("origin: https://relay.test\r\n"), &chat),
            Some(403),
        ),
        (
            "ask from an allowed name of another scheme",
            request("POST /chat", &with("origin: http://app.test\r\n"), &chat),
            Some(403),
        ),
        ("cancel", request("POST /chat/cancel", &with(evil), &s1), Some(403)),
        (
            "cancel, told by the browser only",
            request("POST /chat/cancel", &with(cross), &s1),
            Some(403),
        ),
        (
            "cancel from a neighbour",
            request("POST /chat/cancel", &with("sec-fetch-site: same-site\r\n"), &s1),
            Some(403),
        ),
        (
            "cancel with our origin forged beside",
            request(
                "POST /chat/cancel",
                &with(&format!("origin: http://relay.test\r\n{evil}")),
                &s1,
            ),
            Some(403),
        ),
        (
            "cut the connection",
            request(
                "POST /weather",
                &with(evil),
                json!({ "sessionId": "s1", "weather": "drop" }).to_string(),
            ),
            Some(403),
        ),
        (
            "disconnect a client by a form",
            request("POST /api/sse/disconnect/c1", &with(evil), ""),
            Some(403),
        ),
        ("acknowledge by a form", request("POST /api/sse/ack/c1/m1", &with(evil), ""), Some(403)),
        (
            "take a client's connection by an image",
            get("/api/sse/connect/c1", &format!("{ann}{cross}")),
            Some(403),
        ),
        (
            "the same by a browser that says the page only",
            get("/api/sse/connect/c1", &format!("{ann}referer: https://evil.test/\r\n")),
            Some(403),
        ),
        (
            "read by an iframe",
            get("/chat/s1", &format!("{ann}{cross}sec-fetch-dest: iframe\r\n")),
            Some(403),
        ),
        ("list by a script", get("/sessions", &format!("{ann}{cross}")), Some(403)),
        ("figures by a script", get("/metrics", cross), Some(403)),
    ]
}

/// A page whose name was made to mean this machine (DNS rebinding): to its browser it is of the same
/// origin. And other ways to name a host.
fn other_hosts() -> Vec<Hostile> {
    let ann = bearer("ann");
    let get = |target: &str, hosts: &str| {
        format!("GET {target} HTTP/1.1\r\n{hosts}{ann}\r\n").into_bytes()
    };
    let evil = "host: evil.test:8787\r\n";
    let same = "origin: http://evil.test:8787\r\nsec-fetch-site: same-origin\r\n";
    vec![
        ("list by rebinding", get("/sessions", &format!("{evil}{same}")), Some(403)),
        ("read by rebinding", get("/chat/s1", evil), Some(403)),
        ("the site by rebinding", get("/index.html", evil), Some(403)),
        ("no host", get("/sessions", ""), Some(403)),
        ("an empty host", get("/sessions", "host:\r\n"), Some(403)),
        ("two hosts", get("/sessions", &format!("host: relay.test\r\n{evil}")), Some(403)),
        (
            "a target of another host",
            get("http://evil.test/sessions", "host: relay.test\r\n"),
            Some(403),
        ),
        ("a host of another target", get("http://relay.test/sessions", evil), Some(403)),
        ("a user in the host", get("/sessions", "host: relay.test@evil.test\r\n"), Some(403)),
        ("a host in the user", get("/sessions", "host: evil.test@relay.test\r\n"), Some(403)),
        ("a name under ours", get("/sessions", "host: evil.relay.test\r\n"), Some(403)),
        ("ours in another's", get("/sessions", "host: relay.test.evil.test\r\n"), Some(403)),
        ("every address", get("/sessions", "host: 0.0.0.0\r\n"), Some(403)),
        (
            "HTTP/1.0 without a host",
            format!("GET /sessions HTTP/1.0\r\n{ann}\r\n").into(),
            Some(403),
        ),
    ]
}

/// A HEAD does what the GET does, in many a framework.
fn heads() -> Vec<Hostile> {
    let ann = bearer("ann");
    let head = |target: &str| request(&format!("HEAD {target}"), &ann, "");
    vec![
        ("HEAD that connects", head("/api/sse/connect/c1"), Some(405)),
        ("HEAD that asks", head("/api/sse/chat/c1/hello"), Some(405)),
        ("HEAD that disconnects", head("/api/sse/disconnect/c1"), Some(405)),
        ("HEAD that reads", head("/chat/s1"), Some(405)),
    ]
}

#[tokio::test]
async fn each_hostile_request_is_refused_and_ann_does_not_notice() {
    let upstream = PlayedUpstream::start().await;
    let (folder, site) = site();
    let relay = start(&upstream, site).await;
    let mut ann = Victim::open(&relay, &upstream).await;
    let table = [
        bad_tokens(),
        anothers_session(),
        bad_bodies(),
        bad_heads(),
        bad_paths(),
        pages_of_strangers(),
        other_hosts(),
        heads(),
    ]
    .concat();
    assert!(table.len() >= 100, "{}", table.len());
    for (name, bytes, status) in &table {
        let answer = send(&relay, bytes).await;
        let text = answer.as_ref().map_or("", |answer| answer.text.as_str());
        assert_eq!(answer.as_ref().map(|answer| answer.status), *status, "{name}: {text}");
        for leak in ["TOP-SECRET", "root:", "set-cookie", "access-control-allow-origin", "ann"] {
            assert!(!text.to_lowercase().contains(&leak.to_lowercase()), "{name}: {text}");
        }
        ann.is_well().await;
    }
    println!("{} hostile requests, each refused", table.len());

    let list = async |user: &str| -> Value {
        let request = relay.client.get(format!("{}/sessions", relay.url));
        request.bearer_auth(token(user)).send().await.unwrap().json().await.unwrap()
    };
    assert_eq!(list("bob").await, json!([]));
    let leaving = relay.client.post(format!("{}/api/sse/disconnect/c1", relay.url));
    let left = leaving.bearer_auth(token("ann")).send().await.unwrap();
    assert_eq!(left.json::<Value>().await.unwrap(), json!({ "disconnected": true }));
    assert_eq!(ann.client.next().await, None);
    let sessions = list("ann").await;
    assert_eq!((sessions.as_array().unwrap().len(), &sessions[0]["state"]), (1, &json!("live")));
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn a_request_that_takes_its_time_is_cut_off() {
    let upstream = PlayedUpstream::start().await;
    let relay = start(&upstream, Site::default()).await;
    let mut ann = Victim::open(&relay, &upstream).await;
    let bob = bearer("bob");
    let drip = async |start: String, then: &'static str| {
        let address = relay.url.strip_prefix("http://").unwrap();
        let (mut reading, mut writing) = TcpStream::connect(address).await.unwrap().into_split();
        let dripping = async {
            writing.write_all(start.as_bytes()).await.unwrap();
            loop {
                tokio::time::sleep(Duration::from_millis(500)).await;
                if writing.write_all(then.as_bytes()).await.is_err() {
                    std::future::pending::<()>().await;
                }
            }
        };
        let mut answer = Vec::new();
        tokio::select! {
            // A reset, which comes after the answer, is an end, too.
            _ = reading.read_to_end(&mut answer) => String::from_utf8(answer).unwrap(),
            () = dripping => unreachable!(),
            () = tokio::time::sleep(PATIENCE) => panic!("it is still listened to: {start}"),
        }
    };
    let body = format!(
        "POST /chat HTTP/1.1\r\nhost: relay.test\r\n{JSON}{bob}content-length: 100000\r\n\r\n{{"
    );
    let (head, body, nothing) = tokio::join!(
        drip("GET /sessions HTTP/1.1\r\n".into(), "x-a: b\r\n"),
        drip(body, " "),
        drip(String::new(), ""),
    );
    assert!(!head.contains("200 OK") && nothing.is_empty(), "{head} {nothing}");
    assert!(body.starts_with("HTTP/1.1 408 "), "{body}");
    ann.is_well().await;
}
