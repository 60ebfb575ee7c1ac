//! `GET /models`: what to ask.

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::Relay;
use crate::error::ApiError;
use crate::upstream::Upstream;

#[derive(Serialize)]
struct Models<'a> {
    models: &'a [String],
}

/// Lists the models that may be asked, the default first.
pub async fn list(State(relay): State<Relay>) -> Response {
    let models = Models { models: relay.upstream.models() };
    ([(header::CACHE_CONTROL, "no-store")], Json(models)).into_response()
}

/// The model that a request names, or the default.
pub fn choose(upstream: &Upstream, named: Option<String>) -> Result<String, ApiError> {
    let models = upstream.models();
    match named {
        None => Ok(models[0].clone()),
        Some(name) if models.contains(&name) => Ok(name),
        Some(_) => Err(ApiError::new(
            StatusCode::BAD_REQUEST,
            "unknown-model",
            format!("model is none of those that may be asked: {}", models.join(", ")),
        )),
    }
}
