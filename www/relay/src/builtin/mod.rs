//! The built-in upstream: a server of the OpenAI streaming protocol on a loopback port of its own, with
//! a small writer behind it instead of a model. What works with it works with others.

#[rustfmt::skip]
mod texts;
mod writer;

use std::convert::Infallible;
use std::io;
use std::net::Ipv4Addr;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::IntoResponse;
use axum::routing::post;
use axum::{Json, Router};
use futures_util::stream;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use crate::ServeOptions;
use crate::chat::{Chat, Role};
use crate::error::ApiError;

/// How many times as fast the quick model writes.
const QUICK: u32 = 5;

/// A running built-in upstream.
pub struct Builtin {
    url: String,
    counts: Shared,
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

type Shared = Arc<Mutex<Counts>>;

fn change<T>(counts: &Shared, change: impl FnOnce(&mut Counts) -> T) -> T {
    change(&mut counts.lock().unwrap_or_else(PoisonError::into_inner))
}

impl Builtin {
    /// The names of its models, the usual one first. The other writes five times as fast.
    pub const MODELS: [&str; 2] = ["sluicegate-builtin", "sluicegate-builtin-quick"];

    /// Starts it on a free loopback port, writing `tokens_per_second` in each answer, until `shutdown`
    /// is cancelled.
    ///
    /// # Errors
    /// If there is no free port.
    pub async fn start(speed: NonZeroU32, shutdown: CancellationToken) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let url = format!("http://{}/v1", listener.local_addr()?);
        let counts = Shared::default();
        let state = (Arc::clone(&counts), Duration::from_secs(1) / speed.get());
        let router = Router::new().route("/v1/chat/completions", post(complete)).with_state(state);
        // Nobody else is to ask it: the relay's own limits are its limits.
        let options = ServeOptions { max_connections: usize::MAX, ..ServeOptions::default() };
        tokio::spawn(crate::serve(listener, router, options, shutdown));
        Ok(Self { url, counts })
    }

    /// The base of its API, ending in `/v1`.
    pub fn url(&self) -> String {
        self.url.clone()
    }

    /// What it has done so far.
    pub fn counts(&self) -> Counts {
        change(&self.counts, |counts| *counts)
    }
}

async fn complete(
    State((counts, pace)): State<(Shared, Duration)>,
    headers: HeaderMap,
    Json(Chat { model, messages, .. }): Json<Chat>,
) -> Result<impl IntoResponse, ApiError> {
    // It is for the relay, not for pages, whose POSTs always have it.
    if headers.contains_key(header::ORIGIN) {
        return Err(ApiError::invalid("pages may not ask here"));
    }
    let mut asked = messages.iter().filter(|message| message.role == Role::User).rev();
    let prompt = asked.next().ok_or_else(|| ApiError::invalid("no message of the user's"))?;
    let answer = writer::answer(&prompt.content, asked.next().map(|before| &*before.content));
    // As some models can: a last turn of its own is gone on with.
    let last = messages.last().filter(|message| message.role == Role::Assistant);
    let rest = last.and_then(|begun| answer.strip_prefix(&begun.content)).unwrap_or(&answer);
    let pace = if model == Builtin::MODELS[0] { pace } else { pace / QUICK };
    let body = write(&model, writer::tokens(rest), pace, counts);
    Ok(([(header::CONTENT_TYPE, "text/event-stream")], body))
}

/// An answer that is being written. It is dropped when its connection closes.
struct Open(Shared);

impl Drop for Open {
    fn drop(&mut self) {
        change(&self.0, |counts| counts.open -= 1);
    }
}

/// The body of an answer. It is written only when it is polled, so a slow reader slows it.
fn write(model: &str, tokens: Vec<String>, pace: Duration, counts: Shared) -> Body {
    let chunk = |delta: Value, finish_reason: Option<&str>| {
        let choice = json!({ "index": 0, "delta": delta, "finish_reason": finish_reason });
        let kind = "chat.completion.chunk";
        let chunk = json!({ "id": "builtin", "object": kind, "model": model, "choices": [choice] });
        format!("data: {chunk}\n\n")
    };
    let mut chunks: Vec<_> =
        tokens.into_iter().map(|token| chunk(json!({ "content": token }), None)).collect();
    chunks.push(chunk(json!({}), Some("stop")) + "data: [DONE]\n\n");
    change(&counts, |Counts { requests, open, .. }| {
        (*requests, *open) = (*requests + 1, *open + 1)
    });
    let mut ticks = interval(pace);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let state = (chunks.into_iter(), ticks, Open(counts));
    Body::from_stream(stream::unfold(state, async |(mut chunks, mut ticks, open)| {
        let chunk = chunks.next()?;
        ticks.tick().await;
        let is_token = u64::from(chunks.len() > 0);
        change(&open.0, |counts| counts.tokens += is_token);
        Some((Ok::<_, Infallible>(chunk), (chunks, ticks, open)))
    }))
}
