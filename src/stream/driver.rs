//! The driver of the Rust API: does what the machine says, over the browser's `fetch`. A task of its own
//! runs it. Its consumer pulls; anyone may stop it.

use super::{
    acks::Acks,
    context::{Context, Position, StopReason},
    ending::Ending,
    event_stream::{Event, Outcome, StreamStats},
    failure::Failure,
    lifecycle::{OutcomeType, State},
    machine::Machine,
    settings::Settings,
    step::{Action, End, Input, Step},
    template::Endpoint,
};
use crate::{
    error::{Error, ErrorCode, decimal, text::ErrorText},
    fetch::{
        Body, EventListener, Exchange, Init, PageEvent, Request, Signal, Timer, display_url, now,
        page_is_hidden,
    },
};
use alloc::{
    rc::{Rc, Weak},
    string::String,
    vec::Vec,
};
use core::{
    cell::{Cell, Ref, RefCell},
    future::pending,
    task::Waker,
};

/// A response, and what reads it.
pub(super) struct Connection {
    pub(super) body: Option<Rc<Body>>,
    pub(super) response: web_sys::Response,
}

pub(super) struct Driver {
    pub(super) settings: Settings,
    pub(super) machine: RefCell<Machine>,
    /// Between `Prepare` and `Send`.
    pub(super) prepared: RefCell<Option<(Request, Init)>>,
    /// Aborts what is under way.
    pub(super) exchange: RefCell<Option<Rc<Exchange>>>,
    pub(super) connection: RefCell<Option<Connection>>,
    pub(super) chunk: RefCell<Vec<u8>>,
    /// The URL of the last attempt.
    pub(super) url: RefCell<String>,
    /// Delivered over this connection.
    pub(super) events: Cell<u32>,
    pub(super) stats: RefCell<StreamStats>,
    /// When the stream was opened, on the clock of `now`.
    opened_at: Cell<f64>,
    pub(super) position: RefCell<Position>,
    /// Whether the last event of the stream may lack its blank line.
    pub(super) completes: Cell<bool>,
    /// The event that `done_when` has found, which is not delivered.
    pub(super) found: RefCell<Option<Event>>,
    /// What the consumer took.
    taken: Cell<u32>,
    /// Whether requests ask for what the consumer took last.
    remembers: bool,
    last_event: RefCell<Option<Event>>,
    last_event_id: RefCell<String>,
    /// What ends the stream.
    pub(super) reason: Cell<Option<StopReason>>,
    this: Weak<Self>,
    /// What the next retry, or the end, is due to.
    pub(super) error: RefCell<Option<Error>>,
    /// A step that came from outside, for the task.
    outside: Cell<Option<Step>>,
    nudge: Signal,
    is_running: Cell<bool>,
    /// Events for the consumer, and who waits for them.
    pub(super) batch: RefCell<Option<Vec<Event>>>,
    consumer: RefCell<Option<Waker>>,
    pub(super) ending: Rc<Ending>,
    acks: Option<Rc<Acks>>,
    /// What is to be called off at the end.
    listeners: RefCell<Vec<EventListener>>,
    linger: RefCell<Option<Timer>>,
}

impl Driver {
    pub(super) fn new(
        settings: Settings,
        (cancel, needs_job): (Option<Endpoint>, bool),
        ack: Option<Endpoint>,
        job: Option<String>,
        machine: Machine,
    ) -> Rc<Self> {
        let remembers =
            ack.is_some() || cancel.as_ref().is_some_and(|cancel| cancel.fill.is_some());
        let last_event_id = String::from(machine.decoder().last_event_id());
        let driver = Rc::new_cyclic(|this| Self {
            reason: Cell::default(),
            this: this.clone(),
            settings,
            machine: RefCell::new(machine),
            prepared: RefCell::default(),
            exchange: RefCell::default(),
            connection: RefCell::default(),
            chunk: RefCell::default(),
            url: RefCell::default(),
            events: Cell::default(),
            stats: RefCell::default(),
            opened_at: Cell::default(),
            position: RefCell::new(Position::new(job)),
            completes: Cell::default(),
            found: RefCell::default(),
            taken: Cell::default(),
            remembers,
            last_event: RefCell::default(),
            last_event_id: RefCell::new(last_event_id),
            error: RefCell::default(),
            outside: Cell::default(),
            nudge: Signal::default(),
            is_running: Cell::default(),
            batch: RefCell::default(),
            consumer: RefCell::default(),
            ending: Ending::new(cancel, needs_job),
            acks: ack.map(Acks::new),
            listeners: RefCell::default(),
            linger: RefCell::default(),
        });
        driver.listen();
        driver
    }

    /// Follows the page, and the signal.
    fn listen(self: &Rc<Self>) {
        let weak = Rc::downgrade(self);
        let call = move |weak: &Weak<Self>, call: &dyn Fn(&Rc<Self>)| {
            if let Some(driver) = weak.upgrade() {
                call(&driver);
            }
        };
        let look = |driver: &Rc<Self>| {
            let is_hidden = page_is_hidden();
            driver.tell(if is_hidden { Input::Hidden } else { Input::Shown }, 0.0);
        };
        look(self);
        let mut listeners = self.listeners.borrow_mut();
        let to = weak.clone();
        listeners.extend(EventListener::new("visibilitychange", move |_| call(&to, &look)));
        let to = weak.clone();
        listeners.extend(EventListener::new("pagehide", move |event: PageEvent| {
            let persisted = u8::from(event.persisted()).into();
            call(&to, &|driver| driver.stop(Input::PageLeft, persisted, StopReason::PageHide));
        }));
        if let Some(signal) = &self.settings.signal {
            let to = weak;
            let abort = move |_| call(&to, &|driver| driver.abort());
            listeners.push(EventListener::of(signal, "abort", abort));
            drop(listeners);
            if signal.aborted() {
                self.abort();
            }
        }
    }

    pub(super) fn state(&self) -> State {
        self.machine.borrow().state()
    }

    pub(super) fn machine(&self) -> Ref<'_, Machine> {
        self.machine.borrow()
    }

    pub(super) fn outcome(&self) -> Option<Outcome> {
        self.ending.outcome()
    }

    pub(super) fn stats(&self) -> StreamStats {
        let mut stats = self.stats.borrow().clone();
        if let Some(acks) = &self.acks {
            stats.acknowledged = acks.acknowledged();
            stats.ack_error = acks.error();
        }
        stats
    }

    /// The consumer took an event.
    pub(super) fn took(&self, event: &Event) {
        self.taken.set(self.taken.get() + 1);
        self.count_dropped();
        if !self.remembers {
            return;
        }
        self.last_event_id.borrow_mut().clone_from(&event.last_event_id);
        self.last_event.replace(Some(event.clone()));
        if let Some(acks) = &self.acks {
            acks.add(self.context(None));
        }
    }

    pub(super) fn count_dropped(&self) {
        self.ending.set_dropped(self.stats.borrow().events - self.taken.get());
    }

    /// Where the app is.
    fn context(&self, reason: Option<StopReason>) -> Context {
        Context {
            attempt: self.machine().attempt(),
            last_event_id: self.last_event_id.borrow().clone(),
            last_event: self.last_event.borrow().clone(),
            reason,
            ..self.position.borrow().at(self.taken.get())
        }
    }

    /// Returns the response of the last attempt that got one.
    pub(super) fn response(&self) -> Option<web_sys::Response> {
        self.connection
            .borrow()
            .as_ref()
            .map(|connection| Clone::clone(&connection.response))
            .or_else(|| self.position.borrow().response.clone())
    }

    pub(super) fn since_opened(&self) -> f64 {
        now() - self.opened_at.get()
    }

    /// Returns the events that were asked for, if they are there.
    pub(super) fn take_batch(&self) -> Option<Vec<Event>> {
        self.batch.take()
    }

    /// Asks for events. The waker is called once they are there, or the stream is over.
    pub(super) fn pull(self: &Rc<Self>, waker: &Waker) {
        self.consumer.replace(Some(waker.clone()));
        self.tell(Input::Pull, 0.0);
        if !self.is_running.replace(true) {
            self.opened_at.set(now());
            let driver = Rc::clone(self);
            wasm_bindgen_futures::spawn_local(async move { driver.run().await });
        }
    }

    pub(super) fn wake_consumer(&self) {
        let waker = self.consumer.take();
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Does what the machine says, to the end of the stream.
    async fn run(&self) {
        let mut step = self.handle(Input::Open);
        self.apply(step);
        while !self.is_done() {
            step = match self.nudge.race(self.act(step)).await {
                Some(step) => {
                    self.apply(step);
                    step
                }
                // What was under way is dropped, for what came from outside. That is applied already.
                None => {
                    self.nudge.clear();
                    self.outside.take().unwrap_or(Step::WAIT)
                }
            };
        }
    }

    /// Whether there is nothing more to do.
    fn is_done(&self) -> bool {
        self.state() == State::Closed && self.linger.borrow().is_none()
    }

    async fn act(&self, step: Step) -> Step {
        let timer = self.machine().timer();
        match step.action() {
            // What ends the wait comes from outside.
            Action::Wait | Action::End | Action::Notify => pending().await,
            Action::Prepare => self.prepare(step.resumes()).await,
            Action::Send => self.send(timer).await,
            Action::Accept => self.accept(true).await,
            Action::Inspect => self.accept(false).await,
            Action::Refuse => self.refuse().await,
            Action::Read => self.read(timer).await,
            Action::Deliver => self.deliver(),
            Action::AskRetry => self.ask_retry(),
            Action::AskEnd => self.handle(Input::EndAccepted),
            Action::Sleep => self.sleep(timer).await,
        }
    }

    pub(super) fn handle(&self, input: Input) -> Step {
        self.handle_with(input, 0.0)
    }

    pub(super) fn handle_with(&self, input: Input, number: f64) -> Step {
        self.machine.borrow_mut().handle(input, number)
    }

    /// Something happened outside of the task.
    pub(super) fn tell(&self, input: Input, number: f64) {
        let step = self.handle_with(input, number);
        self.apply(step);
        if step.action() == Action::Wait && !step.closes()
            || step.ended().is_some_and(|end| end.lingers)
        {
            return;
        }
        self.outside.set(Some(step));
        self.nudge.set();
    }

    /// Does what goes before a step's action.
    pub(super) fn apply(&self, step: Step) {
        if step.closes() {
            let body = self.connection.take().and_then(|connection| connection.body);
            match (self.exchange.take(), body) {
                (Some(exchange), Some(body)) if step.drains() => exchange.drain(body),
                (Some(exchange), _) => exchange.abort(),
                (None, _) => {}
            }
        }
        if let Some(failure) = step.failure() {
            self.error.replace(Some(self.error_of(failure)));
        }
        if let Some(end) = step.ended() {
            self.end(end);
        }
        if step.action() == Action::Notify {
            self.over();
            // What the app took has not changed since.
            self.ending.notify(self.context(self.reason.get()));
        }
    }

    /// Nothing is to be tried again after this error.
    pub(super) fn threw(&self, mut error: Error) -> Step {
        error.details().attempt = self.machine().attempt();
        self.error.replace(Some(error));
        self.handle(Input::Threw)
    }

    /// The error of a failure that the machine noticed.
    fn error_of(&self, failure: Failure) -> Error {
        let Settings { connect_timeout, idle_timeout, max_event_size, .. } = &self.settings;
        let url = display_url(&self.url.borrow());
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

    fn end(&self, End { outcome_type, notify, is_exhausted, lingers }: End) {
        let fails = matches!(outcome_type, OutcomeType::Failed | OutcomeType::Aborted);
        let mut error = self.error.take().filter(|_| fails);
        if let Some(last) = error.take_if(|_| is_exhausted) {
            let text = ErrorText::GaveUp.with(&decimal(last.attempt.into()), &last.message);
            let mut exhausted = Error::new(ErrorCode::RetriesExhausted, text);
            exhausted.details().attempt = last.attempt;
            exhausted.details().source = Some(last);
            error = Some(exhausted);
        }
        self.ending.end(Outcome { outcome_type, error, notified: None, dropped: 0 });
        if let Some(acks) = &self.acks {
            acks.finish();
        }
        if lingers {
            self.linger();
        } else {
            self.over();
            if notify {
                self.ending.notify(self.context(self.reason.get()));
            } else {
                self.ending.settle();
            }
        }
        self.wake_consumer();
    }

    /// The connection is kept until it has told the job, for as long as the notification may take.
    fn linger(&self) {
        let weak = self.this.clone();
        let close = move || {
            if let Some(driver) = weak.upgrade() {
                driver.tell(Input::Close, 0.0);
            }
        };
        self.linger.replace(Some(Timer::new(self.ending.timeout(), close)));
        self.tell(Input::Pull, 0.0);
    }

    /// Nothing follows but the notification.
    fn over(&self) {
        self.linger.take();
        self.listeners.take();
    }
}
