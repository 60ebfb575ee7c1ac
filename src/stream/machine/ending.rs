//! How a stream ends, and whether the backend is told.

use super::{Machine, Phase};
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

    pub(super) fn end(&mut self, outcome_type: OutcomeType, notify: bool) -> Step {
        self.phase = Phase::Closed;
        let can_notify = self.config.cancel.is_some() && (self.was_sent || self.notifies().unsent);
        let step = Step::end(outcome_type);
        if notify && can_notify { step.with(Step::NOTIFY) } else { step }
    }
}
