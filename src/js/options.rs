//! The options of `openStream`, for the builder.

use super::{
    reader::Reader,
    values::{context_as_js, event_as_js, retry_as_js},
};
use crate::{
    error::{Error, ErrorCode},
    fetch::headers_of,
    sse::Format,
    stream::{
        AckRequest, Builder, CancelRequest, ResumeRequest, RetryDecision, retry::RetryPolicy,
    },
};
use alloc::{string::String, vec::Vec};
use core::time::Duration;
use js_sys::{Array, Function, JsString, Object, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::JsFuture;
use web_sys::AbortSignal;

/// The options that are passed to `fetch` unchanged.
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
    let mut builder = crate::EventStream::builder(&url_of(url)?);
    let init = Object::new();
    for name in FETCH_MEMBERS {
        if let Some(value) = reader.value(name)? {
            // Fails for no object that is new.
            let _ = Reflect::set(&init, &name.into(), &value);
        }
    }
    builder = builder.init(init.unchecked_ref());
    builder = with(builder, reader.string("method")?, |builder, method| builder.method(&method));
    builder = match function_in(&reader, "headers")? {
        Some(headers) => builder.headers_with(async move |context| {
            pairs(&headers_of(&called(&headers, &context_as_js(&context)).await?)?)
        }),
        None => header_pairs(&reader)?
            .iter()
            .fold(builder, |builder, (name, value)| builder.header(name, value)),
    };
    builder = match function_in(&reader, "body")? {
        Some(body) => {
            builder.body_with(async move |context| called(&body, &context_as_js(&context)).await)
        }
        None => with(builder, reader.value("body")?, Builder::body),
    };
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
    builder = with(builder, reader.function("fetch")?, |builder, fetch| builder.fetch(&fetch));
    if reader.one_of("whenHidden", &["keep", "pause"])? == Some(1) {
        builder = builder.pause_when_hidden();
    }
    builder = hooks(builder, &reader)?;
    if let Some(options) = reader.value("cancel")? {
        builder = builder.cancel(cancel(options)?);
    }
    if let Some(options) = reader.value("ack")? {
        builder = builder.ack(ack(options)?);
    }
    if let Some(options) = reader.value("resume")? {
        builder = builder.resume(resume(options)?);
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
    Ok(builder.done_if(move |event| {
        let verdict = call(&is_done, &event_as_js(&event))?;
        Ok(refuse_promise(verdict, "done")?.is_truthy())
    }))
}

fn hooks(mut builder: Builder, reader: &Reader) -> Result<Builder, Error> {
    if let Some(job) = reader.value("job")? {
        builder = match job.as_string() {
            Some(job) => builder.job(&job),
            None => {
                let job: Function =
                    job.dyn_into().map_err(|_| reader.invalid("job", "a string or a function"))?;
                builder.job_if(move |event, response| {
                    let job = job.call2(&JsValue::UNDEFINED, &event_as_js(&event), response)?;
                    name_of(&refuse_promise(job, "job")?)
                })
            }
        };
    }
    if let Some(cursor) = reader.function("cursor")? {
        builder = builder.cursor_if(move |event| {
            let cursor = call(&cursor, &event_as_js(&event))?;
            name_of(&refuse_promise(cursor, "cursor")?)
        });
    }
    if let Some(on_open) = reader.function("onOpen")? {
        builder =
            builder.on_open(async move |response| called(&on_open, &response).await.map(drop));
    }
    if let Some(on_retry) = reader.function("onRetry")? {
        builder = builder.on_retry_if(move |info| call(&on_retry, &retry_as_js(info)).map(drop));
    }
    if let Some(on_comment) = reader.function("onComment")? {
        builder = builder.on_comment_if(move |text| call(&on_comment, &text.into()).map(drop));
    }
    Ok(builder)
}

/// What the function returns, awaited if it is a promise.
async fn called(function: &Function, argument: &JsValue) -> Result<JsValue, Error> {
    Ok(JsFuture::from(Promise::resolve(&call(function, argument)?)).await?)
}

fn call(function: &Function, argument: &JsValue) -> Result<JsValue, Error> {
    Ok(function.call1(&JsValue::UNDEFINED, argument)?)
}

/// What a function of the page returned, whose answer can't be waited for.
fn refuse_promise(answer: JsValue, name: &str) -> Result<JsValue, Error> {
    if Reflect::get(&answer, &"then".into()).is_ok_and(|then| then.is_function()) {
        let message = ["`", name, "` must not return a promise"].concat();
        return Err(Error::new(ErrorCode::InvalidOptions, message));
    }
    Ok(answer)
}

/// The text of a URL. What is none would be a URL by its name, such as `/undefined`.
fn url_of(url: &JsValue) -> Result<String, Error> {
    let href = || Reflect::get(url, &"href".into()).ok()?.as_string();
    let invalid =
        || Error::new(ErrorCode::InvalidOptions, "the URL must be a string or a URL".into());
    url.as_string().or_else(href).ok_or_else(invalid)
}

/// A job or a cursor: a string, or a number. Nothing, `false` and `''` are none.
fn name_of(value: &JsValue) -> Result<Option<String>, Error> {
    if value.is_falsy() && value.as_f64() != Some(0.0) {
        return Ok(None);
    }
    Ok(Some(text_of(value)?))
}

fn retry(builder: Builder, reader: &Reader) -> Result<Builder, Error> {
    let Some(retry) = reader.value("retry")? else { return Ok(builder) };
    match retry.as_bool() {
        Some(false) => return Ok(builder.no_retry()),
        Some(true) => return Ok(builder.retry(RetryPolicy::default()).repeat()),
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
    let should_retry = reader.function("shouldRetry")?;
    reader.finish()?;
    let builder = builder.retry(policy);
    let Some(should_retry) = should_retry else { return Ok(builder) };
    Ok(builder.should_retry_if(move |error, attempt| {
        let error = JsValue::from(error.clone());
        let verdict = should_retry.call2(&JsValue::UNDEFINED, &error, &attempt.into())?;
        let verdict = refuse_promise(verdict, "shouldRetry")?;
        Ok(match verdict.as_f64() {
            // No number is no delay.
            Some(delay) if delay.is_nan() => RetryDecision::Retry,
            Some(delay) => {
                let delay = Duration::try_from_secs_f64(delay.max(0.0) / 1_000.0);
                RetryDecision::RetryAfter(delay.unwrap_or(Duration::MAX))
            }
            None if verdict.is_truthy() => RetryDecision::Retry,
            None => RetryDecision::Fail,
        })
    }))
}

/// Sets what all requests beside the stream have in common: of the options that may be functions, those
/// that are not.
macro_rules! endpoint {
    ($name:ident, $reader:expr) => {{
        let reader = &$reader;
        let expected = "a URL or a function";
        let url = reader.value("url")?.ok_or_else(|| reader.invalid("url", expected))?;
        let get_url = url.dyn_ref::<Function>().cloned();
        let text = if get_url.is_some() { String::new() } else { url_of(&url)? };
        let mut request = $name::to(&text);
        request = with(request, reader.string("method")?, |request, name| request.method(&name));
        let get_headers = function_in(reader, "headers")?;
        if get_headers.is_none() {
            for (name, value) in header_pairs(reader)? {
                request = request.header(&name, &value);
            }
        }
        let get_body = function_in(reader, "body")?;
        if get_body.is_none() {
            request = with(request, reader.value("body")?, $name::body);
        }
        if get_url.is_some() || get_headers.is_some() || get_body.is_some() {
            request = request.with(move |mut request, context| {
                let context = context_as_js(context);
                if let Some(get_url) = &get_url {
                    let url = refuse_promise(call(get_url, &context)?, "url")?;
                    request = request.url(&url_of(&url)?);
                }
                if let Some(get_headers) = &get_headers {
                    let headers = refuse_promise(call(get_headers, &context)?, "headers")?;
                    for (name, value) in pairs(&headers_of(&headers)?)? {
                        request = request.header(&name, &value);
                    }
                }
                match &get_body {
                    Some(get_body) => Ok(request.body(call(get_body, &context)?)),
                    None => Ok(request),
                }
            });
        }
        request
    }};
}

fn cancel(options: JsValue) -> Result<CancelRequest, Error> {
    let reader = Reader::new(options, "cancel.")?;
    let mut request = endpoint!(CancelRequest, reader);
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

fn ack(options: JsValue) -> Result<AckRequest, Error> {
    let reader = Reader::new(options, "ack.")?;
    let mut request = endpoint!(AckRequest, reader);
    request = with(request, duration(&reader, "timeout")?, AckRequest::timeout);
    request =
        with(request, reader.number("every", 1)?, |request, every| request.every(every as u32));
    reader.finish()?;
    Ok(request)
}

fn resume(options: JsValue) -> Result<ResumeRequest, Error> {
    let reader = Reader::new(options, "resume.")?;
    let mut request = endpoint!(ResumeRequest, reader);
    if reader.get::<bool>("replays", "a boolean")?.unwrap_or_default() {
        request = request.replays();
    }
    reader.finish()?;
    Ok(request)
}

/// The option, if it is a function.
fn function_in(reader: &Reader, name: &'static str) -> Result<Option<Function>, Error> {
    Ok(reader.value(name)?.and_then(|value| value.dyn_into().ok()))
}

/// Whatever the `Headers` constructor takes, as names and values.
fn header_pairs(reader: &Reader) -> Result<Vec<(String, String)>, Error> {
    match reader.value("headers")? {
        Some(headers) => pairs(&headers_of(&headers)?),
        None => Ok(Vec::new()),
    }
}

fn pairs(headers: &web_sys::Headers) -> Result<Vec<(String, String)>, Error> {
    let text = |pair: &Array, at| pair.get(at).unchecked_into::<JsString>().into();
    let pairs = Array::from(headers).into_iter().map(JsCast::unchecked_into::<Array>);
    Ok(pairs.map(|pair| (text(&pair, 0), text(&pair, 1))).collect())
}

/// The longest is no limit.
fn duration(reader: &Reader, name: &'static str) -> Result<Option<Duration>, Error> {
    let milliseconds = reader.number(name, 1)?;
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
