//! An event stream with axum, and the endpoint that stops it.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_stream::stream;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::routing::post;
use axum::{Json, Router};
use futures::{Stream, StreamExt as _, pin_mut};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

/// What stops each answer that is being written, by session. Behind a login, check whose session it
/// is.
type Running = Arc<Mutex<HashMap<String, Arc<CancellationToken>>>>;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Question {
    prompt: String,
    session_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Session {
    session_id: String,
}

/// An answer that is being written. It is dropped, and leaves the list, however it ends: also when
/// nobody is reading any more.
struct Answer {
    id: String,
    tokens: u32,
    end: &'static str,
    stop: Arc<CancellationToken>,
    running: Running,
}

impl Drop for Answer {
    fn drop(&mut self) {
        let mut running = self.running.lock().unwrap();
        // Not that of the session's next question.
        if running.get(&self.id).is_some_and(|stop| Arc::ptr_eq(stop, &self.stop)) {
            running.remove(&self.id);
        }
        println!("{}: {}, {} tokens", self.id, self.end, self.tokens);
    }
}

async fn chat(
    State(running): State<Running>,
    Json(question): Json<Question>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let stop = Arc::new(CancellationToken::new());
    let stopped = CancellationToken::clone(&stop).cancelled_owned();
    let id = question.session_id;
    let before = running.lock().unwrap().insert(id.clone(), Arc::clone(&stop));
    if let Some(before) = before {
        before.cancel(); // a session has one answer at a time
    }
    let answer = Answer { id, tokens: 0, end: "stopped", stop, running };
    let events = stream! {
        let mut answer = answer;
        let tokens = model(question.prompt);
        pin_mut!(tokens);
        while let Some(token) = tokens.next().await {
            answer.tokens += 1;
            yield Ok(Event::default().data(Value::from(token).to_string()));
        }
        answer.end = "complete";
        yield Ok(Event::default().data("[DONE]"));
    };
    Sse::new(events.take_until(stopped)).keep_alive(KeepAlive::default())
}

async fn cancel(
    State(running): State<Running>,
    Json(session): Json<Session>,
) -> (StatusCode, Json<Value>) {
    let stop = running.lock().unwrap().get(&session.session_id).cloned();
    let Some(stop) = stop else {
        return (StatusCode::NOT_FOUND, Json(json!({ "cancelled": false })));
    };
    stop.cancel();
    (StatusCode::OK, Json(json!({ "cancelled": true })))
}

/// Put your model here. It is dropped, and its connection closed, when the answer is stopped.
fn model(prompt: String) -> impl Stream<Item = String> {
    stream! {
        for word in format!("You asked: {prompt}").split(' ') {
            yield format!("{word} ");
        }
        for line in 1..=100 {
            tokio::time::sleep(Duration::from_millis(10)).await;
            yield format!("\n{line} bottles");
        }
    }
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let port = std::env::var("PORT").unwrap_or_else(|_| "8000".into());
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    println!("listening on http://{}", listener.local_addr()?);
    let router = Router::new().route("/chat", post(chat)).route("/chat/cancel", post(cancel));
    axum::serve(listener, router.with_state(Running::default())).await
}
