//! How a stream ends, and whether the backend is told.

use super::{Machine, Next, Phase};
use crate::stream::{config::CancelOn, lifecycle::OutcomeType, step::Step};

impl Machine {
    /// A page that is gone for good takes its streams with it.
    pub(super) fn page_left(&mut self, persisted: bool) -> Step {
        if self.notifies().pagehide {
            self.end(OutcomeType::Cancelled, true)
        } else if persisted {
            Step::WAIT
        } else {
            self.end(OutcomeType::Closed, false)
        }
    }

    pub(super) fn fail(&mut self) -> Step {
        self.end(OutcomeType::Failed, false)
    }

    pub(super) fn response_ended(&mut self) -> Step {
        let is_cut = self.config.has_done;
        self.end(if is_cut { OutcomeType::Truncated } else { OutcomeType::Ended }, false)
    }

    pub(super) fn notifies(&self) -> CancelOn {
        self.config.cancel.unwrap_or_default()
    }

    /// Ends the stream and notifies the backend. If the connection has to tell the job first, it is
    /// kept until then.
    pub(super) fn tell_and_end(&mut self, outcome_type: OutcomeType) -> Step {
        let may_tell_job = matches!(
            self.phase,
            Phase::Sending
                | Phase::Accepting
                | Phase::Open
                | Phase::Reading
                | Phase::Delivered(Next::Read)
        );
        self.lingers =
            self.can_notify() && self.config.cancel_needs_job && self.lacks_job() && may_tell_job;
        if self.lingers {
            Step::end(outcome_type).with(Step::NOTIFY | Step::LINGERS)
        } else {
            self.end(outcome_type, true)
        }
    }

    pub(super) fn end(&mut self, outcome_type: OutcomeType, notify: bool) -> Step {
        self.phase = Phase::Closed;
        let step = Step::end(outcome_type).with(Step::CLOSE);
        if notify && self.can_notify() { step.with(Step::NOTIFY) } else { step }
    }

    /// Whether there is something to notify the backend of, and a way to.
    fn can_notify(&self) -> bool {
        self.config.cancel.is_some() && (self.was_sent || self.notifies().unsent)
    }
}
