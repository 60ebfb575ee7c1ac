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
mod scripts;
mod seal;
mod store;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use tokio::sync::Notify;
use uuid::Uuid;

use super::{
    Cancel, CancelError, Limits, Memory, OpenError, Reader, Registry, ResumeError, Session,
    SessionView, State, Work,
};
use crate::chat::Chat;
use inbox::Message;
pub use seal::{BadKey, BadPrefix, RedisKey, RedisPrefix};
use seal::{Seal, preview};
use store::{NewSession, Store, StoreError, StoreResult};

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

/// The most replicas of which it is remembered that they are dead.
const DEAD: usize = 1000;

/// The sessions of this replica and, through Redis, of the others.
pub struct Redis(Arc<Inner>);

/// Where sessions are shared, and with whom.
pub struct RedisOptions {
    /// Such as `redis://:password@127.0.0.1:6379/0`.
    pub url: String,
    /// What the names of all keys and channels begin with. Relays with the same one share their
    /// sessions. `sluicegate:` by default.
    pub prefix: RedisPrefix,
    /// What the relays sign with what they keep there, so that they know it from what others have
    /// written. None by default: then only its form is checked.
    pub key: Option<RedisKey>,
}

impl RedisOptions {
    /// For the Redis at `url`.
    pub fn new(url: impl Into<String>) -> Self {
        let prefix = "sluicegate:".parse().expect("it is short and has no special characters");
        Self { url: url.into(), prefix, key: None }
    }
}

struct Inner {
    store: Store,
    memory: Memory,
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
    /// As a new replica of those that share a Redis. It is connected to in the background; while it
    /// cannot be reached, no session is opened.
    ///
    /// # Errors
    /// [`BadUrl`].
    pub fn new(options: RedisOptions, limits: Limits) -> Result<Self, BadUrl> {
        let RedisOptions { url, prefix, key } = options;
        let replica = Uuid::new_v4().to_string();
        let store = Store::new(&url, replica, limits, Seal { prefix, key });
        let (store, pushed) = store.map_err(BadUrl)?;
        let inner = Arc::new(Inner {
            store,
            memory: Memory::new(limits),
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
        if dead.len() >= DEAD {
            dead.clear();
        }
        dead.entry(replica.to_owned()).or_insert_with(Instant::now).elapsed()
    }

    /// Logs when Redis goes and comes back, and what it holds that is not ours.
    fn note<T>(&self, result: &StoreResult<T>) {
        match result {
            Ok(_) if !self.up.swap(true, Ordering::Relaxed) => tracing::info!("Redis is back"),
            Ok(_) => {}
            Err(StoreError::Foreign(what)) => {
                tracing::warn!(what, "Redis holds something at a key of ours that is not ours");
            }
            Err(StoreError::Gone(error)) => {
                self.dead.lock().unwrap_or_else(PoisonError::into_inner).clear();
                if self.up.swap(false, Ordering::Relaxed) {
                    let error = preview(error.to_string().as_bytes());
                    tracing::warn!(error, "Redis is gone: no new sessions until it is back");
                }
            }
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
        let unavailable = |error| match error {
            StoreError::Gone(_) => CancelError::Unavailable,
            StoreError::Foreign(_) => CancelError::Foreign,
        };
        let noted = self.store.cancel(id, user).await;
        self.note(&noted);
        let noted = noted.map_err(unavailable)?;
        let noted = noted.ok_or(CancelError::Unknown)?;
        if noted.user != user {
            return Err(CancelError::NotYours);
        }
        let outcome = |state: State, tokens, was_live| {
            let cancelled = was_live && state == State::Cancelled;
            Cancel { state, cancelled, tokens }
        };
        if noted.state != State::Live {
            return Ok(outcome(noted.state, noted.tokens, false));
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
                if view.state != State::Live {
                    return Ok(outcome(view.state, view.tokens, true));
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
        let opened = inner.store.open(&new).await;
        inner.note(&opened);
        let refusal = match opened.as_ref().map(String::as_str) {
            Ok("opened") => {
                owner::keep(Arc::clone(inner), Arc::clone(&session), chat, 0);
                return Ok(session);
            }
            Ok("taken") => OpenError::Taken,
            Ok(_) => OpenError::UserFull,
            Err(StoreError::Gone(_)) => OpenError::Unavailable,
            Err(StoreError::Foreign(_)) => OpenError::Foreign,
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
