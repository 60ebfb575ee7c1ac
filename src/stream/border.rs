//! The numbers that JavaScript and the machine share. `tests.rs` writes them to `pkg/src/border.ts`.

use super::{
    lifecycle::State,
    step::{Cause, Input, ResponseVerdict, RetryVerdict, Step},
};
use crate::numbered::numbered;

numbered! {
    /// The options of a stream, one bit each.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(crate) enum Flag {
        Sse,
        Ndjson,
        Comments,
        Safe,
        Repeatable,
        Never,
        Always,
        Done,
        Marker,
        Cancel,
        OnAbort,
        OnReturn,
        OnPagehide,
        OnUnsent,
        Pauses,
        AsksRetry,
        AsksEnd,
    }
}

impl Flag {
    pub(crate) fn bit(self) -> u32 {
        1 << self as u32
    }
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
            Self::Answered => Input::Answered(ResponseVerdict::of(number as usize)),
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
    #[cfg(test)]
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
