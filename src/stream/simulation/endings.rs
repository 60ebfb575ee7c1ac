//! How a stream may end, and when the backend is notified: what the documentation of `OutcomeType` and
//! of the option `cancel` says.

use super::machine::{Cause, Input};
use super::setup::Setup;
use crate::stream::{failure::Failure, lifecycle::OutcomeType, step::End};

/// What is known of the current attempt.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Facts {
    /// Whether a request has left, in this attempt or before.
    pub(super) was_sent: bool,
    pub(super) is_connected: bool,
    /// The event that ends the stream came.
    pub(super) is_done: bool,
    pub(super) has_thrown: bool,
    pub(super) is_no_content: bool,
    /// The request goes on with an answer that has begun here.
    pub(super) is_resumed: bool,
    pub(super) is_body_over: bool,
    /// Whether the end of the body is one to go on after.
    pub(super) goes_on: bool,
    pub(super) is_end_accepted: bool,
    pub(super) is_too_large: bool,
    pub(super) failure: Option<KnownFailure>,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct KnownFailure {
    pub(super) kind: Failure,
    is_retryable: bool,
    pub(super) retry_after: Option<f64>,
    /// What the page decided, and the delay that it asked for.
    pub(super) decision: Option<bool>,
    pub(super) asked: Option<f64>,
}

impl KnownFailure {
    /// Whether it is one to try again after: the page's word counts, or else the kind.
    pub(super) fn is_retried(&self) -> bool {
        self.decision.unwrap_or(self.is_retryable)
    }
}

impl Facts {
    pub(super) fn fail(&mut self, kind: Failure, status: u16, retry_after: Option<f64>) {
        let is_retryable = match kind {
            Failure::Http => status == 408 || status == 425 || status == 429 || status >= 500,
            Failure::ContentType | Failure::EventTooLarge | Failure::Refused => false,
            _ => true,
        };
        let (decision, asked) = (None, None);
        self.failure = Some(KnownFailure { kind, is_retryable, retry_after, decision, asked });
    }
}

/// Checks the end of a stream that this input led to.
pub(super) fn check_end(
    facts: &Facts,
    setup: &Setup,
    input: &Input<'_>,
    end: End,
    may_repeat: bool,
    is_exhausted: bool,
) {
    let on = setup.cancel.unwrap_or_default();
    // A notification was promised for `cancel()`, and for what the option names.
    let (expected, is_promised) = match input {
        Input::Stop(Cause::Cancel) => (OutcomeType::Cancelled, true),
        Input::Stop(Cause::Leave) if on.leave => (OutcomeType::Cancelled, true),
        Input::Stop(Cause::Leave | Cause::Close) => (OutcomeType::Closed, false),
        Input::Stop(Cause::Abort) => (OutcomeType::Aborted, on.abort),
        Input::PageLeft { .. } if on.pagehide => (OutcomeType::Cancelled, true),
        Input::PageLeft { persisted: false } => (OutcomeType::Closed, false),
        Input::Stop(Cause::Fail) => (OutcomeType::Failed, false),
        Input::Stop(Cause::Done) => (OutcomeType::Done, false),
        Input::Answered(_) if facts.is_resumed => (OutcomeType::Truncated, false),
        Input::Answered(_) => (OutcomeType::NoContent, false),
        _ if facts.has_thrown => (OutcomeType::Failed, false),
        _ if facts.is_done => (OutcomeType::Done, false),
        _ if facts.failure.is_some() => (OutcomeType::Failed, false),
        _ if setup.has_done() => (OutcomeType::Truncated, false),
        _ => (OutcomeType::Ended, false),
    };
    assert_eq!(end.outcome_type, expected, "{input:?}, {facts:?}");
    let may_notify = setup.cancel.is_some() && (facts.was_sent || on.unsent);
    assert_eq!(end.notify, is_promised && may_notify, "whether the backend is notified");
    match end.outcome_type {
        OutcomeType::NoContent => assert!(facts.is_no_content, "there was no 204"),
        OutcomeType::Truncated if facts.is_no_content => {}
        OutcomeType::Ended | OutcomeType::Truncated => {
            assert!(facts.is_body_over, "the response has not ended");
            assert!(!facts.goes_on || facts.is_end_accepted, "the stream was to go on");
        }
        _ => {}
    }
    let is_last = end.outcome_type == OutcomeType::Failed
        && !facts.has_thrown
        && !matches!(input, Input::Stop(_))
        && may_repeat
        && facts.failure.is_some_and(|failure| failure.is_retried());
    assert_eq!(end.is_exhausted, is_last, "whether the attempts are exhausted");
    assert!(!is_last || is_exhausted, "the policy allows another attempt");
}
