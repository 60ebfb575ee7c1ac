//! The OpenAI chat completions protocol: what to send, and what the events of its stream mean.

use std::collections::VecDeque;

use reqwest::Url;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::UpstreamError;
use crate::chat::Chat;

const PATH: &str = "/chat/completions";

/// The most characters of an API's own error message that are passed on.
const MAX_MESSAGE: usize = 500;

/// A piece of an answer.
#[derive(Debug, PartialEq)]
pub enum Part {
    /// A token's text, never empty.
    Token(String),
    /// Why the model stopped. Its tokens are all there.
    Finish(String),
    /// `[DONE]`.
    End,
}

#[derive(Serialize)]
pub struct Request<'a> {
    #[serde(flatten)]
    chat: &'a Chat,
    stream: bool,
}

#[derive(Deserialize)]
struct Chunk {
    choices: Option<Vec<Choice>>,
    error: Option<Value>,
}

#[derive(Deserialize)]
struct Choice {
    delta: Option<Delta>,
    finish_reason: Option<String>,
}

#[derive(Deserialize)]
struct Delta {
    content: Option<String>,
}

/// The body to send.
pub fn request(chat: &Chat) -> Request<'_> {
    Request { chat, stream: true }
}

/// Where to send it, given the API's base with or without [`PATH`]; `None` if that is no HTTP URL.
pub fn endpoint(base: &str) -> Option<Url> {
    let mut url = Url::parse(base).ok()?;
    if !matches!(url.scheme(), "http" | "https") {
        return None;
    }
    let path = url.path().trim_end_matches('/');
    let path = path.strip_suffix(PATH).unwrap_or(path);
    url.set_path(&format!("{path}{PATH}"));
    Some(url)
}

/// Adds the parts of one event to `parts`. An event without content is none: the role that comes
/// first, a `null`, the usage at the end.
pub fn parse(event_type: &str, data: &str, parts: &mut VecDeque<Result<Part, UpstreamError>>) {
    if data == "[DONE]" {
        return parts.push_back(Ok(Part::End));
    }
    let chunk: Chunk = match serde_json::from_str(data) {
        Ok(chunk) => chunk,
        Err(error) => {
            let reason = format!("an event that is no chat completion chunk: {error}");
            return parts.push_back(Err(UpstreamError::Malformed(reason)));
        }
    };
    if event_type == "error" || chunk.error.is_some() {
        return parts.push_back(Err(UpstreamError::Reported(message(chunk.error))));
    }
    let Some(choice) = chunk.choices.unwrap_or_default().into_iter().next() else { return };
    if let Some(token) = choice.delta.and_then(|delta| delta.content).filter(|t| !t.is_empty()) {
        parts.push_back(Ok(Part::Token(token)));
    }
    if let Some(reason) = choice.finish_reason {
        parts.push_back(Ok(Part::Finish(reason)));
    }
}

fn message(error: Option<Value>) -> String {
    let text = match &error {
        Some(Value::String(text)) => Some(text.as_str()),
        Some(value) => value.get("message").and_then(Value::as_str),
        None => None,
    };
    text.unwrap_or("an error without a message").chars().take(MAX_MESSAGE).collect()
}

/// The short code in an error's body, such as `invalid_api_key`. Never its message: that may quote
/// the key.
pub fn refusal_code(body: &[u8]) -> Option<String> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let error = body.get("error")?;
    let is_code = |code: &&str| {
        let known = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
        code.len() <= 64 && code.bytes().all(known)
    };
    let field = |name| error.get(name).and_then(Value::as_str).filter(is_code);
    field("code").or_else(|| field("type")).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_endpoint_is_found_from_any_base() {
        for (base, endpoint_url) in [
            ("http://h/v1", "http://h/v1/chat/completions"),
            ("http://h/v1/", "http://h/v1/chat/completions"),
            ("https://h:1/v1/chat/completions", "https://h:1/v1/chat/completions"),
            ("https://h/chat/completions/", "https://h/chat/completions"),
            ("http://h", "http://h/chat/completions"),
            ("https://h/d?api-version=2", "https://h/d/chat/completions?api-version=2"),
        ] {
            assert_eq!(endpoint(base).unwrap().as_str(), endpoint_url);
        }
        for base in ["", "h/v1", "ftp://h/v1", "http://"] {
            assert!(endpoint(base).is_none(), "{base}");
        }
    }

    fn parts_of(event_type: &str, data: &str) -> Vec<Result<Part, String>> {
        let mut parts = VecDeque::new();
        parse(event_type, data, &mut parts);
        parts.into_iter().map(|part| part.map_err(|error| error.to_string())).collect()
    }

    #[test]
    fn events_are_read_as_the_protocol_means_them() {
        let token = |text: &str| Ok(Part::Token(text.to_owned()));
        for (data, parts) in [
            (r#"{"choices":[{"delta":{"role":"assistant","content":""}}]}"#, vec![]),
            (r#"{"choices":[{"delta":{"content":null},"finish_reason":null}]}"#, vec![]),
            (r#"{"choices":[{"delta":null}]}"#, vec![]),
            (r#"{"choices":[],"usage":{"total_tokens":3}}"#, vec![]),
            (r#"{}"#, vec![]),
            (r#"{"choices":[{"delta":{"content":"a\nb"}}]}"#, vec![token("a\nb")]),
            (
                r#"{"choices":[{"delta":{"content":"."},"finish_reason":"length"}]}"#,
                vec![token("."), Ok(Part::Finish("length".into()))],
            ),
            ("[DONE]", vec![Ok(Part::End)]),
            (
                r#"{"error":{"message":"overloaded","type":"server_error"}}"#,
                vec![Err("the upstream reported: overloaded".into())],
            ),
            (r#"{"error":"no"}"#, vec![Err("the upstream reported: no".into())]),
        ] {
            assert_eq!(parts_of("message", data), parts, "{data}");
        }
        assert!(parts_of("error", "{}")[0].is_err());
        let malformed = parts_of("message", "oops").remove(0).unwrap_err();
        assert!(malformed.starts_with("the upstream sent an event that is no chat completion"));
    }

    #[test]
    fn a_refusals_code_is_passed_on_and_its_message_is_not() {
        let code = |body: &str| refusal_code(body.as_bytes());
        let both = r#"{"error":{"message":"bad key sk-1","type":"t","code":"invalid_api_key"}}"#;
        assert_eq!(code(both).as_deref(), Some("invalid_api_key"));
        assert_eq!(code(r#"{"error":{"type":"t","code":null}}"#).as_deref(), Some("t"));
        assert_eq!(code(r#"{"error":{"code":"two words"}}"#), None);
        assert_eq!(code(r#"{"error":"text"}"#), None);
        assert_eq!(code("<html>"), None);
    }
}
