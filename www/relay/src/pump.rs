//! One session's work: ask the model, hand its tokens to the reader, and stop at once when either
//! side does.

use std::error::Error;
use std::mem;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use crate::chat::Chat;
use crate::frame;
use crate::framing::Framing;
use crate::metrics::Metrics;
use crate::routes::Options;
use crate::sessions::{Registry, Session, State};
use crate::upstream::{Part, Upstream, UpstreamError};

/// What one session needs.
pub struct Pump {
    pub sessions: Arc<dyn Registry>,
    pub session: Arc<Session>,
    pub upstream: Arc<Upstream>,
    /// What to ask; `None` if the session was taken over and that is not known.
    pub chat: Option<Chat>,
    pub framing: Framing,
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
    pub async fn run(mut self, mut begun: Option<oneshot::Sender<Result<(), UpstreamError>>>) {
        let mut framing = mem::take(&mut self.framing);
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
            end = self.relay(&mut framing, &mut begun) => end,
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
        self.session.close(|number| end.frame(&mut framing, number, tokens));
        if let (End::Failed(error), Some(begun)) = (end, begun) {
            drop(begun.send(Err(error)));
        }
    }

    async fn relay(
        &self,
        framing: &mut Framing,
        begun: &mut Option<oneshot::Sender<Result<(), UpstreamError>>>,
    ) -> End {
        let Some(chat) = &self.chat else { return End::Orphaned };
        match self.answer(chat, framing, begun).await {
            Ok(finish_reason) => End::Finished(finish_reason),
            Err(error) => End::Failed(error),
        }
    }

    /// Gives why the model stopped, once it has.
    async fn answer(
        &self,
        chat: &Chat,
        framing: &mut Framing,
        begun: &mut Option<oneshot::Sender<Result<(), UpstreamError>>>,
    ) -> Result<String, UpstreamError> {
        let asked = Instant::now();
        let mut answer = self.upstream.ask(chat).await?;
        if let Some(begun) = begun.take() {
            drop(begun.send(Ok(())));
        }
        let mut finish_reason = None;
        loop {
            match answer.next().await {
                Ok(Part::Token(token)) => {
                    if self.session.tokens() == 0 {
                        self.metrics.first_token(asked.elapsed());
                    }
                    self.metrics.token();
                    self.session.count_token();
                    framing.add(token);
                    while let Some(text) = framing.ready() {
                        self.session.push(|number| framing.text(number, &text)).await;
                    }
                }
                Ok(Part::Finish(reason)) => finish_reason = Some(reason),
                Ok(Part::End) => return Ok(finish_reason.unwrap_or_else(|| "stop".to_owned())),
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
    /// The session's last frame.
    fn frame(&self, framing: &mut Framing, number: u64, tokens: u64) -> Bytes {
        let mut error = |code, message: &str| framing.error(number, code, message);
        match self {
            Self::Abandoned => error("abandoned", "nobody read the answer, so it was stopped"),
            Self::TooOld => error("session-too-old", "the session took as long as one may"),
            Self::ShuttingDown => {
                let error = error("shutting-down", "the relay is shutting down");
                [frame::retry(), error].concat().into()
            }
            Self::Orphaned => {
                error("replica-lost", "the replica that wrote this answer is gone: ask anew")
            }
            Self::Failed(cause) => error(cause.code(), &cause.to_string()),
            Self::Finished(reason) => framing.done(number, reason, tokens),
            Self::Cancelled => framing.done(number, "cancelled", tokens),
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
