//! The response that an event stream goes out in.

use std::convert::Infallible;

use axum::BoxError;
use axum::body::Body;
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::Stream;
use tokio::sync::mpsc;
use tokio_stream::StreamExt;
use tokio_stream::wrappers::ReceiverStream;

use super::Relay;
use crate::connection::Cut;
use crate::error::ApiError;
use crate::sessions::Reader;
use crate::slots::Slot;
use crate::weather::Weather;

/// When to ask again after there were too many streams, in seconds.
const RETRY_AFTER: u32 = 5;

/// What a stream takes of the streams that its user, and of the readers that its session may have.
pub struct Taken(Vec<Slot>);

impl Taken {
    /// One of the user's streams.
    ///
    /// # Errors
    /// 429, if there are as many as may be.
    pub fn of_user(relay: &Relay, user: &str) -> Result<Self, ApiError> {
        let slot = relay.streams.take(user, relay.options.max_streams_per_user);
        slot.map(|slot| Self(vec![slot])).ok_or_else(|| {
            too_many("too-many-streams-of-user", "this user has as many streams as one may")
        })
    }

    /// And one of the session's readers. To be called when the session is known to be the user's:
    /// nobody else is to take its slots.
    ///
    /// # Errors
    /// 429, if there are as many as may be.
    pub fn and_reader(mut self, relay: &Relay, session: &str) -> Result<Self, ApiError> {
        let slot = relay.readers.take(session, relay.options.max_readers);
        self.0.push(slot.ok_or_else(|| {
            too_many("too-many-readers", "this session has as many readers as one may")
        })?);
        Ok(self)
    }
}

fn too_many(code: &'static str, message: &str) -> ApiError {
    let message = format!("{message}: close one, or ask again later");
    ApiError::new(StatusCode::TOO_MANY_REQUESTS, code, message).retry_after(RETRY_AFTER)
}

/// Sends what comes out of `frames` as it comes. When the client goes away the receiver is dropped,
/// which its sender sees.
pub fn event_stream(frames: mpsc::Receiver<Bytes>, taken: Taken) -> Response {
    respond(ReceiverStream::new(frames).map(Ok::<_, Infallible>), taken)
}

/// Sends what `reader` reads, through the weather if there is any; an error in that ends the
/// connection. When the client goes away the reader is dropped.
pub fn answer_stream(reader: Reader, weather: Option<Weather>, cut: Cut, taken: Taken) -> Response {
    match weather {
        Some(weather) => respond(ReceiverStream::new(weather.carry(reader, cut)), taken),
        None => respond(reader.into_stream(), taken),
    }
}

fn respond<E: Into<BoxError>>(
    frames: impl Stream<Item = Result<Bytes, E>> + Send + 'static,
    taken: Taken,
) -> Response {
    let frames = frames.map(move |frame| {
        // They are free again when the stream is dropped.
        let _ = &taken;
        frame
    });
    let headers = [
        (header::CONTENT_TYPE, "text/event-stream"),
        // What compresses on the way would hold frames back until it has enough.
        (header::CACHE_CONTROL, "no-store, no-transform"),
        // nginx would hold frames back until its buffer is full.
        (HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    (headers, Body::from_stream(frames)).into_response()
}
