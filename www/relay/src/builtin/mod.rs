//! The built-in upstream: a server of the OpenAI streaming protocol on a loopback port of its own,
//! with a small writer behind it instead of a model. The relay talks to it over HTTP as to any
//! other, so what works here works there.

mod texts;
mod writer;

use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use futures_util::{StreamExt as _, stream};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use crate::ServeOptions;
use crate::chat::{Message, Role};

/// How many times as fast the quick model writes.
const QUICK: u32 = 5;

/// A running built-in upstream.
pub struct Builtin {
    address: SocketAddr,
    counters: Counters,
}

/// What the built-in upstream has done so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Answers begun.
    pub requests: u64,
    /// Answers being written now: each one's connection is open.
    pub open: u64,
    /// Tokens written, in all answers together.
    pub tokens: u64,
}

#[derive(Clone, Default)]
struct Counters(Arc<Mutex<Counts>>);

impl Counters {
    fn get(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Deserialize)]
struct Request {
    model: String,
    messages: Vec<Message>,
}

impl Builtin {
    /// The names of its models, the usual one first. The other writes five times as fast.
    pub const MODELS: [&str; 2] = ["sluicegate-builtin", "sluicegate-builtin-quick"];

    /// Starts it on a free loopback port, writing `tokens_per_second` in each answer, until
    /// `shutdown` is cancelled.
    ///
    /// # Errors
    /// If there is no free port.
    pub async fn start(
        tokens_per_second: NonZeroU32,
        shutdown: CancellationToken,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let counters = Counters::default();
        let pace = Duration::from_secs(1) / tokens_per_second.get();
        let router = Router::new()
            .route("/v1/chat/completions", post(complete))
            .with_state((counters.clone(), pace));
        // Nobody else is to ask it: the relay's own limits are its limits.
        let options = ServeOptions { max_connections: usize::MAX, ..ServeOptions::default() };
        tokio::spawn(async move {
            if let Err(error) = crate::serve(listener, router, options, shutdown).await {
                tracing::error!(%error, "the built-in upstream has stopped");
            }
        });
        Ok(Self { address, counters })
    }

    /// The base of its API, ending in `/v1`.
    pub fn url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// What it has done so far.
    pub fn counts(&self) -> Counts {
        *self.counters.get()
    }
}

async fn complete(
    State((counters, pace)): State<(Counters, Duration)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    // It is for the relay, not for pages, whose POSTs always have it.
    if headers.contains_key(header::ORIGIN) {
        return refuse("pages may not ask here");
    }
    let request: Request = match serde_json::from_slice(&body) {
        Ok(request) => request,
        Err(error) => return refuse(&error.to_string()),
    };
    let pace = match Builtin::MODELS.iter().position(|model| *model == request.model) {
        Some(0) => pace,
        Some(_) => pace / QUICK,
        None => return refuse("there is no such model here"),
    };
    let mut asked = request.messages.iter().filter(|message| message.role == Role::User).rev();
    let Some(prompt) = asked.next() else {
        return refuse("no message of the user's to answer");
    };
    let answer = writer::answer(&prompt.content, asked.next().map(|before| &*before.content));
    // As some models can: a last turn of its own is gone on with.
    let last = request.messages.last().filter(|message| message.role == Role::Assistant);
    let rest = last.and_then(|begun| answer.strip_prefix(&begun.content)).unwrap_or(&answer);
    let body = write(request.model, writer::tokens(rest), pace, counters);
    ([(header::CONTENT_TYPE, "text/event-stream")], body).into_response()
}

/// An answer that is being written. It is dropped when its connection closes.
struct Open(Counters);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.get().open -= 1;
    }
}

/// The body of an answer. It is written only when it is polled, so a slow reader slows it.
fn write(model: String, tokens: Vec<String>, pace: Duration, counters: Counters) -> Body {
    counters.get().requests += 1;
    counters.get().open += 1;
    let mut ticks = interval(pace);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let chunk = move |delta: Value, finish_reason: Option<&str>| {
        let choice = json!({ "index": 0, "delta": delta, "finish_reason": finish_reason });
        let kind = "chat.completion.chunk";
        let chunk = json!({ "id": "builtin", "object": kind, "model": model, "choices": [choice] });
        format!("data: {chunk}\n\n")
    };
    let start = chunk(json!({ "role": "assistant", "content": "" }), None);
    let state = (Some(tokens.into_iter()), ticks, Open(counters));
    let rest = stream::unfold(state, move |(tokens, mut ticks, open)| {
        let chunk = chunk.clone();
        async move {
            let mut tokens = tokens?;
            ticks.tick().await;
            let Some(token) = tokens.next() else {
                let end = chunk(json!({}), Some("stop")) + "data: [DONE]\n\n";
                return Some((end, (None, ticks, open)));
            };
            open.0.get().tokens += 1;
            Some((chunk(json!({ "content": token }), None), (Some(tokens), ticks, open)))
        }
    });
    let start = stream::once(std::future::ready(start));
    Body::from_stream(start.chain(rest).map(Ok::<_, Infallible>))
}

fn refuse(message: &str) -> Response {
    let body = json!({ "error": { "message": message, "type": "invalid_request_error" } });
    (StatusCode::BAD_REQUEST, Json(body)).into_response()
}
