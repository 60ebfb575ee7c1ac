//! The numbers by which `pkg/src/stream/border.ts` and the machine understand each other. A test
//! compares both.

use super::{
    lifecycle::State,
    step::{Cause, Input, ResponseVerdict, RetryVerdict, Step},
};
use crate::numbered::numbered;

/// The options of a stream, one bit each.
pub(crate) mod flag {
    pub(crate) const SSE: u32 = 1;
    pub(crate) const NDJSON: u32 = 1 << 1;
    pub(crate) const COMMENTS: u32 = 1 << 2;
    pub(crate) const SAFE: u32 = 1 << 3;
    pub(crate) const REPEATABLE: u32 = 1 << 4;
    pub(crate) const NEVER: u32 = 1 << 5;
    pub(crate) const ALWAYS: u32 = 1 << 6;
    pub(crate) const DONE: u32 = 1 << 7;
    pub(crate) const MARKER: u32 = 1 << 8;
    pub(crate) const CANCEL: u32 = 1 << 9;
    pub(crate) const ON_ABORT: u32 = 1 << 10;
    pub(crate) const ON_RETURN: u32 = 1 << 11;
    pub(crate) const ON_PAGEHIDE: u32 = 1 << 12;
    pub(crate) const ON_UNSENT: u32 = 1 << 13;
    pub(crate) const PAUSES: u32 = 1 << 14;
    pub(crate) const ASKS_RETRY: u32 = 1 << 15;
    pub(crate) const ASKS_END: u32 = 1 << 16;
}

numbered! {
    /// The inputs, but for bytes and failures.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(crate) enum InputKind {
        Open,
        Prepared,
        /// With a `ResponseVerdict`.
        Answered,
        Accepted,
        FoundDone,
        Threw,
        /// With the delay in milliseconds, NaN for the usual one, or less than 0 for none.
        Decided,
        EndAccepted,
        /// With the milliseconds that it is late.
        Timer,
        Returned,
        Hidden,
        Shown,
        /// With 1 if the page is kept in the back/forward cache, or else 0.
        PageLeft,
        Pull,
        Cancel,
        Close,
        Leave,
        Abort,
        Fail,
        Done,
    }
}

impl InputKind {
    pub(crate) fn with(self, number: f64) -> Input<'static> {
        match self {
            Self::Open => Input::Open,
            Self::Prepared => Input::Prepared,
            Self::Answered => Input::Answered(ResponseVerdict::ALL[number as usize]),
            Self::Accepted => Input::Accepted,
            Self::FoundDone => Input::FoundDone,
            Self::Threw => Input::Threw,
            Self::Decided if number.is_nan() => Input::Decided(RetryVerdict::Usual),
            Self::Decided if number < 0.0 => Input::Decided(RetryVerdict::No),
            Self::Decided => Input::Decided(RetryVerdict::After(number)),
            Self::EndAccepted => Input::EndAccepted,
            Self::Timer => Input::Timer { late: number },
            Self::Returned => Input::Returned,
            Self::Hidden => Input::Hidden,
            Self::Shown => Input::Shown,
            Self::PageLeft => Input::PageLeft { persisted: number != 0.0 },
            Self::Pull => Input::Pull,
            Self::Cancel => Input::Stop(Cause::Cancel),
            Self::Close => Input::Stop(Cause::Close),
            Self::Leave => Input::Stop(Cause::Leave),
            Self::Abort => Input::Stop(Cause::Abort),
            Self::Fail => Input::Stop(Cause::Fail),
            Self::Done => Input::Stop(Cause::Done),
        }
    }
}

/// The bits of a step. Its timer is told apart from it.
pub(crate) mod step {
    pub(crate) const ACTION: u32 = 0xF;
    pub(crate) const CLOSE: u32 = 1 << 4;
    pub(crate) const TIMED: u32 = 1 << 5;
    pub(crate) const NOTIFY: u32 = 1 << 6;
    pub(crate) const EXHAUSTED: u32 = 1 << 7;
    pub(crate) const STATE_SHIFT: u32 = 8;
    pub(crate) const ENDING_SHIFT: u32 = 12;
    /// 0 is none: a failure's number plus 1.
    pub(crate) const FAILURE_SHIFT: u32 = 16;
    /// Of a batch's text, above the step that comes with it.
    pub(crate) const ENCODING_SHIFT: u32 = 24;
}

/// Returns a step, and the state that it leads to, in one number.
pub(crate) fn pack(step: Step, state: State) -> u32 {
    let flag = |is_set, flag| if is_set { flag } else { 0 };
    let mut packed = step.action as u32
        | flag(step.close, step::CLOSE)
        | flag(step.timer < f64::INFINITY, step::TIMED)
        | (state as u32) << step::STATE_SHIFT
        | step.failure.map_or(0, |failure| failure as u32 + 1) << step::FAILURE_SHIFT;
    if let Some(end) = step.end {
        packed |= (end.ending as u32) << step::ENDING_SHIFT
            | flag(end.notify, step::NOTIFY)
            | flag(end.is_exhausted, step::EXHAUSTED);
    }
    packed
}

#[cfg(test)]
mod tests;
