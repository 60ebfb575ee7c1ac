//! Anthropic's Messages API.

use serde_json::{Value, json};
use sluicegate::llm::Format;

use super::Vendor;
use crate::chat::{Chat, Message, Role};

/// The version of the API that is spoken here.
const VERSION: &str = "2023-06-01";

/// Anthropic's Messages.
pub struct Anthropic;

impl Vendor for Anthropic {
    fn name(&self) -> &'static str {
        "anthropic"
    }

    fn help(&self) -> &'static str {
        "Anthropic's Messages"
    }

    fn key_variable(&self) -> &'static str {
        "ANTHROPIC_API_KEY"
    }

    fn path(&self) -> &'static str {
        "/v1/messages"
    }

    fn format(&self) -> Format {
        Format::Anthropic
    }

    fn headers(&self, key: Option<&str>) -> Vec<(&'static str, String)> {
        let key = key.map(|key| ("x-api-key", key.to_owned()));
        [("anthropic-version", VERSION.to_owned())].into_iter().chain(key).collect()
    }

    /// What a system says has a place of its own, and there is always a limit.
    fn body(&self, chat: &Chat, max_tokens: u32) -> Value {
        let (system, others): (Vec<_>, Vec<_>) =
            chat.messages.iter().partition(|message| message.role == Role::System);
        let messages: Vec<_> = others.into_iter().flat_map(turns).collect();
        let mut body = json!({
            "model": chat.model,
            "max_tokens": max_tokens,
            "messages": messages,
            "stream": true,
        });
        if !system.is_empty() {
            let system: Vec<_> = system.iter().map(|message| message.content.as_str()).collect();
            body["system"] = system.join("\n\n").into();
        }
        body
    }
}

/// A turn, and a turn of the user's with the results of its calls.
fn turns(message: &Message) -> Vec<Value> {
    if message.calls.is_empty() {
        return vec![json!({ "role": message.role, "content": message.content })];
    }
    let mut blocks = Vec::new();
    if !message.content.is_empty() {
        blocks.push(json!({ "type": "text", "text": message.content }));
    }
    let mut results = Vec::new();
    for call in &message.calls {
        let (id, output) = (&call.id, &call.output);
        blocks
            .push(json!({ "type": "tool_use", "id": id, "name": call.name, "input": call.input }));
        results.push(json!({ "type": "tool_result", "tool_use_id": id, "content": output }));
    }
    vec![
        json!({ "role": message.role, "content": blocks }),
        json!({ "role": "user", "content": results }),
    ]
}
