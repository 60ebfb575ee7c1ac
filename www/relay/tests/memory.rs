//! What the relay and Redis hold when answers are long, readers don't read and questions are large. Each
//! test prints its figures:
//!
//! ```sh
//! cargo test --release -p sluicegate-relay --test memory -- --nocapture --test-threads 1
//! ```
//!
//! `RELAY_PROGRAM` names another program to attack, such as that of an earlier version. Without
//! `--release` there are fewer answers and questions: it would take minutes.

mod common;

use std::convert::Infallible;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use common::program::{program, start};
use common::redis::TestRedis;
use common::{Events, client, until};
use futures_util::StreamExt as _;
use futures_util::stream;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};

const MIB: usize = 1 << 20;

const MANY: usize = if cfg!(debug_assertions) { 40 } else { 300 };

/// A model whose answer has as many tokens, and as long ones, as the question begins with: `19 100000`.
#[derive(Clone, Default)]
struct Model {
    written: Arc<AtomicUsize>,
}

impl Model {
    async fn serve(&self) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/v1", listener.local_addr().unwrap());
        let router = Router::new()
            .route("/v1/chat/completions", post(answer))
            .layer(axum::extract::DefaultBodyLimit::disable())
            .with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        url
    }

    /// Waits until nobody takes any more tokens.
    async fn stalls(&self) {
        loop {
            let before = self.written.load(Ordering::Relaxed);
            tokio::time::sleep(Duration::from_secs(2)).await;
            if self.written.load(Ordering::Relaxed) == before {
                return;
            }
        }
    }
}

async fn answer(State(model): State<Model>, body: Json<Value>) -> Response {
    let question = body["messages"][0]["content"].as_str().unwrap();
    let mut numbers = question.split(' ').map(|number| number.parse().unwrap_or(0));
    let (count, size): (usize, usize) = (numbers.next().unwrap(), numbers.next().unwrap());
    let token = Bytes::from(common::upstream::token_event(&"x".repeat(size)));
    let tokens = stream::repeat(token)
        .take(count)
        .chain(stream::iter([Bytes::from(common::upstream::DONE)]));
    let tokens = tokens.inspect(move |token| {
        model.written.fetch_add(token.len(), Ordering::Relaxed);
    });
    let body = Body::from_stream(tokens.map(Ok::<_, Infallible>));
    ([("content-type", "text/event-stream")], body).into_response()
}

/// The program under attack.
struct Relay {
    url: String,
    child: Child,
    client: reqwest::Client,
}

impl Relay {
    async fn start(model: &Model, flags: &[&str]) -> Self {
        let upstream = model.serve().await;
        let mut all = vec!["--port", "0", "--upstream", &upstream, "--model", "m"];
        all.extend_from_slice(flags);
        let mut command = match std::env::var_os("RELAY_PROGRAM") {
            Some(other) => {
                let mut command = Command::new(other);
                command.args(&all).kill_on_drop(true).stdout(Stdio::piped());
                command
            }
            None => program(&all),
        };
        let (child, url) = start(command.stderr(Stdio::null())).await;
        Self { url, child, client: client() }
    }

    /// How many bytes it has resident.
    fn resident(&self) -> usize {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id().unwrap()));
        let status = status.unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().strip_suffix(" kB").unwrap().parse::<usize>().unwrap() << 10
    }

    /// Asks, and reads the whole answer.
    async fn ask(&self, user: &str, session: &str, question: &str) {
        let body = json!({ "prompt": question, "userId": user, "sessionId": session });
        let asked = self.client.post(format!("{}/chat", self.url)).json(&body).send().await;
        let mut response = asked.unwrap();
        assert_eq!(response.status(), 200);
        let mut last = Bytes::new();
        while let Some(chunk) = response.chunk().await.unwrap() {
            last = chunk;
        }
        assert!(String::from_utf8_lossy(&last).contains("finishReason"));
    }

    /// Asks, and never reads the answer.
    async fn ask_and_not_read(&self, user: &str, session: &str, question: &str) -> TcpStream {
        let body = json!({ "prompt": question, "userId": user, "sessionId": session }).to_string();
        let address = self.url.strip_prefix("http://").unwrap();
        let head = format!(
            "POST /chat HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        self.send(&format!("{head}{body}")).await
    }

    async fn send(&self, request: &str) -> TcpStream {
        let mut stream =
            TcpStream::connect(self.url.strip_prefix("http://").unwrap()).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        stream
    }
}

#[track_caller]
fn report(what: &str, before: usize, after: usize, most: usize) {
    println!("{what}: {} MiB before, {} MiB after", before / MIB, after / MIB);
    if std::env::var_os("RELAY_PROGRAM").is_none() {
        assert!(after < before + most * MIB, "{what}: {} MiB", after / MIB);
    }
}

#[tokio::test]
async fn long_answers_that_have_ended_are_not_all_kept() {
    // Of few answers, those of many users may all be kept.
    let cases = [("one user", 1), ("as many users", MANY)];
    let count = if cfg!(debug_assertions) { 1 } else { 2 };
    for (whose, users) in &cases[..count] {
        let relay = Relay::start(&Model::default(), &[]).await;
        relay.ask("ann", "first", "1 1").await;
        let before = relay.resident();
        for number in 0..MANY {
            let user = format!("u{}", number % users);
            relay.ask(&user, &format!("s{number}"), "19 100000").await;
        }
        let what = format!("{MANY} answers of 1.9 MB, of {whose}");
        report(&what, before, relay.resident(), if *users == 1 { 50 } else { 200 });
    }
}

#[tokio::test]
async fn what_waits_for_readers_that_never_read_is_bounded() {
    for (readers, size, most) in [(8, 1_000_000, 100), (MANY / 4, 10_000, 100)] {
        let what = format!("{readers} sessions that nobody reads, with tokens of {size} bytes");
        let model = Model::default();
        let relay = Relay::start(&model, &[]).await;
        relay.ask("ann", "first", "1 1").await;
        let before = relay.resident();
        let mut open = Vec::new();
        for number in 0..readers {
            let question = format!("1000000 {size}");
            open.push(relay.ask_and_not_read("ann", &format!("s{number}"), &question).await);
        }
        model.stalls().await;
        report(&what, before, relay.resident(), most);
    }
    let model = Model::default();
    let relay = Relay::start(&model, &[]).await;
    relay.ask("ann", "first", "1 1").await;
    let before = relay.resident();
    let mut open = Vec::new();
    for number in 0..8 {
        let connect = format!("GET /api/sse/connect/c{number} HTTP/1.1\r\nhost: localhost\r\n\r\n");
        open.push(relay.send(&connect).await);
        let asked = until(async || {
            let ask = format!("{}/api/sse/chat/c{number}/1000000%201000000", relay.url);
            let asked = relay.client.post(ask).send().await.unwrap();
            (asked.status() == 202).then_some(())
        });
        asked.await;
    }
    model.stalls().await;
    report("8 clients that never read, with tokens of 1 MB", before, relay.resident(), 100);
}

#[tokio::test]
async fn redis_keeps_no_questions_of_answers_that_have_ended() {
    let redis = TestRedis::start().await;
    let url = redis.url();
    let relay = Relay::start(&Model::default(), &["--redis", &url]).await;
    relay.ask("ann", "first", "1 1").await;
    let used = async || {
        let info: String = redis.ask(&["INFO", "memory"]).await;
        let line = info.lines().find_map(|line| line.strip_prefix("used_memory:")).unwrap();
        line.trim().parse::<usize>().unwrap()
    };
    let (redis_before, before) = (used().await, relay.resident());
    let question = format!("1 1 {}", "x".repeat(1_000_000));
    for number in 0..MANY {
        relay.ask("ann", &format!("s{number}"), &question).await;
    }
    let what = format!("{MANY} questions of 1 MB");
    report(&format!("Redis, after {what}"), redis_before, used().await, 20);
    report(&format!("the relay, after {what}"), before, relay.resident(), 64);
    let before = used().await;
    for number in 0..MANY / 2 {
        relay.ask("ann", &format!("t{number}"), "19 100000").await;
    }
    let what = format!("Redis, after {} answers of 1.9 MB", MANY / 2);
    report(&what, before, used().await, 25);
}

#[tokio::test]
async fn an_answer_whose_beginning_is_dropped_is_refused_and_not_cut() {
    let flags = ["--max-bytes-per-session", "100000"];
    let relay = Relay::start(&Model::default(), &flags).await;
    relay.ask("ann", "s1", "30 10000").await;
    let resume = async |last: &str| {
        let request = relay.client.get(format!("{}/chat/s1?userId=ann", relay.url));
        request.header("last-event-id", last).send().await.unwrap()
    };
    common::refusal(resume("5").await, 409, "not-resumable").await;
    let events = Events::of(resume("28").await).rest().await;
    let ids: Vec<_> = events.iter().map(|event| event.2.as_str()).collect();
    assert_eq!(ids, ["29", "30", "31"]);
}
