//! A flag that one task waits for.

use core::{
    cell::{Cell, RefCell},
    future::{Future, pending, poll_fn},
    pin::pin,
    task::{Poll, Waker},
};

#[derive(Default)]
pub(crate) struct Signal {
    is_set: Cell<bool>,
    waiting: RefCell<Option<Waker>>,
}

impl Signal {
    pub(crate) fn set(&self) {
        self.is_set.set(true);
        let waiting = self.waiting.borrow_mut().take();
        if let Some(waker) = waiting {
            waker.wake();
        }
    }

    /// Lets tasks wait for it again.
    pub(crate) fn clear(&self) {
        self.is_set.set(false);
    }

    /// Returns once it is set.
    pub(crate) async fn wait(&self) {
        self.race(pending::<()>()).await;
    }

    /// Returns what the future results in, or `None` if the flag is set first.
    pub(crate) async fn race<T>(&self, future: impl Future<Output = T>) -> Option<T> {
        let mut future = pin!(future);
        poll_fn(|context| {
            if self.is_set.get() {
                return Poll::Ready(None);
            }
            let polled = future.as_mut().poll(context);
            // The work itself may have set it, by calling back into the page.
            if self.is_set.get() {
                return Poll::Ready(None);
            }
            if let Poll::Ready(value) = polled {
                return Poll::Ready(Some(value));
            }
            *self.waiting.borrow_mut() = Some(context.waker().clone());
            Poll::Pending
        })
        .await
    }
}
