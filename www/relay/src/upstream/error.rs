//! What can go wrong with the model's API, as its reader and the log are told.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use reqwest::StatusCode;

/// Why an answer did not begin, or did not go on.
///
/// `Display` is for the reader: it names neither the API's address nor anything that was sent to
/// it. The rest is in `source()`, for the log.
#[derive(Debug)]
pub enum UpstreamError {
    /// No connection, or one that closed before an answer.
    Unreachable(reqwest::Error),
    /// Nothing came for too long.
    Timeout(reqwest::Error),
    /// An answer other than 2xx, with the API's own short code for it.
    Status { status: StatusCode, reason: Option<String>, retry_after: Option<Duration> },
    /// A 2xx answer of another content type.
    NotAStream(String),
    /// The connection broke while the answer was written.
    Interrupted(reqwest::Error),
    /// The body ended before the answer did.
    Truncated,
    /// Events that are not the API's.
    Malformed(String),
    /// The API itself reported an error while the answer was written.
    Reported {
        message: String,
        /// Whether it says that it will pass.
        transient: bool,
    },
}

impl UpstreamError {
    /// From a request that got no answer.
    pub fn unreachable(error: reqwest::Error) -> Self {
        let error = error.without_url();
        if error.is_timeout() && !error.is_connect() {
            Self::Timeout(error)
        } else {
            Self::Unreachable(error)
        }
    }

    /// From a body that could not be read on.
    pub fn interrupted(error: reqwest::Error) -> Self {
        let error = error.without_url();
        if error.is_timeout() { Self::Timeout(error) } else { Self::Interrupted(error) }
    }

    /// Whether to ask again may help. Not after a time-out: the model may be at work, and to be paid.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Unreachable(_) | Self::Interrupted(_) | Self::Truncated => true,
            Self::Status { status, .. } => {
                matches!(status.as_u16(), 408 | 425 | 429) || status.is_server_error()
            }
            Self::Reported { transient, .. } => *transient,
            Self::Timeout(_) | Self::NotAStream(_) | Self::Malformed(_) => false,
        }
    }

    /// How long the API asks to be left alone.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Status { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// The `code` of the error's JSON.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreachable(_) => "upstream-unreachable",
            Self::Timeout(_) => "upstream-timeout",
            Self::Status { .. } => "upstream-status",
            Self::NotAStream(_) => "upstream-content-type",
            Self::Interrupted(_) => "upstream-interrupted",
            Self::Truncated => "upstream-truncated",
            Self::Malformed(_) => "upstream-malformed",
            Self::Reported { .. } => "upstream-error",
        }
    }
}

impl fmt::Display for UpstreamError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable(_) => f.write_str("the upstream cannot be reached"),
            Self::Timeout(_) => f.write_str("the upstream sent nothing for too long"),
            Self::Status { status, reason: None, .. } => {
                write!(f, "the upstream answered {status}")
            }
            Self::Status { status, reason: Some(reason), .. } => {
                write!(f, "the upstream answered {status} ({reason})")
            }
            Self::NotAStream(content_type) => {
                write!(f, "the upstream answered {content_type:?}, not an event stream")
            }
            Self::Interrupted(_) => f.write_str("the connection to the upstream broke"),
            Self::Truncated => f.write_str("the upstream's answer ended before its end marker"),
            Self::Malformed(reason) => write!(f, "the upstream sent {reason}"),
            Self::Reported { message, .. } => write!(f, "the upstream reported: {message}"),
        }
    }
}

impl Error for UpstreamError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Unreachable(error) | Self::Timeout(error) | Self::Interrupted(error) => {
                Some(error)
            }
            _ => None,
        }
    }
}
