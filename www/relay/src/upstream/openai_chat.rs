//! OpenAI's Chat Completions API, which many others speak, too.

use serde_json::{Value, json};
use sluicegate::llm::Format;

use super::Vendor;
use crate::chat::{Chat, Message};

/// OpenAI's Chat Completions.
pub struct OpenAiChat;

impl Vendor for OpenAiChat {
    fn name(&self) -> &'static str {
        "openai-chat"
    }

    fn help(&self) -> &'static str {
        "OpenAI's Chat Completions, which many others speak, too: vLLM, DeepSeek, OpenRouter"
    }

    fn key_variable(&self) -> &'static str {
        "OPENAI_API_KEY"
    }

    fn path(&self) -> &'static str {
        "/chat/completions"
    }

    fn format(&self) -> Format {
        Format::OpenAiChat
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
        let function = json!({ "name": call.name, "arguments": call.input.to_string() });
        calls.push(json!({ "id": call.id, "type": "function", "function": function }));
        results.push(json!({ "role": "tool", "tool_call_id": call.id, "content": call.output }));
    }
    if !calls.is_empty() {
        turn["tool_calls"] = calls.into();
    }
    [vec![turn], results].concat()
}
