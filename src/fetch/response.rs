//! What is wrong with a response, and the start of its body.

use super::{Body, globals::get, request::display_url, waiting::within};
use crate::error::{Error, ErrorCode, decimal, text::ErrorText};
use alloc::{string::String, vec::Vec};
use core::fmt::Write as _;
use js_sys::{JSON, Object, Reflect};
use wasm_bindgen::{JsCast as _, JsValue};

/// Error pages are kept up to this many bytes.
const MAX_BODY: usize = 64 * 1024;

/// Milliseconds: what is read for its start, or for its end, may be a stream that never ends.
const MAX_WAIT: f64 = 1_000.0;

/// The longest text of the server in a message, in characters.
const MAX_REASON: usize = 200;

/// Where JSON tells what went wrong, the best place first; the last is the first item of a list.
const REASONS: [&str; 9] =
    ["message", "error_description", "errorText", "error", "errors", "detail", "msg", "title", "0"];

/// How deep in the JSON that may be.
const MAX_DEPTH: u32 = 8;

/// A response to `url` that is no stream, with the start of the body; `content_type` is the header's.
pub(crate) async fn type_error(
    url: &str,
    response: &web_sys::Response,
    content_type: &str,
) -> Error {
    let mut message = ErrorText::WrongType.with(&url_of(response, url), content_type);
    message.push_str(&ErrorText::SetFormat.with("", ""));
    refusal_of(ErrorCode::ContentType, message, response).await
}

/// A status that is no success, with the start of the body.
pub(crate) async fn http_error(url: &str, response: &web_sys::Response) -> Error {
    let status = status_of(response);
    let mut reason = get(response, "statusText").as_string().unwrap_or_default();
    if status == 0 && reason.is_empty() {
        // `opaque`, `opaqueredirect` or `error`.
        reason = get(response, "type").as_string().unwrap_or_default();
    }
    let answer = decimal(status.into()) + " " + &reason;
    let message = ErrorText::Status.with(&url_of(response, url), answer.trim_end());
    refusal_of(ErrorCode::Http, message, response).await
}

/// The status. Look-alikes may have none.
pub(crate) fn status_of(response: &web_sys::Response) -> u16 {
    get(response, "status").as_f64().map_or(200, |status| status as u16)
}

/// Where a response comes from. Those that scripts make don't say.
fn url_of(response: &web_sys::Response, requested: &str) -> String {
    let url = get(response, "url").as_string().filter(|url| !url.is_empty());
    display_url(url.as_deref().unwrap_or(requested))
}

async fn refusal_of(code: ErrorCode, mut message: String, response: &web_sys::Response) -> Error {
    let body = read_text(response).await;
    let json = body.as_ref().and_then(|body| JSON::parse(body).ok());
    if let Some(reason) = json.and_then(|json| reason_in(&json, MAX_DEPTH)) {
        message.push_str(". It says: ");
        message.extend(reason.chars().take(MAX_REASON));
    }
    let mut error = Error::new(code, printable(&message)).of_response(response);
    error.details().body = body;
    error
}

/// What the host says of a failure, as the end of a message: `: terminated (UND_ERR_SOCKET: …)`.
pub(crate) fn reason_of(cause: &JsValue) -> String {
    let text_of = |value: &JsValue, name| get(value, name).as_string().filter(|it| !it.is_empty());
    let Some(message) = text_of(cause, "message") else { return String::new() };
    let mut reason = String::from(": ") + &message;
    // Node tells the real reason one level deeper.
    let deeper = get(cause, "cause");
    let details: Vec<String> =
        ["code", "message"].into_iter().filter_map(|name| text_of(&deeper, name)).collect();
    if !details.is_empty() {
        reason += &(String::from(" (") + &details.join(": ") + ")");
    }
    printable(&reason.chars().take(MAX_REASON).collect::<String>())
}

fn reason_in(value: &JsValue, depth: u32) -> Option<String> {
    if let Some(text) = value.as_string() {
        return Some(text).filter(|text| !text.is_empty());
    }
    if depth == 0 || !value.is_object() {
        return None;
    }
    REASONS.into_iter().find_map(|name| {
        let member = Reflect::get(value, &JsValue::from_str(name)).ok()?;
        reason_in(&member, depth - 1).or_else(|| {
            // Some list them by the name of a field.
            let fields = (name == "errors").then(|| member.dyn_into::<Object>().ok()).flatten()?;
            reason_in(&Object::values(&fields), depth - 1)
        })
    })
}

/// The text without what logs and terminals obey.
fn printable(text: &str) -> String {
    let mut printed = String::new();
    for character in text.chars() {
        match character {
            '\0'..='\x1f'
            | '\x7f'..='\u{9f}'
            | '\u{61c}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}' => {
                // A `String` takes all that is written.
                let _ = write!(printed, "\\u{:04x}", u32::from(character));
            }
            _ => printed.push(character),
        }
    }
    printed
}

async fn read_text(response: &web_sys::Response) -> Option<String> {
    let body = Body::of(response).ok()?;
    let text = read_start(&body).await;
    // Cut off, a character may be halved.
    let whole = text.len() - halved(&text);
    Some(String::from_utf8_lossy(&text[..whole]).into_owned())
}

/// What comes of it within the limits.
pub(super) async fn read_start(body: &Body) -> Vec<u8> {
    let mut text = Vec::new();
    let reading = async {
        while text.len() < MAX_BODY {
            // A body that breaks off is worth what came of it.
            let Ok(Some(chunk)) = body.read().await else { break };
            let room = (MAX_BODY - text.len()) as u32;
            text.extend(chunk.subarray(0, chunk.length().min(room)).to_vec());
        }
    };
    let _ = within(MAX_WAIT, reading).await;
    text
}

/// How many bytes at the end are the start of a character.
fn halved(text: &[u8]) -> usize {
    match core::str::from_utf8(text) {
        Err(error) if error.error_len().is_none() => text.len() - error.valid_up_to(),
        _ => 0,
    }
}
