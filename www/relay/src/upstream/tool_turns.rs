//! The body of a chat whose tool results are turns of their own: OpenAI Chat Completions, Ollama.

use serde_json::{Value, json};

use crate::chat::{Call, Chat};

/// Returns the request's body. `write` returns a call as the model's turn has it, and the turn of its
/// result.
pub fn body(chat: &Chat, write: impl Fn(&Call) -> (Value, Value)) -> Value {
    let mut messages = Vec::new();
    for message in &chat.messages {
        let mut turn = json!({ "role": message.role, "content": message.content });
        let (calls, results): (Vec<_>, Vec<_>) = message.calls.iter().map(&write).unzip();
        if !calls.is_empty() {
            turn["tool_calls"] = calls.into();
        }
        messages.push(turn);
        messages.extend(results);
    }
    json!({ "model": chat.model, "messages": messages, "stream": true })
}
