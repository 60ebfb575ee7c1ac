//! What the relay's tests share: a relay on a free port, a reader of its streams, and an upstream
//! whose every byte the test writes itself.
#![allow(dead_code, reason = "each test file uses some of it")]

pub mod nginx;
pub mod program;
pub mod redis;
pub mod upstream;

use std::num::NonZeroU32;
use std::time::Duration;

use reqwest::{Client, Response, StatusCode};
use serde_json::{Value, json};
use sluicegate::sse::Decoder;
use sluicegate_relay::{
    Builtin, Options, Relay, Secret, ServeOptions, Site, Upstream, UpstreamOptions, serve,
    site_router,
};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// Past this, what a test waits for is not going to happen. Never a part of what is measured.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// A port that was free a moment ago. Nothing else here asks for a certain one.
pub fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// What the tests' tokens are signed with.
pub const SECRET: &str = "the tests' own secret, of 32 bytes and more";

pub fn secret() -> Secret {
    Secret::new(SECRET.as_bytes()).unwrap()
}

/// A good token of this user's, for ten minutes.
pub fn token(user: &str) -> String {
    secret().sign(user, std::time::UNIX_EPOCH.elapsed().unwrap().as_secs() + 600)
}

/// A client that takes no proxy from the environment.
pub fn client() -> Client {
    drop(rustls::crypto::ring::default_provider().install_default());
    Client::builder().no_proxy().tls_certs_only([]).build().unwrap()
}

/// A relay that serves on a port of its own until this is dropped.
pub struct TestRelay {
    pub url: String,
    pub client: Client,
    shutdown: CancellationToken,
}

impl TestRelay {
    /// Without grace for a reader that goes away.
    pub async fn start(upstream: UpstreamOptions, site: Site) -> Self {
        Self::with(upstream, site, |relay| relay).await
    }

    /// A relay that `configure` has changed.
    pub async fn with(
        upstream: UpstreamOptions,
        site: Site,
        configure: impl FnOnce(Relay) -> Relay,
    ) -> Self {
        Self::serving(ServeOptions::default(), upstream, site, configure).await
    }

    /// The same, served in another way.
    pub async fn serving(
        serving: ServeOptions,
        upstream: UpstreamOptions,
        site: Site,
        configure: impl FnOnce(Relay) -> Relay,
    ) -> Self {
        let shutdown = CancellationToken::new();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let relay = Relay::new(Upstream::new(upstream).unwrap(), shutdown.clone());
        let relay = configure(
            relay.with_options(Options { resume_grace: Duration::ZERO, ..Options::default() }),
        );
        tokio::spawn(serve(listener, site_router(relay, site), serving, shutdown.clone()));
        Self { url, client: client(), shutdown }
    }

    /// In front of the API at `url`, which is asked once.
    pub async fn before(url: &str) -> Self {
        let options = UpstreamOptions::new(url, ["test-model", "other"]);
        Self::start(UpstreamOptions { retries: 0, ..options }, Site::default()).await
    }

    /// In front of the API at `url`, with time for a reader to come back.
    pub async fn with_grace(url: &str) -> Self {
        Self::with(UpstreamOptions::new(url, ["test-model"]), Site::default(), |relay| {
            relay.with_options(Options { resume_grace: PATIENCE, ..Options::default() })
        })
        .await
    }

    /// In front of a built-in upstream of this pace.
    pub async fn with_builtin(tokens_per_second: u32) -> (Self, Builtin) {
        let pace = NonZeroU32::new(tokens_per_second).unwrap();
        let builtin = Builtin::start(pace, CancellationToken::new()).await.unwrap();
        let upstream = UpstreamOptions::new(builtin.url(), Builtin::MODELS);
        (Self::start(upstream, Site::default()).await, builtin)
    }

    pub async fn post(&self, path: &str, body: &Value) -> Response {
        self.client.post(format!("{}{path}", self.url)).json(body).send().await.unwrap()
    }

    pub async fn get(&self, path: &str) -> Response {
        self.client.get(format!("{}{path}", self.url)).send().await.unwrap()
    }

    /// Opens a session of the user `ann`.
    pub async fn chat(&self, session: &str, prompt: &str) -> Response {
        let body = json!({ "prompt": prompt, "userId": "ann", "sessionId": session });
        self.post("/chat", &body).await
    }

    /// The status and body of a cancel by `user`.
    pub async fn cancel(&self, session: &str, user: &str) -> (StatusCode, Value) {
        let body = json!({ "userId": user, "sessionId": session });
        let response = self.post("/chat/cancel", &body).await;
        (response.status(), response.json().await.unwrap())
    }

    /// What `GET /sessions` says of one session.
    pub async fn session(&self, session: &str) -> Value {
        let sessions: Vec<Value> = self.get("/sessions").await.json().await.unwrap();
        let mut found = sessions.into_iter().filter(|s| s["sessionId"] == session);
        let view = found.next().unwrap_or_default();
        assert!(found.next().is_none(), "{session} is there twice");
        view
    }

    /// Waits until a session has ended, and returns its state.
    pub async fn end_of(&self, session: &str) -> String {
        until(async || {
            let state = self.session(session).await["state"].as_str()?.to_owned();
            (state != "live").then_some(state)
        })
        .await
    }
}

impl Drop for TestRelay {
    fn drop(&mut self) {
        self.shutdown.cancel();
    }
}

/// Asks again until there is an answer.
#[track_caller]
pub fn until<T>(mut ask: impl AsyncFnMut() -> Option<T>) -> impl Future<Output = T> {
    let caller = std::panic::Location::caller();
    async move {
        let asking = async {
            loop {
                if let Some(answer) = ask().await {
                    return answer;
                }
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        let answer = tokio::time::timeout(PATIENCE, asking).await;
        answer.unwrap_or_else(|_| panic!("what {caller} waits for did not happen"))
    }
}

/// One event: its type, data and the last id.
pub type Event = (String, String, String);

/// Reads a response's events one after the other.
pub struct Events {
    response: Response,
    decoder: Decoder,
    ready: std::collections::VecDeque<Event>,
}

impl Events {
    pub fn of(response: Response) -> Self {
        assert_eq!(response.status(), StatusCode::OK);
        Self { response, decoder: Decoder::new(), ready: Default::default() }
    }

    /// The next event, or `None` at the end of the stream.
    pub async fn next(&mut self) -> Option<Event> {
        while self.ready.is_empty() {
            let chunk = tokio::time::timeout(PATIENCE, self.response.chunk()).await;
            let chunk = chunk.expect("an event in time").expect("a whole body")?;
            self.take(&chunk);
        }
        self.ready.pop_front()
    }

    /// The next event, or `None` at the end of the connection, whether proper or not.
    pub async fn next_whole(&mut self) -> Option<Event> {
        while self.ready.is_empty() {
            let chunk = self.response.chunk().await.ok()??;
            self.take(&chunk);
        }
        self.ready.pop_front()
    }

    fn take(&mut self, chunk: &[u8]) {
        self.decoder.push(chunk).unwrap();
        self.ready.extend(self.decoder.events().map(|event| {
            let text = str::to_owned;
            (text(event.event_type), text(event.data), text(event.last_event_id))
        }));
    }

    /// Reads on until the connection breaks, and returns how.
    pub async fn broken(mut self) -> reqwest::Error {
        loop {
            let chunk = tokio::time::timeout(PATIENCE, self.response.chunk()).await;
            match chunk.expect("an end in time") {
                Ok(chunk) => assert!(chunk.is_some(), "the response ended properly"),
                Err(error) => return error,
            }
        }
    }

    pub async fn rest(mut self) -> Vec<Event> {
        let mut events = Vec::new();
        while let Some(event) = self.next().await {
            events.push(event);
        }
        events
    }
}

/// The data of an event that must be named `name` and hold JSON.
#[track_caller]
pub fn json_of(event: &Event, name: &str) -> Value {
    assert_eq!(event.0, name, "{event:?}");
    serde_json::from_str(&event.1).unwrap()
}

/// The tokens of `events`, whose ids must count from 1.
#[track_caller]
pub fn tokens_of(events: &[Event]) -> Vec<&str> {
    let tokens: Vec<_> = events.iter().filter(|event| event.0 == "message").collect();
    for (number, token) in (1..).zip(&tokens) {
        assert_eq!(token.2, format!("{number}"));
    }
    tokens.into_iter().map(|token| token.1.as_str()).collect()
}

/// Checks that `response` is a refusal in JSON, and returns its message.
pub async fn refusal(response: Response, status: u16, code: &str) -> String {
    let seen = response.status();
    let content_type = response.headers()["content-type"].clone();
    let text = response.text().await.unwrap();
    assert_eq!(seen, status, "{text}");
    assert_eq!(content_type, "application/json");
    let body: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(body["error"]["code"], code, "{text}");
    let message = body["error"]["message"].as_str().unwrap().to_owned();
    assert!(!message.is_empty());
    message
}
