//! `/api/sse`: the routes of chat bots whose client keeps one connection open and asks beside it.
//!
//! All that a client gets comes over its connection, as named events whose data is JSON:
//! `systemMessage` first, `heartbeat`, and for each answer `messageStart`, `messageFragment` a
//! sentence, `messageEnd` or `error`.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Map, json};
use tracing::Instrument as _;
use uuid::Uuid;

use super::begin::{Begun, begin};
use super::caller::Caller;
use super::chat::not_opened;
use super::stream::{Taken, event_stream};
use super::{Relay, hooks, ids};
use crate::chat::{Chat, Message, Role};
use crate::clients::{Client, ConnectError, FindError, FrameSender, Most};
use crate::error::ApiError;
use crate::frame;
use crate::framing;
use crate::json_body::JsonBody;
use crate::sessions::Reader;

/// When to connect again after there were too many clients, in seconds.
const RETRY_AFTER: u32 = 30;

/// `GET /api/sse/connect/{clientId}`: the client's connection. It completes the one that the client
/// had before, and is completed itself after a while. 403 for another user's client, 429 if the user has
/// too many, 503 if all have.
pub async fn connect(
    State(relay): State<Relay>,
    caller: Caller,
    path: Result<Path<String>, PathRejection>,
) -> Result<Response, ApiError> {
    let Path(id) = path.map_err(|error| ApiError::invalid(error.body_text()))?;
    ids::check("clientId", &id)?;
    let taken = Taken::of_user(&relay, caller.user().unwrap_or(&id))?;
    let most = Most { all: relay.options.max_clients, user: relay.options.max_clients_per_user };
    let connected = relay.clients.connect(id.clone(), caller.user(), most);
    let (client, frames) = connected.map_err(|error| match error {
        ConnectError::NotYours => not_yours("connect", &id, &caller),
        ConnectError::UserFull => ApiError::new(
            StatusCode::TOO_MANY_REQUESTS,
            "too-many-clients-of-user",
            "this user has as many clients as one may: disconnect one",
        )
        .retry_after(RETRY_AFTER),
        ConnectError::Full => ApiError::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "too-many-clients",
            "the relay has as many clients as it takes: connect again later",
        )
        .retry_after(RETRY_AFTER),
    })?;
    tracing::info!(id, "client connected");
    tokio::spawn(keep(relay, client).in_current_span());
    Ok(event_stream(frames, taken))
}

/// Keeps a connection alive until it ends.
async fn keep(relay: Relay, client: Arc<Client>) {
    relay.metrics.connected();
    let welcome = json!({ "clientId": client.id, "content": "connected" });
    drop(client.frames.send(frame::named("systemMessage", &welcome)).await);
    let beat = async {
        loop {
            tokio::time::sleep(relay.options.heartbeat).await;
            let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            let heartbeat = json!({ "time": since.as_millis() as u64 });
            // A client with a full queue has enough to read.
            drop(client.frames.try_send(frame::named("heartbeat", &heartbeat)));
        }
    };
    let why = tokio::select! {
        () = client.completed.cancelled() => "completed",
        () = client.frames.closed() => "gone",
        () = tokio::time::sleep(relay.options.client_timeout) => "too old",
        () = relay.shutdown.cancelled() => {
            // Another replica takes it.
            drop(client.frames.try_send(frame::retry()));
            "shutdown"
        }
        () = beat => unreachable!("hearts beat on"),
    };
    relay.clients.remove(&client);
    client.completed.cancel();
    relay.metrics.disconnected();
    tracing::info!(id = client.id, why, "client disconnected");
}

#[derive(Deserialize)]
pub struct ChatBody {
    message: String,
}

/// `POST /api/sse/chat/{clientId}`: asks the model. 202 with the `messageId` of the answer, which comes
/// over the client's connection. 404 for a client that is not connected, 403 for another user's.
pub async fn chat(
    State(relay): State<Relay>,
    caller: Caller,
    path: Result<Path<String>, PathRejection>,
    JsonBody(body): JsonBody<ChatBody>,
) -> Result<Response, ApiError> {
    let Path(client_id) = path.map_err(|error| ApiError::invalid(error.body_text()))?;
    if body.message.trim().is_empty() {
        return Err(ApiError::invalid("message is empty"));
    }
    ask(relay, caller, client_id, body.message).await
}

/// `POST /api/sse/chat/{clientId}/{message}`, and `GET` for clients of old: asks the model, with the
/// question in the path, where access logs find it.
pub async fn chat_in_path(
    State(relay): State<Relay>,
    caller: Caller,
    path: Result<Path<(String, String)>, PathRejection>,
) -> Result<Response, ApiError> {
    let Path((client_id, prompt)) = path.map_err(|error| ApiError::invalid(error.body_text()))?;
    ids::check_message("message", &prompt)?;
    ask(relay, caller, client_id, prompt).await
}

async fn ask(
    relay: Relay,
    caller: Caller,
    client_id: String,
    prompt: String,
) -> Result<Response, ApiError> {
    ids::check("clientId", &client_id)?;
    let client = find(&relay, "chat", &client_id, &caller)?;
    let claimed = caller.user().is_none().then_some(client_id);
    let user = caller.acts_as("clientId", claimed)?;
    let message_id = Uuid::new_v4().to_string();
    let model = relay.upstream.models()[0].clone();
    let chat = Chat::new(model, vec![Message::new(Role::User, prompt)]);
    let chat = hooks::question(&relay, &user, chat, Map::new()).await?;
    let framing = Box::new(framing::Message::new(message_id.clone()));
    let sessions = Arc::clone(&relay.sessions);
    // Whether the answer begins is told over the connection.
    let begun = begin(relay, message_id.clone(), user.clone(), chat, framing).await;
    let Begun { reader, .. } = begun.map_err(not_opened)?;
    client.remember(message_id.clone());
    let answer = (StatusCode::ACCEPTED, Json(json!({ "messageId": message_id })));
    tokio::spawn(async move {
        tokio::select! {
            () = forward(reader, client.frames.clone()) => {}
            () = client.completed.cancelled() => {
                // It is this user's, or gone.
                drop(sessions.cancel(&message_id, &user).await);
            }
        }
    });
    Ok(no_store(answer))
}

async fn forward(mut answer: Reader, frames: FrameSender) {
    while let Some(Ok(frame)) = answer.next_frame().await {
        if frames.send(frame).await.is_err() {
            return;
        }
    }
}

/// `POST /api/sse/ack/{clientId}/{messageId}`: the client has got a message. 200, with
/// `acknowledged: false` if it said so before; 404 for a client that is not connected, or a message
/// that is not one of its last thousand.
pub async fn ack(
    State(relay): State<Relay>,
    caller: Caller,
    path: Result<Path<(String, String)>, PathRejection>,
) -> Result<Response, ApiError> {
    let Path((client_id, message_id)) =
        path.map_err(|error| ApiError::invalid(error.body_text()))?;
    ids::check("clientId", &client_id)?;
    ids::check("messageId", &message_id)?;
    let client = find(&relay, "ack", &client_id, &caller)?;
    let acknowledged = client.acknowledge(&message_id).ok_or_else(|| {
        ApiError::new(StatusCode::NOT_FOUND, "message-not-found", "there is no such message")
    })?;
    if acknowledged {
        relay.metrics.acknowledged();
    }
    Ok(no_store(Json(json!({ "acknowledged": acknowledged }))))
}

/// `POST /api/sse/disconnect/{clientId}`, and `GET` for clients of old: completes the client's connection, and stops the
/// answers to it. 200, with `disconnected: false` if it was not connected: a page that disconnects
/// also closes its connection, and that can be noticed before its request is. 403 for another user's.
pub async fn disconnect(
    State(relay): State<Relay>,
    caller: Caller,
    path: Result<Path<String>, PathRejection>,
) -> Result<Response, ApiError> {
    let Path(id) = path.map_err(|error| ApiError::invalid(error.body_text()))?;
    ids::check("clientId", &id)?;
    let disconnected = match relay.clients.find(&id, caller.user()) {
        Ok(client) => {
            relay.clients.remove(&client);
            client.completed.cancel();
            true
        }
        Err(FindError::Unknown) => false,
        Err(FindError::NotYours) => return Err(not_yours("disconnect", &id, &caller)),
    };
    Ok(no_store(Json(json!({ "disconnected": disconnected }))))
}

fn find(
    relay: &Relay,
    attempt: &'static str,
    id: &str,
    caller: &Caller,
) -> Result<Arc<Client>, ApiError> {
    relay.clients.find(id, caller.user()).map_err(|error| match error {
        FindError::Unknown => ApiError::new(
            StatusCode::NOT_FOUND,
            "client-not-connected",
            "the client is not connected: GET /api/sse/connect/{clientId} first",
        ),
        FindError::NotYours => not_yours(attempt, id, caller),
    })
}

fn not_yours(attempt: &'static str, id: &str, caller: &Caller) -> ApiError {
    tracing::warn!(id, user = caller.user(), attempt, "refused: another user's client");
    ApiError::new(StatusCode::FORBIDDEN, "not-your-client", "it is another user's client")
}

fn no_store(response: impl IntoResponse) -> Response {
    ([(header::CACHE_CONTROL, "no-store")], response).into_response()
}
