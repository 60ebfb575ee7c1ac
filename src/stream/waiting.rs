//! Waiting: for time, for the network, for somebody to look at the page.

use super::signal::Signal;
use crate::fetch::{EventListener, Timer, is_hidden};
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
pub(super) async fn within<T>(limit: Option<f64>, future: impl Future<Output = T>) -> Option<T> {
    let Some(limit) = limit else { return Some(future.await) };
    match select(pin!(future), pin!(sleep(limit))).await {
        Either::Left((value, _)) => Some(value),
        Either::Right(_) => None,
    }
}

/// Waits, but not on when the network or the page comes back: they are the reason to try again.
pub(super) async fn sleep_until_back(milliseconds: f64) {
    let back = Rc::new(Signal::default());
    let _listeners = ["online", "pageshow"].map(|name| listen(name, &back, || true));
    back.race(sleep(milliseconds)).await;
}

/// Gives once nobody sees the page.
pub(super) async fn until_hidden() {
    until(is_hidden).await;
}

/// Gives once somebody sees the page.
pub(super) async fn until_visible() {
    until(|| !is_hidden()).await;
}

async fn until(holds: fn() -> bool) {
    if !holds() {
        let changed = Rc::new(Signal::default());
        let _listener = listen("visibilitychange", &changed, holds);
        changed.wait().await;
    }
}

fn listen(name: &'static str, signal: &Rc<Signal>, holds: fn() -> bool) -> Option<EventListener> {
    let signal = Rc::clone(signal);
    EventListener::global(name, move || {
        if holds() {
            signal.set();
        }
    })
}
