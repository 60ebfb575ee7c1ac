//! `GET /healthz` and `GET /metrics`: for those who run the relay.

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::Relay;
use crate::metrics;

/// Whether to send requests here: 200, or 503 once the shutdown has begun.
pub async fn healthz(State(relay): State<Relay>) -> Response {
    let (code, status) = if relay.shutdown.is_cancelled() {
        (StatusCode::SERVICE_UNAVAILABLE, "shutting-down")
    } else {
        (StatusCode::OK, "ok")
    };
    (code, [(header::CACHE_CONTROL, "no-store")], Json(json!({ "status": status }))).into_response()
}

/// The figures, in OpenMetrics' text format.
pub async fn metrics(State(relay): State<Relay>) -> Response {
    let headers =
        [(header::CONTENT_TYPE, metrics::CONTENT_TYPE), (header::CACHE_CONTROL, "no-store")];
    (headers, relay.metrics.text()).into_response()
}
