//! What all the vendors' streams come down to.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::text::Text;
use super::{Theirs, UpstreamError};

/// In the type or code of an error that may pass.
const TRANSIENT: [&str; 9] = [
    "overload",
    "rate_limit",
    "server_error",
    "api_error",
    "timeout",
    "time_out",
    "unavailable",
    "internal",
    "exhausted",
];

/// A piece of an answer.
#[derive(Debug, PartialEq)]
pub enum Part<T = String> {
    /// A token's text, never empty.
    Token(T),
    /// Why the model stopped, in the vendor's word. Its tokens are all there.
    Finish(String),
    /// The end marker.
    End,
}

/// The parts of one event, in order; or why there will be no more.
pub type Parts = Result<Vec<Part<Text>>, UpstreamError>;

/// An event's data as the vendor's object. `what` says to people that it is none.
pub fn read<T: DeserializeOwned>(what: &'static str, data: &str) -> Result<T, UpstreamError> {
    serde_json::from_str(data)
        .map_err(|error| UpstreamError::Malformed { what, why: Theirs::new(error) })
}

/// A token, unless there is no text.
pub fn token(text: Option<Text>) -> Option<Part<Text>> {
    text.filter(|text| !text.is_empty()).map(Part::Token)
}

/// What a vendor's error says of itself, of which anything may be missing.
#[derive(Default, Deserialize)]
struct Problem {
    message: Option<Value>,
    #[serde(rename = "type")]
    kind: Option<Value>,
    code: Option<Value>,
}

/// The error that a vendor reported in the stream: an object, or a text.
pub fn reported(error: Option<&Value>) -> UpstreamError {
    let problem = match error {
        Some(Value::String(text)) => {
            Problem { message: Some(text.as_str().into()), ..Problem::default() }
        }
        Some(value) => Problem::deserialize(value).unwrap_or_default(),
        None => Problem::default(),
    };
    let message = problem.message.as_ref().and_then(Value::as_str);
    UpstreamError::Reported {
        message: Theirs::new(message.unwrap_or("it has no message")),
        transient: [problem.kind, problem.code].iter().flatten().any(is_transient),
    }
}

fn is_transient(name: &Value) -> bool {
    match name {
        Value::String(name) => TRANSIENT.iter().any(|part| name.contains(part)),
        Value::Number(status) => {
            status.as_u64().is_some_and(|status| status == 429 || status / 100 == 5)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_error_is_told_from_what_it_says_of_itself() {
        for (error, said, may_pass) in [
            (json!("no"), "no", false),
            (json!({ "message": "busy", "type": "overloaded_error" }), "busy", true),
            (json!({ "message": "slow down", "code": "rate_limit_exceeded" }), "slow down", true),
            (json!({ "message": "oops", "code": 503 }), "oops", true),
            (json!({ "message": "no", "type": "invalid_request_error" }), "no", false),
            (json!({ "message": 1, "type": {} }), "it has no message", false),
            (json!(null), "it has no message", false),
        ] {
            let seen = reported(Some(&error)).show();
            let shown = format!("the upstream reported an error: {said}");
            assert_eq!((seen.to_string(), seen.is_transient()), (shown, may_pass), "{error}");
        }
    }
}
