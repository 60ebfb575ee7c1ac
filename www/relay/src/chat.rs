//! What is asked of a model, whichever API the model has.

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

/// One question, with what was said before it.
#[derive(Clone, Serialize, Deserialize)]
pub struct Chat {
    pub model: String,
    pub messages: Vec<Message>,
}

impl Chat {
    /// How many bytes it takes, about.
    pub fn size(&self) -> usize {
        let turns = self.messages.iter().map(|turn| size_of::<Message>() + turn.content.capacity());
        self.model.len() + turns.sum::<usize>()
    }
}

/// One turn of a conversation.
#[derive(Clone, Serialize, Deserialize)]
pub struct Message {
    pub role: Role,
    pub content: String,
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
