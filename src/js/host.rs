//! What the npm package's TypeScript does for us: objects of its classes.

use alloc::string::String;
use js_sys::Array;
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

#[wasm_bindgen]
extern "C" {
    /// `Host` of `pkg/src/host.ts`, one a stream.
    #[derive(Clone)]
    pub type Host;

    /// Cuts a batch into events. The pointers are into the module's memory and hold for the call.
    #[wasm_bindgen(method)]
    pub(super) fn cut(
        this: &Host,
        text: *const u8,
        text_length: usize,
        table: *const u32,
        table_length: usize,
    ) -> Array;

    /// A `StreamError`.
    #[wasm_bindgen(method)]
    pub(super) fn error(
        this: &Host,
        code: &str,
        message: &str,
        status: Option<u16>,
        headers: Option<web_sys::Headers>,
        body: Option<String>,
        attempt: u32,
        retryable: bool,
        cause: &JsValue,
    ) -> JsValue;

    /// A `ServerSentEvent`.
    #[wasm_bindgen(method)]
    pub(super) fn event(this: &Host, event_type: &str, data: &str, last_event_id: &str) -> JsValue;

    /// What `onRetry` is called with.
    #[wasm_bindgen(method)]
    pub(super) fn retry(this: &Host, attempt: u32, delay: f64, error: &JsValue) -> JsValue;

    /// The event that the consumer got last, `undefined` before the first.
    #[wasm_bindgen(method, getter, js_name = "lastEvent")]
    pub(super) fn last_event(this: &Host) -> JsValue;

    /// The id to resume from: of what the consumer got, not of what is decoded.
    #[wasm_bindgen(method, getter, js_name = "lastEventId")]
    pub(super) fn last_event_id(this: &Host) -> String;

    /// The stream has its response.
    #[wasm_bindgen(method)]
    pub(super) fn opened(this: &Host, response: &web_sys::Response);

    /// The stream has ended. Called once; nothing more is handed out.
    #[wasm_bindgen(method)]
    pub(super) fn ended(this: &Host, ending: &str, error: &JsValue);

    /// The backend is told, if it was to be. Called once, after `ended`.
    #[wasm_bindgen(method)]
    pub(super) fn closed(this: &Host, notified: Option<bool>);

    /// Nothing of the stream is under way any more: it can be freed.
    #[wasm_bindgen(method)]
    pub(super) fn settled(this: &Host);
}
