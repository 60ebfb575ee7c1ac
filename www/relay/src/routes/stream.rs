//! The response that an event stream goes out in.

use std::convert::Infallible;

use axum::BoxError;
use axum::body::Body;
use axum::http::{HeaderName, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::Stream;
use tokio::sync::mpsc;
use tokio_stream::StreamExt;
use tokio_stream::wrappers::ReceiverStream;

use crate::connection::Cut;
use crate::sessions::Reader;
use crate::weather::Weather;

/// Sends what comes out of `frames` as it comes. When the client goes away the receiver is dropped,
/// which its sender sees.
pub fn event_stream(frames: mpsc::Receiver<Bytes>) -> Response {
    respond(ReceiverStream::new(frames).map(Ok::<_, Infallible>))
}

/// Sends what `reader` reads, through the weather if there is any; an error in that ends the
/// connection. When the client goes away the reader is dropped.
pub fn answer_stream(reader: Reader, weather: Option<Weather>, cut: Cut) -> Response {
    match weather {
        Some(weather) => respond(ReceiverStream::new(weather.carry(reader, cut))),
        None => respond(reader.into_stream()),
    }
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
