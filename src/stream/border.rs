//! The numbers that JavaScript and the machine share. `tests.rs` writes them to `pkg/src/border.ts`.

use super::step::{Cause, Input, ResponseVerdict, RetryVerdict};
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

#[cfg(test)]
mod tests;
