//! The built-in upstream: a server of the OpenAI streaming protocol on a loopback port of its own,
//! with a small writer behind it instead of a model. The relay talks to it over HTTP as to any
//! other, so what works here works there.

mod answer_body;
mod chinese;
mod english;
mod template;
mod tokens;
mod writer;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::json;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::ServeOptions;
use crate::chat::{Message, Role};
use answer_body::AnswerBody;

/// How many times as fast the quick model writes.
const QUICK: u32 = 5;

/// A running built-in upstream.
pub struct Builtin {
    address: SocketAddr,
    counters: Arc<Counters>,
}

/// What the built-in upstream has done so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    /// Answers begun.
    pub requests: u64,
    /// Answers being written now: each one's connection is open.
    pub open: u64,
    /// Tokens written, in all answers together.
    pub tokens: u64,
}

#[derive(Default)]
struct Counters {
    requests: AtomicU64,
    open: AtomicU64,
    tokens: AtomicU64,
}

#[derive(Clone)]
struct Server {
    counters: Arc<Counters>,
    pace: Duration,
}

#[derive(Deserialize)]
struct Request {
    model: String,
    messages: Vec<Message>,
    #[serde(default)]
    stream: bool,
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
        let counters = Arc::<Counters>::default();
        let pace = Duration::from_secs(1) / tokens_per_second.get();
        let router = Router::new()
            .route("/v1/chat/completions", post(complete))
            .with_state(Server { counters: Arc::clone(&counters), pace });
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
        Counts {
            requests: self.counters.requests.load(Ordering::SeqCst),
            open: self.counters.open.load(Ordering::SeqCst),
            tokens: self.counters.tokens.load(Ordering::SeqCst),
        }
    }
}

async fn complete(State(server): State<Server>, headers: HeaderMap, body: Bytes) -> Response {
    // It is for the relay, not for pages, whose POSTs always have it.
    if headers.contains_key(header::ORIGIN) {
        return refuse("pages may not ask here");
    }
    let request: Request = match serde_json::from_slice(&body) {
        Ok(request) => request,
        Err(error) => return refuse(&error.to_string()),
    };
    if !request.stream {
        return refuse("only \"stream\": true is spoken here");
    }
    let pace = match Builtin::MODELS.iter().position(|model| *model == request.model) {
        Some(0) => server.pace,
        Some(_) => server.pace / QUICK,
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
    let body = AnswerBody::new(request.model, tokens::split(rest), pace, server.counters);
    ([(header::CONTENT_TYPE, "text/event-stream")], Body::from_stream(body)).into_response()
}

fn refuse(message: &str) -> Response {
    let body = json!({ "error": { "message": message, "type": "invalid_request_error" } });
    (StatusCode::BAD_REQUEST, Json(body)).into_response()
}
