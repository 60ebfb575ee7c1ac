//! `/api/chat`: what the AI SDK's `useChat` asks of a backend. A chat's answer is a session with the
//! chat's id.

use axum::Json;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::begin::{Begun, begin};
use super::caller::Caller;
use super::stream::{Taken, answer_stream};
use super::{Relay, chat, hooks, ids, models, resume};
use crate::chat::{Chat, Role};
use crate::connection::Cut;
use crate::error::ApiError;
use crate::framing::UiMessage as Framing;
use crate::json_body::JsonBody;
use crate::sessions::{OpenError, ResumeError, State as SessionState};
use crate::ui_messages::UiMessage;

/// Whose a request without a token and without a `userId` is.
const ANYONE: &str = "anyone";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Body {
    id: String,
    messages: Vec<UiMessage>,
    #[serde(default)]
    trigger: Trigger,
    /// The message that is to be written again.
    message_id: Option<String>,
    user_id: Option<String>,
    model: Option<String>,
    #[serde(flatten)]
    more: Map<String, Value>,
}

#[derive(Default, Deserialize, PartialEq)]
#[serde(rename_all = "kebab-case")]
enum Trigger {
    #[default]
    SubmitMessage,
    RegenerateMessage,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct User {
    user_id: Option<String>,
}

type ChatPath = Result<Path<String>, PathRejection>;
type UserQuery = Result<Query<User>, QueryRejection>;

/// Asks, and streams the answer as a UI message stream. An answer of the same chat that is still being
/// written is stopped: a chat has one at a time. 409 if the chat is another user's, 502 if the model
/// returns no answer.
pub async fn ask(
    State(relay): State<Relay>,
    cut: Cut,
    caller: Caller,
    user: UserQuery,
    JsonBody(body): JsonBody<Body>,
) -> Result<Response, ApiError> {
    let (chat_id, more) = (body.id.clone(), body.more.clone());
    let Query(in_query) = user.map_err(|error| ApiError::invalid(error.body_text()))?;
    let user = user_of(caller, body.user_id.clone().or(in_query.user_id))?;
    ids::check_session(&chat_id)?;
    let chat = hooks::question(&relay, &user, body.question(&relay)?, more).await?;
    let taken = Taken::of_user(&relay, &user)?;
    let begin_now = async || {
        let framing = Framing::new(chat.ui_message.clone().unwrap_or_default());
        let (id, user) = (chat_id.clone(), user.clone());
        begin(relay.clone(), id, user, chat.clone(), Box::new(framing)).await
    };
    let mut begun = begin_now().await;
    if matches!(begun, Err(OpenError::Taken))
        && relay.sessions.cancel(&chat_id, &user).await.is_ok()
    {
        begun = begin_now().await;
    }
    let Begun { reader, begins } = begun.map_err(chat::not_opened)?;
    let taken = taken.and_reader(&relay, &chat_id)?;
    chat::answering(begins).await?;
    Ok(named(answer_stream(reader, relay.weather, cut, taken)))
}

/// Streams the answer that a chat is getting, from its start; what comes after `Last-Event-ID`, where
/// there is that header. 204 if no answer is being written, and the client lacks none of the last one.
pub async fn stream(
    State(relay): State<Relay>,
    path: ChatPath,
    user: UserQuery,
    cut: Cut,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let (chat_id, user) = chat_and_user(path, user, caller)?;
    let after = resume::last_event_id(&headers)?;
    let taken = Taken::of_user(&relay, &user)?;
    let nothing = || Ok(StatusCode::NO_CONTENT.into_response());
    let reader = match relay.sessions.resume(&chat_id, &user, after).await {
        Err(ResumeError::Unknown) => return nothing(),
        Err(ResumeError::Forgotten) if after.is_none() => return nothing(),
        reader => reader.map_err(|error| resume::told(error, &chat_id, &user))?,
    };
    let has_ended = reader.session().state() != SessionState::Live;
    if reader.is_over() || after.is_none() && has_ended {
        return nothing();
    }
    let taken = taken.and_reader(&relay, &chat_id)?;
    Ok(named(answer_stream(reader, relay.weather, cut, taken)))
}

/// Stops the answer that a chat is getting, as `POST /chat/cancel` does.
pub async fn stop(
    State(relay): State<Relay>,
    path: ChatPath,
    user: UserQuery,
    caller: Caller,
) -> Result<Response, ApiError> {
    let (chat_id, user) = chat_and_user(path, user, caller)?;
    Ok(Json(chat::stopped(&relay, &chat_id, &user).await?).into_response())
}

fn chat_and_user(
    path: ChatPath,
    user: UserQuery,
    caller: Caller,
) -> Result<(String, String), ApiError> {
    let Path(chat_id) = path.map_err(|error| ApiError::invalid(error.body_text()))?;
    let Query(user) = user.map_err(|error| ApiError::invalid(error.body_text()))?;
    ids::check_session(&chat_id)?;
    Ok((chat_id, user_of(caller, user.user_id)?))
}

fn user_of(caller: Caller, claimed: Option<String>) -> Result<String, ApiError> {
    let anyone = caller.user().is_none().then(|| ANYONE.to_owned());
    caller.acts_as("userId", claimed.or(anyone))
}

/// With the header that says what the events are.
fn named(mut response: Response) -> Response {
    let name = HeaderName::from_static("x-vercel-ai-ui-message-stream");
    response.headers_mut().insert(name, HeaderValue::from_static("v1"));
    response
}

impl Body {
    /// What is to be asked, and the id of the answer's message.
    fn question(self, relay: &Relay) -> Result<Chat, ApiError> {
        let Self { mut messages, trigger, message_id, model, .. } = self;
        if trigger == Trigger::RegenerateMessage
            && let Some(at) = messages.iter().position(|m| m.id.is_some() && m.id == message_id)
        {
            // A question is asked again; an answer makes room for another one.
            messages.truncate(at + usize::from(messages[at].role == Role::User));
        }
        let mut turns = Vec::new();
        for message in &messages {
            turns.extend(message.turns().map_err(|kind| {
                ApiError::new(
                    StatusCode::BAD_REQUEST,
                    "part-not-supported",
                    format!("messages has a part of the type {kind:?}, which is not passed on"),
                )
            })?);
        }
        if turns.is_empty() {
            return Err(ApiError::invalid("messages has no text to answer"));
        }
        chat::check_roles(relay, turns.iter().map(|turn| turn.role))?;
        let model = models::choose(&relay.upstream, model)?;
        // What follows a tool's result belongs to the message that called the tool.
        let last = messages.pop().filter(|message| message.role == Role::Assistant);
        let id = last.and_then(|message| message.id);
        let mut chat = Chat::new(model, turns);
        chat.ui_message = Some(id.unwrap_or_else(|| format!("msg_{}", Uuid::new_v4().simple())));
        Ok(chat)
    }
}
