//! Waiting: for time, for the network.

use super::{EventListener, Signal, Timer, listener::AnimationFrame};
use alloc::rc::Rc;
use core::{future::Future, pin::pin};
use futures::future::{Either, select};

/// Milliseconds, on the clock that is at hand everywhere.
pub(crate) fn now() -> f64 {
    js_sys::Date::now()
}

async fn sleep(milliseconds: f64) {
    let due = Rc::new(Signal::default());
    let signal = Rc::clone(&due);
    let _timer = Timer::new(milliseconds, move || signal.set());
    due.wait().await;
}

/// Returns what the future results in, `None` if that takes longer. No timer where `limit` is
/// infinite.
pub(crate) async fn within<T>(limit: f64, future: impl Future<Output = T>) -> Option<T> {
    if limit == f64::INFINITY {
        return Some(future.await);
    }
    match select(pin!(future), pin!(sleep(limit))).await {
        Either::Left((value, _)) => Some(value),
        Either::Right(_) => None,
    }
}

/// Waits for the next animation frame. A hidden page has none, and neither have most workers: there it
/// is a moment.
pub(crate) async fn next_frame() {
    const MOMENT: f64 = 100.0;
    let due = Rc::new(Signal::default());
    let signal = Rc::clone(&due);
    let _frame = AnimationFrame::new(move || signal.set());
    let _ = within(MOMENT, due.wait()).await;
}

/// What ended a wait.
pub(crate) enum Returned {
    /// The network, or the page, is back.
    Yes,
    /// The time is over.
    No,
}

/// Waits until the time is over. Asks `is_enough` then, and whenever the network comes back or the
/// page comes back from the back/forward cache, and continues to wait if it is not.
pub(crate) async fn sleep_until_back(
    milliseconds: f64,
    mut is_enough: impl FnMut(Returned) -> bool,
) {
    let back = Rc::new(Signal::default());
    let _listeners = [("online", false), ("pageshow", true)].map(|(name, is_page)| {
        let back = Rc::clone(&back);
        EventListener::new(name, move |event| {
            // The first load shows the page, too.
            if !is_page || event.persisted() {
                back.set();
            }
        })
    });
    let mut sleep = pin!(sleep(milliseconds));
    while back.race(sleep.as_mut()).await.is_none() {
        back.clear();
        if is_enough(Returned::Yes) {
            return;
        }
    }
    is_enough(Returned::No);
}
