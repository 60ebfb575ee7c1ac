//! The AI SDK's UI messages: what `useChat` sends of a conversation.

use serde::Deserialize;
use serde_json::Value;

use crate::chat::{Call, Message, Role};

/// A message of the conversation.
#[derive(Deserialize)]
pub struct UiMessage {
    pub id: Option<String>,
    pub role: Role,
    parts: Vec<Part>,
}

/// A part of a message; of interest are texts, tool calls and files.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Part {
    #[serde(rename = "type")]
    kind: String,
    text: Option<String>,
    tool_call_id: Option<String>,
    /// Of a `dynamic-tool`.
    tool_name: Option<String>,
    #[serde(default)]
    input: Value,
    output: Option<Value>,
    error_text: Option<String>,
}

impl Part {
    /// The name of the tool that it is a call of.
    fn tool(&self) -> Option<&str> {
        match &*self.kind {
            "dynamic-tool" => self.tool_name.as_deref(),
            kind => kind.strip_prefix("tool-"),
        }
    }

    /// The call that it is, once it has a result: without one, models refuse to go on.
    fn call(&self) -> Option<Call> {
        let output = match (&self.output, &self.error_text) {
            (Some(Value::String(text)), _) => text.clone(),
            (Some(output), _) => output.to_string(),
            (None, text) => text.clone()?,
        };
        let (id, name) = (self.tool_call_id.clone()?, self.tool()?.to_owned());
        let input = if self.input.is_null() {
            Value::Object(Default::default())
        } else {
            self.input.clone()
        };
        Some(Call { id, name, input, output })
    }
}

impl UiMessage {
    /// The turns that it is for a model: one for each step of the model's. Parts that are only for
    /// people to see, such as thoughts, sources and data, are left out.
    ///
    /// # Errors
    /// The type of a part that a model should see, and cannot be given here.
    pub fn turns(&self) -> Result<Vec<Message>, String> {
        let mut turns = Vec::new();
        let mut turn = Message::new(self.role, "");
        for part in &self.parts {
            match &*part.kind {
                "text" => {
                    // What follows a result is another step, whether that is told or not.
                    if !turn.calls.is_empty() {
                        turns.push(std::mem::replace(&mut turn, Message::new(self.role, "")));
                    }
                    turn.content.push_str(part.text.as_deref().unwrap_or_default());
                }
                "step-start" => {
                    turns.push(std::mem::replace(&mut turn, Message::new(self.role, "")));
                }
                "file" => return Err(part.kind.clone()),
                _ => turn.calls.extend(part.call()),
            }
        }
        turns.push(turn);
        turns.retain(|turn| !turn.content.is_empty() || !turn.calls.is_empty());
        Ok(turns)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn turns(role: &str, parts: Value) -> Result<Value, String> {
        let message: UiMessage =
            serde_json::from_value(json!({ "id": "m", "role": role, "parts": parts })).unwrap();
        message.turns().map(|turns| serde_json::to_value(turns).unwrap())
    }

    #[test]
    fn texts_are_joined_and_what_is_for_people_is_left_out() {
        let parts = json!([
            { "type": "data-weather", "data": { "text": "x" } },
            { "type": "text", "text": "a" },
            { "type": "source-url", "url": "http://h" },
            { "type": "text", "text": "b", "state": "done" },
        ]);
        assert_eq!(turns("user", parts), Ok(json!([{ "role": "user", "content": "ab" }])));
        assert_eq!(turns("user", json!([])), Ok(json!([])));
        assert_eq!(turns("user", json!([{ "type": "file", "url": "data:," }])), Err("file".into()));
    }

    #[test]
    fn each_step_is_a_turn_with_its_calls() {
        let parts = json!([
            { "type": "step-start" },
            { "type": "reasoning", "text": "hm" },
            { "type": "text", "text": "Let me see." },
            { "type": "tool-weather", "toolCallId": "c1", "state": "output-available",
              "input": { "at": "Bern" }, "output": { "sun": true } },
            { "type": "dynamic-tool", "toolName": "now", "toolCallId": "c2", "state": "output-error",
              "errorText": "no clock" },
            { "type": "tool-weather", "toolCallId": "c3", "state": "input-streaming" },
            { "type": "step-start" },
            { "type": "text", "text": "Sunny." },
        ]);
        assert_eq!(
            turns("assistant", parts),
            Ok(json!([
                { "role": "assistant", "content": "Let me see.", "calls": [
                    { "id": "c1", "name": "weather", "input": { "at": "Bern" }, "output": "{\"sun\":true}" },
                    { "id": "c2", "name": "now", "input": {}, "output": "no clock" },
                ] },
                { "role": "assistant", "content": "Sunny." },
            ]))
        );
    }
}
