//! The states of a stream and the ways in which it ends.

use crate::numbered::numbered;

numbered! {
    /// The state of a stream.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum State {
        /// A request is under way.
        Connecting,
        /// A response is being read.
        Open,
        /// The connection broke. Another attempt follows after a wait.
        Waiting,
        /// The stream has ended.
        Closed,
    }
}

impl State {
    /// Returns the state as a string, such as `"open"`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Connecting => "connecting",
            Self::Open => "open",
            Self::Waiting => "waiting",
            Self::Closed => "closed",
        }
    }
}

numbered! {
    /// How a stream ended.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub enum OutcomeType {
        /// The `done` marker came.
        Done,
        /// The server ended the response. No `done` marker was expected.
        Ended,
        /// The server ended the response without the `done` marker.
        Truncated,
        /// The server answered 204, which tells clients not to reconnect.
        NoContent,
        /// The stream was cancelled, by `cancel()` or by another event that notifies the backend.
        Cancelled,
        /// The stream was closed, by `close()` or by dropping it.
        Closed,
        /// The `AbortSignal` was aborted.
        Aborted,
        /// The stream failed with an error.
        Failed,
    }
}

impl OutcomeType {
    /// Returns the outcome as a string, such as `"done"`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Ended => "ended",
            Self::Truncated => "truncated",
            Self::NoContent => "no-content",
            Self::Cancelled => "cancelled",
            Self::Closed => "closed",
            Self::Aborted => "aborted",
            Self::Failed => "failed",
        }
    }
}
