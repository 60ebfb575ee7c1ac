//! Turns the options into what `fetch` takes, again for each attempt.

use super::globals;
use crate::error::{Error, ErrorCode, text::ErrorText};
use alloc::string::String;
use js_sys::{Array, ArrayBuffer, Function, JSON, Object, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};

/// What a stream accepts, unless the page says otherwise.
const ACCEPT: &str = "text/event-stream, application/x-ndjson;q=0.9";

#[wasm_bindgen]
extern "C" {
    /// `[object Map]` for a `Map` of any realm.
    #[wasm_bindgen(js_namespace = ["Object", "prototype", "toString"], js_name = call)]
    pub(crate) fn tag_of(value: &JsValue) -> String;

    /// `fetch`'s second argument.
    pub(crate) type Init;
    #[wasm_bindgen(method, setter, structural)]
    fn set_method(this: &Init, method: &str);
    #[wasm_bindgen(method, setter, structural)]
    fn set_headers(this: &Init, headers: &JsValue);
    #[wasm_bindgen(method, getter, structural)]
    fn headers(this: &Init) -> web_sys::Headers;
    #[wasm_bindgen(method, setter, structural)]
    fn set_body(this: &Init, body: &JsValue);
    #[wasm_bindgen(method, setter, structural)]
    fn set_duplex(this: &Init, duplex: &str);
    #[wasm_bindgen(method, getter, structural)]
    fn body(this: &Init) -> JsValue;
    #[wasm_bindgen(method, setter, structural)]
    fn set_keepalive(this: &Init, keepalive: bool);
    #[wasm_bindgen(method, setter, structural)]
    pub(crate) fn set_signal(this: &Init, signal: &web_sys::AbortSignal);
}

impl Init {
    /// Lets the request outlive the page, unless its body is a stream or has more than `limit` bytes:
    /// those are refused.
    pub(crate) fn keep_alive(&self, limit: usize) {
        let body = self.body();
        let number = |name| globals::get(&body, name).as_f64();
        let size = match (body.as_string(), number("byteLength")) {
            (Some(text), _) => text.len() as f64,
            (_, Some(length)) => length,
            // A `Blob` has a size; that of a `URLSearchParams` is none of bytes, but it is its text.
            _ if body.is_object() => {
                let text = body.unchecked_ref::<Object>().to_string();
                number("size").unwrap_or_default().max(f64::from(text.length()))
            }
            _ => 0.0,
        };
        let is_stream = !globals::get(self, "duplex").is_undefined();
        self.set_keepalive(!is_stream && size <= limit as f64);
    }
}

/// A request that can be sent any number of times.
pub(crate) struct Request {
    pub(crate) url: String,
    pub(crate) method: String,
    /// An array of pairs, checked.
    pub(crate) headers: Array,
    /// As `fetch` takes it, `undefined` for none.
    pub(crate) body: JsValue,
    /// The members that are passed to `fetch` unchanged: `credentials`, `mode` and the like.
    pub(crate) init: Object,
    /// Instead of the global one.
    pub(crate) fetch: Option<Function>,
}

impl Request {
    /// Whether it asks for nothing but an answer (RFC 9110, 9.2.1).
    pub(crate) fn is_safe(&self) -> bool {
        matches!(self.method.as_str(), "GET" | "HEAD")
    }

    /// Whether it can be sent again: a stream as its body is read only once.
    pub(crate) fn is_repeatable(&self) -> bool {
        !is_stream(&self.body)
    }

    /// Lets the platform check all that does not change from attempt to attempt: `fetch` itself
    /// would report it as if the network had failed.
    pub(crate) fn check(&self) -> Result<(), Error> {
        if !self.body.is_undefined() && self.is_safe() {
            return Err(Error::invalid(ErrorText::BodyOfGet, &self.method));
        }
        let has_secrets = web_sys::Url::new(&self.url)
            .is_ok_and(|url| !(url.username() + &url.password()).is_empty());
        if has_secrets {
            return Err(Error::invalid(ErrorText::Secrets, ""));
        }
        // WHATWG HTML, 9.2.2: an event source's requests have the cache mode "no-store".
        if Reflect::has(&self.init, &"cache".into()) == Ok(false) {
            let _ = Reflect::set(&self.init, &"cache".into(), &"no-store".into());
        }
        let init = self.base_init();
        let checked = web_sys::Request::new_with_str_and_init(&self.url, init.unchecked_ref());
        checked.map(drop).map_err(|cause| {
            let reason = cause.dyn_ref::<js_sys::Error>().map(js_sys::Error::message);
            let reason = reason.map(String::from).unwrap_or_default();
            Error::invalid(ErrorText::BadRequest, &reason).caused_by(cause)
        })
    }

    /// What does not change from attempt to attempt.
    fn base_init(&self) -> Init {
        let init: Init = Object::assign(&Object::new(), &self.init).unchecked_into();
        init.set_method(&self.method);
        init
    }

    /// What to pass to `fetch`.
    pub(crate) fn prepare(&self) -> Result<(Init, web_sys::Headers), Error> {
        let init = self.base_init();
        let headers = headers_of(&self.headers)?;
        init.set_headers(&headers);
        if !self.body.is_undefined() {
            // Chromium wants it said that the upload does not wait for the response.
            if !self.is_repeatable() {
                init.set_duplex("half");
            }
            init.set_body(&self.body);
        }
        Ok((init, headers))
    }

    /// As `prepare`, for an attempt to open a stream.
    pub(crate) fn prepare_stream(&self, last_event_id: &str) -> Result<Init, Error> {
        let (init, headers) = self.prepare()?;
        if headers.has("accept") == Ok(false) {
            // Our own names and values are valid.
            let _ = headers.set("accept", ACCEPT);
        }
        // WHATWG HTML, 9.2.3: sent unless empty, UTF-8 encoded. `Headers` takes each byte as a
        // character, so the bytes are spread over characters.
        if !last_event_id.is_empty() {
            // RFC 9110, 5.5: servers refuse control characters, and Node's `fetch` reports them as
            // if the network had failed.
            if last_event_id.bytes().any(|byte| byte.is_ascii_control() && byte != b'\t') {
                return Err(Error::invalid(ErrorText::BadId, ""));
            }
            let bytes: String = last_event_id.bytes().map(char::from).collect();
            // Without control characters, any value is valid.
            let _ = headers.set("Last-Event-ID", &bytes);
        }
        Ok(init)
    }

    /// Calls `fetch`. What it throws is a rejection, too.
    pub(crate) fn send(&self, init: &Init) -> Result<Promise, Error> {
        let fetch = self.fetch.clone().or_else(globals::fetch);
        let fetch = fetch.ok_or_else(|| Error::invalid(ErrorText::NoFetch, ""))?;
        // A record: wrappers and polyfills know no `Headers` but their own.
        if let Ok(record) = Object::from_entries(&init.headers()) {
            init.set_headers(&record);
        }
        let response = fetch.call2(&JsValue::UNDEFINED, &self.url.as_str().into(), init);
        Ok(match response {
            Ok(response) => Promise::resolve(&response),
            Err(cause) => Promise::reject(&cause),
        })
    }

    pub(crate) fn unreachable(&self, cause: JsValue) -> Error {
        let message = ErrorText::Unreachable.with(&self.method, &display_url(&self.url));
        Error::new(ErrorCode::Network, message).caused_by(cause)
    }
}

/// Checked headers, of what the `Headers` constructor takes.
pub(crate) fn headers_of(pairs: &JsValue) -> Result<web_sys::Headers, Error> {
    let pairs = if pairs.is_null() { &JsValue::UNDEFINED } else { pairs };
    web_sys::Headers::new_with_str_sequence_sequence(pairs)
        .map_err(|cause| Error::invalid(ErrorText::BadHeaders, "").caused_by(cause))
}

/// A body for `fetch` and the content type that it asks for, if `fetch` does not know it.
///
/// Leaves what `fetch` accepts unchanged; other objects become JSON, as `JSON.stringify` writes them.
pub(crate) fn encode_body(body: JsValue) -> Result<(JsValue, Option<&'static str>), Error> {
    if body.is_undefined() || body.is_null() {
        return Ok((JsValue::UNDEFINED, None));
    }
    let is_body = is_native(&body);
    let is_locked = globals::get(&body, "locked").is_truthy();
    if is_body && !is_locked {
        return Ok((body, None));
    }
    let tag = tag_of(&body);
    let json = JSON::stringify(&body);
    // Nothing is left of a `Map`, an `Error`, an iterator.
    let is_nothing = json.as_ref().is_ok_and(|json| *json == "{}")
        && tag != "[object Object]"
        && !has(&body, &["toJSON"]);
    if is_body || is_nothing || !body.is_object() {
        return Err(Error::invalid(ErrorText::BadBody, &tag));
    }
    match json {
        Ok(json) if json.is_string() => Ok((json.into(), Some("application/json"))),
        Ok(_) => Err(Error::invalid(ErrorText::NoJson, "")),
        Err(cause) => Err(Error::invalid(ErrorText::NoJson, "").caused_by(cause)),
    }
}

/// Whether `fetch`, of whatever realm or library, takes it as a body.
fn is_native(body: &JsValue) -> bool {
    let tag = tag_of(body);
    if body.is_string() || ArrayBuffer::is_view(body) || tag.ends_with("ArrayBuffer]") {
        return true;
    }
    if has(body, &["toJSON"]) || Array::is_array(body) {
        return false;
    }
    let is_form = has(body, &["append"]) && has(body, &["getAll", "getParts", "getBoundary"]);
    let is_blob = has(body, &["slice"]) && globals::get(body, "size").as_f64().is_some();
    is_form || is_blob || is_stream(body)
}

/// Whether a body can be read only once. Not by its class: it may be of another realm.
pub(crate) fn is_stream(body: &JsValue) -> bool {
    has(body, &["getReader"])
}

/// Whether a value has one of these methods.
fn has(value: &JsValue, names: &[&str]) -> bool {
    names.iter().any(|name| globals::get(value, name).is_function())
}

/// The absolute URL.
pub(crate) fn resolve_url(url: &str) -> Result<String, Error> {
    let parsed = match globals::base_url() {
        Some(base) => web_sys::Url::new_with_base(url, &base),
        None => web_sys::Url::new(url),
    };
    let invalid = || Error::invalid(ErrorText::BadUrl, "");
    let href = parsed.map_err(|cause| invalid().caused_by(cause))?.href();
    // Of `localhost:3000`, the host is the scheme.
    let is_port = |rest: &str| rest.starts_with(|first: char| first.is_ascii_digit());
    if href.split_once(':').is_some_and(|(_, rest)| is_port(rest)) {
        return Err(invalid());
    }
    Ok(href)
}

/// The URL without the parts that may hold secrets.
pub(crate) fn display_url(url: &str) -> String {
    match web_sys::Url::new(url) {
        Ok(url) if url.origin() == "null" => url.protocol(),
        Ok(url) => url.origin() + &url.pathname(),
        Err(_) => "the URL".into(),
    }
}
