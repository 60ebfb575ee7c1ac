//! Callbacks that the browser keeps: dropped, it forgets them.

use super::globals;
use alloc::{boxed::Box, rc::Rc};
use core::cell::Cell;
use core::{
    future::{Future, poll_fn},
    task::{Poll, Waker},
};
use js_sys::Function;
use wasm_bindgen::{JsCast, JsValue, closure::Closure, prelude::wasm_bindgen};
use web_sys::EventTarget;

/// The longest time that a browser's timer keeps: 2³¹ - 1 ms, about 25 days.
const MAX_TIMEOUT: f64 = i32::MAX as f64;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(callback: &Function, milliseconds: f64) -> JsValue;
    #[wasm_bindgen(js_name = clearTimeout)]
    fn clear_timeout(timer: &JsValue);
}

/// A listener of DOM events, for as long as it lives.
pub(crate) struct EventListener {
    target: EventTarget,
    name: &'static str,
    callback: Closure<dyn FnMut()>,
}

impl EventListener {
    pub(crate) fn new(
        target: &EventTarget,
        name: &'static str,
        callback: impl FnMut() + 'static,
    ) -> Self {
        let callback = Closure::<dyn FnMut()>::new(callback);
        // Fails for no target that there is.
        let _ = target.add_event_listener_with_callback(name, callback.as_ref().unchecked_ref());
        Self { target: target.clone(), name, callback }
    }

    /// A listener on the global object, where that dispatches events.
    pub(crate) fn global(name: &'static str, callback: impl FnMut() + 'static) -> Option<Self> {
        globals::event_target().map(|target| Self::new(&target, name, callback))
    }
}

impl Drop for EventListener {
    fn drop(&mut self) {
        let callback = self.callback.as_ref().unchecked_ref();
        let _ = self.target.remove_event_listener_with_callback(self.name, callback);
    }
}

struct Timer(JsValue);

impl Drop for Timer {
    fn drop(&mut self) {
        clear_timeout(&self.0);
    }
}

/// Gives after that many milliseconds. Dropped, it leaves no timer behind.
pub(crate) fn sleep(milliseconds: f64) -> impl Future<Output = ()> {
    let waker = Rc::new(Cell::new(None::<Waker>));
    let is_due = Rc::new(Cell::new(false));
    let callback: Closure<dyn FnMut()> = {
        let (waker, is_due) = (Rc::clone(&waker), Rc::clone(&is_due));
        Closure::wrap(Box::new(move || {
            is_due.set(true);
            if let Some(waker) = waker.take() {
                waker.wake();
            }
        }))
    };
    let timer =
        Timer(set_timeout(callback.as_ref().unchecked_ref(), milliseconds.clamp(0.0, MAX_TIMEOUT)));
    poll_fn(move |context| {
        let _alive = (&timer, &callback);
        if is_due.get() {
            return Poll::Ready(());
        }
        waker.set(Some(context.waker().clone()));
        Poll::Pending
    })
}
