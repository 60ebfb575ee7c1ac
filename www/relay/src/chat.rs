//! What is asked of a model, whichever API the model has.

use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// One question, with what was said before it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Chat {
    /// The model's name.
    pub model: String,
    /// The conversation; the question is its last turn.
    pub messages: Vec<Message>,
    /// Other members of the request to the model's API, such as `temperature` or `tools`. They replace
    /// none of the relay's.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub parameters: Map<String, Value>,
    /// The id of the answer's message, if it goes out as a UI message stream.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) ui_message: Option<String>,
}

impl Chat {
    /// A question without further parameters.
    pub fn new(model: impl Into<String>, messages: Vec<Message>) -> Self {
        Self { model: model.into(), messages, parameters: Map::new(), ui_message: None }
    }

    /// How many bytes it takes, about.
    pub(crate) fn size(&self) -> usize {
        let turns = self.messages.iter().map(Message::size);
        let parameters =
            self.parameters.iter().map(|(name, value)| name.len() + size_of_json(value));
        self.model.len() + turns.sum::<usize>() + parameters.sum::<usize>()
    }
}

/// One turn of a conversation.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Message {
    /// Who says it.
    pub role: Role,
    /// What is said.
    pub content: String,
    /// The tools that the model called in this turn.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub calls: Vec<Call>,
}

impl Message {
    /// A turn of text alone.
    pub fn new(role: Role, content: impl Into<String>) -> Self {
        Self { role, content: content.into(), calls: Vec::new() }
    }

    fn size(&self) -> usize {
        let call = |call: &Call| {
            let texts = [&call.id, &call.name, &call.output].map(|text| text.capacity());
            size_of::<Call>() + texts.iter().sum::<usize>() + size_of_json(&call.input)
        };
        let calls = self.calls.iter().map(call).sum::<usize>();
        size_of::<Self>() + self.content.capacity() + calls
    }
}

/// A tool that the model called, and what came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// What the call's result refers to.
    pub id: String,
    /// The tool's name.
    pub name: String,
    /// What it was called with, an object as a rule.
    pub input: Value,
    /// Its result.
    pub output: String,
}

/// Who a turn was said by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Whoever runs the app: what the model is to be
    System,
    /// Who asks
    User,
    /// The model
    Assistant,
}

/// About how many bytes a value takes.
fn size_of_json(value: &Value) -> usize {
    let inner = match value {
        Value::String(text) => text.capacity(),
        Value::Array(items) => items.iter().map(size_of_json).sum(),
        Value::Object(members) => {
            members.iter().map(|(name, value)| name.len() + size_of_json(value)).sum()
        }
        _ => 0,
    };
    size_of::<Value>() + inner
}
