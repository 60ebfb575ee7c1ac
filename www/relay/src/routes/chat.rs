//! `POST /chat`, `POST /chat/cancel` and `GET /sessions`.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tokio::sync::oneshot;

use super::begin::{Begun, begin};
use super::caller::Caller;
use super::stream::{Taken, answer_stream};
use super::{Relay, hooks, ids, models, resume};
use crate::chat::{Chat, Message, Role};
use crate::connection::Cut;
use crate::error::ApiError;
use crate::framing::Plain;
use crate::json_body::JsonBody;
use crate::sessions::{CancelError, OpenError, State as SessionState};
use crate::upstream::UpstreamError;

/// When to ask again after the relay was full, in seconds: answers take about that long.
const RETRY_AFTER: u32 = 5;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OpenBody {
    prompt: String,
    user_id: Option<String>,
    session_id: String,
    model: Option<String>,
    /// What was said before the prompt.
    #[serde(default)]
    messages: Vec<Message>,
    #[serde(flatten)]
    more: Map<String, Value>,
}

/// Opens a session and streams its answer: `start`, a data event a token, `done` or `error`. 409 if
/// the session id is taken, 502 if the model returns no answer. With `Last-Event-ID` the request is a
/// client's that lost its connection: it resumes its session, or is refused.
pub async fn open(
    State(relay): State<Relay>,
    cut: Cut,
    caller: Caller,
    headers: HeaderMap,
    JsonBody(body): JsonBody<OpenBody>,
) -> Result<Response, ApiError> {
    let user = caller.acts_as("userId", body.user_id)?;
    ids::check_session(&body.session_id)?;
    if body.prompt.trim().is_empty() {
        return Err(ApiError::invalid("prompt is empty"));
    }
    if let Some(after) = resume::last_event_id(&headers)? {
        return resume::attach(relay, &body.session_id, &user, Some(after), cut).await;
    }
    check_roles(&relay, body.messages.iter().map(|message| message.role))?;
    let model = models::choose(&relay.upstream, body.model)?;
    let mut messages = body.messages;
    messages.push(Message::new(Role::User, body.prompt));

    let chat = hooks::question(&relay, &user, Chat::new(model, messages), body.more).await?;
    let weather = relay.weather.clone();
    let taken = Taken::of_user(&relay, &user)?;
    let id = body.session_id;
    let begun = begin(relay.clone(), id.clone(), user, chat, Box::new(Plain)).await;
    let Begun { reader, begins } = begun.map_err(not_opened)?;
    let taken = taken.and_reader(&relay, &id)?;
    answering(begins).await?;
    Ok(answer_stream(reader, weather, cut, taken))
}

/// Refuses turns of roles that clients may not speak as.
pub fn check_roles(relay: &Relay, mut roles: impl Iterator<Item = Role>) -> Result<(), ApiError> {
    if roles.all(|role| relay.options.client_roles.contains(&role)) {
        return Ok(());
    }
    Err(ApiError::new(
        StatusCode::BAD_REQUEST,
        "role-not-allowed",
        "messages has a turn of a role that clients may not speak as",
    ))
}

/// Waits until the model begins to answer; 502 if it does not. Also returns when the session was
/// stopped before that: then its stream says so.
pub async fn answering(
    begins: oneshot::Receiver<Result<(), UpstreamError>>,
) -> Result<(), ApiError> {
    match begins.await {
        Ok(Err(error)) => {
            let refusal = ApiError::new(StatusCode::BAD_GATEWAY, error.code(), error.to_string());
            Err(match error.retry_after() {
                Some(wait) => refusal.retry_after(wait.as_secs().try_into().unwrap_or(u32::MAX)),
                None => refusal,
            })
        }
        Ok(Ok(())) | Err(_) => Ok(()),
    }
}

pub fn not_opened(error: OpenError) -> ApiError {
    match error {
        OpenError::Taken => {
            ApiError::new(StatusCode::CONFLICT, "session-exists", "this sessionId is taken")
        }
        OpenError::Full => ApiError::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "too-many-sessions",
            "the relay has as many sessions as it takes: ask again later",
        )
        .retry_after(RETRY_AFTER),
        OpenError::Unavailable => unavailable(),
        OpenError::Foreign => foreign(),
        OpenError::UserFull => ApiError::new(
            StatusCode::TOO_MANY_REQUESTS,
            "too-many-sessions-of-user",
            "this user has as many sessions as one may: end one, or ask again later",
        )
        .retry_after(RETRY_AFTER),
    }
}

/// 503.
pub fn unavailable() -> ApiError {
    ApiError::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "sessions-unavailable",
        "the relay does not reach the place where sessions are kept: try again in some seconds",
    )
    .retry_after(RETRY_AFTER)
}

/// 500.
pub fn foreign() -> ApiError {
    ApiError::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "foreign-session-data",
        "something else has written to where the relay keeps this session: ask again with another sessionId",
    )
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CancelBody {
    user_id: Option<String>,
    session_id: String,
}

#[derive(Serialize)]
pub struct CancelAnswer {
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
    caller: Caller,
    JsonBody(body): JsonBody<CancelBody>,
) -> Result<Response, ApiError> {
    let user = caller.acts_as("userId", body.user_id)?;
    ids::check_session(&body.session_id)?;
    Ok(Json(stopped(&relay, &body.session_id, &user).await?).into_response())
}

/// What a stop by `user` came to.
pub async fn stopped(relay: &Relay, id: &str, user: &str) -> Result<CancelAnswer, ApiError> {
    let cancel = relay.sessions.cancel(id, user).await.map_err(|error| match error {
        CancelError::Unavailable => unavailable(),
        CancelError::Foreign => foreign(),
        CancelError::Unknown => resume::not_found(),
        CancelError::NotYours => resume::not_yours("cancel", id, user),
    })?;
    let state = (!cancel.cancelled).then_some(cancel.state);
    Ok(CancelAnswer { cancelled: cancel.cancelled, tokens: cancel.tokens, state })
}

/// Lists the live sessions and the last 100 ended ones of each user, the latest first; with tokens only those of
/// the caller.
pub async fn list(State(relay): State<Relay>, caller: Caller) -> Response {
    let sessions = relay.sessions.list(caller.user());
    ([(header::CACHE_CONTROL, "no-store")], Json(sessions)).into_response()
}
