//! Whether a request is sent again, and when.

use super::{Machine, Phase};
use crate::stream::{
    config::RetryMode,
    failure::Failure,
    step::{Action, Step},
};

impl Machine {
    pub(super) fn may_request_again(&self) -> bool {
        let is_repeatable = self.config.is_repeatable;
        match self.config.retry {
            RetryMode::Never => false,
            RetryMode::Always => is_repeatable || self.can_resume(),
            RetryMode::Safe => is_repeatable && self.config.is_safe || self.can_resume(),
        }
    }

    /// A failure that no driver knows of yet.
    pub(super) fn noticed(&mut self, failure: Failure) -> Step {
        self.recover(failure, 0, None).of_failure(failure)
    }

    pub(super) fn recover(
        &mut self,
        failure: Failure,
        status: u16,
        retry_after: Option<f64>,
    ) -> Step {
        self.failure = failure;
        self.retry_after = retry_after;
        if !self.may_request_again() {
            self.fail()
        } else if self.config.asks_retry {
            self.phase = Phase::Asking;
            Step::new(Action::AskRetry).with(Step::CLOSE)
        } else if failure.is_retryable(status) {
            self.sleep(f64::NAN)
        } else {
            self.fail()
        }
    }

    /// Waits for the next attempt, if the policy allows one. `asked` is the page's delay, or NaN.
    pub(super) fn sleep(&mut self, asked: f64) -> Step {
        let Some(usual) = self.backoff.next_delay(self.retry_after) else {
            return self.fail().with(Step::EXHAUSTED);
        };
        self.phase = Phase::Sleeping;
        let delay = if asked.is_nan() { usual } else { asked };
        self.timed(Action::Sleep, delay).with(Step::CLOSE)
    }
}
