//! What has to hold after each step, whatever happened. It says what the documentation promises,
//! and knows nothing of how the machine keeps it.

mod flow;
mod waiting;

use super::{
    endings::{Facts, check_end},
    machine::{Cause, Input, RetryVerdict, Step},
    naive::Naive,
    policy::Patience,
    server::Connection,
    setup::Setup,
};
use crate::stream::{
    config::{Resume, RetryMode},
    failure::Failure,
    lifecycle::{OutcomeType, State},
    step::{Action, End, ResponseVerdict},
};
use std::{string::String, vec::Vec};

pub(super) struct Audit {
    /// Decodes the same bytes.
    naive: Naive,
    /// The ids that blocks have set since the last delivery, the one before them first.
    ids: Vec<String>,
    limit: usize,
    patience: Patience,
    facts: Facts,
    end: Option<End>,
    /// Whether the server was left to end a response.
    has_drained: bool,
    /// Whether the stream is over, and its connection kept until the job is known.
    lingers: bool,
    was_accepted: bool,
    has_job: bool,
    /// Whether the attempt is the resuming request, and brought events that are new.
    resumes: bool,
    is_fruitful: bool,
    /// How many events were delivered, and how many of a replay are still to be dropped.
    delivered: usize,
    to_drop: usize,
    /// The size of the largest event that was dropped in this attempt.
    dropped_size: usize,
    /// Whether the consumer waits for events.
    is_pulled: bool,
    is_hidden: bool,
    doing: Action,
    /// Whether its timer was held up once.
    is_extended: bool,
    rest: Rest,
    steps: u32,
}

/// Why no connection is there or comes.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Rest {
    /// There is one, or it comes.
    None,
    /// Nothing was opened yet.
    Unopened,
    /// Until this time, or until the network is back.
    Sleeping {
        until: f64,
        wakes: bool,
    },
    Suspended,
}

impl Audit {
    pub(super) fn new(setup: &Setup) -> Self {
        Self {
            naive: Naive::new(&setup.last_event_id),
            ids: Vec::new(),
            limit: setup.max_event_size,
            patience: Patience::new(setup.policy),
            // An answer that began in a page before can be stopped at once.
            facts: Facts {
                was_sent: setup.resume.is_some_and(|resume| resume.is_first),
                ..Facts::default()
            },
            end: None,
            has_drained: false,
            lingers: false,
            was_accepted: false,
            has_job: false,
            resumes: false,
            is_fruitful: false,
            delivered: 0,
            to_drop: 0,
            dropped_size: 0,
            is_pulled: false,
            is_hidden: false,
            doing: Action::Wait,
            is_extended: false,
            rest: Rest::Unopened,
            steps: 0,
        }
    }

    /// Whether another request can go on with the answer.
    fn can_resume(&self, setup: &Setup) -> bool {
        let has_begun = |resume: Resume| self.was_accepted || resume.is_first;
        setup.resume.is_some_and(has_begun) && (setup.job_in.is_none() || self.has_job)
    }

    /// Whether there may be another attempt.
    fn may_repeat(&self, setup: &Setup) -> bool {
        setup.may_repeat() || setup.retry != RetryMode::Never && self.can_resume(setup)
    }

    pub(super) fn is_ndjson(&self) -> bool {
        self.naive.is_ndjson
    }

    /// Whether all that the bytes have completed was delivered.
    pub(super) fn has_all(&self) -> bool {
        !self.facts.is_done && !self.facts.is_too_large
    }

    pub(super) fn is_suspended(&self) -> bool {
        self.rest == Rest::Suspended
    }

    /// The machine made a step.
    pub(super) fn step(
        &mut self,
        setup: &Setup,
        now: f64,
        input: &Input<'_>,
        step: &Step,
        [before, after]: [State; 2],
    ) {
        self.steps += 1;
        assert!(self.steps < 1_000_000, "it runs for ever");
        assert!(!step.drains || step.close, "what is not closed is not drained");
        self.has_drained |= step.drains;
        if self.lingers {
            let is_over = step.action == Action::Notify;
            assert_eq!(after, State::Closed, "the end is told once");
            assert!(!is_over || step.close, "the connection outlives the stream");
            assert!(!matches!(input, Input::JobFound) || is_over, "the job is known");
            self.lingers = !is_over;
            return;
        }
        if self.end.is_some() {
            assert_eq!(*step, Step::WAIT, "after the end, {input:?} is to change nothing");
            return;
        }
        self.has_job |= matches!(input, Input::JobFound);
        self.was_accepted |= self.doing == Action::Accept && matches!(input, Input::Accepted);
        self.check_transition(before, after, step);
        self.note(setup, input, step);
        match step.action {
            Action::Wait => self.check_wait(setup, input, step, after),
            Action::Prepare => self.check_prepare(setup, now, input, step),
            Action::Read => {
                assert!(self.is_pulled, "a read that nobody waits for");
                assert!(!self.pauses(setup), "a read while the page is hidden");
            }
            Action::Deliver => self.is_pulled = false,
            Action::Sleep => {
                assert!(self.may_repeat(setup), "a request that may not be repeated will be");
                let failure = self.facts.failure.expect("a failure to recover from");
                assert!(failure.is_retried(), "a retry of what is not to be retried: {failure:?}");
                let delay = step.timer;
                self.patience.check_delay(delay, failure.retry_after, failure.asked);
                let wakes = failure.kind.is_of_network();
                self.rest = Rest::Sleeping { until: now + delay, wakes };
            }
            Action::End => {
                let end = step.end.expect("how it ended");
                assert_eq!(step.close, !end.lingers, "whether the connection outlives the stream");
                if end.lingers {
                    let is_asked =
                        matches!(input, Input::Stop(Cause::Cancel | Cause::Leave | Cause::Abort));
                    assert!(is_asked && end.notify && setup.cancel_needs_job && !self.has_job);
                    self.lingers = true;
                }
                let is_done = end.outcome_type == OutcomeType::Done;
                assert!(
                    self.has_drained || !is_done,
                    "the server is interrupted behind the marker"
                );
                let may_repeat = self.may_repeat(setup);
                let is_exhausted = self.patience.is_exhausted();
                check_end(&self.facts, setup, input, end, may_repeat, is_exhausted);
                self.end = Some(end);
            }
            _ => {}
        }
        assert_eq!(step.end.is_some(), step.action == Action::End);
        self.check_timer(setup, step);
        self.check_fired(setup, input, step);
        self.must(setup, input, step);
        if step.action != Action::Wait {
            self.doing = step.action;
            self.is_extended = false;
        } else if step.close && after == State::Waiting {
            self.doing = Action::Wait;
        }
        if step.close {
            self.facts.is_connected = false;
        }
    }

    /// Remembers what bears on the end and on retries.
    fn note(&mut self, setup: &Setup, input: &Input<'_>, step: &Step) {
        let facts = &mut self.facts;
        match *input {
            Input::Pull => self.is_pulled = true,
            Input::Hidden => self.is_hidden = true,
            Input::Shown => self.is_hidden = false,
            Input::FoundDone => facts.is_done = true,
            Input::Threw => facts.has_thrown = true,
            Input::Answered(ResponseVerdict::NoContent) => facts.is_no_content = true,
            Input::EndAccepted => facts.is_end_accepted = true,
            Input::Decided(verdict) => {
                let failure = facts.failure.as_mut().expect("a failure to decide about");
                failure.decision = Some(verdict != RetryVerdict::No);
                if let RetryVerdict::After(delay) = verdict {
                    failure.asked = Some(delay);
                }
            }
            Input::Failed { failure, status, retry_after } => {
                facts.fail(failure, status, retry_after);
                self.patience.failed();
            }
            _ => {}
        }
        if let Some(failure) = step.failure {
            let is_expected = match failure {
                Failure::Ended => facts.is_body_over && !facts.is_done,
                Failure::EventTooLarge => facts.is_too_large,
                Failure::ConnectTimeout | Failure::IdleTimeout => {
                    matches!(input, Input::Timer { .. })
                }
                _ => false,
            };
            assert!(is_expected, "nothing of the kind happened: {failure:?}");
            facts.fail(failure, 0, None);
            self.patience.failed();
        }
        if facts.is_body_over && matches!(input, Input::Pull | Input::EndAccepted) {
            let is_replay = setup.resume.is_some_and(|resume| resume.replays);
            let may_be_in_vain = self.resumes && (setup.has_done() || is_replay);
            let is_in_vain = may_be_in_vain && !self.is_fruitful;
            let can_go_on = !self.naive.is_ndjson || self.can_resume(setup);
            self.facts.goes_on = self.may_repeat(setup)
                && (setup.is_safe || setup.has_done())
                && can_go_on
                && !is_in_vain;
        }
    }

    /// What has to happen at once.
    fn must(&self, setup: &Setup, input: &Input<'_>, step: &Step) {
        let is_end = step.action == Action::End;
        let facts = &self.facts;
        match input {
            Input::Stop(_) | Input::PageLeft { persisted: false } => {
                assert!(is_end, "it was stopped, and goes on");
            }
            Input::PageLeft { .. } => {
                let leaves = setup.cancel.is_some_and(|on| on.pagehide);
                assert_eq!(is_end, leaves, "a page that is kept");
            }
            Input::Threw if self.doing != Action::Deliver => {
                assert!(is_end, "the page threw, and it goes on");
            }
            // The events are still handed out, but nothing more is received.
            Input::Threw | Input::FoundDone => assert!(step.close, "the connection stays open"),
            Input::Pull if facts.has_thrown || facts.is_done => {
                assert!(is_end, "it is done, and goes on");
            }
            Input::Pull if facts.is_body_over && !facts.is_too_large => {
                let expected = match (setup.asks_end, facts.goes_on) {
                    (true, _) => matches!(step.action, Action::AskEnd),
                    (false, true) => step.failure == Some(Failure::Ended),
                    (false, false) => is_end,
                };
                assert!(expected, "after the body's end: {step:?}");
            }
            Input::Hidden if self.doing == Action::Read => {
                let pauses = setup.pauses && self.may_repeat(setup);
                assert_eq!(step.close, pauses, "a page that is hidden");
            }
            _ => {}
        }
        let has_failed = matches!(input, Input::Failed { .. }) || step.failure.is_some();
        assert!(!has_failed || step.close, "a connection that failed stays open");
        if has_failed || matches!(input, Input::Decided(_)) {
            let failure = facts.failure.expect("a failure");
            let may_retry = self.may_repeat(setup);
            let expected = if may_retry && setup.asks_retry && has_failed {
                Action::AskRetry
            } else if may_retry && failure.is_retried() && !self.patience.is_exhausted() {
                Action::Sleep
            } else {
                Action::End
            };
            assert_eq!(step.action, expected, "after {failure:?}");
        }
    }

    fn check_transition(&self, before: State, after: State, step: &Step) {
        let is_legal = match (before, after) {
            (State::Closed, State::Closed) | (_, State::Closed) => true,
            (State::Closed, _) => false,
            (State::Waiting, State::Open) => false,
            // Between two connections there is a wait.
            (State::Open, State::Connecting) => false,
            _ => true,
        };
        assert!(is_legal, "from {before:?} to {after:?}");
        let is_right = match step.action {
            Action::Wait => after == before || after == State::Waiting || after == State::Open,
            Action::Prepare | Action::Send | Action::Accept | Action::Inspect | Action::Refuse => {
                after == State::Connecting
            }
            Action::Read | Action::Deliver => after == State::Open,
            Action::AskRetry | Action::AskEnd | Action::Sleep => after == State::Waiting,
            Action::End | Action::Notify => after == State::Closed,
        };
        assert!(is_right, "{:?} in the state {after:?}", step.action);
    }

    /// Nothing happens any more.
    pub(super) fn over(&self, connections: &[Connection], current: Option<usize>) {
        for (number, connection) in connections.iter().enumerate() {
            let is_current = self.end.is_none() && current == Some(number);
            assert!(connection.over.is_some() || is_current, "connection {number} is left open");
        }
        assert!(self.naive.events.is_empty() || self.end.is_some(), "events were not delivered");
    }
}
