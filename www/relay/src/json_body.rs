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
        match serde_json::from_slice(&bytes) {
            Ok(value) => Ok(Self(value)),
            // Where a name is expected, `null` is an error of syntax to serde.
            Err(error) if error.is_data() || serde_json::from_slice::<Value>(&bytes).is_ok() => {
                Err(ApiError::invalid(error.to_string()))
            }
            Err(error) => Err(ApiError::new(
                StatusCode::BAD_REQUEST,
                "malformed-json",
                format!("the body is not JSON: {error}"),
            )),
        }
    }
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
