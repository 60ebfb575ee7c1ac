//! The owner's side of a session: each frame goes to Redis, and then to the readers.

use std::sync::Arc;
use std::time::Duration;

use super::super::{Session, State};
use super::Inner;
use super::inbox::Message;
use super::store::{NewSession, StoreError, Stored};

/// How many frames are stored at once.
const BATCH: usize = 256;

/// When a session without new frames is kept for longer.
const REFRESH: Duration = Duration::from_secs(20);

/// When storing is tried again after it failed.
const RETRY: Duration = Duration::from_millis(500);

/// For how long it is tried to store what an ended session has written.
const PATIENCE: Duration = Duration::from_secs(120);

/// Stores the frames of a session of this replica from the id `stored` on, until its end. `chat` is
/// what the model was asked, in JSON.
pub fn keep(inner: Arc<Inner>, session: Arc<Session>, chat: String, stored: u64) {
    session.log.show_until(stored);
    tokio::spawn(async move { store_all(&inner, &session, chat, stored).await });
}

async fn store_all(inner: &Inner, session: &Session, mut chat: String, mut stored: u64) {
    let (id, user, started_at) = (session.id(), session.user(), session.started_at());
    let mut written = session.log.written();
    let mut failures = 0;
    loop {
        if session.ended_ago().is_some() {
            // Nobody goes on with it.
            chat = String::new();
        }
        written.mark_unchanged();
        let new = session.log.unstored(stored, BATCH);
        let next = new.first + new.frames.len() as u64;
        let state = if new.closed { session.state() } else { State::Live };
        let far = (session.tokens(), session.log.read_to());
        let mut outcome = inner.store.append((id, user, started_at), &new, state, far).await;
        if matches!(outcome, Ok(Stored::Missing)) {
            // Redis came back empty, or something else has written there. Store again what is kept here.
            let known = NewSession { id, user, started_at, chat: &chat };
            let first = session.log.unstored(0, 0).first;
            outcome = inner.store.restore(&known, first).await.map(|()| {
                stored = first;
                Stored::Missing
            });
        }
        inner.note(&outcome);
        match outcome {
            Ok(Stored::Missing) => {
                if failures > 0 {
                    tokio::time::sleep(RETRY).await;
                }
                failures += 1;
                continue;
            }
            Ok(Stored::Lost) => {
                // Its readers find the new owner's frames, which are not the ones from here on.
                tracing::warn!(id, "another replica has taken the session over");
                inner.memory.disown(session);
                session.lose();
                return;
            }
            Ok(outcome) => {
                failures = 0;
                if outcome == Stored::Cancel {
                    session.ask_to_stop();
                }
                if new.interrupted {
                    drop(inner.store.release(id).await);
                }
                stored = next;
                session.log.show_until(stored);
                if !new.frames.is_empty() {
                    tell_readers(inner, session).await;
                }
                if new.closed || new.interrupted {
                    return;
                }
            }
            Err(StoreError::Foreign(what)) => {
                tracing::warn!(id, what, "the session is not stored any more: its key is not ours");
                return session.log.show_all();
            }
            Err(StoreError::Gone(_)) => {
                // Readers here go on without Redis. Not after one failure: this process may have
                // slept, and be told the next time that another one has the session.
                failures += 1;
                if failures > 1 || new.interrupted {
                    session.log.show_all();
                }
                if new.interrupted || session.ended_ago().is_some_and(|ago| ago > PATIENCE) {
                    return;
                }
                tokio::time::sleep(RETRY).await;
                continue;
            }
        }
        tokio::select! {
            _ = written.changed() => {}
            () = tokio::time::sleep(REFRESH) => {}
        }
    }
}

async fn tell_readers(inner: &Inner, session: &Session) {
    for name in session.log.remote_readers() {
        if let Some((replica, reader)) = name.split_once(' ') {
            inner.send(replica, &Message::Written { reader: reader.to_owned() }).await;
        }
    }
}
