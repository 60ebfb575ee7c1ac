//! Tells the backend what was consumed: in order, one request at a time, beside the stream.

use super::{cancel::tell, context::Context, template::Endpoint};
use crate::error::Error;
use alloc::rc::Rc;
use core::cell::{Cell, RefCell};

pub(super) struct Acks {
    endpoint: Endpoint,
    /// The number of events to acknowledge.
    count: Cell<u32>,
    /// How far the app is.
    latest: RefCell<Context>,
    is_sending: Cell<bool>,
    is_over: Cell<bool>,
    acknowledged: Cell<u32>,
    error: RefCell<Option<Error>>,
}

impl Acks {
    pub(super) fn new(endpoint: Endpoint) -> Rc<Self> {
        Rc::new(Self {
            endpoint,
            count: Cell::default(),
            latest: RefCell::default(),
            is_sending: Cell::default(),
            is_over: Cell::default(),
            acknowledged: Cell::default(),
            error: RefCell::default(),
        })
    }

    /// The app took an event, and is so far.
    pub(super) fn add(self: &Rc<Self>, context: Context) {
        self.count.set(self.count.get() + 1);
        self.latest.replace(context);
        self.send();
    }

    /// No more will come: what is left is due.
    pub(super) fn finish(self: &Rc<Self>) {
        self.is_over.set(true);
        self.send();
    }

    /// How many events the backend has been told of.
    pub(super) fn acknowledged(&self) -> u32 {
        self.acknowledged.get()
    }

    /// Why the last acknowledgement that failed, twice, did so.
    pub(super) fn error(&self) -> Option<Error> {
        self.error.borrow().clone()
    }

    fn is_due(&self) -> bool {
        let least = if self.is_over.get() { 1 } else { self.endpoint.every };
        self.count.get() >= least
    }

    /// Sends until nothing is due. What comes in meanwhile goes together with the next request.
    fn send(self: &Rc<Self>) {
        if !self.is_due() || self.is_sending.replace(true) {
            return;
        }
        let acks = Rc::clone(self);
        super::ending::start(async move {
            while acks.is_due() {
                let count = acks.count.take();
                let context = Context { count, ..acks.latest.borrow().clone() };
                let mut told = tell(&acks.endpoint, &context).await;
                if told.is_err() {
                    told = tell(&acks.endpoint, &context).await;
                }
                match told {
                    Ok(_) => acks.acknowledged.set(acks.acknowledged.get() + count),
                    Err(error) => drop(acks.error.replace(Some(error))),
                }
            }
            acks.is_sending.set(false);
        });
    }
}
