//! The options of `openStream`, for the builder.

use super::{reader::Reader, values::event_as_js};
use crate::{
    error::Error,
    fetch::headers_of,
    sse::{EventRef, Format},
    stream::{Builder, CancelRequest, retry::RetryPolicy},
};
use alloc::{string::String, vec::Vec};
use core::time::Duration;
use js_sys::{Array, Function, JsString, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use web_sys::AbortSignal;

/// What goes to `fetch` as it is.
const FETCH_MEMBERS: [&str; 8] = [
    "credentials",
    "mode",
    "cache",
    "redirect",
    "referrer",
    "referrerPolicy",
    "integrity",
    "priority",
];

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = String, catch)]
    fn text_of(value: &JsValue) -> Result<String, JsValue>;
}

/// The builder of a stream with these options.
pub(super) fn builder(url: &JsValue, options: JsValue) -> Result<Builder, Error> {
    let reader = Reader::new(options, "")?;
    let mut builder = crate::EventStream::builder(&text_of(url).map_err(Error::callback)?);
    let init = Object::new();
    for name in FETCH_MEMBERS {
        if let Some(value) = reader.value(name)? {
            // Fails for no object that is new.
            let _ = Reflect::set(&init, &name.into(), &value);
        }
    }
    builder = builder.init(init.unchecked_ref());
    builder = with(builder, reader.string("method")?, |builder, method| builder.method(&method));
    for (name, value) in headers(&reader)? {
        builder = builder.header(&name, &value);
    }
    builder = with(builder, reader.value("body")?, Builder::body);
    builder = match reader.one_of("format", &["sse", "ndjson"])? {
        Some(0) => builder.format(Format::Sse),
        Some(_) => builder.format(Format::Ndjson),
        None => builder,
    };
    builder = done(builder, &reader)?;
    builder = retry(builder, &reader)?;
    builder = with(builder, duration(&reader, "connectTimeout")?, Builder::connect_timeout);
    builder = with(builder, duration(&reader, "idleTimeout")?, Builder::idle_timeout);
    // More than memory can hold is no limit.
    builder = with(builder, reader.number("maxEventSize", 1)?, |builder, bytes| {
        builder.max_event_size(bytes as usize)
    });
    builder =
        with(builder, reader.string("lastEventId")?, |builder, id| builder.last_event_id(&id));
    if let Some(signal) = reader.value("signal")? {
        // Not by its class: it may be of another realm.
        let has = |name: &str| Reflect::has(&signal, &name.into()) == Ok(true);
        if !signal.is_object() || !has("aborted") || !has("addEventListener") {
            return Err(reader.invalid("signal", "an AbortSignal"));
        }
        builder = builder.signal(signal.unchecked_ref::<AbortSignal>());
    }
    if let Some(options) = reader.value("cancel")? {
        builder = builder.cancel(cancel(options)?);
    }
    reader.finish()?;
    Ok(builder)
}

fn done(builder: Builder, reader: &Reader) -> Result<Builder, Error> {
    let Some(done) = reader.value("done")? else { return Ok(builder) };
    if let Some(marker) = done.as_string() {
        return Ok(builder.done(&marker));
    }
    let is_done: Function =
        done.dyn_into().map_err(|_| reader.invalid("done", "a string or a function"))?;
    Ok(builder.done_if(move |event: EventRef<'_>| {
        let found = is_done.call1(&JsValue::UNDEFINED, &event_as_js(&event));
        found.map(|found| found.is_truthy()).map_err(Error::callback)
    }))
}

fn retry(builder: Builder, reader: &Reader) -> Result<Builder, Error> {
    let Some(retry) = reader.value("retry")? else { return Ok(builder) };
    match retry.as_bool() {
        Some(false) => return Ok(builder.no_retry()),
        Some(true) => return Ok(builder.retry(RetryPolicy::default())),
        None if retry.is_object() => {}
        None => return Err(reader.invalid("retry", "a boolean or an object")),
    }
    let reader = Reader::new(retry, "retry.")?;
    let preset = RetryPolicy::default();
    let or = |name, least, preset| reader.number(name, least).map(|set| set.unwrap_or(preset));
    let policy = RetryPolicy {
        max_attempts: or("maxAttempts", 1, preset.max_attempts.into())? as u32,
        initial_delay: or("initialDelay", 0, preset.initial_delay)?,
        max_delay: or("maxDelay", 0, preset.max_delay)?,
        factor: or("factor", 1, preset.factor)?,
        jitter: or("jitter", 0, preset.jitter)?,
        min_delay: or("minDelay", 0, preset.min_delay)?,
    };
    reader.finish()?;
    Ok(builder.retry(policy))
}

fn cancel(options: JsValue) -> Result<CancelRequest, Error> {
    let reader = Reader::new(options, "cancel.")?;
    let url = reader.value("url")?.ok_or_else(|| reader.invalid("url", "a URL"))?;
    let mut request = CancelRequest::to(&text_of(&url).map_err(Error::callback)?);
    request = with(request, reader.string("method")?, |request, name| request.method(&name));
    for (name, value) in headers(&reader)? {
        request = request.header(&name, &value);
    }
    request = with(request, reader.value("body")?, CancelRequest::body);
    request = with(request, duration(&reader, "timeout")?, CancelRequest::timeout);
    let expected = "an array of 'abort', 'return', 'pagehide' and 'unsent'";
    for name in reader.get::<Vec<String>>("on", expected)?.unwrap_or_default() {
        request = match name.as_str() {
            "abort" => request.on_abort(),
            "return" => request.on_drop(),
            "pagehide" => request.on_pagehide(),
            "unsent" => request.on_unsent(),
            _ => return Err(reader.invalid("on", expected)),
        };
    }
    reader.finish()?;
    Ok(request)
}

/// Whatever the `Headers` constructor takes, as names and values.
fn headers(reader: &Reader) -> Result<Vec<(String, String)>, Error> {
    let Some(headers) = reader.value("headers")? else { return Ok(Vec::new()) };
    let pairs = Array::from(headers_of(&headers)?.as_ref());
    let text = |pair: &Array, at| pair.get(at).unchecked_into::<JsString>().into();
    let pairs = pairs.iter().map(JsCast::unchecked_into::<Array>);
    Ok(pairs.map(|pair| (text(&pair, 0), text(&pair, 1))).collect())
}

/// The longest is no limit.
fn duration(reader: &Reader, name: &'static str) -> Result<Option<Duration>, Error> {
    let milliseconds = reader.number(name, 0)?;
    let seconds = milliseconds.map(|milliseconds| milliseconds / 1_000.0);
    Ok(seconds.map(|seconds| Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX)))
}

/// Sets the option, if it is given.
fn with<B, T>(builder: B, value: Option<T>, set: impl FnOnce(B, T) -> B) -> B {
    match value {
        Some(value) => set(builder, value),
        None => builder,
    }
}
