//! The numbers that JavaScript and the machine share. `tests.rs` writes them to `pkg/src/border.ts`.

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
        Cancel,
        OnAbort,
        OnReturn,
        OnPagehide,
        OnUnsent,
        Pauses,
        AsksRetry,
        AsksEnd,
        Resumes,
        Replays,
        ResumesFirst,
        FindsJob,
        CancelNeedsJob,
        HandsOnBytes,
    }
}

impl Flag {
    pub(crate) fn bit(self) -> u32 {
        1 << self as u32
    }
}

#[cfg(test)]
mod tests;
