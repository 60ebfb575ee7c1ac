//! `GET /learn/sseChat`: the greeting stream of many a tutorial, for trying a client out.

use std::time::Duration;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use tokio::sync::mpsc;

use super::Relay;
use super::caller::Caller;
use super::resume::last_event_id;
use super::stream::{Taken, event_stream};
use crate::error::ApiError;
use crate::frame;

const MESSAGES: u64 = 10;
/// The longest pace: a stream of it takes 50 seconds.
const SLOWEST: u64 = 5_000;
/// The longest name, in bytes.
const LONGEST_NAME: usize = 256;

#[derive(Deserialize)]
pub struct SseChat {
    name: String,
    /// Milliseconds from one message to the next.
    #[serde(default = "default_pace")]
    pace: u64,
}

fn default_pace() -> u64 {
    500
}

/// Streams `start` and ten numbered messages with the given name; what comes after `Last-Event-ID`, with
/// that header. 204 if that is nothing, which makes an `EventSource` stop.
pub async fn sse_chat(
    State(relay): State<Relay>,
    caller: Caller,
    query: Result<Query<SseChat>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let Query(SseChat { name, pace }) =
        query.map_err(|error| ApiError::invalid(error.body_text()))?;
    if pace > SLOWEST {
        return Err(ApiError::invalid(format!("pace is over {SLOWEST} ms")));
    }
    if name.len() > LONGEST_NAME {
        return Err(ApiError::invalid(format!("name is over {LONGEST_NAME} bytes")));
    }
    let first = last_event_id(&headers)?.map_or(0, |last| last.saturating_add(1));
    if first > MESSAGES {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    // Without tokens all are one user.
    let taken = Taken::of_user(&relay, caller.user().unwrap_or_default())?;
    let (reader, frames) = mpsc::channel(1);
    tokio::spawn(async move {
        let send_all = async {
            if first == 0 {
                drop(reader.send(frame::text(0, "start")).await);
            }
            for number in first.max(1)..=MESSAGES {
                tokio::time::sleep(Duration::from_millis(pace)).await;
                let text = format!("{name}: message {number} of {MESSAGES}");
                drop(reader.send(frame::text(number, &text)).await);
            }
        };
        tokio::select! {
            () = send_all => {}
            () = reader.closed() => {}
            () = relay.shutdown.cancelled() => drop(reader.send(frame::retry()).await),
        }
    });
    Ok(event_stream(frames, taken))
}
