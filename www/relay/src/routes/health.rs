//! `GET /healthz` and `GET /metrics`: for those who run the relay.

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::Relay;
use crate::metrics;

/// Answers 200 as long as the relay takes connections; once it shuts down, it takes none.
pub async fn healthz() -> Response {
    ([(header::CACHE_CONTROL, "no-store")], Json(json!({ "status": "ok" }))).into_response()
}

/// The figures, in OpenMetrics' text format.
pub async fn metrics(State(relay): State<Relay>) -> Response {
    let headers =
        [(header::CONTENT_TYPE, metrics::CONTENT_TYPE), (header::CACHE_CONTROL, "no-store")];
    (headers, relay.metrics.text()).into_response()
}
