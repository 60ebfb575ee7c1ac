//! `GET /chat/{sessionId}`: the rest of an answer, for a client that lost its connection.

use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::caller::Caller;
use super::stream::{Taken, answer_stream};
use super::{Relay, chat, ids};
use crate::connection::Cut;
use crate::error::ApiError;
use crate::sessions::ResumeError;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Reader {
    user_id: Option<String>,
}

/// Streams a session's events after `Last-Event-ID`, all of them without that header, and goes on
/// while the model still writes. 204 if there are none and never will be, 404 for an unknown
/// session, 403 for another user's, 409 if the events after that id are not kept.
pub async fn resume(
    State(relay): State<Relay>,
    session_id: Result<Path<String>, PathRejection>,
    reader: Result<Query<Reader>, QueryRejection>,
    cut: Cut,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let Path(session_id) = session_id.map_err(|error| ApiError::invalid(error.body_text()))?;
    let Query(reader) = reader.map_err(|error| ApiError::invalid(error.body_text()))?;
    let user = caller.acts_as("userId", reader.user_id)?;
    ids::check_session(&session_id)?;
    let after = last_event_id(&headers)?;
    attach(relay, &session_id, &user, after, cut).await
}

/// The number in `Last-Event-ID`. An empty one is none, as in the HTML standard, section 9.2.3.
pub fn last_event_id(headers: &HeaderMap) -> Result<Option<u64>, ApiError> {
    let Some(value) = headers.get("last-event-id").filter(|value| !value.is_empty()) else {
        return Ok(None);
    };
    let digits = value.to_str().ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
    let id = digits.and_then(|digits| digits.parse().ok());
    id.map(Some).ok_or_else(|| ApiError::invalid("Last-Event-ID is no id of this stream"))
}

/// Streams the events of `session_id` after the one with the id `after`.
pub async fn attach(
    relay: Relay,
    session_id: &str,
    user_id: &str,
    after: Option<u64>,
    cut: Cut,
) -> Result<Response, ApiError> {
    let taken = Taken::of_user(&relay, user_id)?;
    let resumed = relay.sessions.resume(session_id, user_id, after).await;
    let reader = resumed.map_err(|error| told(error, session_id, user_id))?;
    let taken = taken.and_reader(&relay, session_id)?;
    tracing::info!(id = session_id, after, "session resumed");
    if reader.is_over() {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    Ok(answer_stream(reader, relay.weather, cut, taken))
}

/// The refusal of a reader.
pub fn told(error: ResumeError, session_id: &str, user_id: &str) -> ApiError {
    match error {
        ResumeError::Unavailable => chat::unavailable(),
        ResumeError::Foreign => chat::foreign(),
        ResumeError::Unknown => not_found(),
        ResumeError::NotYours => not_yours("resume", session_id, user_id),
        ResumeError::Gone | ResumeError::Forgotten => {
            not_resumable("what came after this Last-Event-ID is not kept any more: ask again")
        }
        ResumeError::NeverSent => not_resumable("no event with this Last-Event-ID was sent"),
    }
}

/// 404.
pub fn not_found() -> ApiError {
    ApiError::new(StatusCode::NOT_FOUND, "session-not-found", "there is no such session")
}

/// 403, and a line in the log.
pub fn not_yours(attempt: &'static str, session_id: &str, user_id: &str) -> ApiError {
    tracing::warn!(id = session_id, user = user_id, attempt, "refused: another user's session");
    ApiError::new(StatusCode::FORBIDDEN, "not-your-session", "it is another user's session")
}

fn not_resumable(message: &str) -> ApiError {
    ApiError::new(StatusCode::CONFLICT, "not-resumable", message)
}
