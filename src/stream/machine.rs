//! The life of one stream, without I/O, clock or randomness of its own: a driver tells what
//! happened and does what the answer says. The drivers are `driver.rs` for Rust and
//! `pkg/src/stream/driver.ts` for npm.

use self::resuming::Progress;
use super::{
    config::StreamConfig,
    failure::Failure,
    lifecycle::{OutcomeType, State},
    retry::{Backoff, RetryPolicy},
    step::{Action, Input, ResponseVerdict, Step},
};
use crate::{content_type::format_of, sse::Decoder};
use alloc::{string::String, vec::Vec};

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
    /// The connection is open, and no read is in progress.
    Open,
    Reading,
    /// The events of a chunk are with the driver. The next pull goes on with this.
    Delivered(Next),
    /// The page decides about a retry.
    Asking,
    AskingEnd,
    Sleeping,
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

impl Next {
    /// The bits of the step before this that close the connection.
    fn closes(self) -> u32 {
        match self {
            Self::Read => 0,
            Self::Done => Step::CLOSE | Step::DRAINS,
            _ => Step::CLOSE,
        }
    }
}

pub(crate) struct Machine {
    config: StreamConfig,
    decoder: Decoder,
    backoff: Backoff,
    /// The reconnection time that the backoff has.
    reconnection_time: Option<u32>,
    phase: Phase,
    attempt: u32,
    /// Whether the backend may work on the answer.
    was_sent: bool,
    /// Whether a response was read.
    was_accepted: bool,
    has_job: bool,
    /// Whether the attempt is the resuming request.
    is_resuming: bool,
    /// Whether the stream is over, and its connection only kept until it tells the job.
    lingers: bool,
    progress: Progress,
    /// Whether the consumer waits for events.
    is_pulled: bool,
    is_hidden: bool,
    /// Whether the pieces of the chunk so far have brought anything.
    has_rows: bool,
    /// Why the last attempt failed.
    failure: Failure,
    /// What its response asked for, in milliseconds.
    retry_after: Option<f64>,
    /// Whether the timer that runs is the second one: the first was held up.
    is_extended: bool,
    /// Milliseconds, of the last step that was timed.
    timer: f64,
}

impl Machine {
    /// The decoder has the limits and the last event id to start from. The randomness of the delays
    /// comes from `seed`.
    pub(crate) fn new(config: StreamConfig, decoder: Decoder, seed: u32) -> Self {
        let is_resumed = config.resume.is_some_and(|resume| resume.is_first);
        Self {
            config,
            decoder,
            backoff: Backoff::new(RetryPolicy::default(), seed),
            reconnection_time: None,
            phase: Phase::Idle,
            attempt: 0,
            was_sent: is_resumed,
            was_accepted: false,
            has_job: false,
            is_resuming: false,
            lingers: false,
            progress: Progress::new(),
            is_pulled: false,
            is_hidden: false,
            has_rows: false,
            failure: Failure::Network,
            retry_after: None,
            is_extended: false,
            timer: 0.0,
        }
    }

    /// Sets the policy before the stream begins.
    pub(crate) fn set_policy(&mut self, policy: RetryPolicy) {
        self.backoff.set_policy(policy);
    }

    /// Sets the id to start from, before the stream begins.
    pub(crate) fn set_last_event_id(&mut self, id: &str) {
        self.decoder.set_last_event_id(id);
    }

    /// Sets the data of the event that ends the stream, before the stream begins.
    pub(crate) fn set_marker(&mut self, marker: String) {
        self.config.marker = Some(marker);
    }

    /// From now on, events that fit into a template are replaced by their text.
    pub(crate) fn add_template(&mut self, template: Vec<u8>, is_alone: bool) {
        self.decoder.add_template(template, is_alone, self.config.marker.as_deref());
    }

    pub(crate) fn state(&self) -> State {
        match self.phase {
            _ if self.lingers => State::Closed,
            Phase::Idle
            | Phase::Preparing
            | Phase::Sending
            | Phase::Accepting
            | Phase::Inspecting
            | Phase::Refusing => State::Connecting,
            Phase::Open | Phase::Reading | Phase::Delivered(_) => State::Open,
            Phase::Asking | Phase::AskingEnd | Phase::Sleeping | Phase::Suspended => State::Waiting,
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

    /// Returns the milliseconds of the last step that was timed.
    pub(crate) fn timer(&self) -> f64 {
        self.timer
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

    /// Takes what happened, with its number, and returns what to do. What makes no sense at the
    /// moment changes nothing.
    pub(crate) fn handle(&mut self, input: Input, number: f64) -> Step {
        let lingered = self.lingers;
        let step = match input {
            _ if matches!(self.phase, Phase::Closed) => Step::WAIT,
            Input::JobFound => {
                self.has_job = true;
                if self.lingers { self.stop_lingering() } else { Step::WAIT }
            }
            Input::Close | Input::PageLeft if self.lingers => self.stop_lingering(),
            Input::Cancel | Input::Leave | Input::Abort | Input::Fail | Input::Done
                if self.lingers =>
            {
                Step::WAIT
            }
            Input::Pull => {
                self.is_pulled = true;
                self.go_on()
            }
            Input::PageLeft => self.page_left(number != 0.0),
            Input::Hidden | Input::Shown => self.page_shown(input == Input::Shown),
            Input::Threw if matches!(self.phase, Phase::Delivered(_)) => {
                self.close_then(Next::Threw)
            }
            Input::Cancel => self.tell_and_end(OutcomeType::Cancelled),
            Input::Close => self.end(OutcomeType::Closed, false),
            Input::Leave if self.notifies().leave => self.tell_and_end(OutcomeType::Cancelled),
            Input::Leave => self.end(OutcomeType::Closed, false),
            Input::Abort if self.notifies().abort => self.tell_and_end(OutcomeType::Aborted),
            Input::Abort => self.end(OutcomeType::Aborted, false),
            Input::Threw | Input::Fail => self.fail(),
            Input::Done => self.end(OutcomeType::Done, false).with(Step::DRAINS),
            _ => self.go_through(input, number),
        };
        self.stated(step, lingered)
    }

    /// What happens to an attempt, phase by phase.
    fn go_through(&mut self, input: Input, number: f64) -> Step {
        match (self.phase, input) {
            (Phase::Idle, Input::Open) => self.connect(),
            // A stream that is never opened decodes what others have fetched.
            (Phase::Idle, Input::BodyEnded) => {
                self.decoder.finish();
                Step::WAIT
            }
            (Phase::Preparing, Input::Prepared) => {
                self.was_sent = true;
                self.phase = Phase::Sending;
                self.timed(Action::Send, self.config.connect_timeout)
            }
            (Phase::Sending, Input::Answered) => {
                self.answered(ResponseVerdict::of(number as usize))
            }
            (Phase::Accepting, Input::Accepted) => {
                self.was_accepted = true;
                self.phase = Phase::Open;
                self.go_on()
            }
            (Phase::Inspecting, Input::Accepted) => self.refuse(),
            (Phase::Reading, Input::BodyEnded) => self.body_ended(number != 0.0),
            (Phase::Delivered(_), Input::FoundDone) => self.close_then(Next::Done),
            (Phase::AskingEnd, Input::EndAccepted) => self.response_ended(),
            (Phase::Asking, Input::Decided) if number < 0.0 => self.fail(),
            (Phase::Asking, Input::Decided) => self.sleep(number),
            (Phase::Sleeping, Input::Timer) => self.connect(),
            (Phase::Sleeping, Input::Returned) if self.failure.is_of_network() => self.connect(),
            // The bytes that came while the page was frozen are still to be read. Once: where all
            // timers are late, as those of a hidden page, the limit has to hold as well.
            (Phase::Sending | Phase::Reading, Input::Timer)
                if number > HELD_UP && !self.is_extended =>
            {
                self.is_extended = true;
                Step::WAIT.with(Step::TIMED)
            }
            (Phase::Sending, Input::Timer) => self.noticed(Failure::ConnectTimeout),
            (Phase::Reading, Input::Timer) => self.noticed(Failure::IdleTimeout),
            _ => Step::WAIT,
        }
    }

    /// Takes the next bytes of the body. Bytes that are not the `last` of a chunk deliver nothing
    /// yet.
    pub(crate) fn push(&mut self, bytes: &[u8], last: bool) -> Step {
        let step = match self.phase {
            Phase::Reading => self.read(bytes, last),
            Phase::Idle if self.decoder.push(bytes).is_err() => {
                Step::WAIT.of_failure(Failure::EventTooLarge)
            }
            _ => Step::WAIT,
        };
        self.stated(step, self.lingers)
    }

    /// The attempt failed. `retry_after` is what the response asks for, in milliseconds.
    pub(crate) fn failed(
        &mut self,
        failure: Failure,
        status: u16,
        retry_after: Option<f64>,
    ) -> Step {
        let step = match self.phase {
            Phase::Sending | Phase::Refusing | Phase::Reading | Phase::AskingEnd => {
                self.recover(failure, status, retry_after)
            }
            _ => Step::WAIT,
        };
        self.stated(step, self.lingers)
    }

    /// A step, with the state that it leads to.
    fn stated(&mut self, step: Step, lingered: bool) -> Step {
        let step = if lingered { self.while_lingering(step) } else { step };
        step.with((self.state() as u32) << Step::STATE_SHIFT)
    }

    fn answered(&mut self, verdict: ResponseVerdict) -> Step {
        match verdict {
            // The answer was not at its end when it broke off.
            ResponseVerdict::NoContent if self.is_resuming && self.was_accepted => {
                self.end(OutcomeType::Truncated, false)
            }
            ResponseVerdict::NoContent => self.end(OutcomeType::NoContent, false),
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
    #[inline(never)]
    fn go_on(&mut self) -> Step {
        match self.phase {
            _ if !self.is_pulled => Step::WAIT,
            Phase::Open | Phase::Delivered(Next::Read) if self.is_paused() => self.suspend(),
            Phase::Open | Phase::Delivered(Next::Read) => {
                self.phase = Phase::Reading;
                self.timed(Action::Read, self.config.idle_timeout)
            }
            Phase::Delivered(Next::Done) => self.end(OutcomeType::Done, false),
            Phase::Delivered(Next::Threw) => self.fail(),
            Phase::Delivered(Next::Failed(failure)) => self.noticed(failure),
            Phase::Delivered(Next::Ended) => self.after_end(),
            _ => Step::WAIT,
        }
    }

    /// A step with a timer of so many milliseconds, unless that is infinite.
    fn timed(&mut self, action: Action, timer: f64) -> Step {
        self.timer = timer;
        self.is_extended = false;
        let step = Step::new(action);
        if timer < f64::INFINITY { step.with(Step::TIMED) } else { step }
    }

    #[inline(never)]
    fn is_paused(&self) -> bool {
        self.config.pauses && self.is_hidden && !self.lingers && self.may_request_again()
    }

    fn suspend(&mut self) -> Step {
        self.phase = Phase::Suspended;
        Step::WAIT.with(Step::CLOSE)
    }

    fn page_shown(&mut self, is_shown: bool) -> Step {
        self.is_hidden = !is_shown;
        match self.phase {
            Phase::Reading if self.is_paused() => self.suspend(),
            Phase::Suspended if is_shown => self.connect(),
            _ => Step::WAIT,
        }
    }
}

mod body;
mod ending;
mod resuming;
mod retrying;
#[cfg(test)]
mod tests;
