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

/// An event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The `event` field, or `message`.
    pub event_type: String,
    /// The `data` fields, joined with LF.
    pub data: String,
    /// The stream's last event id after this event, empty if there was none.
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

    /// The data, parsed as JSON.
    ///
    /// # Errors
    /// [`ParseJson`](crate::ErrorCode::ParseJson) if it is not JSON, or not of that type.
    #[cfg(feature = "serde")]
    pub fn json<T: serde::de::DeserializeOwned>(&self) -> Result<T, Error> {
        let error = |cause| {
            let message =
                ["the data of an event '", &self.event_type, "' is not the JSON asked for"];
            Error::new(crate::ErrorCode::ParseJson, message.concat()).caused_by(cause)
        };
        let value = js_sys::JSON::parse(&self.data).map_err(error)?;
        serde_wasm_bindgen::from_value(value).map_err(|cause| error(cause.into()))
    }
}

/// The one outcome of a stream.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Outcome {
    /// How it ended.
    pub outcome_type: OutcomeType,
    /// Why, if it is `Failed`.
    pub error: Option<Error>,
    /// Whether the backend has confirmed the cancellation; `None` if it was not asked.
    pub notified: Option<bool>,
    /// How many events were decoded and never taken.
    pub dropped: u32,
}

/// Counts and times of a stream. Times are milliseconds since it was first polled.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct StreamStats {
    /// Of response bodies, content coding removed.
    pub bytes: u64,
    /// Decoded so far.
    pub events: u32,
    /// Requests, the one under way included.
    pub attempts: u32,
    /// When the headers of the first good response were there.
    pub time_to_headers: Option<f64>,
    /// When the first event was decoded.
    pub time_to_first_event: Option<f64>,
    /// How many events that the app took the backend has been told of.
    pub acknowledged: u32,
    /// Why the last acknowledgement that failed, twice, did so.
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
/// Nothing is read ahead of its consumer beyond one batch. What ends it badly is its last item,
/// an error. Dropping it closes the connection and tells nobody, unless
/// [`CancelRequest::on_drop`](crate::CancelRequest::on_drop) says so; [`cancel`](Self::cancel) tells
/// the backend.
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
    /// Starts to describe a stream from this URL, absolute or relative to the page.
    pub fn builder(url: &str) -> Builder {
        Builder::new(url)
    }

    pub(super) fn new(driver: Rc<Driver>) -> Self {
        let last_event_id = driver.machine().decoder().last_event_id().into();
        Self { driver, batch: Vec::new().into_iter(), last_event_id, is_over: false }
    }

    /// The events that came together with the one taken last.
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

    pub(super) fn done(&self) {
        self.driver.done();
    }

    pub(super) fn fail(&self, error: Error) {
        self.driver.fail(error);
    }

    /// Stops here and there: aborts the request, ends the stream, and notifies the backend as
    /// [`Builder::cancel`] says, once. A failed notification is reported. The notification goes
    /// on if the future is dropped.
    pub fn cancel(&self) -> impl Future<Output = CancelResult> + use<> {
        cancel(&self.driver)
    }

    /// What cancels this stream from elsewhere, such as a Stop button while a task awaits the next
    /// event.
    pub fn canceller(&self) -> Canceller {
        Canceller { driver: Rc::downgrade(&self.driver) }
    }

    /// Where the stream is in its life.
    pub fn state(&self) -> State {
        self.driver.state()
    }

    /// Counts and times so far.
    pub fn stats(&self) -> StreamStats {
        self.driver.stats()
    }

    /// Waits for the end of the stream, and for the backend to be told of it. Does not read.
    pub fn closed(&self) -> impl Future<Output = Outcome> + use<> {
        closed(&self.driver)
    }

    /// How the stream ended; `None` before.
    pub fn outcome(&self) -> Option<Outcome> {
        self.driver.outcome()
    }

    /// The id to resume from: that of the event taken last.
    pub fn last_event_id(&self) -> &str {
        &self.last_event_id
    }

    /// The response of the last attempt that got one. Its body is the stream's.
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

/// Stops the [`EventStream`] that returned it. Does not keep that alive.
#[derive(Clone, Debug)]
pub struct Canceller {
    driver: Weak<Driver>,
}

impl Canceller {
    /// As [`EventStream::cancel`]. Does nothing if the stream was dropped.
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

    /// Where the stream is in its life.
    pub fn state(&self) -> State {
        self.driver.upgrade().map_or(State::Closed, |driver| driver.state())
    }

    /// As [`EventStream::closed`]. A stream that was dropped is closed.
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
