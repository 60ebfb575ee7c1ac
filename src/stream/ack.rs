//! Telling the backend what was consumed: in order, one request at a time, beside the stream.

use super::{
    State,
    endpoint::{CancelContext, Endpoint},
};
use crate::error::Error;
use core::cell::{Cell, RefCell};

pub(crate) struct Ack {
    pub(crate) endpoint: Endpoint,
    /// How many events to wait for before each acknowledgement. The last one is of what is left.
    pub(crate) every: u32,
}

/// What is consumed and not acknowledged.
#[derive(Default)]
pub(crate) struct Acks {
    count: Cell<u32>,
    latest: RefCell<Option<CancelContext>>,
    is_sending: Cell<bool>,
    acknowledged: Cell<f64>,
    error: RefCell<Option<Error>>,
}

impl Acks {
    pub(super) fn add(&self, count: u32, context: CancelContext) {
        self.count.set(self.count.get() + count);
        *self.latest.borrow_mut() = Some(context);
    }

    /// Whether the caller is to send.
    pub(super) fn start(&self, every: u32) -> bool {
        self.count.get() >= every && !self.is_sending.replace(true)
    }

    /// Sends until nothing is due. What comes in meanwhile goes together with the next request.
    pub(super) async fn send(&self, ack: &Ack, state: &Cell<State>) {
        loop {
            let due = if state.get() == State::Closed { 1 } else { ack.every };
            if self.count.get() < due {
                break;
            }
            let Some(context) = self.latest.borrow_mut().take() else { break };
            let count = self.count.replace(0);
            context.set_count(count);
            let mut sent = ack.endpoint.send(&context).await;
            if sent.is_err() {
                sent = ack.endpoint.send(&context).await;
            }
            match sent {
                Ok(_) => self.acknowledged.set(self.acknowledged.get() + f64::from(count)),
                Err(error) => *self.error.borrow_mut() = Some(error),
            }
        }
        self.is_sending.set(false);
    }

    pub(super) fn is_sending(&self) -> bool {
        self.is_sending.get()
    }

    /// How many events the backend knows to be consumed.
    pub(crate) fn acknowledged(&self) -> f64 {
        self.acknowledged.get()
    }

    /// Why the last acknowledgement that was lost could not be sent, twice.
    pub(crate) fn error(&self) -> Option<Error> {
        self.error.borrow().clone()
    }
}
