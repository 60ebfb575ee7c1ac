//! The beginning of a session, however it is asked for.

use tokio::sync::oneshot;
use tracing::Instrument as _;

use super::Relay;
use crate::chat::Chat;
use crate::framing::{Frames, Framing};
use crate::pump::Pump;
use crate::sessions::{OpenError, Reader};
use crate::upstream::UpstreamError;

/// A session that the model works for.
pub struct Begun {
    /// Reads it from its first frame on.
    pub reader: Reader,
    /// Hears whether the model began to answer; nothing if the session was stopped before that.
    pub begins: oneshot::Receiver<Result<(), UpstreamError>>,
}

/// Opens a session and asks the model. In a task of its own: a request's future is dropped when its
/// client goes away, but a session that is open has to be brought to its end.
pub async fn begin(
    relay: Relay,
    id: String,
    user: String,
    chat: Chat,
    mut framing: Box<dyn Framing>,
) -> Result<Begun, OpenError> {
    let beginning = async move {
        let session = relay.sessions.open(id, user, &chat).await?;
        tracing::info!(id = session.id(), model = chat.model, "session opened");
        let mut frames = Frames::new();
        framing.start(session.id(), &chat.model, &mut frames);
        for frame in frames {
            session.add(|number| frame.bytes(number));
        }
        let reader = session.reader(None).expect("nothing is dropped from a new session");
        let (begun, begins) = oneshot::channel();
        let pump = Pump {
            sessions: relay.sessions,
            session,
            upstream: relay.upstream,
            chat: Some(chat),
            options: relay.options,
            shutdown: relay.shutdown,
            metrics: relay.metrics,
        };
        tokio::spawn(pump.run(framing, Some(begun)).in_current_span());
        Ok(Begun { reader, begins })
    };
    tokio::spawn(beginning.in_current_span()).await.expect("beginning does not panic")
}
