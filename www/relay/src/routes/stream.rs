//! The response that an event stream goes out in.

use std::convert::Infallible;
use std::io;

use axum::BoxError;
use axum::body::Body;
use axum::http::{HeaderName, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tokio_stream::{Stream, StreamExt};

/// Sends what comes out of `frames` as it comes. When the client goes away the receiver is dropped,
/// which its sender sees.
pub fn event_stream(frames: mpsc::Receiver<Bytes>) -> Response {
    respond(ReceiverStream::new(frames).map(Ok::<_, Infallible>))
}

/// As [`event_stream`]; an error ends the connection.
pub fn breakable_event_stream(frames: mpsc::Receiver<io::Result<Bytes>>) -> Response {
    respond(ReceiverStream::new(frames))
}

fn respond<E: Into<BoxError>>(
    frames: impl Stream<Item = Result<Bytes, E>> + Send + 'static,
) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/event-stream"),
        (header::CACHE_CONTROL, "no-store"),
        // nginx would hold frames back until its buffer is full.
        (HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    (headers, Body::from_stream(frames)).into_response()
}
