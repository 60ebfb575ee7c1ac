//! Sessions in this process's memory.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use async_trait::async_trait;

use super::budget::Account;
use super::kept::Kept;
use super::log::Log;
use super::{
    Cancel, CancelError, Limits, OpenError, Reader, Registry, ResumeError, Session, SessionView,
    State,
};
use crate::chat::Chat;

/// From one look for what can be forgotten to the next.
const SWEEP: Duration = Duration::from_secs(1);

/// The sessions of this process: the registry of a relay that has no other beside it.
#[derive(Default)]
pub struct Memory {
    limits: Limits,
    kept: Arc<Mutex<Kept>>,
    is_swept: AtomicBool,
}

impl Memory {
    /// Without sessions.
    pub fn new(limits: Limits) -> Self {
        let kept = Arc::new(Mutex::new(Kept::new(limits)));
        Self { limits, kept, is_swept: AtomicBool::new(false) }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        lock(&self.kept)
    }

    fn find(&self, id: &str) -> Option<Arc<Session>> {
        self.kept().find(id).cloned()
    }

    /// The live session of that id.
    pub(super) fn find_live(&self, id: &str) -> Option<Arc<Session>> {
        self.kept().find_live(id).cloned()
    }

    /// All live sessions.
    pub(super) fn live(&self) -> Vec<Arc<Session>> {
        self.kept().live().cloned().collect()
    }

    /// A log for frames of a user's session that come from elsewhere, from the id `first` on. They are
    /// kept there.
    pub(super) fn log_of_elsewhere(&self, user: &str, first: u64) -> Log {
        self.sweep();
        Log::starting_at(first, 0, Account::new(self.kept().writing(user)))
    }

    /// Takes a live session in that was opened elsewhere, beyond all limits.
    pub(super) fn adopt(&self, session: Arc<Session>) {
        session.log.keep(self.limits.bytes_per_session);
        self.kept().add_live(session);
    }

    /// Forgets a live session that goes on elsewhere, or never began.
    pub(super) fn disown(&self, session: &Session) {
        self.kept().remove_live(session);
    }

    /// Sees to it that what is old is forgotten, whether there are requests or not.
    fn sweep(&self) {
        if self.is_swept.swap(true, Ordering::Relaxed) {
            return;
        }
        let kept = Arc::downgrade(&self.kept);
        tokio::spawn(async move {
            while let Some(kept) = Weak::upgrade(&kept) {
                lock(&kept).forget_old();
                drop(kept);
                tokio::time::sleep(SWEEP).await;
            }
        });
    }
}

fn lock(kept: &Mutex<Kept>) -> MutexGuard<'_, Kept> {
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}

#[async_trait]
impl Registry for Memory {
    async fn open(&self, id: String, user: String, chat: &Chat) -> Result<Arc<Session>, OpenError> {
        self.sweep();
        let mut kept = self.kept();
        kept.admit(&id, &user, chat.size())?;
        let account = Account::new(kept.writing(&user));
        let log = Log::starting_at(0, self.limits.bytes_per_session, account);
        let session = Arc::new(Session::new(id, user, log, chat.size()));
        kept.add_live(Arc::clone(&session));
        Ok(session)
    }

    async fn resume(
        &self,
        id: &str,
        user: &str,
        after: Option<u64>,
    ) -> Result<Reader, ResumeError> {
        let session = {
            let kept = self.kept();
            match kept.find(id) {
                Some(session) => Arc::clone(session),
                None if kept.is_anothers(id, user) => return Err(ResumeError::NotYours),
                None => return Err(ResumeError::Unknown),
            }
        };
        if session.user() != user {
            return Err(ResumeError::NotYours);
        }
        session.reader(after)
    }

    async fn cancel(&self, id: &str, user: &str) -> Result<Cancel, CancelError> {
        let Some(session) = self.find(id) else {
            let is_anothers = self.kept().is_anothers(id, user);
            return Err(if is_anothers { CancelError::NotYours } else { CancelError::Unknown });
        };
        if session.user() != user {
            return Err(CancelError::NotYours);
        }
        Ok(session.stop().await)
    }

    fn end(&self, session: &Arc<Session>, state: State) {
        let mut kept = self.kept();
        kept.end(session);
        session.end(state);
    }

    fn list(&self, user: Option<&str>) -> Vec<SessionView> {
        let mut views = self.kept().list(user);
        views.sort_by_key(|view| std::cmp::Reverse(view.started_at));
        views
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chat() -> Chat {
        Chat::new("m", vec![])
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
        let sessions =
            Memory::new(Limits { sessions: 3, sessions_per_user: 2, ..Limits::default() });
        let open =
            async |id: &str, user: &str| sessions.open(id.into(), user.into(), &chat()).await;
        let first = open("1", "ann").await.unwrap();
        open("2", "ann").await.unwrap();
        assert_eq!(open("3", "ann").await.err(), Some(OpenError::UserFull));
        open("3", "bob").await.unwrap();
        assert_eq!(open("4", "cat").await.err(), Some(OpenError::Full));
        sessions.end(&first, State::Completed);
        open("4", "ann").await.unwrap();
        assert_eq!(sessions.live().len(), 3);
    }

    #[tokio::test]
    async fn a_users_oldest_ended_sessions_are_forgotten_and_nobody_elses() {
        let limits = Limits { ended_per_user: 10, ids_per_user: 1000, ..Limits::default() };
        let sessions = Memory::new(limits);
        let end = async |id: &str, user: &str| {
            let session = sessions.open(id.into(), user.into(), &chat()).await?;
            sessions.end(&session, State::Completed);
            Ok(())
        };
        end("mine", "ann").await.unwrap();
        for number in 0..1000 {
            end(&number.to_string(), "bob").await.unwrap();
        }
        assert_eq!(end("1000", "bob").await, Err(OpenError::UserFull));
        assert_eq!((sessions.list(Some("ann")).len(), sessions.list(Some("bob")).len()), (1, 10));
        // Forgotten or not, each id is still its owner's.
        for (id, user, other) in
            [("mine", "ann", "bob"), ("0", "bob", "ann"), ("999", "bob", "ann")]
        {
            assert_eq!(end(id, other).await, Err(OpenError::Taken), "{id}");
            assert!(matches!(sessions.cancel(id, other).await, Err(CancelError::NotYours)), "{id}");
            let resumed = sessions.resume(id, other, None).await;
            assert_eq!(resumed.err(), Some(ResumeError::NotYours), "{id}");
            end(id, user).await.unwrap();
        }
        assert_eq!(sessions.resume("5", "bob", None).await.err(), Some(ResumeError::Unknown));
        assert_eq!(sessions.list(Some("bob")).len(), 10);
    }

    #[tokio::test]
    async fn ended_answers_are_dropped_by_their_size_and_of_whom_they_are_too_many() {
        const ANSWER: usize = 100_000;
        let limits =
            Limits { bytes_per_user: 10 * ANSWER, bytes: 22 * ANSWER, ..Limits::default() };
        let sessions = Memory::new(limits);
        let end = async |id: &str, user: &str| {
            let session = sessions.open(id.into(), user.into(), &chat()).await.unwrap();
            session.push(|_| vec![b'x'; ANSWER * 9 / 10].into()).await;
            sessions.end(&session, State::Completed);
            session.close(|_| "end".into());
        };
        let kept = async |id: &str, user: &str| {
            let resumed = sessions.resume(id, user, None).await;
            resumed.map_err(|error| assert_eq!(error, ResumeError::Forgotten)).is_ok()
        };
        end("a", "ann").await;
        for number in 0..300 {
            end(&number.to_string(), "bob").await;
        }
        assert!(kept("a", "ann").await && kept("299", "bob").await && kept("295", "bob").await);
        assert!(!kept("290", "bob").await);
        // Together they may keep 11: what cat and dan get, bob loses.
        for number in 0..5 {
            end(&format!("c{number}"), "cat").await;
            end(&format!("d{number}"), "dan").await;
        }
        assert!(kept("a", "ann").await && kept("c4", "cat").await && kept("d4", "dan").await);
        assert!(!kept("295", "bob").await);
    }

    #[tokio::test]
    async fn what_is_asked_is_counted_in_bytes() {
        let limits = Limits { bytes_per_user: 20_000, bytes: 40_000, ..Limits::default() };
        let sessions = Memory::new(limits);
        let open = async |id: &str, user: &str, size: usize| {
            let content = "x".repeat(size);
            let turn = crate::chat::Message::new(crate::chat::Role::User, content);
            let chat = Chat::new("m", vec![turn]);
            sessions.open(id.into(), user.into(), &chat).await
        };
        let first = open("1", "ann", 6000).await.unwrap();
        assert_eq!(open("2", "ann", 6000).await.err(), Some(OpenError::UserFull));
        open("3", "ann", 3000).await.unwrap();
        open("4", "bob", 9000).await.unwrap();
        assert_eq!(open("5", "cat", 9000).await.err(), Some(OpenError::Full));
        sessions.end(&first, State::Completed);
        open("2", "ann", 6000).await.unwrap();
        // One question may always be asked, however long.
        let sessions = Memory::new(limits);
        let chat = Chat::new("m".repeat(50_000), vec![]);
        sessions.open("1".into(), "ann".into(), &chat).await.unwrap();
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
