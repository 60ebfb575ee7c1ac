//! The state machine that all faces drive: pulled by its consumer, stopped by anyone.

use super::{
    Acks, CancelContext, Done, Ending, Outcome, RetryInfo, RetryMode, Settings, State, Verdict,
    cancel::Notification,
    retry::Backoff,
    signal::Signal,
    waiting::{sleep_until_back, until_hidden, until_visible, within},
};
use crate::{
    error::{Error, ErrorCode, decimal},
    fetch::{self, Attempt, Body, EventListener, Exchange, display_url, retry_after},
    sse::{Decoder, Item},
};
use alloc::{rc::Rc, string::String, vec::Vec};
use core::{
    cell::{Cell, Ref, RefCell},
    future::pending,
    pin::pin,
};
use futures::future::{Either, select};
use js_sys::Uint8Array;
use wasm_bindgen::JsValue;

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
    Over(Ending),
}

/// How far to go.
#[derive(Clone, Copy, PartialEq)]
enum Goal {
    Open,
    Events,
}

/// Counts and times of a stream; times are milliseconds since it was opened.
#[derive(Default)]
pub(crate) struct Stats {
    pub(crate) bytes: Cell<f64>,
    pub(crate) events: Cell<f64>,
    pub(crate) attempts: Cell<u32>,
    pub(crate) headers_time: Cell<Option<f64>>,
    pub(crate) first_event_time: Cell<Option<f64>>,
}

/// What `cancel` reports.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct CancelReport {
    /// Whether this call ended the stream.
    pub aborted: bool,
    /// What became of the notification, if this call sent one.
    pub notification: Option<Notification>,
}

pub(crate) struct Engine {
    settings: Settings,
    acks: Acks,
    phase: RefCell<Phase>,
    decoder: RefCell<Decoder>,
    backoff: RefCell<Backoff>,
    chunk: RefCell<Vec<u8>>,
    stop: Signal,
    state: Cell<State>,
    /// The reconnection time that the backoff knows of.
    retry: Cell<Option<u32>>,
    was_sent: Cell<bool>,
    response: RefCell<Option<web_sys::Response>>,
    outcome: RefCell<Option<Outcome>>,
    /// Whether the page knows the outcome.
    is_told: Cell<bool>,
    listeners: RefCell<Vec<EventListener>>,
    opened_at: f64,
    pub(crate) stats: Stats,
}

impl Engine {
    pub(crate) fn new(settings: Settings) -> Rc<Self> {
        let policy = match settings.retry {
            RetryMode::Never => super::retry::RetryPolicy::default(),
            RetryMode::Safe(policy) | RetryMode::Always(policy) => policy,
        };
        let mut decoder = Decoder::new()
            .max_event_size(settings.max_event_size)
            .keep_comments(settings.hooks.comment.is_some());
        decoder.set_last_event_id(&settings.last_event_id);
        Rc::new(Self {
            settings,
            acks: Acks::default(),
            phase: RefCell::new(Phase::Connect),
            decoder: RefCell::new(decoder),
            backoff: RefCell::new(Backoff::new(policy)),
            chunk: RefCell::default(),
            stop: Signal::default(),
            state: Cell::new(State::Connecting),
            retry: Cell::new(None),
            was_sent: Cell::new(false),
            response: RefCell::default(),
            outcome: RefCell::default(),
            is_told: Cell::new(false),
            listeners: RefCell::default(),
            opened_at: fetch::now(),
            stats: Stats::default(),
        })
    }

    pub(crate) fn state(&self) -> State {
        self.state.get()
    }

    pub(crate) fn decoder(&self) -> Ref<'_, Decoder> {
        self.decoder.borrow()
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.settings
    }

    pub(crate) fn outcome(&self) -> Ref<'_, Option<Outcome>> {
        self.outcome.borrow()
    }

    /// Keeps listeners until the stream ends.
    pub(crate) fn hold(&self, listener: EventListener) {
        if self.state.get() != State::Closed {
            self.listeners.borrow_mut().push(listener);
        }
    }

    /// Connects, and again as often as the policy allows.
    pub(crate) async fn open(self: &Rc<Self>) {
        self.drive(Goal::Open).await;
    }

    /// The next events: `true` if the decoder holds some, `false` at the end, however it came.
    pub(crate) async fn next(self: &Rc<Self>) -> bool {
        self.drive(Goal::Events).await
    }

    async fn drive(self: &Rc<Self>, goal: Goal) -> bool {
        // Dropping the work drops what it has under way: stopping needs no other clean-up.
        match self.stop.race(self.advance(goal)).await {
            None => {
                self.phase.replace(Phase::Over(Ending::Closed));
                false
            }
            Some(Ok(None)) => true,
            Some(Ok(Some(ending))) => {
                self.end(ending, None);
                self.tell(None);
                false
            }
            Some(Err(error)) => {
                self.end(Ending::Failed, Some(error));
                self.tell(None);
                false
            }
        }
    }

    /// Goes on until the goal is reached (`None`) or the stream has come to its end.
    async fn advance(&self, goal: Goal) -> Result<Option<Ending>, Error> {
        loop {
            let phase = self.phase.replace(Phase::Connect);
            let is_read = matches!(phase, Phase::Read(_));
            let next = match phase {
                Phase::Connect => self.connect().await,
                Phase::Read(connection) if goal == Goal::Open => Phase::Read(connection),
                Phase::Read(connection) => self.read(connection).await,
                Phase::Ended => self.after_end()?,
                Phase::Fail(error) => self.recover(error)?,
                Phase::Wait(delay) => {
                    self.state.set(State::Waiting);
                    sleep_until_back(delay).await;
                    Phase::Connect
                }
                Phase::Over(ending) => return Ok(Some(ending)),
            };
            let is_reached = match goal {
                Goal::Open => matches!(next, Phase::Read(_)),
                Goal::Events => is_read && self.decoder.borrow().event_count() > 0,
            };
            self.unless_stopped().await;
            self.phase.replace(next);
            if is_reached {
                return Ok(None);
            }
        }
    }

    /// Gives at once, or never: what goes on behind a callback that stopped the stream is dropped.
    async fn unless_stopped(&self) {
        if self.state.get() == State::Closed {
            pending::<()>().await;
        }
    }

    async fn connect(&self) -> Phase {
        self.decoder.borrow_mut().reset();
        self.state.set(State::Connecting);
        self.stats.attempts.set(self.stats.attempts.get() + 1);
        match self.try_connect().await {
            Ok(Some(connection)) => Phase::Read(connection),
            Ok(None) => Phase::Over(Ending::NoContent),
            Err(error) => Phase::Fail(error),
        }
    }

    async fn try_connect(&self) -> Result<Option<Connection>, Error> {
        let request = &self.settings.request;
        let last_event_id = String::from(self.decoder.borrow().last_event_id());
        let context = Attempt::context(self.stats.attempts.get(), &last_event_id);
        let init = request.prepare(&context, &last_event_id).await?;
        self.unless_stopped().await;

        let exchange = Exchange::new()?;
        self.was_sent.set(true);
        let answer = async {
            let response = exchange.send(request, &init).await?;
            let format = fetch::check(&response, self.settings.format).await?;
            Ok((response, format))
        };
        let limit = self.settings.connect_timeout;
        let (response, format) = within(limit, answer).await.unwrap_or_else(|| {
            let limit = decimal(limit.unwrap_or_default());
            let advice = " ms: raise `connectTimeout` if it may take longer";
            let message =
                [&display_url(&request.url), " sent no response within ", &limit, advice].concat();
            Err(Error::new(ErrorCode::ConnectTimeout, message).retryable())
        })?;
        let Some(format) = format else { return Ok(None) };

        self.note_first(&self.stats.headers_time);
        let body = Body::of(&response).map_err(|cause| request.unreachable(cause))?;
        self.decoder.borrow_mut().set_format(format);
        *self.response.borrow_mut() = Some(Clone::clone(&response));
        if let Some(hook) = &self.settings.hooks.open {
            hook(Clone::clone(&response)).await.map_err(|thrown| {
                let message = "onOpen refused the response";
                Error::new(ErrorCode::Refused, message).of_response(&response).caused_by(thrown)
            })?;
        }
        self.unless_stopped().await;
        self.state.set(State::Open);
        if let Some(hook) = &self.settings.hooks.opened {
            hook(response);
        }
        Ok(Some(Connection { body, _exchange: exchange }))
    }

    async fn read(&self, connection: Connection) -> Phase {
        let Some(chunk) = self.next_chunk(&connection).await else {
            drop(connection);
            self.decoder.borrow_mut().reset();
            self.state.set(State::Waiting);
            until_visible().await;
            return Phase::Connect;
        };
        match chunk {
            Ok(Some(chunk)) => self.decode(connection, &chunk),
            Ok(None) => {
                self.decoder.borrow_mut().finish();
                self.count_events();
                Phase::Ended
            }
            Err(error) => {
                self.decoder.borrow_mut().reset();
                Phase::Fail(error)
            }
        }
    }

    /// `None` if the page is hidden and the connection to be let go.
    async fn next_chunk(
        &self,
        connection: &Connection,
    ) -> Option<Result<Option<Uint8Array>, Error>> {
        let read = self.read_in_time(&connection.body);
        if !self.settings.pause_when_hidden || !self.may_request_again() {
            return Some(read.await);
        }
        match select(pin!(read), pin!(until_hidden())).await {
            Either::Left((chunk, _)) => Some(chunk),
            Either::Right(_) => None,
        }
    }

    async fn read_in_time(&self, body: &Body) -> Result<Option<Uint8Array>, Error> {
        let (request, limit) = (&self.settings.request, self.settings.idle_timeout);
        if let Some(read) = within(limit, body.read()).await {
            return read.map_err(|cause| request.unreachable(cause));
        }
        let limit = decimal(limit.unwrap_or_default());
        let advice = " ms: raise `idleTimeout`, or let the server send comments as heartbeats";
        let message = [&display_url(&request.url), " sent nothing for ", &limit, advice].concat();
        Err(Error::new(ErrorCode::IdleTimeout, message).retryable())
    }

    fn decode(&self, connection: Connection, chunk: &Uint8Array) -> Phase {
        let mut decoder = self.decoder.borrow_mut();
        let mut bytes = self.chunk.borrow_mut();
        let length = chunk.length() as usize;
        // Only ever longer: to fill it with zeros costs as much as to copy a chunk.
        if bytes.len() < length {
            bytes.resize(length, 0);
        }
        let bytes_of_chunk = &mut bytes[..length];
        chunk.copy_to(bytes_of_chunk);
        self.stats.bytes.set(self.stats.bytes.get() + length as f64);

        let pushed = decoder.push(bytes_of_chunk);
        drop((decoder, bytes));
        let is_done = self.apply_hooks();
        self.count_events();
        match (is_done, pushed) {
            (Err(thrown), _) => Phase::Fail(Error::callback(thrown)),
            (Ok(true), _) => Phase::Over(Ending::Done),
            (Ok(false), Err(too_large)) => {
                let limit = decimal(too_large.limit as f64);
                let advice = " bytes: raise `maxEventSize` if such events are meant";
                let message = ["an event is larger than ", &limit, advice].concat();
                Phase::Fail(Error::new(ErrorCode::EventTooLarge, message))
            }
            (Ok(false), Ok(())) => Phase::Read(connection),
        }
    }

    /// Gives whether the `done` event has come.
    fn apply_hooks(&self) -> Result<bool, JsValue> {
        // Shared: the page may call back into the stream.
        let decoder = self.decoder.borrow();
        let done = match &self.settings.done {
            None => None,
            Some(Done::Data(marker)) => decoder.events().position(|event| event.data == marker),
            Some(Done::Predicate(is_done)) => {
                let mut found = decoder
                    .events()
                    .enumerate()
                    .map(|(at, event)| is_done(event).map(|is_done| is_done.then_some(at)));
                found.find_map(Result::transpose).transpose()?
            }
        };
        if decoder.retry() != self.retry.get() {
            self.retry.set(decoder.retry());
            let milliseconds = decoder.retry().map_or(0.0, f64::from);
            self.backoff.borrow_mut().set_reconnection_time(milliseconds);
        }
        if let Some(hook) = &self.settings.hooks.comment {
            for item in decoder.items() {
                if let Item::Comment(comment) = item {
                    hook(comment)?;
                }
            }
        }
        drop(decoder);
        if let Some(index) = done {
            self.decoder.borrow_mut().truncate(index);
        }
        Ok(done.is_some())
    }

    fn count_events(&self) {
        let count = self.decoder.borrow().event_count();
        if count == 0 {
            return;
        }
        self.backoff.borrow_mut().succeeded();
        self.stats.events.set(self.stats.events.get() + count as f64);
        self.note_first(&self.stats.first_event_time);
    }

    fn note_first(&self, time: &Cell<Option<f64>>) {
        if time.get().is_none() {
            time.set(Some(fetch::now() - self.opened_at));
        }
    }

    fn after_end(&self) -> Result<Phase, Error> {
        let is_promised = self.settings.done.is_some();
        // NDJSON has no reconnection: its end is its end.
        let goes_on = is_promised || self.settings.request.is_safe();
        if goes_on && self.decoder.borrow().is_sse() && self.may_request_again() {
            let message = display_url(&self.settings.request.url) + " ended the stream";
            return self.recover(Error::new(ErrorCode::Network, message).retryable());
        }
        Ok(Phase::Over(if is_promised { Ending::Truncated } else { Ending::Ended }))
    }

    /// Whether to send the request again is safe, or was asked for.
    fn may_request_again(&self) -> bool {
        let request = &self.settings.request;
        request.is_repeatable()
            && match self.settings.retry {
                RetryMode::Never => false,
                RetryMode::Always(_) => true,
                RetryMode::Safe(_) => {
                    request.is_safe() || !self.decoder.borrow().last_event_id().is_empty()
                }
            }
    }

    /// The wait before the next attempt, or the error if there is to be none.
    fn recover(&self, mut error: Error) -> Result<Phase, Error> {
        error.details().attempt = self.stats.attempts.get();
        let is_ours = !matches!(
            error.code,
            ErrorCode::Callback | ErrorCode::Refused | ErrorCode::InvalidOptions
        );
        if !is_ours || !self.may_request_again() {
            return Err(error);
        }
        let verdict = match &self.settings.hooks.should_retry {
            Some(hook) => hook(&error, error.attempt).map_err(Error::callback)?,
            None if error.retryable => Verdict::Yes,
            None => Verdict::No,
        };
        if let Verdict::No = verdict {
            return Err(error);
        }
        let server = error.headers.as_ref().and_then(retry_after);
        let Some(delay) = self.backoff.borrow_mut().failed(server, js_sys::Math::random()) else {
            let attempts = decimal(error.attempt.into());
            let message = ["gave up after ", &attempts, " attempts: ", &error.message].concat();
            let mut exhausted = Error::new(ErrorCode::RetriesExhausted, message);
            exhausted.details().attempt = error.attempt;
            exhausted.details().source = Some(error);
            return Err(exhausted);
        };
        let delay = if let Verdict::After(delay) = verdict { delay } else { delay };
        if let Some(hook) = &self.settings.hooks.retry {
            hook(RetryInfo { attempt: error.attempt + 1, delay, error: &error })
                .map_err(Error::callback)?;
        }
        Ok(Phase::Wait(delay))
    }

    /// Stops here and there.
    pub(crate) fn cancel(
        self: &Rc<Self>,
        context: CancelContext,
    ) -> impl Future<Output = CancelReport> + use<> {
        let aborted = self.end(Ending::Cancelled, None);
        let engine = Rc::clone(self);
        async move {
            let notification = if aborted { engine.notify(&context, false).await } else { None };
            if aborted {
                engine.tell(notification.as_ref().map(|sent| sent.notified));
            }
            CancelReport { aborted, notification }
        }
    }

    /// Stops here. Tells the backend only if `notify` asks for it.
    pub(crate) fn stop(
        self: &Rc<Self>,
        ending: Ending,
        error: Option<Error>,
        notify: bool,
        context: CancelContext,
        is_leaving: bool,
    ) {
        if !self.end(ending, error) {
            return;
        }
        if !notify {
            self.tell(None);
            return;
        }
        let engine = Rc::clone(self);
        wasm_bindgen_futures::spawn_local(async move {
            let notification = engine.notify(&context, is_leaving).await;
            engine.tell(notification.map(|sent| sent.notified));
        });
    }

    /// The response of the last attempt that got one.
    pub(crate) fn response(&self) -> Option<web_sys::Response> {
        self.response.borrow().clone()
    }

    async fn notify(&self, context: &CancelContext, is_leaving: bool) -> Option<Notification> {
        let cancel = self.settings.cancel.as_ref()?;
        if !self.was_sent.get() && !cancel.on.unsent {
            return None;
        }
        Some(if is_leaving {
            cancel.notify_leaving(context).await
        } else {
            cancel.notify(context).await
        })
    }

    /// Ends the stream, unless it has ended: gives whether this call did it.
    fn end(self: &Rc<Self>, ending: Ending, error: Option<Error>) -> bool {
        if self.state.replace(State::Closed) == State::Closed {
            return false;
        }
        if let Some(hook) = &self.settings.hooks.ended {
            hook(ending, error.as_ref());
        }
        *self.outcome.borrow_mut() = Some(Outcome { ending, error, notified: None });
        self.stop.set();
        drop(self.phase.replace(Phase::Over(ending)));
        self.listeners.borrow_mut().clear();
        self.acknowledge(true);
        true
    }

    /// The consumer has taken events; `context` tells of the last of them.
    pub(crate) fn consumed(self: &Rc<Self>, count: u32, context: CancelContext) {
        self.acks.add(count, context);
        self.acknowledge(false);
    }

    pub(crate) fn acks(&self) -> &Acks {
        &self.acks
    }

    /// Sends what is due; `all` if no more will come.
    fn acknowledge(self: &Rc<Self>, all: bool) {
        let Some(ack) = &self.settings.ack else { return };
        if self.acks.start(if all { 1 } else { ack.every }) {
            let engine = Rc::clone(self);
            wasm_bindgen_futures::spawn_local(async move {
                if let Some(ack) = &engine.settings.ack {
                    engine.acks.send(ack, &engine.state).await;
                    engine.settle();
                }
            });
        }
    }

    /// Tells the page that the stream is over, and the backend told.
    fn tell(&self, notified: Option<bool>) {
        if let Some(outcome) = self.outcome.borrow_mut().as_mut() {
            outcome.notified = notified;
        }
        self.is_told.set(true);
        if let Some(hook) = &self.settings.hooks.closed {
            hook(notified);
        }
        self.settle();
    }

    /// Tells the page when nothing of the stream is under way any more.
    fn settle(&self) {
        if self.is_told.get()
            && !self.acks.is_sending()
            && let Some(hook) = &self.settings.hooks.settled
        {
            hook();
        }
    }
}
