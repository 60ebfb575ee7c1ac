//! Which answers are being written, for whom, and how the last ones ended.
//!
//! Only this process's memory: the methods of [`Sessions`] are all that the rest of the relay knows
//! about where sessions are kept.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::Serialize;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// How many ended sessions are remembered; past this the oldest is forgotten.
const REMEMBERED: usize = 1000;

/// Where a session stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// The answer is being written.
    Live,
    /// The answer was written to its end.
    Completed,
    /// Its user, or the relay's shutdown, stopped it.
    Cancelled,
    /// The reader's connection closed first.
    ClientGone,
    /// The model could not be reached, or failed.
    UpstreamError,
}

/// One answer, from its request to its end.
pub struct Session {
    id: String,
    user: String,
    started_at: u64,
    tokens: AtomicU64,
    cancel: CancellationToken,
    status: watch::Sender<Status>,
}

#[derive(Clone, Copy)]
struct Status {
    state: State,
    ended_at: Option<u64>,
}

impl Session {
    fn new(id: String, user: String) -> Self {
        Self {
            id,
            user,
            started_at: now(),
            tokens: AtomicU64::new(0),
            cancel: CancellationToken::new(),
            status: watch::Sender::new(Status { state: State::Live, ended_at: None }),
        }
    }

    /// The session's id, as its user chose it.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Counts one token and gives its number, from 1.
    pub fn count_token(&self) -> u64 {
        self.tokens.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// How many tokens were relayed so far.
    pub fn tokens(&self) -> u64 {
        self.tokens.load(Ordering::Relaxed)
    }

    /// Resolves when the user has asked to stop.
    pub async fn cancelled(&self) {
        self.cancel.cancelled().await;
    }

    fn state(&self) -> State {
        self.status.borrow().state
    }

    fn view(&self) -> SessionView {
        let Status { state, ended_at } = *self.status.borrow();
        SessionView {
            session_id: self.id.clone(),
            user_id: self.user.clone(),
            state,
            tokens: self.tokens(),
            started_at: self.started_at,
            ended_at,
        }
    }
}

/// A session as `GET /sessions` shows it. Times are milliseconds since 1970, as JavaScript's `Date`
/// takes them.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SessionView {
    session_id: String,
    user_id: String,
    state: State,
    tokens: u64,
    started_at: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<u64>,
}

/// The id is that of a live session, or of another user's session that is still remembered.
#[derive(Debug)]
pub struct Taken;

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
}

/// The sessions of this process.
#[derive(Default)]
pub struct Sessions(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    live: HashMap<String, Arc<Session>>,
    ended: VecDeque<Arc<Session>>,
}

impl Sessions {
    /// Makes a live session. The id of an ended one may be used again, but only by the same user:
    /// otherwise anyone could take a session's id away from its owner.
    ///
    /// # Errors
    /// [`Taken`].
    pub fn open(&self, id: String, user: String) -> Result<Arc<Session>, Taken> {
        let mut kept = self.kept();
        if kept.live.contains_key(&id) {
            return Err(Taken);
        }
        if let Some(at) = kept.ended.iter().position(|session| session.id == id) {
            if kept.ended[at].user != user {
                return Err(Taken);
            }
            kept.ended.remove(at);
        }
        let session = Arc::new(Session::new(id.clone(), user));
        kept.live.insert(id, Arc::clone(&session));
        Ok(session)
    }

    /// Ends a live session. To be called once, when nothing works for it any more: this is what a
    /// cancel waits for.
    pub fn end(&self, session: &Arc<Session>, state: State) {
        let mut kept = self.kept();
        kept.live.remove(&session.id);
        if kept.ended.len() == REMEMBERED {
            kept.ended.pop_front();
        }
        kept.ended.push_back(Arc::clone(session));
        session.status.send_replace(Status { state, ended_at: Some(now()) });
    }

    /// Stops a session and waits until it has ended.
    ///
    /// A page that cancels also closes its connection, and that can be noticed before its request
    /// is: an owner's cancel of a session that ended as [`State::ClientGone`] counts as what
    /// stopped it.
    ///
    /// # Errors
    /// [`CancelError`], at once.
    pub async fn cancel(&self, id: &str, user: &str) -> Result<Cancel, CancelError> {
        let session = self.find(id).ok_or(CancelError::Unknown)?;
        if session.user != user {
            return Err(CancelError::NotYours);
        }
        let was_live = session.state() == State::Live;
        session.cancel.cancel();
        let mut status = session.status.subscribe();
        let ended = status.wait_for(|status| status.state != State::Live).await;
        drop(ended.expect("the session holds the sender"));
        let claimed = session.status.send_if_modified(|status| {
            let gone = status.state == State::ClientGone;
            if gone {
                status.state = State::Cancelled;
            }
            gone
        });
        let state = session.state();
        let cancelled = claimed || was_live && state == State::Cancelled;
        Ok(Cancel { state, cancelled, tokens: session.tokens() })
    }

    /// The live and the remembered sessions, the latest first.
    pub fn list(&self) -> Vec<SessionView> {
        let kept = self.kept();
        let mut views: Vec<_> = kept.live.values().chain(&kept.ended).map(|s| s.view()).collect();
        drop(kept);
        views.sort_by_key(|view| std::cmp::Reverse(view.started_at));
        views
    }

    fn find(&self, id: &str) -> Option<Arc<Session>> {
        let kept = self.kept();
        let ended = || kept.ended.iter().find(|session| session.id == id);
        kept.live.get(id).or_else(ended).cloned()
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_its_owner_may_use_an_ended_id_again() {
        let sessions = Sessions::default();
        let first = sessions.open("s".into(), "ann".into()).unwrap();
        assert!(sessions.open("s".into(), "ann".into()).is_err());
        sessions.end(&first, State::Completed);
        assert!(sessions.open("s".into(), "bob".into()).is_err());
        assert!(sessions.open("s".into(), "ann".into()).is_ok());
        assert_eq!(sessions.list().len(), 1);
    }

    #[test]
    fn the_oldest_ended_sessions_are_forgotten() {
        let sessions = Sessions::default();
        for number in 0..REMEMBERED + 5 {
            let session = sessions.open(number.to_string(), "ann".into()).unwrap();
            sessions.end(&session, State::Completed);
        }
        assert_eq!(sessions.list().len(), REMEMBERED);
        assert!(sessions.find("4").is_none());
        assert!(sessions.find("5").is_some());
    }

    #[tokio::test]
    async fn a_cancel_waits_for_the_end() {
        let sessions = Arc::new(Sessions::default());
        let session = sessions.open("s".into(), "ann".into()).unwrap();
        let worker = {
            let (sessions, session) = (Arc::clone(&sessions), Arc::clone(&session));
            tokio::spawn(async move {
                session.cancelled().await;
                session.count_token();
                sessions.end(&session, State::Cancelled);
            })
        };
        let cancel = sessions.cancel("s", "ann").await.unwrap();
        assert!((cancel.cancelled, cancel.state, cancel.tokens) == (true, State::Cancelled, 1));
        worker.await.unwrap();
        let again = sessions.cancel("s", "ann").await.unwrap();
        assert!((again.cancelled, again.state) == (false, State::Cancelled));
    }

    #[tokio::test]
    async fn an_owners_cancel_explains_a_closed_connection() {
        let sessions = Sessions::default();
        let session = sessions.open("s".into(), "ann".into()).unwrap();
        sessions.end(&session, State::ClientGone);
        assert!(matches!(sessions.cancel("s", "bob").await, Err(CancelError::NotYours)));
        assert_eq!(session.state(), State::ClientGone);
        assert!(sessions.cancel("s", "ann").await.unwrap().cancelled);
        assert_eq!(session.state(), State::Cancelled);
    }
}
