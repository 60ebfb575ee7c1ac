//! What the driver of the Rust API needs to know, besides its machine.

use super::{
    context::{Context, FindCursor, FindJob, RetryDecision, RetryInfo},
    template::{Endpoint, Template},
};
use crate::{error::Error, sse::EventRef};
use alloc::{boxed::Box, string::String, vec::Vec};
use core::cell::Cell;
use futures::future::LocalBoxFuture;
use wasm_bindgen::JsValue;

/// Finds the event that ends the stream. Fails with what the app's own code threw.
pub(crate) type DonePredicate = dyn Fn(EventRef<'_>) -> Result<bool, Error>;
/// Returns headers for an attempt.
pub(super) type GetHeaders =
    dyn Fn(Context) -> LocalBoxFuture<'static, Result<Vec<(String, String)>, Error>>;
/// Returns the body of an attempt.
pub(super) type GetBody = dyn Fn(Context) -> LocalBoxFuture<'static, Result<JsValue, Error>>;
pub(super) type OnOpen = dyn Fn(web_sys::Response) -> LocalBoxFuture<'static, Result<(), Error>>;

pub(super) type OnRetry = dyn Fn(&RetryInfo) -> Result<(), Error>;
pub(super) type OnComment = dyn Fn(&str) -> Result<(), Error>;
pub(super) type ShouldRetry = dyn Fn(&Error, u32) -> Result<RetryDecision, Error>;

/// What the app does at certain moments.
#[derive(Default)]
pub(super) struct Hooks {
    pub(super) is_done: Option<Box<DonePredicate>>,
    pub(super) headers: Option<Box<GetHeaders>>,
    pub(super) body: Option<Box<GetBody>>,
    pub(super) on_open: Option<Box<OnOpen>>,
    pub(super) on_retry: Option<Box<OnRetry>>,
    pub(super) on_comment: Option<Box<OnComment>>,
    pub(super) should_retry: Option<Box<ShouldRetry>>,
    pub(super) find_job: Option<Box<FindJob>>,
    pub(super) cursor: Option<Box<FindCursor>>,
}

/// The options that the machine need not know.
pub(super) struct Settings {
    pub(super) request: Template,
    pub(super) resume: Option<Endpoint>,
    pub(super) hooks: Hooks,
    /// Milliseconds.
    pub(super) connect_timeout: f64,
    pub(super) idle_timeout: f64,
    /// Bytes.
    pub(super) max_event_size: usize,
    pub(super) signal: Option<web_sys::AbortSignal>,
    /// Instead of the answer of a request.
    pub(super) given: Cell<Option<web_sys::Response>>,
}
