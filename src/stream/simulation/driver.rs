//! The driver: does what the steps say, as `stream/driver.rs` and `pkg/src/stream/driver.ts` do.

use super::{
    Event, Happening, World,
    format::{Decision, Endpoint, Reply, Stop},
    machine::{Cause, Input, Machine, RetryVerdict, Step},
    outcome::{Failed, Notification},
};
use crate::stream::{
    failure::Failure,
    lifecycle::State,
    step::{Action, End, ResponseVerdict},
};
use std::{collections::VecDeque, string::String, vec::Vec};

/// Milliseconds that a server has for the end of a response of which nothing more is wanted.
const REST: f64 = 1_000.0;

pub(super) struct Driver {
    pub(super) machine: Machine,
    pub(super) connection: Option<usize>,
    /// Whether the attempt is the resuming request.
    pub(super) resumes: bool,
    pub(super) job: Option<String>,
    pub(super) cursor: Option<String>,
    /// How many events were delivered.
    pub(super) events: usize,
    /// What is under way.
    pub(super) doing: Action,
    /// What came out of the pieces of a chunk so far.
    pub(super) collected: Vec<Event>,
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
    pub(super) ticket: u32,
    pub(super) reply: Reply,
    timer: Option<Timer>,
    timers: u32,
}

struct Timer {
    number: u32,
    due: f64,
}

impl Driver {
    pub(super) fn new(machine: Machine) -> Self {
        Self {
            machine,
            connection: None,
            resumes: false,
            job: None,
            cursor: None,
            events: 0,
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
}

impl World<'_> {
    /// Tells the machine what happened, and does what it says.
    pub(super) fn tell(&mut self, input: Input<'_>) {
        let step = self.handle(input);
        self.perform_all(step);
    }

    /// Does what a step says, and whatever follows from it at once.
    pub(super) fn perform_all(&mut self, step: Step) {
        let mut step = Some(step);
        while let Some(current) = step {
            step = self.perform(&current);
        }
    }

    pub(super) fn handle(&mut self, input: Input<'_>) -> Step {
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
        // Once a stream is over, its facade closes it no more.
        if stop == Stop::Close && self.driver.end.is_some() {
            return;
        }
        self.tell(Input::Stop(match stop {
            Stop::Cancel => Cause::Cancel,
            Stop::Close => Cause::Close,
            Stop::Leave => Cause::Leave,
            Stop::Abort => Cause::Abort,
            Stop::Fail => Cause::Fail,
            Stop::Finish => Cause::Done,
        }));
    }

    pub(super) fn is_closed(&self) -> bool {
        self.driver.machine.state() == State::Closed
    }

    /// Does what a step says, in the order of its members. Returns the next step, if there is one
    /// at once.
    fn perform(&mut self, step: &Step) -> Option<Step> {
        if step.close {
            if let Some(number) = self.driver.connection.take() {
                if step.drains {
                    self.clock.after(REST, Happening::Drained(number));
                } else {
                    self.close_connection(number);
                }
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
        // What is under way goes on until the job is known.
        if !step.end.is_some_and(|end| end.lingers) {
            self.driver.doing = step.action;
            self.driver.ticket += 1;
        }
        match step.action {
            Action::Wait => None,
            Action::Prepare => {
                self.driver.resumes = step.resumes;
                self.prepare()
            }
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
                let end = step.end.expect("an end");
                self.end(end);
                end.lingers.then(|| self.handle(Input::Pull))
            }
            Action::Notify => {
                self.notify();
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

    pub(super) fn threw(&mut self, code: &'static str) -> Step {
        if !self.is_closed() {
            self.driver.fail(code, None, false);
        }
        self.handle(Input::Threw)
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
}
