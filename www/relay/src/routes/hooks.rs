//! What an app that mounts the relay decides itself.

use std::pin::Pin;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::Relay;
use crate::chat::Chat;
use crate::error::ApiError;

/// A question, before the model is asked.
pub struct Question {
    /// Who asks.
    pub user: String,
    /// What the request asks for. The model is one of those that may be asked; a hook may name any.
    pub chat: Chat,
    /// The members of the request's body that the relay does not know: what `useChat` was given as
    /// `body`.
    pub body: Map<String, Value>,
}

type Asking = Pin<Box<dyn Future<Output = Result<Chat, ApiError>> + Send>>;

/// Decides what to ask.
#[derive(Clone)]
pub struct QuestionHook(Arc<dyn Fn(Question) -> Asking + Send + Sync>);

impl QuestionHook {
    pub fn new<F>(hook: impl Fn(Question) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<Chat, ApiError>> + Send + 'static,
    {
        Self(Arc::new(move |question| Box::pin(hook(question))))
    }
}

/// What to ask, as the app decides; as it is without a hook.
pub async fn question(
    relay: &Relay,
    user: &str,
    chat: Chat,
    body: Map<String, Value>,
) -> Result<Chat, ApiError> {
    let Some(QuestionHook(hook)) = &relay.question else { return Ok(chat) };
    let ui_message = chat.ui_message.clone();
    let question = Question { user: user.to_owned(), chat, body };
    Ok(Chat { ui_message, ..hook(question).await? })
}
