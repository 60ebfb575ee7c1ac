//! `OpenOptions` of `pkg/src/options.ts` to [`Settings`], checked.
//!
//! Read by hand: serde-wasm-bindgen would add half to the size of the module.

use super::{error::to_js, host::Host};
use crate::{
    error::Error,
    fetch::{ACCEPT, FormatOption, Request, Source, get, resolve_url, settle},
    sse::{DEFAULT_MAX_EVENT_SIZE, EventRef, Format},
    stream::{
        Ack, CONNECT_TIMEOUT, Cancel, CancelOn, Done, ENDPOINT_TIMEOUT, Endpoint, Hooks, RetryMode,
        Settings, Verdict, credentials_of, retry::RetryPolicy,
    },
};
use alloc::{boxed::Box, string::String};
use js_sys::{Array, Function, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};

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

/// An object of options, and what it is called in messages.
struct Reader<'a> {
    object: &'a JsValue,
    path: &'a str,
}

impl Reader<'_> {
    /// `undefined` and `null` are absent.
    fn get(&self, name: &str) -> Result<Option<JsValue>, Error> {
        let value = Reflect::get(self.object, &name.into()).map_err(Error::callback)?;
        Ok(if value.is_undefined() || value.is_null() { None } else { Some(value) })
    }

    fn invalid(&self, name: &str, expected: &str) -> Error {
        Error::invalid(["`", self.path, name, "` must be ", expected].concat())
    }

    fn function(&self, name: &str) -> Result<Option<Function>, Error> {
        self.get(name)?
            .map(|value| value.dyn_into().map_err(|_| self.invalid(name, "a function")))
            .transpose()
    }

    fn string(&self, name: &str) -> Result<Option<String>, Error> {
        self.get(name)?
            .map(|value| value.as_string().ok_or_else(|| self.invalid(name, "a string")))
            .transpose()
    }

    fn number(&self, name: &str, least: u8) -> Result<Option<f64>, Error> {
        let expected = if least == 0 { "a number of at least 0" } else { "a number of at least 1" };
        self.get(name)?
            .map(|value| {
                let number = value.as_f64().filter(|number| *number >= f64::from(least));
                number.ok_or_else(|| self.invalid(name, expected))
            })
            .transpose()
    }

    /// Milliseconds, or `None` for `Infinity`.
    fn timeout(&self, name: &str, default: Option<f64>) -> Result<Option<f64>, Error> {
        Ok(self.number(name, 0)?.or(default).filter(|limit| limit.is_finite()))
    }

    fn source(&self, name: &str) -> Result<Source, Error> {
        Ok(self.get(name)?.unwrap_or_default().into())
    }

    fn method(&self, default: &str) -> Result<String, Error> {
        // As `fetch` does for the methods that it knows; `patch` stays as it is there.
        let method = self.string("method")?.unwrap_or_else(|| default.into());
        let upper = method.to_ascii_uppercase();
        let is_known =
            matches!(upper.as_str(), "DELETE" | "GET" | "HEAD" | "OPTIONS" | "POST" | "PUT");
        Ok(if is_known { upper } else { method })
    }
}

/// Options to settings.
pub(super) fn read(url: &JsValue, options: &JsValue, host: &Host) -> Result<Settings, Error> {
    if !options.is_object() {
        return Err(Error::invalid("the options must be an object"));
    }
    let reader = Reader { object: options, path: "" };
    let init = Object::new();
    for name in FETCH_MEMBERS {
        if let Some(value) = reader.get(name)? {
            let _ = Reflect::set(&init, &name.into(), &value);
        }
    }
    let fetch = reader.function("fetch")?;
    let endpoint = |name: &str, value: JsValue| -> Result<Endpoint, Error> {
        read_endpoint(&Reader { object: &value, path: name }, &init, fetch.as_ref())
    };
    let cancel = match reader.get("cancel")? {
        Some(value) => Some(Cancel {
            on: read_on(&Reader { object: &value, path: "cancel." })?,
            endpoint: endpoint("cancel.", value)?,
        }),
        None => None,
    };
    let ack = match reader.get("ack")? {
        Some(value) => {
            let every = Reader { object: &value, path: "ack." }.number("every", 1)?;
            Some(Ack { every: every.unwrap_or(1.0) as u32, endpoint: endpoint("ack.", value)? })
        }
        None => None,
    };
    let request = read_request(url, &reader, init, fetch)?;
    Ok(Settings {
        request,
        format: match reader.string("format")?.as_deref() {
            None => FormatOption::ByType,
            Some("sse") => FormatOption::Known(Format::Sse),
            Some("ndjson") => FormatOption::Known(Format::Ndjson),
            Some(_) => return Err(reader.invalid("format", "'sse' or 'ndjson'")),
        },
        done: read_done(&reader, host)?,
        retry: read_retry(&reader)?,
        connect_timeout: reader.timeout("connectTimeout", Some(CONNECT_TIMEOUT))?,
        idle_timeout: reader.timeout("idleTimeout", None)?,
        max_event_size: reader
            .number("maxEventSize", 1)?
            .map_or(DEFAULT_MAX_EVENT_SIZE, |bytes| bytes as usize),
        last_event_id: reader.string("lastEventId")?.unwrap_or_default(),
        pause_when_hidden: match reader.string("whenHidden")?.as_deref() {
            None | Some("keep") => false,
            Some("pause") => true,
            Some(_) => return Err(reader.invalid("whenHidden", "'keep' or 'pause'")),
        },
        cancel,
        ack,
        hooks: read_hooks(&reader, host)?,
    })
}

/// The outside signal. Not by its class: it may be of another realm, or a look-alike.
pub(super) fn signal(options: &JsValue) -> Result<Option<web_sys::AbortSignal>, Error> {
    let reader = Reader { object: options, path: "" };
    let Some(signal) = reader.get("signal")? else { return Ok(None) };
    let is_signal = get(&signal, "aborted").as_bool().is_some()
        && get(&signal, "addEventListener").is_function();
    if !is_signal {
        return Err(reader.invalid("signal", "an AbortSignal"));
    }
    Ok(Some(signal.unchecked_into()))
}

fn read_request(
    url: &JsValue,
    reader: &Reader<'_>,
    init: Object,
    fetch: Option<Function>,
) -> Result<Request, Error> {
    let request = Request {
        url: resolve_url(url)?,
        method: reader.method("GET")?,
        headers: reader.source("headers")?,
        body: reader.source("body")?,
        init,
        fetch,
        accept: Some(ACCEPT),
    };
    request.check()?;
    Ok(request)
}

/// Its credentials and its `fetch` are the stream's.
fn read_endpoint(
    reader: &Reader<'_>,
    stream: &Object,
    fetch: Option<&Function>,
) -> Result<Endpoint, Error> {
    let url = reader.get("url")?.ok_or_else(|| reader.invalid("url", "a URL or a function"))?;
    Ok(Endpoint {
        url: url.into(),
        method: reader.method("POST")?,
        headers: reader.source("headers")?,
        body: reader.source("body")?,
        init: credentials_of(stream),
        fetch: fetch.cloned(),
        timeout: reader.number("timeout", 0)?.unwrap_or(ENDPOINT_TIMEOUT),
    })
}

fn read_on(reader: &Reader<'_>) -> Result<CancelOn, Error> {
    let mut on = CancelOn::default();
    let expected = "an array of 'abort', 'return', 'pagehide' and 'unsent'";
    let Some(value) = reader.get("on")? else { return Ok(on) };
    let names: Array = value.dyn_into().map_err(|_| reader.invalid("on", expected))?;
    for name in names.iter() {
        match name.as_string().as_deref() {
            Some("abort") => on.abort = true,
            Some("return") => on.leave = true,
            Some("pagehide") => on.pagehide = true,
            Some("unsent") => on.unsent = true,
            _ => return Err(reader.invalid("on", expected)),
        }
    }
    Ok(on)
}

fn read_retry(reader: &Reader<'_>) -> Result<RetryMode, Error> {
    let Some(value) = reader.get("retry")? else {
        return Ok(RetryMode::Safe(RetryPolicy::default()));
    };
    match value.as_bool() {
        Some(false) => return Ok(RetryMode::Never),
        Some(true) => return Ok(RetryMode::Always(RetryPolicy::default())),
        None if value.is_object() => {}
        None => return Err(reader.invalid("retry", "a boolean or an object")),
    }
    let reader = Reader { object: &value, path: "retry." };
    let default = RetryPolicy::default();
    Ok(RetryMode::Always(RetryPolicy {
        max_attempts: reader
            .number("maxAttempts", 1)?
            .map_or(default.max_attempts, |attempts| attempts as u32),
        initial_delay: reader.number("initialDelay", 0)?.unwrap_or(default.initial_delay),
        max_delay: reader.number("maxDelay", 0)?.unwrap_or(default.max_delay),
        factor: reader.number("factor", 1)?.unwrap_or(default.factor),
        jitter: reader.number("jitter", 0)?.unwrap_or(default.jitter).min(1.0),
        min_delay: reader.number("minDelay", 0)?.unwrap_or(default.min_delay),
    }))
}

fn read_done(reader: &Reader<'_>, host: &Host) -> Result<Option<Done>, Error> {
    let Some(value) = reader.get("done")? else { return Ok(None) };
    if let Some(marker) = value.as_string() {
        return Ok(Some(Done::Data(marker)));
    }
    let function: Function =
        value.dyn_into().map_err(|_| reader.invalid("done", "a string or a function"))?;
    let host = host.clone();
    Ok(Some(Done::Predicate(Box::new(move |event: EventRef<'_>| {
        let event = host.event(event.event_type, event.data, event.last_event_id);
        Ok(function.call1(&JsValue::UNDEFINED, &event)?.is_truthy())
    }))))
}

fn read_hooks(reader: &Reader<'_>, host: &Host) -> Result<Hooks, Error> {
    const THIS: JsValue = JsValue::UNDEFINED;
    let mut hooks = Hooks::default();
    if let Some(function) = reader.function("onOpen")? {
        hooks.open = Some(Box::new(move |response| {
            let result = function.call1(&THIS, &response);
            Box::pin(async move { settle(result?).await.map(drop) })
        }));
    }
    let [opened, ended, closed, settled] = [(); 4].map(|()| host.clone());
    hooks.opened = Some(Box::new(move |response| opened.opened(&response)));
    hooks.ended = Some(Box::new(move |ending, error| {
        let error = error.map(|error| to_js(error, &ended));
        ended.ended(ending.as_str(), &error.unwrap_or_default());
    }));
    hooks.closed = Some(Box::new(move |notified| closed.closed(notified)));
    hooks.settled = Some(Box::new(move || settled.settled()));
    if let Some(function) = reader.function("onRetry")? {
        let host = host.clone();
        hooks.retry = Some(Box::new(move |info| {
            let info = host.retry(info.attempt, info.delay, &to_js(info.error, &host));
            function.call1(&THIS, &info).map(drop)
        }));
    }
    if let Some(function) = reader.function("onComment")? {
        hooks.comment = Some(Box::new(move |text| function.call1(&THIS, &text.into()).map(drop)));
    }
    let retry = reader.get("retry")?.filter(JsValue::is_object).unwrap_or_default();
    if retry.is_object()
        && let Some(function) =
            (Reader { object: &retry, path: "retry." }).function("shouldRetry")?
    {
        let host = host.clone();
        hooks.should_retry = Some(Box::new(move |error, attempt| {
            let verdict = function.call2(&THIS, &to_js(error, &host), &attempt.into())?;
            Ok(match verdict.as_f64() {
                Some(delay) => Verdict::After(delay),
                None if verdict.is_truthy() => Verdict::Yes,
                None => Verdict::No,
            })
        }));
    }
    Ok(hooks)
}
