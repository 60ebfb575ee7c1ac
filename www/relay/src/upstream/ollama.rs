//! Ollama's chat API, whose stream is NDJSON.

use serde_json::{Value, json};
use sluicegate::llm::Format;
use sluicegate::sse;

use super::{Vendor, tool_turns};
use crate::chat::Chat;

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
        tool_turns::body(chat, |call| {
            (
                json!({ "function": { "name": call.name, "arguments": call.input } }),
                json!({ "role": "tool", "tool_name": call.name, "content": call.output }),
            )
        })
    }
}
