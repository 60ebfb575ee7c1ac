//! Streams from existing requests and responses of `web_sys` or `gloo_net`.

use super::{Builder, EventStream};
use crate::error::{Error, ErrorCode};
use core::cell::OnceCell;
use js_sys::{Array, ArrayBuffer, JsString, Object, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// The members of a request that are passed to `fetch` unchanged.
const MEMBERS: [&str; 7] =
    ["credentials", "mode", "cache", "redirect", "referrer", "referrerPolicy", "integrity"];

impl EventStream {
    /// Returns the options of a stream from a request: a `web_sys::Request`, or with the feature
    /// `gloo-net` a `gloo_net::http::Request`. The stream takes over its method, headers, body and signal.
    ///
    /// ```no_run
    /// # #[cfg(feature = "gloo-net")]
    /// # fn example() -> Result<(), sluicegate::Error> {
    /// use gloo_net::http::Request;
    /// use sluicegate::EventStream;
    ///
    /// let request = Request::post("/answers").json(&["question"])?;
    /// let stream = EventStream::from_request(request).done("[DONE]").open()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn from_request(request: impl Into<web_sys::Request>) -> Builder {
        let request: web_sys::Request = request.into();
        let init = Object::new();
        for name in MEMBERS {
            let value = Reflect::get(&request, &name.into()).unwrap_or_default();
            // Said or not, it is there: ours is another default.
            if name != "cache" || value.as_string().as_deref() != Some("default") {
                // Fails for no object that is new.
                let _ = Reflect::set(&init, &name.into(), &value);
            }
        }
        let mut builder = Self::builder(&request.url())
            .method(&request.method())
            .init(init.unchecked_ref())
            .signal(&request.signal());
        for pair in Array::from(&request.headers()).iter() {
            let pair: Array = pair.unchecked_into();
            let text = |at| alloc::string::String::from(pair.get(at).unchecked_into::<JsString>());
            builder = builder.header(&text(0), &text(1));
        }
        if matches!(request.method().as_str(), "GET" | "HEAD") {
            return builder;
        }
        if request.body_used() {
            let text = "the body of the Request was read already";
            return builder.refused(Error::new(ErrorCode::InvalidOptions, text.into()));
        }
        // Read once, for all attempts.
        let body: OnceCell<Result<Promise, JsValue>> = OnceCell::new();
        builder.body_with(async move |_| {
            let reading = body.get_or_init(|| request.array_buffer()).clone()?;
            let body: ArrayBuffer = JsFuture::from(reading).await?.unchecked_into();
            Ok(if body.byte_length() == 0 { JsValue::UNDEFINED } else { body.into() })
        })
    }

    /// Returns the options of a stream that reads a response: a `web_sys::Response`, or with the feature
    /// `gloo-net` a `gloo_net::http::Response`. The stream never reconnects.
    pub fn from_response(response: impl Into<web_sys::Response>) -> Builder {
        let response = response.into();
        Self::builder(&response.url()).given(response)
    }
}

/// Reads the events of a response: [`EventStream::from_response`] with default options.
///
/// ```no_run
/// # #[cfg(feature = "gloo-net")]
/// # async fn example() -> Result<(), sluicegate::Error> {
/// # use futures::StreamExt;
/// let response = gloo_net::http::Request::get("/answers").send().await?;
/// let mut events = sluicegate::decode(response)?;
/// while let Some(event) = events.next().await {
///     let event = event?;
/// }
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// Currently none. A response that is no stream fails the stream.
pub fn decode(response: impl Into<web_sys::Response>) -> Result<EventStream, Error> {
    EventStream::from_response(response).open()
}
