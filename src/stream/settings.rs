//! All that the page decides about a stream.

use super::{Ack, Cancel, Ending, retry::RetryPolicy};
use crate::{
    error::Error,
    fetch::{FormatOption, Request},
    sse::EventRef,
};
use alloc::{boxed::Box, string::String};
use futures::future::LocalBoxFuture;
use wasm_bindgen::JsValue;

/// Milliseconds until the response's headers, unless the page says otherwise.
pub(crate) const CONNECT_TIMEOUT: f64 = 30_000.0;

/// Milliseconds for a whole notification, unless the page says otherwise.
pub(crate) const ENDPOINT_TIMEOUT: f64 = 10_000.0;

pub(crate) struct Settings {
    pub(crate) request: Request,
    pub(crate) format: FormatOption,
    pub(crate) done: Option<Done>,
    pub(crate) retry: RetryMode,
    /// Milliseconds; `None` is no limit.
    pub(crate) connect_timeout: Option<f64>,
    pub(crate) idle_timeout: Option<f64>,
    /// Bytes.
    pub(crate) max_event_size: usize,
    pub(crate) last_event_id: String,
    pub(crate) pause_when_hidden: bool,
    pub(crate) cancel: Option<Cancel>,
    pub(crate) ack: Option<Ack>,
    pub(crate) hooks: Hooks,
}

/// The event that ends a stream and is not delivered.
pub(crate) enum Done {
    Data(String),
    Predicate(Box<DonePredicate>),
}

/// Which streams may be requested again.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum RetryMode {
    Never,
    /// GET, and whatever has a last event id: to repeat anything else could run the work twice.
    Safe(RetryPolicy),
    Always(RetryPolicy),
}

/// What `shouldRetry` says.
pub(crate) enum Verdict {
    No,
    Yes,
    After(f64),
}

/// What `onRetry` hears.
pub(crate) struct RetryInfo<'a> {
    /// The number of the attempt to come.
    pub(crate) attempt: u32,
    pub(crate) delay: f64,
    pub(crate) error: &'a Error,
}

type DonePredicate = dyn Fn(EventRef<'_>) -> Result<bool, JsValue>;
type CommentHook = dyn Fn(&str) -> Result<(), JsValue>;
type EndedHook = dyn Fn(Ending, Option<&Error>);
type RetryHook = dyn Fn(RetryInfo<'_>) -> Result<(), JsValue>;
type VerdictHook = dyn Fn(&Error, u32) -> Result<Verdict, JsValue>;
type OpenHook = dyn Fn(web_sys::Response) -> LocalBoxFuture<'static, Result<(), JsValue>>;

/// The page's callbacks. What they throw ends the stream.
#[derive(Default)]
pub(crate) struct Hooks {
    pub(crate) open: Option<Box<OpenHook>>,
    pub(crate) opened: Option<Box<dyn Fn(web_sys::Response)>>,
    /// The stream has ended; the backend may still have to be told.
    pub(crate) ended: Option<Box<EndedHook>>,
    /// The outcome is complete.
    pub(crate) closed: Option<Box<dyn Fn(Option<bool>)>>,
    /// Nothing of the stream is under way any more.
    pub(crate) settled: Option<Box<dyn Fn()>>,
    pub(crate) retry: Option<Box<RetryHook>>,
    pub(crate) comment: Option<Box<CommentHook>>,
    pub(crate) should_retry: Option<Box<VerdictHook>>,
}
