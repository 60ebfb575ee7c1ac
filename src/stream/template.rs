//! Templates of requests, which are completed before each attempt.

use super::{config::CancelOn, context::Context};
use crate::{
    error::Error,
    fetch::{Request, display_url, encode_body, headers_of, resolve_url},
};
use alloc::{rc::Rc, string::String, vec::Vec};
use core::{fmt, time::Duration};
use js_sys::{Array, Function, Object, Reflect};
use wasm_bindgen::JsValue;

/// Milliseconds for a whole notification, unless the page says otherwise.
const ENDPOINT_TIMEOUT: f64 = 10_000.0;

/// A request as the options describe it.
#[derive(Clone)]
pub(super) struct Template {
    pub(super) url: String,
    pub(super) method: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: JsValue,
    /// The body's, if `fetch` does not know it.
    content_type: Option<&'static str>,
    /// Other options of `fetch`.
    pub(super) init: Object,
    pub(super) fetch: Option<Function>,
}

impl Template {
    pub(super) fn new(url: &str, method: &str) -> Self {
        Self {
            url: url.into(),
            method: method.into(),
            headers: Vec::new(),
            body: JsValue::UNDEFINED,
            content_type: None,
            init: Object::new(),
            fetch: None,
        }
    }

    /// Fetch, "normalize a method": only these six; `patch` stays as it is.
    pub(super) fn set_method(&mut self, method: &str) {
        let known = ["DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"];
        let found = known.into_iter().find(|known| known.eq_ignore_ascii_case(method));
        self.method = found.unwrap_or(method).into();
    }

    pub(super) fn add_header(&mut self, name: &str, value: &str) {
        self.headers.push((name.into(), value.into()));
    }

    pub(super) fn set_body(&mut self, body: JsValue) {
        self.body = body;
        self.content_type = None;
    }

    #[cfg(feature = "serde")]
    pub(super) fn set_json(&mut self, body: &impl serde::Serialize) -> Result<(), Error> {
        let serializer = serde_wasm_bindgen::Serializer::json_compatible();
        let error =
            |cause| Error::invalid(crate::error::text::ErrorText::NoJson, "").caused_by(cause);
        let value = body.serialize(&serializer).map_err(|cause| error(cause.into()))?;
        let json = js_sys::JSON::stringify(&value).map_err(error)?;
        self.body = json.into();
        self.content_type = Some("application/json");
        Ok(())
    }

    /// Sends it as another attempt of the stream: with all its options of `fetch`.
    pub(super) fn continuing(mut self, stream: &Self) -> Self {
        self.init = Object::assign(&Object::new(), &stream.init);
        self.fetch.clone_from(&stream.fetch);
        self
    }

    /// Sends it as the stream does: with its credentials, and its `fetch`.
    pub(super) fn sent_like(mut self, stream: &Self) -> Self {
        let credentials = JsValue::from("credentials");
        if let Ok(value) = Reflect::get(&stream.init, &credentials)
            && !value.is_undefined()
        {
            let _ = Reflect::set(&self.init, &credentials, &value);
        }
        self.fetch.clone_from(&stream.fetch);
        self
    }

    /// Not derived: headers, bodies and URLs may hold secrets.
    pub(super) fn debug(&self, f: &mut fmt::Formatter<'_>, name: &str) -> fmt::Result {
        let url = resolve_url(&self.url);
        let url = url.map_or_else(|_| "the URL".into(), |url| display_url(&url));
        f.debug_struct(name)
            .field("method", &self.method)
            .field("url", &url)
            .finish_non_exhaustive()
    }

    /// A request of it, checked.
    pub(super) fn into_request(self) -> Result<Request, Error> {
        let pair = |(name, value): &(String, String)| {
            Array::of2(&name.as_str().into(), &value.as_str().into())
        };
        let headers: Array = self.headers.iter().map(pair).collect();
        let has_type = headers_of(&headers)?.has("content-type") != Ok(false);
        let (body, body_type) = encode_body(self.body)?;
        if let Some(content_type) = self.content_type.or(body_type)
            && !has_type
        {
            headers.push(&Array::of2(&"content-type".into(), &content_type.into()));
        }
        let (url, method) = (resolve_url(&self.url)?, self.method);
        Ok(Request { url, method, headers, body, init: self.init, fetch: self.fetch })
    }
}

/// A closure that changes a request right before it is sent.
type Fill = Rc<dyn Fn(Endpoint, &Context) -> Result<Endpoint, Error>>;

/// A request beside that of the stream.
#[derive(Clone)]
pub struct Endpoint {
    pub(super) template: Template,
    /// Milliseconds.
    pub(super) timeout: f64,
    pub(super) fill: Option<Fill>,
    /// Whether it has headers of its own.
    pub(super) has_headers: bool,
    /// For a notification: the other events that it is sent for.
    pub(super) on: CancelOn,
    /// Of acknowledgements: how many events each is about.
    pub(super) every: u32,
    /// Of a resuming request: whether its response begins at the start.
    pub(super) replays: bool,
}

impl Endpoint {
    fn new(url: &str, method: &str) -> Self {
        Self {
            template: Template::new(url, method),
            timeout: ENDPOINT_TIMEOUT,
            fill: None,
            has_headers: false,
            on: CancelOn::default(),
            every: 1,
            replays: false,
        }
    }

    /// The request for this moment.
    pub(super) fn at(&self, context: &Context) -> Result<Self, Error> {
        let plain = Self { fill: None, ..self.clone() };
        match &self.fill {
            Some(fill) => fill(plain, context),
            None => Ok(plain),
        }
    }
}

macro_rules! endpoint {
    ($(#[$about:meta])* $name:ident, $method:literal) => {
        $(#[$about])*
        #[derive(Clone)]
        #[must_use = "pass it to the `Builder`"]
        pub struct $name(pub(super) Endpoint);

        impl $name {
            /// Creates a request to this URL, absolute or relative to the page.
            pub fn to(url: &str) -> Self {
                Self(Endpoint::new(url, $method))
            }

            /// Replaces the URL, for closures of [`with`](Self::with).
            pub fn url(mut self, url: &str) -> Self {
                self.0.template.url = url.into();
                self
            }

            #[doc = concat!("The method instead of ", $method, ".")]
            pub fn method(mut self, method: &str) -> Self {
                self.0.template.set_method(method);
                self
            }

            /// Adds a header.
            pub fn header(mut self, name: &str, value: &str) -> Self {
                self.0.template.add_header(name, value);
                self.0.has_headers = true;
                self
            }

            /// Sets the body to anything that `fetch` accepts: a string, a `Blob`, `FormData`. Default: none.
            pub fn body(mut self, body: impl Into<JsValue>) -> Self {
                self.0.template.set_body(body.into());
                self
            }

            /// Sets the body to a value, sent as JSON.
            ///
            /// # Errors
            /// [`InvalidOptions`](crate::ErrorCode::InvalidOptions) if it can't be serialized.
            #[cfg(feature = "serde")]
            pub fn json(mut self, body: &impl serde::Serialize) -> Result<Self, Error> {
                self.0.template.set_json(body)?;
                Ok(self)
            }

            /// Sets a closure that completes the request right before it is sent, with how far the answer has
            /// come. If it fails, so does the request.
            pub fn with(
                mut self,
                fill: impl Fn(Self, &Context) -> Result<Self, Error> + 'static,
            ) -> Self {
                self.0.fill = Some(Rc::new(move |endpoint, context| {
                    fill(Self(endpoint), context).map(|filled| filled.0)
                }));
                self
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.template.debug(f, stringify!($name))
            }
        }
    };
}

endpoint! {
    /// The request that tells the backend to stop its work. Default: POST, no headers, no body, 10 s.
    CancelRequest, "POST"
}

endpoint! {
    /// The requests that acknowledge consumed events: in order, one at a time, each retried once.
    /// Default: POST, no headers, no body, 10 s, one request per event.
    AckRequest, "POST"
}

endpoint! {
    /// The request that continues an answer after its connection broke. Default: GET, the stream's own
    /// headers, no body.
    ResumeRequest, "GET"
}

impl CancelRequest {
    /// Sets the time limit for the whole exchange. Default: 10 s.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.0.timeout = milliseconds(timeout);
        self
    }

    /// Also notifies when the signal of [`Builder::signal`](crate::Builder::signal) is aborted.
    pub fn on_abort(mut self) -> Self {
        self.0.on.abort = true;
        self
    }

    /// Also notifies when the stream is dropped before its end.
    pub fn on_drop(mut self) -> Self {
        self.0.on.leave = true;
        self
    }

    /// Also notifies when the page goes away, which ends the stream.
    pub fn on_pagehide(mut self) -> Self {
        self.0.on.pagehide = true;
        self
    }

    /// Notifies even if the stream's request has not been sent yet.
    pub fn on_unsent(mut self) -> Self {
        self.0.on.unsent = true;
        self
    }
}

impl AckRequest {
    /// Sets the time limit for each exchange. Default: 10 s.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.0.timeout = milliseconds(timeout);
        self
    }

    /// Sets the number of events per request. The last request acknowledges the rest. Default: 1.
    pub fn every(mut self, events: u32) -> Self {
        self.0.every = events.max(1);
        self
    }
}

impl ResumeRequest {
    /// Declares that the response starts at the beginning of the answer. The events that were received
    /// before are dropped, and no `Last-Event-ID` is sent.
    pub fn replays(mut self) -> Self {
        self.0.replays = true;
        self
    }
}

/// Returns milliseconds; `Duration::MAX` is no limit.
pub(super) fn milliseconds(duration: Duration) -> f64 {
    if duration == Duration::MAX {
        return f64::INFINITY;
    }
    duration.as_secs_f64() * 1000.0
}
