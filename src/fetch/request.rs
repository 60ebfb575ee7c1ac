//! Turns the options into what `fetch` takes, again for each attempt.

use super::globals;
use crate::error::{Error, ErrorCode, text::ErrorText};
use alloc::string::String;
use js_sys::{Array, ArrayBuffer, Function, JSON, JsString, Object, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};

/// What a stream accepts, unless the page says otherwise.
const ACCEPT: &str = "text/event-stream, application/x-ndjson;q=0.9";

/// Objects that `fetch` would send as their names.
const NO_BODIES: [&str; 7] =
    ["Map]", "Set]", "Ref]", "Promise]", "Iterator]", "Generator]", "Function]"];

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
    fn set_headers(this: &Init, headers: &web_sys::Headers);
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
    /// Lets the request outlive the page, unless its body is a string of more than `limit` UTF-16
    /// units: larger ones are refused.
    pub(crate) fn keep_alive(&self, limit: u32) {
        let body = self.body();
        if body.dyn_ref::<JsString>().is_none_or(|text| text.length() <= limit) {
            self.set_keepalive(true);
        }
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
        // Not by its class: it may be of another realm.
        !globals::get(&self.body, "getReader").is_function()
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

    /// Calls `fetch`.
    pub(crate) fn send(&self, init: &Init) -> Result<Promise, Error> {
        let fetch = self.fetch.clone().or_else(globals::fetch);
        let fetch = fetch.ok_or_else(|| Error::invalid(ErrorText::NoFetch, ""))?;
        let response = fetch.call2(&JsValue::UNDEFINED, &self.url.as_str().into(), init);
        response
            .map(|response| Promise::resolve(&response))
            .map_err(|cause| self.unreachable(cause))
    }

    pub(crate) fn unreachable(&self, cause: JsValue) -> Error {
        let message = ErrorText::Unreachable.with(&self.method, &display_url(&self.url));
        Error::new(ErrorCode::Network, message).caused_by(cause)
    }
}

/// Checked headers, of what the `Headers` constructor takes.
pub(crate) fn headers_of(pairs: &JsValue) -> Result<web_sys::Headers, Error> {
    web_sys::Headers::new_with_str_sequence_sequence(pairs)
        .map_err(|cause| Error::invalid(ErrorText::BadHeaders, "").caused_by(cause))
}

/// A body for `fetch` and the content type that it asks for, if `fetch` does not know it.
///
/// Turns plain objects and arrays into JSON. Other values that `fetch` accepts are left unchanged.
pub(crate) fn encode_body(body: JsValue) -> Result<(JsValue, Option<&'static str>), Error> {
    if body.is_undefined() || body.is_null() {
        return Ok((JsValue::UNDEFINED, None));
    }
    if is_plain(&body) {
        let json = JSON::stringify(&body)
            .map_err(|cause| Error::invalid(ErrorText::NoJson, "").caused_by(cause))?;
        return Ok((json.into(), Some("application/json")));
    }
    let tag = tag_of(&body);
    let is_nothing = NO_BODIES.iter().any(|end| tag.ends_with(end));
    if body.is_string() || body.is_object() && !is_nothing {
        return Ok((body, None));
    }
    Err(Error::invalid(ErrorText::BadBody, &tag))
}

fn is_plain(value: &JsValue) -> bool {
    if !value.is_object() || ArrayBuffer::is_view(value) {
        return false;
    }
    // Objects of another realm have another `Object.prototype`, whose own prototype is null, too.
    Array::is_array(value) || {
        let prototype = Object::get_prototype_of(value);
        prototype.is_null() || Object::get_prototype_of(&prototype).is_null()
    }
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
