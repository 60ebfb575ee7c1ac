//! The progress of an answer.

use super::event_stream::Event;
use crate::{error::Error, sse::EventRef};
use alloc::{string::String, vec::Vec};
use core::time::Duration;

/// The argument of closures that make a request: how far the answer has come.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Context {
    /// The number of the attempt, starting at 1.
    pub attempt: u32,
    /// The id of the last event that had one, or an empty string.
    pub last_event_id: String,
    /// The job that [`Builder::job`](crate::Builder::job) names or [`Builder::job_in`](crate::Builder::job_in)
    /// has found.
    pub job: Option<String>,
    /// The cursor of the last event that had one, as [`Builder::cursor`](crate::Builder::cursor) returned it.
    pub cursor: Option<String>,
    /// The number of events received so far.
    pub events: u32,
    /// The number of bytes up to the end of the last event, after content decoding. Counted only with
    /// [`Builder::resume`](crate::Builder::resume); otherwise 0.
    pub bytes: u64,
    /// With [`Builder::resume`](crate::Builder::resume), the response that began the answer; otherwise the
    /// latest response.
    pub response: Option<web_sys::Response>,
    /// For notifications and acknowledgements: the event that the app took last. `events` and `cursor` then
    /// count what the app took, too.
    pub last_event: Option<Event>,
    /// For notifications: what ended the stream.
    pub reason: Option<StopReason>,
    /// For acknowledgements: the number of events that this request acknowledges.
    pub count: u32,
}

/// The reason why the backend is notified that a stream has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StopReason {
    /// [`EventStream::cancel`](crate::EventStream::cancel) was called.
    Cancel,
    /// The stream was dropped.
    Drop,
    /// The signal was aborted.
    Abort,
    /// The page went away.
    PageHide,
}

/// The argument of [`Builder::on_retry`](crate::Builder::on_retry).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RetryInfo {
    /// The number of the next attempt.
    pub attempt: u32,
    /// The wait before it.
    pub delay: Duration,
    /// The error that made it necessary.
    pub error: Error,
}

/// The decision of [`Builder::should_retry`](crate::Builder::should_retry).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryDecision {
    /// End the stream with the error.
    Fail,
    /// Retry after the usual wait.
    Retry,
    /// Retry after this time.
    RetryAfter(Duration),
}

/// Finds the job in an event, or in its response.
pub(crate) type FindJob = dyn Fn(EventRef<'_>, &web_sys::Response) -> Result<Option<String>, Error>;
/// Returns where an event is in the answer.
pub(crate) type FindCursor = dyn Fn(EventRef<'_>) -> Result<Option<String>, Error>;

/// The progress of an answer, for requests that continue or stop it.
#[derive(Default)]
pub(super) struct Position {
    pub(super) job: Option<String>,
    pub(super) response: Option<web_sys::Response>,
    /// The events before the batch that the app takes at the moment.
    before: u32,
    bytes_before: u64,
    bytes: u64,
    cursor_before: Option<String>,
    /// Of the batch: its events that have a cursor, by their index.
    cursors: Vec<(u32, String)>,
    batch: u32,
    /// The events of an answer that was given up for another one.
    former: u32,
}

impl Position {
    pub(super) fn new(job: Option<String>) -> Self {
        Self { job, ..Self::default() }
    }

    /// Another answer begins.
    pub(super) fn begin(&mut self) {
        *self = Self {
            job: self.job.take(),
            response: self.response.take(),
            before: self.before,
            batch: self.batch,
            former: self.before + self.batch,
            ..Self::default()
        };
    }

    /// A batch follows; `bytes` have come up to its end.
    pub(super) fn advance(&mut self, events: u32, bytes: u64, cursors: Vec<(u32, String)>) {
        self.before += self.batch;
        self.batch = events;
        self.bytes_before = self.bytes;
        self.bytes = bytes;
        if let Some((_, last)) = self.cursors.pop() {
            self.cursor_before = Some(last);
        }
        self.cursors = cursors;
    }

    /// Returns the position after all events.
    pub(super) fn here(&self) -> Context {
        self.at(self.before + self.batch)
    }

    /// Returns the position for an app that took so many events.
    pub(super) fn at(&self, taken: u32) -> Context {
        let in_batch = taken.saturating_sub(self.before);
        let mut known = self.cursors.iter().rev();
        let cursor = known.find(|(index, _)| *index < in_batch);
        Context {
            job: self.job.clone(),
            cursor: cursor.map(|(_, cursor)| cursor.clone()).or(self.cursor_before.clone()),
            events: taken.saturating_sub(self.former),
            bytes: if in_batch == self.batch { self.bytes } else { self.bytes_before },
            response: self.response.clone(),
            ..Context::default()
        }
    }
}
