//! Sessions in this process's memory.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;

use super::{
    Cancel, CancelError, Limits, OpenError, Reader, Registry, ResumeError, Session, SessionView,
    State,
};
use crate::chat::Chat;

/// How many ended sessions are remembered; past this the oldest is forgotten.
const REMEMBERED: usize = 1000;

/// How long the frames of an ended session are kept, for a reader that lost its connection just
/// before the end.
const FRAMES_KEPT: Duration = Duration::from_secs(60);

/// The sessions of this process: the registry of a relay that has no other beside it.
#[derive(Default)]
pub struct Memory {
    limits: Limits,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    live: HashMap<String, Arc<Session>>,
    /// How many sessions of each user are live.
    users: HashMap<String, usize>,
    /// The oldest first.
    ended: VecDeque<Arc<Session>>,
}

impl Kept {
    fn find(&self, id: &str) -> Option<&Arc<Session>> {
        let ended = || self.ended.iter().find(|session| session.id() == id);
        self.live.get(id).or_else(ended)
    }

    fn count_in(&mut self, user: &str) {
        *self.users.entry(user.to_owned()).or_default() += 1;
    }

    fn remove_live(&mut self, session: &Session) {
        self.live.remove(session.id());
        if let Entry::Occupied(mut count) = self.users.entry(session.user().to_owned()) {
            *count.get_mut() -= 1;
            if *count.get() == 0 {
                count.remove();
            }
        }
    }

    fn forget_old_frames(&self) {
        let is_old =
            |session: &&Arc<Session>| session.ended_ago().is_some_and(|ago| ago > FRAMES_KEPT);
        self.ended.iter().take_while(is_old).for_each(|session| session.forget_frames());
    }
}

impl Memory {
    /// Without sessions.
    pub fn new(limits: Limits) -> Self {
        Self { limits, kept: Mutex::default() }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn find(&self, id: &str) -> Option<Arc<Session>> {
        self.kept().find(id).cloned()
    }

    /// The live session of that id.
    pub(super) fn find_live(&self, id: &str) -> Option<Arc<Session>> {
        self.kept().live.get(id).cloned()
    }

    /// All live sessions.
    pub(super) fn live(&self) -> Vec<Arc<Session>> {
        self.kept().live.values().cloned().collect()
    }

    /// Takes a live session in that was opened elsewhere, beyond all limits.
    pub(super) fn adopt(&self, session: Arc<Session>) {
        let mut kept = self.kept();
        kept.count_in(session.user());
        kept.live.insert(session.id().to_owned(), session);
    }

    /// Forgets a live session that goes on elsewhere, or never began.
    pub(super) fn disown(&self, session: &Session) {
        self.kept().remove_live(session);
    }
}

#[async_trait]
impl Registry for Memory {
    async fn open(&self, id: String, user: String, _: &Chat) -> Result<Arc<Session>, OpenError> {
        let mut kept = self.kept();
        if kept.live.contains_key(&id) {
            return Err(OpenError::Taken);
        }
        if kept.live.len() >= self.limits.sessions {
            return Err(OpenError::Full);
        }
        if kept.users.get(&user).is_some_and(|count| *count >= self.limits.sessions_per_user) {
            return Err(OpenError::UserFull);
        }
        if let Some(at) = kept.ended.iter().position(|session| session.id() == id) {
            if kept.ended[at].user() != user {
                return Err(OpenError::Taken);
            }
            kept.ended.remove(at);
        }
        kept.count_in(&user);
        let session = Arc::new(Session::new(id.clone(), user));
        kept.live.insert(id, Arc::clone(&session));
        Ok(session)
    }

    async fn resume(
        &self,
        id: &str,
        user: &str,
        after: Option<u64>,
    ) -> Result<Reader, ResumeError> {
        self.kept().forget_old_frames();
        let session = self.find(id).ok_or(ResumeError::Unknown)?;
        if session.user() != user {
            return Err(ResumeError::NotYours);
        }
        session.reader(after)
    }

    async fn cancel(&self, id: &str, user: &str) -> Result<Cancel, CancelError> {
        let session = self.find(id).ok_or(CancelError::Unknown)?;
        if session.user() != user {
            return Err(CancelError::NotYours);
        }
        Ok(session.stop().await)
    }

    fn end(&self, session: &Arc<Session>, state: State) {
        let mut kept = self.kept();
        kept.remove_live(session);
        if kept.ended.len() == REMEMBERED {
            kept.ended.pop_front();
        }
        kept.ended.push_back(Arc::clone(session));
        kept.forget_old_frames();
        session.end(state);
    }

    fn list(&self, user: Option<&str>) -> Vec<SessionView> {
        let kept = self.kept();
        let all = kept.live.values().chain(&kept.ended);
        let theirs = all.filter(|session| user.is_none_or(|user| session.user() == user));
        let mut views: Vec<_> = theirs.map(|session| session.view()).collect();
        drop(kept);
        views.sort_by_key(|view| std::cmp::Reverse(view.started_at));
        views
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chat() -> Chat {
        Chat { model: "m".into(), messages: vec![] }
    }

    #[tokio::test]
    async fn only_its_owner_may_use_an_ended_id_again() {
        let sessions = Memory::default();
        let first = sessions.open("s".into(), "ann".into(), &chat()).await.unwrap();
        assert!(sessions.open("s".into(), "ann".into(), &chat()).await.is_err());
        sessions.end(&first, State::Completed);
        assert!(sessions.open("s".into(), "bob".into(), &chat()).await.is_err());
        assert!(sessions.open("s".into(), "ann".into(), &chat()).await.is_ok());
        assert_eq!(sessions.list(None).len(), 1);
        assert_eq!(sessions.list(Some("ann")).len(), 1);
        assert!(sessions.list(Some("bob")).is_empty());
    }

    #[tokio::test]
    async fn sessions_are_counted_while_they_live() {
        let sessions = Memory::new(Limits { sessions: 3, sessions_per_user: 2 });
        let open =
            async |id: &str, user: &str| sessions.open(id.into(), user.into(), &chat()).await;
        let first = open("1", "ann").await.unwrap();
        open("2", "ann").await.unwrap();
        assert_eq!(open("3", "ann").await.err(), Some(OpenError::UserFull));
        open("3", "bob").await.unwrap();
        assert_eq!(open("4", "cat").await.err(), Some(OpenError::Full));
        sessions.end(&first, State::Completed);
        open("4", "ann").await.unwrap();
        assert_eq!(sessions.kept().users.len(), 2);
    }

    #[tokio::test]
    async fn the_oldest_ended_sessions_are_forgotten() {
        let sessions = Memory::default();
        for number in 0..REMEMBERED + 5 {
            let session = sessions.open(number.to_string(), "ann".into(), &chat()).await.unwrap();
            sessions.end(&session, State::Completed);
        }
        assert_eq!(sessions.list(None).len(), REMEMBERED);
        assert!(sessions.find("4").is_none());
        assert!(sessions.find("5").is_some());
    }

    #[tokio::test]
    async fn a_cancel_waits_for_the_end() {
        let sessions = Arc::new(Memory::default());
        let session = sessions.open("s".into(), "ann".into(), &chat()).await.unwrap();
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
        let sessions = Memory::default();
        let session = sessions.open("s".into(), "ann".into(), &chat()).await.unwrap();
        sessions.end(&session, State::ClientGone);
        assert!(matches!(sessions.cancel("s", "bob").await, Err(CancelError::NotYours)));
        assert_eq!(session.state(), State::ClientGone);
        assert!(sessions.cancel("s", "ann").await.unwrap().cancelled);
        assert_eq!(session.state(), State::Cancelled);
    }

    #[tokio::test]
    async fn a_session_is_abandoned_when_nobody_came_back_in_time() {
        tokio::time::pause();
        let sessions = Memory::default();
        let session = sessions.open("s".into(), "ann".into(), &chat()).await.unwrap();
        let grace = Duration::from_secs(5);
        let mut abandoned = std::pin::pin!(session.abandoned(grace));
        for _ in 0..3 {
            let reader = sessions.resume("s", "ann", None).await.unwrap();
            let minute = tokio::time::sleep(Duration::from_secs(60));
            tokio::select! { () = &mut abandoned => panic!("there is a reader"), () = minute => {} }
            drop(reader);
            let less = tokio::time::sleep(grace / 2);
            tokio::select! { () = &mut abandoned => panic!("too early"), () = less => {} }
        }
        abandoned.await;
    }
}
