//! The page's own code: functions that a stream calls.

use super::format::{Decision, Native, Reply};
use std::vec::{IntoIter, Vec};

/// What the page's functions do, call by call; in the end they do nothing.
pub(super) struct PageCode {
    prepare: IntoIter<Reply>,
    on_open: IntoIter<Reply>,
    on_retry: IntoIter<Reply>,
    on_events: IntoIter<Reply>,
    should_retry: IntoIter<Decision>,
    body_ended: IntoIter<bool>,
}

impl PageCode {
    pub(super) fn new(native: &Native) -> Self {
        fn list<T: Clone>(list: &[T]) -> IntoIter<T> {
            Vec::from(list).into_iter()
        }

        Self {
            prepare: list(&native.prepare),
            on_open: list(&native.on_open),
            on_retry: list(&native.on_retry),
            on_events: list(&native.on_events),
            should_retry: list(native.should_retry.as_deref().unwrap_or_default()),
            body_ended: list(native.body_ended.as_deref().unwrap_or_default()),
        }
    }

    /// `headers()` and `body()`.
    pub(super) fn prepare(&mut self) -> Reply {
        self.prepare.next().unwrap_or_default()
    }

    pub(super) fn on_open(&mut self) -> Reply {
        self.on_open.next().unwrap_or_default()
    }

    pub(super) fn on_retry(&mut self) -> Reply {
        self.on_retry.next().unwrap_or_default()
    }

    /// `done`, `onComment` and the like.
    pub(super) fn on_events(&mut self) -> Reply {
        self.on_events.next().unwrap_or_default()
    }

    /// `retryable` is whether the failure is one to retry by default.
    pub(super) fn should_retry(&mut self, retryable: bool) -> Decision {
        let usual = if retryable { Decision::Yes } else { Decision::No };
        self.should_retry.next().unwrap_or(usual)
    }

    /// Returns whether the page accepts the end of a response.
    pub(super) fn body_ended(&mut self) -> bool {
        self.body_ended.next().unwrap_or(true)
    }
}
