//! The way out for pages that are going away in browsers without `keepalive`.

use super::{Init, globals::get};
use js_sys::{Array, Function, Reflect};
use wasm_bindgen::{JsCast, JsValue};

/// Whether `fetch` knows `keepalive`.
pub(crate) fn knows_keepalive() -> bool {
    let prototype = get(&get(&js_sys::global(), "Request"), "prototype");
    Reflect::has(&prototype, &"keepalive".into()) == Ok(true)
}

/// `navigator.sendBeacon`: a POST without headers but the body's type. Gives whether it was queued.
pub(crate) fn send_beacon(url: &str, init: &Init) -> bool {
    let body = match init.body().as_string() {
        Some(text) => json_blob(&text),
        None => init.body(),
    };
    queue(url, &body).unwrap_or(false)
}

fn json_blob(text: &str) -> JsValue {
    let options = web_sys::BlobPropertyBag::new();
    options.set_type("application/json");
    let parts = Array::of1(&text.into());
    web_sys::Blob::new_with_str_sequence_and_options(&parts, &options)
        .map_or(text.into(), Into::into)
}

fn queue(url: &str, body: &JsValue) -> Result<bool, JsValue> {
    let navigator = get(&js_sys::global(), "navigator");
    let send: Function = get(&navigator, "sendBeacon").dyn_into()?;
    send.call2(&navigator, &url.into(), body).map(|queued| queued.is_truthy())
}
