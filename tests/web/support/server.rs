//! The test server as the tests see it. tests/server/README.md says what it does.

use super::{eventually, soon};
use gloo_net::http::{Request, Response};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    sync::atomic::{AtomicU32, Ordering},
};

pub const SERVER: &str = env!("SLUICEGATE_TEST_SERVER");

/// A request as the server saw it.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    pub method: String,
    pub headers: HashMap<String, String>,
    pub body: String,
    /// How it ended. Sinks do not say it.
    #[serde(default)]
    pub outcome: String,
    /// Milliseconds since the server's start.
    #[serde(default)]
    pub started_ms: f64,
    #[serde(default)]
    pub closed_ms: Option<f64>,
}

impl Entry {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    pub fn is_over(&self) -> bool {
        self.outcome != "open"
    }
}

#[derive(Deserialize)]
struct Log {
    requests: Vec<Entry>,
}

/// The requests to a `Held`.
#[derive(Debug, Deserialize, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct Counters {
    pub requests: u32,
    pub open: u32,
    pub client_closed: u32,
}

async fn get<T: DeserializeOwned>(url: &str) -> T {
    let response = Request::get(url).send().await.expect("the test server answers");
    checked(response).await.json().await.expect("the test server answers in JSON")
}

async fn checked(response: Response) -> Response {
    assert!(response.ok(), "the test server refuses: {}", response.text().await.unwrap());
    response
}

/// A key that nobody has used, whatever ran on this server before.
fn fresh_key() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("rust-{}-{:x}-{count}", js_sys::Date::now(), js_sys::Math::random().to_bits())
}

/// What the server answers, attempt by attempt.
pub struct Script {
    id: String,
}

impl Script {
    /// The last attempt is repeated.
    pub async fn new(attempts: Value) -> Self {
        let request = Request::post(&format!("{SERVER}/scripts"))
            .body(json!({ "attempts": attempts }).to_string())
            .expect("a string is a body");
        let response = checked(request.send().await.expect("the test server answers")).await;
        let answer: Value = response.json().await.expect("the test server answers in JSON");
        Self { id: answer["id"].as_str().expect("an id").into() }
    }

    /// A stream of these steps, at each attempt.
    pub async fn streaming(steps: Value) -> Self {
        Self::new(json!([{ "steps": steps }])).await
    }

    pub fn url(&self) -> String {
        format!("{SERVER}/s/{}", self.id)
    }

    /// Lets the step `waitFor` of this name pass.
    pub async fn signal(&self, name: &str) {
        let url = format!("{SERVER}/scripts/{}/signal/{name}", self.id);
        checked(Request::post(&url).send().await.expect("the test server answers")).await;
    }

    /// The log once exactly so many requests are there and over.
    pub async fn over(&self, count: usize) -> Vec<Entry> {
        self.try_over(count).await.unwrap()
    }

    pub async fn try_over(&self, count: usize) -> Result<Vec<Entry>, String> {
        log_once(&self.log_url(), |log| log.len() == count && log.iter().all(Entry::is_over)).await
    }

    pub async fn log(&self) -> Vec<Entry> {
        get::<Log>(&self.log_url()).await.requests
    }

    fn log_url(&self) -> String {
        format!("{SERVER}/scripts/{}/log", self.id)
    }
}

/// Where notifications go.
pub struct Sink {
    url: String,
    log_url: String,
}

impl Sink {
    pub fn new() -> Self {
        Self::answering("")
    }

    /// With this query.
    pub fn answering(query: &str) -> Self {
        let url = format!("{SERVER}/sink/{}", fresh_key());
        Self { url: format!("{url}{query}"), log_url: format!("{url}/log") }
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// The log once exactly so many notifications are there.
    pub async fn received(&self, count: usize) -> Vec<Entry> {
        self.try_received(count).await.unwrap()
    }

    pub async fn try_received(&self, count: usize) -> Result<Vec<Entry>, String> {
        log_once(&self.log_url, |log| log.len() == count).await
    }
}

async fn log_once(url: &str, is_wanted: impl Fn(&[Entry]) -> bool) -> Result<Vec<Entry>, String> {
    soon(async || {
        let Log { requests } = get(url).await;
        if is_wanted(&requests) { Ok(requests) } else { Err(format!("{url}: {requests:#?}")) }
    })
    .await
}

/// A stream that sends one event and stays open, and who listens to it.
pub struct Held {
    pub url: String,
}

impl Held {
    pub fn new() -> Self {
        Self { url: format!("{SERVER}/open/{}", fresh_key()) }
    }

    /// The counters once they are these.
    pub async fn counted(&self, expected: Counters) {
        eventually(async || {
            let counters: Counters = get(&format!("{}/counters", self.url)).await;
            let error = format!("{counters:?}, not {expected:?}");
            if counters == expected { Ok(()) } else { Err(error) }
        })
        .await;
    }
}
