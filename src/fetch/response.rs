//! What is wrong with a response.

use super::{Body, request::display_url};
use crate::{
    error::{Error, ErrorCode, decimal},
    stream::{machine::is_unavailable, message::Message},
};
use alloc::{string::String, vec::Vec};

/// Error pages are kept up to this many bytes.
const MAX_ERROR_BODY: usize = 64 * 1024;

/// A response that is no stream; `content_type` is the header's.
pub(crate) fn type_error(response: &web_sys::Response, content_type: &str) -> Error {
    let essence = content_type.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    let found = if essence.is_empty() { "no content type" } else { &essence };
    let message = Message::WrongType.text(&display_url(&response.url()), found);
    Error::new(ErrorCode::ContentType, message).of_response(response)
}

/// A status that is no success, with the start of the body.
pub(crate) async fn http_error(response: &web_sys::Response) -> Error {
    let status = response.status();
    let answer = decimal(status.into()) + " " + &response.status_text();
    let message = Message::Status.text(&display_url(&response.url()), answer.trim_end());
    let mut error = Error::new(ErrorCode::Http, message).of_response(response);
    error.details().retryable = is_unavailable(status);
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
