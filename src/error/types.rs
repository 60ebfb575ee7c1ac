//! The errors of the Rust API, under the names that JavaScript uses too.

use super::text::ErrorText;
use alloc::{boxed::Box, string::String};
use core::{fmt, ops::Deref};
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

/// The kind of an [`Error`]. [`ErrorCode::as_str`] returns the npm package's `StreamError.code`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorCode {
    /// `fetch` or a read of the body failed (no network, DNS, TLS, CORS, a reset), or the server ended
    /// a stream that should have continued.
    Network,
    /// The response has no success status.
    Http,
    /// The response is neither an event stream nor NDJSON.
    ContentType,
    /// No response headers arrived within [`Builder::connect_timeout`](crate::Builder::connect_timeout).
    ConnectTimeout,
    /// No byte arrived within [`Builder::idle_timeout`](crate::Builder::idle_timeout).
    IdleTimeout,
    /// An event is larger than [`Builder::max_event_size`](crate::Builder::max_event_size).
    EventTooLarge,
    /// [`RetryPolicy::max_attempts`](crate::RetryPolicy::max_attempts) attempts in a row failed; the
    /// source is the last failure.
    RetriesExhausted,
    /// The [`AbortSignal`](crate::Builder::signal) was aborted; the cause is its reason.
    Aborted,
    /// The app's own code failed; the cause is its error.
    Callback,
    /// The backend could not be told to stop, because no event named the job.
    NoJob,
    /// [`Builder::on_open`](crate::Builder::on_open) refused the response; the cause is its error.
    Refused,
    /// An option has a wrong type or value, or the URL does not parse.
    InvalidOptions,
    /// The data of an event is not JSON, or not JSON of the expected type.
    ParseJson,
    /// The model's API sent an error in the stream.
    Upstream,
    /// Nothing in the response was understood.
    UnknownFormat,
    /// The response's body can't be read.
    Unsupported,
}

impl ErrorCode {
    /// Returns the code as a string, such as `"idle-timeout"`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Network => "network",
            Self::Http => "http",
            Self::ContentType => "content-type",
            Self::ConnectTimeout => "connect-timeout",
            Self::IdleTimeout => "idle-timeout",
            Self::EventTooLarge => "event-too-large",
            Self::RetriesExhausted => "retries-exhausted",
            Self::Aborted => "aborted",
            Self::Callback => "callback",
            Self::NoJob => "no-job",
            Self::Refused => "refused",
            Self::InvalidOptions => "invalid-options",
            Self::ParseJson => "parse-json",
            Self::Upstream => "upstream",
            Self::UnknownFormat => "unknown-format",
            Self::Unsupported => "unsupported",
        }
    }
}

/// The error of a stream. It is the size of a pointer, and dereferences to [`ErrorDetails`].
#[derive(Clone, Debug)]
pub struct Error(Box<ErrorDetails>);

/// The members of an [`Error`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ErrorDetails {
    /// The kind of error.
    pub code: ErrorCode,
    /// What happened, and what to do. URLs are shown without query, fragment and user info.
    pub message: String,
    /// The response's status, if there was a response.
    pub status: Option<u16>,
    /// The response's headers, if there was a response.
    pub headers: Option<web_sys::Headers>,
    /// The start of a refused response's text: at most 64 KiB, and what arrived within a second.
    pub body: Option<String>,
    /// The attempt that failed, starting at 1; 0 before the first attempt.
    pub attempt: u32,
    /// Whether the same request may succeed later.
    pub retryable: bool,
    /// The JavaScript value that caused the error, or `undefined`.
    pub cause: JsValue,
    /// The last failure, for [`ErrorCode::RetriesExhausted`].
    pub source: Option<Error>,
}

impl Error {
    pub(crate) fn new(code: ErrorCode, message: String) -> Self {
        Self(Box::new(ErrorDetails {
            code,
            message,
            status: None,
            headers: None,
            body: None,
            attempt: 0,
            retryable: false,
            cause: JsValue::UNDEFINED,
            source: None,
        }))
    }

    pub(crate) fn invalid(text: ErrorText, detail: &str) -> Self {
        Self::new(ErrorCode::InvalidOptions, text.with(detail, ""))
    }

    pub(crate) fn caused_by(mut self, cause: JsValue) -> Self {
        self.0.cause = cause;
        self
    }

    /// Creates an error [`ErrorCode::Callback`] for closures of the app to return. It ends the stream
    /// without a retry.
    pub fn callback(cause: impl Into<JsValue>) -> Self {
        Self::new(ErrorCode::Callback, "the app's own code failed".into()).caused_by(cause.into())
    }

    pub(crate) fn details(&mut self) -> &mut ErrorDetails {
        &mut self.0
    }

    pub(crate) fn of_response(mut self, response: &web_sys::Response) -> Self {
        self.0.status = Some(crate::fetch::status_of(response));
        self.0.headers = Some(response.headers());
        self
    }
}

#[wasm_bindgen]
extern "C" {
    /// A number in a message, as JavaScript writes it.
    #[wasm_bindgen(js_name = String)]
    pub(crate) fn decimal(number: f64) -> String;
}

/// Converts as [`Error::callback`] does, so that closures can use `?` on JavaScript errors.
impl From<JsValue> for Error {
    fn from(cause: JsValue) -> Self {
        Self::callback(cause)
    }
}

/// Converts the error of a request that could not be made or was not answered into one with the code
/// [`ErrorCode::Callback`].
#[cfg(feature = "gloo-net")]
impl From<gloo_net::Error> for Error {
    fn from(error: gloo_net::Error) -> Self {
        let mut converted = Self::callback(js_sys::Error::new(&alloc::format!("{error}")));
        converted.details().message = alloc::format!("{error}");
        converted
    }
}

/// Converts to the error that the npm package throws: a JavaScript `Error` named `StreamError`, with the
/// same members. Errors of the app's own code, and the reason of its signal, are returned unchanged.
impl From<Error> for JsValue {
    fn from(error: Error) -> Self {
        if matches!(error.code, ErrorCode::Callback | ErrorCode::Aborted) {
            return error.cause.clone();
        }
        let object = js_sys::Error::new(&error.message);
        object.set_name("StreamError");
        let cause = error.source.clone().map_or_else(|| error.cause.clone(), Self::from);
        if !cause.is_undefined() {
            object.set_cause(&cause);
        }
        let members: [(&str, Self); 6] = [
            ("code", error.code.as_str().into()),
            ("status", error.status.into()),
            ("headers", error.headers.clone().into()),
            ("body", error.body.clone().into()),
            ("attempt", error.attempt.into()),
            ("retryable", error.retryable.into()),
        ];
        for (name, value) in members {
            // Fails for no object that is new.
            let _ = js_sys::Reflect::set(&object, &name.into(), &value);
        }
        object.into()
    }
}

impl Deref for Error {
    type Target = ErrorDetails;

    fn deref(&self) -> &ErrorDetails {
        &self.0
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl core::error::Error for Error {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        self.source.as_ref().map(|source| source as _)
    }
}
