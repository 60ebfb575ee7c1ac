//! Request bodies: JSON, of a bounded size and time, refused with JSON.

use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, StatusCode, header};
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio_stream::StreamExt;

use crate::error::ApiError;
use crate::routes::Relay;

/// How long a body may take to arrive.
const TIMEOUT: Duration = Duration::from_secs(10);

/// How much of a body past its limit is read and dropped, in bytes. Answering while the client
/// still writes would end in a connection reset, and the client would never see the refusal. Past
/// this it may.
const DISCARDED: usize = 8 << 20;

/// Extracts a JSON body, or answers 400, 408, 413 or 415.
pub struct JsonBody<T>(pub T);

impl<T: DeserializeOwned> FromRequest<Relay> for JsonBody<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, relay: &Relay) -> Result<Self, ApiError> {
        let (parts, body) = request.into_parts();
        let reading = read(body, relay.options().max_body);
        let bytes = tokio::time::timeout(TIMEOUT, reading).await.map_err(|_| {
            ApiError::new(
                StatusCode::REQUEST_TIMEOUT,
                "body-timeout",
                format!("the body did not arrive within {} seconds", TIMEOUT.as_secs()),
            )
        })??;
        if !is_json(&parts.headers) {
            return Err(ApiError::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unsupported-media-type",
                "send the body as content-type: application/json",
            ));
        }
        let parsed = parse(&bytes).or_else(|error| match without_halves(&bytes) {
            Some(bytes) => parse(&bytes),
            None => Err(error),
        });
        parsed.map(Self)
    }
}

fn parse<T: DeserializeOwned>(json: &[u8]) -> Result<T, ApiError> {
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        // Where a name is expected, `null` is an error of syntax to serde.
        let is_json = error.inner().is_data() || serde_json::from_slice::<Value>(json).is_ok();
        if is_json { ApiError::invalid(error.to_string()) } else { malformed(error.inner()) }
    })?;
    deserializer.end().map_err(|error| malformed(&error))?;
    Ok(value)
}

fn malformed(error: &serde_json::Error) -> ApiError {
    let message = format!("the body is not JSON: {error}");
    ApiError::new(StatusCode::BAD_REQUEST, "malformed-json", message)
}

/// The text with U+FFFD for each half of a surrogate pair; `None` if there is no such half. A text that
/// a page has cut within an emoji has one, which `JSON.stringify` writes as an escape (RFC 8259, section
/// 8.2). No string in Rust can hold it.
fn without_halves(json: &[u8]) -> Option<Vec<u8>> {
    let unit = |at: usize| {
        let digits = json.get(at..at + 6)?.strip_prefix(b"\\u")?;
        u16::from_str_radix(str::from_utf8(digits).ok()?, 16).ok()
    };
    let mut text = json.to_vec();
    let mut has_half = false;
    let mut at = 0;
    while at < json.len() {
        at += match (json[at], unit(at)) {
            (_, Some(0xD800..=0xDBFF)) if matches!(unit(at + 6), Some(0xDC00..=0xDFFF)) => 12,
            (_, Some(0xD800..=0xDFFF)) => {
                text[at..at + 6].copy_from_slice(b"\\ufffd");
                has_half = true;
                6
            }
            (b'\\', _) => 2,
            _ => 1,
        };
    }
    has_half.then_some(text)
}

fn is_json(headers: &HeaderMap) -> bool {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = value.unwrap_or_default().split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/json")
}

async fn read(body: Body, limit: usize) -> Result<Vec<u8>, ApiError> {
    let mut chunks = body.into_data_stream();
    let mut bytes = Vec::new();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| ApiError::invalid("the body ended early"))?;
        if bytes.len() + chunk.len() > limit {
            discard(&mut chunks).await;
            return Err(ApiError::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "payload-too-large",
                format!("the body is over {limit} bytes"),
            ));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

async fn discard(chunks: &mut BodyDataStream) {
    let mut discarded = 0;
    while let Some(Ok(chunk)) = chunks.next().await {
        discarded += chunk.len();
        if discarded > DISCARDED {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::without_halves;

    #[test]
    fn halves_of_characters_are_replaced_and_nothing_else() {
        for (json, text) in [
            (r#"["\ud83d"]"#, Some(r#"["\ufffd"]"#)),
            (r#"["\uDE00x"]"#, Some(r#"["\ufffdx"]"#)),
            (r#"["\ud83d\ud83d\ude00"]"#, Some(r#"["\ufffd\ud83d\ude00"]"#)),
            (r#"["\ud83d\n\ude00"]"#, Some(r#"["\ufffd\n\ufffd"]"#)),
            (r#"["\\ud83d \ud83d"]"#, Some(r#"["\\ud83d \ufffd"]"#)),
            (r#"["\ud83d\ude00 \u00e9"]"#, None),
            (r#"["\\ud83d"]"#, None),
            (r#"["\ud8"#, None),
            (r"\", None),
            ("", None),
        ] {
            let text = text.map(|text| text.as_bytes().to_vec());
            assert_eq!(without_halves(json.as_bytes()), text, "{json}");
        }
    }
}
