//! Is this the stream that was asked for?

use super::{Body, globals, request::display_url};
use crate::{
    error::{Error, ErrorCode, decimal},
    sse::Format,
};
use alloc::{string::String, vec::Vec};

/// Error pages are kept up to this many bytes.
const MAX_ERROR_BODY: usize = 64 * 1024;

/// What the page said that the response is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum FormatOption {
    /// Whatever its content type says.
    #[default]
    ByType,
    /// This, and the content type does not matter.
    Known(Format),
}

/// The format of a response's body, or `None` for 204, which means "stop" (WHATWG HTML, 9.2.2).
///
/// # Errors
/// Those of [`check_status`], and `content-type`.
pub(crate) async fn check(
    response: &web_sys::Response,
    option: FormatOption,
) -> Result<Option<Format>, Error> {
    if response.status() == 204 {
        return Ok(None);
    }
    check_status(response).await?;
    match option {
        FormatOption::Known(format) => Ok(Some(format)),
        FormatOption::ByType => by_type(response).map(Some),
    }
}

/// # Errors
/// `http` for every status that is no success, with the start of the body.
pub(crate) async fn check_status(response: &web_sys::Response) -> Result<(), Error> {
    if response.ok() { Ok(()) } else { Err(http_error(response).await) }
}

fn by_type(response: &web_sys::Response) -> Result<Format, Error> {
    let header = response.headers().get("content-type").ok().flatten().unwrap_or_default();
    let essence = essence_of(&header);
    format_of(&essence).ok_or_else(|| {
        let found = if essence.is_empty() { "no content type" } else { &essence };
        let advice = ", not text/event-stream: check the URL and the server, or set `format` if \
                      the body is a stream all the same";
        let message = [&display_url(&response.url()), " answered with ", found, advice].concat();
        Error::new(ErrorCode::ContentType, message).of_response(response)
    })
}

/// A content type without its parameters.
pub(crate) fn essence_of(content_type: &str) -> String {
    content_type.split(';').next().unwrap_or("").trim().to_ascii_lowercase()
}

pub(crate) fn format_of(essence: &str) -> Option<Format> {
    match essence {
        "text/event-stream" => Some(Format::Sse),
        "application/x-ndjson"
        | "application/ndjson"
        | "application/jsonl"
        | "application/x-jsonlines" => Some(Format::Ndjson),
        _ => None,
    }
}

async fn http_error(response: &web_sys::Response) -> Error {
    let status = response.status();
    let (url, number) = (display_url(&response.url()), decimal(status.into()));
    let message = [&url, " answered ", &number, " ", &response.status_text()].concat();
    let mut error = Error::new(ErrorCode::Http, message.trim_end()).of_response(response);
    error.details().retryable = matches!(status, 408 | 425 | 429 | 500..);
    error.details().body = read_text(response).await;
    error
}

async fn read_text(response: &web_sys::Response) -> Option<String> {
    let body = Body::of(response).ok()?;
    let mut text = Vec::new();
    while text.len() < MAX_ERROR_BODY {
        // A body that breaks off is worth what came of it.
        let Ok(Some(chunk)) = body.read().await else { break };
        let room = (MAX_ERROR_BODY - text.len()) as u32;
        text.extend(chunk.subarray(0, chunk.length().min(room)).to_vec());
    }
    // Cut at the limit, a character may be halved.
    let whole = text.len() - usize::from(text.len() == MAX_ERROR_BODY) * halved(&text);
    Some(String::from_utf8_lossy(&text[..whole]).into_owned())
}

fn halved(text: &[u8]) -> usize {
    match core::str::from_utf8(text) {
        Err(error) if error.error_len().is_none() => text.len() - error.valid_up_to(),
        _ => 0,
    }
}

/// The milliseconds that `Retry-After` asks to wait (RFC 9110, 10.2.3: seconds or a date).
pub(crate) fn retry_after(headers: &web_sys::Headers) -> Option<f64> {
    let value = headers.get("retry-after").ok().flatten()?;
    let value = value.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        let seconds = value.parse().unwrap_or(u32::MAX);
        return Some(f64::from(seconds) * 1000.0);
    }
    let date = js_sys::Date::parse(value);
    (!date.is_nan()).then(|| (date - globals::unix_time()).max(0.0))
}
