//! The driver: does what the steps say, as `stream/driver.rs` and `pkg/src/stream/driver.ts` do.

use super::{
    Event, Happening, World,
    format::{Address, Answer, Decision, Endpoint, Reply, Stop},
    server::BodyEnd,
};
use crate::stream::{
    failure::Failure,
    lifecycle::{Ending, State},
    machine::Machine,
    retry::retry_after,
    step::{Action, Cause, End, Input, ResponseVerdict, RetryVerdict, Step},
};
use serde_json::{Value, json};
use std::{boxed::Box, collections::VecDeque, vec::Vec};

pub(super) struct Driver {
    pub(super) machine: Machine,
    pub(super) connection: Option<usize>,
    /// What is under way.
    pub(super) doing: Action,
    /// What came out of the pieces of a chunk so far.
    collected: Vec<Event>,
    /// What the consumer has not taken yet.
    pub(super) batch: VecDeque<Event>,
    /// Whether the consumer waits for events.
    pub(super) is_pulled: bool,
    pub(super) is_opened: bool,
    /// What the next retry, or the end, is due to.
    pub(super) error: Option<Failed>,
    pub(super) end: Option<End>,
    pub(super) ended_at: f64,
    /// Whether somebody has stopped the stream, or tried to.
    pub(super) was_stopped: bool,
    /// How many events were decoded and not taken when the stream ended.
    pub(super) dropped: usize,
    pub(super) endpoint: Endpoint,
    pub(super) notifications: usize,
    pub(super) notification: Option<Notification>,
    /// Of what the page, or the network, does at the moment.
    ticket: u32,
    reply: Reply,
    timer: Option<Timer>,
    timers: u32,
}

struct Timer {
    number: u32,
    due: f64,
}

/// An error, without its message.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Failed {
    pub(super) code: &'static str,
    pub(super) status: Option<u16>,
    pub(super) attempt: u32,
    pub(super) retryable: bool,
    pub(super) cause: Option<Box<Self>>,
}

/// What became of the request to the cancel endpoint.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Notification {
    pub(super) notified: bool,
    pub(super) status: Option<u16>,
    pub(super) error: Option<Failed>,
}

impl Failed {
    /// The error as scenarios have it.
    pub(super) fn to_json(&self) -> Value {
        json!({
            "code": self.code,
            "status": self.status,
            "attempt": self.attempt,
            "retryable": self.retryable,
            "cause": self.cause.as_ref().map(|cause| cause.to_json()),
        })
    }
}

impl Driver {
    pub(super) fn new(machine: Machine) -> Self {
        Self {
            machine,
            connection: None,
            doing: Action::Wait,
            collected: Vec::new(),
            batch: VecDeque::new(),
            is_pulled: false,
            is_opened: false,
            error: None,
            end: None,
            ended_at: 0.0,
            was_stopped: false,
            dropped: 0,
            endpoint: Endpoint::default(),
            notifications: 0,
            notification: None,
            ticket: 0,
            reply: Reply::default(),
            timer: None,
            timers: 0,
        }
    }

    fn fail(&mut self, code: &'static str, status: Option<u16>, retryable: bool) {
        let attempt = self.machine.attempt();
        self.error = Some(Failed { code, status, attempt, retryable, cause: None });
    }
}

impl World<'_> {
    /// Tells the machine what happened, and does what it says.
    pub(super) fn tell(&mut self, input: Input<'_>) {
        let mut step = Some(self.handle(input));
        while let Some(current) = step {
            step = self.perform(&current);
        }
    }

    fn handle(&mut self, input: Input<'_>) -> Step {
        let before = self.driver.machine.state();
        let step = self.driver.machine.handle(input);
        let after = self.driver.machine.state();
        self.audit.step(&self.setup, self.clock.now, &input, &step, [before, after]);
        step
    }

    pub(super) fn open(&mut self) {
        if !core::mem::replace(&mut self.driver.is_opened, true) {
            self.tell(Input::Open);
        }
    }

    pub(super) fn pull(&mut self) {
        self.driver.is_pulled = true;
        self.tell(Input::Pull);
        if self.setup.opened_by_pull {
            self.open();
        }
    }

    pub(super) fn stop(&mut self, stop: Stop) {
        self.driver.was_stopped = true;
        self.tell(Input::Stop(match stop {
            Stop::Cancel => Cause::Cancel,
            Stop::Close => Cause::Close,
            Stop::Leave => Cause::Leave,
            Stop::Abort => Cause::Abort,
            Stop::Fail => Cause::Fail,
            Stop::Finish => Cause::Done,
        }));
    }

    fn is_closed(&self) -> bool {
        self.driver.machine.state() == State::Closed
    }

    /// Does what a step says, in the order of its members. Returns the next step, if there is one
    /// at once.
    fn perform(&mut self, step: &Step) -> Option<Step> {
        if step.close {
            if let Some(number) = self.driver.connection.take() {
                self.close_connection(number);
            }
            // Results of a connection that was closed meanwhile are ignored.
            self.driver.doing = Action::Wait;
            self.driver.ticket += 1;
        }
        if let Some(failure) = step.failure {
            let code = match failure {
                Failure::ConnectTimeout => "connect-timeout",
                Failure::IdleTimeout => "idle-timeout",
                Failure::EventTooLarge => "event-too-large",
                _ => "network",
            };
            self.driver.fail(code, None, failure.is_retryable(0));
        }
        if step.action == Action::Wait && step.timer == f64::INFINITY {
            return None;
        }
        self.set_timer(step.timer);
        if step.action == Action::Wait {
            return None;
        }
        self.driver.doing = step.action;
        self.driver.ticket += 1;
        match step.action {
            Action::Wait => None,
            Action::Prepare => self.prepare(),
            Action::Send => self.send(),
            Action::Accept | Action::Inspect => {
                let reply = self.page.on_open();
                self.ask(reply)
            }
            Action::Refuse => {
                let number = self.driver.connection.expect("a connection to refuse");
                let is_over = self.connections[number].over.is_some();
                // The start of the body is waited for, but not for long.
                let delay = if is_over { 0.0 } else { 1_000.0 };
                self.clock.after(delay, Happening::Settled(self.driver.ticket));
                None
            }
            // `receive` looks for what comes.
            Action::Read => None,
            Action::Deliver => self.deliver(),
            Action::AskRetry => {
                let retryable = self.driver.error.as_ref().is_some_and(|error| error.retryable);
                let verdict = match self.page.should_retry(retryable) {
                    Decision::Yes => RetryVerdict::Usual,
                    Decision::No => RetryVerdict::No,
                    Decision::After(delay) => RetryVerdict::After(delay),
                    Decision::Throws => return Some(self.threw("page")),
                };
                Some(self.handle(Input::Decided(verdict)))
            }
            Action::AskEnd => {
                if self.page.body_ended() {
                    return Some(self.handle(Input::EndAccepted));
                }
                self.driver.fail("network", None, true);
                let failure = Failure::Ended;
                Some(self.handle(Input::Failed { failure, status: 0, retry_after: None }))
            }
            Action::Sleep => {
                let reply = self.page.on_retry();
                if let Some(stop) = reply.stops {
                    self.stop(stop);
                }
                reply.throws.then(|| self.threw("page"))
            }
            Action::End => {
                self.end(step.end.expect("an end"));
                None
            }
        }
    }

    /// Tells the machine what makes no sense at the moment.
    ///
    /// # Panics
    /// If that changes anything.
    pub(super) fn poke(&mut self) {
        let doing = self.driver.doing;
        let inputs = [
            (Action::Wait, Input::Open),
            (Action::Prepare, Input::Prepared),
            (Action::Send, Input::Answered(ResponseVerdict::Read)),
            (Action::Accept, Input::Accepted),
            (Action::AskRetry, Input::Decided(RetryVerdict::Usual)),
            (Action::AskEnd, Input::EndAccepted),
            (Action::Read, Input::BodyEnded),
            (Action::Read, Input::Bytes { bytes: b"data: lost\n\n", last: true }),
            (Action::Deliver, Input::FoundDone),
        ];
        for (answered, input) in inputs {
            let is_inspected = doing == Action::Inspect && answered == Action::Accept;
            // Events that were handed out may yet be found to be the last ones.
            let is_delivered =
                answered == Action::Deliver && self.driver.machine.state() == State::Open;
            if answered == doing || is_inspected || is_delivered || !self.driver.is_opened {
                continue;
            }
            let before = self.driver.machine.state();
            let step = self.driver.machine.handle(input);
            assert_eq!(step, Step::WAIT, "{input:?} during {doing:?}");
            assert_eq!(self.driver.machine.state(), before, "{input:?} during {doing:?}");
        }
    }

    fn threw(&mut self, code: &'static str) -> Step {
        if !self.is_closed() {
            self.driver.fail(code, None, false);
        }
        self.handle(Input::Threw)
    }

    fn prepare(&mut self) -> Option<Step> {
        let id = self.driver.machine.decoder().last_event_id();
        if id.contains(|character: char| character.is_ascii_control()) {
            return Some(self.threw("invalid-options"));
        }
        let reply = self.page.prepare();
        self.ask(reply)
    }

    fn send(&mut self) -> Option<Step> {
        let id = self.driver.machine.decoder().last_event_id();
        self.audit.request(&self.setup, id, &self.connections);
        let id = std::string::String::from(id);
        self.driver.connection = Some(self.request(&id));
        None
    }

    /// Calls a function of the page.
    fn ask(&mut self, reply: Reply) -> Option<Step> {
        let takes = reply.takes;
        self.driver.reply = reply;
        if takes == 0.0 {
            return self.replied();
        }
        self.clock.after(takes, Happening::Settled(self.driver.ticket));
        None
    }

    /// A function of the page is done.
    fn replied(&mut self) -> Option<Step> {
        let Reply { throws, stops, .. } = core::mem::take(&mut self.driver.reply);
        let doing = self.driver.doing;
        if let Some(stop) = stops {
            self.stop(stop);
        }
        Some(match doing {
            Action::Prepare if throws => self.threw("page"),
            Action::Prepare => self.handle(Input::Prepared),
            _ if throws => self.threw("refused"),
            _ => self.handle(Input::Accepted),
        })
    }

    /// What was waited for is there.
    pub(super) fn settled(&mut self, ticket: u32) {
        if ticket != self.driver.ticket {
            return;
        }
        let mut step = match self.driver.doing {
            Action::Prepare | Action::Accept | Action::Inspect => self.replied(),
            Action::Refuse => Some(self.refused()),
            doing => panic!("nothing settles during {doing:?}"),
        };
        while let Some(current) = step {
            step = self.perform(&current);
        }
    }

    fn refused(&mut self) -> Step {
        let number = self.driver.connection.expect("a connection that was refused");
        let attempt = &self.connections[number].attempt;
        let status = attempt.status;
        let (code, failure) = match status {
            200..300 => ("content-type", Failure::ContentType),
            _ => ("http", Failure::Http),
        };
        let past = |date: &str| if date.ends_with(" 2015 07:28:00 GMT") { -1.0 } else { f64::NAN };
        let retry_after = retry_after(&attempt.retry_after, past);
        self.driver.fail(code, Some(status), failure.is_retryable(status));
        self.handle(Input::Failed { failure, status, retry_after })
    }

    /// Takes what the network has brought for what is under way. Returns whether there was something.
    pub(super) fn receive(&mut self) -> bool {
        let Some(number) = self.driver.connection else { return false };
        let connection = &mut self.connections[number];
        match self.driver.doing {
            Action::Send if connection.has_head => {
                self.driver.doing = Action::Wait;
                let (status, content_type) =
                    (connection.attempt.status, &connection.attempt.content_type);
                let verdict = self.driver.machine.judge(status, content_type);
                let is_sse = self.driver.machine.decoder().is_sse();
                self.audit.judged(status, verdict == ResponseVerdict::Read, is_sse);
                self.tell(Input::Answered(verdict));
            }
            Action::Send if connection.end.is_some() => self.broke(),
            Action::Read => {
                if let Some(chunk) = connection.arrived.pop_front() {
                    self.driver.doing = Action::Wait;
                    self.chunk(&chunk);
                } else if connection.end == Some(BodyEnd::Proper) {
                    self.driver.doing = Action::Wait;
                    self.body_ended();
                } else if connection.end.is_some() {
                    self.broke();
                } else {
                    return false;
                }
            }
            _ => return false,
        }
        true
    }

    fn broke(&mut self) {
        self.driver.doing = Action::Wait;
        self.driver.fail("network", None, true);
        self.tell(Input::Failed { failure: Failure::Network, status: 0, retry_after: None });
    }

    fn chunk(&mut self, chunk: &[u8]) {
        let mut pieces = chunk.chunks(self.setup.piece).peekable();
        while let Some(bytes) = pieces.next() {
            let last = pieces.peek().is_none();
            self.audit.bytes(bytes);
            let step = self.handle(Input::Bytes { bytes, last });
            self.collect();
            if step != Step::WAIT {
                return self.perform_all(step);
            }
        }
    }

    fn body_ended(&mut self) {
        self.audit.body_ended();
        let step = self.handle(Input::BodyEnded);
        self.collect();
        self.perform_all(step);
    }

    fn perform_all(&mut self, step: Step) {
        let mut step = Some(step);
        while let Some(current) = step {
            step = self.perform(&current);
        }
    }

    fn collect(&mut self) {
        let events = self.driver.machine.decoder().events();
        self.driver.collected.extend(events.map(|event| Event {
            event_type: event.event_type.into(),
            data: event.data.into(),
            last_event_id: event.last_event_id.into(),
        }));
    }

    fn deliver(&mut self) -> Option<Step> {
        let mut events = core::mem::take(&mut self.driver.collected);
        self.audit.delivered(&self.setup, &events, self.driver.machine.decoder().last_event_id());
        if let Some(pattern) = &self.setup.done_when
            && let Some(index) = events.iter().position(|event| pattern.is_met_by(event))
        {
            events.truncate(index);
            self.tell(Input::FoundDone);
        }
        let reply = self.page.on_events();
        if let Some(stop) = reply.stops {
            self.stop(stop);
        }
        if reply.throws {
            let step = self.threw("page");
            self.perform_all(step);
        }
        if self.is_closed() {
            self.driver.dropped += events.len();
            return None;
        }
        self.driver.doing = Action::Wait;
        if events.is_empty() {
            return Some(self.handle(Input::Pull));
        }
        self.driver.is_pulled = false;
        self.driver.batch.extend(events);
        None
    }

    fn set_timer(&mut self, timer: f64) {
        self.driver.timers += 1;
        let number = self.driver.timers;
        let is_set = timer < f64::INFINITY;
        self.driver.timer = is_set.then_some(Timer { number, due: self.clock.now + timer });
        self.clock.after(timer + self.setup.late, Happening::Timer(number));
    }

    pub(super) fn fire(&mut self, number: u32) {
        if let Some(timer) = self.driver.timer.take_if(|timer| timer.number == number) {
            self.tell(Input::Timer { late: self.clock.now - timer.due });
        }
    }

    fn end(&mut self, end: End) {
        let driver = &mut self.driver;
        driver.end = Some(end);
        driver.ended_at = self.clock.now;
        driver.dropped += driver.batch.len();
        driver.batch.clear();
        if end.ending != Ending::Failed {
            driver.error = None;
        } else if end.is_exhausted
            && let Some(last) = driver.error.take()
        {
            let attempt = last.attempt;
            let cause = Some(Box::new(last));
            let code = "retries-exhausted";
            let error = Failed { code, status: None, attempt, retryable: false, cause };
            driver.error = Some(error);
        }
        if end.notify {
            self.notify();
        }
    }

    fn notify(&mut self) {
        let driver = &mut self.driver;
        driver.notifications += 1;
        let fail = |code, status, retryable| Notification {
            notified: false,
            status,
            // It is not an attempt of the stream.
            error: Some(Failed { code, status, attempt: 0, retryable, cause: None }),
        };
        let (answer, delay) = match &driver.endpoint {
            Endpoint::Address(Address::Unreachable) => (None, 0.0),
            Endpoint::Answer(Answer { status, delay_ms }) => (Some(*status), f64::from(*delay_ms)),
        };
        let timeout = self.setup.cancel_timeout;
        let notification = match answer {
            None => fail("network", None, true),
            Some(_) if delay >= timeout => fail("connect-timeout", None, true),
            Some(status @ 200..300) => {
                Notification { notified: true, status: Some(status), error: None }
            }
            Some(status) => fail("http", Some(status), Failure::Http.is_retryable(status)),
        };
        let delay = delay.min(timeout);
        driver.notification = Some(notification);
        self.clock.after(delay, Happening::Notified);
    }

    pub(super) fn notified(&mut self) {
        self.consumer.is_notified = true;
    }
}
