//! The end of a stream: the notification of the backend, and the futures that wait for the end.

use super::{
    cancel::{CancelNotification, CancelResult, notify},
    context::Context,
    event_stream::Outcome,
    template::Endpoint,
};
use crate::error::{Error, ErrorCode, text::ErrorText};
use alloc::{boxed::Box, rc::Rc, vec::Vec};
use core::{
    cell::{Cell, RefCell},
    future::Future,
};
use futures::{FutureExt as _, channel::oneshot};

/// The end of a stream. It outlives the stream while the backend is being notified.
pub(super) struct Ending {
    cancel: Option<Endpoint>,
    /// Whether a notification without a job makes no sense.
    needs_job: bool,
    outcome: RefCell<Option<Outcome>>,
    /// How many events were decoded and not taken.
    dropped: Cell<u32>,
    notification: RefCell<Option<CancelNotification>>,
    /// Whether nothing of the outcome changes any more.
    is_settled: Cell<bool>,
    waiting: RefCell<Vec<oneshot::Sender<()>>>,
}

impl Ending {
    pub(super) fn new(cancel: Option<Endpoint>, needs_job: bool) -> Rc<Self> {
        Rc::new(Self {
            cancel,
            needs_job,
            outcome: RefCell::default(),
            dropped: Cell::default(),
            notification: RefCell::default(),
            is_settled: Cell::default(),
            waiting: RefCell::default(),
        })
    }

    /// Milliseconds that a notification may take.
    pub(super) fn timeout(&self) -> f64 {
        self.cancel.as_ref().map_or(0.0, |cancel| cancel.timeout)
    }

    pub(super) fn outcome(&self) -> Option<Outcome> {
        let outcome = self.outcome.borrow().clone()?;
        Some(Outcome { dropped: self.dropped.get(), ..outcome })
    }

    pub(super) fn set_dropped(&self, dropped: u32) {
        self.dropped.set(dropped);
    }

    /// The stream is over. Its notification, if there is one, is still to be sent.
    pub(super) fn end(&self, outcome: Outcome) {
        self.outcome.replace(Some(outcome));
    }

    /// Notifies the backend. The request leaves before this returns: a page that goes away runs nothing
    /// later.
    pub(super) fn notify(self: &Rc<Self>, context: Context) {
        let ending = Rc::clone(self);
        start(async move {
            if let Some(cancel) = &ending.cancel {
                let notification = if ending.needs_job && context.job.is_none() {
                    let error = Error::new(ErrorCode::NoJob, ErrorText::NoJob.with("", ""));
                    CancelNotification { notified: false, status: None, error: Some(error) }
                } else {
                    notify(cancel, &context).await
                };
                if let Some(outcome) = &mut *ending.outcome.borrow_mut() {
                    outcome.notified = Some(notification.notified);
                }
                ending.notification.replace(Some(notification));
            }
            ending.settle();
        });
    }

    /// Returns the outcome once the stream is over and the backend was notified.
    pub(super) async fn closed(&self) -> Option<Outcome> {
        if !self.is_settled.get() {
            let (sender, receiver) = oneshot::channel();
            self.waiting.borrow_mut().push(sender);
            let _ = receiver.await;
        }
        self.outcome()
    }

    /// Returns what a cancellation that ended the stream resulted in.
    pub(super) async fn report(&self) -> CancelResult {
        self.closed().await;
        CancelResult { aborted: true, notification: self.notification.borrow().clone() }
    }

    /// Nothing more is to come.
    pub(super) fn settle(&self) {
        self.is_settled.set(true);
        for waiting in self.waiting.take() {
            // Nobody may wait any more.
            let _ = waiting.send(());
        }
    }
}

/// Runs the future to its first wait now, and the rest in a task of its own.
pub(super) fn start(future: impl Future<Output = ()> + 'static) {
    let mut future = Box::pin(future);
    if future.as_mut().now_or_never().is_none() {
        wasm_bindgen_futures::spawn_local(future);
    }
}
