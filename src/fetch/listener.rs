//! Callbacks that the browser keeps: dropped, it forgets them.

use super::globals;
use js_sys::Function;
use wasm_bindgen::{JsCast, JsValue, closure::Closure, prelude::wasm_bindgen};
use web_sys::EventTarget;

/// The longest time that a browser's timer keeps: 2³¹ - 1 ms, about 25 days.
const MAX_TIMEOUT: f64 = i32::MAX as f64;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(callback: &Function, milliseconds: f64) -> JsValue;
    #[wasm_bindgen(js_name = requestAnimationFrame, catch)]
    fn request_animation_frame(callback: &Function) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_name = cancelAnimationFrame, catch)]
    fn cancel_animation_frame(frame: &JsValue) -> Result<(), JsValue>;
    #[wasm_bindgen(js_name = clearTimeout)]
    fn clear_timeout(timer: &JsValue);

    /// An event of the global object.
    pub(crate) type PageEvent;
    /// Whether the page goes to, or comes from, the back/forward cache.
    #[wasm_bindgen(method, getter, structural)]
    pub(crate) fn persisted(this: &PageEvent) -> bool;
}

/// A listener on an event target, for as long as it lives.
pub(crate) struct EventListener {
    target: EventTarget,
    name: &'static str,
    callback: Closure<dyn FnMut(PageEvent)>,
}

impl EventListener {
    /// On the global object. `None` where that dispatches no events.
    pub(crate) fn new(
        name: &'static str,
        callback: impl FnMut(PageEvent) + 'static,
    ) -> Option<Self> {
        Some(Self::of(&globals::event_target()?, name, callback))
    }

    /// On another target.
    pub(crate) fn of(
        target: &EventTarget,
        name: &'static str,
        callback: impl FnMut(PageEvent) + 'static,
    ) -> Self {
        let callback = Closure::<dyn FnMut(PageEvent)>::new(callback);
        // Fails for no target that there is.
        let _ = target.add_event_listener_with_callback(name, callback.as_ref().unchecked_ref());
        Self { target: target.clone(), name, callback }
    }
}

impl Drop for EventListener {
    fn drop(&mut self) {
        let callback = self.callback.as_ref().unchecked_ref();
        let _ = self.target.remove_event_listener_with_callback(self.name, callback);
    }
}

/// A timer, for as long as it lives.
pub(crate) struct Timer {
    id: JsValue,
    _callback: Closure<dyn FnMut()>,
}

impl Timer {
    pub(crate) fn new(milliseconds: f64, callback: impl FnMut() + 'static) -> Self {
        let callback = Closure::<dyn FnMut()>::new(callback);
        let delay = milliseconds.clamp(0.0, MAX_TIMEOUT);
        Self { id: set_timeout(callback.as_ref().unchecked_ref(), delay), _callback: callback }
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        clear_timeout(&self.id);
    }
}

/// A call in the next animation frame, for as long as it lives. Never, where there are no frames.
pub(crate) struct AnimationFrame {
    id: Option<JsValue>,
    _callback: Closure<dyn FnMut()>,
}

impl AnimationFrame {
    pub(crate) fn new(callback: impl FnMut() + 'static) -> Self {
        let callback = Closure::<dyn FnMut()>::new(callback);
        let id = request_animation_frame(callback.as_ref().unchecked_ref()).ok();
        Self { id, _callback: callback }
    }
}

impl Drop for AnimationFrame {
    fn drop(&mut self) {
        if let Some(id) = &self.id {
            let _ = cancel_animation_frame(id);
        }
    }
}
