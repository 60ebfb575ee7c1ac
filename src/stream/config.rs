//! The options of a stream that its machine needs.

use crate::sse::Format;
use alloc::string::String;

/// The options of a stream that decide over its life.
pub(crate) struct StreamConfig {
    pub(crate) retry: RetryMode,
    /// Whether the method is safe ([RFC 9110, 9.2.1]).
    ///
    /// [RFC 9110, 9.2.1]: https://www.rfc-editor.org/rfc/rfc9110#section-9.2.1
    pub(crate) is_safe: bool,
    /// Whether the request can be sent again: a body that is a stream can be read only once.
    pub(crate) is_repeatable: bool,
    /// The format of the body; `None` if the content type decides.
    pub(crate) format: Option<Format>,
    /// Whether the page knows an event that ends the stream.
    pub(crate) has_done: bool,
    /// The data of that event, if it is recognised by its data.
    pub(crate) marker: Option<String>,
    /// When to notify the backend; `None` if it can't be notified.
    pub(crate) cancel: Option<CancelOn>,
    /// Whether to notify the backend the page has to know its job.
    pub(crate) cancel_needs_job: bool,
    /// How another request continues the answer; `None` if none does.
    pub(crate) resume: Option<Resume>,
    /// Whether events tell the job: it is not known before one did.
    pub(crate) finds_job: bool,
    /// Milliseconds; `f64::INFINITY` is no limit.
    pub(crate) connect_timeout: f64,
    /// Milliseconds; `f64::INFINITY` is no limit.
    pub(crate) idle_timeout: f64,
    /// Whether the connection is closed while the page is hidden.
    pub(crate) pauses: bool,
    /// Whether the page decides about each retry.
    pub(crate) asks_retry: bool,
    /// Whether the page decides what the end of a response means.
    pub(crate) asks_end: bool,
    /// Whether the driver hands on the bytes, cut where blocks end.
    pub(crate) hands_on_bytes: bool,
}

/// How another request continues an answer that was cut off.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Resume {
    /// Whether its response begins at the start of the answer.
    pub(crate) replays: bool,
    /// Whether the answer began before this stream: the first request resumes it.
    pub(crate) is_first: bool,
}

/// Which requests may be repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RetryMode {
    Never,
    /// Those with a safe method: to repeat another one could run the work twice. That the server
    /// sent ids is no proof that it resumes.
    Safe,
    Always,
}

/// The events besides `cancel()` that notify the backend.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct CancelOn {
    pub(crate) abort: bool,
    pub(crate) leave: bool,
    pub(crate) pagehide: bool,
    /// Also before the first request was sent.
    pub(crate) unsent: bool,
}
