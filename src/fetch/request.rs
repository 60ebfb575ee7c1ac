//! Options to what `fetch` takes, anew for each attempt.

use super::globals;
use crate::error::Error;
use alloc::string::String;
use js_sys::{Array, ArrayBuffer, Function, JSON, JsString, Object, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::JsFuture;

/// What a stream accepts, unless the page says otherwise.
pub(crate) const ACCEPT: &str = "text/event-stream, application/x-ndjson;q=0.9";

/// A value, or a function that is asked for it each time.
#[derive(Clone)]
pub(crate) enum Source {
    Value(JsValue),
    Function(Function),
}

impl From<JsValue> for Source {
    fn from(value: JsValue) -> Self {
        value.dyn_into().map_or_else(Self::Value, Self::Function)
    }
}

impl Source {
    /// The value. A function is called with `context`, and its promise awaited.
    pub(crate) async fn get(&self, context: &JsValue) -> Result<JsValue, Error> {
        match self {
            Self::Value(value) => Ok(value.clone()),
            Self::Function(function) => {
                let value = function.call1(&JsValue::UNDEFINED, context);
                settle(value.map_err(Error::callback)?).await.map_err(Error::callback)
            }
        }
    }
}

/// The value that a callback returned, or that its promise settles to.
pub(crate) async fn settle(value: JsValue) -> Result<JsValue, JsValue> {
    match value.dyn_into::<Promise>() {
        Ok(promise) => JsFuture::from(promise).await,
        // A thenable of another realm or library.
        Err(value) if is_thenable(&value) => JsFuture::from(Promise::resolve(&value)).await,
        Err(value) => Ok(value),
    }
}

fn is_thenable(value: &JsValue) -> bool {
    value.is_object() && globals::get(value, "then").is_function()
}

#[wasm_bindgen]
extern "C" {
    /// What `headers` and `body` functions are called with.
    #[wasm_bindgen(typescript_type = "AttemptContext")]
    pub(crate) type Attempt;
    #[wasm_bindgen(method, setter, structural)]
    fn set_attempt(this: &Attempt, attempt: u32);
    #[wasm_bindgen(method, setter, structural, js_name = "lastEventId")]
    fn set_last_event_id(this: &Attempt, id: &str);

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
    pub(super) fn body(this: &Init) -> JsValue;
    #[wasm_bindgen(method, setter, structural)]
    fn set_keepalive(this: &Init, keepalive: bool);
    #[wasm_bindgen(method, setter, structural)]
    pub(crate) fn set_signal(this: &Init, signal: &web_sys::AbortSignal);
}

impl Attempt {
    pub(crate) fn context(attempt: u32, last_event_id: &str) -> JsValue {
        let context: Attempt = Object::new().unchecked_into();
        context.set_attempt(attempt);
        context.set_last_event_id(last_event_id);
        context.into()
    }
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
    pub(crate) headers: Source,
    pub(crate) body: Source,
    /// The members that `fetch` gets as they are: `credentials`, `mode` and the like.
    pub(crate) init: Object,
    /// The function to call instead of the global `fetch`.
    pub(crate) fetch: Option<Function>,
    /// The value of `Accept` unless the page sets one.
    pub(crate) accept: Option<&'static str>,
}

impl Request {
    /// Whether it asks for nothing but an answer (RFC 9110, 9.2.1).
    pub(crate) fn is_safe(&self) -> bool {
        matches!(self.method.as_str(), "GET" | "HEAD")
    }

    /// Whether it can be sent again: a stream as its body is read only once.
    pub(crate) fn is_repeatable(&self) -> bool {
        match &self.body {
            Source::Value(body) => !body.is_instance_of::<web_sys::ReadableStream>(),
            Source::Function(_) => true,
        }
    }

    /// Lets the platform check all that does not change from attempt to attempt: `fetch` itself
    /// would report it as if the network had failed.
    pub(crate) fn check(&self) -> Result<(), Error> {
        let has_body = !matches!(&self.body, Source::Value(body) if body.is_undefined());
        if has_body && self.is_safe() {
            let advice = " request has no body: set `method: 'POST'`";
            return Err(Error::invalid(["a ", &self.method, advice].concat()));
        }
        // `fetch` refuses these too, but in words that repeat them.
        let has_secrets = web_sys::Url::new(&self.url)
            .is_ok_and(|url| !(url.username() + &url.password()).is_empty());
        if has_secrets {
            return Err(Error::invalid(
                "fetch refuses URLs with a user name or a password: send them in a header",
            ));
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
            Error::invalid(["fetch refuses these options: ", &reason].concat()).caused_by(cause)
        })
    }

    /// What does not change from attempt to attempt.
    fn base_init(&self) -> Init {
        let init: Init = Object::assign(&Object::new(), &self.init).unchecked_into();
        init.set_method(&self.method);
        init
    }

    /// What to give `fetch`, the callbacks asked.
    pub(crate) async fn prepare(
        &self,
        context: &JsValue,
        last_event_id: &str,
    ) -> Result<Init, Error> {
        let init = self.base_init();
        let headers = headers_of(&self.headers.get(context).await?)?;
        let (body, content_type) = encode_body(self.body.get(context).await?)?;

        set_default(&headers, "accept", self.accept);
        set_default(&headers, "content-type", content_type);
        // WHATWG HTML, 9.2.3: sent unless empty, UTF-8 encoded. `Headers` takes each byte as a
        // character, so the bytes are spread over characters.
        if !last_event_id.is_empty() {
            let bytes: String = last_event_id.bytes().map(char::from).collect();
            headers.set("Last-Event-ID", &bytes).map_err(|cause| {
                Error::invalid("the last event id can't be sent as a header").caused_by(cause)
            })?;
        }
        init.set_headers(&headers);
        if !body.is_undefined() {
            // Chromium wants it said that the upload does not wait for the response.
            if body.is_instance_of::<web_sys::ReadableStream>() {
                init.set_duplex("half");
            }
            init.set_body(&body);
        }
        Ok(init)
    }

    /// Calls `fetch`.
    pub(crate) fn send(&self, init: &Init) -> Result<Promise, Error> {
        let fetch = match &self.fetch {
            Some(fetch) => fetch.clone(),
            None => globals::fetch().ok_or_else(|| {
                Error::invalid("this runtime has no fetch: pass one as the option `fetch`")
            })?,
        };
        let response = fetch.call2(&JsValue::UNDEFINED, &self.url.as_str().into(), init);
        response
            .map(|response| Promise::resolve(&response))
            .map_err(|cause| self.unreachable(cause))
    }

    /// `fetch` tells scripts nothing but that it failed.
    pub(crate) fn unreachable(&self, cause: JsValue) -> Error {
        let reasons = " failed: the server can't be reached, the connection broke, or CORS \
                       forbids it (the server has to allow this origin and the request's headers, \
                       Last-Event-ID on reconnects included)";
        let message = [&self.method, " ", &display_url(&self.url), reasons].concat();
        Error::new(crate::error::ErrorCode::Network, message).retryable().caused_by(cause)
    }
}

pub(crate) fn headers_of(init: &JsValue) -> Result<web_sys::Headers, Error> {
    let headers = if init.is_undefined() || init.is_null() {
        web_sys::Headers::new()
    } else {
        web_sys::Headers::new_with_str_sequence_sequence(init)
    };
    headers.map_err(|cause| {
        Error::invalid("`headers` must be what the Headers constructor takes").caused_by(cause)
    })
}

pub(crate) fn set_default(headers: &web_sys::Headers, name: &str, value: Option<&str>) {
    if let Some(value) = value
        && headers.has(name) == Ok(false)
    {
        // Our own names and values are valid.
        let _ = headers.set(name, value);
    }
}

/// A body for `fetch` and the content type that it asks for, if `fetch` does not know it.
///
/// Plain objects and arrays become JSON; whatever else `fetch` takes stays as it is.
pub(crate) fn encode_body(body: JsValue) -> Result<(JsValue, Option<&'static str>), Error> {
    if body.is_undefined() || body.is_null() {
        return Ok((JsValue::UNDEFINED, None));
    }
    if is_plain(&body) {
        let json = JSON::stringify(&body)
            .map_err(|cause| Error::invalid("`body` can't be turned into JSON").caused_by(cause))?;
        return Ok((json.into(), Some("application/json")));
    }
    if body.is_string() || body.is_object() {
        return Ok((body, None));
    }
    Err(Error::invalid("`body` must be an object, an array, or what fetch takes as a body"))
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
pub(crate) fn resolve_url(url: &JsValue) -> Result<String, Error> {
    let text = url
        .as_string()
        .or_else(|| url.dyn_ref::<web_sys::Url>().map(web_sys::Url::href))
        .ok_or_else(|| Error::invalid("the URL must be a string or a URL"))?;
    let parsed = match globals::base_url() {
        Some(base) => web_sys::Url::new_with_base(&text, &base),
        None => web_sys::Url::new(&text),
    };
    parsed.map(|url| url.href()).map_err(|cause| {
        Error::invalid("the URL does not parse: pass an absolute URL, or one relative to the page")
            .caused_by(cause)
    })
}

/// The URL without the parts that may hold secrets.
pub(crate) fn display_url(url: &str) -> String {
    match web_sys::Url::new(url) {
        Ok(url) if url.origin() == "null" => url.protocol(),
        Ok(url) => url.origin() + &url.pathname(),
        Err(_) => "the URL".into(),
    }
}
