//! One session's work: ask the model, hand its tokens to the reader, and stop at once when either
//! side does.

use std::error::Error;
use std::sync::Arc;

use bytes::Bytes;
use serde::Serialize;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use crate::chat::Chat;
use crate::error::ErrorBody;
use crate::frame;
use crate::sessions::{Session, Sessions, State};
use crate::upstream::{Part, Upstream, UpstreamError};

/// How many frames wait for a slow reader before the model's answer is no longer read.
pub const FRAMES_AHEAD: usize = 100;

/// What one session needs.
pub struct Pump {
    pub sessions: Arc<Sessions>,
    pub session: Arc<Session>,
    pub upstream: Arc<Upstream>,
    pub chat: Chat,
    /// Frames to the reader. Its other end is dropped when the reader's connection closes.
    pub reader: mpsc::Sender<Bytes>,
    pub shutdown: CancellationToken,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Done<'a> {
    finish_reason: &'a str,
    tokens: u64,
}

impl Pump {
    /// Works until the session has ended. `begun` hears whether the model began to answer; it hears
    /// nothing if the session was stopped before that.
    pub async fn run(self, begun: oneshot::Sender<Result<(), UpstreamError>>) {
        let mut begun = Some(begun);
        // Whichever comes first, `relay` and with it the request to the model are dropped before
        // the session counts as ended: a cancel is answered only after its request is aborted.
        let (state, last) = tokio::select! {
            biased;
            () = self.session.cancelled() => (State::Cancelled, Ok(Some(self.done("cancelled")))),
            () = self.reader.closed() => (State::ClientGone, Ok(None)),
            () = self.shutdown.cancelled() => {
                let error = ErrorBody::new("shutting-down", "the relay is shutting down");
                (State::Cancelled, Ok(Some(frame::json("error", &error))))
            }
            result = self.relay(&mut begun) => match result {
                Ok(finish_reason) => (State::Completed, Ok(Some(self.done(&finish_reason)))),
                Err(error) => (State::UpstreamError, Err(error)),
            },
        };
        self.sessions.end(&self.session, state);
        let (id, tokens) = (self.session.id(), self.session.tokens());
        match &last {
            Ok(_) => tracing::info!(id, tokens, ?state, "session ended"),
            Err(error) => tracing::warn!(id, tokens, error = %chain(error), "session ended"),
        }
        let last = match (last, begun) {
            (Ok(None), _) => return,
            (Ok(Some(frame)), _) => frame,
            (Err(error), Some(begun)) => return drop(begun.send(Err(error))),
            (Err(error), None) => {
                frame::json("error", &ErrorBody::new(error.code(), error.to_string()))
            }
        };
        // The reader may be slow, or be gone by now: nothing else waits for this.
        drop(self.reader.send(last).await);
    }

    /// Gives why the model stopped, once it has.
    async fn relay(
        &self,
        begun: &mut Option<oneshot::Sender<Result<(), UpstreamError>>>,
    ) -> Result<String, UpstreamError> {
        let mut answer = self.upstream.ask(&self.chat).await?;
        if let Some(begun) = begun.take() {
            drop(begun.send(Ok(())));
        }
        let mut finish_reason = None;
        loop {
            match answer.next().await {
                Ok(Part::Token(token)) => {
                    let frame = frame::text(self.session.count_token(), &token);
                    // An error means that the reader is gone, which `run` sees at the next poll.
                    drop(self.reader.send(frame).await);
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

    fn done(&self, finish_reason: &str) -> Bytes {
        frame::json("done", &Done { finish_reason, tokens: self.session.tokens() })
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
