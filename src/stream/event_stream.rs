//! The Rust API: a stream of events.

use super::{Builder, CancelResult, OutcomeType, State, driver::Driver};
use crate::{error::Error, sse::EventRef};
use alloc::{
    rc::{Rc, Weak},
    string::String,
    vec,
    vec::Vec,
};
use core::{
    fmt,
    future::Future,
    mem,
    pin::Pin,
    task::{Context, Poll},
};
use futures::{Stream, stream::FusedStream};

/// An event, with the members of the standard's `MessageEvent` (WHATWG HTML, 9.2.6).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The value of the `event` field, or `message`.
    pub event_type: String,
    /// The values of the `data` fields, joined with line feeds.
    pub data: String,
    /// The stream's last event id after this event, or an empty string.
    pub last_event_id: String,
}

impl Event {
    pub(crate) fn as_ref(&self) -> EventRef<'_> {
        EventRef {
            event_type: &self.event_type,
            data: &self.data,
            last_event_id: &self.last_event_id,
        }
    }

    /// Returns the data, parsed as JSON.
    ///
    /// # Errors
    /// [`ParseJson`](crate::ErrorCode::ParseJson) if it is not JSON, or not of that type.
    #[cfg(feature = "serde")]
    pub fn json<T: serde::de::DeserializeOwned>(&self) -> Result<T, Error> {
        let error = |cause| {
            let message =
                ["the data of an event '", &self.event_type, "' is not JSON of the expected type"];
            Error::new(crate::ErrorCode::ParseJson, message.concat()).caused_by(cause)
        };
        let value = js_sys::JSON::parse(&self.data).map_err(error)?;
        serde_wasm_bindgen::from_value(value).map_err(|cause| error(cause.into()))
    }
}

/// The outcome of a stream.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Outcome {
    /// How the stream ended.
    pub outcome_type: OutcomeType,
    /// The error, if the stream failed or was aborted.
    pub error: Option<Error>,
    /// Whether the backend confirmed the cancellation; `None` if it was not notified.
    pub notified: Option<bool>,
    /// The number of events that were decoded but never taken.
    pub dropped: u32,
}

/// Counts and times of a stream. Times are in milliseconds since it was first polled.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct StreamStats {
    /// The number of bytes of response bodies, after content decoding.
    pub bytes: u64,
    /// The number of decoded events.
    pub events: u32,
    /// The number of requests, including the current one.
    pub attempts: u32,
    /// When the headers of the first good response arrived.
    pub time_to_headers: Option<f64>,
    /// When the first event was decoded.
    pub time_to_first_event: Option<f64>,
    /// The number of events that were acknowledged to the backend.
    pub acknowledged: u32,
    /// The error of the latest acknowledgement that failed, also when it was retried.
    pub ack_error: Option<Error>,
}

impl Outcome {
    /// Of a stream that was dropped.
    const CLOSED: Self =
        Self { outcome_type: OutcomeType::Closed, error: None, notified: None, dropped: 0 };
}

impl From<EventRef<'_>> for Event {
    fn from(event: EventRef<'_>) -> Self {
        Self {
            event_type: event.event_type.into(),
            data: event.data.into(),
            last_event_id: event.last_event_id.into(),
        }
    }
}

/// A stream of server-sent events over `fetch` ([WHATWG HTML, 9.2]).
///
/// At most one batch is read ahead of the consumer. If the stream fails, its last item is the error.
/// Dropping the stream closes the connection without notifying the backend, unless
/// [`CancelRequest::on_drop`](crate::CancelRequest::on_drop) is set; [`cancel`](Self::cancel) notifies
/// it.
///
/// ```no_run
/// # use futures::StreamExt;
/// # async fn example() -> Result<(), sluicegate::Error> {
/// use sluicegate::EventStream;
///
/// let mut stream = EventStream::builder("/answers").header("authorization", "…").open()?;
/// while let Some(event) = stream.next().await {
///     let event = event?;
///     if event.data == "enough" {
///         stream.cancel().await;
///     }
/// }
/// # Ok(())
/// # }
/// ```
///
/// [WHATWG HTML, 9.2]: https://html.spec.whatwg.org/multipage/server-sent-events.html
#[must_use = "the request is sent when the stream is polled"]
pub struct EventStream {
    driver: Rc<Driver>,
    batch: vec::IntoIter<Event>,
    last_event_id: String,
    is_over: bool,
}

impl EventStream {
    /// Returns the options of a stream from this URL, absolute or relative to the page.
    pub fn builder(url: &str) -> Builder {
        Builder::new(url)
    }

    pub(super) fn new(driver: Rc<Driver>) -> Self {
        let last_event_id = driver.machine().decoder().last_event_id().into();
        Self { driver, batch: Vec::new().into_iter(), last_event_id, is_over: false }
    }

    /// Takes the remaining events of the batch.
    pub(super) fn take_rest(&mut self) -> Vec<Event> {
        let rest: Vec<_> = mem::take(&mut self.batch).collect();
        for event in &rest {
            self.driver.took(event);
        }
        if let Some(last) = rest.last() {
            self.last_event_id.clone_from(&last.last_event_id);
        }
        rest
    }

    /// From now on, the last event may lack its blank line.
    pub(super) fn complete(&self) {
        self.driver.completes.set(true);
    }

    /// Returns the event that `done_when` has found.
    pub(super) fn take_found(&self) -> Option<Event> {
        self.driver.found.take()
    }

    pub(super) fn done(&self) {
        self.driver.done();
    }

    pub(super) fn fail(&self, error: Error) {
        self.driver.fail(error);
    }

    /// Stops the stream here and at the backend: aborts the request, ends the stream, and notifies the
    /// backend once, as [`Builder::cancel`] says. The result reports whether the notification failed.
    /// Dropping the future does not stop the notification.
    pub fn cancel(&self) -> impl Future<Output = CancelResult> + use<> {
        cancel(&self.driver)
    }

    /// Returns a handle that cancels this stream from elsewhere, such as from a Stop button while a task
    /// waits for the next event.
    pub fn canceller(&self) -> Canceller {
        Canceller { driver: Rc::downgrade(&self.driver) }
    }

    /// Returns the state of the stream.
    pub fn state(&self) -> State {
        self.driver.state()
    }

    /// Returns the counts and times so far.
    pub fn stats(&self) -> StreamStats {
        self.driver.stats()
    }

    /// Waits until the stream has ended and the backend was notified, and returns the outcome. It does not
    /// read the stream.
    pub fn closed(&self) -> impl Future<Output = Outcome> + use<> {
        closed(&self.driver)
    }

    /// Returns the outcome of the stream, or `None` before its end.
    pub fn outcome(&self) -> Option<Outcome> {
        self.driver.outcome()
    }

    /// Returns the id to resume from: that of the event taken last.
    pub fn last_event_id(&self) -> &str {
        &self.last_event_id
    }

    /// Returns the latest response. Its body is read by the stream.
    pub fn response(&self) -> Option<web_sys::Response> {
        self.driver.response()
    }
}

impl fmt::Debug for EventStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventStream")
            .field("state", &self.state())
            .field("last_event_id", &self.last_event_id)
            .finish_non_exhaustive()
    }
}

/// A handle that stops the [`EventStream`] that returned it, without keeping it alive.
#[derive(Clone, Debug)]
pub struct Canceller {
    driver: Weak<Driver>,
}

impl Canceller {
    /// Stops the stream as [`EventStream::cancel`] does. Has no effect if the stream was dropped.
    pub fn cancel(&self) -> impl Future<Output = CancelResult> + use<> {
        let cancelled = self.driver.upgrade().map(|driver| cancel(&driver));
        async move {
            match cancelled {
                Some(cancelled) => cancelled.await,
                None => CancelResult::default(),
            }
        }
    }

    /// Does what dropping the stream does.
    #[cfg(feature = "js")]
    pub(crate) fn leave(&self) {
        if let Some(driver) = self.driver.upgrade() {
            driver.leave();
        }
    }

    /// Ends the stream without notifying the backend.
    pub fn close(&self) {
        if let Some(driver) = self.driver.upgrade() {
            driver.close();
        }
    }

    /// Returns the state of the stream.
    pub fn state(&self) -> State {
        self.driver.upgrade().map_or(State::Closed, |driver| driver.state())
    }

    /// Waits as [`EventStream::closed`] does. A stream that was dropped is closed.
    pub fn closed(&self) -> impl Future<Output = Outcome> + use<> {
        let closing = self.driver.upgrade().map(|driver| closed(&driver));
        async move {
            match closing {
                Some(closing) => closing.await,
                None => Outcome::CLOSED,
            }
        }
    }
}

fn closed(driver: &Rc<Driver>) -> impl Future<Output = Outcome> + use<> {
    let closed = driver.closed();
    // There is one as soon as it is closed.
    async move { closed.await.unwrap_or(Outcome::CLOSED) }
}

fn cancel(driver: &Rc<Driver>) -> impl Future<Output = CancelResult> + use<> {
    driver.cancel()
}

impl Stream for EventStream {
    type Item = Result<Event, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if self.is_over {
                return Poll::Ready(None);
            }
            if self.driver.state() == State::Closed {
                // What was decoded and not taken is dropped when the stream is stopped.
                self.is_over = true;
                let outcome = self.driver.outcome();
                return Poll::Ready(outcome.and_then(|outcome| outcome.error).map(Err));
            }
            if let Some(event) = self.batch.next() {
                self.last_event_id.clone_from(&event.last_event_id);
                self.driver.took(&event);
                return Poll::Ready(Some(Ok(event)));
            }
            let Some(events) = self.driver.take_batch() else {
                self.driver.pull(context.waker());
                return Poll::Pending;
            };
            self.batch = events.into_iter();
        }
    }
}

impl FusedStream for EventStream {
    fn is_terminated(&self) -> bool {
        self.is_over
    }
}

impl Drop for EventStream {
    fn drop(&mut self) {
        self.driver.leave();
    }
}
