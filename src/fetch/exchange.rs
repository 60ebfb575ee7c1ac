//! The guard of one request and its response.

use super::{
    Body, globals,
    request::{Init, Request, tag_of},
    response::read_start,
};
use crate::error::{Error, ErrorCode, text::ErrorText};
use alloc::rc::Rc;
use js_sys::Promise;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};

/// One request. Dropping it aborts whatever of it is still under way.
pub(crate) struct Exchange(web_sys::AbortController);

impl Exchange {
    pub(crate) fn new() -> Result<Self, Error> {
        web_sys::AbortController::new()
            .map(Self)
            .map_err(|_| Error::invalid(ErrorText::NoFetch, ""))
    }

    /// Aborts whatever of it is still under way.
    pub(crate) fn abort(&self) {
        self.0.abort();
    }

    /// Nothing more of the response is wanted, but its server may still be writing: closed early, it would
    /// take the page for gone. Lets it end, for a moment.
    pub(crate) fn drain(self: Rc<Self>, body: Rc<Body>) {
        spawn_local(async move {
            read_start(&body).await;
            drop((body, self));
        });
    }

    /// Sends the request, and returns the response once its headers are there.
    pub(crate) async fn send(
        &self,
        request: &Request,
        init: &Init,
    ) -> Result<web_sys::Response, Error> {
        init.set_signal(&self.0.signal());
        // Not by its class: the page's own `fetch` may return a response of another realm or a
        // look-alike.
        let is_response =
            |value: &JsValue| globals::get(&globals::get(value, "headers"), "get").is_function();
        let response = JsFuture::from(request.send(init)?).await.or_else(|cause| {
            // Code over `fetch` throws what has an error status, or an error with it.
            let deeper = globals::get(&cause, "response");
            let thrown = [&cause, &deeper].into_iter().find(|value| is_response(value)).cloned();
            thrown.ok_or_else(|| request.unreachable(cause))
        })?;
        if is_response(&response) {
            return Ok(response.unchecked_into());
        }
        let message = ["`fetch` returned ", &tag_of(&response), ", not a Response"].concat();
        Err(Error::new(ErrorCode::InvalidOptions, message))
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        self.abort();
    }
}

/// Returns why a signal was aborted. Those of polyfills have no reason: then it is an `AbortError`.
pub(crate) fn reason_of_abort(signal: &web_sys::AbortSignal) -> JsValue {
    let reason = globals::get(signal, "reason");
    if !reason.is_undefined() {
        return reason;
    }
    let (text, name) = ("the signal was aborted", "AbortError");
    let error = web_sys::DomException::new_with_message_and_name(text, name);
    error.map_or_else(|cause| cause, JsValue::from)
}

/// Ignores the result of a promise.
pub(crate) fn discard(promise: Promise) {
    spawn_local(async move {
        let _ = JsFuture::from(promise).await;
    });
}
