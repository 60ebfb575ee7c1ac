//! What window, worker and server runtimes have in common on their global object.

use alloc::string::String;
use js_sys::{Function, Reflect};
use wasm_bindgen::{JsCast, JsValue};

/// The global object if it dispatches events, as windows and workers do and Node does not.
pub(super) fn event_target() -> Option<web_sys::EventTarget> {
    let global = js_sys::global();
    let has_events = get(&global, "addEventListener").is_function();
    has_events.then(|| global.unchecked_into())
}

pub(super) fn fetch() -> Option<Function> {
    get(&js_sys::global(), "fetch").dyn_into().ok()
}

/// What relative URLs are relative to: the document's base, else the worker's address.
pub(super) fn base_url() -> Option<String> {
    let global = js_sys::global();
    let document = get(&get(&global, "document"), "baseURI").as_string();
    document.or_else(|| get(&get(&global, "location"), "href").as_string())
}

/// Whether the page is hidden. Workers are not.
pub(crate) fn page_is_hidden() -> bool {
    get(&get(&js_sys::global(), "document"), "hidden").is_truthy()
}

/// A property, `undefined` where there is none or where to read it throws.
pub(super) fn get(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &JsValue::from_str(name)).unwrap_or_default()
}
