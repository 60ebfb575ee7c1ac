//! OpenAI's Responses API.

use serde_json::{Value, json};
use sluicegate::llm::Format;

use super::Vendor;
use crate::chat::{Chat, Message};

/// OpenAI's Responses.
pub struct OpenAiResponses;

impl Vendor for OpenAiResponses {
    fn name(&self) -> &'static str {
        "openai-responses"
    }

    fn help(&self) -> &'static str {
        "OpenAI's Responses"
    }

    fn key_variable(&self) -> &'static str {
        "OPENAI_API_KEY"
    }

    fn path(&self) -> &'static str {
        "/responses"
    }

    fn format(&self) -> Format {
        Format::OpenAiResponses
    }

    fn body(&self, chat: &Chat, _: u32) -> Value {
        let input: Vec<_> = chat.messages.iter().flat_map(items).collect();
        json!({ "model": chat.model, "input": input, "stream": true })
    }
}

/// A turn's text, and two items for each call.
fn items(message: &Message) -> Vec<Value> {
    let mut items = Vec::new();
    if !message.content.is_empty() || message.calls.is_empty() {
        items.push(json!({ "role": message.role, "content": message.content }));
    }
    for call in &message.calls {
        let (kind, id) = ("function_call", &call.id);
        let arguments = call.input.to_string();
        items.push(
            json!({ "type": kind, "call_id": id, "name": call.name, "arguments": arguments }),
        );
        items.push(json!({ "type": "function_call_output", "call_id": id, "output": call.output }));
    }
    items
}
