//! Which answers are being written, for whom, and how the last ones ended.
//!
//! [`Registry`] is all that the rest of the relay knows about where sessions are kept.

mod budget;
mod frames;
mod kept;
mod log;
mod memory;
mod owned;
mod redis;
mod session;

use std::sync::Arc;

use async_trait::async_trait;

use crate::chat::Chat;
use crate::framing::Framing;
pub use memory::Memory;
pub use redis::{BadKey, BadPrefix, BadUrl, Redis, RedisKey, RedisOptions, RedisPrefix};
pub use session::{Reader, Session, SessionView, State};

/// Where sessions are kept. A session belongs to the user who opened it, and only to that one.
#[async_trait]
pub trait Registry: Send + Sync {
    /// Makes a live session for the answer to `chat`. The id of an ended one may be used again, but only by the same user:
    /// otherwise anyone could take a session's id away from its owner.
    ///
    /// # Errors
    /// [`OpenError`].
    async fn open(&self, id: String, user: String, chat: &Chat) -> Result<Arc<Session>, OpenError>;

    /// A reader of the frames after that of the id `after`, of all frames without one. The session
    /// may have ended.
    ///
    /// # Errors
    /// [`ResumeError`].
    async fn resume(&self, id: &str, user: &str, after: Option<u64>)
    -> Result<Reader, ResumeError>;

    /// Stops a session, and answers once it has ended.
    ///
    /// # Errors
    /// [`CancelError`], at once.
    async fn cancel(&self, id: &str, user: &str) -> Result<Cancel, CancelError>;

    /// Ends a live session. To be called once, when nothing works for it any more: this is what a
    /// cancel waits for. Its last frame is to be written after this.
    fn end(&self, session: &Arc<Session>, state: State);

    /// Hands a live session over, because this process ends. Returns whether another one can go on with it.
    /// If so, the session is to be interrupted, and is none of this process's any more.
    fn hand_over(&self, session: &Arc<Session>) -> bool {
        let _ = session;
        false
    }

    /// What goes on with the sessions that this process takes over from others. Called once, before
    /// the first session is opened.
    fn take_over_with(&self, work: Work) {
        drop(work);
    }

    /// The live and the remembered sessions of this process, the latest first; of one user, if one
    /// is named.
    fn list(&self, user: Option<&str>) -> Vec<SessionView>;
}

/// Goes on with a session that was taken over.
pub type Work = Box<dyn Fn(TakenOver) + Send + Sync>;

/// A session whose writer died.
pub struct TakenOver {
    /// With the frames so far.
    pub session: Arc<Session>,
    /// What to ask so that the answer goes on; `None` if its beginning is not known any more.
    pub chat: Option<Chat>,
    /// How the answer's events look.
    pub framing: Box<dyn Framing>,
}

/// How much is kept of sessions.
#[derive(Clone, Copy)]
pub struct Limits {
    /// How many sessions may be live in this process. 10,000 by default.
    pub sessions: usize,
    /// How many sessions of one user may be live. 100 by default.
    pub sessions_per_user: usize,
    /// How many ended sessions of one user are remembered. 100 by default.
    pub ended_per_user: usize,
    /// How many ids a user may take in the time for which they are promised. 10,000 by default.
    pub ids_per_user: usize,
    /// How many bytes of a session's frames are kept for readers that come back: half of this at least.
    /// 2 MiB by default.
    pub bytes_per_session: usize,
    /// How many bytes are held of one user's sessions: half of it of the live ones, with what they were
    /// asked, and half of the ended ones. 32 MiB by default.
    pub bytes_per_user: usize,
    /// As `bytes_per_user`, of all users. 256 MiB by default.
    pub bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            sessions: 10_000,
            sessions_per_user: 100,
            ended_per_user: 100,
            ids_per_user: 10_000,
            bytes_per_session: 2 << 20,
            bytes_per_user: 32 << 20,
            bytes: 256 << 20,
        }
    }
}

/// Why a session was not opened.
#[derive(Debug, PartialEq)]
pub enum OpenError {
    /// The id is that of a live session, or of another user's session that is still remembered.
    Taken,
    /// As many sessions are live as may be, or as many bytes are being asked.
    Full,
    /// As many sessions of the user are live as may be, or as many bytes are being asked, or the user
    /// has taken as many ids.
    UserFull,
    /// Where sessions are kept cannot be reached.
    Unavailable,
    /// What is kept there is not the relay's.
    Foreign,
}

/// Why a session was not resumed.
#[derive(Debug, PartialEq)]
pub enum ResumeError {
    /// No session of that id is live or remembered.
    Unknown,
    /// The session is another user's.
    NotYours,
    /// What was written after that id is not kept any more, but more is being written.
    Gone,
    /// The session has ended, and what was written after that id is not kept any more.
    Forgotten,
    /// Nothing was written with that id yet.
    NeverSent,
    /// Where sessions are kept cannot be reached.
    Unavailable,
    /// What is kept there is not the relay's.
    Foreign,
}

/// What a cancel came to.
pub struct Cancel {
    /// Where the session stands now.
    pub state: State,
    /// Whether this request is what stopped it.
    pub cancelled: bool,
    /// How many tokens were relayed.
    pub tokens: u64,
}

/// Why a cancel was refused.
#[derive(Debug)]
pub enum CancelError {
    /// No session of that id is live or remembered.
    Unknown,
    /// The session is another user's.
    NotYours,
    /// Where sessions are kept cannot be reached, or the session's replica does not answer.
    Unavailable,
    /// What is kept there is not the relay's.
    Foreign,
}
