//! Refusals, as every route words them: `{ "error": { "code", "message" } }`.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

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

/// A refusal with its HTTP status.
pub struct ApiError {
    status: StatusCode,
    body: ErrorBody,
}

impl ApiError {
    pub fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, body: ErrorBody::new(code, message) }
    }

    /// A request whose JSON can be read but not be used.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid-request", message)
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        (self.status, Json(self.body)).into_response()
    }
}
