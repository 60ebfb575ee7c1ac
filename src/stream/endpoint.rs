//! Small requests beside the stream: the cancel notification, the acknowledgements.

use super::waiting::within;
use crate::{
    error::{Error, ErrorCode, decimal},
    fetch::{Exchange, Init, Request, Source, check_status, display_url, get, resolve_url},
};
use alloc::string::String;
use js_sys::{Function, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};

/// The longest body that still gets `keepalive`: such requests share 64 KiB in flight
/// (Fetch, "HTTP-network-or-cache fetch").
const MAX_KEEPALIVE_BODY: u32 = 60 * 1024;

#[wasm_bindgen]
extern "C" {
    /// What the functions of `cancel` and `ack` are called with.
    #[derive(Clone)]
    pub(crate) type CancelContext;
    #[wasm_bindgen(method, setter, structural)]
    fn set_reason(this: &CancelContext, reason: &JsValue);
    #[wasm_bindgen(method, setter, structural, js_name = "lastEventId")]
    fn set_last_event_id(this: &CancelContext, id: &str);
    #[wasm_bindgen(method, setter, structural, js_name = "lastEvent")]
    fn set_last_event(this: &CancelContext, event: &JsValue);
    #[wasm_bindgen(method, setter, structural)]
    fn set_response(this: &CancelContext, response: &JsValue);
    #[wasm_bindgen(method, setter, structural)]
    pub(super) fn set_count(this: &CancelContext, count: u32);
}

impl CancelContext {
    pub(crate) fn new(
        reason: &JsValue,
        last_event_id: &str,
        last_event: &JsValue,
        response: Option<web_sys::Response>,
    ) -> Self {
        let context: Self = Object::new().unchecked_into();
        context.set_reason(reason);
        context.set_last_event_id(last_event_id);
        context.set_last_event(last_event);
        context.set_response(&response.map(JsValue::from).unwrap_or_default());
        context
    }
}

/// Where and how to tell the backend something.
pub(crate) struct Endpoint {
    pub(crate) url: Source,
    pub(crate) method: String,
    pub(crate) headers: Source,
    pub(crate) body: Source,
    pub(crate) init: Object,
    pub(crate) fetch: Option<Function>,
    /// Milliseconds for the whole exchange.
    pub(crate) timeout: f64,
}

/// What an endpoint has of its stream's members of `fetch`: the credentials.
pub(crate) fn credentials_of(stream: &Object) -> Object {
    let init = Object::new();
    let credentials = get(stream, "credentials");
    if !credentials.is_undefined() {
        let _ = Reflect::set(&init, &"credentials".into(), &credentials);
    }
    init
}

impl Endpoint {
    /// Sends one request with an answer of its own: the stream's signal has no part in it. Gives
    /// the status of a success.
    pub(super) async fn send(&self, context: &CancelContext) -> Result<u16, Error> {
        let (request, init) = self.prepare(context).await?;
        let exchange = Exchange::new()?;
        let answer = async {
            let response = exchange.send(&request, &init).await?;
            check_status(&response).await?;
            Ok(response.status())
        };
        within(Some(self.timeout), answer).await.unwrap_or_else(|| {
            let (url, limit) = (display_url(&request.url), decimal(self.timeout));
            let message =
                [&url, " did not answer within ", &limit, " ms: raise its `timeout`"].concat();
            Err(Error::new(ErrorCode::ConnectTimeout, message))
        })
    }

    pub(super) async fn prepare(&self, context: &CancelContext) -> Result<(Request, Init), Error> {
        let context = context.as_ref();
        let request = Request {
            url: resolve_url(&self.url.get(context).await?)?,
            method: self.method.clone(),
            headers: self.headers.clone(),
            body: self.body.clone(),
            init: self.init.clone(),
            fetch: self.fetch.clone(),
            accept: None,
        };
        let init = request.prepare(context, "").await?;
        init.keep_alive(MAX_KEEPALIVE_BODY);
        Ok((request, init))
    }
}
