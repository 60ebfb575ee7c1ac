//! The options of the Rust API.

use super::{
    EventStream,
    cancel::Cancel,
    config::{CancelOn, RetryMode, StreamConfig},
    driver::{DonePredicate, Driver, Settings},
    machine::Machine,
    retry::RetryPolicy,
};
use crate::{
    error::Error,
    fetch::{Request, display_url, encode_body, headers_of, resolve_url},
    sse::{DEFAULT_MAX_EVENT_SIZE, Decoder, EventRef, Format},
};
use alloc::{boxed::Box, string::String};
use core::{fmt, time::Duration};
use js_sys::{Array, Object, Reflect};
use wasm_bindgen::JsValue;

/// Milliseconds until the response's headers, unless the page says otherwise.
const CONNECT_TIMEOUT: f64 = 30_000.0;

/// Milliseconds for a whole notification, unless the page says otherwise.
const ENDPOINT_TIMEOUT: f64 = 10_000.0;

/// What a request is made of besides its URL.
struct Parts {
    method: String,
    headers: Array,
    body: JsValue,
    /// The body's, if `fetch` does not know it.
    content_type: Option<&'static str>,
}

impl Parts {
    fn new(method: &str) -> Self {
        Self {
            method: method.into(),
            headers: Array::new(),
            body: JsValue::UNDEFINED,
            content_type: None,
        }
    }

    /// Fetch, "normalize a method": only these six; `patch` stays as it is.
    fn method(&mut self, method: &str) {
        let known = ["DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"];
        let found = known.into_iter().find(|known| known.eq_ignore_ascii_case(method));
        self.method = found.unwrap_or(method).into();
    }

    fn header(&mut self, name: &str, value: &str) {
        self.headers.push(&Array::of2(&name.into(), &value.into()));
    }

    fn body(&mut self, body: JsValue) {
        self.body = body;
        self.content_type = None;
    }

    #[cfg(feature = "serde")]
    fn json(&mut self, body: &impl serde::Serialize) -> Result<(), Error> {
        let serializer = serde_wasm_bindgen::Serializer::json_compatible();
        let error =
            |cause| Error::invalid(crate::error::text::ErrorText::NoJson, "").caused_by(cause);
        let value = body.serialize(&serializer).map_err(|cause| error(cause.into()))?;
        let json = js_sys::JSON::stringify(&value).map_err(error)?;
        self.body = json.into();
        self.content_type = Some("application/json");
        Ok(())
    }

    /// A request of it, checked.
    fn into_request(self, url: &str, init: Object) -> Result<Request, Error> {
        let headers = headers_of(&self.headers)?;
        let (body, body_type) = encode_body(self.body)?;
        if let Some(content_type) = self.content_type.or(body_type)
            && headers.has("content-type") == Ok(false)
        {
            self.headers.push(&Array::of2(&"content-type".into(), &content_type.into()));
        }
        let (url, method) = (resolve_url(url)?, self.method);
        Ok(Request { url, method, headers: self.headers, body, init })
    }
}

/// How the backend is told to stop its work. Default: POST, no headers, no body, 10 s.
#[must_use = "give it to `Builder::cancel`"]
pub struct CancelRequest {
    url: String,
    parts: Parts,
    timeout: f64,
}

impl CancelRequest {
    /// To this URL, absolute or relative to the page.
    pub fn to(url: &str) -> Self {
        Self { url: url.into(), parts: Parts::new("POST"), timeout: ENDPOINT_TIMEOUT }
    }

    /// The method instead of POST.
    pub fn method(mut self, method: &str) -> Self {
        self.parts.method(method);
        self
    }

    /// Adds a header. The stream's own headers are not sent along.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.parts.header(name, value);
        self
    }

    /// A body as `fetch` takes it: a string, a `Blob`, `FormData`.
    pub fn body(mut self, body: impl Into<JsValue>) -> Self {
        self.parts.body(body.into());
        self
    }

    /// A body in JSON.
    ///
    /// # Errors
    /// [`InvalidOptions`](crate::ErrorCode::InvalidOptions) if it can't be serialized.
    #[cfg(feature = "serde")]
    pub fn json(mut self, body: &impl serde::Serialize) -> Result<Self, Error> {
        self.parts.json(body)?;
        Ok(self)
    }

    /// How long the whole exchange may take.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = milliseconds(timeout);
        self
    }

    /// Its credentials are the stream's.
    fn into_cancel(self, stream: &Object) -> Result<Cancel, Error> {
        let init = Object::new();
        let credentials = JsValue::from("credentials");
        if let Ok(value) = Reflect::get(stream, &credentials)
            && !value.is_undefined()
        {
            let _ = Reflect::set(&init, &credentials, &value);
        }
        let request = self.parts.into_request(&self.url, init)?;
        Ok(Cancel { request, timeout: self.timeout })
    }
}

/// A stream to be opened. Made by [`EventStream::builder`].
#[must_use = "nothing is opened before `open`"]
pub struct Builder {
    url: String,
    parts: Parts,
    init: Object,
    format: Option<Format>,
    marker: Option<String>,
    is_done: Option<Box<DonePredicate>>,
    retry: RetryMode,
    policy: RetryPolicy,
    /// Milliseconds.
    connect_timeout: f64,
    idle_timeout: f64,
    max_event_size: usize,
    last_event_id: String,
    cancel: Option<CancelRequest>,
}

impl Builder {
    pub(super) fn new(url: &str) -> Self {
        Self {
            url: url.into(),
            parts: Parts::new("GET"),
            init: Object::new(),
            format: None,
            marker: None,
            is_done: None,
            retry: RetryMode::Safe,
            policy: RetryPolicy::default(),
            connect_timeout: CONNECT_TIMEOUT,
            idle_timeout: f64::INFINITY,
            max_event_size: DEFAULT_MAX_EVENT_SIZE,
            last_event_id: String::new(),
            cancel: None,
        }
    }

    /// The method instead of GET.
    pub fn method(mut self, method: &str) -> Self {
        self.parts.method(method);
        self
    }

    /// Adds a header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.parts.header(name, value);
        self
    }

    /// A body as `fetch` takes it: a string, a `Blob`, `FormData`.
    pub fn body(mut self, body: impl Into<JsValue>) -> Self {
        self.parts.body(body.into());
        self
    }

    /// A body in JSON.
    ///
    /// # Errors
    /// [`InvalidOptions`](crate::ErrorCode::InvalidOptions) if it can't be serialized.
    #[cfg(feature = "serde")]
    pub fn json(mut self, body: &impl serde::Serialize) -> Result<Self, Error> {
        self.parts.json(body)?;
        Ok(self)
    }

    /// What else `fetch` takes: `credentials`, `mode`, `redirect` and the like. The method, the
    /// headers and the body are the builder's. The [`CancelRequest`] gets the same credentials.
    pub fn init(mut self, init: &web_sys::RequestInit) -> Self {
        self.init = Object::assign(&Object::new(), init);
        self
    }

    /// What the body is, whatever its content type says.
    pub fn format(mut self, format: Format) -> Self {
        self.format = Some(format);
        self
    }

    /// The data of the event that ends the stream. It is not delivered.
    pub fn done(mut self, marker: &str) -> Self {
        self.marker = Some(marker.into());
        self.is_done = None;
        self
    }

    /// Finds the event that ends the stream. It is not delivered.
    pub fn done_when(mut self, is_done: impl Fn(EventRef<'_>) -> bool + 'static) -> Self {
        self.is_done = Some(Box::new(is_done));
        self.marker = None;
        self
    }

    /// Reconnects always, by this policy, also with a POST: for servers that resume by
    /// `Last-Event-ID`. Default: [`RetryPolicy::default`] for GET and HEAD, never for other methods,
    /// since to repeat those may run the work twice.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = RetryMode::Always;
        self.policy = policy;
        self
    }

    /// Never reconnects.
    pub fn no_retry(mut self) -> Self {
        self.retry = RetryMode::Never;
        self
    }

    /// The longest time until the response's headers. Default: 30 s.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = milliseconds(timeout);
        self
    }

    /// The longest time between bytes; comments count. Default: no limit.
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.idle_timeout = milliseconds(timeout);
        self
    }

    /// Bytes buffered for one event, past which the stream fails. Unknown fields and comments are
    /// skipped and don't count. Default: 16 MiB.
    pub fn max_event_size(mut self, bytes: usize) -> Self {
        self.max_event_size = bytes;
        self
    }

    /// Resumes from here: the id is sent as `Last-Event-ID`.
    pub fn last_event_id(mut self, id: &str) -> Self {
        self.last_event_id = id.into();
        self
    }

    /// How the backend is told to stop its work.
    pub fn cancel(mut self, request: CancelRequest) -> Self {
        self.cancel = Some(request);
        self
    }

    /// Makes the stream. Its request is sent when it is first polled.
    ///
    /// # Errors
    /// [`InvalidOptions`](crate::ErrorCode::InvalidOptions), with what to change.
    pub fn open(self) -> Result<EventStream, Error> {
        let request = self.parts.into_request(&self.url, self.init)?;
        request.check()?;
        let cancel = self.cancel.map(|cancel| cancel.into_cancel(&request.init)).transpose()?;
        let config = StreamConfig {
            retry: self.retry,
            is_safe: request.is_safe(),
            is_repeatable: request.is_repeatable(),
            format: self.format,
            has_done: self.marker.is_some() || self.is_done.is_some(),
            marker: self.marker,
            cancel: cancel.is_some().then(CancelOn::default),
            connect_timeout: self.connect_timeout,
            idle_timeout: self.idle_timeout,
            pauses: false,
            asks_retry: false,
            asks_end: false,
            hands_on_bytes: false,
            cancel_needs_job: false,
            resume: None,
            finds_job: false,
        };
        let mut decoder = Decoder::new().max_event_size(self.max_event_size);
        decoder.set_last_event_id(&self.last_event_id);
        let seed = js_sys::Math::random() * f64::from(u32::MAX);
        let mut machine = Machine::new(config, decoder, seed as u32);
        machine.set_policy(self.policy);
        let settings = Settings {
            request,
            is_done: self.is_done,
            connect_timeout: self.connect_timeout,
            idle_timeout: self.idle_timeout,
            max_event_size: self.max_event_size,
            cancel,
        };
        Ok(EventStream::new(Driver::new(settings, machine)))
    }
}

// Not derived: headers, bodies and URLs may hold secrets.
impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        debug(f, "Builder", &self.parts.method, &self.url)
    }
}

impl fmt::Debug for CancelRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        debug(f, "CancelRequest", &self.parts.method, &self.url)
    }
}

fn debug(f: &mut fmt::Formatter<'_>, name: &str, method: &str, url: &str) -> fmt::Result {
    let url = resolve_url(url).map_or_else(|_| "the URL".into(), |url| display_url(&url));
    f.debug_struct(name).field("method", &method).field("url", &url).finish_non_exhaustive()
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}
