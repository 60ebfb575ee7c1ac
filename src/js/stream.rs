//! A stream, driven by the npm package's `EventStream`.
//!
//! Each method takes what it needs out of `self` before it waits, so no borrow of the exported
//! object lasts over an `await`, and `free` is safe at any time.

use super::{decoder::cut, error::to_js, host::Host, options};
use crate::{
    error::Error,
    fetch::EventListener,
    stream::{CancelContext, Ending, Engine},
};
use alloc::{boxed::Box, rc::Rc, string::String};
use core::pin::Pin;
use js_sys::{Array, Promise};
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::future_to_promise;
use web_sys::AbortSignal;

#[wasm_bindgen]
pub struct RawStream {
    engine: Rc<Engine>,
    host: Host,
}

#[wasm_bindgen]
impl RawStream {
    /// Checks the options. Nothing is sent yet.
    #[wasm_bindgen(constructor)]
    pub fn new(url: &JsValue, options: &JsValue, host: Host) -> Result<RawStream, JsValue> {
        let settings = options::read(url, options, &host).map_err(|error| to_js(&error, &host))?;
        let signal = options::signal(options).map_err(|error| to_js(&error, &host))?;
        let stream = Self { engine: Engine::new(settings), host };
        stream.listen_to_page();
        if let Some(signal) = signal {
            stream.listen_to_signal(signal);
        }
        Ok(stream)
    }

    /// Sends the request. Resolves once the response is there or the stream has failed; never
    /// rejects.
    pub fn open(&self) -> Promise {
        let engine = Rc::clone(&self.engine);
        promise(async move {
            engine.open().await;
            JsValue::UNDEFINED
        })
    }

    /// The next batch: an array of events, or `undefined` at the end. Never rejects: `Host.ended`
    /// has the error.
    pub fn next_batch(&self) -> Promise {
        let (engine, host) = (Rc::clone(&self.engine), self.host.clone());
        promise(async move {
            if engine.next().await {
                cut(&engine.decoder(), &host).into()
            } else {
                JsValue::UNDEFINED
            }
        })
    }

    /// Resolves to `[aborted, notified, status, error]`; never rejects.
    pub fn cancel(&self, reason: &JsValue) -> Promise {
        let cancelled = self.engine.cancel(self.context(reason));
        let host = self.host.clone();
        promise(async move {
            let report = cancelled.await;
            let sent = report.notification.unwrap_or_default();
            Array::of4(
                &report.aborted.into(),
                &sent.notified.into(),
                &sent.status.map(JsValue::from).unwrap_or_default(),
                &sent.error.map(|error| to_js(&error, &host)).unwrap_or_default(),
            )
            .into()
        })
    }

    /// Stops here and tells nobody.
    pub fn close(&self) {
        self.stop(Ending::Closed, None, &JsValue::UNDEFINED, false);
    }

    /// The consumer has left its loop.
    pub fn leave(&self) {
        let notify = self.engine.settings().cancel.as_ref().is_some_and(|cancel| cancel.on.leave);
        let ending = if notify { Ending::Cancelled } else { Ending::Closed };
        self.stop(ending, None, &"return".into(), notify);
    }

    /// An event told the consumer that no more will come.
    pub fn finish(&self) {
        self.stop(Ending::Done, None, &JsValue::UNDEFINED, false);
    }

    /// The consumer found what makes going on pointless.
    pub fn fail(&self, error: JsValue) {
        let error = Error::callback(error);
        self.stop(Ending::Failed, Some(error), &JsValue::UNDEFINED, false);
    }

    /// Events were handed to the consumer.
    pub fn consumed(&self, count: u32) {
        self.engine.consumed(count, self.context(&JsValue::UNDEFINED));
    }

    pub fn state(&self) -> String {
        self.engine.state().as_str().into()
    }

    /// `[bytes, events, attempts, headersTime, firstEventTime, acknowledged, ackError]`.
    pub fn stats(&self) -> Array {
        let (stats, acks) = (&self.engine.stats, self.engine.acks());
        let error = acks.error().map(|error| to_js(&error, &self.host));
        [
            stats.bytes.get().into(),
            stats.events.get().into(),
            stats.attempts.get().into(),
            stats.headers_time.get().map(JsValue::from).unwrap_or_default(),
            stats.first_event_time.get().map(JsValue::from).unwrap_or_default(),
            acks.acknowledged().into(),
            error.unwrap_or_default(),
        ]
        .into_iter()
        .collect()
    }
}

impl RawStream {
    fn context(&self, reason: &JsValue) -> CancelContext {
        context(&self.engine, &self.host, reason)
    }

    fn stop(&self, ending: Ending, error: Option<Error>, reason: &JsValue, notify: bool) {
        self.engine.stop(ending, error, notify, self.context(reason), false);
    }

    fn listen_to_signal(&self, signal: AbortSignal) {
        if signal.aborted() {
            return abort(&self.engine, &self.host, &signal);
        }
        let (engine, host) = (Rc::downgrade(&self.engine), self.host.clone());
        let target = signal.clone();
        self.engine.hold(EventListener::new(&target, "abort", move || {
            if let Some(engine) = engine.upgrade() {
                abort(&engine, &host, &signal);
            }
        }));
    }

    fn listen_to_page(&self) {
        if !self.engine.settings().cancel.as_ref().is_some_and(|cancel| cancel.on.pagehide) {
            return;
        }
        let (engine, host) = (Rc::downgrade(&self.engine), self.host.clone());
        let listener = EventListener::global("pagehide", move || {
            if let Some(engine) = engine.upgrade() {
                let context = context(&engine, &host, &"pagehide".into());
                engine.stop(Ending::Cancelled, None, true, context, true);
            }
        });
        if let Some(listener) = listener {
            self.engine.hold(listener);
        }
    }
}

/// Boxed: one copy of the machinery serves every kind of future.
fn promise(future: impl Future<Output = JsValue> + 'static) -> Promise {
    let future: Pin<Box<dyn Future<Output = JsValue>>> = Box::pin(future);
    future_to_promise(async { Ok(future.await) })
}

fn abort(engine: &Rc<Engine>, host: &Host, signal: &AbortSignal) {
    let reason = signal.reason();
    let notify = engine.settings().cancel.as_ref().is_some_and(|cancel| cancel.on.abort);
    let context = context(engine, host, &reason);
    engine.stop(Ending::Aborted, Some(Error::aborted(reason)), notify, context, false);
}

fn context(engine: &Engine, host: &Host, reason: &JsValue) -> CancelContext {
    CancelContext::new(reason, &host.last_event_id(), &host.last_event(), engine.response())
}

impl Drop for RawStream {
    /// Nobody can pull any more.
    fn drop(&mut self) {
        self.close();
    }
}
