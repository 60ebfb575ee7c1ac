//! Anthropic's Messages API.

use serde::Deserialize;
use serde_json::{Value, json};

use super::part::{Part, Parts, read, reported, token};
use super::text::Text;
use crate::chat::{Chat, Role};

/// The version of the API that is spoken here, for its header `anthropic-version`.
pub const VERSION: &str = "2023-06-01";

#[derive(Deserialize)]
struct Event {
    #[serde(rename = "type")]
    kind: Option<String>,
    content_block: Option<Block>,
    delta: Option<Delta>,
    error: Option<Value>,
}

#[derive(Deserialize)]
struct Block {
    text: Option<Text>,
}

#[derive(Deserialize)]
struct Delta {
    text: Option<Text>,
    stop_reason: Option<String>,
}

/// The body to send. What a system says has a place of its own in it, and there is always a limit.
pub fn request(chat: &Chat, max_tokens: u32) -> Value {
    let (system, messages): (Vec<_>, Vec<_>) =
        chat.messages.iter().partition(|message| message.role == Role::System);
    let mut request = json!({
        "model": chat.model,
        "max_tokens": max_tokens,
        "messages": messages,
        "stream": true,
    });
    if !system.is_empty() {
        let system: Vec<_> = system.iter().map(|message| message.content.as_str()).collect();
        request["system"] = system.join("\n\n").into();
    }
    request
}

/// The parts of one event.
pub fn parse(data: &str) -> Parts {
    let event: Event = read("an event that is no event of a message", data)?;
    let part = match event.kind.as_deref() {
        Some("content_block_start") => event.content_block.and_then(|block| token(block.text)),
        Some("content_block_delta") => event.delta.and_then(|delta| token(delta.text)),
        Some("message_delta") => event.delta.and_then(|delta| delta.stop_reason).map(Part::Finish),
        Some("message_stop") => Some(Part::End),
        Some("error") => return Err(reported(event.error.as_ref())),
        _ => None,
    };
    Ok(part.into_iter().collect())
}
