//! OpenAI's Chat Completions API, which many others speak, too.

use serde_json::{Value, json};
use sluicegate::llm::Format;

use super::{Vendor, tool_turns};
use crate::chat::Chat;

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
        tool_turns::body(chat, |call| {
            let function = json!({ "name": call.name, "arguments": call.input.to_string() });
            (
                json!({ "id": call.id, "type": "function", "function": function }),
                json!({ "role": "tool", "tool_call_id": call.id, "content": call.output }),
            )
        })
    }
}
