//! One session's work: ask the model, hand its tokens to the reader, and stop at once when either
//! side does.

use std::error::Error;
use std::mem;
use std::sync::Arc;
use std::time::Instant;

use sluicegate::llm::Delta;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use crate::chat::Chat;
use crate::frame;
use crate::framing::{Ending, Frame, Frames, Framing};
use crate::metrics::Metrics;
use crate::routes::Options;
use crate::sessions::{Registry, Session, State};
use crate::upstream::{Upstream, UpstreamError};

/// What one session needs.
pub struct Pump {
    pub sessions: Arc<dyn Registry>,
    pub session: Arc<Session>,
    pub upstream: Arc<Upstream>,
    /// What to ask; `None` if the session was taken over and that is not known.
    pub chat: Option<Chat>,
    pub options: Arc<Options>,
    pub shutdown: CancellationToken,
    pub metrics: Arc<Metrics>,
}

/// How a session came to its end.
enum End {
    Finished(String),
    Cancelled,
    Abandoned,
    TooOld,
    ShuttingDown,
    Orphaned,
    Failed(UpstreamError),
}

impl Pump {
    /// Works until the session has ended. `begun`, if anybody waits for it, hears whether the model
    /// began to answer; it hears nothing if the session was stopped before that.
    pub async fn run(
        self,
        mut framing: Box<dyn Framing>,
        mut begun: Option<oneshot::Sender<Result<(), UpstreamError>>>,
    ) {
        self.metrics.began();
        // Whichever comes first, `relay` and with it the request to the model are dropped before
        // the session counts as ended: a cancel is answered only after its request is aborted.
        let end = tokio::select! {
            biased;
            () = self.session.cancelled() => End::Cancelled,
            // Another replica writes the rest.
            () = self.session.lost() => return self.metrics.left(),
            () = self.session.abandoned(self.options.resume_grace) => End::Abandoned,
            () = tokio::time::sleep(self.options.max_session_age) => End::TooOld,
            () = self.shutdown.cancelled() => End::ShuttingDown,
            end = self.relay(&mut *framing, &mut begun) => end,
        };
        let moves = matches!(end, End::ShuttingDown) && framing.is_resumable();
        if moves && self.sessions.hand_over(&self.session) {
            self.metrics.left();
            return self.session.interrupt();
        }
        let state = match &end {
            End::Finished(_) => State::Completed,
            End::Cancelled | End::ShuttingDown => State::Cancelled,
            End::TooOld => State::Expired,
            End::Abandoned => State::ClientGone,
            End::Orphaned | End::Failed(_) => State::UpstreamError,
        };
        self.metrics.ended(state);
        self.sessions.end(&self.session, state);
        let (id, tokens) = (self.session.id(), self.session.tokens());
        match &end {
            End::Failed(error) => {
                self.metrics.failed(error);
                tracing::warn!(id, tokens, error = %chain(error), "session ended");
            }
            _ => tracing::info!(id, tokens, ?state, "session ended"),
        }
        self.write_end(&end, &mut *framing);
        if let (End::Failed(error), Some(begun)) = (end, begun) {
            drop(begun.send(Err(error)));
        }
    }

    /// Adds the session's last events.
    fn write_end(&self, end: &End, framing: &mut dyn Framing) {
        let mut frames = Frames::new();
        end.write(framing, self.session.tokens(), &mut frames);
        let mut retry = matches!(end, End::ShuttingDown).then(frame::retry).unwrap_or_default();
        let last = frames.pop_back().expect("the end of an answer is an event");
        let mut bytes =
            |frame: Frame, number| [mem::take(&mut retry), frame.bytes(number)].concat();
        for frame in frames {
            self.session.add(|number| bytes(frame, number).into());
        }
        self.session.close(|number| bytes(last, number).into());
    }

    async fn relay(
        &self,
        framing: &mut dyn Framing,
        begun: &mut Option<oneshot::Sender<Result<(), UpstreamError>>>,
    ) -> End {
        let Some(chat) = &self.chat else { return End::Orphaned };
        match self.answer(chat, framing, begun).await {
            Ok(finish_reason) => End::Finished(finish_reason),
            Err(error) => End::Failed(error),
        }
    }

    /// Returns why the model stopped, once it has.
    async fn answer(
        &self,
        chat: &Chat,
        framing: &mut dyn Framing,
        begun: &mut Option<oneshot::Sender<Result<(), UpstreamError>>>,
    ) -> Result<String, UpstreamError> {
        let asked = Instant::now();
        let mut answer = self.upstream.ask(chat).await?;
        if let Some(begun) = begun.take() {
            drop(begun.send(Ok(())));
        }
        let mut finish_reason = None;
        let mut frames = Frames::new();
        loop {
            match answer.next().await {
                Ok(Some(Delta::Finish(reason))) => finish_reason = Some(reason),
                Ok(Some(delta)) => {
                    if matches!(delta, Delta::Text(_)) {
                        if self.session.tokens() == 0 {
                            self.metrics.first_token(asked.elapsed());
                        }
                        self.metrics.token();
                        self.session.count_token();
                    }
                    framing.add(delta, &mut frames);
                    while let Some(frame) = frames.pop_front() {
                        self.session.push(|number| frame.bytes(number)).await;
                    }
                }
                Ok(None) => return Ok(finish_reason.unwrap_or_else(|| "stop".to_owned())),
                // Some servers leave the end marker out.
                Err(UpstreamError::Truncated) if finish_reason.is_some() => {
                    return Ok(finish_reason.unwrap_or_default());
                }
                Err(error) => return Err(error),
            }
        }
    }
}

impl End {
    /// Adds the events that say how an answer ended.
    fn write(&self, framing: &mut dyn Framing, tokens: u64, to: &mut Frames) {
        let mut failed = |code, message: &str| framing.end(&Ending::Failed { code, message }, to);
        match self {
            Self::Abandoned => failed("abandoned", "nobody read the answer, so it was stopped"),
            Self::TooOld => failed("session-too-old", "the session took as long as one may"),
            Self::ShuttingDown => failed("shutting-down", "the relay is shutting down"),
            Self::Orphaned => {
                failed("replica-lost", "the replica that wrote this answer is gone: ask again");
            }
            Self::Failed(cause) => failed(cause.code(), &cause.to_string()),
            Self::Finished(reason) => framing.end(&Ending::Done { reason, tokens }, to),
            Self::Cancelled => framing.end(&Ending::Cancelled { tokens }, to),
        }
    }
}

/// An error and what caused it, on one line.
fn chain(error: &UpstreamError) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
