//! How a stream is stopped from outside, for the Rust API.

use super::{
    cancel::CancelResult, context::StopReason, driver::Driver, event_stream::Outcome,
    lifecycle::State, step::Input,
};
use crate::{
    error::{Error, ErrorCode},
    fetch::reason_of_abort,
};
use alloc::rc::Rc;
use core::future::Future;

impl Driver {
    /// Stops here. The backend is notified if the machine says so.
    pub(super) fn stop(&self, input: Input, number: f64, reason: StopReason) {
        if self.state() != State::Closed {
            self.reason.set(Some(reason));
        }
        self.tell(input, number);
    }

    /// Stops here and there.
    pub(super) fn cancel(&self) -> impl Future<Output = CancelResult> + use<> {
        let was_open = self.state() != State::Closed;
        self.stop(Input::Cancel, 0.0, StopReason::Cancel);
        let ending = was_open.then(|| Rc::clone(&self.ending));
        async move {
            match ending {
                Some(ending) => ending.report().await,
                None => CancelResult::default(),
            }
        }
    }

    /// Returns the outcome once the stream is over and the backend was notified.
    pub(super) fn closed(&self) -> impl Future<Output = Option<Outcome>> + use<> {
        let ending = Rc::clone(&self.ending);
        async move { ending.closed().await }
    }

    /// The signal was aborted.
    pub(super) fn abort(&self) {
        let reason = self.settings.signal.as_ref().map(reason_of_abort).unwrap_or_default();
        let error = Error::new(ErrorCode::Aborted, "the signal was aborted".into());
        self.error.replace(Some(error.caused_by(reason)));
        self.stop(Input::Abort, 0.0, StopReason::Abort);
    }

    /// The consumer got the event that ends the stream.
    pub(super) fn done(&self) {
        self.tell(Input::Done, 0.0);
    }

    /// The consumer ends the stream with an error.
    pub(super) fn fail(&self, error: Error) {
        self.error.replace(Some(error));
        self.tell(Input::Fail, 0.0);
    }

    /// The consumer left.
    pub(super) fn leave(&self) {
        self.stop(Input::Leave, 0.0, StopReason::Drop);
    }

    /// Stops here.
    pub(super) fn close(&self) {
        self.tell(Input::Close, 0.0);
    }
}
