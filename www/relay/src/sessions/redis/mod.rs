//! Sessions of several replicas, which find each other through Redis.
//!
//! The replica that was asked owns the session: it reads the model and keeps the frames in its own
//! memory, as [`Memory`] does, and stores each frame in Redis before any reader sees it. Whatever a
//! reader has seen can therefore be read on at any replica, even if the owner is gone.
//!
//! - A reader that comes to another replica is served from Redis (see [`mirror`]). That replica
//!   tells the owner how far the reader is, so that it counts there as any other reader.
//! - A cancel is noted in Redis and sent to the owner.
//! - An owner that died is succeeded by a replica that has a reader for the session.
//! - While Redis is gone, no session is opened; the live ones go on without being stored, and what
//!   was not stored is, once it is back.

mod inbox;
mod mirror;
mod owner;
mod store;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use redis::RedisResult;
use tokio::sync::Notify;
use uuid::Uuid;

use super::{
    Cancel, CancelError, Limits, Memory, OpenError, Reader, Registry, ResumeError, Session,
    SessionView, State, Work,
};
use crate::chat::Chat;
use inbox::Message;
use store::{NewSession, Store};

/// From one sign of life to the next.
const HEARTBEAT: Duration = Duration::from_millis(500);

/// How often it is tried to take a claim back. Past that, it expires.
const DISCARDS: usize = 120;

/// How long a reader at another replica counts after it last said how far it is.
const READER_SILENCE: Duration = Duration::from_secs(3);

/// How long a cancel may take at the owner.
const CANCEL_PATIENCE: Duration = Duration::from_secs(5);

/// From one look whether a cancelled session has ended to the next.
const CANCEL_LOOK: Duration = Duration::from_millis(20);

/// The sessions of this replica and, through Redis, of the others.
pub struct Redis(Arc<Inner>);

struct Inner {
    store: Store,
    memory: Memory,
    limits: Limits,
    /// What wakes the readers of other replicas' sessions, by the reader's name.
    readers: Mutex<HashMap<String, Arc<Notify>>>,
    /// Since when other replicas have been seen dead, and never alive.
    dead: Mutex<HashMap<String, Instant>>,
    /// Goes on with a session that was taken over.
    work: OnceLock<Work>,
    /// Whether Redis answered last.
    up: AtomicBool,
}

/// The URL is none that Redis can be found at.
#[derive(Debug)]
pub struct BadUrl(redis::RedisError);

impl std::fmt::Display for BadUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("not a Redis URL, such as redis://:password@127.0.0.1:6379/0")
    }
}

impl std::error::Error for BadUrl {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

impl Redis {
    /// As a new replica of those that share the Redis at `url`. It is connected to in the
    /// background; while it cannot be reached, no session is opened.
    ///
    /// # Errors
    /// [`BadUrl`].
    pub fn new(url: &str, limits: Limits) -> Result<Self, BadUrl> {
        let (store, pushed) = Store::new(url, Uuid::new_v4().to_string()).map_err(BadUrl)?;
        let inner = Arc::new(Inner {
            store,
            memory: Memory::new(limits),
            limits,
            readers: Mutex::default(),
            dead: Mutex::default(),
            work: OnceLock::new(),
            up: AtomicBool::new(true),
        });
        tokio::spawn(inbox::receive(Arc::downgrade(&inner), pushed));
        let beating = Arc::downgrade(&inner);
        tokio::spawn(async move {
            while let Some(inner) = beating.upgrade() {
                let alive = inner.store.say_alive().await;
                inner.note(&alive);
                for session in inner.memory.live() {
                    session.log.forget_silent_readers(READER_SILENCE);
                }
                drop(inner);
                tokio::time::sleep(HEARTBEAT).await;
            }
        });
        Ok(Self(inner))
    }
}

impl Inner {
    /// How long a replica has been seen dead. While Redis is gone, nobody can say that they live.
    fn dead_for(&self, replica: &str, lives: bool) -> Duration {
        let mut dead = self.dead.lock().unwrap_or_else(PoisonError::into_inner);
        if lives {
            dead.remove(replica);
            return Duration::ZERO;
        }
        dead.entry(replica.to_owned()).or_insert_with(Instant::now).elapsed()
    }

    /// Logs when Redis goes and comes back.
    fn note<T>(&self, result: &RedisResult<T>) {
        if result.is_err() {
            self.dead.lock().unwrap_or_else(PoisonError::into_inner).clear();
        }
        match result {
            Ok(_) if !self.up.swap(true, Ordering::Relaxed) => tracing::info!("Redis is back"),
            Err(error) if self.up.swap(false, Ordering::Relaxed) => {
                tracing::warn!(%error, "Redis is gone: no new sessions until it is back");
            }
            _ => {}
        }
    }

    fn reader(&self, name: &str) -> Option<Arc<Notify>> {
        self.readers.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }

    async fn send(&self, replica: &str, message: &Message) {
        // A lost message costs time only: everything is looked up again now and then.
        drop(self.store.send(replica, &message.to_json()).await);
    }

    /// Stops a session that another replica writes, or that nobody does any more.
    async fn cancel_elsewhere(
        self: &Arc<Self>,
        id: &str,
        user: &str,
    ) -> Result<Cancel, CancelError> {
        let unavailable = |_| CancelError::Unavailable;
        let noted = self.store.cancel(id, user).await.map_err(unavailable)?;
        let noted = noted.ok_or(CancelError::Unknown)?;
        if noted.user != user {
            return Err(CancelError::NotYours);
        }
        let outcome = |state: &str, tokens, was_live| {
            let state = State::of(state);
            let cancelled = was_live && state == State::Cancelled;
            Cancel { state, cancelled, tokens }
        };
        if noted.state != State::Live.name() {
            return Ok(outcome(&noted.state, noted.tokens, false));
        }
        if noted.owner_lives {
            self.send(&noted.owner, &Message::Cancel { session: id.to_owned() }).await;
        } else if let Some(session) = self.take_over(id, user, &noted.owner, true).await {
            // It may have stopped already: it was taken over for nothing else.
            let cancel = session.stop().await;
            return Ok(Cancel { cancelled: cancel.state == State::Cancelled, ..cancel });
        }
        let ended = async {
            loop {
                tokio::time::sleep(CANCEL_LOOK).await;
                let view = self.store.read(id, 0, 0).await.map_err(unavailable)?;
                let view = view.ok_or(CancelError::Unknown)?;
                if view.state != State::Live.name() {
                    return Ok(outcome(&view.state, view.tokens, true));
                }
            }
        };
        tokio::time::timeout(CANCEL_PATIENCE, ended).await.unwrap_or(Err(CancelError::Unavailable))
    }
}

/// Takes back the claim of a session that was not opened, as soon as Redis answers.
async fn discard(inner: Arc<Inner>, session: Arc<Session>) {
    let (id, user, started_at) = (session.id(), session.user(), session.started_at());
    for _ in 0..DISCARDS {
        if inner.store.discard(id, user, started_at).await.is_ok() {
            return;
        }
        tokio::time::sleep(HEARTBEAT).await;
    }
}

#[async_trait]
impl Registry for Redis {
    async fn open(&self, id: String, user: String, chat: &Chat) -> Result<Arc<Session>, OpenError> {
        let inner = &self.0;
        let session = inner.memory.open(id, user, chat).await?;
        let chat = serde_json::to_string(chat).expect("a chat has string keys only");
        let new = NewSession {
            id: session.id(),
            user: session.user(),
            started_at: session.started_at(),
            chat: &chat,
        };
        let opened = inner.store.open(&new, inner.limits.sessions_per_user).await;
        inner.note(&opened);
        let refusal = match opened.as_deref() {
            Ok("opened") => {
                owner::keep(Arc::clone(inner), Arc::clone(&session), chat, 0);
                return Ok(session);
            }
            Ok("taken") => OpenError::Taken,
            Ok(_) => OpenError::UserFull,
            Err(_) => OpenError::Unavailable,
        };
        inner.memory.disown(&session);
        if refusal == OpenError::Unavailable {
            // Redis may have been too slow only, and hold the id for nothing.
            tokio::spawn(discard(Arc::clone(inner), session));
        }
        Err(refusal)
    }

    async fn resume(
        &self,
        id: &str,
        user: &str,
        after: Option<u64>,
    ) -> Result<Reader, ResumeError> {
        if let Some(session) = self.0.memory.find_live(id) {
            if session.user() != user {
                return Err(ResumeError::NotYours);
            }
            match session.reader(after) {
                // Redis may have what is not kept here.
                Err(ResumeError::Gone) => {}
                outcome => return outcome,
            }
        }
        match mirror::open(&self.0, id, user, after).await {
            // An answer that ended here can be read here, Redis or not.
            Err(ResumeError::Unavailable) => {
                self.0.memory.resume(id, user, after).await.map_err(|error| match error {
                    ResumeError::Unknown => ResumeError::Unavailable,
                    error => error,
                })
            }
            outcome => outcome,
        }
    }

    async fn cancel(&self, id: &str, user: &str) -> Result<Cancel, CancelError> {
        if self.0.memory.find_live(id).is_some() {
            return self.0.memory.cancel(id, user).await;
        }
        match self.0.cancel_elsewhere(id, user).await {
            Err(CancelError::Unavailable) => {
                self.0.memory.cancel(id, user).await.map_err(|error| match error {
                    CancelError::Unknown => CancelError::Unavailable,
                    error => error,
                })
            }
            outcome => outcome,
        }
    }

    fn end(&self, session: &Arc<Session>, state: State) {
        self.0.memory.end(session, state);
    }

    fn hand_over(&self, session: &Arc<Session>) -> bool {
        self.0.memory.disown(session);
        true
    }

    fn list(&self, user: Option<&str>) -> Vec<SessionView> {
        self.0.memory.list(user)
    }

    fn take_over_with(&self, work: Work) {
        drop(self.0.work.set(work));
    }
}
