//! Waiting: for time, for the network.

use super::signal::Signal;
use crate::fetch::{EventListener, Timer};
use alloc::rc::Rc;
use core::{future::Future, pin::pin};
use futures::future::{Either, select};

async fn sleep(milliseconds: f64) {
    let due = Rc::new(Signal::default());
    let signal = Rc::clone(&due);
    let _timer = Timer::new(milliseconds, move || signal.set());
    due.wait().await;
}

/// What the future gives, `None` if it takes longer. No limit, no timer.
pub(crate) async fn within<T>(limit: Option<f64>, future: impl Future<Output = T>) -> Option<T> {
    let Some(limit) = limit else { return Some(future.await) };
    match select(pin!(future), pin!(sleep(limit))).await {
        Either::Left((value, _)) => Some(value),
        Either::Right(_) => None,
    }
}

/// Waits, but not on when the network or the page comes back: they are the reason to try again.
pub(super) async fn sleep_until_back(milliseconds: f64) {
    let back = Rc::new(Signal::default());
    let _listeners = ["online", "pageshow"].map(|name| {
        let back = Rc::clone(&back);
        EventListener::new(name, move || back.set())
    });
    back.race(sleep(milliseconds)).await;
}
