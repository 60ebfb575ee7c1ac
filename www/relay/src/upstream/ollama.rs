//! Ollama's chat API, whose stream is NDJSON.

use serde::Deserialize;
use serde_json::{Value, json};

use super::part::{Part, Parts, read, reported, token};
use super::text::Text;
use crate::chat::Chat;

#[derive(Deserialize)]
struct Line {
    message: Option<Message>,
    #[serde(default)]
    done: bool,
    done_reason: Option<String>,
    error: Option<Value>,
}

#[derive(Deserialize)]
struct Message {
    content: Option<Text>,
}

/// The body to send.
pub fn request(chat: &Chat) -> Value {
    json!({ "model": chat.model, "messages": chat.messages, "stream": true })
}

/// The parts of one line.
pub fn parse(data: &str) -> Parts {
    let line: Line = read("an event that is no line of a chat", data)?;
    if line.error.is_some() {
        return Err(reported(line.error.as_ref()));
    }
    let text = line.message.and_then(|message| token(message.content));
    let end = line
        .done
        .then(|| [Part::Finish(line.done_reason.unwrap_or_else(|| "stop".to_owned())), Part::End]);
    Ok(text.into_iter().chain(end.into_iter().flatten()).collect())
}
