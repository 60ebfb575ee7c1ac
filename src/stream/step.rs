//! What goes into the machine and what comes out of it.

use super::{failure::Failure, lifecycle::OutcomeType};
use crate::numbered::numbered;
use core::fmt;

numbered! {
    /// What happens to a stream, but for bytes and failures. Some come with a number.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(crate) enum Input {
        /// The stream is to begin.
        Open,
        /// The headers and the body of the request are ready.
        Prepared,
        /// The response's headers are there. The number is its `ResponseVerdict`'s.
        Answered,
        /// The page has seen the response.
        Accepted,
        /// The body is at its end.
        BodyEnded,
        /// The page found the event that ends the stream among those that were to be delivered. The
        /// driver drops it and all events behind it.
        FoundDone,
        /// The page's code threw, or there is a mistake in the options: nothing is to be tried
        /// again. Events that were to be delivered still are.
        Threw,
        /// The page decided about a retry. The number is the delay in milliseconds, NaN for the
        /// policy's, or less than 0 for no retry.
        Decided,
        /// The page has nothing against the end of the response.
        EndAccepted,
        /// The page knows the job now.
        JobFound,
        /// The timer of the last timed step fired, so many milliseconds later than it was to.
        Timer,
        /// The network came back, or the page came back from the back/forward cache.
        Returned,
        /// The page is hidden.
        Hidden,
        /// The page is shown.
        Shown,
        /// The page is left. The number is 1 if it may be kept in the back/forward cache, 0 if it
        /// is gone for good.
        PageLeft,
        /// The consumer wants events.
        Pull,
        /// `cancel()`.
        Cancel,
        /// `close()`.
        Close,
        /// The consumer left its loop.
        Leave,
        /// The outside signal.
        Abort,
        /// The consumer ends the stream with an error.
        Fail,
        /// The consumer got the event that ends the stream.
        Done,
    }
}

numbered! {
    /// What a response is.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(crate) enum ResponseVerdict {
        /// It is to be read.
        Read,
        /// 204, which means "stop" ([WHATWG HTML, 9.2.2]).
        ///
        /// [WHATWG HTML, 9.2.2]: https://html.spec.whatwg.org/multipage/server-sent-events.html#server-sent-events-intro
        NoContent,
        /// Its status is no success.
        Refusal,
        /// It is neither an event stream nor NDJSON.
        WrongType,
    }
}

numbered! {
    /// What the driver has to do next.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(crate) enum Action {
        /// Nothing, until something happens.
        Wait,
        /// Begin an attempt: ask the page for headers and body, of the resuming request if
        /// [`Step::resumes`] says so. Answered by `Prepared` or `Threw`.
        Prepare,
        /// Send the request. Answered by `Answered` or `Failed`, unless the timer fires.
        Send,
        /// Take the response's body and show the response to the page. Answered by `Accepted` or
        /// `Threw`.
        Accept,
        /// Show the page a response that is no stream. Answered by `Accepted` or `Threw`.
        Inspect,
        /// Read the start of a refused response. Answered by `Failed`.
        Refuse,
        /// Read the next chunk. Answered by bytes, `BodyEnded` or `Failed`, unless the timer
        /// fires.
        Read,
        /// Hand out the decoded events and call the page's hooks. Answered by `Pull` when there
        /// were no events, or once the consumer wants more.
        Deliver,
        /// Ask the page whether to try again. Answered by `Decided` or `Threw`.
        AskRetry,
        /// Ask the page what the end of the response means. Answered by `EndAccepted` or `Failed`.
        AskEnd,
        /// Tell the page of the next attempt and wait for the timer.
        Sleep,
        /// The stream is over, as [`Step::ended`] says.
        End,
        /// Notify the backend: the stream was over before. The connection that told the job, or did
        /// not, is closed.
        Notify,
    }
}

/// What the driver has to do next, in this order: close the connection if [`Step::closes`] says so,
/// note the [`Step::failure`], replace the timer, do the [`Step::action`].
///
/// A number, as JavaScript gets it: its bits are the constants of this type.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Step(pub(crate) u32);

/// The end of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct End {
    pub(crate) outcome_type: OutcomeType,
    /// Whether to notify the backend.
    pub(crate) notify: bool,
    /// Whether the policy allows no further attempt: the error is the last attempt's.
    pub(crate) is_exhausted: bool,
    /// Whether the job to notify the backend of is not known yet: go on, but hand nothing out,
    /// until [`Action::Notify`]. `Pull` follows.
    pub(crate) lingers: bool,
}

impl Step {
    pub(crate) const WAIT: Self = Self::new(Action::Wait);

    /// What the machine answers to the first [`Input::Open`] and to the [`Input::Prepared`] after it,
    /// whatever its options are: the npm package sends the request before it has the machine. With
    /// [`Self::RESUMES`] and without [`Self::TIMED`] where the options say so.
    #[cfg(test)]
    pub(crate) const FIRST_OPENED: Self = Self::new(Action::Prepare);
    #[cfg(test)]
    pub(crate) const FIRST_PREPARED: Self = Self::new(Action::Send).with(Self::TIMED);

    /// Of each number in a step; the action comes first.
    pub(crate) const NIBBLE: u32 = 0xF;
    pub(crate) const CLOSE: u32 = 1 << 4;
    pub(crate) const TIMED: u32 = 1 << 5;
    pub(crate) const NOTIFY: u32 = 1 << 6;
    pub(crate) const EXHAUSTED: u32 = 1 << 7;
    /// Of the state that the step leads to.
    pub(crate) const STATE_SHIFT: u32 = 8;
    pub(crate) const TYPE_SHIFT: u32 = 12;
    /// 0 is none: a failure's number plus 1.
    pub(crate) const FAILURE_SHIFT: u32 = 16;
    pub(crate) const RESUMES: u32 = 1 << 20;
    pub(crate) const LINGERS: u32 = 1 << 21;
    /// With [`Self::CLOSE`]: the answer is whole, but the server may still be writing. Closed early, it
    /// would take the reader for gone, and leave undone what it does behind the marker.
    pub(crate) const DRAINS: u32 = 1 << 22;
    /// Of the text of a batch that comes with the step.
    pub(crate) const ENCODING_SHIFT: u32 = 24;

    pub(crate) const fn new(action: Action) -> Self {
        Self(action as u32)
    }

    pub(crate) const fn end(outcome_type: OutcomeType) -> Self {
        Self(Action::End as u32 | (outcome_type as u32) << Self::TYPE_SHIFT)
    }

    pub(crate) const fn with(self, flag: u32) -> Self {
        Self(self.0 | flag)
    }

    pub(crate) const fn of_failure(self, failure: Failure) -> Self {
        self.with((failure as u32 + 1) << Self::FAILURE_SHIFT)
    }

    fn has(self, flag: u32) -> bool {
        self.0 & flag != 0
    }

    fn number(self, shift: u32) -> usize {
        (self.0 >> shift & Self::NIBBLE) as usize
    }

    pub(crate) fn action(self) -> Action {
        Action::of(self.number(0))
    }

    /// Whether to close the connection first, if there is one.
    pub(crate) fn closes(self) -> bool {
        self.has(Self::CLOSE)
    }

    /// Whether to let the response end first, for a moment, while the stream goes on.
    pub(crate) fn drains(self) -> bool {
        self.has(Self::DRAINS)
    }

    /// Whether to answer with [`Input::Timer`] after the milliseconds of `Machine::timer`. A timer
    /// that runs stops at the next step, unless that neither closes, acts nor is timed.
    pub(crate) fn is_timed(self) -> bool {
        self.has(Self::TIMED)
    }

    /// Whether the attempt is the resuming request; with [`Action::Prepare`] only.
    pub(crate) fn resumes(self) -> bool {
        self.has(Self::RESUMES)
    }

    /// A failure that the machine noticed, for the error of the next retry or of the end.
    pub(crate) fn failure(self) -> Option<Failure> {
        self.number(Self::FAILURE_SHIFT).checked_sub(1).map(Failure::of)
    }

    /// How the stream ended; with [`Action::End`] only.
    pub(crate) fn ended(self) -> Option<End> {
        (self.action() == Action::End).then(|| End {
            outcome_type: OutcomeType::of(self.number(Self::TYPE_SHIFT)),
            notify: self.has(Self::NOTIFY),
            is_exhausted: self.has(Self::EXHAUSTED),
            lingers: self.has(Self::LINGERS),
        })
    }
}

impl fmt::Debug for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Step")
            .field("closes", &self.closes())
            .field("drains", &self.drains())
            .field("failure", &self.failure())
            .field("is_timed", &self.is_timed())
            .field("action", &self.action())
            .field("resumes", &self.resumes())
            .field("ended", &self.ended())
            .finish()
    }
}
