//! The owner's side of a session: each frame goes to Redis, and then to the readers.

use std::sync::Arc;
use std::time::Duration;

use super::super::Session;
use super::Inner;
use super::inbox::Message;
use super::store::{NewSession, Stored};

/// How many frames are stored at once.
const BATCH: usize = 256;

/// When a session without new frames is kept for longer.
const REFRESH: Duration = Duration::from_secs(20);

/// When storing is tried again after it failed.
const RETRY: Duration = Duration::from_millis(500);

/// Stores the frames of a session of this replica from the id `stored` on, until its end. `chat` is
/// what the model was asked, in JSON.
pub fn keep(inner: Arc<Inner>, session: Arc<Session>, chat: String, stored: u64) {
    session.log.show_until(stored);
    tokio::spawn(async move { store_all(&inner, &session, &chat, stored).await });
}

async fn store_all(inner: &Inner, session: &Session, chat: &str, mut stored: u64) {
    let (id, user) = (session.id(), session.user());
    let mut written = session.log.written();
    let mut failures = 0;
    loop {
        written.mark_unchanged();
        let new = session.log.unstored(stored, BATCH);
        let next = new.first + new.frames.len() as u64;
        let state = if new.closed { session.state() } else { super::State::Live };
        let outcome = inner.store.append((id, user), &new, state.name(), session.tokens()).await;
        inner.note(&outcome);
        match outcome {
            Ok(Stored::Missing) => {
                let started_at = session.started_at();
                let known = NewSession { id, user, started_at, chat };
                // Redis came back empty. What is kept here is stored anew.
                let first = session.log.unstored(0, 0).first;
                match inner.store.restore(&known, first).await {
                    Ok(()) => stored = first,
                    Err(_) => tokio::time::sleep(RETRY).await,
                }
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
            Err(_) => {
                // Readers here go on without Redis. Not after one failure: this process may have
                // slept, and be told the next time that another one has the session.
                failures += 1;
                if failures > 1 || new.interrupted {
                    session.log.show_all();
                }
                if new.interrupted {
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
