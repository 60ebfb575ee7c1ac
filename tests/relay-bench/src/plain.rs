//! What one writes without a relay at hand: an axum handler that asks the model and passes its tokens
//! on. It keeps no sessions, resumes nothing, cancels nothing.

use std::convert::Infallible;
use std::mem;

use anyhow::Result;
use axum::extract::State;
use axum::response::Sse;
use axum::response::sse::Event;
use axum::routing::post;
use axum::serve::ListenerExt as _;
use axum::{Json, Router};
use futures_util::{Stream, StreamExt as _, stream};
use reqwest::Client;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::net::TcpListener;

#[derive(Clone)]
struct Model {
    client: Client,
    url: String,
}

#[derive(Deserialize)]
struct Question {
    prompt: String,
}

/// Serves `POST /chat` on a free port, and says where.
pub async fn serve(model: &str) -> Result<()> {
    drop(rustls::crypto::ring::default_provider().install_default());
    let client = Client::builder().no_proxy().tls_certs_only([]).build()?;
    let model = Model { client, url: format!("{model}/chat/completions") };
    let router = Router::new().route("/chat", post(chat)).with_state(model);
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("listening on http://{}", listener.local_addr()?);
    let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
    Ok(axum::serve(listener, router).await?)
}

async fn chat(
    State(model): State<Model>,
    Json(question): Json<Question>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let messages = json!([{ "role": "user", "content": question.prompt }]);
    let body = json!({ "model": "m", "messages": messages, "stream": true });
    let response = model.client.post(model.url).json(&body).send().await.expect("a model");
    let mut unfinished = Vec::new();
    let events = response.bytes_stream().flat_map(move |chunk| {
        unfinished.extend_from_slice(&chunk.unwrap_or_default());
        let mut lines = mem::take(&mut unfinished);
        let whole = lines.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        unfinished = lines.split_off(whole);
        stream::iter(lines.split(|byte| *byte == b'\n').filter_map(event).collect::<Vec<_>>())
    });
    Sse::new(events.map(Ok))
}

fn event(line: &[u8]) -> Option<Event> {
    let data: Value = serde_json::from_slice(line.strip_prefix(b"data: ")?).ok()?;
    Some(Event::default().data(data["choices"][0]["delta"]["content"].as_str()?))
}
