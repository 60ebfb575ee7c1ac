//! The states of a stream and the ways in which it ends.

use crate::numbered::numbered;

numbered! {
    /// Where a stream is in its life.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum State {
        /// A request is on its way.
        Connecting,
        /// Its response is being read.
        Open,
        /// The connection broke; a new attempt comes after a wait.
        Waiting,
        /// Over, for good.
        Closed,
    }
}

impl State {
    /// The state as JavaScript has it.
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
        /// The server ended the response, and no marker was promised.
        Ended,
        /// A `done` marker was promised and the stream ended without it.
        Truncated,
        /// The server answered 204.
        NoContent,
        /// By `cancel()`, or by what else notifies the backend.
        Cancelled,
        /// By `close()`, or by a consumer that left.
        Closed,
        /// By the outside `AbortSignal`.
        Aborted,
        /// By an error.
        Failed,
    }
}

impl OutcomeType {
    /// The ending as JavaScript has it.
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
