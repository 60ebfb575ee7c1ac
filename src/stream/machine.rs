//! The life of one stream, without I/O, clock or randomness of its own: a driver tells what
//! happened and does what the answer says. The drivers are `driver.rs` for Rust and
//! `pkg/src/stream/driver.ts` for npm.

use super::{
    config::{RetryMode, StreamConfig},
    failure::Failure,
    lifecycle::{Ending, State},
    retry::{Backoff, RetryPolicy},
    step::{Action, Cause, End, Input, ResponseVerdict, RetryVerdict, Step},
};
use crate::{content_type::format_of, sse::Decoder};

/// Milliseconds: a timer that fires later than this was held up by a page that was frozen, and the
/// bytes that came meanwhile are still to be read.
const HELD_UP: f64 = 1_000.0;

/// Where the stream is, as far as the next step depends on it.
#[derive(Clone, Copy, Debug)]
enum Phase {
    Idle,
    Preparing,
    Sending,
    Accepting,
    Inspecting,
    Refusing,
    /// The connection is open and nobody reads.
    Open,
    Reading,
    /// The events of a chunk are with the driver. The next pull goes on with this.
    Delivered(Next),
    /// The page decides about a retry.
    Asking {
        failure: Failure,
        retry_after: Option<f64>,
    },
    AskingEnd,
    /// `wakes`: the network's return ends the wait.
    Sleeping {
        wakes: bool,
    },
    /// Closed until the page is shown.
    Suspended,
    Closed,
}

/// What follows when the events of a chunk are consumed.
#[derive(Clone, Copy, Debug)]
enum Next {
    Read,
    /// The stream is done.
    Done,
    /// The response has ended.
    Ended,
    Failed(Failure),
    Threw,
}

pub(crate) struct Machine {
    config: StreamConfig,
    decoder: Decoder,
    backoff: Backoff,
    /// The reconnection time that the backoff has.
    reconnection_time: Option<u32>,
    phase: Phase,
    attempt: u32,
    was_sent: bool,
    /// Whether the consumer waits for events.
    is_pulled: bool,
    is_hidden: bool,
    /// Whether the pieces of the chunk so far have brought anything.
    has_rows: bool,
    /// Whether the timer that runs is the second one: the first was held up.
    is_extended: bool,
}

impl Machine {
    /// The decoder has the limits and the last event id to start from. The randomness of the delays
    /// comes from `seed`.
    pub(crate) fn new(config: StreamConfig, decoder: Decoder, seed: u32) -> Self {
        Self {
            config,
            decoder,
            backoff: Backoff::new(RetryPolicy::default(), seed),
            reconnection_time: None,
            phase: Phase::Idle,
            attempt: 0,
            was_sent: false,
            is_pulled: false,
            is_hidden: false,
            has_rows: false,
            is_extended: false,
        }
    }

    /// Sets the policy before the stream begins.
    pub(crate) fn set_policy(&mut self, policy: RetryPolicy) {
        self.backoff.set_policy(policy);
    }

    pub(crate) fn state(&self) -> State {
        match self.phase {
            Phase::Idle
            | Phase::Preparing
            | Phase::Sending
            | Phase::Accepting
            | Phase::Inspecting
            | Phase::Refusing => State::Connecting,
            Phase::Open | Phase::Reading | Phase::Delivered(_) => State::Open,
            Phase::Asking { .. } | Phase::AskingEnd | Phase::Sleeping { .. } | Phase::Suspended => {
                State::Waiting
            }
            Phase::Closed => State::Closed,
        }
    }

    pub(crate) fn decoder(&self) -> &Decoder {
        &self.decoder
    }

    /// Returns the number of the attempt, counted from 1; 0 before the first.
    pub(crate) fn attempt(&self) -> u32 {
        self.attempt
    }

    /// Returns what a response is, and prepares to read it.
    pub(crate) fn judge(&mut self, status: u16, content_type: &str) -> ResponseVerdict {
        match status {
            204 => return ResponseVerdict::NoContent,
            200..300 => {}
            _ => return ResponseVerdict::Refusal,
        }
        match self.config.format.or_else(|| format_of(content_type)) {
            Some(format) => {
                self.decoder.set_format(format);
                ResponseVerdict::Read
            }
            None => ResponseVerdict::WrongType,
        }
    }

    /// Takes what happened, and returns what to do. What makes no sense at the moment changes
    /// nothing.
    pub(crate) fn handle(&mut self, input: Input<'_>) -> Step {
        match (input, self.phase) {
            (_, Phase::Closed) => Step::WAIT,
            (Input::Stop(cause), _) => self.end(cause),
            (Input::PageLeft { persisted }, _) => self.page_left(persisted),
            (Input::Pull, _) => {
                self.is_pulled = true;
                self.go_on()
            }
            (Input::Hidden, phase) => {
                self.is_hidden = true;
                if matches!(phase, Phase::Reading) && self.is_paused() {
                    return self.suspend();
                }
                Step::WAIT
            }
            (Input::Shown, phase) => {
                self.is_hidden = false;
                if matches!(phase, Phase::Suspended) { self.connect() } else { Step::WAIT }
            }
            (Input::Threw, Phase::Delivered(_)) => self.close_then(Next::Threw),
            (Input::Threw, _) => self.end(Cause::Fail),
            (Input::FoundDone, Phase::Delivered(_)) => self.close_then(Next::Done),
            (Input::Open, Phase::Idle) => self.connect(),
            (Input::Prepared, Phase::Preparing) => {
                self.was_sent = true;
                self.phase = Phase::Sending;
                self.limited(Action::Send, self.config.connect_timeout)
            }
            (Input::Answered(verdict), Phase::Sending) => self.answered(verdict),
            (Input::Accepted, Phase::Accepting) => {
                self.phase = Phase::Open;
                self.go_on()
            }
            (Input::Accepted, Phase::Inspecting) => self.refuse(),
            (Input::Bytes { bytes, last }, Phase::Reading) => self.push(bytes, last),
            (Input::BodyEnded, Phase::Reading) => self.body_ended(),
            // A stream that is never opened decodes what others have fetched.
            (Input::Bytes { bytes, .. }, Phase::Idle) => {
                let failure = self.decoder.push(bytes).err().map(|_| Failure::EventTooLarge);
                Step { failure, ..Step::WAIT }
            }
            (Input::BodyEnded, Phase::Idle) => {
                self.decoder.finish();
                Step::WAIT
            }
            (
                Input::Failed { failure, status, retry_after },
                Phase::Sending | Phase::Refusing | Phase::Reading | Phase::AskingEnd,
            ) => self.fail(failure, failure.is_retryable(status), retry_after),
            (Input::EndAccepted, Phase::AskingEnd) => self.end(Cause::ResponseEnded),
            (Input::Decided(verdict), Phase::Asking { failure, retry_after }) => match verdict {
                RetryVerdict::No => self.end(Cause::Fail),
                RetryVerdict::Usual => self.sleep(failure, retry_after, None),
                RetryVerdict::After(delay) => self.sleep(failure, retry_after, Some(delay)),
            },
            (Input::Timer { late }, _) => self.timer(late),
            (Input::Returned, Phase::Sleeping { wakes: true }) => self.connect(),
            _ => Step::WAIT,
        }
    }

    fn limited(&mut self, action: Action, timeout: f64) -> Step {
        self.is_extended = false;
        Step::new(action).timed(timeout)
    }

    /// Begins an attempt.
    fn connect(&mut self) -> Step {
        self.decoder.reset();
        self.attempt += 1;
        self.phase = Phase::Preparing;
        Step::new(Action::Prepare)
    }

    fn answered(&mut self, verdict: ResponseVerdict) -> Step {
        match verdict {
            ResponseVerdict::NoContent => self.end(Cause::NoContent),
            ResponseVerdict::Refusal => self.refuse(),
            ResponseVerdict::Read => {
                self.phase = Phase::Accepting;
                Step::new(Action::Accept)
            }
            ResponseVerdict::WrongType => {
                self.phase = Phase::Inspecting;
                Step::new(Action::Inspect)
            }
        }
    }

    fn refuse(&mut self) -> Step {
        self.phase = Phase::Refusing;
        Step::new(Action::Refuse)
    }

    /// Does what comes next, if the consumer wants events.
    fn go_on(&mut self) -> Step {
        match self.phase {
            _ if !self.is_pulled => Step::WAIT,
            Phase::Open | Phase::Delivered(Next::Read) if self.is_hidden && self.is_paused() => {
                self.suspend()
            }
            Phase::Open | Phase::Delivered(Next::Read) => {
                self.phase = Phase::Reading;
                self.limited(Action::Read, self.config.idle_timeout)
            }
            Phase::Delivered(Next::Done) => self.end(Cause::Done),
            Phase::Delivered(Next::Threw) => self.end(Cause::Fail),
            Phase::Delivered(Next::Failed(failure)) => self.noticed(failure),
            Phase::Delivered(Next::Ended) => self.after_end(),
            _ => Step::WAIT,
        }
    }

    fn push(&mut self, bytes: &[u8], last: bool) -> Step {
        let pushed = self.decoder.push(bytes);
        if self.decoder.retry() != self.reconnection_time {
            self.reconnection_time = self.decoder.retry();
            self.backoff.set_reconnection_time(self.reconnection_time.map_or(0.0, f64::from));
        }
        if self.take_events() {
            return self.deliver(Next::Done);
        }
        match pushed {
            Err(_) => self.deliver(Next::Failed(Failure::EventTooLarge)),
            Ok(()) if !last => Step::WAIT,
            Ok(()) if self.has_rows => self.deliver(Next::Read),
            Ok(()) => self.limited(Action::Read, self.config.idle_timeout),
        }
    }

    /// The last line of NDJSON may be an event, also without a line break.
    fn body_ended(&mut self) -> Step {
        self.decoder.finish();
        let next = if self.take_events() { Next::Done } else { Next::Ended };
        self.deliver(next)
    }

    /// Drops the marker and what follows it, and returns whether it came.
    fn take_events(&mut self) -> bool {
        let marker = self.config.marker.as_ref();
        let done = marker.and_then(|marker| self.decoder.position(marker));
        if let Some(index) = done {
            self.decoder.truncate(index);
        }
        if self.decoder.event_count() > 0 {
            self.backoff.succeeded();
        }
        self.has_rows |= !self.decoder.table().is_empty();
        done.is_some()
    }

    /// Lets the driver hand out what was decoded.
    fn deliver(&mut self, next: Next) -> Step {
        self.has_rows = false;
        self.is_pulled = false;
        self.phase = Phase::Delivered(next);
        let close = !matches!(next, Next::Read);
        Step { close, ..Step::new(Action::Deliver) }
    }

    /// Goes on with this once the events that are being delivered are consumed.
    fn close_then(&mut self, next: Next) -> Step {
        self.phase = Phase::Delivered(next);
        Step::WAIT.closing()
    }

    /// The events of an ended response are consumed.
    fn after_end(&mut self) -> Step {
        if self.config.asks_end {
            self.phase = Phase::AskingEnd;
            return Step::new(Action::AskEnd);
        }
        if self.should_reopen() {
            return self.noticed(Failure::Ended);
        }
        self.end(Cause::ResponseEnded)
    }

    /// Whether a response that has ended is to be requested again.
    fn should_reopen(&self) -> bool {
        // NDJSON has no reconnection: its end is its end.
        let is_too_early = self.config.has_done || self.config.is_safe;
        is_too_early && self.decoder.is_sse() && self.may_request_again()
    }

    fn may_request_again(&self) -> bool {
        self.config.is_repeatable
            && match self.config.retry {
                RetryMode::Never => false,
                RetryMode::Always => true,
                RetryMode::Safe => self.config.is_safe,
            }
    }

    fn timer(&mut self, late: f64) -> Step {
        let (failure, timeout) = match self.phase {
            Phase::Sleeping { .. } => return self.connect(),
            Phase::Sending => (Failure::ConnectTimeout, self.config.connect_timeout),
            Phase::Reading => (Failure::IdleTimeout, self.config.idle_timeout),
            _ => return Step::WAIT,
        };
        // Once: where all timers are late, as those of a hidden page, the limit has to hold as well.
        if late > HELD_UP && !core::mem::replace(&mut self.is_extended, true) {
            return Step::WAIT.timed(timeout);
        }
        self.noticed(failure)
    }

    /// A failure that no driver knows of yet.
    fn noticed(&mut self, failure: Failure) -> Step {
        let step = self.fail(failure, failure.is_retryable(0), None);
        Step { failure: Some(failure), ..step }
    }

    fn fail(&mut self, failure: Failure, is_retryable: bool, retry_after: Option<f64>) -> Step {
        if !self.may_request_again() {
            self.end(Cause::Fail)
        } else if self.config.asks_retry {
            self.phase = Phase::Asking { failure, retry_after };
            Step::new(Action::AskRetry).closing()
        } else if is_retryable {
            self.sleep(failure, retry_after, None)
        } else {
            self.end(Cause::Fail)
        }
    }

    /// Waits for the next attempt, if the policy allows one.
    fn sleep(&mut self, failure: Failure, retry_after: Option<f64>, asked: Option<f64>) -> Step {
        let Some(usual) = self.backoff.failed(retry_after) else {
            let step = self.end(Cause::Fail);
            return Step { end: step.end.map(|end| End { is_exhausted: true, ..end }), ..step };
        };
        self.phase = Phase::Sleeping { wakes: failure.is_of_network() };
        Step::new(Action::Sleep).timed(asked.unwrap_or(usual)).closing()
    }

    fn is_paused(&self) -> bool {
        self.config.pauses && self.may_request_again()
    }

    fn suspend(&mut self) -> Step {
        self.phase = Phase::Suspended;
        Step::WAIT.closing()
    }

    /// A page that is gone for good takes its streams with it.
    fn page_left(&mut self, persisted: bool) -> Step {
        if self.config.cancel.is_some_and(|on| on.pagehide) {
            self.end(Cause::Pagehide)
        } else if persisted {
            Step::WAIT
        } else {
            self.end(Cause::Close)
        }
    }

    fn end(&mut self, cause: Cause) -> Step {
        self.phase = Phase::Closed;
        let on = self.config.cancel.unwrap_or_default();
        let (ending, notify) = match cause {
            Cause::Cancel => (Ending::Cancelled, true),
            Cause::Leave if on.leave => (Ending::Cancelled, true),
            Cause::Close | Cause::Leave => (Ending::Closed, false),
            Cause::Pagehide => (Ending::Cancelled, true),
            Cause::Abort => (Ending::Aborted, on.abort),
            Cause::Fail => (Ending::Failed, false),
            Cause::Done => (Ending::Done, false),
            Cause::NoContent => (Ending::NoContent, false),
            Cause::ResponseEnded if self.config.has_done => (Ending::Truncated, false),
            Cause::ResponseEnded => (Ending::Ended, false),
        };
        let can_notify = self.config.cancel.is_some() && (self.was_sent || on.unsent);
        let end = End { ending, notify: notify && can_notify, is_exhausted: false };
        Step { end: Some(end), ..Step::new(Action::End).closing() }
    }
}

#[cfg(test)]
mod tests;
