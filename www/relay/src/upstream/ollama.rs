//! Ollama's chat API, whose stream is NDJSON.

use serde_json::{Value, json};
use sluicegate::llm::Format;
use sluicegate::sse;

use super::Vendor;
use crate::chat::{Chat, Message};

/// Ollama's chat.
pub struct Ollama;

impl Vendor for Ollama {
    fn name(&self) -> &'static str {
        "ollama"
    }

    fn help(&self) -> &'static str {
        "Ollama's chat, which is NDJSON"
    }

    fn key_variable(&self) -> &'static str {
        "OLLAMA_API_KEY"
    }

    fn path(&self) -> &'static str {
        "/api/chat"
    }

    fn format(&self) -> Format {
        Format::Ollama
    }

    fn lines(&self) -> sse::Format {
        sse::Format::Ndjson
    }

    fn body(&self, chat: &Chat, _: u32) -> Value {
        let messages: Vec<_> = chat.messages.iter().flat_map(turns).collect();
        json!({ "model": chat.model, "messages": messages, "stream": true })
    }
}

/// A turn, and a turn more for each result.
fn turns(message: &Message) -> Vec<Value> {
    let mut turn = json!({ "role": message.role, "content": message.content });
    let mut results = Vec::new();
    let mut calls = Vec::new();
    for call in &message.calls {
        calls.push(json!({ "function": { "name": call.name, "arguments": call.input } }));
        results.push(json!({ "role": "tool", "tool_name": call.name, "content": call.output }));
    }
    if !calls.is_empty() {
        turn["tool_calls"] = calls.into();
    }
    [vec![turn], results].concat()
}
