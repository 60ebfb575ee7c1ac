//! The errors of the Rust API, under the names that JavaScript uses too.

use super::text::ErrorText;
use alloc::{boxed::Box, string::String};
use core::{fmt, ops::Deref};
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

/// What went wrong. [`ErrorCode::as_str`] is the npm package's `StreamError.code`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorCode {
    /// `fetch`, or a read of the body, failed (no network, DNS, TLS, CORS, a reset), or the server
    /// ended a stream that was to go on.
    Network,
    /// The status was not a success.
    Http,
    /// The response is neither an event stream nor NDJSON.
    ContentType,
    /// No response headers within `connectTimeout`.
    ConnectTimeout,
    /// No byte within `idleTimeout`.
    IdleTimeout,
    /// An event outgrew `maxEventSize`.
    EventTooLarge,
    /// `retry.maxAttempts` attempts in a row failed; the cause is the last failure.
    RetriesExhausted,
    /// The [`AbortSignal`](crate::Builder::signal) was aborted: the cause is its reason.
    Aborted,
    /// The app's own code failed: the cause is what it failed with.
    Callback,
    /// The backend could not be told to stop: no event has named the job.
    NoJob,
    /// [`Builder::on_open`](crate::Builder::on_open) refused the response: the cause is its error.
    Refused,
    /// An option has a wrong type or value, or the URL does not parse.
    InvalidOptions,
    /// An event's data is not the JSON that was asked for.
    ParseJson,
    /// The model's API sent an error in the stream.
    Upstream,
    /// Nothing of what came was understood.
    UnknownFormat,
    /// The response's body can't be read.
    Unsupported,
}

impl ErrorCode {
    /// The code as JavaScript has it: `'idle-timeout'`.
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

/// A stream's failure: one pointer, so that results stay small.
#[derive(Clone, Debug)]
pub struct Error(Box<ErrorDetails>);

/// What an [`Error`] says.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ErrorDetails {
    /// What went wrong.
    pub code: ErrorCode,
    /// What happened and what to do. URLs in it have no query, fragment or user info.
    pub message: String,
    /// The response's status, if there was a response.
    pub status: Option<u16>,
    /// The response's headers, if there was a response.
    pub headers: Option<web_sys::Headers>,
    /// The start of a refused response's text: 64 KiB at most, and what came within a second.
    pub body: Option<String>,
    /// The attempt that failed, counted from 1; 0 before the first.
    pub attempt: u32,
    /// Whether the same request may succeed later.
    pub retryable: bool,
    /// What JavaScript threw, if that is behind it.
    pub cause: JsValue,
    /// The failure behind `retries-exhausted`.
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

    /// An error [`ErrorCode::Callback`] for the app's own closures to fail with: it ends the stream, and
    /// nothing is tried again.
    pub fn callback(cause: impl Into<JsValue>) -> Self {
        Self::new(ErrorCode::Callback, "the app's own code failed".into()).caused_by(cause.into())
    }

    pub(crate) fn details(&mut self) -> &mut ErrorDetails {
        &mut self.0
    }

    pub(crate) fn of_response(mut self, response: &web_sys::Response) -> Self {
        self.0.status = Some(response.status());
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

/// As [`Error::callback`]: so that closures can use `?` on what JavaScript throws.
impl From<JsValue> for Error {
    fn from(cause: JsValue) -> Self {
        Self::callback(cause)
    }
}

/// A request that can't be made, or was not answered. It has the code [`ErrorCode::Callback`].
#[cfg(feature = "gloo-net")]
impl From<gloo_net::Error> for Error {
    fn from(error: gloo_net::Error) -> Self {
        let mut converted = Self::callback(js_sys::Error::new(&alloc::format!("{error}")));
        converted.details().message = alloc::format!("{error}");
        converted
    }
}

/// As the npm package throws it: a JavaScript `Error` named `StreamError`, with the same members. What
/// the app's own code threw, and the reason of its signal, stay as they are.
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
