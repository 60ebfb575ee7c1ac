//! OpenAI's Responses API.

use serde::Deserialize;
use serde_json::{Value, json};

use super::part::{Part, Parts, read, reported, token};
use super::text::Text;
use crate::chat::Chat;

#[derive(Deserialize)]
struct Event {
    #[serde(rename = "type")]
    kind: Option<String>,
    response: Option<Response>,
}

#[derive(Deserialize)]
struct TextDelta {
    delta: Option<Text>,
}

#[derive(Deserialize)]
struct Response {
    status: Option<String>,
    incomplete_details: Option<Incomplete>,
    error: Option<Value>,
}

#[derive(Deserialize)]
struct Incomplete {
    reason: Option<String>,
}

/// The body to send.
pub fn request(chat: &Chat) -> Value {
    json!({ "model": chat.model, "input": chat.messages, "stream": true })
}

/// The parts of one event. Most of the some fifty types have none.
pub fn parse(data: &str) -> Parts {
    let event: Event = read("an event that is no event of a response", data)?;
    match event.kind.as_deref() {
        Some("response.output_text.delta" | "response.refusal.delta") => {
            // Apart: in events of other types, `delta` may be anything.
            let TextDelta { delta } = read("an event that is no piece of text", data)?;
            Ok(token(delta).into_iter().collect())
        }
        Some("response.failed") => Err(reported(event.response.and_then(|r| r.error).as_ref())),
        // Here the event is the error itself.
        Some("error") => Err(reported(Some(&read("an event that is no error", data)?))),
        Some("response.completed" | "response.incomplete") => Ok(end(event.response)),
        _ => Ok(Vec::new()),
    }
}

fn end(response: Option<Response>) -> Vec<Part<Text>> {
    let reason = response.and_then(|response| {
        response.incomplete_details.and_then(|details| details.reason).or(response.status)
    });
    reason.map(Part::Finish).into_iter().chain([Part::End]).collect()
}
