//! What has to hold after each step, whatever happened. It says what the documentation promises,
//! and knows nothing of how the machine keeps it.

use super::{
    Event,
    endings::{Facts, check_end},
    machine::{Cause, Input, RetryVerdict, Step},
    naive::Naive,
    policy::Patience,
    server::Connection,
    setup::Setup,
};
use crate::{
    sse::Format,
    stream::{
        config::{Resume, RetryMode},
        failure::Failure,
        lifecycle::State,
        step::{Action, End, ResponseVerdict},
    },
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

    /// A timer is one of those that the options or the policy ask for.
    fn check_timer(&self, setup: &Setup, step: &Step) {
        let is_right = match step.action {
            Action::Send => step.timer == setup.connect_timeout,
            Action::Read => step.timer == setup.idle_timeout,
            Action::Sleep => step.timer.is_finite() && step.timer >= 0.0,
            Action::Wait if self.doing == Action::Send => {
                step.timer == f64::INFINITY || step.timer == setup.connect_timeout
            }
            Action::Wait if self.doing == Action::Read => {
                step.timer == f64::INFINITY || step.timer == setup.idle_timeout
            }
            _ => step.timer == f64::INFINITY,
        };
        assert!(is_right, "a timer that nobody asked for: {step:?}");
    }

    /// Whether the page is hidden, and that matters.
    fn pauses(&self, setup: &Setup) -> bool {
        setup.pauses && self.is_hidden && self.may_repeat(setup)
    }

    fn check_wait(&mut self, setup: &Setup, input: &Input<'_>, step: &Step, after: State) {
        if step.close && after == State::Waiting {
            assert!(self.pauses(setup), "suspended for nothing");
            self.rest = Rest::Suspended;
        }
        if let Input::Bytes { last: true, .. } = input {
            panic!("nothing follows the last piece of a chunk");
        }
    }

    /// A timer that fires ends what it limits. Once it may be late for nothing: after a freeze the
    /// bytes that came meanwhile go first.
    fn check_fired(&mut self, setup: &Setup, input: &Input<'_>, step: &Step) {
        let Input::Timer { late } = *input else { return };
        let timeout = match self.doing {
            Action::Send => setup.connect_timeout,
            Action::Read => setup.idle_timeout,
            Action::Sleep if self.pauses(setup) => return assert_eq!(step.action, Action::Wait),
            Action::Sleep => return assert_eq!(step.action, Action::Prepare),
            _ => return,
        };
        let is_held_up = late > 1_000.0 && !core::mem::replace(&mut self.is_extended, true);
        assert_eq!(step.action == Action::Wait, is_held_up, "a timer, {late} ms late");
        assert!(!is_held_up || step.timer == timeout, "the bytes get no time");
    }

    fn check_prepare(&mut self, setup: &Setup, now: f64, input: &Input<'_>, step: &Step) {
        match self.rest {
            Rest::Unopened => {
                assert!(matches!(input, Input::Open | Input::Pull), "opened by {input:?}");
            }
            Rest::Sleeping { until, wakes } => {
                let is_due = match input {
                    Input::Timer { .. } => now >= until,
                    Input::Returned => wakes,
                    _ => false,
                };
                assert!(is_due, "{input:?} at {now} ends a wait until {until}");
            }
            Rest::Suspended => assert!(matches!(input, Input::Shown), "shown by {input:?}"),
            Rest::None => panic!("a new attempt during another, by {input:?}"),
        }
        if self.rest != Rest::Unopened {
            assert!(self.may_repeat(setup), "a request that may not be repeated");
        }
        self.rest = Rest::None;
        assert_eq!(step.resumes, self.can_resume(setup), "whether another request goes on");
        self.resumes = step.resumes;
        self.is_fruitful = false;
        let is_replay = self.resumes && setup.resume.is_some_and(|resume| resume.replays);
        self.dropped_size = 0;
        self.to_drop = if is_replay { self.delivered } else { 0 };
        self.facts = Facts {
            was_sent: self.facts.was_sent,
            is_resumed: self.resumes && self.was_accepted,
            ..Facts::default()
        };
        self.naive.connect();
        self.ids.clear();
    }

    /// A request leaves.
    pub(super) fn request(
        &mut self,
        setup: &Setup,
        last_event_id: &str,
        resumes: bool,
        before: &[Connection],
    ) {
        assert!(self.end.is_none(), "a request after the end");
        assert_eq!(resumes, self.resumes, "which request it is");
        assert_eq!(self.rest, Rest::None, "a request during a rest");
        assert_eq!(last_event_id, self.naive.last_event_id, "the header Last-Event-ID");
        let is_first = before.iter().all(|one| one.request.position.is_some());
        if !resumes && last_event_id.is_empty() {
            self.delivered = 0;
        }
        assert!(resumes || is_first || setup.may_repeat(), "the request was repeated");
        assert!(before.iter().all(|one| one.over.is_some()), "two connections at once");
        self.facts.was_sent = true;
    }

    /// A response was judged. The option `format` counts, or else the content type.
    pub(super) fn judged(
        &mut self,
        setup: &Setup,
        status: u16,
        content_type: &str,
        verdict: ResponseVerdict,
    ) {
        let format = setup.format.or_else(|| match content_type.to_ascii_lowercase() {
            json if json.contains("ndjson") || json.contains("jsonl") => Some(Format::Ndjson),
            sse if sse.contains("event-stream") => Some(Format::Sse),
            _ => None,
        });
        let is_stream = (200..300).contains(&status) && status != 204 && format.is_some();
        let is_read = verdict == ResponseVerdict::Read;
        assert!(!is_read || is_stream, "a {status} of type {content_type:?} is read");
        self.naive.is_ndjson = format == Some(Format::Ndjson);
        self.facts.is_connected = is_read;
    }

    /// Bytes were read.
    pub(super) fn bytes(&mut self, setup: &Setup, bytes: &[u8]) {
        assert!(self.facts.is_connected, "bytes of a connection that was closed");
        self.check_memory();
        self.ids.push(self.naive.last_event_id.clone());
        let events = self.naive.events.len();
        let retry = self.naive.retry;
        self.naive.push(bytes);
        self.ids.append(&mut self.naive.ids);
        self.drop_replayed(setup, events);
        if self.naive.retry != retry {
            self.patience.set_base(self.naive.retry);
        }
        self.brought(events);
    }

    /// Drops what a replay repeats: the events after the first so many are new. The last event of
    /// the stream is none of them.
    fn drop_replayed(&mut self, setup: &Setup, known: usize) {
        let events = &mut self.naive.events;
        while self.to_drop > 0
            && let Some(event) = events.get(known)
            && Some(&event.data) != setup.marker.as_ref()
        {
            self.dropped_size = self.dropped_size.max(size_of(event));
            events.remove(known);
            self.to_drop -= 1;
        }
    }

    /// There were so many events before.
    fn brought(&mut self, before: usize) {
        if self.naive.events.len() > before {
            self.is_fruitful = true;
            self.patience.succeeded();
        }
    }

    /// What was pushed before had to stay within the limit, or to end the connection.
    fn check_memory(&self) {
        let held = self.naive.unfinished_data();
        // A BOM doesn't count, nor does a character before its last byte.
        assert!(held <= self.limit + 6, "{held} bytes of one event are held");
    }

    pub(super) fn body_ended(&mut self, setup: &Setup) {
        self.check_memory();
        let events = self.naive.events.len();
        self.facts.is_done = self.naive.finish(setup.marker.as_deref());
        self.drop_replayed(setup, events);
        self.facts.is_body_over = true;
        self.brought(events);
    }

    /// Events are handed to the page: those that the bytes have completed, up to the one that ends
    /// the stream.
    pub(super) fn delivered(&mut self, setup: &Setup, events: &[Event], last_event_id: &str) {
        let mut expected = core::mem::take(&mut self.naive.events);
        let marker = setup.marker.as_ref();
        let done = expected.iter().position(|event| Some(&event.data) == marker);
        if let Some(done) = done
            && events.len() >= done
        {
            expected.truncate(done);
            self.facts.is_done = true;
            assert!(!self.facts.is_connected, "it is done, and the connection stays open");
        } else if !self.facts.is_connected && !self.facts.is_body_over {
            // An event outgrew the limit: those before it are there.
            let next = expected.get(events.len());
            let size = next.map_or(self.naive.unfinished(), size_of).max(self.dropped_size);
            assert!(size > self.limit, "not delivered: {:?}", next);
            assert!(self.ids.iter().any(|id| id == last_event_id), "the id {last_event_id:?}");
            expected.truncate(events.len());
            self.naive.last_event_id = last_event_id.into();
            self.naive.retry = None;
            self.patience.is_unsure = true;
            self.facts.is_too_large = true;
        }
        assert_eq!(events, expected, "the events of the bytes so far");
        self.delivered += events.len();
        self.ids.clear();
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

/// What an event may have taken to decode, at most.
fn size_of(event: &Event) -> usize {
    3 * (event.data.len() + event.event_type.len() + event.last_event_id.len()) + 32
}
