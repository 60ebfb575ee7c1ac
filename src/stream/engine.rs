//! The driver of the Rust face: does what the machine decides, over the browser's `fetch`. Pulled
//! by its consumer, stopped by anyone.

use super::{
    cancel::{Cancel, CancelReport},
    event_stream::Outcome,
    lifecycle::State,
    machine::{Answer, Cause, Machine},
    message::Message,
    retry::retry_after,
    signal::Signal,
    waiting::{sleep_until_back, within},
};
use crate::{
    error::{Error, ErrorCode, decimal},
    fetch::{Body, Exchange, ReadError, Request, display_url, http_error, tag_of, type_error},
    sse::EventRef,
};
use alloc::{boxed::Box, rc::Rc, string::String, vec::Vec};
use core::cell::{Ref, RefCell};
use js_sys::Uint8Array;

/// All that the page decides about a stream and the machine need not know.
pub(super) struct Settings {
    pub(super) request: Request,
    /// Finds the event that ends the stream.
    pub(super) is_done: Option<Box<DonePredicate>>,
    /// Milliseconds; `None` is no limit.
    pub(super) connect_timeout: Option<f64>,
    pub(super) idle_timeout: Option<f64>,
    /// Bytes.
    pub(super) max_event_size: usize,
    pub(super) cancel: Option<Cancel>,
}

pub(super) type DonePredicate = dyn Fn(EventRef<'_>) -> bool;

/// A connection that is being read. Dropping it closes it.
struct Connection {
    body: Body,
    _exchange: Exchange,
}

enum Phase {
    Connect,
    Read(Connection),
    /// The response ended in order.
    Ended,
    Fail(Error),
    Wait(f64),
    Over(Cause),
}

pub(super) struct Engine {
    settings: Settings,
    machine: RefCell<Machine>,
    phase: RefCell<Phase>,
    chunk: RefCell<Vec<u8>>,
    stop: Signal,
    response: RefCell<Option<web_sys::Response>>,
    outcome: RefCell<Option<Outcome>>,
}

impl Engine {
    pub(super) fn new(settings: Settings, machine: Machine) -> Rc<Self> {
        Rc::new(Self {
            settings,
            machine: RefCell::new(machine),
            phase: RefCell::new(Phase::Connect),
            chunk: RefCell::default(),
            stop: Signal::default(),
            response: RefCell::default(),
            outcome: RefCell::default(),
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

    /// The response of the last attempt that got one.
    pub(super) fn response(&self) -> Option<web_sys::Response> {
        self.response.borrow().clone()
    }

    /// The next events: `true` if the decoder holds some, `false` at the end, however it came.
    pub(super) async fn next(&self) -> bool {
        // Dropping the work drops what it has under way: stopping needs no other clean-up.
        match self.stop.race(self.advance()).await {
            None => false,
            Some(Ok(None)) => true,
            Some(Ok(Some(cause))) => {
                self.end(cause, None);
                false
            }
            Some(Err(error)) => {
                self.end(Cause::Fail, Some(error));
                false
            }
        }
    }

    /// Goes on until there are events (`None`) or the stream has come to its end.
    async fn advance(&self) -> Result<Option<Cause>, Error> {
        loop {
            let phase = self.phase.replace(Phase::Connect);
            let is_read = matches!(phase, Phase::Read(_));
            let next = match phase {
                Phase::Connect => self.connect().await,
                Phase::Read(connection) => self.read(connection).await,
                Phase::Ended => self.after_end()?,
                Phase::Fail(error) => self.recover(error)?,
                Phase::Wait(delay) => {
                    sleep_until_back(delay).await;
                    Phase::Connect
                }
                Phase::Over(cause) => return Ok(Some(cause)),
            };
            self.phase.replace(next);
            if is_read && self.machine.borrow().decoder().event_count() > 0 {
                return Ok(None);
            }
        }
    }

    async fn connect(&self) -> Phase {
        self.machine.borrow_mut().connect();
        match self.try_connect().await {
            Ok(Some(connection)) => Phase::Read(connection),
            Ok(None) => Phase::Over(Cause::NoContent),
            Err(error) => Phase::Fail(error),
        }
    }

    async fn try_connect(&self) -> Result<Option<Connection>, Error> {
        let request = &self.settings.request;
        let last_event_id = String::from(self.machine.borrow().decoder().last_event_id());
        let init = request.prepare_stream(&last_event_id)?;
        let exchange = Exchange::new()?;
        self.machine.borrow_mut().sent();
        let limit = self.settings.connect_timeout;
        let sent = within(limit, exchange.send(request, &init)).await;
        let response = sent.unwrap_or_else(|| {
            Err(self.late(ErrorCode::ConnectTimeout, Message::NoResponse, limit))
        })?;
        let header = response.headers().get("content-type");
        let content_type = header.ok().flatten().unwrap_or_default();
        let answer = self.machine.borrow_mut().answered(response.status(), &content_type);
        match answer {
            Answer::Read => {}
            Answer::NoContent => return Ok(None),
            Answer::Refusal => return Err(http_error(&response).await),
            Answer::WrongType => return Err(type_error(&response, &content_type).await),
        }
        let body = Body::of(&response).map_err(|cause| {
            let message = "the response's body can't be read: it was read already, or it is read \
                           elsewhere";
            Error::new(ErrorCode::Unsupported, message.into()).caused_by(cause)
        })?;
        *self.response.borrow_mut() = Some(response);
        self.machine.borrow_mut().opened();
        Ok(Some(Connection { body, _exchange: exchange }))
    }

    async fn read(&self, connection: Connection) -> Phase {
        let limit = self.settings.idle_timeout;
        let chunk = match within(limit, connection.body.read()).await {
            Some(chunk) => chunk.map_err(|error| match error {
                ReadError::Broken(cause) => self.settings.request.unreachable(cause),
                ReadError::NotBytes(chunk) => {
                    let tag = tag_of(&chunk);
                    let message = ["a chunk of the response's body is ", &tag, ", not bytes"];
                    Error::new(ErrorCode::Unsupported, message.concat())
                }
            }),
            None => Err(self.late(ErrorCode::IdleTimeout, Message::Silence, limit)),
        };
        match chunk {
            Ok(Some(chunk)) => self.decode(connection, &chunk),
            Ok(None) => {
                self.machine.borrow_mut().finish();
                Phase::Ended
            }
            Err(error) => {
                self.machine.borrow_mut().broke();
                Phase::Fail(error)
            }
        }
    }

    fn decode(&self, connection: Connection, chunk: &Uint8Array) -> Phase {
        let mut bytes = self.chunk.borrow_mut();
        let length = chunk.length() as usize;
        // Only ever longer: to fill it with zeros costs as much as to copy a chunk.
        if bytes.len() < length {
            bytes.resize(length, 0);
        }
        let bytes = &mut bytes[..length];
        chunk.copy_to(bytes);

        let mut machine = self.machine.borrow_mut();
        let (is_marked, pushed) = machine.push(bytes);
        let is_done = self.settings.is_done.as_deref();
        let found = is_done.and_then(|is_done| machine.decoder().events().position(is_done));
        if let Some(index) = found {
            machine.truncate(index);
        }
        match pushed {
            _ if is_marked || found.is_some() => Phase::Over(Cause::Done),
            Ok(()) => Phase::Read(connection),
            Err(_) => {
                let limit = decimal(self.settings.max_event_size as f64);
                Phase::Fail(Error::new(
                    ErrorCode::EventTooLarge,
                    Message::TooLarge.text(&limit, ""),
                ))
            }
        }
    }

    fn after_end(&self) -> Result<Phase, Error> {
        if !self.machine.borrow().goes_on() {
            return Ok(Phase::Over(Cause::Over));
        }
        let message = Message::Ended.text(&display_url(&self.settings.request.url), "");
        self.recover(Error::new(ErrorCode::Network, message).retryable())
    }

    /// The wait before the next attempt, or the error if there is to be none.
    fn recover(&self, mut error: Error) -> Result<Phase, Error> {
        let mut machine = self.machine.borrow_mut();
        error.details().attempt = machine.attempt();
        if !error.retryable || !machine.may_request_again() {
            return Err(error);
        }
        let header = error.headers.as_ref().and_then(|headers| headers.get("retry-after").ok()?);
        let until = |date: &str| js_sys::Date::parse(date) - js_sys::Date::now();
        let asked = retry_after(&header.unwrap_or_default(), until);
        if let Some(delay) = machine.wait(asked, js_sys::Math::random()) {
            return Ok(Phase::Wait(delay));
        }
        let message = Message::GaveUp.text(&decimal(error.attempt.into()), &error.message);
        let mut exhausted = Error::new(ErrorCode::RetriesExhausted, message);
        exhausted.details().attempt = error.attempt;
        exhausted.details().source = Some(error);
        Err(exhausted)
    }

    fn late(&self, code: ErrorCode, message: Message, limit: Option<f64>) -> Error {
        let url = display_url(&self.settings.request.url);
        let message = message.text(&url, &decimal(limit.unwrap_or_default()));
        Error::new(code, message).retryable()
    }

    /// Stops here and there.
    pub(super) fn cancel(self: &Rc<Self>) -> impl Future<Output = CancelReport> + use<> {
        let end = self.end(Cause::Cancel, None);
        let engine = Rc::clone(self);
        async move {
            let Some(notify) = end else { return CancelReport::default() };
            let notification = match &engine.settings.cancel {
                Some(cancel) if notify => Some(cancel.notify().await),
                _ => None,
            };
            if let Some(outcome) = engine.outcome.borrow_mut().as_mut() {
                outcome.notified = notification.as_ref().map(|sent| sent.notified);
            }
            CancelReport { aborted: true, notification }
        }
    }

    /// Stops here.
    pub(super) fn close(&self) {
        self.end(Cause::Close, None);
    }

    /// Ends the stream; `None` if it has ended, else whether to notify the backend.
    fn end(&self, cause: Cause, error: Option<Error>) -> Option<bool> {
        let end = self.machine.borrow_mut().end(cause)?;
        *self.outcome.borrow_mut() = Some(Outcome { ending: end.ending, error, notified: None });
        self.stop.set();
        drop(self.phase.replace(Phase::Over(cause)));
        Some(end.notify)
    }
}
