//! What can go wrong with the model's API, as its reader and the log are told.

use std::error::Error;
use std::fmt;
use std::io;
use std::time::Duration;

use reqwest::StatusCode;

use crate::foreign::one_line;

/// The most characters of an API's own words that are shown.
const MOST_SHOWN: usize = 500;

/// Why an answer did not begin, or did not go on.
///
/// `Display` and `source()` are for the reader and for the log, in words of the relay's: the API's
/// own may quote the key or the prompt. They are added by [`UpstreamError::show`] only.
#[derive(Debug)]
pub enum UpstreamError {
    /// No connection, or one that closed before an answer.
    Unreachable(Cause),
    /// Nothing came for too long.
    Timeout(Cause),
    /// An answer other than 2xx, and its body.
    Status { status: StatusCode, body: Theirs, retry_after: Option<Duration> },
    /// A 2xx answer of another content type.
    NotAStream(Theirs),
    /// The connection broke while the answer was written.
    Interrupted(Cause),
    /// The body ended before the answer did.
    Truncated,
    /// An event that is not the API's, or too long.
    Malformed { what: &'static str, why: Theirs },
    /// The API itself reported an error while the answer was written.
    Reported {
        message: Theirs,
        /// Whether it says that it will pass.
        transient: bool,
    },
}

/// Words of the API's. `Display` writes nothing unless they are shown.
#[derive(Debug, Default)]
pub struct Theirs {
    text: String,
    shown: bool,
}

impl Theirs {
    pub fn new(text: impl fmt::Display) -> Self {
        Self { text: one_line(text, MOST_SHOWN), shown: false }
    }
}

impl fmt::Display for Theirs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.shown && !self.text.is_empty() { write!(f, ": {}", self.text) } else { Ok(()) }
    }
}

/// What a connection failed of. A certificate's names and the like are the other side's words.
#[derive(Debug)]
pub struct Cause {
    kind: String,
    details: Theirs,
}

impl Cause {
    fn new(error: reqwest::Error) -> Self {
        let error = error.without_url();
        let mut details = error.to_string();
        let mut kind = None;
        let mut source = error.source();
        while let Some(cause) = source {
            details.push_str(": ");
            details.push_str(&cause.to_string());
            kind = kind_of(cause).or(kind);
            source = cause.source();
        }
        let kind = kind.unwrap_or_else(|| "the HTTP exchange failed".to_owned());
        Self { kind, details: Theirs::new(details) }
    }
}

/// The kind of a failure, where the error is of a type that has one.
fn kind_of(cause: &(dyn Error + 'static)) -> Option<String> {
    let io = cause.downcast_ref::<io::Error>()?;
    let inner = io.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    Some(match inner {
        Some(rustls::Error::InvalidCertificate(_)) => "its certificate is not trusted".to_owned(),
        Some(_) => "TLS failed".to_owned(),
        None => io.kind().to_string(),
    })
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.kind, self.details)
    }
}

impl Error for Cause {}

impl UpstreamError {
    /// From a request that got no answer.
    pub fn unreachable(error: reqwest::Error) -> Self {
        if error.is_timeout() && !error.is_connect() {
            Self::Timeout(Cause::new(error))
        } else {
            Self::Unreachable(Cause::new(error))
        }
    }

    /// From a body that could not be read on.
    pub fn interrupted(error: reqwest::Error) -> Self {
        let timeout = error.is_timeout();
        let cause = Cause::new(error);
        if timeout { Self::Timeout(cause) } else { Self::Interrupted(cause) }
    }

    /// With the API's own words, for development.
    #[must_use]
    pub fn show(mut self) -> Self {
        match &mut self {
            Self::Unreachable(Cause { details: theirs, .. })
            | Self::Timeout(Cause { details: theirs, .. })
            | Self::Interrupted(Cause { details: theirs, .. })
            | Self::Status { body: theirs, .. }
            | Self::NotAStream(theirs)
            | Self::Malformed { why: theirs, .. }
            | Self::Reported { message: theirs, .. } => theirs.shown = true,
            Self::Truncated => {}
        }
        self
    }

    /// Whether to ask again may help. Not after a time-out: the model may be at work, and to be paid.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Unreachable(_) | Self::Interrupted(_) | Self::Truncated => true,
            Self::Status { status, .. } => {
                matches!(status.as_u16(), 408 | 425 | 429) || status.is_server_error()
            }
            Self::Reported { transient, .. } => *transient,
            Self::Timeout(_) | Self::NotAStream(_) | Self::Malformed { .. } => false,
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
            Self::Malformed { .. } => "upstream-malformed",
            Self::Reported { .. } => "upstream-error",
        }
    }
}

impl fmt::Display for UpstreamError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable(_) => f.write_str("the upstream cannot be reached"),
            Self::Timeout(_) => f.write_str("the upstream sent nothing for too long"),
            Self::Status { status, body, .. } => {
                write!(f, "the upstream answered {}", status.as_u16())?;
                if let Some(reason) = status.canonical_reason() {
                    write!(f, " {reason}")?;
                }
                write!(f, "{body}")
            }
            Self::NotAStream(content_type) => {
                write!(f, "the upstream's answer is no event stream{content_type}")
            }
            Self::Interrupted(_) => f.write_str("the connection to the upstream broke"),
            Self::Truncated => f.write_str("the upstream's answer ended before its end marker"),
            Self::Malformed { what, why } => write!(f, "the upstream sent {what}{why}"),
            Self::Reported { message, .. } => write!(f, "the upstream reported an error{message}"),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn their_words_are_shown_only_on_demand() {
        let evil = "key sk-1\n2026 INFO forged\u{1b}[2J";
        let theirs = || Theirs::new(evil);
        let status = StatusCode::UNAUTHORIZED;
        for (error, ours) in [
            (
                UpstreamError::Status { status, body: theirs(), retry_after: None },
                "the upstream answered 401 Unauthorized",
            ),
            (UpstreamError::NotAStream(theirs()), "the upstream's answer is no event stream"),
            (
                UpstreamError::Malformed { what: "an event that is no line", why: theirs() },
                "the upstream sent an event that is no line",
            ),
            (
                UpstreamError::Reported { message: theirs(), transient: true },
                "the upstream reported an error",
            ),
        ] {
            assert_eq!(error.to_string(), ours);
            let shown = error.show().to_string();
            assert!(shown.ends_with(": key sk-1\\n2026 INFO forged\\u{1b}[2J"), "{shown}");
        }
    }
}
