//! Going on with an answer by another request, and how much of it there is.

use super::{Machine, Phase};
use crate::{
    sse::{BlockEnds, EventTooLarge},
    stream::{
        config::Resume,
        step::{Action, Step},
    },
};

/// How much of an answer has been handed over, and what of the response is not to be.
pub(super) struct Progress {
    /// Events that were handed over.
    pub(super) events: u64,
    /// Events of a replay that are still to be dropped.
    to_drop: u64,
    /// Whether this response has brought an event that was not dropped.
    is_fruitful: bool,
    ends: BlockEnds,
    /// Bytes of whole blocks that were handed over by the responses before.
    before: u64,
    /// Bytes of this response: all, those of whole blocks, and those of dropped blocks.
    read: u64,
    whole: u64,
    dropped: u64,
}

impl Progress {
    pub(super) fn new() -> Self {
        Self {
            events: 0,
            to_drop: 0,
            is_fruitful: false,
            ends: BlockEnds::new(),
            before: 0,
            read: 0,
            whole: 0,
            dropped: 0,
        }
    }

    /// Goes on with another response.
    fn go_on(&mut self, is_replay: bool) {
        *self = Self {
            events: self.events,
            to_drop: if is_replay { self.events } else { 0 },
            before: self.bytes(),
            ..Self::new()
        };
    }

    /// The bytes of whole blocks that were handed over.
    fn bytes(&self) -> u64 {
        self.before + self.whole - self.dropped
    }
}

impl Machine {
    /// Whether the resuming request can be sent.
    pub(super) fn can_resume(&self) -> bool {
        self.config.resume.is_some_and(|resume| resume.is_first || self.was_accepted)
            && !self.lacks_job()
    }

    /// Whether events are to tell the job, and none has.
    pub(super) fn lacks_job(&self) -> bool {
        self.config.finds_job && !self.has_job
    }

    /// Whether a resumed response has brought nothing that was not known before.
    pub(super) fn is_resumed_in_vain(&self) -> bool {
        self.is_resuming && !self.progress.is_fruitful
    }

    /// Returns the bytes of whole blocks that were handed over.
    pub(crate) fn bytes(&self) -> u64 {
        self.progress.bytes()
    }

    /// Returns the bytes of whole blocks of this response, or of those of them that are `dropped`:
    /// they are the first ones.
    pub(crate) fn response_bytes(&self, dropped: bool) -> u64 {
        if dropped { self.progress.dropped } else { self.progress.whole }
    }

    /// Begins an attempt.
    #[inline(never)]
    pub(super) fn connect(&mut self) -> Step {
        if self.attempt > 0 && self.is_paused() {
            return self.suspend();
        }
        self.decoder.reset();
        self.attempt += 1;
        self.phase = Phase::Preparing;
        self.is_resuming = self.can_resume();
        let replays = |resume: Resume| resume.replays;
        if self.is_resuming || !self.decoder.last_event_id().is_empty() {
            let is_replay = self.is_resuming && self.config.resume.is_some_and(replays);
            self.progress.go_on(is_replay);
        } else {
            // The first request, sent again with nothing to resume by, begins a new answer.
            self.progress = Progress::new();
        }
        let step = Step::new(Action::Prepare);
        if self.is_resuming { step.with(Step::RESUMES) } else { step }
    }

    /// Decodes bytes, and drops of a replay what came before.
    pub(super) fn decode(&mut self, mut bytes: &[u8]) -> Result<(), EventTooLarge> {
        let format = self.decoder.current_format();
        loop {
            let progress = &mut self.progress;
            let is_replay = progress.to_drop > 0;
            let (taken, end) = if self.config.resume.is_some() || self.config.hands_on_bytes {
                progress.ends.take(bytes, format, is_replay)
            } else {
                (bytes.len(), 0)
            };
            let (block, rest) = bytes.split_at(taken);
            self.decoder.push(block)?;
            let progress = &mut self.progress;
            if end > 0 {
                progress.whole = progress.read + end as u64;
                // Blocks without events, such as comments, are handed on, too.
                self.has_rows |= self.config.hands_on_bytes;
            }
            progress.read += taken as u64;
            // The last event ends the stream, wherever it comes.
            if !is_replay || self.marker_position().is_some() {
                return Ok(());
            }
            self.drop_replayed();
            if rest.is_empty() {
                return Ok(());
            }
            bytes = rest;
        }
    }

    /// Drops the events of the last push if they came before.
    pub(super) fn drop_replayed(&mut self) {
        let progress = &mut self.progress;
        if progress.to_drop > 0 {
            progress.to_drop = progress.to_drop.saturating_sub(self.decoder.event_count() as u64);
            progress.dropped = progress.whole;
            self.decoder.discard();
        }
    }

    /// Counts the events of the last push, which are handed over.
    pub(super) fn count_events(&mut self) {
        let count = self.decoder.event_count() as u64;
        self.progress.events += count;
        self.progress.is_fruitful |= count > 0;
    }

    /// What the connection that is kept for the job's sake led to: once it can tell nothing more,
    /// the backend is notified.
    pub(super) fn while_lingering(&mut self, step: Step) -> Step {
        match step.action() {
            Action::Wait | Action::Send | Action::Accept | Action::Read | Action::Deliver => step,
            _ => self.stop_lingering(),
        }
    }

    pub(super) fn stop_lingering(&mut self) -> Step {
        self.phase = Phase::Closed;
        Step::new(Action::Notify).with(Step::CLOSE)
    }
}
