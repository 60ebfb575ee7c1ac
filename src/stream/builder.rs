//! The options of the Rust API.

use super::{
    EventStream,
    config::{Resume, RetryMode, StreamConfig},
    driver::Driver,
    machine::Machine,
    retry::RetryPolicy,
    settings::{Hooks, Settings},
    template::{AckRequest, CancelRequest, ResumeRequest, Template, milliseconds},
};
use crate::{
    error::{Error, ErrorCode, decimal},
    fetch::is_stream,
    sse::{DEFAULT_MAX_EVENT_SIZE, Decoder, Format},
};
use alloc::string::String;
use core::{cell::Cell, fmt, time::Duration};
use js_sys::{Function, Object, Reflect};
use wasm_bindgen::{JsCast as _, JsValue};

/// Milliseconds until the response's headers, unless the page says otherwise.
const CONNECT_TIMEOUT: f64 = 30_000.0;

/// The options of a stream to open, as [`EventStream::builder`] returns them.
#[must_use = "nothing is opened before `open`"]
pub struct Builder {
    request: Template,
    format: Option<Format>,
    pub(super) marker: Option<String>,
    pub(super) hooks: Hooks,
    retry: RetryMode,
    policy: RetryPolicy,
    /// Milliseconds.
    connect_timeout: f64,
    idle_timeout: f64,
    max_event_size: usize,
    last_event_id: String,
    cancel: Option<CancelRequest>,
    signal: Option<web_sys::AbortSignal>,
    ack: Option<AckRequest>,
    resume: Option<ResumeRequest>,
    pub(super) job: Option<String>,
    pauses: bool,
    /// Whether the first request is repeated although there is a resuming one.
    repeats: bool,
    given: Option<web_sys::Response>,
    /// The error that `open` returns.
    problem: Option<Error>,
}

impl Builder {
    pub(super) fn new(url: &str) -> Self {
        Self {
            request: Template::new(url, "GET"),
            format: None,
            marker: None,
            hooks: Hooks::default(),
            retry: RetryMode::Safe,
            policy: RetryPolicy::default(),
            connect_timeout: CONNECT_TIMEOUT,
            idle_timeout: f64::INFINITY,
            max_event_size: DEFAULT_MAX_EVENT_SIZE,
            last_event_id: String::new(),
            cancel: None,
            signal: None,
            ack: None,
            resume: None,
            job: None,
            pauses: false,
            repeats: false,
            given: None,
            problem: None,
        }
    }

    /// Sets the method. Default: GET.
    pub fn method(mut self, method: &str) -> Self {
        self.request.set_method(method);
        self
    }

    /// Adds a header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.request.add_header(name, value);
        self
    }

    /// Sets the body to anything that `fetch` accepts: a string, a `Blob`, `FormData`. Default: none.
    pub fn body(mut self, body: impl Into<JsValue>) -> Self {
        self.request.set_body(body.into());
        self
    }

    /// Sets the body to a value, sent as JSON.
    ///
    /// # Errors
    /// [`InvalidOptions`](crate::ErrorCode::InvalidOptions) if it can't be serialized.
    #[cfg(feature = "serde")]
    pub fn json(mut self, body: &impl serde::Serialize) -> Result<Self, Error> {
        self.request.set_json(body)?;
        Ok(self)
    }

    /// Sets other options of `fetch`: `credentials`, `mode`, `redirect` and the like. A signal in `init`
    /// has the effect of [`signal`](Self::signal); the method, headers and body are ignored. The
    /// [`CancelRequest`] is sent with the same credentials.
    pub fn init(mut self, init: &web_sys::RequestInit) -> Self {
        self.request.init = Object::assign(&Object::new(), init);
        // The request of `resume` has the same `init`, but a method, headers and a body of its own.
        for name in ["method", "headers", "body"] {
            let _ = Reflect::delete_property(&self.request.init, &name.into());
        }
        match Reflect::get(init, &"signal".into()) {
            Ok(signal) if signal.is_object() => self.signal(signal.unchecked_ref()),
            _ => self,
        }
    }

    /// Sets the format of the body. Default: the one that the response's content type names.
    pub fn format(mut self, format: Format) -> Self {
        self.format = Some(format);
        self
    }

    /// Sets the marker that ends the stream: the data of an event. The marker itself is not delivered.
    /// After it, the server has a second to end its response. Default: none.
    pub fn done(mut self, marker: &str) -> Self {
        self.marker = Some(marker.into());
        self.hooks.is_done = None;
        self
    }

    /// Always reconnects by this policy, also with a POST, for servers that resume by `Last-Event-ID`.
    /// Default: [`RetryPolicy::default`] for GET and HEAD, and never for other methods, because repeating
    /// those may run the work twice. With [`resume`](Self::resume), the policy applies to the resuming
    /// request; see [`repeat`](Self::repeat) for the first one.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = RetryMode::Always;
        self.policy = policy;
        self
    }

    /// With [`resume`](Self::resume), also repeats the first request as long as the resuming one can't be
    /// sent: no job is known yet, or the answer has not begun.
    pub fn repeat(mut self) -> Self {
        self.repeats = true;
        self
    }

    /// Never reconnects.
    pub fn no_retry(mut self) -> Self {
        self.retry = RetryMode::Never;
        self
    }

    /// Sets the time limit for the response's headers; `Duration::MAX` for none. Default: 30 s.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = milliseconds(timeout);
        self
    }

    /// Sets the longest pause between bytes, including comments. Default: no limit.
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.idle_timeout = milliseconds(timeout);
        self
    }

    /// Sets the most bytes that are buffered for one event. A larger event fails the stream with
    /// [`EventTooLarge`](crate::ErrorCode::EventTooLarge). Unknown fields, and comments that are not
    /// read, don't count. Default: 16 MiB.
    pub fn max_event_size(mut self, bytes: usize) -> Self {
        self.max_event_size = bytes;
        self
    }

    /// Sets the id of the event to resume after. It is sent as `Last-Event-ID` (WHATWG HTML, 9.2.4).
    /// Default: none.
    pub fn last_event_id(mut self, id: &str) -> Self {
        self.last_event_id = id.into();
        self
    }

    /// Ends the stream when the signal is aborted. The last item is then an error
    /// [`Aborted`](crate::ErrorCode::Aborted) with the signal's reason.
    pub fn signal(mut self, signal: &web_sys::AbortSignal) -> Self {
        self.signal = Some(signal.clone());
        self
    }

    /// Sets the request that tells the backend to stop its work. Default: none.
    pub fn cancel(mut self, request: CancelRequest) -> Self {
        self.cancel = Some(request);
        self
    }

    /// Sets the requests that acknowledge the events that the app took. Default: none.
    pub fn ack(mut self, request: AckRequest) -> Self {
        self.ack = Some(request);
        self
    }

    /// Sets the request that continues the answer after the connection broke. The first request is not
    /// sent a second time, unless [`repeat`](Self::repeat) allows it.
    pub fn resume(mut self, request: ResumeRequest) -> Self {
        self.resume = Some(request);
        self
    }

    /// Sets the job that works on the answer, if it is known from the start. With
    /// [`resume`](Self::resume), the first request is then the resuming one.
    pub fn job(mut self, job: &str) -> Self {
        self.job = Some(job.into());
        self.hooks.find_job = None;
        self
    }

    /// Closes a resumable stream while the page is hidden, and resumes it when the page is visible again.
    pub fn pause_when_hidden(mut self) -> Self {
        self.pauses = true;
        self
    }

    /// Sets the function to use instead of the global `fetch`.
    pub fn fetch(mut self, fetch: &Function) -> Self {
        self.request.fetch = Some(fetch.clone());
        self
    }

    /// Makes `open` fail with this error.
    pub(super) fn refused(mut self, problem: Error) -> Self {
        self.problem = Some(problem);
        self
    }

    /// Reads this response instead of sending a request.
    pub(super) fn given(mut self, response: web_sys::Response) -> Self {
        self.given = Some(response);
        self.no_retry()
    }

    /// Refuses numbers that would end everything at once, or request without a pause.
    fn check(&self) -> Result<(), Error> {
        let RetryPolicy { max_attempts, initial_delay, max_delay, factor, jitter, min_delay } =
            self.policy;
        let of_cancel = self.cancel.as_ref().map(|cancel| cancel.0.timeout);
        let of_ack = self.ack.as_ref().map(|ack| ack.0.timeout);
        let numbers = [
            ("connect_timeout", Some(self.connect_timeout), 1.0),
            ("idle_timeout", Some(self.idle_timeout), 1.0),
            ("CancelRequest::timeout", of_cancel, 1.0),
            ("AckRequest::timeout", of_ack, 1.0),
            ("max_event_size", Some(self.max_event_size as f64), 1.0),
            ("max_attempts", Some(max_attempts.into()), 1.0),
            ("initial_delay", Some(initial_delay), 0.0),
            ("max_delay", Some(max_delay), 0.0),
            ("factor", Some(factor), 1.0),
            ("jitter", Some(jitter), 0.0),
            ("min_delay", Some(min_delay), 0.0),
        ];
        for (name, number, least) in numbers {
            // Not a number is not at least anything.
            if number.is_some_and(|number| number.is_nan() || number < least) {
                let message = ["`", name, "` must be at least ", &decimal(least)].concat();
                return Err(Error::new(ErrorCode::InvalidOptions, message));
            }
        }
        Ok(())
    }

    /// Creates the stream. Its request is sent when the stream is first polled.
    ///
    /// # Errors
    /// [`InvalidOptions`](crate::ErrorCode::InvalidOptions) if an option has a wrong value or the URL does
    /// not parse. The message says what to change.
    pub fn open(self) -> Result<EventStream, Error> {
        if let Some(problem) = self.problem {
            return Err(problem);
        }
        self.check()?;
        let Self { request: template, hooks, .. } = self;
        let request = template.clone().into_request()?;
        request.check()?;
        let endpoint = |endpoint: super::template::Endpoint| {
            let template = endpoint.template.sent_like(&template);
            // While an error still helps.
            if endpoint.fill.is_none() {
                template.clone().into_request()?.check()?;
            }
            Ok::<_, Error>(super::template::Endpoint { template, ..endpoint })
        };
        let cancel = self.cancel.map(|request| endpoint(request.0)).transpose()?;
        let ack = self.ack.map(|request| endpoint(request.0)).transpose()?;
        let resume = self.resume.map(|request| endpoint(request.0)).transpose()?;
        let sent_again = resume.as_ref().map(|resume| &resume.template);
        if sent_again.is_some_and(|template| is_stream(&template.body)) {
            let message = "the body of `ResumeRequest` must not be a stream: it may be sent again";
            return Err(Error::new(ErrorCode::InvalidOptions, message.into()));
        }
        let finds_job = hooks.find_job.is_some();
        let is_resumed_first = resume.is_some() && self.job.is_some();
        let needs_job = finds_job && cancel.as_ref().is_some_and(|cancel| cancel.fill.is_some());
        let retry = match self.retry {
            RetryMode::Always if resume.is_some() && !self.repeats => RetryMode::Safe,
            mode => mode,
        };
        let config = StreamConfig {
            retry,
            // What began in a page before is at its end at the end of a response.
            is_safe: request.is_safe() && !is_resumed_first,
            is_repeatable: request.is_repeatable(),
            format: self.format,
            has_done: self.marker.is_some() || hooks.is_done.is_some(),
            marker: self.marker,
            cancel: cancel.as_ref().map(|cancel| cancel.on),
            cancel_needs_job: needs_job,
            resume: resume
                .as_ref()
                .map(|resume| Resume { replays: resume.replays, is_first: is_resumed_first }),
            finds_job,
            connect_timeout: self.connect_timeout,
            idle_timeout: self.idle_timeout,
            pauses: self.pauses,
            asks_retry: hooks.should_retry.is_some(),
            asks_end: false,
            hands_on_bytes: false,
        };
        let mut decoder = Decoder::new()
            .max_event_size(self.max_event_size)
            .keep_comments(hooks.on_comment.is_some());
        decoder.set_last_event_id(&self.last_event_id);
        let seed = js_sys::Math::random() * f64::from(u32::MAX);
        let mut machine = Machine::new(config, decoder, seed as u32);
        machine.set_policy(self.policy);
        let settings = Settings {
            request: template,
            resume,
            hooks,
            connect_timeout: self.connect_timeout,
            idle_timeout: self.idle_timeout,
            max_event_size: self.max_event_size,
            signal: self.signal,
            given: Cell::new(self.given),
        };
        let driver = Driver::new(settings, (cancel, needs_job), ack, self.job, machine);
        Ok(EventStream::new(driver))
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.request.debug(f, "Builder")
    }
}
