//! Refusals, as every route words them: `{ "error": { "code", "message" } }`.

use axum::Json;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::foreign::one_line;

/// The longest message of a refusal, in characters: it may quote the request.
const LONGEST_MESSAGE: usize = 500;

/// The JSON body of a refusal, and the data of an `error` event.
#[derive(Serialize)]
pub struct ErrorBody {
    error: Detail,
}

#[derive(Serialize)]
struct Detail {
    code: &'static str,
    message: String,
}

impl ErrorBody {
    /// `code` is for programs and never changes; `message` is for people.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { error: Detail { code, message: message.into() } }
    }
}

/// A refusal with its HTTP status, and what it says in a header.
pub struct ApiError {
    status: StatusCode,
    header: Option<(HeaderName, HeaderValue)>,
    body: ErrorBody,
}

impl ApiError {
    /// A refusal with this status. `code` is for programs, `message` for people.
    pub fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        let message = one_line(message.into(), LONGEST_MESSAGE);
        Self { status, header: None, body: ErrorBody::new(code, message) }
    }

    /// A request whose JSON can be read but not be used.
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid-request", message)
    }

    /// A request without a good token.
    pub(crate) fn unauthorized(message: impl Into<String>) -> Self {
        let challenge = (header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        let error = Self::new(StatusCode::UNAUTHORIZED, "unauthorized", message);
        Self { header: Some(challenge), ..error }
    }

    /// With `Retry-After`: how many seconds to wait before the same request may do.
    pub(crate) fn retry_after(self, seconds: u32) -> Self {
        Self { header: Some((header::RETRY_AFTER, seconds.into())), ..self }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(self.body)).into_response();
        response.headers_mut().extend(self.header);
        response
    }
}
