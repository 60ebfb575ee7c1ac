//! The events as they arrive, and as a page can show them.

use super::{Event, EventStream};
use crate::{error::Error, fetch::next_frame};
use alloc::{boxed::Box, vec::Vec};
use core::{
    fmt, mem,
    pin::Pin,
    task::{Context, Poll, ready},
};
use futures::{FutureExt as _, Stream, future::LocalBoxFuture, stream::FusedStream};

/// The events of a stream in batches, as [`EventStream::batches`] returns them.
#[derive(Debug)]
#[must_use = "the request is sent when the stream is polled"]
pub struct Batches(EventStream);

impl EventStream {
    /// Returns the events in batches, one per network chunk. No batch is empty.
    pub fn batches(self) -> Batches {
        Batches(self)
    }

    /// Returns the events in at most one batch per animation frame. No batch is empty.
    pub fn frames(self) -> Frames {
        Frames { batches: self.batches(), events: Vec::new(), end: None, frame: None }
    }
}

impl Batches {
    /// Returns the stream, for its state, its outcome and its [`Canceller`](crate::Canceller).
    pub fn stream(&self) -> &EventStream {
        &self.0
    }
}

impl Stream for Batches {
    type Item = Result<Vec<Event>, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let first = match ready!(Pin::new(&mut self.0).poll_next(context)) {
            Some(Ok(first)) => first,
            Some(Err(error)) => return Poll::Ready(Some(Err(error))),
            None => return Poll::Ready(None),
        };
        let mut batch = Vec::from([first]);
        batch.extend(self.0.take_rest());
        Poll::Ready(Some(Ok(batch)))
    }
}

impl FusedStream for Batches {
    fn is_terminated(&self) -> bool {
        self.0.is_terminated()
    }
}

/// The events of a stream in one batch per animation frame, as [`EventStream::frames`] returns them.
#[must_use = "the request is sent when the stream is polled"]
pub struct Frames {
    batches: Batches,
    events: Vec<Event>,
    /// What follows the events.
    end: Option<Option<Error>>,
    frame: Option<LocalBoxFuture<'static, ()>>,
}

impl Frames {
    /// Returns the stream, for its state, its outcome and its [`Canceller`](crate::Canceller).
    pub fn stream(&self) -> &EventStream {
        self.batches.stream()
    }
}

impl Stream for Frames {
    type Item = Result<Vec<Event>, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        // At its end, nothing waits for a frame.
        while self.end.is_none() {
            match Pin::new(&mut self.batches).poll_next(context) {
                Poll::Ready(Some(Ok(batch))) => self.events.extend(batch),
                Poll::Ready(Some(Err(error))) => self.end = Some(Some(error)),
                Poll::Ready(None) => self.end = Some(None),
                Poll::Pending if self.events.is_empty() => return Poll::Pending,
                Poll::Pending => {
                    let frame = self.frame.get_or_insert_with(|| Box::pin(next_frame()));
                    ready!(frame.poll_unpin(context));
                    self.frame = None;
                    return Poll::Ready(Some(Ok(mem::take(&mut self.events))));
                }
            }
        }
        if !self.events.is_empty() {
            return Poll::Ready(Some(Ok(mem::take(&mut self.events))));
        }
        Poll::Ready(self.end.as_mut().and_then(Option::take).map(Err))
    }
}

impl FusedStream for Frames {
    fn is_terminated(&self) -> bool {
        self.events.is_empty() && matches!(self.end, Some(None))
    }
}

impl fmt::Debug for Frames {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Frames").field("stream", self.stream()).finish_non_exhaustive()
    }
}
