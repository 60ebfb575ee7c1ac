//! OpenAI's Chat Completions API, which many others speak, too.

use serde::Deserialize;
use serde_json::{Value, json};

use super::part::{Part, Parts, read, reported, token};
use super::text::Text;
use crate::chat::Chat;

#[derive(Deserialize)]
struct Chunk {
    choices: Option<Vec<Choice>>,
    error: Option<Value>,
}

#[derive(Deserialize)]
struct Choice {
    #[serde(default)]
    index: u32,
    delta: Option<Delta>,
    finish_reason: Option<String>,
}

#[derive(Deserialize)]
struct Delta {
    content: Option<Text>,
    refusal: Option<Text>,
}

/// The body to send.
pub fn request(chat: &Chat) -> Value {
    json!({ "model": chat.model, "messages": chat.messages, "stream": true })
}

/// The parts of one event. An event without content has none: the role that comes first, a `null`,
/// the usage at the end.
pub fn parse(event_type: &str, data: &str) -> Parts {
    if data == "[DONE]" {
        return Ok(vec![Part::End]);
    }
    let chunk: Chunk = read("an event that is no chat completion chunk", data)?;
    if event_type == "error" || chunk.error.is_some() {
        return Err(reported(chunk.error.as_ref()));
    }
    let choices = chunk.choices.unwrap_or_default();
    let Some(choice) = choices.into_iter().find(|choice| choice.index == 0) else {
        return Ok(Vec::new());
    };
    let (content, refusal) =
        choice.delta.map_or((None, None), |delta| (delta.content, delta.refusal));
    let finish = choice.finish_reason.map(Part::Finish);
    Ok([token(content), token(refusal), finish].into_iter().flatten().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts_of(event_type: &str, data: &str) -> Result<Vec<Part<Text>>, String> {
        parse(event_type, data).map_err(|error| error.to_string())
    }

    #[test]
    fn events_are_read_as_the_protocol_means_them() {
        let token = |text: &str| Part::Token(Text::from(text));
        for (data, parts) in [
            (r#"{"choices":[{"delta":{"role":"assistant","content":""}}]}"#, vec![]),
            (r#"{"choices":[{"delta":{"content":null},"finish_reason":null}]}"#, vec![]),
            (r#"{"choices":[{"delta":null}]}"#, vec![]),
            (r#"{"choices":[],"usage":{"total_tokens":3}}"#, vec![]),
            (r#"{}"#, vec![]),
            (r#"{"choices":[{"delta":{"content":"a\nb"}}]}"#, vec![token("a\nb")]),
            (r#"{"choices":[{"index":1,"delta":{"content":"b"}}]}"#, vec![]),
            (
                r#"{"choices":[{"delta":{"content":"."},"finish_reason":"length"}]}"#,
                vec![token("."), Part::Finish("length".into())],
            ),
            ("[DONE]", vec![Part::End]),
        ] {
            assert_eq!(parts_of("message", data), Ok(parts), "{data}");
        }
        for data in
            [r#"{"error":{"message":"overloaded","type":"server_error"}}"#, r#"{"error":"no"}"#]
        {
            assert_eq!(parts_of("message", data).unwrap_err(), "the upstream reported an error");
        }
        assert!(parts_of("error", "{}").is_err());
        let malformed = parts_of("message", "oops").unwrap_err();
        assert_eq!(malformed, "the upstream sent an event that is no chat completion chunk");
    }
}
