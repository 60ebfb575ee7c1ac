//! From the bytes of a response to its end.

use super::{Machine, Next, Phase};
use crate::stream::{
    failure::Failure,
    step::{Action, Step},
};

impl Machine {
    pub(super) fn read(&mut self, bytes: &[u8], last: bool) -> Step {
        let pushed = self.decode(bytes);
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
            Ok(()) => self.timed(Action::Read, self.config.idle_timeout),
        }
    }

    /// The last line of NDJSON may be an event, also without a line break. With `completes`, so may be the
    /// last lines of an event stream without a blank line, if nothing follows. The standard drops them
    /// (WHATWG HTML, 9.2.6), but a marker says that the answer is whole.
    pub(super) fn body_ended(&mut self, completes: bool) -> Step {
        let mut is_done = false;
        if completes && !self.should_reopen() {
            let _ = self.decode(b"\n\n");
        } else {
            let marker = self.config.marker.as_ref();
            is_done = marker.is_some_and(|marker| self.decoder.has_open(marker));
            self.decoder.finish();
        }
        if self.marker_position().is_none() {
            self.drop_replayed();
        }
        let next = if self.take_events() || is_done { Next::Done } else { Next::Ended };
        self.deliver(next)
    }

    /// Drops the marker and what follows it, and returns whether it came.
    pub(super) fn take_events(&mut self) -> bool {
        let done = self.marker_position();
        if let Some(index) = done {
            self.decoder.truncate(index);
        }
        self.count_events();
        if self.decoder.event_count() > 0 {
            self.backoff.succeeded();
        }
        self.has_rows |= !self.decoder.table().is_empty();
        done.is_some()
    }

    /// Returns the index of the event that ends the stream, if that is among those of the last push.
    pub(super) fn marker_position(&self) -> Option<usize> {
        let marker = self.config.marker.as_ref();
        marker.and_then(|marker| self.decoder.position(marker))
    }

    /// Lets the driver hand out what was decoded.
    pub(super) fn deliver(&mut self, next: Next) -> Step {
        self.has_rows = false;
        self.is_pulled = false;
        self.phase = Phase::Delivered(next);
        Step::new(Action::Deliver).with(next.closes())
    }

    /// Goes on with this once the events that are being delivered are consumed.
    pub(super) fn close_then(&mut self, next: Next) -> Step {
        self.phase = Phase::Delivered(next);
        Step::WAIT.with(next.closes())
    }

    /// The events of an ended response are consumed.
    pub(super) fn after_end(&mut self) -> Step {
        if self.config.asks_end {
            self.phase = Phase::AskingEnd;
            return Step::new(Action::AskEnd);
        }
        if self.should_reopen() {
            return self.noticed(Failure::Ended);
        }
        self.response_ended()
    }

    /// Whether a response that has ended is to be requested again.
    #[inline(never)]
    pub(super) fn should_reopen(&self) -> bool {
        // NDJSON has no reconnection: its end is its end, unless another request goes on with it.
        let can_go_on = self.decoder.is_sse() || self.can_resume();
        let replays = self.config.resume.is_some_and(|resume| resume.replays);
        if !can_go_on || !self.may_request_again() || !(self.config.has_done || self.config.is_safe)
        {
            return false;
        }
        // Without a last event to wait for, a GET is a feed: it may be quiet for long. A replay is none.
        !self.is_resumed_in_vain() || !(self.config.has_done || replays)
    }
}
