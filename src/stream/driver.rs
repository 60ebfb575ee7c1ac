//! The driver of the Rust API: does what the machine says, over the browser's `fetch`. Its consumer
//! polls it; anyone may stop it.

use super::{
    cancel::{Cancel, CancelResult},
    event_stream::{Event, Outcome},
    failure::Failure,
    lifecycle::{OutcomeType, State},
    machine::Machine,
    retry::retry_after,
    step::{Action, End, Input, Step},
};
use crate::{
    error::{Error, ErrorCode, decimal, text::ErrorText},
    fetch::{
        Body, EventListener, Exchange, Init, PageEvent, ReadError, Request, Returned, Signal,
        display_url, http_error, now, reason_of, sleep_until_back, tag_of, type_error, within,
    },
    sse::EventRef,
};
use alloc::{
    boxed::Box,
    rc::{Rc, Weak},
    string::String,
    vec::Vec,
};
use core::{
    cell::{Cell, Ref, RefCell},
    future::{Future, pending},
    pin::pin,
};
use js_sys::Uint8Array;
use wasm_bindgen::{JsCast, JsValue};

/// The options that the machine need not know.
pub(super) struct Settings {
    pub(super) request: Request,
    /// Finds the event that ends the stream.
    pub(super) is_done: Option<Box<DonePredicate>>,
    /// Milliseconds.
    pub(super) connect_timeout: f64,
    pub(super) idle_timeout: f64,
    /// Bytes.
    pub(super) max_event_size: usize,
    pub(super) cancel: Option<Cancel>,
}

pub(super) type DonePredicate = dyn Fn(EventRef<'_>) -> bool;

/// A request and its response. Dropping it aborts what is under way.
struct Connection {
    body: Option<Body>,
    response: web_sys::Response,
    _exchange: Exchange,
}

pub(super) struct Driver {
    settings: Settings,
    machine: RefCell<Machine>,
    /// Between `Prepare` and `Send`.
    init: RefCell<Option<Init>>,
    /// Taken out while it is in use.
    connection: RefCell<Option<Connection>>,
    chunk: RefCell<Vec<u8>>,
    /// Delivered over this connection.
    events: Cell<u32>,
    /// What the next retry, or the end, is due to.
    error: RefCell<Option<Error>>,
    stop: Signal,
    response: RefCell<Option<web_sys::Response>>,
    outcome: RefCell<Option<Outcome>>,
    _page_left: Option<EventListener>,
}

impl Driver {
    pub(super) fn new(settings: Settings, machine: Machine) -> Rc<Self> {
        Rc::new_cyclic(|driver: &Weak<Self>| {
            let driver = driver.clone();
            let leave = move |event: PageEvent| {
                let Some(driver) = driver.upgrade() else { return };
                let step = driver.handle_with(Input::PageLeft, u8::from(event.persisted()).into());
                driver.apply(step);
            };
            Self {
                settings,
                machine: RefCell::new(machine),
                init: RefCell::default(),
                connection: RefCell::default(),
                chunk: RefCell::default(),
                events: Cell::default(),
                error: RefCell::default(),
                stop: Signal::default(),
                response: RefCell::default(),
                outcome: RefCell::default(),
                _page_left: EventListener::new("pagehide", leave),
            }
        })
    }

    pub(super) fn state(&self) -> State {
        self.machine.borrow().state()
    }

    pub(super) fn machine(&self) -> Ref<'_, Machine> {
        self.machine.borrow()
    }

    pub(super) fn outcome(&self) -> Option<Outcome> {
        self.outcome.borrow().clone()
    }

    /// Returns the response of the last attempt that got one.
    pub(super) fn response(&self) -> Option<web_sys::Response> {
        self.response.borrow().clone()
    }

    /// Returns the next events, never none, or `None` at the end.
    pub(super) async fn next(&self) -> Option<Vec<Event>> {
        // Dropping the work drops what it has under way: stopping needs no other clean-up.
        self.stop.race(self.advance()).await.flatten()
    }

    async fn advance(&self) -> Option<Vec<Event>> {
        let mut step = self.handle(Input::Pull);
        if self.machine().attempt() == 0 {
            step = self.handle(Input::Open);
        }
        loop {
            self.apply(step);
            // Not within the `match`: the machine would stay borrowed over the wait.
            let timer = self.machine().timer();
            step = match step.action() {
                // What ends the wait comes from outside.
                Action::Wait => pending().await,
                Action::Prepare => self.prepare(),
                Action::Send => self.send(timer).await,
                Action::Accept => self.accept(),
                Action::Inspect => self.handle(Input::Accepted),
                Action::Refuse => self.refuse().await,
                Action::Read => self.read(timer).await,
                Action::Deliver => match self.deliver() {
                    events if events.is_empty() => self.handle(Input::Pull),
                    events => return Some(events),
                },
                Action::AskRetry => self.handle_with(Input::Decided, f64::NAN),
                Action::AskEnd => self.handle(Input::EndAccepted),
                Action::Sleep => self.sleep(timer).await,
                Action::End | Action::Notify => return None,
            };
        }
    }

    fn handle(&self, input: Input) -> Step {
        self.handle_with(input, 0.0)
    }

    fn handle_with(&self, input: Input, number: f64) -> Step {
        self.machine.borrow_mut().handle(input, number)
    }

    /// Does what goes before a step's action.
    fn apply(&self, step: Step) {
        if step.closes() {
            drop(self.connection.take());
        }
        if let Some(failure) = step.failure() {
            self.error.replace(Some(self.error_of(failure)));
        }
        if let Some(end) = step.ended() {
            self.end(end);
        }
    }

    fn prepare(&self) -> Step {
        let last_event_id = String::from(self.machine().decoder().last_event_id());
        match self.settings.request.prepare_stream(&last_event_id) {
            Ok(init) => {
                self.init.replace(Some(init));
                self.handle(Input::Prepared)
            }
            Err(error) => self.threw(error),
        }
    }

    async fn send(&self, timer: f64) -> Step {
        let Some(init) = self.init.take() else { return Step::WAIT };
        let exchange = match Exchange::new() {
            Ok(exchange) => exchange,
            Err(error) => return self.threw(error),
        };
        let sent = self.timed(timer, exchange.send(&self.settings.request, &init)).await;
        match sent {
            Err(step) => step,
            Ok(Ok(response)) => {
                let verdict =
                    self.machine.borrow_mut().judge(response.status(), &content_type(&response));
                self.events.set(0);
                self.connection.replace(Some(Connection {
                    body: None,
                    response,
                    _exchange: exchange,
                }));
                self.handle_with(Input::Answered, (verdict as u32).into())
            }
            Ok(Err(error)) if error.code == ErrorCode::Network => {
                self.failed(error, Failure::Network)
            }
            Ok(Err(error)) => self.threw(error),
        }
    }

    fn accept(&self) -> Step {
        let mut connection = self.connection.borrow_mut();
        let Some(connection) = &mut *connection else { return Step::WAIT };
        match Body::of(&connection.response) {
            Ok(body) => {
                connection.body = Some(body);
                self.response.replace(Some(JsValue::from(&connection.response).unchecked_into()));
                self.handle(Input::Accepted)
            }
            Err(cause) => {
                let message = "the response's body can't be read: it was read already, or \
                               somebody else reads it";
                self.threw(Error::new(ErrorCode::Unsupported, message.into()).caused_by(cause))
            }
        }
    }

    async fn refuse(&self) -> Step {
        let connection = self.connection.take();
        let Some(Connection { response, .. }) = &connection else { return Step::WAIT };
        if response.ok() {
            let error = type_error(response, &content_type(response)).await;
            self.failed(error, Failure::ContentType)
        } else {
            self.failed(http_error(response).await, Failure::Http)
        }
    }

    async fn read(&self, timer: f64) -> Step {
        let connection = self.connection.take();
        let Some(Connection { body: Some(body), .. }) = &connection else { return Step::WAIT };
        let read = self.timed(timer, body.read()).await;
        if matches!(read, Ok(Ok(Some(_)))) {
            self.connection.replace(connection);
        }
        match read {
            Err(step) => step,
            Ok(Ok(Some(chunk))) => self.decode(&chunk),
            Ok(Ok(None)) => self.handle(Input::BodyEnded),
            Ok(Err(ReadError::Broken(cause))) => self.broke(cause),
            Ok(Err(ReadError::NotBytes(chunk))) => {
                let tag = tag_of(&chunk);
                let message = ["a chunk of the response's body is ", &tag, ", not bytes"].concat();
                self.threw(Error::new(ErrorCode::Unsupported, message))
            }
        }
    }

    fn decode(&self, chunk: &Uint8Array) -> Step {
        let mut buffer = self.chunk.borrow_mut();
        let length = chunk.length() as usize;
        // It only grows: to fill it with zeros costs as much as to copy a chunk.
        if buffer.len() < length {
            buffer.resize(length, 0);
        }
        let bytes = &mut buffer[..length];
        chunk.copy_to(bytes);
        self.machine.borrow_mut().push(bytes, true)
    }

    fn deliver(&self) -> Vec<Event> {
        let mut events: Vec<Event> = self.machine().decoder().events().map(Event::from).collect();
        // The page's code runs while nothing is borrowed: it may stop the stream.
        if let Some(is_done) = &self.settings.is_done
            && let Some(index) = events.iter().position(|event| is_done(event.as_ref()))
        {
            events.truncate(index);
            let step = self.handle(Input::FoundDone);
            self.apply(step);
        }
        self.events.set(self.events.get() + events.len() as u32);
        events
    }

    async fn sleep(&self, timer: f64) -> Step {
        let mut step = Step::WAIT;
        sleep_until_back(timer, |returned| {
            step = self.handle(match returned {
                Returned::Yes => Input::Returned,
                Returned::No => Input::Timer,
            });
            step.action() != Action::Wait
        })
        .await;
        step
    }

    /// Returns what the work results in, or the step that its timer leads to.
    async fn timed<T>(&self, mut timer: f64, work: impl Future<Output = T>) -> Result<T, Step> {
        let mut work = pin!(work);
        loop {
            let due = now() + timer;
            if let Some(result) = within(timer, work.as_mut()).await {
                return Ok(result);
            }
            let step = self.handle_with(Input::Timer, now() - due);
            if step.action() != Action::Wait {
                return Err(step);
            }
            timer = self.machine().timer();
        }
    }

    /// Nothing is to be tried again after this error.
    fn threw(&self, mut error: Error) -> Step {
        error.details().attempt = self.machine().attempt();
        self.error.replace(Some(error));
        self.handle(Input::Threw)
    }

    fn failed(&self, mut error: Error, failure: Failure) -> Step {
        let status = error.status.unwrap_or_default();
        let header = error.headers.as_ref().and_then(|headers| headers.get("retry-after").ok()?);
        let until = |date: &str| js_sys::Date::parse(date) - js_sys::Date::now();
        let retry_after = retry_after(&header.unwrap_or_default(), until);
        let details = error.details();
        details.attempt = self.machine().attempt();
        details.retryable = failure.is_retryable(status);
        self.error.replace(Some(error));
        self.machine.borrow_mut().failed(failure, status, retry_after)
    }

    fn broke(&self, cause: JsValue) -> Step {
        let url = display_url(&self.settings.request.url);
        let events = self.events.get();
        let unit = if events == 1 { " event" } else { " events" };
        let how = decimal(events.into()) + unit + &reason_of(&cause);
        let error = Error::new(ErrorCode::Network, ErrorText::Broke.with(&url, &how));
        self.failed(error.caused_by(cause), Failure::Network)
    }

    /// The error of a failure that the machine noticed.
    fn error_of(&self, failure: Failure) -> Error {
        let Settings { request, connect_timeout, idle_timeout, max_event_size, .. } =
            &self.settings;
        let url = display_url(&request.url);
        let (code, text) = match failure {
            Failure::ConnectTimeout => (
                ErrorCode::ConnectTimeout,
                ErrorText::NoResponse.with(&url, &decimal(*connect_timeout)),
            ),
            Failure::IdleTimeout => {
                (ErrorCode::IdleTimeout, ErrorText::Silence.with(&url, &decimal(*idle_timeout)))
            }
            Failure::EventTooLarge => {
                let limit = decimal(*max_event_size as f64);
                (ErrorCode::EventTooLarge, ErrorText::TooLarge.with(&limit, ""))
            }
            _ => (ErrorCode::Network, ErrorText::Ended.with(&url, "")),
        };
        let mut error = Error::new(code, text);
        error.details().attempt = self.machine().attempt();
        error.details().retryable = failure.is_retryable(0);
        error
    }

    fn end(&self, End { outcome_type, is_exhausted, .. }: End) {
        let mut error = self.error.take().filter(|_| outcome_type == OutcomeType::Failed);
        if let Some(last) = error.take_if(|_| is_exhausted) {
            let text = ErrorText::GaveUp.with(&decimal(last.attempt.into()), &last.message);
            let mut exhausted = Error::new(ErrorCode::RetriesExhausted, text);
            exhausted.details().attempt = last.attempt;
            exhausted.details().source = Some(last);
            error = Some(exhausted);
        }
        self.outcome.replace(Some(Outcome { outcome_type, error, notified: None }));
        self.stop.set();
    }

    /// Stops here and there.
    pub(super) fn cancel(self: &Rc<Self>) -> impl Future<Output = CancelResult> + use<> {
        let step = self.handle(Input::Cancel);
        self.apply(step);
        let driver = Rc::clone(self);
        async move {
            let Some(end) = step.ended() else { return CancelResult::default() };
            let notification = match &driver.settings.cancel {
                Some(cancel) if end.notify => Some(cancel.notify().await),
                _ => None,
            };
            if let Some(outcome) = driver.outcome.borrow_mut().as_mut() {
                outcome.notified = notification.as_ref().map(|sent| sent.notified);
            }
            CancelResult { aborted: true, notification }
        }
    }

    /// The consumer got the event that ends the stream.
    pub(super) fn done(&self) {
        let step = self.handle(Input::Done);
        self.apply(step);
    }

    /// The consumer ends the stream with an error.
    pub(super) fn fail(&self, error: Error) {
        self.error.replace(Some(error));
        let step = self.handle(Input::Fail);
        self.apply(step);
    }

    /// Stops here.
    pub(super) fn close(&self) {
        let step = self.handle(Input::Close);
        self.apply(step);
    }
}

fn content_type(response: &web_sys::Response) -> String {
    response.headers().get("content-type").ok().flatten().unwrap_or_default()
}
