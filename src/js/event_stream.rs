//! The class `EventStream`.

use super::values::{event_as_js, item, outcome_as_js, report_as_js};
use crate::{
    error::Error,
    stream::{Canceller, Event},
};
use alloc::{rc::Rc, string::String};
use core::{
    cell::{OnceCell, RefCell},
    pin::pin,
};
use futures::{
    StreamExt as _,
    channel::{mpsc, oneshot},
    future::{Either, select},
};
use js_sys::Promise;
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::{future_to_promise, spawn_local};

/// Where an item of the stream goes.
type Reply = oneshot::Sender<Option<Result<Event, Error>>>;

/// A stream that JavaScript reads: an async iterator. It takes the place of the
/// [`EventStream`](crate::EventStream) that it is made from.
#[derive(Clone, Debug)]
#[wasm_bindgen(js_name = EventStream, skip_typescript)]
pub struct EventStream {
    /// Answered in order, by the task that owns the stream.
    calls: mpsc::UnboundedSender<Reply>,
    canceller: Canceller,
    shared: Rc<Shared>,
    closed: Promise,
    /// What the first `cancel()` returned.
    cancelling: Rc<RefCell<Option<Promise>>>,
}

/// What the promises leave behind.
#[derive(Debug, Default)]
struct Shared {
    /// That of the event which was handed out last.
    last_event_id: RefCell<String>,
    /// The error of the stream: one object, for all calls that reject with it.
    error: OnceCell<JsValue>,
}

impl Shared {
    fn error(&self, error: Error) -> JsValue {
        self.error.get_or_init(|| error.into()).clone()
    }
}

impl From<crate::EventStream> for EventStream {
    fn from(stream: crate::EventStream) -> Self {
        let (calls, replies) = mpsc::unbounded();
        let shared = Rc::new(Shared::default());
        shared.last_event_id.replace(stream.last_event_id().into());
        let canceller = stream.canceller();
        let (closed, told) = (stream.closed(), Rc::clone(&shared));
        let closed = future_to_promise(async move {
            let mut outcome = closed.await;
            let error = outcome.error.take().map(|error| told.error(error));
            Ok(outcome_as_js(&outcome, error))
        });
        spawn_local(answer(stream, replies, Rc::clone(&shared)));
        Self { calls, canceller, shared, closed, cancelling: Rc::default() }
    }
}

/// Answers one call after the other. Drops the stream at its end, or when JavaScript has dropped its
/// object.
async fn answer(
    mut stream: crate::EventStream,
    mut replies: mpsc::UnboundedReceiver<Reply>,
    shared: Rc<Shared>,
) {
    let mut closed = pin!(stream.closed());
    loop {
        match select(replies.next(), closed.as_mut()).await {
            Either::Left((Some(reply), _)) => {
                let next = stream.next().await;
                let is_over = !matches!(next, Some(Ok(_)));
                shared.last_event_id.replace(stream.last_event_id().into());
                // Nobody may wait any more.
                let _ = reply.send(next);
                if is_over {
                    return;
                }
            }
            Either::Left((None, _)) => return,
            Either::Right(_) => break,
        }
    }
    // What it failed with goes to the next call.
    let last = stream.next().await;
    drop(stream);
    if let Some(reply) = replies.next().await {
        let _ = reply.send(last);
    }
}

#[wasm_bindgen(js_class = EventStream)]
impl EventStream {
    /// What `for await` asks for: an object that shares this one's stream.
    #[wasm_bindgen(js_name = "[Symbol.asyncIterator]")]
    pub fn iterator(&self) -> Self {
        self.clone()
    }

    /// Returns a promise for the next event: `{ done, value }`. It rejects once, with the stream's error.
    pub fn next(&self) -> Promise {
        let (reply, answer) = oneshot::channel();
        // Refused after the end, which `answer` tells of as well.
        let _ = self.calls.unbounded_send(reply);
        let shared = Rc::clone(&self.shared);
        future_to_promise(async move {
            match answer.await {
                Ok(Some(Ok(event))) => Ok(item(false, event_as_js(&event.as_ref()))),
                Ok(Some(Err(error))) => Err(shared.error(error)),
                Ok(None) | Err(oneshot::Canceled) => Ok(item(true, JsValue::UNDEFINED)),
            }
        })
    }

    /// Leaves the stream, as `break` does.
    #[wasm_bindgen(js_name = return)]
    pub fn leave(&self, value: JsValue) -> Promise {
        self.canceller.leave();
        Promise::resolve(&item(true, value))
    }

    /// Stops the stream here and at the backend. Returns a promise for
    /// `{ aborted, notified, status?, error? }`, the same for each call.
    pub fn cancel(&self) -> Promise {
        if let Some(cancelling) = &*self.cancelling.borrow() {
            return cancelling.clone();
        }
        let report = self.canceller.cancel();
        let cancelling = future_to_promise(async move { Ok(report_as_js(report.await)) });
        self.cancelling.replace(Some(cancelling.clone()));
        cancelling
    }

    /// Closes the stream without notifying the backend.
    pub fn close(&self) {
        self.canceller.close();
    }

    /// A promise for the outcome: `{ type, error?, notified?, dropped }`.
    #[wasm_bindgen(getter)]
    pub fn closed(&self) -> Promise {
        self.closed.clone()
    }

    /// The state: `'connecting' | 'open' | 'waiting' | 'closed'`.
    #[wasm_bindgen(getter)]
    pub fn state(&self) -> String {
        self.canceller.state().as_str().into()
    }

    /// The id to resume from: that of the event that was delivered last.
    #[wasm_bindgen(getter, js_name = lastEventId)]
    pub fn last_event_id(&self) -> String {
        self.shared.last_event_id.borrow().clone()
    }
}
