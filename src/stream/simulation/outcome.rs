//! What becomes of a stream and of the notification of its backend.

use super::{
    Happening, World,
    driver::Driver,
    format::{Address, Answer, Endpoint},
};
use crate::stream::{failure::Failure, lifecycle::OutcomeType, step::End};
use serde_json::{Value, json};
use std::boxed::Box;

/// An error, without its message.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Failed {
    pub(super) code: &'static str,
    pub(super) status: Option<u16>,
    pub(super) attempt: u32,
    pub(super) retryable: bool,
    pub(super) cause: Option<Box<Self>>,
}

/// What became of the request to the cancel endpoint.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Notification {
    pub(super) notified: bool,
    pub(super) status: Option<u16>,
    pub(super) error: Option<Failed>,
}

impl Failed {
    /// The error as scenarios have it.
    pub(super) fn to_json(&self) -> Value {
        json!({
            "code": self.code,
            "status": self.status,
            "attempt": self.attempt,
            "retryable": self.retryable,
            "cause": self.cause.as_ref().map(|cause| cause.to_json()),
        })
    }
}

impl Driver {
    pub(super) fn fail(&mut self, code: &'static str, status: Option<u16>, retryable: bool) {
        let attempt = self.machine.attempt();
        self.error = Some(Failed { code, status, attempt, retryable, cause: None });
    }
}

impl World<'_> {
    pub(super) fn end(&mut self, end: End) {
        let driver = &mut self.driver;
        driver.end = Some(end);
        driver.ended_at = self.clock.now;
        driver.dropped += driver.batch.len();
        driver.batch.clear();
        if end.outcome_type != OutcomeType::Failed {
            driver.error = None;
        } else if end.is_exhausted
            && let Some(last) = driver.error.take()
        {
            let attempt = last.attempt;
            let cause = Some(Box::new(last));
            let code = "retries-exhausted";
            let error = Failed { code, status: None, attempt, retryable: false, cause };
            driver.error = Some(error);
        }
        if end.lingers {
            self.clock.after(self.setup.cancel_timeout, Happening::LingeredLong);
        } else if end.notify {
            self.notify();
        }
    }

    pub(super) fn notify(&mut self) {
        let driver = &mut self.driver;
        let fail = |code, status, retryable| Notification {
            notified: false,
            status,
            // It is not an attempt of the stream.
            error: Some(Failed { code, status, attempt: 0, retryable, cause: None }),
        };
        if self.setup.cancel_needs_job && driver.job.is_none() {
            driver.notification = Some(fail("no-job", None, false));
            self.consumer.is_notified = true;
            return;
        }
        driver.notifications += 1;
        let (answer, delay) = match &driver.endpoint {
            Endpoint::Address(Address::Unreachable) => (None, 0.0),
            Endpoint::Answer(Answer { status, delay_ms }) => (Some(*status), f64::from(*delay_ms)),
        };
        let timeout = self.setup.cancel_timeout;
        let notification = match answer {
            None => fail("network", None, true),
            Some(_) if delay >= timeout => fail("connect-timeout", None, true),
            Some(status @ 200..300) => {
                Notification { notified: true, status: Some(status), error: None }
            }
            Some(status) => fail("http", Some(status), Failure::Http.is_retryable(status)),
        };
        let delay = delay.min(timeout);
        driver.notification = Some(notification);
        self.clock.after(delay, Happening::Notified);
    }

    pub(super) fn notified(&mut self) {
        self.consumer.is_notified = true;
    }
}
