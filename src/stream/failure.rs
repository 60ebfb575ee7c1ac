//! What can go wrong with an attempt.

use crate::numbered::numbered;

numbered! {
    /// Why an attempt failed.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(crate) enum Failure {
        /// `fetch`, or a read of the body, was rejected.
        Network,
        /// The status is no success.
        Http,
        /// The response is neither an event stream nor NDJSON.
        ContentType,
        /// There were no response headers in time.
        ConnectTimeout,
        /// There was no byte in time.
        IdleTimeout,
        /// The server ended a response that should have continued.
        Ended,
        /// An event outgrew the limit.
        EventTooLarge,
        /// The page refused the response or its end.
        Refused,
    }
}

impl Failure {
    /// Whether the same request may succeed later. The status counts for [`Failure::Http`] only.
    pub(crate) fn is_retryable(self, status: u16) -> bool {
        match self {
            Self::Network | Self::ConnectTimeout | Self::IdleTimeout | Self::Ended => true,
            Self::Http => matches!(status, 408 | 425 | 429 | 500..),
            Self::ContentType | Self::EventTooLarge | Self::Refused => false,
        }
    }

    /// Returns the code of its error, as JavaScript has it.
    #[cfg(test)]
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Network | Self::Ended => "network",
            Self::Http => "http",
            Self::ContentType => "content-type",
            Self::ConnectTimeout => "connect-timeout",
            Self::IdleTimeout => "idle-timeout",
            Self::EventTooLarge => "event-too-large",
            Self::Refused => "refused",
        }
    }

    /// Whether a network that comes back is a reason to try again at once.
    pub(crate) fn is_of_network(self) -> bool {
        matches!(self, Self::Network | Self::ConnectTimeout | Self::IdleTimeout)
    }
}
