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
    let inner = ["error", "errors.0", "base_resp", "payload.error"]
        .iter()
        .find_map(|path| at(json, path).filter(|e| e.is_object()));
    let problem = inner.unwrap_or(json);
    let message = reason_for(problem).unwrap_or_else(|| lossy(json.raw()));
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
const TRANSIENT: [&str; 12] = [
    "overload",
    "ratelimit",
    "throttl",
    "manyrequests",
    "busy",
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
    let said = ["type", "status", "code|statusCode|errorCode|errorType|__type"]
        .iter()
        .filter_map(|path| at(problem, path).map(|value| lossy(value.raw())));
    let exception = exception_in(problem).map(|(name, _)| name);
    said.chain(exception).any(|value| {
        let mut word = value.to_ascii_lowercase();
        word.retain(|c| c.is_ascii_alphanumeric());
        let is_status = word.len() == 3 && (word == "429" || word.starts_with('5'));
        is_status && word.bytes().all(|byte| byte.is_ascii_digit())
            || TRANSIENT.iter().any(|part| word.contains(part))
    })
}

/// Whether an event is an error, by its name, its kind, or its members.
pub(super) fn is_error(event_type: &str, json: Option<Value<'_>>) -> bool {
    is_fatal(event_type.as_bytes()) || json.is_some_and(is_problem)
}

/// Whether a kind of event is that of errors.
pub(super) fn is_fatal(kind: &[u8]) -> bool {
    let is_end = |error: &[u8]| {
        kind.len().checked_sub(error.len()).is_some_and(|at| kind[at..].eq_ignore_ascii_case(error))
    };
    [&b"error"[..], b"run_error", b"response.error"]
        .iter()
        .any(|error| kind.eq_ignore_ascii_case(error))
        || is_end(b"exception")
}

/// Whether an object has the shape of an error: its kind, a member `error` that is not empty,
/// `{ code, message }` or `{ status, message }` without a `type`, or with an error's, OpenAI's
/// `{ message, type, param }`, `{ success: false }`, or nothing but FastAPI's `{ detail }`.
fn is_problem(json: Value<'_>) -> bool {
    let is_there = |name| json.get(name).is_some_and(|value| !value.is_falsy());
    let is_fine = |said: &str| {
        let said = said.trim_matches('"').to_ascii_lowercase();
        let zeros = said.strip_prefix('2').unwrap_or(&said);
        matches!(said.as_str(), "ok" | "success")
            || !zeros.is_empty() && zeros.bytes().all(|byte| byte == b'0')
    };
    let kind = text_at(json, "type");
    let is_kind = kind.ends_with(b"_error")
        || kind.contains(&b':')
        || kind.windows(9).any(|part| part == b"exception");
    let problem = at(json, "base_resp").unwrap_or(json);
    let status = json.get("status").map(|status| lossy(status.raw())).unwrap_or_default();
    let status = status.trim_matches('"').to_ascii_lowercase();
    let has_code = matches!(status.as_str(), "error" | "fail" | "failed" | "failure")
        || matches!(status.parse(), Ok(400u16..))
        || exception_in(problem).is_some()
        || code_of(problem).is_some_and(|code| !code.is_falsy() && !is_fine(&lossy(code.raw())));
    let is_success = json.get("success").is_some_and(Value::is_true);
    ["type", "event", "object"].iter().any(|name| is_fatal(&text_at(json, name)))
        || ["error", "errors"].iter().filter_map(|name| json.get(name)).any(has_any)
        || json.get("success").is_some_and(|value| value.raw() == b"false")
        || is_there("detail") && json.members().count() == 1
        || (is_kind || !is_there("type"))
            && !is_success
            && has_code
            && reason_for(problem).is_some_and(|reason| !is_fine(&reason))
}

/// Whether what is under the name of an error is one. Some gateways send the members of an error in
/// each event, empty ones.
fn has_any(error: Value<'_>) -> bool {
    let is_there = |value: Value<'_>| !value.is_falsy();
    match error.raw().first() {
        Some(b'{') => error.members().any(|(_, value)| is_there(value)),
        Some(b'[') => error.items().any(is_there),
        _ => is_there(error),
    }
}

/// The code of an error, or its type, as OpenAI sends it beside what `param` names.
fn code_of(problem: Value<'_>) -> Option<Value<'_>> {
    at(problem, "code|statusCode|errorCode|errorType|__type")
        .or_else(|| problem.get("param").and_then(|_| at(problem, "type")))
}

/// The name and the value of an error that AWS sends: `{ throttlingException: { message } }`.
fn exception_in(json: Value<'_>) -> Option<(String, Value<'_>)> {
    let (name, value) = json.members().next()?;
    let mut text = Vec::new();
    name.decode(&mut text);
    text.ends_with(b"Exception").then(|| (lossy(&text), value))
}

/// What an error says, under vendors' own names as well.
fn reason_for(problem: Value<'_>) -> Option<String> {
    reason_in(problem)
        .or_else(|| reason_in(at(problem, "errorMsg|statusMsg|errorMessage")?))
        .or_else(|| reason_in(at(exception_in(problem)?.1, "message")?))
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
