//! What crosses the border, as the npm package has it.

use crate::{
    sse::EventRef,
    stream::{CancelResult, Context, Outcome, RetryInfo, StopReason},
};
use alloc::string::String;
use js_sys::{Object, Reflect};
use wasm_bindgen::{JsCast as _, JsValue, prelude::wasm_bindgen};

#[wasm_bindgen]
extern "C" {
    /// An object literal with these members.
    type Item;
    #[wasm_bindgen(method, setter, structural)]
    fn set_done(this: &Item, done: bool);
    #[wasm_bindgen(method, setter, structural)]
    fn set_value(this: &Item, value: JsValue);
    #[wasm_bindgen(method, setter, structural, js_name = type)]
    fn set_type(this: &Item, event_type: &str);
    #[wasm_bindgen(method, setter, structural)]
    fn set_data(this: &Item, data: &str);
    #[wasm_bindgen(method, setter, structural, js_name = lastEventId)]
    fn set_last_event_id(this: &Item, id: &str);
}

/// The result of an iterator.
pub(super) fn item(done: bool, value: JsValue) -> JsValue {
    let item: Item = Object::new().unchecked_into();
    item.set_done(done);
    item.set_value(value);
    item.into()
}

pub(super) fn event_as_js(event: &EventRef<'_>) -> JsValue {
    let item: Item = Object::new().unchecked_into();
    item.set_type(event.event_type);
    item.set_data(event.data);
    item.set_last_event_id(event.last_event_id);
    item.into()
}

pub(super) fn outcome_as_js(outcome: &Outcome, error: Option<JsValue>) -> JsValue {
    object(&[
        ("type", Some(outcome.outcome_type.as_str().into())),
        ("error", error),
        ("notified", outcome.notified.map(JsValue::from)),
        ("dropped", Some(outcome.dropped.into())),
    ])
}

pub(super) fn report_as_js(report: CancelResult) -> JsValue {
    let sent = report.notification.unwrap_or_default();
    object(&[
        ("aborted", Some(report.aborted.into())),
        ("notified", Some(sent.notified.into())),
        ("status", sent.status.map(JsValue::from)),
        ("error", sent.error.map(JsValue::from)),
    ])
}

/// Where the answer is, for functions that make a request.
pub(super) fn context_as_js(context: &Context) -> JsValue {
    let reason = context.reason.map(|reason| match reason {
        StopReason::Cancel => JsValue::UNDEFINED,
        StopReason::Drop => "return".into(),
        StopReason::Abort => "abort".into(),
        StopReason::PageHide => "pagehide".into(),
    });
    let last_event = context.last_event.as_ref().map(|event| event_as_js(&event.as_ref()));
    object(&[
        ("attempt", Some(context.attempt.into())),
        ("lastEventId", Some(context.last_event_id.as_str().into())),
        ("job", context.job.as_deref().map(JsValue::from)),
        ("cursor", context.cursor.as_deref().map(JsValue::from)),
        ("events", Some(context.events.into())),
        ("bytes", Some((context.bytes as f64).into())),
        ("response", context.response.as_ref().map(JsValue::from)),
        ("lastEvent", last_event),
        ("reason", reason),
        ("count", Some(context.count.into())),
    ])
}

pub(super) fn retry_as_js(info: &RetryInfo) -> JsValue {
    object(&[
        ("attempt", Some(info.attempt.into())),
        ("delay", Some((info.delay.as_secs_f64() * 1_000.0).into())),
        ("error", Some(info.error.clone().into())),
    ])
}

/// An object of those members that there are.
fn object(members: &[(&str, Option<JsValue>)]) -> JsValue {
    let object = Object::new();
    for (name, value) in members {
        if let Some(value) = value {
            // Fails for no object that is new.
            let _ = Reflect::set(&object, &String::from(*name).into(), value);
        }
    }
    object.into()
}
