//! Errors that a vendor sends in its stream.

use super::{
    at::{at, text_at},
    error::TextError,
};
use crate::json::Value;
use alloc::{
    string::{String, ToString},
    vec::Vec,
};

/// Where JSON tells what went wrong, the best place first; the last is the first item of a list.
const REASONS: &str = "message error_description errorText error errors detail msg title 0";

/// The most bytes of a vendor's text in an error.
const SHOWN: usize = 200;

/// The error for what a vendor sent.
pub(super) fn upstream(json: Value<'_>) -> TextError {
    let inner = ["error", "errors.0", "payload.error"]
        .iter()
        .find_map(|path| at(json, path).filter(|e| e.is_object()));
    let problem = inner.unwrap_or(json);
    let message = reason_in(problem).unwrap_or_else(|| lossy(json.raw()));
    TextError::Upstream { message: start_of(&message), retryable: is_retryable(problem) }
}

/// The error for an answer that failed without a reason.
pub(super) fn failed() -> TextError {
    plain("the answer failed")
}

/// The error of a text.
pub(super) fn plain(message: &str) -> TextError {
    TextError::Upstream { message: message.to_string(), retryable: false }
}

/// In the names of errors that may pass, without the signs between words.
const TRANSIENT: [&str; 9] = [
    "overload",
    "ratelimit",
    "servererror",
    "apierror",
    "timeout",
    "timedout",
    "unavailable",
    "internal",
    "exhausted",
];

/// Whether an error may pass, by its type, status or code.
fn is_retryable(problem: Value<'_>) -> bool {
    ["type", "status", "code", "error_code", "status_code", "statusCode"].iter().any(|name| {
        let value = problem.get(name).map(|value| lossy(value.raw())).unwrap_or_default();
        let mut word = value.to_ascii_lowercase();
        word.retain(|c| c.is_ascii_alphanumeric());
        let is_status = word.len() == 3 && (word == "429" || word.starts_with('5'));
        is_status && word.bytes().all(|byte| byte.is_ascii_digit())
            || TRANSIENT.iter().any(|part| word.contains(part))
    })
}

/// Whether an event is an error, by its name, its kind, or a member `error`.
pub(super) fn is_error(event_type: &str, json: Option<Value<'_>>) -> bool {
    let is_name = |name: &str| matches!(name, "error" | "RUN_ERROR");
    is_name(event_type)
        || json.is_some_and(|json| {
            ["type", "event", "object"].iter().any(|name| {
                json.get(name)
                    .and_then(Value::string)
                    .is_some_and(|kind| kind.is("error") || kind.is("RUN_ERROR"))
            }) || json.get("error").is_some_and(|error| {
                let is_empty = error.is_object() && error.members().next().is_none();
                !error.is_falsy() && !is_empty
            })
        })
}

/// Whether an object that no format knows has the shape of an error: `{ code, message }` without a
/// `type`, or with an error's, `{ success: false }`, or nothing but FastAPI's `{ detail }`.
pub(super) fn is_problem(json: Value<'_>) -> bool {
    let is_there = |name| json.get(name).is_some_and(|value| !value.is_falsy());
    let is_fine = |code: Value<'_>| {
        let code = lossy(code.raw()).trim_matches('"').to_ascii_lowercase();
        let zeros = code.strip_prefix('2').unwrap_or(&code);
        matches!(code.as_str(), "ok" | "success")
            || !zeros.is_empty() && zeros.bytes().all(|byte| byte == b'0')
    };
    let kind = text_at(json, "type");
    let is_kind = kind.ends_with(b"_error") || kind.windows(9).any(|part| part == b"exception");
    let is_code = (is_kind || !is_there("type"))
        && is_there("code")
        && !json.get("code").is_some_and(is_fine)
        && reason_in(json).is_some();
    let is_detail = is_there("detail") && json.members().count() == 1;
    is_code || is_detail || json.get("success").is_some_and(|value| value.raw() == b"false")
}

/// What a value says went wrong.
fn reason_in(value: Value<'_>) -> Option<String> {
    if let Some(string) = value.string() {
        let mut text = Vec::new();
        string.decode(&mut text);
        return Some(lossy(&text));
    }
    REASONS
        .split(' ')
        .filter_map(|name| reason_in(at(value, name)?))
        .find(|reason| !reason.is_empty())
}

/// The start of a text, cut at a character.
pub(super) fn start_of(text: &str) -> String {
    let text = text.trim();
    let end = text.char_indices().map(|(at, _)| at).find(|at| *at >= SHOWN);
    text[..end.unwrap_or(text.len())].to_string()
}

fn lossy(text: &[u8]) -> String {
    String::from_utf8_lossy(text).into_owned()
}
