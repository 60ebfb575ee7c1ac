//! `POST /chat`, `POST /chat/cancel` and `GET /sessions`.

use axum::Json;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use tokio::sync::{mpsc, oneshot};

use super::stream::{breakable_event_stream, event_stream};
use super::{Relay, ids, models};
use crate::chat::{Chat, Message, Role};
use crate::connection::Cut;
use crate::error::ApiError;
use crate::frame;
use crate::json_body::JsonBody;
use crate::pump::{FRAMES_AHEAD, Pump};
use crate::sessions::{CancelError, State as SessionState};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OpenBody {
    prompt: String,
    user_id: String,
    session_id: String,
    model: Option<String>,
    /// What was said before the prompt.
    #[serde(default)]
    messages: Vec<Message>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Start<'a> {
    session_id: &'a str,
    model: &'a str,
}

/// Opens a session and streams its answer: `start`, a data event a token, `done` or `error`. 409 if
/// the session id is taken or the request is a reconnecting client's, 502 if the model gives no
/// answer.
pub async fn open(
    State(relay): State<Relay>,
    ConnectInfo(cut): ConnectInfo<Cut>,
    headers: HeaderMap,
    JsonBody(body): JsonBody<OpenBody>,
) -> Result<Response, ApiError> {
    ids::check("userId", &body.user_id)?;
    ids::check("sessionId", &body.session_id)?;
    if body.prompt.trim().is_empty() {
        return Err(ApiError::invalid("prompt is empty"));
    }
    // A client that lost its connection sends its question again, with the last id it saw. Tokens are
    // not kept, so all there could be is a second answer after the first half of another.
    if headers.contains_key("last-event-id") {
        return Err(ApiError::new(
            StatusCode::CONFLICT,
            "not-resumable",
            "an answer cannot be resumed here: ask anew, with another sessionId",
        ));
    }
    let model = models::choose(&relay.upstream, body.model)?;
    let start = frame::json("start", &Start { session_id: &body.session_id, model: &model });
    let mut messages = body.messages;
    messages.push(Message { role: Role::User, content: body.prompt });

    let (session_id, user_id) = (body.session_id.clone(), body.user_id.clone());
    let session = relay.sessions.open(body.session_id, body.user_id).map_err(|_| {
        ApiError::new(StatusCode::CONFLICT, "session-exists", "this sessionId is taken")
    })?;
    tracing::info!(id = session.id(), model, "session opened");
    let (reader, frames) = mpsc::channel(FRAMES_AHEAD);
    let (begun, begins) = oneshot::channel();
    reader.try_send(start).expect("the channel is new");
    // A task of its own: this function's future is dropped when the client goes away, but the
    // session still has to be brought to its end.
    let pump = Pump {
        sessions: relay.sessions,
        session,
        upstream: relay.upstream,
        chat: Chat { model, messages },
        reader,
        shutdown: relay.shutdown,
    };
    tokio::spawn(pump.run(begun));
    match begins.await {
        Ok(Err(error)) => {
            Err(ApiError::new(StatusCode::BAD_GATEWAY, error.code(), error.to_string()))
        }
        // Begun, or stopped before that: then the stream says so.
        Ok(Ok(())) | Err(_) => Ok(match relay.weather {
            Some(weather) => {
                breakable_event_stream(weather.carry(session_id, user_id, frames, cut))
            }
            None => event_stream(frames),
        }),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CancelBody {
    user_id: String,
    session_id: String,
}

#[derive(Serialize)]
struct CancelAnswer {
    cancelled: bool,
    tokens: u64,
    /// How the session had ended, if it was not this request that ended it.
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<SessionState>,
}

/// Stops a session, and answers once its request to the model is aborted. 404 for an unknown
/// session, 403 for another user's.
pub async fn cancel(
    State(relay): State<Relay>,
    JsonBody(body): JsonBody<CancelBody>,
) -> Result<Response, ApiError> {
    ids::check("userId", &body.user_id)?;
    ids::check("sessionId", &body.session_id)?;
    let cancel = relay.sessions.cancel(&body.session_id, &body.user_id).await;
    let cancel = cancel.map_err(|error| match error {
        CancelError::Unknown => {
            ApiError::new(StatusCode::NOT_FOUND, "session-not-found", "there is no such session")
        }
        CancelError::NotYours => {
            tracing::warn!(id = body.session_id, user = body.user_id, "cancel by another user");
            ApiError::new(StatusCode::FORBIDDEN, "not-your-session", "it is another user's session")
        }
    })?;
    let state = (!cancel.cancelled).then_some(cancel.state);
    let answer = CancelAnswer { cancelled: cancel.cancelled, tokens: cancel.tokens, state };
    Ok(Json(answer).into_response())
}

/// Lists the live sessions and the last 1000 ended ones, the latest first.
pub async fn list(State(relay): State<Relay>) -> Response {
    ([(header::CACHE_CONTROL, "no-store")], Json(relay.sessions.list())).into_response()
}
