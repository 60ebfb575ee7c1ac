//! The live sessions of a process, and what is remembered of the ended ones: each user's oldest make
//! room for the same user's newer ones, so that nobody takes anything from anybody else.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use super::budget::{Budget, Budgets};
use super::owned::Owned;
use super::{Limits, OpenError, Session, SessionView};

/// How long the frames of an ended session are kept, for a reader that lost its connection just
/// before the end.
const FRAMES_KEPT: Duration = Duration::from_secs(60);

/// How many ended sessions are remembered of all users together; past this one is forgotten of the user
/// who has the most.
const REMEMBERED: usize = 10_000;

/// How many ids are known together, before no new ones are taken.
const IDS: usize = 1_000_000;

pub struct Kept {
    limits: Limits,
    live: HashMap<String, Arc<Session>>,
    ended: HashMap<String, Arc<Session>>,
    users: HashMap<String, User>,
    /// The ended ones that may have frames, the oldest first.
    with_frames: VecDeque<Weak<Session>>,
    owned: Owned,
    /// What is held for all: for the answers that are being written, and for the ended ones.
    writing: Arc<Budget>,
    written: Arc<Budget>,
    /// How many bytes are being answered.
    asked: usize,
}

/// What is kept of one user.
struct User {
    live: usize,
    asked: usize,
    /// The oldest first.
    ended: VecDeque<Arc<Session>>,
    writing: Arc<Budget>,
    written: Arc<Budget>,
}

impl Default for Kept {
    fn default() -> Self {
        Self::new(Limits::default())
    }
}

impl Kept {
    pub fn new(limits: Limits) -> Self {
        let half = || Arc::new(Budget::new(limits.bytes / 2));
        Self {
            limits,
            live: HashMap::new(),
            ended: HashMap::new(),
            users: HashMap::new(),
            with_frames: VecDeque::new(),
            owned: Owned::default(),
            writing: half(),
            written: half(),
            asked: 0,
        }
    }

    /// The live or ended session of that id.
    pub fn find(&self, id: &str) -> Option<&Arc<Session>> {
        self.live.get(id).or_else(|| self.ended.get(id))
    }

    pub fn find_live(&self, id: &str) -> Option<&Arc<Session>> {
        self.live.get(id)
    }

    pub fn live(&self) -> impl Iterator<Item = &Arc<Session>> {
        self.live.values()
    }

    /// Whether an id without a session is still another user's.
    pub fn is_anothers(&self, id: &str, user: &str) -> bool {
        self.owned.is_anothers(id, user, Instant::now())
    }

    /// What the answers of a user that are being written count in.
    pub fn writing(&mut self, user: &str) -> Budgets {
        let all = Arc::clone(&self.writing);
        Budgets { user: Arc::clone(&self.user(user).writing), all }
    }

    fn user(&mut self, name: &str) -> &mut User {
        let half = self.limits.bytes_per_user / 2;
        self.users.entry(name.to_owned()).or_insert_with(|| User {
            live: 0,
            asked: 0,
            ended: VecDeque::new(),
            writing: Arc::new(Budget::new(half)),
            written: Arc::new(Budget::new(half)),
        })
    }

    /// Whether a session may be opened that asks `asked` bytes. An ended one of its id is forgotten
    /// then.
    pub fn admit(&mut self, id: &str, name: &str, asked: usize) -> Result<(), OpenError> {
        if self.live.contains_key(id) || self.is_anothers(id, name) {
            return Err(OpenError::Taken);
        }
        let before = self.ended.get(id);
        if before.is_some_and(|session| session.user() != name) {
            return Err(OpenError::Taken);
        }
        let is_new = before.is_none() && !self.owned.has(id);
        let limits = self.limits;
        let too_much = |held: usize, most: usize| held > 0 && held + asked > most;
        let ids = self.owned.len() + self.ended.len();
        if self.live.len() >= limits.sessions
            || is_new && ids >= IDS
            || too_much(self.asked, self.writing.most())
        {
            return Err(OpenError::Full);
        }
        let ids = self.owned.count(name);
        let user = self.user(name);
        if user.live >= limits.sessions_per_user
            || is_new && user.ended.len() + ids >= limits.ids_per_user
            || too_much(user.asked, user.writing.most())
        {
            return Err(OpenError::UserFull);
        }
        user.ended.retain(|session| session.id() != id);
        self.ended.remove(id);
        self.owned.free(id);
        Ok(())
    }

    pub fn add_live(&mut self, session: Arc<Session>) {
        self.asked += session.asked;
        let user = self.user(session.user());
        user.asked += session.asked;
        user.live += 1;
        self.live.insert(session.id().to_owned(), session);
    }

    pub fn remove_live(&mut self, session: &Session) {
        if self.live.remove(session.id()).is_none() {
            return;
        }
        self.asked -= session.asked;
        let user = self.user(session.user());
        user.asked -= session.asked;
        user.live -= 1;
    }

    /// Remembers a live session as an ended one.
    pub fn end(&mut self, session: &Arc<Session>) {
        self.remove_live(session);
        let all = Arc::clone(&self.written);
        let most = self.limits.ended_per_user;
        let user = self.user(session.user());
        session.retire(Budgets { user: Arc::clone(&user.written), all });
        user.ended.push_back(Arc::clone(session));
        let is_too_many = user.ended.len() > most;
        self.ended.insert(session.id().to_owned(), Arc::clone(session));
        self.with_frames.push_back(Arc::downgrade(session));
        if is_too_many {
            self.forget_oldest(session.user());
        }
        if self.ended.len() > REMEMBERED
            && let Some(name) = self.heaviest(|user| user.ended.len())
        {
            self.forget_oldest(&name);
        }
        self.make_room(session.user());
    }

    /// The user who has the most of something.
    fn heaviest(&self, of: impl Fn(&User) -> usize) -> Option<String> {
        let heaviest = self.users.iter().max_by_key(|(_, user)| of(user));
        heaviest.map(|(name, _)| name.clone())
    }

    /// Forgets a user's oldest ended session, all but whose it was.
    fn forget_oldest(&mut self, name: &str) {
        let Some(session) = self.user(name).ended.pop_front() else { return };
        self.ended.remove(session.id());
        let ago = session.ended_ago().unwrap_or_default();
        self.owned.keep(session.id(), name, ago, Instant::now());
    }

    /// Drops frames of ended sessions until no more bytes are held than may be: the oldest of the user
    /// who just got more, then those of whoever holds the most.
    fn make_room(&mut self, name: &str) {
        self.user(name).drop_frames(Budget::is_over);
        while self.written.is_over() {
            let Some(heaviest) = self.heaviest(|user| user.written.held()) else { return };
            let all = Arc::clone(&self.written);
            if !self.user(&heaviest).drop_frames(|_| all.is_over()) {
                return;
            }
        }
    }

    /// Forgets the frames and ids whose time is over, and users of whom nothing is left.
    pub fn forget_old(&mut self) {
        while let Some(session) = self.with_frames.front() {
            match session.upgrade() {
                Some(session) if session.ended_ago().is_none_or(|ago| ago <= FRAMES_KEPT) => break,
                Some(session) => session.log.forget(true),
                None => {}
            }
            self.with_frames.pop_front();
        }
        self.owned.forget_old(Instant::now());
        self.users.retain(|_, user| {
            let is_used = Arc::strong_count(&user.writing) > 1;
            user.live > 0 || !user.ended.is_empty() || is_used
        });
    }

    pub fn list(&self, user: Option<&str>) -> Vec<SessionView> {
        let all = self.live.values().chain(self.ended.values());
        let theirs = all.filter(|session| user.is_none_or(|user| session.user() == user));
        theirs.map(|session| session.view()).collect()
    }
}

impl User {
    /// Drops the frames of the oldest ended sessions while there are too many; whether any were.
    fn drop_frames(&self, too_many: impl Fn(&Budget) -> bool) -> bool {
        let before = self.written.held();
        for session in &self.ended {
            if !too_many(&self.written) {
                break;
            }
            session.log.forget(false);
        }
        self.written.held() < before
    }
}
